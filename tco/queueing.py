"""
Queueing: how long requests wait at a server, and how long the slowest of them take.

A request waits for a slot (a worker, a thread), then for a core, computes and waits for others (a database). Slots are
a queue with many servers; each core is a queue with one. An event loop serves its core first come, first served; the
threads of a worker, and the workers of a core, take turns, so that everybody is slowed down by everybody. The formulas
hold for exponential times and are corrected for steadier or wilder ones; `benchmarks/queueing.py` compares them with a
simulation.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from scipy import special

from tco.arrays import Array, ArrayLike, ratio_or_zero
from tco.units import MS_PER_SECOND

# The objective is about the 95th percentile.
LATE_SHARE: Final = 0.05

# A response is hardly ever this many standard deviations above its mean: the 95th percentile of any distribution lies
# within sqrt(0.95 / 0.05) of them (Cantelli's inequality).
SPREAD: Final = 4.36

# How the spread of the waits goes over from first come, first served to taking turns, where the mean goes over with 1:
# found with the simulation of `benchmarks/queueing.py`, since those who wait longest meet many others to share with.
_SPREAD_EXPONENT: Final = 0.5

# Steadier times than this are as good as constant, and a gamma distribution needs some spread.
_LEAST_VARIATION_RATIO: Final = 0.01

# A wait that comes less often than this changes nothing, and dividing by its chance overflows.
_LEAST_PROBABILITY: Final = 1e-12


class Response(NamedTuple):
    """What requests meet at one server."""

    slot_utilization_share: Array
    core_utilization_share: Array
    wait_probability_share: Array
    queue_count: Array
    mean_ms: Array
    p95_ms: Array


def erlang_b(servers_count: ArrayLike, offered_load: ArrayLike) -> Array:
    r"""
    Share of arrivals that a group of servers without a queue turns away.

    Parameters
    ----------
    servers_count : array_like
        Servers, above 0 and not necessarily whole. [1]
    offered_load : array_like
        Arrival rate times mean service time, above 0, in erlang.

    Returns
    -------
    blocked_share : array_like
        Share turned away. [1]

    Notes
    -----
    .. math:: \frac{1}{B} = \int_0^\infty e^{-t} \left(1 + \frac{t}{a}\right)^N dt
              = \frac{e^a \, \Gamma(N + 1, a)}{a^N}

    in logarithms, so that thousands of servers overflow nothing. Far above capacity, where the incomplete gamma
    function vanishes, the first terms of its continued fraction are exact enough.

    References
    ----------
    D. L. Jagerman, "Some Properties of the Erlang Loss Function", Bell System Technical Journal 53(3), 1974.

    Examples
    --------
    >>> float(erlang_b(1, 1).round(9)), float(erlang_b(5, 3).round(6))
    (0.5, 0.110054)
    """
    servers, load = np.asarray(servers_count, dtype=float), np.asarray(offered_load, dtype=float)
    # Without load, or with servers without end, nobody is turned away.
    trivial = (load <= 0) | ~np.isfinite(servers)
    servers, load = np.where(trivial, 1.0, servers), np.where(trivial, 1.0, load)
    tail = special.gammaincc(servers + 1.0, load)
    log_term = servers * np.log(load) - load - special.gammaln(servers + 1.0)
    far_above = tail < 1e-280
    with np.errstate(over="ignore"):
        near = np.exp(log_term) / np.where(far_above, 1.0, tail)
    above = load - servers + 1.0
    far = 1.0 - servers / (above + servers + servers / np.maximum(above, 1.0))
    return np.where(trivial, 0.0, np.where(far_above, far, near))


def erlang_c(servers_count: ArrayLike, offered_load: ArrayLike) -> Array:
    r"""
    Chance that an arrival has to wait for one of many servers.

    Parameters
    ----------
    servers_count : array_like
        Servers, above 0 and not necessarily whole. [1]
    offered_load : array_like
        Arrival rate times mean service time, in erlang.

    Returns
    -------
    wait_probability_share : array_like
        Chance to wait; 1 where the load reaches the servers, 0 without load. [1]

    Notes
    -----
    .. math:: C = \frac{B}{1 - \frac{a}{N}(1 - B)}

    References
    ----------
    L. Kleinrock, "Queueing Systems, Volume 1", Wiley 1975, section 3.5.

    Examples
    --------
    250 requests a second, 20 a second on each of 16 servers:

    >>> float(erlang_c(16, 12.5).round(6))
    0.264105
    """
    servers, load = np.asarray(servers_count, dtype=float), np.asarray(offered_load, dtype=float)
    stable = (load > 0) & (load < servers)
    blocked = erlang_b(servers, np.where(stable, load, servers))
    waiting = blocked / (1.0 - np.where(stable, load / servers, 0.0) * (1.0 - blocked))
    return np.where(stable, waiting, np.where(load > 0, 1.0, 0.0))


def mean_wait_ms(
    servers_count: ArrayLike, offered_load: ArrayLike, service_ms: ArrayLike, variation_ratio: ArrayLike
) -> Array:
    r"""
    Mean wait for one of many servers.

    Parameters
    ----------
    servers_count : array_like
        Servers. [1]
    offered_load : array_like
        Arrival rate times mean service time, in erlang.
    service_ms : array_like
        Mean service time. [ms]
    variation_ratio : array_like
        Standard deviation of the service time over its mean: 0 constant, 1 exponential. [1]

    Returns
    -------
    mean_wait_ms : array_like
        Mean wait; infinite where the load reaches the servers. [ms]

    Notes
    -----
    Between the exponential wait W and the constant one by Cosmetatos,

    .. math:: W_D = \frac{W}{2} \left(1 + (1 - \rho)(N - 1) \frac{\sqrt{4 + 5 N} - 2}{16 \rho N}\right)

    the square of the variation weighs: exact for one server (Pollaczek-Khinchine) and for exponential times.

    References
    ----------
    G. P. Cosmetatos, "Some approximate equilibrium results for the multi-server queue (M/G/r)", Operational Research
    Quarterly 27(3), 1976.

    Examples
    --------
    >>> float(mean_wait_ms(16, 12.5, 50, 1).round(4)), float(mean_wait_ms(1, 0.5, 10, 0).round(9))
    (3.7729, 5.0)
    """
    servers, load = np.asarray(servers_count, dtype=float), np.asarray(offered_load, dtype=float)
    utilization = load / servers
    spare = np.maximum(servers - load, 0.0)
    with np.errstate(divide="ignore"):
        exponential_ms = np.where(
            spare > 0, erlang_c(servers, load) * service_ms / np.where(spare > 0, spare, 1.0), np.inf
        )
    pooling = (servers - 1.0) * (np.sqrt(4.0 + 5.0 * servers) - 2.0) / (16.0 * servers)
    constant = 0.5 * (1.0 + (1.0 - utilization) * ratio_or_zero(pooling, utilization))
    weight = np.square(variation_ratio)
    # The correction of Cosmetatos leaves its range where hardly anybody waits.
    return np.asarray(exponential_ms * (weight + (1.0 - weight) * np.minimum(constant, 1.0)))


def saturation_rps(
    workers: ArrayLike, slots_per_worker_count: ArrayLike, core_count: ArrayLike, cpu_ms: ArrayLike, wait_ms: ArrayLike
) -> Array:
    r"""
    Throughput of a server all of whose slots are busy all the time.

    Parameters
    ----------
    workers : array_like
        Worker processes, at least one. [1]
    slots_per_worker_count : array_like
        Requests that a worker can have in progress; infinite for an event loop. [1]
    core_count : array_like
        Cores' worth of CPU that the server may use for good. [1]
    cpu_ms : array_like
        CPU of a request, above 0. [ms]
    wait_ms : array_like
        Waiting of a request. [ms]

    Returns
    -------
    saturation_rps : array_like
        Largest throughput. [req/s]

    Notes
    -----
    The slots of a core are the machines of the classical repairman: away for the waiting time t, then in line for the
    CPU time c. The core is idle with the chance that all s of them are away, which is Erlang's loss at load t/c:

    .. math:: X = m \frac{1 - B(s, t / c)}{c}

    with m cores in use and s slots for each. One slot gives 1/(c + t), many give 1/c.

    References
    ----------
    L. Kleinrock, "Queueing Systems, Volume 1", Wiley 1975, section 3.8 (finite population).

    Examples
    --------
    >>> float(saturation_rps(1, 1, 1, 500, 1500))
    0.5
    """
    cores = np.minimum(workers, core_count)
    idle_share = erlang_b(_slots_per_core(workers, slots_per_worker_count, cores), np.divide(wait_ms, cpu_ms))
    busy_cores = cores * (1.0 - idle_share)
    return np.asarray(MS_PER_SECOND * busy_cores / np.asarray(cpu_ms, dtype=float))


def last_of_burst_ms(
    callers_count: ArrayLike,
    workers: ArrayLike,
    slots_per_worker_count: ArrayLike,
    core_count: ArrayLike,
    cpu_ms: ArrayLike,
    wait_ms: ArrayLike,
) -> Array:
    r"""
    Response of the last of many requests that come at once.

    Parameters
    ----------
    callers_count : array_like
        Requests. [1]
    workers, slots_per_worker_count, core_count, cpu_ms, wait_ms : array_like
        As for `saturation_rps`, CPU and wait the same for all.

    Returns
    -------
    last_of_burst_ms : array_like
        When the last one is answered. [ms]

    Notes
    -----
    .. math:: \max\left(\left\lceil \frac{n}{w s} \right\rceil (c + t), \; \frac{n c}{m} + t\right)

    rounds of as many as there are slots, or the CPU of all on the m cores and the wait of the last.

    Examples
    --------
    1,000 callers of 2 s before one sync worker, 4 workers of 8 threads, and an event loop on one core:

    >>> (last_of_burst_ms(1000, [1, 4, 1], [1, 8, np.inf], [1, 4, 1], 2, 1998) / 1000).tolist()
    [2000.0, 64.0, 3.998]
    """
    cpu_ms, wait_ms, callers = (np.asarray(value, dtype=float) for value in (cpu_ms, wait_ms, callers_count))
    # With slots without end all are in progress at once: one round.
    rounds = np.maximum(np.ceil(callers / np.multiply(workers, slots_per_worker_count)), 1.0)
    return np.asarray(
        np.maximum(rounds * (cpu_ms + wait_ms), callers * cpu_ms / np.minimum(workers, core_count) + wait_ms)
    )


def response(
    load_rps: ArrayLike,
    workers: ArrayLike,
    slots_per_worker_count: ArrayLike,
    core_count: ArrayLike,
    cpu_ms: ArrayLike,
    wait_ms: ArrayLike,
    variation_ratio: ArrayLike = 1.0,
    turns_per_worker_count: ArrayLike = 1.0,
) -> Response:
    """
    What requests meet at one server under a steady load.

    Parameters
    ----------
    load_rps : array_like
        Load of the server. [req/s]
    workers, slots_per_worker_count, core_count, cpu_ms, wait_ms : array_like
        As for `saturation_rps`.
    variation_ratio : array_like
        Standard deviation over mean of the CPU time and of the waiting time: 0 constant, 1 exponential. [1]
    turns_per_worker_count : array_like
        Requests of a worker that take turns at its core: 1 for an event loop, all slots for threads. [1]

    Returns
    -------
    response : Response
        Shares of slots and cores in use [1], chance to wait [1], mean number of waiting requests [1], mean response and
        the response that 95 of 100 requests stay below [ms]. Where the load reaches saturation: infinite times.

    Notes
    -----
    Two queues follow one another. The wait for a core is that of one server at the core's utilization (`core_wait`),
    less the share that a request cannot meet because its core has no more slots; the wait for a slot is that of many
    servers whose service is the whole stay in the slot. The distribution of the response is a mixture of two gamma
    distributions, one for the requests that wait and one for those that do not, with the means and variances of the
    parts.

    Examples
    --------
    One worker at half load, exponential times: the mean is twice the service time, and the response is exponential.

    >>> r = response(50, 1, 1, 1, 10, 0)
    >>> float(r.mean_ms.round(6)), float(r.p95_ms.round(0))
    (20.0, 60.0)
    """
    largest_rps = saturation_rps(workers, slots_per_worker_count, core_count, cpu_ms, wait_ms)
    stable = np.less(load_rps, largest_rps)
    stay = _stay(
        np.where(stable, load_rps, 0.0),
        workers,
        slots_per_worker_count,
        core_count,
        cpu_ms,
        wait_ms,
        variation_ratio,
        turns_per_worker_count,
    )

    def where_stable(values: Array) -> Array:
        return np.where(stable, values, np.inf)

    return Response(
        slot_utilization_share=np.where(stable, stay.slot_utilization, 1.0),
        core_utilization_share=np.where(stable, stay.core_utilization, 1.0),
        wait_probability_share=np.where(stable, stay.wait_probability, 1.0),
        queue_count=where_stable(load_rps * stay.mean_wait_ms / MS_PER_SECOND),
        mean_ms=where_stable(stay.own_ms + stay.mean_wait_ms),
        p95_ms=where_stable(_quantile_ms(stay)),
    )


def load_within_objective_rps(
    objective_ms: ArrayLike,
    workers: ArrayLike,
    slots_per_worker_count: ArrayLike,
    core_count: ArrayLike,
    cpu_ms: ArrayLike,
    wait_ms: ArrayLike,
    variation_ratio: ArrayLike,
    turns_per_worker_count: ArrayLike,
    most_utilization_share: ArrayLike,
) -> Array:
    """
    Largest load of one server of whose requests 95 in 100 are answered within the objective.

    Parameters
    ----------
    objective_ms : array_like
        Latency objective for the 95th percentile. [ms]
    workers, slots_per_worker_count, core_count, cpu_ms, wait_ms, variation_ratio, turns_per_worker_count : array_like
        As for `response`.
    most_utilization_share : array_like
        Share of saturation that is never exceeded, however generous the objective. [1]

    Returns
    -------
    load_rps : array_like
        Largest load; NaN where even a lone request misses the objective, or where there is no worker. [req/s]

    Examples
    --------
    An M/M/1 queue of 10 ms answers 95 in 100 within 60 ms up to about half load, and no load at all within 20 ms:

    >>> load_within_objective_rps([60.0, 20.0], 1, 1, 1, 10, 0, 1, 1, 0.9).round(0).tolist()
    [50.0, nan]
    """
    workers = np.where(np.greater(workers, 0), workers, np.nan)
    most_rps = most_utilization_share * saturation_rps(workers, slots_per_worker_count, core_count, cpu_ms, wait_ms)
    most_rps, objective, *server = (
        np.asarray(column, dtype=float)
        for column in np.broadcast_arrays(
            most_rps,
            objective_ms,
            workers,
            slots_per_worker_count,
            core_count,
            cpu_ms,
            wait_ms,
            variation_ratio,
            turns_per_worker_count,
        )
    )
    largest_rps = most_rps.copy()
    # Most servers are far from their objective: a bound without special functions spares them the rest.
    doubtful = ~(_longest_likely_ms(most_rps, *server) <= objective) & np.isfinite(most_rps)
    if doubtful.any():
        largest_rps[doubtful] = _solved_load_rps(*(column[doubtful] for column in (most_rps, objective, *server)))
    return largest_rps


def _solved_load_rps(most_rps: Array, objective_ms: Array, *server: Array) -> Array:
    """The load at which the objective is just met, for servers of which it is in doubt."""

    def late_share(load_rps: Array, objective_ms: Array, *server: Array) -> Array:
        return _later_share(objective_ms, _stay(load_rps, *server)) - LATE_SHARE

    found = np.where(late_share(most_rps, objective_ms, *server) <= 0, most_rps, np.nan)
    crossing = np.isnan(found) & (late_share(np.zeros_like(most_rps), objective_ms, *server) < 0)
    if crossing.any():
        high, *arguments = (column[crossing] for column in (most_rps, objective_ms, *server))
        # A load within a thousandth is nearer than any measurement of the times that it follows from.
        found[crossing] = _bisected(lambda load_rps: late_share(load_rps, *arguments), np.zeros_like(high), high, 12)
    return found


class CoreWait(NamedTuple):
    """How long requests are kept from a core by others; a wait that comes with a probability."""

    probability_share: Array
    mean_ms: Array
    # Of the wait of all requests, those included that do not wait; variance has the square of the unit.
    variance: Array


def core_wait(
    utilization_share: ArrayLike, cpu_ms: ArrayLike, variation_ratio: ArrayLike, turns_count: ArrayLike
) -> CoreWait:
    r"""
    Time by which other requests delay one at its core.

    Parameters
    ----------
    utilization_share : array_like
        Utilization of the core, below 1. [1]
    cpu_ms : array_like
        CPU of a request. [ms]
    variation_ratio : array_like
        Standard deviation over mean of the CPU time. [1]
    turns_count : array_like
        Requests that take turns at the core; the others wait for one of them to end. 1: first come, first served. [1]

    Returns
    -------
    wait : CoreWait
        Chance to be delayed [1], mean [ms] and variance of the delay.

    Notes
    -----
    First come, first served is the queue of Pollaczek and Khinchine. Where all take turns (processor sharing), the mean
    is that of exponential times whatever the times are; the variance of the whole stay is

    .. math:: \frac{c^2}{(1 - \rho)^2} \frac{2 + \rho}{2 - \rho} \quad\text{and}\quad
              \frac{c^2}{(1 - \rho)^2} \left(1 - 2 (1 - \rho) \frac{e^\rho - 1 - \rho}{\rho^2}\right)

    for exponential and for constant times; the squared variation goes between. With k who take turns (limited
    processor sharing) the mean lies between both, that of first come, first served with the weight rho to the power of
    k - 1: right for one and for all, and within 2 per cent of a simulation between them.

    References
    ----------
    E. G. Coffman, R. R. Muntz, H. Trotter, "Waiting Time Distributions for Processor-Sharing Systems", Journal of the
    ACM 17(1), 1970. T. J. Ott, "The Sojourn-Time Distribution in the M/G/1 Queue with Processor Sharing", Journal of
    Applied Probability 21(2), 1984.

    Examples
    --------
    Constant times of 10 ms at half load wait 5 ms in line and lose 10 ms when all take turns:

    >>> core_wait(0.5, 10, 0, [1, 1e9]).mean_ms.round(6).tolist()
    [5.0, 10.0]
    """
    utilization, cpu_ms = np.asarray(utilization_share, dtype=float), np.asarray(cpu_ms, dtype=float)
    squared_variation = np.square(variation_ratio)
    idle = 1.0 - utilization

    in_line_ms = mean_wait_ms(1.0, utilization, cpu_ms, variation_ratio)
    in_line_variance = _wait_variance(in_line_ms, utilization, utilization, variation_ratio)

    # Without load the quotient is one half; where it would cancel, its series stands for it.
    small = utilization < 1e-3
    safe = np.where(small, 1.0, utilization)
    quotient = np.where(
        small, 0.5 + utilization / 6.0 + np.square(utilization) / 24.0, (np.expm1(safe) - safe) / np.square(safe)
    )
    constant = 1.0 - 2.0 * idle * quotient
    exponential = (2.0 + utilization) / (2.0 - utilization)
    stay_variance = np.square(cpu_ms / idle) * (constant + squared_variation * (exponential - constant))
    # The spread of a request's own time is counted with the time itself.
    shared_variance = np.maximum(stay_variance - squared_variation * np.square(cpu_ms), 0.0)

    others = np.subtract(turns_count, 1.0)
    with np.errstate(under="ignore"):
        in_line_share = np.power(utilization, others)
        in_line_spread_share = np.power(utilization, _SPREAD_EXPONENT * others)
    spread_ms = np.sqrt(shared_variance) + in_line_spread_share * (np.sqrt(in_line_variance) - np.sqrt(shared_variance))
    # Who takes turns is delayed by those who are there on arrival, and by those who come meanwhile.
    delayed = 1.0 - idle * np.exp(-utilization)
    shared_ms = cpu_ms * utilization / idle
    return CoreWait(
        probability_share=np.asarray(delayed + in_line_share * (utilization - delayed)),
        mean_ms=np.asarray(shared_ms + in_line_share * (in_line_ms - shared_ms)),
        variance=np.square(spread_ms),
    )


class _Stay(NamedTuple):
    """The parts of a response: the request's own time, and a wait that comes with a probability."""

    slot_utilization: Array
    core_utilization: Array
    wait_probability: Array
    mean_wait_ms: Array
    own_ms: Array
    own_variance: Array
    waiting_ms: Array
    waiting_variance: Array


