"""Refresh: recorded-shaped answers from loopback, each guard, and a price list that no failure touches."""

import csv
import io
import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tco.assumptions import data_directory
from tco.cli import app
from tco.pricing import read_core_speeds, read_prices
from tco.refresh import fetch
from tco.refresh.command import refresh_prices
from tco.refresh.offers import RefreshError
from tco.refresh.write import previous_of, write_prices
from tests.price_server import as_json, serving
from tests.tables import PRICE_HEADER, assert_one_sentence

TODAY = date(2026, 11, 24)
CORE_SPEEDS = read_core_speeds(data_directory() / "core_speeds.csv")
OLD = "\n".join(
    [
        PRICE_HEADER,
        "aws,us-east-1,m5.large,x86_64,2,8,1,0.096,0.03,,,2025-03-02,aws-list-2025",
        "aws,us-east-1,m5.xlarge,x86_64,4,16,1,0.192,,,,2025-03-02,aws-list-2025",
        "azure,eastus,Standard_D2s_v5,x86_64,2,8,1,0.096,0.02,,,2026-06-18,azure-list-2026",
        "azure,eastus,Standard_D4s_v5,x86_64,4,16,1,0.192,,,,2026-06-18,azure-list-2026",
        "gcp,us-central1,e2-micro,x86_64,0.25,1,1,0.0084,,,,2026-07-30,gcp-list-2026",
        "gcp,us-central1,n2-standard-2,x86_64,2,8,1,0.097118,,,,2026-07-30,gcp-list-2026",
        "gcp,us-central1,n2-standard-4,x86_64,4,16,1,0.194236,,,,2026-07-30,gcp-list-2026",
        "",
    ]
)


@pytest.fixture
def server():
    with serving() as running:
        yield running


@pytest.fixture
def price_list(tmp_path):
    path = tmp_path / "pricing.csv"
    path.write_text(OLD, encoding="utf-8")
    return path


def run(provider, price_list, server, **options):
    """A refresh that waits for nothing."""
    chosen = {"endpoint": server.address + ENDPOINT_PATH[provider], "key": "", "left_out": (), "force": False}
    chosen |= {"dry_run": False, "backoff_seconds": 0.0, "regions": (), "data": price_list, "today": TODAY} | options
    refresh_prices(provider, **chosen)


def rows_of(path):
    return {row.instance: row for row in read_prices(path, CORE_SPEEDS).rows}


def refused(provider, price_list, server, *parts, **options):
    """The refresh is refused in one sentence, and the list and its neighbours are as they were."""
    before = {path.name: path.read_bytes() for path in price_list.parent.iterdir()}
    with pytest.raises(RefreshError) as caught:
        run(provider, price_list, server, **options)
    assert_one_sentence(str(caught.value), *parts)
    assert {path.name: path.read_bytes() for path in price_list.parent.iterdir()} == before


# ---- Azure

ENDPOINT_PATH = {"azure": "/api/retail/prices", "aws": "", "gcp": ""}


def azure_item(name="Standard_D2s_v5", price=0.098, **changes):
    """An item as the documentation of the Retail Prices API shows it."""
    item = {
        "currencyCode": "USD",
        "tierMinimumUnits": 0.0,
        "retailPrice": price,
        "unitPrice": price,
        "armRegionName": "eastus",
        "location": "US East",
        "effectiveStartDate": "2026-09-01T00:00:00Z",
        "meterName": name.removeprefix("Standard_").replace("_", " "),
        "productName": "Virtual Machines Dsv5 Series",
        "skuName": name.removeprefix("Standard_").replace("_", " "),
        "serviceName": "Virtual Machines",
        "unitOfMeasure": "1 Hour",
        "type": "Consumption",
        "isPrimaryMeterRegion": True,
        "armSkuName": name,
    }
    return item | changes


GOOD_AZURE = [azure_item(), azure_item("Standard_D4s_v5", 0.196)]


def serve_azure(server, consumption, reservation=()):
    """Both kinds of price, on one page each."""

    def route(query, _headers, _times):
        items = list(reservation if "'Reservation'" in query["$filter"] else consumption)
        return as_json({"Items": items, "NextPageLink": None, "Count": len(items)})

    server.routes["/api/retail/prices"] = route


