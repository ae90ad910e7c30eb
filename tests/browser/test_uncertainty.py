"""
The uncertainty page in a browser: what it shows is what the draws of its scenario give.
"""

import re

import numpy as np
from playwright.sync_api import Page, expect

import tco
from tco.decision import verdict
from tco.draws import Prior
from tco.flips import what_flips, winner_map
from tco.keys import label_of, row_of
from tco.scenarios import Scenario
from tco.uncertainty import how_sure
from tco.wording import money, quantity, share
from tests.browser.pages import Drawn, assert_draws, assert_fits, assert_named, open_page, press, scenario_with

CHARTS = ("chances", "histogram", "regret")


def assert_shows(page: Page, drawn: Drawn, scenario: Scenario) -> None:
    """
    Sentence, table, charts and flips are the library's.
    """
    found = how_sure(scenario, 2048, seed=1)
    expect(page.locator(".tco-sentence")).to_have_text(found.sentence)
    expect(page.locator("[data-chance]")).to_have_text([share(float(chance)) for chance in found.cheapest_share])
    assert_draws(page, drawn, scenario, *CHARTS)
    answer = verdict(scenario)
    flips = what_flips(scenario, answer.best, answer.runner_up)
    expect(page.locator(".tco-flips tbody th")).to_have_count(min(len(flips), 12))
    if flips:
        first = page.locator(".tco-flips tbody tr").first
        expect(first).to_contain_text(flips[0].label)
        expect(first).to_contain_text(quantity(flips[0].key.partition(".")[0], flips[0].values[0]))
    assert_fits(page)


def test_follows_a_slider_and_a_choice(any_page: Page, dashboard: str, drawn: Drawn) -> None:
    """
    Keys on the share of pages, and another product, change sentence, table, charts and flips to the library's.
    """
    scenario = open_page(any_page, dashboard, "uncertainty")
    assert_shows(any_page, drawn, scenario)
    press(any_page, "html_share", "ArrowRight", 30)
    assert_shows(any_page, drawn, scenario_with(any_page, inputs={"html_share": 0.3}))
    any_page.get_by_role("button", name="Internal tool").click()
    assert_shows(any_page, drawn, scenario_with(any_page, preset="internal-tool"))


def test_the_users_threshold_decides_what_is_too_close(wide_page: Page, dashboard: str) -> None:
    """
    Down to a half as sure enough: the same draws are no longer too close to call.
    """
    open_page(wide_page, dashboard, "uncertainty")
    expect(wide_page.locator(".tco-sentence")).to_have_text(re.compile("^Too close to call: "))
    press(wide_page, "confidence_share", "Home")
    scenario = scenario_with(wide_page, inputs={"confidence_share": 0.5})
    expect(wide_page.locator(".tco-sentence")).to_have_text(how_sure(scenario, 2048, seed=1).sentence)
    assert "Too close" not in how_sure(scenario, 2048, seed=1).sentence


def test_supposes_that_inputs_are_known(any_page: Page, dashboard: str, drawn: Drawn) -> None:
    """
    A tick at the people's groups: sentence, chances and tornado are those of draws that leave these inputs alone.
    """
    scenario = open_page(any_page, dashboard, "uncertainty")
    for group in ("Team", "Hiring"):
        any_page.get_by_label(group, exact=True).check()
    known = [key for key in Prior(scenario).drawn if row_of(scenario, key).group in ("Team", "Hiring")]
    found = how_sure(Prior(scenario, known=known), 2048, seed=1)
    expect(any_page.locator(".tco-sentence")).to_have_text(found.sentence)
    expect(any_page.locator("[data-chance]")).to_have_text([share(float(chance)) for chance in found.cheapest_share])
    labels = {label_of(scenario, key) for key in known}
    assert not labels & set(drawn(any_page, "tornado", revision=3)["traces"][0]["y"])
    assert_fits(any_page)


def test_maps_any_two_inputs(any_page: Page, dashboard: str, drawn: Drawn) -> None:
    """
    The map has a layer for each winner over the two inputs that are chosen.
    """
    scenario = open_page(any_page, dashboard, "uncertainty")
    drawn(any_page, "map")
    any_page.get_by_label("Across").select_option("Share of HTML pages")
    expected = winner_map(scenario, "html_share", "team_people")
    winners = [name for i, name in enumerate(scenario.servings) if (expected.best == i).any()]
    traces = drawn(any_page, "map", revision=2)["traces"]
    assert [trace["type"] for trace in traces] == [*["heatmap"] * len(winners), "scatter"]
    assert np.allclose(traces[0]["x"], expected.x)
    assert np.allclose(traces[0]["y"], expected.y)
    assert len(winners) > 1
    assert_fits(any_page)


def test_says_what_is_worth_knowing_when_asked(wide_page: Page, dashboard: str, drawn: Drawn) -> None:
    """
    The value of information in dollars, everything first, and the shares of the variance.
    """
    scenario = open_page(wide_page, dashboard, "uncertainty")
    wide_page.get_by_role("button", name="What is worth knowing better").click()
    found = tco.worth_knowing(how_sure(scenario, 2048, seed=1))
    (trace,) = drawn(wide_page, "worth")["traces"]
    worthy = [one.worth.usd for one in (*found.groups, *found.inputs) if one.worth.usd > 0]
    assert np.allclose(trace["x"], [found.everything.usd, *worthy])
    expect(wide_page.locator(".js-plotly-plot", has_text="Everything")).to_contain_text(money(worthy[-1]))
    expect(wide_page.locator(".tco-variance tbody tr")).to_have_count(12)


def test_names_each_control(narrow_page: Page, dashboard: str) -> None:
    """
    Each control has a name for screen readers, on a phone too.
    """
    open_page(narrow_page, dashboard, "uncertainty")
    assert_named(narrow_page)
    assert_fits(narrow_page)
