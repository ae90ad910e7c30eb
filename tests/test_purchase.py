"""Purchase: the reserved base that costs least, against every other one."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco import purchase
from tests.formulas import assert_vector_equals_scalar, public_functions


@st.composite
def levels(draw):
    """Servers that run at each level, ascending, and how much of the time."""
    servers = sorted(draw(st.lists(st.integers(0, 30), min_size=1, max_size=12)))
    hours = np.array(draw(st.lists(st.integers(1, 40), min_size=len(servers), max_size=len(servers))), dtype=float)
    return np.array(servers, dtype=float), hours / hours.sum()


prices = st.floats(0.001, 5.0)


@given(fleet=levels(), reserved=prices, rest=prices)
def test_the_base_is_the_best_of_all(fleet, reserved, rest):
    """Exhaustive search over every number of reserved servers, in plain Python, finds nothing cheaper."""
    servers, shares = fleet

    def cost(base):
        return base * reserved + sum(
            share * max(count - base, 0) * rest for count, share in zip(servers, shares, strict=True)
        )

    base = float(purchase.base_servers(servers, shares, reserved, rest))
    found = float(purchase.mixed_usd_per_hour(servers, shares, base, reserved, rest))
    assert found == pytest.approx(cost(base), rel=1e-12)
    assert found == pytest.approx(min(cost(count) for count in range(32)), rel=1e-9)


def test_a_server_that_runs_less_than_its_price_ratio_is_not_reserved():
    """
    Reserved costs 60 per cent: the two that always run are reserved, the four that run a quarter of the time are not.
    """
    servers, shares = np.array([2.0, 6.0]), np.array([0.75, 0.25])
    assert purchase.base_servers(servers, shares, 0.06, 0.10) == 2
    assert purchase.base_servers(servers, shares, 0.02, 0.10) == 6
    assert purchase.base_servers(servers, shares, 0.10, 0.10) == 0


def test_without_a_reserved_price_nothing_is_reserved():
    """NaN is a term that is not on offer: the fleet is paid on demand, and costs 3 x 0.1 on average."""
    servers, shares = np.array([2.0, 6.0]), np.array([0.75, 0.25])
    base = purchase.base_servers(servers, shares, np.nan, 0.10)
    assert base == 0
    assert purchase.mixed_usd_per_hour(servers, shares, base, np.nan, 0.10) == pytest.approx(0.3, rel=1e-12)


def test_many_fleets_at_once_are_each_alone():
    """Levels of shape (u, n) and prices of shape (n,): each column is the fleet by itself."""
    servers, shares = np.array([[1.0, 2.0], [4.0, 3.0], [9.0, 3.0]]), np.array([0.5, 0.3, 0.2])
    reserved, rest = np.array([0.05, 0.03]), np.array([0.1, 0.1])
    base = purchase.base_servers(servers, shares, reserved, rest)
    usd = purchase.mixed_usd_per_hour(servers, shares, base, reserved, rest)
    for i in range(2):
        alone = purchase.base_servers(servers[:, i], shares, reserved[i], rest[i])
        assert base[i] == alone
        assert usd[i] == purchase.mixed_usd_per_hour(servers[:, i], shares, alone, reserved[i], rest[i])


def test_spot_hours_cost_what_replacements_add():
    """0.03 USD and a tenth of the hours on top."""
    assert purchase.spot_effective_usd_per_hour(0.03, 0.1) == pytest.approx(0.033, rel=1e-12)


@given(data=st.data())
def test_a_vector_equals_its_scalars(data):
    """The formula gives for an array what it gives for each of its elements."""
    assert_vector_equals_scalar(data, public_functions("purchase")["spot_effective_usd_per_hour"])
