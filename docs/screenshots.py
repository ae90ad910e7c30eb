"""
Draws the pictures of the README: each page, with all its charts, as a laptop and as a phone show it.
"""

import sys
import tempfile
from itertools import product
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.browser.servers import running_browser, running_dashboard  # noqa: E402, found by the line before

WIDTHS_PX = (1280, 390)
# Shown in the dark theme as well.
DARK = ("executive",)
HEIGHT_PX = 844
# A busy machine takes its time.
PATIENCE_MS = 120_000


def show_all(page: Page, address: str) -> None:
    """
    Open a page and wait until every chart is drawn.
    """
    page.goto(address)
    expect(page.locator(".tco-sentence")).to_be_visible()
    expect(page.locator(".tco-working")).to_have_count(0)
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
            themes = ("light", "dark") if notebook.stem in DARK else ("light",)
            for width_px, theme in product(WIDTHS_PX, themes):
                page = browser.new_page(viewport={"width": width_px, "height": HEIGHT_PX}, color_scheme=theme)
                page.set_default_timeout(PATIENCE_MS)
                show_all(page, f"{address}voila/render/{notebook.name}")
                name = f"{notebook.stem}-{width_px}{'-dark' if theme == 'dark' else ''}.png"
                page.screenshot(path=Path(__file__).with_name(name), full_page=True)
                page.goto("about:blank")  # ends the page's kernel
                page.close()


if __name__ == "__main__":
    main()
