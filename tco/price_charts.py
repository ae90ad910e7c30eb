"""Price charts: what servers cost, where, and what the monthly bill is made of."""

from typing import Final

import numpy as np
import numpy.typing as npt
import plotly.graph_objects as go

from tco.arrays import Array
from tco.cloud import CloudPlan, Fleets, Week, fleets
from tco.hosting import WAY_LABELS, Bill
from tco.look import DASHES, GRID, MONEY_AXIS, axis, figure, pattern_of
from tco.scenarios import Scenario
from tco.units import HOURS_PER_MONTH
from tco.wording import PROVIDER_LABELS, count, money, share

# Paul Tol's muted scheme, as the components have.
ITEM_COLORS: Final = {
    "Servers, reserved": "#117733",
    "Servers": "#DDCC77",
    "Beside the servers": "#88CCEE",
    "Load balancer": "#999933",
    "Egress": "#CC6677",
    "Database": "#332288",
    "Database storage": "#AA4499",
    "Logs": "#44AA99",
}
WAY_COLORS: Final = {"servers": "#332288", "containers": "#117733", "functions": "#CC6677"}
# Below the title of the axis, also where a phone breaks the names into many lines.
_LOW_LEGEND: Final = {"orientation": "h", "yanchor": "top", "y": -0.32, "x": 0}
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def efficient(capacity_rps: Array, usd_per_hour: Array) -> npt.NDArray[np.bool_]:
    """
    The servers that no other one beats in both price and capacity.

    Parameters
    ----------
    capacity_rps : ndarray, shape (k,)
        Load that one server of each type carries; NaN if it cannot serve. [req/s]
    usd_per_hour : ndarray, shape (k,)
        Its price; NaN where it has none. [USD/h]

    Returns
    -------
    efficient : ndarray of bool, shape (k,)
        Whether no cheaper one carries as much, and none as cheap carries more.

    Examples
    --------
    >>> efficient(np.array([100.0, 90.0, 200.0]), np.array([0.1, 0.2, 0.3])).tolist()
    [True, False, True]
    """
    known = np.isfinite(capacity_rps) & np.isfinite(usd_per_hour)
    order = np.lexsort((-capacity_rps, np.where(known, usd_per_hour, np.inf)))
    carried = np.where(known, capacity_rps, -np.inf)[order]
    best_before = np.maximum.accumulate(np.concatenate([[-np.inf], carried[:-1]]))
    marked = np.zeros(len(order), dtype=bool)
    marked[order] = carried > best_before
    return marked & known


def capacity_chart(found: Fleets, serving: int) -> go.Figure:
    """
    Price against capacity of one server of each type, with the efficient ones marked.

    Parameters
    ----------
    found : Fleets
        The fleets.
    serving : int
        Which of the ways of serving.

    Returns
    -------
    figure : plotly.graph_objects.Figure
        A point for each type that can serve; the efficient ones are a trace of their own.
    """
    capacity = found.server_capacity_rps[:, serving]
    usd = found.server_usd_per_hour["on_demand"][:, serving]
    good = efficient(capacity, usd)
    known = np.isfinite(capacity) & np.isfinite(usd)
    names = np.array(found.catalogue.names)
    traces = [
        {
            "type": "scatter",
            "mode": "markers" if name == "Other types" else "markers+lines",
            "name": name,
            "x": usd[rows],
            "y": capacity[rows],
            "text": names[rows],
            "marker": {"color": color, "size": size, "symbol": symbol},
            "line": {"color": color, "width": 1},
            "hovertemplate": "%{text}: $%{x:.4f} an hour, %{y:.0f} req/s<extra></extra>",
        }
        for name, rows, color, size, symbol in (
            ("Other types", np.flatnonzero(known & ~good), "#7b8794", 6, "circle"),
            ("Efficient types", np.flatnonzero(good)[np.argsort(usd[good])], "#117733", 9, "diamond"),
        )
    ]
    layout = {
        "xaxis": axis("price of a server, USD an hour on demand", type="log"),
        "yaxis": axis("load that it carries, req/s", type="log"),
        "legend": _LOW_LEGEND,
    }
    title = f"{int(good.sum())} of {int(known.sum())} types are worth a thought: no other is cheaper and carries more"
    return figure(title, "one server of each type of the region, logarithmic", traces, layout)


