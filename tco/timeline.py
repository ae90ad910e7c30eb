"""Timeline: the phases of building month by month, the seats to fill, and how the team fills."""

from typing import Final, NamedTuple

import numpy as np

from tco import effort
from tco.arrays import Array
from tco.inputs import InputError
from tco.model import Costs, hires_people
from tco.plan import PHASES, Plan
from tco.staffing import whole_team_months

LEARNING: Final = "learning"


class Phase(NamedTuple):
    """A phase of building with its begin and end for each way of serving, arrays of shape (f,). [month]"""

    name: str
    start_months: Array
    end_months: Array


class Seats(NamedTuple):
    """Seats to fill until the horizon, arrays of shape (f,): at the start, for leavers, for growth. [person]"""

    first_people: Array
    leavers_people: Array
    newcomers_people: Array


def phases(costs: Costs) -> tuple[Phase, ...]:
    """
    What is done when, from the start to the launch.

    Parameters
    ----------
    costs : Costs
        Costs of one scenario.

    Returns
    -------
    phases : tuple of Phase
        Learning, then set-up, endpoints, pages and capabilities; each begins where the one before ends, and the last
        ends with the launch. Fewer people work until the open seats are filled, so that early phases take longer.

    Raises
    ------
    InputError
        If the costs are those of many scenarios.
    """
    plan = _plan_of_one(costs)
    s, team = plan.shared, plan.team
    work = np.array(
        [np.broadcast_to(days, costs.launch_months.shape) for days in (team.ramp_days, *plan.work.phase_days)]
    )
    done_days = np.cumsum(work, axis=0)
    ends = effort.launch_months(done_days, team.output_days_per_month, s.open_seats_share, team.search_months)
    starts = np.concatenate([np.zeros((1, ends.shape[1])), ends[:-1]])
    return tuple(Phase(*phase) for phase in zip((LEARNING, *PHASES), starts, ends, strict=True))


def seats(costs: Costs) -> Seats:
    """
    Seats to fill from the start to the horizon.

    Parameters
    ----------
    costs : Costs
        Costs of one scenario.

    Returns
    -------
    seats : Seats
        At the start, for those who leave and for growth.

    Raises
    ------
    InputError
        If the costs are those of many scenarios.
    """
    return Seats(*(np.broadcast_to(people, costs.launch_months.shape) for people in hires_people(_plan_of_one(costs))))


def team_whole_months(costs: Costs) -> Array:
    """
    Time until every seat that is open at the start is filled.

    Parameters
    ----------
    costs : Costs
        Costs of one scenario, or of many.

    Returns
    -------
    team_whole_months : ndarray, shape (f,) or (n, f)
        Infinite where nobody could be hired for a framework, 0 where no seat is open. [month]
    """
    shared = costs.inputs[0]
    return whole_team_months(np.multiply(shared.open_seats_share, shared.team_people), costs.time_to_fill_months)


def _plan_of_one(costs: Costs) -> Plan:
    if costs.launch_months.ndim != 1:
        raise InputError(f"a timeline is about one scenario; got {len(costs.launch_months)} of them")
    return costs.plan
