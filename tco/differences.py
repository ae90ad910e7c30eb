"""
Differences: what sets two scenarios apart, split over the inputs in which they differ and over the components of cost.

An input's part in the gap depends on what else has changed already: twice the users cost more with twice the price of a
server. Its Shapley value, the mean over all orders in which the inputs could change, is the one split that adds up to
the gap, treats inputs alike that do the same, and gives nothing to an input without effect.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import comb
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from tco.arrays import Array
from tco.decision import Verdict, serving_labels, verdict
from tco.inputs import InputError
from tco.keys import input_keys, label_of, name_of, row_of, value_of, with_values
from tco.model import COMPONENTS
from tco.scenarios import Scenario, evaluate
from tco.wording import PROVIDER_LABELS, PURCHASE_LABELS, SHARES, enumerated, inside, labelled, quantity

Mask = npt.NDArray[np.bool_]

# Choices that are no numbers: which instance types can be had at which price, and what is compared.
RENTED: Final = "provider/region/purchase"
COMPARED: Final = "servings"

# Up to here all combinations are worked through, 4,096 at most; beyond it orders are drawn.
MOST_EXACT: Final = 12
ORDERS: Final = 512


class Changed(NamedTuple):
    """An input in which scenarios differ, with its value in each of them, in words and in numbers where it has any."""

    key: str
    label: str
    values: tuple[Any, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Difference:
    """
    The gap between two scenarios: what the second costs above the first, by input and by component.

    The rows of `usd` are the inputs in `changed`, its columns the components: rows and columns add up to the same gap.
    Where `exact` is False the split over the inputs is a mean over drawn orders, with its standard error; the sum is
    exact all the same.
    """

    changed: tuple[Changed, ...]
    servings: tuple[str, str]
    first_usd: Array
    second_usd: Array
    usd: Array
    standard_error_usd: Array
    exact: bool

    @cached_property
    def gap_usd(self) -> float:
        """What the second costs above the first. [USD]"""
        return float(self.second_usd.sum() - self.first_usd.sum())

    @cached_property
    def totals_usd(self) -> tuple[float, float]:
        """Both totals, rounded to cents. [USD]"""
        return round(float(self.first_usd.sum()), 2), round(float(self.second_usd.sum()), 2)

    @cached_property
    def rounded_gap_usd(self) -> float:
        """What lies between the rounded totals. [USD]"""
        return round(self.totals_usd[1] - self.totals_usd[0], 2)

    @cached_property
    def rounded_input_usd(self) -> list[float]:
        """Part of each changed input in that gap, in cents that add up to it. [USD]"""
        return [float(usd) for usd in to_cents(self.input_usd, self.rounded_gap_usd)]

    @cached_property
    def rounded_component_usd(self) -> dict[str, float]:
        """Part of each component in that gap, in cents that add up to it. [USD]"""
        usd = to_cents(self.component_usd, self.rounded_gap_usd).tolist()
        return dict(zip(COMPONENTS, usd, strict=True))

    @cached_property
    def input_usd(self) -> Array:
        """Part of each changed input in the gap, shape (k,). [USD]"""
        total: Array = self.usd.sum(axis=1)
        return total

    @cached_property
    def component_usd(self) -> Array:
        """Part of each component in the gap, in the order of `tco.model.COMPONENTS`. [USD]"""
        return self.second_usd - self.first_usd


@dataclass(frozen=True, eq=False)
class Comparison:
    """Scenarios beside one another: the answer of each, what its way of serving costs, and where they differ."""

    answers: tuple[Verdict, ...]
    servings: tuple[str, ...]
    component_usd: Array
    changed: tuple[Changed, ...]

    @cached_property
    def total_usd(self) -> Array:
        """Total of each scenario, shape (n,); NaN where nothing can be served and launched in time. [USD]"""
        total: Array = self.component_usd.sum(axis=1)
        return total


def compare(scenarios: Sequence[Scenario], serving: str = "") -> Comparison:
    """
    Scenarios beside one another.

    Parameters
    ----------
    scenarios : sequence of Scenario
        Made with the same tables.
    serving : str
        The way of serving to compare; by default the cheapest of each scenario.

    Returns
    -------
    comparison : Comparison
        One row for each scenario, one column for each component.

    Raises
    ------
    InputError
        If the tables are not the same, or a scenario does not compare this way of serving.

    Examples
    --------
    >>> from tco import scenario
    >>> found = compare([scenario("internal-tool"), scenario("internal-tool", peak_users=500)])
    >>> [(changed.key, changed.texts) for changed in found.changed]
    [('peak_users', ('50', '500'))]
    >>> found.component_usd.shape
    (2, 8)
    """
    changed = changed_inputs(scenarios)
    chosen = [_chosen(scenario, serving) for scenario in scenarios]
    return Comparison(
        answers=tuple(verdict(scenario) for scenario in scenarios),
        servings=tuple(names[0] for names, _ in chosen),
        component_usd=np.concatenate([usd for _, usd in chosen]),
        changed=changed,
    )


def changed_inputs(scenarios: Sequence[Scenario]) -> tuple[Changed, ...]:
    """
    Inputs in which scenarios differ.

    Parameters
    ----------
    scenarios : sequence of Scenario
        Made with the same tables.

    Returns
    -------
    changed : tuple of Changed
        In the order of the tables; the offer of servers and the list of what is compared come last.

    Raises
    ------
    InputError
        If the tables are not the same.

    Examples
    --------
    >>> from tco import scenario
    >>> [changed.label for changed in changed_inputs([scenario(), scenario(wait_ms=5, purchase="reserved_1y")])]
    ['Wait for database and other services per request (ms)', 'Servers rented']
    """
    if len({scenario.assumptions.digest for scenario in scenarios}) > 1:
        raise InputError("scenarios can be compared when they are made with the same tables; these are not")
    first = scenarios[0]
    changed = []
    for key in dict.fromkeys(key for scenario in scenarios for key in input_keys(scenario)):
        name, values = name_of(key), tuple(value_of(scenario, key) for scenario in scenarios)
        if len(set(values)) > 1:
            texts = tuple(quantity(name, value) for value in values)
            # A share is said in per cent, whatever it is a share of.
            unit = "1" if name.endswith(SHARES) else row_of(first, key).unit
            label = labelled(label_of(first, key), unit)
            changed.append(Changed(key, label, values, texts))
    rented = tuple((s.provider, s.region, s.purchase) for s in scenarios)
    if len(set(rented)) > 1:
        texts = tuple(
            f"{PROVIDER_LABELS.get(provider, provider)} {region}, {inside(PURCHASE_LABELS[purchase])}"
            for provider, region, purchase in rented
        )
        changed.append(Changed(RENTED, "Servers rented", rented, texts))
    compared = tuple(scenario.servings for scenario in scenarios)
    if len({frozenset(servings) for servings in compared}) > 1:
        texts = tuple(enumerated(list(serving_labels(scenario).values())) for scenario in scenarios)
        changed.append(Changed(COMPARED, "What is compared", compared, texts))
    return tuple(changed)


def difference(first: Scenario, second: Scenario, serving: str = "", *, seed: int = 1) -> Difference:
    r"""
    What sets two scenarios apart, by input and by component.

    Parameters
    ----------
    first, second : Scenario
        Two scenarios, made with the same tables.
    serving : str
        The way of serving whose costs are compared; by default the cheapest of each scenario, and of each mixture.
    seed : int
        For the orders that are drawn where more than 12 inputs differ.

    Returns
    -------
    difference : Difference
        The gap, split.

    Raises
    ------
    InputError
        If the tables are not the same, a scenario does not compare this way of serving, or there is no gap to split
        since one of them, or a mixture of both, cannot be served or launched in time.

    Notes
    -----
    Mixtures take some of the changed inputs from the second scenario and the others from the first. With :math:`v(S)`
    the cost of the mixture that takes the inputs :math:`S` from the second, the part of input :math:`i` of :math:`k` is

    .. math:: \sum_{S \not\ni i} \frac{|S|!\,(k - |S| - 1)!}{k!} \, (v(S \cup i) - v(S)),

    and beyond 12 inputs the mean over 512 drawn orders, each with its reverse, so that the split from the second to the
    first is the same with the other sign.

    References
    ----------
    L. S. Shapley, "A value for n-person games", Contributions to the Theory of Games II, Princeton 1953. B. Song, B. L.
    Nelson and J. Staum, "Shapley effects for global sensitivity analysis", SIAM/ASA Journal on Uncertainty
    Quantification 4, 2016.

    Examples
    --------
    >>> from tco import scenario
    >>> found = difference(scenario(), scenario(wait_ms=300, team_people=8))
    >>> bool(abs(found.input_usd.sum() - found.gap_usd) < 0.005)
    True
    """
    changed = changed_inputs([first, second])
    (first_serving,), first_usd = _chosen(first, serving)
    (second_serving,), second_usd = _chosen(second, serving)
    if not first_serving or not second_serving:
        raise InputError("there is no gap between the two: one of them cannot be served or launched in time")
    k = len(changed)
    exact = k <= MOST_EXACT
    if exact:
        # The combination in row i takes the inputs from the second whose bits are set in i.
        taken = (np.arange(2**k)[:, None] >> np.arange(k)) % 2 == 1
        usd = _shapley(_mixed_usd(first, second, changed, taken, serving))
        error_usd = np.zeros(k)
    else:
        orders = _orders(changed, seed)
        # Row j of an order takes its first j inputs from the second.
        ranks = np.argsort(orders, axis=1)
        taken = ranks[:, None, :] < np.arange(k + 1)[None, :, None]
        values = _mixed_usd(first, second, changed, taken.reshape(-1, k), serving).reshape(len(orders), k + 1, -1)
        steps = np.take_along_axis(np.diff(values, axis=1), ranks[:, :, None], axis=1)
        usd = steps.mean(axis=0)
        pairs = steps.sum(axis=2).reshape(2, -1, k).mean(axis=0)
        error_usd = pairs.std(axis=0, ddof=1) / np.sqrt(len(pairs))
    if not np.isfinite(usd).all():
        raise InputError(
            "the gap cannot be split over the inputs: a mixture of the two cannot be served or launched in time"
        )
    return Difference(changed, (first_serving, second_serving), first_usd[0], second_usd[0], usd, error_usd, exact)


def to_cents(parts_usd: Array, total_usd: float) -> Array:
    """
    Amounts rounded to cents such that they still add up.

    Parameters
    ----------
    parts_usd : ndarray, shape (k,)
        The amounts. [USD]
    total_usd : float
        What they have to add up to, in whole cents. [USD]

    Returns
    -------
    rounded_usd : ndarray, shape (k,)
        Each amount rounded down or up, up where most is missing. [USD]

    Examples
    --------
    >>> to_cents(np.array([0.333, 0.333, 0.334]), 1.0).tolist()
    [0.33, 0.33, 0.34]
    """
    cents = np.floor(100 * parts_usd)
    for_all, for_some = divmod(round(100 * total_usd) - int(cents.sum()), max(len(cents), 1))
    rounded_up = np.argsort(cents - 100 * parts_usd, kind="stable")[:for_some]
    cents = cents + for_all
    cents[rounded_up] += 1
    return np.asarray(cents / 100)


def _chosen(scenario: Scenario, serving: str) -> tuple[tuple[str, ...], Array]:
    """
    The way of serving that stands for each of n scenarios, and its costs, shape (n, c); NaN where there is none.
    """
    if serving and serving not in scenario.servings:
        raise InputError(f"both must compare {serving!r}; one compares {', '.join(scenario.servings)}")
    costs = evaluate(scenario)
    component_usd = np.stack([np.atleast_2d(costs.component_usd[name]) for name in COMPONENTS], axis=-1)
    total_usd = np.atleast_2d(costs.total_usd)
    launched = np.atleast_2d(costs.launch_months < scenario.shared.horizon_months)
    # As in a verdict, what is not launched in time is no answer, however little has been spent on it.
    comparable_usd = np.where(np.isfinite(total_usd) & launched, total_usd, np.inf)
    rows = np.arange(len(total_usd))
    index = np.full(len(rows), costs.names.index(serving)) if serving else comparable_usd.argmin(axis=1)
    there = np.isfinite(comparable_usd[rows, index])
    names = tuple(costs.names[i] if ok else "" for i, ok in zip(index, there, strict=True))
    return names, np.where(there[:, None], component_usd[rows, index], np.nan)


def _mixed_usd(first: Scenario, second: Scenario, changed: Iterable[Changed], taken: Mask, serving: str) -> Array:
    """Costs by component of mixtures, one for each row of `taken`, that take those inputs from the second scenario."""
    columns = {one.key: column for one, column in zip(changed, taken.T, strict=True)}
    nowhere = np.zeros(len(taken), dtype=bool)
    rented, compared = columns.pop(RENTED, nowhere), columns.pop(COMPARED, nowhere)
    values = {one.key: one.values for one in changed}
    usd = np.full((len(taken), len(COMPONENTS)), np.nan)
    for offer, list_ in product((False, True), repeat=2):
        rows = (rented == offer) & (compared == list_)
        if not rows.any():
            continue
        renting, comparing = (second if offer else first), (second if list_ else first)
        base = first.replace(
            provider=renting.provider,
            region=renting.region,
            purchase=renting.purchase,
            servings=comparing.servings,
        )
        mixed = {key: np.where(column[rows], *values[key][::-1]) for key, column in columns.items()}
        usd[rows] = _chosen(with_values(base, mixed), serving)[1]
    return usd


def _shapley(values: Array) -> Array:
    """Shapley values from the values of all combinations, shape (2^k, c), those of row i being the bits of i."""
    k = len(values).bit_length() - 1
    sizes = np.array([i.bit_count() for i in range(len(values))])
    usd = np.zeros((k, values.shape[1]))
    for j in range(k):
        without, with_it = np.moveaxis(values.reshape(-1, 2, 2**j, values.shape[1]), 1, 0)
        others = sizes.reshape(-1, 2, 2**j)[:, 0]
        weights = np.array([1 / (k * comb(k - 1, size)) for size in range(k)])[others]
        usd[j] = np.sum(weights[..., None] * (with_it - without), axis=(0, 1))
    return usd


def _orders(changed: Sequence[Changed], seed: int) -> npt.NDArray[np.intp]:
    """Orders of inputs, and then their reverses; the same whatever order the inputs are given in."""
    generator = np.random.default_rng(seed)
    by_name = np.argsort([one.key for one in changed])
    orders = by_name[np.array([generator.permutation(len(changed)) for _ in range(ORDERS // 2)])]
    return np.concatenate([orders, orders[:, ::-1]])
