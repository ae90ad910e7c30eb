"""Book: a workbook that is being written, with the look and the names that its sheets share."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
import xlsxwriter
from xlsxwriter.utility import xl_range_abs, xl_rowcol_to_cell

from tco.decision import serving_labels
from tco.keys import name_of
from tco.model import Costs
from tco.scenarios import Scenario
from tco.wording import SHARES

INK: Final = "#1f2933"
QUIET: Final = "#52606d"
BRAND: Final = "#0b6e99"
INPUT_INK: Final = "#0000cc"
INPUT_FILL: Final = "#fff8dc"
CONSTANT_FILL: Final = "#e4e7eb"
# What a formula shows until a program has worked it out; the main figures show what they will be.
NOT_YET: Final = ""

_STYLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "title": {"bold": True, "font_size": 16},
    "sentence": {"font_size": 13, "text_wrap": True, "valign": "top"},
    "note": {"font_color": QUIET, "text_wrap": True, "valign": "top"},
    "warning": {"font_color": "#8e1a1a", "bold": True, "text_wrap": True, "valign": "top"},
    "head": {"bold": True, "font_color": "#ffffff", "bg_color": BRAND, "text_wrap": True, "valign": "vcenter"},
    "column": {"bold": True, "font_color": "#ffffff", "bg_color": BRAND, "align": "right"},
    "section": {"bold": True, "font_color": BRAND, "bottom": 1, "bottom_color": BRAND},
    "text": {"valign": "top"},
    "beside": {"valign": "top", "indent": 1},
    "words": {"text_wrap": True, "valign": "top"},
    "equation": {"font_color": QUIET, "font_size": 9, "text_wrap": True, "valign": "top"},
    "input": {"font_color": INPUT_INK, "bg_color": INPUT_FILL, "border": 1, "border_color": "#d9c98a", "valign": "top"},
    "constant": {"bg_color": CONSTANT_FILL},
    "value": {"valign": "top", "align": "right"},
    "total": {"bold": True, "top": 1},
}


@dataclass
class Book:
    """
    A workbook of one scenario.

    `file` is XlsxWriter's. Text goes into cells by `text` alone, which never makes a formula of it.
    """

    file: Any
    scenario: Scenario
    costs: Costs
    _formats: dict[tuple[str, str], Any] = field(default_factory=dict)

    @property
    def servings(self) -> tuple[str, ...]:
        """The ways of serving, in the order of the columns."""
        return self.costs.names

    @cached_property
    def labels(self) -> list[str]:
        """What each of them is called."""
        called = serving_labels(self.scenario)
        return [called[name] for name in self.servings]

    @cached_property
    def suffixes(self) -> dict[str, str]:
        """The end of the cells' names of each way of serving."""
        return distinct_suffixes(self.servings)

    @cached_property
    def input_names(self) -> dict[str, str]:
        """The name of the cell of each input, by its key."""
        a = self.scenario.assumptions
        places = distinct_suffixes([*a.frameworks, *a.servings])
        frameworks = dict.fromkeys(a.servings[serving].framework for serving in self.servings)
        placed = ((frameworks, a.framework_rows), (self.servings, a.serving_rows))
        return {
            f"{name}.{place}": f"{name}__{places[place]}"
            for some, rows in placed
            for place in some
            for name in rows[place]
        }

    def cells_of(self, serving: str, names: Iterable[str]) -> dict[str, str]:
        """Where the equations of a way of serving find what belongs to it: its inputs, and these names."""
        framework = self.scenario.assumptions.servings[serving].framework
        inputs = {
            name_of(key): cell
            for key, cell in self.input_names.items()
            if key.partition(".")[2] in (serving, framework)
        }
        return inputs | {name: f"{name}__{self.suffixes[serving]}" for name in names}

    def sheet(
        self, name: str, widths: Iterable[float], *, rows_on_top: int, columns_left: int = 0, head: int | None = None
    ) -> Any:
        """A sheet that is set up for reading and for printing; `head` is the row that is repeated on each page."""
        sheet = self.file.add_worksheet(name)
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        if rows_on_top:
            sheet.freeze_panes(rows_on_top, columns_left)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.set_footer("&L&A&RPage &P of &N")
        if head is not None:
            sheet.repeat_rows(head)
        return sheet

    def style(self, kind: str, number: str = "General") -> Any:
        """A format of the look, with a number format."""
        if (kind, number) not in self._formats:
            properties = {"font_color": INK, **_STYLES[kind], "num_format": number}
            self._formats[kind, number] = self.file.add_format(properties)
        return self._formats[kind, number]

    def text(self, sheet: Any, row: int, column: int, text: str, kind: str = "text") -> None:
        """Text as text: whatever it begins with, no program takes it for a formula or an address."""
        sheet.write_string(row, column, text, self.style(kind))

    def wide_text(self, sheet: Any, row: int, last: int, text: str, kind: str) -> None:
        """Text over several columns."""
        sheet.merge_range(row, 0, row, last, "", self.style(kind))
        self.text(sheet, row, 0, text, kind)

    def table_head(self, sheet: Any, row: int, heads: Iterable[str]) -> None:
        """The row that names the columns."""
        for column, head in enumerate(heads):
            self.text(sheet, row, column, head, "head")

    def formula(
        self, sheet: Any, row: int, column: int, formula: str, kind: str, number: str, known: float | str | None = None
    ) -> None:
        """A formula, and what it gives where that is known: some programs show a file before they work it out."""
        shown = "#N/A" if isinstance(known, float) and np.isnan(known) else known
        sheet.write_formula(row, column, formula, self.style(kind, number), NOT_YET if shown is None else shown)

    def array_formula(self, sheet: Any, row: int, column: int, formula: str, kind: str, number: str) -> None:
        """A formula that looks at several cells at once."""
        sheet.write_array_formula(row, column, row, column, f"{{{formula}}}", self.style(kind, number), NOT_YET)

    def name_cells(self, name: str, sheet: Any, first: tuple[int, int], last: tuple[int, int] | None = None) -> None:
        """Give a cell, or a range, a name that formulas use."""
        where = xl_range_abs(*first, *last) if last else xl_rowcol_to_cell(*first, row_abs=True, col_abs=True)
        self.file.define_name(name, f"='{sheet.get_name()}'!{where}")


