"""The sheet on top: the answer, the components, and charts of them that follow the cells."""

from typing import Any, Final

import numpy as np

from tco.charts import COMPONENT_COLORS
from tco.decision import verdict
from tco.look import colors_of
from tco.model import COMPONENTS
from tco.report import month_sheets
from tco.report.book import Book
from tco.uncertainty import Uncertainty
from tco.wording import COMPONENT_LABELS

SHEET: Final = "Summary"
TABLE: Final = 8
USD: Final = "$#,##0.00"
# Rows of 20 pixels that each chart takes, and one between them.
CHART_ROWS: Final = (20, 20, 14)
SENTENCE: Final = (
    'IF(COUNT(every_ranked_usd)=0,"Nothing can be served and launched within the horizon.",'
    'IF(gap_usd="",best_label&" costs $"&TEXT(best_usd,"#,##0")&".",'
    'IF(gap_usd<materiality_share*best_usd,"No material difference: "&best_label&" and "&runner_up_label&" are $"'
    '&TEXT(gap_usd,"#,##0")&" apart over "&TEXT(horizon_months,"0")&" months.",'
    'best_label&" costs $"&TEXT(gap_usd,"#,##0")&" less than "&runner_up_label&" over "'
    '&TEXT(horizon_months,"0")&" months.")))'
)
# The order of the ways of serving, from the lines of the model.
ANSWER: Final = (
    ("best_usd", "Least total", 'IF(COUNT(every_ranked_usd)=0,"",MIN(every_ranked_usd))'),
    (
        "best_serving",
        "Its way of serving",
        'IF(best_usd="","",INDEX(every_serving,MATCH(best_usd,every_ranked_usd,0)))',
    ),
    ("best_framework", "Its framework", 'IF(best_usd="","",INDEX(every_framework,MATCH(best_usd,every_ranked_usd,0)))'),
    ("best_label", "The cheapest", 'IF(best_usd="","",INDEX(every_label,MATCH(best_usd,every_ranked_usd,0)))'),
    (
        "runner_up_usd",
        "Next total, of another framework where there is one",
        'IF(COUNT(every_rival_usd)>0,MIN(every_rival_usd),IF(COUNT(every_rest_usd)>0,MIN(every_rest_usd),""))',
    ),
    (
        "runner_up_label",
        "The next",
        'IF(runner_up_usd="","",IF(COUNT(every_rival_usd)>0,INDEX(every_label,MATCH(runner_up_usd,every_rival_usd,0)),'
        "INDEX(every_label,MATCH(runner_up_usd,every_rest_usd,0))))",
    ),
    ("gap_usd", "What the cheapest saves", 'IF(runner_up_usd="","",runner_up_usd-best_usd)'),
)
# Inputs are compared to nine digits: a program may write the last ones otherwise.
CHANGED: Final = 'SUMPRODUCT((rests_on="constant")*(ABS(input_values-input_values_was)>1E-9*ABS(input_values_was)))'
OUTDATED: Final = (
    f'IF({CHANGED}>0,"Inputs were changed that the capacities of servers rest on: "&{CHANGED}&". Make a new workbook.",'
    'IF(horizon_months>most_months,"The horizon is longer than the months of this workbook.",""))'
)


