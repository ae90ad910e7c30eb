"""Publication: what `tco dashboard` takes for a team, and the server that keeps to it."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psutil
import pytest
from typer.testing import CliRunner
from websocket import WebSocketException

from tco.cli import app
from tco.dashboard.publication import Publication
from tco.inputs import InputError
from tests.browser.servers import free_port, started
from tests.viewers import WAIT_SECONDS, Viewer

IDLE_MINUTES = 0.1
MAX_HOURS = 0.004
PING_SECONDS = 10
BASE_URL = "/team/tco/"


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    [
        ("base_url", "tco/", "must be a path like /tco/"),
        ("base_url", "/tco", "must be a path like /tco/"),
        ("base_url", "/../", "must be a path like /tco/"),
        ("base_url", "/a b/", "must be a path like /tco/"),
        ("base_url", "https://tco.example.com/", "must be a path like /tco/"),
        ("public_name", "tco.example.com:443", "must be a host name"),
        ("public_name", "https://tco.example.com", "must be a host name"),
        ("public_name", "*", "must be a host name"),
        ("public_name", "TCO.example.com", "must be a host name"),
        ("public_name", "a.b\n", "must be a host name"),
        ("max_kernels", 0, r"must lie in \[1, 10000\]; got 0"),
        ("idle_minutes", 0.0, r"must lie in \[0.05, 10080\]; got 0"),
        ("idle_minutes", float("nan"), "got nan"),
        ("max_hours", -1.0, r"must lie in \[0.001, 168\]; got -1"),
        ("max_hours", float("inf"), "got inf"),
        ("kernel_memory_mib", 64, r"must lie in \[512, 1.04858e\+06\]; got 64"),
        ("heated_kernels", -1, r"must lie in \[0, 10\]; got -1"),
    ],
)
def test_refuses_what_no_server_could_keep(field, value, rule):
    """Each field has a rule, and one sentence names field, rule and value, also on the command line."""
    with pytest.raises(InputError, match=f"{field} .*{rule}"):
        Publication(**{field: value}).checked()
    done = CliRunner().invoke(app, ["dashboard", "--no-browser", f"--{field.replace('_', '-')}", str(value)])
    assert done.exit_code == 2
    assert done.stderr.startswith(f"tco: {field} ")


@pytest.mark.parametrize("name", ["localhost", "tco.example.com", "tco-2.intern", "xn--bcher-kva.example"])
@pytest.mark.parametrize("base_url", ["/", "/tco/", "/a/b-c/"])
def test_takes_usual_names_and_paths(name, base_url):
    """Host names and paths as teams have them are fine."""
    assert Publication(public_name=name, base_url=base_url).checked().public_name == name


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A server with room for two pages, which end after 6 seconds of rest or 15 in all, under a path of its own."""
    port = free_port()
    command = [sys.executable, "-m", "tco", "dashboard", "--no-browser", "--port", str(port), "--base-url", BASE_URL]
    command += [
        "--heated-kernels",
        "0",
        "--max-kernels",
        "2",
        "--idle-minutes",
        str(IDLE_MINUTES),
        "--max-hours",
        str(MAX_HOURS),
    ]
    address = f"http://127.0.0.1:{port}{BASE_URL}"
    with started(command, f"{address}healthz", tmp_path_factory.mktemp("limited") / "log"):
        yield address


def open_pages(address):
    """How many pages the server says are open."""
    return Viewer(address).get("healthz").json()["open_pages"]


def opened(address):
    """A viewer with an open page."""
    viewer = Viewer(address)
    viewer.open()
    viewer.connect()
    return viewer.learn_widgets()


def until_open(address, pages):
    """Wait until so many pages are open."""
    deadline = time.monotonic() + WAIT_SECONDS
    while open_pages(address) != pages:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_turns_away_the_page_too_many_and_makes_room_again(address):
    """With two pages open, the third gets a page that says so, with 503; pages that nobody touches make room for it."""
    assert Viewer(address).get("healthz").json() == {"status": "ok", "open_pages": 0, "max_pages": 2}
    with ThreadPoolExecutor(2) as pool:
        viewers = list(pool.map(opened, [address] * 2))
    refused = Viewer(address).get("voila/render/executive.ipynb")
    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "60"
    assert "All places are taken" in refused.text
    assert open_pages(address) == 2
    # Both are connected, and rest.
    until_open(address, 0)
    assert all(viewer.get(viewer.kernel_path).status_code == 404 for viewer in viewers)
    viewer = viewers[0]
    viewer.open()
    assert viewer.leave().status_code == 204
    assert open_pages(address) == 0
    for viewer in viewers:
        viewer.disconnect()


def test_keeps_a_page_that_is_in_use_until_its_time_is_up(address):
    """A page whose controls move stays beyond the time that a page may rest, and ends when it is too old."""
    start = time.monotonic()
    viewer = opened(address)
    slider = viewer.model("tco-input-peak_users")
    users, connected = 1000.0, 0.0
    while viewer.get(viewer.kernel_path).ok:
        users += 1000.0
        with suppress(OSError, WebSocketException):  # it may end any moment
            viewer.write(slider, value=users)
        if viewer.reader.is_alive():
            connected = time.monotonic() - start
        time.sleep(0.2)
    assert 3600 * MAX_HOURS < time.monotonic() - start < WAIT_SECONDS
    # All the time, also when the server had asked whether the other side is there.
    assert connected > 3600 * MAX_HOURS - 1 > PING_SECONDS
    viewer.disconnect()


def test_has_nothing_outside_its_path(address):
    """A server under a path of its own has no pages elsewhere, and links only below it."""
    elsewhere = Viewer(address.removesuffix(BASE_URL.removeprefix("/")))
    for path in ("", "voila/render/executive.ipynb", "healthz", "api/kernels"):
        assert elsewhere.get(path).status_code == 404
    index = Viewer(address).get("").text
    assert f'href="{BASE_URL}voila/render/executive.ipynb"' in index


def test_counts_no_kernel_that_still_waits(tmp_path):
    """Heated kernels are nobody's page; who gets one has it alone, and then the only place is taken."""
    port = free_port()
    command = [sys.executable, "-m", "tco", "dashboard", "--no-browser", "--port", str(port), "--max-kernels", "1"]
    address = f"http://127.0.0.1:{port}/"
    with started([*command, "--heated-kernels", "1"], f"{address}healthz", tmp_path / "log") as process:
        deadline = time.monotonic() + WAIT_SECONDS
        while not psutil.Process(process.pid).children():
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert open_pages(address) == 0
        viewer, other = opened(address), Viewer(address)
        assert open_pages(address) == 1
        assert other.get("voila/render/executive.ipynb").status_code == 503
        assert other.get(viewer.kernel_path).status_code == 404
        assert viewer.leave().status_code == 204
        assert open_pages(address) == 0