def test_azure_prices_are_renewed_and_the_list_before_is_kept(server, price_list, capsys):
    """
    0.096 becomes 0.098, +2.1 per cent; spot follows; a reservation of 500 USD a year is 500 / 8,760 an hour.

    Windows, Low Priority, Cloud Services, expired meters and rows at nothing are passed over.
    """
    noise = [
        azure_item(price=0.19, productName="Virtual Machines Dsv5 Series Windows"),
        azure_item(price=0.02, skuName="D2s v5 Low Priority"),
        azure_item(price=0.5, productName="Cloud Services Dsv5 Series"),
        azure_item(price=0.5, meterName="D2s v5 Expired"),
        azure_item(price=0.0),
        azure_item("Standard_M128", 13.0),
        azure_item(price=0.03, armRegionName="westeurope"),
    ]
    spot = azure_item(price=0.025, skuName="D2s v5 Spot")
    terms = [
        azure_item(price=500.0, type="Reservation", reservationTerm="1 Year"),
        azure_item(price=900.0, type="Reservation", reservationTerm="3 Years"),
        azure_item(price=1200.0, type="Reservation", reservationTerm="5 Years"),
    ]
    serve_azure(server, [*noise, *GOOD_AZURE, spot], terms)
    run("azure", price_list, server)
    rows = rows_of(price_list)
    small = rows["Standard_D2s_v5"]
    assert (small.on_demand_usd_per_hour, small.spot_usd_per_hour) == (0.098, 0.025)
    assert small.reserved_1y_usd_per_hour == pytest.approx(500 / 8_760, rel=1e-9)
    assert small.reserved_3y_usd_per_hour == pytest.approx(900 / 26_280, rel=1e-9)
    assert (small.as_of, small.source) == ("2026-11-24", "azure-retail-prices")
    assert rows["m5.large"].as_of == "2025-03-02"
    assert previous_of(price_list).read_text(encoding="utf-8") == OLD
    printed = capsys.readouterr().out
    assert "5 prices change" in printed
    assert "0.096" in printed
    assert "+2.1" in printed


def test_all_pages_are_read(server, price_list):
    """The second type stands on the second page, which the first one links to."""

    def route(query, _headers, _times):
        if "'Reservation'" in query.get("$filter", ""):
            return as_json({"Items": [], "NextPageLink": None})
        if "$skip" in query:
            return as_json({"Items": GOOD_AZURE[1:], "NextPageLink": None})
        link = f"{server.address}/api/retail/prices?$skip=1000"
        return as_json({"Items": GOOD_AZURE[:1], "NextPageLink": link})

    server.routes["/api/retail/prices"] = route
    run("azure", price_list, server)
    assert rows_of(price_list)["Standard_D4s_v5"].on_demand_usd_per_hour == 0.196


def test_a_busy_server_is_asked_again(server, price_list):
    """Two answers of 429, one of 503, and then the prices."""

    def route(query, _headers, times):
        if times <= 3:
            return as_json({}, 429 if times < 3 else 503, {"Retry-After": "0"})
        return as_json({"Items": [] if "'Reservation'" in query["$filter"] else GOOD_AZURE, "NextPageLink": None})

    server.routes["/api/retail/prices"] = route
    run("azure", price_list, server)
    assert rows_of(price_list)["Standard_D2s_v5"].on_demand_usd_per_hour == 0.098
    assert len(server.asked) == 5


def test_a_server_that_stays_busy_is_left_alone_in_the_end(server, price_list):
    """One question and six more; then a sentence with the status."""
    server.routes["/api/retail/prices"] = lambda *_: as_json({}, 429)
    refused("azure", price_list, server, "status 429")
    assert len(server.asked) == 1 + fetch.RETRIES


