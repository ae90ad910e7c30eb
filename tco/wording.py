"""Wording: how numbers and names are said to people."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np

from tco.units import DAYS_PER_YEAR, MONTHS_PER_YEAR, WEEKS_PER_YEAR, unit_of

COMPONENT_LABELS: Final = {
    "build": "Building",
    "ramp_up": "Learning the framework",
    "hiring": "Hiring",
    "maintenance": "Maintenance",
    "servers": "Servers",
    "network": "Load balancer and traffic",
    "delay": "Later launch",
    "wrong_pick": "Risk of a wrong pick",
}

# Units of things that come whole.
COUNTED_UNITS: Final = ("person", "server", "user")

# Endings of the names whose values people say in per cent.
SHARES: Final = ("_share", "_share_per_year", "_share_per_month", "_scope")


class _DurationUnit(NamedTuple):
    """A unit in which times below a limit are said."""

    limit_months: float
    per_month: float
    noun: str
    digits: int


_DURATION_UNITS: Final = (
    _DurationUnit(2 * MONTHS_PER_YEAR / WEEKS_PER_YEAR, DAYS_PER_YEAR / MONTHS_PER_YEAR, "day", 0),
    _DurationUnit(3.0, WEEKS_PER_YEAR / MONTHS_PER_YEAR, "week", 0),
    _DurationUnit(24.0, 1.0, "month", 1),
    _DurationUnit(np.inf, 1 / MONTHS_PER_YEAR, "year", 1),
)

PURCHASE_LABELS: Final = {
    "on_demand": "On demand",
    "spot": "Spot",
    "reserved_1y": "Reserved, 1 year",
    "reserved_3y": "Reserved, 3 years",
}

PROVIDER_LABELS: Final = {"aws": "AWS", "azure": "Azure", "gcp": "Google Cloud"}

ASSUMPTION_SET_LABELS: Final = {"measured": "Measured", "article": "The guide's view"}


def money(amount_usd: float) -> str:
    """
    An amount as people say it.

    Parameters
    ----------
    amount_usd : float
        The amount. [USD]

    Returns
    -------
    text : str
        Three significant digits with K, M or B; cents below ten dollars.

    Examples
    --------
    >>> money(1_234_567), money(41_400), money(-870), money(3.5), money(999_950), money(0), money(float("nan"))
    ('$1.23M', '$41.4K', '-$870', '$3.50', '$1M', '$0', 'n/a')
    """
    if not np.isfinite(amount_usd):
        return "n/a"
    size = abs(amount_usd)
    if size < 10:
        digits = f"{size:.2f}" if size >= 0.005 else "0"
    else:
        scale, letter = next(
            ((s, n) for s, n in ((1e9, "B"), (1e6, "M"), (1e3, "K"), (1.0, "")) if float(f"{size:.3g}") >= s)
        )
        digits = f"{float(f'{size:.3g}') / scale:.6g}{letter}"
    return f"{'-' if amount_usd < 0 and digits != '0' else ''}${digits}"


def share(value: float) -> str:
    """
    A share as a percentage.

    Parameters
    ----------
    value : float
        The share. [1]

    Returns
    -------
    text : str
        Whole per cent; tenths below ten.

    Examples
    --------
    >>> share(0.123), share(0.0123), share(0.0004), share(1)
    ('12%', '1.2%', 'under 0.1%', '100%')
    """
    if not np.isfinite(value):
        return "n/a"
    percent = 100 * value
    if 0 < percent < 0.1:
        return "under 0.1%"
    return f"{percent:.0f}%" if percent >= 9.95 or percent == 0 else f"{percent:.1f}%"


def duration(months: float) -> str:
    """
    A time as people say it.

    Parameters
    ----------
    months : float
        The time. [month]

    Returns
    -------
    text : str
        Days below two weeks, weeks below three months, months below two years, then years.

    Examples
    --------
    >>> duration(0.1), duration(1.4), duration(5), duration(36), duration(30)
    ('3 days', '6 weeks', '5 months', '3 years', '2.5 years')
    """
    return durations([months])[0]


def durations(months: Iterable[float]) -> list[str]:
    """
    Times that stand beside one another, all in the unit of the longest.

    Parameters
    ----------
    months : iterable of float
        The times. [month]

    Returns
    -------
    texts : list of str
        Each as `duration` says the longest.

    Examples
    --------
    >>> durations([2.8, 3.3])
    ['2.8 months', '3.3 months']
    """
    values = [float(value) for value in months]
    longest = max((value for value in values if np.isfinite(value)), default=0.0)
    unit = next(unit for unit in _DURATION_UNITS if longest < unit.limit_months)
    return [
        _counted(value * unit.per_month, unit.noun, unit.digits) if np.isfinite(value) else "never" for value in values
    ]


def count(value: float) -> str:
    """
    A number of things with thousands separated, and no more digits than it needs.

    Parameters
    ----------
    value : float
        The number. [1]

    Returns
    -------
    text : str
        Three significant digits below a hundred, whole numbers above.

    Examples
    --------
    >>> count(12_345.6), count(2.345), count(0.5), count(7.0)
    ('12,346', '2.35', '0.5', '7')
    """
    if not np.isfinite(value):
        return "n/a"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{float(f'{value:.3g}'):g}"


def quantity(name: str, value: float) -> str:
    """
    The value of an input: a share as a percentage, anything else as a number.

    Parameters
    ----------
    name : str
        Name of the input.
    value : float
        Its value, in the unit of the name.

    Returns
    -------
    text : str
        The value without its unit; people and servers come whole.

    Examples
    --------
    >>> quantity("html_share", 0.25), quantity("peak_users", 12_000), quantity("team_people", 21.2)
    ('25%', '12,000', '21')
    """
    if name.endswith(SHARES):
        return share(value)
    return f"{value:,.0f}" if unit_of(name).symbol in COUNTED_UNITS else count(value)


def enumerated(names: Sequence[str]) -> str:
    """
    Names as a sentence lists them.

    Parameters
    ----------
    names : sequence of str
        The names.

    Returns
    -------
    text : str
        With commas, and an `and` before the last.

    Examples
    --------
    >>> enumerated(["Flask", "FastAPI", "Django"]), enumerated(["Flask"]), enumerated([])
    ('Flask, FastAPI and Django', 'Flask', '')
    """
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def inside(label: str) -> str:
    """
    A label as it stands inside a sentence.

    Parameters
    ----------
    label : str
        The label, beginning with a capital.

    Returns
    -------
    text : str
        The label, beginning small unless its first word is all capitals.

    Examples
    --------
    >>> inside("Peak users"), inside("CPU of a worker")
    ('peak users', 'CPU of a worker')
    """
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def labelled(label: str, unit: str) -> str:
    """
    A label with its unit, where the label does not say it already.

    Parameters
    ----------
    label : str
        The label.
    unit : str
        The unit of its row.

    Returns
    -------
    text : str
        Label and unit; things that are counted need none.

    Examples
    --------
    >>> labelled("Horizon", "month"), labelled("Team size", "person"), labelled("Wait", "ms"), labelled("Share", "1")
    ('Horizon (months)', 'Team size (people)', 'Wait (ms)', 'Share')
    """
    said = {"1": "", "person": "people", "user": "", "server": "", "month": "months", "week": "weeks", "day": "days"}
    unit = said.get(unit, unit)
    return f"{label} ({unit})" if unit else label


def _counted(value: float, noun: str, digits: int) -> str:
    number = f"{value:.{digits}f}"
    number = number.rstrip("0").rstrip(".") if "." in number else number
    return f"{number} {noun}{'' if number == '1' else 's'}"
