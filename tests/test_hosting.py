"""Hosting: bills by hand, every line traced to its row and its day, and where ways break even."""

import math

import numpy as np
import pytest

import tco
from tco.cloud import CloudPlan
from tco.hosting import bills, break_even_rps, requests_per_month
from tests.tables import our_rows


def bill_of(scenario, way, plan=None):
    (found,) = (bill for bill in bills(scenario, plan or CloudPlan()) if bill.way == way)
    return found


def price(service, provider, region, **more):
    """The price and the day of a row of the list."""
    wanted = {"service": service, "provider": provider, "region": region, "from_quantity": "0"} | more
    (row,) = (r for r in our_rows("cloud_services") if all(r[name] == value for name, value in wanted.items()))
    return float(row["usd"]), row["as_of"]


def vm(region, instance):
    (row,) = (r for r in our_rows("pricing") if (r["region"], r["instance"]) == (region, instance))
    return float(row["on_demand_usd_per_hour"]), row["as_of"]


def assert_lines(bill, expected):
    """Each line: what it is of, what it costs, and the day of its price."""
    assert [(line.item, line.as_of) for line in bill.lines] == [(item, day) for item, _, day in expected]
    for line, (item, usd, _) in zip(bill.lines, expected, strict=True):
        assert line.usd_per_month == pytest.approx(usd, rel=1e-9), item
        assert line.source
    assert bill.usd_per_month == pytest.approx(sum(usd for _, usd, _ in expected), rel=1e-9)


def test_a_small_internal_tool_on_a_pair_of_burstable_servers():
    """
    50 people at 2 requests a minute are 1.667 req/s at the peak; x 0.35 x 3,600 s x 730 h = 1,533,000 requests a month.

    Two t4g.micro at 0.0084 USD/h; 12 USD beside each; a load balancer at 0.0225 USD/h; 1,533,000 x 50 KiB = 73.10 GiB
    at 0.09; db.t3.large at 0.145 USD/h with 50 GiB at 0.115; 1,533,000 x 0.5 KiB = 0.731 GiB of logs at 0.50 USD.
    """
    scenario = tco.scenario("internal-tool", servings=("flask-threads",), minimum_servers=2)
    assert vm("us-east-1", "t4g.micro") == (0.0084, "2026-07-20")
    assert price("egress", "aws", "us-east-1") == (0.09, "2024-09-25")
    assert price("database", "aws", "us-east-1", type="db.t3.large") == (0.145, "2026-05-03")
    assert price("database-storage", "aws", "us-east-1") == (0.115, "2026-05-03")
    assert_lines(
        bill_of(scenario, "servers"),
        [
            ("Servers", 2 * 0.0084 * 730, "2026-07-20"),
            ("Beside the servers", 2 * 12, "2026"),
            ("Load balancer", 0.0225 * 730, "2024"),
            ("Egress", 1_533_000 * 50 / 1_048_576 * 0.09, "2024-09-25"),
            ("Database", 0.145 * 730, "2026-05-03"),
            ("Database storage", 50 * 0.115, "2026-05-03"),
            ("Logs", 1_533_000 * 0.5 / 1_048_576 * 0.5, "2026"),
        ],
    )


def test_ten_thousand_users_at_the_peak():
    """
    10,000 people at 6 requests a minute are 1,000 req/s; x 0.35 x 3,600 x 730 = 919.8 million requests a month.

    A t4g.small sustains 0.2 of 2 vCPUs, each 1.1 of a shared x86 core: 440 / 5.179 ms = 84.96 req/s. The credits of a
    consumer's week last for 1 / 0.35 times as much at the peak, 60 per cent of which is planned for: 145.6 req/s, so 7
    and a spare one at 0.0168 USD/h. 919.8 million x 10 KiB = 8,772 GiB, within the first tier of 10,240.
    """
    scenario = tco.scenario("customer-api", servings=("fastapi-async",))
    assert vm("us-east-1", "t4g.small") == (0.0168, "2026-07-20")
    assert scenario.value("framework_cpu_ms", "fastapi-async") == 0.179
    assert_lines(
        bill_of(scenario, "servers"),
        [
            ("Servers", 8 * 0.0168 * 730, "2026-07-20"),
            ("Beside the servers", 8 * 12, "2026"),
            ("Load balancer", 0.0225 * 730, "2024"),
            ("Egress", 919.8e6 * 10 / 1_048_576 * 0.09, "2024-09-25"),
            ("Database", 0.145 * 730, "2026-05-03"),
            ("Database storage", 50 * 0.115, "2026-05-03"),
            ("Logs", 919.8e6 * 0.5 / 1_048_576 * 0.5, "2026"),
        ],
    )


