"""
The index of our own pages.
"""

from pathlib import Path

import nbformat
from playwright.sync_api import Page, expect

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


def test_lists_each_notebook_and_leads_to_it(any_page: Page, dashboard: str) -> None:
    """
    The index has a title and a sentence for each notebook, and each link opens a page that answers.
    """
    any_page.goto(dashboard)
    entries = any_page.get_by_role("listitem")
    expect(entries).to_have_count(len(NOTEBOOKS))
    assert any_page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for path in NOTEBOOKS:
        metadata = nbformat.read(path, as_version=4).metadata
        entry = entries.filter(has_text=metadata["title"])
        expect(entry).to_contain_text(metadata["description"])
        expect(entry.get_by_role("link")).to_have_attribute("href", f"/voila/render/{path.name}")


def test_leads_from_page_to_page(wide_page: Page, dashboard: str) -> None:
    """
    From the index to a page and back, by its links.
    """
    wide_page.goto(dashboard)
    wide_page.get_by_role("link", name="What will the framework cost us?").click()
    expect(wide_page.locator(".tco-sentence")).to_be_visible(timeout=30_000)
    wide_page.get_by_role("link", name="tco", exact=True).click()
    expect(wide_page.get_by_role("listitem")).to_have_count(len(NOTEBOOKS))
