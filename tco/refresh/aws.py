"""AWS: the bulk offer files, one CSV a region, which need no key."""

import csv
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, TextIO

from tco.refresh.fetch import Fetcher, Progress
from tco.refresh.offers import Machine, Offer, RefreshError

ENDPOINT: Final = "https://pricing.us-east-1.amazonaws.com"
METADATA_LINES: Final = 5
NEEDED: Final = (
    "SKU",
    "TermType",
    "Unit",
    "PricePerUnit",
    "Currency",
    "LeaseContractLength",
    "PurchaseOption",
    "OfferingClass",
    "Instance Type",
    "Tenancy",
    "Operating System",
    "CapacityStatus",
    "Pre Installed S/W",
)
HOURS_OF_LEASE: Final = {"1yr": ("reserved_1y", 8_760), "3yr": ("reserved_3y", 26_280)}


def offers(
    fetcher: Fetcher, region: str, machines: Mapping[str, Machine], progress: Progress, endpoint: str = ENDPOINT
) -> Iterator[Offer]:
    """
    Prices of a region: on demand, and reserved as standard, all upfront.

    Parameters
    ----------
    fetcher : Fetcher
        Asks.
    region : str
        Region, as the provider names it.
    machines : mapping
        The types whose prices are wanted.
    progress : callable
        Told how much of the file is there.
    endpoint : str
        Address that the offer files lie under.

    Yields
    ------
    offer : Offer
        A price for Linux on shared machines.

    Raises
    ------
    RefreshError
        If an answer is not as documented.
    """
    if not re.fullmatch(r"[a-z0-9-]{1,40}", region):
        raise RefreshError(f"{region[:60]!r} is no name of a region")
    # Kept from one attempt to the next, so that a broken download of hundreds of megabytes is gone on with.
    path = Path(tempfile.gettempdir()) / f"tco-refresh-{_owner()}" / f"aws-{region}.csv"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    fetcher.download(f"{endpoint}/offers/v1.0/aws/AmazonEC2/current/{region}/index.csv", path, progress)
    try:
        with path.open(newline="", encoding="utf-8", errors="replace") as file:
            yield from _offers(file, region, machines)
    finally:
        path.unlink(missing_ok=True)


def _owner() -> str:
    return re.sub(r"\W", "", Path.home().name) or "user"


def _offers(file: TextIO, region: str, machines: Mapping[str, Machine]) -> Iterator[Offer]:
    for _ in range(METADATA_LINES):
        file.readline()
    rows = csv.DictReader(file)
    lacking = [column for column in NEEDED if column not in (rows.fieldnames or ())]
    if lacking:
        raise RefreshError(f"the AWS offer file of {region} has no column {lacking[0]!r}")
    upfront: dict[tuple[str, str], float] = {}
    for row in rows:
        if None in row.values():
            raise RefreshError(f"the AWS offer file of {region} breaks off in line {rows.line_num + METADATA_LINES}")
        instance = row["Instance Type"]
        if instance not in machines or not _is_plain_linux(row):
            continue
        price = _price(row, instance, region)
        if row["TermType"] == "OnDemand" and price > 0:
            if row["Unit"] != "Hrs":
                raise RefreshError(f"the price of {instance} in {region} is per {row['Unit']!r}, not per hour")
            yield Offer(region, instance, "on_demand", price)
        elif _is_standard_upfront(row):
            purchase, hours = HOURS_OF_LEASE[row["LeaseContractLength"]]
            # The payment of the whole term stands in one row, what is due each hour in another.
            share = price / hours if row["Unit"] == "Quantity" else price
            upfront[instance, purchase] = upfront.get((instance, purchase), 0.0) + share
    for (instance, purchase), usd_per_hour in upfront.items():
        if usd_per_hour > 0:
            yield Offer(region, instance, purchase, usd_per_hour)


def _is_plain_linux(row: Mapping[str, str]) -> bool:
    """No other system, no dedicated machine (6 to 10 per cent dearer), no capacity reservation (listed at nothing)."""
    return (
        row["Operating System"] == "Linux"
        and row["Tenancy"] == "Shared"
        and row["CapacityStatus"] == "Used"
        and row["Pre Installed S/W"] == "NA"
    )


def _is_standard_upfront(row: Mapping[str, str]) -> bool:
    return (
        row["TermType"] == "Reserved"
        and row["OfferingClass"] == "standard"
        and row["PurchaseOption"] == "All Upfront"
        and row["LeaseContractLength"] in HOURS_OF_LEASE
    )


def _price(row: Mapping[str, str], instance: str, region: str) -> float:
    if row["Currency"] != "USD":
        raise RefreshError(f"the price of {instance} in {region} is in {row['Currency']!r}, not in USD")
    try:
        return float(row["PricePerUnit"])
    except ValueError:
        raise RefreshError(f"the price of {instance} in {region} is no number: {row['PricePerUnit'][:40]!r}") from None
