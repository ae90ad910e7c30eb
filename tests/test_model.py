"""The model as a whole: properties over the legal range, and one scenario worked by hand."""

import csv
import math
import shutil

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate

import tco
from tco import model
from tco.assumptions import data_directory
from tco.inputs import InputError
from tco.limits import lone_p95_ms
from tco.model import COMPONENTS, NOT_SPENT, Costs, cost_of_ownership
from tests.strategies import (
    cases,
    catalogue_of,
    catalogues,
    framework_inputs,
    framework_values,
    legal,
    shared_inputs,
    shared_values,
)

RESULTS = [name for name in Costs.__dataclass_fields__ if name not in ("names", "component_usd", "inputs")]
RESULTS.append("peak_utilization_share")
FAR = {"rtol": 1e-9, "atol": 1e-9}


def results(costs):
    """Every array of some costs by name, components among them."""
    return {**costs.component_usd, **{name: getattr(costs, name) for name in RESULTS}, "total_usd": costs.total_usd}


def assert_same(costs, expected, columns=slice(None)):
    """Every result agrees to rounding."""
    for name, array in results(costs).items():
        np.testing.assert_allclose(array, results(expected)[name][..., columns], **FAR, err_msg=name)


@settings(max_examples=25)
@given(
    shared=st.lists(shared_values(), min_size=3, max_size=3),
    framework=st.lists(framework_values(2), min_size=3, max_size=3),
    catalogue=catalogues(),
)
def test_a_vector_of_scenarios_equals_the_scenarios_one_by_one(shared, framework, catalogue):
    """Three scenarios at once have the results, and the cash flows, that each has alone."""
    together = cost_of_ownership(shared_inputs(*shared), framework_inputs(*framework), catalogue)
    for i in range(3):
        alone = cost_of_ownership(shared_inputs(shared[i]), framework_inputs(framework[i]), catalogue)
        for name, array in results(alone).items():
            np.testing.assert_allclose(results(together)[name][i], array, **FAR, err_msg=name)
        for name, flow in alone.cash_flow_usd.items():
            np.testing.assert_allclose(together.cash_flow_usd[name][: len(flow), i], flow, **FAR, err_msg=name)
            assert not np.nansum(np.abs(together.cash_flow_usd[name][len(flow) :, i]))


@settings(max_examples=15)
@given(
    shared=st.lists(shared_values(), min_size=5, max_size=5),
    framework=framework_values(2),
    catalogue=catalogues(),
    rows=st.integers(1, 4),
)
def test_chunks_change_nothing(shared, framework, catalogue, rows):
    """Five scenarios worked on one to four at a time give what they give at once."""
    inputs = shared_inputs(*shared), framework_inputs(framework), catalogue
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model, "CHUNK_ROWS", rows)
        chunked = cost_of_ownership(*inputs)
    assert_same(chunked, cost_of_ownership(*inputs))


def test_chunks_keep_inputs_per_framework_and_scenario_together(monkeypatch):
    """Framework inputs of shape (n, f) are cut into the same chunks as shared inputs of shape (n, 1)."""
    users = np.arange(1, 8)[:, None] * 1000
    knows = {"flask": np.linspace(0, 1, 7)[:, None], "fastapi": np.linspace(1, 0, 7)[:, None]}
    scenario = tco.scenario("customer-api", peak_users=users, team_knows_share=knows)
    whole = tco.evaluate(scenario)
    monkeypatch.setattr(model, "CHUNK_ROWS", 3)
    assert_same(tco.evaluate(scenario), whole)


@given(case=cases(frameworks=2), more=st.floats(1, 100))
def test_more_traffic_never_costs_less_cloud(case, more):
    """With more people, or more requests of theirs, servers and network cost at least as much."""
    shared, framework, catalogue = case
    users = min(shared["peak_users"] * more, 1e9)
    low = cost_of_ownership(shared_inputs(shared), framework_inputs(framework), catalogue)
    high = cost_of_ownership(shared_inputs(shared | {"peak_users": users}), framework_inputs(framework), catalogue)
    for name in ("servers", "network"):
        dearer = high.component_usd[name] >= low.component_usd[name] * (1 - 1e-12)
        assert (dearer | np.isnan(low.component_usd[name])).all()


@given(case=cases(frameworks=3))
def test_costs_are_finite_and_not_negative_wherever_a_server_fits(case):
    """Over the whole legal range: a number from zero up where a worker fits and a lone request is in time, else NaN."""
    shared, framework, catalogue = case
    costs = cost_of_ownership(shared_inputs(shared), framework_inputs(framework), catalogue)
    fits = []
    for i in range(3):
        worker_mib = framework["worker_memory_mib"][i] + shared["app_memory_mib"]
        worker_mib += framework["slots_per_worker_count"][i] * framework["slot_memory_mib"][i]
        room_gib = catalogue.memory_gib.max() - shared["os_memory_gib"]
        in_time = lone_p95_ms(costs.request_cpu_ms[i], shared["wait_ms"], shared["time_variation_ratio"])
        has_room = worker_mib / 1024 + shared["model_memory_gib"] <= room_gib
        fits.append(bool(has_room and in_time < shared["p95_objective_ms"]))
    assert np.isfinite(costs.total_usd).tolist() == fits
    served = np.array(fits)
    for name in COMPONENTS:
        usd = costs.component_usd[name][served]
        assert np.isfinite(usd).all(), name
        assert (usd >= 0).all(), name
    assert ((costs.instance_index >= 0) == served).all()
    assert (costs.instances[~served] == "").all()


def without_discount(shared):
    """The same scenario at a discount rate of zero."""
    return shared | {"discount_share_per_year": 0.0}


@given(case=cases())
def test_the_cash_flow_sums_to_the_totals_without_discount(case):
    """Each component's months add up to its present value at a rate of zero."""
    shared, framework, catalogue = case
    costs = cost_of_ownership(shared_inputs(without_discount(shared)), framework_inputs(framework), catalogue)
    flow = costs.cash_flow_usd
    assert len(flow["build"]) == math.ceil(shared["horizon_months"])
    # A delay is the difference of two margins over the whole horizon, whose last digits are lost.
    lost = 1e-12 * shared["gross_margin_usd_per_month"] * shared["horizon_months"]
    for name in COMPONENTS:
        np.testing.assert_allclose(flow[name].sum(axis=0), costs.component_usd[name], rtol=1e-9, atol=1e-6 + lost)


