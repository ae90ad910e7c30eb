"""Charts: what is drawn are the costs, and the title says the point."""

import numpy as np
import pytest

import tco
from tco.charts import (
    COMPONENT_COLORS,
    cash_flow_chart,
    component_chart,
    launch_chart,
    server_chart,
    sweep_chart,
    swept_chart,
)
from tco.decision import break_even, costs_along, sweep_values, verdict
from tco.inputs import InputError
from tco.model import COMPONENTS
from tco.wording import COMPONENT_LABELS, count, duration, money, share


@pytest.fixture
def scenario():
    return tco.scenario("customer-api")


@pytest.fixture
def costs(scenario):
    return tco.evaluate(scenario)


def title(figure):
    """Words of the title on one line."""
    return figure.layout.title.text.replace("<br>", " ")


def test_the_stack_is_the_components(scenario, costs):
    """One trace for each component, one bar for each way of serving; a stack is as high as the total above it."""
    figure = component_chart(scenario, costs)
    drawn = {trace.name: np.array(trace.y) for trace in figure.data}
    assert drawn.keys() == set(COMPONENT_LABELS.values())
    for part in COMPONENTS:
        assert np.array_equal(drawn[COMPONENT_LABELS[part]], costs.component_usd[part])
    assert {trace.x for trace in figure.data} == {("Flask", "FastAPI", "Django")}
    assert figure.layout.barmode == "stack"
    above = {note.x: (note.y, note.text) for note in figure.layout.annotations}
    for label, usd in zip(("Flask", "FastAPI", "Django"), costs.total_usd, strict=True):
        assert above[label] == (usd, f"<b>{money(usd)}</b>")


def test_the_stack_names_the_cheapest(scenario, costs):
    """The title says who costs least, how much, and over which time."""
    best = int(np.argmin(costs.total_usd))
    label = ("Flask", "FastAPI", "Django")[best]
    assert f"{label} costs least over 3 years: {money(costs.total_usd[best])}" in title(
        component_chart(scenario, costs)
    )


def test_the_stack_names_no_one_where_the_difference_does_not_matter():
    """Where any difference is too small to matter, the title says so, as the verdict does."""
    scenario = tco.scenario("customer-api", materiality_share=1)
    assert verdict(scenario).kind == "no material difference"
    words = title(component_chart(scenario, tco.evaluate(scenario)))
    assert "No material difference over 3 years" in words
    assert "least" not in words


def test_the_stack_names_no_one_who_never_launches():
    """300 interfaces by two people within a year: no bar is the cheapest of anything."""
    scenario = tco.scenario("customer-api", team_people=2, interface_count=300, horizon_months=12)
    words = title(component_chart(scenario, tco.evaluate(scenario)))
    assert "Total cost over 12 months" in words
    assert "least" not in words


def test_a_component_that_costs_nothing_is_left_out():
    """Without revenue there is no cost of delay, and no trace for it."""
    scenario = tco.scenario("customer-api", gross_margin_usd_per_month=0)
    figure = component_chart(scenario, tco.evaluate(scenario))
    assert COMPONENT_LABELS["delay"] not in {trace.name for trace in figure.data}


def test_colours_tell_components_apart():
    """Each component has a colour of its own."""
    assert tuple(COMPONENT_COLORS) == COMPONENTS
    assert len(set(COMPONENT_COLORS.values())) == len(COMPONENTS)


def test_a_sweep_draws_the_totals(scenario):
    """One line for each way of serving: the swept values against their totals, on a scale that suits the range."""
    x = sweep_values(10, 100_000)
    swept = costs_along(scenario, "peak_users", x)
    figure = sweep_chart(scenario, "peak_users", x, swept)
    assert [trace.name for trace in figure.data] == ["Flask", "FastAPI", "Django"]
    for i, trace in enumerate(figure.data):
        assert np.array_equal(trace.x, x)
        assert np.array_equal(trace.y, swept.total_usd[:, i])
    assert figure.layout.xaxis.type == "log"
    assert figure.layout.xaxis.title.text == scenario.row("peak_users").label


def test_a_swept_chart_spans_the_input_s_range(scenario, costs):
    """From the least of the row to its greatest, or to today's value where that lies beyond."""
    far = scenario.replace(peak_users=300_000)
    for some, low, high in ((scenario, 10, 200_000), (far, 10, 300_000)):
        figure = swept_chart(some, tco.evaluate(some), "peak_users")
        assert (figure.data[0].x[0], figure.data[0].x[-1]) == pytest.approx((low, high))
        assert np.array_equal(figure.data[1].y, costs_along(some, "peak_users", figure.data[1].x).total_usd[:, 1])


def test_a_sweep_marks_today_and_the_break_evens():
    """Lines stand at today's value and at each break-even, and the title names the break-even."""
    scenario = tco.scenario("customer-api", assumption_set="article", html_share=0.9, forms_per_page_count=1)
    first, second = scenario.servings
    x = sweep_values(0, 1)
    values = break_even(scenario, "html_share", first, second, 0, 1)
    assert values
    figure = sweep_chart(scenario, "html_share", x, costs_along(scenario, "html_share", x), values, (first, second))
    assert sorted(shape.x0 for shape in figure.layout.shapes) == pytest.approx(sorted([*values, 0.9]))
    assert figure.layout.xaxis.type != "log"
    assert f"Flask and FastAPI break even at {share(values[0])}" in title(figure)


