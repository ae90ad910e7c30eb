"""
Voilà's JavaScript as one file: the seventy small ones that a page of ours asks for, one after the other.

Each of them would be a request of its own, and most are only known once others have run. They are written so that they
may come in any order and together; one that is missing from `voila_js.txt` is fetched by itself, as ever.
"""

import gzip
import hashlib
from functools import cache
from pathlib import Path
from typing import Final

from jupyter_core.paths import jupyter_path
from voila.paths import collect_static_paths

# JupyterLab has MathJax look for formulas in the label of each control. Its 0.9 MB would be loaded and run before the
# first chart is drawn; so they come only where a label looks as if it had a formula.
_SEARCH: Final = b"async typeset(e){"
_SEARCH_IF_ANY: Final = _SEARCH + rb"if(!/\$[^]*\$|\\[(\[]|\\begin\{/.test(e.textContent))return;"
_LIST: Final = Path(__file__).with_suffix(".txt")
# It starts the others.
_MAIN: Final = "voila.js"


@cache
def route() -> str:
    """
    Return the address on our server, which changes with the content.
    """
    return f"tco/voila-{hashlib.sha256(compressed()).hexdigest()[:16]}.js"


@cache
def compressed() -> bytes:
    """
    Return the file, gzipped.
    """
    paths = filter(None, map(path_of, names()))
    text = b";\n".join(path.read_bytes() for path in paths).replace(_SEARCH, _SEARCH_IF_ANY)
    return gzip.compress(text, compresslevel=6, mtime=0)


def names() -> list[str]:
    """
    Return the names of the small files, in their order.
    """
    return [*_LIST.read_text(encoding="utf-8").split(), _MAIN]


def path_of(name: str) -> Path | None:
    """
    Return where a small file is, or None: another version of Voilà has other files.
    """
    directories = [
        *collect_static_paths(["voila"], "base"),
        *jupyter_path("labextensions"),
        *(Path(path) / "labextensions" for path in jupyter_path("voila")),
    ]
    return next((path for path in (Path(directory) / name for directory in directories) if path.is_file()), None)