BAD_AZURE = {
    "another unit": ([azure_item(unitOfMeasure="1 Month"), GOOD_AZURE[1]], ["Standard_D2s_v5", "'1 Month'"]),
    "another currency": ([azure_item(currencyCode="EUR"), GOOD_AZURE[1]], ["Standard_D2s_v5", "EUR"]),
    "a price in words": ([azure_item(price="cheap"), GOOD_AZURE[1]], ["Standard_D2s_v5", "no number"]),
    "Windows only": ([azure_item(productName="Virtual Machines Dsv5 Series Windows")], ["0 of the 2", "not whole"]),
    "zeros only": ([azure_item(price=0.0), azure_item("Standard_D4s_v5", 0.0)], ["0 of the 2", "not whole"]),
    "negative prices": ([azure_item(price=-1), azure_item("Standard_D4s_v5", -2)], ["0 of the 2"]),
    "two prices": ([*GOOD_AZURE, azure_item(price=0.1)], ["two prices", "Standard_D2s_v5", "0.098", "0.1"]),
    "spot above on demand": (
        [*GOOD_AZURE, azure_item(price=0.2, skuName="D2s v5 Spot")],
        ["discount", "Standard_D2s_v5", "spot 0.2"],
    ),
    "a bent family": ([azure_item(price=0.098), azure_item("Standard_D4s_v5", 0.21)], ["out of line", "D4s_v5"]),
    "a large change": (
        [azure_item(price=0.13), azure_item("Standard_D4s_v5", 0.26)],
        ["0.096 to 0.13", "30%", "1 more", "--force"],
    ),
    "items of another kind": (["text"], ["no list of items"]),
}


@pytest.mark.parametrize("kind", BAD_AZURE)
def test_a_bad_answer_changes_nothing(kind, server, price_list):
    """Each guard refuses in one sentence, and the directory is byte for byte as it was."""
    items, parts = BAD_AZURE[kind]
    serve_azure(server, items)
    refused("azure", price_list, server, *parts)


def test_reservations_taken_for_hourly_prices_are_refused(server, price_list):
    """A three-year total of which a year costs more than on demand is no discount."""
    serve_azure(server, GOOD_AZURE, [azure_item(price=3000.0, type="Reservation", reservationTerm="3 Years")])
    refused("azure", price_list, server, "discount", "reserved_3y")


