"""Draws: each input from its own stream, spread as the table says, together where they hang together."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

import tco
from tco.distributions import QUANTILES
from tco.draws import BLOCK_ROWS, Correlation, Prior, Range, draw, drawn_values, probabilities_of_block, range_of
from tco.inputs import InputError
from tco.scenarios import ScenarioError
from tests.tables import assert_one_sentence


@pytest.fixture(scope="module")
def prior():
    """What the tables know of the customer-facing API, nothing hanging together."""
    return Prior(tco.scenario("customer-api"), correlations=())


@given(st.lists(st.text(min_size=1), min_size=1, max_size=5, unique=True), st.text(min_size=1), st.integers(0, 2**40))
def test_another_stream_moves_no_other(streams, other, seed):
    """Whatever stands beside a stream, before or after it, its numbers stay."""
    alone = {name: probabilities_of_block([name], 0, 16, seed=seed)[name] for name in streams}
    together = probabilities_of_block([other, *reversed(streams)], 0, 16, seed=seed)
    for name in streams:
        assert np.array_equal(alone[name], together[name])


def test_an_input_that_becomes_drawn_moves_no_other(prior):
    """The team size, a choice that is never drawn, gets a range: it is drawn, and all others are what they were."""
    more = replace(prior, ranges={"team_people": Range(2, 5, 9, "uniform")})
    before, after = (drawn_values(one, 1000, seed=3) for one in (prior, more))
    assert after.keys() - before.keys() == {"team_people"}
    for key, values in before.items():
        assert np.array_equal(values, after[key]), key


def test_another_framework_moves_no_draw(prior):
    """Compared with Django or without it, Flask and FastAPI draw the same numbers, also where they hang together."""
    three = Prior(prior.scenario)
    two = Prior(prior.scenario.replace(servings=["flask-threads", "fastapi-async"]))
    before, after = (drawn_values(one, 500, seed=3) for one in (two, three))
    assert before.keys() < after.keys()
    for key, values in before.items():
        assert np.array_equal(values, after[key]), key


def test_the_same_seed_gives_the_same_draws_in_another_process(prior):
    """Totals of a fresh interpreter, to the last bit; another seed gives others, and seed 0 is a seed."""
    program = "import tco; print(tco.evaluate(tco.draw(64, seed=0)).total_usd.tobytes().hex())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    ours = tco.evaluate(draw(64, seed=0)).total_usd
    assert done.stdout.strip() == ours.tobytes().hex()
    assert not np.array_equal(ours, tco.evaluate(draw(64, seed=1)).total_usd)


def test_the_first_block_is_the_same_however_many_follow(prior):
    """Of 20,000 draws the first 8,192 are those of 8,192."""
    few, many = (drawn_values(prior, n, seed=5)["wait_ms"] for n in (BLOCK_ROWS, 20_000))
    assert np.array_equal(few, many[:BLOCK_ROWS])


def test_each_input_is_spread_evenly(prior):
    """Of 1,024 numbers of a stream one lies in each of 1,024 equal intervals: the points of a Sobol sequence."""
    for numbers in probabilities_of_block(prior.streams, 0, 1024, seed=2).values():
        assert sorted(np.floor(numbers * 1024)) == list(range(1024))


def test_no_two_streams_hang_together(prior):
    """The largest of thousands of rank correlations is what chance gives: 5 / sqrt(n)."""
    numbers = np.stack(list(probabilities_of_block(prior.streams, 0, 4096, seed=4).values()))
    correlations = np.corrcoef(numbers) - np.eye(len(numbers))
    assert np.abs(correlations).max() < 5 / np.sqrt(4096)


@pytest.mark.parametrize("key", ["wait_ms", "traffic_growth_share_per_month", "loaded_cost_ratio"])
def test_quantiles_of_the_draws_are_those_of_the_distribution(prior, key):
    """A lognormal, a PERT and a triangular: deciles within a fifth of a per cent."""
    low, value, high, distribution = prior.drawn[key]
    deciles = np.arange(0.1, 1, 0.1)
    expected = QUANTILES[distribution](deciles, low, value, high)
    assert np.quantile(drawn_values(prior, 8192, seed=9)[key], deciles) == pytest.approx(expected, rel=2e-3)


@pytest.mark.parametrize("rank_correlation", [-0.8, -0.3, 0.0, 0.5, 0.9])
def test_a_rank_correlation_is_as_asked_for(rank_correlation):
    """Salary and seniority, which is drawn for once: Spearman's rho of the draws, and each alone as it was."""
    pair = ("salary_mid_usd_per_year", "senior_share")
    scenario = tco.scenario("customer-api")
    ranges = {"senior_share": Range(0.1, 0.35, 0.6, "uniform")}
    prior = Prior(scenario, ranges=ranges, correlations=[Correlation(pair, rank_correlation)])
    drawn = drawn_values(prior, 2**14, seed=1)
    found = stats.spearmanr(drawn[pair[0]], drawn[pair[1]]).statistic
    assert found == pytest.approx(rank_correlation, abs=0.02)
    assert np.quantile(drawn["senior_share"], [0.1, 0.5, 0.9]) == pytest.approx([0.15, 0.35, 0.55], abs=0.01)


