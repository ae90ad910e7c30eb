"""Demand by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco import demand
from tests.formulas import assert_vector_equals_scalar, public_functions

# A profile is stretched as a whole.
SCALAR_FORMULAS = {name: formula for name, formula in public_functions("demand").items() if name != "stretched_share"}


def test_ten_thousand_people_with_a_request_each_ten_seconds_are_a_thousand_requests_per_second():
    """10,000 people x 6 requests a minute / 60 s = 1,000 req/s."""
    assert demand.peak_load_rps(10_000, 6, 0) == 1_000


def test_load_of_other_callers_comes_on_top():
    """600 people x 1 a minute / 60 s + 5 req/s known directly = 15 req/s."""
    assert demand.peak_load_rps(600, 1, 5) == 15


def test_nobody_makes_no_load():
    """No people and no other callers: no load."""
    assert demand.peak_load_rps(0, 6, 0) == 0


@pytest.mark.parametrize(("month", "ratio"), [(0, 1.0), (1, 1.1), (2, 1.21), (3, 1.331)])
def test_growth_compounds(month, ratio):
    """10% a month: 1, 1.1, 1.1 x 1.1 = 1.21, 1.21 x 1.1 = 1.331."""
    assert demand.traffic_ratio(month, 0.1) == pytest.approx(ratio, rel=1e-12)


def test_no_growth_keeps_the_traffic():
    """Without growth the traffic of month 240 is that of the first."""
    assert demand.traffic_ratio(240, 0) == 1


def test_egress_of_one_response_of_a_mebibyte_per_second():
    """730 h x 3,600 s = 2,628,000 s; x 1 MiB = 2,628,000 / 1,024 GiB = 2,566.40625 GiB a month."""
    assert demand.egress_gib_per_month(1, 1, 1024) == 2_566.40625


def test_egress_follows_the_mean_and_not_the_peak():
    """A mean of a quarter of the peak sends a quarter: 2,566.40625 / 4 = 641.6015625 GiB."""
    assert demand.egress_gib_per_month(1, 0.25, 1024) == 641.6015625


@pytest.mark.parametrize("name", SCALAR_FORMULAS)
@given(data=st.data())
def test_a_vector_equals_its_scalars(data, name):
    """Each formula gives for an array what it gives for each of its elements."""
    assert_vector_equals_scalar(data, SCALAR_FORMULAS[name])


def test_a_stretched_profile_has_the_mean_that_is_asked_for():
    """Half the time at half the peak, stretched to a mean of 0.625: the half becomes a quarter."""
    assert demand.stretched_share(np.array([0.5, 1.0]), 0.625).tolist() == pytest.approx([0.25, 1.0], rel=1e-12)
    assert demand.stretched_share(np.array([0.5, 1.0]), 0.75).tolist() == pytest.approx([0.5, 1.0], rel=1e-12)


def test_a_flat_profile_stays_flat():
    """No power makes a valley where there is none."""
    assert demand.stretched_share(np.ones(3), 0.3).tolist() == [1, 1, 1]
