"""
Billed total: the total cost with the whole bill of the cloud in the place of the model's servers and traffic.

The model's total has servers for the peak around the clock, a load balancer and traffic at its first tier: few enough
numbers to be worked out a hundred thousand times. The whole bill has what a plan asks for: servers that follow the
traffic, several purchase terms, CPU credits, traffic by tier, database and logs; month by month as the traffic grows.
"""

from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from tco import finance
from tco.arrays import Array
from tco.cloud import CloudPlan
from tco.hosting import Bill, bills
from tco.scenarios import Scenario, evaluate

SERVER_ITEMS: Final = ("Servers, reserved", "Servers", "Beside the servers")
MODEL_PARTS: Final = ("servers", "network")


class BilledTotal(NamedTuple):
    """Present values by way of serving, arrays of shape (f,); NaN where nothing can serve. [USD]"""

    names: tuple[str, ...]
    # What the model has: the total, and the servers and traffic in it.
    model_usd: Array
    model_cloud_usd: Array
    # What the bills have: servers, and all that stands beside them.
    servers_usd: Array
    beside_usd: Array

    @property
    def total_usd(self) -> Array:
        """The total with the bills in the place of the model's servers and traffic."""
        return np.asarray(self.model_usd - self.model_cloud_usd + self.servers_usd + self.beside_usd)


def billed_total(scenario: Scenario, plan: CloudPlan) -> BilledTotal:
    """
    The total with the whole bill of each month from the launch to the horizon.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    plan : CloudPlan
        How servers scale and are bought; its month counts for nothing.

    Returns
    -------
    total : BilledTotal
        Beside what the model has. The cost of a wrong pick stays the model's.

    Raises
    ------
    InputError
        If the scenario is one of many.

    Examples
    --------
    >>> import tco
    >>> found = billed_total(tco.scenario("customer-api"), CloudPlan("hourly"))
    >>> found.names[found.total_usd.argmin()]
    'fastapi-async'
    """
    s, costs = scenario.shared, evaluate(scenario)
    month = np.arange(np.ceil(scenario.value("horizon_months")))
    by_month = [bills(scenario, replace(plan, month=int(number)), ("servers",)) for number in month]
    # As in the model: a month counts as far as the product is live in it.
    value = finance.annuity_months(month, month + 1.0, s.inflation_share_per_year, s.discount_share_per_year)
    live = np.minimum(s.horizon_months, month + 1.0)[:, None] - np.maximum(costs.launch_months, month[:, None])
    months_worth = value[:, None] * np.clip(live, 0.0, 1.0)

    def present_usd(of_servers: bool) -> Array:  # noqa: FBT001, one of two parts
        usd = np.array([[_part_usd(bill, of_servers) for bill in made] for made in by_month])
        return np.asarray((usd * months_worth).sum(axis=0))

    return BilledTotal(
        costs.names,
        costs.total_usd,
        np.sum([costs.component_usd[name] for name in MODEL_PARTS], axis=0),
        present_usd(of_servers=True),
        present_usd(of_servers=False),
    )


def billed_rows(found: BilledTotal) -> tuple[tuple[str, Array], ...]:
    """
    A billed total as the rows of a table.

    Parameters
    ----------
    found : BilledTotal
        The total.

    Returns
    -------
    rows : tuple of (str, ndarray)
        Label and amounts by way of serving, in the order in which they add up. [USD]
    """
    return (
        ("Total, as the model has it", found.model_usd),
        ("less its servers and traffic", -found.model_cloud_usd),
        ("Servers, bill by bill", found.servers_usd),
        ("Load balancer, traffic by tier, database, logs", found.beside_usd),
        ("Total with the whole bill", found.total_usd),
    )


def _part_usd(bill: Bill, of_servers: bool) -> float:  # noqa: FBT001
    return sum(line.usd_per_month for line in bill.lines if (line.item in SERVER_ITEMS) == of_servers)
