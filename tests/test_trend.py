"""The forecast of a share by hand, and its interval against simulated histories."""

import numpy as np
import pytest
from scipy.special import expit

from tco.trend import share_forecast

LINE = expit(np.array([-1.0, 0.0, 1.0]))


def test_a_straight_line_goes_straight_on():
    """Log-odds -1, 0, 1 go on to 2 and 3; nothing scatters, so the interval has no width."""
    forecast = share_forecast([2023, 2024, 2025], LINE, [1, 2], 1, 0.9)
    for share in forecast:
        assert share == pytest.approx(expit([2.0, 3.0]), rel=1e-9)


def test_a_damped_line_slows_down():
    """Half of each step before: 1 + 0.5 = 1.5, then 1.5 + 0.25 = 1.75."""
    assert share_forecast([1, 2, 3], LINE, [1, 2], 0.5, 0.9).value_share == pytest.approx(expit([1.5, 1.75]), rel=1e-9)


def test_a_share_that_stands_still_stays():
    """The same share each year: the same share to come."""
    assert share_forecast([1, 2, 3, 4], [0.2] * 4, [3], 0.8, 0.9).value_share == pytest.approx([0.2], rel=1e-12)


def test_the_interval_holds_as_many_new_observations_as_it_says():
    """2,000 histories of five years with scatter 0.1: nine in ten of the next years lie in their interval, to 2 %."""
    generator = np.random.default_rng(seed=8)
    years = np.arange(5.0)
    seen = 0
    for _ in range(2_000):
        odds = 0.3 * np.arange(6) - 2 + generator.normal(scale=0.1, size=6)
        forecast = share_forecast(years, expit(odds[:5]), 1, 1, 0.9)
        seen += bool(forecast.low_share <= expit(odds[5]) <= forecast.high_share)
    assert seen / 2_000 == pytest.approx(0.9, abs=0.02)
