"""
Information: what it would be worth to know an input before deciding.

Whoever must choose now takes what costs least on average. Whoever knew an input first could choose otherwise where that
pays; the mean of what this saves is the most that measuring the input can be worth.
"""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Final, NamedTuple

import numpy as np

from tco.arrays import Array, ratio_or_zero
from tco.draws import Prior, prior_of, probabilities_of_block
from tco.inputs import InputError
from tco.keys import row_of, with_values
from tco.scenarios import Scenario, evaluate
from tco.uncertainty import DRAWS, Uncertainty, how_sure, ranked_usd

# Values that the known inputs take in turn, and draws of all others that each of these values meets.
OUTER: Final = 16
INNER: Final = 128
# The same for a first look, which tells the many inputs that can change nothing from the few that may.
FIRST_OUTER: Final = 4
FIRST_INNER: Final = 16
# What is this many times as far from a change of mind as anything seen at the first look is worth nothing.
SAFETY: Final = 3.0
RESAMPLES: Final = 100
LEAST_DRAWS: Final = 100


class Worth(NamedTuple):
    """What knowing something is worth, with its standard error. [USD]"""

    usd: float
    error_usd: float


class InputWorth(NamedTuple):
    """What knowing an input, or inputs that hang together, is worth."""

    keys: tuple[str, ...]
    label: str
    worth: Worth


class Information(NamedTuple):
    """What knowing everything, each group of the tables, and each input alone is worth; the most valuable first."""

    everything: Worth
    groups: tuple[InputWorth, ...]
    inputs: tuple[InputWorth, ...]


def perfect_information(cost_usd: Array) -> Worth:
    r"""
    Expected value of perfect information: of knowing every input before choosing.

    Parameters
    ----------
    cost_usd : ndarray, shape (n, f)
        Costs of each choice in each draw; infinite where it cannot be had. Draws in which any cannot be had compare
        nothing, and nothing is saved in them. [USD]

    Returns
    -------
    worth : Worth
        Value and standard error.

    Notes
    -----
    .. math:: \min_j E[c_j] - E[\min_j c_j]

    References
    ----------
    H. Raiffa and R. Schlaifer, "Applied Statistical Decision Theory", Harvard 1961.

    Examples
    --------
    Either choice costs 10 on average; whoever knows the case pays 5:

    >>> perfect_information(np.array([[5.0, 15.0], [15.0, 5.0]])).usd
    5.0
    """
    saved_usd = _gains_usd(cost_usd, _now(cost_usd)).max(axis=1)
    return Worth(float(saved_usd.mean()), float(saved_usd.std(ddof=1) / np.sqrt(len(saved_usd))))


