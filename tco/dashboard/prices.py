"""The prices page: the cheapest fleets, what they cost where and when, and what the monthly bill is made of."""

from collections.abc import Callable
from dataclasses import replace
from html import escape
from typing import Any

import ipywidgets as widgets
import numpy as np
import plotly.graph_objects as go

from tco import price_charts
from tco.arrays import Array
from tco.bill_notes import bill_range, dated, missing_sentence
from tco.billed_total import billed_rows, billed_total
from tco.cloud import SCALINGS, Fleets, fleets, peak_rps, week_of
from tco.dashboard import blocks
from tco.dashboard.controls import choice, slider
from tco.dashboard.fleet_table import ORDERS, fleet_table_html
from tco.dashboard.opening import opened
from tco.dashboard.page import Page
from tco.dashboard.price_state import PriceState
from tco.dashboard.state import Result
from tco.hosting import Bill, bills, break_even_rps
from tco.look import figure
from tco.pricing import PURCHASES
from tco.scenarios import Scenario
from tco.units import HOURS_PER_MONTH
from tco.wording import PROVIDER_LABELS, PURCHASE_LABELS, count, money, share

SWEEP_POINTS = 13
SLIDERS = ("peak_users", "spare_servers", "minimum_servers")
CREDIT_WORDS = (
    "Its servers run at full speed on CPU credits saved in quiet hours, which never fall below {left} of the most that "
    "they can hold. The total of the other pages counts their sustained CPU alone."
)
SCALING_LABELS = {"static": "For the peak, around the clock", "hourly": "Hour by hour"}


def prices(start: Scenario | None = None) -> Page:
    """
    The prices page.

    Parameters
    ----------
    start : Scenario, optional
        What it opens with; the customer-facing API by default.

    Returns
    -------
    page : Page
        The page; its `state` holds the scenario, its costs and the plan.
    """
    return opened(start, PriceState, _page)


def _page(state: PriceState) -> Page:
    return Page(
        state,
        [
            blocks.card(
                blocks.side_by_side(blocks.preset_choice(state), kind="tco-controls"),
                blocks.side_by_side(*_choices(state), *(slider(state, name) for name in SLIDERS), kind="tco-controls"),
            ),
            blocks.error_note(state),
            blocks.notice(state),
            blocks.card(
                blocks.html_block(state, lambda r: sentence_html(state, r), "tco-verdict"),
                blocks.side_by_side(*_filters(state), kind="tco-controls"),
                blocks.html_block(state, lambda _: fleet_table_html(state), "tco-table"),
            ),
            blocks.side_by_side(
                blocks.card(blocks.chart_block(state, lambda _: week_figure(state), "week")),
                blocks.card(blocks.chart_block(state, lambda _: ways_figure(state), "ways")),
                blocks.card(blocks.chart_block(state, lambda _: parts_figure(state), "parts")),
                blocks.card(blocks.chart_block(state, lambda _: capacity_figure(state), "capacity")),
                blocks.card(blocks.chart_block(state, lambda _: region_figure(state), "regions")),
            ),
            blocks.card(blocks.html_block(state, lambda _: bill_html(state), "tco-table")),
            total_card(state),
            blocks.html_block(state, blocks.save_link_html, "tco-actions"),
            blocks.page_links(state, "prices"),
        ],
    )


def sentence_html(state: PriceState, result: Result) -> str:
    """
    The cheapest fleet in one sentence, and how old its prices are.
    """
    scenario, j = result.scenario, state.serving_index
    found = fleets(scenario, state.plan)
    i = int(found.best[j])
    label = scenario.assumptions.servings[scenario.servings[j]].label
    aside = ""
    if i < 0:
        said = f"{label}: no type of the region can serve it, or has a price on these terms."
    else:
        usd = float(found.usd_per_hour[i, j]) * HOURS_PER_MONTH
        servers = f"{count(float(found.peak_servers[i, j]))} x {found.catalogue.names[i]} at the peak"
        base = float(found.base_servers[i, j])
        reserved = f", {count(base)} of them {PURCHASE_LABELS[str(found.reserved_term[i, j])].lower()}" if base else ""
        said = f"{label}: the cheapest fleet costs {money(usd)} a month, {servers}{reserved}."
        if found.on_credit[i, j]:
            left = week_of(scenario, state.plan, found, i, j).credit_share.min()
            aside = f"<div class='tco-aside'>{escape(CREDIT_WORDS.format(left=share(float(left))))}</div>"
    return f'<div class="tco-sentence">{escape(said)}</div>{aside}{blocks.price_age_html(state)}'


