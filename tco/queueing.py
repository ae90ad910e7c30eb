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
import numpy.typing as npt
from scipy import special

from tco.arrays import Array, ArrayLike, ratio_or_zero
from tco.cores import core_wait
from tco.erlang import LEAST_PROBABILITY, erlang_b, steadiness_ratio, wait_variance
from tco.slots import in_progress
from tco.units import MS_PER_SECOND

# The objective is about the 95th percentile.
LATE_SHARE: Final = 0.05

# The 95th percentile of a gamma distribution lies at most this many standard deviations above its mean, and a wait that
# comes varies at most this much: of processor sharing near saturation, more than of any line.
_MOST_DEVIATIONS: Final = 2.1
_MOST_WAIT_VARIATION: Final = np.sqrt(3.0)

# The load that just meets the objective is found to a thousandth of the late share; shares below the least one are far
# from it, and have no logarithm at 0. Most searches take 5 steps.
_NEARLY_ZERO: Final = 1e-3
_LEAST_LATE_SHARE: Final = 1e-4
_MOST_STEPS: Final = 50

# Steadier times than this are as good as constant, and a gamma distribution needs some spread.
_LEAST_VARIATION_RATIO: Final = 0.01


class Response(NamedTuple):
    """What requests meet at one server."""

    slot_utilization_share: Array
    core_utilization_share: Array
    wait_probability_share: Array
    queue_count: Array
    mean_ms: Array
    p95_ms: Array


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
        largest_rps,
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
    where: npt.ArrayLike = np.True_,
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
    where : array_like of bool
        Which servers are asked about; the others come back as NaN.

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
    quantities = (
        objective_ms,
        workers,
        slots_per_worker_count,
        core_count,
        cpu_ms,
        wait_ms,
        variation_ratio,
        turns_per_worker_count,
        most_utilization_share,
    )
    columns = np.broadcast_arrays(*(np.asarray(value, dtype=float) for value in quantities), where)
    found_rps = np.full(columns[0].shape, np.nan)
    # A server without workers, or whose lone requests are late already, needs no queue to be worked out.
    able = np.asarray(np.greater(columns[1], 0) & columns[-1])
    able[able] = on_time_alone(*(columns[i][able] for i in (0, 4, 5, 6)))
    found_rps[able] = load_of_able_rps(*(column[able] for column in columns[:-1]))
    return found_rps


def load_of_able_rps(*quantities: ArrayLike, search: bool = True) -> Array:
    """
    Largest load within the objective, for servers that have a worker and answer a lone request in time.

    Parameters
    ----------
    quantities : array_like
        Those of `load_within_objective_rps`, in its order, but for `where`; numbers, or arrays of shape (n,).
    search : bool
        Whether to search for the load where it is the objective that limits it; without, these come back as NaN.

    Returns
    -------
    load_rps : ndarray, shape (n,)
        Largest load. [req/s]

    Examples
    --------
    >>> queue = [1, 1, 1, 10, 0, 1, 1, 0.9]
    >>> load_of_able_rps([60.0, 600.0], *queue).round(0).tolist()
    [50.0, 90.0]
    >>> load_of_able_rps([60.0, 600.0], *queue, search=False).round(0).tolist()
    [nan, 90.0]
    """
    columns = np.broadcast_arrays(*(np.asarray(value, dtype=float) for value in quantities))
    objective, *server, most_share = columns
    saturated_rps = saturation_rps(*server[:5])
    load_rps = np.asarray(most_share * saturated_rps)
    # Most servers are far from their objective: a bound without special functions spares them the rest.
    doubtful = ~(_longest_likely_ms(load_rps, saturated_rps, *server) <= objective)
    if doubtful.any():
        load_rps[doubtful] = _solved_load_rps(
            *(column[doubtful] for column in (load_rps, objective, saturated_rps, *server)), search=search
        )
    return load_rps


def on_time_alone(
    objective_ms: ArrayLike, cpu_ms: ArrayLike, wait_ms: ArrayLike, variation_ratio: ArrayLike
) -> npt.NDArray[np.bool_]:
    """
    Whether more than 95 in 100 requests meet the objective when nobody else is there.

    Parameters
    ----------
    objective_ms : array_like
        Latency objective for the 95th percentile. [ms]
    cpu_ms, wait_ms, variation_ratio : array_like
        As for `response`.

    Returns
    -------
    on_time_alone : ndarray of bool
        Where not, no server carries any load within the objective.

    Examples
    --------
    Of exponential times with a mean of 10 ms 95 in 100 are below 30 ms:

    >>> on_time_alone([31.0, 29.0], 10, 0, 1).tolist()
    [True, False]
    """
    quantities = (np.asarray(value, dtype=float) for value in (objective_ms, cpu_ms, wait_ms, variation_ratio))
    objective_ms, cpu_ms, wait_ms, variation_ratio = np.broadcast_arrays(*quantities)
    most_ms = cpu_ms + wait_ms + _MOST_DEVIATIONS * np.sqrt(_own_variance(cpu_ms, wait_ms, variation_ratio))
    on_time = np.asarray(most_ms < objective_ms)
    doubtful = ~on_time
    if doubtful.any():
        on_time[doubtful] = (
            _later_alone_share(*(column[doubtful] for column in (objective_ms, cpu_ms, wait_ms, variation_ratio)))
            < LATE_SHARE
        )
    return on_time