def test_on_a_logarithmic_axis_labels_stand_at_the_logarithm(scenario):
    """Today's 10,000 people: the line at 10,000, its label at 4, as Plotly wants it."""
    x = sweep_values(10, 100_000)
    figure = sweep_chart(scenario, "peak_users", x, costs_along(scenario, "peak_users", x))
    (line,), (label,) = figure.layout.shapes, figure.layout.annotations
    assert (line.x0, label.x) == (10_000, 4)
    assert "10,000" in label.text


def test_a_sweep_without_a_flip_says_so(scenario):
    """Where one is cheapest throughout, the title names it."""
    pair = scenario.replace(servings=["flask-threads", "fastapi-async"], json_endpoint_effort_days={"flask": 50})
    x = sweep_values(1, 9)
    assert "FastAPI is cheapest" in title(sweep_chart(pair, "team_people", x, costs_along(pair, "team_people", x)))


def test_costs_of_something_else_are_refused(scenario, costs):
    """Costs that are no sweep over these values are not drawn; the message says both shapes."""
    with pytest.raises(InputError, match=r"a sweep over 3 values has costs of shape \(3, f\); got \(3,\)"):
        sweep_chart(scenario, "peak_users", np.arange(3.0), costs)


def test_the_launch_chart_draws_the_months(scenario, costs):
    """One bar for each way of serving; the title names the first and how far the last lies behind."""
    figure = launch_chart(scenario, costs)
    (trace,) = figure.data
    assert np.array_equal(trace.x, costs.launch_months)
    assert trace.y == ("Flask", "FastAPI", "Django")
    assert trace.text == tuple(duration(months) for months in costs.launch_months)
    first = trace.y[int(np.argmin(costs.launch_months))]
    spread = duration(costs.launch_months.max() - costs.launch_months.min())
    assert f"{first} launches first, {spread} before the last" in title(figure)


def test_a_tie_is_called_one():
    """One alone, or all alike: the title says when all launch."""
    scenario = tco.scenario("customer-api", servings=["flask-sync"])
    costs = tco.evaluate(scenario)
    assert f"launch after {duration(costs.launch_months[0])}" in title(launch_chart(scenario, costs))


def test_the_cash_flow_chart_draws_the_months_spend(scenario, costs):
    """One line for each way of serving, months 1 to 36: what is billed, without lost margin and expected losses."""
    figure = cash_flow_chart(scenario, costs)
    billed = ("build", "ramp_up", "hiring", "maintenance", "servers", "network")
    assert {*billed, "delay", "wrong_pick"} == set(COMPONENTS)
    for i, trace in enumerate(figure.data):
        assert trace.x.tolist() == list(range(1, 37))
        assert trace.y == pytest.approx(sum(costs.cash_flow_usd[part][:, i] for part in billed), rel=1e-12)
    assert "without lost margin and risk" in title(figure)
    assert f"at most {money(max(max(trace.y) for trace in figure.data))} in a month" in title(figure)


def test_the_server_chart_draws_the_busiest_month(scenario, costs):
    """One bar for each way of serving: its servers, with type and utilization; the title says the load."""
    figure = server_chart(scenario, costs)
    (trace,) = figure.data
    assert np.array_equal(trace.x, costs.peak_servers)
    for i, text in enumerate(trace.text):
        assert text.startswith(f"{count(costs.peak_servers[i])} x {costs.instances[i]}, ")
        assert f"{100 * costs.peak_utilization_share[i]:.0f}%" in text
    assert f"a peak of {count(costs.peak_load_rps[0])} req/s" in title(figure)


def test_what_cannot_be_served_is_drawn_as_such():
    """All charts are drawn without a warning where a framework, or every one, cannot be served."""
    for memory in ({"worker_memory_mib": {"flask-threads": 1e6}}, {"model_memory_gib": 1e5}):
        scenario = tco.scenario("ml-product", **memory)
        costs = tco.evaluate(scenario)
        x = sweep_values(1, 9)
        component_chart(scenario, costs)
        launch_chart(scenario, costs)
        cash_flow_chart(scenario, costs)
        sweep_chart(scenario, "team_people", x, costs_along(scenario, "team_people", x))
        assert "cannot be served" in server_chart(scenario, costs).data[0].text[0]


def test_ways_of_serving_one_framework_are_told_apart_by_the_dash():
    """They share the framework's colour."""
    scenario = tco.scenario("customer-api", servings=["fastapi-async", "fastapi-plain"])
    x = sweep_values(1, 9)
    first, second = sweep_chart(scenario, "team_people", x, costs_along(scenario, "team_people", x)).data
    assert first.line.color == second.line.color == scenario.assumptions.frameworks["fastapi"].color
    assert first.line.dash != second.line.dash
    assert {first.name, second.name} == {"FastAPI, async", "FastAPI, plain functions"}
