"""
Serverless: containers and functions that are billed by the second while they serve.

A function serves one request at a time and is billed for the whole of it, its waiting included. A container is billed
while it has any request in progress: those that overlap share its time, as far as its slots and its CPU allow.
"""

import numpy as np

from tco.arrays import Array, ArrayLike
from tco.units import MS_PER_SECOND, REQUESTS_PER_MILLION, SECONDS_PER_HOUR


def in_progress_count(load_rps: ArrayLike, cpu_ms: ArrayLike, wait_ms: ArrayLike) -> Array:
    """
    Requests in progress on average, by Little's law.

    Parameters
    ----------
    load_rps : array_like
        Load. [req/s]
    cpu_ms, wait_ms : array_like
        CPU and waiting time of a request. [ms]

    Returns
    -------
    in_progress_count : array_like
        Requests in progress. [1]

    Examples
    --------
    >>> float(in_progress_count(100, 5, 95))
    10.0
    """
    return np.multiply(load_rps, np.add(cpu_ms, wait_ms)) / MS_PER_SECOND


def billed_ms(duration_ms: ArrayLike, step_ms: ArrayLike) -> Array:
    r"""
    Time that a request is billed for on average, each rounded up to whole steps.

    Parameters
    ----------
    duration_ms : array_like
        Mean time of a request, above 0. [ms]
    step_ms : array_like
        What times are rounded up to; 0 where they are not. [ms]

    Returns
    -------
    billed_ms : array_like
        At least the time itself, and at least a step. [ms]

    Notes
    -----
    .. math:: \frac{s}{1 - e^{-s / t}}

    for exponential times: the steps begun are a geometric number.

    Examples
    --------
    Long requests pay half a step more, short ones the whole step:

    >>> billed_ms([10_000.0, 1.0, 70.0], [100.0, 100.0, 0.0]).round(1).tolist()
    [10050.1, 100.0, 70.0]
    """
    duration_ms, step_ms = np.asarray(duration_ms, dtype=float), np.asarray(step_ms, dtype=float)
    rounded = step_ms > 0
    step_ms = np.where(rounded, step_ms, 1.0)
    return np.where(rounded, step_ms / -np.expm1(-step_ms / duration_ms), duration_ms)


def function_billed_count(
    load_rps: ArrayLike, cpu_ms: ArrayLike, wait_ms: ArrayLike, speed_ratio: ArrayLike, step_ms: ArrayLike = 0.0
) -> Array:
    """
    Functions that are billed on average: one for each request in progress.

    Parameters
    ----------
    load_rps : array_like
        Load. [req/s]
    cpu_ms, wait_ms : array_like
        CPU and waiting time of a request. [ms]
    speed_ratio : array_like
        CPU of the function over a whole vCPU; a single thread cannot use more than one. [1]
    step_ms : array_like
        What the time of a request is rounded up to. [ms]

    Returns
    -------
    function_billed_count : array_like
        Functions billed. [1]

    Examples
    --------
    Half a vCPU takes 20 ms for 10 ms of CPU:

    >>> float(function_billed_count(10, 10, 80, 0.5))
    1.0
    """
    duration_ms = np.add(np.divide(cpu_ms, np.minimum(1.0, speed_ratio)), wait_ms)
    return in_progress_count(load_rps, billed_ms(duration_ms, step_ms), 0.0)


def container_billed_count(
    load_rps: ArrayLike, container_capacity_rps: ArrayLike, cpu_ms: ArrayLike, wait_ms: ArrayLike
) -> Array:
    r"""
    Containers that are billed on average.

    Parameters
    ----------
    load_rps : array_like
        Load. [req/s]
    container_capacity_rps : array_like
        Load that one container carries; NaN if it cannot run a worker. [req/s]
    cpu_ms, wait_ms : array_like
        CPU and waiting time of a request. [ms]

    Returns
    -------
    container_billed_count : array_like
        Containers billed: of those that share the load, each while it has a request. [1]

    Notes
    -----
    .. math:: m \left(1 - e^{-a / m}\right), \quad m = \max(1, \lceil \lambda / C \rceil)

    with a requests in progress on average over m containers: the chance that an M/G/infinity system is not empty.

    References
    ----------
    L. Kleinrock, "Queueing Systems, Volume 1: Theory", Wiley, 1975, section 3.4.

    Examples
    --------
    A hundred requests in progress fill one container that carries them all; a tenth of a request bills a tenth:

    >>> float(container_billed_count(1000, 2000, 5, 95).round(6))
    1.0
    >>> float(container_billed_count(1, 2000, 5, 95).round(3))
    0.095
    """
    count = np.maximum(1.0, np.ceil(np.divide(load_rps, container_capacity_rps)))
    return count * -np.expm1(-in_progress_count(load_rps, cpu_ms, wait_ms) / count)


def billed_usd_per_hour(
    billed_count: ArrayLike,
    vcpu_count: ArrayLike,
    memory_gib: ArrayLike,
    vcpu_usd_per_hour: ArrayLike,
    gib_usd_per_hour: ArrayLike,
) -> Array:
    """
    Price of what is billed by the second.

    Parameters
    ----------
    billed_count : array_like
        Functions or containers billed on average. [1]
    vcpu_count : array_like
        vCPUs of each. [1]
    memory_gib : array_like
        Memory of each. [GiB]
    vcpu_usd_per_hour : array_like
        Price of a vCPU; 0 where memory alone is charged for. [USD/h]
    gib_usd_per_hour : array_like
        Price of a GiB. [USD/h]

    Returns
    -------
    billed_usd_per_hour : array_like
        Price of them all. [USD/h]

    Examples
    --------
    >>> round(float(billed_usd_per_hour(2, 1, 0.5, 0.0864, 0.009)), 6)
    0.1818
    """
    return billed_count * (np.multiply(vcpu_count, vcpu_usd_per_hour) + np.multiply(memory_gib, gib_usd_per_hour))


def request_fee_usd_per_hour(load_rps: ArrayLike, usd_per_million_requests: ArrayLike) -> Array:
    """
    What is charged for the number of requests.

    Parameters
    ----------
    load_rps : array_like
        Load. [req/s]
    usd_per_million_requests : array_like
        Price of a million. [USD/million]

    Returns
    -------
    request_fee_usd_per_hour : array_like
        Price of the requests. [USD/h]

    Examples
    --------
    >>> float(request_fee_usd_per_hour(1000, 0.2).round(6))
    0.72
    """
    return np.multiply(load_rps, usd_per_million_requests) * SECONDS_PER_HOUR / REQUESTS_PER_MILLION
