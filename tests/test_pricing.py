"""Pricing: the price list, and a user's own in its place."""

import csv

import numpy as np
import pytest

import tco
from tco import pricing
from tco.assumptions import data_directory, load_assumptions
from tco.pricing import PURCHASES, family_of, read_core_speeds
from tco.tables import Price, TableError, read_table
from tests.tables import PRICE_HEADER, PRICES, assert_one_sentence, our_rows, text_of


def read_prices(path):
    """A price list with our core speeds."""
    return pricing.read_prices(path, read_core_speeds(data_directory() / "core_speeds.csv"))


def column_cells(path, column, cell):
    """The small list with one cell of its first row changed, written to a file."""
    rows = list(csv.DictReader(PRICES.splitlines()))
    rows[0][column] = cell
    path.write_text(text_of(rows), encoding="utf-8")
    return path


ODD_CELLS = [
    *(
        ("vcpus", cell)
        for cell in ("2", "2.0", " 2", "2e0", "+2", "1_0", "٢", "", "0", "-1", "nan", "inf", "1025", "1024")
    ),
    *(("spot_usd_per_hour", cell) for cell in ("", " ", "0.04", "0.1", "0.2", "0", "nan", "1e-400")),
    *(("sustained_cpu_share", cell) for cell in ("1", "1.0001", "0", "")),
    *(("on_demand_usd_per_hour", cell) for cell in ("1000", "1000.1", "0x1", "0,1", "0.05")),
    *(("architecture", cell) for cell in ("arm64", " arm64 ", "ARM64", "")),
    *(("as_of", cell) for cell in ("2026-02-28", "2026-02-29", "2026-2-28", "20260228", "", "2026-07-20T00")),
    *(("instance", cell) for cell in ("x" * 80, "x" * 81, "", "  ", "b.large", "São")),
]


@pytest.mark.parametrize(("column", "cell"), ODD_CELLS, ids=repr)
def test_columns_at_once_agree_with_one_row_at_a_time(column, cell, tmp_path):
    """
    The quick reader takes no list that the rules of a row refuse, and reads the same values from one that it takes.
    """
    path = column_cells(tmp_path / "pricing.csv", column, cell)
    quick = pricing._checked_columns(path.read_text(encoding="utf-8"))  # noqa: SLF001
    try:
        slow = pricing._columns_row_by_row(path)  # noqa: SLF001
    except TableError:
        assert quick is None
        with pytest.raises(TableError, match="row 2"):
            read_prices(path)
        return
    read = read_prices(path).columns
    for name, values in slow.items():
        np.testing.assert_array_equal(read[name], values)
        if quick is not None:
            np.testing.assert_array_equal(quick[name], values)


def test_our_list_is_read_at_once_and_as_its_rows_say():
    """4,002 rows need no second look, and each column holds what the row-wise reader finds."""
    path = data_directory() / "pricing.csv"
    quick = pricing._checked_columns(path.read_text(encoding="utf-8"))  # noqa: SLF001
    assert quick is not None
    assert len(quick["instance"]) == 4_002
    assert read_prices(path).rows == read_table(path, Price)


@pytest.mark.parametrize(
    "fault", ["a column less", "a short row", "a blank line", "a row twice", "an unclosed quote", "no rows"]
)
def test_what_is_no_plain_list_is_left_to_the_row_wise_reader(fault):
    """The quick reader gives no opinion on it."""
    rows = PRICES.splitlines()
    text = {
        "a column less": PRICES.replace(",source", "", 1),
        "a short row": PRICES.replace(",own", "", 1),
        "a blank line": "\n\n".join(rows),
        "a row twice": "\n".join([*rows, rows[1]]),
        "an unclosed quote": PRICES + '"',
        "no rows": PRICE_HEADER,
    }[fault]
    assert pricing._checked_columns(text) is None  # noqa: SLF001


@pytest.mark.parametrize(
    ("instance", "family"),
    [
        ("t4g.nano", "t4g"),
        ("c7i-flex.2xlarge", "c7i-flex"),
        ("Standard_B1ms", "Bms"),
        ("Standard_D2as_v5", "Dasv5"),
        ("Standard_F16s_v2", "Fsv2"),
        ("e2-medium", "e2"),
        ("e2-standard-16", "e2-standard"),
        ("c4a-highcpu-1", "c4a-highcpu"),
        ("own", "own"),
    ],
)
def test_a_family_is_the_name_without_the_size(instance, family):
    """As the providers name their series."""
    assert family_of(instance) == family


def test_a_search_finds_the_rows_that_meet_all_of_it():
    """Against a filter in plain Python over all rows."""
    prices = load_assumptions().prices
    asked = {"provider": "azure", "region": "westeurope", "architecture": "arm64"}
    found = prices.search(**asked, least_vcpus=4, least_memory_gib=16)
    expected = tuple(
        row
        for row in prices.rows
        if (row.provider, row.region, row.architecture) == tuple(asked.values())
        and row.vcpus >= 4
        and row.memory_gib >= 16
    )
    assert found.rows == expected
    assert found.rows
    assert len(prices.search(provider="nobody").columns["vcpus"]) == 0


def test_core_speeds_are_those_of_the_family_or_else_of_the_architecture():
    """m7a has a row of its own; m7g is arm64 and m7i x86_64."""
    prices = load_assumptions().prices
    speeds = {row.applies_to: row.value for row in prices.core_speeds.values()}
    for family, kind in (("m7a", "aws/m7a"), ("m7g", "arm64"), ("m7i", "x86_64")):
        found = prices.search(provider="aws", family=family)
        assert set(found.core_speed_ratio.tolist()) == {speeds[kind]}


def test_a_family_with_a_speed_of_its_own_is_one_of_the_list():
    """A misspelt family would be passed over without a word."""
    prices = load_assumptions().prices
    families = {f"{p}/{f}" for p, f in zip(prices.columns["provider"], prices.families, strict=True)}
    assert {name for name in prices.core_speeds if "/" in name} <= families


def test_core_speeds_without_an_architecture_are_refused(tmp_path):
    """The message names the file and the architecture."""
    path = tmp_path / "core_speeds.csv"
    path.write_text(text_of([row for row in our_rows("core_speeds") if row["applies_to"] != "arm64"]), encoding="utf-8")
    with pytest.raises(TableError) as caught:
        read_core_speeds(path)
    assert_one_sentence(str(caught.value), str(path), "'arm64'")


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
