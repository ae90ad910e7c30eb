"""Flips: what would change the answer. Every input at which two choices change places, and maps of the winner."""

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tco.arrays import Array, ArrayLike
from tco.decision import break_even_from_gaps, sweep_values
from tco.keys import input_keys, label_of, one_at_a_time, row_of, value_of, with_values
from tco.scenarios import Scenario, evaluate
from tco.uncertainty import ranked_usd

# Points on each input's range in the first search for crossings.
POINTS: Final = 25
# Points on each side of a map.
MAP_POINTS: Final = 32


class Flip(NamedTuple):
    """An input, where it stands, and the values at which two ways of serving change places, the nearest first."""

    key: str
    label: str
    now: float
    values: tuple[float, ...]


class WinnerMap(NamedTuple):
    """
    The cheapest way of serving at each point of a grid, shape (y, x), and by how much.

    `best` counts the scenario's ways of serving, -1 where none can be had; `margin_usd` is the distance to the next.
    """

    x_key: str
    y_key: str
    x: Array
    y: Array
    best: npt.NDArray[np.intp]
    margin_usd: Array


def what_flips(scenario: Scenario, first: str, second: str) -> tuple[Flip, ...]:
    """
    Every input that makes two ways of serving change places somewhere in its range, all others as they are.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    first, second : str
        Two of its ways of serving.

    Returns
    -------
    flips : tuple of Flip
        With all crossings of each input, the input nearest to a crossing first; inputs without one are left out.

    Examples
    --------
    >>> import tco
    >>> found = what_flips(tco.scenario("customer-api"), "flask-threads", "fastapi-async")
    >>> "json_endpoint_effort_days.fastapi" in [flip.key for flip in found]
    True
    """
    grids = {}
    for key in input_keys(scenario):
        low, high = range_shown(scenario, key)
        if low < high:
            grids[key] = sweep_values(low, high, POINTS)
    costs = evaluate(one_at_a_time(scenario, grids))
    gaps_usd = np.reshape(costs.of(first) - costs.of(second), (len(grids), -1))
    found = []
    for (key, x), gap_usd in zip(grids.items(), gaps_usd, strict=True):
        values = break_even_from_gaps(scenario, key, first, second, x, gap_usd)
        if values:
            now = value_of(scenario, key)
            away, by_distance = zip(*sorted((_share_away(now, value, x), value) for value in values), strict=True)
            found.append((away[0], Flip(key, label_of(scenario, key), now, by_distance)))
    return tuple(flip for _, flip in sorted(found, key=lambda pair: pair[0]))


def range_shown(scenario: Scenario, key: str) -> tuple[float, float]:
    """
    The range over which an input is looked at: its row's, and where it stands.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    key : str
        Key of the input.

    Returns
    -------
    low, high : float
        Ends, in the unit of its name.

    Examples
    --------
    >>> import tco
    >>> range_shown(tco.scenario(peak_users=300_000), "peak_users")
    (10.0, 300000.0)
    """
    row, now = row_of(scenario, key), value_of(scenario, key)
    # On a range of ratios nothing is at zero.
    wide_without_zero = now == 0 and row.low > 0
    return (row.low if wide_without_zero else min(row.low, now)), max(row.high, now)


def winner_map(
    scenario: Scenario,
    x_key: str = "peak_users",
    y_key: str = "team_people",
    x: ArrayLike | None = None,
    y: ArrayLike | None = None,
) -> WinnerMap:
    """
    The cheapest way of serving over the ranges of two inputs.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    x_key, y_key : str
        Keys of two inputs.
    x, y : array_like, optional
        Their values, in the units of their names; by default points over their ranges.

    Returns
    -------
    map : WinnerMap
        Winner and margin at each point.

    Examples
    --------
    >>> import tco
    >>> winner_map(tco.scenario("customer-api"), x=[10, 1000], y=[1, 2, 3]).best.shape
    (3, 2)
    """
    ends = (range_shown(scenario, key) for key in (x_key, y_key))
    x, y = (
        sweep_values(*pair, MAP_POINTS) if values is None else np.asarray(values, dtype=float)
        for values, pair in zip((x, y), ends, strict=True)
    )
    columns = np.meshgrid(x, y)
    costs = evaluate(with_values(scenario, dict(zip((x_key, y_key), map(np.ravel, columns), strict=True))))
    usd = np.sort(ranked_usd(costs), axis=1)
    best = np.where(np.isfinite(usd[:, 0]), np.argmin(ranked_usd(costs), axis=1), -1)
    with np.errstate(invalid="ignore"):  # nothing to compare is infinitely far from nothing
        margin_usd = usd[:, 1] - usd[:, 0] if usd.shape[1] > 1 else np.full(len(usd), np.inf)
    shape = columns[0].shape
    return WinnerMap(x_key, y_key, x, y, best.reshape(shape), margin_usd.reshape(shape))


def _share_away(now: float, value: float, x: Array) -> float:
    """How far a value is from now, in shares of the range, on the scale on which the range is looked at."""
    grid = np.arange(len(x)) / (len(x) - 1)
    return abs(float(np.interp(value, x, grid) - np.interp(now, x, grid)))