def partial_information(
    function: Callable[[Array], Array],
    cost_usd: Array,
    columns: Sequence[int],
    outer: Array,
    inner: Array,
    *,
    seed: int = 1,
) -> Worth:
    r"""
    Expected value of partial perfect information: of knowing some inputs before choosing.

    Parameters
    ----------
    function : callable
        Costs of shape (m, f) of points of shape (m, d), which are probabilities. [USD]
    cost_usd : ndarray, shape (n, f)
        As for `perfect_information`, in as many draws as there are: what each choice costs on average. [USD]
    columns : sequence of int
        Which of the d are known.
    outer : ndarray, shape (k, len(columns))
        Probabilities of the values that the known ones take in turn.
    inner : ndarray, shape (m, d)
        Draws of all others, which each of these values meets.
    seed : int
        Of the resampling that gives the error.

    Returns
    -------
    worth : Worth
        Value and standard error.

    Notes
    -----
    .. math:: \min_j E[c_j] - E_x[\min_j E[c_j \mid x]]

    Each value meets the same draws of all else, so that what they have in common drops out of the differences: a few
    hundred draws show what a value changes, also where costs have a long tail. Half of the draws make the choice and
    the other half says what it saves, in turn: the choice that looks best would otherwise look better than it is.

    References
    ----------
    A. Brennan et al., "Calculating Partial Expected Value of Perfect Information via Monte Carlo Sampling Algorithms",
    Medical Decision Making 27(4), 2007.

    Examples
    --------
    Of two normal inputs the second one decides, so the first is worth nothing:

    >>> from scipy.special import ndtri
    >>> def costs(points):
    ...     return np.stack([np.zeros(len(points)), ndtri(points[:, 1])], axis=1)
    >>> draws = (np.random.default_rng(1).permuted(np.tile(np.arange(512.0), (2, 1)), axis=1).T + 0.5) / 512
    >>> [round(partial_information(costs, costs(draws), [i], draws[:256, [i]], draws).usd, 1) for i in range(2)]
    [0.0, 0.4]
    """
    now = _now(cost_usd)
    gains_usd = _gains_usd(cost_usd, now)
    mean_usd = gains_usd.mean(axis=0)
    points = np.repeat(inner[None], len(outer), axis=0)
    points[:, :, list(columns)] = outer[:, None, :]
    met_usd = _gains_usd(function(points.reshape(-1, inner.shape[1])), now).reshape(len(outer), len(inner), -1)
    trust = _trust_share(met_usd)
    random = np.random.default_rng([int(seed), len(inner)])
    means_usd = random.multivariate_normal(
        mean_usd, np.cov(gains_usd.T) / len(gains_usd), size=RESAMPLES, check_valid="ignore"
    )
    m = len(inner)
    resampled = [_saved_usd(mean, met_usd[:, random.integers(0, m, size=m)], trust, now) for mean in means_usd]
    return Worth(max(0.0, _saved_usd(mean_usd, met_usd, trust, now)), float(np.std(resampled, ddof=1)))


def _trust_share(met_usd: Array) -> Array:
    """
    How far the few draws that every value met are to be moved to the mean of all draws, for each choice.

    What sets the two apart is chance in the draws, which all values share and which is put right, or chance in the
    values, which is not.
    """
    by_draw, by_value = (np.var(met_usd.mean(axis=axis), axis=0) / met_usd.shape[1 - axis] for axis in (0, 1))
    return ratio_or_zero(by_draw, by_draw + by_value)


def _now(cost_usd: Array) -> int:
    """The choice of whoever knows no more: the least mean cost of the draws in which all can be had."""
    return int(np.argmin(cost_usd[np.isfinite(cost_usd).all(axis=1)].mean(axis=0)))


def _gains_usd(cost_usd: Array, now: int) -> Array:
    """What each choice saves against today's; nothing where any cannot be had."""
    all_had = np.isfinite(cost_usd).all(axis=1, keepdims=True)
    known_usd = np.where(all_had, cost_usd, 0.0)
    return np.asarray(known_usd[:, [now]] - known_usd)


def _saved_usd(mean_usd: Array, met_usd: Array, trust_share: Array, now: int) -> float:
    """What choosing by the known value saves on average."""
    level_usd = trust_share * (mean_usd - met_usd.mean(axis=(0, 1)))
    halves = [met_usd[:, start::2].mean(axis=1) + level_usd for start in range(2)]
    saved = 0.0
    for chooses, pays in (halves, halves[::-1]):
        choice = np.argmax(chooses, axis=1)
        # Today's choice saves nothing against itself: its column is zero.
        saved += float(np.take_along_axis(pays, choice[:, None], axis=1).mean()) / 2
    return saved


