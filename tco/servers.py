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
from tco.inputs import Catalogue, FrameworkInputs, SharedInputs, at_points

# From so many scenarios times ways of serving on, ruling types out takes less time than it saves.
_MANY_POINTS: Final = 384
# What a server's capacity depends on, of all frameworks and of each way of serving.
OF_REQUESTS: Final = (
    "app_cpu_ms",
    "wait_ms",
    "time_variation_ratio",
    "p95_objective_ms",
    "inference_request_share",
    "inference_ms",
    "model_load_ms",
    "model_memory_gib",
    "app_memory_mib",
    "target_utilization_share",
    "database_pool_count",
    "os_memory_gib",
)
OF_SERVING: Final = (
    "app_cpu_ratio",
    "framework_cpu_ms",
    "workers_per_vcpu_count",
    "extra_workers_count",
    "slots_per_worker_count",
    "turns_per_worker_count",
    "worker_memory_mib",
    "slot_memory_mib",
    "model_reload_share",
)
CAPACITY_INPUTS: Final = frozenset({*OF_REQUESTS, *OF_SERVING})
# What fleets have beyond the load.
OF_RESERVE: Final = ("spare_servers", "minimum_servers")


class Worker(NamedTuple):
    """What a worker takes, whatever server it runs on."""

    slots_count: Array
    memory_gib: Array
    # On the kind of core that CPU times were measured on.
    request_cpu_ms: Array


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


def worker_of(s: SharedInputs, f: FrameworkInputs) -> Worker:
    """
    What a worker takes.

    Parameters
    ----------
    s : SharedInputs
        Requests and product.
    f : FrameworkInputs
        The ways of serving.

    Returns
    -------
    worker : Worker
        Slots, memory and the CPU time of a request.
    """
    memory_gib = capacity.worker_gib(
        f.worker_memory_mib, s.app_memory_mib, f.slots_per_worker_count, f.slot_memory_mib, s.model_memory_gib
    )
    slots_count = capacity.connected_slots_count(f.slots_per_worker_count, s.database_pool_count)
    return Worker(slots_count, memory_gib, request_cpu_ms(s, f))


