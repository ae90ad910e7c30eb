"""
Our server in a process of its own, and Chromium: for the tests, the benchmarks and the pictures of the README.
"""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Playwright

from tco.report.pdf import BROWSERS

START_SECONDS = 60
STOP_SECONDS = 20
BROWSER_ARGUMENTS = [
    # Containers run as root, where Chromium's sandbox cannot.
    "--no-sandbox",
    # Chromium would otherwise call home.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
]


def free_port() -> int:
    """
    A port of this machine that nobody uses.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started(command: list[str], address: str, log_path: Path, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """
    Run a server until the block ends; when the block begins, its address answers.
    """
    with log_path.open("w") as log, subprocess.Popen(command, stdout=log, stderr=log, **options) as process:
        try:
            deadline = time.monotonic() + START_SECONDS
            while not answers(address):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"no answer from {command}:\n{log_path.read_text()}")
                time.sleep(0.1)
            yield process
        finally:
            # Asked to end, a server ends its kernels first.
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def answers(address: str) -> bool:
    """
    Whether a server answers, with whatever.
    """
    parts = urlsplit(address)
    with closing(HTTPConnection(parts.netloc, timeout=5)) as connection:
        try:
            connection.request("GET", parts.path)
            connection.getresponse()
        except (OSError, HTTPException):
            return False
    return True


@contextmanager
def running(command: list[str], address: str, log_path: Path, **options: Any) -> Iterator[str]:
    """
    Run a server until the block ends, as `started` does, and give its address.
    """
    with started(command, address, log_path, **options):
        yield address


@contextmanager
def running_dashboard(log_path: Path, *options: str) -> Iterator[str]:
    """
    Run `tco dashboard` until the block ends.
    """
    port = free_port()
    command = [sys.executable, "-m", "tco", "dashboard", "--port", str(port), "--no-browser", *options]
    with running(command, f"http://127.0.0.1:{port}/", log_path) as address:
        yield address


def browser_path() -> str:
    """
    The browser that is installed on this machine, or nothing.
    """
    return next(filter(None, map(shutil.which, BROWSERS)), "")


@contextmanager
def running_browser(playwright: Playwright) -> Iterator[Browser]:
    """
    Run the installed browser until the block ends.
    """
    browser = playwright.chromium.launch(executable_path=browser_path(), args=BROWSER_ARGUMENTS)
    yield browser
    browser.close()
