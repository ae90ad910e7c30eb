"""Charts of what the draws say: chances, costs, regret, what matters, what it is worth to know, and where it flips."""

import textwrap
from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from tco.decision import is_wide, serving_labels
from tco.flips import WinnerMap
from tco.information import Information
from tco.keys import label_of, name_of, row_of, value_of
from tco.look import NAMES_AXIS, axis, bar_of, colors_of, figure, labels_of, line_of
from tco.scenarios import Scenario, evaluate
from tco.sensitivity import Swing
from tco.uncertainty import Uncertainty
from tco.wording import count, inside, labelled, money, quantity, share

BINS: Final = 60
# As many inputs as a picture can name.
MOST_INPUTS: Final = 10
# Two lines of it leave room for the bars on a phone.
LABEL_LETTERS: Final = 20

_LOW_COLOR: Final = "#88CCEE"
_HIGH_COLOR: Final = "#332288"


def chance_chart(found: Uncertainty) -> go.Figure:
    """
    Chance of each way of serving to be the cheapest, with the chance that would be sure enough.

    Parameters
    ----------
    found : Uncertainty
        The draws.

    Returns
    -------
    figure : plotly.graph_objects.Figure
        One bar for each way of serving.
    """
    scenario = found.prior.scenario
    sure = scenario.value("confidence_share")
    best = serving_labels(scenario)[found.best]
    top = share(float(found.cheapest_share.max()))
    had = found.draws * (1.0 - found.nothing_share)
    title = {
        "no answer": "Nothing can be served and launched in time",
        "too close to call": f"Too close to call: {best} has the best chance, {top}",
    }.get(found.kind, f"{best} is cheapest in {top} of the cases")
    trace = {
        "type": "bar",
        "orientation": "h",
        "x": found.cheapest_share,
        "y": labels_of(scenario, found.names),
        "marker": {"color": colors_of(scenario, found.names)},
        "text": [share(float(chance)) for chance in found.cheapest_share],
        "textposition": "auto",
        "hovertemplate": f"%{{y}}: %{{x:.1%}} of {count(had)} draws in which any can be had<extra></extra>",
    }
    line = {"type": "line", "x0": sure, "x1": sure, "yref": "paper", "y0": 0, "y1": 1}
    layout = {
        "xaxis": axis("chance of being cheapest", range=[0, 1.0], tickformat=".0%"),
        "yaxis": NAMES_AXIS,
        "shapes": [{**line, "line": {"color": "#52606d", "dash": "dot", "width": 1.5}}],
        "annotations": [
            {
                "x": sure,
                "yref": "paper",
                "y": 1.0,
                "yanchor": "bottom",
                "text": f"sure enough {share(sure)}",
                "showarrow": False,
                "xanchor": "right",
                "font": {"color": "#52606d"},
            }
        ],
        "showlegend": False,
    }
    return figure(title, f"in {found.draws:,} draws from the ranges of the inputs", [trace], layout)


def cost_histogram(found: Uncertainty) -> go.Figure:
    """
    How the total cost of each way of serving is spread over the draws.

    Parameters
    ----------
    found : Uncertainty
        The draws.

    Returns
    -------
    figure : plotly.graph_objects.Figure
        One curve for each way of serving: share of the draws in each bin, all bins as wide as one another in ratios.
    """
    scenario = found.prior.scenario
    labels = labels_of(scenario, found.names)
    known = found.total_usd[np.isfinite(found.total_usd) & (found.total_usd > 0)]
    if not len(known):
        return figure("No costs are known", "no server on offer has room for one worker", [], {})
    first_usd, last_usd = np.quantile(known, [0.002, 0.99]).tolist()
    edges = np.geomspace(first_usd, last_usd, BINS + 1)
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": label,
            "x": edges[:-1],
            "y": np.histogram(found.total_usd[:, i], edges)[0] / max(np.isfinite(found.total_usd[:, i]).sum(), 1),
            "line": {**line_of(scenario, found.names, i), "shape": "hv", "width": 2},
            "hovertemplate": f"{label}: %{{y:.1%}} around $%{{x:,.3s}}<extra></extra>",
        }
        for i, label in enumerate(labels)
    ]
    best = found.names.index(found.best)
    low, middle, high = (money(float(usd)) for usd in found.quantiles_usd([0.05, 0.5, 0.95])[:, best])
    layout = {
        "xaxis": axis("total cost in USD", type="log", dtick="D2", tickprefix="$", tickformat="~s"),
        "yaxis": axis("share of the draws", tickformat=".0%", rangemode="tozero"),
    }
    title = f"{labels[best]} costs {middle} in the middle case, {low} to {high} nine times out of ten"
    return figure(title, "total cost in USD over the draws", traces, layout)


