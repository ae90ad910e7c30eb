"""
The prices page in a browser: what it shows is what the library gives for the scenario and the plan in force.
"""

import time
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tco.billed_total import billed_total
from tco.cloud import CloudPlan
from tco.dashboard import prices
from tco.dashboard.fleet_table import MOST_ROWS, fleet_rows
from tco.dashboard.price_state import PriceState
from tco.hosting import bills
from tco.scenarios import Scenario
from tco.wording import money
from tests.browser.pages import (
    WAIT_SECONDS,
    Drawn,
    assert_fits,
    assert_named,
    open_page,
    press,
    same_traces,
    scenario_with,
)

FIGURES = {
    "week": prices.week_figure,
    "ways": prices.ways_figure,
    "parts": prices.parts_figure,
    "capacity": prices.capacity_figure,
    "regions": prices.region_figure,
}


def state_of(scenario: Scenario, plan: CloudPlan, **shown: Any) -> PriceState:
    """
    The state that the page should be in.
    """
    state = PriceState(scenario)
    state.plan = plan
    for name, value in shown.items():
        setattr(state, name, value)
    return state


def numbers(values: Any) -> Any:
    """
    Numbers as an array, and words as they are.
    """
    listed = list(values)
    return listed if listed and isinstance(listed[0], str) else np.array(listed, dtype=float)


def assert_shows(page: Page, drawn: Drawn, state: PriceState) -> None:
    """
    Sentence, table, bills and charts are the library's.
    """
    scenario = state.scenario
    serving = scenario.servings[state.serving_index]
    for bill in bills(scenario.replace(servings=(serving,)), state.plan):
        expect(page.locator(f"td[data-way={bill.way}]")).to_have_text(f"{bill.usd_per_month:,.2f}")
    rows = fleet_rows(state)
    shown = page.locator("tr[data-type] th")
    expect(shown).to_have_text([row[0] for row in rows[:MOST_ROWS]])
    expect(page.locator("tr[data-type] td:nth-child(2)")).to_have_text([f"{row[1]:,.2f}" for row in rows[:MOST_ROWS]])
    for name, draw in FIGURES.items():
        expected = [{"y": numbers(trace.y)} for trace in draw(state).data]
        deadline = time.monotonic() + WAIT_SECONDS
        while not same_traces(drawn(page, name)["traces"], expected):
            if time.monotonic() > deadline:
                pytest.fail(f"{name} does not show what the library gives")
            page.wait_for_timeout(50)
    assert_fits(page)


def choose(page: Page, name: str, *labels: str) -> None:
    page.locator(f".tco-choice-{name} select").select_option(label=list(labels))


def test_shows_the_library_and_follows_its_controls(any_page: Page, dashboard: str, drawn: Drawn) -> None:
    """
    Fleets, week, bills and regions are those of the library, at the start and after every kind of change.
    """
    scenario = open_page(any_page, dashboard, "prices")
    serving = scenario.servings[0]
    assert_named(any_page)
    assert_shows(any_page, drawn, state_of(scenario, CloudPlan()))

    choose(any_page, "scaling", "Hour by hour")
    choose(any_page, "profile", "Office hours")
    choose(any_page, "terms", "On demand", "Spot", "Reserved, 3 years")
    choose(any_page, "month", "After 12 months")
    choose(any_page, "zones_count", "3, one of which may fail")
    plan = CloudPlan("hourly", "office-hours", ("on_demand", "spot", "reserved_3y"), 12, {"zones_count": 3.0})
    assert_shows(any_page, drawn, state_of(scenario, plan))

    any_page.get_by_role("button", name="The whole bill in the total cost").click()
    found = billed_total(scenario, plan)
    cells = any_page.locator(".tco-card", has=any_page.locator(".tco-show-total")).locator("tr:last-child td")
    expect(cells).to_have_text([money(float(usd)) for usd in found.total_usd])

    choose(any_page, "provider", "Google Cloud")
    choose(any_page, "region", "us-central1")
    press(any_page, "peak_users", "Home")
    row = scenario.row("peak_users")
    there = scenario_with(any_page, provider="gcp", region="us-central1", inputs={"peak_users": row.low})
    assert_shows(any_page, drawn, state_of(there, plan, serving=serving))


def test_filters_and_sorts_its_table(wide_page: Page, dashboard: str, drawn: Drawn) -> None:
    """
    The table has the types that the filters let through, in the order chosen.
    """
    scenario = open_page(wide_page, dashboard, "prices")
    choose(wide_page, "architecture", "Arm")
    choose(wide_page, "least_vcpus", "4")
    choose(wide_page, "order", "req/s a server, highest first")
    shown = {"architecture": "arm64", "least_vcpus": 4.0, "order": ("capacity_rps", True)}
    assert_shows(wide_page, drawn, state_of(scenario, CloudPlan(), **shown))
    choose(wide_page, "serving", "FastAPI, async")
    assert_shows(wide_page, drawn, state_of(scenario, CloudPlan(), serving="fastapi-async", **shown))


def test_sorts_its_table_from_the_heads(wide_page: Page, dashboard: str, drawn: Drawn) -> None:
    """
    A click on a head sorts by its column; Enter on it, where the keyboard still is, sorts the other way round.
    """
    scenario = open_page(wide_page, dashboard, "prices")
    head = wide_page.get_by_role("button", name="Servers", exact=True)
    cell = wide_page.locator("th", has=head)
    for step, falls in ((head.click, False), (lambda: wide_page.keyboard.press("Enter"), True)):
        step()
        expect(cell).to_have_attribute("aria-sort", "descending" if falls else "ascending")
        expect(head).to_be_focused()
        assert_shows(wide_page, drawn, state_of(scenario, CloudPlan(), order=("servers", falls)))
    expect(wide_page.locator(".tco-choice-order select")).to_have_value("Servers, highest first")


def test_stale_prices_are_marked(wide_page: Page, dashboard: str) -> None:
    """
    The oldest price of the list for us-east-1 is of 2026-07-20: older than the limit from October on.
    """
    open_page(wide_page, dashboard, "prices")
    expect(wide_page.locator(".tco-stale")).to_contain_text("Stale: list prices of 2026-07-20")
