import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
# What conda-forge calls otherwise than the Python index.
CONDA_NAMES = {"build": "python-build", "jupyter-server": "jupyter_server", "playwright": "playwright-python"}
# What an environment needs beside the project's own dependencies.
CONDA_ONLY = {"make", "pip"}


def requirements(lines: list[str]) -> dict[str, str]:
    """
    Each requirement's name with its versions.
    """
    return {match[1]: match[2] for line in lines if (match := re.fullmatch(r"([\w.-]+)\s*(.*)", line))}


@pytest.fixture
def project() -> dict[str, str]:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lines = declared["dependencies"] + declared["optional-dependencies"]["dev"]
    return {"python": declared["requires-python"], **requirements(lines)}


def test_conda_environment_agrees(project: dict[str, str]) -> None:
    """
    environment.yml asks for the packages and versions of pyproject.toml, under conda-forge's names.
    """
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    (pip,) = (part["pip"] for part in environment["dependencies"] if isinstance(part, dict))
    lines = [line for line in environment["dependencies"] if isinstance(line, str)]
    conda = requirements([*lines, *(line for line in pip if not line.startswith("--"))])
    expected = {CONDA_NAMES.get(name, name): versions for name, versions in project.items()}
    assert {name: versions for name, versions in conda.items() if name not in CONDA_ONLY} == expected


def test_lock_holds_every_dependency(project: dict[str, str]) -> None:
    """
    Each dependency is pinned in requirements.lock with a hash.
    """
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pinned = re.findall(r"^([\w.-]+)==\S+.*\\\n    --hash=sha256:[0-9a-f]{64}", lock, re.MULTILINE)
    assert set(project) - {"python"} <= set(pinned)


def test_lock_names_no_place() -> None:
    """
    The lock says what to install and not from where, so any mirror serves.
    """
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert not re.search(r"://|--(?:extra-)?index-url|--find-links", lock)
