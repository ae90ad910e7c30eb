"""The prices page without a browser: plan, filters, order, and a page without an answer."""

import itertools
import re

import numpy as np
import pytest

import tco
from tco.billed_total import billed_total
from tco.cloud import CloudPlan, fleets, peak_rps
from tco.dashboard.figure_widget import Figure
from tco.dashboard.fleet_table import HEADS, MOST_ROWS, ORDERS, fleet_rows, fleet_table_html
from tco.dashboard.price_state import PriceState
from tco.dashboard.prices import bill_html, prices, sentence_html, swept_loads, ways_figure, week_figure
from tco.hosting import bills
from tco.price_charts import efficient
from tco.wording import money


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
def test_the_table_can_be_sorted_by_each_column_either_way(order, state):
    """Rising or falling; among equals the cheapest comes first, and the head of the column says so."""
    column, falls = ORDERS[order]
    state.view(order=(column, falls))
    rows = fleet_rows(state)
    values = [getattr(row, column) for row in rows]
    assert values == sorted(values, reverse=falls)
    for row, following in itertools.pairwise(rows):
        if getattr(row, column) == getattr(following, column):
            assert row.usd_per_month <= following.usd_per_month
    text = fleet_table_html(state)
    assert text.count("<tr data-type") == MOST_ROWS
    assert text.count("aria-sort") == 1
    assert f"<th scope='col' aria-sort='{'descending' if falls else 'ascending'}'>" in text


def test_a_head_sorts_by_its_column_and_then_the_other_way_round(state):
    """What each button chooses is an option of the menu: the usual way first, the opposite of what is in force."""

    def chosen_by_heads():
        return {
            head: ORDERS[option]
            for option, head in re.findall(r"data-option='([^']*)'>([^<]*)</button>", fleet_table_html(state))
        }

    usual = {head: (column, falls) for column, (head, falls) in HEADS.items()}
    assert chosen_by_heads() == usual | {"USD a month": ("usd_per_month", True)}
    state.view(order=("capacity_rps", True))
    assert chosen_by_heads() == usual | {"req/s a server": ("capacity_rps", False)}


def test_the_page_says_which_fleets_count_on_credit(state):
    """
    The cheapest one of the customer-facing API is burstable: sentence, row and chart say so. Hour by hour no server is
    there long enough, and each burstable row says what it sustains.
    """
    rows = fleet_rows(state)
    found = fleets(state.scenario, state.plan)
    on_credit = {name for name, yes in zip(found.catalogue.names, found.on_credit[:, 0], strict=True) if yes}
    assert {row.instance for row in rows if row.cpu == "full, on credits"} == on_credit
    assert rows[0].instance in on_credit
    assert "CPU credits" in sentence_html(state, state.result)
    assert [trace.name for trace in week_figure(state).data] == ["Servers", "Utilization", "CPU credit left"]
    state.view(scaling="hourly")
    cpu = {row.instance: row.cpu for row in fleet_rows(state)}
    assert (cpu["t4g.small"], cpu["m7g.large"]) == ("20% for good", "full")
    assert "CPU credits" not in sentence_html(state, state.result)
    assert [trace.name for trace in week_figure(state).data] == ["Servers", "Utilization"]


def test_growth_and_zones_are_those_of_the_plan(state):
    """A year on at 3 per cent a month, spread over three zones: the library's fleets for that plan."""
    state.view(month=12)
    state.view(zones_count=3.0)
    assert state.plan == CloudPlan(month=12, values={"zones_count": 3.0})
    found = fleets(state.scenario, state.plan)
    cheapest = fleet_rows(state)[0]
    i = int(found.best[0])
    assert (cheapest.instance, cheapest.servers) == (found.catalogue.names[i], found.peak_servers[i, 0])
    assert cheapest.servers % 3 == 0
    state.view(zones_count=-1.0)
    assert "zones_count" in state.error
    assert state.plan.values == {"zones_count": 3.0}


def test_bills_against_traffic_are_those_of_the_load_on_the_axis(state):
    """A year on, the load of that month stands on the axis with the bill of that month."""
    state.view(month=12)
    load = peak_rps(state.scenario, state.plan)
    assert swept_loads(state)[-1] == pytest.approx(10 * load, rel=1e-9)
    (ways,) = (trace for trace in ways_figure(state).data if trace.name == "Servers")
    at_ten_times = state.scenario.replace(
        peak_users=10 * state.scenario.value("peak_users"), servings=("flask-threads",)
    )
    (bill,) = bills(at_ten_times, state.plan, ("servers",))
    assert ways.y[-1] == pytest.approx(bill.usd_per_month, rel=1e-9)


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


def test_the_whole_bill_in_the_total_is_there_when_asked_for(page):
    """Nothing before the button is pressed; then the library's total of each way, following the plan."""
    (button,) = (
        widget for widget in widgets_of(page) if getattr(widget, "description", "").startswith("The whole bill")
    )
    card = next(widget for widget in widgets_of(page) if button in getattr(widget, "children", ()))
    table = card.children[1]
    assert table.value == ""
    button.value = True
    for scaling in ("static", "hourly"):
        page.state.view(scaling=scaling)
        found = billed_total(page.state.scenario, page.state.plan)
        for usd in (*found.total_usd, *found.servers_usd, *found.beside_usd):
            assert f"<td>{money(float(usd))}</td>" in table.value


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
