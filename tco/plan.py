"""
Plan: the rates and times from which both the totals and the cash flow follow, composed of the formulas.

Arrays are of shape (n, f) or broadcast to it: n scenarios, f ways of serving. Where months or instance types come in,
they lie on an axis in front.
"""

from typing import Final, NamedTuple

import numpy as np

from tco import demand, effort, fleet, hiring, risk, servers
from tco.arrays import Array, Value, ratio_or_zero
from tco.inputs import Catalogue, FrameworkInputs, SharedInputs
from tco.units import HOURS_PER_MONTH, MONTHS_PER_YEAR


class Work(NamedTuple):
    """What there is to build."""

    endpoint_count: Value
    page_count: Value
    endpoint_days: Array
    page_days: Array
    phase_days: tuple[Array, ...]
    build_days: Array


# What is built, in this order; the days of each are `Work.phase_days`.
PHASES: Final = ("setup", "endpoints", "pages", "capabilities")


class Team(NamedTuple):
    """Who builds it, when it is ready, and what the people cost."""

    output_days_per_month: Array
    ramp_days: Array
    launch_months: Array
    fastest_launch_months: Array
    pool_people: Array
    time_to_fill_months: Array
    search_months: Array
    hired_salary_usd_per_year: Array
    team_usd_per_month: Array
    maintainers_people: Array
    first_hire_usd: Array
    replacement_usd: Array


class Cloud(NamedTuple):
    """What carries the traffic, month by month and in the busiest month."""

    request_cpu_ms: Array
    month: Array
    fleet_usd_per_hour: Array
    egress_usd_per_month: Array
    busiest_load_rps: Array
    busiest_fleet: fleet.Fleet
    balancer_usd_per_hour: Array
    outgrown_usd_per_month: Array


class Plan(NamedTuple):
    """Everything that the money follows from."""

    shared: SharedInputs
    work: Work
    team: Team
    cloud: Cloud
    wrong_pick_usd: Array


def make_plan(shared: SharedInputs, framework: FrameworkInputs, catalogue: Catalogue) -> Plan:
    """
    Compose the formulas into rates and times.

    Parameters
    ----------
    shared : SharedInputs
        Product, traffic, team and money.
    framework : FrameworkInputs
        The ways of serving to compare.
    catalogue : Catalogue
        Instance types to choose from.

    Returns
    -------
    plan : Plan
        Rates and times.
    """
    # Of many scenarios this takes the most memory by far: first, while nothing else is held.
    cloud = _cloud(shared, framework, catalogue)
    work = _work(shared, framework)
    team = _team(shared, framework, work)
    return Plan(shared, work, team, cloud, _wrong_pick_usd(shared, framework, work, team, cloud))


def _work(s: SharedInputs, f: FrameworkInputs) -> Work:
    def interfaces(endpoint_count: Value, page_count: Value) -> Array:
        return effort.interface_effort_days(
            endpoint_count,
            page_count,
            s.forms_per_page_count,
            s.validation_scope,
            s.api_docs_scope,
            f.json_endpoint_effort_days,
            f.validation_effort_days,
            f.api_docs_effort_days,
            f.html_page_effort_days,
            f.form_effort_days,
        )

    page_count = np.multiply(s.interface_count, s.html_share)
    endpoint_count = np.subtract(s.interface_count, page_count)
    capability_days = (
        np.multiply(s.login_scope, f.login_effort_days)
        + np.multiply(s.admin_scope, f.admin_effort_days)
        + np.multiply(s.uploads_scope, f.uploads_effort_days)
        + np.multiply(s.payments_scope, f.payments_effort_days)
        + np.multiply(s.websockets_scope, f.websockets_effort_days)
        + np.multiply(s.background_jobs_scope, f.background_jobs_effort_days)
        + np.multiply(s.model_inference_scope, f.model_inference_effort_days)
    )
    endpoint_days, page_days = interfaces(1.0, 0.0), interfaces(0.0, 1.0)
    phase_days = (
        np.asarray(f.setup_effort_days),
        endpoint_count * endpoint_days,
        page_count * page_days,
        np.asarray(capability_days),
    )
    return Work(endpoint_count, page_count, endpoint_days, page_days, phase_days, sum(phase_days, np.zeros(1)))


