"""
Workbook: a scenario as an Excel file whose cells work the costs out by themselves.

Inputs stand on one sheet as named cells; everything else is formulas of them, but for the capacities of servers, which
are constants: a load within a latency objective is found by a search that cells cannot express. The inputs that they
rest on (`tco.servers.CAPACITY_INPUTS`) are marked. The sums are those of `tco.evaluate`, to the cent.
"""

from io import BytesIO

from tco.inputs import InputError
from tco.model import Costs
from tco.report.book import Book, new_file
from tco.report.capacity_sheet import write_capacity
from tco.report.inputs_sheet import write_inputs
from tco.report.model_sheet import write_model
from tco.report.month_sheets import most_months, write_months
from tco.report.sources_sheet import write_sources
from tco.report.summary_sheet import write_summary
from tco.scenarios import Scenario, evaluate
from tco.uncertainty import Uncertainty


def workbook_bytes(scenario: Scenario, costs: Costs | None = None, found: Uncertainty | None = None) -> bytes:
    """
    A scenario as an Excel workbook with live formulas.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    costs : Costs, optional
        Its costs, if they are known already.
    found : Uncertainty, optional
        The draws of `tco.how_sure`; with them the summary says how sure the answer is.

    Returns
    -------
    content : bytes
        The content of an `.xlsx` file.

    Raises
    ------
    InputError
        If the scenario is one of many.

    Examples
    --------
    >>> import tco
    >>> workbook_bytes(tco.scenario("internal-tool"))[:2]
    b'PK'
    """
    costs = evaluate(scenario) if costs is None else costs
    if costs.total_usd.ndim != 1:
        raise InputError(f"a workbook is about one scenario; got {len(costs.total_usd)} of them")
    stream = BytesIO()
    book = Book(new_file(stream), scenario, costs)
    book.file.set_properties({"title": "What the framework costs", "author": "tco"})
    write_summary(book, found)
    write_inputs(book, most_months(book))
    write_model(book)
    write_capacity(book)
    write_months(book)
    write_sources(book)
    book.file.close()
    return stream.getvalue()
