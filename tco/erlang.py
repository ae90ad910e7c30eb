"""Erlang: queues with many servers, and how steadier or wilder times than exponential ones change them."""

from typing import Final

import numpy as np
from scipy import special

from tco.arrays import Array, ArrayLike, ratio_or_zero

# A wait that comes less often than this changes nothing, and dividing by its chance overflows.
LEAST_PROBABILITY: Final = 1e-12
# Logarithm of a term that is lost beside 1, and so are a hundred thousand like it.
_LOST: Final = -50.0


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
    function vanishes, three terms of its continued fraction give the share let in to a trillionth or two of itself.

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
    log_term = servers * np.log(load) - load - special.gammaln(servers + 1.0)
    # Where the Poisson term of all servers is lost beside 1, so are those beyond it: the tail is 1, as without load.
    no_tail = (log_term < _LOST) & (load < servers)
    tail = special.gammaincc(servers + 1.0, np.where(no_tail, 0.0, load))
    far_above = tail < 1e-280
    with np.errstate(over="ignore"):
        blocked_share = np.exp(log_term) / np.where(far_above, 1.0, tail)
    if far_above.any():
        beyond = np.maximum(load - servers, 1.0)
        fraction = beyond + 2.0 + 2.0 * (servers - 1.0) / (beyond + 4.0 + 3.0 * (servers - 2.0) / (beyond + 6.0))
        blocked_share = np.where(far_above, 1.0 - servers * (1.0 - 1.0 / fraction) / load, blocked_share)
    return np.where(trivial, 0.0, blocked_share)


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
    The wait of exponential times, corrected by `steadiness_ratio`.

    Examples
    --------
    >>> float(mean_wait_ms(16, 12.5, 50, 1).round(4)), float(mean_wait_ms(1, 0.5, 10, 0).round(9))
    (3.7729, 5.0)
    """
    servers, load = np.asarray(servers_count, dtype=float), np.asarray(offered_load, dtype=float)
    spare = np.maximum(servers - load, 0.0)
    with np.errstate(divide="ignore"):
        exponential_ms = np.where(
            spare > 0, erlang_c(servers, load) * service_ms / np.where(spare > 0, spare, 1.0), np.inf
        )
    return np.asarray(exponential_ms * steadiness_ratio(servers, load / servers, variation_ratio))


def steadiness_ratio(servers_count: ArrayLike, utilization_share: ArrayLike, variation_ratio: ArrayLike) -> Array:
    r"""
    Mean wait for one of many servers over that of exponential times.

    Parameters
    ----------
    servers_count : array_like
        Servers. [1]
    utilization_share : array_like
        Share of them that is busy. [1]
    variation_ratio : array_like
        Standard deviation of the service time over its mean: 0 constant, 1 exponential. [1]

    Returns
    -------
    steadiness_ratio : array_like
        1 for exponential times, less for steadier ones. [1]

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
    >>> float(steadiness_ratio(1, 0.7, 0)), float(steadiness_ratio(16, 0.7, 1))
    (0.5, 1.0)
    """
    servers, utilization = np.asarray(servers_count, dtype=float), np.asarray(utilization_share, dtype=float)
    pooling = (servers - 1.0) * (np.sqrt(4.0 + 5.0 * servers) - 2.0) / (16.0 * servers)
    constant = 0.5 * (1.0 + (1.0 - utilization) * ratio_or_zero(pooling, utilization))
    weight = np.square(variation_ratio)
    # The correction leaves its range where hardly anybody waits.
    return np.asarray(weight + (1.0 - weight) * np.minimum(constant, 1.0))


def wait_variance(
    mean_wait_ms: ArrayLike, wait_probability_share: ArrayLike, utilization_share: ArrayLike, variation_ratio: ArrayLike
) -> Array:
    """
    Variance of a wait that comes with a probability.

    Parameters
    ----------
    mean_wait_ms : array_like
        Mean over all requests, those included that do not wait. [ms]
    wait_probability_share : array_like
        Chance to wait. [1]
    utilization_share : array_like
        Share of the servers that is busy. [1]
    variation_ratio : array_like
        Standard deviation of the service time over its mean. [1]

    Returns
    -------
    variance : array_like
        Variance over all requests; it has the square of the unit of the mean.

    Notes
    -----
    Among those who wait, the squared variation is taken to be that of one server with the same utilization (the third
    moment in Takacs's recurrence, for gamma distributed service): 1 for exponential service, from 1/3 up for constant.

    Examples
    --------
    One exponential server at half load: waits are 0 or exponential with a mean of 20 ms, at even odds.

    >>> float(wait_variance(10.0, 0.5, 0.5, 1.0))
    300.0
    """
    mean_ms, probability = np.asarray(mean_wait_ms, dtype=float), np.asarray(wait_probability_share, dtype=float)
    variation, utilization = np.square(variation_ratio), np.asarray(utilization_share, dtype=float)
    among_waiting = (
        2.0 * utilization - 1.0 + 4.0 / 3.0 * (1.0 - utilization) * (1.0 + 2.0 * variation) / (1.0 + variation)
    )
    rare = probability < LEAST_PROBABILITY
    return np.where(
        rare, 0.0, np.square(mean_ms) * (ratio_or_zero(1.0 + among_waiting, np.where(rare, 0.0, probability)) - 1.0)
    )