def test_the_tables_correlations_are_in_force():
    """The effort of an endpoint in any two frameworks, and salaries of two bands: 0.7, as the table says."""
    drawn = drawn_values(Prior(tco.scenario("customer-api")), 2**14, seed=1)
    pairs = [
        ("json_endpoint_effort_days.flask", "json_endpoint_effort_days.fastapi"),
        ("json_endpoint_effort_days.django", "json_endpoint_effort_days.fastapi"),
        ("salary_junior_usd_per_year", "salary_senior_usd_per_year"),
    ]
    for first, second in pairs:
        assert stats.spearmanr(drawn[first], drawn[second]).statistic == pytest.approx(0.7, abs=0.02)
    others = stats.spearmanr(drawn["json_endpoint_effort_days.flask"], drawn["form_effort_days.flask"]).statistic
    assert others == pytest.approx(0, abs=0.03)


def test_what_is_known_is_not_drawn(prior):
    """By key, and by name for all frameworks; the others draw as before."""
    known = replace(prior, known=("wait_ms", "ramp_up_weeks", "productivity_ratio.django"))
    gone = prior.drawn.keys() - known.drawn.keys()
    learning = {f"ramp_up_weeks.{framework}" for framework in ("fastapi", "django", "flask")}
    assert gone == {"wait_ms", "productivity_ratio.django", *learning}
    before, after = (drawn_values(one, 100, seed=1) for one in (prior, known))
    assert all(np.array_equal(before[key], after[key]) for key in after)


def test_a_range_moves_with_the_value_within_the_rows():
    """
    The wait: 10, 100, 1,000 ms in the table. At 20 ms a fifth of that, not below 10; at 500 ms up to 1,000; at 0, 0.
    """
    at = {value: range_of(tco.scenario(wait_ms=value), "wait_ms")[:3] for value in (20, 500, 5000, 0)}
    assert at == {20: (10, 20, 200), 500: (50, 500, 1000), 5000: (500, 5000, 5000), 0: (0, 0, 0)}


def test_the_guides_range_is_taken_with_the_guides_view():
    """The guide's forms in Flask, 0.25 to 1 day around 0.5; ours in the measured set."""
    guide = tco.scenario(assumption_set="article")
    assert range_of(guide, "form_effort_days.flask") == Range(0.25, 0.5, 1, "lognormal")
    row = guide.row("form_effort_days", "flask")
    assert range_of(tco.scenario(), "form_effort_days.flask")[:3] == (row.low, row.value, row.high)


def test_draws_are_legal_for_every_preset_and_view():
    """Whatever is drawn is accepted by the model, which refuses what is illegal; some of it meets the objective."""
    for preset in ("internal-tool", "customer-api", "ml-product"):
        for view in ("measured", "article"):
            costs = tco.evaluate(draw(256, tco.scenario(preset, assumption_set=view), seed=1))
            assert 0.1 < np.isfinite(costs.total_usd).mean() <= 1


REFUSED = {
    "no draws": (lambda s: draw(0, s, seed=1), "draws must be a whole number"),
    "half a draw": (lambda s: draw(2.5, s, seed=1), "draws must be a whole number"),
    "a negative seed": (lambda s: draw(8, s, seed=-1), "seed must be a whole number from 0; got -1"),
    "no seed": (lambda s: draw(8, s, seed=None), "seed must be a whole number from 0; got None"),
    "an unknown range": (lambda s: Prior(s, ranges={"moon": Range(0, 1, 2, "uniform")}), "'moon'"),
    "a range that falls": (lambda s: Prior(s, ranges={"wait_ms": Range(3, 2, 1, "uniform")}), "low <= value <= high"),
    "an illegal end": (lambda s: Prior(s, ranges={"html_share": Range(0, 0.5, 2, "pert")}), "html_share within [0, 1]"),
    "an unknown shape": (lambda s: Prior(s, ranges={"wait_ms": Range(1, 2, 3, "gamma")}), "'gamma'"),
    "a lognormal from 0": (lambda s: Prior(s, ranges={"wait_ms": Range(0, 2, 3, "lognormal")}), "above 0"),
    "an unknown known": (lambda s: Prior(s, known=("moon",)), "'moon'"),
    "an unknown correlation": (lambda s: Prior(s, correlations=[Correlation(("moon", "wait_ms"), 0.5)]), "'moon'"),
    "a correlation of 2": (lambda s: Prior(s, correlations=[Correlation(("app_cpu_ms", "wait_ms"), 2)]), "[-1, 1]"),
    "three against one another": (
        lambda s: Prior(s, correlations=[Correlation(("app_cpu_ms", "wait_ms", "response_kib"), -0.5)]),
        "between two inputs",
    ),
    "one input twice": (
        lambda s: Prior(
            s, correlations=[Correlation(("app_cpu_ms", "wait_ms"), 0.5), Correlation(("wait_ms", "response_kib"), 0.5)]
        ),
        "wait_ms stands in two",
    ),
    "many scenarios": (lambda s: Prior(s.replace(wait_ms=[[1], [2]])), "wait_ms has many values"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_drawn_is_refused(case):
    """One sentence that names the input, the rule and what was given."""
    call, words = REFUSED[case]
    with pytest.raises(InputError) as caught:
        call(tco.scenario("customer-api"))
    assert_one_sentence(str(caught.value), words)


def test_a_scenario_error_is_an_input_error():
    """So that a page and the command line refuse both in the same way."""
    assert issubclass(ScenarioError, InputError)
