"""Figures behind the guide's claims: worked by hand where every number that enters is given here."""

import re

import pytest

import tco
from tco.assumptions import ASSUMPTION_SETS, load_assumptions
from tco.claims import FIGURES, claim_views, side_of, supports

CLAIMS = ("S1", "S2", "S3", "S4", "T1", "T2", "T3", "U1", "U2", "U3", "H1", "H2", "H3", "R1", "R2", "C1", "C2")


def figures_of(claim, scenario):
    """The figure of a claim in the guide's view and in ours."""
    view = next(view for view in claim_views(scenario) if view.claim == claim)
    return view.article, view.measured


def test_every_claim_has_a_figure():
    """S1 to C2: one function for each row of the table, and no other."""
    assert tuple(FIGURES) == tuple(load_assumptions().claims) == CLAIMS


def test_a_view_says_what_the_guide_says():
    """Words and group come from the table."""
    for view, row in zip(claim_views(tco.scenario()), load_assumptions().claims.values(), strict=True):
        assert (view.statement, view.group) == (row.statement, row.group)


@pytest.mark.parametrize("assumption_set", ASSUMPTION_SETS)
def test_a_side_compares_flask_with_fastapi(assumption_set):
    """Whatever ways of serving the page compares, each of the two is served in the headline way of the view."""
    side = side_of(tco.scenario(servings=["django-threads"]), assumption_set)
    a = load_assumptions()
    assert [a.servings[name].framework for name in side.scenario.servings] == ["flask", "fastapi"]
    assert set(side.scenario.servings) <= set(a.headline_servings(assumption_set))
    assert side.costs.total_usd.tolist() == tco.evaluate(side.scenario).total_usd.tolist()


@pytest.mark.parametrize(
    ("slots", "figure"),
    [
        (1, "0.5 req/s a worker; the 10th of 10 callers waits 20 s"),  # 1 / 2 s; ten rounds of 2 s
        (4, "2 req/s a worker; the 10th of 10 callers waits 6 s"),  # 4 / 2 s; rounds of 4, 4 and 2
        (10, "5 req/s a worker; the 10th of 10 callers waits 2 s"),  # 10 / 2 s; one round
    ],
)
def test_s1_a_request_of_two_seconds(slots, figure):
    """A worker with so many slots, each taken for 2 s; the CPU of a request, far below 2 s / slots, is no limit."""
    given = dict.fromkeys(("flask-sync", "flask-threads"), slots)
    scenario = tco.scenario(app_cpu_ms=1.0, slots_per_worker_count=given)
    assert figures_of("S1", scenario) == (figure, figure)


def test_s2_the_same_server():
    """
    Requests of 5 ms CPU and 95 ms wait on 4 vCPU at half their utilization.

    Nine sync workers, each free every 100 ms: 90 req/s, less the 0.2% that they are in one another's way at the cores,
    half of it 44.9. An event loop on each vCPU waits for nobody: 4 / 5 ms = 800 req/s, half of it 400, and
    400 / 44.9 = 8.9.
    """
    scenario = tco.scenario(
        app_cpu_ms=4.0,
        wait_ms=95.0,
        target_utilization_share=0.5,
        framework_cpu_ms={"flask-sync": 1.0, "fastapi-async": 1.0},
        workers_per_vcpu_count={"flask-sync": 2.0, "fastapi-async": 1.0},
        extra_workers_count={"flask-sync": 1.0, "fastapi-async": 0.0},
        slots_per_worker_count={"flask-sync": 1.0, "fastapi-async": 1000.0},
    )
    article, _ = figures_of("S2", scenario)
    assert article == "8.92 times: 44.9 against 400 req/s on 4 vCPU, 16 GiB"


def test_only_the_claims_asked_for_are_worked_out():
    """Two ids, two views, in the order of the table."""
    assert [view.claim for view in claim_views(tco.scenario(), ("R1", "T1"))] == ["T1", "R1"]


