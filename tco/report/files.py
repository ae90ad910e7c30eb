"""Files: a report in the kind that the ending of its name asks for, written as a whole or not at all."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from tco.atomic import write_beside
from tco.inputs import InputError, shown
from tco.model import Costs
from tco.scenarios import Scenario, evaluate
from tco.uncertainty import how_sure


def _xlsx(scenario: Scenario, costs: Costs) -> bytes:
    # Each kind imports what it needs: who wants a table does not wait for a charting library.
    from tco.report.workbook import workbook_bytes  # noqa: PLC0415

    return workbook_bytes(scenario, costs, how_sure(scenario))


def _page(scenario: Scenario, costs: Costs) -> str:
    from tco.report.html_page import html_page  # noqa: PLC0415

    return html_page(scenario, costs, how_sure(scenario))


def _html(scenario: Scenario, costs: Costs) -> bytes:
    return _page(scenario, costs).encode()


def _pdf(scenario: Scenario, costs: Costs) -> bytes:
    from tco.report.pdf import pdf_bytes  # noqa: PLC0415

    return pdf_bytes(_page(scenario, costs))


def _csv(scenario: Scenario, costs: Costs) -> bytes:
    from tco.report.components_csv import components_csv  # noqa: PLC0415

    return components_csv(scenario, costs).encode()


MAKERS: Final[Mapping[str, Callable[[Scenario, Costs], bytes]]] = {
    "xlsx": _xlsx,
    "html": _html,
    "pdf": _pdf,
    "csv": _csv,
}


def report_bytes(scenario: Scenario, kind: str, costs: Costs | None = None) -> bytes:
    """
    A scenario as a file to pass on.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    kind : str
        `xlsx`, `html`, `pdf` or `csv`.
    costs : Costs, optional
        Its costs, if they are known already.

    Returns
    -------
    content : bytes
        The content of the file.

    Raises
    ------
    InputError
        If the kind is unknown, the scenario is one of many, or a PDF is asked for where no browser is installed.

    Examples
    --------
    >>> import tco
    >>> report_bytes(tco.scenario("internal-tool"), "csv").decode().splitlines()[0]
    'serving,label,component,component_label,usd'
    """
    if kind not in MAKERS:
        raise InputError(f"a report must be one of {', '.join(MAKERS)}; got {shown(kind)}")
    costs = evaluate(scenario) if costs is None else costs
    if costs.total_usd.ndim != 1:
        raise InputError(f"a report is about one scenario; got {len(costs.total_usd)} of them")
    return MAKERS[kind](scenario, costs)


def write_report(scenario: Scenario, path: Path | str) -> Path:
    """
    Write a scenario to a file: a workbook with live formulas, a page, its print, or a table.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    path : Path or str
        The file; its ending says the kind: `.xlsx`, `.html`, `.pdf` or `.csv`.

    Returns
    -------
    path : Path
        The file, which is whole: a reader never sees a part of it, and what was there before stays until then.

    Raises
    ------
    InputError
        If the ending is another one, or the file cannot be written.
    """
    path = Path(path)
    kind = path.suffix.removeprefix(".").lower()
    if kind not in MAKERS:
        endings = ", ".join(f".{known}" for known in MAKERS)
        raise InputError(f"{path}: the file's name must end in one of {endings}")
    # Before the work, which takes seconds.
    if not path.parent.is_dir():
        raise InputError(f"{path}: there is no directory {path.parent}")
    _replace(path, report_bytes(scenario, kind))
    return path


def _replace(path: Path, content: bytes) -> None:
    # As any new file is: nobody can ask for the mask without setting it.
    mask = os.umask(0)
    os.umask(mask)
    try:
        part = write_beside(path, content, 0o666 & ~mask)
        try:
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise InputError(f"{path}: cannot be written ({error.strerror or error})") from None
