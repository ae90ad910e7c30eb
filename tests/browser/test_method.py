"""
The method page in a browser: equations beside the library's numbers, and every assumption with its source.
"""

from playwright.sync_api import Page, expect

import tco
from tco.keys import input_keys
from tco.single_question import judge_single_question
from tco.wording import money, share
from tests.browser.pages import assert_answers, assert_fits, assert_named

ADDRESS = "{}voila/render/method.ipynb"


def test_shows_the_models_numbers(any_page: Page, dashboard: str) -> None:
    """
    The last step is the total of each way of serving; another product brings its own numbers.
    """
    any_page.goto(ADDRESS.format(dashboard))
    for button, preset in (("Customer API", "customer-api"), ("Internal tool", "internal-tool")):
        any_page.get_by_role("button", name=button).click()
        scenario = tco.scenario(preset)
        assert_answers(any_page, scenario)
        totals = [money(float(usd)) for usd in tco.evaluate(scenario).total_usd]
        expect(any_page.locator(".tco-steps tr").last.locator("td:not(:nth-child(2))")).to_have_text(totals)
        agreement = share(judge_single_question(scenario).agreement_share)
        expect(any_page.locator(".tco-question")).to_contain_text(f"in {agreement} of the cases")
    assert_named(any_page)
    assert_fits(any_page)


def test_lists_every_assumption_with_its_source(any_page: Page, dashboard: str) -> None:
    """
    Each input that the costs depend on has a row with evidence and source, in a group that opens.
    """
    any_page.goto(ADDRESS.format(dashboard))
    scenario = tco.scenario("customer-api")
    expect(any_page.locator("tr[data-key]")).to_have_count(len(input_keys(scenario)))
    any_page.locator("summary", has_text="Team").click()
    row = any_page.locator("tr[data-key=turnover_share_per_year], tr[data-key=maintenance_share_per_year]").first
    any_page.locator("summary", has_text="Hiring").click()
    expect(row).to_be_visible()
    expect(row).to_contain_text(scenario.row("maintenance_share_per_year").evidence)
    assert_fits(any_page)


def test_shows_the_guide_beside_ours(wide_page: Page, dashboard: str) -> None:
    """
    The guide's week to learn Flask against ours, with the source of each; claims when asked.
    """
    wide_page.goto(ADDRESS.format(dashboard))
    row = wide_page.locator(".tco-disagreements tr", has_text="Form (Flask)")
    expect(row).to_contain_text("0.5")
    expect(row).to_contain_text("Reading of the guide's words")
    wide_page.get_by_role("button", name="What the guide claims").click()
    expect(wide_page.locator("#claim-C1")).to_be_visible()
