from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages import run_cells

TWO_CHARTS = """
import ipywidgets
import numpy as np
import plotly.graph_objects as go
from tco.dashboard.figure_widget import Figure

def bars(level):
    figure = go.Figure(go.Bar(x=["Flask", "FastAPI", "Django"], y=np.array([1.5, 2.0, 3.0]) * level, name="cost"))
    return figure.update_layout(title_text=f"at {level}")

slider = ipywidgets.IntSlider(value=1, min=0, max=100, description="level")
button = ipywidgets.Button(description="rush")
charts = [Figure(bars(1), alt="at 1", name=name) for name in ("first", "second")]

def draw(level):
    for chart in charts:
        chart.draw(bars(level), alt=f"at {level}")

slider.observe(lambda change: draw(change.new), "value")
button.on_click(lambda _: [draw(level) for level in range(2, 22)])
controls = ipywidgets.Box([slider, button]).add_class("tco-controls")
ipywidgets.VBox([controls, ipywidgets.Box(charts).add_class("tco-charts")])
"""

HIDDEN_CHART = """
import ipywidgets
import plotly.graph_objects as go
from tco.dashboard.figure_widget import Figure

children = [ipywidgets.HTML("words"), Figure(go.Figure(go.Bar(y=[1, 2])), name="hidden")]
ipywidgets.Tab(children=children, titles=["words", "chart"])
"""

BROKEN_CHART = """
import ipywidgets
import plotly.graph_objects as go
from tco.dashboard.figure_widget import Figure

chart = Figure(go.Figure(go.Bar(y=[1, 2])), name="broken")
button = ipywidgets.Button(description="break")
repair = ipywidgets.Button(description="mend")
button.on_click(lambda _: setattr(chart, "drawing", "not a drawing"))
repair.on_click(lambda _: chart.draw(go.Figure(go.Bar(y=[3, 4]))))
ipywidgets.VBox([button, repair, chart])
"""

PIE_CHART = """
import plotly.graph_objects as go
from tco.dashboard.figure_widget import Figure

Figure(go.Figure(go.Pie(values=[1, 3])), name="pie")
"""

Drawn = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def two_charts(make_page: Callable[..., str]) -> str:
    return make_page("two_charts", TWO_CHARTS, title="Two charts")


def expected(level: int) -> list[dict[str, Any]]:
    values = [1.5 * level, 2.0 * level, 3.0 * level]
    return [{"type": "bar", "name": "cost", "x": ["Flask", "FastAPI", "Django"], "y": values}]


def test_draws_what_the_kernel_sent(any_page: Page, two_charts: str, drawn: Drawn) -> None:
    """
    Traces, title and words read back from the page equal those of the figure, on a laptop and on a phone.
    """
    any_page.goto(two_charts)
    for name in ("first", "second"):
        drawing = drawn(any_page, name)
        assert (drawing["traces"], drawing["title"], drawing["alt"]) == (expected(1), "at 1", "at 1")


def test_follows_a_change(wide_page: Page, two_charts: str, drawn: Drawn) -> None:
    """
    A key on the slider changes both charts, to the same level.
    """
    wide_page.goto(two_charts)
    drawn(wide_page, "first")
    wide_page.get_by_role("slider").press("ArrowRight")
    for name in ("first", "second"):
        assert drawn(wide_page, name, revision=2)["traces"] == expected(2)


def test_ends_on_the_last_of_many_changes(wide_page: Page, two_charts: str, drawn: Drawn) -> None:
    """
    Twenty figures sent at once leave the last one on the page, in both charts.
    """
    wide_page.goto(two_charts)
    drawn(wide_page, "first")
    wide_page.get_by_role("button", name="rush").click()
    for name in ("first", "second"):
        drawing = drawn(wide_page, name, revision=21)
        assert (drawing["traces"], drawing["alt"]) == (expected(21), "at 21")