def region_chart(scenario: Scenario, plan: CloudPlan, serving: int) -> go.Figure:
    """
    The cheapest fleet in each region of the provider.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    plan : CloudPlan
        How servers scale and are bought.
    serving : int
        Which of the ways of serving.

    Returns
    -------
    figure : plotly.graph_objects.Figure
        A bar for each region, the cheapest at the top.
    """
    one = scenario.replace(servings=(scenario.servings[serving],))
    priced = []
    for region in scenario.assumptions.prices.regions[scenario.provider]:
        found = fleets(one.replace(region=region), plan)
        best = int(found.best[0])
        if best >= 0:
            usd = float(found.usd_per_hour[best, 0]) * HOURS_PER_MONTH
            priced.append((usd, region, found.catalogue.names[best]))
    priced.sort(reverse=True)
    colors = ["#332288" if region == scenario.region else "#88CCEE" for _, region, _ in priced]
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "x": np.array([usd for usd, _, _ in priced]),
            "y": [region for _, region, _ in priced],
            "text": [name for _, _, name in priced],
            "marker": {"color": colors},
            "hovertemplate": "%{y}: $%{x:,.0f} a month, %{text}<extra></extra>",
        }
    ]
    provider = PROVIDER_LABELS.get(scenario.provider, scenario.provider)
    if not priced:
        title = f"No region of {provider} has a price on these terms"
    else:
        title = f"{priced[-1][1]} is the cheapest region of {provider}, {money(priced[-1][0])} a month for servers"
    layout = {
        "xaxis": {**MONEY_AXIS},
        "yaxis": {**GRID, "automargin": True},
        "height": 160 + 22 * max(len(priced), 8),
    }
    return figure(title, "cheapest fleet by region, USD a month; the region in force is dark", traces, layout)


def week_chart(shown: Week, instance: str) -> go.Figure:
    """
    Servers hour by hour, and how busy they are.

    Parameters
    ----------
    shown : Week
        The fleet of a week.
    instance : str
        Its type.

    Returns
    -------
    figure : plotly.graph_objects.Figure
        Servers as steps; utilization, and CPU credit where they run on it, as lines on an axis of their own.
    """
    hours = np.arange(len(shown.servers))
    traces = [
        {
            "type": "scatter",
            "name": "Servers",
            "x": hours,
            "y": shown.servers,
            "line": {"color": "#332288", "shape": "hv"},
            "fill": "tozeroy",
            "fillcolor": "rgba(51,34,136,0.15)",
            "hovertemplate": "hour %{x}: %{y} servers<extra></extra>",
        },
        {
            "type": "scatter",
            "name": "Utilization",
            "x": hours,
            "y": shown.utilization_share,
            "yaxis": "y2",
            "line": {"color": "#CC6677", "width": 1.5, "dash": "dot"},
            "hovertemplate": "hour %{x}: %{y:.0%} busy<extra></extra>",
        },
    ]
    if np.isfinite(shown.credit_share).all():
        traces.append(
            {
                "type": "scatter",
                "name": "CPU credit left",
                "x": hours,
                "y": shown.credit_share,
                "yaxis": "y2",
                "line": {"color": "#117733", "width": 1.5, "dash": "dash"},
                "hovertemplate": "hour %{x}: %{y:.0%} of the most credit left<extra></extra>",
            }
        )
    layout = {
        "xaxis": {**GRID, "tickvals": [24 * day for day in range(7)], "ticktext": list(DAYS)},
        "yaxis": axis("servers", rangemode="tozero"),
        "yaxis2": {
            "title": {"text": "busy", "font": {"size": 12}},
            "overlaying": "y",
            "side": "right",
            "range": [0, 1.02],
            "tickformat": ".0%",
            "dtick": 0.25,
            "showgrid": False,
        },
    }
    least, most = (count(float(edge)) for edge in (shown.servers.min(), shown.servers.max()))
    ran = f"{most} servers" if least == most else f"{least} to {most} servers"
    title = f"{ran} over the week; {share(shown.waste_share)} of what is paid for carries nothing"
    if shown.overloaded_hours:
        title += f", and in {shown.overloaded_hours} hours they are too few"
    return figure(title, f"{instance}, hour by hour", traces, layout)


