"""The decision card without a browser: its figures are the library's, each opens its sums, and it waits for nobody."""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import tco
from tco.dashboard import decision_card as card
from tco.dashboard import later
from tco.dashboard.executive import executive
from tco.dashboard.state import Result
from tco.decision import serving_labels, verdict
from tco.flips import what_flips
from tco.uncertainty import how_sure
from tco.wording import money, share
from tests.test_dashboard import found, words_of

SCENARIOS = {
    "the usual one": {},
    "the guide's view": {"assumption_set": "article"},
    "one way of serving": {"servings": ["flask-sync"]},
    "nothing can be served": {"preset": "ml-product", "model_memory_gib": 1e5},
    "two ways of serving one framework": {"servings": ["fastapi-async", "fastapi-plain"]},
    "any difference is too small": {"materiality_share": 1.0, "confidence_share": 0.5},
    "half is sure enough": {"confidence_share": 0.5},
    "never out of reach": {"preset": "internal-tool"},
}


def result_of(case):
    scenario = tco.scenario(**SCENARIOS[case])
    return Result(scenario, tco.evaluate(scenario))


def shown(result):
    """Kind and facts of a card on which all is worked out."""
    seen = []
    for piece in card.pieces(result, lambda *known: seen.append(known)):
        piece()()
    (_, draws, flips) = seen[-1]
    return card.kind_html(result, draws), card.facts_html(*seen[-1]), draws, flips


def tiles(html):
    """Words of each tile, without what its number opens."""
    return [words_of(part.partition("<div popover")[0]) for part in html.split("<section")[1:]]


@pytest.mark.parametrize("case", SCENARIOS)
def test_every_scenario_has_a_card(case):
    """At once and when all is worked out: three tiles, each number opens something, nothing is awaited."""
    result = result_of(case)
    assert len(tiles(card.facts_html(result))) == 3
    kind, facts, *_ = shown(result)
    assert len(tiles(facts)) == 3
    assert "working" not in kind + facts
    assert_opens(facts + card.totals_html(result))


def assert_opens(html):
    """Each opener has what it opens, each of which is there once and closes."""
    there = re.findall(r"<div popover id='([^']+)'", html)
    assert len(set(there)) == len(there)
    assert set(re.findall(r"popovertarget='([^']+)' title", html)) <= set(there)
    for name in there:
        assert html.count(f"popovertarget='{name}' popovertargetaction='hide'") == 1


def test_the_chance_is_a_share_of_the_draws():
    """Of the uncertainty page's draws: those in which the answer costs least, over those in which any can be had."""
    result = result_of("the usual one")
    _, facts, *_ = shown(result)
    draws = how_sure(result.scenario, 2048, seed=1)
    totals = draws.ranked_usd[np.isfinite(draws.ranked_usd).any(axis=1)]
    best = result.scenario.servings.index(verdict(*result).best)
    wins = int((totals.argmin(axis=1) == best).sum())
    words = tiles(facts)[0]
    assert share(wins / len(totals)) in words
    assert f"{wins:,} of {len(totals):,} draws" in words[-1]


def test_the_saving_is_the_mean_over_the_draws_with_its_range():
    """Mean, 5th and 95th percentile of the next choice's cost less the answer's; a negative end is called a loss."""
    result = result_of("the usual one")
    _, facts, *_ = shown(result)
    answer = verdict(*result)
    draws = how_sure(result.scenario, 2048, seed=1)
    first, second = (draws.names.index(name) for name in (answer.best, answer.runner_up))
    both = draws.ranked_usd[np.isfinite(draws.ranked_usd[:, [first, second]]).all(axis=1)]
    gaps = both[:, second] - both[:, first]
    low, high = np.quantile(gaps, [0.05, 0.95])
    assert low < 0 < high
    words = " ".join(tiles(facts)[1])
    assert money(float(gaps.mean())) in words
    assert f"9 times out of 10 a loss of {money(-low)} to {money(high)}" in words


def test_the_difference_is_broken_down_to_the_total():
    """What the saving opens: each component of both, and a total that is the verdict's saving."""
    result = result_of("the usual one")
    _, facts, *_ = shown(result)
    behind = words_of(facts.partition("id='tco-behind-saving'")[2].partition("</table>")[0])
    for name in (verdict(*result).best, verdict(*result).runner_up):
        assert money(float(result.costs.of(name))) in behind
    assert behind[-1] == money(verdict(*result).saving_usd)


