"""Bill notes: what a reader of a bill should know beside its lines: which prices are old, and which are missing."""

from collections.abc import Sequence
from datetime import date

import numpy as np

from tco.assumptions import Assumptions
from tco.hosting import WAY_LABELS, WAYS, Bill, Line
from tco.scenarios import Scenario
from tco.staleness import Freshness, freshness, last_day
from tco.wording import PROVIDER_LABELS


def line_freshness(line: Line, today: date, assumptions: Assumptions) -> Freshness | None:
    """
    How old the price of a line is.

    Parameters
    ----------
    line : Line
        A line of a bill.
    today : date
        The day to count from.
    assumptions : Assumptions
        Holds the limit.

    Returns
    -------
    freshness : Freshness, optional
        None where the day of the price is not known.
    """
    day = last_day(line.as_of)
    return None if day is None else freshness(day, "prices", today, assumptions)


def dated(line: Line, today: date, assumptions: Assumptions) -> str:
    """
    The day of a line's price as a bill shows it.

    Parameters
    ----------
    line : Line
        A line of a bill.
    today : date
        The day to count from.
    assumptions : Assumptions
        Holds the limit.

    Returns
    -------
    text : str
        With a mark where the price is stale.
    """
    found = line_freshness(line, today, assumptions)
    if found is None:
        return "no day"
    return f"{line.as_of}, stale" if found.is_stale else line.as_of


def bill_range(bill: Bill, today: date, assumptions: Assumptions) -> tuple[float, float]:
    """
    What a bill may be by now, as far as its prices are old.

    Parameters
    ----------
    bill : Bill
        The bill.
    today : date
        The day to count from.
    assumptions : Assumptions
        Holds the limit, and what a year adds.

    Returns
    -------
    low, high : float
        Each line as far below and above its amount as the age of its price asks for; a line without a day is as old as
        the oldest. NaN where the way cannot serve. [USD/month]
    """
    ages = [line_freshness(line, today, assumptions) for line in bill.lines]
    oldest = max((found.widening_share for found in ages if found is not None), default=0.0)
    shares = np.array([oldest if found is None else found.widening_share for found in ages])
    usd = np.array([line.usd_per_month for line in bill.lines])
    return float((usd * (1.0 - shares)).sum()), float((usd * (1.0 + shares)).sum())


def missing_sentence(scenario: Scenario, made: Sequence[Bill]) -> str:
    """
    Which ways to run a product the price list has no prices for.

    Parameters
    ----------
    scenario : Scenario
        Names the provider.
    made : sequence of Bill
        The bills that could be made.

    Returns
    -------
    sentence : str
        Empty where there are bills of all ways.
    """
    ways = {bill.way for bill in made}
    missing = " and ".join(WAY_LABELS[way].lower() for way in WAYS if way not in ways)
    provider = PROVIDER_LABELS.get(scenario.provider, scenario.provider)
    return f"No bill for {missing}: the price list has no such prices of {provider}." if missing else ""
