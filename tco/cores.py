"""Cores: how long requests are kept from a core by others, in line or by turns."""

from typing import Final, NamedTuple

import numpy as np

from tco.arrays import Array, ArrayLike
from tco.erlang import mean_wait_ms, wait_variance

# How the spread of the waits goes over from first come, first served to taking turns, where the mean goes over with 1:
# found with the simulation of `benchmarks/queueing.py`, since those who wait longest meet many others to share with.
_SPREAD_EXPONENT: Final = 0.5


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
    in_line_variance = wait_variance(in_line_ms, utilization, utilization, variation_ratio)

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