def regret_chart(found: Uncertainty) -> go.Figure:
    """
    What each choice costs above the best of its draw: on average, and in the worst twentieth of the draws.

    Parameters
    ----------
    found : Uncertainty
        The draws.

    Returns
    -------
    figure : plotly.graph_objects.Figure
        Two bars for each way of serving.
    """
    scenario = found.prior.scenario
    labels = labels_of(scenario, found.names)
    if not found.robust:
        return figure("No regret can be told", "in no draw all choices can be had", [], {})
    regrets = {"mean": found.regret_usd.mean(axis=0), "95th percentile": np.quantile(found.regret_usd, 0.95, axis=0)}
    traces = [
        {
            "type": "bar",
            "name": name,
            "x": labels,
            "y": usd,
            "marker": bar_of(color, i),
            "text": [money(float(one)) for one in usd],
            "textposition": "auto",
            "hovertemplate": f"%{{x}}: {name} $%{{y:,.0f}} above the best of its draw<extra></extra>",
        }
        for i, ((name, usd), color) in enumerate(zip(regrets.items(), (_LOW_COLOR, _HIGH_COLOR), strict=True))
    ]
    least = labels[int(np.argmin(regrets["mean"]))]
    robust = serving_labels(scenario)[found.robust]
    both = f"{robust} is the robust choice: least regret, on average and at worst"
    title = both if robust == least else f"{least} is regretted least on average, {robust} least at worst"
    layout = {"barmode": "group", "yaxis": axis("USD", tickprefix="$", tickformat="~s", rangemode="tozero")}
    return figure(title, "what a choice costs above the best one of the same draw", traces, layout)


def tornado_chart(scenario: Scenario, swings: tuple[Swing, ...], first: str, second: str) -> go.Figure:
    """
    How far each input alone moves the difference between two ways of serving.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    swings : tuple of Swing
        What `tornado` found for it.
    first, second : str
        The two ways of serving.

    Returns
    -------
    figure : plotly.graph_objects.Figure
        Two bars for each of the inputs that move it most, from today's difference to either end.
    """
    labels = serving_labels(scenario)
    shown = [swing for swing in swings if abs(swing.at_high_usd - swing.at_low_usd) > 0][:MOST_INPUTS]
    if not shown:
        return figure("No input moves the difference", f"{labels[second]} against {labels[first]}", [], {})
    now_usd = _now_usd(scenario, first, second)
    names = [_short(swing.label) for swing in shown]

    def bars(name: str, end: str, color: str) -> dict[str, Any]:
        ends = [(getattr(swing, f"at_{end}_usd"), getattr(swing, end), swing.key) for swing in shown]
        return {
            "type": "bar",
            "orientation": "h",
            "name": name,
            "y": names,
            "base": now_usd,
            "x": [usd - now_usd for usd, _, _ in ends],
            "marker": bar_of(color, int(end == "high")),
            "customdata": [[quantity(name_of(key), value), money(usd)] for usd, value, key in ends],
            "hovertemplate": f"%{{y}} at %{{customdata[0]}}: {labels[second]} costs %{{customdata[1]}} more"
            "<extra></extra>",
        }

    layout = {
        "barmode": "overlay",
        "xaxis": axis(f"{labels[second]} costs more", tickprefix="$", tickformat="~s", zerolinewidth=2),
        "yaxis": {**NAMES_AXIS, "automargin": True},
        "height": 560,
    }
    title = f"{shown[0].label} moves the difference most"
    words = (
        f"what {labels[second]} costs above {labels[first]}, one input at a time; left of zero the answer has flipped"
    )
    return figure(title, words, [bars("low", "low", _LOW_COLOR), bars("high", "high", _HIGH_COLOR)], layout)


def worth_chart(found: Information) -> go.Figure:
    """
    What knowing an input before choosing would be worth.

    Parameters
    ----------
    found : Information
        What `worth_knowing` found.

    Returns
    -------
    figure : plotly.graph_objects.Figure
        A bar with its standard error for everything together, for each group and for each input worth anything.
    """
    worthy = [one for one in found.inputs if one.worth.usd > 0][:MOST_INPUTS]
    groups = [one for one in found.groups if one.worth.usd > 0]
    bars = [*((f"All of {one.label}", one.worth) for one in groups), *((one.label, one.worth) for one in worthy)]
    worths = [found.everything, *(worth for _, worth in bars)]
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": ["Everything", *(_short(label) for label, _ in bars)],
        "x": [worth.usd for worth in worths],
        "error_x": {"type": "data", "array": [worth.error_usd for worth in worths]},
        "marker": {"color": [*([_HIGH_COLOR] * (1 + len(groups))), *([_LOW_COLOR] * len(worthy))]},
        "customdata": [worth.error_usd for worth in worths],
        "hovertemplate": "%{y}: $%{x:,.0f}, give or take $%{customdata:,.0f}<extra></extra>",
    }
    title = (
        f"Knowing {inside(worthy[0].label)} is worth up to {money(worthy[0].worth.usd)}"
        if worthy
        else "No single input is worth knowing better"
    )
    layout = {
        "xaxis": axis("USD", tickprefix="$", tickformat="~s", rangemode="tozero"),
        "yaxis": {**NAMES_AXIS, "automargin": True},
        "showlegend": False,
    }
    words = f"expected value of perfect information, with standard errors; everything {money(found.everything.usd)}"
    return figure(title, words, [trace], layout)


