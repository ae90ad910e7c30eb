"""Opening a page: its time begins when somebody asks for it, and has an end."""

import sys
import time
from pathlib import Path
from urllib.request import urlopen

import nbformat
import pytest

from tests.browser.servers import free_port, started

LIMIT_SECONDS = 5
SERVE = f"""
import sys
from pathlib import Path
from tco.dashboard import server
server._MOST_OPENING_SECONDS = {LIMIT_SECONDS}
server.serve(Path(sys.argv[1]), int(sys.argv[2]), open_browser=False)
"""
WAITS = "from tco.dashboard import heated\nheated.wait_for_viewer()\nprint('made')"
NEVER_ENDS = "import time\nwhile True:\n    time.sleep(1)"


def write_page(path: Path, code: str, position: int) -> None:
    """A notebook of one cell, in its place on the index."""
    kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": kernelspec, "position": position})
    notebook.cells = [nbformat.v4.new_code_cell(code)]
    nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A server that gives up after five seconds; it heats the kernels of the first three pages."""
    directory = tmp_path_factory.mktemp("notebooks")
    pages = {"waits": WAITS, "waits_too": WAITS, "waits_as_well": WAITS, "never": NEVER_ENDS}
    for position, (name, code) in enumerate(pages.items()):
        write_page(directory / f"{name}.ipynb", code, position)
    port = free_port()
    found = f"http://127.0.0.1:{port}/"
    command = [sys.executable, "-c", SERVE, str(directory), str(port)]
    with started(command, found, tmp_path_factory.mktemp("log") / "log"):
        yield found


def text_of(address: str, name: str) -> str:
    """What the server sends for a page."""
    with urlopen(f"{address}voila/render/{name}.ipynb", timeout=60) as answer:  # noqa: S310, our own server
        return answer.read().decode()


def test_a_heated_kernel_may_wait_longer_than_a_page_may_take(address):
    """Twice the limit after the kernel was started, the page is made all the same."""
    time.sleep(2 * LIMIT_SECONDS + 5)
    assert "could not be built" not in text_of(address, "waits")


def test_a_page_that_is_never_made_ends_in_words(address):
    """Its cell runs without end; the viewer is told after the limit."""
    start = time.monotonic()
    assert "took too long to be built" in text_of(address, "never")
    assert time.monotonic() - start >= LIMIT_SECONDS
