"""Charts: each function returns a plain Plotly figure that says its point in its title."""

from typing import Final

import numpy as np
import plotly.graph_objects as go

from tco.arrays import Array
from tco.decision import break_even_from, costs_along, is_wide, serving_labels, sweep_values, verdict
from tco.inputs import InputError
from tco.look import MONEY_AXIS, NAMES_AXIS, axis, bar_of, colors_of, figure, labels_of, line_of, mark
from tco.model import COMPONENTS, NOT_SPENT, Costs
from tco.scenarios import Scenario
from tco.wording import COMPONENT_LABELS, count, duration, inside, labelled, money, quantity

# Paul Tol's muted scheme: told apart by colour-blind readers, and in print by the order of the stack.
COMPONENT_COLORS: Final = {
    "build": "#332288",
    "ramp_up": "#88CCEE",
    "hiring": "#44AA99",
    "maintenance": "#117733",
    "servers": "#DDCC77",
    "network": "#999933",
    "delay": "#CC6677",
    "wrong_pick": "#882255",
}


def component_chart(scenario: Scenario, costs: Costs) -> go.Figure:
    """
    Total cost of each way of serving, stacked by component.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    costs : Costs
        Its costs.

    Returns
    -------
    figure : plotly.graph_objects.Figure
        One bar for each way of serving, one trace for each component, the total above each bar.

    Examples
    --------
    >>> import tco
    >>> scenario = tco.scenario("customer-api")
    >>> len(component_chart(scenario, tco.evaluate(scenario)).data)
    8
    """
    names = labels_of(scenario, costs.names)
    known_usd = np.where(costs.total_usd > 0, costs.total_usd, np.nan)
    traces = [
        {
            "type": "bar",
            "name": COMPONENT_LABELS[part],
            "x": names,
            "y": costs.component_usd[part],
            "marker": bar_of(COMPONENT_COLORS[part], i),
            "text": [f"{COMPONENT_LABELS[part]} {money(float(usd))}" for usd in costs.component_usd[part]],
            "textposition": "inside",
            "insidetextanchor": "middle",
            "customdata": np.divide(costs.component_usd[part], known_usd),
            "hovertemplate": "%{x}: " + COMPONENT_LABELS[part] + " $%{y:,.0f}, %{customdata:.0%} of all<extra></extra>",
        }
        for i, part in enumerate(COMPONENTS)
        # A component that costs nothing anywhere only lengthens the legend.
        if np.nansum(costs.component_usd[part]) > 0
    ]
    totals = [
        {"x": name, "y": float(usd), "text": f"<b>{money(float(usd))}</b>", "showarrow": False, "yshift": 12}
        for name, usd in zip(names, costs.total_usd, strict=True)
        if np.isfinite(usd)
    ]
    years = duration(float(np.max(scenario.shared.horizon_months)))
    # A part that has no room for its name keeps it in the legend and on hover.
    layout = {"barmode": "stack", "yaxis": MONEY_AXIS, "annotations": totals}
    layout["uniformtext"] = {"minsize": 10, "mode": "hide"}
    return figure(_total_title(scenario, costs, years), "present value in USD, by component", traces, layout)


