"""Servers that may be the cheapest: ruling types out changes no fleet."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import tco
from tco import demand, fleet, servers
from tco.inputs import rows_of
from tco.model import cost_of_ownership

LOADS = 12


@pytest.mark.parametrize("preset", ["customer-api", "internal-tool", "ml-product"])
@pytest.mark.parametrize("objective_ratio", [1.0, 0.2])
def test_fleets_of_types_that_are_left_are_those_of_all_types(preset, objective_ratio):
    """
    For a thousand draws and a dozen loads between the least and the most, fleets cost the same to the last bit, and are
    of the same type, whether all types are worked out or only those that may be the cheapest; most types are spared.
    """
    scenario = tco.scenario(preset)
    scenario = scenario.replace(p95_objective_ms=scenario.value("p95_objective_ms") * objective_ratio)
    draws = tco.draw(1024, scenario, seed=2)
    s, f, catalogue = draws.shared, draws.framework, draws.catalogue
    least_rps = demand.peak_load_rps(s.peak_users, s.requests_per_user_per_minute, s.direct_peak_load_rps)
    most_rps = least_rps * 20.0
    some = servers.offers(s, f, catalogue, least_rps, most_rps)
    every_rps = servers.server_capacity_rps(s, f, servers.servers_of(s, f, catalogue))
    price = catalogue.instance_usd_per_hour[:, None, None] * s.instance_price_ratio
    price = fleet.server_usd_per_hour(price, s.server_overhead_usd_per_month)
    worked_out = np.isfinite(some.server_capacity_rps)
    of_type = np.take_along_axis(every_rps, some.instance_index, axis=0)
    assert np.array_equal(some.server_capacity_rps[worked_out], of_type[worked_out])
    assert worked_out.sum() < 0.5 * np.isfinite(every_rps).sum()
    reserve = s.spare_servers, s.minimum_servers
    for load_rps in np.geomspace(least_rps, most_rps, LOADS):
        left = fleet.cheapest_fleet(load_rps, *some[:2], *reserve, some.instance_index)
        every = fleet.cheapest_fleet(load_rps, every_rps, price, *reserve)
        for of_left, of_every in zip(left, every, strict=True):
            np.testing.assert_array_equal(of_left, of_every)


def test_types_that_are_left_stand_in_front_in_the_catalogues_order():
    """Nothing serves behind a place that is empty, no place is empty at all points, and indices rise."""
    draws = tco.draw(512, tco.scenario("customer-api"), seed=5)
    s, f = draws.shared, draws.framework
    load_rps = demand.peak_load_rps(s.peak_users, s.requests_per_user_per_minute, s.direct_peak_load_rps)
    left = servers.offers(s, f, draws.catalogue, load_rps, load_rps * 5.0)
    serves = np.isfinite(left.server_capacity_rps)
    assert not (serves[1:] & ~serves[:-1]).any()
    assert serves.any(axis=(1, 2)).all()
    assert (np.diff(left.instance_index, axis=0)[serves[1:]] > 0).all()


def test_memory_that_no_worker_needs_is_not_paid_for():
    """Of two types with the same cores the dearer one has twice the memory: it is left only where more workers fit."""
    draws = tco.draw(1024, tco.scenario("customer-api"), seed=4)
    s, f = draws.shared, draws.framework
    left = servers.offers(s, f, draws.catalogue, 1.0, 1e5)
    pairs = 0
    for cheap in draws.catalogue.names:
        if not cheap.startswith("c6g."):
            continue
        places = [draws.catalogue.names.index(name) for name in (cheap, cheap.replace("c6g.", "m6g."))]
        has_cheap, has_dear = ((left.instance_index == i) & np.isfinite(left.server_capacity_rps) for i in places)
        workers = servers.servers_of(s, f, draws.catalogue.only(np.array(places))).workers_count
        assert not (has_dear.any(axis=0) & (workers[0] == workers[1])).any()
        pairs += has_cheap.any()
    assert pairs == 5


def test_few_scenarios_are_worked_out_in_full():
    """One scenario at a time, where nothing is ruled out, gives what a thousand at once give."""
    draws = tco.draw(1024, tco.scenario("customer-api"), seed=3)
    together = tco.evaluate(draws).total_usd
    for i in (0, 1, 1023):
        row = slice(i, i + 1)
        alone = cost_of_ownership(rows_of(draws.shared, row), rows_of(draws.framework, row), draws.catalogue)
        np.testing.assert_allclose(alone.total_usd, together[row], rtol=1e-12)


@given(
    capacities=st.tuples(*[st.floats(0.1, 1e4)] * 3),
    prices=st.tuples(*[st.floats(0.001, 10)] * 3),
    spare=st.integers(0, 3),
    minimum=st.integers(1, 4),
    ends=st.tuples(*[st.floats(0.01, 1e5)] * 2),
    at=st.floats(0, 1),
)
def test_a_type_that_is_outdone_is_nowhere_the_cheapest_one(capacities, prices, spare, minimum, ends, at):
    """At any load between the two ends the fleet of a rival costs less than that of a type that rivals outdo."""
    least_rps, most_rps = sorted(ends)
    types = np.array(capacities), np.array(prices)
    one, rivals = ([values[some] for values in types] for some in (slice(1), slice(1, None)))
    outdone = fleet.outdone(least_rps, most_rps, *one, *rivals, spare, minimum)
    load_rps = least_rps + at * (most_rps - least_rps)
    usd = fleet.servers_required(load_rps, types[0], spare, minimum) * types[1]
    assert not outdone[0] or usd[1:].min() < usd[0]


@pytest.mark.parametrize(("least_rps", "outdone"), [(500, True), (50, False)])
def test_twice_the_price_for_the_same_is_outdone_where_one_server_more_is_not_a_half(least_rps, outdone):
    """At 5 to 9 servers one more is at most a fifth, and half the price makes up for it; at 1 server it is all."""
    one, rival = (np.array([100.0]), np.array([0.2])), (np.array([100.0]), np.array([0.1]))
    assert fleet.outdone(least_rps, 900, *one, *rival, 0, 1).tolist() == [outdone]
    # A rival that outdoes nobody changes nothing.
    rivals = (np.array([100.0, 100.0]), np.array([0.1, 0.3]))
    assert fleet.outdone(least_rps, 900, *one, *rivals, 0, 1).tolist() == [outdone]


def test_a_rival_that_serves_nothing_outdoes_nobody():
    """NaN capacity: nothing is ruled out."""
    one, rival = (np.array([100.0]), np.array([0.2])), (np.array([np.nan]), np.array([0.0001]))
    assert fleet.outdone(500, 900, *one, *rival, 0, 1).tolist() == [False]


@pytest.mark.parametrize("name", [*servers.OF_REQUESTS, *servers.OF_RESERVE, *servers.OF_SERVING])
def test_one_input_with_many_values_is_enough_for_types_to_be_ruled_out(name):
    """Whatever differs between 500 scenarios: each has its fleet, of types that are left, and that of it alone."""
    start = tco.scenario("ml-product", horizon_months=2)

    def at(value):
        return start.replace(**{name: dict.fromkeys(start.servings, value) if name in servers.OF_SERVING else value})

    many = at(np.ones((500, 1)))
    if name in servers.OF_SERVING:
        assert np.shape(getattr(many.framework, name)) == (500, 3)
    left = servers.offers(many.shared, many.framework, many.catalogue, 1.0, 2.0)
    assert left.instance_index is not None
    together, alone = (tco.evaluate(scenario).component_usd["servers"] for scenario in (many, at(1.0)))
    np.testing.assert_allclose(together, np.broadcast_to(alone, (500, 3)), rtol=1e-12)
