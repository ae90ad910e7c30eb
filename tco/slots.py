"""Slots: how many requests of a server are in progress, and how often the next one has to wait for a slot."""

from typing import Final, NamedTuple

import numpy as np
from scipy import special

from tco.arrays import Array, ArrayLike, ratio_or_zero
from tco.erlang import erlang_b

_ALMOST_ONE: Final = 1.0 - 1e-9


class InProgress(NamedTuple):
    """Requests that hold the slots of a core, and those that wait for one."""

    # Chance that all slots are held when a request comes. [1]
    wait_probability_share: Array
    # Mean number at the core, computing or in line for it. [1]
    at_core_count: Array


def in_progress(
    slots_count: ArrayLike, core_utilization_share: ArrayLike, wait_ratio: ArrayLike, load_share: ArrayLike
) -> InProgress:
    r"""
    State of a core whose requests compute, wait for others and compute again, each in a slot.

    Parameters
    ----------
    slots_count : array_like
        Requests that the core can have in progress, at least one, not necessarily whole, or infinite. [1]
    core_utilization_share : array_like
        Load times CPU time, below 1. [1]
    wait_ratio : array_like
        Waiting time of a request over its CPU time. [1]
    load_share : array_like
        Load over saturation, below 1. [1]

    Returns
    -------
    state : InProgress
        Chance to wait for a slot, and mean number at the core. [1]

    Notes
    -----
    With exponential times and slots without end, the requests that wait are a Poisson number with mean
    \(a = \rho t / c\), those at the core a geometric number with ratio rho, and both together are j with probability

    .. math:: P_j = (1 - \rho) h_j, \quad h_j = \sum_{m \le j} e^{-a} \frac{a^m}{m!} \rho^{j - m}

    With s slots these probabilities hold up to s, but for their sum; beyond, each further request in line is less
    likely by the load share, since the slots work off what they work off at saturation (a product-form network as one
    server whose speed depends on the number in progress).

    References
    ----------
    K. M. Chandy, U. Herzog, L. Woo, "Parametric Analysis of Queuing Networks", IBM Journal of Research and Development
    19(1), 1975.

    Examples
    --------
    One slot and no waiting is the queue M/M/1: who comes waits as often as the core is busy, and meets nobody at it.

    >>> state = in_progress(1, 0.5, 0, 0.5)
    >>> float(state.wait_probability_share), float(state.at_core_count)
    (0.5, 0.5)

    Slots without end leave the geometric number: 0.5 / (1 - 0.5) = 1.

    >>> float(in_progress(np.inf, 0.5, 10, 0.5).at_core_count)
    1.0
    """
    slots, utilization, ratio, share = (
        np.asarray(value, dtype=float) for value in (slots_count, core_utilization_share, wait_ratio, load_share)
    )
    limited = np.isfinite(slots) & (utilization > 0)
    # At saturation itself sums have no end; just below it they are as large as anyone needs.
    slots, ratio = np.where(limited, slots, 1.0), np.where(limited, ratio, 0.0)
    utilization = np.where(limited, np.minimum(utilization, _ALMOST_ONE), 0.5)
    share = np.where(limited, np.minimum(share, _ALMOST_ONE), 0.5)
    others = slots - 1.0
    mean_waiting = utilization * ratio
    waits = mean_waiting > 0

    # Sums over all states with fewer requests than slots: their probability, and the mean numbers that wait and that
    # are at the core in them.
    poisson = np.where(waits, np.exp(_log_poisson(others, mean_waiting)), np.where(others > 0, 0.0, 1.0))
    poisson_sum = np.where(waits, special.gammaincc(slots, np.where(waits, mean_waiting, 1.0)), 1.0)
    weight = _open_weight(others, utilization, ratio)
    beyond = weight - poisson
    below = poisson_sum - utilization * weight
    waiting_mean = mean_waiting * (poisson_sum - weight)
    core_mean = utilization / (1.0 - utilization) * (poisson_sum - weight) - utilization * (
        others * weight - ratio * beyond
    )

    full_or_more = (1.0 - utilization) * _open_weight(slots, utilization, ratio) / (1.0 - share)
    total = below + full_or_more
    mean_in_slots = (waiting_mean + core_mean + slots * full_or_more) / total
    return InProgress(
        wait_probability_share=np.where(limited, np.clip(full_or_more / total, 0.0, 1.0), 0.0),
        at_core_count=np.where(
            limited,
            np.maximum(mean_in_slots - mean_waiting, utilization),
            ratio_or_zero(core_utilization_share, np.subtract(1.0, core_utilization_share)),
        ),
    )


def _log_poisson(count: Array, mean: Array) -> Array:
    """Logarithm of the probability of a number, by the gamma function also between whole ones."""
    mean = np.where(mean > 0, mean, 1.0)
    return np.asarray(count * np.log(mean) - mean - special.gammaln(count + 1.0))


def _open_weight(count: Array, utilization: Array, ratio: Array) -> Array:
    """The h of `in_progress`, in logarithms, so that thousands of slots overflow nothing."""
    mean_waiting = utilization * ratio
    tail = special.gammaincc(count + 1.0, ratio)
    far = tail <= 1e-280
    logarithm = np.asarray(count * np.log(utilization) + ratio - mean_waiting + np.log(np.where(far, 1.0, tail)))
    if far.any():
        # Where the incomplete gamma function vanishes, Erlang's loss stands for it.
        few_slots, waiting, load = (np.broadcast_to(values, far.shape)[far] for values in (count, mean_waiting, ratio))
        logarithm[far] = _log_poisson(few_slots, waiting) - np.log(erlang_b(few_slots, load))
    # It is a probability over 1 - rho; where rounding says more, nobody is there to see.
    return np.asarray(np.exp(np.minimum(logarithm, -np.log1p(-utilization))))
