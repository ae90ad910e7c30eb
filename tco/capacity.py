"""
Capacity: the load that one server carries, by its workers, their slots, its cores and its memory.

A request takes CPU and then waits (for a database, another service). A worker is a process that runs Python on one core
at a time (the GIL); a slot is a request in progress: the worker itself, one of its threads, or a connection of an event
loop. A server is stable while neither its slots nor its cores are asked for more than they have.
"""

import numpy as np

from tco.arrays import Array, ArrayLike
from tco.units import MIB_PER_GIB, MS_PER_SECOND


def request_cpu_ms(
    app_cpu_ms: ArrayLike,
    app_cpu_ratio: ArrayLike,
    framework_cpu_ms: ArrayLike,
    inference_request_share: ArrayLike,
    inference_ms: ArrayLike,
    model_load_ms: ArrayLike,
    model_reload_share: ArrayLike,
) -> Array:
    """
    CPU time of a mean request.

    Parameters
    ----------
    app_cpu_ms : array_like
        The application's own code, in a usual style. [ms]
    app_cpu_ratio : array_like
        CPU of the application as it is written for this framework, over that. [1]
    framework_cpu_ms : array_like
        The framework and its server, for an empty handler. [ms]
    inference_request_share : array_like
        Share of the requests that call the machine-learning model. [1]
    inference_ms : array_like
        CPU of one call of the model. [ms]
    model_load_ms : array_like
        CPU to load the model. [ms]
    model_reload_share : array_like
        Share of the calls that load the model again (0 when it stays in memory). [1]

    Returns
    -------
    request_cpu_ms : array_like
        CPU time of a mean request. [ms]

    Examples
    --------
    >>> float(request_cpu_ms(5, 1, 0.3, 0.5, 40, 4000, 0))
    25.3
    >>> float(request_cpu_ms(5, 1, 0.3, 0.5, 40, 4000, 1))
    2025.3
    """
    model_ms = inference_ms + np.multiply(model_load_ms, model_reload_share)
    return np.multiply(app_cpu_ms, app_cpu_ratio) + framework_cpu_ms + np.multiply(inference_request_share, model_ms)


def worker_gib(
    worker_memory_mib: ArrayLike,
    app_memory_mib: ArrayLike,
    slots_per_worker_count: ArrayLike,
    slot_memory_mib: ArrayLike,
    model_memory_gib: ArrayLike,
) -> Array:
    """
    Memory of one worker with all its slots in use.

    Parameters
    ----------
    worker_memory_mib : array_like
        Interpreter, framework and server. [MiB]
    app_memory_mib : array_like
        The application's own code and caches. [MiB]
    slots_per_worker_count : array_like
        Requests that a worker can have in progress. [1]
    slot_memory_mib : array_like
        Memory of one of them. [MiB]
    model_memory_gib : array_like
        Machine-learning model, held by each worker. [GiB]

    Returns
    -------
    worker_gib : array_like
        Memory of one worker. [GiB]

    Examples
    --------
    >>> float(worker_gib(64, 128, 4, 16, 2))
    2.25
    """
    own_mib = np.add(worker_memory_mib, app_memory_mib) + np.multiply(slots_per_worker_count, slot_memory_mib)
    return own_mib / MIB_PER_GIB + model_memory_gib


def connected_slots_count(slots_per_worker_count: ArrayLike, database_pool_count: ArrayLike) -> Array:
    """
    Requests that a worker can have in progress when each holds a database connection from its first query to its end.

    Parameters
    ----------
    slots_per_worker_count : array_like
        Requests that the worker itself can have in progress. [1]
    database_pool_count : array_like
        Connections of its pool. [1]

    Returns
    -------
    connected_slots_count : array_like
        The lesser of the two. [1]

    Examples
    --------
    >>> connected_slots_count([1, 32, 1000], 15).tolist()
    [1.0, 15.0, 15.0]
    """
    return np.minimum(slots_per_worker_count, database_pool_count).astype(float)


def workers_wanted_count(
    vcpu_count: ArrayLike, workers_per_vcpu_count: ArrayLike, extra_workers_count: ArrayLike
) -> Array:
    """
    Workers that the serving rule wants on a server.

    Parameters
    ----------
    vcpu_count : array_like
        Virtual CPUs of the server. [1]
    workers_per_vcpu_count, extra_workers_count : array_like
        The rule: workers = per vCPU x vCPUs + extra; gunicorn's advice for sync workers is 2 and 1. [1]

    Returns
    -------
    workers_wanted_count : array_like
        Whole workers, at least one. [1]

    Examples
    --------
    >>> float(workers_wanted_count(4, 2, 1))
    9.0
    """
    return np.maximum(1.0, np.floor(np.multiply(vcpu_count, workers_per_vcpu_count) + extra_workers_count))


def workers_count(
    workers_wanted_count: ArrayLike, memory_gib: ArrayLike, os_memory_gib: ArrayLike, worker_memory_gib: ArrayLike
) -> Array:
    """
    Workers that a server runs: those wanted, as far as memory allows.

    Parameters
    ----------
    workers_wanted_count : array_like
        Workers that the serving rule wants. [1]
    memory_gib : array_like
        Memory of the server. [GiB]
    os_memory_gib : array_like
        Memory that the operating system and agents keep. [GiB]
    worker_memory_gib : array_like
        Memory of one worker. [GiB]

    Returns
    -------
    workers_count : array_like
        Whole workers; 0 where not even one fits. [1]

    Examples
    --------
    >>> float(workers_count(9, 16, 0.5, 0.25)), float(workers_count(4, 4, 0.5, 2))
    (9.0, 1.0)
    """
    fitting = np.floor(np.maximum(0.0, np.subtract(memory_gib, os_memory_gib)) / worker_memory_gib)
    return np.minimum(workers_wanted_count, fitting)


def stable_load_rps(
    workers: ArrayLike, slots_per_worker_count: ArrayLike, core_count: ArrayLike, cpu_ms: ArrayLike, wait_ms: ArrayLike
) -> Array:
    r"""
    Load beyond which the queue of a server grows without end.

    Parameters
    ----------
    workers : array_like
        Worker processes. [1]
    slots_per_worker_count : array_like
        Requests that a worker can have in progress. [1]
    core_count : array_like
        Cores' worth of CPU that the server may use for good. [1]
    cpu_ms : array_like
        CPU of a request, above 0. [ms]
    wait_ms : array_like
        Waiting of a request. [ms]

    Returns
    -------
    stable_load_rps : array_like
        Upper bound of a steady load; NaN without workers. [req/s]

    Notes
    -----
    .. math:: \lambda < \min\left(\frac{w s}{c + t}, \frac{\min(w, v)}{c}\right)

    with w workers of s slots, v cores, CPU time c and waiting time t: Little's law for the slots, and the GIL and the
    cores for the CPU.

    References
    ----------
    J. D. C. Little, "A Proof for the Queuing Formula: L = lambda W", Operations Research 9(3), 1961.

    Examples
    --------
    One sync worker with requests of 2 seconds carries one each 2 seconds:

    >>> float(stable_load_rps(1, 1, 2, 1, 1999))
    0.5
    """
    by_slots = np.multiply(workers, slots_per_worker_count) / np.add(cpu_ms, wait_ms)
    by_cores = np.minimum(workers, core_count) / np.asarray(cpu_ms)
    return np.where(np.greater(workers, 0), MS_PER_SECOND * np.minimum(by_slots, by_cores), np.nan)