def parts_chart(loads_rps: Array, made: list[Bill]) -> go.Figure:
    """
    The parts of the bill on servers against traffic.

    Parameters
    ----------
    loads_rps : ndarray, shape (n,)
        Peak loads. [req/s]
    made : list of Bill
        The bill at each.

    Returns
    -------
    figure : plotly.graph_objects.Figure
        One area for each item, stacked.
    """
    traces = []
    for i, (item, color) in enumerate(ITEM_COLORS.items()):
        usd = np.array([sum(line.usd_per_month for line in bill.lines if line.item == item) for bill in made])
        if np.nansum(usd) > 0:
            traces.append(
                {
                    "type": "scatter",
                    "mode": "lines",
                    "name": item,
                    "x": loads_rps,
                    "y": usd,
                    "stackgroup": "bill",
                    "line": {"color": color, "width": 0.5},
                    "fillpattern": pattern_of(i),
                    "hovertemplate": "%{x:.3g} req/s: " + item + " $%{y:,.0f}<extra></extra>",
                }
            )
    largest = max(made[-1].lines, key=lambda line: np.nan_to_num(line.usd_per_month)).item.lower()
    layout = {
        "xaxis": axis("load at the peak, req/s", type="log"),
        "yaxis": MONEY_AXIS,
        "legend": _LOW_LEGEND,
        "height": 480,
    }
    title = f"At {count(float(loads_rps[-1]))} req/s, {largest} is the largest part of the bill"
    return figure(title, "USD a month on servers, by part, logarithmic in traffic", traces, layout)


def ways_chart(loads_rps: Array, usd_by_way: dict[str, Array], break_evens_rps: dict[str, float]) -> go.Figure:
    """
    Servers, containers and functions against traffic.

    Parameters
    ----------
    loads_rps : ndarray, shape (n,)
        Peak loads. [req/s]
    usd_by_way : dict
        Bill of each way at each load. [USD/month]
    break_evens_rps : dict
        Load beyond which servers cost less than another way; NaN where there is none. [req/s]

    Returns
    -------
    figure : plotly.graph_objects.Figure
        A line for each way, with the break-evens marked.
    """
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": WAY_LABELS[way],
            "x": loads_rps,
            "y": usd,
            "line": {"color": WAY_COLORS[way], "dash": DASHES[i]},
            "hovertemplate": "%{x:.3g} req/s: " + WAY_LABELS[way] + " $%{y:,.0f}<extra></extra>",
        }
        for i, (way, usd) in enumerate(usd_by_way.items())
    ]
    known = {way: load for way, load in break_evens_rps.items() if np.isfinite(load)}
    shapes = [
        {"type": "line", "x0": at, "x1": at, "yref": "paper", "y0": 0, "y1": 1, "line": {"dash": "dot", "width": 1}}
        for at in known.values()
    ]
    said = " and ".join(f"{WAY_LABELS[way].lower()} cost less up to {count(at)} req/s" for way, at in known.items())
    title = (
        f"{said[0].upper()}{said[1:]}, servers beyond" if said else "No way costs less than servers only for a while"
    )
    layout = {
        "xaxis": axis("load at the peak, req/s", type="log"),
        "yaxis": {**MONEY_AXIS, "type": "log", "rangemode": "normal"},
        "shapes": shapes,
        "legend": _LOW_LEGEND,
    }
    return figure(title, "USD a month with traffic, database and logs, logarithmic", traces, layout)
