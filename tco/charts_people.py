"""Charts on people: pay, pool, hiring, time to market and delay, each a plain Plotly figure with its point as title."""

from typing import Any, Final

import numpy as np
import plotly.graph_objects as go

from tco import finance, look
from tco.effort import most_productive_people
from tco.evidence import TREND_AHEAD_YEARS, Evidence
from tco.model import Costs
from tco.scenarios import Scenario, evaluate
from tco.staffing import filled_share
from tco.timeline import Phase, phases, team_whole_months
from tco.wording import count, duration, money, share

LEVEL_LABELS: Final = {"junior": "Junior", "mid": "Mid", "senior": "Senior"}
PHASE_LABELS: Final = {
    "learning": "Learning the framework",
    "setup": "Project set-up",
    "endpoints": "JSON endpoints",
    "pages": "HTML pages and forms",
    "capabilities": "Login, payments and other capabilities",
}
# Paul Tol's bright scheme.
PHASE_COLORS: Final = {
    "learning": "#228833",
    "setup": "#4477AA",
    "endpoints": "#66CCEE",
    "pages": "#CCBB44",
    "capabilities": "#AA3377",
}

# Time axes end where nearly all has happened: seats filled to 95 per cent take three times the mean.
MEANS_SHOWN: Final = 3.0
POINTS: Final = 61
TEAM_SIZES: Final = np.arange(1.0, 31.0)


def salary_chart(scenario: Scenario) -> go.Figure:
    """
    Market pay by level and framework, with the interval in which each level lies.

    Parameters
    ----------
    scenario : Scenario
        One scenario.

    Returns
    -------
    figure : plotly.graph_objects.Figure
        One trace for each framework, one bar for each level.
    """
    a = scenario.assumptions
    frameworks = list(dict.fromkeys(a.servings[name].framework for name in scenario.servings))
    traces = []
    for i, id_ in enumerate(frameworks):
        value, low, high = np.array([_pay(scenario, level, id_) for level in LEVEL_LABELS]).T
        traces.append(
            {
                "type": "bar",
                "name": a.frameworks[id_].label,
                "x": list(LEVEL_LABELS.values()),
                "y": value,
                "error_y": {"type": "data", "array": high - value, "arrayminus": value - low, "thickness": 1.2},
                "marker": look.bar_of(a.frameworks[id_].color, i),
                "customdata": np.stack([low, high], axis=1),
                "hovertemplate": f"{a.frameworks[id_].label}, %{{x}}: $%{{y:,.0f}} a year, nine in ten between "
                "$%{customdata[0]:,.0f} and $%{customdata[1]:,.0f}<extra></extra>",
            }
        )
    mids = {id_: _pay(scenario, "mid", id_)[0] for id_ in frameworks}
    dearest = max(mids, key=lambda id_: mids[id_])
    cheapest = min(mids, key=lambda id_: mids[id_])
    gap = mids[dearest] / mids[cheapest] - 1.0
    title = (
        f"{a.frameworks[dearest].label} pay is {share(gap)} above {a.frameworks[cheapest].label}'s"
        if gap > 0
        else "All frameworks pay alike"
    )
    layout = {"barmode": "group", "yaxis": look.MONEY_AXIS}
    return look.figure(title, f"salary a year in {scenario.country}, with 90% interval", traces, layout)


def pool_chart(scenario: Scenario, evidence: Evidence) -> go.Figure:
    """
    Users of each framework over the years, and where that is heading.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    evidence : Evidence
        Users year by year.

    Returns
    -------
    figure : plotly.graph_objects.Figure
        For each framework with a history a band, the forecast and the history.
    """
    a = scenario.assumptions
    frameworks = list(dict.fromkeys(a.servings[name].framework for name in scenario.servings))
    traces: list[dict[str, Any]] = []
    heading: dict[str, float] = {}
    years: list[int] = []
    for i, id_ in enumerate(frameworks):
        history = evidence.history(id_)
        if not history:  # a framework of the user's own may have none
            continue
        years, shares = list(history), list(history.values())
        forecast = evidence.forecast(id_)
        ahead = [years[-1] + year for year in TREND_AHEAD_YEARS]
        label, color = a.frameworks[id_].label, a.frameworks[id_].color
        heading[label] = float(forecast.value_share[-1])
        band = {"mode": "lines", "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False, "type": "scatter"}
        fill = {"fill": "tonexty", "fillcolor": _faint(color)}
        dots = {"color": color, "width": 2.5}
        traces += [
            {**band, "name": f"{label}, low", "x": ahead, "y": forecast.low_share},
            {**band, "name": f"{label}, high", "x": ahead, "y": forecast.high_share, **fill},
            {
                "type": "scatter",
                "mode": "lines",
                "name": f"{label}, forecast",
                "x": [years[-1], *ahead],
                "y": np.array([shares[-1], *forecast.value_share]),
                "line": {**dots, "dash": "dash"},
                "showlegend": False,
                "hovertemplate": f"{label}, %{{x}}: %{{y:.1%}} expected<extra></extra>",
            },
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": label,
                "x": years,
                "y": np.array(shares),
                "line": dots,
                "marker": {"symbol": look.SYMBOLS[i % len(look.SYMBOLS)], "size": 8},
                "hovertemplate": f"{label}, %{{x}}: %{{y:.1%}}<extra></extra>",
            },
        ]
    most = max(heading, key=lambda label: heading[label], default="")
    title = f"{most} is heading for {share(heading[most])} of developers" if most else "No history of users"
    layout = {
        "legend": {**look.LEGEND, "traceorder": "normal"},  # bands would turn it round
        "xaxis": look.axis("year", dtick=1, tickformat="d"),
        "yaxis": look.axis("", tickformat=".0%", rangemode="tozero"),
    }
    return look.figure(title, "share of developers who used it, forecast with 90% interval", traces, layout)


