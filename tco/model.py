"""
Model: what each framework costs over the years.

Money flows at steady rates between events (start, seats filled, launch, horizon), so that every component but the cloud
is a rate times an annuity: the same few lines give the present value of the whole and the cash flow of each month. The
cloud bill is worked out month by month, since the fleet follows the traffic in whole servers.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from tco import demand, finance
from tco.arrays import AnyScalar, Array, Value, ratio_or_zero
from tco.inputs import Catalogue, FrameworkInputs, InputError, SharedInputs, rows_of
from tco.limits import binding_limit, lone_p95_ms
from tco.plan import Plan, make_plan
from tco.queueing import Response, response, saturation_rps
from tco.servers import Server, server_of, worker_of
from tco.units import HOURS_PER_MONTH, MONTHS_PER_YEAR

# Lost margin and expected losses are costs, but nobody pays them as a bill.
NOT_SPENT: Final = ("delay", "wrong_pick")

COMPONENTS: Final = ("build", "ramp_up", "hiring", "maintenance", "servers", "network", "delay", "wrong_pick")

# Scenarios worked on at a time, some blocks of draws: enough that threads seldom wait for one another between NumPy's
# steps, and few enough that memory stays bounded.
CHUNK_ROWS: Final = 3 * 8192
# From so many points on, so few months are added up at a time that they stay in the cache.
_MANY_POINTS: Final = 4096
_MONTHS_AT_ONCE: Final = 4


@dataclass(frozen=True, eq=False)
class Costs:
    """
    What each way of serving costs, and how that comes about; arrays of shape (f,) or (n, f).

    Money is the present value in USD of what is spent from the start to the horizon.
    """

    names: tuple[str, ...]
    component_usd: Mapping[str, Array]
    build_effort_days: Array
    ramp_up_effort_days: Array
    launch_months: Array
    pool_people: Array
    time_to_fill_months: Array
    search_months: Array
    hired_salary_usd_per_year: Array
    request_cpu_ms: Array
    peak_load_rps: Array
    peak_servers: Array
    server_capacity_rps: Array
    busiest_cloud_usd_per_month: Array
    instance_index: npt.NDArray[np.intp]
    inputs: tuple[SharedInputs, FrameworkInputs, Catalogue]

    @cached_property
    def plan(self) -> Plan:
        """The rates and times that the money follows from."""
        return make_plan(*self.inputs)

    @cached_property
    def total_usd(self) -> Array:
        """Present value of all components; NaN where no server of the list can run a worker. [USD]"""
        total: Array = np.sum([self.component_usd[name] for name in COMPONENTS], axis=0)
        return total

    @cached_property
    def cash_flow_usd(self) -> Mapping[str, Array]:
        """Nominal spend of each month by component, shape (months, f) or (months, n, f). [USD]"""
        return _cash_flow(self.plan, self.total_usd.shape)

    @cached_property
    def server(self) -> Server:
        """What a server of the busiest month's type has to serve with; NaN where none will do."""
        shared, framework, catalogue = self.inputs

        def of_type(values: Array) -> Array:
            return np.append(values, np.nan)[self.instance_index]

        return server_of(
            shared,
            framework,
            worker_of(shared, framework),
            of_type(catalogue.vcpu_count),
            of_type(catalogue.memory_gib),
            of_type(catalogue.sustained_cpu_share),
            of_type(catalogue.core_speed_ratio),
        )

    @cached_property
    def peak_response(self) -> Response:
        """What requests meet at each server in the busiest second."""
        shared, framework, _ = self.inputs
        return response(
            self.peak_load_rps / self.peak_servers,
            self.server.workers_count,
            self.server.slots_per_worker_count,
            self.server.core_count,
            self.server.request_cpu_ms,
            shared.wait_ms,
            shared.time_variation_ratio,
            framework.turns_per_worker_count,
        )

    @cached_property
    def peak_utilization_share(self) -> Array:
        """Load of the busiest second over what the fleet could do at the very most. [1]"""
        saturated_rps = saturation_rps(
            self.server.workers_count,
            self.server.slots_per_worker_count,
            self.server.core_count,
            self.server.request_cpu_ms,
            self.inputs[0].wait_ms,
        )
        return np.asarray(self.peak_load_rps / (self.peak_servers * saturated_rps))

    @cached_property
    def limits(self) -> npt.NDArray[np.str_]:
        """
        What keeps a server from carrying more, as `binding_limit` calls it; where no type of the list will do, what
        stands in the way: `memory`, or `objective`.
        """
        shared, framework, _ = self.inputs
        limit = binding_limit(
            self.server_capacity_rps,
            shared.target_utilization_share,
            self.server.workers_count,
            self.server.workers_wanted_count,
            framework.slots_per_worker_count,
            shared.database_pool_count,
            self.server.core_count,
            self.server.request_cpu_ms,
            shared.wait_ms,
        )
        too_slow = (
            lone_p95_ms(self.request_cpu_ms, shared.wait_ms, shared.time_variation_ratio) > shared.p95_objective_ms
        )
        return np.where(self.instance_index >= 0, limit, np.where(too_slow, "objective", "memory"))

    @property
    def instances(self) -> npt.NDArray[np.object_]:
        """Name of the instance type of the busiest month's fleet; empty where none will do."""
        return np.array([*self.inputs[2].names, ""], dtype=object)[self.instance_index]

    def of(self, name: str) -> Array:
        """Total of one way of serving, by its name. [USD]"""
        if name not in self.names:
            raise InputError(f"the costs are those of {', '.join(self.names)}; got {name!r}")
        return self.total_usd[..., self.names.index(name)]


