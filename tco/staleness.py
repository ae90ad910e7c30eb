"""
Staleness: how old prices and benchmarks are, a mark on those that are too old, and a wider range for them.

The clock is an argument. The library on its own never looks at it, so that the same inputs give the same answer on any
day; the pages and the command line pass today.
"""

import calendar
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Final, NamedTuple

from tco.assumptions import Assumptions, RowsByPlace
from tco.pricing import PriceList
from tco.tables import Assumption
from tco.units import DAYS_PER_YEAR, unit_of

# However old a figure is, it says something: a range grows by half at most.
MOST_WIDENING_SHARE: Final = 0.5


class Freshness(NamedTuple):
    """How old something is, and what follows from it."""

    day: date
    age_days: int
    limit_days: float
    widening_share: float

    @property
    def is_stale(self) -> bool:
        """Whether it is older than its limit."""
        return self.age_days > self.limit_days


def freshness(day: date, kind: str, today: date, assumptions: Assumptions) -> Freshness:
    """
    How old something is.

    Parameters
    ----------
    day : date
        The day that it is of.
    kind : str
        `prices` or `benchmarks`.
    today : date
        The day to count from.
    assumptions : Assumptions
        Holds the limits.

    Returns
    -------
    freshness : Freshness
        Its age, its limit, and by what share its range widens: each year beyond the limit adds as much.

    Examples
    --------
    >>> from tco.assumptions import load_assumptions
    >>> found = freshness(date(2025, 3, 2), "prices", date(2026, 11, 24), load_assumptions())
    >>> found.age_days, found.is_stale, round(found.widening_share, 3)
    (632, True, 0.074)
    """
    limits = assumptions.staleness
    limit_days = limits["limit_days", kind].value
    age_days = (today - day).days
    years = max(0.0, age_days - limit_days) / DAYS_PER_YEAR
    share = min(MOST_WIDENING_SHARE, years * limits["widening_share_per_year", kind].value)
    return Freshness(day, age_days, limit_days, share)


def price_freshness(prices: PriceList, provider: str, region: str, today: date, assumptions: Assumptions) -> Freshness:
    """
    How old the oldest price of a region is.

    Parameters
    ----------
    prices : PriceList
        The list.
    provider, region : str
        As in the list.
    today : date
        The day to count from.
    assumptions : Assumptions
        Holds the limits.

    Returns
    -------
    freshness : Freshness
        That of the oldest row.
    """
    days = prices.search(provider=provider, region=region).columns["as_of"]
    return freshness(date.fromisoformat(str(min(days.tolist()))), "prices", today, assumptions)


def price_sentence(found: Freshness) -> str:
    """
    What a page or a command says of the age of its prices.

    Parameters
    ----------
    found : Freshness
        As `price_freshness` gives it.

    Returns
    -------
    sentence : str
        Empty while they are fresh.

    Examples
    --------
    >>> price_sentence(Freshness(date(2025, 3, 2), 632, 90, 0.074))
    'Stale: list prices of 2025-03-02, 632 days old (limit 90); tco prices refresh fetches new ones.'
    >>> price_sentence(Freshness(date(2026, 11, 1), 23, 90, 0.0))
    ''
    """
    if not found.is_stale:
        return ""
    age = f"{found.day}, {found.age_days} days old (limit {found.limit_days:g})"
    return f"Stale: list prices of {age}; tco prices refresh fetches new ones."


def measured_sentence(found: Freshness) -> str:
    """
    What a page says of the age of what was measured.

    Parameters
    ----------
    found : Freshness
        How old it is.

    Returns
    -------
    sentence : str
        Empty while it is fresh.

    Examples
    --------
    >>> measured_sentence(Freshness(date(2026, 11, 24), 600, 548, 0.014))
    'Stale: measured on 2026-11-24, 600 days ago (limit 548); tco measure does it again.'
    """
    if not found.is_stale:
        return ""
    return (
        f"Stale: measured on {found.day}, {found.age_days} days ago (limit {found.limit_days:g}); "
        "tco measure does it again."
    )


def aged(assumptions: Assumptions, today: date) -> Assumptions:
    """
    The same tables as they are to be read on a day: what is stale is marked in its note, and its range is wider.

    Parameters
    ----------
    assumptions : Assumptions
        The tables.
    today : date
        The day.

    Returns
    -------
    assumptions : Assumptions
        With stale prices of instances and services, and stale benchmarks of ways of serving, marked; values stay.
    """

    def rows(places: RowsByPlace, kind: str) -> RowsByPlace:
        return {
            place: {name: _aged_row(row, kind, today, assumptions) for name, row in by_name.items()}
            for place, by_name in places.items()
        }

    oldest = date.fromisoformat(min(assumptions.prices.columns["as_of"].tolist()))
    instances = _widened(
        assumptions.shared["instance_price_ratio"],
        freshness(oldest, "prices", today, assumptions),
        "the oldest price is ",
    )
    return replace(
        assumptions,
        shared={**assumptions.shared, "instance_price_ratio": instances},
        services=rows(assumptions.services, "prices"),
        serving_rows=rows(assumptions.serving_rows, "benchmarks"),
    )


def _aged_row(row: Assumption, kind: str, today: date, assumptions: Assumptions) -> Assumption:
    if kind == "benchmarks" and row.evidence != "measured":
        return row  # a rule or a judgement, no benchmark
    day = last_day(assumptions.sources[row.source].date if row.source != "stated" else "") or last_day(row.price_year)
    if day is None:
        return row
    return _widened(row, freshness(day, kind, today, assumptions))


def _widened(row: Assumption, found: Freshness, what: str = "") -> Assumption:
    if not found.is_stale:
        return row
    unit = unit_of(row.name)
    widening = f"the range is {found.widening_share:.0%} wider each way"
    return row.model_copy(
        update={
            "low": max(unit.low, row.low * (1 - found.widening_share)),
            "high": min(unit.high, row.high * (1 + found.widening_share)),
            "note": f"Stale: {what}{found.age_days} days old (limit {found.limit_days:g}); {widening}. {row.note}",
        }
    )


def last_day(text: str) -> date | None:
    """
    The last day that a date in words can mean.

    Parameters
    ----------
    text : str
        A year, a month, a day, or several of them.

    Returns
    -------
    day : date, optional
        None where there is none.

    Examples
    --------
    >>> [str(last_day(text)) for text in ("2024-02-21", "2026-11", "2016/2025", "")]
    ['2024-02-21', '2026-11-30', '2025-12-31', 'None']
    """
    days = []
    for year, month, day in re.findall(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", text):
        number = int(month or 12)
        days.append(date(int(year), number, int(day or calendar.monthrange(int(year), number)[1])))
    return max(days, default=None)


def marks(places: Mapping[str, Mapping[str, Assumption]]) -> dict[tuple[str, str], str]:
    """
    The marks that `aged` has left.

    Parameters
    ----------
    places : mapping
        Rows by place and name.

    Returns
    -------
    marks : dict
        The first sentence of the note of each stale row, by place and name.
    """
    return {
        (place, name): row.note.partition(". ")[0]
        for place, rows in places.items()
        for name, row in rows.items()
        if row.note.startswith("Stale: ")
    }
