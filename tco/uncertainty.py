"""Uncertainty: what the draws say of the answer, how sure it is, and what each choice may be regretted for."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from tco.arrays import Array, ArrayLike
from tco.decision import serving_labels
from tco.draws import BLOCK_ROWS, Prior, block_rows, prior_of
from tco.inputs import InputError
from tco.keys import with_values
from tco.model import CHUNK_ROWS, Costs, cost_of_ownership
from tco.risk import excess
from tco.scenarios import Scenario
from tco.wording import count, duration, money, share

DRAWS: Final = 2048
# Numbers in the largest array that the GNU C library learns from: just below 32 MiB.
_LEARNT_FROM: Final = 2**22 - 2**12

Kind = Literal["cheaper", "too close to call", "no material difference", "nothing to compare", "no answer"]


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """
    Costs of each way of serving in many draws.

    `total_usd` and `ranked_usd` have the shape (n, f); in the second one what cannot be served, or would not launch
    within the horizon, costs infinitely much, so that it never is the cheapest.
    """

    prior: Prior
    seed: int
    total_usd: Array
    ranked_usd: Array

    @property
    def names(self) -> tuple[str, ...]:
        """The ways of serving."""
        return self.prior.scenario.servings

    @property
    def draws(self) -> int:
        """How many there are."""
        return len(self.total_usd)

    @cached_property
    def cheapest_share(self) -> Array:
        """Chance of each way of serving to be the cheapest where any can be had, shape (f,)."""
        return cheapest_share(self.ranked_usd)

    @cached_property
    def nothing_share(self) -> float:
        """Share of the draws in which nothing can be served and launched."""
        return float(1.0 - np.isfinite(self.ranked_usd).any(axis=1).mean())

    @cached_property
    def material_share(self) -> float:
        """Chance that the cheapest is so by enough to matter: the other frameworks cost `materiality_share` more."""
        least, next_usd = self._least_and_next
        any_usd = np.isfinite(least)
        if not any_usd.any():
            return 0.0
        # Where only one can be had the next is infinitely far.
        material = next_usd[any_usd] >= (1.0 + self.prior.scenario.value("materiality_share")) * least[any_usd]
        return float(material.mean())

    @cached_property
    def saving_usd(self) -> Array:
        """What the cheapest saves against the next framework in each draw where both can be had, shape (m,). [USD]"""
        least, next_usd = self._least_and_next
        both = np.isfinite(next_usd)
        return np.asarray(next_usd[both] - least[both])

    def difference_usd(self, first: str, second: str) -> Array:
        """What the second way of serving costs above the first in each draw where both can be had, shape (m,). [USD]"""
        i, j = self.names.index(first), self.names.index(second)
        both = np.isfinite(self.ranked_usd[:, i]) & np.isfinite(self.ranked_usd[:, j])
        return np.asarray(self.ranked_usd[both, j] - self.ranked_usd[both, i])

    @cached_property
    def _least_and_next(self) -> tuple[Array, Array]:
        """The least cost of each draw and that of the next framework, or of the next way of serving a single one."""
        servings = self.prior.scenario.assumptions.servings
        frameworks = [servings[name].framework for name in self.names]
        groups = frameworks if len(set(frameworks)) > 1 else list(self.names)
        best = [
            np.min(self.ranked_usd[:, [g == group for g in groups]], axis=1, keepdims=True)
            for group in dict.fromkeys(groups)
        ]
        columns = np.sort(np.concatenate([*best, np.full_like(best[0], np.inf)], axis=1), axis=1)
        return columns[:, 0], columns[:, 1]

    @cached_property
    def compared_usd(self) -> Array:
        """Totals of the draws in which all can be had, shape (m, f). [USD]"""
        compared: Array = self.total_usd[self.compared]
        return compared

    @cached_property
    def compared(self) -> npt.NDArray[np.bool_]:
        """Which draws those are, shape (n,)."""
        return np.asarray(np.isfinite(self.ranked_usd).all(axis=1))

    @cached_property
    def regret_usd(self) -> Array:
        """What each choice costs above the best of its draw, shape (m, f), in the draws where all can be had. [USD]"""
        return excess(self.compared_usd)

    @cached_property
    def robust(self) -> str:
        """The choice whose largest regret is the smallest; empty where in no draw all can be had."""
        if not self.compared.any():
            return ""
        return self.names[int(np.argmin(self.regret_usd.max(axis=0)))]

    def quantiles_usd(self, probabilities: ArrayLike) -> Array:
        """Quantiles of the totals that are known, shape (q, f). [USD]"""
        columns = [column[np.isfinite(column)] for column in self.total_usd.T]
        q = np.asarray(probabilities, dtype=float)
        return np.stack([np.quantile(c, q) if len(c) else np.full(q.shape, np.nan) for c in columns], axis=-1)

    @cached_property
    def kind(self) -> Kind:
        """What kind of answer the draws give."""
        sure = self.prior.scenario.value("confidence_share")
        if len(self.names) < 2:
            return "nothing to compare"
        if not np.isfinite(self.ranked_usd).any():
            return "no answer"
        if self._best_share < sure:
            return "too close to call"
        return "no material difference" if 1.0 - self.material_share >= sure else "cheaper"

    @property
    def _best_share(self) -> float:
        return float(self.cheapest_share.max())

    @cached_property
    def best(self) -> str:
        """The way of serving that is most often the cheapest."""
        return self.names[int(np.argmax(self.cheapest_share))]

    @property
    def sentence(self) -> str:
        """The answer in words, and in how many draws there is none."""
        if not 0 < self.nothing_share < 1:
            return self._answer
        return f"{self._answer} In {share(self.nothing_share)} of all draws nothing can be served and launched in time."

    @property
    def _answer(self) -> str:
        scenario = self.prior.scenario
        labels = serving_labels(scenario)
        years = duration(scenario.value("horizon_months"))
        if self.kind == "no answer":
            return f"In none of {count(self.draws)} draws can anything be served and launched within {years}."
        best = labels[self.best]
        if self.kind == "nothing to compare":
            low, middle, high = (money(float(usd)) for usd in self.quantiles_usd([0.05, 0.5, 0.95])[:, 0])
            return f"{best} costs {middle} over {years}, nine times out of ten between {low} and {high}."
        chances = ", ".join(
            f"{labels[self.names[i]]} {share(float(self.cheapest_share[i]))}" for i in np.argsort(-self.cheapest_share)
        )
        matters = f"the difference matters in {share(self.material_share)} of the cases"
        if self.kind == "too close to call":
            sure = share(scenario.value("confidence_share"))
            return f"Too close to call: chance of being cheapest {chances}; {sure} would be sure enough; {matters}."
        if self.kind == "no material difference":
            return f"No material difference: {matters}; chance of being cheapest {chances}."
        low, middle, high = (money(float(usd)) for usd in np.quantile(self.saving_usd, [0.05, 0.5, 0.95]))
        return (
            f"{best} is cheapest in {share(self._best_share)} of the cases and then usually saves {middle} "
            f"over {years} ({low} to {high}); {matters}."
        )


def how_sure(scenario: Scenario | Prior, n: int = DRAWS, *, seed: int = 1, workers: int | None = None) -> Uncertainty:
    """
    Draw what is not known, and evaluate each draw.

    Parameters
    ----------
    scenario : Scenario or Prior
        One scenario, or what is known of it.
    n : int
        Number of draws; memory grows with the totals only.
    seed : int
        Start of the random numbers; the draws are those of `tco.draw` with the same seed.
    workers : int, optional
        Threads to use, all cores by default; the numbers do not depend on it.

    Returns
    -------
    uncertainty : Uncertainty
        Totals of each draw, and what they say.

    Raises
    ------
    InputError
        If the number of draws, the seed or the number of workers is none.

    Examples
    --------
    >>> import tco
    >>> found = how_sure(tco.scenario("customer-api"), 1024, seed=1)
    >>> float(found.cheapest_share.sum().round(9))
    1.0
    """
    prior = prior_of(scenario)
    parts = list(_evaluated(prior, n, seed, workers))
    return Uncertainty(prior, seed, *(np.concatenate(column) for column in zip(*parts, strict=True)))


def _evaluated(prior: Prior, n: int, seed: int, workers: int | None) -> Iterator[tuple[Array, Array]]:
    """Totals of some blocks after the other, all of them and those that can be ranked."""
    blocks = list(enumerate(block_rows(n)))
    if workers is not None and workers < 1:
        raise InputError(f"workers must be 1 or more; got {workers}")
    _ = prior.drawn, prior.streams, prior.scenario.catalogue  # worked out once, and not in each thread

    def totals(some: Sequence[tuple[int, int]]) -> tuple[Array, Array]:
        costs = _costs_of_blocks(prior, some, seed=seed)
        return costs.total_usd, ranked_usd(costs)

    if len(blocks) > 1:
        _keep_freed_memory()
    threads = min(workers or os.cpu_count() or 1, len(blocks))
    # As many as are evaluated together, but some for each thread.
    at_once = min(CHUNK_ROWS // BLOCK_ROWS, len(blocks) // threads)
    parts = [blocks[start : start + at_once] for start in range(0, len(blocks), at_once)]
    if threads == 1:
        yield from map(totals, parts)
        return
    with ThreadPoolExecutor(threads) as pool:
        yield from pool.map(totals, parts)


def _keep_freed_memory() -> None:
    """
    Have the memory of freed arrays kept for the next ones, up to 64 MiB of it.

    The GNU C library hands memory back to the system when twice as much lies free as the largest array that was ever
    freed, and a long run over arrays of some MiB gets and clears the same pages again and again: an eighth of its time.
    An array that is made and freed untouched costs nothing and tells the library that large ones come and go here.
    Other C libraries take no notice.
    """
    np.empty(_LEARNT_FROM)


def _costs_of_blocks(prior: Prior, blocks: Sequence[tuple[int, int]], *, seed: int) -> Costs:
    """Costs of blocks of draws, arrays of shape (rows of all blocks, f)."""
    rows = sum(rows for _, rows in blocks)
    # Where nothing is drawn, all draws are alike.
    alike = {"horizon_months": np.full(rows, prior.scenario.value("horizon_months"))}
    scenario = with_values(prior.scenario, prior.values_of_blocks(blocks, seed=seed) or alike)
    inputs = scenario.shared, scenario.framework, scenario.catalogue
    del scenario  # it holds the values of each framework a second time
    return cost_of_ownership(*inputs)


def ranked_usd(costs: Costs) -> Array:
    """
    Totals as they are ranked.

    Parameters
    ----------
    costs : Costs
        Costs of one scenario or of many.

    Returns
    -------
    ranked_usd : ndarray, shape (f,) or (n, f)
        The totals; infinity where no server will do, or where there would be no launch within the horizon. [USD]

    Examples
    --------
    >>> import tco
    >>> costs = tco.evaluate(tco.scenario("ml-product", model_memory_gib=1e5))
    >>> ranked_usd(costs).tolist()
    [inf, inf, inf]
    """
    possible = np.isfinite(costs.total_usd) & (costs.launch_months < costs.inputs[0].horizon_months)
    return np.where(possible, costs.total_usd, np.inf)


def cheapest_share(ranked_usd: Array) -> Array:
    """
    How often each of several choices costs least.

    Parameters
    ----------
    ranked_usd : ndarray, shape (n, f)
        Costs of each choice in each draw; infinity where it cannot be had. [USD]

    Returns
    -------
    cheapest_share : ndarray, shape (f,)
        Share of the draws in which any can be had; those that cost the same share a draw. [1]

    Examples
    --------
    >>> cheapest_share(np.array([[1.0, 2.0], [2.0, 2.0], [np.inf, np.inf], [3.0, 1.0]])).tolist()
    [0.5, 0.5]
    """
    least = np.min(ranked_usd, axis=1, keepdims=True)
    cheapest = (ranked_usd == least) & np.isfinite(least)
    winners = cheapest.sum(axis=1, keepdims=True)
    shares = cheapest / np.maximum(winners, 1)
    return np.asarray(shares.sum(axis=0) / max(np.count_nonzero(winners), 1))
