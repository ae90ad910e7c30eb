"""The table of fleets of the prices page: one instance type a row, sorted by any of its columns."""

from html import escape
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from tco.cloud import Fleets, fleets, peak_rps
from tco.dashboard.price_state import PriceState
from tco.units import HOURS_PER_MONTH, REQUESTS_PER_MILLION, SECONDS_PER_HOUR
from tco.wording import PURCHASE_LABELS, count, share

MOST_ROWS = 20


class FleetRow(NamedTuple):
    """The fleet of one instance type."""

    instance: str
    usd_per_month: float
    usd_per_million: float
    servers: float
    reserved: float
    capacity_rps: float
    cpu: str
    terms: str


# The head of each column, and whether its largest come first when it is first chosen.
HEADS = {
    "instance": ("Type", False),
    "usd_per_month": ("USD a month", False),
    "usd_per_million": ("USD per million", False),
    "servers": ("Servers", False),
    "reserved": ("Reserved", True),
    "capacity_rps": ("req/s a server", True),
    "cpu": ("CPU", False),
    "terms": ("Terms", False),
}
WORDS = ("instance", "cpu", "terms")


def order_label(column: str, falls: bool) -> str:  # noqa: FBT001, as it stands in the state
    """
    What an order of the table is called.
    """
    if column in WORDS:
        return f"{HEADS[column][0]}, {'Z to A' if falls else 'A to Z'}"
    return f"{HEADS[column][0]}, {'highest' if falls else 'lowest'} first"


# Every order that a menu can offer, by what it is called.
ORDERS = {
    order_label(column, falls): (column, falls)
    for column, (_, largest) in HEADS.items()
    for falls in (largest, not largest)
}


def fleet_rows(state: PriceState) -> list[FleetRow]:
    """
    The fleets that the filters let through, in the order that is chosen.
    """
    scenario, j = state.scenario, state.serving_index
    found = fleets(scenario, state.plan)
    there = scenario.assumptions.prices.search(provider=scenario.provider, region=scenario.region)
    wanted = there.columns["vcpus"] >= state.least_vcpus
    if state.architecture:
        wanted &= there.columns["architecture"] == state.architecture
    if state.family:
        wanted &= there.families == state.family
    load = peak_rps(scenario, state.plan)
    rows = [
        _row(found, int(i), j, load) for i in np.flatnonzero(wanted & np.isfinite(found.usd_per_hour[:, j])).tolist()
    ]
    column, falls = state.order
    # What is alike in the column stays with the cheapest first.
    return sorted(sorted(rows, key=attrgetter("usd_per_month")), key=attrgetter(column), reverse=falls)


def _row(found: Fleets, i: int, j: int, load_rps: float) -> FleetRow:
    usd = float(found.usd_per_hour[i, j])
    terms = [PURCHASE_LABELS[str(found.rest_term[i, j])]]
    if found.base_servers[i, j]:
        terms.insert(0, PURCHASE_LABELS[str(found.reserved_term[i, j])])
    sustained = float(found.catalogue.sustained_cpu_share[i])
    cpu = "full" if sustained == 1 else f"{share(sustained)} for good"
    return FleetRow(
        instance=found.catalogue.names[i],
        usd_per_month=usd * HOURS_PER_MONTH,
        usd_per_million=usd / (load_rps * SECONDS_PER_HOUR) * REQUESTS_PER_MILLION if load_rps > 0 else np.nan,
        servers=float(found.peak_servers[i, j]),
        reserved=float(found.base_servers[i, j]),
        capacity_rps=float(found.server_capacity_rps[i, j]),
        cpu="full, on credits" if found.on_credit[i, j] else cpu,
        terms=" + ".join(terms),
    )


def fleet_table_html(state: PriceState) -> str:
    """
    The cheapest fleets; the head of a column sorts by it, and once more the other way round.
    """
    rows = fleet_rows(state)
    head = "".join(_head_html(column, state.order) for column in HEADS)
    body = "".join(
        f"<tr data-type='{escape(row.instance)}'><th scope='row'>{escape(row.instance)}</th>"
        f"<td>{row.usd_per_month:,.2f}</td><td>{row.usd_per_million:,.3f}</td><td>{count(row.servers)}</td>"
        f"<td>{count(row.reserved)}</td><td>{count(row.capacity_rps)}</td><td>{escape(row.cpu)}</td>"
        f"<td>{escape(row.terms)}</td></tr>"
        for row in rows[:MOST_ROWS]
    )
    more = f"<p>{MOST_ROWS} of {len(rows)} types.</p>" if len(rows) > MOST_ROWS else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"


def _head_html(column: str, order: tuple[str, bool]) -> str:
    """A head that chooses in the menu of orders, by the script of the page."""
    chosen, falls = order
    head, largest_first = HEADS[column]
    sorted_by = f" aria-sort='{'descending' if falls else 'ascending'}'" if column == chosen else ""
    next_order = order_label(column, not falls if column == chosen else largest_first)
    return (
        f"<th scope='col'{sorted_by}><button type='button' class='tco-head' data-menu='order' "
        f"data-option='{escape(next_order)}'>{escape(head)}</button></th>"
    )
