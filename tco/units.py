"""Units: the suffix of a name says its unit and its legal range."""

from functools import cache
from typing import Final, NamedTuple

HOURS_PER_MONTH: Final = 730.0
MONTHS_PER_YEAR: Final = 12.0
WEEKS_PER_YEAR: Final = 52.0
DAYS_PER_YEAR: Final = 365.0
SECONDS_PER_MINUTE: Final = 60.0
SECONDS_PER_HOUR: Final = 3600.0
MS_PER_SECOND: Final = 1000.0
REQUESTS_PER_MILLION: Final = 1e6
HOURS_PER_WEEK: Final = 168
KIB_PER_GIB: Final = 1024.0**2
MIB_PER_GIB: Final = 1024.0


class Unit(NamedTuple):
    """A unit and the range in which a quantity of it is legal, both ends included."""

    symbol: str
    low: float
    high: float


# The ranges are wide on purpose: they keep out what cannot be meant (a negative price, a share of 7) and what would
# overflow. What is plausible is narrower and stands beside each number in `data/`.
SUFFIXES: Final[dict[str, Unit]] = {
    "_rps": Unit("req/s", 0, 1e7),
    "_ms": Unit("ms", 0, 1e6),
    "_share": Unit("1", 0, 1),
    "_share_per_year": Unit("1/year", 0, 2),
    "_share_per_month": Unit("1/month", 0, 0.5),
    "_ratio": Unit("1", 0, 100),
    "_scope": Unit("1", 0, 1),
    "_people": Unit("person", 0, 1e9),
    "_users": Unit("user", 0, 1e9),
    "_count": Unit("1", 0, 1e5),
    "_per_minute": Unit("1/min", 0, 1e5),
    "_usd": Unit("USD", 0, 1e9),
    "_usd_per_million_requests": Unit("USD/million", 0, 1e6),
    "_hours": Unit("h", 0, 1e6),
    "_usd_per_month": Unit("USD/month", 0, 1e9),
    "_usd_per_year": Unit("USD/year", 0, 1e7),
    "_usd_per_hour": Unit("USD/h", 0, 1e4),
    "_usd_per_gib": Unit("USD/GiB", 0, 1e3),
    "_months": Unit("month", 0, 240),
    "_weeks": Unit("week", 0, 520),
    "_days": Unit("day", 0, 1e4),
    "_days_per_month": Unit("day/month", 0, 1e9),
    "_days_per_year": Unit("day/year", 1, 366),
    "_gib": Unit("GiB", 0, 1e5),
    "_gib_per_month": Unit("GiB/month", 0, 1e12),
    "_mib": Unit("MiB", 0, 1e6),
    "_kib": Unit("KiB", 0, 1e7),
    "_servers": Unit("server", 0, 1e4),
}

# Some quantities have a narrower legal range than their unit: dividing by them must make sense.
NARROWER: Final[dict[str, tuple[float, float]]] = {
    "app_cpu_ratio": (0.01, 100),
    "database_pool_count": (1, 1e5),
    "core_speed_ratio": (0.05, 20),
    "horizon_months": (1, 240),
    "demand_elasticity_ratio": (0, 2),
    "demand_ratio": (0.01, 100),
    "framework_cpu_ms": (0.001, 1e6),  # no request is free of CPU
    "interface_count": (1, 1e5),
    "loaded_cost_ratio": (1, 10),
    "maximum_time_to_fill_months": (0, 60),
    "minimum_servers": (1, 100),
    "productivity_ratio": (0.01, 100),
    "junior_productivity_ratio": (0.01, 100),
    "senior_productivity_ratio": (0.01, 100),
    "reference_pool_people": (1, 1e9),
    "slots_per_worker_count": (1, 1e5),
    "spare_servers": (0, 100),
    "sustained_cpu_share": (0.01, 1),
    "target_utilization_share": (0.01, 1),
    "team_people": (1, 1000),
    "time_to_fill_elasticity_ratio": (0, 2),
    "time_variation_ratio": (0, 10),
    "turns_per_worker_count": (1, 1e5),
    "vacancy_cost_ratio": (0, 10),
    "vcpu_count": (0.05, 1e4),
    "worker_memory_mib": (1, 1e6),
}


@cache
def unit_of(name: str) -> Unit:
    """
    Unit and legal range of a named quantity.

    Parameters
    ----------
    name : str
        A name that ends in a suffix of `SUFFIXES`.

    Returns
    -------
    unit : Unit
        Symbol, lowest and highest legal value.

    Raises
    ------
    KeyError
        If the name ends in no known suffix.

    Examples
    --------
    >>> unit_of("peak_load_rps")
    Unit(symbol='req/s', low=0, high=10000000.0)
    >>> unit_of("team_people")
    Unit(symbol='person', low=1, high=1000)
    """
    # The longest suffix wins: `_share_per_year` before `_per_year`.
    for suffix in sorted(SUFFIXES, key=len, reverse=True):
        if name.endswith(suffix):
            unit = SUFFIXES[suffix]
            low, high = NARROWER.get(name, (unit.low, unit.high))
            return Unit(unit.symbol, low, high)
    raise KeyError(f"{name} ends in no unit that tco knows")
