"""Fleet by hand, and against brute force over whole price lists."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tco
from tco import capacity, fleet
from tco.assumptions import load_assumptions
from tco.model import cost_of_ownership
from tests.formulas import assert_vector_equals_scalar, public_functions
from tests.strategies import catalogue_of, catalogues

REGIONS = [("aws", "us-east-1"), ("azure", "westeurope"), ("gcp", "us-central1")]


@given(load=st.floats(0.01, 1e6), one=st.floats(0.01, 1e5), spare=st.integers(0, 5), minimum=st.integers(1, 5))
def test_servers_are_enough_and_no_fewer_would_be(load, one, spare, minimum):
    """With the spare ones down the rest carry the load; one fewer would not, or would fall below the minimum."""
    servers = float(fleet.servers_required(load, one, spare, minimum))
    assert servers == int(servers)
    assert servers >= minimum
    assert (servers - spare) * one >= load * (1 - 1e-12)
    assert servers == minimum or (servers - 1 - spare) * one < load


def test_seven_servers_and_a_spare():
    """2,000 / 300 = 6.67: seven carry it, and one may fail."""
    assert fleet.servers_required(2_000, 300, 1, 2) == 8


def test_a_load_that_fits_exactly_needs_no_further_server():
    """600 / 300 = 2 servers, and none to spare."""
    assert fleet.servers_required(600, 300, 0, 1) == 2


def test_without_load_the_minimum_stands():
    """No traffic: the two servers asked for."""
    assert fleet.servers_required(0, 300, 0, 2) == 2


def test_a_server_without_workers_is_not_counted():
    """NaN capacity: NaN servers, never a huge number."""
    assert np.isnan(fleet.servers_required(100, np.nan, 1, 2))


def test_a_server_costs_its_instance_and_what_stands_beside_it():
    """0.10 USD/h + 7.30 USD a month / 730 h = 0.11 USD/h."""
    assert fleet.server_usd_per_hour(0.1, 7.3) == pytest.approx(0.11, rel=1e-12)


def test_small_servers_can_be_cheaper_than_large_ones():
    """950 / 240 = 3.96: 4 + 1 small at 0.10 = 0.50; 1 + 1 large at 0.40 = 0.80 USD/h."""
    best = fleet.cheapest_fleet(950, np.array([[240.0], [1000.0]]), np.array([[0.1], [0.4]]), 1, 2)
    assert (best.usd_per_hour.tolist(), best.servers.tolist(), best.instance_index.tolist()) == ([0.5], [5], [0])


def test_types_that_run_no_worker_are_passed_over():
    """The cheap type has no room: the other one is taken, however dear."""
    best = fleet.cheapest_fleet(10, np.array([[np.nan], [100.0]]), np.array([[0.01], [9.0]]), 0, 1)
    assert (best.usd_per_hour.tolist(), best.instance_index.tolist()) == ([9], [1])


def test_where_no_type_runs_a_worker_there_is_no_fleet():
    """All capacities NaN: price NaN, index -1."""
    nothing = np.full((2, 1), np.nan)
    best = fleet.cheapest_fleet(10, nothing, np.ones((2, 1)), 0, 1)
    assert np.isnan(best.usd_per_hour).all()
    assert best.instance_index.tolist() == [-1]
    assert np.isnan(fleet.cheapest_fleet_usd_per_hour(10, nothing, np.ones((2, 1)), 0, 1)).all()


def brute_force_usd_per_hour(types, case):
    """Price of the cheapest fleet in plain Python, type by type."""
    prices = []
    for vcpus, memory_gib, sustained_share, usd_per_hour in zip(
        types.vcpu_count, types.memory_gib, types.sustained_cpu_share, types.instance_usd_per_hour, strict=True
    ):
        wanted = max(1, math.floor(vcpus * case["per_vcpu"] + case["extra"]))
        workers = min(wanted, math.floor(max(0.0, memory_gib - case["os_gib"]) / case["worker_gib"]))
        if workers < 1:
            continue
        by_slots = workers * case["slots"] / (case["cpu_ms"] + case["wait_ms"])
        by_cores = min(workers, vcpus * sustained_share) / case["cpu_ms"]
        one_rps = 1000 * min(by_slots, by_cores) * case["target"]
        servers = max(math.ceil(case["load_rps"] / one_rps) + case["spare"], case["minimum"])
        prices.append(servers * (usd_per_hour + case["overhead_usd_per_month"] / 730))
    return min(prices, default=math.nan)


def fleet_usd_per_hour(types, case):
    """The same through the formulas."""
    wanted = capacity.workers_wanted_count(types.vcpu_count, case["per_vcpu"], case["extra"])
    workers = capacity.workers_count(wanted, types.memory_gib, case["os_gib"], case["worker_gib"])
    one_rps = capacity.stable_load_rps(
        workers, case["slots"], types.vcpu_count * types.sustained_cpu_share, case["cpu_ms"], case["wait_ms"]
    )
    usd_per_hour = fleet.server_usd_per_hour(types.instance_usd_per_hour, case["overhead_usd_per_month"])
    offers = one_rps * case["target"], usd_per_hour, case["spare"], case["minimum"]
    return float(fleet.cheapest_fleet_usd_per_hour(case["load_rps"], *offers))


fleet_cases = st.fixed_dictionaries(
    {
        "load_rps": st.floats(0.01, 50_000),
        "os_gib": st.floats(0, 2),
        "worker_gib": st.floats(0.03, 20),
        "per_vcpu": st.floats(0.5, 4),
        "extra": st.integers(0, 2),
        "slots": st.integers(1, 1000),
        "cpu_ms": st.floats(0.1, 500),
        "wait_ms": st.floats(0, 5000),
        "target": st.floats(0.3, 1),
        "spare": st.integers(0, 2),
        "minimum": st.integers(1, 3),
        "overhead_usd_per_month": st.floats(0, 60),
    }
)


@pytest.mark.parametrize(("provider", "region"), REGIONS)
@given(case=fleet_cases)
def test_the_cheapest_fleet_is_that_of_the_whole_price_list(provider, region, case):
    """What pruning left is enough: no type of the region, beaten ones included, makes a cheaper fleet."""
    prices = load_assumptions().prices
    everything = catalogue_of(
        [
            (row.vcpus, row.memory_gib, row.sustained_cpu_share, row.on_demand_usd_per_hour)
            for row in prices.rows
            if (row.provider, row.region) == (provider, region)
        ]
    )
    candidates = prices.catalogue(provider, region, "on_demand")
    assert len(candidates.names) < len(everything.names)
    expected = brute_force_usd_per_hour(everything, case)
    assert fleet_usd_per_hour(candidates, case) == pytest.approx(expected, rel=1e-12, nan_ok=True)


@given(everything=catalogues(largest=8), case=fleet_cases)
def test_pruning_any_list_loses_no_cheapest_fleet(everything, case):
    """The same for made-up lists, with types that are alike or beaten by a hair."""
    pruned = fleet_usd_per_hour(everything.candidates(), case)
    assert pruned == pytest.approx(brute_force_usd_per_hour(everything, case), rel=1e-12, nan_ok=True)


@given(types=catalogues(), case=fleet_cases)
def test_the_named_fleet_costs_what_the_cheapest_costs(types, case):
    """Servers x price of the named type is the cheapest price, and the quick formula agrees."""
    one_rps = np.where(types.memory_gib > case["worker_gib"], 10 * types.vcpu_count, np.nan)
    usd_per_hour = types.instance_usd_per_hour
    offers = one_rps[:, None], usd_per_hour[:, None], case["spare"], case["minimum"]
    best = fleet.cheapest_fleet(case["load_rps"], *offers)
    np.testing.assert_array_equal(best.usd_per_hour, fleet.cheapest_fleet_usd_per_hour(case["load_rps"], *offers))
    index = best.instance_index[0]
    if index >= 0:
        assert best.server_capacity_rps[0] == one_rps[index]
        assert best.servers[0] * usd_per_hour[index] == best.usd_per_hour[0]


def test_a_burstable_type_with_more_vcpus_is_kept_for_requests_that_wait():
    """
    Four vCPUs at 20% sustain less than one full vCPU, but run 4 sync workers where that one runs 1.

    1 ms of CPU + 999 ms of waiting: 4 req/s a server against 1. For 8 req/s that is 2 at 0.11 against 8 at 0.10 USD/h.
    """
    everything = catalogue_of([(1, 16, 1, 0.10), (4, 16, 0.2, 0.11)])
    case = dict.fromkeys(("os_gib", "extra", "spare", "overhead_usd_per_month"), 0.0)
    case |= dict.fromkeys(("per_vcpu", "slots", "target", "minimum", "cpu_ms"), 1.0)
    case |= {"load_rps": 8.0, "worker_gib": 0.5, "wait_ms": 999.0}
    assert fleet_usd_per_hour(everything.candidates(), case) == pytest.approx(0.22, rel=1e-12)


def test_alike_types_are_kept_once():
    """Of two types that are alike in everything the first stays; of a dearer one nothing does."""
    kept = catalogue_of([(2, 8, 1, 0.1), (2, 8, 1, 0.1), (2, 4, 1, 0.2)]).candidates()
    assert kept.names == ("type-0",)


def test_a_type_better_in_one_respect_is_kept():
    """More memory, more cores for good, or a lower price: each has its use."""
    kept = catalogue_of([(2, 8, 0.2, 0.1), (2, 16, 0.2, 0.11), (2, 8, 1, 0.12), (1, 8, 0.2, 0.09)]).candidates()
    assert len(kept.names) == 4


@pytest.mark.parametrize("name", ["servers_required", "server_usd_per_hour"])
@given(data=st.data())
def test_a_vector_equals_its_scalars(data, name):
    """Each formula gives for an array what it gives for each of its elements."""
    assert_vector_equals_scalar(data, public_functions("fleet")[name])


def test_a_vector_of_loads_has_the_fleets_of_each():
    """Fleets of three loads at once are the fleets of each load alone."""
    offers = np.array([240.0, 1000.0]), np.array([0.1, 0.4]), 1, 2
    loads = [10.0, 950.0, 5_000.0]
    together = fleet.cheapest_fleet_usd_per_hour(
        np.array(loads)[:, None], offers[0][:, None, None], offers[1][:, None, None], *offers[2:]
    )
    alone = [float(fleet.cheapest_fleet_usd_per_hour(load, *offers)) for load in loads]
    assert together[:, 0].tolist() == alone


def test_the_fleets_of_a_thousand_random_scenarios_are_those_of_brute_force_over_all_types():
    """
    24 scenarios in each of 42 regions, over all ways of serving: prices of all months are those of the whole list.

    The brute force knows no pruning: it sizes a fleet of each type of the region and takes the least.
    """
    generator = np.random.default_rng(seed=4)
    start = tco.scenario("customer-api", horizon_months=3)
    start = start.replace(servings=tuple(start.assumptions.servings))
    prices = start.assumptions.prices
    count = 0
    for provider, regions in prices.regions.items():
        for region in regions:

            def column(low, high):
                return np.exp(generator.uniform(np.log(low), np.log(high), size=(24, 1)))

            scenario = start.replace(
                provider=provider,
                region=region,
                peak_users=column(1, 200_000),
                app_cpu_ms=column(0.5, 200),
                wait_ms=column(1, 800),
                app_memory_mib=column(30, 8_000),
                p95_objective_ms=column(200, 4_000),
            )
            everything = prices.search(provider=provider, region=region).types()
            quick = tco.evaluate(scenario)
            brute = cost_of_ownership(scenario.shared, scenario.framework, everything)
            np.testing.assert_allclose(quick.component_usd["servers"], brute.component_usd["servers"], rtol=1e-9)
            served = quick.instance_index >= 0
            assert served.any()
            np.testing.assert_array_equal(served, brute.instance_index >= 0)
            count += len(served)
    assert count >= 1_000


@given(seed=st.integers(0, 2**32), types=st.integers(1, 6), spare=st.integers(0, 2), per_point=st.booleans())
def test_many_points_have_the_fleets_of_few(seed, types, spare, per_point):
    """
    Where there are many points types are passed over at those that they serve nothing at: to the last bit the same
    prices, whatever is missing where, a point without any type included, with one reserve for all or one for each.
    """
    generator = np.random.default_rng(seed)
    capacity_rps, price = generator.uniform(1, 100, (2, types, 7, 3))
    capacity_rps[generator.random(capacity_rps.shape) < 0.6] = np.nan
    load_rps = generator.uniform(1, 1000, (4, 7, 1))
    reserve = (
        (np.full((7, 1), float(spare)), generator.integers(1, 4, (7, 1)).astype(float)) if per_point else (spare, 2)
    )
    few = fleet.cheapest_fleet_usd_per_hour(load_rps, capacity_rps, price, *reserve)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fleet, "_MANY_POINTS", 1)
        many = fleet.cheapest_fleet_usd_per_hour(load_rps, capacity_rps, price, *reserve)
    np.testing.assert_array_equal(many, few)
    each = fleet.servers_required(load_rps, capacity_rps[:, None], *reserve) * price[:, None]
    np.testing.assert_array_equal(few, np.fmin.reduce(each, axis=0))


def test_the_cheapest_type_is_that_of_the_cheapest_fleet():
    """At a hundred points with types missing the index is the named fleet's; where none serves it is -1."""
    generator = np.random.default_rng(6)
    capacity_rps, price = generator.uniform(1, 100, (2, 4, 100))
    capacity_rps[generator.random(capacity_rps.shape) < 0.5] = np.nan
    load_rps = generator.uniform(1, 1000, 100)
    index = fleet.cheapest_type_index(load_rps, capacity_rps, price, 1, 2)
    named = fleet.cheapest_fleet(load_rps, capacity_rps, price, 1, 2).instance_index
    assert (index == -1).any()
    assert index.tolist() == named.tolist()
