"""Look: what all charts have in common, from the colours of the frameworks to the lines of a title."""

import textwrap
from typing import Any, Final

import plotly.graph_objects as go

from tco.decision import serving_labels
from tco.scenarios import Scenario

# Ways of serving the same framework share its colour; no two of a chart share the dash, the symbol or the pattern, so
# that nobody needs the colours.
DASHES: Final = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
SYMBOLS: Final = ("circle", "square", "diamond", "triangle-up", "cross", "star")
PATTERNS: Final = ("", "/", "\\", ".", "x", "|", "+", "-")

LEGEND: Final = {"orientation": "h", "yanchor": "top", "y": -0.2, "x": 0}
# What Plotly's own template says for the traces of our charts: all of it would be most of what each figure sends.
_AXIS: Final = {
    "automargin": True,
    "gridcolor": "white",
    "linecolor": "white",
    "ticks": "",
    "title": {"standoff": 15},
    "zerolinecolor": "white",
    "zerolinewidth": 2,
}
_TEMPLATE: Final = {
    "layout": {
        "annotationdefaults": {"arrowcolor": "#2a3f5f", "arrowhead": 0, "arrowwidth": 1},
        "autotypenumbers": "strict",
        "colorway": ["#636efa", "#EF553B", "#00cc96", "#ab63fa", "#FFA15A", "#19d3f3", "#FF6692", "#B6E880"],
        "hoverlabel": {"align": "left"},
        "hovermode": "closest",
        "shapedefaults": {"line": {"color": "#2a3f5f"}},
        "xaxis": _AXIS,
        "yaxis": _AXIS,
    }
}
_LAYOUT: Final = {
    "template": _TEMPLATE,
    "font": {"family": "system-ui, -apple-system, 'Segoe UI', sans-serif", "size": 13, "color": "#1f2933"},
    "paper_bgcolor": "rgba(0,0,0,0)",
    "plot_bgcolor": "rgba(0,0,0,0)",
    "hoverlabel": {"bgcolor": "#ffffff"},
    "legend": LEGEND,
    "separators": ".,",
    "height": 420,
}
# As many letters of a title as stand beside one another on a phone.
TITLE_LINE_LETTERS: Final = 34
SUBTITLE_LINE_LETTERS: Final = 48

# Names beside bars, the first at the top.
NAMES_AXIS: Final = {"autorange": "reversed", "ticklabelstandoff": 5, "showgrid": False, "zeroline": False}
GRID: Final = {"gridcolor": "#e4e7eb", "zerolinecolor": "#9aa5b1", "ticklabelstandoff": 5}
# Along the foot of a chart: the room for numbers and for their title is known. To find it Plotly would measure all
# labels, and draw the whole chart twice.
_FOOT_PX: Final = 48
_FOOT_WITH_TITLE_PX: Final = 57
_HALF_NUMBER_PX: Final = 24
MONEY_AXIS: Final = {**GRID, "tickprefix": "$", "tickformat": "~s", "rangemode": "tozero"}


def labels_of(scenario: Scenario, names: tuple[str, ...]) -> list[str]:
    """
    What the charts of a scenario call ways of serving.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    names : tuple of str
        Ways of serving of it.

    Returns
    -------
    labels : list of str
        In the same order.
    """
    called = serving_labels(scenario)
    return [called[name] for name in names]


def colors_of(scenario: Scenario, names: tuple[str, ...]) -> list[str]:
    """
    Colours of the frameworks that ways of serving belong to.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    names : tuple of str
        Ways of serving.

    Returns
    -------
    colors : list of str
        In the same order.
    """
    return [scenario.assumptions.framework_of(name).color for name in names]


def line_of(scenario: Scenario, names: tuple[str, ...], i: int) -> dict[str, Any]:
    """
    Line of a way of serving: the colour of its framework, and a dash of its own.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    names : tuple of str
        The ways of serving of a chart.
    i : int
        Which of them.

    Returns
    -------
    line : dict
        As Plotly takes it.
    """
    return {"color": colors_of(scenario, names)[i], "dash": DASHES[i % len(DASHES)]}


def bar_of(color: str | list[str], i: int) -> dict[str, Any]:
    """
    Marker of the bars of a trace: its colour, and a pattern of its own.

    Parameters
    ----------
    color : str or list of str
        The colour, or one for each bar.
    i : int
        Which of the traces of a chart.

    Returns
    -------
    marker : dict
        As Plotly takes it.
    """
    return {"color": color, "pattern": pattern_of(i)}


