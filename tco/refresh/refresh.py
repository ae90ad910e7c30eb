"""Refresh a price list: ask the provider, check the answer, say what changes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import Final, NamedTuple

from tco.pricing import PriceList
from tco.refresh import aws, azure, gcp, guards
from tco.refresh.fetch import Fetcher, Progress
from tco.refresh.offers import Machine, Offer, Offers, RefreshError, gathered
from tco.tables import Price

PROVIDERS: Final = ("aws", "azure", "gcp")
ENDPOINTS: Final = {"aws": aws.ENDPOINT, "azure": azure.ENDPOINT, "gcp": gcp.ENDPOINT}
# Ids in `data/sources.csv` of what a refreshed row comes from.
SOURCES: Final = {"aws": "aws-offer-files", "azure": "azure-retail-prices", "gcp": "gcp-billing-catalog"}


class Change(NamedTuple):
    """What becomes of one price."""

    region: str
    instance: str
    purchase: str
    old_usd_per_hour: float | None
    new_usd_per_hour: float | None


class Refreshed(NamedTuple):
    """A price list as it would be, and what that changes."""

    rows: tuple[Price, ...]
    changes: tuple[Change, ...]


def refresh(
    prices: PriceList,
    provider: str,
    regions: Sequence[str],
    today: date,
    *,
    fetcher: Fetcher,
    progress: Progress,
    endpoint: str = "",
    key: str = "",
    left_out: Sequence[str] = (),
    force: bool = False,
) -> Refreshed:
    """
    A price list with a provider's current list prices.

    Parameters
    ----------
    prices : PriceList
        The list in force, which stays as it is.
    provider : str
        One of `PROVIDERS`.
    regions : sequence of str
        Regions to ask for; those of the list where none is named.
    today : date
        The day that the new prices are dated.
    fetcher : Fetcher
        Asks.
    progress : callable
        Told how far it is.
    endpoint : str
        Address to ask in place of the provider's own.
    key : str
        Key of Google's API.
    left_out : sequence of str
        Instance types that stay as they are.
    force : bool
        Take changes of any size.

    Returns
    -------
    refreshed : Refreshed
        The rows of the new list, and the changes.

    Raises
    ------
    RefreshError
        If there is no answer, or a guard refuses it.
    """
    theirs = [row for row in prices.rows if row.provider == provider]
    if provider not in PROVIDERS:
        raise RefreshError(f"the provider must be one of {', '.join(PROVIDERS)}; got {provider!r}")
    if not theirs:
        raise RefreshError(f"{prices.path.name} has no row of {provider}, and an answer does not say what a type is")
    known = {row.instance: row for row in theirs if row.instance not in left_out}
    old = {(row.region, row.instance): row for row in theirs if row.instance in known}
    wanted = list(regions) or list(prices.regions[provider])
    answer = gathered(_ask(provider, wanted, guards.machines_of(known), fetcher, progress, endpoint, key))
    for region in wanted:
        guards.check_complete(old, answer, region)
    guards.check_discounts(answer)
    guards.check_linear(answer, known)
    if not force:
        guards.check_changes(old, answer)
    return _merged(prices, provider, known, answer, today)


def _ask(
    provider: str,
    regions: list[str],
    machines: Mapping[str, Machine],
    fetcher: Fetcher,
    progress: Progress,
    endpoint: str,
    key: str,
) -> Iterator[Offer]:
    where = endpoint or ENDPOINTS[provider]
    if provider == "gcp":
        if not key:
            raise RefreshError("Google's price catalogue asks for a key: --key, or the variable TCO_GOOGLE_KEY")
        return gcp.offers(fetcher, regions, machines, progress, key, where)
    one_region = aws.offers if provider == "aws" else azure.offers
    return chain.from_iterable(one_region(fetcher, region, machines, progress, where) for region in regions)


def _merged(prices: PriceList, provider: str, known: Mapping[str, Price], answer: Offers, today: date) -> Refreshed:
    rows = {(row.provider, row.region, row.instance): row for row in prices.rows}
    changes: list[Change] = []
    for (region, instance), offered in answer.items():
        place = (provider, region, instance)
        old = rows.get(place)
        rows[place] = _renewed(known[instance], old, region, offered, SOURCES[provider], today)
        for purchase in ("on_demand", "spot", "reserved_1y", "reserved_3y"):
            before = getattr(old, f"{purchase}_usd_per_hour", None)
            after = getattr(rows[place], f"{purchase}_usd_per_hour")
            if before != after:
                changes.append(Change(region, instance, purchase, before, after))
    return Refreshed(
        tuple(rows[place] for place in sorted(rows)), tuple(sorted(changes, key=lambda change: change[:3]))
    )


def _renewed(
    machine: Price, old: Price | None, region: str, offered: Mapping[str, float], source: str, today: date
) -> Price:
    """
    A row with the new prices.

    A term that the answer does not list keeps its old price, unless that is no discount any more: some endpoints have
    no spot or reserved prices at all.
    """
    prices: dict[str, float | None] = {"on_demand_usd_per_hour": offered["on_demand"]}
    for purchase in ("spot", "reserved_1y", "reserved_3y"):
        column = f"{purchase}_usd_per_hour"
        price = offered.get(purchase, getattr(old, column, None))
        prices[column] = price if price is not None and price <= offered["on_demand"] else None
    return machine.model_copy(update={"region": region, "as_of": str(today), "source": source, **prices})
