"""
A page as a widget in a cell of anyone's notebook, in JupyterLab: it gives its scenario and costs back.
"""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

import tco
from tests.browser.pages import Drawn, assert_draws, press, run_cells, scenario_of, until

CELLS = (
    "import tco\nimport tco.dashboard\n\nw = tco.dashboard.explorer(tco.scenario('internal-tool'))\nw",
    "print(w.scenario.value('peak_users'), *w.costs.total_usd.round(2).tolist())",
)


def test_a_widget_gives_its_scenario_and_costs_back(
    jupyterlab: Callable[..., str], write_notebook: Callable[..., Path], wide_page: Page, drawn: Drawn
) -> None:
    """
    A slider is moved, and the next cell prints the scenario and the costs that the widget shows.
    """
    wide_page.goto(jupyterlab(write_notebook("widget", *CELLS), our_route=True))
    run_cells(wide_page, 1)
    start = tco.scenario("internal-tool").to_toml()
    until(wide_page, lambda: wide_page.locator("a.tco-save").count() == 1, "the page")
    assert scenario_of(wide_page).to_toml() == start
    expect(wide_page.locator(".tco-page-link")).to_have_count(0)
    press(wide_page, "peak_users", "ArrowRight", 5)
    until(wide_page, lambda: scenario_of(wide_page).value("peak_users") > 80, "more users")
    scenario = scenario_of(wide_page)
    assert_draws(wide_page, drawn, scenario, "components")

    wide_page.locator(".jp-CodeCell .cm-content").nth(1).click()
    wide_page.keyboard.press("Shift+Enter")
    numbers = [scenario.value("peak_users"), *tco.evaluate(scenario).total_usd.round(2).tolist()]
    expect(wide_page.locator(".jp-OutputArea-output pre").last).to_have_text(" ".join(map(str, numbers)))
