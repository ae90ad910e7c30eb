"""The sheet of the model: each line a quantity with its name, its equation, and its cells."""

from collections.abc import Mapping
from typing import Any

from tco.model import COMPONENTS
from tco.report.book import Book, number_format
from tco.report.equations import WORDS, Equation, formula
from tco.report.model_equations import OF_A_SERVING, SHARED
from tco.report.names import OWN_NAMES

SHEET = "Model"
FIRST = 3
VALUES = 3


def write_model(book: Book) -> None:
    """
    Write the sheet and name its cells.

    Parameters
    ----------
    book : Book
        The workbook.
    """
    count = len(book.servings)
    widths = (50, 27, 10, *(18,) * count, 100)
    sheet = book.sheet(SHEET, widths, rows_on_top=FIRST, columns_left=VALUES, head=FIRST - 1)
    book.text(sheet, 0, 0, "The model: equation = cell", "title")
    words = "; ".join(f"{word}: {meaning}" for word, meaning in WORDS)
    book.text(sheet, 1, 0, f"Each cell holds the equation at its right, in named cells. {words}.")
    book.table_head(sheet, FIRST - 1, ("Quantity", "Name", "Unit", *book.labels, "Equation"))

    row = FIRST
    for section, equations in SHARED:
        book.text(sheet, row, 0, section, "section")
        row += 1
        for equation in equations:
            _write_names(book, sheet, row, equation)
            number = number_format(equation.name, equation.unit)
            book.formula(sheet, row, VALUES, formula(equation.text, {}), "value", number)
            book.name_cells(equation.name, sheet, (row, VALUES))
            row += 1
    for name, texts in (
        ("serving", book.servings),
        ("framework", [book.scenario.assumptions.servings[serving].framework for serving in book.servings]),
    ):
        _write_names(book, sheet, row, Equation(name, f"Id of the {name}", "", ""))
        for i, text in enumerate(texts):
            book.text(sheet, row, VALUES + i, text)
        _name_row(book, sheet, row, name)
        row += 1
    known = _known(book)
    for section, equations in OF_A_SERVING:
        book.text(sheet, row, 0, section, "section")
        row += 1
        for equation in equations:
            _write_names(book, sheet, row, equation)
            number = number_format(equation.name, equation.unit)
            kind = "total" if equation.name == "total_usd" else "value"
            for i, serving in enumerate(book.servings):
                text = formula(equation.text, book.cells_of(serving, OWN_NAMES))
                result = known[equation.name][i] if equation.name in known else None
                book.formula(sheet, row, VALUES + i, text, kind, number, result)
            _name_row(book, sheet, row, equation.name)
            row += 1


def _write_names(book: Book, sheet: Any, row: int, equation: Equation) -> None:
    book.text(sheet, row, 0, equation.label)
    book.text(sheet, row, 1, equation.name)
    book.text(sheet, row, 2, "" if equation.unit == "1" else equation.unit)
    if equation.text:
        book.text(sheet, row, VALUES + len(book.servings), f"= {equation.text}", "equation")


def _name_row(book: Book, sheet: Any, row: int, name: str) -> None:
    """Name each cell of a line, and the line as a whole."""
    for i, serving in enumerate(book.servings):
        book.name_cells(f"{name}__{book.suffixes[serving]}", sheet, (row, VALUES + i))
    book.name_cells(f"every_{name}", sheet, (row, VALUES), (row, VALUES + len(book.servings) - 1))


def _known(book: Book) -> Mapping[str, list[float]]:
    """What the library gives for some of the lines."""
    costs = book.costs
    arrays = {
        "build_days": costs.build_effort_days,
        "ramp_days": costs.ramp_up_effort_days,
        "launch_months": costs.launch_months,
        "busiest_servers": costs.peak_servers,
        "busiest_cloud_usd_per_month": costs.busiest_cloud_usd_per_month,
        **{f"{part}_usd": costs.component_usd[part] for part in COMPONENTS},
        "total_usd": costs.total_usd,
    }
    return {name: [float(value) for value in values] for name, values in arrays.items()}