def _team(s: SharedInputs, f: FrameworkInputs, work: Work) -> Team:
    # Those who are there keep their seniority and their pay; a framework's market counts for those who are hired.
    # Where it has no juniors, their seats go to mid-level developers.
    junior_excluded_share = hiring.team_mean(s.open_seats_share, 0.0, f.junior_excluded_share)
    junior_share = np.multiply(s.junior_share, np.subtract(1.0, junior_excluded_share))
    senior_share = ratio_or_zero(np.multiply(np.subtract(1.0, s.junior_share), s.senior_share), 1.0 - junior_share)
    skill = effort.mix_mean(junior_share, senior_share, s.junior_productivity_ratio, 1.0, s.senior_productivity_ratio)
    standing_salary = effort.mix_mean(
        junior_share,
        senior_share,
        s.salary_junior_usd_per_year,
        s.salary_mid_usd_per_year,
        s.salary_senior_usd_per_year,
    )
    # Hires are taken as the team is mixed, at the framework's market price.
    hired_salary = standing_salary * f.salary_ratio
    team_salary = hiring.team_mean(s.open_seats_share, standing_salary, hired_salary)

    output = effort.team_output_days_per_month(
        s.team_people,
        s.communication_overhead_share,
        s.pairwise_overhead_share,
        skill * f.productivity_ratio,
        s.working_days_per_year,
    )
    # Those who are hired come from the framework's own pool and know it.
    learner_share = hiring.team_mean(s.open_seats_share, np.subtract(1.0, f.team_knows_share), 0.0)
    ramp_days = effort.ramp_up_effort_days(learner_share, f.ramp_up_weeks, s.ramp_up_loss_share, output)

    def time_to_fill_months(pool_people: Array) -> Array:
        return hiring.time_to_fill_months(
            pool_people,
            s.reference_pool_people,
            s.reference_time_to_fill_days,
            s.time_to_fill_elasticity_ratio,
            f.demand_ratio,
            s.demand_elasticity_ratio,
        )

    pool = hiring.pool_people(s.developers_people, f.pool_share, s.open_to_move_share)
    time_to_fill = time_to_fill_months(pool)
    search = hiring.search_months(time_to_fill, s.maximum_time_to_fill_months)
    # Replacements are sought all the time: the pool half-way through stands for all of them.
    later_share = hiring.later_pool_share(f.pool_share, f.pool_growth_ratio, np.divide(s.horizon_months, 2.0))
    later_pool = hiring.pool_people(s.developers_people, later_share, s.open_to_move_share)
    later_search = hiring.search_months(time_to_fill_months(later_pool), s.maximum_time_to_fill_months)
    launch = effort.launch_months(work.build_days + ramp_days, output, s.open_seats_share, search)
    maintenance_days_per_month = work.build_days * np.divide(s.maintenance_share_per_year, MONTHS_PER_YEAR)

    def onboarding_usd(onboarding_months: Value) -> Array:
        return hiring.onboarding_usd(hired_salary, s.loaded_cost_ratio, onboarding_months, s.onboarding_loss_share)

    recruiting_usd = hiring.recruiting_cost_usd(
        hired_salary, s.recruiting_usd, s.agency_hires_share, s.agency_fee_share
    )
    # Of what the first hires do not give yet, the product bears what falls into its building.
    months_before_launch = np.maximum(launch - search, 0.0)
    return Team(
        output_days_per_month=output,
        ramp_days=ramp_days,
        launch_months=launch,
        fastest_launch_months=launch - risk.excess(launch),
        pool_people=pool,
        time_to_fill_months=time_to_fill,
        search_months=search,
        hired_salary_usd_per_year=hired_salary,
        team_usd_per_month=s.team_people * hiring.loaded_usd_per_month(team_salary, s.loaded_cost_ratio),
        maintainers_people=s.team_people * maintenance_days_per_month / output,
        first_hire_usd=recruiting_usd + onboarding_usd(np.minimum(months_before_launch, s.onboarding_months)),
        replacement_usd=recruiting_usd
        + onboarding_usd(s.onboarding_months)
        + hiring.vacancy_usd(hired_salary, s.loaded_cost_ratio, later_search, s.vacancy_cost_ratio),
    )


