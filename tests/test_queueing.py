"""Queueing: textbook values, limits worked by hand, and an independent simulation."""

import heapq

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco import queueing

positive = st.floats(0.1, 1000)


def erlang_b_by_recursion(servers: int, load: float) -> float:
    """Erlang's own recursion: B(0) = 1, B(n) = a B(n-1) / (n + a B(n-1))."""
    blocked = 1.0
    for n in range(1, servers + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


@pytest.mark.parametrize(
    ("servers", "load"),
    [
        (1, 1e-3),
        (1, 1.0),
        (5, 3.0),
        (20, 900.0),
        (64, 50.0),
        (100, 700.0),
        (700, 1500.0),
        (5, 720.0),
        (100_000, 99_000.0),
    ],
)
def test_erlang_b_follows_the_recursion(servers, load):
    """The closed form gives what the recursion gives, from 1 to 100,000 servers, below and far above capacity."""
    assert queueing.erlang_b(servers, load) == pytest.approx(erlang_b_by_recursion(servers, load), rel=1e-6)


def test_erlang_b_of_one_server():
    """One server with one erlang turns every second caller away: a / (1 + a)."""
    assert queueing.erlang_b(1, 1) == pytest.approx(0.5, rel=1e-12)


def test_nobody_is_turned_away_without_load_or_with_servers_without_end():
    """The limits of no load and of infinitely many servers."""
    assert queueing.erlang_b(3, 0) == 0
    assert queueing.erlang_b(np.inf, 50) == 0


def test_erlang_b_between_whole_servers():
    """Between two whole numbers of servers the loss lies between theirs."""
    assert queueing.erlang_b(4, 3) < queueing.erlang_b(3.5, 3) < queueing.erlang_b(3, 3)


def test_erlang_c_of_a_published_case():
    """250/s, 20/s each, 16 servers: P(wait) 0.264105 and a mean wait of 3.7729 ms."""
    assert queueing.erlang_c(16, 250 / 20) == pytest.approx(0.264105, abs=5e-7)
    assert queueing.mean_wait_ms(16, 250 / 20, 1000 / 20, 1) == pytest.approx(3.7729, abs=5e-5)


def test_erlang_c_of_one_server_is_its_utilization():
    """With one server an arrival waits as often as the server is busy."""
    assert queueing.erlang_c(1, 0.3) == pytest.approx(0.3, rel=1e-12)


def test_everybody_waits_where_the_load_reaches_the_servers():
    """At and above capacity the chance to wait is 1 and the wait has no end."""
    assert queueing.erlang_c(4, [4.0, 5.0]).tolist() == [1.0, 1.0]
    assert np.isinf(queueing.mean_wait_ms(4, 4, 10, 1))


@pytest.mark.parametrize(("variation", "wait_ms"), [(0.0, 5.0), (1.0, 10.0), (2.0, 25.0)])
def test_one_server_waits_as_pollaczek_and_khinchine_say(variation, wait_ms):
    """Rho S (1 + cv^2) / (2 (1 - rho)) with rho = 1/2 and S = 10 ms: 5, 10 and 25 ms."""
    assert queueing.mean_wait_ms(1, 0.5, 10, variation) == pytest.approx(wait_ms, rel=1e-9)


@pytest.mark.parametrize(
    ("slots", "cpu_ms", "wait_ms", "rps"),
    [
        (1, 500, 1500, 0.5),  # one request at a time: 1 / (0.5 s + 1.5 s)
        (4, 10, 0, 100.0),  # no wait: the core is always busy, 1 / 10 ms
        (np.inf, 10, 1e6, 100.0),  # slots without end: the same, however long the wait
        (2, 10, 10, 80.0),  # idle with B(2, 1) = (1/2) / (1 + 1 + 1/2) = 1/5; 4/5 of 100
    ],
)
def test_saturation_by_hand(slots, cpu_ms, wait_ms, rps):
    """Throughput with all slots busy, for cases whose arithmetic fits in a line."""
    assert queueing.saturation_rps(1, slots, 1, cpu_ms, wait_ms) == pytest.approx(rps, rel=1e-9)


@pytest.mark.parametrize(("workers", "slots", "cores", "measured_rps"), [(4, 4, 4, 265.0)])
def test_saturation_of_a_published_run(workers, slots, cores, measured_rps):
    """A 50 ms database wait on 4 workers of 4 threads, ceiling 16 / 54.3 ms: 265 req/s were measured; within 15%."""
    predicted = queueing.saturation_rps(workers, slots, cores, 4.3, 50)
    assert predicted == pytest.approx(measured_rps, rel=0.15)


@given(cpu_ms=positive, wait_ms=positive, slots=st.integers(1, 200))
def test_saturation_lies_below_both_bounds_and_above_one_slot(cpu_ms, wait_ms, slots):
    """No more than the core computes or the slots hold, no less than one slot does."""
    rps = float(queueing.saturation_rps(1, slots, 1, cpu_ms, wait_ms))
    assert rps <= 1000 * min(1 / cpu_ms, slots / (cpu_ms + wait_ms)) * (1 + 1e-9)
    assert rps >= 1000 / (cpu_ms + wait_ms) * (1 - 1e-9)


def test_a_lone_request_waits_for_nobody():
    """Without load the mean response is CPU plus wait, and nobody queues."""
    r = queueing.response(0, 1, 4, 1, 10, 90)
    assert r.mean_ms == pytest.approx(100)
    assert (float(r.queue_count), float(r.wait_probability_share)) == (0, 0)


def test_an_exponential_server_has_an_exponential_response():
    """M/M/1: the response is exponential with mean S / (1 - rho) = 20 ms, so its p95 is 20 ln 20 = 59.9 ms."""
    r = queueing.response(50, 1, 1, 1, 10, 0)
    assert r.mean_ms == pytest.approx(20, rel=1e-9)
    assert r.p95_ms == pytest.approx(20 * np.log(20), rel=0.02)
    assert r.queue_count == pytest.approx(0.5, rel=1e-9)  # rho^2 / (1 - rho)


def test_beyond_saturation_nothing_ends():
    """A load at or above saturation has an infinite response and full slots."""
    r = queueing.response([100, 150], 1, 1, 1, 10, 0)
    assert np.isinf(r.mean_ms).all()
    assert np.isinf(r.p95_ms).all()
    assert (r.core_utilization_share == 1).all()


@given(
    cpu_ms=st.floats(0.2, 50),
    wait_ms=st.floats(0, 500),
    slots=st.integers(1, 64),
    cores=st.integers(1, 16),
    share=st.floats(0.05, 0.9),
)
def test_more_load_is_never_quicker(cpu_ms, wait_ms, slots, cores, share):
    """Mean and p95 do not fall as the load rises."""
    largest = queueing.saturation_rps(cores, slots, cores, cpu_ms, wait_ms)
    r = queueing.response(largest * np.array([share, share + 0.05]), cores, slots, cores, cpu_ms, wait_ms)
    assert r.mean_ms[1] >= r.mean_ms[0] * (1 - 1e-9)
    assert r.p95_ms[1] >= r.p95_ms[0] * (1 - 1e-6)
    assert (r.p95_ms > r.mean_ms).all()


@given(cpu_ms=st.floats(0.2, 50), wait_ms=st.floats(0, 500), slots=st.integers(1, 64), objective_ms=st.floats(50, 5000))
def test_the_load_within_an_objective_meets_it_and_no_more_would(cpu_ms, wait_ms, slots, objective_ms):
    """At the load found the p95 is within the objective; a bit more load breaks it, or the utilization allowed."""
    most_share = 0.8
    server = (2, slots, 2, cpu_ms, wait_ms, 1.0)
    load = float(queueing.load_within_objective_rps(objective_ms, *server, most_share))
    if np.isnan(load):
        assert queueing.response(0, *server).p95_ms > objective_ms * (1 - 1e-6)
        return
    assert queueing.response(load, *server).p95_ms <= objective_ms * (1 + 1e-3)
    most = float(most_share * queueing.saturation_rps(*server[:-1]))
    if load < most * (1 - 1e-3):
        assert queueing.response(min(load * 1.01 + 1e-6 * most, most), *server).p95_ms >= objective_ms * (1 - 1e-3)


def test_no_worker_carries_nothing():
    """Where no worker fits there is no load to name."""
    assert np.isnan(queueing.load_within_objective_rps(1000, 0, 4, 2, 5, 50, 1.0, 0.6))


def test_the_guides_example():
    """One sync worker, 2 s requests, 1,000 callers at once: 0.5 req/s, and the last is served after 2,000 s."""
    rps = float(queueing.saturation_rps(1, 1, 1, 10, 1990))
    assert rps == pytest.approx(0.5, rel=1e-9)
    assert 1000 / rps == pytest.approx(2000, rel=1e-9)


def simulated(servers: int, utilization: float, *, constant: bool, customers: int = 200_000) -> tuple[float, float]:
    """Mean and p95 of a queue with many servers and a mean service of 1, by the times when servers fall free."""
    random = np.random.default_rng(7)
    arrivals = np.cumsum(random.exponential(1 / (utilization * servers), customers))
    services = np.ones(customers) if constant else random.exponential(1, customers)
    free = [0.0] * servers
    responses = np.empty(customers)
    for i, (arrival, service) in enumerate(zip(arrivals, services, strict=True)):
        end = max(heapq.heappop(free), arrival) + service
        heapq.heappush(free, end)
        responses[i] = end - arrival
    return float(responses.mean()), float(np.quantile(responses, 0.95))


@pytest.mark.parametrize("constant", [False, True])
@pytest.mark.parametrize(("servers", "utilization"), [(1, 0.3), (1, 0.7), (4, 0.7), (16, 0.8), (64, 0.9)])
def test_mean_and_p95_follow_a_simulation(servers, utilization, constant):
    """Within 10% of a queue that is played through customer by customer."""
    mean, p95 = simulated(servers, utilization, constant=constant)
    r = queueing.response(1000 * utilization * servers, 1, servers, 1, 1e-6, 1.0, 0.0 if constant else 1.0)
    assert r.mean_ms == pytest.approx(mean, rel=0.1)
    assert r.p95_ms == pytest.approx(p95, rel=0.1)