def new_file(stream: Any) -> Any:
    """
    An empty workbook of XlsxWriter that takes all text for text.

    Parameters
    ----------
    stream : file
        Where it is written to.

    Returns
    -------
    file : xlsxwriter.Workbook
        The workbook.
    """
    file = xlsxwriter.Workbook(
        stream,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    file.set_calc_mode("auto")
    return file


def distinct_suffixes(ids: Iterable[str]) -> dict[str, str]:
    """
    Ends of cell names for ids, which may hold letters that a cell name must not.

    Parameters
    ----------
    ids : iterable of str
        Ids of frameworks or ways of serving.

    Returns
    -------
    suffixes : dict
        By id, each different from the others also where capitals do not count.

    Examples
    --------
    >>> distinct_suffixes(["flask-sync", "flask_sync", "bottle"])
    {'flask-sync': 'flask_sync', 'flask_sync': 'flask_sync_2', 'bottle': 'bottle'}
    """
    suffixes: dict[str, str] = {}
    for id_ in ids:
        plain = re.sub(r"[^a-z0-9]", "_", id_.lower())
        taken, suffix, count = set(suffixes.values()), plain, 1
        while suffix in taken:
            count += 1
            suffix = f"{plain}_{count}"
        suffixes[id_] = suffix
    return suffixes


def number_format(name: str, unit: str) -> str:
    """
    How a cell shows what a formula gives.

    Parameters
    ----------
    name : str
        Name of the quantity.
    unit : str
        Its unit.

    Returns
    -------
    number_format : str
        As spreadsheets take it.

    Examples
    --------
    >>> number_format("live_share", "1"), number_format("total_usd", "USD"), number_format("pool_people", "person")
    ('0.0%', '#,##0.00', '#,##0.00')
    """
    if name.endswith(SHARES):
        return "0.0%"
    if name.endswith("_ratio"):
        return "0.0000"
    return {"USD/h": "0.0000", "1/month": "0.000000", "1": "General", "": "General"}.get(unit, "#,##0.00")
