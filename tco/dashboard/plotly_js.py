"""
The file plotly.js that the Python package plotly brings along: where it lies, its address on our servers, its bytes.

Kernels import this module, so it imports neither plotly nor a server.
"""

import gzip
import json
import re
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

# What our charts are made of. A figure with other traces makes the page load the whole file.
TRACE_TYPES: Final = ("bar", "contour", "heatmap", "scatter")
# The bundler of plotly.js wraps each module into a function that runs when the module is first asked for by its name.
_WRAPPER: Final = re.compile(r"([\w$]+)=\(\w,\w\)=>\(\)=>\{[^;]*?\{exports:\{\}\}")
_MODULE: Final = r"(?<=[;\n])var ([\w$]+)={}\((?:\([\w$,]*\)|[\w$]+)=>\{{"
# Now and then a function of another kind follows one of them.
_OTHER_WRAPPER: Final = re.compile(r"=[\w$]+\(\(\)=>\{")
# How the function around all modules begins and ends, as it is and in parentheses.
_FACTORY: Final = (": this, () => {", ": this, (() => {")
_FACTORY_END: Final = ("return Plotly;\n}));", "return Plotly;\n})));")
_USE: Final = re.compile(r"([\w$]+)\(\)")
_REGISTER: Final = re.compile(r"\.register\(\[([\w$(),]+)\]\)")
_EXPORTED: Final = re.compile(r"exports=([\w$]+)\(\)")
_TRACE: Final = re.compile(r'moduleType:"trace",name:"(\w+)"')


def _path() -> Path:
    spec = find_spec("plotly")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("charts need the package plotly", name="plotly")
    return Path(spec.origin).parent / "package_data" / "plotly.min.js"


PATH: Final = _path()
# Another version has another address, so browsers may keep the file for good.
ROUTE: Final = f"tco/plotly-{version('plotly')}.min.js"
SMALL_ROUTE: Final = f"tco/plotly-{version('plotly')}-{'-'.join(TRACE_TYPES)}.min.js"


@cache
def compressed() -> bytes:
    """
    Return the file gzipped, a third of its size, as a page gets it from the kernel.
    """
    return gzip.compress(PATH.read_bytes(), compresslevel=6, mtime=0)


@cache
def small_compressed() -> bytes:
    """
    Return the file with our kinds of traces only, gzipped: a quarter of its size, and a page runs it in a thirtieth of
    the time.
    """
    return gzip.compress(small(PATH.read_text(encoding="utf-8")).encode(), compresslevel=6, mtime=0)


def small(file: str) -> str:
    """
    Leave out of plotly.js the traces that our charts do not use, and the modules that only these need.

    What is left is put in parentheses, a module at a time: browsers take a function in parentheses for one that runs at
    once, and compile it in the background while the file loads. Else the page waits while they do it.

    Parameters
    ----------
    file : str
        The whole file.

    Returns
    -------
    file : str
        The smaller one, which says which types of traces it draws in `Plotly.tcoTypes`. A file that another bundler
        made, with modules that cannot be told apart, comes back whole.
    """
    wrapper, register = _WRAPPER.search(file), _REGISTER.search(file)
    if wrapper is None or register is None:
        return file
    starts = list(re.finditer(_MODULE.format(re.escape(wrapper[1])), file))
    if not starts or register.start() < starts[-1].start():
        return file
    ends = [start.start() for start in starts[1:]] + [len(file)]
    modules = {start[1]: file[start.start() : end] for start, end in zip(starts, ends, strict=True)}

    # The last module registers all traces; scatter is always there.
    _, last = modules.popitem()
    kept = [use for use in _USE.findall(register[1]) if _trace_type(modules, use) in TRACE_TYPES]
    if len(kept) != len(TRACE_TYPES) - 1:
        return file
    last = last.replace(register[0], f".register([{','.join(f'{name}()' for name in kept)}])")

    preamble = file[: starts[0].start()]
    needed: set[str] = set()
    unread = [preamble, last]
    while unread:
        found = modules.keys() & set(_USE.findall(unread.pop())) - needed
        needed |= found
        unread += [modules[name] for name in found]
    types = f"window.Plotly.tcoTypes = {json.dumps(TRACE_TYPES)};\n"
    kept_modules = (_compiled_early(text, wrapper[1]) for name, text in modules.items() if name in needed)
    if _FACTORY[0] in preamble and _FACTORY_END[0] in last:
        preamble, last = preamble.replace(*_FACTORY), last.replace(*_FACTORY_END)
    return "".join([preamble, *kept_modules, last, "\n", types])


def _compiled_early(module: str, wrapper: str) -> str:
    """The module `var a=w((b,c)=>{...});` with its function in parentheses; one that has more to it as it is."""
    head, call, function = module.partition(f"={wrapper}(")
    function, end, rest = function.rpartition("});")
    if rest.strip() or _OTHER_WRAPPER.search(function):
        return module
    return f"{head}{call}({function}}}){end[1:]}{rest}"


def _trace_type(modules: dict[str, str], name: str) -> str:
    """The type of trace that a module stands for, itself or by the module that it hands on."""
    text = modules.get(name, "")
    handed_on = _EXPORTED.search(text)
    trace = _TRACE.search(modules.get(handed_on[1], "") if handed_on else text)
    return trace[1] if trace else ""
