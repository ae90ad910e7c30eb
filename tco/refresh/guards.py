"""Guards: what an answer must be like before it may change a price list."""

from collections.abc import Mapping
from typing import Final

from tco.pricing import family_of
from tco.refresh.offers import Machine, Offers, RefreshError
from tco.tables import Price

LARGEST_CHANGE_SHARE: Final = 0.30
LARGEST_BEND_SHARE: Final = 0.02
# Of the types that the list has in a region, an answer must name this share: one that broke off names few.
LEAST_FOUND_SHARE: Final = 0.5


def check_discounts(offers: Offers) -> None:
    """
    Spot costs no more than on demand, one year no more than that, and three years no more than one.

    Parameters
    ----------
    offers : Offers
        The new prices.

    Raises
    ------
    RefreshError
        If a discount is none.
    """
    for (region, instance), prices in offers.items():
        terms = [prices[term] for term in ("reserved_3y", "reserved_1y", "on_demand") if term in prices]
        if terms != sorted(terms) or prices.get("spot", 0.0) > prices["on_demand"]:
            listed = ", ".join(f"{term} {price:g}" for term, price in prices.items())
            raise RefreshError(f"a discount is none for {instance} in {region}: {listed} USD/h")


def check_linear(offers: Offers, known: Mapping[str, Price]) -> None:
    """
    Types of one family with as much memory a vCPU cost as much a vCPU, whatever their size.

    Parameters
    ----------
    offers : Offers
        The new prices.
    known : mapping of str to Price
        What the types are made of; burstable ones are priced by other rules and left out.

    Raises
    ------
    RefreshError
        If prices a vCPU differ by more than `LARGEST_BEND_SHARE`.
    """
    least: dict[tuple[str, str, float], tuple[float, str]] = {}
    for (region, instance), prices in sorted(offers.items(), key=lambda item: item[1]["on_demand"]):
        machine = known[instance]
        if machine.sustained_cpu_share < 1:
            continue
        usd_per_vcpu = prices["on_demand"] / machine.vcpus
        kind = (region, family_of(instance), round(machine.memory_gib / machine.vcpus, 2))
        other_usd, other = least.setdefault(kind, (usd_per_vcpu, instance))
        if abs(usd_per_vcpu / other_usd - 1.0) > LARGEST_BEND_SHARE:
            raise RefreshError(
                f"the price of {instance} in {region}, {usd_per_vcpu:g} USD/h a vCPU, is out of line with that of "
                f"{other}, {other_usd:g}"
            )


def check_changes(old: Mapping[tuple[str, str], Price], offers: Offers) -> None:
    """
    No on-demand price has moved by more than `LARGEST_CHANGE_SHARE`.

    Parameters
    ----------
    old : mapping
        Rows in force by region and type.
    offers : Offers
        The new prices.

    Raises
    ------
    RefreshError
        If one has, with the number of them.
    """
    moved = [
        (place, old[place].on_demand_usd_per_hour, prices["on_demand"])
        for place, prices in offers.items()
        if place in old and abs(prices["on_demand"] / old[place].on_demand_usd_per_hour - 1.0) > LARGEST_CHANGE_SHARE
    ]
    if moved:
        (region, instance), before, after = moved[0]
        others = f" (and {len(moved) - 1} more)" if len(moved) > 1 else ""
        raise RefreshError(
            f"the price of {instance} in {region} would change from {before:g} to {after:g} USD/h, by more than "
            f"{LARGEST_CHANGE_SHARE:.0%}{others}; --force takes it nevertheless"
        )


def check_complete(old: Mapping[tuple[str, str], Price], offers: Offers, region: str) -> None:
    """
    An answer names most of the types that the list has in the region.

    Parameters
    ----------
    old : mapping
        Rows in force by region and type.
    offers : Offers
        The new prices.
    region : str
        The region.

    Raises
    ------
    RefreshError
        If it names too few of them.
    """
    listed = [place for place in old if place[0] == region]
    found = sum(place in offers for place in listed)
    if found < LEAST_FOUND_SHARE * len(listed) or not any(place[0] == region for place in offers):
        raise RefreshError(
            f"the answer has prices for {found} of the {len(listed)} types of the list in {region}: it is not whole"
        )


def machines_of(known: Mapping[str, Price]) -> dict[str, Machine]:
    """
    What the types of the list are made of: no answer says it.

    Parameters
    ----------
    known : mapping of str to Price
        A row of each type.

    Returns
    -------
    machines : dict
        vCPUs and memory by type.
    """
    return {name: Machine(row.vcpus, row.memory_gib) for name, row in known.items()}