@given(case=cases())
def test_a_discount_lowers_every_component(case):
    """The present value at any rate is at most the nominal spend."""
    shared, framework, catalogue = case
    costs = cost_of_ownership(shared_inputs(shared), framework_inputs(framework), catalogue)
    nominal = cost_of_ownership(shared_inputs(without_discount(shared)), framework_inputs(framework), catalogue)
    for name in COMPONENTS:
        below = costs.component_usd[name] <= nominal.component_usd[name] * (1 + 1e-9) + 1e-9
        assert (below | np.isnan(nominal.component_usd[name])).all(), name


@given(case=cases())
def test_components_add_up_to_the_total(case):
    """The total is the sum of the eight components, and each way of serving is found by its name."""
    shared, framework, catalogue = case
    costs = cost_of_ownership(shared_inputs(shared), framework_inputs(framework), catalogue)
    assert set(costs.component_usd) == set(COMPONENTS)
    for i, name in enumerate(costs.names):
        summed = math.fsum(costs.component_usd[part][i] for part in COMPONENTS)
        assert costs.of(name) == pytest.approx(summed, rel=1e-12, nan_ok=True)


@given(case=cases(frameworks=3), order=st.permutations(range(3)))
def test_the_order_of_the_frameworks_does_not_matter(case, order):
    """The same frameworks in another order have the same results in that order."""
    shared, framework, catalogue = case
    permuted = {name: [values[i] for i in order] for name, values in framework.items()}
    costs = cost_of_ownership(shared_inputs(shared), framework_inputs(framework), catalogue)
    assert_same(cost_of_ownership(shared_inputs(shared), framework_inputs(permuted), catalogue), costs, columns=order)


@given(case=cases(frameworks=1))
def test_alone_a_framework_is_never_late_and_never_overspends(case):
    """Delay is counted against the best of those compared: alone, there is none."""
    shared, framework, catalogue = case
    costs = cost_of_ownership(shared_inputs(shared), framework_inputs(framework), catalogue)
    assert costs.component_usd["delay"].tolist() == [0]


@given(case=cases())
def test_nothing_to_hire_costs_nothing(case):
    """No seat open, nobody leaves and nobody is added: hiring costs 0, whatever the market is like."""
    shared, framework, catalogue = case
    quiet = shared | {"open_seats_share": 0.0, "turnover_share_per_year": 0.0, "team_growth_share_per_year": 0.0}
    costs = cost_of_ownership(shared_inputs(quiet), framework_inputs(framework), catalogue)
    assert costs.component_usd["hiring"].tolist() == [0, 0]


@given(case=cases())
def test_a_pool_of_nobody_never_fills_and_costs_what_giving_up_costs(case):
    """Nobody uses it: infinite months to fill a seat, which then costs what one costs after the longest search."""
    shared, framework, catalogue = case
    costs = cost_of_ownership(
        shared_inputs(shared), framework_inputs(framework | {"pool_share": [0.0, 0.0]}), catalogue
    )
    assert costs.time_to_fill_months.tolist() == [np.inf, np.inf]
    assert costs.search_months.tolist() == [shared["maximum_time_to_fill_months"]] * 2
    assert np.isfinite(costs.component_usd["hiring"]).all()


@given(case=cases())
def test_a_team_that_knows_the_framework_has_nothing_to_learn(case):
    """All know it: ramp-up costs 0."""
    shared, framework, catalogue = case
    framework = framework | {"team_knows_share": [1.0, 1.0]}
    costs = cost_of_ownership(shared_inputs(shared), framework_inputs(framework), catalogue)
    assert costs.component_usd["ramp_up"].tolist() == [0, 0]


@given(case=cases())
def test_who_is_hired_knows_the_framework(case):
    """All are hired, from the framework's own pool: ramp-up costs 0, however few of a team know it."""
    shared, framework, catalogue = case
    costs = cost_of_ownership(shared_inputs(shared | {"open_seats_share": 1.0}), framework_inputs(framework), catalogue)
    assert costs.component_usd["ramp_up"].tolist() == [0, 0]


@given(case=cases(), other=framework_values(2))
def test_a_standing_team_keeps_its_pay_and_its_juniors(case, other):
    """No seat open, nobody comes or goes: what a framework's people earn, and if it has juniors, changes no cost."""
    shared, framework, catalogue = case
    standing = shared_inputs(
        shared | {"open_seats_share": 0.0, "turnover_share_per_year": 0.0, "team_growth_share_per_year": 0.0}
    )
    market = {name: other[name] for name in ("salary_ratio", "junior_excluded_share")}
    first = cost_of_ownership(standing, framework_inputs(framework), catalogue)
    second = cost_of_ownership(standing, framework_inputs(framework | market), catalogue)
    for name in COMPONENTS:
        np.testing.assert_array_equal(first.component_usd[name], second.component_usd[name], err_msg=name)


@given(case=cases(), ratio=st.floats(0.5, 2))
def test_a_team_that_is_hired_earns_what_the_framework_pays(case, ratio):
    """All seats open: pay counts in full, so that building and maintenance cost in proportion to it."""
    shared, framework, catalogue = case
    hired = shared_inputs(shared | {"open_seats_share": 1.0})
    even, paid = (
        cost_of_ownership(hired, framework_inputs(framework | {"salary_ratio": [pay, pay]}), catalogue)
        for pay in (1.0, ratio)
    )
    for name in ("build", "maintenance"):
        np.testing.assert_allclose(paid.component_usd[name], ratio * even.component_usd[name], **FAR, err_msg=name)


@given(case=cases())
def test_a_team_that_is_hired_without_juniors_has_none(case):
    """
    All seats open and every junior excluded: the same results as of a team that wants no juniors.

    Of j juniors and a share s of seniors among the others, (1 - j) s of all are seniors before and after.
    """
    shared, framework, catalogue = case
    hired = shared | {"open_seats_share": 1.0}
    seniors = (1 - shared["junior_share"]) * shared["senior_share"]
    without = hired | {"junior_share": 0.0, "senior_share": seniors}
    framework = framework | {"junior_excluded_share": [1.0, 1.0]}
    excluded = cost_of_ownership(shared_inputs(hired), framework_inputs(framework), catalogue)
    assert_same(cost_of_ownership(shared_inputs(without), framework_inputs(framework), catalogue), excluded)


