"""
What the small dashboard shows in every tool: a sentence, a table and three charts, all from the library.
"""

from typing import Any, NamedTuple

import plotly.graph_objects as go

import tco
from tco import charts
from tco.assumptions import load_assumptions
from tco.decision import costs_along, serving_labels, sweep_values, verdict
from tco.wording import duration, money


class Slider(NamedTuple):
    """One slider, in the library's units."""

    name: str
    label: str
    least: float
    most: float
    first: float
    step: float


class Shown(NamedTuple):
    """What is shown for one position of the controls."""

    sentence: str
    table: str
    figures: tuple[go.Figure, ...]


SLIDERS = (
    Slider("team_people", "Size of the team", 1, 30, 5, 1),
    Slider("horizon_months", "Months", 12, 60, 36, 1),
    Slider("peak_users", "Users at the peak", 1_000, 200_000, 10_000, 1_000),
    Slider("wait_ms", "Wait of a request, ms", 10, 1_000, 100, 10),
    Slider("html_share", "Share of pages", 0.0, 1.0, 0.2, 0.05),
)
MOVED = SLIDERS[0]
PRESETS = tuple(load_assumptions().presets)
COUNTRIES = tuple(load_assumptions().countries)
FIRST_PRESET = "customer-api"
FIRST_COUNTRY = COUNTRIES[0]


def show(preset: str, country: str, **inputs: Any) -> Shown:
    """
    Work out what is shown.
    """
    scenario = tco.scenario(preset, country=country, **inputs)
    costs = tco.evaluate(scenario)
    row = scenario.row("peak_users")
    users = sweep_values(row.low, row.high)
    figures = (
        charts.component_chart(scenario, costs),
        charts.sweep_chart(scenario, "peak_users", users, costs_along(scenario, "peak_users", users)),
        charts.launch_chart(scenario, costs),
    )
    labels = serving_labels(scenario)
    rows = "".join(
        f"<tr><th>{labels[name]}</th><td>{money(float(costs.total_usd[i]))}</td>"
        f"<td>{duration(float(costs.launch_months[i]))}</td></tr>"
        for i, name in enumerate(costs.names)
    )
    return Shown(verdict(scenario, costs).sentence, f"<table>{rows}</table>", figures)
