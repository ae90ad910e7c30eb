"""Charts of the draws: what is drawn are the figures, and the title says the point."""

import numpy as np
import pytest

import tco
from tco.charts_uncertainty import (
    MOST_INPUTS,
    chance_chart,
    cost_histogram,
    regret_chart,
    tornado_chart,
    winner_chart,
    worth_chart,
)
from tco.flips import winner_map
from tco.information import Information, InputWorth, Worth
from tco.sensitivity import tornado
from tco.uncertainty import how_sure
from tco.wording import money, share
from tests.test_charts import title
from tests.test_decision import FASTAPI, FLASK, pages_against_endpoints
from tests.test_uncertainty import made_up


@pytest.fixture(scope="module")
def found():
    return how_sure(tco.scenario("customer-api"), 512, seed=1)


def test_chances_are_drawn(found):
    """One bar for each way of serving, a line at the chance that is sure enough, and too close in the title."""
    figure = chance_chart(found)
    (trace,) = figure.data
    assert np.array_equal(trace.x, found.cheapest_share)
    assert trace.y == ("Flask", "FastAPI", "Django")
    assert figure.layout.shapes[0].x0 == 0.8
    assert title(figure).startswith(f"Too close to call: FastAPI has the best chance, {share(found.cheapest_share[1])}")


def test_a_sure_answer_is_named():
    """Cheapest in nine of ten draws."""
    assert title(chance_chart(made_up([[1, 2]] * 9 + [[2, 1]]))).startswith("Flask is cheapest in 90% of the cases")


def test_the_histogram_holds_the_draws(found):
    """Shares of the draws in bins; nearly all of them lie within the picture."""
    figure = cost_histogram(found)
    for i, trace in enumerate(figure.data):
        edges = np.append(trace.x, np.inf)
        known = found.total_usd[np.isfinite(found.total_usd[:, i]), i]
        inside = (known >= edges[0]).mean()
        assert 0.9 < np.sum(trace.y) <= inside
    low, middle, high = (money(float(usd)) for usd in found.quantiles_usd([0.05, 0.5, 0.95])[:, 1])
    words = title(figure).replace("&#36;", "$")
    assert f"FastAPI costs {middle} in the middle case, {low} to {high} nine times out of ten" in words
    # Plotly would take two dollar signs for a formula and show nothing.
    assert "$" not in figure.layout.title.text


def test_regrets_are_drawn():
    """Regrets 0 and 10 of Flask, 1 and 0 of FastAPI, in nine and in one of ten draws."""
    figure = regret_chart(made_up([[0, 1]] * 9 + [[10, 0]]))
    mean, worst = figure.data
    assert mean.y == pytest.approx([1, 0.9])
    assert worst.y == pytest.approx([np.quantile([0] * 9 + [10], 0.95), 1])
    assert "FastAPI is the robust choice" in title(figure)


def test_the_tornado_starts_from_now():
    """Bars go from today's difference to that at either end, the widest on top."""
    scenario = tco.scenario("customer-api")
    swings = tornado(scenario, FASTAPI, FLASK)
    figure = tornado_chart(scenario, swings, FASTAPI, FLASK)
    low, high = figure.data
    costs = tco.evaluate(scenario)
    now = float(costs.of(FLASK) - costs.of(FASTAPI))
    assert len(low.y) == MOST_INPUTS
    for i, swing in enumerate(swings[:MOST_INPUTS]):
        assert low.base + low.x[i] == pytest.approx(swing.at_low_usd)
        assert high.base + high.x[i] == pytest.approx(swing.at_high_usd)
    assert low.base == pytest.approx(now)
    assert f"{swings[0].label} moves the difference most" in title(figure)


def test_worths_are_drawn_with_their_errors():
    """Everything, the groups and the inputs that are worth anything; a worthless one is left out."""
    inputs = (InputWorth(("a",), "Wait", Worth(900, 50)), InputWorth(("b",), "Pay", Worth(0, 0)))
    figure = worth_chart(Information(Worth(2000, 100), (InputWorth(("a", "b"), "Team", Worth(1000, 60)),), inputs))
    (trace,) = figure.data
    assert list(trace.y) == ["Everything", "All of Team", "Wait"]
    assert list(trace.x) == [2000, 1000, 900]
    assert list(trace.error_x.array) == [100, 60, 50]
    assert "Knowing wait is worth up to &#36;900" in title(figure)


def test_where_nothing_is_worth_knowing_the_title_says_so():
    """No single input."""
    found = Information(Worth(0, 0), (), (InputWorth(("a",), "Wait", Worth(0, 0)),))
    assert title(worth_chart(found)).startswith("No single input is worth knowing better")


def test_the_map_has_a_layer_for_each_winner():
    """Below 40 per cent of pages FastAPI, above it Flask; the margins are those of the map."""
    scenario = pages_against_endpoints()
    found = winner_map(scenario, "html_share", "peak_users", [0.0, 0.2, 0.8], [10.0, 100.0])
    figure = winner_chart(scenario, found)
    flask, fastapi, now = figure.data
    assert (flask.name, fastapi.name, now.name) == ("Flask", "FastAPI", "now")
    for layer, i in ((flask, 0), (fastapi, 1)):
        won = found.best == i
        assert np.array_equal(np.isfinite(np.array(layer.z, dtype=float)), won)
        assert np.array_equal(np.array(layer.z, dtype=float)[won], found.margin_usd[won])
    assert "FastAPI is cheapest on 67% of this map" in title(figure)


def test_empty_pictures_say_why():
    """Where nothing can be had there is no chance, no cost and no regret to draw."""
    nothing = made_up([[np.nan, np.nan]] * 4)
    assert "No costs are known" in title(cost_histogram(nothing))
    assert "No regret can be told" in title(regret_chart(nothing))
    assert "Nothing can be served" in title(chance_chart(nothing))
    scenario = tco.scenario("ml-product", model_memory_gib=1e5)
    assert "Nothing can be served" in title(winner_chart(scenario, winner_map(scenario, x=[1, 2], y=[1, 2])))
    assert "No input moves" in title(tornado_chart(scenario, (), FASTAPI, FLASK))
