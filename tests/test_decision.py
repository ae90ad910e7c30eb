"""Decision: the cheapest, by how much, why, and where that flips."""

import numpy as np
import pytest

import tco
from tco.assumptions import FRAMEWORK_NAMES
from tco.decision import (
    break_even,
    break_even_from,
    costs_along,
    crossings,
    is_wide,
    made_of,
    serving_labels,
    sweep_values,
    verdict,
)
from tco.inputs import InputError
from tco.model import COMPONENTS
from tco.wording import COMPONENT_LABELS, money

FLASK, FASTAPI = "flask-threads", "fastapi-async"


def alike(**own):
    """A scenario in which FastAPI has every number of Flask, and then the numbers of one's own."""
    scenario = tco.scenario("customer-api", servings=[FLASK, FASTAPI])
    per_framework = scenario.assumptions.framework_rows["flask"]
    same = {
        name: {"fastapi": scenario.value(name, "flask")}
        if name in per_framework
        else {FASTAPI: scenario.value(name, FLASK)}
        for name in FRAMEWORK_NAMES
    }
    return scenario.replace(**same).replace(**own)


def pages_against_endpoints(**own):
    """Flask takes 3 days an endpoint and 1 a page, FastAPI 1 and 4; in all else they are alike."""
    return alike(
        validation_scope=0,
        api_docs_scope=0,
        forms_per_page_count=0,
        kind_turn_probability_share=0,
        json_endpoint_effort_days={"flask": 3, "fastapi": 1},
        html_page_effort_days={"flask": 1, "fastapi": 4},
        **own,
    )


def test_crossings_of_a_parabola():
    """(x - 2.5)(x - 7.5) changes its sign between 2 and 3, and between 7 and 8."""
    x = np.arange(11.0)
    assert crossings(x, (x - 2.5) * (x - 7.5)) == [(2, 3), (7, 8)]


def test_a_curve_that_only_touches_does_not_cross():
    """(x - 5) squared is zero at 5 and positive on both sides."""
    x = np.arange(11.0)
    assert crossings(x, (x - 5) ** 2) == []


def test_a_crossing_on_a_point_lies_between_its_neighbours():
    """The line x - 5 is zero at 5: the sign changes from 4 to 6."""
    x = np.arange(11.0)
    assert crossings(x, x - 5) == [(4, 6)]


def test_what_cannot_be_compared_does_not_cross():
    """NaN on the way is passed over, and NaN alone gives nothing."""
    assert crossings(np.arange(4.0), np.array([1, np.nan, np.nan, -1])) == [(0, 3)]
    assert crossings(np.arange(2.0), np.full(2, np.nan)) == []


def test_the_break_even_of_a_hand_made_case_is_found():
    """
    Of N interfaces a share h are pages: Flask takes N (3 - 2 h) days, FastAPI N (1 + 3 h).

    They are equal at 3 - 2 h = 1 + 3 h, h = 0.4, and in all else the two are alike, so that costs are equal there too.
    """
    scenario = pages_against_endpoints()
    (value,) = break_even(scenario, "html_share", FLASK, FASTAPI, 0, 1)
    assert value == pytest.approx(0.4, abs=1e-4)
    at_it = tco.evaluate(scenario.replace(html_share=0.4))
    assert at_it.of(FLASK) == pytest.approx(at_it.of(FASTAPI), rel=1e-9)
    x = sweep_values(0, 1)
    assert break_even_from(scenario, "html_share", FLASK, FASTAPI, x, costs_along(scenario, "html_share", x)) == (
        value,
    )
    assert break_even(scenario, "html_share", FASTAPI, FLASK, 0, 1) == (value,)


def test_beyond_the_range_no_break_even_is_made_up():
    """Between 0.5 and 1 the hand-made case has no break-even."""
    assert break_even(pages_against_endpoints(), "html_share", FLASK, FASTAPI, 0.5, 1) == ()


def test_the_html_share_flips_the_hand_made_verdict():
    """Below 0.4 FastAPI is cheapest, above it Flask."""
    assert verdict(pages_against_endpoints(html_share=0)).best == FASTAPI
    assert verdict(pages_against_endpoints(html_share=1)).best == FLASK


def test_frameworks_alike_in_everything_differ_in_nothing():
    """The verdict is that there is no material difference, of exactly 0."""
    answer = verdict(alike())
    assert (answer.kind, answer.saving_usd) == ("no material difference", 0)
    assert answer.sentence.startswith("No material difference: ")
    assert "$0 apart" in answer.sentence


def test_a_difference_below_what_matters_is_not_material():
    """The same case is decided or not, by the smallest difference that matters to the reader."""
    scenario = pages_against_endpoints(html_share=0.35)
    costs = tco.evaluate(scenario)
    gap = float(costs.of(FLASK) / costs.of(FASTAPI)) - 1
    assert 0 < gap < 0.2
    assert verdict(scenario.replace(materiality_share=gap * 0.99)).kind == "cheaper"
    assert verdict(scenario.replace(materiality_share=gap * 1.01)).kind == "no material difference"


