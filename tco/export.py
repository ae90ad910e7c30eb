"""Export: results as tidy tables."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from tco.arrays import Array
from tco.model import COMPONENTS, Costs


def cost_frame(costs: Costs) -> pd.DataFrame:
    """
    Costs as a tidy table.

    Parameters
    ----------
    costs : Costs
        Costs of one scenario or of many.

    Returns
    -------
    frame : DataFrame
        One row for each way of serving and component (and scenario, where there are many): columns `serving`,
        `component`, `usd`, which is a present value.

    Examples
    --------
    >>> from tco import evaluate, scenario
    >>> frame = cost_frame(evaluate(scenario("internal-tool")))
    >>> list(frame.columns), len(frame)
    (['serving', 'component', 'usd'], 24)
    """
    return _tidy(costs, costs.component_usd, leading=["scenario"] if costs.total_usd.ndim == 2 else [])


def cash_flow_frame(costs: Costs) -> pd.DataFrame:
    """
    Monthly cash flow as a tidy table.

    Parameters
    ----------
    costs : Costs
        Costs of one scenario or of many.

    Returns
    -------
    frame : DataFrame
        One row for each month, way of serving and component (and scenario): nominal spend in the column `usd`.

    Examples
    --------
    >>> from tco import evaluate, scenario
    >>> frame = cash_flow_frame(evaluate(scenario("internal-tool", horizon_months=24)))
    >>> int(frame["month"].max())
    23
    """
    return _tidy(costs, costs.cash_flow_usd, leading=["month", "scenario"] if costs.total_usd.ndim == 2 else ["month"])


def _tidy(costs: Costs, usd_by_component: Mapping[str, Array], leading: list[str]) -> pd.DataFrame:
    values = np.stack([usd_by_component[name] for name in COMPONENTS], axis=-1)
    index = pd.MultiIndex.from_product(
        [*(range(size) for size in values.shape[:-2]), costs.names, COMPONENTS],
        names=[*leading, "serving", "component"],
    )
    return pd.Series(values.ravel(), index=index, name="usd").reset_index()
