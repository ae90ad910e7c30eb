"""Bill notes with a frozen clock: what is stale is marked and widens the bill, and missing prices are told of."""

from datetime import date, timedelta

import numpy as np
import pytest

import tco
from tco.assumptions import load_assumptions
from tco.bill_notes import bill_range, dated, line_freshness, missing_sentence
from tco.cloud import CloudPlan
from tco.hosting import Bill, Line, bills

TODAY = date(2026, 11, 25)
A = load_assumptions()


def line(usd, as_of):
    return Line("Servers", "two", usd, as_of, "stated")


def test_a_price_is_stale_after_ninety_days():
    """2026-08-27 was 90 days before; a year means its last day, and no day is no age."""
    assert dated(line(1.0, "2026-08-27"), TODAY, A) == "2026-08-27"
    assert dated(line(1.0, "2026-08-26"), TODAY, A) == "2026-08-26, stale"
    assert dated(line(1.0, "2026"), TODAY, A) == "2026"
    assert dated(line(1.0, "2024"), TODAY, A) == "2024, stale"
    assert dated(line(1.0, ""), TODAY, A) == "no day"
    assert line_freshness(line(1.0, ""), TODAY, A) is None


def test_each_line_widens_by_the_age_of_its_own_price():
    """
    100 USD at a price of 730 + 90 days ago may be 10 per cent off either way; 50 of this week are what they are; 10
    without a day count as the oldest: 149 to 171 USD.
    """
    lines = (line(100.0, str(TODAY - timedelta(days=820))), line(50.0, "2026-11-20"), line(10.0, ""))
    found = bill_range(Bill("flask-sync", "servers", "Servers", lines), TODAY, A)
    assert found == pytest.approx((149.0, 171.0), rel=1e-12)


def test_fresh_prices_leave_a_bill_as_it_is():
    """Both ends are the bill, and a way that cannot serve has none."""
    bill = Bill("flask-sync", "servers", "Servers", (line(100.0, "2026-11-20"), line(50.0, "2026-11-20")))
    assert bill_range(bill, TODAY, A) == (150.0, 150.0)
    assert np.isnan(bill_range(bill._replace(lines=(line(np.nan, ""),)), TODAY, A)).all()


def test_ways_without_prices_are_told_of():
    """Azure has no container prices in the list; AWS and Google have all three ways."""
    said = {
        name: missing_sentence(scenario, bills(scenario, CloudPlan()))
        for name in ("aws", "azure", "gcp")
        for scenario in [tco.scenario("customer-api", provider=name, servings=("fastapi-async",))]
    }
    assert said == {
        "aws": "",
        "azure": "No bill for containers: the price list has no such prices of Azure.",
        "gcp": "",
    }
