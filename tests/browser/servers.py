"""
Our server in a process of its own, and Chromium: for the tests, the benchmarks and the pictures of the README.
"""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from playwright.sync_api import Browser, Playwright

START_SECONDS = 60
STOP_SECONDS = 20
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
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
def running(command: list[str], address: str, log_path: Path, **options: Any) -> Iterator[str]:
    """
    Run a server until the block ends; when the block begins, its address answers.
    """
    with log_path.open("w") as log, subprocess.Popen(command, stdout=log, stderr=log, **options) as process:
        try:
            deadline = time.monotonic() + START_SECONDS
            while True:
                try:
                    with urlopen(address, timeout=5):  # noqa: S310, an address of our own
                        break
                except OSError:
                    if process.poll() is not None or time.monotonic() > deadline:
                        raise RuntimeError(f"no answer from {command}:\n{log_path.read_text()}") from None
                    time.sleep(0.1)
            yield address
        finally:
            # Asked to end, a server ends its kernels first.
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


@contextmanager
def running_dashboard(log_path: Path) -> Iterator[str]:
    """
    Run `tco dashboard` until the block ends.
    """
    port = free_port()
    command = [sys.executable, "-m", "tco", "dashboard", "--port", str(port), "--no-browser"]
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
