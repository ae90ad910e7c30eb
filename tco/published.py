"""
Published benchmarks: what others measured of Python frameworks, compared like for like only.

Two rows may be compared when they come from one run on the same hardware, in the same test, and reach the database in
the same way: raw SQL with raw SQL, an ORM with an ORM.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Annotated, Final, Literal, NamedTuple, Self

import numpy as np
from pydantic import BeforeValidator, Field, model_validator

from tco.assumptions import Assumptions, data_directory
from tco.inputs import InputError, shown
from tco.staleness import Freshness, freshness
from tco.tables import Identifier, Row, read_once, read_table

# Beyond this share of failed requests a throughput is no capacity.
MAXIMUM_ERRORS_SHARE: Final = 0.01

# What two rows must have in common to be alike, and what a message calls it.
LIKENESS: Final = {
    "source": "source",
    "run_date": "run",
    "hardware": "hardware",
    "harness": "harness",
    "test": "test",
    "access": "database access",
}

_EMPTY_IS_UNKNOWN: Final = BeforeValidator(lambda cell: None if cell == "" else cell)
Text = Annotated[str, Field(max_length=200)]
Amount = Annotated[Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)] | None, _EMPTY_IS_UNKNOWN]
Share = Annotated[Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] | None, _EMPTY_IS_UNKNOWN]


class PublishedRun(Row):
    """What one entry reached in one test of a published run: `published_benchmarks`."""

    key = ("source", "run_date", "test", "entry")

    source: Identifier
    run_date: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    hardware: Identifier
    harness: Identifier
    test: Identifier
    entry: Identifier
    framework: Identifier
    server: Text
    workers: Text
    database: Literal["postgres", "mysql", "none"]
    access: Literal["raw", "orm", "none"]
    main: Literal["yes", "no"]
    throughput_rps: Annotated[float, Field(gt=0, le=1e7, allow_inf_nan=False)]
    mean_ms: Amount
    p50_ms: Amount
    p95_ms: Amount
    p99_ms: Amount
    cpu_ms: Amount
    server_memory_mib: Amount
    machine_cpu_share: Share
    machine_memory_mib: Amount
    errors_share: Share
    note: Text

    @model_validator(mode="after")
    def _has_access_where_it_has_a_database(self) -> Self:
        if (self.database == "none") != (self.access == "none"):
            raise ValueError(f"database and access must both be none or neither; got {self.database}, {self.access}")
        return self


class Ratio(NamedTuple):
    """Throughput of one entry over that of another like it."""

    first: PublishedRun
    second: PublishedRun
    ratio: float

    @property
    def database(self) -> str:
        """Database of both, or of the first over the second."""
        same = self.first.database == self.second.database
        return self.first.database if same else f"{self.first.database} over {self.second.database}"


class RatioGroup(NamedTuple):
    """Quartiles of the ratios of one run with one way to a database."""

    source: str
    run_date: str
    database: str
    access: str
    pair_count: int
    least: float
    lower_quartile: float
    median: float
    upper_quartile: float
    greatest: float


def read_published(path: Path | None = None) -> tuple[PublishedRun, ...]:
    """
    Read the published benchmarks.

    Parameters
    ----------
    path : Path, optional
        A table with the same columns; by default the one that comes with the library.

    Returns
    -------
    runs : tuple of PublishedRun
        All rows, in the order of the file.

    Raises
    ------
    TableError
        If the file breaks a rule.
    """
    return _read(data_directory() / "published_benchmarks.csv" if path is None else path)


@read_once
def _read(path: Path) -> tuple[PublishedRun, ...]:
    return read_table(path, PublishedRun)


def throughput_ratio(first: PublishedRun, second: PublishedRun) -> float:
    """
    Throughput of one published row over that of another, if they are alike.

    Parameters
    ----------
    first, second : PublishedRun
        Two rows.

    Returns
    -------
    ratio : float
        Throughput of the first over that of the second. [1]

    Raises
    ------
    InputError
        If they differ in source, run, hardware, test or database access, or if either failed too many requests.
    """
    for field, label in LIKENESS.items():
        one, other = getattr(first, field), getattr(second, field)
        if one != other:
            raise InputError(
                f"{first.entry} and {second.entry} are not like for like: "
                f"their {label} must be the same; got {one} and {other}"
            )
    for run in (first, second):
        if (run.errors_share or 0.0) > MAXIMUM_ERRORS_SHARE:
            raise InputError(
                f"{run.entry} in {run.test}: errors_share must be at most {MAXIMUM_ERRORS_SHARE:g} for a comparison; "
                f"got {run.errors_share:.3g}"
            )
    return first.throughput_rps / second.throughput_rps


def like_for_like_ratios(
    first: str,
    second: str,
    *,
    variants: bool = False,
    same_database: bool = False,
    runs: Sequence[PublishedRun] | None = None,
) -> tuple[Ratio, ...]:
    """
    Throughput of one framework over another's, wherever both were measured alike.

    Parameters
    ----------
    first, second : str
        Two frameworks, as the column `framework` calls them.
    variants : bool, default False
        Also entries that are not `main`: other interpreters (PyPy), servers and JSON libraries.
    same_database : bool, default False
        Leave out pairs on different databases. They are made only where the run has no pair on the same one.
    runs : sequence of PublishedRun, optional
        Rows to take them from; by default all that come with the library.

    Returns
    -------
    ratios : tuple of Ratio
        One for each pair, by run, database and test. Rows with more than 1% of errors are left out.

    Raises
    ------
    InputError
        If a framework has no row, is compared with itself, or no two rows are alike.

    Examples
    --------
    >>> ratios = like_for_like_ratios("fastapi", "flask")
    >>> round(min(found.ratio for found in ratios), 2), round(max(found.ratio for found in ratios), 1)
    (0.24, 4.3)
    """
    runs = read_published() if runs is None else runs
    names = sorted({run.framework for run in runs})
    for name in (first, second):
        if name not in names:
            raise InputError(f"framework must be one of {', '.join(names)}; got {shown(name)}")
    if first == second:
        raise InputError(f"two different frameworks are needed; got {first} twice")
    usable = [
        run for run in runs if (variants or run.main == "yes") and (run.errors_share or 0.0) <= MAXIMUM_ERRORS_SHARE
    ]
    ours = [run for run in usable if run.framework == first]
    theirs = [run for run in usable if run.framework == second]
    pairs = [(one, other) for one in ours for other in theirs if _likeness(one) == _likeness(other)]
    on_one_database = {_likeness(one) for one, other in pairs if one.database == other.database}
    ratios = [
        Ratio(one, other, throughput_ratio(one, other))
        for one, other in pairs
        if one.database == other.database or not (same_database or _likeness(one) in on_one_database)
    ]
    if not ratios:
        ways = " and ".join(
            f"{name} by {', '.join(sorted({run.access for run in found})) or 'nothing'}"
            for name, found in ((first, ours), (second, theirs))
        )
        raise InputError(f"no published rows of {first} and {second} are like for like; they reach a database: {ways}")
    return tuple(sorted(ratios, key=lambda found: (*_group(found), found.first.test, found.ratio)))


def ratio_quartiles(ratios: Iterable[Ratio]) -> tuple[RatioGroup, ...]:
    """
    Quartiles of ratios by run, database and way to it.

    Parameters
    ----------
    ratios : iterable of Ratio
        As `like_for_like_ratios` gives them.

    Returns
    -------
    groups : tuple of RatioGroup
        One for each run, database and way to it, the newest run first.

    Examples
    --------
    >>> for group in ratio_quartiles(like_for_like_ratios("fastapi", "flask"))[:1]:
    ...     print(group.source, group.pair_count, round(group.median, 2))
    bilouro-2026 3 1.15
    """
    groups = []
    for key, found in groupby(sorted(ratios, key=_group), key=_group):
        values = [one.ratio for one in found]
        quartiles = np.quantile(values, [0, 0.25, 0.5, 0.75, 1]).tolist()
        groups.append(RatioGroup(*key, len(values), *quartiles))
    return tuple(sorted(groups, key=lambda group: group.run_date, reverse=True))


def run_freshness(run_date: str, today: date, assumptions: Assumptions) -> Freshness:
    """
    How old a published run is.

    Parameters
    ----------
    run_date : str
        Its day, as the table has it.
    today : date
        The day to count from.
    assumptions : Assumptions
        Holds the limit for benchmarks.

    Returns
    -------
    freshness : Freshness
        Its age, its limit, and by what share its range widens.
    """
    return freshness(date.fromisoformat(run_date), "benchmarks", today, assumptions)


def ratio_range(ratio: float, found: Freshness) -> tuple[float, float]:
    """
    Where a ratio may be by now that was measured some time ago.

    Parameters
    ----------
    ratio : float
        As it was. [1]
    found : Freshness
        How old it is.

    Returns
    -------
    low, high : float
        As far below and above it as its age asks for; the ratio itself while it is fresh. [1]

    Examples
    --------
    >>> ratio_range(2.0, Freshness(date(2023, 1, 1), 1424, 548, 0.24))
    (1.52, 2.48)
    """
    return ratio * (1.0 - found.widening_share), ratio * (1.0 + found.widening_share)


def widened_group(group: RatioGroup, found: Freshness) -> RatioGroup:
    """
    Quartiles of ratios with the range that their age asks for.

    Parameters
    ----------
    group : RatioGroup
        As they were measured.
    found : Freshness
        How old they are.

    Returns
    -------
    group : RatioGroup
        The median as it is, what lies below it lower and what lies above it higher.
    """
    return group._replace(
        least=ratio_range(group.least, found)[0],
        lower_quartile=ratio_range(group.lower_quartile, found)[0],
        upper_quartile=ratio_range(group.upper_quartile, found)[1],
        greatest=ratio_range(group.greatest, found)[1],
    )


def age_sentence(ratios: Sequence[Ratio], today: date, assumptions: Assumptions) -> str:
    """
    What a page or a command says of the age of published ratios.

    Parameters
    ----------
    ratios : sequence of Ratio
        The pairs that it shows.
    today : date
        The day to count from.
    assumptions : Assumptions
        Holds the limit.

    Returns
    -------
    sentence : str
        Empty while all are fresh.

    Examples
    --------
    >>> from tco.assumptions import load_assumptions
    >>> age_sentence(like_for_like_ratios("fastapi", "flask"), date(2026, 11, 25), load_assumptions())
    'Stale: 18 of 36 pairs are older than 548 days; their ranges are wider for it, by up to 44%.'
    """
    found = [run_freshness(one.first.run_date, today, assumptions) for one in ratios]
    stale = [one for one in found if one.is_stale]
    if not stale:
        return ""
    most = max(one.widening_share for one in stale)
    return (
        f"Stale: {len(stale)} of {len(found)} pairs are older than {stale[0].limit_days:g} days; "
        f"their ranges are wider for it, by up to {most:.0%}."
    )


def _likeness(run: PublishedRun) -> tuple[str, ...]:
    return tuple(getattr(run, field) for field in LIKENESS)


def _group(found: Ratio) -> tuple[str, str, str, str]:
    return found.first.source, found.first.run_date, found.database, found.first.access