def test_a_function_at_low_traffic():
    """
    The internal tool, of which a worker takes 50 MiB and its code 80, on Lambda with 256 MiB.

    10.324 ms of CPU at 0.25 / 1.7275 of a vCPU take 71.34 ms, and 50 ms of waiting make 121.34 ms; x 1,533,000 requests
    x 0.25 GiB = 46,503 GiB-seconds at 0.0000166667 USD, and 0.20 USD a million requests. No server, no load balancer.
    """
    memory_mib = {"flask-threads": 50.0}
    scenario = tco.scenario("internal-tool", servings=("flask-threads",), worker_memory_mib=memory_mib)
    assert scenario.value("framework_cpu_ms", "flask-threads") == 0.324
    assert price("lambda-duration", "aws", "us-east-1") == (0.0000166667, "2024-07-01")
    assert price("lambda-requests", "aws", "us-east-1") == (0.2, "2024-07-01")
    seconds = (10.324 / (0.25 / 1.7275) + 50) / 1000
    assert_lines(
        bill_of(scenario, "functions"),
        [
            ("Lambda", 1_533_000 * seconds * 0.25 * 0.0000166667, "2024-07-01"),
            ("Requests", 1.533 * 0.2, "2024-07-01"),
            ("Egress", 1_533_000 * 50 / 1_048_576 * 0.09, "2024-09-25"),
            ("Database", 0.145 * 730, "2026-05-03"),
            ("Database storage", 50 * 0.115, "2026-05-03"),
            ("Logs", 1_533_000 * 0.5 / 1_048_576 * 0.5, "2026"),
        ],
    )


def test_a_function_of_google_by_hand():
    """
    The same tool on Google's functions with 256 MiB, which come with 0.167 of a vCPU and are billed by 100 ms.

    10.324 / 0.167 + 50 = 111.82 ms are 100 / (1 - exp(-100 / 111.82)) = 169.2 ms on the bill; of each second 0.25 GiB
    cost 0.0000025 and 0.167 vCPUs 0.000024 USD, and a million requests 0.40 USD.
    """
    memory_mib = {"flask-threads": 50.0}
    scenario = tco.scenario("internal-tool", servings=("flask-threads",), worker_memory_mib=memory_mib)
    scenario = scenario.replace(provider="gcp", region="us-central1")
    usd_per_gib, day = price("cloud-functions-duration", "gcp", "us-central1")
    usd_per_vcpu, _ = price("cloud-functions-vcpu", "gcp", "us-central1")
    assert (usd_per_gib, usd_per_vcpu, day) == (0.0000025, 2.4 * 0.00001, "2024-12-04")
    seconds = 0.1 / (1 - math.exp(-100 / (10.324 / 0.167 + 50)))
    assert seconds == pytest.approx(0.1692, abs=5e-5)
    function, requests = bill_of(scenario, "functions").lines[:2]
    expected = 1_533_000 * seconds * (0.25 * usd_per_gib + 0.167 * usd_per_vcpu)
    assert function.usd_per_month == pytest.approx(expected, rel=1e-9)
    assert requests.usd_per_month == pytest.approx(1.533 * 0.4, rel=1e-9)


def test_egress_beyond_the_first_tier_is_charged_by_tier():
    """100,000 people: 87,719 GiB are 10,240 at 0.09, 40,960 at 0.085 and the rest at 0.07."""
    scenario = tco.scenario("customer-api", servings=("fastapi-async",), peak_users=100_000)
    gib = 9_198e6 * 10 / 1_048_576
    (line,) = (line for line in bill_of(scenario, "servers").lines if line.item == "Egress")
    expected = 10_240 * 0.09 + 40_960 * 0.085 + (gib - 51_200) * 0.07
    assert line.usd_per_month == pytest.approx(expected, rel=1e-9)


def test_a_reserved_base_and_the_rest_are_lines_of_their_own():
    """They add up to the fleet's price: base x reserved, and the other server-hours on demand or spot."""
    scenario = tco.scenario("customer-api", provider="gcp", region="us-central1", servings=("flask-threads",))
    plan = CloudPlan("hourly", terms=("on_demand", "reserved_3y"))
    bill = bill_of(scenario, "servers", plan)
    items = [line.item for line in bill.lines]
    assert items[:3] == ["Servers, reserved", "Servers", "Beside the servers"]
    alone = bill_of(scenario, "servers", CloudPlan("hourly"))
    assert bill.usd_per_month < alone.usd_per_month