def bill_html(state: PriceState) -> str:
    """
    The bill of each way, line by line, with the day and the source of each price.
    """
    heads = ("Monthly bill", "", "USD a month", "Price of", "Source")
    head = "".join(f"<th scope='col'>{name}</th>" for name in heads)
    body = []
    made, tables = _bills(state), state.scenario.assumptions
    for bill in made:
        for line in bill.lines:
            source = f"{line.source}, another region's" if line.stands_in else line.source
            cells = (line.detail, _usd(line.usd_per_month), dated(line, state.today, tables), source)
            body.append(
                f"<tr><th scope='row'>{escape(bill.name)}: {escape(line.item)}</th>"
                f"{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
            )
        total, low, high = (_usd(usd) for usd in (bill.usd_per_month, *bill_range(bill, state.today, tables)))
        by_age = f"{low} to {high} by the age of its prices" if low != high else ""
        body.append(
            f"<tr class='tco-total'><th scope='row'>{escape(bill.name)}: total</th><td>{by_age}</td>"
            f"<td data-way='{bill.way}'>{total}</td><td></td><td></td></tr>"
        )
    missing = missing_sentence(state.scenario, made)
    words = f"<p class='tco-missing'>{escape(missing)}</p>" if missing else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>{words}"


def total_card(state: PriceState) -> widgets.Box:
    """
    The total with the whole bill of each month, worked out when it is first asked for: it takes as long as the page.
    """
    button = widgets.ToggleButton(description="The whole bill in the total cost")
    button.add_class("tco-show-total")
    table = widgets.HTML()
    table.add_class("tco-table")

    def show(_change: object = None) -> None:
        table.value = total_html(state) if button.value else ""

    button.observe(show, "value")
    state.observe(show, "result")
    return blocks.card(button, table)


def total_html(state: PriceState) -> str:
    """
    The total with the whole bill in the place of the model's servers and traffic, for all ways of serving.
    """
    found, servings = billed_total(state.scenario, state.plan), state.scenario.assumptions.servings
    heads = ["Present value", *(servings[name].label for name in found.names)]
    rows = [
        [label, *(money(float(usd)) if np.isfinite(usd) else "none" for usd in amounts)]
        for label, amounts in billed_rows(found)
    ]
    return blocks.table_html(heads, rows)


def _usd(amount: float) -> str:
    return f"{amount:,.2f}" if np.isfinite(amount) else "none"


def _bills(state: PriceState) -> tuple[Bill, ...]:
    serving = state.scenario.servings[state.serving_index]
    return bills(state.scenario.replace(servings=(serving,)), state.plan)


def _shown(state: PriceState) -> tuple[Fleets, int]:
    """The fleets, and the cheapest type for the way of serving that is shown."""
    found = fleets(state.scenario, state.plan)
    return found, int(found.best[state.serving_index])


def week_figure(state: PriceState) -> go.Figure:
    """
    The cheapest fleet hour by hour.
    """
    found, i = _shown(state)
    if i < 0:
        return figure("No fleet can serve it here on these terms", "servers hour by hour", [], {})
    shown = week_of(state.scenario, state.plan, found, i, state.serving_index)
    return price_charts.week_chart(shown, found.catalogue.names[i])


def capacity_figure(state: PriceState) -> go.Figure:
    """
    Price against capacity of the region's types.
    """
    return price_charts.capacity_chart(_shown(state)[0], state.serving_index)


def region_figure(state: PriceState) -> go.Figure:
    """
    The cheapest fleet by region.
    """
    return price_charts.region_chart(state.scenario, state.plan, state.serving_index)


def swept_loads(state: PriceState) -> Array:
    """
    Peak loads from a thousandth to ten times that of the scenario.
    """
    now = max(peak_rps(state.scenario, state.plan), 1e-3)
    return np.geomspace(now / 1000, now * 10, SWEEP_POINTS)


def _swept(state: PriceState) -> tuple[Array, list[dict[str, Bill]]]:
    """Bills against traffic, worked out once for the two charts that show them."""
    if state.swept is not None and state.swept[0] is state.result:
        return state.swept[1]
    loads = swept_loads(state)
    serving = state.scenario.servings[state.serving_index]
    alone = state.scenario.replace(servings=(serving,), peak_users=0)
    # These are loads of the month that is shown: nothing grows from them.
    plan = replace(state.plan, month=0)
    at = (bills(alone.replace(direct_peak_load_rps=float(load)), plan) for load in loads)
    state.swept = (state.result, (loads, [{bill.way: bill for bill in made} for made in at]))
    return state.swept[1]


def parts_figure(state: PriceState) -> go.Figure:
    """
    The parts of the bill against traffic.
    """
    loads, made = _swept(state)
    return price_charts.parts_chart(loads, [bill["servers"] for bill in made])


def ways_figure(state: PriceState) -> go.Figure:
    """
    Servers, containers and functions against traffic.
    """
    loads, made = _swept(state)
    ways = {way: np.array([bill[way].usd_per_month for bill in made]) for way in made[0]}
    serving = state.scenario.servings[state.serving_index]
    breaks = {way: break_even_rps(state.scenario, state.plan, serving, way) for way in ways if way != "servers"}
    return price_charts.ways_chart(loads, ways, breaks)


