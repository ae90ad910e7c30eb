"""Charts of what one server carries."""

from typing import Any, Final

import numpy as np
import plotly.graph_objects as go
from plotly.colors import get_colorscale

from tco.arrays import Array
from tco.look import SYMBOLS, axis, bar_of, colors_of, figure, labels_of, line_of
from tco.performance import ServerPerformance, ServerSize, server_performance
from tco.scenarios import Scenario
from tco.wording import count

# What the guide says of FastAPI over Flask on the same server (its claim S2).
GUIDE_BAND: Final = (2.0, 3.0)

# Loads up to just below saturation, where delays have no end.
SHARES: Final = np.linspace(0.02, 0.98, 49)

# The map of ratios: CPU and wait of a request.
MAP_CPU_MS: Final = np.geomspace(0.2, 50, 25)
MAP_WAIT_MS: Final = np.concatenate([[0.0], np.geomspace(1, 1000, 24)])

_MAP_TICKS: Final = (2, 3, 10, 30, 100, 300, 1000)
_BAND_COLOR: Final = "#7f5539"


def capacity_chart(scenario: Scenario, found: ServerPerformance, size: str) -> go.Figure:
    """
    Load that one server carries within the objective, and at the very most.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    found : ServerPerformance
        What the server does.
    size : str
        What the server is called.

    Returns
    -------
    figure : plotly.graph_objects.Figure
        Two bars for each way of serving.

    Examples
    --------
    >>> import tco
    >>> scenario = tco.scenario("customer-api")
    >>> figure = capacity_chart(scenario, tco.server_performance(scenario, 4, 16), "4 vCPU, 16 GiB")
    >>> [trace.name for trace in figure.data]
    ['within the objective', 'at the very most']
    """
    names = labels_of(scenario, found.names)
    colors = colors_of(scenario, found.names)
    objective_ms = scenario.value("p95_objective_ms")
    traces = [
        {
            "type": "bar",
            "name": name,
            "x": names,
            "y": values,
            "marker": {**bar_of(colors, i), "opacity": opacity},
            "text": [count(float(value)) for value in values],
            "hovertemplate": f"%{{x}}, {name}: %{{y:,.4~g}} req/s<extra></extra>",
        }
        for i, (name, values, opacity) in enumerate(
            (
                ("within the objective", found.capacity_rps, 1.0),
                ("at the very most", found.saturation_rps, 0.6),
            )
        )
    ]
    served = np.isfinite(found.capacity_rps)
    if served.any():
        best = int(np.nanargmax(found.capacity_rps))
        title = f"{names[best]} carries {count(float(found.capacity_rps[best]))} req/s on {size}"
    else:
        title = f"Nothing can be served within {count(objective_ms)} ms on {size}"
    subtitle = f"req/s of one server; objective: 95 in 100 within {count(objective_ms)} ms"
    return figure(title, subtitle, traces, {"barmode": "group", "yaxis": axis("req/s", rangemode="tozero")})


def throughput_chart(scenario: Scenario, found: ServerPerformance) -> go.Figure:
    """
    Requests answered against requests asked for.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    found : ServerPerformance
        What the server does.

    Returns
    -------
    figure : plotly.graph_objects.Figure
        One line for each way of serving: it follows what is asked for up to saturation, and stays there.
    """
    names = labels_of(scenario, found.names)
    most = float(np.nanmax(found.saturation_rps, initial=0.0)) or 1.0
    asked_rps = np.linspace(0, 1.2 * most, 61)
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": asked_rps,
            "y": np.minimum(asked_rps, found.saturation_rps[i]),
            "line": {**line_of(scenario, found.names, i), "width": 2.5},
            "hovertemplate": f"{name}: %{{y:,.4~g}} of %{{x:,.4~g}} req/s<extra></extra>",
        }
        for i, name in enumerate(names)
    ]
    least = int(np.argmin(np.nan_to_num(found.saturation_rps)))
    title = f"{names[least]} is full first, at {count(float(found.saturation_rps[least]))} req/s"
    layout = {
        "xaxis": axis("load, req/s", rangemode="tozero"),
        "yaxis": axis("answered, req/s", rangemode="tozero"),
    }
    return figure(title, "throughput of one server against load", traces, layout)


