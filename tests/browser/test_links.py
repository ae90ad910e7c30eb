"""
Links in a browser: whoever opens one sees the scenario that it carries, also where the kernel was started ahead.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from shutil import copy

import pytest
from playwright.sync_api import Page, expect

import tco
from tco.links import link_text
from tests.browser.pages import assert_answers, scenario_of
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
