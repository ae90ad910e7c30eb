"""Units: each name's suffix, and what it allows."""

import csv
from inspect import signature

import pytest

from tco.assumptions import FRAMEWORK_NAMES, SHARED_NAMES, data_directory
from tco.performance import server_performance
from tco.units import (
    DAYS_PER_YEAR,
    HOURS_PER_MONTH,
    KIB_PER_GIB,
    MIB_PER_GIB,
    MONTHS_PER_YEAR,
    MS_PER_SECOND,
    NARROWER,
    SECONDS_PER_HOUR,
    SECONDS_PER_MINUTE,
    SUFFIXES,
    WEEKS_PER_YEAR,
    unit_of,
)

TABLES_OF_INPUTS = ("assumptions", "countries", "services", "effort", "talent", "serving", "article")
SHARED_TABLES = ("assumptions", "countries", "services")
FRAMEWORK_TABLES = ("effort", "talent", "serving")


def table(name):
    with (data_directory() / f"{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def names_in(tables):
    return {row["name"] for name in tables for row in table(name)}


def test_the_longest_suffix_wins():
    """A share per month is no share, a price per hour no price, and days per year are no days."""
    assert unit_of("traffic_growth_share_per_month").symbol == "1/month"
    assert unit_of("inference_request_share").symbol == "1"
    assert unit_of("load_balancer_usd_per_hour").symbol == "USD/h"
    assert unit_of("recruiting_usd").symbol == "USD"
    assert unit_of("working_days_per_year").symbol == "day/year"
    assert unit_of("setup_effort_days").symbol == "day"
    assert unit_of("egress_usd_per_gib").symbol == "USD/GiB"
    assert unit_of("requests_per_user_per_minute").symbol == "1/min"


def test_a_name_without_a_unit_is_refused():
    """The error names the name."""
    with pytest.raises(KeyError, match="velocity ends in no unit that tco knows"):
        unit_of("velocity")


def test_every_range_is_a_range():
    """The lowest legal value lies below the highest, and both are finite."""
    for low, high in [*((unit.low, unit.high) for unit in SUFFIXES.values()), *NARROWER.values()]:
        assert 0 <= low < high < float("inf")


@pytest.mark.parametrize("name", NARROWER)
def test_a_narrower_range_belongs_to_an_input_and_is_narrower(name):
    """Each exception names a real input, or a server's size, (or it would be forgotten) within its unit's range."""
    assert name in (*SHARED_NAMES, *FRAMEWORK_NAMES, *signature(server_performance).parameters)
    suffix = max((suffix for suffix in SUFFIXES if name.endswith(suffix)), key=len)
    low, high = NARROWER[name]
    assert SUFFIXES[suffix].low <= low < high <= SUFFIXES[suffix].high


def test_conversions():
    """A year of 8,760 h in 12 months is 730 h each; the rest are definitions."""
    assert HOURS_PER_MONTH * MONTHS_PER_YEAR == 365 * 24
    assert (MONTHS_PER_YEAR, DAYS_PER_YEAR, WEEKS_PER_YEAR) == (12, 365, 52)
    assert (SECONDS_PER_MINUTE, SECONDS_PER_HOUR, MS_PER_SECOND) == (60, 3600, 1000)
    assert (MIB_PER_GIB, KIB_PER_GIB) == (1024, 1_048_576)


@pytest.mark.parametrize("name", TABLES_OF_INPUTS)
def test_the_unit_column_agrees_with_the_suffix(name):
    """Each row's unit is that of its name's ending."""
    for row in table(name):
        assert row["unit"] == unit_of(row["name"]).symbol, row["name"]


def test_the_tables_name_exactly_the_inputs():
    """Shared tables hold the fields of the shared inputs, the others those per framework: one list of inputs."""
    assert names_in(SHARED_TABLES) == set(SHARED_NAMES)
    assert names_in(FRAMEWORK_TABLES) == set(FRAMEWORK_NAMES)


def test_every_input_has_a_unit():
    """The suffix of each field of the input types is known."""
    for name in (*SHARED_NAMES, *FRAMEWORK_NAMES):
        assert unit_of(name).symbol


def test_a_column_of_the_price_list_says_its_unit():
    """Each price column ends in its unit, and so does memory."""
    columns = set(table("pricing")[0])
    assert {unit_of(column).symbol for column in columns if "usd" in column} == {"USD/h"}
    assert "memory_gib" in columns
