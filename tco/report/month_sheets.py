"""The sheets of the months: traffic, and for each way of serving its cash flow by component."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from xlsxwriter.utility import xl_col_to_name

from tco.model import COMPONENTS, NOT_SPENT
from tco.report.book import Book, number_format
from tco.report.equations import Equation, formula
from tco.report.month_equations import OF_A_SERVING, TRAFFIC
from tco.report.names import OWN_NAMES, SUMMED_MONTHS

SHEET: Final = "Months"
FIRST: Final = 4
# Equations that look at several cells at once.
ARRAYS: Final = ("fleet_usd_per_hour",)


def most_months(book: Book) -> int:
    """
    Months that the sheets have rows for: the longest horizon of the tables, or the scenario's where it is longer.

    Parameters
    ----------
    book : Book
        The workbook.

    Returns
    -------
    most_months : int
        Number of rows.
    """
    scenario = book.scenario
    return int(np.ceil(max(scenario.row("horizon_months").high, scenario.value("horizon_months"))))


def sheet_names(book: Book) -> dict[str, str]:
    """
    What the sheet of each way of serving is called.

    Parameters
    ----------
    book : Book
        The workbook.

    Returns
    -------
    names : dict
        By way of serving; of letters that a spreadsheet allows, and no longer than it allows.
    """
    return {serving: f"Flow {suffix}"[:28] + f" {i}" for i, (serving, suffix) in enumerate(book.suffixes.items(), 1)}


def write_months(book: Book) -> None:
    """
    Write the sheet of the traffic, and one for each way of serving.

    Parameters
    ----------
    book : Book
        The workbook.
    """
    traffic, own = _columns(TRAFFIC), _columns(OF_A_SERVING)
    sheet = _new_sheet(book, SHEET, "Traffic and prices, month by month", TRAFFIC)
    for i in range(most_months(book)):
        row = FIRST + i
        sheet.write_number(row, 0, i + 1, book.style("value"))
        _write_row(book, sheet, row, TRAFFIC, _cells(traffic, row), {})

    for j, serving in enumerate(book.servings):
        sheet = _new_sheet(
            book, sheet_names(book)[serving], f"Cash flow of {book.labels[j]}, month by month", OF_A_SERVING
        )
        # What stands on other sheets has a name; the columns of this one and of the traffic are relative.
        named = book.cells_of(serving, OWN_NAMES)
        flow = book.costs.cash_flow_usd
        for i in range(most_months(book)):
            row = FIRST + i
            sheet.write_formula(row, 0, f"={SHEET}!A{row + 1}", book.style("value"), i + 1)
            cells = named | _cells(traffic, row, f"{SHEET}!") | _cells(own, row)
            _write_row(book, sheet, row, OF_A_SERVING, cells, _known(flow, i, j))
        last = FIRST + most_months(book) - 1
        for name, column_name in SUMMED_MONTHS.items():
            column = own[column_name]
            book.name_cells(f"{name}__{book.suffixes[serving]}", sheet, (FIRST, column), (last, column))


def column_of(name: str) -> int:
    """
    Where a column of the sheet of a way of serving stands.

    Parameters
    ----------
    name : str
        Name of its equation.

    Returns
    -------
    column : int
        Counted from 0.
    """
    return _columns(OF_A_SERVING)[name]


def _columns(equations: tuple[Equation, ...]) -> dict[str, int]:
    """Where the equations of a sheet stand, behind the number of the month."""
    return {equation.name: column for column, equation in enumerate(equations, start=1)}


def _cells(columns: Mapping[str, int], row: int, sheet: str = "") -> dict[str, str]:
    """Where the equations of a row find the columns of a sheet; one row up, text counts as 0."""
    letters = {name: f"{sheet}${xl_col_to_name(column)}" for name, column in columns.items()}
    here = {name: f"{letter}{row + 1}" for name, letter in letters.items()}
    before = {f"before_{name}": f"N({letter}{row})" for name, letter in letters.items()}
    return {"month_number": f"{sheet}$A{row + 1}", **here, **before}


def _new_sheet(book: Book, name: str, title: str, equations: tuple[Equation, ...]) -> Any:
    sheet = book.sheet(name, (8, *(15,) * len(equations)), rows_on_top=FIRST, columns_left=1, head=FIRST - 1)
    book.text(sheet, 0, 0, title, "title")
    book.text(sheet, 1, 0, "Each column holds the equation at its head; amounts are nominal, unless in today's money.")
    book.text(sheet, FIRST - 1, 0, "Month", "head")
    for column, equation in enumerate(equations, start=1):
        unit = "" if equation.unit == "1" else f", {equation.unit}"
        book.text(sheet, FIRST - 2, column, f"{equation.name} = {equation.text}", "equation")
        book.text(sheet, FIRST - 1, column, f"{equation.label}{unit}", "head")
    sheet.set_row(FIRST - 2, 96)
    return sheet


def _write_row(
    book: Book, sheet: Any, row: int, equations: tuple[Equation, ...], cells: dict[str, str], known: dict[str, float]
) -> None:
    for column, equation in enumerate(equations, start=1):
        text, number = formula(equation.text, cells), number_format(equation.name, equation.unit)
        if equation.name in ARRAYS:
            book.array_formula(sheet, row, column, text, "value", number)
        else:
            book.formula(sheet, row, column, text, "value", number, known.get(equation.name))


def _known(flow: Mapping[str, Any], month: int, serving: int) -> dict[str, float]:
    """What the library gives for some columns of a month."""
    usd = {part: float(flow[part][month, serving]) if month < len(flow[part]) else 0.0 for part in COMPONENTS}
    spent = sum(amount for part, amount in usd.items() if part not in NOT_SPENT)
    own = {f"month_{part}_usd": amount for part, amount in usd.items()}
    return own | {"month_spent_usd": spent, "month_total_usd": sum(usd.values())}