def cost_of_ownership(shared: SharedInputs, framework: FrameworkInputs, catalogue: Catalogue) -> Costs:
    """
    Total cost of ownership of each way of serving, by component.

    Parameters
    ----------
    shared : SharedInputs
        Product, traffic, team and money.
    framework : FrameworkInputs
        The ways of serving to compare. Delay and overspend are counted against the best of them.
    catalogue : Catalogue
        Instance types to choose from.

    Returns
    -------
    costs : Costs
        Arrays of shape (f,), or (n, f) for n scenarios.

    Raises
    ------
    InputError
        If the inputs disagree about the number of scenarios or frameworks.
    """
    shape = _result_shape(shared, framework)
    if len(shape) == 1 or shape[0] <= CHUNK_ROWS:
        return _costs(shared, framework, catalogue, shape)
    parts = []
    for start in range(0, shape[0], CHUNK_ROWS):
        rows = slice(start, start + CHUNK_ROWS)
        part_shape = (min(CHUNK_ROWS, shape[0] - start), shape[1])
        parts.append(_costs(rows_of(shared, rows), rows_of(framework, rows), catalogue, part_shape))
    arrays = {field.name for field in fields(Costs)} - {"names", "component_usd", "inputs"}
    return Costs(
        names=framework.names,
        component_usd={name: np.concatenate([part.component_usd[name] for part in parts]) for name in COMPONENTS},
        inputs=(shared, framework, catalogue),
        **{name: np.concatenate([getattr(part, name) for part in parts]) for name in arrays},
    )


def _result_shape(shared: SharedInputs, framework: FrameworkInputs) -> tuple[int, ...]:
    """(f,) for one scenario, (n, f) for n of them."""
    frameworks = len(framework.names)
    scenarios: dict[int, str] = {}
    for inputs, columns, single in ((shared, 1, "a number"), (framework, frameworks, f"({frameworks},)")):
        for name in inputs.quantities():
            value = getattr(inputs, name)
            if isinstance(value, float):
                if inputs is framework:
                    raise InputError(f"{name} must have shape {single} or (n, {columns}); got one number")
                continue
            if value.shape[-1] != columns or value.ndim > 2 or (inputs is shared and value.ndim == 1):
                raise InputError(f"{name} must be {single} or have shape (n, {columns}); got {value.shape}")
            if value.ndim == 2:
                scenarios.setdefault(len(value), name)
    if not scenarios:
        return (frameworks,)
    many = [count for count in scenarios if count != 1] or [1]
    if len(many) > 1:
        first, second = many[:2]
        raise InputError(f"{scenarios[second]} has {second} scenarios where {scenarios[first]} has {first}")
    return (many[0], frameworks)


