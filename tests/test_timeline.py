"""The timeline by hand."""

from itertools import pairwise

import numpy as np
import pytest

import tco
from tco.inputs import InputError
from tco.timeline import phases, seats, team_whole_months

# One person of mid level does 20 days a month; all know the framework; nobody is hired.
ALONE = {
    "team_people": 1.0,
    "junior_share": 0.0,
    "senior_share": 0.0,
    "working_days_per_year": 240.0,
    "open_seats_share": 0.0,
    "team_knows_share": {"flask": 1.0, "fastapi": 1.0},
    "servings": ["flask-threads", "fastapi-async"],
    "interface_count": 10.0,
    "html_share": 0.5,
    "forms_per_page_count": 0.0,
    **{f"{name}_scope": 0.0 for name in ("validation", "api_docs", "payments", "websockets", "background_jobs")},
    "login_scope": 1.0,
    "setup_effort_days": {"flask": 20.0, "fastapi": 10.0},
    "json_endpoint_effort_days": {"flask": 4.0, "fastapi": 2.0},
    "html_page_effort_days": {"flask": 2.0, "fastapi": 4.0},
    "login_effort_days": {"flask": 10.0, "fastapi": 30.0},
}


def test_phases_follow_one_another_to_the_launch():
    """20 + 5 x 4 + 5 x 2 + 10 days at 20 a month end after 1, 2, 2.5 and 3 months; 10 + 10 + 20 + 30 at 3.5."""
    costs = tco.evaluate(tco.scenario("customer-api", **ALONE))
    done = phases(costs)
    assert [phase.name for phase in done] == ["learning", "setup", "endpoints", "pages", "capabilities"]
    ends = np.array([phase.end_months for phase in done])
    assert ends[:, 0] == pytest.approx([0, 1, 2, 2.5, 3], rel=1e-12)
    assert ends[:, 1] == pytest.approx([0, 0.5, 1, 2, 3.5], rel=1e-12)
    assert done[-1].end_months == pytest.approx(costs.launch_months, rel=1e-12)
    for before, after in pairwise(done):
        assert after.start_months.tolist() == before.end_months.tolist()


@pytest.mark.parametrize("preset", ["internal-tool", "customer-api", "ml-product"])
def test_the_last_phase_ends_with_the_launch(preset):
    """Also where seats are open, somebody learns and capabilities differ."""
    costs = tco.evaluate(tco.scenario(preset))
    assert phases(costs)[-1].end_months == pytest.approx(costs.launch_months, rel=1e-12)


def test_seats_are_those_at_the_start_for_leavers_and_for_growth():
    """
    A team that stands: 3 months of 1 person of whom 12% a year leave are 0.03 hires; 20% of 60 days a year maintain.

    A crew of 60 x 0.2 / 240 = 0.05 people grows by half a year for 33 months: 0.05 x (1.5 ** 2.75 - 1) are hired.
    """
    own = {
        "turnover_share_per_year": 0.12,
        "team_growth_share_per_year": 0.5,
        "maintenance_share_per_year": 0.2,
        "horizon_months": 36.0,
    }
    found = seats(tco.evaluate(tco.scenario("customer-api", **ALONE, **own)))
    assert found.first_people.tolist() == [0, 0]
    grown = 1.5**2.75
    crew_months = 0.05 * 12 * (grown - 1) / np.log(1.5)
    assert found.leavers_people[0] == pytest.approx(0.01 * (3 + crew_months), rel=1e-9)
    assert found.newcomers_people[0] == pytest.approx(0.05 * (grown - 1), rel=1e-9)


def test_open_seats_are_hired_at_the_start():
    """Two of five seats of the customers' API are open, for every framework."""
    assert seats(tco.evaluate(tco.scenario("customer-api"))).first_people.tolist() == [2, 2, 2]


def test_the_team_is_whole_when_the_last_seat_is_filled():
    """Two seats: half as long again as one takes; a pool of nobody: never; no open seat: at once."""
    scenario = tco.scenario("customer-api", pool_share={"django": 0.0})
    costs = tco.evaluate(scenario)
    months = team_whole_months(costs)
    assert months[:2] == pytest.approx(1.5 * costs.time_to_fill_months[:2], rel=1e-9)
    assert months[2] == np.inf
    assert np.isfinite(costs.total_usd).all()
    assert team_whole_months(tco.evaluate(scenario.replace(open_seats_share=0.0))).tolist() == [0, 0, 0]


@pytest.mark.parametrize("function", [phases, seats])
def test_a_timeline_is_about_one_scenario(function):
    """Costs of many are refused in words."""
    costs = tco.evaluate(tco.scenario(team_people=np.array([[1.0], [2.0]])))
    with pytest.raises(InputError, match="one scenario; got 2"):
        function(costs)