@given(case=cases(), probability=legal("outgrow_probability_share"))
def test_where_no_pick_can_turn_out_wrong_it_costs_nothing(case, probability):
    """Neither outgrown nor turned into the other kind: 0; and a chance of something never costs less than none."""
    shared, framework, catalogue = case
    safe = shared | {"outgrow_probability_share": 0.0, "kind_turn_probability_share": 0.0}
    costs = cost_of_ownership(shared_inputs(safe), framework_inputs(framework), catalogue)
    risk = costs.component_usd["wrong_pick"]
    assert (np.isnan(risk) | (risk == 0)).all()
    risky = safe | {"outgrow_probability_share": probability}
    costs = cost_of_ownership(shared_inputs(risky), framework_inputs(framework), catalogue)
    risk = costs.component_usd["wrong_pick"]
    assert (np.isnan(risk) | (risk >= 0)).all()


@given(case=cases(frameworks=1))
def test_who_overspends_nothing_need_not_mend_it(case):
    """Alone, a framework is its own best: outgrown for certain, it costs 0, whatever its retrofit would take."""
    shared, framework, catalogue = case
    certain = shared | {"outgrow_probability_share": 1.0, "kind_turn_probability_share": 0.0}
    risk = cost_of_ownership(shared_inputs(certain), framework_inputs(framework), catalogue).component_usd["wrong_pick"]
    assert (np.isnan(risk) | (risk == 0)).all()


def test_what_nobody_is_billed_is_a_cost():
    """Lost margin and expected losses are components, and no spend."""
    assert NOT_SPENT == ("delay", "wrong_pick")
    assert set(NOT_SPENT) < set(COMPONENTS)


def test_costs_of_what_was_not_compared_are_refused():
    """The message says what was compared, and what was asked for."""
    with pytest.raises(InputError) as caught:
        tco.evaluate(tco.scenario("customer-api", servings=["flask-sync", "fastapi-async"])).of("flask")
    assert str(caught.value) == "the costs are those of flask-sync, fastapi-async; got 'flask'"


@pytest.mark.parametrize(
    ("shapes", "problem"),
    [
        ({"peak_users": (3,)}, "peak_users must be a number or have shape (n, 1); got (3,)"),
        ({"peak_users": (3, 2)}, "peak_users must be a number or have shape (n, 1); got (3, 2)"),
        ({"peak_users": (3, 1), "wait_ms": (4, 1)}, "wait_ms has 4 scenarios where peak_users has 3"),
    ],
    ids=["one axis", "too many columns", "different numbers of scenarios"],
)
def test_shared_inputs_of_a_wrong_shape_are_refused(shapes, problem):
    """One sentence names the input, the shape it must have and the one it has."""
    scenario = tco.scenario("customer-api")
    values = {name: getattr(scenario.shared, name) for name in scenario.shared.quantities()}
    shared = type(scenario.shared)(**{**values, **{name: np.ones(shape) for name, shape in shapes.items()}})
    with pytest.raises(InputError) as caught:
        cost_of_ownership(shared, scenario.framework, scenario.catalogue)
    assert str(caught.value) == problem


@pytest.mark.parametrize(
    ("shape", "problem"),
    [
        ((2,), "ramp_up_weeks must be (3,) or have shape (n, 3); got (2,)"),
        ((5, 1), "ramp_up_weeks must be (3,) or have shape (n, 3); got (5, 1)"),
        ((2, 5, 3), "ramp_up_weeks must be (3,) or have shape (n, 3); got (2, 5, 3)"),
    ],
    ids=["too few frameworks", "one column", "three axes"],
)
def test_framework_inputs_of_a_wrong_shape_are_refused(shape, problem):
    """One sentence names the input, the shape it must have and the one it has."""
    scenario = tco.scenario("customer-api")
    framework = type(scenario.framework)(
        names=scenario.framework.names,
        **{name: getattr(scenario.framework, name) for name in scenario.framework.quantities()}
        | {"ramp_up_weeks": np.ones(shape)},
    )
    with pytest.raises(InputError) as caught:
        cost_of_ownership(scenario.shared, framework, scenario.catalogue)
    assert str(caught.value) == problem


def add_framework(directory, framework, serving, like_framework, like_serving):
    """Copy the tables and give them another framework: rows only, each copied from those of a known one."""
    shutil.copytree(data_directory(), directory)
    new_rows = {
        "frameworks": ("framework", {like_framework: framework}),
        "servings": ("serving", {like_serving: serving}),
        "effort": ("applies_to", {like_framework: framework}),
        "talent": ("applies_to", {like_framework: framework}),
        "serving": ("applies_to", {like_serving: serving}),
    }
    for table, (column, renamed) in new_rows.items():
        path = directory / f"{table}.csv"
        with path.open(newline="") as file:
            rows = list(csv.DictReader(file))
        copies = [{**row, column: renamed[row[column]]} for row in rows if row[column] in renamed]
        assert copies
        for row in copies:
            if table == "servings":
                row["framework"] = framework
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows + copies)


def test_a_framework_is_added_by_rows_alone(tmp_path, monkeypatch):
    """Rows for Bottle, copied from Flask's, make it a fourth framework, which costs what Flask costs."""
    add_framework(tmp_path / "data", "bottle", "bottle-threads", "flask", "flask-threads")
    monkeypatch.setenv("TCO_DATA", str(tmp_path / "data"))
    scenario = tco.scenario("customer-api")
    costs = tco.evaluate(scenario)
    assert costs.names == ("flask-threads", "fastapi-async", "django-threads", "bottle-threads")
    assert costs.of("bottle-threads") == costs.of("flask-threads")
    better = tco.evaluate(scenario.replace(json_endpoint_effort_days={"bottle": 0.1}))
    assert better.of("bottle-threads") < better.of("flask-threads")
    assert tco.verdict(scenario.replace(servings=["bottle-threads", "fastapi-async"])).sentence


