"""The notebook for reports on a schedule: it runs as it is, and with the parameters that papermill would put in."""

import csv
from pathlib import Path

import nbformat
from nbclient import NotebookClient

import tco
from tco.report.components_csv import components_csv

NOTEBOOK = Path(__file__).parents[1] / "docs" / "scheduled_report.ipynb"


def executed(directory, parameters):
    """The notebook, run with a cell behind the tagged one, as papermill does it; its last outputs."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    (tagged,) = [i for i, cell in enumerate(notebook.cells) if "parameters" in cell.metadata.get("tags", [])]
    source = "\n".join(f"{name} = {value!r}" for name, value in parameters.items())
    notebook.cells.insert(tagged + 1, nbformat.v4.new_code_cell(source))
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(directory)}}).execute()
    return [cell.outputs[-1].data["text/plain"] for cell in notebook.cells[-2:]]


def test_runs_with_other_parameters(tmp_path):
    """It writes the scenario of the parameters to the files of the parameters, and says the library's answer."""
    (tmp_path / "mine.toml").write_text(tco.scenario("internal-tool", peak_users=80).to_toml())
    parameters = {"scenario_file": "mine.toml", "settings": {"country": "Germany"}, "name": "weekly"}
    answer, written = executed(tmp_path, {**parameters, "kinds": ["csv", "xlsx", "html"]})
    scenario = tco.scenario("internal-tool", peak_users=80, country="Germany")
    assert tco.verdict(scenario).sentence in answer
    assert written == "['weekly.csv', 'weekly.xlsx', 'weekly.html']"
    with (tmp_path / "weekly.csv").open(newline="") as file:
        assert file.read() == components_csv(scenario, tco.evaluate(scenario))
        file.seek(0)
        assert len(list(csv.DictReader(file))) == 24
    assert (tmp_path / "weekly.xlsx").read_bytes().startswith(b"PK")
    assert tco.verdict(scenario).sentence in (tmp_path / "weekly.html").read_text()


def test_holds_no_output():
    """What ran is not stored, and its first cell of code is the one whose values papermill replaces."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert code[0].metadata.tags == ["parameters"]
    assert all(cell.outputs == [] and cell.execution_count is None for cell in code)
    assert max(len(cell.source.splitlines()) for cell in code) <= 10
