"""Layers: imports run one way, and the library loads no page, chart or server package."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

import tco

PACKAGE = Path(tco.__file__).parent

# Each layer may import the ones before it, and nothing of its own layer.
LAYERS = (
    ("units",),
    ("arrays",),
    ("erlang",),
    ("cores", "slots"),
    (
        "capacity",
        "credit",
        "demand",
        "effort",
        "finance",
        "fleet",
        "hiring",
        "purchase",
        "queueing",
        "risk",
        "serverless",
        "tariff",
    ),
    ("pooling", "staffing", "trend", "week"),
    ("distributions", "inputs"),
    ("atomic", "parallel"),
    ("limits", "servers", "usl"),
    ("burstable", "plan"),
    ("model",),
    ("tables", "timeline"),
    ("pricing", "services", "loadtests", "focus", "salaries"),
    ("assumptions",),
    ("staleness",),
    ("scenarios", "published", "evidence"),
    ("performance", "real_servers", "cloud", "settings"),
    ("hosting",),
    ("billed_total", "keys", "regret", "wording"),
    ("bill_notes", "draws", "reasons"),
    ("decision",),
    ("uncertainty",),
    ("claims", "differences", "flips", "information", "links", "look", "sensitivity"),
    ("portfolio", "single_question"),
    ("charts", "charts_capacity", "charts_people", "price_charts", "export"),
    ("charts_comparison", "charts_evidence", "charts_uncertainty"),
    ("report",),
    ("dashboard", "measure", "refresh"),
    ("command_options",),
    ("difference_command", "price_commands", "report_command", "uncertainty_command"),
    ("published_command",),
    ("cli",),
    ("__main__",),
)
RANK = {module: rank for rank, modules in enumerate(LAYERS) for module in modules}
FORMULAS = [module for modules in LAYERS[:6] for module in modules]
PACKAGES = ("dashboard", "measure", "refresh", "report")
# The front door imports each name when it is first used.
FRONT_DOOR = "__init__"
PAGES_AND_SERVERS = (
    "IPython",
    "anywidget",
    "ipywidgets",
    "jupyter_server",
    "pandas",
    "plotly",
    "tornado",
    "traitlets",
    "voila",
)


def files():
    """Every Python file of the package with its layer's name."""
    for path in sorted(PACKAGE.rglob("*.py")):
        inside = path.relative_to(PACKAGE)
        yield path, inside.parts[0] if len(inside.parts) > 1 else inside.stem


def imported(path):
    """Modules that a file imports anywhere, also within functions."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import hides its layer"
            names |= {f"tco.{alias.name}" for alias in node.names} if node.module == "tco" else {str(node.module)}
    return names


@pytest.mark.parametrize(
    ("path", "layer"), [pytest.param(*file, id=str(file[0].relative_to(PACKAGE))) for file in files()]
)
def test_imports_run_one_way(path, layer):
    """A module imports lower layers only; a package may import itself."""
    if path == PACKAGE / f"{FRONT_DOOR}.py":
        return
    assert layer in RANK, f"give {layer} a layer"
    for name in imported(path):
        root, _, rest = name.partition(".")
        if root != "tco" or not rest:
            continue
        other = rest.split(".")[0]
        if other == layer and layer in PACKAGES:
            continue
        # A public name of the package stands for the module that it lives in.
        other = tco._HOMES.get(other, other) if other not in RANK else other  # noqa: SLF001
        assert RANK[other] < RANK[layer], f"{layer} imports {other}"


@pytest.mark.parametrize("module", FORMULAS)
def test_formulas_import_arithmetic_alone(module):
    """The kernel is arithmetic: NumPy, SciPy, types, and formulas below; no file, table, widget or random generator."""
    allowed = {"math", "numpy", "scipy", "typing", "collections", "functools", "tco"}
    assert {name.split(".")[0] for name in imported(PACKAGE / f"{module}.py")} <= allowed


@pytest.mark.parametrize("module", ["inputs", "plan", "model"])
def test_the_model_reads_no_file(module):
    """Inputs and model are arithmetic too: they import NumPy and the formulas, and no table."""
    allowed = {"math", "numpy", "scipy", "typing", "collections", "functools", "dataclasses", "reprlib", "tco"}
    assert {name.split(".")[0] for name in imported(PACKAGE / f"{module}.py")} <= allowed


def test_the_front_door_imports_nothing_by_itself():
    """`tco/__init__.py` imports the standard library only, but for the names that a type checker reads."""
    tree = ast.parse((PACKAGE / f"{FRONT_DOOR}.py").read_text(encoding="utf-8"))
    at_once = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    modules = {alias.name for node in at_once if isinstance(node, ast.Import) for alias in node.names}
    modules |= {str(node.module) for node in at_once if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in modules} <= set(sys.stdlib_module_names)


def test_every_public_name_is_there():
    """Each name of `__all__` can be imported, and no other name is made up."""
    for name in tco.__all__:
        assert getattr(tco, name).__module__.startswith("tco.")
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = tco.nonsense


def loaded_by(code):
    """Names of the packages that a fresh interpreter has loaded after some code, and of what lies right in them."""
    program = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return {".".join(name.split(".")[:parts]) for name in json.loads(done.stdout) for parts in (1, 2)}


def test_importing_the_library_loads_the_standard_library_alone():
    """`import tco` waits for nothing, not even for NumPy."""
    assert not {"numpy", "scipy", "pydantic", *PAGES_AND_SERVERS} & loaded_by("import tco")


def test_an_evaluation_loads_no_page_chart_or_server_package():
    """From import to costs: no widget, plotting, data-frame or server package is loaded."""
    loaded = loaded_by("import tco\ntco.evaluate(tco.scenario('customer-api'))")
    assert "numpy" in loaded
    assert not set(PAGES_AND_SERVERS) & loaded


def test_a_verdict_loads_no_page_chart_or_server_package():
    """Break-evens and the verdict in words need none of them either."""
    loaded = loaded_by("import tco\ntco.verdict(tco.scenario('customer-api'))")
    assert not set(PAGES_AND_SERVERS) & loaded


def test_a_page_is_shown_before_what_draws_need_is_loaded():
    """Of statistics and data frames, which take half a second, nothing is loaded until a page is there."""
    loaded = loaded_by("from tco.dashboard import executive\nexecutive.executive()")
    assert "ipywidgets" in loaded
    assert not {"scipy.stats", "pandas", "SALib"} & loaded
