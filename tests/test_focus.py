"""FOCUS: a cost export of one's own, read from CSV and Parquet, and what it implies for the model."""

import csv
import io
import tracemalloc
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from pyarrow import parquet

from tco.focus import implied_app_cpu_ms, implied_overhead_ratio, read_spend
from tco.tables import TableError
from tests.tables import assert_one_sentence

HEADER = (
    "BilledCost,EffectiveCost,BillingCurrency,ChargeCategory,ChargePeriodStart,ChargePeriodEnd,"
    "ServiceCategory,ServiceName,ProviderName,RegionId"
)
# 61 days of July and August 2026: 1,464 h, or 1,464 / 730 months.
ROWS = (
    "0,60.0,USD,Usage,2026-07-01T00:00:00Z,2026-07-02T00:00:00Z,Compute,EC2,AWS,us-east-1",
    "500,0,USD,Purchase,2026-07-01T00:00:00Z,2026-07-01T01:00:00Z,Compute,EC2,AWS,us-east-1",
    "30,30.0,USD,Usage,2026-08-01T00:00:00Z,2026-08-31T00:00:00Z,Compute,EC2,AWS,us-east-1",
    "9,9.0,USD,Usage,2026-08-01T00:00:00Z,2026-08-02T00:00:00Z,Networking,ELB,AWS,us-east-1",
    "4,4.0,USD,Tax,2026-08-01T00:00:00Z,2026-08-02T00:00:00Z,Compute,EC2,AWS,us-east-1",
    "-2,-2.0,USD,Credit,2026-08-01T00:00:00Z,2026-08-02T00:00:00Z,Compute,EC2,AWS,us-east-1",
)
MONTHS = 1_464 / 730


def written(path, rows=ROWS, header=HEADER):
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def as_parquet(path, rows=ROWS):
    """The same with the types that a provider's Parquet export has."""
    read = list(csv.DictReader(io.StringIO("\n".join([HEADER, *rows]))))
    columns = {name: [row[name] for row in read] for name in read[0]}
    for name in ("BilledCost", "EffectiveCost"):
        columns[name] = pa.array([float(cell) for cell in columns[name]], pa.float64())
    for name in ("ChargePeriodStart", "ChargePeriodEnd"):
        columns[name] = pa.array([datetime.fromisoformat(cell) for cell in columns[name]], pa.timestamp("ms", "UTC"))
    parquet.write_table(pa.table(columns), path)
    return path


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_service_costs_its_charges_over_the_months_covered(kind, tmp_path):
    """
    EC2: 60 + 30 USD in 1,464 h make 44.88 USD a month; the purchase of a commitment counts as it is used up.

    Tax and credits are no use of a service and stand by themselves.
    """
    path = written(tmp_path / "bill.csv") if kind == "csv" else as_parquet(tmp_path / "bill.parquet")
    spend = read_spend(path)
    found = {(service.category, service.service): service.usd_per_month for service in spend.services}
    assert found == pytest.approx(
        {
            ("Compute", "EC2"): 90 / MONTHS,
            ("Networking", "ELB"): 9 / MONTHS,
            ("Tax", "Tax"): 4 / MONTHS,
            ("Credit", "Credit"): -2 / MONTHS,
        },
        rel=1e-12,
    )
    assert spend.services[0].service == "EC2"
    assert spend.category_usd_per_month("Compute") == pytest.approx(90 / MONTHS, rel=1e-12)
    assert spend.usd_by_month["2026-07"] == {"EC2": 60}
    assert spend.usd_by_month["2026-08"] == {"EC2": 30, "ELB": 9, "Tax": 4, "Credit": -2}
    assert (spend.start, spend.end) == (datetime(2026, 7, 1, tzinfo=UTC), datetime(2026, 8, 31, tzinfo=UTC))


def test_billed_cost_stands_in_for_effective_cost(tmp_path):
    """Without EffectiveCost the purchase counts in its month: 500 + 30 USD."""
    spend = read_spend(written(tmp_path / "bill.csv", header=HEADER.replace("EffectiveCost", "ListCost")))
    assert spend.cost_column == "BilledCost"
    assert spend.category_usd_per_month("Compute") == pytest.approx(530 / MONTHS, rel=1e-12)


