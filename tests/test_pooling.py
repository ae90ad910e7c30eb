"""Pooling by hand, and against simulated groups whose truth is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco import pooling

numbers = st.floats(-100, 100)
positive = st.floats(0.01, 100)


def test_quartiles_of_a_normal_distribution_give_its_standard_deviation():
    """Quartiles lie 0.6745 standard deviations from the median: exp(-0.6745 s) and exp(0.6745 s) give s = 0.4."""
    quartiles = np.exp(0.6744897501960817 * 0.4 * np.array([-1, 1]))
    assert pooling.log_spread(*quartiles) == pytest.approx(0.4, rel=1e-12)


def test_the_error_of_a_median_is_a_quarter_above_that_of_a_mean():
    """1.2533 x 0.5 / sqrt 25 = 0.12533; one person alone: 1.2533 times the spread."""
    assert pooling.median_error(0.5, 25) == pytest.approx(0.12533141373155, rel=1e-12)
    assert pooling.median_error(1, 1) == pytest.approx(np.sqrt(np.pi / 2), rel=1e-12)


def test_simulated_medians_scatter_by_their_standard_error():
    """20,000 medians of 101 normal numbers scatter as the formula says, to 3 per cent."""
    medians = np.median(np.random.default_rng(seed=5).normal(size=(20_000, 101)), axis=1)
    assert medians.std() == pytest.approx(float(pooling.median_error(1, 101)), rel=0.03)


@pytest.mark.parametrize(
    ("error", "scatter", "mean"), [(1, 1, 15), (0, 1, 10), (1, 0, 20), (np.inf, 1, 20), (1, 2, 12)]
)
def test_an_estimate_is_drawn_to_its_prior_by_its_error(error, scatter, mean):
    """10 and 20 in the middle at equal weight; sure of itself 10; alike by nature, or unknown, 20; at 4 : 1, 12."""
    estimate = 10 if np.isfinite(error) else 0.0
    assert pooling.shrunk(estimate, error, 20, scatter) == pytest.approx(mean, rel=1e-12)


@given(estimate=numbers, prior=numbers, error=positive, scatter=positive)
def test_the_mean_lies_between_estimate_and_prior(estimate, prior, error, scatter):
    """Shrinkage never leaves the two, and the weight is a share."""
    mean = float(pooling.shrunk(estimate, error, prior, scatter))
    assert min(estimate, prior) - 1e-9 <= mean <= max(estimate, prior) + 1e-9
    assert 0 <= pooling.own_weight(error, scatter) <= 1


def test_scatter_beyond_the_errors_is_found():
    """1 and 3 with errors of 1: (2 x 1) / (1 + s^2) = 2 - 1 at s = 1; the mean 2 has variance (1 + 1) / 2 = 1."""
    fit = pooling.fitted(np.ones((2, 1)), np.array([1.0, 3.0]), np.ones(2))
    assert fit.coefficients == pytest.approx([2], rel=1e-9)
    assert fit.scatter == pytest.approx(1, rel=1e-9)
    assert fit.covariance == pytest.approx(np.array([[1.0]]), rel=1e-9)


def test_differences_that_errors_explain_are_no_scatter():
    """1 and 2 with errors of 1: (2 x 0.25) / 1 = 0.5 is below 2 - 1."""
    assert pooling.fitted(np.ones((2, 1)), np.array([1.0, 2.0]), np.ones(2)).scatter == 0


def test_the_fit_finds_what_a_simulation_put_in():
    """400 groups with effects 1 and 3, scatter 0.3 and errors of 0.2: all come back within three standard errors."""
    generator = np.random.default_rng(seed=6)
    design = np.array([[1.0, i % 2] for i in range(400)])
    values = design @ [1.0, 2.0] + generator.normal(scale=0.3, size=400) + generator.normal(scale=0.2, size=400)
    fit = pooling.fitted(design, values, np.full(400, 0.2))
    mean, error = pooling.expected(fit, np.array([[1.0, 0.0], [1.0, 1.0]]))
    assert np.abs(mean - [1, 3]).max() < 3 * error.max()
    assert error == pytest.approx(np.sqrt(0.13 / 200) * np.ones(2), rel=0.1)  # 0.3^2 + 0.2^2 over 200 groups each
    assert fit.scatter == pytest.approx(0.3, abs=0.05)
