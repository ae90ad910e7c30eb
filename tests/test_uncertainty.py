"""Uncertainty: chances, verdicts and regrets, from hand-made costs and from the model."""

from dataclasses import replace

import numpy as np
import pytest

import tco
from tco.draws import Prior
from tco.inputs import InputError
from tco.uncertainty import Uncertainty, cheapest_share, how_sure, ranked_usd
from tests.test_decision import FASTAPI, FLASK, alike, built_by_one


def made_up(total_usd, **own):
    """Hand-made totals of Flask and FastAPI, all of which can be had."""
    scenario = tco.scenario("customer-api", servings=[FLASK, FASTAPI], **own)
    total_usd = np.array(total_usd, dtype=float)
    return Uncertainty(Prior(scenario), 1, total_usd, np.where(np.isfinite(total_usd), total_usd, np.inf))


def test_the_draws_are_those_of_draw():
    """Totals of 10,000 draws are the model's for the scenarios that `tco.draw` gives, to the last bit."""
    scenario = tco.scenario("customer-api")
    found = how_sure(scenario, 10_000, seed=4)
    drawn = tco.evaluate(tco.draw(10_000, scenario, seed=4))
    assert np.array_equal(found.total_usd, drawn.total_usd, equal_nan=True)


@pytest.mark.parametrize(
    ("preset", "servings", "draws"),
    [
        ("ml-product", (), 20_000),
        # Last blocks so short that NumPy would take powers and sums of them another way than those of a whole one.
        ("customer-api", (), 10_000),
        ("customer-api", ("flask-sync",), 8193),
    ],
)
def test_the_numbers_do_not_depend_on_the_workers(preset, servings, draws):
    """One, two or four threads: the same totals to the last bit."""
    scenario = tco.scenario(preset, servings=servings)
    one, *others = (how_sure(scenario, draws, seed=2, workers=n) for n in (1, 2, 4))
    for other in others:
        assert np.array_equal(one.total_usd, other.total_usd, equal_nan=True)
        assert np.array_equal(one.ranked_usd, other.ranked_usd)


def test_frameworks_alike_are_too_close_to_call():
    """
    Two frameworks with the same numbers and ranges, drawn apart: one half each within five standard errors of 4,096.
    """
    ranges = {}
    scenario = alike()
    flask = Prior(scenario).drawn
    for key, one in flask.items():
        if key.endswith((".flask", f".{FLASK}")):
            name = key.partition(".")[0]
            ranges[f"{name}.fastapi" if key.endswith(".flask") else f"{name}.{FASTAPI}"] = one
    found = how_sure(Prior(scenario, ranges=ranges), 4096, seed=1)
    assert found.cheapest_share == pytest.approx([0.5, 0.5], abs=5 * 0.5 / np.sqrt(4096))
    assert found.kind == "too close to call"
    assert found.sentence.startswith("Too close to call: ")


def test_what_is_exactly_equal_shares_the_chance():
    """With every input known, two frameworks alike cost the same in each draw: one half each, to the bit."""
    scenario = alike()
    found = how_sure(Prior(scenario, known=tuple(Prior(scenario).drawn)), 10, seed=1)
    assert found.cheapest_share.tolist() == [0.5, 0.5]
    assert found.kind == "too close to call"


def test_the_users_threshold_decides():
    """Cheapest in 7 of 10 draws: sure enough at 0.7, too close to call at 0.71."""
    totals = [[1, 2]] * 7 + [[2, 1]] * 3
    assert made_up(totals, confidence_share=0.7).kind == "cheaper"
    close = made_up(totals, confidence_share=0.71)
    assert close.kind == "too close to call"
    assert close.sentence == (
        "Too close to call: chance of being cheapest Flask 70%, FastAPI 30%; 71% would be sure enough; "
        "the difference matters in 100% of the cases."
    )


def test_a_difference_that_does_not_matter_is_a_verdict():
    """Always cheaper by 3 per cent: no material difference to whom 5 per cent matter, cheaper to whom 2 do."""
    totals = [[100, 103]] * 10
    answer = made_up(totals, materiality_share=0.05)
    assert (answer.kind, answer.material_share) == ("no material difference", 0)
    assert answer.sentence.startswith("No material difference: the difference matters in 0% of the cases")
    answer = made_up(totals, materiality_share=0.02)
    assert (answer.kind, answer.material_share) == ("cheaper", 1)
    assert answer.sentence.startswith(
        "Flask is cheapest in 100% of the cases and then usually saves $3.00 over 3 years"
    )