def pattern_of(i: int) -> dict[str, Any]:
    """
    Pattern of a trace, faint enough for words to be read on it.

    Parameters
    ----------
    i : int
        Which of the traces of a chart.

    Returns
    -------
    pattern : dict
        As Plotly takes it.
    """
    return {"shape": PATTERNS[i % len(PATTERNS)], "size": 7, "solidity": 0.2, "fillmode": "overlay", "fgopacity": 0.25}


def axis(title: str, **settings: Any) -> dict[str, Any]:
    """
    An axis with a small title.

    Parameters
    ----------
    title : str
        What it shows, with its unit.
    **settings
        As Plotly takes them.

    Returns
    -------
    axis : dict
        As Plotly takes it.
    """
    return {**GRID, "title": {"text": title, "font": {"size": 12}}, **settings}


def mark(value: float, x: float, text: str, color: str, dash: str, y: float, *, right: bool = False) -> dict[str, Any]:
    """
    A vertical line with its label.

    Parameters
    ----------
    value : float
        Where the line stands.
    x : float
        Where its label stands: the same, but for the logarithm of a logarithmic axis.
    text : str
        The label.
    color, dash : str
        How the line is drawn.
    y : float
        How high the label stands: 0 at the foot of the picture, 1 at its top.
    right : bool
        Whether the label stands on the left, as that of a line at the right has to.

    Returns
    -------
    mark : dict
        Its `shape` and its `annotation`, as Plotly takes them.
    """
    side = {"xanchor": "right", "xshift": -4} if right else {"xanchor": "left", "xshift": 4}
    return {
        "shape": {
            "type": "line",
            "x0": value,
            "x1": value,
            "yref": "paper",
            "y0": 0,
            "y1": 1,
            "line": {"color": color, "dash": dash, "width": 1.5},
        },
        "annotation": {
            "x": x,
            "yref": "paper",
            "y": y,
            "text": text,
            "showarrow": False,
            **side,
            "font": {"color": color},
        },
    }


def figure(title: str, subtitle: str, traces: list[dict[str, Any]], layout: dict[str, Any]) -> go.Figure:
    """
    A figure whose title says its point, in lines that a phone has room for.

    Parameters
    ----------
    title : str
        The point.
    subtitle : str
        What is drawn, with its unit.
    traces : list of dict
        As Plotly takes them.
    layout : dict
        What is special to this chart.

    Returns
    -------
    figure : plotly.graph_objects.Figure
        The figure; its `layout.meta` is title and subtitle, for screen readers.
    """
    # Plotly cuts off a title that is too long for a phone, and draws a subtitle of its own into the picture.
    lines = textwrap.wrap(title, TITLE_LINE_LETTERS)
    small_lines = textwrap.wrap(subtitle, SUBTITLE_LINE_LETTERS)
    if f"{title}{subtitle}".count("$") > 1:
        # Plotly takes what stands between two dollar signs for a formula.
        lines, small_lines = ([line.replace("$", "&#36;") for line in some] for some in (lines, small_lines))
    first_line_px = 16 + 20 * len(lines) + 19 * (len(small_lines) - 1)  # the anchor is the foot of the first line
    heading = {
        "text": "<br>".join(
            [*lines, f"<span style='font-size:12px;font-weight:400;color:#52606d'>{'<br>'.join(small_lines)}</span>"]
        ),
        "x": 0,
        "xref": "container",
        "yref": "paper",
        "y": 1,
        "yanchor": "bottom",
        "pad": {"l": 8, "b": first_line_px},
        "font": {"size": 15, "weight": 600},
    }
    margin = {"l": 56, "r": 12, "t": first_line_px + 20, "b": _FOOT_PX}
    if "xaxis" in layout:  # numbers; charts with names along their foot leave that to Plotly
        layout = {**layout, "xaxis": {"automargin": False, **layout["xaxis"]}}
        margin |= {"r": _HALF_NUMBER_PX, "b": _FOOT_WITH_TITLE_PX if "title" in layout["xaxis"] else _FOOT_PX}
    words = f"{title} ({subtitle})"
    whole_layout = {**_LAYOUT, **layout, "title": heading, "margin": margin, "meta": words}
    return unchecked({"data": traces, "layout": whole_layout})


def unchecked(content: dict[str, Any]) -> go.Figure:
    """
    Make a figure without having Plotly check each setting, which takes three times as long; our tests have it checked.

    Parameters
    ----------
    content : dict
        Traces and layout, as Plotly takes them.

    Returns
    -------
    figure : plotly.graph_objects.Figure
        The figure; what is changed in it afterwards is checked as usual.
    """
    made = go.Figure(content, _validate=False)
    made._validate = True  # noqa: SLF001, Plotly has no other switch
    return made