def test_the_flips_are_those_of_the_library():
    """The nearest first, with the value at which the two change places and the one now."""
    result = result_of("the usual one")
    _, facts, *_ = shown(result)
    answer = verdict(*result)
    flips = what_flips(result.scenario, answer.best, answer.runner_up)
    words = " ".join(tiles(facts)[2])
    assert f"{len(flips)} input" in words
    for flip in flips[:3]:
        assert flip.label in words
    assert flips[0].label in facts.partition("id='tco-behind-flips'")[2]


def test_the_kind_is_that_of_the_draws():
    """Too close to call and no material difference are verdicts; a threshold of a half makes the same draws clear."""
    assert "Too close to call: less than 80% sure" in shown(result_of("the usual one"))[0]
    assert "No material difference in " in shown(result_of("any difference is too small"))[0]
    assert "Clear enough to decide" in shown(result_of("half is sure enough"))[0]


def test_a_value_says_whose_it_is():
    """Of the tables, of the product, or set by hand."""
    scenario = tco.scenario("customer-api", team_people=9)
    html = card.topic_html(Result(scenario, tco.evaluate(scenario)), card.TOPICS["launch"])
    rows = {words[0]: " ".join(words) for words in map(words_of, re.findall(r"<tr>.*?</tr>", html)) if words}
    assert "set by hand; the table has 5" in rows["Team size (people)"]
    assert "of this product; the table has 20%" in rows["Share of HTML pages"]
    assert "the table has" not in rows["JSON endpoint (Flask) (days)"]


def test_texts_of_tables_cannot_break_the_card(monkeypatch):
    """A framework whose label is a tag is shown as words."""
    result = result_of("the usual one")
    monkeypatch.setattr(card, "serving_labels", lambda scenario: dict.fromkeys(scenario.servings, "<img onerror=x>"))
    kind, facts, *_ = shown(result)
    assert "<img" not in kind + facts


# --- when it is worked out


def test_without_anything_that_runs_pages_only_the_answer_is_there():
    """A plain Python session has no loop: the sentence is there, the rest is said to be awaited."""
    page = executive()
    assert verdict(*page.state.result).sentence in found(page, "tco-verdict").value
    assert found(page, "tco-facts").value.count("working it out") == 3


def done_apart(work):
    """What a coroutine gives in a thread of its own: that of the tests may have a loop already, the browser's."""

    async def bounded():
        return await asyncio.wait_for(work(), 60)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, bounded()).result()


def test_the_rest_follows_once_the_inputs_are_at_rest(monkeypatch):
    """At once nothing but the answer; in the end the figures of the last inputs, whatever was asked for in between."""
    monkeypatch.setattr(later, "REST_SECONDS", 0.01)
    drawn = []
    made = card.pieces
    monkeypatch.setattr(card, "pieces", lambda result, show: drawn.append(result) or made(result, show))

    async def drag():
        page = executive()
        for people in (6.0, 7.0, 8.0):
            page.state.change(team_people=people)
            assert "working it out" in found(page, "tco-facts").value
        while "working it out" in found(page, "tco-facts").value:
            await asyncio.sleep(0.01)
        return page

    page = done_apart(drag)
    assert len(drawn) == 4
    _, facts, *_ = shown(page.state.result)
    assert found(page, "tco-facts").value == facts


def test_work_that_fails_is_said_and_logged(monkeypatch, caplog):
    """No number stays awaited for good; the page goes on, and the log has the traceback."""
    monkeypatch.setattr(later, "OPENING_SECONDS", 0.0)

    def broken(_result, _show):
        def piece():
            raise RuntimeError("no luck")

        return (piece,)

    monkeypatch.setattr(card, "pieces", broken)

    async def wait():
        page = executive()
        while "could not" not in found(page, "tco-kind").value:
            await asyncio.sleep(0.01)
        return page

    page = done_apart(wait)
    assert found(page, "tco-facts").value == ""
    assert "no luck" in caplog.text
    page.state.change(team_people=9.0)
    assert "working it out" in found(page, "tco-facts").value


def test_labels_stand_for_ways_of_serving():
    """The chance names the answer as the sentence does."""
    result = result_of("two ways of serving one framework")
    _, facts, *_ = shown(result)
    assert serving_labels(result.scenario)[verdict(*result).best] in " ".join(tiles(facts)[0])
