"""Information: values of information against their closed forms, and in the model."""

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import norm

import tco
from tco.draws import Prior, Range, probabilities_of_block
from tco.information import partial_information, perfect_information, worth_knowing
from tco.inputs import InputError
from tco.uncertainty import how_sure
from tests.test_decision import FASTAPI, FLASK, pages_against_endpoints

N = 2**16
MEAN, FIRST, SECOND = 300.0, 1000.0, 700.0


def points(streams, n, seed=1):
    """Evenly spread points of any number, as the library draws them."""
    blocks = [probabilities_of_block(streams, block, 2**13, seed=seed) for block in range(max(1, n // 2**13))]
    return np.concatenate([np.stack([block[name][:n] for name in streams], axis=1) for block in blocks])


def unit_normal_loss(mean, deviation):
    """E max(0, -X) of a normal X: what knowing X saves whoever else takes the choice that is better by its mean."""
    z = mean / deviation
    return deviation * (norm.pdf(z) - z * norm.sf(z))


def two_actions(probabilities):
    """One action costs 0, the other the sum of a mean and two normals."""
    x = ndtri(probabilities)
    return np.stack([np.zeros(len(x)), MEAN + FIRST * x[:, 0] + SECOND * x[:, 1]], axis=1)


def test_perfect_information_of_a_two_action_normal_problem():
    """The unit normal loss integral of Raiffa and Schlaifer, within 2 per cent and four of the errors that it says."""
    cost_usd = two_actions(points(["a", "b"], N))
    found = perfect_information(cost_usd)
    exact = unit_normal_loss(MEAN, np.hypot(FIRST, SECOND))
    assert found.usd == pytest.approx(exact, rel=0.02)
    assert abs(found.usd - exact) < 4 * found.error_usd


@pytest.mark.parametrize(("column", "deviation"), [(0, FIRST), (1, SECOND)])
def test_partial_information_of_a_two_normal_problem(column, deviation):
    """Knowing one of the two normals: the same integral with its deviation alone, within 2 per cent."""
    streams = ["a", "b"]
    cost_usd = two_actions(points(streams, N))
    outer, inner = points(streams, 1024, seed=2), points(streams, 512, seed=3)
    found = partial_information(two_actions, cost_usd, [column], outer[:, [column]], inner)
    assert found.usd == pytest.approx(unit_normal_loss(MEAN, deviation), rel=0.02)
    assert abs(found.usd - unit_normal_loss(MEAN, deviation)) < 4 * found.error_usd


def test_knowing_both_normals_is_perfect_information():
    """Partial information on everything is worth what perfect information is, within 2 per cent."""
    streams = ["a", "b"]
    cost_usd = two_actions(points(streams, N))
    outer, inner = points(streams, 4096, seed=2), points(streams, 64, seed=3)
    found = partial_information(two_actions, cost_usd, [0, 1], outer, inner)
    assert found.usd == pytest.approx(unit_normal_loss(MEAN, np.hypot(FIRST, SECOND)), rel=0.02)


def test_where_a_choice_cannot_be_had_nothing_is_saved():
    """Half of the draws know no second action: there is half as much to save, and the other input tells no more."""
    streams = ["a", "b", "served"]

    def costs(probabilities):
        return np.where(probabilities[:, [2]] < 0.5, two_actions(probabilities), np.inf)

    draws = points(streams, N)
    exact = unit_normal_loss(MEAN, np.hypot(FIRST, SECOND)) / 2
    assert perfect_information(costs(draws)).usd == pytest.approx(exact, rel=0.02)
    outer, inner = points(streams, 1024, seed=2), points(streams, 512, seed=3)
    found = partial_information(costs, costs(draws), [0], outer[:, [0]], inner)
    assert found.usd == pytest.approx(unit_normal_loss(MEAN, FIRST) / 2, rel=0.05)


def test_what_changes_no_cost_is_worth_nothing():
    """A third number that no cost depends on: exactly 0."""
    streams = ["a", "b", "idle"]
    inner = points(streams, 256)
    assert partial_information(two_actions, two_actions(inner), [2], inner[:32, [2]], inner).usd == 0


def test_what_cannot_flip_the_choice_is_worth_nothing():
    """One action is always cheaper, whatever its exact cost: nothing is worth knowing."""

    def costs(probabilities):
        return np.stack([probabilities[:, 0], 2 + probabilities[:, 0]], axis=1)

    inner = points(["a"], 256)
    assert perfect_information(costs(inner)).usd == 0
    assert partial_information(costs, costs(inner), [0], inner[:32], inner).usd == 0


def test_only_what_is_drawn_and_decides_is_worth_knowing():
    """
    Flask and FastAPI differ in the days of a page and of an endpoint alone; only the share of pages is not known.

    Knowing it is then knowing everything: the same value, and the share of the pages is the one input.
    """
    scenario = pages_against_endpoints()
    drawn = tuple(Prior(scenario).drawn)
    ranges = {"html_share": Range(0, 0.5, 1, "uniform")}
    prior = Prior(scenario, ranges=ranges, known=drawn)
    found = worth_knowing(how_sure(prior, 4096, seed=1))
    (one,) = found.inputs
    assert one.keys == ("html_share",)
    assert one.worth.usd == pytest.approx(found.everything.usd, rel=0.1)
    (group,) = found.groups
    assert group.worth.usd == pytest.approx(one.worth.usd, rel=1e-9)


def test_no_input_is_worth_more_than_everything():
    """In the model itself, within the errors; and the whole list is there, the most valuable first."""
    scenario = tco.scenario("customer-api", servings=[FLASK, FASTAPI], html_share=0.6, forms_per_page_count=0.5)
    found = worth_knowing(scenario, 2048, seed=2)
    worths = [one.worth for one in (*found.inputs, *found.groups)]
    assert max(worth.usd for worth in worths) <= found.everything.usd + 3 * found.everything.error_usd
    assert [one.worth.usd for one in found.inputs] == sorted((one.worth.usd for one in found.inputs), reverse=True)
    assert found.inputs[0].worth.usd > 0
    keys = [key for one in found.inputs for key in one.keys]
    assert sorted(keys) == sorted(Prior(scenario).drawn)


def test_too_few_draws_are_refused():
    """The message says how many there are and how many are needed."""
    with pytest.raises(InputError, match=r"all can be had in \d+ of 10 draws; 100 are needed"):
        worth_knowing(tco.scenario("customer-api"), 10)
