"""Queueing: textbook values, limits worked by hand, and an independent simulation."""

import heapq

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special

from tco import cores, erlang, queueing
from tests.core_simulation import simulated_responses

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
        # So far below capacity that nobody is turned away to the last digit, and around the load where that begins.
        (200, 60.0),
        (100_000, 96_000.0),
        *((90, load) for load in (20.0, 21.0, 22.0, 23.0, 24.0)),
    ],
)
def test_erlang_b_follows_the_recursion(servers, load):
    """The closed form gives what the recursion gives, from 1 to 100,000 servers, below and far above capacity."""
    assert erlang.erlang_b(servers, load) == pytest.approx(erlang_b_by_recursion(servers, load), rel=1e-6, abs=0)


@pytest.mark.parametrize("servers", [1, 2, 3, 10, 300, 10_000, 100_000])
@pytest.mark.parametrize("above", [1.01, 1.5, 10.0])
def test_far_above_capacity_the_share_let_in_follows_the_recursion(servers, above):
    """Where the incomplete gamma function vanishes, 1 - B is still right to eleven digits."""
    vanishes_from = next(load for load in np.geomspace(servers, 1e7, 5000) if special.gammaincc(servers + 1, load) == 0)
    load = float(vanishes_from * above)
    let_in = 1.0 - erlang_b_by_recursion(servers, load)
    assert 1.0 - float(erlang.erlang_b(servers, load)) == pytest.approx(let_in, rel=1e-11, abs=0)


def test_erlang_b_of_one_server():
    """One server with one erlang turns every second caller away: a / (1 + a)."""
    assert erlang.erlang_b(1, 1) == pytest.approx(0.5, rel=1e-12)


def test_nobody_is_turned_away_without_load_or_with_servers_without_end():
    """The limits of no load and of infinitely many servers."""
    assert erlang.erlang_b(3, 0) == 0
    assert erlang.erlang_b(np.inf, 50) == 0


def test_erlang_b_between_whole_servers():
    """Between two whole numbers of servers the loss lies between theirs."""
    assert erlang.erlang_b(4, 3) < erlang.erlang_b(3.5, 3) < erlang.erlang_b(3, 3)


def test_erlang_c_of_a_published_case():
    """250/s, 20/s each, 16 servers: P(wait) 0.264105 and a mean wait of 3.7729 ms."""
    assert erlang.erlang_c(16, 250 / 20) == pytest.approx(0.264105, abs=5e-7)
    assert erlang.mean_wait_ms(16, 250 / 20, 1000 / 20, 1) == pytest.approx(3.7729, abs=5e-5)


def test_erlang_c_of_one_server_is_its_utilization():
    """With one server an arrival waits as often as the server is busy."""
    assert erlang.erlang_c(1, 0.3) == pytest.approx(0.3, rel=1e-12)


def test_everybody_waits_where_the_load_reaches_the_servers():
    """At and above capacity the chance to wait is 1 and the wait has no end."""
    assert erlang.erlang_c(4, [4.0, 5.0]).tolist() == [1.0, 1.0]
    assert np.isinf(erlang.mean_wait_ms(4, 4, 10, 1))


@pytest.mark.parametrize(("variation", "wait_ms"), [(0.0, 5.0), (1.0, 10.0), (2.0, 25.0)])
def test_one_server_waits_as_pollaczek_and_khinchine_say(variation, wait_ms):
    """Rho S (1 + cv^2) / (2 (1 - rho)) with rho = 1/2 and S = 10 ms: 5, 10 and 25 ms."""
    assert erlang.mean_wait_ms(1, 0.5, 10, variation) == pytest.approx(wait_ms, rel=1e-9)


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


