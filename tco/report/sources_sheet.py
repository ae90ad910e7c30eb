"""The sheet of sources: where the numbers come from, and what the grades of evidence mean."""

from tco.report.book import Book
from tco.report.provenance import EVIDENCE, stated_inputs, used_sources

SHEET = "Sources"
HEADS = ("Id", "Title", "Publisher", "Date", "Address", "Licence", "Note")
WIDTHS = (28, 60, 24, 12, 50, 20, 90)


def write_sources(book: Book) -> None:
    """
    Write the sheet.

    Parameters
    ----------
    book : Book
        The workbook.
    """
    sheet = book.sheet(SHEET, WIDTHS, rows_on_top=1, columns_left=1, head=0)
    book.table_head(sheet, 0, HEADS)
    inputs = stated_inputs(book.scenario)
    row = 1
    for source in used_sources(book.scenario, inputs):
        cells = (source.source, source.title, source.publisher, source.date, source.url, source.licence, source.note)
        for column, text in enumerate(cells):
            book.text(sheet, row, column, text, "words")
        row += 1
    row += 1
    book.table_head(sheet, row, ("Evidence", "What it means", "Inputs"))
    for grade, meaning in EVIDENCE.items():
        row += 1
        book.text(sheet, row, 0, grade)
        book.text(sheet, row, 1, meaning, "words")
        sheet.write_number(row, 2, sum(one.evidence == grade for one in inputs), book.style("value"))
