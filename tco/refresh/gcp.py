"""
Google: the Cloud Billing Catalog, which needs a key.

No item of it is a machine: a type is put together from its cores and its memory.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tco.refresh.fetch import Fetcher, Progress
from tco.refresh.offers import Machine, Offer, RefreshError

ENDPOINT: Final = "https://cloudbilling.googleapis.com"
COMPUTE_ENGINE: Final = "6F81-5844-456A"
# The catalogue has some dozens of thousands of items, 5,000 a page.
MOST_PAGES: Final = 200
PAGE_ITEMS: Final = 5000
NANOS: Final = 1e9

PURCHASE_OF_USAGE: Final = {
    "OnDemand": "on_demand",
    "Preemptible": "spot",
    "Commit1Yr": "reserved_1y",
    "Commit3Yr": "reserved_3y",
}
# "Spot Preemptible N2D AMD Instance Ram running in Frankfurt", "N1 Predefined Instance Core running in Americas".
_USED = re.compile(r"^(?:Spot Preemptible )?(\w+)(?: AMD| Arm| Predefined)? Instance (Core|Ram) running in ")
# "Commitment v1: E2 Cpu in Americas for 1 Year"; that of N1 names no family.
_COMMITTED = re.compile(r"^Commitment v1: (?:(\w+)(?: AMD| Arm)? )?(Cpu|Ram) in ")
_PARTS: Final = {"Core": "core", "Cpu": "core", "Ram": "gib"}
_UNITS: Final = {"core": ("h",), "gib": ("GiBy.h",)}

# USD per hour of a core or a GiB, by family, purchase term and part.
_Parts = dict[tuple[str, str, str], float]


def offers(
    fetcher: Fetcher,
    regions: list[str],
    machines: Mapping[str, Machine],
    progress: Progress,
    key: str,
    endpoint: str = ENDPOINT,
) -> Iterator[Offer]:
    """
    Prices of several regions, from one pass over the catalogue.

    Parameters
    ----------
    fetcher : Fetcher
        Asks.
    regions : list of str
        Regions, as the provider names them.
    machines : mapping
        The types whose prices are wanted.
    progress : callable
        Told of each page.
    key : str
        Key of the API.
    endpoint : str
        Address of the API.

    Yields
    ------
    offer : Offer
        A price for Linux: vCPUs times that of a core, and memory times that of a GiB.

    Raises
    ------
    RefreshError
        If an answer is not as documented.
    """
    parts: dict[str, _Parts] = {region: {} for region in regions}
    for item in _items(fetcher, endpoint, key, progress):
        _add(item, parts)
    for region, prices in parts.items():
        for instance, machine in machines.items():
            family = instance.partition("-")[0]
            for purchase in PURCHASE_OF_USAGE.values():
                core, gib = prices.get((family, purchase, "core")), prices.get((family, purchase, "gib"))
                if core is not None and gib is not None:
                    yield Offer(region, instance, purchase, machine.vcpus * core + machine.memory_gib * gib)


def _items(fetcher: Fetcher, endpoint: str, key: str, progress: Progress) -> Iterator[Mapping[str, Any]]:
    url = f"{endpoint}/v1/services/{COMPUTE_ENGINE}/skus"
    token = ""
    for page in range(1, MOST_PAGES + 1):
        asked = {"key": key, "pageSize": str(PAGE_ITEMS), "currencyCode": "USD"} | (
            {"pageToken": token} if token else {}
        )
        answer = fetcher.json(url, asked)
        items = answer.get("skus")
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise RefreshError("a Google answer has no list of items")
        yield from items
        progress(page, 0)
        token = str(answer.get("nextPageToken") or "")
        if not token:
            return
    raise RefreshError(f"the Google answer does not end after {MOST_PAGES} pages")


def _add(item: Mapping[str, Any], parts: dict[str, _Parts]) -> None:
    """Note the price in an item, if it is that of a core or of memory in a region that is asked for."""
    regions = [region for region in item.get("serviceRegions", ()) if region in parts]
    category = item.get("category", {})
    purchase = PURCHASE_OF_USAGE.get(str(category.get("usageType")))
    description = str(item.get("description", ""))
    match = _USED.match(description) or _COMMITTED.match(description)
    # Machines that are booked ahead by the calendar have prices of their own.
    if not regions or purchase is None or match is None or "DWS" in description:
        return
    family, part = (match[1] or "N1").lower(), _PARTS[match[2]]
    price = _usd_per_hour(item, description, part)
    if price <= 0:
        return
    for region in regions:
        known = parts[region].setdefault((family, purchase, part), price)
        if known != price:
            raise RefreshError(f"the answer has two prices for {description!r} in {region}: {known:g} and {price:g}")


def _usd_per_hour(item: Mapping[str, Any], description: str, part: str) -> float:
    try:
        expression = item["pricingInfo"][-1]["pricingExpression"]
        unit, rate = expression["usageUnit"], expression["tieredRates"][-1]["unitPrice"]
        price = float(rate.get("units", 0) or 0) + float(rate.get("nanos", 0)) / NANOS
        currency = rate["currencyCode"]
    except (KeyError, IndexError, TypeError, ValueError):
        raise RefreshError(f"the item {description[:80]!r} of Google has no price that can be read") from None
    if unit not in _UNITS[part] or currency != "USD":
        raise RefreshError(f"the price of {description[:80]!r} is in {currency} per {unit!r}, not USD per hour")
    return price
