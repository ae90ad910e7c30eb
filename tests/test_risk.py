"""Risk by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tco import risk
from tests.formulas import assert_vector_equals_scalar, public_functions


def test_the_excess_is_counted_from_the_best():
    """7, 4 and 9 lie 3, 0 and 5 above the best."""
    assert risk.excess(np.array([7.0, 4.0, 9.0])).tolist() == [3, 0, 5]


def test_what_cannot_be_served_is_nobodys_yardstick():
    """NaN stays NaN and leaves the others comparable."""
    assert np.array_equal(risk.excess(np.array([7.0, np.nan, 4.0])), [3, np.nan, 0], equal_nan=True)


def test_where_nothing_can_be_served_there_is_no_excess():
    """All NaN: all NaN, without a warning."""
    assert np.isnan(risk.excess(np.full((2, 3), np.nan))).all()


@given(arrays(float, (4, 3), elements=st.floats(0, 1e9)))
def test_each_scenario_has_a_best(values):
    """In each row one excess is zero, and none is below."""
    excess = risk.excess(values)
    assert (excess.min(axis=-1) == 0).all()


def test_endpoints_turn_into_pages_and_pages_into_endpoints():
    """Half of 10 endpoints at 3 days a page + half of 30 pages at 2 days an endpoint = 15 + 30 = 45 days."""
    assert risk.turned_interface_days(10, 30, 0.5, 2, 3) == 45


def test_nothing_turned_is_nothing_to_rework():
    """A share of zero turns nothing."""
    assert risk.turned_interface_days(10, 30, 0, 2, 3) == 0


def test_a_retrofit_moves_each_interface_and_the_data_layer_once():
    """60 x 0.5 + 10 = 40 days; without interfaces the data layer alone."""
    assert risk.retrofit_days(60, 0.5, 10) == 40
    assert risk.retrofit_days(0, 0.5, 10) == 10


def test_a_wrong_pick_costs_rework_overspend_and_margin():
    """40 x 500 + 1,000 x 6 + 40 / 20 months x 10,000 x 0.1 = 20,000 + 6,000 + 2,000 = 28,000 USD."""
    assert risk.wrong_pick_usd(40, 500, 1_000, 6, 20, 10_000, 0.1) == 28_000


def test_a_right_pick_costs_nothing():
    """No rework and no overspend: 0 USD, whatever the margin."""
    assert risk.wrong_pick_usd(0, 500, 0, 6, 20, 1e6, 1) == 0


@pytest.mark.parametrize("name", [name for name in public_functions("risk") if name != "excess"])
@given(data=st.data())
def test_a_vector_equals_its_scalars(data, name):
    """Each formula gives for an array what it gives for each of its elements."""
    assert_vector_equals_scalar(data, public_functions("risk")[name])


@given(arrays(float, (4, 3), elements=st.floats(0, 1e9)))
def test_the_excess_of_scenarios_is_that_of_each(values):
    """`excess` works along the last axis, so a vector of scenarios equals the scenarios one by one."""
    assert np.array_equal(risk.excess(values), [risk.excess(row) for row in values])
