"""The sheet of capacities: instance types with what each carries, and the fleets that the busiest month would need."""

import numpy as np
from xlsxwriter.utility import xl_col_to_name

from tco.report.book import Book, number_format
from tco.report.capacity_equations import FLEETS, PRICE, RANGES
from tco.report.equations import formula
from tco.servers import server_capacity_rps, servers_of

SHEET = "Capacity"
FIRST = 5
TYPE_HEADS = ("Instance type", "vCPUs", "Memory, GiB", "List price, USD/h", "Price of a server, USD/h")


def write_capacity(book: Book) -> None:
    """
    Write the sheet and name its columns.

    Parameters
    ----------
    book : Book
        The workbook.
    """
    s = book.scenario
    types = s.catalogue
    block = 1 + len(FLEETS)
    widths = (18, 8, 10, 11, 11, *(13,) * (block * len(book.servings)))
    sheet = book.sheet(SHEET, widths, rows_on_top=FIRST, columns_left=1, head=FIRST - 1)
    book.text(sheet, 0, 0, "Capacity of one server, and the fleets of the busiest month", "title")
    book.text(
        sheet,
        1,
        0,
        "Grey: constants. The load that a server carries within the latency objective needs a queueing search; it "
        f"rests on the inputs marked 'constant' and on the types of {s.provider} {s.region}, {s.purchase}. Empty: a "
        "server that cannot.",
    )
    carried = np.broadcast_to(
        server_capacity_rps(s.shared, s.framework, servers_of(s.shared, s.framework, types)),
        (len(types.names), 1, len(book.servings)),
    )[:, 0, :]
    last = FIRST + len(types.names) - 1

    for column, head in enumerate(TYPE_HEADS):
        book.text(sheet, FIRST - 1, column, head, "head")
    book.text(sheet, FIRST - 2, 4, f"={PRICE.text}", "equation")
    for i, name in enumerate(types.names):
        row = FIRST + i
        book.text(sheet, row, 0, name)
        for column, values in ((1, types.vcpu_count), (2, types.memory_gib), (3, types.instance_usd_per_hour)):
            sheet.write_number(row, column, values[i], book.style("constant", "0.0000" if column == 3 else "General"))
        book.formula(sheet, row, 4, formula(PRICE.text, {"list_usd_per_hour": f"D{row + 1}"}), "value", "0.0000")
    book.name_cells("type_names", sheet, (FIRST, 0), (last, 0))
    book.name_cells("type_usd_per_hour", sheet, (FIRST, 4), (last, 4))

    for j, serving in enumerate(book.servings):
        left = len(TYPE_HEADS) + j * block
        book.text(sheet, FIRST - 1, left, f"{book.labels[j]}: load of one server, req/s", "head")
        letters = {name: xl_col_to_name(left + k) for k, name in enumerate(RANGES)}
        for k, equation in enumerate(FLEETS, start=1):
            book.text(sheet, FIRST - 1, left + k, f"{equation.label}, {equation.unit}", "head")
            book.text(sheet, FIRST - 2, left + k, f"={equation.text}", "equation")
        for i in range(len(types.names)):
            row = FIRST + i
            if np.isfinite(carried[i, j]):
                sheet.write_number(row, left, carried[i, j], book.style("constant", "#,##0.00"))
            else:
                sheet.write_blank(row, left, None, book.style("constant"))
            cells = {name: f"{letter}{row + 1}" for name, letter in letters.items()}
            cells["type_usd_per_hour"] = f"E{row + 1}"
            for k, equation in enumerate(FLEETS, start=1):
                number = number_format(equation.name, equation.unit)
                book.formula(sheet, row, left + k, formula(equation.text, cells), "value", number)
        for k, name in enumerate(RANGES):
            book.name_cells(f"{name}__{book.suffixes[serving]}", sheet, (FIRST, left + k), (last, left + k))
    sheet.set_row(FIRST - 2, 60)
