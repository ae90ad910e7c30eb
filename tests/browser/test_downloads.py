"""
Downloads of the executive and the explorer page: each file holds the figures of the scenario on the page.
"""

from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

import tco
from tco.report.components_csv import components_csv
from tests.browser.pages import Drawn, assert_fits, assert_named, open_page, press, scenario_with
from tests.spreadsheets import values_of

CHARTS = {
    "executive": ("components", "cost-against-peak-users", "cost-against-team-people", "launch"),
    "explorer": ("components", "servers", "cash-flow", "launch"),
}


def downloaded(page: Page, kind: str) -> tuple[str, bytes]:
    """
    Name and content of the file that a button gives; the keyboard presses it.
    """
    button = page.locator(f".tco-downloads button[data-kind={kind}]")
    expect(button).to_be_enabled()
    button.focus()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


@pytest.mark.parametrize("name", CHARTS)
def test_gives_what_the_page_shows(any_page: Page, dashboard: str, drawn: Drawn, name: str) -> None:
    """
    After a slider has moved, workbook, report and table have the library's figures; each chart is a PNG and an SVG.
    """
    open_page(any_page, dashboard, name)
    press(any_page, "peak_users", "ArrowRight", 5)
    scenario = scenario_with(any_page, inputs={"peak_users": 17_780})
    costs = tco.evaluate(scenario)
    files = {kind: downloaded(any_page, kind) for kind in ("csv", "xlsx", "html")}
    assert [file_name for file_name, _ in files.values()] == [f"tco-customer-api.{kind}" for kind in files]
    assert files["csv"][1].decode() == components_csv(scenario, costs)
    workbook = openpyxl.load_workbook(BytesIO(files["xlsx"][1]), data_only=True)
    assert values_of(workbook, "every_total_usd") == pytest.approx(costs.total_usd)
    assert values_of(workbook, "peak_users") == [17_780]
    report = files["html"][1].decode()
    assert tco.verdict(scenario).sentence in report
    assert "Plotly.newPlot" in report
    expect(any_page.locator(".tco-downloads [role=status]")).to_have_text("tco-customer-api.html is in your downloads.")
    assert_named(any_page)

    for chart in CHARTS[name]:
        drawn(any_page, chart)
        figure = any_page.locator(f'.tco-figure[data-name="{chart}"]')
        for kind, start in (("PNG", b"\x89PNG"), ("SVG", b"<svg")):
            figure.get_by_role("button", name=f"as {kind}").focus()
            with any_page.expect_download() as download:
                any_page.keyboard.press("Enter")
            assert download.value.suggested_filename == f"tco-{chart}.{kind.lower()}"
            assert Path(download.value.path()).read_bytes().startswith(start)
    assert_fits(any_page)
