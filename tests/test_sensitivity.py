"""Sensitivity: Sobol indices with known answers through the same code as the model's, and the tornado."""

import numpy as np
import pytest

import tco
from tco.draws import Prior, Range
from tco.inputs import InputError
from tco.sensitivity import sobol_indices, tornado, what_matters
from tests.test_decision import FASTAPI, FLASK, alike, pages_against_endpoints


def test_sobol_indices_of_a_linear_function():
    """Of x + 2 y + 3 z with equal variances each alone makes 1, 4 and 9 of 14 parts, and nothing together."""
    found = sobol_indices(lambda x: x @ np.array([1.0, 2.0, 3.0]), {"x": 1, "y": 1, "z": 1}, 2048)
    exact = np.array([1, 4, 9]) / 14
    assert [index.first for index in found] == pytest.approx(exact, abs=0.01)
    assert [index.total for index in found] == pytest.approx(exact, abs=0.01)
    assert [index.label for index in found] == ["x", "y", "z"]


def ishigami(points):
    """Sin x + 7 sin^2 y + 0.1 z^4 sin x over -pi to pi."""
    x, y, z = (np.pi * (2 * points - 1)).T
    return np.sin(x) + 7 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x)


def test_sobol_indices_of_the_ishigami_function():
    """
    The closed form (T. Ishigami and T. Homma, 1990) with a = 7, b = 0.1.

    V = a^2/8 + b pi^4/5 + b^2 pi^8/18 + 1/2; V1 = (1 + b pi^4/5)^2/2, V2 = a^2/8, V13 = 8 b^2 pi^8/225.
    """
    a, b = 7.0, 0.1
    v1, v2, v13 = 0.5 * (1 + b * np.pi**4 / 5) ** 2, a**2 / 8, 8 * b**2 * np.pi**8 / 225
    v = v1 + v2 + v13
    assert v == pytest.approx(a**2 / 8 + b * np.pi**4 / 5 + b**2 * np.pi**8 / 18 + 0.5)
    found = sobol_indices(ishigami, {"x": 1, "y": 1, "z": 1}, 4096)
    assert [index.first for index in found] == pytest.approx(np.array([v1, v2, 0]) / v, abs=0.02)
    assert [index.total for index in found] == pytest.approx(np.array([v1 + v13, v2, v13]) / v, abs=0.02)
    for index in found:
        assert 0 < index.total_error < 0.1


def test_a_group_has_the_indices_of_its_members_together():
    """X and z of the Ishigami function know each other: together all but y's part, alone and in total."""
    found = sobol_indices(lambda p: ishigami(p[:, [0, 2, 1]]), {"x and z": 2, "y": 1}, 4096)
    y_share = found[1].first
    assert found[0].first == pytest.approx(1 - y_share, abs=0.02)
    assert found[0].total == pytest.approx(1 - y_share, abs=0.02)


@pytest.mark.parametrize("n", [0, 1, 100])
def test_a_design_that_is_no_power_of_two_is_refused(n):
    """The message says the rule and the number."""
    with pytest.raises(InputError, match=f"must be a power of two; got {n}"):
        sobol_indices(lambda x: x[:, 0], {"x": 1}, n)


def test_the_tornado_worked_by_hand():
    """
    Only the days of an endpoint differ from framework to framework and have a range: each end is an evaluation.
    """
    scenario = pages_against_endpoints(html_share=0.2)
    key = "json_endpoint_effort_days.flask"
    prior = Prior(scenario, known=tuple(Prior(scenario).drawn), ranges={key: Range(2, 3, 5, "triangular")})
    prior = Prior(scenario, known=[k for k in prior.keys if k != key], ranges=prior.ranges)
    (swing,) = tornado(prior, FASTAPI, FLASK)
    for days, usd in ((2, swing.at_low_usd), (5, swing.at_high_usd)):
        costs = tco.evaluate(scenario.replace(json_endpoint_effort_days={"flask": days}))
        assert usd == pytest.approx(float(costs.of(FLASK) - costs.of(FASTAPI)), rel=1e-12)
    assert (swing.key, swing.low, swing.high, swing.label) == (key, 2, 5, "JSON endpoint (Flask)")


def test_the_widest_swing_comes_first():
    """Every drawn input is there once, sorted by how far it moves the difference."""
    scenario = tco.scenario("customer-api")
    swings = tornado(scenario, FASTAPI, FLASK)
    widths = [abs(swing.at_high_usd - swing.at_low_usd) for swing in swings]
    assert widths == sorted(widths, reverse=True)
    assert {swing.key for swing in swings} == set(Prior(scenario).drawn)


def test_what_both_share_moves_no_ratio():
    """Two frameworks alike but for one range: that input makes all of the variance of the ratio of their costs."""
    scenario = alike()
    key = "json_endpoint_effort_days.flask"
    prior = Prior(scenario, ranges={key: Range(1, 2, 4, "uniform"), "wait_ms": Range(50, 100, 150, "uniform")})
    prior = Prior(scenario, ranges=prior.ranges, known=[k for k in prior.keys if k not in prior.ranges])
    first, second = what_matters(prior, FLASK, FASTAPI, 256)
    assert first.label == "JSON endpoint (Flask)"
    assert first.total == pytest.approx(1, abs=0.05)
    assert second.total < 0.05