# One small scenario, with numbers that can be worked with pencil and paper.
SHARED_BY_HAND = {
    # 600 people x 10 a minute / 60 = 100 req/s, and 20 more known directly; 10% more each month.
    "peak_users": 600.0,
    "requests_per_user_per_minute": 10.0,
    "direct_peak_load_rps": 20.0,
    "traffic_growth_share_per_month": 0.1,
    "mean_to_peak_share": 0.5,
    "app_cpu_ms": 8.0,
    "wait_ms": 70.0,
    "time_variation_ratio": 0.5,
    # No delay comes near to it: the highest utilization sizes the fleet.
    "p95_objective_ms": 60_000.0,
    "database_pool_count": 80.0,
    "response_kib": 32.0,
    "inference_request_share": 0.25,
    "inference_ms": 40.0,
    "model_load_ms": 200.0,
    "model_memory_gib": 0.5,
    "app_memory_mib": 100.0,
    "target_utilization_share": 0.5,
    "os_memory_gib": 0.5,
    "spare_servers": 1.0,
    "minimum_servers": 2.0,
    "instance_price_ratio": 1.0,
    "server_overhead_usd_per_month": 7.3,
    "load_balancer_usd_per_hour": 0.02,
    "egress_usd_per_gib": 0.08,
    "interface_count": 20.0,
    "html_share": 0.25,
    "forms_per_page_count": 0.5,
    "validation_scope": 1.0,
    "api_docs_scope": 0.5,
    "login_scope": 1.0,
    "admin_scope": 0.0,
    "uploads_scope": 0.5,
    "payments_scope": 0.0,
    "websockets_scope": 0.0,
    "background_jobs_scope": 1.0,
    "model_inference_scope": 1.0,
    "team_people": 3.0,
    "junior_share": 0.5,
    "senior_share": 0.4,
    "junior_productivity_ratio": 0.5,
    "senior_productivity_ratio": 1.5,
    "communication_overhead_share": 0.05,
    "pairwise_overhead_share": 1 / 60,
    "working_days_per_year": 240.0,
    "maintenance_share_per_year": 0.24,
    "ramp_up_loss_share": 0.5,
    "salary_junior_usd_per_year": 60_000.0,
    "salary_mid_usd_per_year": 90_000.0,
    "salary_senior_usd_per_year": 120_000.0,
    "loaded_cost_ratio": 1.2,
    "open_seats_share": 0.5,
    "turnover_share_per_year": 0.12,
    "team_growth_share_per_year": 0.2,
    "developers_people": 1_000_000.0,
    "open_to_move_share": 0.2,
    "reference_time_to_fill_days": 365 / 12,
    "reference_pool_people": 20_000.0,
    "time_to_fill_elasticity_ratio": 0.5,
    "demand_elasticity_ratio": 0.5,
    "maximum_time_to_fill_months": 6.0,
    "recruiting_usd": 4_000.0,
    "agency_hires_share": 0.5,
    "agency_fee_share": 0.2,
    "vacancy_cost_ratio": 0.5,
    "onboarding_months": 4.0,
    "onboarding_loss_share": 0.5,
    "gross_margin_usd_per_month": 10_000.0,
    "adoption_months": 4.0,
    "outgrow_probability_share": 0.2,
    "outgrow_ratio": 5.0,
    "overspend_months": 1.0,
    "kind_turn_probability_share": 0.1,
    "kind_turn_share": 0.5,
    "rework_margin_loss_share": 0.1,
    "horizon_months": 6.0,
    "discount_share_per_year": 0.1,
    "salary_growth_share_per_year": 0.05,
    "inflation_share_per_year": 0.02,
    "materiality_share": 0.05,
    "confidence_share": 0.8,
}
FRAMEWORK_BY_HAND = {
    "setup_effort_days": [3.0, 4.0],
    "json_endpoint_effort_days": [1.5, 1.0],
    "validation_effort_days": [0.4, 0.1],
    "api_docs_effort_days": [0.4, 0.0],
    "html_page_effort_days": [1.0, 2.0],
    "form_effort_days": [0.5, 1.0],
    "login_effort_days": [4.0, 5.0],
    "admin_effort_days": [8.0, 9.0],
    "uploads_effort_days": [2.0, 3.0],
    "payments_effort_days": [7.0, 8.0],
    "websockets_effort_days": [5.0, 1.0],
    "background_jobs_effort_days": [3.0, 3.0],
    "model_inference_effort_days": [6.0, 4.0],
    "async_retrofit_effort_days": [0.1, 0.0],
    "data_layer_retrofit_effort_days": [2.0, 0.0],
    "productivity_ratio": [1.0, 1.1],
    "salary_ratio": [1.0, 1.05],
    "junior_excluded_share": [0.0, 0.5],
    "pool_share": [0.1, 0.05],
    "pool_growth_ratio": [1.0, 1.2],
    "demand_ratio": [1.0, 2.0],
    "team_knows_share": [0.75, 0.5],
    "ramp_up_weeks": [52 / 24, 52 / 12],
    "app_cpu_ratio": [1.0, 1.0],
    "framework_cpu_ms": [2.0, 1.0],
    "workers_per_vcpu_count": [2.0, 1.0],
    "extra_workers_count": [1.0, 0.0],
    "slots_per_worker_count": [1.0, 100.0],
    "turns_per_worker_count": [1.0, 1.0],
    "worker_memory_mib": [156.0, 106.0],
    "slot_memory_mib": [0.0, 0.5],
    "model_reload_share": [0.2, 0.0],
}
# vCPUs, GiB, share for good, USD/h
TYPES_BY_HAND = [(2.0, 4.0, 1.0, 0.09), (4.0, 8.0, 0.5, 0.13), (1.0, 1.0, 1.0, 0.01)]


def lost_share(slots, load):
    """Erlang's loss by its integral, 1 / B = int exp(-t) (1 + t / load) ** slots dt: the share of a core that idles."""
    whole, _ = integrate.quad(lambda t: math.exp(slots * math.log1p(t / load) - t), 0, 2000, limit=500, epsrel=1e-12)
    return 1 / whole


def flow(start, end, growth, discount):
    """Present value of 1 a month from start to end: the integral of q ** t with q the monthly growth over discount."""
    if end <= start:
        return 0.0
    q = ((1 + growth) / (1 + discount)) ** (1 / 12)
    return (q**end - q**start) / math.log(q)


def earned(launch, horizon, growth, discount):
    """
    Present value of 1 a month that grows along an S-curve with a mean of four months: Simpson's rule.

    Half the mean to the inflection: 1 - (1 + t / 2) exp(-t / 2).
    """
    t, step = np.linspace(launch, max(horizon, launch), 4001, retstep=True)
    adopted = 1 - (1 + (t - launch) / 2) * np.exp(-(t - launch) / 2)
    value = adopted * ((1 + growth) / (1 + discount)) ** (t / 12)
    return step / 3 * (value[0] + 4 * value[1::2].sum() + 2 * value[2:-1:2].sum() + value[-1])