def _choices(state: PriceState) -> list[widgets.Widget]:
    a = state.scenario.assumptions
    regions = a.prices.regions
    profiles: list[tuple[str, Any]] = [(profile.label, name) for name, profile in a.cloud.profiles.items()]
    return [
        choice(state, "provider", "Provider", lambda: [(PROVIDER_LABELS.get(name, name), name) for name in regions]),
        choice(state, "region", "Region", lambda: [(name, name) for name in regions[state.scenario.provider]]),
        _view_menu(
            state,
            "serving",
            "Way of serving",
            lambda: [(a.servings[name].label, name) for name in state.scenario.servings],
            lambda: state.scenario.servings[state.serving_index],
        ),
        _view_menu(
            state,
            "scaling",
            "Servers",
            lambda: [(SCALING_LABELS[name], name) for name in SCALINGS],
            lambda: state.plan.scaling,
        ),
        _view_menu(state, "profile", "Shape of the week", lambda: profiles, lambda: state.plan.profile),
        _view_menu(state, "month", "Growth", lambda: _months(state), lambda: state.plan.month),
        _view_menu(state, "zones_count", "Zones", lambda: _zones(state), lambda: _zones_count(state)),
        _term_choice(state),
    ]


def _months(state: PriceState) -> list[tuple[str, Any]]:
    """The start, each year, and the last month of the horizon."""
    last = int(np.ceil(state.scenario.value("horizon_months"))) - 1
    months = sorted({*range(0, last, 12), last, state.plan.month})
    return [(f"After {count(month)} months" if month else "At the start", month) for month in months]


def _zones_count(state: PriceState) -> float:
    return state.plan.value(state.scenario, "zones_count")


def _zones(state: PriceState) -> list[tuple[str, Any]]:
    """Over how many zones servers are spread so that the others carry the peak when one fails."""
    numbers = sorted({1.0, 2.0, 3.0, _zones_count(state)})
    return [(f"{count(number)}, one of which may fail" if number > 1 else "1", number) for number in numbers]


def _filters(state: PriceState) -> list[widgets.Widget]:
    def there() -> list[str]:
        found = state.scenario.assumptions.prices.search(provider=state.scenario.provider, region=state.scenario.region)
        return sorted(set(found.families.tolist()))

    def families() -> list[tuple[str, Any]]:
        return [("All", ""), *((name, name) for name in there())]

    return [
        _view_menu(
            state,
            "architecture",
            "Architecture",
            lambda: [("All", ""), ("x86", "x86_64"), ("Arm", "arm64")],
            lambda: state.architecture,
        ),
        _view_menu(state, "family", "Family", families, lambda: state.family if state.family in there() else ""),
        _view_menu(
            state,
            "least_vcpus",
            "vCPUs at least",
            lambda: [(f"{number:g}" if number else "Any", number) for number in (0.0, 1.0, 2.0, 4.0, 8.0, 16.0)],
            lambda: state.least_vcpus,
        ),
        _view_menu(state, "order", "Sort by", lambda: list(ORDERS.items()), lambda: state.order),
    ]


def _view_menu(
    state: PriceState,
    name: str,
    label: str,
    options: Callable[[], list[tuple[str, Any]]],
    now: Callable[[], object],
) -> widgets.Widget:
    """A menu for something that is shown and is no choice of the scenario."""
    menu = widgets.Dropdown(options=options(), value=now(), description=label)
    updating = False

    def take(change: dict[str, object]) -> None:
        if not updating and change["new"] is not None and change["new"] != now():
            state.view(**{name: change["new"]})

    def show(_change: object = None) -> None:
        nonlocal updating
        updating = True
        try:
            current = options()
            if list(menu.options) != current:
                menu.options = current
            menu.value = now()
        finally:
            updating = False

    menu.observe(take, "value")
    state.observe(show, ["result", "error"])
    menu.add_class(f"tco-choice-{name}")
    return menu


def _term_choice(state: PriceState) -> widgets.Widget:
    """Purchase terms that may be mixed."""
    terms = widgets.SelectMultiple(
        options=[(PURCHASE_LABELS[name], name) for name in PURCHASES],
        value=state.plan.terms,
        description="Terms that may be mixed",
        rows=len(PURCHASES),
    )
    terms.add_class("tco-choice-terms")

    def take(change: dict[str, tuple[str, ...]]) -> None:
        if change["new"] and set(change["new"]) != set(state.plan.terms):
            state.view(terms=tuple(change["new"]))

    def show(_change: object = None) -> None:
        terms.value = state.plan.terms

    terms.observe(take, "value")
    state.observe(show, ["result", "error"])
    return terms
