"""Distributions: from a probability to the value of an input that is exceeded with the probability left over."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import numpy as np
from scipy import special

from tco.arrays import Array, ArrayLike

# The normal score of the 95th percentile: `low` and `high` of a lognormal are its 5th and 95th.
SCORE_OF_95: Final = float(special.ndtri(0.95))

# Points at which the distribution function of a PERT is tabled: the quantile between them is within a millionth of the
# range, and the exact inverse takes ten times as long.
PERT_POINTS: Final = 4097

# The chances of `low` and of `high` in a discrete distribution; `value` has the rest.
CHANCE_OF_AN_END: Final = 0.25


def uniform_quantile(probability: ArrayLike, low: ArrayLike, value: ArrayLike, high: ArrayLike) -> Array:
    """
    Quantile of a uniform distribution: any value within the bounds is as likely as any other.

    Parameters
    ----------
    probability : array_like
        Chance of a smaller value. [1]
    low, value, high : array_like
        Bounds, in any unit; the best value plays no part.

    Returns
    -------
    quantile : array_like
        In the unit of the bounds.

    Examples
    --------
    >>> uniform_quantile([0, 0.5, 1], 10, 11, 20).tolist()
    [10.0, 15.0, 20.0]
    """
    return np.asarray(low + np.multiply(probability, np.subtract(high, low)))


def triangular_quantile(probability: ArrayLike, low: ArrayLike, value: ArrayLike, high: ArrayLike) -> Array:
    """
    Quantile of a triangular distribution: likeliest at the best value, impossible beyond the bounds.

    Parameters
    ----------
    probability : array_like
        Chance of a smaller value. [1]
    low, value, high : array_like
        Bounds and mode, in any unit; the bounds differ.

    Returns
    -------
    quantile : array_like
        In the unit of the bounds.

    Examples
    --------
    Half of a symmetric triangle lies below its mode, an eighth of it below a quarter of its width:

    >>> triangular_quantile([0, 0.125, 0.5, 1], 0, 2, 4).tolist()
    [0.0, 1.0, 2.0, 4.0]
    """
    width, below, above = np.subtract(high, low), np.subtract(value, low), np.subtract(high, value)
    left: Array = low + np.sqrt(np.multiply(probability, width) * below)
    right = high - np.sqrt(np.subtract(1.0, probability) * width * above)
    return np.where(np.multiply(probability, width) < below, left, np.asarray(right))


def pert_quantile(probability: ArrayLike, low: float, value: float, high: float) -> Array:
    r"""
    Quantile of a PERT distribution: a smooth hill whose mean gives the best value the weight of four bounds.

    Parameters
    ----------
    probability : array_like
        Chance of a smaller value. [1]
    low, value, high : float
        Bounds and mode, in any unit; the bounds differ.

    Returns
    -------
    quantile : array_like
        In the unit of the bounds.

    Notes
    -----
    A beta distribution over the range with :math:`\alpha = 1 + 4 (v - l) / (h - l)` and :math:`\alpha + \beta = 6`.

    References
    ----------
    D. G. Malcolm et al., "Application of a Technique for Research and Development Program Evaluation", Operations
    Research 7(5), 1959.

    Examples
    --------
    >>> pert_quantile([0, 0.5, 1], 0, 2, 4).round(6).tolist()
    [0.0, 2.0, 4.0]
    """
    alpha = 1.0 + 4.0 * (value - low) / (high - low)
    return np.asarray(low + (high - low) * np.interp(probability, *_pert_table(alpha)))


@lru_cache(maxsize=64)
def _pert_table(alpha: float) -> tuple[Array, Array]:
    """Distribution function of a PERT between 0 and 1, and the points where it is tabled: the same for each block."""
    # Closer together at both ends, where the curve is steep.
    points = 0.5 - 0.5 * np.cos(np.linspace(0.0, np.pi, PERT_POINTS))
    return special.betainc(alpha, 6.0 - alpha, points), points


def lognormal_quantile(probability: ArrayLike, low: ArrayLike, value: ArrayLike, high: ArrayLike) -> Array:
    r"""
    Quantile of a lognormal distribution: the best value is its median, the range holds it nine times out of ten.

    Parameters
    ----------
    probability : array_like
        Chance of a smaller value. [1]
    low, value, high : array_like
        5th percentile, median and 95th percentile, above zero and in any unit.

    Returns
    -------
    quantile : array_like
        In the unit of the range.

    Notes
    -----
    :math:`x = m (h / m)^{z / 1.645}` above the median and :math:`x = m (m / l)^{z / 1.645}` below it, with the normal
    score z: where the range is not as wide below as above in ratios, each half has a spread of its own.

    Examples
    --------
    >>> lognormal_quantile([0.05, 0.5, 0.95], 1, 10, 40).round(9).tolist()
    [1.0, 10.0, 40.0]
    """
    return lognormal_at_score(special.ndtri(probability), low, value, high)


def lognormal_at_score(score: ArrayLike, low: ArrayLike, value: ArrayLike, high: ArrayLike) -> Array:
    """
    The same quantile where the normal score of the probability is known already.

    Parameters
    ----------
    score : array_like
        Standard deviations from the mean of a standard normal distribution. [1]
    low, value, high : array_like
        As for `lognormal_quantile`.

    Returns
    -------
    quantile : array_like
        In the unit of the range.

    Examples
    --------
    >>> lognormal_at_score([-SCORE_OF_95, 0.0, SCORE_OF_95], 1, 10, 40).round(9).tolist()
    [1.0, 10.0, 40.0]
    """
    score = np.divide(score, SCORE_OF_95)
    above, below = np.log(np.divide(high, value)), np.log(np.divide(value, low))
    return np.asarray(np.multiply(value, np.exp(score * np.where(score > 0, above, below))))


def discrete_quantile(probability: ArrayLike, low: ArrayLike, value: ArrayLike, high: ArrayLike) -> Array:
    """
    Quantile of a distribution over three settings, the best value as likely as the two others together.

    Parameters
    ----------
    probability : array_like
        Chance of a smaller value. [1]
    low, value, high : array_like
        The settings, in any unit.

    Returns
    -------
    quantile : array_like
        One of the three.

    Examples
    --------
    >>> discrete_quantile([0.1, 0.5, 0.9], 4, 32, 128).tolist()
    [4.0, 32.0, 128.0]
    """
    probability = np.asarray(probability, dtype=float)
    return np.where(
        probability < CHANCE_OF_AN_END,
        low,
        np.where(probability < 1 - CHANCE_OF_AN_END, value, np.asarray(high, float)),
    )


# By the word in the column `distribution` of the tables.
QUANTILES: Final[Mapping[str, Callable[[ArrayLike, float, float, float], Array]]] = MappingProxyType(
    {
        "uniform": uniform_quantile,
        "triangular": triangular_quantile,
        "pert": pert_quantile,
        "lognormal": lognormal_quantile,
        "discrete": discrete_quantile,
    }
)


def quantile_at_score(distribution: str, score: Array, low: float, value: float, high: float) -> Array:
    """
    Quantile of a distribution where the normal score of the probability is known.

    Parameters
    ----------
    distribution : str
        Its name in `QUANTILES`.
    score : ndarray
        Standard deviations from the mean of a standard normal distribution. [1]
    low, value, high : float
        The three numbers of a row, in any unit.

    Returns
    -------
    quantile : ndarray
        In the unit of the three numbers.

    Examples
    --------
    >>> quantile_at_score("uniform", np.array([0.0]), 10, 11, 20).tolist()
    [15.0]
    """
    if distribution == "lognormal":
        return lognormal_at_score(score, low, value, high)
    return QUANTILES[distribution](special.ndtr(score), low, value, high)