def by_hand(discount, overspend_months):
    """
    Costs of both frameworks step by step, in plain Python, on a way of its own: no formula of the library is called.
    """
    horizon, wage_growth, price_growth = 6.0, 0.05, 0.02
    frameworks = [{name: values[i] for name, values in FRAMEWORK_BY_HAND.items()} for i in range(2)]
    steps = []
    for f in frameworks:
        # 20 interfaces, a quarter of them pages: 15 endpoints and 5 pages, a form on every second page.
        endpoint_days = f["json_endpoint_effort_days"] + f["validation_effort_days"] + 0.5 * f["api_docs_effort_days"]
        page_days = f["html_page_effort_days"] + 0.5 * f["form_effort_days"]
        # In scope: login, half of the uploads, background jobs, the model.
        effort_days = (
            f["setup_effort_days"]
            + 15 * endpoint_days
            + 5 * page_days
            + f["login_effort_days"]
            + 0.5 * f["uploads_effort_days"]
            + f["background_jobs_effort_days"]
            + f["model_inference_effort_days"]
        )
        # Half the seats are junior ones; where a framework takes none, a mid-level developer sits there. That is so
        # in the half of the seats that is hired for. Of all seats 0.5 x 0.4 = 0.2 are senior ones in any case.
        juniors = 0.5 * (1 - 0.5 * f["junior_excluded_share"])
        seniors = 0.5 * 0.4
        mids = 1 - juniors - seniors
        skill = juniors * 0.5 + mids * 1.0 + seniors * 1.5
        # One half is there at standard pay, the other is hired at the framework's.
        standing_salary = juniors * 60_000 + mids * 90_000 + seniors * 120_000
        hired_salary = standing_salary * f["salary_ratio"]
        salary = (standing_salary + hired_salary) / 2
        # Three people who spend a twentieth on each of two colleagues, and a sixtieth on each of six ordered pairs,
        # work as 3 / (1 + 0.1 + 0.1) = 2.5; 240 / 12 = 20 days a month.
        output = 2.5 * 20 * skill * f["productivity_ratio"]
        # The half that is there learns, as far as it does not know the framework, at half its output; the half that
        # is hired knows it. 52 / 12 weeks are a month.
        ramp_days = 0.5 * (1 - f["team_knows_share"]) * 0.5 * output * f["ramp_up_weeks"] / (52 / 12)
        # 1,000,000 developers x share x 0.2 open to move; a month in a pool of 20,000; the roots of the ratio and of
        # the demand. Those who replace others are sought, on average, a quarter of a year later.
        pool = 1_000_000 * f["pool_share"] * 0.2
        fill = min(math.sqrt(20_000 / pool) * math.sqrt(f["demand_ratio"]), 6.0)
        later_pool = pool * f["pool_growth_ratio"] ** 0.25
        later_fill = min(math.sqrt(20_000 / later_pool) * math.sqrt(f["demand_ratio"]), 6.0)
        # Half the team works until the seats are filled, all of it after.
        work = effort_days + ramp_days
        half_done = fill * output * 0.5
        launch = work / (output * 0.5) if work <= half_done else fill + (work - half_done) / output
        steps.append(
            {
                "endpoint_days": endpoint_days,
                "page_days": page_days,
                "effort_days": effort_days,
                "ramp_days": ramp_days,
                "output": output,
                "hired_salary": hired_salary,
                "pool": pool,
                "fill": fill,
                "later_fill": later_fill,
                "launch": launch,
                "team_usd_per_month": 3 * salary * 1.2 / 12,
            }
        )
    fastest = min(step["launch"] for step in steps)

    def fleet_of(f, load_rps):
        # A quarter of the requests ask the model, for 40 ms and the reloading.
        cpu_ms = 8 + f["framework_cpu_ms"] + 0.25 * (40 + 200 * f["model_reload_share"])
        worker_mib = f["worker_memory_mib"] + 100 + f["slots_per_worker_count"] * f["slot_memory_mib"] + 512
        offers = []
        for name, (vcpus, memory_gib, sustained, usd_per_hour) in enumerate(TYPES_BY_HAND):
            workers = min(
                math.floor(f["workers_per_vcpu_count"] * vcpus + f["extra_workers_count"]),
                math.floor((memory_gib - 0.5) * 1024 / worker_mib),
            )
            if workers == 0:
                continue
            cores = min(workers, vcpus * sustained)
            # Each request in progress holds one of 80 database connections.
            slots_per_core = workers * min(f["slots_per_worker_count"], 80) / cores
            one_rps = 0.5 * cores * (1 - lost_share(slots_per_core, 70 / cpu_ms)) / cpu_ms * 1000
            servers = max(2, math.ceil(load_rps / one_rps) + 1)
            # 7.30 USD a month beside the instance are 0.01 USD/h.
            offers.append((servers * (usd_per_hour + 0.01), servers, one_rps, name))
        return min(offers)

    start_rps = 600 * 10 / 60 + 20
    outgrown_bills = [fleet_of(f, start_rps * 1.1**3 * 5)[0] * 730 for f in frameworks]
    turned = [0.5 * (15 * step["page_days"] + 5 * step["endpoint_days"]) for step in steps]
    result = []
    for f, step, outgrown_usd, turned_days in zip(frameworks, steps, outgrown_bills, turned, strict=True):
        launch, fill, team = step["launch"], step["fill"], step["team_usd_per_month"]
        work = step["effort_days"] + step["ramp_days"]
        # The whole team is paid until the launch, but for the empty half until it is hired.
        paid = flow(0, min(launch, horizon), wage_growth, discount)
        paid -= 0.5 * flow(0, min(fill, launch, horizon), wage_growth, discount)
        # Those who maintain grow by a fifth a year from the launch on.
        live = flow(launch, horizon, (1 + wage_growth) * 1.2 - 1, discount) / 1.2 ** (launch / 12)
        # 24% of the effort a year are 2% a month.
        maintainers = 3 * 0.02 * step["effort_days"] / step["output"]
        # Half the output of four months is missed after a hire; of a first hire only what falls before the launch.
        hired_usd_per_month = step["hired_salary"] * 1.2 / 12
        recruiting = 4_000 + 0.5 * 0.2 * step["hired_salary"]
        first_hire = recruiting + hired_usd_per_month * 0.5 * min(max(launch - fill, 0.0), 4.0)
        replacement = recruiting + hired_usd_per_month * 0.5 * (4.0 + step["later_fill"])
        first_hires = 1.5 * ((1 + wage_growth) / (1 + discount)) ** (fill / 12) if fill < horizon else 0.0
        later_hires = 0.01 * (3 * paid + maintainers * live) + math.log(1.2) / 12 * maintainers * live
        # A day of rework costs its pay and a tenth of the margin meanwhile.
        rework_usd_per_day = team / step["output"] + 10_000 * 0.1 / step["output"]
        overspend = outgrown_usd - min(outgrown_bills)
        retrofit_days = 20 * f["async_retrofit_effort_days"] + f["data_layer_retrofit_effort_days"]
        mending = retrofit_days * rework_usd_per_day + overspend_months * overspend
        bearing = 3 * overspend  # for the other half of six months
        turning = (turned_days - min(turned)) * rework_usd_per_day
        wrong_pick = (0.2 * min(mending, bearing) + 0.1 * turning) / (horizon - launch)
        servers = network = 0.0
        for month in range(6):
            months_live = min(max(month + 1 - launch, 0.0), 1.0)
            load_rps = start_rps * 1.1**month
            hours = 730 * flow(month, month + 1, price_growth, discount) * months_live
            # Half the peak on average, 32 KiB each, 0.08 USD a GiB: per hour 3,600 x that.
            egress_usd_per_hour = load_rps * 0.5 * 3600 * 32 / 1024**2 * 0.08
            servers += fleet_of(f, load_rps)[0] * hours
            # Two servers or more, so a load balancer stands before them.
            network += (0.02 + egress_usd_per_hour) * hours
        busiest_rps = start_rps * 1.1**5
        fleet_usd_per_hour, fleet_servers, one_rps, instance = fleet_of(f, busiest_rps)
        result.append(
            {
                "build": team * paid * step["effort_days"] / work,
                "ramp_up": team * paid * step["ramp_days"] / work,
                "hiring": first_hires * first_hire + later_hires * replacement,
                "maintenance": maintainers * team / 3 * live,
                "servers": servers,
                "network": network,
                "delay": 10_000
                * (earned(fastest, horizon, price_growth, discount) - earned(launch, horizon, price_growth, discount)),
                "wrong_pick": wrong_pick * flow(launch, horizon, price_growth, discount),
                "build_effort_days": step["effort_days"],
                "ramp_up_effort_days": step["ramp_days"],
                "launch_months": launch,
                "pool_people": step["pool"],
                "time_to_fill_months": fill,
                "search_months": fill,
                "hired_salary_usd_per_year": step["hired_salary"],
                "request_cpu_ms": 8 + f["framework_cpu_ms"] + 0.25 * (40 + 200 * f["model_reload_share"]),
                "peak_load_rps": busiest_rps,
                "peak_servers": fleet_servers,
                "server_capacity_rps": one_rps,
                "peak_utilization_share": busiest_rps / (fleet_servers * one_rps) * 0.5,
                "busiest_cloud_usd_per_month": 730
                * (fleet_usd_per_hour + 0.02 + busiest_rps * 0.5 * 3600 * 32 / 1024**2 * 0.08),
                "instance_index": instance,
            }
        )
    return result


