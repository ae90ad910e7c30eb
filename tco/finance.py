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