def _solved_load_rps(most_rps: Array, objective_ms: Array, *server: Array, search: bool) -> Array:
    """The load at which the objective is just met, for servers of which it is in doubt, and that meet it alone."""

    def too_late(load_rps: Array, objective_ms: Array, *server: Array) -> Array:
        return _too_late(_later_share(objective_ms, _stay(load_rps, *server)))

    at_most = too_late(most_rps, objective_ms, *server)
    found = most_rps.copy()
    crossing = at_most > 0
    if not search:
        found[crossing] = np.nan
    elif crossing.any():
        high, at_high, objective_ms, *server = (  # type: ignore[assignment]
            column[crossing] for column in (most_rps, at_most, objective_ms, *server)
        )
        at_zero = _too_late(_later_alone_share(objective_ms, *server[-4:-1]))
        found[crossing] = _crossing(too_late, high, at_zero, at_high, objective_ms, *server)
    return found


def _too_late(later_share: Array) -> Array:
    """Logarithm of the share of late requests over that allowed: almost a straight line in the load."""
    return np.asarray(np.log(np.maximum(later_share, _LEAST_LATE_SHARE) / LATE_SHARE))


def _crossing(function: Callable[..., Array], high: Array, at_zero: Array, at_high: Array, *arguments: Array) -> Array:
    """
    Where a function that rises from below zero at 0 to above zero at `high` crosses it (regula falsi).

    Four or five steps do for nearly all; each row stops by itself, so that none depends on the others. SciPy has other
    ways, whose import alone would take longer than a page.

    References
    ----------
    N. Anderson, A. Bjorck, "A New High Order Method of Regula Falsi Type for Computing a Root of an Equation", BIT 13,
    1973.
    """
    found = np.zeros_like(high)
    rows = np.arange(len(high))
    low, at_low = np.zeros_like(high), at_zero
    for _ in range(_MOST_STEPS):
        middle = (low * at_high - high * at_low) / (at_high - at_low)
        value = function(middle, *arguments)
        found[rows] = middle
        above = value > 0
        # The end that stays counts less, so that both ends close in.
        left_share = 1.0 - value / np.where(above, at_high, at_low)
        left_share = np.where(left_share > 0, left_share, 0.5)
        low, high = np.where(above, low, middle), np.where(above, middle, high)
        at_low, at_high = np.where(above, at_low * left_share, value), np.where(above, value, at_high * left_share)
        left = np.abs(value) > _NEARLY_ZERO
        if not left.any():
            break
        rows, low, high, at_low, at_high, *arguments = (  # type: ignore[assignment]
            column[left] for column in (rows, low, high, at_low, at_high, *arguments)
        )
    return found


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
    largest_rps: Array,
    workers: ArrayLike,
    slots_per_worker_count: ArrayLike,
    core_count: ArrayLike,
    cpu_ms: ArrayLike,
    wait_ms: ArrayLike,
    variation_ratio: ArrayLike,
    turns_per_worker_count: ArrayLike,
) -> _Stay:
    """Waits under a load below the largest one, which is saturation."""
    cpu_ms, wait_ms, load_rps = (np.asarray(value, dtype=float) for value in (cpu_ms, wait_ms, load_rps))
    cores = np.minimum(workers, core_count)
    slots_per_core = _slots_per_core(workers, slots_per_worker_count, cores)
    turns = np.multiply(workers, turns_per_worker_count) / cores
    utilization = load_rps * cpu_ms / (MS_PER_SECOND * cores)
    load_share = load_rps / largest_rps
    wait_ratio = wait_ms / cpu_ms

    # The delay at a core: of so many that a request can meet there, as if they were all that ever come. Where all that
    # hold a slot take turns, nobody stands in line.
    at_core_count = in_progress(slots_per_core, utilization, wait_ratio, load_share).at_core_count
    met_utilization = np.maximum(
        1.0 - np.where(utilization > 0, utilization / np.where(utilization > 0, at_core_count, 1.0), 1.0), 0.0
    )
    at_core = core_wait(met_utilization, cpu_ms, variation_ratio, np.where(turns < slots_per_core, turns, np.inf))

    # The wait for a slot: all cores work off what stands in line for them together.
    slot_wait_probability = in_progress(slots_per_core * cores, utilization, wait_ratio * cores, load_share)[0]
    own_ms = cpu_ms + wait_ms
    own_variance = _own_variance(cpu_ms, wait_ms, variation_ratio)
    own_variation = np.sqrt(own_variance) / own_ms
    working_count = np.maximum(largest_rps * own_ms / MS_PER_SECOND, 1.0)
    slot_wait_ms = (
        slot_wait_probability
        * MS_PER_SECOND
        / (largest_rps * np.maximum(1.0 - load_share, 1e-9))
        * steadiness_ratio(working_count, load_share, own_variation)
    )

    # Both waits together, for those who wait at all.
    probability = 1.0 - (1.0 - slot_wait_probability) * (1.0 - at_core.probability_share)
    probability = np.where(probability < LEAST_PROBABILITY, 0.0, probability)
    both_ms = at_core.mean_ms + slot_wait_ms
    both_variance = at_core.variance + wait_variance(slot_wait_ms, slot_wait_probability, load_share, own_variation)
    waiting_ms = ratio_or_zero(both_ms, probability)
    waiting_variance = ratio_or_zero(both_variance + np.square(both_ms), probability) - np.square(waiting_ms)
    held_count = load_rps * (own_ms + at_core.mean_ms) / MS_PER_SECOND
    return _Stay(
        slot_utilization=np.minimum(held_count / (slots_per_core * cores), 1.0),
        core_utilization=utilization,
        wait_probability=probability,
        mean_wait_ms=both_ms,
        own_ms=own_ms,
        own_variance=own_variance,
        waiting_ms=waiting_ms,
        waiting_variance=np.maximum(waiting_variance, 0.0),
    )


