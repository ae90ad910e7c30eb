"""Measured rows in the tables that the model reads."""

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tco.assumptions import DATA_VARIABLE, data_directory
from tco.measure.conditions import machine, where
from tco.measure.errors import MeasureError
from tco.measure.options import Options
from tco.measure.report import Spread, Summary, summaries
from tco.measure.results import Observation, today
from tco.measure.servers import WAYS
from tco.tables import Assumption, Source, TableError, read_table

# The source of rows that a user has measured.
SOURCE: Final = "measured-here"
# A range is at least this wide on each side: a few runs on one machine know no better.
_LEAST_SPREAD_SHARE: Final = 0.02
_LEAST_CPU_MS: Final = 0.001


def _table_in_force(directory: Path, name: str) -> Path:
    """The file that a table is carried over from: the directory's own, the user's, or ours."""
    named = os.environ.get(DATA_VARIABLE)
    for place in (directory, *([Path(named).expanduser()] if named else [])):
        path = place / f"{name}.csv"
        if path.is_file():
            return path
    return data_directory() / f"{name}.csv"


def check_directory(directory: Path) -> None:
    """
    Refuse a directory that tables cannot be written into, before anything is measured for it.

    Parameters
    ----------
    directory : Path
        Made, if it is not there.

    Raises
    ------
    MeasureError
        If it cannot be written, or a table in it is broken.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        probe = directory / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise MeasureError(f"{directory}: cannot be written ({error.strerror or error})") from None
    _carried_over(directory)


def _carried_over(directory: Path) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Rows of the tables of servings and sources, as text, once they have proved to be good."""
    kept = []
    for name, row_type in (("serving", Assumption), ("sources", Source)):
        path = _table_in_force(directory, name)
        try:
            read_table(path, row_type)
        except TableError as error:
            raise MeasureError(str(error)) from None
        with path.open(newline="", encoding="utf-8-sig") as file:
            kept.append([dict(row) for row in csv.DictReader(file)])
    return kept[0], kept[1]


def write_tables(directory: Path, observations: Sequence[Observation], options: Options) -> list[str]:
    """
    Write tables in which measured rows replace those in force.

    Parameters
    ----------
    directory : Path
        `serving.csv` and `sources.csv` are written here, complete; named in TCO_DATA, the model reads them.
    observations : sequence of Observation
        What was measured.
    options : Options
        How.

    Returns
    -------
    servings : list of str
        The ways of serving whose rows were replaced; those that the tables do not have are passed over.

    Raises
    ------
    MeasureError
        If a table is broken, or cannot be written.
    """
    serving_rows, source_rows = _carried_over(directory)
    places = {(row["name"], row["applies_to"]): row for row in serving_rows}
    replaced = []
    for found in summaries(observations):
        for name, spread, what in (
            ("framework_cpu_ms", found.framework_cpu_ms, _cpu_words(found, options)),
            ("worker_memory_mib", found.worker_memory_mib, _WORKER_WORDS),
            ("slot_memory_mib", found.slot_memory_mib if _has_slots(found.serving) else None, _SLOT_WORDS),
        ):
            row = places.get((name, found.serving))
            if row is None or spread is None:
                continue
            row |= _measured(name, spread) | {"note": f"{what} {_conditions(found.serving, options)}"}
            replaced.append(found.serving)
    ours = {
        "source": SOURCE,
        "title": "Own measurement by tco measure",
        "date": today(),
        "note": f"Measured by this user on {machine()}: {where()}; {_repetitions(options)}; see the rows.",
    }
    sources = [row for row in source_rows if row["source"] != SOURCE]
    sources.append({column: ours.get(column, "") for column in Source.model_fields})
    # The sources first: rows that name one which is not there would be refused.
    _replace(directory / "sources.csv", sources, Source)
    _replace(directory / "serving.csv", serving_rows, Assumption)
    return list(dict.fromkeys(replaced))


_WORKER_WORDS: Final = (
    "Memory of a worker without requests, its part of shared pages included; from its own pages alone to all "
    "processes of a server with one worker."
)
_SLOT_WORDS: Final = (
    "Rise of a worker's memory with requests that wait in it and hold nothing; what an application keeps for a request "
    "comes on top."
)


def _has_slots(serving: str) -> bool:
    return serving in WAYS and WAYS[serving].threads != 1


def _cpu_words(found: Summary, options: Options) -> str:
    counts = ", ".join(f"{cpu:.3f} ms with {count}" for count, cpu in found.cpu_ms_by_connections.items())
    asked = f" (of which the handler was asked for {options.cpu_ms:g})" if options.cpu_ms else ""
    return f"CPU of a small JSON handler by the system's accounting over counted requests: {counts} in progress{asked}."


def _repetitions(options: Options) -> str:
    return "1 run" if options.repetitions == 1 else f"{options.repetitions} runs"


def _conditions(serving: str, options: Options) -> str:
    versions = WAYS[serving].versions if serving in WAYS else ""
    return (
        f"Median, least and greatest of {_repetitions(options)} of {options.seconds:g} s, {where()}; "
        f"{machine()}, {versions}; {today()}."
    )


def _measured(name: str, spread: Spread) -> dict[str, str]:
    """Cells of a measured row: no narrower than a few runs can tell, and legal."""
    floor = _LEAST_CPU_MS if name == "framework_cpu_ms" else 0.0
    value = max(spread.value, floor)
    low = max(min(spread.low, value * (1 - _LEAST_SPREAD_SHARE)), floor)
    high = max(spread.high, value * (1 + _LEAST_SPREAD_SHARE), low + 0.001)
    numbers = {"low": low, "value": value, "high": high}
    cells = {column: f"{number:.4g}" for column, number in numbers.items()}
    return {**cells, "distribution": "triangular", "source": SOURCE, "evidence": "measured"}


def _replace(path: Path, rows: Sequence[dict[str, str]], row_type: type[Assumption | Source]) -> None:
    """Write a table beside the old one, prove it good, and put it in its place."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_text(text.getvalue(), encoding="utf-8")
        read_table(beside, row_type)
        beside.replace(path)
    except OSError as error:
        raise MeasureError(f"{path}: cannot be written ({error.strerror or error})") from None
    except TableError as error:
        raise MeasureError(f"{path}: what was measured breaks a rule of the table ({error})") from None
    finally:
        beside.unlink(missing_ok=True)