def _stay(
    load_rps: ArrayLike,
    workers: ArrayLike,
    slots_per_worker_count: ArrayLike,
    core_count: ArrayLike,
    cpu_ms: ArrayLike,
    wait_ms: ArrayLike,
    variation_ratio: ArrayLike,
    turns_per_worker_count: ArrayLike,
) -> _Stay:
    """Waits under a load below saturation."""
    cpu_ms, wait_ms, load_rps = (np.asarray(value, dtype=float) for value in (cpu_ms, wait_ms, load_rps))
    cores = np.minimum(workers, core_count)
    slots_per_core = _slots_per_core(workers, slots_per_worker_count, cores)
    limited = np.isfinite(slots_per_core)
    slots = np.where(limited, slots_per_core, 1.0) * cores

    # The wait for a core. At saturation it is what the slots leave beside the waiting time; below, the part of the
    # utilization that others on the core can cause.
    utilization = load_rps * cpu_ms / (MS_PER_SECOND * cores)
    largest_rps = saturation_rps(workers, slots_per_worker_count, core_count, cpu_ms, wait_ms)
    at_core_ms = np.where(limited, MS_PER_SECOND * slots / largest_rps - wait_ms, np.inf)
    met_share = (1.0 - cpu_ms / at_core_ms) * MS_PER_SECOND * cores / (largest_rps * cpu_ms)
    met_utilization = utilization * np.clip(met_share, 0.0, 1.0)
    turns = np.minimum(slots_per_core, np.multiply(workers, turns_per_worker_count) / cores)
    at_core = core_wait(met_utilization, cpu_ms, variation_ratio, np.maximum(turns, 1.0))

    # The wait for a slot, which is held for the whole stay.
    stay_ms = cpu_ms + at_core.mean_ms + wait_ms
    own_variance = np.square(variation_ratio) * (np.square(cpu_ms) + np.square(wait_ms))
    stay_variation = np.sqrt(own_variance + at_core.variance) / stay_ms
    # Both approximations meet at saturation but for rounding.
    held = np.minimum(np.where(limited, load_rps * stay_ms / MS_PER_SECOND, 0.0), slots * (1.0 - 1e-9))
    slot_utilization = held / slots
    slot_wait_ms = mean_wait_ms(slots, held, stay_ms, stay_variation)
    slot_wait_probability = erlang_c(slots, held)

    # Both waits together, for those who wait at all.
    probability = 1.0 - (1.0 - slot_wait_probability) * (1.0 - at_core.probability_share)
    probability = np.where(probability < _LEAST_PROBABILITY, 0.0, probability)
    both_ms = at_core.mean_ms + slot_wait_ms
    both_variance = at_core.variance + _wait_variance(
        slot_wait_ms, slot_wait_probability, slot_utilization, stay_variation
    )
    waiting_ms = ratio_or_zero(both_ms, probability)
    waiting_variance = ratio_or_zero(both_variance + np.square(both_ms), probability) - np.square(waiting_ms)
    own_ms = cpu_ms + wait_ms
    return _Stay(
        slot_utilization=slot_utilization,
        core_utilization=utilization,
        wait_probability=probability,
        mean_wait_ms=both_ms,
        own_ms=own_ms,
        own_variance=np.maximum(own_variance, np.square(_LEAST_VARIATION_RATIO * own_ms)),
        waiting_ms=waiting_ms,
        waiting_variance=np.maximum(waiting_variance, 0.0),
    )