def staffing_chart(scenario: Scenario, costs: Costs) -> go.Figure:
    """
    How the team fills, month by month.

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
    whole = team_whole_months(costs)
    open_share = scenario.value("open_seats_share")
    fills = np.isfinite(costs.time_to_fill_months)
    longest = float(np.max(costs.time_to_fill_months[fills], initial=1.0 / MEANS_SHOWN))
    months = np.linspace(0.0, MEANS_SHOWN * longest, POINTS)
    seated = 1.0 - open_share * (1.0 - filled_share(months[:, None], costs.time_to_fill_months))
    labels = look.labels_of(scenario, costs.names)
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": label,
            "x": months,
            "y": seated[:, i] * scenario.value("team_people"),
            "line": {**look.line_of(scenario, costs.names, i), "width": 2.5},
            "hovertemplate": f"{label}: %{{y:.1f}} people after %{{x:.1f}} months<extra></extra>",
        }
        for i, label in enumerate(labels)
    ]
    first = int(np.argmin(whole))
    title = (
        "The team is whole from the start"
        if not np.max(whole) > 0
        else f"{labels[first]}'s team is whole after {duration(float(whole[first]))}"
        if np.isfinite(whole[first])
        else "Nobody can be hired for any of them"
    )
    layout = {
        "xaxis": look.axis("months", rangemode="tozero"),
        "yaxis": look.axis("people", rangemode="tozero"),
    }
    return look.figure(title, "people in the team, as searches are expected to end", traces, layout)


def timeline_chart(scenario: Scenario, costs: Costs) -> go.Figure:
    """
    The phases of building, one below the other.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    costs : Costs
        Its costs.

    Returns
    -------
    figure : plotly.graph_objects.Figure
        One trace for each phase that takes any time, one bar for each way of serving.
    """
    labels = look.labels_of(scenario, costs.names)

    def bar(phase: Phase, i: int) -> dict[str, Any]:
        length = phase.end_months - phase.start_months
        return {
            "type": "bar",
            "orientation": "h",
            "name": PHASE_LABELS[phase.name],
            "x": length,
            "base": phase.start_months.tolist(),
            "y": labels,
            "marker": look.bar_of(PHASE_COLORS[phase.name], i),
            "customdata": phase.end_months,
            "hovertemplate": f"%{{y}}: {PHASE_LABELS[phase.name]}, %{{x:.1f}} months to month %{{customdata:.1f}}"
            "<extra></extra>",
        }

    done = phases(costs)
    traces = [bar(phase, i) for i, phase in enumerate(done) if np.any(phase.end_months > phase.start_months)]
    first = int(np.argmin(costs.launch_months))
    longest = max(done, key=lambda phase: float(phase.end_months[first] - phase.start_months[first]))
    took = float(longest.end_months[first] - longest.start_months[first])
    title = f"{labels[first]} launches after {duration(float(costs.launch_months[first]))}"
    subtitle = f"{PHASE_LABELS[longest.name]} take {duration(took)} of it; fewer people work until all seats are filled"
    layout = {
        "barmode": "overlay",
        "xaxis": look.axis("months", rangemode="tozero"),
        "yaxis": look.NAMES_AXIS,
    }
    return look.figure(title, subtitle, traces, layout)


def team_size_chart(scenario: Scenario) -> go.Figure:
    """
    Time to launch against the size of the team, which has a best value.

    Parameters
    ----------
    scenario : Scenario
        One scenario.

    Returns
    -------
    figure : plotly.graph_objects.Figure
        One line for each way of serving, today's team and the most productive one marked.
    """
    swept = evaluate(scenario.replace(team_people=TEAM_SIZES[:, None]))
    labels = look.labels_of(scenario, swept.names)
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": label,
            "x": TEAM_SIZES,
            "y": swept.launch_months[:, i],
            "line": {**look.line_of(scenario, swept.names, i), "width": 2.5},
            "hovertemplate": f"{label}: %{{y:.1f}} months with %{{x}} people<extra></extra>",
        }
        for i, label in enumerate(labels)
    ]
    best = float(
        most_productive_people(
            scenario.value("communication_overhead_share"), scenario.value("pairwise_overhead_share")
        )
    )
    now = scenario.value("team_people")
    shown = [(now, f"now {count(now)}", "#52606d", "dot", 0.98)]
    title = "More people always launch sooner here"
    if best <= TEAM_SIZES[-1]:
        shown.append((best, f"best {count(round(best))}", "#b91c1c", "dash", 0.88))
        title = f"Beyond {count(round(best))} people a larger team launches later"
    marks = [
        look.mark(x, x, text, color, dash, y, right=x > 0.6 * TEAM_SIZES[-1])
        for x, text, color, dash, y in shown
        if x <= TEAM_SIZES[-1]
    ]
    layout = {
        "xaxis": look.axis("people in the team"),
        "yaxis": look.axis("months to launch", rangemode="tozero"),
        "shapes": [mark["shape"] for mark in marks],
        "annotations": [mark["annotation"] for mark in marks],
    }
    return look.figure(title, "each colleague more has to agree with all others", traces, layout)


def delay_chart(scenario: Scenario, costs: Costs) -> go.Figure:
    """
    Margin that a later launch has missed up to each month.

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
    shared = scenario.shared
    months = np.linspace(0.0, float(np.max(shared.horizon_months)), POINTS)
    earned = shared.gross_margin_usd_per_month * finance.adopted_months(
        costs.launch_months, 0.0, months[:, None], shared.adoption_months, shared.inflation_share_per_year, 0.0
    )
    missed = np.max(earned, axis=1, keepdims=True) - earned
    labels = look.labels_of(scenario, costs.names)
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": label,
            "x": months,
            "y": missed[:, i],
            "line": {**look.line_of(scenario, costs.names, i), "width": 2.5},
            "hovertemplate": f"{label}: $%{{y:,.0f}} by month %{{x:.0f}}<extra></extra>",
        }
        for i, label in enumerate(labels)
    ]
    last = int(np.argmax(costs.component_usd["delay"]))
    lost = float(costs.component_usd["delay"][last])
    title = f"Launching later costs {labels[last]} {money(lost)}" if lost > 0 else "A later launch costs nothing here"
    layout = {"xaxis": look.axis("month"), "yaxis": look.MONEY_AXIS}
    return look.figure(title, "margin missed up to each month in USD, not discounted", traces, layout)


