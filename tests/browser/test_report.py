"""
The HTML report in a browser without a network, and as the browser prints it.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

import tco
from tco.report.files import report_bytes, write_report
from tco.scenarios import Scenario
from tests.browser.conftest import HEIGHT_PX, NARROW_PX, WIDE_PX
from tests.browser.pages import TRACES, labels_of, same_traces

READ = """plot => plot._fullData.map(({ type, name, x, y }) => {
    const plain = value => ArrayBuffer.isView(value) ? Array.from(value) : value;
    return { type, name, x: plain(x), y: plain(y) };
})"""
CHARTS = {1: "components", 2: "cash-flow", 3: "launch", 4: "cost-against-peak-users"}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return tco.scenario("customer-api", wait_ms=120)


@pytest.fixture(scope="module")
def report(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    The report as a file.
    """
    return write_report(scenario, tmp_path_factory.mktemp("report") / "report.html")


@pytest.fixture(params=[WIDE_PX, NARROW_PX], ids=["wide", "narrow"])
def offline_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """
    A window without a network, which in the end has reported no error and asked for one file alone.
    """
    context = browser.new_context(viewport={"width": request.param, "height": HEIGHT_PX}, offline=True)
    page = context.new_page()
    asked: list[str] = []
    errors: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []
    assert len([url for url in asked if not url.startswith(("data:", "blob:"))]) == 1


def test_opens_offline_with_its_charts(offline_page: Page, report: Path, scenario: Scenario) -> None:
    """
    Without a network the charts show the library's figures, and the page does not scroll sideways.
    """
    offline_page.goto(report.as_uri())
    expect(offline_page.locator(".answer")).to_have_text(tco.verdict(scenario).sentence)
    plots = offline_page.locator(".js-plotly-plot")
    expect(plots).to_have_count(1 + len(CHARTS))
    chances = plots.nth(0).evaluate(READ)
    assert chances[0]["y"] == labels_of(scenario)
    for i, chart in CHARTS.items():
        assert same_traces(plots.nth(i).evaluate(READ), TRACES[chart](scenario)), chart
        box = plots.nth(i).bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= offline_page.viewport_size["width"]  # type: ignore[index]
    assert offline_page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_prints(browser: Browser, scenario: Scenario) -> None:
    """
    The browser prints the same page as a PDF of several sheets.
    """
    content = report_bytes(scenario, "pdf")
    assert content.startswith(b"%PDF-")
    assert content.count(b"/Type /Page\n") >= 3
