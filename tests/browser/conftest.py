"""
Pages in a real browser: our server in a process of its own, Chromium, and what holds for every page.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.servers import BROWSERS, browser_path, free_port, running, running_browser, running_dashboard

WIDE_PX, NARROW_PX, HEIGHT_PX = 1280, 390, 844
WAIT_SECONDS = 30
SERVE = "import sys; from tco.dashboard.server import serve; serve(*map(eval, sys.argv[1:]), open_browser=False)"
# Typed arrays arrive packed; plotly.js keeps what it unpacked in `_fullData`.
READ_DRAWING = """element => {
    const plot = element.querySelector(".js-plotly-plot");
    const plain = value => ArrayBuffer.isView(value) ? Array.from(value)
        : Array.isArray(value) ? value.map(plain) : value;
    return {
        revision: Number(element.dataset.revision),
        alt: plot.getAttribute("aria-label"),
        title: plot._fullLayout.title?.text,
        width: plot._fullLayout.width,
        traces: plot._fullData.map(({ type, mode, name, x, y, z }) => ({
            type, name, x: plain(x), y: plain(y), ...(mode && { mode }), ...(z && { z: plain(z) }),
        })),
    };
}"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """
    Mark the tests of this directory, so that ``-m "not browser"`` leaves them out.
    """
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@contextmanager
def pages_of(directory: Path, log_path: Path) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-c", SERVE, repr(str(directory)), str(port)]
    with running(command, f"http://127.0.0.1:{port}/", log_path) as address:
        yield address


@pytest.fixture(scope="session")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """
    The address of our own notebooks' index.
    """
    with running_dashboard(tmp_path_factory.mktemp("dashboard") / "log") as address:
        yield address


@pytest.fixture(scope="session")
def write_notebook(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """
    A function that writes a notebook of the given cells and returns its path.
    """
    directory = tmp_path_factory.mktemp("notebooks")

    def write(name: str, *cells: str, **metadata: str) -> Path:
        kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook = nbformat.v4.new_notebook(metadata={"kernelspec": kernelspec, **metadata})
        notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
        path = directory / f"{name}.ipynb"
        nbformat.write(notebook, path)
        return path

    return write


@pytest.fixture(scope="session")
def make_page(
    write_notebook: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., str]]:
    """
    A function that makes a page of the given cells and returns its address.
    """
    directory = write_notebook("empty").parent
    with pages_of(directory, tmp_path_factory.mktemp("pages") / "log") as address:

        def make(name: str, *cells: str, **metadata: str) -> str:
            return f"{address}voila/render/{write_notebook(name, *cells, **metadata).name}"

        yield make


@pytest.fixture
def jupyterlab(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """
    A function that opens a notebook in a JupyterLab without a user's settings and returns the page's address.
    """
    with ExitStack() as servers:

        def lab(notebook: Path, *, our_route: bool) -> str:
            port = free_port()
            command = [
                *(sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"),
                f"--ServerApp.port={port}",
                "--ServerApp.port_retries=0",
                f"--ServerApp.root_dir={notebook.parent}",
                f"--ServerApp.jpserver_extensions={ {'tco.dashboard.assets': our_route} }",
                "--IdentityProvider.token=",
                # These two would ask other machines for news and for extensions.
                "--LabApp.news_url=None",
                "--LabApp.extension_manager=readonly",
            ]
            homes = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
            environment = {**os.environ, **{name: str(tmp_path / name) for name in homes}}
            address = f"http://127.0.0.1:{port}/"
            servers.enter_context(running(command, f"{address}api", tmp_path / "log", env=environment))
            return f"{address}lab/tree/{notebook.name}"

        yield lab


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """
    Chromium; without one the test is skipped, and under CI it fails.
    """
    if not browser_path():
        reason = f"needs a browser: none of {', '.join(BROWSERS)} is installed"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright, running_browser(playwright) as browser:
        yield browser


@pytest.fixture
def forgiven(request: pytest.FixtureRequest) -> Callable[[str], None]:
    """
    A function that names an error which the test's page will report and which is meant.
    """
    request.node.forgiven = []
    return request.node.forgiven.append


@contextmanager
def watched_page(browser: Browser, width_px: int, test: pytest.Item) -> Iterator[Page]:
    """
    A page that in the end has asked no other machine for anything and reported no error.
    """
    context = browser.new_context(viewport={"width": width_px, "height": HEIGHT_PX})
    page = context.new_page()
    page.set_default_timeout(WAIT_SECONDS * 1000)
    outside: list[str] = []
    errors: list[str] = []

    def note_address(asked: Any) -> None:
        if urlsplit(asked.url).scheme not in ("data", "blob") and urlsplit(asked.url).hostname != "127.0.0.1":
            outside.append(asked.url)

    page.on("request", note_address)
    page.on("websocket", note_address)
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    # Left as a viewer leaves it, so that it closes its kernel.
    page.goto("about:blank")
    context.close()
    assert outside == []
    meant = getattr(test, "forgiven", [])
    assert [error for error in errors if not any(words in error for words in meant)] == []


@pytest.fixture
def wide_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """
    A laptop's window.
    """
    with watched_page(browser, WIDE_PX, request.node) as page:
        yield page


@pytest.fixture
def narrow_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """
    A phone's window.
    """
    with watched_page(browser, NARROW_PX, request.node) as page:
        yield page


@pytest.fixture(params=[WIDE_PX, NARROW_PX], ids=["wide", "narrow"])
def any_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """
    Each window in turn.
    """
    with watched_page(browser, request.param, request.node) as page:
        yield page


@pytest.fixture(scope="session")
def drawn() -> Callable[..., dict[str, Any]]:
    """
    A function that reads a chart back from the browser, once it shows at least the given revision.
    """

    def read(page: Page, name: str, *, revision: int = 1) -> dict[str, Any]:
        chart = page.locator(f'.tco-figure[data-name="{name}"]')
        chart.scroll_into_view_if_needed()
        page.wait_for_function(
            "([chart, revision]) => chart.dataset.revision >= revision", arg=[chart.element_handle(), revision]
        )
        return dict(chart.evaluate(READ_DRAWING))

    return read
