"""Charts of one server: their numbers are the library's, and their titles say what they show."""

from datetime import date

import numpy as np
import pytest

import tco
from tco import charts_capacity, charts_evidence
from tco.assumptions import load_assumptions
from tco.performance import ServerSize
from tco.published import like_for_like_ratios, run_freshness
from tco.real_servers import predictions, read_real_servers

SIZE = ServerSize(4.0, 16.0)
PAIR = ("fastapi-async", "flask-sync")


@pytest.fixture
def scenario():
    """Three ways of serving of the customer-facing API."""
    return tco.scenario("customer-api", servings=["flask-sync", "flask-threads", "fastapi-async"])


@pytest.fixture
def found(scenario):
    """What they do on 4 vCPUs."""
    return tco.server_performance(scenario, *SIZE)


def test_the_bars_are_capacity_and_saturation(scenario, found):
    """One bar each for every way of serving, and the title names the best."""
    figure = charts_capacity.capacity_chart(scenario, found, "4 vCPU")
    within, most = figure.data
    np.testing.assert_array_equal(within.y, found.capacity_rps)
    np.testing.assert_array_equal(most.y, found.saturation_rps)
    assert figure.layout.meta.startswith("FastAPI carries 463 req/s on 4 vCPU")


def test_an_objective_that_nobody_meets_is_the_title(scenario):
    """10 ms for requests of 155: nothing can be served."""
    strict = scenario.replace(p95_objective_ms=10)
    figure = charts_capacity.capacity_chart(strict, tco.server_performance(strict, *SIZE), "4 vCPU")
    assert figure.layout.meta.startswith("Nothing can be served within 10 ms on 4 vCPU")


def test_throughput_follows_the_load_up_to_saturation(scenario, found):
    """The lesser of what is asked for and what can be done."""
    figure = charts_capacity.throughput_chart(scenario, found)
    for trace, most_rps in zip(figure.data, found.saturation_rps, strict=True):
        np.testing.assert_allclose(trace.y, np.minimum(trace.x, most_rps))
    assert figure.layout.meta.startswith("Flask, sync workers is full first")


def test_delays_are_those_of_the_library_and_meet_the_capacity(scenario, found):
    """Each line at each load, and the points where the load is planned to end."""
    *lines, points = charts_capacity.delay_chart(scenario, found).data
    for i, line in enumerate(lines):
        expected = [found.at(float(load)).p95_ms[i] for load in line.x]
        np.testing.assert_allclose(line.y, expected, rtol=1e-9)
    np.testing.assert_allclose(points.x, found.capacity_rps)


def test_the_map_holds_the_ratio_of_each_cell(scenario):
    """Cell by cell the ratio of what both can do at the very most; hundreds against one sync worker that waits."""
    ratios = charts_capacity.map_ratios(scenario, PAIR, SIZE)
    for row, column in ((0, 0), (10, 5), (24, 24)):
        wait_ms, cpu_ms = charts_capacity.MAP_WAIT_MS[row], charts_capacity.MAP_CPU_MS[column]
        one = scenario.replace(servings=PAIR, app_cpu_ms=float(cpu_ms), wait_ms=float(wait_ms))
        both = tco.server_performance(one, *SIZE).saturation_rps
        assert ratios[row, column] == pytest.approx(both[0] / both[1], rel=1e-9)
    assert ratios[0, -1] == pytest.approx(1, abs=0.05)  # 50 ms of CPU and no wait
    wide = charts_capacity.map_ratios(scenario.replace(database_pool_count=10_000), PAIR, ServerSize(1.0, 16.0))
    assert wide.max() > 100


def test_the_map_draws_the_guides_band_and_the_scenario(scenario):
    """Lines at two and three times, and a cross at the scenario's CPU and wait."""
    heat, two, three, yours = charts_capacity.ratio_map(scenario, PAIR, SIZE).data
    assert (two.contours.start, three.contours.start) == pytest.approx((np.log10(2), np.log10(3)))
    assert (yours.x, yours.y) == ((5.0,), (150.0,))
    np.testing.assert_allclose(10 ** np.asarray(heat.z), np.asarray(heat.customdata))


def test_measured_points_stand_beside_their_curve(scenario):
    """Every measured load of a workload, with the curve of its way of serving."""
    figure = charts_evidence.workload_chart(scenario, predictions(), (2.0, 50.0))
    points = [trace for trace in figure.data if trace.mode == "markers"]
    shown = sorted((x, y) for trace in points for x, y in zip(trace.x, trace.y, strict=True))
    loads = [load for load in read_real_servers() if load.workload == (2.0, 50.0) and load.server_cores == 1]
    assert shown == sorted((load.rate_rps, load.p95_ms) for load in loads)
    assert len(points) == len(figure.data) / 2


def test_agreement_counts_what_is_within_a_fifth(scenario):
    """The title is the share of the judged delays whose prediction is within 20%."""
    judged = [one for one in predictions() if not one.calibrates]
    figure = charts_evidence.agreement_chart(scenario, predictions())
    within = np.mean([abs(one.p95_error) <= 0.2 for one in judged])
    assert figure.layout.meta.startswith(f"{within:.0%} of {len(judged)} measured delays")
    assert sum(len(trace.x) for trace in figure.data if trace.mode == "markers") == len(judged)


def test_published_ratios_stand_beside_the_guide_and_the_scenario():
    """
    One point for each pair, stale ones hollow and with the range for their age; the band from two to three; the
    scenario's own ratio as a line.
    """
    ratios = like_for_like_ratios("fastapi", "flask")
    a = load_assumptions()
    ages = [run_freshness(one.first.run_date, date(2026, 11, 25), a) for one in ratios]
    figure = charts_evidence.published_chart(ratios, ages, 1.1, ("FastAPI", "Flask"))
    recent, stale = figure.data
    np.testing.assert_allclose(recent.x, [one.ratio for one in ratios if one.first.run_date > "2025-05-25"])
    old = [(one.ratio, age) for one, age in zip(ratios, ages, strict=True) if age.is_stale]
    np.testing.assert_allclose(stale.x, [ratio for ratio, _ in old])
    np.testing.assert_allclose(stale.error_x.array, [ratio * age.widening_share for ratio, age in old])
    np.testing.assert_allclose(stale.error_x.arrayminus, stale.error_x.array)
    assert np.all(np.array(recent.error_x.array) == 0)
    assert len(recent.x) + len(stale.x) == len(ratios)
    band, own = figure.layout.shapes
    assert (band.x0, band.x1, own.x0) == (2, 3, 1.1)
