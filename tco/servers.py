"""
Servers: what servers of the types of a list have to serve with, what they carry, and which of them may be the cheapest.

Arrays have the instance types in front, then scenarios and ways of serving: (k, n, f).
"""

import math
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tco import capacity, fleet, queueing
from tco.arrays import Array, Value
from tco.inputs import Catalogue, FrameworkInputs, SharedInputs

# From so many scenarios times ways of serving on, ruling types out takes less time than it saves.
_MANY_POINTS: Final = 384


class Server(NamedTuple):
    """What a server has to serve with."""

    workers_count: Array
    workers_wanted_count: Array
    slots_per_worker_count: Array
    core_count: Array
    worker_gib: Array
    request_cpu_ms: Array


def request_cpu_ms(s: SharedInputs, f: FrameworkInputs) -> Array:
    """
    CPU time of a mean request on the kind of core that CPU times were measured on.

    Parameters
    ----------
    s : SharedInputs
        Requests and product.
    f : FrameworkInputs
        The ways of serving.

    Returns
    -------
    request_cpu_ms : ndarray
        CPU time. [ms]
    """
    return capacity.request_cpu_ms(
        s.app_cpu_ms,
        f.app_cpu_ratio,
        f.framework_cpu_ms,
        s.inference_request_share,
        s.inference_ms,
        s.model_load_ms,
        f.model_reload_share,
    )


def server_of(
    s: SharedInputs,
    f: FrameworkInputs,
    vcpu_count: Array,
    memory_gib: Array,
    sustained_cpu_share: Array,
    core_speed_ratio: Array,
) -> Server:
    """
    What servers of given types have to serve with.

    Parameters
    ----------
    s : SharedInputs
        Requests and product.
    f : FrameworkInputs
        The ways of serving.
    vcpu_count, memory_gib, sustained_cpu_share, core_speed_ratio : ndarray
        The types, in a shape that broadcasts with the frameworks' last axis. [1], [GiB], [1], [1]

    Returns
    -------
    server : Server
        Workers, cores and memory, and the CPU time of a request on its cores.
    """
    worker_gib = capacity.worker_gib(
        f.worker_memory_mib, s.app_memory_mib, f.slots_per_worker_count, f.slot_memory_mib, s.model_memory_gib
    )

    def workers_count(memory_gib: Value) -> Array:
        return capacity.workers_count(
            vcpu_count, memory_gib, s.os_memory_gib, worker_gib, f.workers_per_vcpu_count, f.extra_workers_count
        )

    return Server(
        workers_count=workers_count(memory_gib),
        workers_wanted_count=workers_count(np.inf),
        slots_per_worker_count=capacity.connected_slots_count(f.slots_per_worker_count, s.database_pool_count),
        core_count=vcpu_count * sustained_cpu_share,
        worker_gib=worker_gib,
        request_cpu_ms=request_cpu_ms(s, f) / core_speed_ratio,
    )


def server_capacity_rps(s: SharedInputs, f: FrameworkInputs, server: Server, where: npt.ArrayLike = np.True_) -> Array:
    """
    Load that one server carries within the latency objective and the highest utilization planned for.

    Parameters
    ----------
    s : SharedInputs
        Requests, objective and utilization.
    f : FrameworkInputs
        The ways of serving.
    server : Server
        What it has to serve with.
    where : array_like of bool
        Which ones to work out.

    Returns
    -------
    server_capacity_rps : ndarray
        Largest load; NaN where no worker fits, a lone request misses the objective, or nobody asked. [req/s]
    """
    return queueing.load_within_objective_rps(
        s.p95_objective_ms,
        server.workers_count,
        server.slots_per_worker_count,
        server.core_count,
        server.request_cpu_ms,
        s.wait_ms,
        s.time_variation_ratio,
        f.turns_per_worker_count,
        s.target_utilization_share,
        where,
    )


def servers_of(s: SharedInputs, f: FrameworkInputs, catalogue: Catalogue) -> Server:
    """
    What servers of each type of a catalogue have to serve with.

    Parameters
    ----------
    s : SharedInputs
        Requests and product.
    f : FrameworkInputs
        The ways of serving.
    catalogue : Catalogue
        The types.

    Returns
    -------
    servers : Server
        Arrays with the types on an axis in front: (k, n, f).
    """
    return server_of(
        s,
        f,
        catalogue.vcpu_count[:, None, None],
        catalogue.memory_gib[:, None, None],
        catalogue.sustained_cpu_share[:, None, None],
        catalogue.core_speed_ratio[:, None, None],
    )


def offers(
    s: SharedInputs, f: FrameworkInputs, catalogue: Catalogue, least_load_rps: Value, most_load_rps: Value
) -> tuple[Array, Array]:
    """
    What servers of each type carry and cost, of those types that may be the cheapest.

    Parameters
    ----------
    s : SharedInputs
        Requests, objective, utilization and money.
    f : FrameworkInputs
        The ways of serving.
    catalogue : Catalogue
        The types.
    least_load_rps, most_load_rps : array_like
        Between them lie all loads that fleets are sought for. [req/s]

    Returns
    -------
    server_capacity_rps, server_usd_per_hour : ndarray
        Load [req/s] and price [USD/h]; the load is NaN where the type cannot serve, and may be so where
        it is never the cheapest.

    Notes
    -----
    A capacity within a latency objective takes special functions and sometimes a search. Of two types that arithmetic
    alone finds best, at the least and at the most load, it is worked out first; most of the others are outdone by one
    of these even if nothing ever queued at them, and spared. Few scenarios are worked out in full.
    """
    types = servers_of(s, f, catalogue)
    price = fleet.server_usd_per_hour(
        catalogue.instance_usd_per_hour[:, None, None] * s.instance_price_ratio, s.server_overhead_usd_per_month
    )
    shape = np.broadcast_shapes(types.workers_count.shape, price.shape, np.shape(s.wait_ms), np.shape(least_load_rps))
    if math.prod(shape[1:]) < _MANY_POINTS:
        return server_capacity_rps(s, f, types), price
    most_rps = s.target_utilization_share * capacity.stable_load_rps(
        types.workers_count, types.slots_per_worker_count, types.core_count, types.request_cpu_ms, s.wait_ms
    )
    price, most_rps = (np.array(np.broadcast_to(values, shape)) for values in (price, most_rps))
    reserve = s.spare_servers, s.minimum_servers

    possible = np.isfinite(most_rps)
    best = np.stack(
        [
            np.argmin(np.where(possible, fleet.servers_required(load_rps, most_rps, *reserve) * price, np.inf), axis=0)
            for load_rps in (least_load_rps, most_load_rps)
        ]
    )
    rivals = Server(*(np.take_along_axis(np.broadcast_to(values, shape), best, axis=0) for values in types))
    rival_rps, rival_price = server_capacity_rps(s, f, rivals), np.take_along_axis(price, best, axis=0)
    for one_rps, one_price in zip(rival_rps, rival_price, strict=True):
        possible &= ~fleet.outdone(least_load_rps, most_load_rps, most_rps, price, one_rps, one_price, *reserve)
    np.put_along_axis(possible, best, np.False_, axis=0)
    server_capacity = server_capacity_rps(s, f, types, possible)
    np.put_along_axis(server_capacity, best, rival_rps, axis=0)
    return server_capacity, price
