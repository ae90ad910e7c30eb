"""
The Universal Scalability Law: throughput against callers, with contention and coherency (N. J. Gunther).

Callers that queue for something shared (contention, sigma) flatten the curve; callers that must agree with one another
(coherency, kappa) bend it down again, so that beyond a peak more load is answered more slowly.
"""

from typing import Final, NamedTuple

import numpy as np
from scipy import optimize, stats

from tco.arrays import Array, ArrayLike
from tco.inputs import InputError, checked

# Three parameters and one degree of freedom for their errors.
MINIMUM_COUNTS: Final = 4
CONFIDENCE_SHARE: Final = 0.95


class Estimate(NamedTuple):
    """A fitted number with its standard error and its 95% interval."""

    value: float
    standard_error: float
    low: float
    high: float


class UslFit(NamedTuple):
    """The three parameters of the law: lambda, sigma and kappa."""

    single_rps: Estimate
    contention_share: Estimate
    coherency_ratio: Estimate


def usl_throughput_rps(
    concurrency_count: ArrayLike, single_rps: ArrayLike, contention_share: ArrayLike, coherency_ratio: ArrayLike
) -> Array:
    r"""
    Throughput of a system with so many callers at once.

    Parameters
    ----------
    concurrency_count : array_like
        Callers, or workers or cores, at least 1. [1]
    single_rps : array_like
        Throughput of one of them alone, lambda. [req/s]
    contention_share : array_like
        Share of the work that only one can do at a time, sigma. [1]
    coherency_ratio : array_like
        Work to agree with each other one, by the work of a request, kappa. [1]

    Returns
    -------
    throughput_rps : array_like
        Throughput. [req/s]

    Notes
    -----
    .. math:: X(N) = \frac{\lambda N}{1 + \sigma (N - 1) + \kappa N (N - 1)}

    References
    ----------
    N. J. Gunther, "Guerrilla Capacity Planning", Springer, 2007, chapter 6.

    Examples
    --------
    >>> usl_throughput_rps([1, 2, 10], 100, 0, 0).tolist()
    [100.0, 200.0, 1000.0]
    >>> float(usl_throughput_rps(10, 100, 1, 0))
    100.0
    """
    n = np.asarray(concurrency_count, dtype=float)
    slower = 1 + np.multiply(contention_share, n - 1) + np.multiply(coherency_ratio, n) * (n - 1)
    return np.asarray(np.multiply(single_rps, n) / slower)


def usl_peak_count(contention_share: ArrayLike, coherency_ratio: ArrayLike) -> Array:
    r"""
    Callers at which the throughput is highest.

    Parameters
    ----------
    contention_share : array_like
        As for `usl_throughput_rps`. [1]
    coherency_ratio : array_like
        As for `usl_throughput_rps`. [1]

    Returns
    -------
    usl_peak_count : array_like
        Whole callers, the peak of the curve rounded down; infinite where it never bends. [1]

    Notes
    -----
    .. math:: N^* = \left\lfloor \sqrt{\frac{1 - \sigma}{\kappa}} \right\rfloor

    and at least 1. Rounding down is the convention of the reference; the next whole number may be better by a hair.

    References
    ----------
    N. J. Gunther, "Guerrilla Capacity Planning", Springer, 2007, chapter 6.

    Examples
    --------
    >>> float(usl_peak_count(0.19, 0.0001))
    90.0
    >>> float(usl_peak_count(0.1, 0))
    inf
    """
    bends = np.greater(coherency_ratio, 0)
    squared = np.maximum(0.0, 1.0 - np.asarray(contention_share)) / np.where(bends, coherency_ratio, 1.0)
    unbent = np.where(np.less(contention_share, 1), np.inf, 1.0)
    return np.where(bends, np.maximum(1.0, np.floor(np.sqrt(squared))), unbent)


def fit_usl(concurrency_count: ArrayLike, throughput_rps: ArrayLike) -> UslFit:
    """
    Parameters of the law from measurements, by least squares of the throughput.

    Parameters
    ----------
    concurrency_count : array_like
        Callers of each measurement, at least 1. [1]
    throughput_rps : array_like
        Throughput of each measurement, above 0. [req/s]

    Returns
    -------
    fit : UslFit
        Estimates with standard errors from the curvature at the solution and 95% intervals of Student's t, cut where
        a parameter would turn negative. At such an end (a kappa of 0) the interval is a rough guide.

    Raises
    ------
    InputError
        If there are fewer than 4 different counts, the lists differ in length, or a value is illegal.

    Examples
    --------
    >>> counts = np.array([1, 2, 4, 8, 16, 32])
    >>> fit = fit_usl(counts, usl_throughput_rps(counts, 100, 0.05, 0.001))
    >>> [round(estimate.value, 4) for estimate in fit]
    [100.0, 0.05, 0.001]
    """
    n, x = (
        np.atleast_1d(np.asarray(checked(name, values)))
        for name, values in (("concurrency_count", concurrency_count), ("throughput_rps", throughput_rps))
    )
    if n.ndim > 1 or n.shape != x.shape:
        raise InputError(
            f"concurrency_count and throughput_rps must be lists of one length; got shapes {n.shape} and {x.shape}"
        )
    _must_reach("concurrency_count", n, 1.0, inclusive=True)
    _must_reach("throughput_rps", x, 0.0, inclusive=False)
    different = np.unique(n).size
    if different < MINIMUM_COUNTS:
        raise InputError(f"concurrency_count must have at least {MINIMUM_COUNTS} different values; got {different}")

    # In units of a guess all three parameters and all residuals are of ordinary size.
    scale, peak_rps = float(np.max(x / n)), float(np.max(x))

    def residuals(parameters: Array) -> Array:
        return np.asarray((scale * usl_throughput_rps(n, *parameters) - x) / peak_rps)

    start = _start(n, x / scale)
    found = optimize.least_squares(
        residuals,
        start,
        bounds=([1e-9, 0.0, 0.0], [np.inf, 1.0, np.inf]),
        method="dogbox",
        jac="3-point",
        x_scale="jac",
        ftol=1e-14,
        xtol=1e-14,
        gtol=1e-14,
        max_nfev=10_000,
    )
    freedom = n.size - found.x.size
    variance = 2 * found.cost / freedom
    errors = np.sqrt(np.diag(np.linalg.pinv(found.jac.T @ found.jac)) * variance)
    reach = errors * stats.t.ppf((1 + CONFIDENCE_SHARE) / 2, freedom)
    units = (scale, 1.0, 1.0)
    return UslFit(
        *(
            Estimate(value * unit, error * unit, max(0.0, value - half) * unit, (value + half) * unit)
            for value, error, half, unit in zip(found.x.tolist(), errors.tolist(), reach.tolist(), units, strict=True)
        )
    )


def _start(n: Array, x: Array) -> Array:
    """The law is linear in 1/lambda, sigma/lambda and kappa/lambda: a first solution without iteration."""
    terms = np.column_stack([np.ones_like(n), n - 1, n * (n - 1)])
    inverse, contention, coherency = optimize.nnls(terms, n / x)[0].tolist()
    if inverse <= 0:
        return np.array([1.0, 0.01, 0.0])
    return np.array([1 / inverse, min(contention / inverse, 1.0), coherency / inverse])


def _must_reach(name: str, values: Array, low: float, *, inclusive: bool) -> None:
    legal = values >= low if inclusive else values > low
    if not legal.all():
        at = int(np.argmin(legal))
        rule = "at least" if inclusive else "above"
        raise InputError(f"{name} must be {rule} {low:g}; got {values[at]:g} at index ({at},)")
