"""Real servers: predictions worked by hand, what the table must hold, and how good the formulas are on it."""

import numpy as np
import pytest

from tco.assumptions import load_assumptions
from tco.real_servers import CALIBRATION, MeasuredLoad, predicted_curves, predictions, read_real_servers
from tco.tables import TableError
from tests.tables import assert_one_sentence

A = load_assumptions()


def measured(serving="flask-sync", cpu_ms=0.2, wait_ms=0.0, **changes):
    """A load of one sync worker whose framework takes 0.3 ms: 1 / (CPU + wait) at saturation, half of it here."""
    alone_ms = cpu_ms + 0.3 + wait_ms
    fields = {
        "serving": serving,
        "workers": 1,
        "cpu_ms": cpu_ms,
        "wait_ms": wait_ms,
        "connections": 64,
        "saturation_rps": 1000 / alone_ms,
        "cpu_ms_per_request": cpu_ms + 0.3,
        "server_cpu_share": 1.0,
        "generator_cpu_share": 0.1,
        "server_cores": 1,
        "load_cores": 1,
        "at_saturation_others_cpu_share": 0.0,
        "rate_share": 0.5,
        "rate_rps": 500 / alone_ms,
        "sent": 1000,
        # M/D/1 at half load: one and a half times the service; the median and the tails do not matter here.
        "mean_ms": 1.5 * alone_ms,
        "p50_ms": 1.2 * alone_ms,
        "p95_ms": 3 * alone_ms,
        "p99_ms": 5 * alone_ms,
        "errors": 0,
        "others_cpu_share": 0.0,
        "measured": "2026-11-24",
    }
    return MeasuredLoad(**fields | changes)


CALIBRATING = [measured(cpu_ms=cpu_ms, wait_ms=wait_ms) for cpu_ms, wait_ms in CALIBRATION]


def test_a_perfect_server_is_predicted_as_it_is():
    """
    One sync worker that is a queue M/D/1 of 2 + 0.3 + 20 = 22.3 ms: 44.8 req/s, and three times that as its p95.

    The p95 of M/D/1 at half load is 3.05 times the service (by the series of Crommelin), here 68 ms.
    """
    (*_, found) = predictions([*CALIBRATING, measured(cpu_ms=2.0, wait_ms=20.0)])
    assert not found.calibrates
    assert found.saturation_rps == pytest.approx(1000 / 22.3, rel=1e-3)
    assert found.saturation_error == pytest.approx(0, abs=1e-3)
    assert found.p95_ms == pytest.approx(3.05 * 22.3, rel=0.03)


def test_cpu_that_grows_in_proportion_is_calibrated():
    """Where 20 ms of work take 21.3, each ms takes 1.05: 10 ms with 0.5 of the light workload are 0.5 + 9.8 x 1.05."""
    heavy = measured(cpu_ms=20.0, cpu_ms_per_request=0.5 + 19.8 * 1.05)
    (*_, found) = predictions([*CALIBRATING[:2], heavy, measured(cpu_ms=10.0)])
    assert found.saturation_rps == pytest.approx(1000 / (0.5 + 9.8 * 1.05), rel=1e-6)


def test_what_a_lone_response_takes_beside_is_added():
    """The light workload answers 2 ms later than the queue says: so does every other."""
    late = CALIBRATING[0].model_copy(update={"mean_ms": CALIBRATING[0].mean_ms + 2.0})
    plain, delayed = (
        predictions([first, *CALIBRATING[1:], measured(cpu_ms=2.0)])[-1].p95_ms for first in (CALIBRATING[0], late)
    )
    assert delayed - plain == pytest.approx(2.0, rel=1e-4)


def test_only_the_calibrating_cases_are_not_judged():
    """Of what was measured, three workloads of each way of serving on one core."""
    for one in predictions():
        assert one.calibrates == (one.load.server_cores == 1 and one.load.workload in CALIBRATION)


@pytest.mark.parametrize("missing", range(3))
def test_a_way_of_serving_without_calibration_is_refused(missing):
    """One sentence that names the way of serving and the workload."""
    loads = [load for i, load in enumerate(CALIBRATING) if i != missing]
    with pytest.raises(TableError) as refusal:
        predictions(loads)
    cpu_ms, wait_ms = CALIBRATION[missing]
    assert_one_sentence(str(refusal.value), "flask-sync", f"{cpu_ms:g} + {wait_ms:g} ms")


def test_an_unknown_way_of_serving_is_refused():
    """One sentence with the names that there are."""
    with pytest.raises(TableError) as refusal:
        predictions([measured(serving="cobol-async")])
    assert_one_sentence(str(refusal.value), "cobol-async", "flask-sync")


def test_a_curve_passes_through_its_predictions():
    """At the measured rates the curve of a workload has the predicted p95."""
    found = [one for one in predictions() if one.load.workload == (2.0, 50.0) and one.load.server_cores == 1]
    for one in found:
        share = np.array([one.load.rate_rps / one.saturation_rps])
        (curve,) = [curve for curve in predicted_curves(2.0, 50.0, share) if curve.serving == one.load.serving]
        assert curve.load_rps == pytest.approx([one.load.rate_rps], rel=1e-9)
        assert curve.p95_ms == pytest.approx([one.p95_ms], rel=1e-9)


def test_a_workload_that_nobody_measured_has_no_curve():
    """Nothing to draw, and no error."""
    assert predicted_curves(3.0, 7.0, np.array([0.5])) == ()


# --- what was measured


def test_at_least_six_ways_of_serving_have_at_least_nine_judged_workloads():
    """CPU of 0.2 to 20 ms, waits of 0 to 500 ms, on one core of their own."""
    alone = [one for one in predictions() if one.load.server_cores == 1 and not one.calibrates]
    judged = {(one.load.serving, one.load.workload) for one in alone}
    servings = {serving for serving, _ in judged}
    assert len(servings) >= 6
    for name in servings:
        workloads = [workload for serving, workload in judged if serving == name]
        assert len(workloads) >= 9
        assert {cpu for cpu, _ in workloads} >= {0.2, 20.0}
        assert {wait for _, wait in workloads} >= {0.0, 500.0}


def test_the_load_generator_and_others_were_no_bottleneck():
    """On one core the generator had a core of its own with room to spare, and nobody else was on the server's."""
    for load in read_real_servers():
        if load.server_cores == 1:
            assert load.generator_cpu_share < 0.9
            assert load.others_cpu_share < 0.2
        assert load.errors == 0


def test_the_formulas_agree_with_real_servers():
    """
    The bounds of the project: saturation within 10% and p95 within 20%, for nearly all cases that were not used.

    The rest is explained case by case in `benchmarks/real_servers.md`.
    """
    judged = [one for one in predictions() if not one.calibrates and one.load.server_cores == 1]
    saturation = np.abs([one.saturation_error for one in judged])
    p95 = np.abs([one.p95_error for one in judged])
    assert np.mean(saturation <= 0.10) > 0.9
    assert np.mean(p95 <= 0.20) > 0.9
    assert np.median(p95) < 0.05
