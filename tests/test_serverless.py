"""Serverless: one request per function, shared containers, and their limits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tco import serverless
from tests.formulas import assert_vector_equals_scalar, public_functions

loads, times = st.floats(0.001, 1e4), st.floats(0.1, 5e3)


@given(load=loads, cpu=times, wait=times, capacity=st.floats(0.1, 1e5))
def test_sharing_never_bills_more_than_one_instance_per_request(load, cpu, wait, capacity):
    """A container that requests share is billed no longer than as many functions, and no more than are needed."""
    shared = serverless.container_billed_count(load, capacity, cpu, wait)
    assert shared <= serverless.function_billed_count(load, cpu, wait, 1.0) * (1 + 1e-12)
    assert shared <= max(1, np.ceil(load / capacity))


def test_a_request_now_and_then_bills_its_own_time_either_way():
    """One request of 100 ms every 1,000 s: overlaps are rare, and both bill 0.0001 on average."""
    assert serverless.container_billed_count(0.001, 100, 5, 95) == pytest.approx(1e-4, rel=1e-3)
    assert serverless.function_billed_count(0.001, 5, 95, 1.0) == pytest.approx(1e-4, rel=1e-12)


def test_requests_that_wait_share_a_container():
    """100 req/s of 5 + 95 ms are 10 functions, but one container all the time."""
    assert serverless.function_billed_count(100, 5, 95, 1.0) == pytest.approx(10, rel=1e-12)
    assert serverless.container_billed_count(100, 150, 5, 95) == pytest.approx(1, abs=1e-4)


def test_half_a_vcpu_takes_twice_as_long_for_the_cpu_and_as_long_for_the_wait():
    """10 / 0.5 + 80 = 100 ms; more than a whole vCPU makes one thread no faster."""
    assert serverless.function_billed_count(10, 10, 80, 0.5) == pytest.approx(1.0, rel=1e-12)
    assert serverless.function_billed_count(10, 10, 80, 4.0) == pytest.approx(0.9, rel=1e-12)


def test_a_million_requests_cost_the_price_of_a_million():
    """1,000,000 requests in an hour at 0.20 USD."""
    assert serverless.request_fee_usd_per_hour(1e6 / 3600, 0.2) == pytest.approx(0.2, rel=1e-12)


def test_without_workers_nothing_is_billed_for_sure():
    """NaN capacity: NaN, never a price."""
    assert np.isnan(serverless.container_billed_count(10, np.nan, 5, 95))


@pytest.mark.parametrize("name", public_functions("serverless"))
@given(data=st.data())
def test_a_vector_equals_its_scalars(data, name):
    """Each formula gives for an array what it gives for each of its elements."""
    assert_vector_equals_scalar(data, public_functions("serverless")[name])


@given(duration=times, step=st.floats(0.1, 1e3))
def test_rounding_up_to_steps_adds_at_most_one(duration, step):
    """Nobody is billed less than the time itself or less than a step, nor more than both together."""
    billed = float(serverless.billed_ms(duration, step))
    assert max(duration, step) * (1 - 1e-12) <= billed <= duration + step


def test_exponential_times_are_rounded_up_as_a_simulation_rounds_them():
    """A million times of 70 ms on average, each rounded up to 100 ms: within 0.25 ms, three standard errors."""
    times_ms = np.random.default_rng(seed=1).exponential(70.0, 1_000_000)
    rounded = 100.0 * np.ceil(times_ms / 100.0)
    assert float(serverless.billed_ms(70.0, 100.0)) == pytest.approx(rounded.mean(), abs=0.25)
