"""The single question: the guide's rule against the model where the right answer is known."""

import numpy as np
import pytest

import tco
from tco.draws import Prior, drawn_values
from tco.single_question import PRODUCTS, _product_range, judge_single_question
from tests.test_decision import alike, pages_against_endpoints


def test_where_the_flip_is_at_forty_per_cent_the_rule_is_wrong_between_forty_and_fifty():
    """
    Flask becomes cheaper at 40 per cent of pages, the rule says Flask from 50: wrong in a tenth of even shares.

    Forms are drawn too; with form effort of 0 in both frameworks they change nothing.
    """
    scenario = pages_against_endpoints(form_effort_days={"flask": 0, "fastapi": 0})
    found = judge_single_question(scenario, 4096, known=tuple(Prior(scenario).drawn))
    assert found.agreement_share == pytest.approx(0.9, abs=0.01)
    assert found.constant_share == pytest.approx(0.6, abs=0.01)
    assert 0 < found.median_cost_where_wrong_usd <= found.p95_cost_where_wrong_usd


def test_where_both_cost_the_same_the_rule_is_never_wrong():
    """Frameworks alike in everything that is known: no case costs anything."""
    scenario = alike()
    found = judge_single_question(scenario, 256, known=tuple(Prior(scenario).drawn))
    assert (found.agreement_share, found.harmless_share, found.mean_cost_usd) == (1, 1, 0)


def test_the_figures_are_those_of_the_costs():
    """Agreement and mean cost worked out once more, case by case, from the same draws."""
    scenario = tco.scenario("customer-api", servings=["flask-threads", "fastapi-async"])
    found = judge_single_question(scenario, 512, seed=3)
    prior = Prior(scenario, ranges={name: _product_range(scenario, name) for name in PRODUCTS})
    pages = drawn_values(prior, 512, seed=3)["html_share"]
    costs = tco.evaluate(tco.draw(512, prior, seed=3))
    lost = [
        usd[0 if share > 0.5 else 1] - min(usd)
        for usd, share, months in zip(costs.total_usd, pages, costs.launch_months, strict=True)
        if np.isfinite(usd).all() and (months < 36).all()
    ]
    assert found.cases == len(lost)
    assert found.mean_cost_usd == pytest.approx(np.mean(lost))
    assert found.agreement_share == pytest.approx(np.mean(np.array(lost) == 0))


def test_the_rows_are_those_of_the_tables():
    """What differs from product to product are inputs, drawn over their whole range."""
    scenario = tco.scenario()
    for name in PRODUCTS:
        row = scenario.row(name)
        assert _product_range(scenario, name)[:3] == (row.low, row.value, row.high)
