"""Tariff: tiers by hand, and against a sum unit by unit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco.tariff import tiered_cost

START, PRICE = np.array([0.0, 10.0, 50.0]), np.array([0.09, 0.085, 0.07])


@pytest.mark.parametrize(("quantity", "cost"), [(0, 0), (5, 0.45), (10, 0.9), (50, 0.9 + 3.4), (60, 0.9 + 3.4 + 0.7)])
def test_each_tier_is_charged_at_its_own_price(quantity, cost):
    """10 x 0.09 + 40 x 0.085 + the rest x 0.07."""
    assert tiered_cost(quantity, START, PRICE) == pytest.approx(cost, rel=1e-12, abs=1e-15)


@given(units=st.integers(0, 200))
def test_the_cost_is_the_sum_over_its_units(units):
    """Unit by unit, each at the price of the tier that it falls into."""
    expected = sum(PRICE[np.searchsorted(START, unit, side="right") - 1] for unit in range(units))
    assert tiered_cost(units, START, PRICE) == pytest.approx(expected, rel=1e-9, abs=1e-12)


def test_one_tier_is_a_plain_price():
    """Whatever the quantity."""
    assert tiered_cost([[3.0], [4.0]], np.array([0.0]), np.array([2.0])).tolist() == [[6.0], [8.0]]