BROKEN = {
    "no JSON": ((200, {}, b"<html>maintenance</html>", None), ["no whole JSON"]),
    "half a JSON": ((200, {}, b'{"Items": [{"armSkuName": "Stan', None), ["no whole JSON"]),
    "a broken connection": ((200, {"Content-Length": "5000"}, b'{"Items": [', None), ["broke off"]),
    "a list": (as_json([]), ["no JSON object"]),
    "no items": (as_json({"error": "x"}), ["no list of items"]),
    "forbidden": (as_json({}, 403), ["status 403"]),
    "a way to elsewhere": (as_json({}, 302, {"Location": "http://127.0.0.1:9/"}), ["status 302"]),
    "a next page elsewhere": (as_json({"Items": [], "NextPageLink": "http://example.org/"}), ["another host"]),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_answer_changes_nothing(kind, server, price_list):
    """Truncated, wrong or foreign answers are refused in one sentence."""
    answer, parts = BROKEN[kind]
    server.routes["/api/retail/prices"] = lambda *_: answer
    refused("azure", price_list, server, *parts)


def test_pages_without_end_are_refused(server, price_list, monkeypatch):
    """A page that links to itself is not followed for ever."""
    monkeypatch.setattr("tco.refresh.azure.MOST_PAGES", 5)
    link = f"{server.address}/api/retail/prices?again=1"
    server.routes["/api/retail/prices"] = lambda *_: as_json({"Items": [], "NextPageLink": link})
    refused("azure", price_list, server, "does not end")


def test_force_takes_a_large_change(server, price_list):
    """0.13 instead of 0.096, 35 per cent more, on request."""
    serve_azure(server, BAD_AZURE["a large change"][0])
    run("azure", price_list, server, force=True)
    assert rows_of(price_list)["Standard_D2s_v5"].on_demand_usd_per_hour == 0.13


def test_a_type_can_be_left_as_it_is(server, price_list):
    """The type with two prices is named, and the rest is renewed."""
    serve_azure(server, BAD_AZURE["two prices"][0])
    run("azure", price_list, server, left_out=("Standard_D2s_v5",))
    rows = rows_of(price_list)
    assert rows["Standard_D2s_v5"].on_demand_usd_per_hour == 0.096
    assert rows["Standard_D4s_v5"].on_demand_usd_per_hour == 0.196


def test_a_dry_run_writes_nothing(server, price_list, capsys):
    """The changes are shown, and the directory holds the old list alone."""
    serve_azure(server, GOOD_AZURE)
    run("azure", price_list, server, dry_run=True)
    assert price_list.read_text(encoding="utf-8") == OLD
    assert list(price_list.parent.iterdir()) == [price_list]
    assert "prices change" in capsys.readouterr().out


def test_an_old_spot_price_above_the_new_price_is_dropped(server, price_list):
    """Without a spot price in the answer the old one stays, unless it is no discount any more: then it is not known."""
    text = OLD.replace("0.096,0.02", "0.096,0.095")
    price_list.write_text(text, encoding="utf-8")
    serve_azure(server, [azure_item(price=0.09), azure_item("Standard_D4s_v5", 0.18)])
    run("azure", price_list, server)
    assert rows_of(price_list)["Standard_D2s_v5"].spot_usd_per_hour is None


def test_a_region_that_the_list_lacks_is_added(server, price_list):
    """A type that is known from another region has the same vCPUs and memory there."""

    def route(query, _headers, _times):
        region = "westeurope" if "'westeurope'" in query["$filter"] else "eastus"
        items = [item | {"armRegionName": region} for item in GOOD_AZURE]
        return as_json({"Items": [] if "'Reservation'" in query["$filter"] else items, "NextPageLink": None})

    server.routes["/api/retail/prices"] = route
    run("azure", price_list, server, regions=("westeurope",))
    prices = read_prices(price_list, CORE_SPEEDS)
    assert prices.regions["azure"] == ("eastus", "westeurope")
    assert prices.search(region="westeurope").columns["vcpus"].tolist() == [2, 4]


# ---- AWS

AWS_COLUMNS = next(
    csv.reader(
        [
            "SKU,OfferTermCode,RateCode,TermType,PriceDescription,EffectiveDate,Unit,PricePerUnit,Currency,"
            "LeaseContractLength,PurchaseOption,OfferingClass,Instance Type,vCPU,Memory,Tenancy,Operating System,"
            "CapacityStatus,Pre Installed S/W,Region Code"
        ]
    )
)


def aws_row(instance="m5.large", price="0.1", **changes):
    row = dict.fromkeys(AWS_COLUMNS, "") | {
        "SKU": f"SKU{instance}",
        "TermType": "OnDemand",
        "Unit": "Hrs",
        "PricePerUnit": price,
        "Currency": "USD",
        "Instance Type": instance,
        "Tenancy": "Shared",
        "Operating System": "Linux",
        "CapacityStatus": "Used",
        "Pre Installed S/W": "NA",
    }
    return row | {name.replace("_", " "): value for name, value in changes.items()}


def upfront(unit, price, years="1yr"):
    return aws_row(
        price=price,
        Unit=unit,
        TermType="Reserved",
        LeaseContractLength=years,
        PurchaseOption="All Upfront",
        OfferingClass="standard",
    )


def offer_file(*rows):
    """An offer file: five lines of metadata, a header, rows with everything in quotes."""
    text = io.StringIO()
    for line in ("FormatVersion,v1.0", "Disclaimer,x", "Publication Date,x", "Version,x", "OfferCode,AmazonEC2"):
        text.write(",".join(f'"{cell}"' for cell in line.split(",")) + "\n")
    writer = csv.DictWriter(text, AWS_COLUMNS, quoting=csv.QUOTE_ALL, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


AWS_PATH = "/offers/v1.0/aws/AmazonEC2/current/us-east-1/index.csv"
AWS_NOISE = [
    aws_row(price="0.3", Operating_System="Windows"),
    aws_row(price="0.106", Tenancy="Dedicated"),
    aws_row(price="0.0000000000", CapacityStatus="AllocatedCapacityReservation"),
    aws_row(price="0.2") | {"Pre Installed S/W": "SQL Std"},
    aws_row("x1e.32xlarge", price="26.7"),
]
GOOD_AWS = [aws_row(), aws_row("m5.xlarge", "0.2")]


@pytest.fixture(autouse=True)
def _no_download_of_others(tmp_path_factory, monkeypatch):
    """Downloads of a test lie in a directory of its own, and go to disk in pieces of 100 bytes."""
    monkeypatch.setattr("tco.refresh.fetch.CHUNK_BYTES", 100)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path_factory.mktemp("downloads")))


