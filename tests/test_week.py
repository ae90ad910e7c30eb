"""Week: hourly autoscaling by hand, and what holds for any profile."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco import week
from tests.formulas import assert_vector_equals_scalar, public_functions

profiles = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=168).map(lambda shares: np.array([*shares, 1.0]))


def test_a_tiny_day_by_hand():
    """
    Four hours at 10, 40, 100 and 50 per cent of 1,000 req/s; a server carries 100, one is spare, two at least, nine at
    most, and a server takes a quarter of an hour to come.

    Ordered: 10 + (40 - 10) / 4 = 17.5; 40 + 60 / 4 = 55; 100; 50. Servers: ceil(1.75) + 1 = 3; ceil(5.5) + 1 = 7;
    10 + 1 = 11, but nine are the most; 5 + 1 = 6. Together 25 server-hours. Of them 1 + 4 + 9 + 5 = 19 are filled (the
    third hour asks for 10 and has 9), so 6 / 25 are waste.
    """
    profile = np.array([0.1, 0.4, 1.0, 0.5])
    ordered = week.ordered_share(profile, 0.25)
    assert ordered == pytest.approx([0.175, 0.55, 1.0, 0.5], rel=1e-12)
    servers = week.hourly_servers(1000 * ordered, 100.0, 1, 2, 9, 1)
    assert servers.tolist() == [3, 7, 9, 6]
    assert float(week.waste_share(1000 * profile, servers, 100.0)) == pytest.approx(6 / 25, rel=1e-12)
    busy = week.utilization_share(1000 * profile, servers, 125.0)
    assert busy == pytest.approx([100 / 375, 400 / 875, 1000 / 1125, 500 / 750], rel=1e-12)


def test_without_lag_only_the_load_of_the_hour_is_ordered():
    """No lag: nothing ahead of time."""
    profile = np.array([0.1, 0.9, 0.3])
    assert week.ordered_share(profile, 0.0).tolist() == profile.tolist()


def test_with_an_hour_of_lag_the_next_hour_is_ordered_while_the_load_rises():
    """The last hour of the week is followed by the first."""
    assert week.ordered_share(np.array([0.5, 0.9, 0.3]), 1.0).tolist() == [0.9, 0.9, 0.5]


@given(profile=profiles, lag=st.floats(0, 1))
def test_what_is_ordered_lies_between_the_hour_and_the_peak(profile, lag):
    """Never less than the load of the hour, never more than the larger of it and the next one."""
    ordered = week.ordered_share(profile, lag)
    assert (ordered >= profile).all()
    assert (ordered <= np.maximum(profile, np.roll(profile, -1)) + 1e-12).all()


@given(
    profile=profiles, load=st.floats(0.1, 1e5), one=st.floats(1, 1e3), spare=st.integers(0, 2), low=st.integers(1, 4)
)
def test_autoscaling_runs_no_more_servers_than_a_static_fleet(profile, load, one, spare, low):
    """In no hour has an autoscaled fleet more servers than the static one for the peak, and at the peak as many."""
    hourly = week.hourly_servers(load * profile, one, spare, low, 1e4, 1)
    static = week.hourly_servers(load, one, spare, low, 1e4, 1)
    assert (hourly <= static).all()
    assert hourly.max() == static


@pytest.mark.parametrize(
    ("needed", "zones", "servers"), [(4, 1, 4), (4, 2, 8), (4, 3, 6), (5, 3, 9), (1, 3, 3), (0, 3, 0)]
)
def test_enough_servers_are_left_when_a_zone_fails(needed, zones, servers):
    """Over two zones each carries all; over three each carries half, rounded up."""
    assert week.spread_servers(needed, zones) == servers
    assert zones == 1 or servers - servers / zones >= needed


def test_a_spread_fleet_needs_no_further_spare():
    """Three carry the load: with one spare 4; over three zones 6, two of which may fail together."""
    assert week.hourly_servers(300.0, 100.0, 1, 2, 99, 3) == 6


def test_a_server_without_workers_makes_no_fleet():
    """NaN capacity: NaN servers."""
    assert np.isnan(week.hourly_servers(300.0, np.nan, 1, 2, 99, 1))


def test_a_full_fleet_wastes_nothing():
    """Each server-hour filled to its capacity."""
    assert week.waste_share(np.array([100.0, 200.0]), np.array([1.0, 2.0]), 100.0) == 0


@pytest.mark.parametrize("name", ["spread_servers", "hourly_servers", "utilization_share"])
@given(data=st.data())
def test_a_vector_equals_its_scalars(data, name):
    """Each formula gives for an array what it gives for each of its elements."""
    assert_vector_equals_scalar(data, public_functions("week")[name])
