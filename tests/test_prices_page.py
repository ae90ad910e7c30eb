"""The prices page without a browser: plan, filters, order, and a page without an answer."""

import numpy as np
import pytest

import tco
from tco.cloud import CloudPlan, fleets
from tco.dashboard.figure_widget import Figure
from tco.dashboard.prices import MOST_ROWS, ORDERS, PriceState, bill_html, fleet_rows, fleet_table_html, prices
from tco.hosting import bills
from tco.price_charts import efficient


@pytest.fixture(scope="module")
def page():
    return prices(tco.scenario("customer-api"))


@pytest.fixture
def state():
    return PriceState(tco.scenario("customer-api"))


def widgets_of(page):
    yield page
    for child in getattr(page, "children", ()):
        yield from widgets_of(child)


def test_charts_have_names_and_words(page):
    """Five charts, each described for those who cannot see it, and followed by a change of the plan."""
    charts = [widget for widget in widgets_of(page) if isinstance(widget, Figure)]
    assert {chart.name for chart in charts} == {"week", "ways", "parts", "capacity", "regions"}
    revisions = [chart.revision for chart in charts]
    page.state.view(scaling="hourly")
    for chart, before in zip(charts, revisions, strict=True):
        assert chart.revision == before + 1
        assert len(chart.alt) > 20


def test_the_table_has_every_type_that_the_filters_let_through(state):
    """Arm types from four vCPUs on, as the list has them, each with the price of its fleet."""
    state.view(architecture="arm64", least_vcpus=4.0)
    found = fleets(state.scenario, state.plan)
    usd = dict(zip(found.catalogue.names, found.usd_per_hour[:, 0] * 730, strict=True))
    there = state.scenario.assumptions.prices.search(
        provider="aws", region="us-east-1", architecture="arm64", least_vcpus=4
    )
    rows = {row[0]: row[1] for row in fleet_rows(state)}
    served = [name for name in there.columns["instance"].tolist() if np.isfinite(usd[name])]
    assert rows == pytest.approx({name: usd[name] for name in served}, rel=1e-12)
    state.view(family="m7g")
    assert {row[0].partition(".")[0] for row in fleet_rows(state)} == {"m7g"}


@pytest.mark.parametrize("order", ORDERS)
def test_the_table_can_be_sorted_by_each_column(order, state):
    """Ascending, but for the load that a server carries: the largest comes first."""
    state.view(order=order)
    column = {"Type": 0, "USD a month": 1, "Servers at the peak": 3, "Load a server carries": 4}.get(order, 2)
    values = [row[column] for row in fleet_rows(state)]
    assert values == sorted(values, reverse=ORDERS[order])
    assert fleet_table_html(state).count("<tr data-type") == MOST_ROWS


def test_a_plan_that_makes_no_sense_leaves_all_as_it_is(state):
    """The red note says why."""
    before = state.result
    state.view(terms=("reserved_1y",))
    assert "on_demand" in state.error
    assert state.plan == CloudPlan()
    assert state.result is before


def test_the_bill_of_each_way_is_there(state):
    """Each total as the library has it."""
    text = bill_html(state)
    for bill in bills(state.scenario.replace(servings=state.scenario.servings[:1]), state.plan):
        assert f"<td data-way='{bill.way}'>{bill.usd_per_month:,.2f}</td>" in text


def test_a_page_without_an_answer_is_a_page():
    """A model that fits no server: words in place of prices, on a page whose charts are all there."""
    page = prices(tco.scenario("customer-api", model_memory_gib=100_000.0))
    assert page.state.error == ""
    text = " ".join(
        widget.value for widget in widgets_of(page) if hasattr(widget, "value") and isinstance(widget.value, str)
    )
    assert "no type of the region can serve it" in text
    assert "no size on offer" in text


def test_the_efficient_types_are_those_that_nothing_beats():
    """Against a comparison of each pair in plain Python; what has no price or capacity is none of them."""
    generator = np.random.default_rng(seed=1)
    capacity = generator.integers(1, 9, 60).astype(float)
    usd = generator.integers(1, 9, 60).astype(float)
    capacity[:3], usd[3:5] = np.nan, np.nan
    marked = efficient(capacity, usd)
    pairs = [(c, u) for c, u in zip(capacity, usd, strict=True)]
    for i, (c, u) in enumerate(pairs):
        beaten = any((c2 >= c and u2 <= u) and (c2 > c or u2 < u) for c2, u2 in pairs)
        if np.isnan(c) or np.isnan(u):
            assert not marked[i]
        elif marked[i]:
            assert not beaten
        else:
            assert beaten or any(marked[j] for j in range(len(pairs)) if pairs[j] == (c, u))