def delay_chart(scenario: Scenario, found: ServerPerformance) -> go.Figure:
    """
    Response that 95 in 100 requests stay below, against the load of one server.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    found : ServerPerformance
        What the server does.

    Returns
    -------
    figure : plotly.graph_objects.Figure
        One line for each way of serving, the objective across, and a point where each line meets it.
    """
    names = labels_of(scenario, found.names)
    objective_ms = scenario.value("p95_objective_ms")
    loads_rps = SHARES[:, None] * found.saturation_rps
    p95_ms = found.at(loads_rps).p95_ms
    at_capacity_ms = found.at(found.capacity_rps).p95_ms
    traces: list[dict[str, Any]] = []
    for i, name in enumerate(names):
        style = line_of(scenario, found.names, i)
        traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": name,
                "x": loads_rps[:, i],
                "y": p95_ms[:, i],
                "line": {**style, "width": 2.5},
                "hovertemplate": f"{name}: %{{y:,.4~g}} ms at %{{x:,.4~g}} req/s<extra></extra>",
            }
        )
    traces.append(
        {
            "type": "scatter",
            "mode": "markers",
            "name": "planned for at most",
            "x": found.capacity_rps,
            "y": at_capacity_ms,
            "marker": {
                "color": colors_of(scenario, found.names),
                "symbol": [SYMBOLS[i % len(SYMBOLS)] for i in range(len(names))],
                "size": 10,
                "line": {"color": "#1f2933", "width": 1},
            },
            "text": names,
            "hovertemplate": "%{text}: planned for %{x:,.4~g} req/s at most<extra></extra>",
        }
    )
    shown_ms = p95_ms[np.isfinite(p95_ms)]
    low_ms = float(shown_ms.min()) if shown_ms.size else objective_ms
    layout = {
        # On one scale as long as that lets all lines be seen.
        "xaxis": axis("load of one server, req/s", type="log" if _differ(found.saturation_rps) else "linear"),
        "yaxis": axis("ms", type="log", range=[np.log10(0.7 * min(low_ms, objective_ms)), np.log10(6 * objective_ms)]),
        "shapes": [
            {
                "type": "line",
                "xref": "paper",
                "x0": 0,
                "x1": 1,
                "y0": objective_ms,
                "y1": objective_ms,
                "line": {"color": "#b91c1c", "dash": "dash", "width": 1.5},
            }
        ],
        "annotations": [
            {
                "xref": "paper",
                "x": 0.01,
                "xanchor": "left",
                "y": np.log10(objective_ms),
                "yshift": 10,
                "text": f"objective {count(objective_ms)} ms",
                "showarrow": False,
                "font": {"color": "#b91c1c"},
            }
        ],
    }
    title = "Delays grow steeply before a server is full"
    return figure(title, "95th percentile of the response in ms against load", traces, layout)


