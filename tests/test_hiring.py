"""Hiring by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco import hiring
from tests.formulas import assert_vector_equals_scalar, public_functions


def test_the_pool_is_who_uses_it_and_would_move():
    """1,000,000 developers x 10% x 20% = 20,000 people."""
    assert hiring.pool_people(1_000_000, 0.1, 0.2) == pytest.approx(20_000, rel=1e-12)


def test_in_the_reference_pool_the_published_time_holds():
    """365 / 6 days are 2 months of 365 / 12 days, whatever the elasticity."""
    assert hiring.time_to_fill_months(35_000, 35_000, 365 / 6, 0.7, 1, 0.3) == pytest.approx(2, rel=1e-12)


def test_half_the_pool_at_an_elasticity_of_a_fifth_takes_15_per_cent_longer():
    """2 ** 0.2 = 1.1487: 2 months become 2.2974, as the note of the assumption says."""
    assert hiring.time_to_fill_months(50, 100, 365 / 6, 0.2, 1, 0.3) == pytest.approx(2 * 1.148698354997035, rel=1e-12)


def test_at_an_elasticity_of_one_a_quarter_of_the_pool_takes_four_times_as_long():
    """2 months x 100 / 25 = 8 months."""
    assert hiring.time_to_fill_months(25, 100, 365 / 6, 1, 1, 0.3) == pytest.approx(8, rel=1e-12)


@pytest.mark.parametrize("elasticity", [0, 0.2, 1])
def test_an_empty_pool_never_fills_a_seat_and_the_search_is_given_up(elasticity):
    """A pool of zero takes for ever, also where the time does not follow the pool; the search lasts the longest."""
    assert hiring.time_to_fill_months(0, 100, 50, elasticity, 1, 0.1) == np.inf
    assert hiring.search_months(np.inf, 9) == 9


def test_a_search_that_takes_no_time_takes_none_in_the_smallest_pool():
    """A published time of 0 days stays 0 months in a pool of one; less than one person is an empty pool."""
    assert hiring.time_to_fill_months(1, 1e9, 0, 2, 1, 0) == 0
    assert hiring.time_to_fill_months(5e-324, 1e9, 0, 2, 1, 0) == np.inf


def test_a_search_never_lasts_longer_than_the_longest():
    """2 months x 1,000 = 2,000 months are given up after 12; 2 months are not."""
    assert hiring.search_months(hiring.time_to_fill_months(1, 1000, 365 / 6, 1, 1, 0), 12) == 12
    assert hiring.search_months(2, 12) == 2


def test_four_times_the_demand_at_an_elasticity_of_a_half_takes_twice_as_long():
    """2 months x 4 ** 0.5 = 4 months."""
    assert hiring.time_to_fill_months(100, 100, 365 / 6, 0.2, 4, 0.5) == pytest.approx(4, rel=1e-12)


@pytest.mark.parametrize(
    ("growth", "months", "share"),
    [(1.2, 0, 0.1), (1.2, 12, 0.12), (0.5, 24, 0.025), (20, 12, 1.0), (0, 12, 0)],
    ids=["now", "a year of a fifth more", "two years of half", "more than everybody", "given up by all"],
)
def test_a_share_grows_by_its_ratio_each_year(growth, months, share):
    """0.1 x ratio ** years, and at most everybody."""
    assert hiring.later_pool_share(0.1, growth, months) == pytest.approx(share, rel=1e-12)


@pytest.mark.parametrize(
    ("open_seats_share", "mean"), [(0, 100), (1, 120), (0.25, 105)], ids=["all are there", "all are hired", "a quarter"]
)
def test_those_who_are_there_count_as_they_are(open_seats_share, mean):
    """Who is there has 100, who is hired 120: 0.75 x 100 + 0.25 x 120 = 105."""
    assert hiring.team_mean(open_seats_share, 100, 120) == mean


@given(open_seats_share=st.floats(0, 1), figure=st.floats(0, 1e9))
def test_a_team_alike_is_its_own_mean(open_seats_share, figure):
    """Where the hired are like those who are there, it does not matter how many are hired."""
    assert hiring.team_mean(open_seats_share, figure, figure) == pytest.approx(figure, rel=1e-12)


def test_recruiting_costs_its_own_and_the_agencys_share():
    """5,000 + 0.5 x 0.2 x 120,000 = 5,000 + 12,000 = 17,000 USD."""
    assert hiring.recruiting_cost_usd(120_000, 5_000, 0.5, 0.2) == 17_000


@pytest.mark.parametrize("agency", [(0, 0.2), (0.5, 0)], ids=["no hire through an agency", "an agency without a fee"])
def test_without_an_agencys_fee_the_salary_does_not_matter(agency):
    """5,000 USD of one's own, for whoever is hired."""
    assert hiring.recruiting_cost_usd(np.array([0, 1e6]), 5_000, *agency).tolist() == [5_000, 5_000]


def test_onboarding_costs_the_pay_of_what_is_missed():
    """120,000 x 1.5 / 12 = 15,000 a month x 4 months x 0.5 = 30,000 USD."""
    assert hiring.onboarding_usd(120_000, 1.5, 4, 0.5) == 30_000


@pytest.mark.parametrize("onboarding", [(0, 0.5), (4, 0)], ids=["no time", "no output missed"])
def test_who_gives_full_output_at_once_needs_no_onboarding(onboarding):
    """No months, or nothing missed in them: 0 USD."""
    assert hiring.onboarding_usd(120_000, 1.5, *onboarding) == 0


def test_a_vacancy_costs_its_share_of_the_loaded_salary():
    """120,000 x 1.5 / 12 = 15,000 a month x 2 months x 0.5 = 15,000 USD."""
    assert hiring.vacancy_usd(120_000, 1.5, 2, 0.5) == 15_000


def test_a_seat_filled_at_once_costs_no_vacancy():
    """0 months empty: 0 USD."""
    assert hiring.vacancy_usd(120_000, 1.5, 0, 0.5) == 0


@given(pool=st.floats(1, 1e7), elasticity=st.floats(0, 2))
def test_a_smaller_pool_never_fills_faster(pool, elasticity):
    """Half of any pool takes at least as long."""
    months = hiring.time_to_fill_months(np.array([pool, pool / 2]), 35_000, 50, elasticity, 1, 0.1)
    assert months[1] >= months[0]


@pytest.mark.parametrize("name", public_functions("hiring"))
@given(data=st.data())
def test_a_vector_equals_its_scalars(data, name):
    """Each formula gives for an array what it gives for each of its elements."""
    assert_vector_equals_scalar(data, public_functions("hiring")[name])
