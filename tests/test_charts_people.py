"""Charts on people: what is drawn is what the library gives, and each title says its point."""

import numpy as np
import pytest

import tco
from tco.charts_people import (
    LEVEL_LABELS,
    coverage_chart,
    delay_chart,
    pool_chart,
    salary_chart,
    staffing_chart,
    team_size_chart,
    timeline_chart,
)
from tco.evidence import load_evidence
from tco.timeline import phases, team_whole_months
from tco.wording import duration, money

EVIDENCE = load_evidence()


@pytest.fixture(scope="module")
def scenario():
    """The customers' API."""
    return tco.scenario("customer-api")


@pytest.fixture(scope="module")
def costs(scenario):
    """Its costs."""
    return tco.evaluate(scenario)


def title(figure):
    """Title and subtitle as screen readers hear them."""
    return figure.layout.meta


def test_the_salary_chart_draws_level_times_ratio(scenario):
    """Each bar is the country's level times the framework's ratio; the yardstick's interval is the level's own."""
    figure = salary_chart(scenario)
    levels = [scenario.value(f"salary_{level}_usd_per_year") for level in LEVEL_LABELS]
    for trace, ratio in zip(figure.data, (1, 1.024, 0.929), strict=True):
        assert trace.y == pytest.approx(np.array(levels) * ratio, rel=1e-9)
    lows = [scenario.row(f"salary_{level}_usd_per_year").low for level in LEVEL_LABELS]
    assert figure.data[0].y - figure.data[0].error_y.arrayminus == pytest.approx(lows, rel=1e-9)
    # Two independent errors: wider than either alone.
    assert (figure.data[1].error_y.array / figure.data[1].y > figure.data[0].error_y.array / figure.data[0].y).all()
    assert "FastAPI pay is 10% above Django's" in title(figure)


def test_the_pool_chart_draws_history_and_forecast(scenario):
    """Five years as counted, three to come from the last of them on, within their band."""
    figure = pool_chart(scenario, EVIDENCE)
    by_name = {trace.name: trace for trace in figure.data}
    assert by_name["FastAPI"].x == (2021, 2022, 2023, 2024, 2025)
    assert by_name["FastAPI"].y.tolist() == list(EVIDENCE.history("fastapi").values())
    assert by_name["FastAPI, forecast"].y[1:].tolist() == EVIDENCE.forecast("fastapi").value_share.tolist()
    assert (by_name["FastAPI, low"].y < by_name["FastAPI, forecast"].y[1:]).all()
    assert (by_name["FastAPI, high"].y > by_name["FastAPI, forecast"].y[1:]).all()
    assert "FastAPI is heading for" in title(figure)


def test_the_staffing_chart_starts_with_those_who_are_there(scenario, costs):
    """Three of five people at the start, all but 2 / e^3 after three times the longest search."""
    figure = staffing_chart(scenario, costs)
    for trace in figure.data:
        assert trace.y[0] == pytest.approx(3, rel=1e-12)
        assert (np.diff(trace.y) > 0).all()
    assert min(trace.y[-1] for trace in figure.data) == pytest.approx(5 - 2 * np.exp(-3), rel=1e-9)
    assert f"whole after {duration(team_whole_months(costs)[0])}" in title(figure)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"open_seats_share": 0.0}, "whole from the start"),
        ({"developers_people": 0.0}, "Nobody can be hired"),
    ],
)
def test_limits_of_staffing_are_said(change, said):
    """No seat to fill, and nobody to fill it with."""
    scenario = tco.scenario(**change)
    assert said in title(staffing_chart(scenario, tco.evaluate(scenario)))


def test_the_timeline_draws_each_phase_from_its_begin(scenario, costs):
    """One bar a phase that takes any time, from where the one before ends, for each way of serving."""
    figure = timeline_chart(scenario, costs)
    done = [phase for phase in phases(costs) if (phase.end_months > phase.start_months).any()]
    for trace, phase in zip(figure.data, done, strict=True):
        assert trace.base == pytest.approx(phase.start_months, abs=1e-12)
        assert trace.x == pytest.approx(phase.end_months - phase.start_months, rel=1e-12)
    assert f"FastAPI launches after {duration(costs.launch_months[1])}" in title(figure)


def test_the_team_size_chart_marks_the_best_team(scenario):
    """sqrt(0.98 / 0.004) = 15.65 people; the lines are launches with 1 to 30 people."""
    figure = team_size_chart(scenario)
    assert [shape.x0 for shape in figure.layout.shapes] == pytest.approx([5, np.sqrt(0.98 / 0.004)])
    one = tco.evaluate(scenario.replace(team_people=8)).launch_months
    assert [trace.y[7] for trace in figure.data] == pytest.approx(one, rel=1e-12)
    assert "Beyond 16 people a larger team launches later" in title(figure)
    pairs_cost_nothing = scenario.replace(pairwise_overhead_share=0.0)
    assert "always launch sooner" in title(team_size_chart(pairs_cost_nothing))


def test_the_delay_chart_ends_with_what_is_missed(scenario):
    """Without inflation and discount the last point of each line is the cost of its delay; adoption defers it."""
    plain = scenario.replace(inflation_share_per_year=0.0, discount_share_per_year=0.0)
    for adoption_months in (0.0, 12.0):
        adopted = plain.replace(adoption_months=adoption_months)
        costs = tco.evaluate(adopted)
        figure = delay_chart(adopted, costs)
        assert [trace.y[-1] for trace in figure.data] == pytest.approx(costs.component_usd["delay"], abs=1e-6)
        assert money(costs.component_usd["delay"].max()) in title(figure)
    nothing = scenario.replace(gross_margin_usd_per_month=0.0)
    assert "costs nothing" in title(delay_chart(nothing, tco.evaluate(nothing)))


def test_the_coverage_chart_has_each_held_out_cell():
    """82 cells, as many inside their interval as the title says."""
    figure = coverage_chart(EVIDENCE)
    inside, outside, _ = figure.data
    assert len(inside.x) + len(outside.x) == 82
    assert f"{100 * len(inside.x) / 82:.0f}% of 82 held-out medians" in title(figure)


def test_a_framework_without_a_history_is_passed_over():
    """No users counted for any framework compared: no line, and the title says so."""
    scenario = tco.scenario()
    assert len(pool_chart(scenario, EVIDENCE).data) == 12
    none = type(EVIDENCE)(EVIDENCE.salary_cells, EVIDENCE.official_wages, (), EVIDENCE.migrations, EVIDENCE.code_sizes)
    assert "No history" in title(pool_chart(scenario, none))
