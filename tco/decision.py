"""Decision: which framework costs least, by how much, what the difference is made of, and what would flip it."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal

import numpy as np

from tco.arrays import Array, ArrayLike
from tco.inputs import InputError
from tco.keys import with_values
from tco.model import COMPONENTS, Costs
from tco.reasons import NOT_SERVED
from tco.scenarios import Scenario, evaluate
from tco.wording import COMPONENT_LABELS, duration, enumerated, money, share

# Points of a sweep that looks for break-evens, and of each closer look at a bracket.
SWEEP_POINTS: Final = 60
BRACKET_POINTS: Final = 33

CLOUD: Final = ("servers", "network")


@dataclass(frozen=True)
class Verdict:
    """The answer in words, with the names and the amount that it rests on."""

    kind: Literal["cheaper", "no material difference", "nothing to compare", "no answer"]
    best: str
    runner_up: str
    saving_usd: float
    sentence: str

    @property
    def pair(self) -> tuple[str, str] | None:
        """The cheapest way of serving and the next one, if there are two to compare."""
        return (self.best, self.runner_up) if self.runner_up else None


def costs_along(scenario: Scenario, key: str, values: ArrayLike) -> Costs:
    """
    Costs along a range of one input.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    key : str
        The input to move: its name, or `name.place` for one of a framework or a way of serving.
    values : array_like, shape (n,)
        Its values, in the unit of its name.

    Returns
    -------
    costs : Costs
        Arrays of shape (n, f).

    Examples
    --------
    >>> from tco import scenario
    >>> costs_along(scenario("customer-api"), "peak_users", [100, 1_000, 10_000]).total_usd.shape
    (3, 3)
    """
    return evaluate(with_values(scenario, {key: np.asarray(values, dtype=float)}))


def crossings(x: Array, difference: Array) -> list[tuple[float, float]]:
    """
    Intervals in which a difference changes its sign.

    Parameters
    ----------
    x : ndarray, shape (n,)
        Where it was computed, in any unit, ascending.
    difference : ndarray, shape (n,)
        The difference, in any unit.

    Returns
    -------
    brackets : list of (float, float)
        Neighbouring points with different signs; a point where the difference vanishes counts with the one before.

    Examples
    --------
    >>> crossings(np.array([1.0, 2.0, 3.0, 4.0]), np.array([5.0, -1.0, -2.0, 3.0]))
    [(1.0, 2.0), (3.0, 4.0)]
    >>> crossings(np.array([1.0, 2.0]), np.array([0.0, 0.0]))
    []
    """
    sign = np.sign(difference)
    # A stretch of exact equality is no crossing: only points with a sign are compared with one another.
    points = np.flatnonzero(np.abs(sign) > 0)
    turns = [(i, j) for i, j in pairwise(points) if sign[i] != sign[j]]
    return [(float(x[i]), float(x[j])) for i, j in turns]


def break_even(scenario: Scenario, name: str, first: str, second: str, low: float, high: float) -> tuple[float, ...]:
    """
    Values of an input at which two ways of serving cost the same.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    name : str
        The input to move, as for `costs_along`.
    first, second : str
        Two of the scenario's ways of serving.
    low, high : float
        Range to search, in the unit of the input's name.

    Returns
    -------
    values : tuple of float
        All crossings found, ascending; empty where there is none. Costs jump where a server is added, so a crossing is
        a place where the sign changes, and the two costs need not be equal there.

    Examples
    --------
    >>> from tco import scenario
    >>> values = break_even(scenario("customer-api"), "html_share", "flask-threads", "fastapi-async", 0, 1)
    >>> all(0 <= value <= 1 for value in values)
    True
    """
    grid = sweep_values(low, high)
    return break_even_from(scenario, name, first, second, grid, costs_along(scenario, name, grid))


def break_even_from(
    scenario: Scenario, name: str, first: str, second: str, x: Array, costs: Costs
) -> tuple[float, ...]:
    """
    As `break_even`, from a sweep that has been made already.

    Parameters
    ----------
    scenario : Scenario
        The scenario that was swept.
    name : str
        The input that was moved.
    first, second : str
        Two of the scenario's ways of serving.
    x : ndarray, shape (n,)
        Values of the input, in the unit of its name.
    costs : Costs
        What they cost.

    Returns
    -------
    values : tuple of float
        All crossings found, ascending.
    """
    return break_even_from_gaps(scenario, name, first, second, x, _difference(costs, first, second))


def break_even_from_gaps(
    scenario: Scenario, name: str, first: str, second: str, x: Array, gap_usd: Array
) -> tuple[float, ...]:
    """
    As `break_even`, from differences that have been worked out already.

    Parameters
    ----------
    scenario : Scenario
        The scenario that was swept.
    name : str
        The input that was moved, as for `costs_along`.
    first, second : str
        Two of the scenario's ways of serving.
    x : ndarray, shape (n,)
        Values of the input, in the unit of its name.
    gap_usd : ndarray, shape (n,)
        What the first costs above the second. [USD]

    Returns
    -------
    values : tuple of float
        All crossings found, ascending.
    """
    return _refined(scenario, name, first, second, crossings(x, gap_usd))


def sweep_values(low: float, high: float, points: int = SWEEP_POINTS) -> Array:
    """
    Points over a range: evenly spaced, or in even ratios where it spans a factor of a hundred or more.

    Parameters
    ----------
    low, high : float
        The range, in any unit.
    points : int
        How many.

    Returns
    -------
    values : ndarray, shape (points,)
        The points, both ends included.

    Examples
    --------
    >>> sweep_values(1, 10_000, 5).round(9).tolist()
    [1.0, 10.0, 100.0, 1000.0, 10000.0]
    """
    return np.geomspace(low, high, points) if is_wide(low, high) else np.linspace(low, high, points)


def is_wide(low: float, high: float) -> bool:
    """
    Whether a range calls for a logarithmic scale.

    Parameters
    ----------
    low, high : float
        The range, in any unit.

    Returns
    -------
    wide : bool
        True where it spans a factor of a hundred or more above zero.

    Examples
    --------
    >>> is_wide(1, 100), is_wide(0, 100), is_wide(1, 99)
    (True, False, False)
    """
    return low > 0 and high >= 100 * low


def _difference(costs: Costs, first: str, second: str) -> Array:
    return costs.of(first) - costs.of(second)


def _refined(
    scenario: Scenario, name: str, first: str, second: str, brackets: list[tuple[float, float]]
) -> tuple[float, ...]:
    values = []
    for bracket in brackets:
        low, high = bracket
        for _ in range(2):
            grid = np.linspace(low, high, BRACKET_POINTS)
            inner = crossings(grid, _difference(costs_along(scenario, name, grid), first, second))
            low, high = inner[0] if inner else (low, high)
        values.append((low + high) / 2)
    return tuple(values)


def verdict(scenario: Scenario, costs: Costs | None = None) -> Verdict:
    """
    The answer in one sentence.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    costs : Costs, optional
        Its costs, if they are known already.

    Returns
    -------
    verdict : Verdict
        The cheapest framework, the next one, and the difference with what it is made of; or that the difference is
        not material, that is, below `materiality_share` of the cheapest total. What cannot be served, or would not
        launch within the horizon, is named and not ranked.

    Raises
    ------
    InputError
        If the costs are those of many scenarios.

    Examples
    --------
    >>> from tco import scenario
    >>> verdict(scenario("customer-api")).kind in ("cheaper", "no material difference")
    True
    """
    costs = evaluate(scenario) if costs is None else costs
    if costs.total_usd.ndim != 1:
        raise InputError(f"a verdict is about one scenario; got {len(costs.total_usd)} of them")
    labels = serving_labels(scenario)
    horizon_months = float(np.max(scenario.shared.horizon_months))
    years = duration(horizon_months)
    served = np.isfinite(costs.total_usd)
    launched = costs.launch_months < horizon_months
    caveat = "".join(
        _caveat([labels[n] for n, no in zip(costs.names, ~served & (costs.limits == limit), strict=True) if no], words)
        for limit, words in NOT_SERVED.items()
    )
    late = [labels[n] for n, ok, up in zip(costs.names, served, launched, strict=True) if ok and not up]
    caveat += _caveat(late, f"would not launch within {years} and cannot be compared")
    order = [costs.names[i] for i in np.argsort(costs.total_usd) if served[i] and launched[i]]
    if not order:
        return Verdict("no answer", "", "", np.nan, caveat.strip())
    best = order[0]
    best_usd = float(costs.of(best))
    # The next best framework; the next best way of serving only where a single framework is compared.
    frameworks = {name: scenario.assumptions.servings[name].framework for name in order}
    others = [name for name in order if frameworks[name] != frameworks[best]] or order[1:]
    if not others:
        return Verdict("nothing to compare", best, "", 0.0, f"{labels[best]} costs {money(best_usd)}.{caveat}")
    runner_up = others[0]
    saving_usd = float(costs.of(runner_up)) - best_usd
    if saving_usd < scenario.value("materiality_share") * best_usd:
        sentence = (
            f"No material difference: {labels[best]} and {labels[runner_up]} are {money(saving_usd)} apart "
            f"over {years}, {share(saving_usd / best_usd)} of {money(best_usd)}.{caveat}"
        )
        return Verdict("no material difference", best, runner_up, saving_usd, sentence)
    sentence = (
        f"{labels[best]} costs {money(saving_usd)} less than {labels[runner_up]} over {years}; "
        f"{made_of(costs, best, runner_up)}; cloud is {share(_cloud_share(costs, best))} of its total.{caveat}"
    )
    return Verdict("cheaper", best, runner_up, saving_usd, sentence)


def _caveat(names: list[str], what: str) -> str:
    """A sentence about those that the answer leaves out."""
    return f" {enumerated(names)} {what}." if names else ""


def serving_labels(scenario: Scenario) -> dict[str, str]:
    """
    What each way of serving is called: by its framework where that is enough.

    Parameters
    ----------
    scenario : Scenario
        The scenario.

    Returns
    -------
    labels : dict
        Label by the id of the way of serving.

    Examples
    --------
    >>> from tco import scenario
    >>> serving_labels(scenario(servings=["fastapi-async", "fastapi-plain"]))["fastapi-plain"]
    'FastAPI, plain functions'
    """
    a = scenario.assumptions
    frameworks = [a.servings[name].framework for name in scenario.servings]
    return {
        name: a.frameworks[framework].label if frameworks.count(framework) == 1 else a.servings[name].label
        for name, framework in zip(scenario.servings, frameworks, strict=True)
    }


def made_of(costs: Costs, best: str, runner_up: str) -> str:
    """
    What a difference is made of, in a few words.

    Parameters
    ----------
    costs : Costs
        Costs of one scenario.
    best, runner_up : str
        The cheaper and the dearer way of serving.

    Returns
    -------
    words : str
        The components that make up most of the difference.
    """
    i, j = costs.names.index(best), costs.names.index(runner_up)
    gains = {name: float(costs.component_usd[name][j] - costs.component_usd[name][i]) for name in COMPONENTS}
    total = sum(gains.values())
    (first, first_usd), (second, _), *_ = sorted(gains.items(), key=lambda item: -item[1])
    name = COMPONENT_LABELS[first].lower()
    if first_usd > 1.1 * total:
        return f"{name} alone saves {money(first_usd)}, and other parts take some of it back"
    if first_usd > 0.9 * total:
        return f"nearly all of it is {name}"
    if first_usd > 0.6 * total:
        return f"most of it is {name}"
    return f"{name} and {COMPONENT_LABELS[second].lower()} make up most of it"


def _cloud_share(costs: Costs, name: str) -> float:
    i = costs.names.index(name)
    return float(sum(costs.component_usd[part][i] for part in CLOUD) / costs.total_usd[i])