def ratio_map(scenario: Scenario, pair: tuple[str, str], size: ServerSize) -> go.Figure:
    """
    How much more one way of serving carries than another on the same server, over CPU and wait of a request.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    pair : (str, str)
        Two ways of serving: the first over the second.
    size : ServerSize
        The server.

    Returns
    -------
    figure : plotly.graph_objects.Figure
        A map in powers of ten, with the guide's band of 2 to 3 times drawn in.
    """
    first, second = labels_of(scenario.replace(servings=pair), pair)
    ratios = map_ratios(scenario, pair, size)
    here = server_performance(scenario.replace(servings=pair), *size).saturation_rps
    # As far as the ratios go, but wide enough for the guide's.
    reach = max(float(np.nanmax(np.abs(np.log10(ratios)), initial=0.0)), float(np.log10(GUIDE_BAND[1])))
    heat = {
        "type": "heatmap",
        "x": MAP_CPU_MS,
        "y": np.maximum(MAP_WAIT_MS, 0.5),
        "z": np.log10(ratios),
        "customdata": ratios,
        "zmin": -reach,
        "zmax": reach,
        "colorscale": get_colorscale("PuOr"),
        "reversescale": True,
        "colorbar": {
            "title": {"text": "times"},
            "tickvals": [sign * np.log10(times) for times in _MAP_TICKS for sign in (-1, 1)],
            "ticktext": [text for times in _MAP_TICKS for text in (f"1/{times}", f"{times}")],
        },
        "hovertemplate": "%{x:.3~g} ms CPU, %{y:.3~g} ms wait: %{customdata:.3~g} times<extra></extra>",
    }
    bands = [
        {
            "type": "contour",
            "x": MAP_CPU_MS,
            "y": np.maximum(MAP_WAIT_MS, 0.5),
            "z": np.log10(ratios),
            "contours": {"start": np.log10(times), "end": np.log10(times), "size": 1, "coloring": "none"},
            "line": {"color": _BAND_COLOR, "width": 2.5, "dash": dash},
            "name": f"the guide's {times:g} times",
            "showscale": False,
            "showlegend": True,
            "hoverinfo": "skip",
        }
        for times, dash in zip(GUIDE_BAND, ("solid", "dot"), strict=True)
    ]
    ratio = float(here[0] / here[1])
    yours = {
        "type": "scatter",
        "mode": "markers",
        "name": f"yours: {count(ratio)} times",
        "x": [scenario.value("app_cpu_ms")],
        "y": [max(scenario.value("wait_ms"), 0.5)],
        "marker": {"symbol": "x", "size": 12, "color": "#000000"},
        "hovertemplate": f"yours: {count(ratio)} times<extra></extra>",
    }
    title = f"{first} carries {count(ratio)} times as much as {second} here, and {span_text(ratios)} elsewhere"
    layout = {
        "xaxis": axis("CPU of your own code, ms", type="log"),
        "yaxis": axis("wait of a request, ms (0 at the foot)", type="log"),
    }
    return figure(title, f"largest throughput of {first} over {second} on one server", [heat, *bands, yours], layout)


def map_ratios(scenario: Scenario, pair: tuple[str, str], size: ServerSize) -> Array:
    """
    The ratios of `ratio_map`.

    Parameters
    ----------
    scenario, pair, size
        As for `ratio_map`.

    Returns
    -------
    ratios : ndarray
        One row for each wait of `MAP_WAIT_MS`, one column for each CPU time of `MAP_CPU_MS`. [1]
    """
    cpu_ms, wait_ms = np.meshgrid(MAP_CPU_MS, MAP_WAIT_MS)
    many = scenario.replace(servings=pair, app_cpu_ms=cpu_ms.reshape(-1, 1), wait_ms=wait_ms.reshape(-1, 1))
    saturated = server_performance(many, *size).saturation_rps
    return np.asarray((saturated[:, 0] / saturated[:, 1]).reshape(cpu_ms.shape))


def _differ(saturation_rps: Array) -> bool:
    return bool(np.nanmax(saturation_rps, initial=0.0) > 10 * np.nanmin(saturation_rps, initial=np.inf))


def span_text(ratios: Array) -> str:
    """
    From the least to the greatest of some ratios, in words.

    Parameters
    ----------
    ratios : ndarray
        Ratios. [1]

    Returns
    -------
    text : str
        Such as "0.24 to 4.3 times".

    Examples
    --------
    >>> span_text(np.array([0.24, 1.0, 4.3]))
    '0.24 to 4.3 times'
    """
    low, high = (float(end(ratios)) for end in (np.nanmin, np.nanmax))
    return f"{count(low)} to {count(high)} times"
