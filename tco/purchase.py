"""
Purchase: what a fleet costs whose servers are bought on several terms.

A reserved server is paid around the clock, one on demand while it runs. Levels are the different numbers of servers
that run, each with the share of the time in which they do.
"""

import numpy as np

from tco.arrays import Array, ArrayLike


def spot_effective_usd_per_hour(spot_usd_per_hour: ArrayLike, interruption_overhead_share: ArrayLike) -> Array:
    """
    Price of a useful hour on a spot server.

    Parameters
    ----------
    spot_usd_per_hour : array_like
        List price; NaN where there is none. [USD/h]
    interruption_overhead_share : array_like
        Hours paid beyond the useful ones: replacements that start while others are taken away. [1]

    Returns
    -------
    spot_effective_usd_per_hour : array_like
        Price of a useful hour. [USD/h]

    Examples
    --------
    >>> float(spot_effective_usd_per_hour(0.03, 0.1).round(6))
    0.033
    """
    return np.multiply(spot_usd_per_hour, np.add(1.0, interruption_overhead_share))


def base_servers(
    level_servers: Array, level_share: Array, reserved_usd_per_hour: ArrayLike, rest_usd_per_hour: ArrayLike
) -> Array:
    r"""
    Servers to reserve so that the whole fleet costs least.

    Parameters
    ----------
    level_servers : ndarray, shape (u, ...)
        Servers at each level, ascending. [server]
    level_share : ndarray, shape (u,)
        Share of the time at each level; they sum to 1. [1]
    reserved_usd_per_hour : array_like
        Price of a reserved server; NaN where there is none. [USD/h]
    rest_usd_per_hour : array_like
        Price of any other server. [USD/h]

    Returns
    -------
    base_servers : array_like
        Servers to reserve; 0 where reserving does not pay, or is not on offer. [server]

    Notes
    -----
    The n-th server is worth reserving while the share of the time in which it runs exceeds r / p, the reserved price
    over the other one: the newsvendor's quantile, :math:`B = F^{-1}(1 - r / p)`.

    References
    ----------
    K. J. Arrow, T. Harris, J. Marschak, "Optimal Inventory Policy", Econometrica 19(3), 1951.

    Examples
    --------
    Two servers always, six for a quarter of the time; at 60 per cent of the price only the two are worth it:

    >>> float(base_servers(np.array([2.0, 6.0]), np.array([0.75, 0.25]), 0.06, 0.10))
    2.0
    """
    wanted = 1.0 - np.divide(reserved_usd_per_hour, rest_usd_per_hour)
    below = np.cumsum(level_share)
    # Rounding must not lift the last level above the whole.
    below[-1] = np.inf
    index = np.searchsorted(below, np.nan_to_num(wanted, nan=0.0))
    chosen = np.take_along_axis(level_servers, np.broadcast_to(index, level_servers.shape[1:])[None], axis=0)[0]
    return np.where(wanted > 0, chosen, 0.0)


def mixed_usd_per_hour(
    level_servers: Array,
    level_share: Array,
    base_servers: ArrayLike,
    reserved_usd_per_hour: ArrayLike,
    rest_usd_per_hour: ArrayLike,
) -> Array:
    """
    Mean price of a fleet with a reserved base.

    Parameters
    ----------
    level_servers : ndarray, shape (u, ...)
        Servers at each level. [server]
    level_share : ndarray, shape (u,)
        Share of the time at each level. [1]
    base_servers : array_like
        Reserved servers. [server]
    reserved_usd_per_hour, rest_usd_per_hour : array_like
        Prices of a reserved server and of any other; the first is not needed where nothing is reserved. [USD/h]

    Returns
    -------
    mixed_usd_per_hour : array_like
        Price of the fleet. [USD/h]

    Examples
    --------
    2 x 0.06 around the clock, and 4 x 0.10 for a quarter of the time:

    >>> levels, shares = np.array([2.0, 6.0]), np.array([0.75, 0.25])
    >>> round(float(mixed_usd_per_hour(levels, shares, 2.0, 0.06, 0.10)), 6)
    0.22
    """
    weights = level_share.reshape(-1, *(1,) * (level_servers.ndim - 1))
    rest = (weights * np.maximum(level_servers - base_servers, 0.0)).sum(axis=0)
    base = np.where(np.greater(base_servers, 0), np.multiply(base_servers, reserved_usd_per_hour), 0.0)
    return np.asarray(base + rest * rest_usd_per_hour)
