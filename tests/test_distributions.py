"""Distributions: quantiles of known distributions, and what low, value and high mean in each."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tco.distributions import CHANCE_OF_AN_END, QUANTILES, pert_quantile

PROBABILITIES = np.array([0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99])


def test_the_triangular_is_scipys():
    """A triangle from 2 over 3 to 8."""
    theirs = stats.triang(c=1 / 6, loc=2, scale=6).ppf(PROBABILITIES)
    assert QUANTILES["triangular"](PROBABILITIES, 2, 3, 8) == pytest.approx(theirs, rel=1e-12)


@pytest.mark.parametrize("value", [0.0, 0.1, 0.5, 1.0])
def test_the_pert_is_a_beta(value):
    """Mean (low + 4 value + high) / 6, and SciPy's beta to a millionth of the range, ends included."""
    theirs = stats.beta(1 + 4 * value, 5 - 4 * value).ppf(PROBABILITIES)
    assert pert_quantile(PROBABILITIES, 10, 10 + value, 11) == pytest.approx(10 + theirs, abs=1e-6)
    middles = (np.arange(100_000) + 0.5) / 100_000
    assert pert_quantile(middles, 0, value, 1).mean() == pytest.approx((4 * value + 1) / 6, abs=1e-5)


def test_a_symmetric_lognormal_is_scipys():
    """Half and double as 5th and 95th percentile: ln 2 / 1.6449 is the standard deviation of the logarithm."""
    theirs = stats.lognorm(s=np.log(2) / stats.norm.ppf(0.95), scale=10).ppf(PROBABILITIES)
    assert QUANTILES["lognormal"](PROBABILITIES, 5, 10, 20) == pytest.approx(theirs, rel=1e-12)


def test_the_discrete_has_its_three_values():
    """A quarter, a half and a quarter of many draws."""
    drawn = QUANTILES["discrete"]((np.arange(1000) + 0.5) / 1000, 4, 32, 128)
    values, counts = np.unique(drawn, return_counts=True)
    assert values.tolist() == [4, 32, 128]
    assert (counts / 1000).tolist() == [CHANCE_OF_AN_END, 1 - 2 * CHANCE_OF_AN_END, CHANCE_OF_AN_END]


@pytest.mark.parametrize("name", QUANTILES)
@given(st.floats(0.1, 1), st.floats(0, 5), st.floats(0.01, 5))
def test_quantiles_rise_within_the_range(name, low, below, above):
    """More probable is larger; bounded ones stay within low and high, and the lognormal's 5th and 95th are those."""
    value, high = low + below, low + below + above
    quantiles = QUANTILES[name](np.linspace(0.001, 0.999, 99), low, value, high)
    assert (np.diff(quantiles) >= -1e-9).all()
    if name == "lognormal":
        assert QUANTILES[name]([0.05, 0.5, 0.95], low, value, high) == pytest.approx([low, value, high])
    else:
        assert low - 1e-9 <= quantiles.min() <= quantiles.max() <= high + 1e-9
