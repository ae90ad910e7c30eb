"""Staffing: how a team fills while several seats are sought at a time."""

import numpy as np
from scipy.special import digamma

from tco.arrays import Array, ArrayLike


def filled_share(month: ArrayLike, time_to_fill_months: ArrayLike) -> Array:
    r"""
    Seats that are filled some time after the search began.

    Parameters
    ----------
    month : array_like
        Time since the search began. [month]
    time_to_fill_months : array_like
        Mean time to fill a seat, infinite where it never is. [month]

    Returns
    -------
    filled_share : array_like
        Expected part of the seats. [1]

    Notes
    -----
    .. math:: 1 - e^{-t / T}

    Each seat is filled at any moment with the same chance, whatever happened to the others: an exponential time, of
    which only the mean is published.

    Examples
    --------
    >>> float(filled_share(2, 2).round(4)), float(filled_share(9, float("inf")))
    (0.6321, 0.0)
    """
    elapsed = np.divide(month, np.maximum(time_to_fill_months, np.finfo(float).tiny))
    return -np.expm1(-elapsed)


def whole_team_months(seats_people: ArrayLike, time_to_fill_months: ArrayLike) -> Array:
    r"""
    Time until the last of several seats is filled.

    Parameters
    ----------
    seats_people : array_like
        Seats that are sought side by side. [person]
    time_to_fill_months : array_like
        Mean time to fill one of them, infinite where it never is. [month]

    Returns
    -------
    whole_team_months : array_like
        Expected time until the team is whole; 0 where nobody is sought. [month]

    Notes
    -----
    The mean of the greatest of k exponential times, with the harmonic number H:

    .. math:: T \, H_k = T \left(1 + \frac{1}{2} + \dots + \frac{1}{k}\right)

    References
    ----------
    A. Renyi, "On the theory of order statistics", Acta Math. Acad. Sci. Hung. 4 (1953) 191.

    Examples
    --------
    >>> float(whole_team_months(1, 2).round(9)), float(whole_team_months(2, 2).round(9)), float(whole_team_months(0, 2))
    (2.0, 3.0, 0.0)
    """
    seats = np.asarray(seats_people, dtype=float)
    harmonic = np.where(seats > 0, digamma(seats + 1.0) + np.euler_gamma, 0.0)
    # Where nobody is sought the team is whole, though nobody could be found.
    return np.where(seats > 0, harmonic * np.where(seats > 0, time_to_fill_months, 0.0), 0.0)