def server_of(
    s: SharedInputs,
    f: FrameworkInputs,
    worker: Worker,
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
    worker : Worker
        What a worker takes.
    vcpu_count, memory_gib, sustained_cpu_share, core_speed_ratio : ndarray
        The types, in a shape that broadcasts with the frameworks' last axis. [1], [GiB], [1], [1]

    Returns
    -------
    server : Server
        Workers, cores and memory, and the CPU time of a request on its cores.
    """
    workers_wanted = capacity.workers_wanted_count(vcpu_count, f.workers_per_vcpu_count, f.extra_workers_count)
    return Server(
        workers_count=capacity.workers_count(workers_wanted, memory_gib, s.os_memory_gib, worker.memory_gib),
        workers_wanted_count=workers_wanted,
        slots_per_worker_count=worker.slots_count,
        core_count=vcpu_count * sustained_cpu_share,
        worker_gib=worker.memory_gib,
        request_cpu_ms=worker.request_cpu_ms / core_speed_ratio,
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
    return queueing.load_within_objective_rps(**_of_load(s, f, server), where=where)


def _of_load(s: SharedInputs, f: FrameworkInputs, server: Server) -> dict[str, Value]:
    """What the load within an objective depends on, by the names and in the order of `queueing`."""
    return {
        "objective_ms": s.p95_objective_ms,
        "workers": server.workers_count,
        "slots_per_worker_count": server.slots_per_worker_count,
        "core_count": server.core_count,
        "cpu_ms": server.request_cpu_ms,
        "wait_ms": s.wait_ms,
        "variation_ratio": s.time_variation_ratio,
        "turns_per_worker_count": f.turns_per_worker_count,
        "most_utilization_share": s.target_utilization_share,
    }


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
        worker_of(s, f),
        catalogue.vcpu_count[:, None, None],
        catalogue.memory_gib[:, None, None],
        catalogue.sustained_cpu_share[:, None, None],
        catalogue.core_speed_ratio[:, None, None],
    )


class Offers(NamedTuple):
    """
    Types that may be the cheapest, in front: (k, n, f), or in a shape that broadcasts to it.

    Where a point has fewer of them than another one its last ones carry nothing.
    """

    # NaN where there is no type, or where it cannot serve. [req/s]
    server_capacity_rps: Array
    server_usd_per_hour: Array
    # Place of the type in the catalogue; without it all types are there, in the catalogue's order.
    instance_index: npt.NDArray[np.int16] | None


def offers(
    s: SharedInputs, f: FrameworkInputs, catalogue: Catalogue, least_load_rps: Value, most_load_rps: Value
) -> Offers:
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
    offers : Offers
        All types, or at each point those that are left, in the order of the catalogue.

    Notes
    -----
    A capacity within a latency objective takes special functions and sometimes a search. A type that would run the same
    workers on the same cores as a cheaper one needs none. Of two types that arithmetic alone finds best, at the least
    and at the most load, it is worked out first unless that takes a search; most of the others are outdone by one of
    these even if nothing ever queued at them, and spared. Few scenarios are worked out in full.
    """
    listed_price = catalogue.instance_usd_per_hour[:, None, None] * s.instance_price_ratio
    price = fleet.server_usd_per_hour(listed_price, s.server_overhead_usd_per_month)
    # As many scenarios as any of what fleets depend on has.
    shape = np.broadcast_shapes(
        price.shape[1:],
        np.shape(least_load_rps),
        *(np.shape(getattr(s, name)) for name in (*OF_REQUESTS, *OF_RESERVE)),
        *(np.shape(getattr(f, name)) for name in OF_SERVING),
    )
    if math.prod(shape) < _MANY_POINTS:
        return Offers(server_capacity_rps(s, f, servers_of(s, f, catalogue)), price, None)

    # One axis of points in place of scenarios and ways of serving: NumPy works through arrays of one shape several
    # times faster than through an axis of length 1 against one of length 3.
    s, f = (at_points(inputs, shape) for inputs in (s, f))
    least_rps, most_rps = (np.broadcast_to(load_rps, shape).reshape(-1) for load_rps in (least_load_rps, most_load_rps))
    price = np.broadcast_to(price, (len(price), *shape)).reshape(len(price), -1)
    return _in_front(_contender_rps(s, f, catalogue, price, least_rps, most_rps), price, shape)


def _contender_rps(
    s: SharedInputs, f: FrameworkInputs, catalogue: Catalogue, price: Array, least_rps: Array, most_rps: Array
) -> Array:
    """What servers of each type carry, shape (k, points); NaN where they cannot serve or a rival outdoes them."""
    worker = worker_of(s, f)
    reserve = s.spare_servers, s.minimum_servers
    bound_rps = _bound_rps(s, f, worker, catalogue, len(least_rps))
    server_capacity = np.full_like(bound_rps, np.nan)

    def ask(asked: npt.NDArray[np.bool_], *, search: bool) -> None:
        # Their places, and not the mask, as an index: they are few. `nonzero` of two axes would take thrice as long.
        places = np.unravel_index(np.flatnonzero(asked), asked.shape)
        server_capacity[places] = _capacity_at_rps(s, f, worker, catalogue, *places, search=search)

    serves = np.isfinite(bound_rps)
    # Rivals: at each point the best type for the least load, and for the most.
    rivals = np.stack(
        [fleet.cheapest_type_index(load_rps, bound_rps, price, *reserve) for load_rps in (least_rps, most_rps)]
    )
    of_rivals = rivals, np.arange(len(least_rps))
    asked = np.zeros(bound_rps.shape, dtype=bool)
    asked[of_rivals] = True
    # A rival whose capacity takes a search outdoes nobody: one search for all that are left costs less than two.
    ask(serves & asked, search=False)
    outdone = fleet.outdone(
        least_rps, most_rps, bound_rps, price, server_capacity[of_rivals], price[of_rivals], *reserve
    )
    ask(serves & np.isnan(server_capacity) & ~outdone, search=True)
    return server_capacity


def _bound_rps(s: SharedInputs, f: FrameworkInputs, worker: Worker, catalogue: Catalogue, points: int) -> Array:
    """
    Load that no server of a type exceeds, by arithmetic, shape (k, points).

    NaN where it cannot serve, or where it runs the same workers on the same cores as a cheaper type, which is always
    the better one: memory beyond what the workers need is of no use.
    """
    on_time = {
        speed: queueing.on_time_alone(
            s.p95_objective_ms, worker.request_cpu_ms / speed, s.wait_ms, s.time_variation_ratio
        )
        for speed in np.unique(catalogue.core_speed_ratio)
    }
    bound_rps = np.empty((len(catalogue.names), points))
    cheaper_workers: dict[tuple[float, float], list[Array]] = {}
    for i in np.argsort(catalogue.instance_usd_per_hour, kind="stable"):
        speed = catalogue.core_speed_ratio[i]
        server = server_of(
            s, f, worker, catalogue.vcpu_count[i], catalogue.memory_gib[i], catalogue.sustained_cpu_share[i], speed
        )
        stable_rps = capacity.stable_load_rps(
            server.workers_count, server.slots_per_worker_count, server.core_count, server.request_cpu_ms, s.wait_ms
        )
        on_same_cores = cheaper_workers.setdefault((float(server.core_count), float(speed)), [])
        served = on_time[speed].copy()
        for workers_count in on_same_cores:
            served &= server.workers_count != workers_count
        on_same_cores.append(server.workers_count)
        bound_rps[i] = np.where(served, s.target_utilization_share * stable_rps, np.nan)
    return bound_rps


def _capacity_at_rps(
    s: SharedInputs,
    f: FrameworkInputs,
    worker: Worker,
    catalogue: Catalogue,
    instance: npt.NDArray[np.intp],
    point: npt.NDArray[np.intp],
    *,
    search: bool,
) -> Array:
    """What servers of types of the catalogue carry at points where they serve: a type and a point for each number."""
    s, f = (at_points(inputs, worker.request_cpu_ms.shape, point) for inputs in (s, f))
    server = server_of(
        s,
        f,
        Worker(*(values[point] for values in worker)),
        catalogue.vcpu_count[instance],
        catalogue.memory_gib[instance],
        catalogue.sustained_cpu_share[instance],
        catalogue.core_speed_ratio[instance],
    )
    return queueing.load_of_able_rps(*_of_load(s, f, server).values(), search=search)


def _in_front(server_capacity_rps: Array, server_usd_per_hour: Array, shape: tuple[int, ...]) -> Offers:
    """The types of each point that carry something before all others, in their order, and no more than any has."""
    serves = np.isfinite(server_capacity_rps)
    left = max(1, int(serves.sum(axis=0, dtype=np.int16).max())), serves.shape[1]
    capacity_rps, usd_per_hour, index = np.full(left, np.nan), np.full(left, np.nan), np.zeros(left, dtype=np.int16)
    taken = np.zeros(serves.shape[1], dtype=np.intp)
    for i, serving in enumerate(serves):
        point = np.flatnonzero(serving)
        place = taken[point], point
        capacity_rps[place], usd_per_hour[place] = server_capacity_rps[i, point], server_usd_per_hour[i, point]
        index[place] = i
        taken[point] += 1
    wanted = -1, *shape
    return Offers(capacity_rps.reshape(wanted), usd_per_hour.reshape(wanted), index.reshape(wanted))
