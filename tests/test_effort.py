"""Effort by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco import effort
from tests.formulas import assert_vector_equals_scalar, public_functions

ENDPOINT_AND_PAGE = {
    "json_endpoint_effort_days": 1.5,
    "validation_effort_days": 0.5,
    "api_docs_effort_days": 0.25,
    "html_page_effort_days": 2.0,
    "form_effort_days": 1.0,
}


def test_endpoints_and_pages_add_up():
    """10 x (1.5 + 0.5 + 0.25) + 4 x (2 + 0.5 x 1) = 22.5 + 10 = 32.5 days."""
    assert effort.interface_effort_days(10, 4, 0.5, 1, 1, **ENDPOINT_AND_PAGE) == 32.5


def test_what_is_out_of_scope_takes_no_time():
    """Without validation, documentation and forms: 10 x 1.5 + 4 x 2 = 23 days."""
    assert effort.interface_effort_days(10, 4, 0, 0, 0, **ENDPOINT_AND_PAGE) == 23


def test_nothing_to_build_takes_no_time():
    """No endpoint and no page: 0 days."""
    assert effort.interface_effort_days(0, 0, 3, 1, 1, **ENDPOINT_AND_PAGE) == 0


@pytest.mark.parametrize(
    ("junior_share", "senior_share", "mean"),
    [(1, 1, 1), (0, 0, 2), (0, 1, 4), (0.2, 0.5, 0.2 * 1 + 0.8 * 3)],
    ids=["all junior", "all mid", "all senior", "a fifth junior, half of the rest senior"],
)
def test_the_mean_over_the_seniority_mix(junior_share, senior_share, mean):
    """Levels worth 1, 2 and 4; seniors are counted among those who are not junior."""
    assert effort.mix_mean(junior_share, senior_share, 1, 2, 4) == pytest.approx(mean, rel=1e-12)


def test_a_team_of_one_has_no_communication_overhead():
    """1 person x 240 days / 12 months = 20 days a month, whatever each further colleague would cost."""
    assert effort.team_output_days_per_month(1, 1, 1, 1, 240) == 20


def test_six_people_with_a_tenth_of_overhead_each_work_as_four():
    """6 / (1 + 0.1 x 5) = 4 people x 20 days = 80 days a month."""
    assert effort.team_output_days_per_month(6, 0.1, 0, 1, 240) == pytest.approx(80, rel=1e-12)


def test_pairs_cost_too():
    """6 people are 30 ordered pairs: 6 / (1 + 0.1 x 5 + 0.05 x 30) = 6 / 3 = 2 people x 20 days = 40 days a month."""
    assert effort.team_output_days_per_month(6, 0.1, 0.05, 1, 240) == pytest.approx(40, rel=1e-12)


@given(overhead=st.floats(0, 0.9), pairwise=st.floats(0.001, 0.1), people=st.floats(1, 200))
def test_no_team_does_more_than_the_most_productive_one(overhead, pairwise, people):
    """Whatever its size, another team gets at most as much done."""
    best = effort.most_productive_people(overhead, pairwise)
    most, other = effort.team_output_days_per_month(np.array([best, people]), overhead, pairwise, 1, 240)
    assert other <= most * (1 + 1e-12)


@pytest.mark.parametrize(
    ("overhead", "pairwise", "people"),
    [(0.19, 0.01, 9), (1, 0.01, 1), (0.19, 0, np.inf), (1, 0, 1), (0, 2, 1)],
    ids=["the root of 81", "a second person adds nothing", "pairs cost nothing", "neither", "below one"],
)
def test_the_most_productive_team(overhead, pairwise, people):
    """sqrt((1 - o) / c), at least one."""
    assert effort.most_productive_people(overhead, pairwise) == pytest.approx(people, rel=1e-12)


@given(people=st.integers(1, 999), overhead=st.floats(0, 1))
def test_where_pairs_cost_nothing_one_more_never_lowers_the_output(people, overhead):
    """The output rises with each colleague and stays below 1 / overhead people."""
    output = effort.team_output_days_per_month(np.array([people, people + 1]), overhead, 0, 1, 240)
    assert output[1] >= output[0] * (1 - 1e-12)
    assert (output * overhead <= 20 * (1 + 1e-12)).all()


def test_who_knows_the_framework_need_not_learn_it():
    """No learners: no day lost, however long the others would take."""
    assert effort.ramp_up_effort_days(0, 9, 1, 104) == 0


def test_half_the_team_learns_for_two_weeks_at_half_speed():
    """A team does 52 x 12 / 12 = 52 days in 52 / 12 weeks, 12 a week: half of it x 2 weeks x 0.5 = 6 days."""
    assert effort.ramp_up_effort_days(0.5, 2, 0.5, 52) == pytest.approx(6, rel=1e-12)


def test_all_lost_for_a_year_is_a_years_output():
    """52 weeks in which nobody does anything: 12 months x 20 days."""
    assert effort.ramp_up_effort_days(1, 52, 1, 20) == pytest.approx(240, rel=1e-12)


@pytest.mark.parametrize("case", [(1, 0, 1, 20), (1, 4, 0, 20)], ids=["learnt at once", "learnt beside the work"])
def test_learning_that_takes_nothing_costs_nothing(case):
    """No weeks, or no output lost in them: no day lost."""
    assert effort.ramp_up_effort_days(*case) == 0


def test_a_full_team_takes_effort_over_output():
    """100 days / 20 days a month = 5 months, however long a search would take."""
    assert effort.launch_months(100, 20, 0, 12) == 5


def test_an_empty_team_starts_when_it_has_been_hired():
    """All seats empty for 3 months, then 100 / 20 = 5 months: 8."""
    assert effort.launch_months(100, 20, 1, 3) == 8


def test_seats_filled_after_the_launch_do_not_delay_it_further():
    """Half a team finishes 10 days at 20 x 0.5 a month in 1 month, before the others come after 2."""
    assert effort.launch_months(10, 20, 0.5, 2) == 1


@given(
    effort_days=st.floats(1, 400),
    output=st.floats(20, 200),
    open_share=st.floats(0, 1),
    time_to_fill=st.floats(0, 12),
)
def test_the_launch_is_when_a_simulated_team_is_done(effort_days, output, open_share, time_to_fill):
    """Day by day, the seated part of the team works, and all of it once the seats are filled."""
    step_months = 1 / 250
    times = np.arange(0, effort_days / output + time_to_fill + 1, step_months)
    seated_share = np.where(times < time_to_fill, 1 - open_share, 1.0)
    done_days = np.cumsum(output * seated_share * step_months)
    finished = (np.searchsorted(done_days, effort_days) + 1) * step_months
    # While nobody is seated nothing moves: the two agree to the two steps in which the pace changes.
    assert effort.launch_months(effort_days, output, open_share, time_to_fill) == pytest.approx(
        finished, abs=2.001 * step_months
    )


@pytest.mark.parametrize("name", public_functions("effort"))
@given(data=st.data())
def test_a_vector_equals_its_scalars(data, name):
    """Each formula gives for an array what it gives for each of its elements."""
    assert_vector_equals_scalar(data, public_functions("effort")[name])