def _cloud(s: SharedInputs, f: FrameworkInputs, catalogue: Catalogue) -> Cloud:
    start_rps = demand.peak_load_rps(s.peak_users, s.requests_per_user_per_minute, s.direct_peak_load_rps)

    def load_rps(month: Value) -> Array:
        return start_rps * demand.traffic_ratio(month, s.traffic_growth_share_per_month)

    month = np.arange(np.ceil(np.max(s.horizon_months)))[:, None, None]
    monthly_rps = load_rps(month)
    busiest_rps = load_rps(np.ceil(s.horizon_months) - 1.0)
    # Traffic that outgrows the plan may do so at any time: half-way through stands for all of them.
    outgrown_rps = load_rps(np.divide(s.horizon_months, 2.0)) * s.outgrow_ratio
    least_rps = np.minimum(np.minimum(start_rps, busiest_rps), outgrown_rps)
    most_rps = np.maximum(np.maximum(start_rps, busiest_rps), outgrown_rps)
    capacity_rps, usd_per_hour, instance_index = servers.offers(s, f, catalogue, least_rps, most_rps)
    offers = capacity_rps, usd_per_hour, s.spare_servers, s.minimum_servers
    busiest_fleet = fleet.cheapest_fleet(busiest_rps, *offers, instance_index)
    return Cloud(
        request_cpu_ms=servers.request_cpu_ms(s, f),
        month=month,
        fleet_usd_per_hour=fleet.cheapest_fleet_usd_per_hour(monthly_rps, *offers),
        egress_usd_per_month=s.egress_usd_per_gib
        * demand.egress_gib_per_month(monthly_rps, s.mean_to_peak_share, s.response_kib),
        busiest_load_rps=busiest_rps,
        busiest_fleet=busiest_fleet,
        # One server alone needs nothing in front of it.
        balancer_usd_per_hour=np.where(busiest_fleet.servers > 1, s.load_balancer_usd_per_hour, 0.0),
        outgrown_usd_per_month=HOURS_PER_MONTH * fleet.cheapest_fleet_usd_per_hour(outgrown_rps, *offers),
    )


def _wrong_pick_usd(s: SharedInputs, f: FrameworkInputs, work: Work, team: Team, cloud: Cloud) -> Array:
    """Expected cost of the two ways in which a pick turns out wrong."""
    usd_per_day = team.team_usd_per_month / team.output_days_per_month

    def wrong_pick_usd(rework_days: Array, overspend_usd_per_month: Value) -> Array:
        return risk.wrong_pick_usd(
            rework_days,
            usd_per_day,
            overspend_usd_per_month,
            s.overspend_months,
            team.output_days_per_month,
            s.gross_margin_usd_per_month,
            s.rework_margin_loss_share,
        )

    # Traffic outgrows the plan: what was made to serve one request at a time is made to serve many, unless bearing the
    # overspend for the other half of the horizon costs less.
    overspend_usd_per_month = risk.excess(cloud.outgrown_usd_per_month)
    outgrown_usd = np.minimum(
        wrong_pick_usd(
            risk.retrofit_days(s.interface_count, f.async_retrofit_effort_days, f.data_layer_retrofit_effort_days),
            overspend_usd_per_month,
        ),
        overspend_usd_per_month * np.divide(s.horizon_months, 2.0),
    )
    # The product turns into the other kind: everybody builds the new interfaces, some take longer than the best would.
    turned_days = risk.turned_interface_days(
        work.endpoint_count, work.page_count, s.kind_turn_share, work.endpoint_days, work.page_days
    )
    turned_usd = wrong_pick_usd(risk.excess(turned_days), 0.0)
    return s.outgrow_probability_share * outgrown_usd + s.kind_turn_probability_share * turned_usd
