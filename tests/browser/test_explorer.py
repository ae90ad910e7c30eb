"""
The explorer page in a browser: every input within reach, and what is shown is what the library gives.
"""

from collections.abc import Callable
from pathlib import Path
from shutil import copy

from playwright.sync_api import Locator, Page, expect

import tco
from tco.assumptions import FRAMEWORK_NAMES, SHARED_NAMES
from tco.model import COMPONENTS
from tco.scenarios import Scenario, read_scenario
from tco.wording import COMPONENT_LABELS, money, quantity
from tests.browser.pages import (
    Drawn,
    assert_answers,
    assert_draws,
    assert_fits,
    assert_named,
    choose_file,
    labels_of,
    load_file,
    open_page,
    press,
    run_cells,
    scenario_of,
    scenario_with,
)

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "explorer.ipynb"
CHARTS = ("components", "servers", "cash-flow", "launch")
TOOLTIPS = """() => [...document.querySelectorAll("[class*=tco-input-]")].filter(control => control.checkVisibility())
    .map(control => [control.className.match(/tco-input-(\\S+)/)[1], control.querySelector(".widget-label").title])"""


def assert_shows(page: Page, drawn: Drawn, scenario: Scenario) -> None:
    """
    Sentence, table of components and charts are the library's.
    """
    assert_answers(page, scenario)
    costs = tco.evaluate(scenario)
    expect(page.locator(".tco-table thead th")).to_have_text(["Present value", *labels_of(scenario)])
    rows = page.locator(".tco-table tbody tr")
    for i, part in enumerate([*COMPONENTS, "total"]):
        figures = costs.component_usd.get(part, costs.total_usd)
        expect(rows.nth(i).locator("th")).to_have_text(COMPONENT_LABELS.get(part, "Total"))
        expect(rows.nth(i).locator("td")).to_have_text([money(float(usd)) for usd in figures])
    assert_draws(page, drawn, scenario, *CHARTS)
    assert_fits(page)


def open_group(page: Page, name: str) -> None:
    page.locator(".tco-groups").get_by_role("button", name=name, exact=True).click()
    expect(page.locator(".tco-groups .mod-active")).to_have_text(name)


def red_note(page: Page) -> Locator:
    return page.locator("#tco-page").get_by_role("alert")


def test_opens_every_group_and_changes_nothing(any_page: Page, dashboard: str) -> None:
    """
    Each input has one control, named, with range and source in its tooltip; looking at them changes no input.

    Browsers move a slider to the nearest step when they show it.
    """
    scenario = open_page(any_page, dashboard, "explorer")
    seen: list[str] = []
    for group in any_page.locator(".tco-groups button").all_inner_texts():
        open_group(any_page, group)
        any_page.wait_for_function(f"seen => ({TOOLTIPS})().some(([name]) => !seen.includes(name))", arg=seen)
        for name, tooltip in any_page.evaluate(TOOLTIPS):
            seen.append(name)
            row = scenario.row(*name.split("-", 1))
            assert f"{quantity(row.name, row.low)} to {quantity(row.name, row.high)}" in tooltip
            assert f"source: {row.source}" in tooltip
        assert_named(any_page)
        assert_fits(any_page)
    assert sorted(seen) == sorted(inputs_of(scenario))
    assert scenario_of(any_page).to_toml() == scenario.to_toml() == tco.scenario("customer-api").to_toml()
    assert_answers(any_page, scenario)


def inputs_of(scenario: Scenario) -> list[str]:
    """
    Every input, those of a framework or a way of serving once for each.
    """
    a = scenario.assumptions
    tables = (*a.framework_rows.items(), *a.serving_rows.items())
    return [*SHARED_NAMES, *(f"{name}-{place}" for place, rows in tables for name in FRAMEWORK_NAMES if name in rows)]


def test_follows_inputs_of_every_kind(any_page: Page, dashboard: str, drawn: Drawn) -> None:
    """
    A shared input, one of a framework and one of a way of serving change table and charts; reset brings all back.
    """
    start = open_page(any_page, dashboard, "explorer")
    assert_shows(any_page, drawn, start)

    open_group(any_page, "Money")
    press(any_page, "horizon_months", "ArrowRight", 6)
    inputs: dict[str, object] = {"horizon_months": 42}
    assert_shows(any_page, drawn, scenario_with(any_page, inputs=inputs))

    open_group(any_page, "FastAPI")
    press(any_page, "team_knows_share-fastapi", "End")
    inputs |= {"team_knows_share": {"fastapi": 1}}
    assert_shows(any_page, drawn, scenario_with(any_page, inputs=inputs))

    open_group(any_page, "Flask, threads")
    press(any_page, "slots_per_worker_count-flask-threads", "Home")
    inputs |= {"slots_per_worker_count": {"flask-threads": start.row("slots_per_worker_count", "flask-threads").low}}
    assert_shows(any_page, drawn, scenario_with(any_page, inputs=inputs))

    any_page.get_by_role("button", name="Reset", exact=True).click()
    assert_shows(any_page, drawn, scenario_with(any_page, inputs={}))
    assert scenario_of(any_page).to_toml() == start.to_toml()
    # The sliders went back as well.
    slots = start.value("slots_per_worker_count", "flask-threads")
    readout = any_page.locator(".tco-input-slots_per_worker_count-flask-threads .widget-readout")
    expect(readout).to_have_text(f"{slots:.0f}")
    open_group(any_page, "Money")
    expect(any_page.locator(".tco-input-horizon_months .widget-readout")).to_have_text("36")