@pytest.mark.parametrize("claim", ["T1", "T2", "T3", "H1", "H2", "H3", "R1", "R2"])
def test_a_claim_on_people_says_what_it_rests_on(claim):
    """Each row of the guide's view on it, and others, with ours beside it: value, range, grade and source."""
    a = load_assumptions()
    found = supports(tco.scenario(), claim)
    views = [view for view in a.article.values() if view.claim == claim]
    assert [support.view for support in found[: len(views)]] == views
    for support in found:
        assert support.row is a.rows[support.row.name][support.row.applies_to]
        if support.view is not None:
            assert (support.view.name, support.view.applies_to) == (support.row.name, support.row.applies_to)
    assert len({(support.row.name, support.row.applies_to) for support in found}) == len(found) >= 3


def test_where_the_evidence_does_not_reach_the_guide_it_says_so():
    """Three days an interface lie above the most that a public move took, two; a chance of 0.2 lies in our range."""
    within = {support.row.name: support.is_within for support in supports(tco.scenario(), "R1")}
    assert not within["async_retrofit_effort_days"]
    assert within["outgrow_probability_share"]


def test_t1_extensions():
    """Login 1, admin 2, uploads 3 and payments 4 days are 10; twice as much each is 20."""
    days = {"login": 1.0, "admin": 2.0, "uploads": 3.0, "payments": 4.0}
    inputs = {f"{name}_effort_days": {"flask": value, "fastapi": 2 * value} for name, value in days.items()}
    figure = "login, admin, uploads, payments: 10 person-days against 20"
    assert figures_of("T1", tco.scenario(**inputs)) == (figure, figure)


def test_t2_built_in():
    """A quarter and an eighth of a day are 0.375 of one; a tenth and a twentieth are 0.15."""
    scenario = tco.scenario(
        validation_effort_days={"flask": 0.25, "fastapi": 0.1}, api_docs_effort_days={"flask": 0.125, "fastapi": 0.05}
    )
    figure = "validation and docs of an endpoint: 0.375 person-days against 0.15"
    assert figures_of("T2", scenario) == (figure, figure)


@pytest.mark.parametrize(("claim", "preset"), [("U1", "internal-tool"), ("U2", "customer-api"), ("U3", "ml-product")])
def test_a_case_of_the_guide_is_its_preset(claim, preset):
    """Its figure is the same whatever is shown now, and is what the last claim says when that case is shown."""
    figures = {figures_of(claim, tco.scenario(other, peak_users=3.0)) for other in load_assumptions().presets}
    assert figures == {figures_of("C2", tco.scenario(preset))}


def test_r2_is_the_gap_of_u1():
    """What the wrong framework costs under the internal tool is what the right one saves."""
    scenario = tco.scenario()
    for gap, case in zip(figures_of("R2", scenario), figures_of("U1", scenario), strict=True):
        amount = re.search(r"\$[0-9.]+[KMB]?", case)[0]
        assert amount in gap


def test_h3_what_takes_no_time_to_learn_costs_nothing_to_learn():
    """With no ramp-up a team new to FastAPI is a team that knows it."""
    scenario = tco.scenario(ramp_up_weeks={"fastapi": 0.0})
    assert figures_of("H3", scenario) == ("a team new to FastAPI: $0 and 0 days more",) * 2


def test_r1_what_never_has_to_be_moved_costs_no_move():
    """No retrofit, no overspend: no cost of traffic that outgrows the plan."""
    scenario = tco.scenario(
        async_retrofit_effort_days={"flask": 0.0}, data_layer_retrofit_effort_days={"flask": 0.0}, overspend_months=0.0
    )
    assert figures_of("R1", scenario) == ("if traffic outgrows the plan: $0 with Flask, $0 with FastAPI",) * 2


def test_c1_where_pages_cost_what_data_cost_their_kind_flips_nothing():
    """A day for an endpoint and a day for a page in both frameworks, and nothing beside: it is no question."""
    efforts = ("json_endpoint", "html_page", "validation", "api_docs", "form")
    days = {name: float(name in ("json_endpoint", "html_page")) for name in efforts}
    inputs = {f"{name}_effort_days": {"flask": value, "fastapi": value} for name, value in days.items()}
    for figure in figures_of("C1", tco.scenario(**inputs)):
        assert figure.startswith("the answer does not flip: ")
