"""Staleness with a frozen clock: what is too old is marked, and its range grows; its value stays."""

from datetime import date, timedelta

import numpy as np
import pytest

import tco
from tco.assumptions import load_assumptions
from tco.staleness import aged, freshness, marks, price_freshness, price_sentence

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("kind", "age", "stale"),
    [("prices", 90, False), ("prices", 91, True), ("benchmarks", 548, False), ("benchmarks", 549, True)],
)
def test_prices_are_stale_after_90_days_and_benchmarks_after_18_months(kind, age, stale):
    """The day of the limit still counts as fresh; eighteen months are 548 days."""
    found = freshness(TODAY - timedelta(days=age), kind, TODAY, load_assumptions())
    assert (found.age_days, found.is_stale) == (age, stale)
    assert (found.widening_share > 0) == stale


def test_a_range_widens_by_5_per_cent_for_each_year_beyond_the_limit():
    """Two years and 90 days old: 2 x 5 per cent."""
    found = freshness(TODAY - timedelta(days=90 + 730), "prices", TODAY, load_assumptions())
    assert found.widening_share == pytest.approx(0.10, rel=1e-12)


def test_the_oldest_price_of_a_region_counts():
    """us-east-1 has prices of 2024 to 2026; 2024-02-21 was 1,007 days before."""
    a = load_assumptions()
    found = price_freshness(a.prices, "aws", "us-east-1", TODAY, a)
    assert min(row.as_of for row in a.prices.search(provider="aws", region="us-east-1").rows) == str(found.day)
    assert found.age_days == (TODAY - found.day).days
    assert price_sentence(found).startswith("Stale: list prices of ")
    assert price_sentence(price_freshness(a.prices, "gcp", "us-central1", date(2026, 8, 1), a)) == ""


def test_stale_rows_are_marked_and_wider_and_keep_their_value():
    """
    The egress price of us-east-1 comes from a source of 2024, whose last day was 693 days before: 603 beyond the limit.

    603 / 365 x 5 per cent = 8.26 per cent each way.
    """
    a = load_assumptions()
    old = a.services["aws/us-east-1"]["egress_usd_per_gib"]
    new = aged(a, TODAY).services["aws/us-east-1"]["egress_usd_per_gib"]
    share = 603 / 365 * 0.05
    assert (new.low, new.value, new.high) == pytest.approx(
        (old.low * (1 - share), old.value, old.high * (1 + share)), rel=1e-12
    )
    assert new.note == f"Stale: 693 days old (limit 90); the range is 8% wider each way. {old.note}"
    assert ("aws/us-east-1", "egress_usd_per_gib") in marks(aged(a, TODAY).services)


def test_an_old_price_list_widens_the_price_of_instances():
    """The oldest row is of 2024-02-21, 1,007 days before: 917 / 365 x 5 per cent = 12.56 per cent each way."""
    a = load_assumptions()
    old, new = a.shared["instance_price_ratio"], aged(a, TODAY).shared["instance_price_ratio"]
    share = 917 / 365 * 0.05
    assert (new.low, new.value, new.high) == pytest.approx(
        (old.low * (1 - share), 1, old.high * (1 + share)), rel=1e-12
    )
    assert new.note.startswith("Stale: the oldest price is 1007 days old")


def test_benchmarks_of_this_month_are_fresh_and_stale_two_years_later():
    """Measured on 2026-11-22: fresh on the day after, marked in 2028; what was not measured is never marked."""
    a = load_assumptions()
    assert marks(aged(a, date(2026, 11, 23)).serving_rows) == {}
    later = aged(a, date(2028, 11, 22))
    measured = {
        (place, name)
        for place, rows in a.serving_rows.items()
        for name, row in rows.items()
        if row.evidence == "measured"
    }
    assert set(marks(later.serving_rows)) == measured
    assert ("flask-threads", "framework_cpu_ms") in measured


def test_age_moves_no_result():
    """Only ranges grow: the costs of a scenario are the same on any day."""
    a = load_assumptions()
    today = tco.Scenario(assumptions=aged(a, date(2030, 1, 1)))
    np.testing.assert_array_equal(tco.evaluate(today).total_usd, tco.evaluate(tco.Scenario()).total_usd)


def test_the_library_does_not_look_at_the_clock():
    """Rows as loaded are those of the files, however old."""
    assert marks(load_assumptions().services) == {}
