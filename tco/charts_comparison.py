"""Charts of several scenarios: their costs beside one another, and waterfalls of the gap between two."""

import textwrap
from collections.abc import Sequence
from typing import Final

import numpy as np
import plotly.graph_objects as go

from tco.arrays import Array
from tco.charts import COMPONENT_COLORS
from tco.differences import Comparison, Difference, to_cents
from tco.look import MONEY_AXIS, NAMES_AXIS, axis, bar_of, figure
from tco.model import COMPONENTS
from tco.wording import COMPONENT_LABELS, inside, money

# Told apart by colour-blind readers, and by the sign of each amount.
DEARER_COLOR: Final = "#D55E00"
CHEAPER_COLOR: Final = "#0072B2"
GAP_COLOR: Final = "#52606d"

MOST_STEPS: Final = 9
STEP_LABEL_LETTERS: Final = 22
STEP_HEIGHT_PX: Final = 52


def comparison_chart(names: Sequence[str], found: Comparison) -> go.Figure:
    """
    Total cost of each of several scenarios, stacked by component.

    Parameters
    ----------
    names : sequence of str
        What the scenarios are called.
    found : Comparison
        What `tco.compare` found.

    Returns
    -------
    figure : plotly.graph_objects.Figure
        One bar for each scenario, one trace for each component, the total above each bar.

    Examples
    --------
    >>> import tco
    >>> scenarios = [tco.scenario("internal-tool"), tco.scenario("customer-api")]
    >>> comparison_chart(["Tool", "API"], tco.compare(scenarios)).data[0].x
    ('Tool', 'API')
    """
    short = ["<br>".join(textwrap.wrap(name, 14)) for name in names]
    traces = [
        {
            "type": "bar",
            "name": COMPONENT_LABELS[part],
            "x": short,
            "y": found.component_usd[:, i],
            "marker": bar_of(COMPONENT_COLORS[part], i),
            "hovertemplate": "%{x}: " + COMPONENT_LABELS[part] + " $%{y:,.0f}<extra></extra>",
        }
        for i, part in enumerate(COMPONENTS)
        if np.nansum(found.component_usd[:, i]) > 0
    ]
    totals = [
        {"x": name, "y": float(usd), "text": f"<b>{money(float(usd))}</b>", "showarrow": False, "yshift": 12}
        for name, usd in zip(short, found.total_usd, strict=True)
        if np.isfinite(usd)
    ]
    layout = {"barmode": "stack", "yaxis": MONEY_AXIS, "annotations": totals}
    if not totals:
        return figure("None can be served and launched in time", "present value in USD, by component", traces, layout)
    least = int(np.nanargmin(found.total_usd))
    title = f"{names[least]} costs least: {money(float(found.total_usd[least]))}"
    return figure(title, "present value in USD over the horizon, by component", traces, layout)


def input_waterfall(names: Sequence[str], found: Difference) -> go.Figure:
    """
    The gap between two scenarios, split over the inputs in which they differ.

    Parameters
    ----------
    names : sequence of str
        What the first and the second are called.
    found : Difference
        What `tco.difference` found.

    Returns
    -------
    figure : plotly.graph_objects.Figure
        A bar for each input, the largest first, each from where the one before ends; the last is the gap.

    Examples
    --------
    >>> import tco
    >>> found = tco.difference(tco.scenario(), tco.scenario(wait_ms=300, team_people=8))
    >>> figure = input_waterfall(["A", "B"], found)
    >>> figure.data[0].y[0], figure.data[0].y[-1]
    ('Team size (people)<br><b>+$44.4K</b>', 'In all<br><b>+$48.9K</b>')
    """
    order = np.argsort(-np.abs(found.input_usd), kind="stable")
    shown, rest = (order, order[:0]) if len(order) <= MOST_STEPS else np.split(order, [MOST_STEPS - 1])
    labels = [found.changed[i].label for i in shown]
    words = [" → ".join(found.changed[i].texts) for i in shown]
    parts_usd = found.input_usd[shown]
    if len(rest):
        labels.append(f"{len(rest)} other inputs")
        words.append("together")
        parts_usd = np.append(parts_usd, found.input_usd[rest].sum())
    if not labels:
        return figure("The two are the same", f"{names[0]} and {names[1]}", [], {})
    point = f"{_point(names, found)}: most of it is {inside(labels[0])}" if abs(found.gap_usd) >= 0.005 else ""
    subtitle = "each input's part in the gap, present value in USD"
    return _waterfall(point or _point(names, found), subtitle, labels, words, parts_usd, found.gap_usd)


def component_waterfall(names: Sequence[str], found: Difference) -> go.Figure:
    """
    The gap between two scenarios, split over the components of cost.

    Parameters
    ----------
    names : sequence of str
        What the first and the second are called.
    found : Difference
        What `tco.difference` found.

    Returns
    -------
    figure : plotly.graph_objects.Figure
        A bar for each component, each from where the one before ends; the last is the gap.

    Examples
    --------
    >>> import tco
    >>> found = tco.difference(tco.scenario(), tco.scenario(wait_ms=300, team_people=8))
    >>> len(component_waterfall(["A", "B"], found).data[0].y)
    9
    """
    labels = [COMPONENT_LABELS[name] for name in COMPONENTS]
    pairs = zip(found.first_usd, found.second_usd, strict=True)
    words = [f"{money(float(first))} → {money(float(second))}" for first, second in pairs]
    subtitle = "each component's part in the gap, present value in USD"
    return _waterfall(_point(names, found), subtitle, labels, words, found.component_usd, found.gap_usd)


def _point(names: Sequence[str], found: Difference) -> str:
    more = "more" if found.gap_usd >= 0 else "less"
    return f"{names[1]} costs {money(abs(found.gap_usd))} {more} than {names[0]}"


def _waterfall(
    title: str, subtitle: str, labels: list[str], words: list[str], parts_usd: Array, gap_usd: float
) -> go.Figure:
    gap_usd = round(gap_usd, 2)
    steps_usd = to_cents(parts_usd, gap_usd)
    ends_usd = np.cumsum(steps_usd)
    # The amounts stand below the labels: beside the bars a phone has no room for them.
    rows = [
        f"{'<br>'.join(textwrap.wrap(label, STEP_LABEL_LETTERS))}<br><b>{_signed(float(usd))}</b>"
        for label, usd in zip([*labels, "In all"], (*steps_usd, gap_usd), strict=True)
    ]
    trace = {
        "type": "bar",
        "orientation": "h",
        "y": rows,
        "x": np.append(steps_usd, gap_usd),
        "base": [0.0, *ends_usd[:-1].tolist(), 0.0],
        "marker": {"color": [*(DEARER_COLOR if usd > 0 else CHEAPER_COLOR for usd in steps_usd), GAP_COLOR]},
        "customdata": [
            [label, text, f"{'-' if usd < 0 else '+'}${abs(usd):,.2f}"]
            for label, text, usd in zip([*labels, "In all"], [*words, ""], (*steps_usd, gap_usd), strict=True)
        ],
        "hovertemplate": "%{customdata[0]}: %{customdata[1]}<br>%{customdata[2]}<extra></extra>",
    }
    layout = {
        "xaxis": axis("", tickprefix="$", tickformat="~s", zerolinewidth=2, nticks=3, tickangle=0),
        "yaxis": {**NAMES_AXIS, "automargin": True},
        "showlegend": False,
        "height": 170 + STEP_HEIGHT_PX * (len(labels) + 1),
    }
    return figure(title, subtitle, [trace], layout)


def _signed(usd: float) -> str:
    return f"+{money(usd)}" if usd > 0 else money(usd)