def test_chooses_servers(any_page: Page, dashboard: str, drawn: Drawn) -> None:
    """
    Regions follow the provider; terms without a price leave a red note and the last good result; ways of serving.
    """
    open_page(any_page, dashboard, "explorer")
    open_group(any_page, "Servers")
    prices = tco.scenario().assumptions.prices
    region = any_page.get_by_label("Region")
    for label, provider in [("Azure", "azure"), ("Google Cloud", "gcp"), ("AWS", "aws")]:
        any_page.get_by_label("Provider").select_option(label)
        scenario = scenario_with(any_page, provider=provider)
        expect(region.locator("option")).to_have_text(list(prices.regions[provider]))
        expect(region).to_have_value(scenario.region)
    region.select_option("eu-west-1")
    good = scenario_with(any_page, region="eu-west-1")
    assert_shows(any_page, drawn, good)

    any_page.get_by_label("Purchase").select_option("Reserved, 3 years")
    expect(red_note(any_page)).to_contain_text("reserved_3y")
    expect(red_note(any_page)).to_contain_text("eu-west-1")
    expect(any_page.get_by_label("Purchase")).to_have_value("On demand")
    assert scenario_of(any_page).to_toml() == good.to_toml()
    assert_shows(any_page, drawn, good)

    any_page.get_by_label("Ways of serving to compare").select_option(["Flask, gevent", "FastAPI, plain functions"])
    scenario = scenario_with(any_page, servings=("flask-gevent", "fastapi-plain"))
    expect(red_note(any_page)).to_have_count(0)
    assert_shows(any_page, drawn, scenario)


def test_saves_and_loads(any_page: Page, dashboard: str, drawn: Drawn, tmp_path: Path) -> None:
    """
    A saved scenario is a file that the library reads, and the page loads it again; a bad file changes nothing.
    """
    open_page(any_page, dashboard, "explorer")
    any_page.get_by_role("button", name="AI product").click()
    expect(any_page.locator(".tco-input-peak_users .widget-readout")).to_have_text("2,000")
    press(any_page, "peak_users", "ArrowLeft", 4)
    saved = scenario_with(any_page, preset="ml-product", inputs={"peak_users": 1262})
    with any_page.expect_download() as download:
        any_page.get_by_role("link", name="Save scenario").click()
    path = tmp_path / download.value.suggested_filename
    download.value.save_as(path)
    assert path.name == "scenario.toml"
    assert read_scenario(path).to_toml() == saved.to_toml()

    any_page.get_by_role("button", name="Reset", exact=True).click()
    start = scenario_with(any_page, preset="customer-api", inputs={})
    load_file(any_page, content=path.read_bytes())
    scenario = scenario_with(any_page, preset="ml-product", inputs={"peak_users": 1262})
    assert scenario.to_toml() == saved.to_toml() != start.to_toml()
    assert_shows(any_page, drawn, scenario)

    bad_files = [
        (b"format = 1\n[inputs]\npeak_users = -5\n", "peak_users must lie in"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"format = 1\nx = '<b id=\"injected\">'\n", "fields"),
        (b"#" * 100_001, "more than 100,000 bytes"),
    ]
    for content, words in bad_files:
        load_file(any_page, content=content, name="<img id=injected src=x onerror=alert(1)>.toml")
        expect(red_note(any_page)).to_contain_text(words)
        expect(red_note(any_page)).to_contain_text("<img id=injected src=x onerror=alert(1)>.toml")
        assert scenario_of(any_page).to_toml() == saved.to_toml()
    expect(any_page.locator("#injected")).to_have_count(0)
    assert_shows(any_page, drawn, scenario)

    # Of a gigabyte only the beginning is sent, so that the connection lasts and the page can say no.
    large = tmp_path / "large.toml"
    with large.open("wb") as file:
        file.truncate(10**9)
    choose_file(any_page, large)
    expect(red_note(any_page)).to_contain_text("large.toml: the file has more than 100,000 bytes")

    # The next good change takes the note away.
    load_file(any_page, content=path.read_bytes().replace(b"1262", b"1500"))
    scenario_with(any_page, inputs={"peak_users": 1500})
    expect(red_note(any_page)).to_have_count(0)


def test_shows_each_claim_with_both_figures(any_page: Page, dashboard: str) -> None:
    """
    The table of claims lists all of the guide's claims, each with a figure for each view, and follows the scenario.
    """
    scenario = open_page(any_page, dashboard, "explorer")
    any_page.get_by_role("button", name="What the guide claims").click()
    claims = any_page.locator("tr[id^=claim-]")
    expect(claims.locator("th")).to_have_text(list(scenario.assumptions.claims))
    for row in claims.all():
        statement, *figures = row.locator("td").all_inner_texts()
        assert statement
        assert len(figures) == 2
        assert all(figures)
    before = dict(zip(scenario.assumptions.claims, claims.all_text_contents(), strict=True))
    any_page.get_by_role("button", name="AI product").click()
    expect(any_page.locator("#claim-C2")).not_to_have_text(before["C2"])
    # The guide's own cases stay what they are.
    expect(any_page.locator("#claim-U2")).to_have_text(before["U2"])
    assert_fits(any_page)


def test_works_in_jupyterlab(jupyterlab: Callable[..., str], wide_page: Page, drawn: Drawn, tmp_path: Path) -> None:
    """
    JupyterLab runs the notebook, and a slider moved there changes the charts to the library's figures.
    """
    # JupyterLab saves what it ran.
    notebook = Path(copy(NOTEBOOK, tmp_path))
    wide_page.goto(jupyterlab(notebook, our_route=True))
    run_cells(wide_page, 2)
    expect(wide_page.locator(".tco-sentence")).to_be_visible()
    assert_draws(wide_page, drawn, scenario_of(wide_page), *CHARTS)
    press(wide_page, "peak_users", "ArrowRight", 5)
    assert_draws(wide_page, drawn, scenario_with(wide_page, inputs={"peak_users": 17_780}), *CHARTS)