def winner_chart(scenario: Scenario, found: WinnerMap) -> go.Figure:
    """
    The cheapest way of serving over two inputs, the darker the larger its lead.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    found : WinnerMap
        What `winner_map` found for it.

    Returns
    -------
    figure : plotly.graph_objects.Figure
        One layer for each way of serving that wins anywhere, and a mark where the scenario stands.
    """
    labels = serving_labels(scenario)
    colors = colors_of(scenario, scenario.servings)
    finite = found.margin_usd[np.isfinite(found.margin_usd) & (found.best >= 0)]
    most_usd = float(np.quantile(finite, 0.95)) if len(finite) else 1.0
    traces: list[dict[str, Any]] = [
        {
            "type": "heatmap",
            "name": labels[name],
            "x": found.x,
            "y": found.y,
            "z": np.where(found.best == i, np.minimum(found.margin_usd, 1e12), np.nan),
            "zmin": 0,
            "zmax": most_usd or 1.0,
            "colorscale": [[0, _tint(colors[i])], [1, colors[i]]],
            "showscale": False,
            "showlegend": True,
            "hovertemplate": f"{labels[name]} by $%{{z:,.0f}} at %{{x:,.3~g}}, %{{y:,.3~g}}<extra></extra>",
        }
        for i, name in enumerate(scenario.servings)
        if (found.best == i).any()
    ]
    here = {
        "type": "scatter",
        "mode": "markers",
        "name": "now",
        "x": [value_of(scenario, found.x_key)],
        "y": [value_of(scenario, found.y_key)],
        "marker": {"symbol": "x", "size": 10, "color": "#1f2933"},
        "hovertemplate": "now<extra></extra>",
    }
    layout = {
        side: axis(_axis_title(scenario, key), tickformat="~s", **_scale(values))
        for side, key, values in (("xaxis", found.x_key, found.x), ("yaxis", found.y_key, found.y))
    }
    winners = [name for name in scenario.servings if (found.best == scenario.servings.index(name)).any()]
    shares = {name: float((found.best == scenario.servings.index(name)).mean()) for name in winners}
    if not winners:
        title = "Nothing can be served and launched on this map"
    elif len(winners) == 1:
        title = f"{labels[winners[0]]} is cheapest wherever one can be had on this map"
    else:
        first = max(shares, key=lambda name: shares[name])
        title = f"{labels[first]} is cheapest on {share(shares[first])} of this map"
    names = [_name_on_map(found, i, labels[scenario.servings[i]]) for i in _winners(found)]
    words = f"{inside(label_of(scenario, found.x_key))} against {inside(label_of(scenario, found.y_key))}"
    return figure(title, f"{words}; the darker, the larger the lead", [*traces, here], {**layout, "annotations": names})


def _winners(found: WinnerMap) -> list[int]:
    """Which ways of serving win anywhere on a map."""
    return [int(i) for i in np.unique(found.best) if i >= 0]


def _name_on_map(found: WinnerMap, i: int, label: str) -> dict[str, Any]:
    """The name of a winner, at the point of its region that lies nearest to the middle of the region."""
    rows, columns = np.nonzero(found.best == i)
    middle = int(np.argmin((rows - rows.mean()) ** 2 + (columns - columns.mean()) ** 2))
    # Annotations of a logarithmic axis are placed by the logarithm.
    x, y = (
        float(np.log10(values[at]) if _scale(values) else values[at])
        for values, at in ((found.x, columns[middle]), (found.y, rows[middle]))
    )
    shade = {"bgcolor": "#ffffff", "opacity": 0.85, "borderpad": 2}
    return {"x": x, "y": y, "text": label, "showarrow": False, "font": {"color": "#1f2933"}, **shade}


def _axis_title(scenario: Scenario, key: str) -> str:
    return labelled(label_of(scenario, key), row_of(scenario, key).unit)


def _scale(values: Any) -> dict[str, Any]:
    return {"type": "log", "dtick": 1} if is_wide(float(values[0]), float(values[-1])) else {}


def _now_usd(scenario: Scenario, first: str, second: str) -> float:
    costs = evaluate(scenario)
    return float(costs.of(second) - costs.of(first))


def _short(label: str) -> str:
    lines = textwrap.wrap(label, LABEL_LETTERS)
    return "<br>".join([*lines[:1], *([lines[1] + "…"] if len(lines) > 2 else lines[1:2])])


def _tint(color: str) -> str:
    """The same colour with four fifths of white."""
    parts = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return "#" + "".join(f"{round(255 - 0.2 * (255 - part)):02x}" for part in parts)
