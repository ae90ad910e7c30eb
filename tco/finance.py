"""Finance: money over time."""

import numpy as np

from tco.arrays import Array, ArrayLike
from tco.units import MONTHS_PER_YEAR


def annuity_months(
    start_month: ArrayLike, end_month: ArrayLike, growth_share_per_year: ArrayLike, discount_share_per_year: ArrayLike
) -> Array:
    r"""
    Present value of a payment of 1 per month, in today's money, that flows from one time to another.

    Parameters
    ----------
    start_month, end_month : array_like
        Times since the start; where the end is not after the start nothing flows. [month]
    growth_share_per_year : array_like
        Growth of the payment (salaries, prices). [1/year]
    discount_share_per_year : array_like
        Discount rate; 0 gives the nominal sum. [1/year]

    Returns
    -------
    annuity_months : array_like
        Months' worth of payments in today's money. [month]

    Notes
    -----
    .. math:: \int_a^b \left(\frac{1 + g}{1 + r}\right)^{t/12} dt

    The flow is continuous, so that neighbouring periods add up to the whole exactly.

    References
    ----------
    S. G. Kellison, "The Theory of Interest", 3rd ed., McGraw-Hill 2009, chapter 4 (continuous annuities).

    Examples
    --------
    >>> float(annuity_months(0, 36, 0, 0))
    36.0
    >>> float(annuity_months(0, 36, 0.03, 0.03).round(9))
    36.0
    >>> float(annuity_months(0, 12, 0, 0.08).round(3))
    11.55
    """
    rate = (np.log1p(growth_share_per_year) - np.log1p(discount_share_per_year)) / MONTHS_PER_YEAR
    length = np.maximum(0.0, np.subtract(end_month, start_month))
    # expm1(x) / x tends to 1: where x vanishes the payments are worth their number.
    exponent = rate * length
    vanishing = np.abs(exponent) < 1e-12
    mean = np.where(vanishing, 1.0, np.expm1(exponent) / np.where(vanishing, 1.0, exponent))
    # Before an empty interval the start may lie far outside the horizon: its factor must not overflow.
    return np.exp(rate * np.where(length > 0, start_month, 0.0)) * length * mean


def value_factor(month: ArrayLike, growth_share_per_year: ArrayLike, discount_share_per_year: ArrayLike) -> Array:
    """
    Present value of a single payment of 1, in today's money, made at a time.

    Parameters
    ----------
    month : array_like
        Time since the start. [month]
    growth_share_per_year : array_like
        Growth of the payment. [1/year]
    discount_share_per_year : array_like
        Discount rate. [1/year]

    Returns
    -------
    value_ratio : array_like
        Present value over today's price. [1]

    Examples
    --------
    >>> float(value_factor(12, 0, 0.25))
    0.8
    """
    return np.power(
        np.add(1.0, growth_share_per_year) / np.add(1.0, discount_share_per_year), np.divide(month, MONTHS_PER_YEAR)
    )


def adopted_months(
    launch_months: ArrayLike,
    start_month: ArrayLike,
    end_month: ArrayLike,
    adoption_months: ArrayLike,
    growth_share_per_year: ArrayLike,
    discount_share_per_year: ArrayLike,
) -> Array:
    r"""
    Present value of a payment that grows to 1 per month after a launch, as customers adopt the product.

    Parameters
    ----------
    launch_months : array_like
        Time of the launch since the start. [month]
    start_month, end_month : array_like
        Payments from and to these times count. [month]
    adoption_months : array_like
        Time from the launch until a customer comes, on average; 0: all are there at once. [month]
    growth_share_per_year, discount_share_per_year : array_like
        As for `annuity_months`. [1/year]

    Returns
    -------
    adopted_months : array_like
        Months' worth of full payments in today's money. [month]

    Notes
    -----
    The adopted share is an S-curve with the mean time a, half of it to the inflection:

    .. math:: A(\tau) = 1 - (1 + \lambda \tau) e^{-\lambda \tau}, \quad \lambda = 2 / a

    the distribution function of a sum of two exponential times (hear of it, take it up), integrated in closed form.

    References
    ----------
    E. M. Rogers, "Diffusion of Innovations", 5th ed., Free Press 2003, chapter 7 (adoption as an S-curve).

    Examples
    --------
    >>> float(adopted_months(6, 0, 36, 0, 0, 0)), float(adopted_months(6, 0, 36, 1e-9, 0, 0).round(6))
    (30.0, 30.0)
    >>> float(adopted_months(0, 0, 12, 12, 0, 0).round(3))
    3.248
    """
    rate = (np.log1p(growth_share_per_year) - np.log1p(discount_share_per_year)) / MONTHS_PER_YEAR
    first = np.maximum(launch_months, start_month)
    flow = annuity_months(first, end_month, growth_share_per_year, discount_share_per_year)
    at_once = np.less(adoption_months, 1e-6)  # a second or two
    # The usual case, and a tenth of an evaluation: what follows would change nothing.
    if np.all(at_once):
        return flow + np.zeros(np.shape(adoption_months))
    hazard = np.divide(2.0, np.where(at_once, 1.0, adoption_months))
    begin = np.maximum(np.subtract(first, launch_months), 0.0)
    end = np.maximum(np.subtract(end_month, launch_months), begin)
    # What is still missing of the full payment: integrals of exp(-k u) and of hazard u exp(-k u) from begin to end.
    decay = hazard - rate
    missing = _decayed(decay, end) - _decayed(decay, begin)
    missing = missing + hazard * (_decayed_moment(decay, end) - _decayed_moment(decay, begin))
    # Where nothing flows any more the launch may lie far outside the horizon: its factor must not overflow.
    factor = np.exp(rate * np.where(end > begin, launch_months, 0.0))
    return np.where(at_once, flow, flow - factor * missing)


def _decayed(decay: Array, time: Array) -> Array:
    """Integral of exp(-decay u) from 0 to a time."""
    exponent = decay * time
    vanishing = np.abs(exponent) < 1e-12
    return np.asarray(time * np.where(vanishing, 1.0, -np.expm1(-exponent) / np.where(vanishing, 1.0, exponent)))


def _decayed_moment(decay: Array, time: Array) -> Array:
    """Integral of u exp(-decay u) from 0 to a time."""
    exponent = decay * time
    # Near 0 the closed form is a difference of almost equal numbers: three terms of its series are exact there.
    small = np.abs(exponent) < 1e-3
    safe = np.where(small, 1.0, exponent)
    closed = (-np.expm1(-safe) - safe * np.exp(-safe)) / safe**2
    series = 0.5 - exponent / 3.0 + exponent**2 / 8.0
    return np.asarray(time**2 * np.where(small, series, closed))
