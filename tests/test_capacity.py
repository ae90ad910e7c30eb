"""Capacity by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco import capacity
from tests.formulas import assert_vector_equals_scalar, public_functions


def test_a_sync_worker_carries_one_two_second_request_each_two_seconds():
    """The guide's S1: one worker, one slot, 1 ms of CPU + 1,999 ms of waiting = 2 s, so 0.5 req/s."""
    assert capacity.stable_load_rps(1, 1, 8, 1, 1999) == 0.5


def test_without_waiting_the_cores_bind():
    """2 cores / 10 ms = 200 req/s, however many workers and slots there are."""
    assert capacity.stable_load_rps(4, 100, 2, 10, 0) == 200


def test_a_worker_runs_python_on_one_core_at_a_time():
    """The GIL: 1 worker / 10 ms = 100 req/s on 8 cores, however many slots it has."""
    assert capacity.stable_load_rps(1, 1000, 8, 10, 90) == 100


def test_slots_bind_while_requests_wait():
    """2 workers x 4 threads / (10 + 190) ms = 8 / 0.2 s = 40 req/s, below 2 cores / 10 ms = 200."""
    assert capacity.stable_load_rps(2, 4, 2, 10, 190) == 40


def test_an_event_loop_waits_for_nothing():
    """2 workers x 1,000 connections / 0.2 s = 10,000 req/s of slots, so the 2 cores bind: 2 / 10 ms = 200 req/s."""
    assert capacity.stable_load_rps(2, 1000, 2, 10, 190) == 200


def test_a_burstable_server_is_sized_for_what_it_sustains():
    """2 vCPUs at 20% are 0.4 cores: 0.4 / 10 ms = 40 req/s."""
    assert capacity.stable_load_rps(2, 1000, 0.4, 10, 0) == 40


def test_without_workers_there_is_no_capacity():
    """A server that has room for no worker carries nothing that a number could say: NaN."""
    assert np.isnan(capacity.stable_load_rps(0, 16, 2, 10, 100))


def test_gunicorns_rule_of_two_per_core_and_one():
    """2 x 4 vCPUs + 1 = 9 workers where memory is plenty."""
    assert capacity.workers_count(capacity.workers_wanted_count(4, 2, 1), 64, 0.5, 0.25) == 9


def test_memory_bounds_the_workers():
    """(8 - 0.5) GiB / 2 GiB = 3.75: three workers fit, though the rule wants 2 x 4 + 1 = 9."""
    assert capacity.workers_count(9, 8, 0.5, 2) == 3


@pytest.mark.parametrize("memory_gib", [0.4, 0.5, 2.4])
def test_no_worker_fits_where_memory_is_short(memory_gib):
    """Below 0.5 GiB for the system + 2 GiB for a worker not one fits, also where the system itself does not."""
    assert capacity.workers_count(4, memory_gib, 0.5, 2) == 0


def test_a_fraction_of_a_core_still_runs_a_worker():
    """One worker per vCPU on a quarter of a vCPU is one worker, not none."""
    assert capacity.workers_wanted_count(0.25, 1, 0) == 1


def test_memory_of_a_worker_adds_up():
    """(100 + 140 + 16 x 1) MiB = 256 MiB = 0.25 GiB, and the model's 2 GiB: 2.25 GiB."""
    assert capacity.worker_gib(100, 140, 16, 1, 2) == 2.25


def test_a_model_that_stays_in_memory_costs_no_loading():
    """5 + 0.3 + 0.5 x 40 = 25.3 ms; loading again each time adds 0.5 x 4,000 = 2,000 ms."""
    assert capacity.request_cpu_ms(5, 1, 0.3, 0.5, 40, 4000, 0) == pytest.approx(25.3, rel=1e-12)
    assert capacity.request_cpu_ms(5, 1, 0.3, 0.5, 40, 4000, 1) == pytest.approx(2025.3, rel=1e-12)


def test_the_style_of_an_application_scales_its_own_code_only():
    """Twice 5 ms, and the framework's 0.3 as they are."""
    assert capacity.request_cpu_ms(5, 2, 0.3, 0, 0, 0, 0) == pytest.approx(10.3, rel=1e-12)


def test_without_predictions_the_model_costs_no_cpu():
    """No request asks for a prediction: 5 + 0.3 ms, whatever the model takes."""
    assert capacity.request_cpu_ms(5, 1, 0.3, 0, 1e6, 1e6, 1) == pytest.approx(5.3, rel=1e-12)


@given(
    workers=st.integers(1, 64),
    slots=st.integers(1, 1000),
    cores=st.floats(0.1, 64),
    cpu_ms=st.floats(0.01, 1e4),
    wait_ms=st.floats(0, 1e5),
)
def test_more_of_anything_never_carries_less(workers, slots, cores, cpu_ms, wait_ms):
    """Another worker, slot or core, or less waiting, never lowers the capacity."""
    base = capacity.stable_load_rps(workers, slots, cores, cpu_ms, wait_ms)
    assert capacity.stable_load_rps(workers + 1, slots, cores, cpu_ms, wait_ms) >= base
    assert capacity.stable_load_rps(workers, slots + 1, cores, cpu_ms, wait_ms) >= base
    assert capacity.stable_load_rps(workers, slots, cores + 1, cpu_ms, wait_ms) >= base
    assert capacity.stable_load_rps(workers, slots, cores, cpu_ms, wait_ms / 2) >= base


@pytest.mark.parametrize("name", public_functions("capacity"))
@given(data=st.data())
def test_a_vector_equals_its_scalars(data, name):
    """Each formula gives for an array what it gives for each of its elements."""
    assert_vector_equals_scalar(data, public_functions("capacity")[name])
