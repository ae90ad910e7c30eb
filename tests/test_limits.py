"""What keeps a server from carrying more, each case with numbers that fit in a line."""

import numpy as np
import pytest

from tco.limits import binding_limit, lone_p95_ms
from tco.queueing import load_within_objective_rps, saturation_rps

# 4 cores, 4 workers of 32 threads, 50 connections each, 5 ms of CPU and 45 of waiting: 800 req/s by the cores.
USUAL = {"workers": 4, "wanted": 4, "slots": 32, "pool": 50, "cores": 4, "cpu_ms": 5.0, "wait_ms": 45.0}


def limit_of(objective_ms=10_000.0, **changes):
    """What binds a server that is planned to 60% with this objective."""
    case = USUAL | changes
    slots = min(case["slots"], case["pool"])
    server = case["workers"], slots, case["cores"], case["cpu_ms"], case["wait_ms"]
    capacity_rps = load_within_objective_rps(objective_ms, *server, 0.5, 1.0, 0.6)
    return str(
        binding_limit(
            *(capacity_rps, 0.6, case["workers"], case["wanted"], case["slots"], case["pool"]),
            *(case["cores"], case["cpu_ms"], case["wait_ms"]),
        )
    )


@pytest.mark.parametrize(
    ("changes", "limit"),
    [
        ({}, "cpu"),
        # 4 x 4 slots / 50 ms = 320 req/s, far below 800.
        ({"slots": 4}, "slots"),
        # The same, by 4 connections where there are 32 threads.
        ({"pool": 4}, "pool"),
        # One worker of four fits: one core of four computes.
        ({"workers": 1}, "memory"),
        # Not all workers fit, but those that do keep both cores busy: more would not help.
        ({"workers": 5, "wanted": 9, "cores": 2}, "cpu"),
        ({"workers": 0}, "memory"),
        # A lone request takes 45 + 5 ms on average and its p95 is above that.
        ({"objective_ms": 60.0}, "objective"),
        # It is met until the cores are nearly full, but not at 60% of saturation.
        ({"objective_ms": 86.0, "slots": 1, "workers": 40, "wanted": 40}, "objective"),
    ],
)
def test_each_limit_is_named(changes, limit):
    """The resource that runs out first, or the objective where delays come before."""
    assert limit_of(**changes) == limit


def test_limits_come_in_the_shape_of_their_inputs():
    """Three objectives against two numbers of slots: six answers."""
    slots = np.array([4.0, 32.0])
    capacity_rps = 0.6 * saturation_rps(4, slots, 4, 5.0, 45.0) * np.ones((3, 1))
    assert binding_limit(capacity_rps, 0.6, 4, 4, slots, 50, 4, 5.0, 45.0).tolist() == [["slots", "cpu"]] * 3


def test_a_lone_request_of_constant_times_takes_cpu_and_wait():
    """Without spread nothing varies: 5 + 45 = 50 ms, to the 1% of spread that the distribution keeps."""
    assert lone_p95_ms(5.0, 45.0, 0.0) == pytest.approx(50, rel=0.02)


def test_a_lone_request_of_exponential_cpu_has_an_exponential_quantile():
    """5 ms on average: 95 in 100 end within 5 ln 20 = 14.98 ms."""
    assert lone_p95_ms(5.0, 0.0, 1.0) == pytest.approx(5 * np.log(20), rel=1e-6)