@pytest.mark.parametrize(
    ("discount", "overspend_months"), [(0.1, 1.0), (0.3, 6.0)], ids=["overspend is mended", "overspend is borne"]
)
def test_one_scenario_worked_by_hand(discount, overspend_months):
    """Every result of a small scenario agrees with a recomputation on paper, step by step, to 1e-9."""
    own = {"discount_share_per_year": discount, "overspend_months": overspend_months}
    shared = shared_inputs(SHARED_BY_HAND | own)
    costs = cost_of_ownership(shared, framework_inputs(FRAMEWORK_BY_HAND), catalogue_of(TYPES_BY_HAND))
    found = results(costs)
    for i, expected in enumerate(by_hand(discount, overspend_months)):
        expected["total_usd"] = sum(expected[name] for name in COMPONENTS)
        assert set(expected) == set(found)
        for name, value in expected.items():
            assert found[name][i] == pytest.approx(value, rel=1e-9), name


def test_the_scenario_worked_by_hand_has_these_round_figures():
    """
    The steps that end in round numbers, from pencil and paper.

    Effort a: 3 + 15 x (1.5 + 0.4 + 0.2) + 5 x 1.25 + 4 + 1 + 3 + 6 = 3 + 31.5 + 6.25 + 14 = 54.75 days;
    effort b: 4 + 15 x (1 + 0.1) + 5 x 2.5 + 5 + 1.5 + 3 + 4 = 4 + 16.5 + 12.5 + 13.5 = 46.5 days.
    Salary of who is hired, a: 0.5 x 60,000 + 0.3 x 90,000 + 0.2 x 120,000 = 81,000;
    b, where half of the hired juniors, a quarter of all, give way: (0.375 x 60,000 + 0.425 x 90,000 + 0.2 x 120,000)
    x 1.05 = 84,750 x 1.05 = 88,987.5 USD.
    Skill a: 0.25 + 0.3 + 0.3 = 0.85, output 2.5 x 20 x 0.85 = 42.5 days a month; of the half that is there a quarter
    learns for half a month at half its output: 0.5 x 0.25 x 0.5 x 0.5 x 42.5 = 1.328125 days;
    b: 0.1875 + 0.425 + 0.3 = 0.9125, output 50 x 0.9125 x 1.1 = 50.1875; of the half that is there a half learns for a
    month at half its output: 0.5 x 0.5 x 0.5 x 50.1875 = 6.2734375 days.
    Seats filled after sqrt(20,000 / 20,000) = 1 month, and after sqrt(20,000 / 10,000) x sqrt 2 = 2 months;
    launch of a (54.75 + 1.328125) / 42.5 + 0.5 x 1.
    CPU a: 8 + 2 + 0.25 x (40 + 40) = 30 ms; b: 8 + 1 + 10 = 19 ms.
    """
    costs = cost_of_ownership(
        shared_inputs(SHARED_BY_HAND), framework_inputs(FRAMEWORK_BY_HAND), catalogue_of(TYPES_BY_HAND)
    )
    assert costs.build_effort_days == pytest.approx([54.75, 46.5], rel=1e-12)
    assert costs.hired_salary_usd_per_year == pytest.approx([81_000, 88_987.5], rel=1e-12)
    assert costs.request_cpu_ms == pytest.approx([30, 19], rel=1e-12)
    assert costs.ramp_up_effort_days == pytest.approx([1.328125, 6.2734375], rel=1e-12)
    assert costs.time_to_fill_months == pytest.approx([1, 2], rel=1e-12)
    assert costs.launch_months[0] == pytest.approx(56.078125 / 42.5 + 0.5, rel=1e-12)


