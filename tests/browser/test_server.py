import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tco.dashboard.server import serve
from tco.inputs import InputError

ONE_CHART = """
import os
import ipywidgets
import plotly.graph_objects as go
from tco.dashboard.figure_widget import Figure

chart = Figure(go.Figure(go.Bar(y=[os.getpid()])), name="process")
ipywidgets.VBox([ipywidgets.IntSlider(description="Salary ($)"), chart])
"""
FORMULA = """
import ipywidgets

ipywidgets.VBox([ipywidgets.Label("$31.8K a year"), ipywidgets.Label(r"Servers: $n = \\lambda s$")])
"""
BROKEN_CELL = "secret = 42\nraise RuntimeError(f'{secret} went wrong')"

Drawn = Callable[..., dict[str, Any]]


def status_of(address: str, path: str, **headers: str) -> int:
    """
    Ask without a browser, with any headers.
    """
    with closing(HTTPConnection(urlsplit(address).netloc, timeout=30)) as connection:
        connection.request("GET", path, headers=headers)
        return connection.getresponse().status


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_index_links_each_notebook(any_page: Page, make_page: Callable[..., str]) -> None:
    """
    The index shows a notebook by its title and sentence, links to its page, and never scrolls sideways.
    """
    page_address = make_page("described", "1", title="A title", description="A sentence.")
    any_page.goto(page_address[: page_address.index("voila/")])
    entry = any_page.get_by_role("listitem").filter(has_text="A title")
    expect(entry).to_contain_text("A sentence.")
    assert page_address.endswith(entry.get_by_role("link").get_attribute("href"))
    assert any_page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_says_that_it_is_starting(wide_page: Page, make_page: Callable[..., str], drawn: Drawn) -> None:
    """
    The page says that it starts until its widgets are there.
    """
    wide_page.goto(make_page("chart", ONE_CHART), wait_until="commit")
    expect(wide_page.get_by_role("status")).to_contain_text("Starting")
    drawn(wide_page, "process")
    expect(wide_page.get_by_role("status")).to_have_count(0)


def test_asks_for_few_files(wide_page: Page, make_page: Callable[..., str], drawn: Drawn) -> None:
    """
    Of Voilà's many small files a page asks for none but the entries of its three extensions: the list is complete.
    """
    asked = []
    wide_page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    wide_page.goto(make_page("chart", ONE_CHART))
    drawn(wide_page, "process")
    small = [path for path in asked if "/voila/static/" in path or "/voila/labextensions/" in path]
    assert len(small) == 3
    assert all("/remoteEntry." in path for path in small)


def test_loads_what_sets_formulas_where_there_is_one(wide_page: Page, make_page: Callable[..., str]) -> None:
    """
    A label with a formula has it set in type, by files that no page asks for else; dollars are no formula.
    """
    wide_page.goto(make_page("formula", FORMULA))
    expect(wide_page.locator("mjx-math")).to_have_count(1)
    expect(wide_page.get_by_text("$31.8K a year")).to_be_visible()


def test_hides_what_went_wrong_in_a_cell(wide_page: Page, make_page: Callable[..., str]) -> None:
    """
    A cell that fails leaves one sentence on the page, without source, values or traceback.
    """
    wide_page.goto(make_page("broken_cell", BROKEN_CELL))
    expect(wide_page.get_by_role("alert").filter(has_text="could not be built")).to_be_visible()
    content = wide_page.content()
    assert not any(word in content for word in ("secret", "42 went wrong", "Traceback", "RuntimeError"))


def test_ends_the_kernel_of_a_page_that_is_left(wide_page: Page, make_page: Callable[..., str], drawn: Drawn) -> None:
    """
    Leaving a page ends its kernel.
    """
    wide_page.goto(make_page("chart", ONE_CHART))
    (process,) = drawn(wide_page, "process")["traces"][0]["y"]
    wide_page.goto("about:blank")
    deadline = time.monotonic() + 20
    while is_running(process) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not is_running(process)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/voila/files/chart.ipynb", 404),
        ("/voila/files/.env", 404),
        ("/voila/tree", 404),
        ("/voila/api/contents/chart.ipynb", 404),
        ("/voila/render/nothing.ipynb", 404),
        ("/voila/render/..%2f..%2fetc%2fpasswd", 404),
        ("/nothing", 404),
        ("/", 200),
    ],
)
def test_serves_pages_only(make_page: Callable[..., str], path: str, status: int) -> None:
    """
    Nothing but pages comes out of the notebooks' directory.
    """
    assert status_of(make_page("chart", ONE_CHART), path) == status


def test_refuses_other_names(make_page: Callable[..., str]) -> None:
    """
    A website whose name was pointed at this machine gets no page.
    """
    assert status_of(make_page("chart", ONE_CHART), "/", Host="attacker.example") == 403


def test_refuses_a_busy_port() -> None:
    """
    A port that another program uses is named in one sentence, and no other port is taken instead.
    """
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "tco", "dashboard", "--port", str(port), "--no-browser"]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert f"port {port} cannot be used" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("port", [0, -1, 65_536])
def test_refuses_what_is_no_port(tmp_path: Path, port: int) -> None:
    """
    A port lies in [1, 65535].
    """
    with pytest.raises(InputError, match="port must lie in"):
        serve(tmp_path, port, open_browser=False)
