"""Limits: what keeps a server from carrying more."""

import numpy as np
import numpy.typing as npt

from tco.arrays import ArrayLike
from tco.queueing import response, saturation_rps
from tco.units import MS_PER_SECOND

# Within this of what the cores could compute, it is they that bind.
_NEARLY: float = 0.95


def binding_limit(
    capacity_rps: ArrayLike,
    most_utilization_share: ArrayLike,
    workers: ArrayLike,
    workers_wanted_count: ArrayLike,
    slots_per_worker_count: ArrayLike,
    database_pool_count: ArrayLike,
    core_count: ArrayLike,
    cpu_ms: ArrayLike,
    wait_ms: ArrayLike,
) -> npt.NDArray[np.str_]:
    """
    Which of its resources, or the latency objective, bounds the load of a server.

    Parameters
    ----------
    capacity_rps : array_like
        Load that the server carries within its objective; NaN where a lone request misses it. [req/s]
    most_utilization_share : array_like
        Share of saturation that is planned for at most. [1]
    workers, workers_wanted_count : array_like
        Worker processes that its memory has room for, and that its way of serving asks for. [1]
    slots_per_worker_count, database_pool_count : array_like
        Requests that a worker can have in progress, and database connections that it can open. [1]
    core_count : array_like
        Cores' worth of CPU that the server may use for good. [1]
    cpu_ms, wait_ms : array_like
        CPU and waiting of a request. [ms]

    Returns
    -------
    limit : ndarray of str
        `memory`: not all workers fit, and with them it would carry more; `objective`: the delays reach it before the
        server is full; `pool`, `slots`: all are held while cores stand idle; `cpu`: the cores are.

    Examples
    --------
    Half of 100 req/s is planned for, and one core with 10 ms of CPU each gives no more:

    >>> str(binding_limit(50, 0.5, 1, 1, 32, 50, 1, 10, 0))
    'cpu'
    """
    slots = np.minimum(slots_per_worker_count, database_pool_count)
    runs = np.greater(workers, 0)
    some_workers = np.where(runs, workers, 1.0)
    saturated_rps = saturation_rps(some_workers, slots, core_count, cpu_ms, wait_ms)
    roomy_rps = saturation_rps(np.maximum(some_workers, workers_wanted_count), slots, core_count, cpu_ms, wait_ms)
    core_bound_rps = MS_PER_SECOND * np.minimum(some_workers, core_count) / np.asarray(cpu_ms, dtype=float)
    # Not "less than": a capacity that is no number has an objective that cannot be met.
    within_objective = np.greater_equal(capacity_rps, np.multiply(most_utilization_share, saturated_rps) * (1 - 1e-6))
    return np.select(
        [
            ~runs,
            ~within_objective,
            roomy_rps > saturated_rps * (1 + 1e-6),
            (saturated_rps < _NEARLY * core_bound_rps) & np.less(database_pool_count, slots_per_worker_count),
            saturated_rps < _NEARLY * core_bound_rps,
        ],
        ["memory", "objective", "memory", "pool", "slots"],
        "cpu",
    )


def lone_p95_ms(cpu_ms: ArrayLike, wait_ms: ArrayLike, variation_ratio: ArrayLike) -> npt.NDArray[np.float64]:
    """
    Response that 95 in 100 requests stay below when nobody else is there.

    Parameters
    ----------
    cpu_ms, wait_ms : array_like
        CPU and waiting of a request. [ms]
    variation_ratio : array_like
        Standard deviation over mean of either. [1]

    Returns
    -------
    p95_ms : array_like
        The least that any server can promise. [ms]

    Examples
    --------
    >>> float(lone_p95_ms(10, 0, 1).round(1))
    30.0
    """
    return response(0.0, 1, 1, 1, cpu_ms, wait_ms, variation_ratio).p95_ms