@pytest.mark.parametrize(
    ("slots", "cpu_ms", "measured_rps"),
    [
        # Flask on 4 workers of 4 threads; ceiling 16 / 54.3 ms = 295.
        (4, 4.3, 265.1),
        # FastAPI on 4 loops of about 15 connections each; 2 CPUs / 1,692 req/s where the same run only reads.
        (15, 1000 * 2 / 1692.2, 991.6),
    ],
    ids=["flask", "fastapi"],
)
def test_saturation_of_a_published_run(slots, cpu_ms, measured_rps):
    """A database wait of 50 ms on 2 CPUs (bilouro-2026 in `data/published_benchmarks.csv`), within 15%."""
    assert queueing.saturation_rps(4, slots, 2, cpu_ms, 50) == pytest.approx(measured_rps, rel=0.15)


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
    turns=st.integers(1, 64),
    variation=st.floats(0, 1.5),
    share=st.floats(0.05, 0.9),
)
def test_more_load_is_never_quicker(cpu_ms, wait_ms, slots, cores, turns, variation, share):
    """Mean and p95 do not fall as the load rises."""
    largest = queueing.saturation_rps(cores, slots, cores, cpu_ms, wait_ms)
    loads = largest * np.array([share, share + 0.05])
    r = queueing.response(loads, cores, slots, cores, cpu_ms, wait_ms, variation, turns)
    assert r.mean_ms[1] >= r.mean_ms[0] * (1 - 1e-9)
    assert r.p95_ms[1] >= r.p95_ms[0] * (1 - 1e-6)
    assert (r.p95_ms > r.mean_ms).all()


@given(
    cpu_ms=st.floats(0.2, 50),
    wait_ms=st.floats(0, 500),
    slots=st.integers(1, 64),
    turns=st.integers(1, 64),
    objective_ms=st.floats(50, 5000),
)
def test_the_load_within_an_objective_meets_it_and_no_more_would(cpu_ms, wait_ms, slots, turns, objective_ms):
    """At the load found the p95 is within the objective; a bit more load breaks it, or the utilization allowed."""
    most_share = 0.8
    server = (2, slots, 2, cpu_ms, wait_ms, 1.0, turns)
    load = float(queueing.load_within_objective_rps(objective_ms, *server, most_share))
    if np.isnan(load):
        assert queueing.response(0, *server).p95_ms > objective_ms * (1 - 1e-6)
        return
    assert queueing.response(load, *server).p95_ms <= objective_ms * (1 + 1e-3)
    most = float(most_share * queueing.saturation_rps(*server[:5]))
    if load < most * (1 - 1e-3):
        assert queueing.response(min(load * 1.01 + 1e-6 * most, most), *server).p95_ms >= objective_ms * (1 - 1e-3)


def test_without_a_search_only_loads_that_the_objective_limits_are_left_out():
    """Where utilization limits the load it is the same to the last digit; where the objective does it is NaN."""
    objective_ms = np.geomspace(30, 3000, 200)
    most_share, server = 0.8, (2, 8, 2, 5, 20, 1.0, 8)
    able = queueing.on_time_alone(objective_ms, 5, 20, 1.0)
    searched, not_searched = (
        queueing.load_of_able_rps(objective_ms[able], *server, most_share, search=search) for search in (True, False)
    )
    assert np.array_equal(searched, queueing.load_within_objective_rps(objective_ms, *server, most_share)[able])
    limited = searched < most_share * queueing.saturation_rps(*server[:5])
    assert 10 < limited.sum() < 190
    assert np.array_equal(not_searched, np.where(limited, np.nan, searched), equal_nan=True)


def test_no_worker_carries_nothing():
    """Where no worker fits there is no load to name."""
    assert np.isnan(queueing.load_within_objective_rps(1000, 0, 4, 2, 5, 50, 1.0, 1.0, 0.6))


def test_the_guides_example():
    """One sync worker, 2 s requests, 1,000 callers at once: 0.5 req/s, and the last is served after 2,000 s."""
    assert queueing.saturation_rps(1, 1, 1, 10, 1990) == pytest.approx(0.5, rel=1e-9)
    assert queueing.last_of_burst_ms(1000, 1, 1, 1, 10, 1990) == pytest.approx(2_000_000, rel=1e-9)


def test_the_guides_example_with_threads_and_with_an_event_loop():
    """
    The same 1,000 callers: 32 threads take 32 rounds of 2 s; a loop computes 10 s in all and waits for the last 1.99 s.
    """
    assert queueing.last_of_burst_ms(1000, 4, 8, 4, 10, 1990) == pytest.approx(64_000, rel=1e-9)
    assert queueing.last_of_burst_ms(1000, 1, np.inf, 1, 10, 1990) == pytest.approx(11_990, rel=1e-9)