def write_summary(book: Book, found: Uncertainty | None) -> None:
    """
    Write the sheet.

    Parameters
    ----------
    book : Book
        The workbook.
    found : Uncertainty, optional
        The draws, for how sure the answer is.
    """
    count = len(book.servings)
    sheet = book.sheet(SHEET, (44, *(19,) * max(count, 4)), rows_on_top=0, columns_left=0, head=0)
    sheet.set_portrait()
    sheet.activate()
    a = book.scenario.assumptions
    width = max(count, 4)
    sheet.merge_range(0, 0, 0, width, "", book.style("title"))
    book.text(sheet, 0, 0, f"What the framework costs: {a.preset_label(book.scenario.preset)}", "title")
    answer = verdict(book.scenario, book.costs)
    _wide(book, sheet, 1, width, f"={SENTENCE}", "sentence", answer.sentence)
    _wide(book, sheet, 2, width, f"={OUTDATED}", "warning", "")
    sheet.merge_range(3, 0, 3, width, "", book.style("note"))
    book.text(sheet, 3, 0, _said(book), "note")
    if found is not None:
        sheet.merge_range(4, 0, 4, width, "", book.style("note"))
        book.text(
            sheet,
            4,
            0,
            f"How sure, when this file was made ({found.draws:,} draws, does not follow the cells): {found.sentence}",
            "note",
        )
    for row, height in ((1, 38), (2, 18), (3, 36), (4, 36)):
        sheet.set_row(row, height)

    book.text(sheet, TABLE - 1, 0, "Present value, USD", "head")
    for i, label in enumerate(book.labels, start=1):
        book.text(sheet, TABLE - 1, i, label, "column")
    book.name_cells("every_label", sheet, (TABLE - 1, 1), (TABLE - 1, count))
    lines: list[tuple[str, str, str, Any, str]] = [
        (COMPONENT_LABELS[part], f"{part}_usd", "value", book.costs.component_usd[part], USD) for part in COMPONENTS
    ]
    lines += [
        ("Total", "total_usd", "total", book.costs.total_usd, USD),
        ("Time to launch, months", "launch_months", "value", book.costs.launch_months, "0.0"),
        (
            "Cloud bill of the busiest month",
            "busiest_cloud_usd_per_month",
            "value",
            book.costs.busiest_cloud_usd_per_month,
            USD,
        ),
        ("Servers in the busiest month", "busiest_servers", "value", book.costs.peak_servers, "0"),
        ("Instance type", "instance", "value", None, "General"),
    ]
    for row, (label, name, kind, known, number) in enumerate(lines, start=TABLE):
        book.text(sheet, row, 0, label, "total" if kind == "total" else "text")
        for i, serving in enumerate(book.servings):
            result = str(book.costs.instances[i]) if known is None else float(known[i])
            book.formula(sheet, row, 1 + i, f"={name}__{book.suffixes[serving]}", kind, number, result)
    total_row = TABLE + len(COMPONENTS)
    below = TABLE + len(lines)
    book.text(sheet, below, 0, "Total when this file was made (constant)", "text")
    book.text(sheet, below + 1, 0, "Change since", "text")
    for i in range(count):
        letter = chr(ord("B") + i)
        usd = float(book.costs.total_usd[i])
        if np.isfinite(usd):
            sheet.write_number(below, 1 + i, round(usd, 2), book.style("constant", USD))
        else:
            book.text(sheet, below, 1 + i, "n/a")
        change = f'=IF(ISNUMBER({letter}{below + 1}),ROUND({letter}{total_row + 1},2)-{letter}{below + 1},"")'
        book.formula(sheet, below + 1, 1 + i, change, "value", USD, 0.0)
    _charts(book, sheet, below + 3, total_row)
    _write_answer(book, sheet, below + 3 + sum(CHART_ROWS), answer)


def _said(book: Book) -> str:
    s = book.scenario
    return (
        f"Assumptions: {s.assumption_set}; team in {s.country}; {s.provider} {s.region}, {s.purchase}; tables "
        f"{s.assumptions.digest}. Cells follow the sheet Inputs; another country, region or preset has other inputs: "
        "make a new workbook. Present values."
    )


def _wide(book: Book, sheet: Any, row: int, last: int, formula: str, kind: str, known: str) -> None:
    sheet.merge_range(row, 0, row, last, "", book.style(kind))
    book.formula(sheet, row, 0, formula, kind, "General", known)


