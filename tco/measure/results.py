"""All that was observed, as a file."""

import csv
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Self

from tco.measure.errors import MeasureError


@dataclass(frozen=True)
class Observation:
    """One row of the results: what one load found; None where it is not about that."""

    serving: str
    repetition: int
    # memory: requests that wait, at once; closed, open: the loops; limit: more requests at once than have slots.
    phase: str
    cpu_ms: float
    wait_ms: float
    connections: int | None = None
    rate_share: float | None = None
    rate_rps: float | None = None
    sent: int | None = None
    answered: int | None = None
    errors: int | None = None
    unanswered: int | None = None
    throughput_rps: float | None = None
    mean_ms: float | None = None
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    cpu_ms_per_request: float | None = None
    server_cpu_share: float | None = None
    others_cpu_share: float | None = None
    generator_cpu_share: float | None = None
    start_up_ms: float | None = None
    worker_memory_mib: float | None = None
    worker_private_memory_mib: float | None = None
    server_memory_mib: float | None = None
    slot_memory_mib: float | None = None
    at_once_count: int | None = None


COLUMNS: Final = ("date", *(field.name for field in fields(Observation)))


def today() -> str:
    """
    The date.

    Returns
    -------
    date : str
        As year-month-day, in UTC.
    """
    return datetime.now(UTC).date().isoformat()


class Results:
    """A file of results that grows with each observation, so that an interruption loses nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.observations: list[Observation] = []
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        """Open the file before anything is measured for it."""
        try:
            if self.path.exists() and self.path.stat().st_size and not _is_ours(self.path):
                raise MeasureError(f"{self.path}: the file is no table of results, and is not replaced")
            self._file = self.path.open("w", newline="", encoding="utf-8")
        except OSError as error:
            raise MeasureError(f"{self.path}: cannot be written ({error.strerror or error})") from None
        self._write(COLUMNS)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()

    def add(self, observation: Observation) -> None:
        """Keep an observation, and write it at once."""
        self.observations.append(observation)
        self._write((today(), *astuple(observation)))

    def _write(self, cells: Iterable[object]) -> None:
        if self._file is None:
            raise MeasureError(f"{self.path}: the file is not open")
        csv.writer(self._file, lineterminator="\n").writerow("" if cell is None else _shown(cell) for cell in cells)
        self._file.flush()


def _is_ours(path: Path) -> bool:
    with path.open(newline="", encoding="utf-8", errors="replace") as file:
        return file.readline(10_000).startswith(",".join(COLUMNS[:4]))


def _shown(cell: object) -> str:
    return f"{cell:.6g}" if isinstance(cell, float) else str(cell)


def read_results(path: Path) -> list[Observation]:
    """
    Read a table of results.

    Parameters
    ----------
    path : Path
        A file that `Results` has written.

    Returns
    -------
    observations : list of Observation
        Its rows.

    Raises
    ------
    MeasureError
        If it is no such file.
    """
    kinds = {field.name: str(field.type) for field in fields(Observation)}
    observations = []
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != COLUMNS:
                raise MeasureError(f"{path}: the columns must be {', '.join(COLUMNS)}")
            for row in reader:
                cells = {name: _parsed(kinds[name], text) for name, text in row.items() if name != "date"}
                observations.append(Observation(**cells))  # type: ignore[arg-type]
    except (OSError, ValueError) as error:
        raise MeasureError(f"{path}: cannot be read ({str(error)[:200]})") from None
    return observations


def _parsed(kind: str, text: str) -> str | int | float | None:
    if "str" in kind:
        return text
    if not text:
        return None
    return int(text) if "int" in kind else float(text)