def sweep_chart(
    scenario: Scenario,
    name: str,
    x: Array,
    costs: Costs,
    break_evens: tuple[float, ...] = (),
    breaking: tuple[str, str] | None = None,
) -> go.Figure:
    """
    Total cost against one input, with today's value and the break-evens marked.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    name : str
        The input that was swept.
    x : ndarray, shape (n,)
        Its values, in the unit of its name.
    costs : Costs
        Costs along it, arrays of shape (n, f).
    break_evens : tuple of float
        Where the two ways of serving of `breaking` cost the same.
    breaking : (str, str), optional
        Those two.

    Returns
    -------
    figure : plotly.graph_objects.Figure
        One line for each way of serving.

    Raises
    ------
    InputError
        If the costs are not those of a sweep.
    """
    if costs.total_usd.shape != (len(x), len(costs.names)):
        raise InputError(f"a sweep over {len(x)} values has costs of shape ({len(x)}, f); got {costs.total_usd.shape}")
    row = scenario.row(name)
    labels = labels_of(scenario, costs.names)
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": label,
            "x": x,
            "y": costs.total_usd[:, i],
            "line": {**line_of(scenario, costs.names, i), "width": 2.5},
            "hovertemplate": f"{label}: $%{{y:,.0f}} at %{{x:,.4~g}}<extra></extra>",
        }
        for i, label in enumerate(labels)
    ]
    wide = is_wide(float(x[0]), float(x[-1]))

    def place(value: float) -> float:
        # Shapes and annotations of a logarithmic axis are placed by the logarithm.
        return float(np.log10(value)) if wide else value

    def is_right(value: float) -> bool:
        return place(value) > 0.4 * place(float(x[0])) + 0.6 * place(float(x[-1]))

    now = scenario.value(name)
    marks = [
        mark(value, place(value), f"break-even {quantity(name, value)}", "#b91c1c", "dash", 0.98, right=is_right(value))
        for value in break_evens
    ]
    if not wide or now > 0:
        marks.append(mark(now, place(now), f"now {quantity(name, now)}", "#52606d", "dot", 0.06, right=is_right(now)))
    layout = {
        "xaxis": axis(labelled(row.label, row.unit), tickformat="~s", **({"type": "log", "dtick": 1} if wide else {})),
        "yaxis": MONEY_AXIS,
        "shapes": [mark["shape"] for mark in marks],
        "annotations": [mark["annotation"] for mark in marks],
    }
    where = [quantity(name, value) for value in break_evens]
    title = _sweep_title(scenario, inside(row.label), labels, costs, where, breaking)
    # A small team launches late, and that costs nothing here as long as no framework would be quicker.
    caveat = ", without margin before a launch" if name == "team_people" else ""
    return figure(title, f"total cost in USD against {inside(row.label)}{caveat}", traces, layout)


def swept_chart(scenario: Scenario, costs: Costs, name: str) -> go.Figure:
    """
    Total cost over the range of one input, with the break-even of the two cheapest.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    costs : Costs
        Its costs.
    name : str
        A shared input.

    Returns
    -------
    figure : plotly.graph_objects.Figure
        As `sweep_chart` draws it.

    Examples
    --------
    >>> import tco
    >>> scenario = tco.scenario("customer-api")
    >>> len(swept_chart(scenario, tco.evaluate(scenario), "team_people").data)
    3
    """
    row, now = scenario.row(name), scenario.value(name)
    x = sweep_values(min(row.low, now) if now > 0 else row.low, max(row.high, now))
    swept = costs_along(scenario, name, x)
    pair = verdict(scenario, costs).pair
    if pair is None:
        return sweep_chart(scenario, name, x, swept)
    return sweep_chart(scenario, name, x, swept, break_even_from(scenario, name, *pair, x, swept), pair)


def launch_chart(scenario: Scenario, costs: Costs) -> go.Figure:
    """
    Time from the start to the launch.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    costs : Costs
        Its costs.

    Returns
    -------
    figure : plotly.graph_objects.Figure
        One bar for each way of serving.
    """
    labels = labels_of(scenario, costs.names)
    first = int(np.argmin(costs.launch_months))
    spread = float(np.max(costs.launch_months) - costs.launch_months[first])
    tied = [labels[first]] if spread == 0 else []
    people = count(float(np.max(scenario.shared.team_people)))
    title = (
        f"All launch after {duration(float(costs.launch_months[first]))}"
        if tied
        else f"{labels[first]} launches first, {duration(spread)} before the last"
    )
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": costs.launch_months,
        "y": labels,
        "marker": {"color": colors_of(scenario, costs.names)},
        "text": [duration(float(months)) for months in costs.launch_months],
        "textposition": "auto",
        "customdata": np.stack([costs.build_effort_days, costs.ramp_up_effort_days], axis=1),
        "hovertemplate": "%{y}: %{x:.1f} months for %{customdata[0]:.0f} person-days of building<br>"
        f"and %{{customdata[1]:.0f}} lost to learning, by {people} people<extra></extra>",
    }
    layout = {
        "xaxis": axis("months", rangemode="tozero"),
        "yaxis": NAMES_AXIS,
        "showlegend": False,
    }
    return figure(title, "time from the start to the first release", [trace], layout)


