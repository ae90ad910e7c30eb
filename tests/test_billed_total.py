"""Billed total: the bills of all months in the place of the model's servers and traffic."""

import numpy as np
import pytest

import tco
from tco.billed_total import billed_total
from tco.cloud import CloudPlan
from tco.hosting import bills
from tco.inputs import InputError

# Nothing but what the model has: no database, no logs.
BARE = {"database_copies_count": 0, "request_log_kib": 0}


@pytest.fixture
def scenario():
    """Google has no types that save credits; so little traffic stays within the first tier of egress."""
    return tco.scenario("customer-api", provider="gcp", region="us-central1", peak_users=300)


def test_a_bill_of_what_the_model_has_is_the_model_s(scenario):
    """
    Servers for the peak, on demand, without database and logs: month by month what the model has from the launch to the
    horizon.
    """
    found = billed_total(scenario, CloudPlan(values=BARE))
    costs = tco.evaluate(scenario)
    np.testing.assert_allclose(found.servers_usd, costs.component_usd["servers"], rtol=1e-9)
    np.testing.assert_allclose(found.beside_usd, costs.component_usd["network"], rtol=1e-9)
    np.testing.assert_allclose(found.total_usd, costs.total_usd, rtol=1e-9)


def test_one_month_by_hand(scenario):
    """A product that is live for the last month of its horizon, without growth and discount: the bill of a month."""
    steady = scenario.replace(traffic_growth_share_per_month=0, inflation_share_per_year=0, discount_share_per_year=0)
    steady = steady.replace(servings=("fastapi-async",))
    launch = float(tco.evaluate(steady).launch_months[0])
    short = steady.replace(horizon_months=launch + 1)
    (bill,) = bills(short, CloudPlan(), ("servers",))
    found = billed_total(short, CloudPlan())
    assert found.servers_usd[0] + found.beside_usd[0] == pytest.approx(bill.usd_per_month, rel=1e-9)
    gap = found.total_usd[0] - found.model_usd[0]
    assert gap == pytest.approx(bill.usd_per_month - found.model_cloud_usd[0], rel=1e-9)


def test_following_the_traffic_costs_no_more_than_the_peak(scenario):
    """Hour by hour there are at most the servers of the peak; what stands beside them stays."""
    busy = scenario.replace(peak_users=20_000)
    static, hourly = (billed_total(busy, CloudPlan(scaling)) for scaling in ("static", "hourly"))
    assert (hourly.servers_usd < static.servers_usd).all()
    np.testing.assert_allclose(hourly.beside_usd, static.beside_usd, rtol=1e-12)


def test_what_cannot_be_served_has_no_total():
    """A model that fits no server."""
    found = billed_total(tco.scenario("customer-api", model_memory_gib=100_000.0), CloudPlan())
    assert np.isnan(found.total_usd).all()


def test_many_scenarios_have_no_one_bill(scenario):
    """Arrays are refused in a sentence."""
    with pytest.raises(InputError, match="one"):
        billed_total(scenario.replace(peak_users=np.array([[1.0], [2.0]])), CloudPlan())