@pytest.mark.parametrize("preset", ["internal-tool", "customer-api", "ml-product"])
@pytest.mark.parametrize("assumption_set", ["measured", "article"])
def test_the_sentence_names_the_cheapest_and_the_amount(preset, assumption_set):
    """Names, amount and horizon in the sentence are those of the costs."""
    scenario = tco.scenario(preset, assumption_set=assumption_set, materiality_share=0, horizon_months=36)
    costs = tco.evaluate(scenario)
    answer = verdict(scenario)
    best, second = np.argsort(costs.total_usd)[:2]
    labels = serving_labels(scenario)
    assert (answer.best, answer.runner_up) == (costs.names[best], costs.names[second])
    assert answer.saving_usd == costs.total_usd[second] - costs.total_usd[best]
    start = f"{labels[answer.best]} costs {money(answer.saving_usd)} less than {labels[answer.runner_up]} over 3 years;"
    assert answer.sentence.startswith(start)
    assert answer == verdict(scenario, costs)


def test_the_cloud_share_in_the_sentence_is_that_of_servers_and_network():
    """Where the cloud is everything, it is 100% of the total."""
    scenario = alike(
        app_cpu_ms=50,
        setup_effort_days={"flask": 0, "fastapi": 0},
        interface_count=1,
        json_endpoint_effort_days={"flask": 0, "fastapi": 0},
        validation_effort_days={"flask": 0, "fastapi": 0},
        api_docs_effort_days={"flask": 0, "fastapi": 0},
        login_scope=0,
        payments_scope=0,
        websockets_scope=0,
        background_jobs_scope=0,
        team_knows_share={"flask": 1, "fastapi": 1},
        open_seats_share=0,
        turnover_share_per_year=0,
        outgrow_probability_share=0,
        kind_turn_probability_share=0,
        framework_cpu_ms={FLASK: 50, FASTAPI: 1},
        materiality_share=0,
    )
    answer = verdict(scenario)
    assert answer.best == FASTAPI
    assert "nearly all of it is servers; cloud is 100% of its total" in answer.sentence


def test_the_runner_up_is_another_framework():
    """Two ways of serving FastAPI and one of Flask: the difference is between frameworks."""
    scenario = tco.scenario("customer-api", servings=["fastapi-async", "fastapi-plain", "flask-threads"])
    answer = verdict(scenario)
    assert {answer.best, answer.runner_up} in ({"fastapi-async", FLASK}, {"fastapi-plain", FLASK})


def test_ways_of_serving_one_framework_are_compared_where_there_is_no_other():
    """Two ways of serving FastAPI, and labels that tell them apart."""
    scenario = tco.scenario("customer-api", servings=["fastapi-async", "fastapi-plain"])
    assert set(serving_labels(scenario).values()) == {"FastAPI, async", "FastAPI, plain functions"}
    assert verdict(scenario).runner_up in scenario.servings


def test_one_alone_is_not_compared():
    """The sentence says what it costs."""
    scenario = tco.scenario("customer-api", servings=["flask-sync"])
    answer = verdict(scenario)
    assert (answer.kind, answer.best, answer.runner_up) == ("nothing to compare", "flask-sync", "")
    assert answer.sentence == f"Flask costs {money(float(tco.evaluate(scenario).total_usd[0]))}."


def test_what_cannot_be_served_is_said_and_the_rest_compared():
    """A worker of 1,000,000 MiB fits no server: Flask is named, FastAPI and Django are compared."""
    scenario = tco.scenario("customer-api", worker_memory_mib={FLASK: 1e6})
    answer = verdict(scenario)
    assert FLASK not in (answer.best, answer.runner_up)
    assert np.isfinite(answer.saving_usd)
    assert answer.sentence.endswith("Flask cannot be served: no server on offer has room for one worker.")


def test_where_nothing_can_be_served_the_sentence_says_so():
    """A model of 100,000 GiB fits no server: no best, no amount."""
    answer = verdict(tco.scenario("ml-product", model_memory_gib=1e5))
    assert (answer.kind, answer.best, answer.runner_up) == ("no answer", "", "")
    assert np.isnan(answer.saving_usd)
    assert answer.sentence.startswith("Flask, FastAPI and Django cannot be served")


def test_no_one_wins_who_never_launches():
    """
    300 interfaces by 2 people within 12 months: none launches, and none is called the cheapest.

    An endpoint with validation and documentation takes the fastest 1.4 + 0.05 + 0.02 = 1.47 days, all of them 441.
    Two people of the usual seniority do 2 / 1.04 x (0.2 x 0.6 + 0.8 x (0.35 x 1.3 + 0.65)) x 220 = 425 in a year.
    """
    scenario = tco.scenario("customer-api", team_people=2, interface_count=300, horizon_months=12)
    assert (tco.evaluate(scenario).launch_months > 12).all()
    answer = verdict(scenario)
    assert (answer.kind, answer.best, answer.runner_up) == ("no answer", "", "")
    assert answer.sentence == "Flask, FastAPI and Django would not launch within 12 months and cannot be compared."


