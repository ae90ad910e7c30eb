"""
Links in a browser: whoever opens one sees the scenario that it carries, also where the kernel was started ahead.
"""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copy
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

import tco
from tco.assumptions import load_assumptions
from tco.links import PARAMETER, link_text, parse_link
from tco.scenarios import Scenario
from tests.browser.pages import assert_answers, press, scenario_of, scenario_with, until
from tests.browser.servers import free_port, running

SERVE_HEATED = """
import sys
from pathlib import Path
from tco.dashboard import server

usual = server._settings

def heated(*arguments):
    config = usual(*arguments)
    config.VoilaConfiguration.preheat_kernel = True
    config.VoilaConfiguration.default_pool_size = 1
    return config

server._settings = heated
server.serve(Path(sys.argv[1]), int(sys.argv[2]), open_browser=False)
"""
# The page, and below it whether its kernel was started ahead.
PAGE = (
    "import os\nimport ipywidgets as widgets\nfrom tco.dashboard.executive import executive",
    "page = executive()\nnote = widgets.HTML(os.environ['VOILA_PREHEAT'])\n_ = note.add_class('started-ahead')",
    "widgets.VBox([page, note])",
)


@pytest.fixture(scope="module")
def heated_page(write_notebook: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """
    The address of an executive page whose kernels are started ahead of their viewers.
    """
    directory = tmp_path_factory.mktemp("heated")
    notebook = Path(copy(write_notebook("executive_heated", *PAGE), directory))
    port = free_port()
    command = [sys.executable, "-c", SERVE_HEATED, str(directory), str(port)]
    with running(command, f"http://127.0.0.1:{port}/", directory / "log") as address:
        yield f"{address}voila/render/{notebook.name}"


@pytest.fixture
def cold_page(make_page: Callable[..., str]) -> str:
    """
    The address of an executive page whose kernel starts with the page.
    """
    return make_page("executive_cold", *PAGE)


@pytest.mark.parametrize(("kernel", "heated"), [("heated_page", "True"), ("cold_page", "False")])
def test_each_viewer_sees_the_scenario_of_the_link(
    kernel: str, heated: str, wide_page: Page, request: pytest.FixtureRequest
) -> None:
    """
    One viewer after another, with links and without: each sees what the link carries, and nobody that of another.
    """
    address = request.getfixturevalue(kernel)
    scenarios = {
        tco.scenario("ml-product", country="Poland", peak_users=77): "?s={}",
        tco.scenario("internal-tool", team_knows_share={"fastapi": 0.25}): "?other=1&s={}",
        tco.scenario(): "",
    }
    for scenario, query in scenarios.items():
        wide_page.goto(address + query.format(link_text(scenario)))
        assert_answers(wide_page, scenario)
        assert scenario_of(wide_page).to_toml() == scenario.to_toml()
        expect(wide_page.locator(".started-ahead")).to_have_text(heated)
        expect(wide_page.locator(".tco-notice [role=status], .tco-error [role=alert]")).to_have_count(0)


def test_the_address_follows_the_sliders(any_page: Page, dashboard: str) -> None:
    """
    Untouched, the address stays as it was typed; then it is the link to what the page shows, and a reload keeps that.
    """
    any_page.goto(f"{dashboard}voila/render/executive.ipynb?other=1")
    assert_answers(any_page, tco.scenario())
    press(any_page, "team_people", "ArrowRight", 3)
    scenario = scenario_with(any_page, inputs={"team_people": 8})
    until(any_page, lambda: linked_in(any_page).to_toml() == scenario.to_toml(), "its scenario in the address")
    assert any_page.locator(".tco-copy-link").input_value().partition("?")[2] in any_page.url
    assert "other=1" in any_page.url
    assert any_page.evaluate("history.length") == 2  # the empty page and this one: no step for each step of a slider

    any_page.reload()
    assert_answers(any_page, scenario)
    assert scenario_of(any_page).to_toml() == scenario.to_toml()
    reloaded = any_page.url
    press(any_page, "team_people", "ArrowLeft")
    scenario = scenario_with(any_page, inputs={"team_people": 7})
    until(any_page, lambda: linked_in(any_page).to_toml() == scenario.to_toml(), "its scenario in the address")
    # Gone to another page and back, as a viewer does.
    any_page.get_by_role("navigation").get_by_role("link", name="Hiring").click()
    expect(any_page).to_have_url(re.compile("hiring.ipynb"))
    assert_answers(any_page, scenario)
    any_page.go_back()
    assert_answers(any_page, scenario)
    assert linked_in(any_page).to_toml() == scenario.to_toml()
    assert any_page.url != reloaded


def test_the_address_follows_what_is_no_part_of_the_scenario(wide_page: Page, dashboard: str) -> None:
    """
    How servers scale is the prices page's own: its address has it, a reload keeps it, and the usual way leaves it out.
    """
    wide_page.goto(f"{dashboard}voila/render/prices.ipynb")
    menu = wide_page.get_by_label("Servers", exact=True)
    for label, view in (("Hour by hour", ["scaling=hourly"]), ("For the peak, around the clock", None)):
        menu.select_option(label)
        until(
            wide_page,
            lambda view=view: parse_qs(urlsplit(wide_page.url).query).get("view") == view,
            "it in the address",
        )
        wide_page.reload()
        expect(menu.locator("option:checked")).to_have_text(label)


def linked_in(page: Page) -> Scenario:
    """
    The scenario in the address of a page; the usual one where there is none.
    """
    texts = parse_qs(urlsplit(page.url).query).get(PARAMETER)
    return parse_link(texts[0], load_assumptions()).scenario if texts else tco.scenario()