def _longest_likely_ms(
    load_rps: Array,
    workers: Array,
    slots_per_worker_count: Array,
    core_count: Array,
    cpu_ms: Array,
    wait_ms: Array,
    variation_ratio: Array,
    _turns_per_worker_count: Array,
) -> Array:
    """A response that 95 in 100 requests certainly stay below, by arithmetic alone: everybody waits."""
    cores = np.minimum(workers, core_count)
    slots = np.multiply(workers, slots_per_worker_count)
    with np.errstate(divide="ignore", invalid="ignore"):
        stay_ms = cpu_ms / (1.0 - load_rps * cpu_ms / (MS_PER_SECOND * cores)) + wait_ms
        free = slots - load_rps * stay_ms / MS_PER_SECOND
        slot_wait_ms = np.where(np.isfinite(slots), stay_ms / free, 0.0)
        longest_ms = (stay_ms + slot_wait_ms) * (1.0 + SPREAD * np.maximum(variation_ratio, 1.0))
    # Where even this arithmetic says that slots or cores are full, it cannot tell.
    return np.where((free > 0) & (stay_ms > 0), longest_ms, np.inf)


def _slots_per_core(workers: ArrayLike, slots_per_worker_count: ArrayLike, cores: Array) -> Array:
    return np.multiply(workers, slots_per_worker_count) / cores


