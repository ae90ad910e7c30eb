"""
Draws: what is known of a scenario's inputs, and many scenarios drawn from it.

Each input draws from a stream that is keyed by its own name, so that a new row of a table moves no other input's draws.
A Sobol sequence in as many dimensions as there are inputs could not do that: an input's dimension is its place among
the others. So each block of draws has the points of one scrambled Sobol sequence, and each input takes them in an order
of its own: every input is spread as evenly as can be, and no two of them hang together unless they are meant to.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from itertools import chain
from typing import Final, NamedTuple

import numpy as np
from scipy import special

from tco.arrays import Array
from tco.assumptions import FRAMEWORK_NAMES, SHARED_NAMES
from tco.distributions import QUANTILES, quantile_at_score
from tco.inputs import InputError, shown
from tco.keys import input_keys, label_of, name_of, row_of, with_values
from tco.scenarios import Scenario, ScenarioError
from tco.tables import Quantity
from tco.units import unit_of
from tco.wording import inside

# Draws that share one sequence of points. Blocks know nothing of one another: they may be made in any order, anywhere.
BLOCK_ROWS: Final = 8192
MOST_DRAWS: Final = 100_000_000


class Range(NamedTuple):
    """What is known of an input: the three numbers of a row, and how they are drawn from."""

    low: float
    value: float
    high: float
    distribution: str


class Correlation(NamedTuple):
    """
    Inputs that are high or low together, each pair of them with the same rank correlation.

    The name of an input that belongs to frameworks stands for that input of all of them. A negative correlation holds
    between two inputs.
    """

    names: tuple[str, ...]
    rank_correlation: float


@dataclass(frozen=True, eq=False)
class Prior:
    """
    What is known of a scenario's inputs before anything is measured.

    Parameters
    ----------
    scenario : Scenario
        One scenario; its values are the best values.
    ranges : mapping
        Ranges of one's own by the key of an input (`wait_ms`, `ramp_up_weeks.flask`), also for inputs that are a choice
        and would not be drawn.
    known : iterable of str
        Keys of inputs that are known exactly, or names, which stand for that input of all frameworks.
    correlations : iterable of Correlation, optional
        What hangs together; by default what the table `correlations` says.

    Raises
    ------
    ScenarioError
        If a key or a range is none, or an input stands in two correlations.
    """

    scenario: Scenario
    ranges: Mapping[str, Range] = field(default_factory=dict)
    known: Iterable[str] = ()
    correlations: Iterable[Correlation] | None = None

    def __post_init__(self) -> None:
        for name in chain(SHARED_NAMES, FRAMEWORK_NAMES):
            if np.ndim(getattr(self.scenario.shared if name in SHARED_NAMES else self.scenario.framework, name)) == 2:
                raise ScenarioError(f"draws are made around one scenario; {name} has many values")
        object.__setattr__(self, "known", tuple(self.known))
        rows = self.scenario.assumptions.correlations
        by_table = (Correlation(tuple(row.names.split()), row.rank_correlation) for row in rows)
        object.__setattr__(self, "correlations", tuple(by_table if self.correlations is None else self.correlations))
        _must_be_correlations(self.correlations or ())
        _ = self.drawn  # so that an illegal range is refused now

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """Keys of all inputs that the scenario's costs depend on."""
        return tuple(input_keys(self.scenario))

    @cached_property
    def drawn(self) -> Mapping[str, Range]:
        """Ranges of the inputs that are drawn, by key."""
        for key, own in self.ranges.items():
            _must_be_range(key, own, self.keys)
        for key in self.known:
            if key not in self.keys and not any(name_of(other) == key for other in self.keys):
                raise ScenarioError(f"known names {shown(key)}, which is no input of this scenario")
        ranges = {key: self.ranges.get(key) or range_of(self.scenario, key) for key in self.keys}
        return {
            key: one
            for key, one in ranges.items()
            if one.distribution != "fixed" and one.low < one.high and not {key, name_of(key)} & set(self.known)
        }

    @cached_property
    def streams(self) -> tuple[str, ...]:
        """Names of all streams of random numbers: one for each drawn input, one for what correlated inputs share."""
        return (*self.drawn, *dict.fromkeys(shared for shared, _ in self._loadings.values()))

    @cached_property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """Keys of the drawn inputs that can only be told apart, or measured, together: by stream or input name."""
        groups: dict[str, tuple[str, ...]] = {}
        for key in self.drawn:
            group = self._loadings[key][0] if key in self._loadings else key
            groups[group] = (*groups.get(group, ()), key)
        return groups

    def group_label(self, keys: tuple[str, ...]) -> str:
        """What inputs that hang together are called: by the labels of their rows, without the framework."""
        if len(keys) == 1:
            return label_of(self.scenario, keys[0])
        first, *others = dict.fromkeys(row_of(self.scenario, key).label for key in keys)
        return ", ".join([first, *map(inside, others)])

    @cached_property
    def _loadings(self) -> Mapping[str, tuple[str, float]]:
        """The shared stream of each correlated key, and how strongly the key follows it."""
        loadings = {}
        for names, rank_correlation in self.correlations or ():
            members = [key for key in self.drawn if key in names or name_of(key) in names]
            if len(members) > 1:
                # The correlation of normal scores that gives this one of ranks.
                loading = np.sqrt(2.0 * np.sin(np.pi * abs(rank_correlation) / 6.0))
                for i, key in enumerate(members):
                    sign = -1.0 if rank_correlation < 0 and i else 1.0
                    loadings[key] = ("shared by " + ", ".join(names), sign * float(loading))
        return loadings

    @cached_property
    def _scored(self) -> frozenset[str]:
        """Streams that count by their normal scores: of lognormal inputs, of those that hang together, and shared."""
        others = (key for key, one in self.drawn.items() if one.distribution != "lognormal")
        return frozenset(self.streams).difference(key for key in others if key not in self._loadings)

    def values_at(self, probabilities: Mapping[str, Array]) -> dict[str, Array]:
        """
        Values of the drawn inputs.

        Parameters
        ----------
        probabilities : mapping
            For each stream numbers between 0 and 1, shape (n,).

        Returns
        -------
        values : dict
            For each drawn key its values, in the unit of its name, shape (n,).
        """
        return self._values(
            {
                name: special.ndtri(probabilities[name]) if name in self._scored else probabilities[name]
                for name in self.streams
            }
        )

    def values_of_blocks(self, blocks: Iterable[tuple[int, int]], *, seed: int) -> dict[str, Array]:
        """
        Values of the drawn inputs in blocks of draws, one behind the other.

        Parameters
        ----------
        blocks : iterable of (int, int)
            Number of each block, from 0, and its size.
        seed : int
            Start of the random numbers.

        Returns
        -------
        values : dict
            For each drawn key its values, in the unit of its name, shape (rows of all blocks,).
        """
        # All streams have the same numbers, each in its own order: their scores are worked out once.
        points = {block: _points_of_block(block, rows, seed) for block, rows in blocks}
        scores = {block: special.ndtri(of_block) for block, of_block in points.items()}

        def in_order(name: str) -> Array:
            numbers = scores if name in self._scored else points
            return np.concatenate([_generator(name, block, seed).permutation(numbers[block]) for block in numbers])

        return self._values({name: in_order(name) for name in self.streams})

    def _values(self, numbers: Mapping[str, Array]) -> dict[str, Array]:
        """Values by the numbers of each stream: its normal scores if it counts by them, else its probabilities."""
        values = {}
        for key, (low, value, high, distribution) in self.drawn.items():
            number = numbers[key]
            if key in self._loadings:
                shared, loading = self._loadings[key]
                number = number * np.sqrt(1.0 - loading**2) + numbers[shared] * loading
            if key in self._scored:
                quantile = quantile_at_score(distribution, number, low, value, high)
            else:
                quantile = QUANTILES[distribution](number, low, value, high)
            unit = unit_of(name_of(key))
            # A lognormal has no end; what is legal has one.
            values[key] = np.clip(quantile, unit.low, unit.high)
        return values