def test_aws_prices_are_renewed(server, price_list):
    """
    Linux on shared machines at 0.1; a year upfront of 500 USD is 500 / 8,760 an hour, whatever the other rows say.

    The spot price, which the offer files lack, stays.
    """
    reserved = [upfront("Quantity", "500"), upfront("Hrs", "0.0000000000")]
    content = offer_file(*AWS_NOISE, *GOOD_AWS, *reserved)
    server.routes[AWS_PATH] = lambda *_: (200, {}, content, None)
    run("aws", price_list, server)
    row = rows_of(price_list)["m5.large"]
    assert (row.on_demand_usd_per_hour, row.spot_usd_per_hour, row.source) == (0.1, 0.03, "aws-offer-files")
    assert row.reserved_1y_usd_per_hour == pytest.approx(500 / 8_760, rel=1e-9)


def test_a_broken_download_is_gone_on_with(server, price_list):
    """The connection is cut after 700 bytes; the second question asks for the rest only, of the same file."""
    content = offer_file(*AWS_NOISE, *GOOD_AWS)

    def route(_query, headers, times):
        if times == 1:
            return 200, {"ETag": '"v1"', "Content-Length": str(len(content))}, content[:700], None
        assert headers["Range"] == "bytes=700-"
        assert headers["If-Range"] == '"v1"'
        return 206, {"ETag": '"v1"'}, content[700:], None

    server.routes[AWS_PATH] = route
    run("aws", price_list, server)
    assert rows_of(price_list)["m5.xlarge"].on_demand_usd_per_hour == 0.2
    assert len(server.asked) == 2


def test_a_download_of_a_run_before_is_gone_on_with(server, price_list):
    """A server that breaks off and then falls silent ends the first run; the second run fetches the rest."""
    content = offer_file(*GOOD_AWS)
    server.routes[AWS_PATH] = lambda _query, _headers, times: (
        (200, {"ETag": '"v1"', "Content-Length": str(len(content))}, content[:300], None)
        if times == 1
        else as_json({}, 404)
    )
    refused("aws", price_list, server, "status 404")
    server.routes[AWS_PATH] = lambda _query, headers, _times: (
        (206, {"ETag": '"v1"'}, content[300:], None) if headers["Range"] == "bytes=300-" else as_json({}, 500)
    )
    run("aws", price_list, server)
    assert rows_of(price_list)["m5.large"].on_demand_usd_per_hour == 0.1


def test_a_file_that_changed_meanwhile_is_fetched_as_a_whole(server, price_list):
    """A server that answers the question for the rest with 200 sends another file: nothing of the first one stays."""
    content = offer_file(*GOOD_AWS)
    server.routes[AWS_PATH] = lambda _query, _headers, times: (
        (200, {"ETag": '"v1"', "Content-Length": "9999"}, b"x" * 500, None)
        if times == 1
        else (200, {"ETag": '"v2"'}, content, None)
    )
    run("aws", price_list, server)
    assert rows_of(price_list)["m5.large"].on_demand_usd_per_hour == 0.1


BAD_AWS = {
    "another unit": (offer_file(aws_row(Unit="Month"), GOOD_AWS[1]), ["m5.large", "'Month'"]),
    "another currency": (offer_file(aws_row(Currency="CNY")), ["'CNY'"]),
    "a price in words": (offer_file(aws_row(price="free")), ["'free'"]),
    "dedicated only": (offer_file(AWS_NOISE[1]), ["0 of the 2", "not whole"]),
    "Windows only": (offer_file(AWS_NOISE[0]), ["0 of the 2"]),
    "zeros only": (offer_file(aws_row(price="0.0"), aws_row("m5.xlarge", "0.0")), ["0 of the 2"]),
    "a column less": (offer_file(*GOOD_AWS).replace(b'"Tenancy"', b'"Tenant"'), ["no column 'Tenancy'"]),
    "a file that breaks off": (offer_file(*GOOD_AWS)[:-40], ["breaks off"]),
    "no file": (b"", ["no column"]),
}


