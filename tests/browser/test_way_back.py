"""
What a page does when its kernel or its server is gone: it says so, and leads back with the inputs that it showed.
"""

import json
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Locator, Page, WebSocketRoute, expect

from tests.browser.pages import assert_answers, open_page, press, scenario_of, scenario_with, until
from tests.browser.servers import free_port, running

# Shuts a kernel down as culling does, by the address that the page itself calls when it is left.
SHUT_DOWN = """kernel => fetch(`/voila/api/shutdown/${kernel}`, { method: "POST", headers: {
    "X-XSRFToken": document.cookie.match(/_xsrf=([^;]+)/)[1],
} }).then(answer => answer.status)"""


def kernel_of(page: Page) -> str:
    """
    The id of the kernel behind a page.
    """
    return str(json.loads(page.locator("#jupyter-config-data").text_content())["kernelId"])


def kill_kernel(kernel: str) -> None:
    """
    End a kernel's process as the system does when memory is short.
    """
    (process,) = (one for one in psutil.process_iter(["cmdline"]) if kernel in " ".join(one.info["cmdline"] or ()))
    process.send_signal(signal.SIGKILL)


def note(page: Page) -> Locator:
    return page.locator("#tco-lost")


def reopen(page: Page) -> None:
    note(page).get_by_role("button", name="Reopen with these inputs").click()


def with_own_inputs(page: Page, address: str) -> str:
    """
    Open the executive page, change two inputs and a choice, and return the scenario as a file has it.
    """
    open_page(page, address, "executive")
    press(page, "peak_users", "ArrowRight", 5)
    scenario_with(page, inputs={"peak_users": 17_780})
    page.get_by_label("Country of the team").select_option("Germany")
    return scenario_with(page, inputs={"peak_users": 17_780}, country="Germany").to_toml()


def assert_back(page: Page, toml: str, kernel: str) -> None:
    """
    The page has another kernel, the same inputs, and calculates: an input moved there changes the answer.
    """
    page.wait_for_function("kernel => !document.documentElement.innerHTML.includes(kernel)", arg=kernel)
    expect(page.locator(".tco-sentence")).to_be_visible()
    expect(note(page)).to_be_hidden()
    assert scenario_of(page).to_toml() == toml
    press(page, "team_people", "ArrowRight", 3)
    assert_answers(page, scenario_with(page, inputs={"peak_users": 17_780, "team_people": 8}))


@pytest.mark.parametrize("end", ["killed", "shut down"])
def test_a_kernel_that_ended(wide_page: Page, dashboard: str, forgiven: Callable[[str], None], end: str) -> None:
    """
    A page whose kernel was killed, or shut down as idle ones are, says so and leads back with its inputs.
    """
    forgiven("404")  # the page's question whether its kernel is still there
    toml = with_own_inputs(wide_page, dashboard)
    kernel = kernel_of(wide_page)
    if end == "killed":
        kill_kernel(kernel)
    else:
        assert wide_page.evaluate(SHUT_DOWN, kernel) == 204
    expect(note(wide_page)).to_contain_text("no longer follow")
    reopen(wide_page)
    assert_back(wide_page, toml, kernel)


def test_a_server_that_was_started_again(narrow_page: Page, forgiven: Callable[[str], None], tmp_path: Path) -> None:
    """
    A page whose server stopped says so, waits for it when asked to reopen, and has its inputs when it is there again.
    """
    for words in ("404", "net::ERR_"):  # no kernel; and no server, in the words of whatever was under way
        forgiven(words)
    port = free_port()
    with server(port, tmp_path) as address:
        toml = with_own_inputs(narrow_page, address)
        kernel = kernel_of(narrow_page)
    expect(note(narrow_page)).to_contain_text("The server does not answer")
    reopen(narrow_page)
    expect(note(narrow_page)).to_contain_text("opens again, with its inputs, as soon as it does")
    assert narrow_page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    with server(port, tmp_path):
        assert_back(narrow_page, toml, kernel)
        narrow_page.goto("about:blank")


def test_a_connection_that_was_cut(wide_page: Page, dashboard: str) -> None:
    """
    While the socket is being opened again the page says so; when it is there, the note is gone and inputs count again.
    """
    sockets: list[WebSocketRoute] = []

    def connect(socket: WebSocketRoute) -> None:
        sockets.append(socket)
        socket.connect_to_server()

    wide_page.route_web_socket("**/api/kernels/**", connect)
    scenario = open_page(wide_page, dashboard, "executive")
    (first,) = sockets
    first.close(code=1001)
    expect(note(wide_page)).to_contain_text("is being restored")
    expect(note(wide_page)).to_be_hidden()
    assert len(sockets) == 2
    most = scenario.row("team_people").high

    def reaches_the_end() -> bool:
        # Voilà asks for all state anew and puts back, on the control too, what is moved in that moment.
        press(wide_page, "team_people", "End")
        return scenario_of(wide_page).inputs == {"team_people": most}

    until(wide_page, reaches_the_end, "the largest team")
    assert_answers(wide_page, scenario_of(wide_page))


@contextmanager
def server(port: int, directory: Path) -> Iterator[str]:
    """
    Run `tco dashboard` at a port until the block ends.
    """
    command = [sys.executable, "-m", "tco", "dashboard", "--port", str(port), "--no-browser"]
    with running(command, f"http://127.0.0.1:{port}/", directory / "log") as address:
        yield address
