"""Offers: the prices that a provider lists, in one form for all providers, and why a refresh may be refused."""

from collections.abc import Iterable
from typing import NamedTuple

from tco.inputs import InputError
from tco.pricing import PURCHASES


class RefreshError(InputError):
    """Why the price list stays as it is; the message is one sentence."""


class Offer(NamedTuple):
    """A listed price of an instance type on a purchase term."""

    region: str
    instance: str
    purchase: str
    usd_per_hour: float


# Prices in USD per hour by purchase term, of an instance type in a region.
Offers = dict[tuple[str, str], dict[str, float]]


class Machine(NamedTuple):
    """What an instance type is made of."""

    vcpus: float
    memory_gib: float


def gathered(offers: Iterable[Offer]) -> Offers:
    """
    Offers by region and type.

    Parameters
    ----------
    offers : iterable of Offer
        As a provider's reader gives them.

    Returns
    -------
    offers : Offers
        The prices of each type in each region.

    Raises
    ------
    RefreshError
        If a type has two different prices on one term.
    """
    found: Offers = {}
    for offer in offers:
        prices = found.setdefault((offer.region, offer.instance), {})
        known = prices.setdefault(offer.purchase, offer.usd_per_hour)
        if known != offer.usd_per_hour:
            raise RefreshError(
                f"the answer has two prices for {offer.instance} in {offer.region} ({offer.purchase}): "
                f"{known:g} and {offer.usd_per_hour:g} USD/h"
            )
    # Spot and reserved prices alone are no row of a price list.
    return {place: _ordered(prices) for place, prices in found.items() if "on_demand" in prices}


def _ordered(prices: dict[str, float]) -> dict[str, float]:
    return {purchase: prices[purchase] for purchase in PURCHASES if purchase in prices}