# Two developers at 10,000 USD a month do 40 days of work in it; nothing grows, and money keeps its value.
PLAIN_SHARED = SHARED_BY_HAND | {
    "peak_users": 0.0,
    "traffic_growth_share_per_month": 0.0,
    "app_cpu_ms": 49.0,
    "wait_ms": 0.0,
    "response_kib": 0.0,
    "inference_request_share": 0.0,
    "model_memory_gib": 0.0,
    "target_utilization_share": 0.5,
    "spare_servers": 0.0,
    "minimum_servers": 1.0,
    "server_overhead_usd_per_month": 0.0,
    "team_people": 2.0,
    "junior_share": 0.0,
    "senior_share": 0.0,
    "communication_overhead_share": 0.0,
    "pairwise_overhead_share": 0.0,
    "maintenance_share_per_year": 0.0,
    "salary_mid_usd_per_year": 120_000.0,
    "loaded_cost_ratio": 1.0,
    "open_seats_share": 0.0,
    "turnover_share_per_year": 0.0,
    "team_growth_share_per_year": 0.0,
    "recruiting_usd": 5_000.0,
    "gross_margin_usd_per_month": 0.0,
    "outgrow_probability_share": 0.0,
    "kind_turn_probability_share": 0.0,
    "horizon_months": 12.0,
    "discount_share_per_year": 0.0,
    "salary_growth_share_per_year": 0.0,
    "inflation_share_per_year": 0.0,
}
# 40 days of work in all; 50 ms of CPU, half of a core planned for: 10 req/s a server.
PLAIN_FRAMEWORK = dict.fromkeys(FRAMEWORK_BY_HAND, 0.0) | {
    "setup_effort_days": 40.0,
    "productivity_ratio": 1.0,
    "salary_ratio": 1.0,
    "pool_share": 0.1,
    "pool_growth_ratio": 1.0,
    "demand_ratio": 1.0,
    "team_knows_share": 1.0,
    "app_cpu_ratio": 1.0,
    "framework_cpu_ms": 1.0,
    "workers_per_vcpu_count": 1.0,
    "slots_per_worker_count": 1.0,
    "turns_per_worker_count": 1.0,
    "worker_memory_mib": 100.0,
}


def plain_costs(shared, *frameworks):
    """Costs of the plain scenario with some shared inputs of one's own, of frameworks with some of theirs."""
    columns = {name: [{**PLAIN_FRAMEWORK, **own}[name] for own in frameworks] for name in PLAIN_FRAMEWORK}
    # One type: 1 vCPU, 4 GiB, 0.1 USD/h, which are 73 USD a month.
    one_type = catalogue_of([(1.0, 4.0, 1.0, 0.1)])
    return cost_of_ownership(shared_inputs(PLAIN_SHARED | shared), framework_inputs(columns), one_type)


@pytest.mark.parametrize(
    ("effort_days", "fill_months", "launch_months", "usd"),
    [(40.0, 3.0, 2.0, 17_000), (40.0, 1.0, 1.5, 19_500), (400.0, 1.0, 10.5, 37_000)],
    ids=["launched before the seat is filled", "launched during the onboarding", "launched after it"],
)
def test_a_first_hire_costs_recruiting_and_the_onboarding_before_the_launch(
    effort_days, fill_months, launch_months, usd
):
    """
    One of two seats is open, and its search is 5,000 + 0.5 x 0.2 x 120,000 = 17,000 USD in any case.

    40 days: one person's 20 days a month launch after 2 months, before 3: no onboarding. With a seat filled after 1
    month, 20 + 20 days: launch after 1.5, of which 0.5 x 0.5 x 10,000 = 2,500 USD of output are missed. 400 days take
    1 + 380 / 40 = 10.5 months: the onboarding of 4 months falls into them, 4 x 0.5 x 10,000 = 20,000 USD.
    """
    search = {"open_seats_share": 0.5, "reference_time_to_fill_days": fill_months * 365 / 12}
    costs = plain_costs(search, {"setup_effort_days": effort_days})
    assert costs.launch_months == pytest.approx([launch_months], rel=1e-12)
    assert costs.component_usd["hiring"] == pytest.approx([usd], rel=1e-12)


def test_no_cost_jumps_where_the_launch_passes_the_time_to_fill():
    """
    80 days, one of two seats filled after F months: launch after 2 + F / 2, or after 4 where that is sooner.

    The hire costs 17,000 and 5,000 for each month from F to the launch: 17,000 + 5,000 x (2 - F / 2) until F = 4. The
    launch moves by half of F, so that on a fine grid the cloud bill moves by at most half of what it is a month.
    """
    fill_months, step_months = np.linspace(0, 6, 601, retstep=True)
    search = {"open_seats_share": 0.5, "reference_time_to_fill_days": fill_months[:, None] * 365 / 12}
    costs = plain_costs(search, {"setup_effort_days": 80.0})
    assert costs.launch_months[:, 0] == pytest.approx(np.minimum(2 + fill_months / 2, 4), rel=1e-12)
    expected = 17_000 + 5_000 * np.maximum(2 - fill_months / 2, 0)
    assert costs.component_usd["hiring"][:, 0] == pytest.approx(expected, rel=1e-12)
    fastest_usd_per_month = 5_000 / 2 + costs.busiest_cloud_usd_per_month.max() / 2
    assert np.abs(np.diff(costs.total_usd[:, 0])).max() <= fastest_usd_per_month * step_months * (1 + 1e-9)


