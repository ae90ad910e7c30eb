"""
The executive page in a browser: what it shows is what the library gives for the scenario that it would save.
"""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

import tco
from tco.assumptions import ASSUMPTION_SETS
from tco.scenarios import Scenario
from tco.wording import ASSUMPTION_SET_LABELS, quantity
from tests.browser.pages import (
    Drawn,
    assert_answers,
    assert_draws,
    assert_fits,
    assert_named,
    assert_totals,
    open_page,
    press,
    scenario_of,
    scenario_with,
)

CHARTS = ("components", "cost-against-peak-users", "cost-against-team-people", "launch")
MARKS = """name => document.querySelector(`.tco-figure[data-name="${name}"] .js-plotly-plot`)
    ._fullLayout.annotations.map(({ text }) => text)"""


def assert_shows(page: Page, drawn: Drawn, scenario: Scenario) -> None:
    assert_answers(page, scenario)
    assert_totals(page, scenario)
    assert_draws(page, drawn, scenario, *CHARTS)
    assert_fits(page)


def test_follows_each_slider_from_the_keyboard(any_page: Page, dashboard: str, drawn: Drawn) -> None:
    """
    Keys on traffic, team size, HTML share and horizon change sentence, table and all charts to the library's figures.
    """
    scenario = open_page(any_page, dashboard, "executive")
    assert scenario.to_toml() == tco.scenario("customer-api").to_toml()
    assert_shows(any_page, drawn, scenario)
    steps: list[tuple[str, str, int, float]] = [
        ("peak_users", "ArrowRight", 5, 17_780),  # twenty steps make a factor of ten: 10,000 * 10 ** 0.25, rounded
        ("team_people", "ArrowRight", 3, 8),
        ("html_share", "ArrowRight", 30, 0.3),
        ("horizon_months", "ArrowLeft", 12, 24),
    ]
    for name, key, times, value in steps:
        before = scenario
        press(any_page, name, key, times)
        scenario = scenario_with(any_page, inputs={**before.inputs, name: value})
        assert tco.verdict(scenario).sentence != tco.verdict(before).sentence
        assert_shows(any_page, drawn, scenario)


def test_follows_each_choice(any_page: Page, dashboard: str, drawn: Drawn) -> None:
    """
    Product, country and assumptions change everything on the page; the guide's view has the guide's two frameworks.
    """
    open_page(any_page, dashboard, "executive")
    press(any_page, "horizon_months", "ArrowRight", 2)
    scenario_with(any_page, inputs={"horizon_months": 38})
    chosen: dict[str, Any] = {}
    for button, choice in [("AI product", {"preset": "ml-product"}), ("Internal tool", {"preset": "internal-tool"})]:
        any_page.get_by_role("button", name=button).click()
        chosen |= choice
        # What presets say nothing of stays as it was set.
        scenario = scenario_with(any_page, **chosen, inputs={"horizon_months": 38})
        assert_shows(any_page, drawn, scenario)

    any_page.get_by_label("Country of the team").select_option("Germany")
    scenario = scenario_with(any_page, **chosen, country="Germany")
    assert_shows(any_page, drawn, scenario)

    # One line says what each view finds, and where they differ most; it is the same in both.
    line = any_page.locator(".tco-disagreement")
    expect(line).to_have_text(re.compile("Measured: .+; [Tt]he guide's view: .+ They differ most in "))
    words = line.text_content()
    any_page.get_by_role("button", name="The guide's view").click()
    scenario = scenario_with(any_page, **chosen, country="Germany", assumption_set="article")
    assert scenario.servings == ("flask-sync", "fastapi-async")
    assert_shows(any_page, drawn, scenario)
    expect(any_page.locator(".tco-table tbody th")).to_have_text(["Flask", "FastAPI"])
    expect(line).to_be_visible()
    assert line.text_content() == words


