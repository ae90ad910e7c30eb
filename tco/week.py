"""
Week: servers hour by hour, for traffic that follows a weekly profile.

A profile is the load of each hour of the week as a share of the peak. Hours lie on an axis in front. Hours that are
alike need the same servers, so that the bill of a week follows from its different levels and how often each occurs.
"""

import numpy as np

from tco.arrays import Array, ArrayLike
from tco.fleet import servers_required


def ordered_share(profile_share: Array, scale_up_lag_hours: ArrayLike) -> Array:
    """
    Load that an autoscaler must have servers for in each hour, as a share of the peak.

    Servers that are ordered when they are needed come too late by the lag: while the load rises, those for the load one
    lag ahead must be there already. Servers that are no longer needed go at once.

    Parameters
    ----------
    profile_share : ndarray, shape (h,)
        Load of each hour over the peak; the hour after the last is the first. [1]
    scale_up_lag_hours : array_like
        Time from a rising load to a server that serves, at most an hour. [h]

    Returns
    -------
    ordered_share : ndarray, shape (h,)
        Load to have servers for, over the peak. [1]

    Examples
    --------
    >>> ordered_share(np.array([0.2, 1.0, 0.6]), 0.25).tolist()
    [0.4, 1.0, 0.6]
    """
    following = np.roll(profile_share, -1)
    return profile_share + scale_up_lag_hours * np.maximum(0.0, following - profile_share)


def spread_servers(servers: ArrayLike, zones_count: ArrayLike) -> Array:
    """
    Servers spread evenly over zones so that enough are left when one zone fails.

    Parameters
    ----------
    servers : array_like
        Servers that carry the load. [server]
    zones_count : array_like
        Zones; with one there is nothing to spread over. [1]

    Returns
    -------
    spread_servers : array_like
        As many in each zone, at least what the others need without it. [server]

    Examples
    --------
    Four servers over three zones are two in each, so that four are left:

    >>> float(spread_servers(4, 3))
    6.0
    >>> float(spread_servers(4, 1))
    4.0
    """
    others = np.maximum(np.subtract(zones_count, 1.0), 1.0)
    return np.where(np.greater(zones_count, 1.0), zones_count * np.ceil(np.divide(servers, others)), servers)


def hourly_servers(
    load_rps: ArrayLike,
    server_capacity_rps: ArrayLike,
    spare_servers: ArrayLike,
    minimum_servers: ArrayLike,
    maximum_servers: ArrayLike,
    zones_count: ArrayLike,
) -> Array:
    """
    Servers that run in an hour.

    Parameters
    ----------
    load_rps : array_like
        Load to have servers for. [req/s]
    server_capacity_rps : array_like
        Load that one server carries; NaN if it cannot run a worker. [req/s]
    spare_servers, minimum_servers, maximum_servers : array_like
        Servers that may fail, fewest and most servers. [server]
    zones_count : array_like
        Zones, one of which may fail. [1]

    Returns
    -------
    hourly_servers : array_like
        Whole servers; at the maximum they may be too few. [server]

    Examples
    --------
    >>> hourly_servers(np.array([50.0, 500.0, 5000.0]), 100, 1, 2, 20, 1).tolist()
    [2.0, 6.0, 20.0]
    >>> float(hourly_servers(300.0, 100, 1, 2, 20, 3))
    6.0
    """
    carrying = servers_required(load_rps, server_capacity_rps, 0.0, 0.0)
    needed = np.maximum(carrying + spare_servers, spread_servers(carrying, zones_count))
    return np.minimum(np.maximum(needed, minimum_servers), maximum_servers)


def utilization_share(load_rps: ArrayLike, servers: ArrayLike, server_limit_rps: ArrayLike) -> Array:
    """
    Share of what servers could do that they are asked to do.

    Parameters
    ----------
    load_rps : array_like
        Load. [req/s]
    servers : array_like
        Servers that run. [server]
    server_limit_rps : array_like
        Load at which one server is busy all the time. [req/s]

    Returns
    -------
    utilization_share : array_like
        At most 1: beyond that, requests wait without end. [1]

    Examples
    --------
    >>> float(utilization_share(300, 4, 150))
    0.5
    """
    return np.minimum(1.0, np.divide(load_rps, np.multiply(servers, server_limit_rps)))


def waste_share(load_rps: Array, servers: Array, server_capacity_rps: ArrayLike) -> Array:
    """
    Share of the server-hours of a week that no load asked for.

    Parameters
    ----------
    load_rps : ndarray, shape (h, ...)
        Load of each hour. [req/s]
    servers : ndarray, shape (h, ...)
        Servers that run in each hour. [server]
    server_capacity_rps : array_like
        Load that one server carries. [req/s]

    Returns
    -------
    waste_share : array_like
        0 where every server-hour was filled to its capacity. [1]

    Examples
    --------
    Three server-hours would have carried what six were paid for:

    >>> float(waste_share(np.array([100.0, 200.0]), np.array([3.0, 3.0]), 100))
    0.5
    """
    used = np.minimum(np.divide(load_rps, server_capacity_rps), servers)
    return np.asarray(1.0 - used.sum(axis=0) / servers.sum(axis=0))
