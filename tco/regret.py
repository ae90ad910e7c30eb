"""Regret: what each pick costs in each future, against the one that should have been picked for it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import numpy as np

from tco.arrays import Array
from tco.inputs import InputError
from tco.risk import excess
from tco.scenarios import Scenario, evaluate

# What may become of a product, and which of the two chances of a wrong pick then comes true.
FUTURES: Final[Mapping[str, Mapping[str, float]]] = MappingProxyType(
    {
        "as planned": {"outgrow_probability_share": 0.0, "kind_turn_probability_share": 0.0},
        "traffic outgrows the plan": {"outgrow_probability_share": 1.0, "kind_turn_probability_share": 0.0},
        "turns into the other kind": {"outgrow_probability_share": 0.0, "kind_turn_probability_share": 1.0},
    }
)


class Regret(NamedTuple):
    """
    Futures by ways of serving: what is lost against the best pick for that future. [USD]

    `names` are the ways of serving, `best` the one that should have been picked for each future, `chance_share` what
    the user thinks of each future, `expected_usd` the mean over them.
    """

    names: tuple[str, ...]
    futures: tuple[str, ...]
    best: tuple[str, ...]
    chance_share: tuple[float, ...]
    regret_usd: Array
    expected_usd: Array


def regret(scenario: Scenario) -> Regret:
    """
    The regret table: picked one, should have picked another.

    Parameters
    ----------
    scenario : Scenario
        One scenario.

    Returns
    -------
    regret : Regret
        `regret_usd` has shape (futures, f): total cost with the future known, less that of the best pick. The two
        chances are taken as exclusive: the rest is the plan.

    Raises
    ------
    InputError
        If the scenario is many.

    Examples
    --------
    >>> from tco import scenario
    >>> table = regret(scenario("customer-api"))
    >>> table.regret_usd.shape, bool((table.regret_usd.min(axis=1) == 0).all())
    ((3, 3), True)
    """
    totals = [evaluate(scenario.replace(**change)) for change in FUTURES.values()]
    if totals[0].total_usd.ndim != 1:
        raise InputError(f"a regret table is about one scenario; got {len(totals[0].total_usd)} of them")
    usd = excess(np.array([costs.total_usd for costs in totals]))
    outgrow, turn = (scenario.value(f"{name}_probability_share") for name in ("outgrow", "kind_turn"))
    # More than certain together: each is then as likely as its part of the sum.
    together = max(outgrow + turn, 1.0)
    chance = (1.0 - (outgrow + turn) / together, outgrow / together, turn / together)
    comparable = np.where(np.isfinite(usd), usd, np.inf)
    return Regret(
        names=scenario.servings,
        futures=tuple(FUTURES),
        best=tuple(scenario.servings[i] for i in comparable.argmin(axis=1)),
        chance_share=chance,
        regret_usd=usd,
        expected_usd=np.array(chance) @ usd,
    )