@pytest.mark.parametrize("kind", BAD_AWS)
def test_a_bad_offer_file_changes_nothing(kind, server, price_list):
    """Each fault of the file is told in one sentence."""
    content, parts = BAD_AWS[kind]
    server.routes[AWS_PATH] = lambda *_: (200, {}, content, None)
    refused("aws", price_list, server, *parts)


def test_a_region_that_is_a_path_is_refused(server, price_list):
    """Nothing but a name goes into the address."""
    refused("aws", price_list, server, "no name of a region", regions=("../../secret",))
    assert server.asked == []


# ---- Google


def sku(description, usage="OnDemand", nanos=31611000, unit="h", units="0", regions=("us-central1",), currency="USD"):
    """An item as the reference of the Cloud Billing Catalog shows it."""
    rate = {"startUsageAmount": 0, "unitPrice": {"currencyCode": currency, "units": units, "nanos": nanos}}
    return {
        "skuId": "0000-0000-0000",
        "description": description,
        "category": {"resourceFamily": "Compute", "resourceGroup": "CPU", "usageType": usage},
        "serviceRegions": list(regions),
        "pricingInfo": [{"pricingExpression": {"usageUnit": unit, "tieredRates": [rate]}}],
    }


GOOD_GCP = [
    sku("N2 Instance Core running in Iowa"),
    sku("N2 Instance Ram running in Iowa", nanos=4237000, unit="GiBy.h"),
    sku("Spot Preemptible N2 Instance Core running in Iowa", "Preemptible", 7650000),
    sku("Spot Preemptible N2 Instance Ram running in Iowa", "Preemptible", 1025000, "GiBy.h"),
    sku("Commitment v1: N2 Cpu in Iowa for 1 Year", "Commit1Yr", 19915000),
    sku("Commitment v1: N2 Ram in Iowa for 1 Year", "Commit1Yr", 2669000, "GiBy.h"),
    sku("E2 Instance Core running in Iowa", nanos=21811590),
    sku("E2 Instance Ram running in Iowa", nanos=2923530, unit="GiBy.h"),
]
GCP_NOISE = [
    sku("N2 Custom Instance Core running in Iowa", nanos=33191000),
    sku("N2 Sole Tenancy Instance Core running in Iowa", nanos=40000000),
    sku("N2 Instance Core running in Iowa DWS Calendar Mode", nanos=20000000),
    sku("N2 Instance Core running in Frankfurt", nanos=40000000, regions=("europe-west3",)),
    sku("Storage PD Capacity", unit="GiBy.mo"),
]
GCP_PATH = "/v1/services/6F81-5844-456A/skus"


def serve_gcp(server, items):
    server.routes[GCP_PATH] = lambda *_: as_json({"skus": items, "nextPageToken": ""})


def test_google_types_are_put_together_from_cores_and_memory(server, price_list):
    """
    n2-standard-2: 2 x 0.031611 + 8 x 0.004237 = 0.097118 on demand; 2 x 0.019915 + 8 x 0.002669 = 0.061182 for a year.

    e2-micro has a quarter of a core: 0.25 x 0.02181159 + 1 x 0.00292353 = 0.0083764275.
    """
    pages = {"": (GOOD_GCP[:3] + GCP_NOISE, "two"), "two": (GOOD_GCP[3:], "")}

    def route(query, _headers, _times):
        items, token = pages[query.get("pageToken", "")]
        assert query["key"] == "secret"
        return as_json({"skus": items, "nextPageToken": token})

    server.routes[GCP_PATH] = route
    run("gcp", price_list, server, key="secret")
    rows = rows_of(price_list)
    assert rows["n2-standard-2"].on_demand_usd_per_hour == pytest.approx(0.097118, rel=1e-9)
    assert rows["n2-standard-2"].reserved_1y_usd_per_hour == pytest.approx(0.061182, rel=1e-9)
    assert rows["n2-standard-2"].spot_usd_per_hour == pytest.approx(0.0235, rel=1e-9)
    assert rows["n2-standard-2"].reserved_3y_usd_per_hour is None
    assert rows["e2-micro"].on_demand_usd_per_hour == pytest.approx(0.0083764275, rel=1e-9)