def test_loads_plotly_js_once(wide_page: Page, two_charts: str, drawn: Drawn) -> None:
    """
    Two charts make one request for plotly.js, and the next page takes it from the browser's cache.
    """
    answers = []
    wide_page.on("response", lambda answer: answers.append(answer) if "plotly" in answer.url else None)
    wide_page.goto(two_charts)
    drawn(wide_page, "first")
    drawn(wide_page, "second")
    assert len(answers) == 1
    assert "immutable" in answers[0].headers["cache-control"]


def test_loads_all_of_plotly_js_where_a_figure_needs_it(
    wide_page: Page, make_page: Callable[..., str], drawn: Drawn
) -> None:
    """
    Pages get the part of plotly.js that our own charts need; a pie, which is none of them, is drawn all the same.
    """
    wide_page.goto(make_page("pie_chart", PIE_CHART))
    assert drawn(wide_page, "pie")["traces"][0]["type"] == "pie"


def test_page_never_scrolls_sideways(any_page: Page, two_charts: str, drawn: Drawn) -> None:
    """
    Charts are as wide as their place, before and after the window changes its width.
    """
    any_page.goto(two_charts)
    drawn(any_page, "second")
    for width_px in (any_page.viewport_size["width"], 700, 390):
        any_page.set_viewport_size({"width": width_px, "height": 844})
        any_page.wait_for_function(
            """() => [...document.querySelectorAll(".tco-figure")].every(element => {
                const place = element.getBoundingClientRect();
                const picture = element.querySelector(".main-svg").getBoundingClientRect();
                return Math.abs(place.width - picture.width) < 1 && place.right <= document.documentElement.clientWidth;
            })"""
        )
        assert any_page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_fills_a_tab_that_was_hidden(wide_page: Page, make_page: Callable[..., str]) -> None:
    """
    A chart in a tab that nobody has opened yet has, once opened, the tab's width and not Plotly's 700 px.
    """
    wide_page.goto(make_page("hidden_chart", HIDDEN_CHART))
    wide_page.get_by_role("tab", name="chart").click()
    width_px = wide_page.locator(".tco-figure").bounding_box()["width"]
    assert width_px > 1000
    wide_page.wait_for_function(
        "width => Math.abs(document.querySelector('.js-plotly-plot')._fullLayout.width - width) < 1", arg=width_px
    )


def test_says_when_it_cannot_draw(wide_page: Page, make_page: Callable[..., str], drawn: Drawn) -> None:
    """
    A figure that cannot be drawn leaves a sentence, not the old numbers; the next good one is drawn again.
    """
    wide_page.goto(make_page("broken_chart", BROKEN_CHART))
    drawn(wide_page, "broken")
    wide_page.get_by_role("button", name="break").click()
    expect(wide_page.get_by_role("alert").filter(has_text="could not be drawn")).to_be_visible()
    expect(wide_page.locator(".js-plotly-plot .main-svg")).to_have_count(0)
    wide_page.get_by_role("button", name="mend").click()
    assert drawn(wide_page, "broken", revision=2)["traces"][0]["y"] == [3, 4]


@pytest.mark.parametrize("plotly_js_from", ["server", "kernel"])
def test_draws_in_jupyterlab(
    plotly_js_from: str,
    jupyterlab: Callable[..., str],
    write_notebook: Callable[..., Path],
    wide_page: Page,
    drawn: Drawn,
) -> None:
    """
    JupyterLab draws the chart, whether its server has our route or the kernel has to send plotly.js.
    """
    asked = []
    wide_page.on("request", lambda request: asked.append(request.url) if "/tco/plotly" in request.url else None)
    notebook = write_notebook("two_charts", TWO_CHARTS)
    wide_page.goto(jupyterlab(notebook, our_route=plotly_js_from == "server"))
    run_cells(wide_page, 1)
    for name in ("first", "second"):
        assert drawn(wide_page, name)["traces"] == expected(1)
    from_kernel = wide_page.locator("head > script[src^='blob:']").count()
    assert (len(asked), from_kernel) == ((1, 0) if plotly_js_from == "server" else (0, 1))
