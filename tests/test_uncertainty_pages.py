"""The uncertainty and the method page without a browser: each scenario has its words, and none breaks a page."""

import ipywidgets as widgets
import pytest

import tco
from tco.dashboard.method import assumptions_html, disagreements_html, method, single_question_html
from tco.dashboard.state import Result
from tco.dashboard.steps import STEPS, steps_html
from tco.dashboard.uncertainty import draws_of, flips_html, pair_of, uncertainty, variance_html, worth_widgets
from tco.keys import input_keys, row_of
from tco.model import COMPONENTS
from tco.uncertainty import how_sure
from tco.wording import COMPONENT_LABELS, money
from tests.test_dashboard import found, widgets_of, words_of

SCENARIOS = {
    "the usual one": {},
    "the guide's view": {"assumption_set": "article"},
    "one way of serving": {"servings": ["flask-sync"]},
    "nothing can be served": {"preset": "ml-product", "model_memory_gib": 1e5},
    "two ways of serving one framework": {"servings": ["fastapi-async", "fastapi-plain"]},
    "nobody uses it": {"peak_users": 0, "direct_peak_load_rps": 0},
    "no guide's frameworks": {"servings": ["django-threads"]},
}

GROUPS = ["Traffic", "Request", "Servers", "Team", "Hiring", "Risk", "Money", "Product"]


def result_of(case):
    scenario = tco.scenario(**SCENARIOS[case])
    return Result(scenario, tco.evaluate(scenario))


@pytest.mark.parametrize("make", [uncertainty, method])
@pytest.mark.parametrize("case", SCENARIOS)
def test_a_page_follows_to_any_scenario(make, case):
    """From the default scenario to this one by a change, without an error, and back."""
    page = make()
    page.state.change(**SCENARIOS[case])
    assert page.state.error == ""
    page.state.reset()
    assert page.state.scenario.to_toml() == tco.scenario().to_toml()


@pytest.mark.parametrize("case", SCENARIOS)
def test_the_sentence_is_that_of_the_draws(case):
    """Made once for a scenario, from 2,048 draws with seed 1."""
    scenario = result_of(case).scenario
    assert draws_of(scenario).sentence == how_sure(scenario, 2048, seed=1).sentence
    assert draws_of(scenario) is draws_of(scenario)


def test_where_nothing_can_be_compared_the_page_says_so():
    """No flips, no variance, no value of information, each in words."""
    result = result_of("nothing can be served")
    assert pair_of(result) is None
    assert "nothing to compare" in flips_html(result)
    draws = draws_of(result.scenario)
    assert variance_html(result, draws.prior) == ""
    (words,) = worth_widgets(result, draws)
    assert "0 of 2048 draws" in words.value


def test_the_worth_is_shown_when_asked():
    """Worked out when the button is pressed, gone when it is released."""
    page = uncertainty(tco.scenario("internal-tool"))
    button = found(page, "tco-show-worth")
    assert charts_named(page, "worth") == []
    button.value = True
    (chart,) = charts_named(page, "worth")
    assert chart.figure.data[0].y[0] == "Everything"
    button.value = False
    assert charts_named(page, "worth") == []


def test_what_is_known_exactly_is_not_drawn():
    """With every group known all draws are one case, and its cheapest is so in each; unknown again, as before."""
    page = uncertainty(tco.scenario("customer-api"))
    state = page.state
    before = state.draws.sentence
    boxes = [widget for widget in widgets_of(page) if isinstance(widget, widgets.Checkbox)]
    assert [box.description for box in boxes] == GROUPS
    for box in boxes:
        box.value = True
    assert state.draws.cheapest_share.max() == 1.0
    assert words_of(found(page, "tco-verdict").value) == words_of(state.draws.sentence)
    found(page, "tco-show-worth").value = True
    (chart,) = charts_named(page, "worth")
    assert list(chart.figure.data[0].x) == [0.0]
    for box in boxes:
        box.value = False
    assert state.draws.sentence == before


def test_knowing_one_group_leaves_the_draws_of_all_others():
    """Traffic known: its inputs stand at their best value, and people are drawn as they were."""
    scenario = tco.scenario("customer-api")
    every, some = draws_of(scenario).prior, draws_of(scenario, ("Traffic",)).prior
    assert set(every.drawn) - set(some.drawn) == {
        key for key in every.drawn if row_of(scenario, key).group == "Traffic"
    }
    drawn = tco.draw(256, some, seed=1).shared.salary_mid_usd_per_year
    assert (drawn == tco.draw(256, every, seed=1).shared.salary_mid_usd_per_year).all()


def test_the_map_follows_its_menus():
    """Another input across, another picture; the same one twice falls back to traffic and team size."""
    page = uncertainty()
    across, up = found(page, "tco-map-across"), found(page, "tco-map-up")
    (chart,) = charts_named(page, "map")
    across.value = "html_share"
    assert chart.figure.layout.xaxis.title.text == "Share of HTML pages"
    up.value = "html_share"
    assert chart.figure.layout.xaxis.title.text == "Peak users"


def charts_named(page, name):
    """Charts of a page by their name."""
    return [widget for widget in widgets_of(page) if getattr(widget, "name", None) == name]


def test_the_steps_end_in_the_components_and_the_total():
    """Each component of the model has a step, and its numbers are the costs."""
    result = result_of("the usual one")
    names = [step.name for step in STEPS]
    assert names[-9:] == [*(COMPONENT_LABELS[part] for part in COMPONENTS), "Total"]
    shown = words_of(steps_html(result))
    for part in COMPONENTS:
        for usd in result.costs.component_usd[part]:
            assert money(float(usd)) in shown


def test_a_step_names_a_module_of_the_library():
    """What stands under an equation can be imported."""
    import importlib

    for step in STEPS:
        module, _, function = step.where.partition(".")
        assert not function or hasattr(importlib.import_module(f"tco.{module}"), function)
        importlib.import_module(f"tco.{module}")


def test_every_assumption_is_listed():
    """Each key once, with evidence and source; texts of the tables cannot break the page."""
    result = result_of("the usual one")
    html = assumptions_html(result)
    for key in input_keys(result.scenario):
        assert html.count(f"data-key='{key}'") == 1
    assert html.count("<tr data-key") == len(input_keys(result.scenario))


def test_only_what_the_guide_sees_otherwise_is_listed():
    """The guide's week to learn Flask is ours too and is left out; its forms are not."""
    shown = words_of(disagreements_html(result_of("the usual one")))
    assert "Form (Flask) (days)" in shown
    assert not any(word.startswith("Time to learn Flask") for word in shown)


def test_the_single_question_is_judged():
    """Shares and amounts are those of the library."""
    result = result_of("the usual one")
    judged = tco.judge_single_question(result.scenario)
    html = single_question_html(result)
    assert f"{judged.cases:,} plausible products" in html
    assert money(judged.median_cost_where_wrong_usd) in html
