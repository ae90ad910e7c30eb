"""Fleet: how many servers, of which instance type, at what price."""

import math
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tco.arrays import AnyScalar, Array, ArrayLike
from tco.units import HOURS_PER_MONTH

_ROUNDING: Final = 1e-12
# From so many points on, finding out which types they have takes less time than it saves.
_MANY_POINTS: Final = 4096
# Loads worked on at a time: few enough for the cache, enough that threads seldom wait for one another.
_LOADS: Final = 4
# Far more than rounding can make of a price, and far less than anyone would pay.
_CLEARLY: Final = 1e-9


class Fleet(NamedTuple):
    """The cheapest fleet at each point."""

    usd_per_hour: Array
    servers: Array
    server_capacity_rps: Array
    instance_index: npt.NDArray[np.intp]


def servers_required(
    load_rps: ArrayLike,
    server_capacity_rps: ArrayLike,
    spare_servers: ArrayLike,
    minimum_servers: ArrayLike,
    out: Array | None = None,
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
    out : ndarray, optional
        Where to put the result, and each step to it, instead of into new memory.

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
    servers = np.divide(load_rps, np.divide(server_capacity_rps, 1.0 - _ROUNDING), out=out)
    servers = np.ceil(servers, out=out)
    servers = np.add(servers, spare_servers, out=out)
    return np.maximum(servers, minimum_servers, out=out)


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


def outdone(
    least_load_rps: ArrayLike,
    most_load_rps: ArrayLike,
    server_capacity_rps: Array,
    server_usd_per_hour: Array,
    rival_capacity_rps: Array,
    rival_usd_per_hour: Array,
    spare_servers: ArrayLike,
    minimum_servers: ArrayLike,
) -> npt.NDArray[np.bool_]:
    r"""
    Whether the fleet of one of several rivals certainly costs less, whatever the load.

    Parameters
    ----------
    least_load_rps, most_load_rps : array_like
        Between them lie all loads that matter. [req/s]
    server_capacity_rps : ndarray, shape (k, ...)
        Load that one server of each of k types carries at the very most. [req/s]
    server_usd_per_hour : ndarray, shape (k, ...)
        Price of one server of each type. [USD/h]
    rival_capacity_rps : ndarray, shape (r, ...)
        Load that one server of each of r rivals carries; NaN if it carries none, and then it outdoes nobody. [req/s]
    rival_usd_per_hour : ndarray, shape (r, ...)
        Price of one server of each rival. [USD/h]
    spare_servers, minimum_servers : array_like
        As for `servers_required`. [server]

    Returns
    -------
    outdone : ndarray of bool, shape (k, ...)
        Where no load between the two could make the type the cheapest one.

    Notes
    -----
    Whole servers lie between two broken lines, so that the type costs at least, and the rival at most,

    .. math:: p \max\left(\frac{L}{c} + s, m\right), \quad q \max\left(\frac{L}{d} + 1 + s, m\right)

    for a load L, prices p and q, capacities c and d, spare s and minimum m. What the type costs above the rival is
    least at an end or where it begins to rise, which is where the type's own line breaks: three loads decide about all.

    Examples
    --------
    A rival of half the price and the same capacity is cheaper at 5 servers, but perhaps not at 1:

    >>> types, rivals = (np.array([100.0]), np.array([0.2])), (np.array([100.0]), np.array([0.11]))
    >>> outdone(500, 900, *types, *rivals, 0, 1).tolist(), outdone(50, 900, *types, *rivals, 0, 1).tolist()
    ([True], [False])
    """
    rivals = list(zip(rival_capacity_rps, rival_usd_per_hour, strict=True))

    def at_most_usd(load_rps: ArrayLike, capacity_rps: Array, usd_per_hour: Array) -> Array:
        servers = np.maximum(np.divide(load_rps, capacity_rps) + np.add(1.0, spare_servers), minimum_servers)
        return np.asarray(servers * usd_per_hour)

    at_ends_usd = [[at_most_usd(load_rps, *rival) for load_rps in (least_load_rps, most_load_rps)] for rival in rivals]
    beyond_spare = np.subtract(minimum_servers, spare_servers)

    def one_outdone(capacity_rps: Array, usd_per_hour: Array) -> npt.NDArray[np.bool_]:
        break_rps = np.clip(beyond_spare * capacity_rps, least_load_rps, most_load_rps)
        clearly_less_usd = usd_per_hour * (1.0 - _CLEARLY)
        least_usd, most_usd, break_usd = (
            clearly_less_usd * np.maximum(load_rps / capacity_rps + spare_servers, minimum_servers)
            for load_rps in (least_load_rps, most_load_rps, break_rps)
        )
        by_rival = [
            (rival_least_usd < least_usd) & (rival_most_usd < most_usd) & (at_most_usd(break_rps, *rival) < break_usd)
            for rival, (rival_least_usd, rival_most_usd) in zip(rivals, at_ends_usd, strict=True)
        ]
        return np.asarray(np.logical_or.reduce(by_rival))

    # A loop over the few types, so that what is made on the way stays in the cache.
    return np.stack([one_outdone(*one) for one in zip(server_capacity_rps, server_usd_per_hour, strict=True)])


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
    shape = _fleets_shape(load_rps, server_capacity_rps, server_usd_per_hour, spare_servers, minimum_servers)
    if server_capacity_rps.ndim == len(shape) and math.prod(shape[1:]) >= _MANY_POINTS:
        loads_rps = np.broadcast_to(load_rps, (shape[0], *np.shape(load_rps)[1:]))
        return _cheapest_at_many_usd_per_hour(
            loads_rps, server_capacity_rps, server_usd_per_hour, spare_servers, minimum_servers, shape[1:]
        ).reshape(shape)
    # Spread over the frameworks once: NumPy works through two arrays of one shape several times faster than through
    # an axis of length 1 against one of length 3.
    load_rps = np.array(np.broadcast_to(load_rps, shape))
    cheapest, fleet = np.full(shape, np.nan), np.empty(shape)
    # A loop over the few types, each step over all points in the same memory: an axis of types would take k times as
    # much, and new memory more time than the arithmetic.
    for capacity_rps, usd_per_hour in zip(server_capacity_rps, server_usd_per_hour, strict=True):
        servers_required(load_rps, capacity_rps, spare_servers, minimum_servers, out=fleet)
        np.multiply(fleet, usd_per_hour, out=fleet)
        np.fmin(cheapest, fleet, out=cheapest)
    return cheapest


def _fleets_shape(
    load_rps: ArrayLike,
    server_capacity_rps: Array,
    server_usd_per_hour: Array,
    spare_servers: ArrayLike,
    minimum_servers: ArrayLike,
) -> tuple[int, ...]:
    """Shape of the fleets of one type."""
    return np.broadcast_shapes(
        *map(np.shape, (load_rps, spare_servers, minimum_servers)),
        *(of_types.shape[1:] for of_types in (server_capacity_rps, server_usd_per_hour)),
    )


def _cheapest_at_many_usd_per_hour(
    load_rps: Array,
    server_capacity_rps: Array,
    server_usd_per_hour: Array,
    spare_servers: ArrayLike,
    minimum_servers: ArrayLike,
    shape: tuple[int, ...],
) -> Array:
    """
    The same for many points of a shape, behind an axis of loads or types: at each, types up to the last that serves.

    Points with many of them come first, so that what is left of them for each further type is a slice.
    """
    types = np.zeros(shape, dtype=np.int16)
    for i, one_rps in enumerate(server_capacity_rps, 1):
        np.maximum(types, np.multiply(np.isfinite(one_rps), i, dtype=np.int16), out=types)
    types = types.reshape(-1)
    order = np.argsort(-types, kind="stable")
    counts = [np.count_nonzero(types > i) for i in range(len(server_capacity_rps))]

    def places(inner_shape: tuple[int, ...]) -> npt.NDArray[np.intp]:
        """Where the values of the points stand, in order, in an array in which several points may share one."""
        own = np.arange(math.prod(inner_shape)).reshape(inner_shape)
        return np.asarray(np.broadcast_to(own, shape).reshape(-1)[order])

    def in_order(values: Array) -> Array:
        return np.take(values.reshape(len(values), -1), places(values.shape[1:]), axis=1)

    capacity_rps, usd_per_hour = in_order(server_capacity_rps), in_order(server_usd_per_hour)
    spare, minimum = (np.broadcast_to(count, shape).reshape(-1)[order] for count in (spare_servers, minimum_servers))
    load_places, load_rps = places(load_rps.shape[1:]), load_rps.reshape(len(load_rps), -1)
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    cheapest, fleet = np.empty((len(load_rps), len(order))), np.empty((_LOADS, len(order)))
    for start in range(0, len(load_rps), _LOADS):
        load = np.take(load_rps[start : start + _LOADS], load_places, axis=1)
        least = np.full(load.shape, np.nan)
        for count, one_rps, one_usd in zip(counts, capacity_rps, usd_per_hour, strict=True):
            some = slice(count)
            one = fleet[: len(load), some]
            servers_required(load[:, some], one_rps[some], spare[some], minimum[some], out=one)
            np.multiply(one, one_usd[some], out=one)
            np.fmin(least[:, some], one, out=least[:, some])
        # In this mode NumPy needs no memory on the way; all indices are legal.
        np.take(least, back, axis=1, out=cheapest[start : start + _LOADS], mode="clip")
    return cheapest


def cheapest_type_index(
    load_rps: ArrayLike,
    server_capacity_rps: Array,
    server_usd_per_hour: Array,
    spare_servers: ArrayLike,
    minimum_servers: ArrayLike,
) -> npt.NDArray[np.intp]:
    """
    The type of the cheapest fleet.

    Parameters
    ----------
    load_rps, server_capacity_rps, server_usd_per_hour, spare_servers, minimum_servers : array_like
        As for `cheapest_fleet_usd_per_hour`, but none has more axes than one type's capacity.

    Returns
    -------
    index : ndarray of int
        Index of the type, of the first one where fleets cost the same; -1 where none can run a worker.

    Examples
    --------
    >>> cheapest_type_index(np.array([950.0]), np.array([[240.0], [1000.0]]), np.array([[0.1], [0.4]]), 1, 2).tolist()
    [0]
    """
    reserve = spare_servers, minimum_servers
    shape = _fleets_shape(load_rps, server_capacity_rps, server_usd_per_hour, *reserve)
    if math.prod(shape) < _MANY_POINTS:
        fleets = servers_required(load_rps, server_capacity_rps, *reserve) * server_usd_per_hour
        possible = np.isfinite(fleets)
        index = np.argmin(np.where(possible, fleets, np.inf), axis=0)
        return np.where(possible.any(axis=0), index, -1)
    load_rps = np.array(np.broadcast_to(load_rps, shape))
    # Counted from 1, so that a type that is better is the greatest yet: arithmetic takes less time than a choice.
    cheapest, number, fleet = np.full(shape, np.inf), np.zeros(shape, dtype=np.int16), np.empty(shape)
    for i, (capacity_rps, usd_per_hour) in enumerate(zip(server_capacity_rps, server_usd_per_hour, strict=True), 1):
        servers_required(load_rps, capacity_rps, *reserve, out=fleet)
        np.multiply(fleet, usd_per_hour, out=fleet)
        np.maximum(number, np.multiply(fleet < cheapest, i, dtype=np.int16), out=number)
        np.fmin(cheapest, fleet, out=cheapest)
    return number.astype(np.intp) - 1


def cheapest_fleet(
    load_rps: ArrayLike,
    server_capacity_rps: Array,
    server_usd_per_hour: Array,
    spare_servers: ArrayLike,
    minimum_servers: ArrayLike,
    instance_index: npt.NDArray[np.int16] | None = None,
) -> Fleet:
    """
    The cheapest fleet with its servers and its type.

    Parameters
    ----------
    load_rps, server_capacity_rps, server_usd_per_hour, spare_servers, minimum_servers : array_like
        As for `cheapest_fleet_usd_per_hour`, but none has more axes than one type's capacity.
    instance_index : ndarray of int, optional
        What the types are called by, in a shape that broadcasts to theirs; by default their place in front.

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
    index = cheapest_type_index(load_rps, server_capacity_rps, server_usd_per_hour, spare_servers, minimum_servers)

    def chosen(values: npt.NDArray[AnyScalar]) -> npt.NDArray[AnyScalar]:
        of_types = np.broadcast_to(values, (len(values), *index.shape))
        return np.take_along_axis(of_types, index[None], axis=0).squeeze(axis=0)

    # Where no type can run a worker, the last one's capacity is as good as any: it is NaN.
    capacity_rps = chosen(server_capacity_rps)
    servers = servers_required(load_rps, capacity_rps, spare_servers, minimum_servers)
    named = index if instance_index is None else chosen(instance_index).astype(np.intp)
    return Fleet(servers * chosen(server_usd_per_hour), servers, capacity_rps, np.where(index >= 0, named, -1))
