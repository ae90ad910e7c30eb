"""Services: what stands beside servers or in their place, its prices, and the week that traffic follows."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tco.arrays import Array
from tco.tables import Assumption, ProfileDay, ServicePrice, TableError, read_lined_table, read_table
from tco.units import HOURS_PER_WEEK, SECONDS_PER_HOUR

# What the bill of a cloud assumes beside the inputs of the model: the rows of `cloud.csv`.
NAMES = (
    "scale_up_lag_hours",
    "maximum_servers",
    "zones_count",
    "interruption_overhead_share",
    "database_vcpus_count",
    "database_memory_gib",
    "database_copies_count",
    "database_storage_gib",
    "request_log_kib",
    "log_usd_per_gib",
    "whole_vcpu_gib",
)

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class Tariff(NamedTuple):
    """The tiers of a service in a region."""

    rows: tuple[ServicePrice, ...]
    # Whether they are those of another region, because this one has none of its own.
    stands_in: bool

    @property
    def start(self) -> Array:
        """Quantity from which each tier holds, in the unit of the rows."""
        return np.array([row.from_quantity for row in self.rows])

    @property
    def usd(self) -> Array:
        """Price of each tier. [USD] a unit, by the hour where the list has it by the second."""
        return np.array([usd_by_the_hour(row) for row in self.rows])


def usd_by_the_hour(row: ServicePrice) -> float:
    """
    A price that a list has by the second, by the hour; any other as it is.

    Parameters
    ----------
    row : ServicePrice
        A row of the list.

    Returns
    -------
    usd : float
        Price of a unit.
    """
    return row.usd * SECONDS_PER_HOUR if row.unit.endswith("-second") else row.usd


class Profile(NamedTuple):
    """A week of traffic."""

    label: str
    share: Array
    note: str


@dataclass(frozen=True, eq=False)
class Services:
    """Prices of services, weekly profiles, and what the bill assumes about them."""

    prices: tuple[ServicePrice, ...]
    profiles: Mapping[str, Profile]
    assumptions: Mapping[str, Assumption]

    def tariff(self, service: str, provider: str, region: str) -> Tariff | None:
        """
        The price of a service.

        Parameters
        ----------
        service : str
            Name of the service in the list.
        provider, region : str
            Where.

        Returns
        -------
        tariff : Tariff, optional
            Its tiers there; those of the provider's cheapest region where it has none there; None where the provider
            has none at all.
        """
        offered = [row for row in self.prices if (row.service, row.provider) == (service, provider)]
        here = [row for row in offered if row.region == region]
        if here or not offered:
            return Tariff(tuple(here), stands_in=False) if here else None
        # The region with the lowest price is where the provider is largest, and what its other ones are measured by.
        reference = min(offered, key=lambda row: row.usd).region
        return Tariff(tuple(row for row in offered if row.region == reference), stands_in=True)

    def value(self, name: str) -> float:
        """What the bill assumes, in the unit of the name."""
        return self.assumptions[name].value


def read_services(prices: Path, profiles: Path, assumptions: Path) -> Services:
    """
    Read and check the tables of services.

    Parameters
    ----------
    prices, profiles, assumptions : Path
        CSV files with the columns of `cloud_services.csv`, `profiles.csv` and `cloud.csv`.

    Returns
    -------
    services : Services
        The tables.

    Raises
    ------
    TableError
        If a row breaks a rule, a profile lacks a day or has no peak, or an assumption is unknown or missing.
    """
    found = {row.name: row for row in read_table(assumptions, Assumption)}
    for name in NAMES:
        if name not in found:
            raise TableError(f"{assumptions}: a row is missing with name {name!r}")
    for line, row in read_lined_table(assumptions, Assumption):
        if row.name not in NAMES:
            raise TableError(
                f"{assumptions}, row {line}, column 'name', value {row.name!r}: must be one of {', '.join(NAMES)}"
            )
    return Services(read_table(prices, ServicePrice), _profiles(profiles), found)


def _profiles(path: Path) -> dict[str, Profile]:
    days: dict[str, dict[str, ProfileDay]] = {}
    for row in read_table(path, ProfileDay):
        days.setdefault(row.profile, {})[row.day] = row
    profiles = {}
    for name, rows in days.items():
        for day in DAYS:
            if day not in rows:
                raise TableError(f"{path}: a row is missing with profile {name!r} and day {day!r}")
        share = np.array([hour for day in DAYS for hour in rows[day].shares])
        if share.shape != (HOURS_PER_WEEK,) or share.max() != 1.0:
            raise TableError(f"{path}: the busiest hour of profile {name!r} must be 1; it is {share.max():g}")
        profiles[name] = Profile(rows["Mon"].label, share, rows["Mon"].note)
    return profiles
