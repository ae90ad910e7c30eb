"""Demand: how much traffic the product has to serve."""

from typing import Final

import numpy as np

from tco.arrays import Array, ArrayLike
from tco.units import HOURS_PER_MONTH, KIB_PER_GIB, SECONDS_PER_HOUR, SECONDS_PER_MINUTE

# Bounds of the search for an exponent: at 64 all but the peak has gone from a profile, and 50 halvings are exact.
MOST_EXPONENT: Final = 64.0
HALVINGS: Final = 50


def peak_load_rps(
    peak_users: ArrayLike, requests_per_user_per_minute: ArrayLike, direct_peak_load_rps: ArrayLike
) -> Array:
    """
    Load of the busiest second at the start.

    Parameters
    ----------
    peak_users : array_like
        People who use the product at the same time at its busiest. [user]
    requests_per_user_per_minute : array_like
        Requests that each of them causes. [1/min]
    direct_peak_load_rps : array_like
        Load from other callers (partners, devices), known directly. [req/s]

    Returns
    -------
    peak_load_rps : array_like
        Load of the busiest second. [req/s]

    Examples
    --------
    >>> float(peak_load_rps(10_000, 6, 0))
    1000.0
    """
    return np.multiply(peak_users, requests_per_user_per_minute) / SECONDS_PER_MINUTE + direct_peak_load_rps


def traffic_ratio(month: ArrayLike, traffic_growth_share_per_month: ArrayLike) -> Array:
    """
    Traffic of a month over that of the first.

    Parameters
    ----------
    month : array_like
        Whole months since the start. [month]
    traffic_growth_share_per_month : array_like
        Compound growth. [1/month]

    Returns
    -------
    traffic_ratio : array_like
        Traffic over that of the first month. [1]

    Examples
    --------
    >>> float(traffic_ratio(12, 0.0))
    1.0
    >>> float(traffic_ratio(2, 0.1).round(6))
    1.21
    """
    ratio_per_month, month = np.add(1.0, traffic_growth_share_per_month), np.asarray(month, dtype=float)
    if not ratio_per_month.ndim or month.ndim <= ratio_per_month.ndim:
        return np.power(ratio_per_month, month)
    # Many scenarios, months on an axis in front. Along an axis of exponents NumPy works some powers out in another way,
    # depending on how many scenarios there are, and the last digit differs; with one exponent at a time it does not.
    ratio = np.empty(np.broadcast_shapes(month.shape, ratio_per_month.shape))
    for one_month, of_month in zip(month, ratio, strict=True):
        np.power(ratio_per_month, one_month, out=of_month)
    return ratio


def stretched_share(profile_share: Array, mean_to_peak_share: float) -> Array:
    """
    A profile with another mean: its order of hours and its peak stay, its valleys become deeper or shallower.

    Parameters
    ----------
    profile_share : ndarray, shape (h,)
        Load of each hour over the peak, the largest of them 1. [1]
    mean_to_peak_share : float
        The mean that the profile is to have. [1]

    Returns
    -------
    stretched_share : ndarray, shape (h,)
        Each share to the power that gives this mean; a flat profile stays flat. [1]

    Examples
    --------
    >>> stretched_share(np.array([0.5, 1.0]), 0.625).round(6).tolist()
    [0.25, 1.0]
    """
    low, high = 0.0, MOST_EXPONENT
    for _ in range(HALVINGS):
        middle = (low + high) / 2.0
        # The mean falls as the exponent grows.
        low, high = (middle, high) if np.power(profile_share, middle).mean() > mean_to_peak_share else (low, middle)
    return np.ones_like(profile_share) if np.all(profile_share == 1.0) else np.power(profile_share, high)


def egress_gib_per_month(load_rps: ArrayLike, mean_to_peak_share: ArrayLike, response_kib: ArrayLike) -> Array:
    """
    Data that leaves the cloud in a month.

    Parameters
    ----------
    load_rps : array_like
        Load of the busiest second. [req/s]
    mean_to_peak_share : array_like
        Mean load over the week as a share of the peak. [1]
    response_kib : array_like
        Mean size of a response. [KiB]

    Returns
    -------
    egress_gib_per_month : array_like
        Data sent to the internet. [GiB/month]

    Examples
    --------
    One response of 1 MiB each 1.024 seconds is 1 KiB/ms:

    >>> float(egress_gib_per_month(1, 1, 1024).round(1))
    2566.4
    """
    return np.multiply(load_rps, mean_to_peak_share) * response_kib * (SECONDS_PER_HOUR * HOURS_PER_MONTH / KIB_PER_GIB)