def prior_of(scenario: Scenario | Prior) -> Prior:
    """
    What is known of a scenario, where nothing else is said.

    Parameters
    ----------
    scenario : Scenario or Prior
        A scenario, or what is known of one already.

    Returns
    -------
    prior : Prior
        The tables' ranges and correlations around a scenario; a prior itself.
    """
    return scenario if isinstance(scenario, Prior) else Prior(scenario)


def draw(n: int, scenario: Scenario | Prior | None = None, *, seed: int) -> Scenario:
    """
    Many scenarios, drawn from what is known of one.

    Parameters
    ----------
    n : int
        How many; a power of two spreads them most evenly.
    scenario : Scenario or Prior, optional
        What is drawn around; the customer-facing API by default.
    seed : int
        Start of the random numbers: the same seed gives the same draws, in any process.

    Returns
    -------
    scenarios : Scenario
        One whose drawn inputs are arrays of shape (n, 1).

    Examples
    --------
    >>> import tco
    >>> tco.evaluate(draw(1000, tco.scenario("internal-tool"), seed=1)).total_usd.shape
    (1000, 3)
    """
    prior = prior_of(Scenario() if scenario is None else scenario)
    return with_values(prior.scenario, drawn_values(prior, n, seed=seed))


def drawn_values(prior: Prior, n: int, *, seed: int) -> dict[str, Array]:
    """
    Values of the inputs that are drawn.

    Parameters
    ----------
    prior : Prior
        What is known.
    n : int
        Number of draws.
    seed : int
        Start of the random numbers.

    Returns
    -------
    values : dict
        For each drawn key its values, in the unit of its name, shape (n,).
    """
    return prior.values_of_blocks(enumerate(block_rows(n)), seed=seed)


def block_rows(n: int) -> list[int]:
    """
    Sizes of the blocks that n draws are made in.

    Parameters
    ----------
    n : int
        How many draws.

    Returns
    -------
    rows : list of int
        Draws in each block.

    Raises
    ------
    InputError
        If there are none, or too many to be meant.

    Examples
    --------
    >>> block_rows(20_000)
    [8192, 8192, 3616]
    """
    if type(n) is not int or not 1 <= n <= MOST_DRAWS:
        raise InputError(f"draws must be a whole number in [1, {MOST_DRAWS:,}]; got {shown(n)}")
    return [min(BLOCK_ROWS, n - start) for start in range(0, n, BLOCK_ROWS)]


