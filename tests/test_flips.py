"""Flips: all crossings of any input, none made up, and the map of the winner."""

import numpy as np
import pytest

import tco
from tco.flips import range_shown, what_flips, winner_map
from tests.test_decision import FASTAPI, FLASK, alike, built_by_one, pages_against_endpoints


def test_the_hand_made_flip_is_found():
    """
    Flask takes 3 days an endpoint and 1 a page, FastAPI 1 and 4: equal at 40 per cent of pages.

    At 20 per cent of pages Flask takes 0.8 x + 0.2 days and FastAPI 1.6 each: equal at x = 1.75 days an endpoint.
    """
    found = {flip.key: flip for flip in what_flips(pages_against_endpoints(html_share=0.2), FLASK, FASTAPI)}
    assert found["html_share"].values == pytest.approx([0.4], abs=1e-4)
    assert found["json_endpoint_effort_days.flask"].values == pytest.approx([1.75], abs=1e-3)
    assert found["html_share"].now == 0.2


def test_each_flip_is_one():
    """In the guide's view of a product of pages: on the two sides of each value another one of the two is cheaper."""
    scenario = tco.scenario("customer-api", html_share=0.3, forms_per_page_count=0.5)
    found = what_flips(scenario, FLASK, FASTAPI)
    assert found
    for flip in found:
        name, _, place = flip.key.partition(".")
        for value in flip.values:
            gaps = []
            for side in (0.999, 1.001):
                moved = value * side if not name.endswith("_scope") else min(1.0, value * side)
                costs = tco.evaluate(scenario.replace(**{name: {place: moved} if place else moved}))
                gaps.append(float(costs.of(FLASK) - costs.of(FASTAPI)))
            assert gaps[0] * gaps[1] <= 0, flip


def test_the_nearest_flip_comes_first():
    """0.4 is nearer to a share of 0.38 than the crossings of other inputs are to where those stand."""
    assert what_flips(pages_against_endpoints(html_share=0.39), FLASK, FASTAPI)[0].key == "html_share"


def test_none_is_reported_where_there_is_none():
    """Frameworks alike in everything never change places by what they share."""
    assert not [flip for flip in what_flips(alike(), FLASK, FASTAPI) if "." not in flip.key]


def test_the_map_is_what_each_point_costs():
    """Winner and margin of a map of two inputs of different kinds are those of each point alone."""
    scenario = pages_against_endpoints()
    x, y = [0.0, 0.5, 1.0], [1.0, 3.0]
    found = winner_map(scenario, "html_share", "json_endpoint_effort_days.flask", x, y)
    assert found.best.shape == (2, 3)
    for i, days in enumerate(y):
        for j, pages in enumerate(x):
            one = scenario.replace(html_share=pages, json_endpoint_effort_days={"flask": days})
            usd = tco.evaluate(one).total_usd
            assert found.best[i, j] == int(np.argmin(usd))
            assert found.margin_usd[i, j] == pytest.approx(usd.max() - usd.min(), rel=1e-9, abs=1e-6)


def test_the_map_is_of_traffic_and_team_size_by_default():
    """Over the ranges of both, as many points each way."""
    found = winner_map(tco.scenario("customer-api"))
    assert (found.x_key, found.y_key) == ("peak_users", "team_people")
    assert found.best.shape == (len(found.y), len(found.x))
    assert (found.x[[0, -1]].tolist(), found.y[[0, -1]].tolist()) == (pytest.approx([10, 200_000]), [1, 30])


def test_where_nothing_can_be_had_the_map_has_no_winner():
    """A model that fits no server."""
    found = winner_map(tco.scenario("ml-product", model_memory_gib=1e5), x=[1, 2], y=[1, 2])
    assert (found.best == -1).all()


def test_what_launches_too_late_wins_no_point():
    """FastAPI needs 400 days of 240: Flask has the whole map."""
    found = winner_map(built_by_one(flask=20, fastapi=400), "peak_users", "wait_ms", [10, 100], [1, 10])
    assert (found.best == 0).all()


def test_a_range_holds_the_value_of_now():
    """The row's range, stretched to a value outside it; a logarithmic one not down to 0."""
    assert range_shown(tco.scenario(wait_ms=5000), "wait_ms") == (10, 5000)
    assert range_shown(tco.scenario(peak_users=0), "peak_users") == (10, 200_000)
