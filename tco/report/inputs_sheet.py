"""The sheet of inputs: every number that may be changed, as a cell with a name, its range, and its source."""

from typing import Any

from tco.report.book import Book
from tco.report.provenance import Stated, stated_inputs
from tco.servers import CAPACITY_INPUTS
from tco.units import unit_of
from tco.wording import SHARES

SHEET = "Inputs"
HEADS = ("Group", "Input", "Value", "Unit", "Low", "High", "Source", "Evidence", "Capacity", "Was", "Name", "Note")
WIDTHS = (16, 46, 14, 11, 12, 12, 22, 10, 10, 12, 44, 90)
VALUE, WAS, FIRST = 2, 9, 4


def write_inputs(book: Book, most_months: int) -> None:
    """
    Write the sheet and name its cells.

    Parameters
    ----------
    book : Book
        The workbook.
    most_months : int
        Months that the cash flow has rows for: the longest horizon.
    """
    sheet = book.sheet(SHEET, WIDTHS, rows_on_top=FIRST, columns_left=3, head=FIRST - 1)
    book.text(sheet, 0, 0, "Inputs", "title")
    book.text(
        sheet,
        1,
        0,
        "Change the yellow cells; everything else follows. Not so the capacities of servers (sheet Capacity), "
        "constants of a search that cells cannot express: a change of an input marked 'constant' needs a new workbook.",
    )
    book.table_head(sheet, FIRST - 1, HEADS)
    inputs = stated_inputs(book.scenario)
    for row, one in enumerate(inputs, start=FIRST):
        _write_input(book, sheet, row, one, most_months)
    last = FIRST + len(inputs) - 1
    # On paper the names and notes would leave no room for the numbers.
    sheet.print_area(0, 0, last, WAS)
    sheet.autofilter(FIRST - 1, 0, last, len(HEADS) - 1)
    book.name_cells("input_values", sheet, (FIRST, VALUE), (last, VALUE))
    book.name_cells("input_values_was", sheet, (FIRST, WAS), (last, WAS))
    book.name_cells("rests_on", sheet, (FIRST, WAS - 1), (last, WAS - 1))


def _write_input(book: Book, sheet: Any, row: int, one: Stated, most_months: int) -> None:
    number = "0.0%" if one.name.endswith(SHARES) else "General"
    unit = unit_of(one.name)
    high = min(unit.high, most_months) if one.name == "horizon_months" else unit.high
    texts = {0: one.group, 1: one.label, 3: "" if one.unit == "1" else one.unit, 6: one.source, 7: one.evidence}
    texts[8] = "constant" if one.name in CAPACITY_INPUTS else ""
    texts[10] = book.input_names.get(one.key, one.key)
    for column, text in texts.items():
        book.text(sheet, row, column, text, "beside")
    book.text(sheet, row, 11, one.note, "beside")
    sheet.write_number(row, VALUE, one.value, book.style("input", number))
    for column, value in ((4, one.low), (5, one.high), (WAS, one.value)):
        sheet.write_number(row, column, value, book.style("value", number))
    sheet.data_validation(
        row,
        VALUE,
        row,
        VALUE,
        {
            "validate": "decimal",
            "criteria": "between",
            "minimum": unit.low,
            "maximum": high,
            "error_title": "Not a legal value",
            "error_message": f"{one.name} must lie in [{unit.low:g}, {high:g}] {one.unit if one.unit != '1' else ''}",
        },
    )
    book.name_cells(texts[10], sheet, (row, VALUE))