def test_a_burst_of_one_takes_its_own_time():
    """A lone caller takes CPU and wait, however it is served."""
    assert queueing.last_of_burst_ms(1, [1, 8], [1, np.inf], 4, 10, 40).tolist() == [50, 50]


@pytest.mark.parametrize(
    ("variation", "turns", "mean_ms"),
    [
        (0.0, 1, 5.0),  # Pollaczek-Khinchine: 10 / 2 at half load
        (1.0, 1, 10.0),
        (0.0, np.inf, 10.0),  # whoever takes turns stays 10 / (1 - 1/2) = 20 ms, whatever the times
        (1.0, np.inf, 10.0),
        (0.0, 2, 7.5),  # half of each: the weight of the line is 1/2 to the power of 2 - 1
    ],
)
def test_mean_delay_at_a_core_by_hand(variation, turns, mean_ms):
    """10 ms at half load: first come, first served, all taking turns, and two of them."""
    assert cores.core_wait(0.5, 10, variation, turns).mean_ms == pytest.approx(mean_ms, rel=1e-12)


def test_spread_of_exponential_times_that_take_turns():
    """
    The variance of an M/M/1 queue with processor sharing is (c / (1 - rho))^2 (2 + rho) / (2 - rho).

    For 10 ms at half load that is 400 x 2.5 / 1.5 = 666.7, of which 100 are the request's own.
    """
    assert cores.core_wait(0.5, 10, 1, np.inf).variance == pytest.approx(400 * 2.5 / 1.5 - 100, rel=1e-12)


@pytest.mark.parametrize("turns", [1, 3, np.inf])
def test_nobody_is_delayed_at_an_idle_core(turns):
    """Without load there are no others: no chance, no delay, no spread."""
    at_core = cores.core_wait(0.0, 10, 0.5, turns)
    assert (float(at_core.probability_share), float(at_core.mean_ms)) == (0, 0)
    assert at_core.variance == pytest.approx(0, abs=1e-9)


def test_the_series_of_small_loads_meets_the_formula():
    """Below a load of a thousandth the variance goes by a series: on both sides of it the same, to rounding."""
    below, above = cores.core_wait([0.001 - 1e-9, 0.001 + 1e-9], 10, 0.0, np.inf).variance
    assert below == pytest.approx(above, rel=1e-4)


@pytest.mark.parametrize("constant", [False, True])
@pytest.mark.parametrize(("utilization", "turns"), [(0.5, 1), (0.5, 2), (0.7, 3), (0.7, 5), (0.5, 1000), (0.7, 1000)])
def test_taking_turns_follows_a_simulation(utilization, turns, constant):
    """Mean within 5% and p95 within 10% of a core that is played through request by request."""
    responses = simulated_responses(utilization, turns=turns, constant=constant, customers=100_000)
    r = queueing.response(1000 * utilization, 1, np.inf, 1, 1.0, 0.0, 0.0 if constant else 1.0, turns)
    assert r.mean_ms == pytest.approx(responses.mean(), rel=0.05)
    assert r.p95_ms == pytest.approx(np.quantile(responses, 0.95), rel=0.1)


@pytest.mark.parametrize("constant", [False, True])
@pytest.mark.parametrize("wait_ms", [0.0, 1.0, 5.0, 20.0])
@pytest.mark.parametrize("slots", [2, 4, 32])
def test_slots_and_core_follow_a_simulation(slots, wait_ms, constant):
    """At 60% of saturation, slots that take turns at their core: mean within 8% and p95 within 15%."""
    load_rps = 0.6 * float(queueing.saturation_rps(1, slots, 1, 1.0, wait_ms))
    responses = simulated_responses(load_rps / 1000, slots=slots, wait=wait_ms, constant=constant, customers=60_000)
    r = queueing.response(load_rps, 1, slots, 1, 1.0, wait_ms, 0.0 if constant else 1.0, slots)
    assert r.mean_ms == pytest.approx(responses.mean(), rel=0.08)
    assert r.p95_ms == pytest.approx(np.quantile(responses, 0.95), rel=0.15)


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
