"""
What our pages show, read back from the browser and held against the library.
"""

import re
import time
from base64 import b64decode
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import FilePayload, Locator, Page, expect

import tco
from tco.assumptions import load_assumptions
from tco.decision import serving_labels, sweep_values
from tco.model import COMPONENTS
from tco.scenarios import Scenario, parse_scenario
from tco.staleness import aged
from tco.wording import COMPONENT_LABELS, money

Drawn = Callable[..., dict[str, Any]]

WAIT_SECONDS = 30
# Playwright's own patience is too short for a busy machine.
expect.set_options(timeout=1000 * WAIT_SECONDS)
RELATIVE = 1e-9

# Controls that a screen reader could not name: by themselves, by another element, or by a label of theirs.
NAMELESS = """() => [...document.querySelectorAll("[role=slider], [contenteditable], select, button, a[href], input")]
    .filter(element => element.checkVisibility())
    .filter(element => ![
        element.getAttribute("aria-label"),
        ...(element.getAttribute("aria-labelledby") ?? "").split(" ").map(id => document.getElementById(id)?.innerText),
        ...[...(element.labels ?? [])].map(label => label.innerText),
        ["BUTTON", "A"].includes(element.tagName) && element.innerText,
    ].some(name => name && name.trim()))
    .map(element => element.closest("[class*=tco-input], [class*=tco-choice]")?.className ?? element.outerHTML)"""


def open_page(page: Page, dashboard: str, name: str) -> Scenario:
    """
    Open a page, wait for its answer, and return the scenario behind it.
    """
    page.goto(f"{dashboard}voila/render/{name}.ipynb")
    expect(page.locator(".tco-sentence")).to_be_visible()
    return scenario_of(page)


def scenario_of(page: Page) -> Scenario:
    """
    The scenario that the page would save now.
    """
    address = page.locator("a.tco-save").first.get_attribute("href")
    tables = aged(load_assumptions(), datetime.now().astimezone().date())
    return parse_scenario(b64decode(address.partition("base64,")[2]).decode(), "the page", tables)


