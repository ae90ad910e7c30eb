"""Staffing by hand, and against simulated searches."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco import staffing
from tests.formulas import assert_vector_equals_scalar, public_functions


@pytest.mark.parametrize(("month", "share"), [(0, 0), (2, 1 - np.exp(-1)), (4, 1 - np.exp(-2))])
def test_seats_fill_with_an_even_chance(month, share):
    """With a mean of 2 months, 1 - 1/e of the seats are filled after 2 of them."""
    assert staffing.filled_share(month, 2) == pytest.approx(share, rel=1e-12)


def test_a_pool_of_nobody_fills_no_seat_and_one_that_takes_no_time_fills_all():
    """Infinite months: none, ever. No months: all, from the first moment after the start."""
    assert staffing.filled_share(1e6, np.inf) == 0
    assert staffing.filled_share(1e-6, 0) == 1


@pytest.mark.parametrize(("seats", "months"), [(1, 2), (2, 3), (3, 11 / 3), (0, 0)])
def test_the_last_of_several_seats(seats, months):
    """2 x (1 + 1/2 + 1/3): one seat takes its mean, two half of it more, three a third more; none takes no time."""
    assert staffing.whole_team_months(seats, 2) == pytest.approx(months, rel=1e-9)


def test_a_team_without_open_seats_is_whole_though_nobody_could_be_hired():
    """No seat: 0 months, also in a pool of nobody; one seat there is never filled."""
    assert staffing.whole_team_months([0, 1], np.inf).tolist() == [0, np.inf]


def test_the_last_of_simulated_searches():
    """The slowest of 4 searches of 3 months each, over 100,000 teams: 3 x (1 + 1/2 + 1/3 + 1/4) to a per cent."""
    searches = np.random.default_rng(seed=7).exponential(3.0, size=(100_000, 4))
    assert staffing.whole_team_months(4, 3) == pytest.approx(searches.max(axis=1).mean(), rel=0.01)


@pytest.mark.parametrize("name", public_functions("staffing"))
@given(data=st.data())
def test_a_vector_equals_its_scalars(data, name):
    """Each formula gives for an array what it gives for each of its elements."""
    assert_vector_equals_scalar(data, public_functions("staffing")[name])
