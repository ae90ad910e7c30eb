"""Injection: names and notes from tables and files that would be scripts in HTML, or formulas in a spreadsheet."""

import csv

import ipywidgets as widgets
import pytest

import tco
from tco.assumptions import data_directory, load_assumptions
from tco.dashboard.capacity import capacity
from tco.dashboard.compare import compare
from tco.dashboard.executive import executive
from tco.dashboard.explorer import explorer
from tco.dashboard.hiring import hiring
from tco.dashboard.method import method
from tco.dashboard.prices import prices
from tco.dashboard.state import State
from tco.dashboard.time_to_market import time_to_market
from tco.dashboard.uncertainty import uncertainty
from tco.tables import TableError

SCRIPT = "<img src=x onerror=alert(1)>'\"&"
PAGES = (executive, explorer, capacity, hiring, time_to_market, uncertainty, method, prices, compare)
# Columns of free text in the tables that a user may replace, with the largest number of letters that they take.
TEXTS = {"label": 80, "note": 800}
TABLES = (
    "frameworks.csv",
    "servings.csv",
    "assumptions.csv",
    "effort.csv",
    "serving.csv",
    "talent.csv",
    "countries.csv",
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory):
    """A scenario from tables in which every label and note ends in a script."""
    directory = tmp_path_factory.mktemp("hostile")
    for name in TABLES:
        with (data_directory() / name).open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
        for row in rows:
            for column, most in TEXTS.items():
                if row.get(column) and len(row[column]) + len(SCRIPT) <= most:
                    row[column] += SCRIPT
        with (directory / name).open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, reader.fieldnames, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    a = load_assumptions(directory)
    assert all(serving.label.endswith(SCRIPT) for serving in a.servings.values())
    return tco.Scenario(assumptions=a)


def widgets_of(widget):
    """A widget and everything in it."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from widgets_of(child)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.__name__)
def test_pages_show_scripts_as_text(hostile, page):
    """Whatever stands in the tables, no page makes an element of it; where it shows it, it shows the letters."""
    root = page(hostile)
    for widget in list(widgets_of(root)):
        if isinstance(widget, widgets.ToggleButton):
            widget.value = True  # what is worked out when asked for
    contents = [widget.value for widget in widgets_of(root) if isinstance(widget, widgets.HTML)]
    assert any("&lt;img src=x" in content for content in contents)
    for content in contents:
        assert "<img" not in content
        assert "onerror=alert(1)>" not in content
    # Labels and descriptions are text unless they say otherwise.
    assert not any(getattr(widget, "description_allow_html", False) for widget in widgets_of(root))


@pytest.mark.parametrize(
    "content",
    [
        f'format = 1\npreset = "{SCRIPT[:28]}"\n',
        f'format = 1\n[inputs]\n"{SCRIPT[:28]}" = 1\n',
        f'format = "{SCRIPT[:28]}"\n',
        SCRIPT,
    ],
)
def test_files_show_scripts_as_text(content):
    """A scenario file that is refused is quoted as text, and so is its name."""
    page = executive(tco.scenario())
    page.state.load(content.encode(), f"{SCRIPT}.toml")
    assert page.state.error
    contents = [widget.value for widget in widgets_of(page) if isinstance(widget, widgets.HTML)]
    assert any("&lt;img src=x" in content for content in contents)
    assert not any("<img" in content for content in contents)


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t=", " ="])
@pytest.mark.parametrize(("table", "column"), [("servings.csv", "label"), ("frameworks.csv", "label")])
def test_tables_take_no_formula_for_a_name(tmp_path, table, column, sign):
    """A name that a spreadsheet would run is refused where it comes in, so no CSV or workbook can carry it on."""
    with (data_directory() / table).open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    rows[0][column] = f"{sign}cmd|' /C calc'!A0"
    with (tmp_path / table).open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, reader.fieldnames, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(TableError, match=f"column '{column}'.*must begin with neither"):
        load_assumptions(tmp_path)


def test_state_keeps_what_it_was_when_a_file_is_hostile():
    """A refused file changes nothing."""
    state = State(tco.scenario())
    before = state.scenario.to_toml()
    state.load(f'format = 1\npreset = "=cmd|{SCRIPT[:10]}"\n'.encode(), "=cmd|.toml")
    assert state.scenario.to_toml() == before
