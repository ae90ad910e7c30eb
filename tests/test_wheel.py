"""
What a user of the built wheel gets, away from the checkout.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    A directory in which the wheel alone is installed.
    """
    directory = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(directory), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = directory.glob("*.whl")
    site = directory / "site"
    install = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--target", str(site)]
    subprocess.run([*install, str(wheel)], check=True, capture_output=True)
    return site


def run(installed: Path, *arguments: str) -> str:
    """
    Run Python where only the installed wheel is found, not the checkout.
    """
    environment = {name: value for name, value in os.environ.items() if name != "TCO_DATA"}
    done = subprocess.run(
        [sys.executable, *arguments],
        check=False,
        capture_output=True,
        text=True,
        cwd=installed.parent,
        env={**environment, "PYTHONPATH": str(installed)},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_is_found_before_the_checkout(installed: Path) -> None:
    """
    The other tests of this file see the wheel.
    """
    assert run(installed, "-c", "import tco; print(tco.__file__)").startswith(str(installed))


def test_evaluates(installed: Path) -> None:
    """
    The library finds its tables.
    """
    run(installed, "-c", "import tco; tco.evaluate(tco.scenario('customer-api'))")


def test_compares_on_the_command_line(installed: Path) -> None:
    """
    The command works and prints JSON.
    """
    assert json.loads(run(installed, "-m", "tco", "compare", "--preset", "internal-tool", "--json"))


def test_brings_notebooks_and_template(installed: Path) -> None:
    """
    The server finds the notebooks, and each file of the checkout's package is in the wheel.
    """
    printed = run(installed, "-c", "from tco.dashboard.server import notebooks_path; print(notebooks_path())")
    notebooks = Path(printed.strip())
    assert notebooks == installed / "tco" / "notebooks"
    assert sorted(path.name for path in notebooks.glob("*.ipynb")) == sorted(
        path.name for path in (ROOT / "notebooks").glob("*.ipynb")
    )
    files = [path.relative_to(ROOT) for path in (ROOT / "tco").rglob("*") if path.is_file()]
    missing = [path for path in files if "__pycache__" not in path.parts and not (installed / path).is_file()]
    assert missing == []


def test_tells_jupyter_servers_of_its_route(installed: Path) -> None:
    """
    The file that enables our route in JupyterLab is installed where Jupyter looks.
    """
    config = json.loads((installed / "etc/jupyter/jupyter_server_config.d/webframework-tco.json").read_text())
    assert config == {"ServerApp": {"jpserver_extensions": {"tco.dashboard.assets": True}}}
