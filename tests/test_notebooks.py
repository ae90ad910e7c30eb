"""Notebooks are doors of a few cells: they arrange what the library defines, and each runs from a fresh kernel."""

import ast
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
MOST_CELLS, MOST_LINES = 8, 10


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    """Each notebook in turn."""
    return nbformat.read(request.param, as_version=4)


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_there_are_the_pages_of_the_readme():
    """Each page that the README's table lists has its notebook."""
    listed = {"executive", "explorer", "capacity", "hiring", "time_to_market", "uncertainty", "method", "prices"}
    listed |= {"compare"}
    assert listed == {path.stem for path in NOTEBOOKS}


def test_a_notebook_is_short(notebook):
    """At most eight cells of code with ten lines each."""
    cells = code_cells(notebook)
    assert 1 <= len(cells) <= MOST_CELLS
    assert max(len(cell.source.splitlines()) for cell in cells) <= MOST_LINES


def test_a_notebook_defines_nothing(notebook):
    """No function, no class: those live in the library, where they are tested."""
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    for cell in code_cells(notebook):
        assert not any(isinstance(node, definitions) for node in ast.walk(ast.parse(cell.source)))


def test_a_notebook_holds_no_output(notebook):
    """What ran is not stored: no outputs, no counts, no widgets' state."""
    assert "widgets" not in notebook.metadata
    for cell in code_cells(notebook):
        assert cell.outputs == []
        assert cell.execution_count is None


def test_a_notebook_says_what_it_is(notebook):
    """It opens with a title in words, and the index finds its title, its sentence and its place."""
    first = notebook.cells[0]
    assert first.cell_type == "markdown"
    assert first.source.startswith(f"# {notebook.metadata['title']}")
    assert notebook.metadata["description"].endswith(".")
    assert isinstance(notebook.metadata["position"], int)


def test_a_notebook_runs(notebook, tmp_path):
    """From a fresh kernel, in any directory, without a word of error or warning; the last cell shows the page."""
    client = NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
    outputs = [output for cell in code_cells(notebook) for output in cell.outputs]
    assert [output.output_type for output in outputs] == ["execute_result"]
    assert "application/vnd.jupyter.widget-view+json" in outputs[-1].data
