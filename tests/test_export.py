"""Export: tidy tables of the costs."""

import pytest

import tco
from tco.model import COMPONENTS


@pytest.fixture
def costs():
    return tco.evaluate(tco.scenario("customer-api"))


def test_costs_as_a_table(costs):
    """One row for each way of serving and component, whose sum over components is the total."""
    frame = tco.cost_frame(costs)
    assert list(frame.columns) == ["serving", "component", "usd"]
    assert len(frame) == 3 * len(COMPONENTS)
    totals = frame.groupby("serving")["usd"].sum()
    for name in costs.names:
        assert totals[name] == pytest.approx(costs.of(name))
    one = frame[(frame["serving"] == "fastapi-async") & (frame["component"] == "hiring")]
    assert one["usd"].item() == costs.component_usd["hiring"][1]


def test_costs_of_many_scenarios_as_a_table():
    """A column numbers the scenarios."""
    costs = tco.evaluate(tco.scenario("customer-api", peak_users=[[10.0], [20.0]]))
    frame = tco.cost_frame(costs)
    assert list(frame.columns) == ["scenario", "serving", "component", "usd"]
    second = frame[(frame["scenario"] == 1) & (frame["serving"] == "flask-threads") & (frame["component"] == "network")]
    assert second["usd"].item() == costs.component_usd["network"][1, 0]


def test_the_cash_flow_as_a_table(costs):
    """36 months, each with its components."""
    frame = tco.cash_flow_frame(costs)
    assert list(frame.columns) == ["month", "serving", "component", "usd"]
    assert len(frame) == 36 * 3 * len(COMPONENTS)
    one = frame[(frame["month"] == 7) & (frame["serving"] == "django-threads") & (frame["component"] == "build")]
    assert one["usd"].item() == costs.cash_flow_usd["build"][7, 2]


def test_the_cash_flow_of_many_scenarios_as_a_table():
    """Month and scenario lead."""
    costs = tco.evaluate(tco.scenario("customer-api", peak_users=[[10.0], [20.0]]))
    frame = tco.cash_flow_frame(costs)
    assert list(frame.columns) == ["month", "scenario", "serving", "component", "usd"]
    assert len(frame) == 36 * 2 * 3 * len(COMPONENTS)