def _longest_likely_ms(
    load_rps: Array,
    largest_rps: Array,
    workers: Array,
    _slots_per_worker_count: Array,
    core_count: Array,
    cpu_ms: Array,
    wait_ms: Array,
    variation_ratio: Array,
    _turns_per_worker_count: Array,
) -> Array:
    """A response that 95 in 100 requests certainly stay below, by arithmetic alone: all wait for a core and a slot."""
    cores = np.minimum(workers, core_count)
    wild = np.maximum(np.square(variation_ratio), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        at_core_ms = cpu_ms / np.maximum(1.0 - load_rps * cpu_ms / (MS_PER_SECOND * cores), 0.0)
        for_slot_ms = MS_PER_SECOND / np.maximum(largest_rps - load_rps, 0.0)
        waiting_ms = wild * (at_core_ms + for_slot_ms)
        own_variance = _own_variance(cpu_ms, wait_ms, variation_ratio)
        deviation_ms = np.sqrt(own_variance + np.square(_MOST_WAIT_VARIATION * waiting_ms))
        return np.asarray(cpu_ms + wait_ms + waiting_ms + _MOST_DEVIATIONS * deviation_ms)


def _own_variance(cpu_ms: Array, wait_ms: Array, variation_ratio: ArrayLike) -> Array:
    spread = np.square(variation_ratio) * (np.square(cpu_ms) + np.square(wait_ms))
    return np.asarray(np.maximum(spread, np.square(_LEAST_VARIATION_RATIO * (cpu_ms + wait_ms))))


def _slots_per_core(workers: ArrayLike, slots_per_worker_count: ArrayLike, cores: Array) -> Array:
    return np.multiply(workers, slots_per_worker_count) / cores


def _later_alone_share(x_ms: ArrayLike, cpu_ms: Array, wait_ms: Array, variation_ratio: ArrayLike) -> Array:
    """Share of the requests that take longer than x where nobody else is there."""
    own_ms, own_variance = cpu_ms + wait_ms, _own_variance(cpu_ms, wait_ms, variation_ratio)
    return np.asarray(special.gammaincc(own_ms**2 / own_variance, x_ms * own_ms / own_variance))


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
    return _bisected(lambda x_ms: LATE_SHARE - _later_share(x_ms, parts), longest_ms)


def _bisected(function: Callable[[Array], Array], high: Array) -> Array:
    """Where a rising function crosses zero between 0 and `high`, to a trillionth of that."""
    low = np.zeros_like(high)
    for _ in range(40):
        middle = (low + high) / 2.0
        above = function(middle) > 0
        low, high = np.where(above, low, middle), np.where(above, middle, high)
    return np.asarray((low + high) / 2.0)