def _wait_variance(mean_ms: Array, probability: Array, utilization: ArrayLike, variation_ratio: ArrayLike) -> Array:
    """
    Variance of a wait that comes with a probability.

    Among those who wait, the squared variation is that of one server with the same utilization (the third moment in
    Takacs's recurrence, for gamma distributed service): 1 for exponential service, from 1/3 up for constant one.
    """
    variation, utilization = np.square(variation_ratio), np.asarray(utilization, dtype=float)
    among_waiting = (
        2.0 * utilization - 1.0 + 4.0 / 3.0 * (1.0 - utilization) * (1.0 + 2.0 * variation) / (1.0 + variation)
    )
    rare = probability < _LEAST_PROBABILITY
    return np.where(
        rare, 0.0, np.square(mean_ms) * (ratio_or_zero(1.0 + among_waiting, np.where(rare, 0.0, probability)) - 1.0)
    )


def _later_share(x_ms: ArrayLike, stay: _Stay) -> Array:
    """Share of the requests that take longer than x."""
    with_wait_ms = stay.own_ms + stay.waiting_ms
    with_wait_variance = stay.own_variance + stay.waiting_variance
    alone = special.gammaincc(stay.own_ms**2 / stay.own_variance, x_ms * stay.own_ms / stay.own_variance)
    behind = special.gammaincc(with_wait_ms**2 / with_wait_variance, x_ms * with_wait_ms / with_wait_variance)
    return np.asarray((1.0 - stay.wait_probability) * alone + stay.wait_probability * behind)


def _quantile_ms(stay: _Stay) -> Array:
    """Response that all but `LATE_SHARE` of the requests stay below."""
    parts = _Stay(*np.broadcast_arrays(*stay))
    longest_ms = parts.own_ms + parts.waiting_ms + 30.0 * np.sqrt(parts.own_variance + parts.waiting_variance)
    return _bisected(lambda x_ms: LATE_SHARE - _later_share(x_ms, parts), np.zeros_like(longest_ms), longest_ms, 40)


def _bisected(function: Callable[[Array], Array], low: Array, high: Array, steps: int) -> Array:
    """Where a rising function crosses zero. SciPy has finer ways, whose import alone would take longer than a page."""
    for _ in range(steps):
        middle = (low + high) / 2.0
        above = function(middle) > 0
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return np.asarray((low + high) / 2.0)
