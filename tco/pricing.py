"""Pricing: the price list of instance types, and the part of it that a scenario may choose from."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final, get_args

import numpy as np
import numpy.typing as npt

from tco.inputs import Catalogue
from tco.tables import (
    MOST_MEMORY_GIB,
    MOST_USD_PER_HOUR,
    MOST_VCPUS,
    Architecture,
    CoreSpeed,
    Price,
    TableError,
    read_lined_table,
    read_table,
    read_text,
)

# Purchase terms, by the name that a scenario uses.
PURCHASES: Final = ("on_demand", "spot", "reserved_1y", "reserved_3y")

# Columns that hold numbers with the largest legal one; a price below may be empty but for the on-demand one.
_NUMBERS: Final = {
    "vcpus": MOST_VCPUS,
    "memory_gib": MOST_MEMORY_GIB,
    "sustained_cpu_share": 1.0,
    **{f"{purchase}_usd_per_hour": MOST_USD_PER_HOUR for purchase in PURCHASES},
}
DISCOUNTS: Final = tuple(f"{purchase}_usd_per_hour" for purchase in PURCHASES[1:])
_LONGEST_NAME: Final = 80

Column = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class PriceList:
    """
    A checked price list, column by column.

    Parameters
    ----------
    path : Path
        The file that it was read from.
    columns : mapping of str to ndarray
        The columns of `data/pricing.csv` by name: text, or numbers with NaN where a price is not known.
    core_speeds : mapping of str to CoreSpeed
        By architecture, or by `provider/family`, which wins.
    """

    path: Path
    columns: Mapping[str, Column]
    core_speeds: Mapping[str, CoreSpeed]

    @cached_property
    def rows(self) -> tuple[Price, ...]:
        """The list row by row."""
        listed = {
            name: [None if value != value else value for value in column.tolist()]  # noqa: PLR0124 - NaN alone differs
            for name, column in self.columns.items()
        }
        return tuple(
            Price.model_construct(**dict(zip(listed, row, strict=True))) for row in zip(*listed.values(), strict=True)
        )

    @cached_property
    def families(self) -> Column:
        """Family of each row: its name without the size."""
        return np.array([_family_of(instance) for instance in self.columns["instance"].tolist()])

    @cached_property
    def core_speed_ratio(self) -> npt.NDArray[np.float64]:
        """What a vCPU of each row gets done while busy, over a thread of a shared x86 core. [1]"""
        providers, architectures = self.columns["provider"].tolist(), self.columns["architecture"].tolist()
        kinds = zip(providers, self.families.tolist(), architectures, strict=True)
        speeds = self.core_speeds
        return np.array(
            [(speeds.get(f"{provider}/{family}") or speeds[arch]).value for provider, family, arch in kinds]
        )

    @cached_property
    def regions(self) -> dict[str, tuple[str, ...]]:
        """Regions of each provider, in alphabetical order."""
        places = sorted(set(zip(self.columns["provider"].tolist(), self.columns["region"].tolist(), strict=True)))
        return {name: tuple(region for provider, region in places if provider == name) for name in dict(places)}

    def search(
        self,
        *,
        provider: str = "",
        region: str = "",
        family: str = "",
        architecture: str = "",
        least_vcpus: float = 0.0,
        least_memory_gib: float = 0.0,
    ) -> "PriceList":
        """
        The part of the list that answers a question.

        Parameters
        ----------
        provider, region, family, architecture : str
            As in the list; empty for all.
        least_vcpus : float
            Smallest number of vCPUs.
        least_memory_gib : float
            Smallest memory. [GiB]

        Returns
        -------
        found : PriceList
            The rows that meet all of it, in the order of the list; none if there are none.

        Examples
        --------
        >>> from tco.assumptions import load_assumptions
        >>> prices = load_assumptions().prices
        >>> prices.search(region="us-east-1", family="m7g", least_vcpus=16).columns["instance"].tolist()
        ['m7g.4xlarge']
        """
        meets = (self.columns["vcpus"] >= least_vcpus) & (self.columns["memory_gib"] >= least_memory_gib)
        for column, wanted in (("provider", provider), ("region", region), ("architecture", architecture)):
            if wanted:
                meets &= self.columns[column] == wanted
        if family:
            meets &= self.families == family
        return self.only(meets)

    def only(self, rows: Column) -> "PriceList":
        """
        Some of the rows.

        Parameters
        ----------
        rows : ndarray of bool
            Whether each row is one of them.

        Returns
        -------
        prices : PriceList
            These rows, in the order of the list.
        """
        return PriceList(self.path, {name: column[rows] for name, column in self.columns.items()}, self.core_speeds)

    def types(self, purchase: str = "on_demand") -> Catalogue:
        """
        The rows as instance types that the model may choose from.

        Parameters
        ----------
        purchase : str
            One of `PURCHASES`; the price is NaN where a row has none on it.

        Returns
        -------
        types : Catalogue
            All of them, those included that another one beats.
        """
        return Catalogue(
            names=tuple(self.columns["instance"].tolist()),
            vcpu_count=self.columns["vcpus"],
            memory_gib=self.columns["memory_gib"],
            sustained_cpu_share=self.columns["sustained_cpu_share"],
            instance_usd_per_hour=self.columns[f"{purchase}_usd_per_hour"],
            core_speed_ratio=self.core_speed_ratio,
        )

    @cached_property
    def _catalogues(self) -> dict[tuple[str, str, str], Catalogue]:
        return {}

    def catalogue(self, provider: str, region: str, purchase: str) -> Catalogue:
        """
        Instance types of a region that are offered on a purchase term.

        Parameters
        ----------
        provider, region : str
            As in the price list.
        purchase : str
            One of `PURCHASES`.

        Returns
        -------
        catalogue : Catalogue
            The types worth a thought: those that another one beats in every respect are left out.

        Raises
        ------
        TableError
            If the list has no price for that provider, region and term.
        """
        wanted = (provider, region, purchase)
        if wanted not in self._catalogues:
            column = f"{purchase}_usd_per_hour"
            there = self.search(provider=provider, region=region)
            offered = np.isfinite(there.columns[column])
            if not offered.any():
                raise TableError(
                    f"{self.path.name}: no row of {provider!r} in region {region!r} has a price in column {column!r}"
                )
            self._catalogues[wanted] = there.only(offered).types(purchase).candidates()
        return self._catalogues[wanted]


def family_of(instance: str) -> str:
    """
    Family of an instance type: its name without the size.

    Parameters
    ----------
    instance : str
        Name of the type, as its provider writes it.

    Returns
    -------
    family : str
        What types of one kind and several sizes have in common.

    Examples
    --------
    >>> [family_of(name) for name in ("m7g.2xlarge", "Standard_D16ls_v6", "n2-highcpu-8", "e2-micro")]
    ['m7g', 'Dlsv6', 'n2-highcpu', 'e2']
    """
    if instance.startswith("Standard_"):
        return re.sub(r"^([A-Z]+)\d+", r"\1", instance.removeprefix("Standard_")).replace("_", "")
    if "." in instance:
        return instance.partition(".")[0]
    return re.sub(r"-(\d+|micro|small|medium|large)$", "", instance)


# The types of a region are asked for again and again.
_family_of = cache(family_of)


def read_core_speeds(path: Path) -> dict[str, CoreSpeed]:
    """
    Read and check the relative speeds of cores.

    Parameters
    ----------
    path : Path
        A CSV file with the columns of `data/core_speeds.csv`.

    Returns
    -------
    core_speeds : dict
        By architecture or `provider/family`.

    Raises
    ------
    TableError
        If the file cannot be read, a row breaks a rule, or an architecture has no row.
    """
    rows = {row.applies_to: row for row in read_table(path, CoreSpeed)}
    for architecture in get_args(Architecture):
        if architecture not in rows:
            raise TableError(f"{path}: a row is missing with applies_to {architecture!r}")
    return rows


def read_prices(path: Path, core_speeds: Mapping[str, CoreSpeed]) -> PriceList:
    """
    Read and check a price list.

    Parameters
    ----------
    path : Path
        A CSV file with the columns of `data/pricing.csv`.
    core_speeds : mapping
        As `read_core_speeds` returns them.

    Returns
    -------
    prices : PriceList
        The price list.

    Raises
    ------
    TableError
        If the file cannot be read, a row breaks a rule, or a discount costs more than what it discounts.
    """
    columns = _checked_columns(read_text(path))
    return PriceList(path, _columns_row_by_row(path) if columns is None else columns, core_speeds)


def _checked_columns(text: str) -> dict[str, Column] | None:
    """
    Columns of a list that is in order, all rows checked at once: the row-wise reader takes ten times as long.

    None for whatever is not plainly in order. The rules are then applied row by row, and word what is wrong.
    """
    try:
        header, *lines = csv.reader(io.StringIO(text, newline=""), strict=True)
        cells = dict(zip(header, zip(*lines, strict=True), strict=True))
        if not lines or sorted(header) != sorted(Price.model_fields):
            return None
        columns = {name: _checked_column(name, cells[name]) for name in Price.model_fields}
        keys = set(zip(*(columns[name].tolist() for name in Price.key), strict=True))
    except (csv.Error, ValueError):
        return None
    on_demand = columns["on_demand_usd_per_hour"]
    in_order = len(keys) == len(lines) and not any((columns[name] > on_demand).any() for name in DISCOUNTS)
    return columns if in_order else None


def _checked_column(name: str, cells: Sequence[str]) -> Column:
    """One column, or ValueError."""
    if name not in _NUMBERS:
        distinct = set(cells)
        if not all(text == text.strip() and 1 <= len(text) <= _LONGEST_NAME for text in distinct):
            raise ValueError(name)
        if name == "architecture" and not distinct <= set(get_args(Architecture)):
            raise ValueError(name)
        if name == "as_of" and not all(str(date.fromisoformat(text)) == text for text in distinct):
            raise ValueError(name)
        return np.array(cells)
    # Digits only: Python would also read 1_000, and Arabic digits.
    if not set("".join(cells)) <= set("0123456789.e-+"):
        raise ValueError(name)
    numbers = np.array([cell or "nan" for cell in cells] if name in DISCOUNTS else cells).astype(float)
    legal = (numbers > 0) & (numbers <= _NUMBERS[name])
    if name in DISCOUNTS:
        legal |= np.isnan(numbers)
    if not legal.all():
        raise ValueError(name)
    return numbers


def _columns_row_by_row(path: Path) -> dict[str, Column]:
    """The same by the rules of one row at a time."""
    lined_rows = read_lined_table(path, Price)
    for line, row in lined_rows:
        for column in DISCOUNTS:
            price = getattr(row, column)
            if price is not None and price > row.on_demand_usd_per_hour:
                raise TableError(
                    f"{path}, row {line}, column {column!r}, value {price:g}: "
                    f"must not exceed the on-demand price {row.on_demand_usd_per_hour:g}"
                )
    rows = [row for _, row in lined_rows]
    return {
        name: np.array([getattr(row, name) for row in rows], dtype=float if name in _NUMBERS else str)
        for name in Price.model_fields
    }
