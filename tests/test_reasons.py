"""Each reason is a limit with the arithmetic that a reader can check."""

import numpy as np
import pytest

import tco
from tco.inputs import InputError
from tco.reasons import limit_reasons

SERVINGS = ("flask-threads", "fastapi-async")


def reasons_of(**inputs):
    """The reasons of both servings, for a product that asks for one server of its own."""
    return limit_reasons(tco.evaluate(tco.scenario("customer-api", servings=SERVINGS, **inputs)))


def test_cores_that_bind_are_counted():
    """Four vCPUs for four workers; 5 ms of the application and 0.179 of the framework on cores 1.1 times as fast."""
    assert reasons_of()[1] == "CPU: 4 cores, 4.71 ms a request"


def test_slots_that_bind_are_held_for_the_whole_request():
    """Two threads a worker, each held for 0.324 + 5 + 150 ms by a request that meets nobody."""
    text = reasons_of(slots_per_worker_count={"flask-threads": 2})[0]
    assert text.startswith("slots: ")
    assert text.endswith(" workers x 2, each held 155 ms and more")


def test_connections_that_bind_are_those_of_each_worker():
    """Three connections where a worker could have 1,000 requests in progress."""
    text = reasons_of(database_pool_count=3)[1]
    assert text.startswith("database pool: ")
    assert text.endswith(" workers x 3 connections, each held 155 ms and more")


def test_memory_that_binds_says_how_much_fits():
    """Workers of 6 GiB and more: fewer fit than there are vCPUs on any server that a fleet would be made of."""
    costs = tco.evaluate(tco.scenario("customer-api", servings=SERVINGS, app_memory_mib=400_000))
    text = limit_reasons(costs)[1]
    assert text.startswith("memory: a worker of 391 GiB does not fit in ")
    assert text.endswith(" GiB, the largest server")


def test_an_objective_that_binds_says_where():
    """A p95 little above that of a lone request is reached long before the cores are full."""
    text = reasons_of(provider="azure", p95_objective_ms=300)[0]
    assert text.startswith("objective: 95 in 100 requests take 300 ms at ")
    assert text.endswith("% of what it could do")


def test_an_objective_that_a_lone_request_misses_says_so():
    """CPU and wait are 155 ms on average: 95 in 100 cannot end within 100."""
    text = reasons_of(p95_objective_ms=100)[1]
    assert text.startswith("objective: 95 in 100 lone requests take ")
    assert text.endswith(" ms, more than 100")
    verdict = tco.verdict(tco.scenario("customer-api", servings=SERVINGS, p95_objective_ms=100))
    assert verdict.kind == "no answer"
    assert "Flask and FastAPI cannot be served: even a lone request misses the latency objective." in verdict.sentence


def test_reasons_are_about_one_scenario():
    """Two scenarios have no one reason."""
    costs = tco.evaluate(tco.scenario("customer-api", peak_users=np.array([[10.0], [20.0]])))
    with pytest.raises(InputError, match="reasons are about one scenario; got 2"):
        limit_reasons(costs)