def test_a_replacement_costs_recruiting_the_whole_onboarding_and_the_vacancy():
    """
    1% of 2 people leave in the 1 month of building: 0.02 x (17,000 + 20,000 + 1 month x 0.5 x 10,000) = 840 USD.

    The onboarding of 4 months counts in full although the product is launched after one.
    """
    costs = plain_costs({"turnover_share_per_year": 0.12}, {})
    assert costs.launch_months.tolist() == [1]
    assert costs.component_usd["hiring"] == pytest.approx([0.02 * 42_000], rel=1e-12)


def test_a_growing_team_hires_for_growth():
    """
    1 of 40 days of work a year is maintenance: 20 / 240 x 0.5 = 1/24 of a person, growing by half a year.

    After the launch in month 1 the crew grows to 1.5 ** (11 / 12) of its start: that many more people are hired, at
    17,000 + 20,000 + 1 month of vacancy at 0.5 x 10,000 USD each.
    """
    costs = plain_costs({"team_growth_share_per_year": 0.5, "maintenance_share_per_year": 0.25}, {})
    crew_people = 40 * 0.25 / 240
    hired_people = crew_people * (1.5 ** (11 / 12) - 1)
    assert costs.component_usd["hiring"] == pytest.approx([hired_people * 42_000], rel=1e-9)


def test_only_those_who_were_there_learn():
    """One of two is there and knows half of it: 0.5 x 0.5 of 40 days a month, half lost for a month, are 5 days."""
    learning = {"team_knows_share": 0.5, "ramp_up_weeks": 52 / 12}
    costs = plain_costs({"open_seats_share": 0.5}, learning)
    assert costs.ramp_up_effort_days == pytest.approx([5], rel=1e-12)


@pytest.mark.parametrize(
    ("retrofit_days", "overspend_months", "usd"),
    [(0.5, 2.0, 18_140), (5.0, 2.0, 39_420), (0.0, 12.0, 39_420), (0.0, 0.0, 0)],
    ids=["mended", "too dear to mend", "mended too late", "mended at once for nothing"],
)
def test_an_outgrown_plan_costs_the_lesser_of_mending_and_bearing(retrofit_days, overspend_months, usd):
    """
    A plan of 100 req/s meets 1,000: with 5 ms of CPU and 45 of waiting 100 servers at 10 req/s each, against 10 at
    100 req/s where others wait meanwhile.

    The overspend is 90 x 73 = 6,570 USD a month, and bearing it for the other half of 12 months 39,420. Mending 20
    interfaces at 500 USD a day: half a day each is 5,000, 2 months of overspend 13,140, together 18,140; at 5 days each
    50,000 + 13,140. Noticed after 12 months: 78,840. At even odds half of it is expected; who overspends nothing
    mends nothing.
    """
    outgrown = {
        "app_cpu_ms": 4.0,
        "wait_ms": 45.0,
        "direct_peak_load_rps": 100.0,
        "outgrow_ratio": 10.0,
        "outgrow_probability_share": 0.5,
        "overspend_months": overspend_months,
    }
    one_at_a_time = {"async_retrofit_effort_days": retrofit_days}
    costs = plain_costs(outgrown, one_at_a_time, one_at_a_time | {"slots_per_worker_count": 100.0})
    assert costs.server_capacity_rps == pytest.approx([10, 100], rel=1e-12)
    assert costs.component_usd["wrong_pick"] == pytest.approx([usd / 2, 0], rel=1e-12)


@pytest.mark.parametrize(
    ("load_rps", "growth", "servers", "usd"),
    [(10.0, 0.0, 1, 0), (10.1, 0.0, 2, 0.02 * 730 * 11), (5.0, 0.1, 2, 0.02 * 730 * 11)],
    ids=["one server", "two servers", "two in the last months"],
)
def test_a_load_balancer_stands_before_two_servers_or_more(load_rps, growth, servers, usd):
    """
    A server carries 10 req/s. Where the busiest month needs two, 0.02 USD/h are paid in all 11 months after the launch.

    5 req/s that grow by a tenth are 5 x 1.1 ** 11 = 14.3 in the last month.
    """
    costs = plain_costs({"direct_peak_load_rps": load_rps, "traffic_growth_share_per_month": growth}, {})
    assert costs.peak_servers.tolist() == [servers]
    assert costs.component_usd["network"] == pytest.approx([usd], rel=1e-12)
    balancer_usd_per_month = 0.02 * 730 if servers > 1 else 0
    assert costs.busiest_cloud_usd_per_month == pytest.approx([servers * 73 + balancer_usd_per_month], rel=1e-12)


def test_a_core_of_twice_the_speed_is_a_request_of_half_the_cpu():
    """Costs of servers, their capacity and their response are those of requests with half the CPU on ordinary cores."""
    scenario = tco.scenario("customer-api", inference_request_share=0)
    types = [(2, 8, 1, 0.1), (4, 16, 0.4, 0.15)]
    fast = cost_of_ownership(scenario.shared, scenario.framework, catalogue_of([(*each, 2.0) for each in types]))
    halved = scenario.replace(
        app_cpu_ms=scenario.value("app_cpu_ms") / 2,
        framework_cpu_ms={name: scenario.value("framework_cpu_ms", name) / 2 for name in scenario.servings},
    )
    plain = cost_of_ownership(halved.shared, halved.framework, catalogue_of(types))
    np.testing.assert_allclose(fast.component_usd["servers"], plain.component_usd["servers"], rtol=1e-9)
    np.testing.assert_allclose(fast.server_capacity_rps, plain.server_capacity_rps, rtol=1e-9)
    np.testing.assert_allclose(fast.peak_response.p95_ms, plain.peak_response.p95_ms, rtol=1e-9)
    np.testing.assert_allclose(fast.request_cpu_ms, 2 * plain.request_cpu_ms, rtol=1e-12)


def test_a_discount_on_instances_is_a_cheaper_list():
    """At half the list price servers cost what a list at half the price makes them cost."""
    scenario = tco.scenario("customer-api", instance_price_ratio=0.5)
    types = [(2, 8, 1, 0.1), (4, 16, 0.4, 0.15)]
    discounted = cost_of_ownership(scenario.shared, scenario.framework, catalogue_of(types))
    plain = scenario.replace(instance_price_ratio=1)
    cheap = catalogue_of([(*each[:3], each[3] / 2) for each in types])
    halved = cost_of_ownership(plain.shared, plain.framework, cheap)
    np.testing.assert_allclose(discounted.component_usd["servers"], halved.component_usd["servers"], rtol=1e-12)