def test_every_provider_offers_what_its_rows_say():
    """Each by its name there; where a provider has no rows for a way, the way is not offered."""
    ways = {
        name: {bill.name for bill in bills(tco.scenario("customer-api", provider=name), CloudPlan())}
        for name in ("aws", "gcp", "azure")
    }
    assert ways == {
        "aws": {"Servers", "Fargate", "Lambda"},
        "gcp": {"Servers", "Cloud Run", "Cloud Functions"},
        "azure": {"Servers", "Functions"},
    }


def test_prices_of_another_region_are_marked():
    """Lambda's prices are those of us-east-1 wherever it runs; the database of eu-central-1 has its own."""
    scenario = tco.scenario("customer-api", region="eu-central-1", servings=("fastapi-async",))
    marks = {line.item: line.stands_in for line in bill_of(scenario, "functions").lines}
    assert marks["Lambda"]
    assert marks["Database storage"]
    assert not marks["Database"]
    assert not marks["Egress"]


def test_requests_that_share_a_container_cost_less_than_functions_of_their_own():
    """
    An event loop on Cloud Run at 100 req/s that wait 400 ms: 40 in progress share a few containers; one slot a worker
    cannot share them.
    """
    scenario = tco.scenario("customer-api", provider="gcp", region="us-central1", peak_users=1_000, wait_ms=300)
    both = scenario.replace(servings=("fastapi-async", "flask-sync"), p95_objective_ms=2_000)
    shared, alone = (bill for bill in bills(both, CloudPlan()) if bill.way == "containers")
    assert shared.lines[0].usd_per_month < alone.lines[0].usd_per_month / 3


@pytest.mark.parametrize("serving", ["flask-threads", "fastapi-async"])
def test_functions_cost_less_below_the_break_even_and_more_above(serving):
    """Ten per cent to either side of it, both bills are compared."""
    scenario = tco.scenario("customer-api", servings=(serving,), peak_users=0)
    plan = CloudPlan("hourly")
    at = break_even_rps(scenario, plan, serving, "functions")
    assert 1 < at < 1_000
    for factor, cheaper in ((0.9, "functions"), (1.1, "servers")):
        there = scenario.replace(direct_peak_load_rps=at * factor)
        usd = {way: bill_of(there, way, plan).usd_per_month for way in ("functions", "servers")}
        assert min(usd, key=usd.get) == cheaper


def test_growth_moves_no_break_even():
    """The load at which servers begin to cost less is the same in every month, however soon it comes."""
    scenario = tco.scenario("customer-api", servings=("fastapi-async",))
    at = [break_even_rps(scenario, CloudPlan(month=month), "fastapi-async", "functions") for month in (0, 24)]
    assert at[0] == at[1]


def test_a_break_even_that_is_not_there_is_nan():
    """Azure has no container prices."""
    azure = tco.scenario("customer-api", provider="azure", servings=("fastapi-async",))
    assert np.isnan(break_even_rps(azure, CloudPlan(), "fastapi-async", "containers"))


def test_what_cannot_serve_has_no_price():
    """A model of 40 GiB fits no container and no function: NaN, and words."""
    scenario = tco.scenario("ml-product", servings=("fastapi-async",), model_memory_gib=40)
    for way in ("containers", "functions"):
        bill = bill_of(scenario, way)
        assert np.isnan(bill.usd_per_month)
        assert "no size on offer" in bill.lines[0].detail


def test_without_a_database_there_is_no_line_for_it():
    """Copies: none."""
    plan = CloudPlan(values={"database_copies_count": 0})
    items = [
        line.item for line in bill_of(tco.scenario("internal-tool", servings=("flask-threads",)), "servers", plan).lines
    ]
    assert "Database" not in items
    assert "Database storage" not in items


def test_a_flat_week_has_more_requests_than_a_peaky_one():
    """1,000 req/s around the clock are 2,628 million a month; by profile 35 per cent of it."""
    scenario = tco.scenario("customer-api")
    assert requests_per_month(scenario, CloudPlan(profile="flat")) == pytest.approx(2_628e6, rel=1e-12)
    assert requests_per_month(scenario, CloudPlan()) == pytest.approx(0.35 * 2_628e6, rel=1e-9)