def _write_answer(book: Book, sheet: Any, first: int, answer: Any) -> None:
    labels = dict(zip(book.servings, book.labels, strict=True))
    known = {
        "best_serving": answer.best,
        "best_framework": book.scenario.assumptions.servings[answer.best].framework if answer.best else "",
        "best_label": labels.get(answer.best, ""),
        "runner_up_label": labels.get(answer.runner_up, ""),
        "best_usd": float(book.costs.of(answer.best)) if answer.best else "",
        "runner_up_usd": float(book.costs.of(answer.runner_up)) if answer.runner_up else "",
        "gap_usd": float(answer.saving_usd) if answer.runner_up else "",
    }
    for row, (name, label, text) in enumerate(ANSWER, start=first):
        book.text(sheet, row, 0, label)
        book.formula(sheet, row, 1, f"={text}", "value", USD, known[name])
        book.name_cells(name, sheet, (row, 1))
    row = first + len(ANSWER)
    book.text(sheet, row, 0, "Months that this workbook has rows for (constant)")
    sheet.write_number(row, 1, month_sheets.most_months(book), book.style("constant"))
    book.name_cells("most_months", sheet, (row, 1))


def _charts(book: Book, sheet: Any, first: int, total_row: int) -> None:
    count = len(book.servings)
    colors = colors_of(book.scenario, book.servings)
    size = {"width": 780, "height": 380}
    second, third = first + CHART_ROWS[0], first + CHART_ROWS[0] + CHART_ROWS[1]
    sheet.set_h_pagebreaks([second])
    heads = [SHEET, TABLE - 1, 1, TABLE - 1, count]

    stacked = book.file.add_chart({"type": "column", "subtype": "stacked"})
    for i, part in enumerate(COMPONENTS):
        row = TABLE + i
        stacked.add_series(
            {
                "name": [SHEET, row, 0],
                "categories": heads,
                "values": [SHEET, row, 1, row, count],
                "fill": {"color": COMPONENT_COLORS[part]},
                "gap": 60,
            }
        )
    stacked.set_title({"name": "Total cost by component, present value", "name_font": {"size": 12}})
    stacked.set_y_axis(
        {"num_format": "$#,##0", "name": "USD", "major_gridlines": {"visible": True, "line": {"color": "#e4e7eb"}}}
    )
    stacked.set_legend({"position": "right"})
    stacked.set_size(size)
    sheet.insert_chart(first, 0, stacked, {"description": "Total cost of each framework, by component"})

    flow = book.file.add_chart({"type": "line"})
    (spent,) = month_sheets.columns_of(("month_spent_usd",))
    for i, name in enumerate(month_sheets.sheet_names(book).values()):
        last = month_sheets.FIRST + month_sheets.most_months(book) - 1
        flow.add_series(
            {
                "name": [SHEET, TABLE - 1, 1 + i],
                "categories": [name, month_sheets.FIRST, 0, last, 0],
                "values": [name, month_sheets.FIRST, spent, last, spent],
                "line": {
                    "color": colors[i],
                    "width": 2,
                    "dash_type": "solid" if colors.index(colors[i]) == i else "dash",
                },
            }
        )
    flow.set_title({"name": "Spend of each month, nominal", "name_font": {"size": 12}})
    flow.set_x_axis({"name": "month", "interval_unit": 6, "interval_tick": 6})
    flow.set_y_axis(
        {"num_format": "$#,##0", "name": "USD", "major_gridlines": {"visible": True, "line": {"color": "#e4e7eb"}}}
    )
    flow.set_legend({"position": "bottom"})
    flow.set_size(size)
    sheet.insert_chart(second, 0, flow, {"description": "What is spent in each month, without lost margin and risk"})

    launch = book.file.add_chart({"type": "bar"})
    row = total_row + 1
    launch.add_series(
        {
            "name": [SHEET, row, 0],
            "categories": heads,
            "values": [SHEET, row, 1, row, count],
            "points": [{"fill": {"color": color}} for color in colors],
            "data_labels": {"value": True, "num_format": "0.0"},
            "gap": 60,
        }
    )
    launch.set_title({"name": "Time to launch, months", "name_font": {"size": 12}})
    launch.set_y_axis({"reverse": True})
    launch.set_x_axis({"min": 0, "major_gridlines": {"visible": True, "line": {"color": "#e4e7eb"}}})
    launch.set_legend({"none": True})
    launch.set_size({**size, "height": 260})
    sheet.insert_chart(third, 0, launch, {"description": "Time from the start to the launch"})
