"""Sensitivity: which inputs the difference between two ways of serving depends on."""

import warnings
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import numpy as np

from tco.arrays import Array
from tco.draws import Prior, prior_of
from tco.inputs import InputError, shown
from tco.keys import label_of, one_at_a_time, with_values
from tco.scenarios import Scenario, evaluate

# Points of the design; a power of two, as Sobol sequences want it.
SOBOL_POINTS: Final = 512
CONFIDENCE: Final = 0.95


class Swing(NamedTuple):
    """The difference between two ways of serving with an input at its low and at its high end. [USD]"""

    key: str
    label: str
    low: float
    high: float
    at_low_usd: float
    at_high_usd: float


class Index(NamedTuple):
    """Sobol indices of an input with the half-widths of their confidence intervals. [1]"""

    label: str
    first: float
    first_error: float
    total: float
    total_error: float


def tornado(scenario: Scenario | Prior, first: str, second: str) -> tuple[Swing, ...]:
    """
    How far each input alone moves the difference between two ways of serving.

    Parameters
    ----------
    scenario : Scenario or Prior
        One scenario, or what is known of it.
    first, second : str
        Two of its ways of serving; the difference is what the second costs above the first.

    Returns
    -------
    swings : tuple of Swing
        One for each drawn input, from one end of its range to the other, the widest first; NaN at an end where one of
        the two cannot be served, and those last.

    Raises
    ------
    InputError
        If a way of serving is none of the scenario's.

    Examples
    --------
    >>> import tco
    >>> swings = tornado(tco.scenario("customer-api"), "fastapi-async", "flask-threads")
    >>> abs(swings[0].at_high_usd - swings[0].at_low_usd) >= abs(swings[-1].at_high_usd - swings[-1].at_low_usd)
    True
    """
    prior = prior_of(scenario)
    if not prior.drawn:
        return ()
    costs = evaluate(one_at_a_time(prior.scenario, {key: [r.low, r.high] for key, r in prior.drawn.items()}))
    at_ends = np.reshape(costs.of(second) - costs.of(first), (-1, 2))
    swings = [
        Swing(key, label_of(prior.scenario, key), r.low, r.high, *map(float, ends))
        for (key, r), ends in zip(prior.drawn.items(), at_ends, strict=True)
    ]
    return tuple(sorted(swings, key=lambda swing: -np.nan_to_num(abs(swing.at_high_usd - swing.at_low_usd))))


def sobol_indices(
    function: Callable[[Array], Array],
    groups: Mapping[str, int],
    n: int = SOBOL_POINTS,
    *,
    seed: int = 1,
    confidence: float = CONFIDENCE,
) -> tuple[Index, ...]:
    """
    Sobol indices of a function of numbers between 0 and 1, through SALib.

    Parameters
    ----------
    function : callable
        Takes points of shape (m, d) and gives m results.
    groups : mapping
        Label of each input, and how many of the d numbers, one after another, belong to it.
    n : int
        Points of the design, a power of two; the function is asked n (g + 2) times for g groups.
    seed : int
        Start of the random numbers.
    confidence : float
        Level of the intervals. [1]

    Returns
    -------
    indices : tuple of Index
        Share of the variance that an input makes alone, and with all others; in the order of the groups.

    Raises
    ------
    InputError
        If n is no power of two.

    References
    ----------
    A. Saltelli et al., "Variance based sensitivity analysis of model output", Computer Physics Communications 181,
    2010. J. Herman and W. Usher, "SALib", Journal of Open Source Software 2(9), 2017.

    Examples
    --------
    Of x + 2 y the second makes four fifths of the variance:

    >>> found = sobol_indices(lambda x: x[:, 0] + 2 * x[:, 1], {"x": 1, "y": 1}, 1024)
    >>> [round(index.first, 2) for index in found]
    [0.2, 0.8]
    """
    # Imported here: it loads pandas and Matplotlib, and nothing else needs them.
    from SALib.analyze import sobol as analysis  # noqa: PLC0415
    from SALib.sample import sobol as sampling  # noqa: PLC0415

    if n < 2 or n & (n - 1):
        raise InputError(f"points of a Sobol design must be a power of two; got {shown(n)}")
    owners = [label for label, width in groups.items() for _ in range(width)]
    problem: dict[str, Any] = {
        "num_vars": len(owners),
        "names": [f"x{i}" for i in range(len(owners))],
        "groups": owners,
        "bounds": [[0.0, 1.0]] * len(owners),
    }
    points = sampling.sample(problem, n, calc_second_order=False, seed=seed)
    # No end of the interval, where some quantiles have none.
    results = function(np.clip(points, 2.0**-31, 1.0 - 2.0**-31))
    if not np.isfinite(results).all():
        raise InputError(f"Sobol indices need a result everywhere; {int((~np.isfinite(results)).sum())} are missing")
    with warnings.catch_warnings():
        # Where nothing varies SALib divides by zero; the indices are then NaN, which says the same.
        warnings.simplefilter("ignore", RuntimeWarning)
        found = analysis.analyze(
            problem, results, calc_second_order=False, conf_level=confidence, num_resamples=100, seed=seed
        )
    columns = [np.asarray(found[column], dtype=float) for column in ("S1", "S1_conf", "ST", "ST_conf")]
    return tuple(Index(label, *map(float, numbers)) for label, *numbers in zip(groups, *columns, strict=True))


def what_matters(
    scenario: Scenario | Prior, first: str, second: str, n: int = SOBOL_POINTS, *, seed: int = 1
) -> tuple[Index, ...]:
    """
    Sobol indices of the ratio between the costs of two ways of serving.

    Of the ratio's logarithm, that is: a few huge clouds would make nearly all of the variance of a difference in USD.
    Where one of the two cannot be served they are taken as equal.

    Parameters
    ----------
    scenario : Scenario or Prior
        One scenario, or what is known of it.
    first, second : str
        Two of its ways of serving.
    n : int
        Points of the design, a power of two.
    seed : int
        Start of the random numbers.

    Returns
    -------
    indices : tuple of Index
        The largest total first. Inputs that hang together are one.

    Raises
    ------
    InputError
        If n is no power of two.
    """
    prior = prior_of(scenario)
    if not prior.drawn:
        return ()
    streams: list[str] = []
    widths: dict[str, int] = {}
    for group, keys in prior.groups.items():
        own = [*keys, *([group] if group in prior.streams and group not in keys else [])]
        streams += own
        widths[prior.group_label(keys)] = len(own)

    def log_ratio(points: Array) -> Array:
        costs = evaluate(with_values(prior.scenario, prior.values_at(dict(zip(streams, points.T, strict=True)))))
        return np.nan_to_num(np.log(costs.of(second) / costs.of(first)))

    found = sobol_indices(log_ratio, widths, n, seed=seed)
    return tuple(sorted(found, key=lambda index: -index.total))
