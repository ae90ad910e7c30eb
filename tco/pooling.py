"""Pooling: what few answers say, drawn towards what many others do."""

from typing import Final, NamedTuple

import numpy as np

from tco.arrays import Array, ArrayLike

# Of a normal distribution: the standard error of its median over that of its mean, and the distance of its quartiles.
MEDIAN_ERROR_RATIO: Final = np.sqrt(np.pi / 2.0)
QUARTILE_DISTANCE: Final = 1.3489795003921634

# The search for the scatter between groups halves its bracket this often: far beyond the digits of a float.
HALVINGS: Final = 60


class Fit(NamedTuple):
    """Weighted least squares whose residuals are scatter between groups and errors of sampling."""

    coefficients: Array
    covariance: Array
    scatter: float


def log_spread(p25: ArrayLike, p75: ArrayLike) -> Array:
    """
    Standard deviation of logarithms that two quartiles stand for.

    Parameters
    ----------
    p25, p75 : array_like
        Lower and upper quartile, in the same unit, above zero.

    Returns
    -------
    spread : array_like
        Standard deviation of the natural logarithm.

    Examples
    --------
    >>> float(log_spread(100, 100 * np.exp(QUARTILE_DISTANCE)).round(9))
    1.0
    """
    return np.asarray(np.log(np.divide(p75, p25)) / QUARTILE_DISTANCE)


def median_error(spread: ArrayLike, respondents_people: ArrayLike) -> Array:
    r"""
    Standard error of a median.

    Parameters
    ----------
    spread : array_like
        Standard deviation between people.
    respondents_people : array_like
        People who answered, at least one. [person]

    Returns
    -------
    error : array_like
        Standard error, in the unit of the spread.

    Notes
    -----
    .. math:: \sqrt{\pi / 2} \; s / \sqrt{n}

    References
    ----------
    A. Stuart, J. K. Ord, "Kendall's Advanced Theory of Statistics", vol. 1, 6th ed., 1994, section 10.12.

    Examples
    --------
    >>> float(median_error(0.4, 100).round(4))
    0.0501
    """
    return np.asarray(MEDIAN_ERROR_RATIO * np.asarray(spread) / np.sqrt(respondents_people))


def shrunk(estimate: ArrayLike, error: ArrayLike, prior: ArrayLike, scatter: ArrayLike) -> Array:
    r"""
    An estimate drawn towards what is expected of its group: the mean of the normal-normal model.

    Parameters
    ----------
    estimate : array_like
        What the group's own answers say.
    error : array_like
        Its standard error.
    prior : array_like
        What the other groups let expect.
    scatter : array_like
        Standard deviation of true values about what is expected of them.

    Returns
    -------
    mean : array_like
        Precision-weighted mean of the two.

    Notes
    -----
    .. math:: w y + (1 - w) m, \quad w = \frac{\tau^2}{\tau^2 + e^2}

    References
    ----------
    A. Gelman, J. Hill, "Data Analysis Using Regression and Multilevel/Hierarchical Models", Cambridge 2007,
    section 12.2.

    Examples
    --------
    >>> float(shrunk(10, 1, 20, 1)), float(shrunk(10, 0, 20, 1)), float(shrunk(10, 1, 20, 0))
    (15.0, 10.0, 20.0)
    """
    weight = own_weight(error, scatter)
    return np.multiply(weight, estimate) + np.multiply(1.0 - weight, prior)


def own_weight(error: ArrayLike, scatter: ArrayLike) -> Array:
    """
    How much a group's own answers count, against what is expected of it.

    Parameters
    ----------
    error : array_like
        Standard error of its own estimate; infinite where it has none.
    scatter : array_like
        Standard deviation of true values about what is expected of them.

    Returns
    -------
    weight : array_like
        From 0, nothing of its own, to 1.

    Examples
    --------
    >>> float(own_weight(0.1, 0.1)), float(own_weight(np.inf, 0.1))
    (0.5, 0.0)
    """
    variance = np.square(error) + np.square(scatter)
    # Without error and without scatter the two agree anyway.
    return np.where(variance > 0, np.square(scatter) / np.where(variance > 0, variance, 1.0), 1.0)


def fitted(design: Array, values: Array, errors: Array) -> Fit:
    r"""
    Effects that many groups share, and how far single groups scatter about them.

    Parameters
    ----------
    design : ndarray, shape (n, k)
        Which of the k effects each of the n groups has.
    values : ndarray, shape (n,)
        Estimate of each group.
    errors : ndarray, shape (n,)
        Its standard error.

    Returns
    -------
    fit : Fit
        The effects, their covariance, and the standard deviation of the scatter.

    Notes
    -----
    Weights are one over error squared plus scatter squared. The scatter is the one at which the weighted sum of squared
    residuals is what it should be, n - k; 0 where errors of sampling explain them all.

    References
    ----------
    R. C. Paule, J. Mandel, "Consensus values and weighting factors", J. Res. Natl. Bur. Stand. 87 (1982) 377.

    Examples
    --------
    >>> fit = fitted(np.ones((2, 1)), np.array([1.0, 3.0]), np.array([1.0, 1.0]))
    >>> fit.coefficients.round(9).tolist(), round(fit.scatter, 9)
    ([2.0], 1.0)
    """

    def solved(scatter: float) -> tuple[Array, Array, float]:
        weights = 1.0 / (errors**2 + scatter**2)
        covariance: Array = np.linalg.inv(design.T @ (weights[:, None] * design)).astype(float)
        coefficients = covariance @ (design.T @ (weights * values))
        return coefficients, covariance, float(np.sum(weights * (values - design @ coefficients) ** 2))

    freedom = len(values) - design.shape[1]
    low, high = 0.0, float(np.ptp(values)) + float(np.max(errors))
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        low, high = (middle, high) if solved(middle)[2] > freedom else (low, middle)
    scatter = (low + high) / 2.0 if solved(0.0)[2] > freedom else 0.0
    coefficients, covariance, _ = solved(scatter)
    return Fit(coefficients, covariance, scatter)


def expected(fit: Fit, design: Array) -> tuple[Array, Array]:
    """
    What a fit lets expect of groups, and the standard error of that.

    Parameters
    ----------
    fit : Fit
        The effects.
    design : ndarray, shape (m, k)
        Which effects each group has.

    Returns
    -------
    mean, error : ndarray, shape (m,)
        Expectation, and its standard error without the scatter of single groups.

    Examples
    --------
    >>> fit = fitted(np.ones((4, 1)), np.array([1.0, 3.0, 1.0, 3.0]), np.full(4, 1e-9))
    >>> mean, error = expected(fit, np.ones((1, 1)))
    >>> mean.round(6).tolist(), error.round(6).tolist()
    ([2.0], [0.57735])
    """
    return design @ fit.coefficients, np.sqrt(np.einsum("ij,jk,ik->i", design, fit.covariance, design))
