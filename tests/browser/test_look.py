"""
How every page looks, and whether everybody can use it: light and dark, wide and narrow, by keyboard, on paper.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.pages import Drawn, assert_fits, open_page, press, scenario_with, until

PAGES = sorted(path.stem for path in (Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
WIDEST_PX = 1920
# What is called good; an element that moves by its own height over the whole window counts 1.
MOST_LAYOUT_SHIFT = 0.1
NOTE_SHIFTS = """window.layoutShift = 0;
    new PerformanceObserver(list => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.layoutShift += entry.value;
    }).observe({ type: "layout-shift", buffered: true });"""
# Of each chart the contrast between a card and its words, and between a card and each of its lines and bars.
CONTRASTS = """() => {
    const parts = text => text.match(/[\\d.]+/g).map(Number);
    const light = ([red, green, blue]) => [red, green, blue].map(part => part / 255)
        .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0) + 0.05;
    const contrast = (one, other) => Math.max(one / other, other / one);
    const card = light(parts(getComputedStyle(document.querySelector(".tco-card")).backgroundColor));
    const isThere = element => parseFloat(getComputedStyle(element).strokeWidth) >= 1 || element.tagName === "text";
    const least = (selector, property) => Math.min(...[...document.querySelectorAll(selector)].filter(isThere)
        .map(element => getComputedStyle(element)[property]).filter(color => color?.startsWith("rgb("))
        .map(color => contrast(light(parts(color)), card)));
    return { words: least(".tco-figure .xtick text, .tco-figure .gtitle, .tco-figure .legendtext", "fill"),
             lines: least(".tco-figure .js-line", "stroke") };
}"""
FOCUSED = """() => {
    const element = document.activeElement, style = getComputedStyle(element);
    return { name: element.tagName + (element.getAttribute("aria-labelledby") ?? element.innerText ?? ""),
             is_body: element === document.body,
             is_seen: element.checkVisibility() && style.outlineStyle !== "none" && style.outlineWidth !== "0px" };
}"""


def show_all(page: Page) -> None:
    """
    Wait until all charts of a page are drawn and all figures are there.
    """
    for chart in page.locator(".tco-figure").all():
        chart.scroll_into_view_if_needed()
        expect(chart).to_have_attribute("data-state", "drawn")
    page.evaluate("scrollTo(0, 0)")
    expect(page.locator(".tco-working")).to_have_count(0)


def in_theme(page: Page, theme: str) -> None:
    """
    As a system of this theme shows the page, once all charts have followed.
    """
    page.emulate_media(color_scheme=theme)
    for chart in page.locator(".tco-figure").all():
        chart.scroll_into_view_if_needed()
        expect(chart).to_have_attribute("data-theme", theme)
    page.evaluate("scrollTo(0, 0)")


def faults(page: Page) -> list[str]:
    """
    What axe-core finds that is serious or critical, with the elements.
    """
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {[node['target'] for node in one['nodes']]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("name", PAGES)
def test_everybody_can_read_it(any_page: Page, dashboard: str, name: str) -> None:
    """
    Nothing jumps while a page loads; no serious fault by axe-core's rules in either theme; words and lines of charts
    stand out from their cards; one heading above all others; and it fits a large screen as it fits this one.
    """
    any_page.add_init_script(NOTE_SHIFTS)
    open_page(any_page, dashboard, name)
    show_all(any_page)
    assert any_page.evaluate("layoutShift") < MOST_LAYOUT_SHIFT
    expect(any_page.locator("h1")).to_have_count(1)
    for theme in ("light", "dark"):
        in_theme(any_page, theme)
        assert faults(any_page) == []
        contrasts = any_page.evaluate(CONTRASTS)
        assert contrasts["words"] is None or contrasts["words"] >= 4.5
        assert contrasts["lines"] is None or contrasts["lines"] >= 3.0
    assert_fits(any_page)
    any_page.set_viewport_size({"width": WIDEST_PX, "height": 1080})
    assert_fits(any_page)


def test_everybody_can_read_the_index(any_page: Page, dashboard: str, forgiven: Callable[[str], None]) -> None:
    """
    The list of pages, and the page that says that there is none, have no serious fault in either theme.
    """
    forgiven("404")
    for address in (dashboard, f"{dashboard}voila/tree"):
        any_page.goto(address)
        for theme in ("light", "dark"):
            any_page.emulate_media(color_scheme=theme)
            assert faults(any_page) == []


def test_the_theme_that_was_chosen_stays(wide_page: Page, dashboard: str, drawn: Drawn) -> None:
    """
    The button overrules the system, also for the next page; pressed again, the system decides.
    """
    page, button = wide_page, wide_page.get_by_role("button", name="Dark", exact=True)
    root = page.locator("html")
    page.goto(dashboard)
    expect(root).to_have_attribute("data-jp-theme-light", "true")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    open_page(page, dashboard, "executive")
    expect(root).to_have_attribute("data-jp-theme-light", "false")
    drawn(page, "components")
    chart = page.locator(".tco-figure[data-name=components]")
    expect(chart).to_have_attribute("data-theme", "dark")
    button.click()
    expect(chart).to_have_attribute("data-theme", "light")
    page.emulate_media(color_scheme="dark")
    expect(chart).to_have_attribute("data-theme", "dark")


def test_a_number_opens_its_sums(any_page: Page, dashboard: str) -> None:
    """
    From the keyboard, and it stays open while the numbers change; Escape closes it, and the focus is where it was.
    """
    open_page(any_page, dashboard, "executive")
    show_all(any_page)
    number = any_page.locator("[data-total] .tco-number").first
    number.focus()
    any_page.keyboard.press("Enter")
    sums = any_page.get_by_role("dialog", name="Total cost")
    expect(sums).to_be_visible()
    expect(sums).to_contain_text(number.inner_text())
    assert faults(any_page) == []
    any_page.keyboard.press("Escape")
    expect(sums).to_be_hidden()
    expect(number).to_be_focused()

    press(any_page, "team_people", "ArrowRight", 3)
    scenario_with(any_page, inputs={"team_people": 8})
    any_page.locator("[data-total] + td .tco-number").first.focus()
    any_page.keyboard.press("Enter")
    expect(any_page.locator(".tco-working")).to_have_count(0)
    expect(any_page.get_by_role("dialog", name="Time to launch")).to_be_visible()


def test_everything_is_within_reach_of_the_keyboard(wide_page: Page, dashboard: str) -> None:
    """
    The first key leads past the header; each stop shows that it has the focus; the last one leads out of the page.
    """
    open_page(wide_page, dashboard, "executive")
    show_all(wide_page)
    wide_page.keyboard.press("Tab")
    expect(wide_page.get_by_role("link", name="Skip to the answer")).to_be_focused()
    wide_page.keyboard.press("Enter")
    expect(wide_page.locator("main")).to_be_focused()
    stops: list[str] = []

    def leaves() -> bool:
        wide_page.keyboard.press("Tab")
        stop = wide_page.evaluate(FOCUSED)
        if stop["is_body"]:
            return True
        assert stop["is_seen"], stop
        stops.append(stop["name"])
        return False

    until(wide_page, leaves, "a way out")
    controls = wide_page.locator("main").locator(
        "button, a[href], input, select, [role=slider], [contenteditable=true]"
    )
    reachable = [one for one in controls.all() if one.is_visible()]
    # A row of chosen buttons or the number of a slider may count once or twice, but none is left out.
    assert len(stops) >= len(reachable)


def test_prints_to_one_page(wide_page: Page, dashboard: str) -> None:
    """
    The executive page fits one sheet of A4, in the light theme whatever the screen shows.
    """
    open_page(wide_page, dashboard, "executive")
    show_all(wide_page)
    in_theme(wide_page, "dark")
    printed = wide_page.pdf(format="A4", print_background=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
    expect(wide_page.locator(".tco-figure[data-theme=dark]").first).to_be_visible()
