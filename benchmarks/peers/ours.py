"""The small dashboard on a page of ours."""

import content
import plotly.graph_objects as go

from tco import charts
from tco.dashboard import blocks
from tco.dashboard.controls import slider
from tco.dashboard.opening import opened
from tco.dashboard.page import Page
from tco.dashboard.state import Result, State
from tco.decision import costs_along, sweep_values


def sweep(result: Result) -> go.Figure:
    """Total cost against the users at the peak."""
    row = result.scenario.row("peak_users")
    users = sweep_values(row.low, row.high)
    return charts.sweep_chart(result.scenario, "peak_users", users, costs_along(result.scenario, "peak_users", users))


def page() -> Page:
    """The page."""
    return opened(None, State, page_of)


def page_of(state: State) -> Page:
    """All that is on it."""
    state.change(**{each.name: each.first for each in content.SLIDERS})
    return Page(
        state,
        [
            blocks.side_by_side(blocks.preset_choice(state), blocks.country_choice(state), kind="tco-controls"),
            blocks.side_by_side(*(slider(state, each.name) for each in content.SLIDERS), kind="tco-controls"),
            blocks.html_block(state, blocks.verdict_html, "tco-verdict"),
            blocks.html_block(state, blocks.totals_html, "tco-table"),
            blocks.side_by_side(
                blocks.chart_block(state, lambda result: charts.component_chart(*result), "components"),
                blocks.chart_block(state, sweep, "sweep"),
                blocks.chart_block(state, lambda result: charts.launch_chart(*result), "launch"),
            ),
        ],
    )
