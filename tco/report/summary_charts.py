"""The charts of the summary: a spreadsheet's own, which follow the cells."""

from typing import Any, Final

from tco.charts import COMPONENT_COLORS
from tco.look import colors_of
from tco.model import COMPONENTS
from tco.report import month_sheets
from tco.report.book import Book

WIDTH_PX: Final = 780
# Of 20 pixels each; one is left free below a chart.
ROWS: Final = (20, 20, 14)
_GRID: Final = {"visible": True, "line": {"color": "#e4e7eb"}}
_USD_AXIS: Final = {"num_format": "$#,##0", "name": "USD", "major_gridlines": _GRID}


def insert_charts(book: Book, sheet: Any, first: int, table: int) -> int:
    """
    Put the charts below the table of the summary.

    Parameters
    ----------
    book : Book
        The workbook.
    sheet : worksheet
        The summary.
    first : int
        Row of the first chart.
    table : int
        First row of the table: the components, the total, and the time to launch.

    Returns
    -------
    row : int
        The row below the last one.
    """
    summary = sheet.get_name()
    labels = [summary, table - 1, 1, table - 1, len(book.servings)]

    def line(row: int) -> dict[str, Any]:
        """A line of the table, over the ways of serving."""
        values = [summary, row, 1, row, len(book.servings)]
        return {"name": [summary, row, 0], "categories": labels, "values": values, "gap": 60}

    launch_row = table + len(COMPONENTS) + 1
    charts = (_component_chart(book, line, table), _flow_chart(book, labels), _launch_chart(book, line(launch_row)))
    row = first
    for chart, rows in zip(charts, ROWS, strict=True):
        chart.set_size({"width": WIDTH_PX, "height": 20 * (rows - 1)})
        sheet.insert_chart(row, 0, chart)
        row += rows
    # On paper the first one stands below the table, and the others on a page of their own.
    sheet.set_h_pagebreaks([first + ROWS[0]])
    return row


def _component_chart(book: Book, line: Any, table: int) -> Any:
    chart = book.file.add_chart({"type": "column", "subtype": "stacked"})
    for row, part in enumerate(COMPONENTS, start=table):
        chart.add_series({**line(row), "fill": {"color": COMPONENT_COLORS[part]}})
    chart.set_title({"name": "Total cost by component, present value", "name_font": {"size": 12}})
    chart.set_y_axis(_USD_AXIS)
    chart.set_legend({"position": "right"})
    return chart


def _flow_chart(book: Book, labels: list[Any]) -> Any:
    chart = book.file.add_chart({"type": "line"})
    column = month_sheets.column_of("month_spent_usd")
    first, last = month_sheets.FIRST, month_sheets.FIRST + month_sheets.most_months(book) - 1
    colors = colors_of(book.scenario, book.servings)
    for i, name in enumerate(month_sheets.sheet_names(book).values()):
        dash = "solid" if colors.index(colors[i]) == i else "dash"
        chart.add_series(
            {
                "name": [labels[0], labels[1], 1 + i],
                "categories": [name, first, 0, last, 0],
                "values": [name, first, column, last, column],
                "line": {"color": colors[i], "width": 2, "dash_type": dash},
            }
        )
    chart.set_title({"name": "Spend of each month, nominal", "name_font": {"size": 12}})
    chart.set_x_axis({"name": "month", "interval_unit": 6, "interval_tick": 6})
    chart.set_y_axis(_USD_AXIS)
    chart.set_legend({"position": "bottom"})
    return chart


def _launch_chart(book: Book, line: dict[str, Any]) -> Any:
    chart = book.file.add_chart({"type": "bar"})
    points = [{"fill": {"color": color}} for color in colors_of(book.scenario, book.servings)]
    chart.add_series({**line, "points": points, "data_labels": {"value": True, "num_format": "0.0"}})
    chart.set_title({"name": "Time to launch, months", "name_font": {"size": 12}})
    chart.set_y_axis({"reverse": True})
    chart.set_x_axis({"min": 0, "major_gridlines": _GRID})
    chart.set_legend({"none": True})
    return chart