BAD_GCP = {
    "another unit": ([sku("N2 Instance Core running in Iowa", unit="mo")], ["N2 Instance Core", "'mo'"]),
    "memory by the byte": ([sku("N2 Instance Ram running in Iowa", unit="By.h")], ["'By.h'"]),
    "another currency": ([sku("N2 Instance Core running in Iowa", currency="EUR")], ["EUR"]),
    "no price": ([sku("N2 Instance Core running in Iowa") | {"pricingInfo": []}], ["no price"]),
    "two prices": ([*GOOD_GCP, sku("N2 Instance Core running in Iowa", nanos=1)], ["two prices"]),
    "cores without memory": (GOOD_GCP[:1], ["0 of the 3"]),
    "zeros": ([sku("N2 Instance Core running in Iowa", nanos=0)], ["0 of the 3"]),
}


@pytest.mark.parametrize("kind", BAD_GCP)
def test_a_bad_catalogue_changes_nothing(kind, server, price_list):
    """Each fault of the answer is told in one sentence."""
    items, parts = BAD_GCP[kind]
    serve_gcp(server, items)
    refused("gcp", price_list, server, *parts, key="secret")


def test_google_without_a_key_is_told_so(server, price_list):
    """The sentence says how to give one, and nothing is asked."""
    refused("gcp", price_list, server, "--key", "TCO_GOOGLE_KEY")
    assert server.asked == []


def test_a_key_stands_in_no_message(server, price_list):
    """A status that is refused is told without the query."""
    server.routes[GCP_PATH] = lambda *_: as_json({}, 403)
    with pytest.raises(RefreshError) as caught:
        run("gcp", price_list, server, key="secret")
    assert "secret" not in str(caught.value)


# ---- without network, and files


def test_without_network_the_command_says_so_in_one_sentence(price_list):
    """Exit code 2, one line, and the list as it was."""
    arguments = ["--provider", "azure", "--data", str(price_list), "--endpoint", "http://127.0.0.1:1/prices"]
    environment = {"PYTHONWARNINGS": "error"}
    done = subprocess.run(
        [sys.executable, "-c", PATIENT.format(arguments=["prices", "refresh", *arguments])],
        capture_output=True,
        text=True,
        env=os.environ | environment,
        check=False,
    )
    assert done.returncode == 2
    assert_one_sentence(done.stderr.strip(), "127.0.0.1:1", "cannot be reached", "no connection")
    assert price_list.read_text(encoding="utf-8") == OLD
    assert list(price_list.parent.iterdir()) == [price_list]


# The command without the pauses between its attempts.
PATIENT = "import tco.refresh.fetch as f; f.RETRIES = 0; from tco.cli import app; app({arguments!r})"


def test_an_unknown_provider_is_refused(price_list):
    """The sentence lists those that there are."""
    done = CliRunner().invoke(app, ["prices", "refresh", "--provider", "hetzner", "--data", str(price_list)])
    assert done.exit_code == 2
    assert_one_sentence(done.stderr.strip(), "aws, azure, gcp", "'hetzner'")


def test_a_list_without_the_provider_is_refused(server, price_list):
    """An answer does not say what a type is made of."""
    price_list.write_text("\n".join(OLD.splitlines()[:3]) + "\n", encoding="utf-8")
    serve_azure(server, GOOD_AZURE)
    refused("azure", price_list, server, "no row of azure")


