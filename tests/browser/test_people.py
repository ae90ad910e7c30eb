"""
The hiring and the time-to-market page in a browser, and the links that carry a scenario from page to page.
"""

import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

import tco
from tco.evidence import load_evidence
from tco.finance import adopted_months
from tco.links import link_text
from tco.scenarios import Scenario
from tco.staffing import filled_share
from tco.timeline import phases
from tests.browser.pages import (
    WAIT_SECONDS,
    Drawn,
    assert_answers,
    assert_fits,
    assert_named,
    labels_of,
    open_page,
    press,
    scenario_of,
    scenario_with,
)


def staffing_lines(scenario: Scenario) -> dict[str, Any]:
    costs = tco.evaluate(scenario)
    months = np.linspace(0, 3 * costs.time_to_fill_months.max(), 61)
    team, open_share = scenario.value("team_people"), scenario.value("open_seats_share")
    return {
        label: team * (1 - open_share * (1 - filled_share(months, costs.time_to_fill_months[i])))
        for i, label in enumerate(labels_of(scenario))
    }


def salary_bars(scenario: Scenario) -> dict[str, Any]:
    levels = np.array([scenario.value(f"salary_{level}_usd_per_year") for level in ("junior", "mid", "senior")])
    labels = zip(labels_of(scenario), scenario.servings, strict=True)
    return {
        label: levels * scenario.value("salary_ratio", scenario.assumptions.servings[name].framework)
        for label, name in labels
    }


def pool_lines(scenario: Scenario) -> dict[str, Any]:
    labels = zip(labels_of(scenario), scenario.servings, strict=True)
    histories = load_evidence().history
    return {
        label: np.array(list(histories(scenario.assumptions.servings[name].framework).values()))
        for label, name in labels
    }


def timeline_bars(scenario: Scenario) -> dict[str, Any]:
    words = {
        "learning": "Learning the framework",
        "setup": "Project set-up",
        "endpoints": "JSON endpoints",
        "pages": "HTML pages and forms",
        "capabilities": "Login, payments and other capabilities",
    }
    lengths = {words[name]: end - start for name, start, end in phases(tco.evaluate(scenario))}
    return {name: length for name, length in lengths.items() if length.any()}


def team_size_lines(scenario: Scenario) -> dict[str, Any]:
    # One by one, where the page computes them all at once.
    launches = [tco.evaluate(scenario.replace(team_people=float(size))).launch_months for size in range(1, 31)]
    return dict(zip(labels_of(scenario), np.array(launches).T, strict=True))


def delay_lines(scenario: Scenario) -> dict[str, Any]:
    costs, shared = tco.evaluate(scenario), scenario.shared
    months = np.linspace(0, float(shared.horizon_months), 61)
    earned = np.array(
        [
            shared.gross_margin_usd_per_month
            * adopted_months(launch, 0, months, shared.adoption_months, shared.inflation_share_per_year, 0)
            for launch in costs.launch_months
        ]
    )
    return dict(zip(labels_of(scenario), earned.max(axis=0) - earned, strict=True))


DRAWS: dict[str, dict[str, Callable[[Scenario], dict[str, Any]]]] = {
    "hiring": {"staffing": staffing_lines, "salaries": salary_bars, "pool": pool_lines},
    "time_to_market": {"timeline": timeline_bars, "team-size": team_size_lines, "delay": delay_lines},
}


def assert_draws_people(page: Page, drawn: Drawn, name: str, scenario: Scenario) -> None:
    """
    The traces that are named by the library have the library's figures, whatever else a chart shows.
    """
    for chart, lines in DRAWS[name].items():
        expected, key = lines(scenario), "x" if chart == "timeline" else "y"
        deadline = time.monotonic() + WAIT_SECONDS
        while not has_traces(traces := drawn(page, chart)["traces"], key, expected):
            if time.monotonic() > deadline:
                pytest.fail(f"{chart} shows\n{traces}\nnot\n{expected}")
            page.wait_for_timeout(50)


def has_traces(traces: list[dict[str, Any]], key: str, expected: dict[str, Any]) -> bool:
    """
    To nine digits, and to a millionth where a difference vanishes.
    """
    shown = {trace["name"]: np.array(trace[key], dtype=float) for trace in traces}
    return all(
        label in shown
        and shown[label].shape == np.shape(values)
        and np.allclose(shown[label], values, rtol=1e-9, atol=1e-6)
        for label, values in expected.items()
    )


def assert_shows(page: Page, drawn: Drawn, name: str, scenario: Scenario) -> None:
    assert_answers(page, scenario)
    assert_draws_people(page, drawn, name, scenario)
    assert_fits(page)


@pytest.mark.parametrize(
    ("name", "slider", "start", "value"),
    [("hiring", "open_seats_share", 0.4, 0.45), ("time_to_market", "interface_count", 60, 65)],
)
def test_a_page_follows_its_sliders_and_choices(
    any_page: Page, dashboard: str, drawn: Drawn, name: str, slider: str, start: float, value: float
) -> None:
    """
    Keys, country and assumptions change sentence, tables and all charts to the library's figures, on any window.
    """
    scenario = open_page(any_page, dashboard, name)
    assert scenario.value(slider) == start
    assert_shows(any_page, drawn, name, scenario)
    assert_named(any_page)
    press(any_page, slider, "ArrowRight", 5)
    scenario = scenario_with(any_page, inputs={slider: value})
    assert_shows(any_page, drawn, name, scenario)
    any_page.get_by_role("button", name="The guide's view").click()
    scenario = scenario_with(any_page, assumption_set="article")
    assert_shows(any_page, drawn, name, scenario)


@pytest.mark.parametrize(("name", "claims"), [("hiring", "H1 H2 H3"), ("time_to_market", "T1 T2 T3 R1 R2")])
def test_claims_are_shown_when_asked_for(any_page: Page, dashboard: str, name: str, claims: str) -> None:
    """
    Each claim on the page's subject with two figures and the rows behind it, and nothing wider than the window.
    """
    open_page(any_page, dashboard, name)
    any_page.get_by_role("button", name="What the guide claims").click()
    for claim in claims.split():
        expect(any_page.locator(f"#support-{claim}")).to_be_visible()
    assert_fits(any_page)


def test_a_link_carries_the_scenario_to_every_page(wide_page: Page, dashboard: str) -> None:
    """
    A changed scenario goes with the link to each other page in turn, and the field holds the address of each.
    """
    open_page(wide_page, dashboard, "hiring")
    wide_page.get_by_label("Country of the team").select_option("India")
    scenario = scenario_with(wide_page, country="India")
    for name in ("executive", "explorer", "time_to_market", "hiring"):
        wide_page.locator(f"a.tco-page-link[href*='{name}.ipynb']").click()
        address = f"{dashboard}voila/render/{name}.ipynb?s={link_text(scenario)}"
        expect(wide_page).to_have_url(address)
        expect(wide_page.locator(".tco-copy-link")).to_have_value(address)
        assert scenario_of(wide_page).to_toml() == scenario.to_toml()
        assert_answers(wide_page, scenario)


def test_a_bad_link_shows_the_red_note(any_page: Page, dashboard: str) -> None:
    """
    The usual scenario, usable, with one sentence on what was wrong.
    """
    any_page.goto(f"{dashboard}voila/render/executive.ipynb?s=1.00000000.%3Cb%3E")
    expect(any_page.locator(".tco-sentence")).to_be_visible()
    expect(any_page.locator("#tco-page").get_by_role("alert")).to_contain_text("The usual scenario is shown instead")
    assert scenario_of(any_page).to_toml() == tco.scenario().to_toml()
    assert_fits(any_page)
