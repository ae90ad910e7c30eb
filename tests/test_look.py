"""Look: every chart has its point as title, units on its axes and words on hover, and can be read without colours."""

import inspect
from datetime import date
from importlib import import_module
from pathlib import Path

import numpy as np
import plotly.graph_objects as go
import pytest

import tco
from tco import (
    charts,
    charts_capacity,
    charts_comparison,
    charts_evidence,
    charts_people,
    charts_uncertainty,
    price_charts,
)
from tco.cloud import CloudPlan, fleets, week_of
from tco.dashboard import prices
from tco.decision import costs_along, sweep_values
from tco.evidence import load_evidence
from tco.flips import winner_map
from tco.information import worth_knowing
from tco.look import DASHES, NAMES_AXIS, PATTERNS, SYMBOLS, bar_of
from tco.performance import ServerSize, server_performance
from tco.published import like_for_like_ratios, run_freshness
from tco.real_servers import predictions, read_real_servers
from tco.scenarios import Scenario
from tco.sensitivity import tornado
from tco.uncertainty import how_sure

MODULES = [import_module(f"tco.{path.stem}") for path in Path(tco.__file__).parent.glob("*charts*.py")]
SCENARIO = tco.scenario("customer-api")
COSTS = tco.evaluate(SCENARIO)
OTHER = tco.scenario("internal-tool")
SIZE = ServerSize(4, 16)
# White, and the card of the dark theme (`--tco-card`).
LIGHT_CARD, DARK_CARD = "#ffffff", "#1b2028"


def price_page(draw):
    """A chart of the prices page."""
    return draw(prices.PriceState(SCENARIO))


def sweep():
    x = sweep_values(10, 100_000)
    return charts.sweep_chart(SCENARIO, "peak_users", x, costs_along(SCENARIO, "peak_users", x), (300.0,))


def week():
    found = fleets(SCENARIO, CloudPlan())
    return price_charts.week_chart(week_of(SCENARIO, CloudPlan(), found, int(found.best[0]), 0), "c6g.large")


def capacity():
    return charts_capacity.capacity_chart(SCENARIO, server_performance(SCENARIO, 4, 16), "4 vCPU, 16 GiB")


def judged():
    return list(predictions(read_real_servers(), SCENARIO.assumptions))


def published():
    ratios = like_for_like_ratios("fastapi", "flask")
    ages = [run_freshness(one.first.run_date, date(2026, 11, 25), SCENARIO.assumptions) for one in ratios]
    return charts_evidence.published_chart(ratios, ages, 1.1, ("FastAPI", "Flask"))


