"""
The compare page in a browser: scenarios come from products, files and links, and the waterfalls are the library's.
"""

import re
from typing import Any

import numpy as np
from playwright.sync_api import Page, expect

import tco
from tco.differences import Difference
from tco.links import link_text
from tco.model import COMPONENTS
from tco.scenarios import Scenario
from tests.browser.pages import Drawn, assert_fits, assert_named, load_file, until

OWN = tco.scenario("ml-product", country="Poland", peak_users=77.0, wait_ms=60.0)
FILE = tco.scenario("internal-tool", team_people=3.0)


def steps_of(drawing: dict[str, Any]) -> list[float]:
    """
    The bars of a waterfall that is drawn, in dollars; the last is the gap.
    """
    (trace,) = drawing["traces"]
    return [float(usd) for usd in trace["x"]]


def assert_gap(page: Page, drawn: Drawn, first: Scenario, second: Scenario, serving: str = "") -> None:
    """
    Sentence, both waterfalls and the last column are those of the gap between these two.
    """
    found: Difference = tco.difference(first, second, serving)
    gap = round(found.gap_usd, 2)

    def shows() -> bool:
        return abs(steps_of(drawn(page, "gap-by-component"))[-1] - gap) < 0.011

    until(page, shows, f"a gap of {gap}")
    *components, in_all = steps_of(drawn(page, "gap-by-component"))
    assert np.allclose(components, found.component_usd, atol=0.02)
    assert round(100 * sum(components)) == round(100 * in_all)
    *inputs, in_all = steps_of(drawn(page, "gap-by-input"))
    largest = np.sort(np.abs(found.input_usd))[::-1][: min(8, len(found.input_usd))]
    assert np.allclose(np.abs(inputs[: len(largest)]), largest, atol=0.02)
    assert round(100 * sum(inputs)) == round(100 * in_all)
    cells = page.locator("[data-part]").evaluate_all("cells => cells.map(c => [c.dataset.part, c.textContent])")
    cents = {key: round(100 * float(text.replace(",", ""))) for key, text in cells if text}
    total = cents.pop("total")
    assert sum(cents[name] for name in COMPONENTS) == sum(v for k, v in cents.items() if k not in COMPONENTS) == total
    assert_fits(page)


def test_compares_what_is_added(any_page: Page, dashboard: str, drawn: Drawn) -> None:
    """
    From the page one came from, a file and a pasted link; the pair, what stands for each, removal, and the way back.
    """
    any_page.goto(f"{dashboard}voila/render/hiring.ipynb?s={link_text(OWN)}")
    any_page.get_by_role("link", name="Compare").click()
    expect(any_page.locator(".tco-sentence")).to_be_visible()
    usual = tco.scenario("ml-product")
    assert_gap(any_page, drawn, OWN, usual)
    assert_named(any_page)

    load_file(any_page, content=FILE.to_toml().encode(), name="<img src=x onerror=alert(1)>.toml")
    expect(any_page.locator(".tco-compare thead th")).to_contain_text(
        ["", "A: ", "B: ", "C: <img src=x", "From A to B"]
    )
    api = tco.scenario("customer-api", peak_users=500.0)
    field = any_page.get_by_label("Link, or address of a page")
    field.fill(f"{dashboard}voila/render/executive.ipynb?s={link_text(api)}")
    field.press("Enter")
    expect(any_page.locator(".tco-compare thead th")).to_have_count(6)
    any_page.get_by_label("From", exact=True).select_option("C: <img src=x onerror=alert(1)>")
    any_page.get_by_label("To", exact=True).select_option("D: Customer API")
    assert_gap(any_page, drawn, FILE, api)
    any_page.get_by_label("Way of serving").select_option("Flask")
    assert_gap(any_page, drawn, FILE, api, "flask-threads")
    expect(any_page.locator(".tco-sentence")).to_contain_text("D: Customer API costs")
    assert any_page.locator("img").count() == 0

    any_page.get_by_role("button", name="Add", exact=True).click()
    expect(any_page.get_by_role("alert").filter(has_text="at most 4 scenarios")).to_be_visible()
    any_page.get_by_role("button", name="Remove A").click()
    expect(any_page.locator(".tco-compare thead th")).to_have_count(5)
    expect(any_page.get_by_role("alert").filter(has_text="at most 4")).to_have_count(0)
    assert_gap(any_page, drawn, usual, FILE, "flask-threads")

    # The address holds them all: a reload keeps them.
    until(any_page, lambda: any_page.url.count("s=2.") == 3, "its scenarios in the address")
    any_page.reload()
    expect(any_page.locator(".tco-compare thead th")).to_have_count(5)
    assert_gap(any_page, drawn, usual, FILE)
    expect(any_page.get_by_role("link", name=re.compile("Save scenario"))).to_have_count(3)


def test_refuses_in_words(wide_page: Page, dashboard: str, drawn: Drawn) -> None:
    """
    A file that is none and text that is no link: a red note, and the page stays as it is.
    """
    wide_page.goto(f"{dashboard}voila/render/compare.ipynb")
    first, second = tco.scenario(), tco.scenario("internal-tool")
    assert_gap(wide_page, drawn, first, second)
    load_file(wide_page, content=b"format = 1\n[inputs]\npeak_users = -5\n", name="=cmd|calc.toml")
    note = wide_page.get_by_role("alert").filter(has_text="Not added")
    expect(note).to_contain_text("=cmd|calc.toml: peak_users must lie in")
    field = wide_page.get_by_label("Link, or address of a page")
    field.fill("<script>alert(1)</script>")
    field.press("Enter")
    expect(note).to_contain_text("is none that tco made")
    assert_gap(wide_page, drawn, first, second)
