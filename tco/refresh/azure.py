"""Azure: the Retail Prices API, which needs no key."""

from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from tco.refresh.fetch import Fetcher, Progress
from tco.refresh.offers import Machine, Offer, RefreshError

ENDPOINT: Final = "https://prices.azure.com/api/retail/prices"
VERSION: Final = "2023-01-01-preview"
# A region has about ten pages.
MOST_PAGES: Final = 1000

HOURS_OF_TERM: Final = {"1 Year": ("reserved_1y", 8_760), "3 Years": ("reserved_3y", 26_280)}


def offers(
    fetcher: Fetcher, region: str, machines: Mapping[str, Machine], progress: Progress, endpoint: str = ENDPOINT
) -> Iterator[Offer]:
    """
    Prices of a region.

    Parameters
    ----------
    fetcher : Fetcher
        Asks.
    region : str
        Region, as the provider names it.
    machines : mapping
        The types whose prices are wanted.
    progress : callable
        Told of each page.
    endpoint : str
        Address of the API.

    Yields
    ------
    offer : Offer
        A price for Linux.

    Raises
    ------
    RefreshError
        If an answer is not as documented.
    """
    for kind in ("Consumption", "Reservation"):
        # Values are case-sensitive.
        wanted = f"serviceName eq 'Virtual Machines' and priceType eq '{kind}' and armRegionName eq '{region}'"
        for item in _items(fetcher, endpoint, wanted, progress):
            offer = _offer(item, region, machines)
            if offer is not None:
                yield offer


def _items(fetcher: Fetcher, endpoint: str, wanted: str, progress: Progress) -> Iterator[dict[str, Any]]:
    """The items of all pages."""
    answer = fetcher.json(endpoint, {"api-version": VERSION, "$filter": wanted})
    for page in range(1, MOST_PAGES + 1):
        items = answer.get("Items")
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise RefreshError("an Azure answer has no list of items")
        yield from items
        progress(page, 0)
        following = answer.get("NextPageLink")
        if not following:
            return
        # The next page must come from where the first one did.
        if not isinstance(following, str) or urlsplit(following)[:2] != urlsplit(endpoint)[:2]:
            raise RefreshError("an Azure answer names a next page on another host")
        answer = fetcher.json(following)
    raise RefreshError(f"the Azure answer does not end after {MOST_PAGES} pages")


def _offer(item: Mapping[str, Any], region: str, machines: Mapping[str, Machine]) -> Offer | None:
    """The price in an item; None for what is no Linux server of a known type, or costs nothing."""
    instance = str(item.get("armSkuName", ""))
    if instance not in machines or item.get("armRegionName") != region or not _is_plain_linux(item):
        return None
    price, unit, currency = item.get("retailPrice"), item.get("unitOfMeasure"), item.get("currencyCode", "USD")
    if not isinstance(price, int | float):
        raise RefreshError(f"the price of {instance} in {region} is no number")
    if price <= 0:
        return None
    if unit != "1 Hour" or currency != "USD":
        raise RefreshError(f"the price of {instance} in {region} is in {currency} per {unit!r}, not USD per hour")
    if item.get("type") == "Reservation":
        term = HOURS_OF_TERM.get(str(item.get("reservationTerm")))
        # The price is that of the whole term, although the unit says hour.
        return None if term is None else Offer(region, instance, term[0], price / term[1])
    return Offer(region, instance, "spot" if " Spot" in str(item.get("skuName")) else "on_demand", float(price))


def _is_plain_linux(item: Mapping[str, Any]) -> bool:
    """No Windows, no service of another name, no machine that may be taken away but for spot, no meter of the past."""
    product = str(item.get("productName", ""))
    meter = f"{item.get('skuName', '')} {item.get('meterName', '')}"
    return (
        item.get("type") in ("Consumption", "Reservation")
        and " Win" not in product
        and "Cloud Services" not in product
        and "Low Priority" not in meter
        and "Expired" not in meter
    )