def _spent_usd(plan: Plan, start: Value, end: Value, discount_share_per_year: Value) -> dict[str, Array]:
    """Spend from one time to another, both within the horizon, for all components but the cloud."""
    s, team = plan.shared, plan.team

    def flowing(first: Value, last: Value, growth_share_per_year: Value) -> Array:
        """Months' worth of a payment that flows from `first` to `last`, as far as they lie in the time asked for."""
        return finance.annuity_months(
            np.maximum(first, start), np.minimum(last, end), growth_share_per_year, discount_share_per_year
        )

    staffed, live = _worked_months(plan, start, end, s.salary_growth_share_per_year, discount_share_per_year)
    team_usd = team.team_usd_per_month * staffed
    ramp_share = ratio_or_zero(team.ramp_days, plan.work.build_days + team.ramp_days)

    # Seats open at the start are filled at one moment, also where the launch comes first: the team goes on.
    filled = (team.search_months >= start) & (team.search_months < end)
    fill_value = finance.value_factor(team.search_months, s.salary_growth_share_per_year, discount_share_per_year)
    first_hires = np.multiply(s.open_seats_share, s.team_people) * np.where(filled, fill_value, 0.0)
    leavers, newcomers = _later_hires(plan, staffed, live)

    def earning_months(launch_months: Value) -> Array:
        """Months' worth of full margin that a product launched then earns in the time asked for."""
        return finance.adopted_months(
            launch_months,
            start,
            end,
            s.adoption_months,
            s.inflation_share_per_year,
            discount_share_per_year,
        )

    wrong_pick_usd_per_month = ratio_or_zero(
        plan.wrong_pick_usd, np.maximum(np.subtract(s.horizon_months, team.launch_months), 0.0)
    )
    return {
        "build": team_usd * (1.0 - ramp_share),
        "ramp_up": team_usd * ramp_share,
        "hiring": first_hires * team.first_hire_usd + (leavers + newcomers) * team.replacement_usd,
        "maintenance": team.maintainers_people * team.team_usd_per_month / s.team_people * live,
        "delay": s.gross_margin_usd_per_month
        * (earning_months(team.fastest_launch_months) - earning_months(team.launch_months)),
        "wrong_pick": wrong_pick_usd_per_month
        * flowing(team.launch_months, s.horizon_months, s.inflation_share_per_year),
    }


def hires_people(plan: Plan) -> tuple[Array, Array, Array]:
    """
    People hired from the start to the horizon.

    Parameters
    ----------
    plan : Plan
        Rates and times.

    Returns
    -------
    first, leavers, newcomers : ndarray
        For seats open at the start, for those who leave, and for growth. [person]
    """
    s = plan.shared
    # Heads and not money: nothing grows and nothing is discounted.
    staffed, live = _worked_months(plan, 0.0, s.horizon_months, 0.0, 0.0)
    first = np.where(plan.team.search_months < s.horizon_months, np.multiply(s.open_seats_share, s.team_people), 0.0)
    return first, *_later_hires(plan, staffed, live)


def _worked_months(
    plan: Plan, start: Value, end: Value, growth_share_per_year: Value, discount_share_per_year: Value
) -> tuple[Array, Array]:
    """Months' worth of pay of the whole team before the launch, and of those who maintain the product after it."""
    s, team = plan.shared, plan.team

    def flowing(first: Value, last: Value, growth: Value) -> Array:
        return finance.annuity_months(np.maximum(first, start), np.minimum(last, end), growth, discount_share_per_year)

    building = flowing(0.0, team.launch_months, growth_share_per_year)
    short = flowing(0.0, np.minimum(team.search_months, team.launch_months), growth_share_per_year)
    # After the launch those who maintain the product grow in number: their pay grows by both.
    both_growth = np.expm1(np.log1p(growth_share_per_year) + np.log1p(s.team_growth_share_per_year))
    grown_by_then = finance.value_factor(
        np.minimum(team.launch_months, s.horizon_months), s.team_growth_share_per_year, 0.0
    )
    live = flowing(team.launch_months, s.horizon_months, both_growth) / grown_by_then
    return building - s.open_seats_share * short, live


def _later_hires(plan: Plan, staffed_months: Array, live_months: Array) -> tuple[Array, Array]:
    """Hires for those who leave, and for growth after the launch, in the measure of the months."""
    s, team = plan.shared, plan.team
    maintained = team.maintainers_people * live_months
    leavers = np.divide(s.turnover_share_per_year, MONTHS_PER_YEAR) * (s.team_people * staffed_months + maintained)
    return leavers, np.log1p(s.team_growth_share_per_year) / MONTHS_PER_YEAR * maintained


