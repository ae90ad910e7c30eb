"""`tco uncertainty` says what the library finds."""

import json

import pytest
from typer.testing import CliRunner

import tco
from tco.cli import app
from tco.draws import Prior
from tco.flips import what_flips
from tests.tables import assert_one_sentence


def run(*words):
    """The command's exit code, output and errors."""
    return CliRunner().invoke(app, ["uncertainty", *words], env={"COLUMNS": "200"})


def test_json_is_the_library_s_result():
    """Chances, quantiles and flips of the same draws, by number of draws, seed and what is known."""
    result = run("--preset", "internal-tool", "--draws", "512", "--seed", "7", "--known", "wait_ms", "--json")
    assert result.exit_code == 0
    shown = json.loads(result.stdout)
    scenario = tco.scenario("internal-tool")
    found = tco.how_sure(Prior(scenario, known=["wait_ms"]), 512, seed=7)
    assert (shown["kind"], shown["sentence"], shown["draws"], shown["seed"]) == (found.kind, found.sentence, 512, 7)
    for i, name in enumerate(found.names):
        assert shown["servings"][name]["cheapest_share"] == found.cheapest_share[i]
        assert (
            list(shown["servings"][name]["quantiles_usd"].values())
            == found.quantiles_usd([0.05, 0.5, 0.95])[:, i].tolist()
        )
    answer = tco.verdict(scenario)
    flips = what_flips(scenario, answer.best, answer.runner_up)
    assert [(flip["key"], flip["at"]) for flip in shown["flips"]] == [(one.key, list(one.values)) for one in flips]


def test_the_table_ends_in_the_sentence_and_what_flips_it():
    """As on the page: the sentence, and the nearest input that flips it with its unit."""
    result = run("--preset", "internal-tool")
    scenario = tco.scenario("internal-tool")
    answer = tco.verdict(scenario)
    first = what_flips(scenario, answer.best, answer.runner_up)[0]
    assert tco.how_sure(scenario).sentence in " ".join(result.stdout.split())
    assert f"{first.label} (days)" in result.stdout


def test_what_is_never_possible_has_no_quantile():
    """No server of the list can hold the model: null in JSON, and no answer."""
    result = run("--preset", "ml-product", "--set", "model_memory_gib=100000", "--draws", "64", "--json")
    shown = json.loads(result.stdout)
    assert shown["kind"] == "no answer"
    assert set(shown["servings"]["flask-threads"]["quantiles_usd"].values()) == {None}


@pytest.mark.parametrize(
    "words", [("--draws", "0"), ("--seed", "-1"), ("--known", "luck"), ("--preset", "toy"), ("--set", "peak_users=-1")]
)
def test_what_makes_no_sense_is_refused(words):
    """One sentence and exit code 2."""
    result = run(*words)
    assert result.exit_code == 2
    assert_one_sentence(result.stderr.strip())
