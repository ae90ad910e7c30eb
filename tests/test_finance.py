"""Finance by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco import finance
from tests.formulas import assert_vector_equals_scalar, public_functions

rates = st.floats(0, 2)
months = st.floats(0, 240)


def test_without_growth_and_discount_a_payment_is_worth_its_number():
    """36 payments of 1 are worth 36."""
    assert finance.annuity_months(0, 36, 0, 0) == 36


def test_growth_as_fast_as_the_discount_cancels_it():
    """(1 + g) / (1 + r) = 1: 36 payments are worth 36."""
    assert finance.annuity_months(0, 36, 0.07, 0.07) == 36


def test_a_continuous_year_at_25_per_cent():
    """(1 - 1 / 1.25) / ln 1.25 years x 12 = 0.2 / 0.22314 x 12 = 10.755 months (Kellison, chapter 4)."""
    assert finance.annuity_months(0, 12, 0, 0.25) == pytest.approx(0.2 / math.log(1.25) * 12, rel=1e-12)


def test_a_continuous_year_of_growth_at_25_per_cent():
    """(1.25 - 1) / ln 1.25 years x 12 = 13.444 months."""
    assert finance.annuity_months(0, 12, 0.25, 0) == pytest.approx(0.25 / math.log(1.25) * 12, rel=1e-12)


@pytest.mark.parametrize(("start", "end"), [(5, 5), (9, 5), (1e6, 36)])
def test_nothing_flows_where_the_end_is_not_after_the_start(start, end):
    """An empty interval is worth 0, also where its start lies far outside the horizon."""
    assert finance.annuity_months(start, end, 2, 0) == 0


def test_the_second_year_is_worth_the_first_at_its_discount():
    """At 25% the months 12 to 24 are worth 1 / 1.25 = 0.8 of the months 0 to 12."""
    first, second = finance.annuity_months(np.array([0, 12]), np.array([12, 24]), 0, 0.25)
    assert second == pytest.approx(0.8 * first, rel=1e-12)


@given(start=months, middle=months, end=months, growth=rates, discount=rates)
def test_neighbouring_intervals_add_up_to_the_whole(start, middle, end, growth, discount):
    """From a to b and from b to c is from a to c."""
    start, middle, end = sorted([start, middle, end])
    parts = finance.annuity_months(np.array([start, middle]), np.array([middle, end]), growth, discount)
    assert parts.sum() == pytest.approx(finance.annuity_months(start, end, growth, discount), rel=1e-9, abs=1e-12)


@given(start=st.floats(0, 120), length=st.floats(0.01, 60), growth=rates, discount=rates)
def test_the_annuity_is_the_integral_of_single_payments(start, length, growth, discount):
    """Many small payments, each at its own value (midpoint rule), are worth the continuous flow."""
    step = length / 2000
    times = start + step * (np.arange(2000) + 0.5)
    summed = (finance.value_factor(times, growth, discount) * step).sum()
    assert finance.annuity_months(start, start + length, growth, discount) == pytest.approx(summed, rel=1e-6)


@given(
    launch=st.floats(0, 60),
    start=st.floats(0, 60),
    length=st.floats(0.01, 60),
    adoption=st.floats(0.5, 240),
    growth=rates,
    discount=rates,
)
def test_adoption_is_the_integral_of_its_curve(launch, start, length, adoption, growth, discount):
    """Payments times the adopted share, 1 - (1 + 2t/a) exp(-2t/a) since the launch, summed by the midpoint rule."""
    step = length / 4000
    times = start + step * (np.arange(4000) + 0.5)
    stage = 2 * np.maximum(times - launch, 0) / adoption
    summed = ((1 - (1 + stage) * np.exp(-stage)) * finance.value_factor(times, growth, discount) * step).sum()
    found = finance.adopted_months(launch, start, start + length, adoption, growth, discount)
    assert found == pytest.approx(summed, rel=1e-4, abs=1e-8 * length)


def test_without_adoption_all_customers_are_there_at_the_launch():
    """From month 6 to 36 at no rates: 30 months; before the launch nothing."""
    assert finance.adopted_months(6, 0, 36, 0, 0, 0) == 30
    assert finance.adopted_months(36, 0, 6, 0, 0, 0) == 0


def test_after_a_long_time_adoption_has_cost_its_mean():
    """All come in the end, on average after 6 months each: 600 - 6 = 594 months of full payment."""
    assert finance.adopted_months(0, 0, 600, 6, 0, 0) == pytest.approx(594, rel=1e-12)


def test_todays_payment_is_worth_itself():
    """At month 0 the value is 1, whatever the rates."""
    assert finance.value_factor(0, 0.5, 0.9) == 1


@pytest.mark.parametrize(
    ("month", "growth", "discount", "value"),
    [(12, 0, 0.25, 0.8), (24, 0, 0.25, 0.64), (12, 0.25, 0, 1.25), (6, 0, 0.21, 1 / 1.1), (12, 0.5, 0.25, 1.2)],
)
def test_the_value_of_a_single_payment(month, growth, discount, value):
    """((1 + g) / (1 + r)) ** (months / 12): 1 / 1.25, its square, 1.25, 1 / sqrt 1.21, 1.5 / 1.25."""
    assert finance.value_factor(month, growth, discount) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize("name", public_functions("finance"))
@given(data=st.data())
def test_a_vector_equals_its_scalars(data, name):
    """Each formula gives for an array what it gives for each of its elements."""
    assert_vector_equals_scalar(data, public_functions("finance")[name])
