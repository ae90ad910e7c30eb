"""Fleet: how many servers, of which instance type, at what price."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tco.arrays import Array, ArrayLike
from tco.units import HOURS_PER_MONTH

_ROUNDING: Final = 1e-12


class Fleet(NamedTuple):
    """The cheapest fleet at each point."""

    usd_per_hour: Array
    servers: Array
    server_capacity_rps: Array
    instance_index: npt.NDArray[np.intp]


def servers_required(
    load_rps: ArrayLike, server_capacity_rps: ArrayLike, spare_servers: ArrayLike, minimum_servers: ArrayLike
) -> Array:
    """
    Servers that carry a load with the spare that availability asks for.

    Parameters
    ----------
    load_rps : array_like
        Load of the busiest second. [req/s]
    server_capacity_rps : array_like
        Load that one server carries; NaN if it cannot run a worker. [req/s]
    spare_servers : array_like
        Servers that may fail at the peak without an overload (N+1: 1). [server]
    minimum_servers : array_like
        Fewest servers, whatever the load. [server]

    Returns
    -------
    servers_required : array_like
        Whole servers; NaN where a server cannot run a worker. [server]

    Examples
    --------
    >>> float(servers_required(2_000, 300, 1, 2))
    8.0
    >>> float(servers_required(1, 300, 1, 2))
    2.0
    """
    # The last digit of a capacity is no reason for one more server.
    carrying = np.ceil(np.divide(load_rps, server_capacity_rps) * (1.0 - _ROUNDING))
    return np.maximum(carrying + spare_servers, minimum_servers)


def server_usd_per_hour(instance_usd_per_hour: ArrayLike, server_overhead_usd_per_month: ArrayLike) -> Array:
    """
    Price of running one server: the instance and what every server needs beside it.

    Parameters
    ----------
    instance_usd_per_hour : array_like
        Price of the instance. [USD/h]
    server_overhead_usd_per_month : array_like
        Disk, monitoring and patching of one server. [USD/month]

    Returns
    -------
    server_usd_per_hour : array_like
        Price of one server. [USD/h]

    Examples
    --------
    >>> float(server_usd_per_hour(0.1, 7.3))
    0.11
    """
    return np.add(instance_usd_per_hour, np.divide(server_overhead_usd_per_month, HOURS_PER_MONTH))


def cheapest_fleet_usd_per_hour(
    load_rps: ArrayLike,
    server_capacity_rps: Array,
    server_usd_per_hour: Array,
    spare_servers: ArrayLike,
    minimum_servers: ArrayLike,
) -> Array:
    """
    Price of the cheapest fleet, each of one instance type.

    Parameters
    ----------
    load_rps : array_like
        Load of the busiest second, in any shape that broadcasts with one type's capacity. [req/s]
    server_capacity_rps : ndarray, shape (k, ...)
        Load that one server of each of k types carries; NaN if it cannot run a worker. [req/s]
    server_usd_per_hour : ndarray, shape (k, ...)
        Price of one server of each type. [USD/h]
    spare_servers, minimum_servers : array_like
        As for `servers_required`. [server]

    Returns
    -------
    usd_per_hour : ndarray
        Price of the fleet; NaN where no type can run a worker. [USD/h]

    Examples
    --------
    Five small servers cost less than two large ones:

    >>> float(cheapest_fleet_usd_per_hour(950, np.array([240.0, 1000.0]), np.array([0.1, 0.4]), 1, 2))
    0.5
    """
    # Spread over the frameworks once: NumPy works through two arrays of one shape several times faster than through
    # an axis of length 1 against one of length 3.
    load_rps = np.array(
        np.broadcast_to(load_rps, np.broadcast_shapes(np.shape(load_rps), server_capacity_rps.shape[1:]))
    )
    cheapest: Array | None = None
    # A loop over the few types, each step over all points: an axis of types would take k times the memory, and time.
    for capacity_rps, usd_per_hour in zip(server_capacity_rps, server_usd_per_hour, strict=True):
        fleet = servers_required(load_rps, capacity_rps, spare_servers, minimum_servers) * usd_per_hour
        cheapest = fleet if cheapest is None else np.fmin(cheapest, fleet)
    return np.asarray(cheapest)


def cheapest_fleet(
    load_rps: ArrayLike,
    server_capacity_rps: Array,
    server_usd_per_hour: Array,
    spare_servers: ArrayLike,
    minimum_servers: ArrayLike,
) -> Fleet:
    """
    The cheapest fleet with its servers and its type.

    Parameters
    ----------
    load_rps, server_capacity_rps, server_usd_per_hour, spare_servers, minimum_servers : array_like
        As for `cheapest_fleet_usd_per_hour`.

    Returns
    -------
    fleet : Fleet
        Price [USD/h], servers [server], capacity of one server [req/s] and the index of the type. Where no type can
        run a worker: NaN and -1.

    Examples
    --------
    >>> fleet = cheapest_fleet(950, np.array([[240.0], [1000.0]]), np.array([[0.1], [0.4]]), 1, 2)
    >>> fleet.usd_per_hour.tolist(), fleet.servers.tolist(), fleet.instance_index.tolist()
    ([0.5], [5.0], [0])
    """
    servers = servers_required(load_rps, server_capacity_rps, spare_servers, minimum_servers)
    fleets = servers * server_usd_per_hour
    possible = np.isfinite(fleets)
    index = np.argmin(np.where(possible, fleets, np.inf), axis=0)

    def chosen(values: Array) -> Array:
        return np.take_along_axis(np.broadcast_to(values, fleets.shape), index[None], axis=0).squeeze(axis=0)

    return Fleet(
        chosen(fleets), chosen(servers), chosen(server_capacity_rps), np.where(possible.any(axis=0), index, -1)
    )