def test_the_material_share_counts_draws():
    """Of 4 draws differ 1 by 10 per cent, 1 by exactly 5, 1 by 4, 1 by nothing: half of them by 5 or more."""
    totals = [[100, 110], [105, 100], [100, 104], [100, 100]]
    assert made_up(totals, materiality_share=0.05).material_share == 0.5


def test_regret_worked_by_hand():
    """Costs (1, 4), (5, 3), (2, 2): regrets of Flask 0, 2, 0, of FastAPI 3, 0, 0; the smaller worst is Flask's."""
    found = made_up([[1, 4], [5, 3], [2, 2]])
    assert found.regret_usd.tolist() == [[0, 3], [2, 0], [0, 0]]
    assert found.robust == FLASK


def test_the_robust_choice_need_not_be_the_best_on_average():
    """Flask is cheaper by 1 in nine draws and dearer by 8 in one: better on average, and worse at worst."""
    found = made_up([[0, 1]] * 9 + [[8, 0]])
    assert found.total_usd.mean(axis=0) == pytest.approx([0.8, 0.9])
    assert found.robust == FASTAPI


def test_what_cannot_be_had_wins_nothing_and_spoils_nothing():
    """Flask cannot be served in one of four draws: FastAPI has that draw, regrets leave it out."""
    found = made_up([[1, 2], [1, 2], [np.nan, 2], [1, 2]])
    assert found.cheapest_share.tolist() == [0.75, 0.25]
    assert found.regret_usd.tolist() == [[0, 1]] * 3
    assert found.saving_usd.tolist() == [1, 1, 1]
    assert found.material_share == 1
    assert found.quantiles_usd([0.5]).tolist() == [[1, 2]]


def test_draws_in_which_nothing_can_be_had_are_told_apart():
    """Two of five: the chances are those of the other three, and the sentence says how many are left out."""
    found = made_up([[1, 2], [1, 2], [2, 1], [np.nan, np.nan], [np.nan, np.nan]])
    assert found.cheapest_share == pytest.approx([2 / 3, 1 / 3])
    assert (found.nothing_share, found.material_share) == (pytest.approx(0.4), 1)
    assert found.sentence.endswith(" In 40% of all draws nothing can be served and launched in time.")


def test_where_nothing_can_be_had_the_sentence_says_so():
    """No chance for anybody, no robust choice, no invented number."""
    found = made_up([[np.nan, np.nan]] * 4)
    assert (found.kind, found.robust) == ("no answer", "")
    assert found.cheapest_share.tolist() == [0, 0]
    assert found.sentence == "In none of 4 draws can anything be served and launched within 3 years."


def test_what_launches_too_late_is_not_the_cheapest():
    """FastAPI takes 20 of 12 months: it spends less by then, and is never the cheapest."""
    costs = tco.evaluate(built_by_one(flask=20, fastapi=400))
    assert np.isfinite(ranked_usd(costs)).tolist() == [True, False]


def test_one_alone_has_a_range():
    """A single way of serving: middle and range in words."""
    found = how_sure(tco.scenario("customer-api", servings=[FLASK]), 256)
    assert found.kind == "nothing to compare"
    assert found.sentence.startswith("Flask costs $")


def test_quantiles_of_many_draws():
    """1, 2, ..., 101 dollars: the quantiles are 6, 51 and 96."""
    totals = np.repeat(np.arange(1.0, 102.0)[:, None], 2, axis=1)
    assert made_up(totals).quantiles_usd([0.05, 0.5, 0.95])[:, 0].tolist() == [6, 51, 96]


def test_chances_sum_to_one_where_anybody_can_be_had():
    """Three choices, thousands of random costs with ties: each draw is shared out whole."""
    costs = np.random.default_rng(1).integers(0, 4, size=(5000, 3)).astype(float)
    assert cheapest_share(costs).sum() == pytest.approx(1, abs=1e-12)


def test_no_workers_are_refused():
    """The message says the rule and the number."""
    with pytest.raises(InputError, match="workers must be 1 or more; got 0"):
        how_sure(tco.scenario(), 10, workers=0)


def test_knowing_everything_leaves_the_best_values():
    """Where every input is known each draw costs what the scenario does."""
    scenario = tco.scenario("customer-api")
    prior = Prior(scenario)
    found = how_sure(replace(prior, known=tuple(prior.drawn)), 3)
    assert found.total_usd == pytest.approx(np.tile(tco.evaluate(scenario).total_usd, (3, 1)), rel=1e-12)