def test_marks_break_evens(any_page: Page, dashboard: str, drawn: Drawn) -> None:
    """
    Where the library finds traffic or a team size at which the two cheapest cost the same, the chart marks it.
    """
    scenario = open_page(any_page, dashboard, "executive")
    a = scenario.assumptions
    wanted = next(
        scenario
        for preset in a.presets
        for view in ASSUMPTION_SETS
        if break_evens(scenario := tco.scenario(preset, assumption_set=view), "peak_users")
    )
    any_page.get_by_role("button", name=a.preset_label(wanted.preset)).click()
    any_page.get_by_role("button", name=ASSUMPTION_SET_LABELS[wanted.assumption_set]).click()
    scenario = scenario_with(any_page, preset=wanted.preset, assumption_set=wanted.assumption_set)
    for name in ("peak_users", "team_people"):
        assert_marks(any_page, drawn, scenario, name)


def break_evens(scenario: Scenario, name: str) -> tuple[float, ...]:
    """
    Where the two cheapest cost the same, over the range of the input's slider.
    """
    answer, row = tco.verdict(scenario), scenario.row(name)
    return tco.break_even(scenario, name, answer.best, answer.runner_up, row.low, row.high)


def assert_marks(page: Page, drawn: Drawn, scenario: Scenario, name: str) -> None:
    """
    The chart marks where the input is now, and each break-even, on whose two sides another one is cheaper.
    """
    chart = f"cost-against-{name.replace('_', '-')}"
    assert_draws(page, drawn, scenario, chart)
    marks = page.evaluate(MARKS, chart)
    shown = [float(mark.removeprefix("break-even ").replace(",", "")) for mark in marks if "break-even" in mark]
    values = break_evens(scenario, name)
    assert shown == pytest.approx(values, rel=5e-3)
    now = next(mark for mark in marks if mark.startswith("now "))
    assert float(now.removeprefix("now ").replace(",", "")) == scenario.value(name)
    answer = tco.verdict(scenario)
    for value in values:
        below, above = (tco.evaluate(scenario.replace(**{name: value * side})) for side in (0.99, 1.01))
        gaps = [costs.of(answer.best) - costs.of(answer.runner_up) for costs in (below, above)]
        assert gaps[0] * gaps[1] < 0


def test_takes_numbers_as_it_shows_them(wide_page: Page, dashboard: str, drawn: Drawn) -> None:
    """
    Typed beside a slider, 20,000 is twenty thousand and 30% is three tenths; words change nothing.
    """
    open_page(wide_page, dashboard, "executive")
    inputs: dict[str, float] = {}
    for name, typed, key, value, shown in [
        ("peak_users", "100,000", "Enter", 100_000, "100,000"),
        ("html_share", "30%", "Enter", 0.3, "30%"),
        ("html_share", "40", "Tab", 0.4, "40%"),
        ("team_people", "many", "Enter", None, "5"),
        ("team_people", "8", "Tab", 8, "8"),
    ]:
        number = wide_page.locator(f".tco-input-{name} .widget-readout")
        number.fill(typed)
        number.press(key)
        expect(number).to_have_text(shown)
        if value is not None:
            inputs[name] = value
        scenario = scenario_with(wide_page, inputs=inputs)
    assert_shows(wide_page, drawn, scenario)


def test_names_each_control(wide_page: Page, dashboard: str) -> None:
    """
    Each control has a name for screen readers, and its tooltip gives range and source.
    """
    scenario = open_page(wide_page, dashboard, "executive")
    assert_named(wide_page)
    for name in ("peak_users", "team_people", "html_share", "horizon_months"):
        row = scenario.row(name)
        tooltip = wide_page.locator(f".tco-input-{name} .widget-label").get_attribute("title")
        assert f"{quantity(row.name, row.low)} to {quantity(row.name, row.high)}" in tooltip
        assert f"source: {row.source}" in tooltip


def test_shows_the_claims_when_asked(narrow_page: Page, dashboard: str) -> None:
    """
    Each claim of the guide is on the page, with a figure for each view, and the page does not scroll sideways.
    """
    scenario = open_page(narrow_page, dashboard, "executive")
    narrow_page.get_by_role("button", name="What the guide claims").click()
    expect(narrow_page.locator("tr[id^=claim-]")).to_have_count(len(scenario.assumptions.claims))
    assert_fits(narrow_page)
    assert scenario_of(narrow_page).to_toml() == scenario.to_toml()