def coverage_chart(evidence: Evidence) -> go.Figure:
    """
    Each cell of the salary survey against what all other cells say of it.

    Parameters
    ----------
    evidence : Evidence
        The survey.

    Returns
    -------
    figure : plotly.graph_objects.Figure
        Cells whose median lies in its interval, and the others, with the intervals.
    """
    predictions = evidence.held_out()
    covered = sum(one.is_covered for one in predictions)
    traces: list[dict[str, Any]] = []
    for inside, name, color, symbol in (
        (True, "inside its interval", "#0b6e99", "circle"),
        (False, "outside", "#b91c1c", "x"),
    ):
        chosen = [one for one in predictions if one.is_covered == inside]
        value = np.array([one.value_usd_per_year for one in chosen])
        low = np.array([one.low_usd_per_year for one in chosen])
        high = np.array([one.high_usd_per_year for one in chosen])
        traces.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": name,
                "x": np.array([one.cell.p50_usd_per_year for one in chosen]),
                "y": value,
                "error_y": {"type": "data", "array": high - value, "arrayminus": value - low, "thickness": 1},
                "marker": {"color": color, "symbol": symbol, "size": 6},
                "text": [
                    f"{one.cell.country}, {one.cell.users}, {one.cell.years} years, "
                    f"{one.cell.respondents_people:.0f} people"
                    for one in chosen
                ],
                "hovertemplate": "%{text}: $%{x:,.0f}, predicted $%{y:,.0f}<extra></extra>",
            }
        )
    ends = [6_000.0, 300_000.0]
    traces.append(
        {
            "type": "scatter",
            "mode": "lines",
            "name": "as predicted",
            "x": ends,
            "y": ends,
            "line": {"color": "#52606d", "width": 1},
            "hoverinfo": "skip",
        }
    )
    scale = {"type": "log", "tickvals": [10_000, 30_000, 100_000, 300_000], "tickformat": "$~s"}
    layout = {
        "xaxis": look.axis("median of the cell in USD", **scale),
        "yaxis": look.axis("predicted from all other cells", **scale),
    }
    title = f"{share(covered / len(predictions))} of {len(predictions)} held-out medians lie in their 90% interval"
    return look.figure(title, "each cell predicted from all others, with its interval", traces, layout)


def _pay(scenario: Scenario, level: str, framework: str) -> tuple[float, float, float]:
    """Salary of a level in a framework with the ends of its interval: the two relative errors are independent."""
    salary, ratio = f"salary_{level}_usd_per_year", "salary_ratio"
    rows = (scenario.row(salary), scenario.row(ratio, framework))
    usd = scenario.value(salary) * scenario.value(ratio, framework)
    down, up = (
        float(np.sqrt(sum(np.log(getattr(row, end) / row.value) ** 2 for row in rows))) for end in ("low", "high")
    )
    return usd, usd * float(np.exp(-down)), usd * float(np.exp(up))


def _faint(color: str) -> str:
    """A colour of the table, seen through."""
    red, green, blue = (int(color[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.15)"
