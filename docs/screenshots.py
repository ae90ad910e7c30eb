"""
Draws the pictures of the README: each page, with all its charts, as a laptop and as a phone show it.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.browser.servers import running_browser, running_dashboard  # noqa: E402, found by the line before

WIDTHS_PX = (1280, 390)
HEIGHT_PX = 844


def show_all(page: Page, address: str) -> None:
    """
    Open a page and wait until every chart is drawn.
    """
    page.goto(address)
    expect(page.locator(".tco-sentence")).to_be_visible()
    for chart in page.locator(".tco-figure").all():
        # A chart is drawn when it comes into view.
        chart.scroll_into_view_if_needed()
        expect(chart).to_have_attribute("data-state", "drawn")
    page.mouse.move(0, 0)
    page.evaluate("scrollTo(0, 0)")


def main() -> None:
    """
    Write a picture for each notebook and width beside this file.
    """
    with (
        tempfile.TemporaryDirectory() as logs,
        running_dashboard(Path(logs) / "log") as address,
        sync_playwright() as playwright,
        running_browser(playwright) as browser,
    ):
        for notebook in sorted((ROOT / "notebooks").glob("*.ipynb")):
            for width_px in WIDTHS_PX:
                page = browser.new_page(viewport={"width": width_px, "height": HEIGHT_PX})
                show_all(page, f"{address}voila/render/{notebook.name}")
                page.screenshot(path=Path(__file__).with_name(f"{notebook.stem}-{width_px}.png"), full_page=True)
                page.goto("about:blank")  # ends the page's kernel
                page.close()


if __name__ == "__main__":
    main()