def scenario_with(page: Page, **fields: Any) -> Scenario:
    """
    The page's scenario, once it has these choices and inputs.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        now = scenario_of(page)
        values = {name: getattr(now, name, now.inputs.get(name)) for name in fields}
        if values == fields:
            return now
        if time.monotonic() > deadline:
            pytest.fail(f"the page has {values}, not {fields}")
        page.wait_for_timeout(50)


def until(page: Page, holds: Callable[[], bool], what: str) -> None:
    """
    Wait for a condition that no element of the page can be asked for.
    """
    deadline = time.monotonic() + WAIT_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            pytest.fail(f"the page does not show {what}")
        page.wait_for_timeout(50)


def slider(page: Page, name: str) -> Locator:
    """
    The handle of the slider of an input.
    """
    return page.locator(f".tco-input-{name}").get_by_role("slider")


def press(page: Page, name: str, key: str, times: int = 1) -> None:
    """
    Press a key on the slider of an input.
    """
    slider(page, name).focus()
    for _ in range(times):
        page.keyboard.press(key)


def assert_answers(page: Page, scenario: Scenario) -> None:
    """
    The page's sentence is the library's verdict.
    """
    expect(page.locator(".tco-sentence")).to_have_text(tco.verdict(scenario).sentence)


def assert_totals(page: Page, scenario: Scenario) -> None:
    """
    The table of totals has the library's figures, for the scenario's ways of serving and no others.
    """
    costs = tco.evaluate(scenario)
    expect(page.locator("[data-total]")).to_have_text([money(float(usd)) for usd in costs.total_usd])
    expect(page.locator(".tco-table tbody th")).to_have_text(labels_of(scenario))


def assert_draws(page: Page, drawn: Drawn, scenario: Scenario, *charts: str) -> None:
    """
    The drawn traces of these charts equal the library's figures.
    """
    for chart in charts:
        expected = TRACES[chart](scenario)
        deadline = time.monotonic() + WAIT_SECONDS
        while not (shown := same_traces(traces := drawn(page, chart)["traces"], expected)):
            if time.monotonic() > deadline:
                pytest.fail(f"{chart} shows\n{traces}\nnot\n{expected}")
            page.wait_for_timeout(50)
        assert shown


def same_traces(traces: list[dict[str, Any]], expected: list[dict[str, Any]]) -> bool:
    """
    Whether traces have the names and numbers that are expected.
    """
    return len(traces) == len(expected) and all(
        same_values(trace[key], value)
        for trace, wanted in zip(traces, expected, strict=True)
        for key, value in wanted.items()
    )


def same_values(shown: Any, expected: Any) -> bool:
    """
    Whether words are equal, and numbers to nine digits.
    """
    if isinstance(expected, np.ndarray):
        return len(shown) == len(expected) and np.allclose(
            np.array(shown, dtype=float), expected, rtol=RELATIVE, atol=0
        )
    return bool(shown == expected)


def labels_of(scenario: Scenario) -> list[str]:
    """
    What the page calls the scenario's ways of serving, in their order.
    """
    labels = serving_labels(scenario)
    return [labels[name] for name in scenario.servings]


def _component_traces(scenario: Scenario) -> list[dict[str, Any]]:
    costs = tco.evaluate(scenario)
    return [
        {"type": "bar", "name": COMPONENT_LABELS[part], "x": labels_of(scenario), "y": costs.component_usd[part]}
        for part in COMPONENTS
        if costs.component_usd[part].any()
    ]


def _sweep_traces(name: str) -> Callable[[Scenario], list[dict[str, Any]]]:
    def traces(scenario: Scenario) -> list[dict[str, Any]]:
        row, now = scenario.row(name), scenario.value(name)
        x = sweep_values(min(row.low, now), max(row.high, now))
        # One by one, where the page computes them all at once.
        totals = np.array([tco.evaluate(scenario.replace(**{name: float(value)})).total_usd for value in x])
        return [
            {"type": "scatter", "name": label, "x": x, "y": totals[:, i]} for i, label in enumerate(labels_of(scenario))
        ]

    return traces


def _launch_traces(scenario: Scenario) -> list[dict[str, Any]]:
    return [{"type": "bar", "x": tco.evaluate(scenario).launch_months, "y": labels_of(scenario)}]


def _server_traces(scenario: Scenario) -> list[dict[str, Any]]:
    return [{"type": "bar", "x": tco.evaluate(scenario).peak_servers, "y": labels_of(scenario)}]


def _cash_flow_traces(scenario: Scenario) -> list[dict[str, Any]]:
    frame = tco.cash_flow_frame(tco.evaluate(scenario))
    # Lost margin and risk are costs that nobody is billed for.
    frame = frame[~frame["component"].isin(["delay", "wrong_pick"])]
    spend = frame.groupby(["serving", "month"])["usd"].sum()
    return [
        {"type": "scatter", "name": label, "x": spend[name].index.to_numpy() + 1, "y": spend[name].to_numpy()}
        for name, label in zip(scenario.servings, labels_of(scenario), strict=True)
    ]


def _chance_traces(scenario: Scenario) -> list[dict[str, Any]]:
    totals = _drawn_usd(scenario)
    any_can_be_had = np.isfinite(totals).any(axis=1)
    cheapest = np.where(np.isfinite(totals), totals, np.inf)[any_can_be_had].argmin(axis=1)
    chances = [float((cheapest == i).mean()) for i in range(totals.shape[1])]
    return [{"type": "bar", "x": np.array(chances), "y": labels_of(scenario)}]


def _regret_traces(scenario: Scenario) -> list[dict[str, Any]]:
    totals = _drawn_usd(scenario)
    totals = totals[np.isfinite(totals).all(axis=1)]
    regret = totals - totals.min(axis=1, keepdims=True)
    regrets = {"mean": regret.mean(axis=0), "95th percentile": np.quantile(regret, 0.95, axis=0)}
    return [{"type": "bar", "name": name, "x": labels_of(scenario), "y": usd} for name, usd in regrets.items()]


def _histogram_traces(scenario: Scenario) -> list[dict[str, Any]]:
    totals = _drawn_usd(scenario)
    edges = np.geomspace(*np.quantile(totals[np.isfinite(totals)], [0.002, 0.99]), 61)
    known = [column[np.isfinite(column)] for column in totals.T]
    shares = [np.histogram(column, edges)[0] / len(column) for column in known]
    return [
        {"type": "scatter", "name": label, "x": edges[:-1], "y": share}
        for label, share in zip(labels_of(scenario), shares, strict=True)
    ]


def _drawn_usd(scenario: Scenario) -> np.ndarray:
    """Totals of the draws that the page makes; NaN where no server meets the objective, and all launch in time."""
    costs = tco.evaluate(tco.draw(2048, scenario, seed=1))
    assert (costs.launch_months < costs.inputs[0].horizon_months).all()
    return costs.total_usd


TRACES: dict[str, Callable[[Scenario], list[dict[str, Any]]]] = {
    "chances": _chance_traces,
    "histogram": _histogram_traces,
    "regret": _regret_traces,
    "components": _component_traces,
    "cost-against-peak-users": _sweep_traces("peak_users"),
    "cost-against-team-people": _sweep_traces("team_people"),
    "launch": _launch_traces,
    "servers": _server_traces,
    "cash-flow": _cash_flow_traces,
}


def load_file(page: Page, *, content: bytes, name: str = "scenario.toml") -> None:
    """
    Load a file of a content and a name.
    """
    choose_file(page, {"name": name, "mimeType": "application/toml", "buffer": content})


def choose_file(page: Page, file: Path | FilePayload) -> None:
    """
    Choose a file in the browser's own dialog.
    """
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Load scenario").click()
    chooser.value.set_files(file)


def run_cells(page: Page, cells: int) -> None:
    """
    Run the first cells of a notebook in JupyterLab.
    """
    # Cells that are run before their kernel is there are passed over without a word.
    expect(page.get_by_text(re.compile(r"\| Idle$"))).to_be_visible()
    page.locator(".jp-CodeCell .cm-content").first.click()
    for _ in range(cells):
        page.keyboard.press("Shift+Enter")


def assert_fits(page: Page) -> None:
    """
    Nothing is wider than the window.
    """
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def assert_named(page: Page) -> None:
    """
    Each control that is in view has a name for screen readers.
    """
    assert page.evaluate(NAMELESS) == []