def probabilities_of_block(streams: Iterable[str], block: int, rows: int, *, seed: int) -> dict[str, Array]:
    """
    Evenly spread random numbers for streams in one block.

    Parameters
    ----------
    streams : iterable of str
        Names of the streams.
    block : int
        Number of the block, from 0.
    rows : int
        Its size.
    seed : int
        Start of the random numbers.

    Returns
    -------
    probabilities : dict
        For each stream numbers between 0 and 1, shape (rows,).

    Raises
    ------
    InputError
        If the seed is no whole number from 0.
    """
    points = _points_of_block(block, rows, seed)
    return {stream: _generator(stream, block, seed).permutation(points) for stream in streams}


def _points_of_block(block: int, rows: int, seed: int) -> Array:
    """Numbers between 0 and 1 that all streams have, each in its own order."""
    if type(seed) is not int or seed < 0:
        raise InputError(f"seed must be a whole number from 0; got {shown(seed)}")
    # Half a second and 35 MiB that a page need not wait for.
    from scipy.stats import qmc  # noqa: PLC0415

    sobol = qmc.Sobol(1, rng=_generator("points", block, seed))
    # Of a power of two, which Sobol points come in, the first ones; none at 0 or 1, where some quantiles have no end.
    points = sobol.random_base2(max(0, rows - 1).bit_length())[:rows, 0]
    return np.asarray(np.clip(points, 2.0**-31, 1.0 - 2.0**-31))


def _generator(stream: str, block: int, seed: int) -> np.random.Generator:
    """Random numbers of a stream in a block, whatever other streams and blocks there are."""
    key = int.from_bytes(blake2b(stream.encode(), digest_size=8).digest())
    return np.random.default_rng([seed, block, key])


def range_of(scenario: Scenario, key: str) -> Range:
    """
    What the tables know of an input, around the value that it has in a scenario.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    key : str
        Key of the input.

    Returns
    -------
    range : Range
        The row's range where the scenario has the row's value. Where a preset or a reader has another one, the range
        moves with it in proportion, within the row's: what is known to half and double in general is so here, and an
        input set to 0 is 0.

    Examples
    --------
    >>> import tco
    >>> range_of(tco.scenario("customer-api", wait_ms=10), "wait_ms")
    Range(low=10.0, value=10.0, high=100.0, distribution='lognormal')
    """
    name, _, place = key.partition(".")
    row = _row_in_force(scenario, name, place)
    value = scenario.value(name, place)
    if row.value in (value, 0.0):
        return Range(min(row.low, value), value, max(row.high, value), row.distribution)
    if value == 0:
        return Range(0.0, 0.0, 0.0, row.distribution)
    low, high = (min(max(end * value / row.value, row.low), row.high) for end in (row.low, row.high))
    return Range(min(low, value), value, max(high, value), row.distribution)


def _row_in_force(scenario: Scenario, name: str, place: str) -> Quantity:
    """The guide's row where the guide's view is taken and has one."""
    row: Quantity = scenario.row(name, place)
    if scenario.assumption_set == "article":
        for where in (place,) if place else (scenario.country, ""):
            row = scenario.assumptions.article.get((name, where), row)
    return row


def _must_be_range(key: str, own: Range, keys: Iterable[str]) -> None:
    if key not in keys:
        raise ScenarioError(f"ranges name {shown(key)}, which is no input of this scenario")
    if own.distribution not in (*QUANTILES, "fixed"):
        raise ScenarioError(
            f"distribution of {key} must be one of {', '.join(QUANTILES)}, fixed; got {shown(own.distribution)}"
        )
    unit = unit_of(name_of(key))
    if not unit.low <= own.low <= own.value <= own.high <= unit.high:
        raise ScenarioError(
            f"low <= value <= high must hold for {key} within [{unit.low:g}, {unit.high:g}]; "
            f"got {own.low:g}, {own.value:g}, {own.high:g}"
        )
    if own.distribution == "lognormal" and own.low <= 0:
        raise ScenarioError(f"low of {key} must be above 0, as its distribution is lognormal; got {own.low:g}")


def _must_be_correlations(correlations: Iterable[Correlation]) -> None:
    seen: set[str] = set()
    for names, rank_correlation in correlations:
        both = ", ".join(names)
        for name in names:
            if name_of(name) not in (*SHARED_NAMES, *FRAMEWORK_NAMES):
                raise ScenarioError(f"correlations name {shown(name)}, which is no input")
            if name in seen:
                raise ScenarioError(f"{name} stands in two correlations; it may stand in one only")
            seen.add(name)
        if not -1 <= rank_correlation <= 1:
            raise ScenarioError(f"rank_correlation of {both} must lie in [-1, 1]; got {rank_correlation:g}")
        if rank_correlation < 0 and len(names) != 2:
            raise ScenarioError(f"a negative rank_correlation holds between two inputs; got {both}")