def _cloud_usd(plan: Plan, discount_share_per_year: Value, months: slice = slice(None)) -> dict[str, Array]:
    """Cloud spend of each month, or of some of them, from the launch to the horizon, months on an axis in front."""
    s, cloud, month = plan.shared, plan.cloud, plan.cloud.month[months]
    next_month = month + 1.0
    value = finance.annuity_months(month, next_month, s.inflation_share_per_year, discount_share_per_year)
    live_share = np.clip(
        np.minimum(s.horizon_months, next_month) - np.maximum(plan.team.launch_months, month), 0.0, 1.0
    )
    network_usd_per_month = cloud.balancer_usd_per_hour * HOURS_PER_MONTH + cloud.egress_usd_per_month[months]
    return {
        "servers": cloud.fleet_usd_per_hour[months] * (live_share * (value * HOURS_PER_MONTH)),
        "network": live_share * (network_usd_per_month * value),
    }


def _cloud_total_usd(plan: Plan, discount_share_per_year: Value) -> dict[str, Array]:
    """Cloud spend of all months together, each added to those before it."""
    months = len(plan.cloud.month)
    at_once = _MONTHS_AT_ONCE if plan.cloud.fleet_usd_per_hour[0].size >= _MANY_POINTS else months
    total_usd: dict[str, Array] = {}
    for start in range(0, months, at_once):
        some = _cloud_usd(plan, discount_share_per_year, slice(start, start + at_once))
        for name, usd in some.items():
            usd[0] += total_usd.get(name, 0.0)
            # One after the other, where `sum` would take pairs of a lone scenario's: the same digits in any company.
            total_usd[name] = np.cumsum(usd, axis=0)[-1]
    return total_usd


def _costs(shared: SharedInputs, framework: FrameworkInputs, catalogue: Catalogue, shape: tuple[int, ...]) -> Costs:
    plan = make_plan(shared, framework, catalogue)
    spent = _spent_usd(plan, 0.0, shared.horizon_months, shared.discount_share_per_year)
    spent |= _cloud_total_usd(plan, shared.discount_share_per_year)

    def shaped(values: npt.NDArray[AnyScalar]) -> npt.NDArray[AnyScalar]:
        rows = shape[0] if len(shape) == 2 else 1
        return np.broadcast_to(values, (rows, shape[-1])).reshape(shape)

    work, team, cloud, busiest = plan.work, plan.team, plan.cloud, plan.cloud.busiest_fleet
    egress_gib_per_month = demand.egress_gib_per_month(
        cloud.busiest_load_rps, shared.mean_to_peak_share, shared.response_kib
    )
    cloud_usd_per_month = (
        HOURS_PER_MONTH * (busiest.usd_per_hour + cloud.balancer_usd_per_hour)
        + egress_gib_per_month * shared.egress_usd_per_gib
    )
    costs = Costs(
        names=framework.names,
        component_usd={name: shaped(spent[name]) for name in COMPONENTS},
        build_effort_days=shaped(work.build_days),
        ramp_up_effort_days=shaped(team.ramp_days),
        launch_months=shaped(team.launch_months),
        pool_people=shaped(team.pool_people),
        time_to_fill_months=shaped(team.time_to_fill_months),
        search_months=shaped(team.search_months),
        hired_salary_usd_per_year=shaped(team.hired_salary_usd_per_year),
        request_cpu_ms=shaped(cloud.request_cpu_ms),
        peak_load_rps=shaped(cloud.busiest_load_rps),
        peak_servers=shaped(busiest.servers),
        server_capacity_rps=shaped(busiest.server_capacity_rps),
        busiest_cloud_usd_per_month=shaped(cloud_usd_per_month),
        instance_index=shaped(busiest.instance_index),
        inputs=(shared, framework, catalogue),
    )
    if len(shape) == 1:
        # Kept at hand; those of many scenarios, with all their months, are made again when somebody asks.
        vars(costs)["plan"] = plan
    return costs


def _cash_flow(plan: Plan, shape: tuple[int, ...]) -> dict[str, Array]:
    month = plan.cloud.month
    spent = _spent_usd(plan, month, np.minimum(month + 1.0, plan.shared.horizon_months), 0.0) | _cloud_usd(plan, 0.0)
    rows = shape[0] if len(shape) == 2 else 1
    full_shape = (len(month), rows, shape[-1])
    return {name: np.broadcast_to(spent[name], full_shape).reshape(len(month), *shape) for name in COMPONENTS}