CHARTS = {
    charts.component_chart: lambda: charts.component_chart(SCENARIO, COSTS),
    charts.sweep_chart: sweep,
    charts.swept_chart: lambda: charts.swept_chart(SCENARIO, COSTS, "team_people"),
    charts.launch_chart: lambda: charts.launch_chart(SCENARIO, COSTS),
    charts.cash_flow_chart: lambda: charts.cash_flow_chart(SCENARIO, COSTS),
    charts.server_chart: lambda: charts.server_chart(SCENARIO, COSTS),
    charts_capacity.capacity_chart: capacity,
    charts_capacity.throughput_chart: lambda: charts_capacity.throughput_chart(
        SCENARIO, server_performance(SCENARIO, 4, 16)
    ),
    charts_capacity.delay_chart: lambda: charts_capacity.delay_chart(SCENARIO, server_performance(SCENARIO, 4, 16)),
    charts_capacity.ratio_map: lambda: charts_capacity.ratio_map(SCENARIO, ("fastapi-async", "flask-threads"), SIZE),
    charts_comparison.comparison_chart: lambda: charts_comparison.comparison_chart(
        ["A", "B"], tco.compare([SCENARIO, OTHER])
    ),
    charts_comparison.input_waterfall: lambda: charts_comparison.input_waterfall(
        ["A", "B"], tco.difference(SCENARIO, OTHER)
    ),
    charts_comparison.component_waterfall: lambda: charts_comparison.component_waterfall(
        ["A", "B"], tco.difference(SCENARIO, OTHER)
    ),
    charts_evidence.workload_chart: lambda: charts_evidence.workload_chart(SCENARIO, judged(), (2.0, 50.0)),
    charts_evidence.agreement_chart: lambda: charts_evidence.agreement_chart(SCENARIO, judged()),
    charts_evidence.published_chart: published,
    charts_people.salary_chart: lambda: charts_people.salary_chart(SCENARIO),
    charts_people.pool_chart: lambda: charts_people.pool_chart(SCENARIO, load_evidence()),
    charts_people.staffing_chart: lambda: charts_people.staffing_chart(SCENARIO, COSTS),
    charts_people.timeline_chart: lambda: charts_people.timeline_chart(SCENARIO, COSTS),
    charts_people.team_size_chart: lambda: charts_people.team_size_chart(SCENARIO),
    charts_people.delay_chart: lambda: charts_people.delay_chart(SCENARIO, COSTS),
    charts_people.coverage_chart: lambda: charts_people.coverage_chart(load_evidence()),
    charts_uncertainty.chance_chart: lambda: charts_uncertainty.chance_chart(how_sure(SCENARIO, 256)),
    charts_uncertainty.cost_histogram: lambda: charts_uncertainty.cost_histogram(how_sure(SCENARIO, 256)),
    charts_uncertainty.regret_chart: lambda: charts_uncertainty.regret_chart(how_sure(SCENARIO, 256)),
    charts_uncertainty.tornado_chart: lambda: charts_uncertainty.tornado_chart(
        SCENARIO, tornado(SCENARIO, "fastapi-async", "django-threads"), "fastapi-async", "django-threads"
    ),
    charts_uncertainty.worth_chart: lambda: charts_uncertainty.worth_chart(worth_knowing(how_sure(SCENARIO, 256))),
    charts_uncertainty.winner_chart: lambda: charts_uncertainty.winner_chart(SCENARIO, winner_map(SCENARIO)),
    price_charts.capacity_chart: lambda: price_page(prices.capacity_figure),
    price_charts.region_chart: lambda: price_page(prices.region_figure),
    price_charts.week_chart: week,
    price_charts.parts_chart: lambda: price_page(prices.parts_figure),
    price_charts.ways_chart: lambda: price_page(prices.ways_figure),
}


def public_charts():
    """Every public function of the chart modules that returns a figure."""
    for module in MODULES:
        for name, function in inspect.getmembers(module, inspect.isfunction):
            is_own = function.__module__ == module.__name__ and not name.startswith("_")
            if is_own and inspect.signature(function).return_annotation is go.Figure:
                yield function


def test_every_chart_is_looked_at():
    """The table of this file holds each public function that returns a figure, and no other."""
    assert set(CHARTS) == set(public_charts())


@pytest.fixture(scope="module", params=CHARTS, ids=lambda chart: f"{chart.__module__}.{chart.__name__}")
def figure(request):
    """Each chart in turn."""
    return CHARTS[request.param]()


def test_a_chart_is_complete(figure):
    """A title and what it shows in words; each axis has a unit or names; each trace says something when pointed at."""
    assert figure.data
    title, _, subtitle = figure.layout.title.text.partition("<span")
    assert len(title) > 10
    assert len(subtitle) > 10
    assert title.replace("<br>", " ").replace("&#36;", "$").strip() in figure.layout.meta
    for axis in axes_of(figure):
        assert has_unit(axis) or has_names(figure, axis), axis.plotly_name
    for trace in figure.data:
        assert trace.hoverinfo == "skip" or trace.hovertemplate, trace.name


def axes_of(figure):
    """Axes on which something is drawn."""
    used = {(getattr(trace, side) or side) for trace in figure.data for side in ("xaxis", "yaxis")}
    named = {name if name.endswith("axis") else f"{name[0]}axis{name[1:]}" for name in used}
    return [figure.layout[name] for name in sorted(named)]