BAD = {
    "another currency": (ROWS[0].replace("USD", "EUR"), ["'BillingCurrency'", "EUR", "USD"]),
    "a cost in words": (ROWS[0].replace("60.0", "sixty"), ["'sixty'", "number"]),
    "a cost that is missing": (ROWS[0].replace("60.0", ""), ["EffectiveCost", "finite"]),
    "an endless cost": (ROWS[0].replace("60.0", "inf"), ["EffectiveCost", "finite"]),
    "a time in words": (ROWS[0].replace("2026-07-01T00:00:00Z", "01.07.2026"), ["'ChargePeriodStart'", "01.07.2026"]),
    "too few cells": ("1,2,USD", ["can be read"]),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_export_is_refused_in_one_sentence(kind, tmp_path):
    """The message names the file, and column and value where there are such."""
    row, parts = BAD[kind]
    path = written(tmp_path / "bill.csv", [row])
    with pytest.raises(TableError) as caught:
        read_spend(path)
    assert_one_sentence(str(caught.value), str(path), *parts)


@pytest.mark.parametrize("column", HEADER.split(",")[2:8])
def test_a_column_that_is_missing_is_named(column, tmp_path):
    """FOCUS makes it mandatory, so that the file is something else."""
    path = written(tmp_path / "bill.csv", header=HEADER.replace(column, "Colour"))
    with pytest.raises(TableError) as caught:
        read_spend(path)
    assert_one_sentence(str(caught.value), str(path), repr(column), "missing")


@pytest.mark.parametrize(
    ("name", "content"),
    [("bill.csv", b""), ("bill.parquet", b"PAR1 and no more"), ("bill.parquet", b""), ("bill.csv", b"\xff\xfe\x00")],
)
def test_what_is_no_export_is_refused_in_one_sentence(name, content, tmp_path):
    """Empty, truncated and foreign files are named."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(TableError) as caught:
        read_spend(path)
    assert_one_sentence(str(caught.value), str(path))


def test_a_file_that_is_not_there_is_refused_in_one_sentence(tmp_path):
    """The message names it."""
    for name in ("bill.csv", "bill.parquet"):
        with pytest.raises(TableError) as caught:
            read_spend(tmp_path / name)
        assert_one_sentence(str(caught.value), name, "cannot be read")


def test_an_export_without_charges_is_refused(tmp_path):
    """A header alone is no bill."""
    with pytest.raises(TableError) as caught:
        read_spend(written(tmp_path / "bill.csv", []))
    assert_one_sentence(str(caught.value), "no charges")


def test_a_large_export_is_read_in_little_memory(tmp_path):
    """200,000 rows, 20 MB: the sum is theirs, and Python's memory stays below 4 MB."""
    path = tmp_path / "bill.csv"
    day = datetime(2026, 7, 1, tzinfo=UTC)
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER + "\n")
        for i in range(200_000):
            start = day + timedelta(hours=i % 700)
            file.write(f"0.01,0.01,USD,Usage,{start:%Y-%m-%dT%H:%M:%SZ},{start:%Y-%m-%dT%H:59:59Z},Compute,EC2,AWS,x\n")
    tracemalloc.start()
    spend = read_spend(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sum(usd["EC2"] for usd in spend.usd_by_month.values()) == pytest.approx(2_000, rel=1e-9)
    assert peak < 4_000_000


def test_a_bill_half_as_large_again_is_a_ratio_of_one_and_a_half():
    """600 over 400 USD; a request of 10 ms, 0.5 of them the framework's, then takes 15 - 0.5 ms of one's own."""
    ratio = implied_overhead_ratio(600, 400)
    assert ratio == 1.5
    assert implied_app_cpu_ms(10, 0.5, ratio) == 14.5
    assert implied_app_cpu_ms(10, 5.0, 0.1) == 0.0