def cash_flow_chart(scenario: Scenario, costs: Costs) -> go.Figure:
    """
    Nominal spend month by month.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    costs : Costs
        Its costs.

    Returns
    -------
    figure : plotly.graph_objects.Figure
        One line for each way of serving.
    """
    spend = np.sum([costs.cash_flow_usd[part] for part in COMPONENTS if part not in NOT_SPENT], axis=0)
    labels = labels_of(scenario, costs.names)
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "line": {**line_of(scenario, costs.names, i), "shape": "hv", "width": 2},
            "name": label,
            "x": np.arange(1, len(spend) + 1),
            "y": spend[:, i],
            "customdata": [_spent_on(costs, month, i) for month in range(len(spend))],
            "hovertemplate": f"{label}, month %{{x}}: $%{{y:,.0f}}<br>= %{{customdata}}<extra></extra>",
        }
        for i, label in enumerate(labels)
    ]
    peak = np.nanmax(spend) if np.isfinite(spend).any() else np.nan
    layout = {"xaxis": axis("month"), "yaxis": MONEY_AXIS}
    return figure(
        f"Cash flow: at most {money(float(peak))} in a month",
        "spend of each month in USD, without lost margin and risk",
        traces,
        layout,
    )


def server_chart(scenario: Scenario, costs: Costs) -> go.Figure:
    """
    Servers in the busiest month, and how busy they are.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    costs : Costs
        Its costs.

    Returns
    -------
    figure : plotly.graph_objects.Figure
        One bar for each way of serving, labelled with instance type and utilization.
    """
    labels = labels_of(scenario, costs.names)
    load = float(np.max(costs.peak_load_rps))
    text = [
        f"{count(float(servers))} x {instance}, {100 * float(used):.0f}% busy" if instance else "cannot be served"
        for servers, instance, used in zip(
            costs.peak_servers, costs.instances, costs.peak_utilization_share, strict=True
        )
    ]
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": costs.peak_servers,
        "y": labels,
        "marker": {"color": colors_of(scenario, costs.names)},
        "text": text,
        "textposition": "auto",
        "customdata": [count(float(carried)) for carried in costs.server_capacity_rps],
        "hovertemplate": f"%{{y}}: %{{text}}<br>{count(load)} req/s at %{{customdata}} req/s a server, and "
        f"{count(scenario.value('spare_servers'))} spare<extra></extra>",
    }
    layout = {
        "xaxis": axis("servers", rangemode="tozero"),
        "yaxis": NAMES_AXIS,
        "showlegend": False,
    }
    return figure(f"Servers for a peak of {count(load)} req/s", "in the busiest month", [trace], layout)


def _spent_on(costs: Costs, month: int, i: int) -> str:
    """What the spend of a month is made of, the largest part first."""
    parts = {part: float(costs.cash_flow_usd[part][month, i]) for part in COMPONENTS if part not in NOT_SPENT}
    named = sorted(((usd, COMPONENT_LABELS[part].lower()) for part, usd in parts.items() if usd > 0), reverse=True)
    return " + ".join(f"{label} {money(usd)}" for usd, label in named) or "nothing"


def _total_title(scenario: Scenario, costs: Costs, years: str) -> str:
    answer = verdict(scenario, costs)
    if answer.kind == "no material difference":
        return f"No material difference over {years}"
    if not answer.best:
        return f"Total cost over {years}"
    return f"{serving_labels(scenario)[answer.best]} costs least over {years}: {money(float(costs.of(answer.best)))}"


def _sweep_title(
    scenario: Scenario, label: str, labels: list[str], costs: Costs, where: list[str], breaking: tuple[str, str] | None
) -> str:
    if breaking and where:
        first, second = (serving_labels(scenario)[name] for name in breaking)
        return f"{first} and {second} break even at {', '.join(where[:3])}"
    # What does not launch within the horizon is no answer, however little has been spent on it by then.
    horizon_months = float(np.max(scenario.shared.horizon_months))
    comparable_usd = np.where(costs.launch_months < horizon_months, costs.total_usd, np.inf)
    comparable_usd = np.where(np.isfinite(comparable_usd), comparable_usd, np.inf)
    cheapest = set(np.argmin(comparable_usd, axis=1).tolist())
    if len(cheapest) == 1 and np.isfinite(comparable_usd.min(axis=1)).all():
        return f"{labels[cheapest.pop()]} is cheapest across this range of {label}"
    return f"Total cost against {label}"
