"""
The capacity page in a browser: what it shows is what the library gives for the scenario and the server chosen.
"""

from functools import partial
from typing import Any

import numpy as np
from playwright.sync_api import Page, expect

import tco
from tco.charts_capacity import map_ratios
from tco.dashboard.capacity import pair_of, types_of, usual_instance
from tco.performance import ServerSize
from tco.real_servers import read_real_servers
from tco.scenarios import Scenario
from tco.wording import count
from tests.browser.pages import (
    Drawn,
    assert_fits,
    assert_named,
    labels_of,
    open_page,
    press,
    same_traces,
    scenario_with,
    until,
)


def traces_of(scenario: Scenario, size: ServerSize) -> dict[str, list[dict[str, Any]]]:
    """
    What the charts that follow scenario and server have to show.
    """
    found = tco.server_performance(scenario, *size)
    labels = labels_of(scenario)
    most = 1.2 * float(found.saturation_rps.max())
    asked = np.linspace(0, most, 61)
    return {
        "capacity": [
            {"type": "bar", "x": labels, "y": found.capacity_rps},
            {"type": "bar", "x": labels, "y": found.saturation_rps},
        ],
        "throughput": [
            {"type": "scatter", "name": label, "x": asked, "y": np.minimum(asked, found.saturation_rps[i])}
            for i, label in enumerate(labels)
        ],
    }


def shows(page: Page, drawn: Drawn, chart: str, expected: list[dict[str, Any]]) -> bool:
    return same_traces(drawn(page, chart)["traces"], expected)


def assert_shows(page: Page, drawn: Drawn, scenario: Scenario, instance: str) -> None:
    size = types_of(scenario)[instance].size
    for chart, expected in traces_of(scenario, size).items():
        until(page, partial(shows, page, drawn, chart, expected), f"{chart} as the library has it")
    ratios = map_ratios(scenario, pair_of(scenario), size)
    logarithms = np.log10(ratios)

    def is_mapped() -> bool:
        return np.allclose(np.array(drawn(page, "ratio-map")["traces"][0]["z"], dtype=float), logarithms, rtol=1e-9)

    until(page, is_mapped, "the map of ratios as the library has it")
    capacities = [count(float(rps)) for rps in tco.server_performance(scenario, *size).capacity_rps]
    row = page.get_by_role("row", name="Within the objective, req/s")
    expect(row.locator("td")).to_have_text(capacities)
    assert_fits(page)


def test_follows_sliders_and_the_server(any_page: Page, dashboard: str, drawn: Drawn) -> None:
    """
    CPU, wait, objective and the instance type change sentence, table, bars, lines and map to the library's figures.
    """
    scenario = open_page(any_page, dashboard, "capacity")
    instance = usual_instance(scenario)
    assert_shows(any_page, drawn, scenario, instance)
    # 24 steps from 10 to 150 ms: 150 * 15 ** (-3 / 24) = 106.9.
    press(any_page, "wait_ms", "ArrowLeft", 3)
    scenario = scenario_with(any_page, inputs={"wait_ms": 106.9})
    assert_shows(any_page, drawn, scenario, instance)

    small = next(name for name, found in types_of(scenario).items() if found.size == ServerSize(2.0, 8.0))
    any_page.get_by_label("Server", exact=True).select_option(types_of(scenario)[small].label)
    expect(any_page.locator(".tco-sentence")).to_contain_text(small)
    assert_shows(any_page, drawn, scenario, small)

    any_page.get_by_label("Ways of serving to compare").select_option(["Flask, sync workers", "FastAPI, async"])
    scenario = scenario_with(any_page, servings=("flask-sync", "fastapi-async"))
    assert_shows(any_page, drawn, scenario, small)
    assert_named(any_page)


def test_shows_measured_points_of_each_workload(any_page: Page, dashboard: str, drawn: Drawn) -> None:
    """
    The points of the workload that is chosen are those of the table of real servers.
    """
    open_page(any_page, dashboard, "capacity")
    any_page.get_by_label("Measured workload").select_option("20 ms CPU, 50 ms wait")
    loads = [load for load in read_real_servers() if load.workload == (20.0, 50.0) and load.server_cores == 1]
    expected = sorted((load.rate_rps, load.p95_ms) for load in loads)

    def shown() -> list[tuple[float, float]]:
        points = [trace for trace in drawn(any_page, "measured")["traces"] if trace["mode"] == "markers"]
        return sorted((x, y) for trace in points for x, y in zip(trace["x"], trace["y"], strict=True))

    until(any_page, lambda: shown() == expected, "the measured points of 20 + 50 ms")
    assert drawn(any_page, "agreement")["traces"]
    assert drawn(any_page, "published")["traces"]
    assert_fits(any_page)
