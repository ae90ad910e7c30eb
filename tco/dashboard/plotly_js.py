"""
The file plotly.js that the Python package plotly brings along: where it lies, its address on our servers, its bytes.

Kernels import this module, so it imports neither plotly nor a server.
"""

import gzip
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final


def _path() -> Path:
    spec = find_spec("plotly")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("charts need the package plotly", name="plotly")
    return Path(spec.origin).parent / "package_data" / "plotly.min.js"


PATH: Final = _path()
# Another version has another address, so browsers may keep the file for good.
ROUTE: Final = f"tco/plotly-{version('plotly')}.min.js"


@cache
def compressed() -> bytes:
    """
    Return the file gzipped, a third of its size, as a page gets it from the kernel.
    """
    return gzip.compress(PATH.read_bytes(), compresslevel=6, mtime=0)
