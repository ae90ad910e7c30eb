"""Charts of what real servers did, here and in published benchmarks, beside what the formulas say."""

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from tco.charts_capacity import GUIDE_BAND, SHARES, span_text
from tco.look import GRID, LEGEND, NAMES_AXIS, SYMBOLS, axis, figure, line_of
from tco.published import Ratio, ratio_range
from tco.real_servers import Curve, Prediction, predicted_curves
from tco.scenarios import Scenario
from tco.staleness import Freshness
from tco.wording import count

_GUIDE_FILL: Final = "rgba(127, 85, 57, 0.15)"


def workload_chart(scenario: Scenario, found: Iterable[Prediction], workload: tuple[float, float]) -> go.Figure:
    """
    Measured delays beside the predicted curves, for one workload on one core.

    Parameters
    ----------
    scenario : Scenario
        Where names and colours of the ways of serving come from.
    found : iterable of Prediction
        Measured loads.
    workload : (float, float)
        CPU and wait of a request. [ms]

    Returns
    -------
    figure : plotly.graph_objects.Figure
        A line and two points for each way of serving.
    """
    curves: tuple[Curve, ...] = predicted_curves(*workload, SHARES, scenario.assumptions)
    names = tuple(curve.serving for curve in curves)
    servings = scenario.assumptions.servings
    measured = [one.load for one in found if one.load.workload == workload and one.load.server_cores == 1]
    traces: list[dict[str, Any]] = []
    for i, curve in enumerate(curves):
        label, style = servings[curve.serving].label, line_of(scenario, names, i)
        points = [load for load in measured if load.serving == curve.serving]
        traces += [
            {
                "type": "scatter",
                "mode": "lines",
                "name": label,
                "legendgroup": label,
                "x": curve.load_rps,
                "y": curve.p95_ms,
                "line": {**style, "width": 2},
                "hovertemplate": f"{label}, predicted: %{{y:,.4~g}} ms at %{{x:,.4~g}} req/s<extra></extra>",
            },
            {
                "type": "scatter",
                "mode": "markers",
                "name": f"{label}, measured",
                "legendgroup": label,
                "showlegend": False,
                "x": [load.rate_rps for load in points],
                "y": [load.p95_ms for load in points],
                "marker": {
                    "color": style["color"],
                    "symbol": SYMBOLS[i],
                    "size": 9,
                    "line": {"color": "#1f2933", "width": 1},
                },
                "hovertemplate": f"{label}, measured: %{{y:,.4~g}} ms at %{{x:,.4~g}} req/s<extra></extra>",
            },
        ]
    cpu_ms, wait_ms = workload
    layout = {
        "xaxis": axis("load of one core, req/s", type="log"),
        "yaxis": axis("ms", type="log"),
        "legend": {**LEGEND, "y": -0.28},
        "height": 560,
    }
    title = f"Measured points on predicted curves: {count(cpu_ms)} ms CPU, {count(wait_ms)} ms wait"
    return figure(title, "95th percentile of the response in ms against load", traces, layout)


def agreement_chart(scenario: Scenario, found: Iterable[Prediction]) -> go.Figure:
    """
    Every measured delay against its prediction.

    Parameters
    ----------
    scenario : Scenario
        Where names and colours of the ways of serving come from.
    found : iterable of Prediction
        Measured loads; those that were used for calibration are left out.

    Returns
    -------
    figure : plotly.graph_objects.Figure
        One point for each load, with lines at equality and 20% to either side.
    """
    judged = [one for one in found if not one.calibrates]
    names = tuple(dict.fromkeys(one.load.serving for one in judged))
    servings = scenario.assumptions.servings
    span = np.array([min(one.load.p95_ms for one in judged) / 1.5, max(one.load.p95_ms for one in judged) * 1.5])
    traces: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": span,
            "y": span * factor,
            "line": {"color": "#7b8794", "dash": dash, "width": 1},
            "name": name,
            "showlegend": factor != 0.8,
            "hoverinfo": "skip",
        }
        for factor, dash, name in ((1.0, "solid", "equal"), (1.2, "dot", "20% off"), (0.8, "dot", "20% off"))
    ]
    for i, name in enumerate(names):
        of_name = [one for one in judged if one.load.serving == name]
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": servings[name].label,
                "x": [one.load.p95_ms for one in of_name],
                "y": [one.p95_ms for one in of_name],
                "text": [
                    f"{count(one.load.cpu_ms)} + {count(one.load.wait_ms)} ms, {100 * one.load.rate_share:.0f}% of full"
                    for one in of_name
                ],
                "marker": {
                    "color": line_of(scenario, names, i)["color"],
                    "symbol": SYMBOLS[i],
                    "size": 8,
                    "opacity": 0.85,
                },
                "hovertemplate": "%{text}: measured %{x:.3~g} ms, predicted %{y:.3~g} ms<extra></extra>",
            }
        )
    errors = np.abs([one.p95_error for one in judged])
    layout = {
        "xaxis": axis("measured, ms", type="log"),
        "yaxis": axis("predicted, ms", type="log"),
        "legend": {**LEGEND, "y": -0.28},
        "height": 560,
    }
    title = f"{np.mean(errors <= 0.2):.0%} of {len(errors)} measured delays are predicted within 20%"
    return figure(title, "95th percentile of the response of real servers, predicted and measured", traces, layout)