def built_by_one(**setup_days):
    """One person who does 20 days of work a month, all of it the set-up of the framework."""
    nothing = {"flask": 0, "fastapi": 0}
    return alike(
        interface_count=1,
        json_endpoint_effort_days=nothing,
        validation_scope=0,
        api_docs_scope=0,
        login_scope=0,
        payments_scope=0,
        websockets_scope=0,
        background_jobs_scope=0,
        team_people=1,
        junior_share=0,
        senior_share=0,
        open_seats_share=0,
        team_knows_share={"flask": 1, "fastapi": 1},
        productivity_ratio={"flask": 1, "fastapi": 1},
        working_days_per_year=240,
        horizon_months=12,
        setup_effort_days=setup_days,
    )


@pytest.mark.parametrize(("setup_days", "late"), [(239, False), (240, True), (241, True)])
def test_a_launch_at_the_horizon_is_none(setup_days, late):
    """20 days a month: 240 days of work launch after 12 months, when nothing is left of the horizon."""
    scenario = built_by_one(flask=20, fastapi=setup_days)
    assert tco.evaluate(scenario).launch_months == pytest.approx([1, setup_days / 20], rel=1e-12)
    answer = verdict(scenario)
    assert answer.best == FLASK
    assert answer.kind == ("nothing to compare" if late else "cheaper")
    words = " FastAPI would not launch within 12 months and cannot be compared."
    assert answer.sentence.endswith(words) == late


def test_the_late_and_the_unserved_are_told_apart():
    """Flask fits no server, FastAPI takes 400 of 240 days, Django is left: each is named with its own reason."""
    scenario = built_by_one(flask=20, fastapi=400)
    scenario = scenario.replace(
        servings=[FLASK, "fastapi-async", "django-threads"],
        worker_memory_mib={FLASK: 1e6},
        setup_effort_days={"django": 20},
        json_endpoint_effort_days={"django": 0},
    )
    answer = verdict(scenario)
    assert (answer.kind, answer.best) == ("nothing to compare", "django-threads")
    django_usd = money(float(tco.evaluate(scenario).of("django-threads")))
    assert answer.sentence == (
        f"Django costs {django_usd}. Flask cannot be served: no server on offer has room for one worker. "
        "FastAPI would not launch within 12 months and cannot be compared."
    )


def test_a_verdict_on_many_scenarios_is_refused():
    """One answer is about one scenario: the message says how many there are, also where their costs are given."""
    many = tco.scenario("customer-api", peak_users=[[1], [10], [100]])
    for costs in (None, tco.evaluate(many)):
        with pytest.raises(InputError) as caught:
            verdict(many, costs)
        assert str(caught.value) == "a verdict is about one scenario; got 3 of them"


def test_a_break_even_of_what_is_not_compared_is_refused():
    """A misspelt way of serving is named in the message."""
    with pytest.raises(InputError, match="the costs are those of flask-threads, fastapi-async; got 'flask'"):
        break_even(alike(), "html_share", "flask", FASTAPI, 0, 1)


def test_a_sweep_has_the_costs_of_each_point():
    """Three values at once cost what each costs alone."""
    scenario = tco.scenario("customer-api")
    swept = costs_along(scenario, "team_people", [2, 5, 9])
    for i, people in enumerate([2, 5, 9]):
        assert swept.total_usd[i] == pytest.approx(tco.evaluate(scenario.replace(team_people=people)).total_usd)


def test_points_of_a_sweep():
    """Even steps in a narrow range, even ratios in a wide one, both ends included."""
    assert sweep_values(0, 1, 5).tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert sweep_values(10, 1000, 3) == pytest.approx([10, 100, 1000])
    assert [is_wide(*ends) for ends in ((1, 100), (1, 99), (0, 1000))] == [True, False, False]


GAINS = {
    "one part": ({"build": 100}, "nearly all of it is building"),
    "mostly one part": ({"build": 70, "hiring": 30}, "most of it is building"),
    "two parts": ({"build": 50, "hiring": 45, "delay": 5}, "building and hiring make up most of it"),
    "one part against another": (
        {"servers": 150, "hiring": -50},
        "servers alone saves $150, and other parts take some of it back",
    ),
}


@pytest.mark.parametrize("case", GAINS)
def test_what_a_difference_is_made_of(case):
    """Made-up gains of the cheaper way of serving, and the words for them."""
    gains, words = GAINS[case]
    costs = tco.evaluate(tco.scenario("customer-api", servings=[FLASK, FASTAPI]))
    made_up = type(costs)(
        **{name: getattr(costs, name) for name in type(costs).__dataclass_fields__ if name != "component_usd"},
        component_usd={name: np.array([1000.0 + gains.get(name, 0), 1000.0]) for name in COMPONENTS},
    )
    assert made_of(made_up, best=FASTAPI, runner_up=FLASK) == words


def test_every_component_has_a_label():
    """Labels are those of the components, in their order."""
    assert tuple(COMPONENT_LABELS) == COMPONENTS