def test_a_directory_that_may_not_be_written_is_told_so(server, price_list, monkeypatch):
    """The sentence names the file."""

    def forbidden(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", forbidden)
    serve_azure(server, GOOD_AZURE)
    refused("azure", price_list, server, str(price_list), "cannot be written", "Permission denied")


def test_a_disk_that_is_full_changes_nothing(price_list, monkeypatch):
    """The new list is written beside the old one first: when that fails, both the list and its copy stay."""
    rows = read_prices(price_list, CORE_SPEEDS).rows

    def full(_descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(RefreshError) as caught:
        write_prices(price_list, rows[:1], CORE_SPEEDS)
    assert_one_sentence(str(caught.value), str(price_list), "No space left")
    assert price_list.read_text(encoding="utf-8") == OLD
    assert list(price_list.parent.iterdir()) == [price_list]


def test_a_list_that_would_be_refused_takes_no_ones_place(price_list):
    """A row whose spot price is above its price is found before the old list is touched."""
    rows = read_prices(price_list, CORE_SPEEDS).rows
    bad = rows[0].model_copy(update={"spot_usd_per_hour": 9.0})
    with pytest.raises(RefreshError, match="breaks a rule"):
        write_prices(price_list, [bad], CORE_SPEEDS)
    assert list(price_list.parent.iterdir()) == [price_list]
    assert price_list.read_text(encoding="utf-8") == OLD


def test_our_own_list_is_written_as_it_was_read(tmp_path):
    """All rows of data/pricing.csv come back from the file that a refresh would write."""
    ours = read_prices(data_directory() / "pricing.csv", CORE_SPEEDS)
    path = tmp_path / "pricing.csv"
    path.write_text(OLD, encoding="utf-8")
    write_prices(path, ours.rows, CORE_SPEEDS)
    assert read_prices(path, CORE_SPEEDS).rows == ours.rows
    assert path.read_bytes() == ours.path.read_bytes()


# Kills itself at the n-th of the steps that touch the disk: each write, sync, chmod and rename.
KILLED = """
import os, signal, sys
from pathlib import Path
step, path = int(sys.argv[1]), Path(sys.argv[2])
from tco.assumptions import data_directory
from tco.pricing import read_core_speeds, read_prices
from tco.refresh.write import write_prices
speeds = read_core_speeds(data_directory() / "core_speeds.csv")
rows = [row.model_copy(update={"on_demand_usd_per_hour": 1.0}) for row in read_prices(path, speeds).rows]
seen = 0
def counted(function, half=False):
    def call(*args, **kwargs):
        global seen
        seen += 1
        if seen == step:
            if half:
                os.write(args[0].fileno() if hasattr(args[0], "fileno") else args[0], b"half of it")
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*args, **kwargs)
    return call
os.fsync = counted(os.fsync, half=True)
Path.replace = counted(Path.replace)
Path.chmod = counted(Path.chmod)
Path.unlink = counted(Path.unlink)
write_prices(path, rows, speeds)
print("done", seen)
"""


def test_a_kill_in_mid_write_leaves_the_old_list_or_the_new_one(tmp_path):
    """
    Killed by signal 9 at each step in turn: the list is byte for byte the old one, or the new one whole.
    """
    outcomes = []
    for step in range(1, 40):
        path = tmp_path / str(step) / "pricing.csv"
        path.parent.mkdir()
        path.write_text(OLD, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-c", KILLED, str(step), str(path)], capture_output=True, text=True, check=False
        )
        if done.returncode == 0:
            break
        assert done.returncode == -signal.SIGKILL, done.stderr
        text = path.read_text(encoding="utf-8")
        outcomes.append(text == OLD)
        assert text == OLD or {row.on_demand_usd_per_hour for row in read_prices(path, CORE_SPEEDS).rows} == {1.0}
    assert done.returncode == 0
    assert True in outcomes
    assert False in outcomes
    assert previous_of(path).read_text(encoding="utf-8") == OLD


def test_refreshing_is_loaded_by_the_command_only():
    """No page, and no other command, loads an HTTP client of ours."""
    program = "import sys, tco.cli, tco.scenarios; print([m for m in sys.modules if m.startswith('tco.refresh')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    for path in (Path(fetch.__file__).parents[1] / "dashboard").rglob("*.py"):
        assert "refresh" not in path.read_text(encoding="utf-8").lower().replace("refreshed on", ""), path
