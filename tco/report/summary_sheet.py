"""The sheet on top: the answer, the components, and charts of them that follow the cells."""

from typing import Any, Final

import numpy as np
from xlsxwriter.utility import xl_rowcol_to_cell

from tco.decision import verdict
from tco.model import COMPONENTS
from tco.report import month_sheets
from tco.report.book import Book
from tco.report.summary_charts import insert_charts
from tco.uncertainty import Uncertainty
from tco.wording import COMPONENT_LABELS

SHEET: Final = "Summary"
TABLE: Final = 8
USD: Final = "$#,##0.00"
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
    columns = max(len(book.servings), 4)
    sheet = book.sheet(SHEET, (44, *(19,) * columns), rows_on_top=0)
    sheet.set_portrait()
    sheet.activate()
    answer = verdict(book.scenario, book.costs)
    preset = book.scenario.assumptions.preset_label(book.scenario.preset)
    book.wide_text(sheet, 0, columns, f"What the framework costs: {preset}", "title")
    _wide_formula(book, sheet, 1, columns, f"={SENTENCE}", "sentence", answer.sentence)
    _wide_formula(book, sheet, 2, columns, f"={OUTDATED}", "warning", "")
    book.wide_text(sheet, 3, columns, _said(book), "note")
    if found is not None:
        draws = f"{found.draws:,} draws, does not follow the cells"
        book.wide_text(sheet, 4, columns, f"How sure, when this file was made ({draws}): {found.sentence}", "note")
    for row, height in ((1, 38), (2, 18), (3, 36), (4, 36)):
        sheet.set_row(row, height)
    below = _write_table(book, sheet)
    after = insert_charts(book, sheet, below + 1, TABLE)
    _write_answer(book, sheet, after, answer)


def _write_table(book: Book, sheet: Any) -> int:
    """Components, total and the main figures behind them; the row below."""
    costs = book.costs
    book.text(sheet, TABLE - 1, 0, "Present value, USD", "head")
    for i, label in enumerate(book.labels, start=1):
        book.text(sheet, TABLE - 1, i, label, "column")
    book.name_cells("every_label", sheet, (TABLE - 1, 1), (TABLE - 1, len(book.servings)))
    lines: list[tuple[str, str, Any, str]] = [
        *((COMPONENT_LABELS[part], f"{part}_usd", costs.component_usd[part], USD) for part in COMPONENTS),
        ("Total", "total_usd", costs.total_usd, USD),
        ("Time to launch, months", "launch_months", costs.launch_months, "0.0"),
        ("Cloud bill of the busiest month", "busiest_cloud_usd_per_month", costs.busiest_cloud_usd_per_month, USD),
        ("Servers in the busiest month", "busiest_servers", costs.peak_servers, "0"),
        ("Instance type", "instance", costs.instances, "General"),
    ]
    for row, (label, name, known, number) in enumerate(lines, start=TABLE):
        kind = "total" if name == "total_usd" else "value"
        book.text(sheet, row, 0, label, "total" if kind == "total" else "text")
        for i, serving in enumerate(book.servings):
            result = known[i] if isinstance(known[i], str) else float(known[i])
            book.formula(sheet, row, 1 + i, f"={name}__{book.suffixes[serving]}", kind, number, result)
    row = TABLE + len(lines)
    book.text(sheet, row, 0, "Total when this file was made (constant)")
    book.text(sheet, row + 1, 0, "Change since")
    for i, serving in enumerate(book.servings, start=1):
        usd = float(costs.of(serving))
        if np.isfinite(usd):
            sheet.write_number(row, i, round(usd, 2), book.style("constant", USD))
        else:
            book.text(sheet, row, i, "n/a")
        was = xl_rowcol_to_cell(row, i)
        change = f'=IF(ISNUMBER({was}),ROUND(total_usd__{book.suffixes[serving]},2)-{was},"")'
        book.formula(sheet, row + 1, i, change, "value", USD, 0.0)
    return row + 2


def _said(book: Book) -> str:
    s = book.scenario
    return (
        f"Assumptions: {s.assumption_set}; team in {s.country}; {s.provider} {s.region}, {s.purchase}; tables "
        f"{s.assumptions.digest}. Cells follow the sheet Inputs; another country, region or preset has other inputs: "
        "make a new workbook. Present values."
    )


def _wide_formula(book: Book, sheet: Any, row: int, last: int, formula: str, kind: str, known: str) -> None:
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