def worth_knowing(scenario: Scenario | Prior | Uncertainty, n: int = DRAWS, *, seed: int = 1) -> Information:
    """
    What knowing each input would be worth to the choice of a framework.

    Parameters
    ----------
    scenario : Scenario, Prior or Uncertainty
        One scenario, what is known of it, or its draws if they are there already.
    n : int
        Number of draws, where there are none yet.
    seed : int
        Start of the random numbers, where there are none yet.

    Returns
    -------
    information : Information
        Inputs that hang together are known together.

    Raises
    ------
    InputError
        If all choices can be had in too few draws.

    Examples
    --------
    >>> import tco
    >>> found = worth_knowing(tco.scenario("customer-api"), 1024, seed=1)
    >>> found.everything.usd >= found.inputs[0].worth.usd >= 0
    True
    """
    found = scenario if isinstance(scenario, Uncertainty) else how_sure(prior_of(scenario), n, seed=seed)
    prior, cost_usd = found.prior, found.ranked_usd
    if np.count_nonzero(found.compared) < LEAST_DRAWS:
        raise InputError(
            f"all can be had in {np.count_nonzero(found.compared)} of {found.draws} draws; {LEAST_DRAWS} are needed"
        )
    if not prior.drawn:
        return Information(Worth(0.0, 0.0), (), ())
    streams = prior.streams

    def points(n: int, block: int) -> Array:
        # Blocks beyond those of the draws, so that the values that are known are not those that they are held against.
        return np.stack(list(probabilities_of_block(streams, block, n, seed=found.seed).values()), axis=1)

    def function(points: Array) -> Array:
        values = prior.values_at(dict(zip(streams, points.T, strict=True)))
        return ranked_usd(evaluate(with_values(prior.scenario, values)))

    columns = {keys: _columns(prior, group, keys) for group, keys in prior.groups.items()}
    # A group of the tables, as its inputs with what they share.
    by_group: dict[str, list[tuple[str, ...]]] = {}
    for keys in columns:
        by_group.setdefault(row_of(prior.scenario, keys[0]).group, []).append(keys)
    members = {tuple(chain(*keys)): keys for keys in by_group.values()}
    together = {keys: list(chain(*(columns[one] for one in some))) for keys, some in members.items()}
    first_look = points(FIRST_OUTER, _SPARE), points(FIRST_INNER, _SPARE + 1)
    promising = _promising(function, cost_usd, columns | together, *first_look)
    outer, inner = points(OUTER, _SPARE + 2), points(INNER, _SPARE + 3)

    everything = perfect_information(cost_usd)

    def worth_of(keys: tuple[str, ...], own: list[int]) -> Worth:
        if keys not in promising:
            return Worth(0.0, 0.0)
        usd, error_usd = partial_information(function, cost_usd, own, outer[:, own], inner, seed=found.seed)
        # No part is worth more than the whole, whatever chance says.
        return Worth(min(usd, everything.usd), error_usd)

    groups = [
        InputWorth(keys, group, worth_of(keys, own))
        for group, (keys, own) in zip(by_group, together.items(), strict=True)
    ]
    inputs = [InputWorth(keys, prior.group_label(keys), worth_of(keys, own)) for keys, own in columns.items()]
    ranked = (tuple(sorted(some, key=lambda one: -one.worth.usd)) for some in (groups, inputs))
    return Information(everything, *ranked)


# Numbers of blocks that no draw gets to.
_SPARE: Final = 2**30


def _columns(prior: Prior, group: str, keys: tuple[str, ...]) -> list[int]:
    """The streams behind a group: those of its inputs, and what they share."""
    return [prior.streams.index(stream) for stream in dict.fromkeys((*keys, group)) if stream in prior.streams]


def _promising(
    function: Callable[[Array], Array],
    cost_usd: Array,
    columns: dict[tuple[str, ...], list[int]],
    outer: Array,
    inner: Array,
) -> set[tuple[str, ...]]:
    """Groups whose values come near a change of mind, by a first look at all of them in one evaluation."""
    now = _now(cost_usd)
    mean_usd = _gains_usd(cost_usd, now).mean(axis=0)
    points = np.tile(inner, (len(columns), len(outer), 1, 1))
    for i, own in enumerate(columns.values()):
        points[i][:, :, own] = outer[:, None, own]
    gains_usd = _gains_usd(function(points.reshape(-1, inner.shape[1])), now)
    gains_usd = gains_usd.reshape(len(columns), len(outer), len(inner), -1).mean(axis=2)
    gains_usd -= gains_usd.mean(axis=1, keepdims=True)
    reach = mean_usd + SAFETY * gains_usd.max(axis=1)
    reach[:, now] = -np.inf
    return {keys for keys, near in zip(columns, (reach > 0).any(axis=1), strict=True) if near}