def has_unit(axis):
    """A title, or dollars or per cent at each mark."""
    return bool(axis.title.text or axis.tickprefix or "%" in (axis.tickformat or "") or "$" in (axis.tickformat or ""))


def has_names(figure, axis):
    """Whether words stand along an axis."""
    side = axis.plotly_name[0]
    values = [value for trace in figure.data for value in np.ravel(trace[side])[:3]]
    return axis.ticktext is not None or all(isinstance(value, str) for value in values)


def test_a_chart_can_be_read_without_its_colours(figure):
    """Traces differ in dash, symbol or pattern as well as in colour, or have their name in the picture."""
    seen = {}
    for trace in figure.data:
        if trace.showlegend is False or trace.type in ("heatmap", "contour"):
            continue
        seen.setdefault(marks_of(trace), []).append(trace.name)
    alike = [names for names in seen.values() if len(names) > 1]
    assert alike == []
    in_words = {note.text for note in figure.layout.annotations}
    layers = [trace for trace in figure.data if trace.type == "heatmap" and trace.name]
    assert {layer.name for layer in layers} <= in_words


def marks_of(trace):
    """How a trace is told from others, colours apart."""
    if trace.type == "bar":
        return ("bar", trace.marker.pattern.shape)
    if "lines" in (trace.mode or "lines"):
        return ("line", trace.line.dash, trace.marker.symbol, trace.fillpattern.shape, trace.fill)
    return ("markers", trace.marker.symbol)


def luminance(color):
    """Relative luminance of a colour (Web Content Accessibility Guidelines 2.1)."""
    parts = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_the_guidelines():
    """Black on white is 21 to 1, a colour on itself 1 to 1."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#0072B2", "#0072B2") == 1


@pytest.mark.parametrize("card", [LIGHT_CARD, DARK_CARD])
def test_the_colours_of_frameworks_stand_out(card):
    """3 to 1 against white and against the card of the dark theme, before the dark theme makes any lighter."""
    for framework in Scenario().assumptions.frameworks.values():
        assert contrast(framework.color, card) >= 3.0, framework.label


# How two kinds of colour-blindness see a colour, for parts that are linear in light (Viénot, Brettel and Mollon 1999).
BLINDNESS = {
    "protanopia": [[0.11238, 0.88762, 0.0], [0.11238, 0.88762, 0.0], [0.00401, -0.00401, 1.0]],
    "deuteranopia": [[0.29275, 0.70725, 0.0], [0.29275, 0.70725, 0.0], [-0.02234, 0.02234, 1.0]],
}


@pytest.mark.parametrize("kind", BLINDNESS)
def test_the_colours_of_frameworks_are_told_apart_by_the_colour_blind(kind):
    """As they see them, any two differ by a tenth of the range of light in one part at least."""
    colors = [framework.color for framework in Scenario().assumptions.frameworks.values()]
    parts = np.array([[int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)] for color in colors])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    seen = linear @ np.array(BLINDNESS[kind]).T
    for i, one in enumerate(seen):
        for other in seen[i + 1 :]:
            assert np.abs(one - other).max() >= 0.1


def test_marks_are_as_many_as_ways_of_serving():
    """No two of the built-in ways of serving share a dash, nor a symbol; no two components a pattern."""
    assert min(len(set(DASHES)), len(set(SYMBOLS))) >= len(Scenario().assumptions.servings)
    assert len(set(PATTERNS)) >= len(charts.COMPONENT_COLORS)
    assert NAMES_AXIS["autorange"] == "reversed"


@pytest.mark.parametrize("i", range(len(PATTERNS)))
def test_a_bar_is_filled_with_its_colour_below_its_pattern(i):
    """Words on a bar are white or black by its colour: a pattern in the place of the colour would hide white ones."""
    bar = go.Figure(go.Bar(marker=bar_of("#117733", i))).data[0]
    assert (bar.marker.color, bar.marker.pattern.fillmode) == ("#117733", "overlay")
    assert bar.marker.pattern.fgopacity < 0.5
