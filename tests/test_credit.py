"""Credit: weeks by hand, and against a bucket that is filled and emptied hour by hour in plain Python."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco.credit import burst_ratio, credit_hours

profiles = st.lists(st.floats(0.0, 1.0), min_size=1, max_size=40).map(lambda shares: np.array([*shares, 1.0]))
caps = st.floats(0.0, 60.0)


def bucket_hours(profile, ratio, cap_hours, weeks):
    """Credit at the end of each hour of the last of many weeks, the first of which begins with all of it."""
    left, week = cap_hours, []
    for _ in range(weeks):
        week = []
        for share in profile:
            left = min(cap_hours, left + 1.0 - ratio * share)
            week.append(left)
    return np.array(week)


def test_an_office_day_by_hand():
    """
    Ten hours at the peak, fourteen at a tenth of it, all days alike; 24 hours are kept.

    The day's mean is (10 + 1.4) / 24 = 0.475, so that 1 / 0.475 times the sustained load spends what is earned. Ten
    hours in a row allow (24 + 10) / 10 = 3.4: the mean binds. With 4 hours kept, ten in a row allow 1.4: they bind.
    """
    day = np.array([0.1] * 14 + [1.0] * 10)
    assert float(burst_ratio(day, 24.0)) == pytest.approx(24 / 11.4, rel=1e-12)
    assert float(burst_ratio(day, 4.0)) == pytest.approx(1.4, rel=1e-12)


def test_five_busy_days_are_a_run_of_their_own():
    """
    A week of five such days and two at a tenth. Its mean is (50 + 11.8) / 168, which would allow 2.718.

    From Monday's first busy hour to Friday's last are 4 x 24 + 10 = 106 hours with 50 + 5.6 = 55.6 hours of the peak:
    (24 + 106) / 55.6 = 2.338 binds. Ten busy hours alone would allow 3.4.
    """
    busy = [0.1] * 8 + [1.0] * 10 + [0.1] * 6
    week = np.array(busy * 5 + [0.1] * 48)
    assert float(burst_ratio(week, 24.0)) == pytest.approx(130 / 55.6, rel=1e-12)


@pytest.mark.parametrize(("profile", "cap_hours"), [([1.0] * 168, 24.0), ([0.2, 1.0, 0.4], 0.0)])
def test_a_flat_week_and_an_empty_bucket_carry_the_sustained_load(profile, cap_hours):
    """Where every hour is the peak nothing is ever saved, and where nothing is kept the busiest hour is on its own."""
    assert float(burst_ratio(np.array(profile), cap_hours)) == pytest.approx(1.0, rel=1e-12)


def test_a_bucket_without_end_carries_whatever_the_mean_does():
    """Only the mean is left: four times the sustained load for a quarter of the time."""
    assert float(burst_ratio(np.array([1.0, 0.0, 0.0, 0.0]), 1e6)) == pytest.approx(4.0, rel=1e-12)


@given(profile=profiles, cap_hours=caps)
def test_the_largest_load_just_keeps_the_bucket_from_running_dry(profile, cap_hours):
    """At the ratio the bucket is never below empty, week after week; a fiftieth more empties it one day."""
    ratio = float(burst_ratio(profile, cap_hours))
    assert bucket_hours(profile, ratio, cap_hours, weeks=3).min() >= -1e-9 * (1 + cap_hours)
    # Where only the mean is too high, an hour takes at least a fiftieth of an hour's earning out of it.
    weeks = 3 + int(cap_hours * 50 / len(profile))
    assert bucket_hours(profile, ratio * 1.02, cap_hours, weeks).min() < 0


@given(profile=profiles, cap_hours=caps, share=st.floats(0.05, 1.0))
def test_the_balance_is_that_of_a_bucket_hour_by_hour(profile, cap_hours, share):
    """Any load that the week's mean allows, also one that would take more than there is."""
    ratio = share / float(profile.mean())
    expected = bucket_hours(profile, ratio, cap_hours, weeks=3)
    np.testing.assert_allclose(credit_hours(profile, ratio, cap_hours), expected, atol=1e-9 * (1 + cap_hours))


@given(profile=profiles, cap_hours=st.lists(caps, min_size=1, max_size=4))
def test_many_caps_at_once_are_each_alone(profile, cap_hours):
    """An array of caps gives what each of them gives."""
    together = burst_ratio(profile, np.array(cap_hours))
    assert together.tolist() == [float(burst_ratio(profile, cap)) for cap in cap_hours]


@given(profile=profiles, cap_hours=caps, more=st.floats(0.0, 10.0))
def test_more_credit_carries_no_less(profile, cap_hours, more):
    """The ratio rises with the cap, and never beyond what the mean allows."""
    ratio = float(burst_ratio(profile, cap_hours))
    assert ratio <= float(burst_ratio(profile, cap_hours + more)) <= 1 / profile.mean() * (1 + 1e-12)
