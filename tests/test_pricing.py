"""Pricing: the price list, and a user's own in its place."""

import csv

import numpy as np
import pytest

import tco
from tco.assumptions import data_directory, load_assumptions
from tco.pricing import PURCHASES, read_prices
from tco.tables import TableError
from tests.tables import PRICE_HEADER, PRICES, assert_one_sentence, our_rows, text_of


@pytest.mark.parametrize(
    "column", ["spot_usd_per_hour", "reserved_1y_usd_per_hour", "reserved_3y_usd_per_hour"], ids=lambda name: name[:11]
)
def test_a_discount_dearer_than_on_demand_is_refused(column, tmp_path):
    """The message names file, row, column, value and the on-demand price."""
    rows = list(csv.DictReader(PRICES.splitlines()))
    rows[0][column] = "0.11"
    path = tmp_path / "pricing.csv"
    path.write_text(text_of(rows), encoding="utf-8")
    with pytest.raises(TableError) as caught:
        read_prices(path)
    assert_one_sentence(str(caught.value), str(path), "row 2", f"'{column}'", "0.11", "on-demand price 0.1")


def test_a_discount_of_nothing_is_allowed(tmp_path):
    """A reserved price equal to the on-demand price is legal."""
    path = tmp_path / "pricing.csv"
    path.write_text(PRICES.replace(",0.06,", ",0.1,"), encoding="utf-8")
    assert read_prices(path).rows[0].reserved_1y_usd_per_hour == 0.1


def test_regions_are_listed_by_provider():
    """Every provider's regions are those of its rows, in alphabetical order."""
    regions = load_assumptions().prices.regions
    assert set(regions) == {"aws", "azure", "gcp"}
    for names in regions.values():
        assert list(names) == sorted(set(names))
    assert "us-east-1" in regions["aws"]


@pytest.mark.parametrize("purchase", PURCHASES)
def test_a_catalogue_holds_what_is_offered_on_its_terms(purchase):
    """Each type of a catalogue has that price in the list, and no type without one is in it."""
    prices = load_assumptions().prices
    offered = {
        row.instance: getattr(row, f"{purchase}_usd_per_hour")
        for row in prices.rows
        if (row.provider, row.region) == ("gcp", "us-central1")
    }
    catalogue = prices.catalogue("gcp", "us-central1", purchase)
    assert catalogue.names
    for name, usd_per_hour in zip(catalogue.names, catalogue.instance_usd_per_hour, strict=True):
        assert offered[name] == usd_per_hour


@pytest.mark.parametrize(
    ("wanted", "parts"),
    [
        (("aws", "eu-west-1", "reserved_3y"), ["'aws'", "'eu-west-1'", "reserved_3y"]),
        (("aws", "nowhere", "on_demand"), ["'nowhere'"]),
        (("nobody", "us-east-1", "on_demand"), ["'nobody'"]),
    ],
    ids=["a term that is not offered", "an unknown region", "an unknown provider"],
)
def test_a_catalogue_without_a_price_is_refused(wanted, parts):
    """The message names the file, the provider, the region and the term."""
    prices = load_assumptions().prices
    with pytest.raises(TableError) as caught:
        prices.catalogue(*wanted)
    assert_one_sentence(str(caught.value), prices.path.name, *parts)


def doubled(path):
    """Our price list at twice the price, written to a file."""
    rows = our_rows("pricing")
    for row in rows:
        for column in row:
            if column.endswith("usd_per_hour") and row[column]:
                row[column] = repr(2 * float(row[column]))
    path.write_text(text_of(rows), encoding="utf-8")
    return path


# Nothing stands beside the instance, so that its price is all that a server costs.
BARE = {"server_overhead_usd_per_month": 0}


@pytest.mark.parametrize("way", ["argument", "variable", "directory"])
def test_doubled_prices_double_the_servers_and_nothing_else(way, tmp_path, monkeypatch):
    """
    A user's price list replaces ours, named as an argument, by TCO_DATA, or in a directory.

    At twice every price the same types are cheapest, so that servers cost twice as much; the other parts stay, but for
    the wrong pick, in which overspend on servers counts.
    """
    path = doubled(tmp_path / "pricing.csv")
    ours = tco.evaluate(tco.scenario("customer-api", **BARE))
    if way == "argument":
        theirs = tco.scenario("customer-api", data=path, **BARE)
    else:
        monkeypatch.setenv("TCO_DATA", str(path if way == "variable" else tmp_path))
        theirs = tco.scenario("customer-api", **BARE)
    assert theirs.assumptions.prices.path == path
    costs = tco.evaluate(theirs)
    assert costs.component_usd["servers"] == pytest.approx(2 * ours.component_usd["servers"], rel=1e-12)
    assert costs.instances.tolist() == ours.instances.tolist()
    for name in set(costs.component_usd) - {"servers", "wrong_pick"}:
        assert np.array_equal(costs.component_usd[name], ours.component_usd[name]), name


def test_servers_of_a_one_type_list_cost_what_the_arithmetic_says(tmp_path):
    """
    One type at 0.20 USD/h without limits: two servers for a year without growth, discount and inflation.

    2 servers x (0.20 + 7.30 / 730) USD/h x 730 h = 306.60 USD a month, from the launch to month 12.
    """
    path = tmp_path / "pricing.csv"
    row = "aws,us-east-1,big,x86_64,64,256,1,0.2,,,,2026-07-20,own"
    path.write_text(f"{PRICE_HEADER}\n{row}\n", encoding="utf-8")
    scenario = tco.scenario(
        "internal-tool",
        data=path,
        minimum_servers=2,
        server_overhead_usd_per_month=7.3,
        horizon_months=12,
        discount_share_per_year=0,
        inflation_share_per_year=0,
    )
    costs = tco.evaluate(scenario)
    live_months = 12 - costs.launch_months
    assert (live_months > 0).all()
    assert costs.component_usd["servers"] == pytest.approx(306.60 * live_months, rel=1e-12)
    assert costs.instances.tolist() == ["big"] * 3


def test_our_own_list_is_the_default():
    """Without an argument or TCO_DATA the list beside the package is read."""
    assert load_assumptions().prices.path == data_directory() / "pricing.csv"
