"""Pricing: the price list of instance types, and the part of it that a scenario may choose from."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np

from tco.inputs import Catalogue
from tco.tables import Price, TableError, read_lined_table

# Purchase terms, by the name that a scenario uses.
PURCHASES: Final = ("on_demand", "spot", "reserved_1y", "reserved_3y")


@dataclass(frozen=True)
class PriceList:
    """A checked price list."""

    path: Path
    rows: tuple[Price, ...]

    @cached_property
    def regions(self) -> dict[str, tuple[str, ...]]:
        """Regions of each provider, in alphabetical order."""
        providers = sorted({row.provider for row in self.rows})
        return {name: tuple(sorted({row.region for row in self.rows if row.provider == name})) for name in providers}

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
            rows = [
                r for r in self.rows if (r.provider, r.region) == (provider, region) and getattr(r, column) is not None
            ]
            if not rows:
                raise TableError(
                    f"{self.path.name}: no row of {provider!r} in region {region!r} has a price in column {column!r}"
                )
            self._catalogues[wanted] = Catalogue(
                names=tuple(row.instance for row in rows),
                vcpu_count=np.array([row.vcpus for row in rows]),
                memory_gib=np.array([row.memory_gib for row in rows]),
                sustained_cpu_share=np.array([row.sustained_cpu_share for row in rows]),
                instance_usd_per_hour=np.array([getattr(row, column) for row in rows]),
            ).candidates()
        return self._catalogues[wanted]


def read_prices(path: Path) -> PriceList:
    """
    Read and check a price list.

    Parameters
    ----------
    path : Path
        A CSV file with the columns of `data/pricing.csv`.

    Returns
    -------
    prices : PriceList
        The price list.

    Raises
    ------
    TableError
        If the file cannot be read, a row breaks a rule, or a discount costs more than what it discounts.
    """
    lined_rows = read_lined_table(path, Price)
    for line, row in lined_rows:
        for column in ("spot_usd_per_hour", "reserved_1y_usd_per_hour", "reserved_3y_usd_per_hour"):
            price = getattr(row, column)
            if price is not None and price > row.on_demand_usd_per_hour:
                raise TableError(
                    f"{path}, row {line}, column {column!r}, value {price:g}: "
                    f"must not exceed the on-demand price {row.on_demand_usd_per_hour:g}"
                )
    return PriceList(path, tuple(row for _, row in lined_rows))