def published_chart(
    ratios: Iterable[Ratio], ages: Iterable[Freshness], own_ratio: float, labels: tuple[str, str]
) -> go.Figure:
    """
    Published throughput ratios, like for like, beside the guide's band and the scenario's own ratio.

    Parameters
    ----------
    ratios : iterable of Ratio
        As `tco.published.like_for_like_ratios` gives them.
    ages : iterable of Freshness
        How old each of them is.
    own_ratio : float
        The same ratio as the model has it for a scenario. [1]
    labels : (str, str)
        The two frameworks.

    Returns
    -------
    figure : plotly.graph_objects.Figure
        One point for each pair of published runs, a row for each source; stale ones are a trace of their own, with the
        range that their age gives them.
    """
    found, ages = list(ratios), list(ages)
    values = np.array([one.ratio for one in found])
    rows = np.array([f"{one.first.source}<br>{one.first.run_date[:7]}, {_access(one)}" for one in found])
    first, second = labels

    def points(name: str, some: list[int], symbol: str) -> dict[str, Any]:
        reach = np.array([ratio_range(values[i], ages[i]) for i in some]).reshape(-1, 2)
        return {
            "type": "scatter",
            "mode": "markers",
            "name": name,
            "x": values[some],
            "y": rows[some].tolist(),
            "text": [found[i].first.test for i in some],
            "marker": {"color": "#D55E00", "size": 9, "opacity": 0.7, "symbol": symbol},
            "error_x": {
                "array": reach[:, 1] - values[some],
                "arrayminus": values[some] - reach[:, 0],
                "symmetric": False,
                "thickness": 1,
                "width": 0,
                "color": "rgba(213,94,0,0.35)",
            },
            "hovertemplate": "%{text}: %{x:.3~g} times<extra></extra>",
        }

    stale = [i for i, age in enumerate(ages) if age.is_stale]
    fresh = [i for i in range(len(found)) if i not in stale]
    traces = [points("recent", fresh, "circle"), points("stale, with the range for its age", stale, "circle-open")]
    low, high = GUIDE_BAND
    layout = {
        "xaxis": axis("times", type="log", tickvals=[0.25, 0.5, 1, 2, 3, 5]),
        "yaxis": {
            **NAMES_AXIS,
            "showgrid": True,
            "gridcolor": GRID["gridcolor"],
            "automargin": True,
            "tickfont": {"size": 11},
            "categoryorder": "array",
            "categoryarray": list(dict.fromkeys(rows.tolist())),
        },
        "legend": LEGEND,
        "height": 560,
        "shapes": [
            {
                "type": "rect",
                "x0": low,
                "x1": high,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "fillcolor": _GUIDE_FILL,
                "line": {"width": 0},
            },
            {
                "type": "line",
                "x0": own_ratio,
                "x1": own_ratio,
                "yref": "paper",
                "y0": 0,
                "y1": 1,
                "line": {"color": "#1f2933", "dash": "dot", "width": 1.5},
            },
        ],
        "annotations": [
            {"x": np.log10(2.45), "yref": "paper", "y": 1.0, "yshift": 8, "text": "the guide", "showarrow": False},
            {
                "x": np.log10(own_ratio),
                "yref": "paper",
                "y": 0.0,
                "yshift": 8,
                "xshift": -4,
                "xanchor": "right",
                "text": f"yours: {count(own_ratio)}",
                "showarrow": False,
            },
        ],
    }
    inside = float(np.mean((values >= low) & (values <= high)))
    title = f"Published: {span_text(values)}, {inside:.0%} in the guide's band"
    return figure(title, f"throughput of {first} over {second}, like for like only", traces, layout)


def _access(one: Ratio) -> str:
    return "no database" if one.first.access == "none" else {"raw": "raw SQL", "orm": "ORM"}[one.first.access]
