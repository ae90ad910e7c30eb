"""Reasons: what keeps a server from carrying more, in words."""

from typing import Any, Final

import numpy as np

from tco.inputs import InputError
from tco.limits import lone_p95_ms
from tco.model import Costs
from tco.wording import count, share

# Why a way of serving has no fleet at all, by the limit that stands in the way.
NOT_SERVED: Final = {
    "memory": "cannot be served: no server on offer has room for one worker",
    "objective": "cannot be served: even a lone request misses the latency objective",
}


def limit_reasons(costs: Costs) -> tuple[str, ...]:
    """
    What keeps a server of the busiest month from carrying more, for each way of serving.

    Parameters
    ----------
    costs : Costs
        Costs of one scenario.

    Returns
    -------
    reasons : tuple of str
        The limit and its arithmetic.

    Raises
    ------
    InputError
        If the costs are those of many scenarios.

    Examples
    --------
    >>> import tco
    >>> limit_reasons(tco.evaluate(tco.scenario("customer-api")))[1]
    'CPU: 4 cores, 4.71 ms a request'
    """
    if costs.limits.ndim != 1:
        raise InputError(f"reasons are about one scenario; got {len(costs.limits)} of them")
    return tuple(
        _bound(costs, i, str(limit)) if costs.instance_index[i] >= 0 else _refused(costs, i, str(limit))
        for i, limit in enumerate(costs.limits)
    )


def _bound(costs: Costs, i: int, limit: str) -> str:
    shared, framework, catalogue = costs.inputs
    server = costs.server
    workers, cpu_ms = (float(values[i]) for values in (server.workers_count, server.request_cpu_ms))
    held = f"each held {count(cpu_ms + _only(shared.wait_ms))} ms and more"
    if limit == "memory":
        memory_gib = float(catalogue.memory_gib[costs.instance_index[i]])
        return (
            f"memory: {count(workers)} workers of {count(_of(server.worker_gib, i))} GiB "
            f"fit in {count(memory_gib)} GiB, where {count(float(server.workers_wanted_count[i]))} are wanted"
        )
    if limit == "objective":
        reached = costs.server_capacity_rps[i] * costs.peak_utilization_share[i] * costs.peak_servers[i]
        return (
            f"objective: 95 in 100 requests take {count(_only(shared.p95_objective_ms))} ms "
            f"at {share(float(reached / costs.peak_load_rps[i]))} of what it could do"
        )
    if limit == "pool":
        return (
            f"database pool: {count(workers)} workers x {count(_only(shared.database_pool_count))} connections, {held}"
        )
    if limit == "slots":
        return f"slots: {count(workers)} workers x {count(_of(framework.slots_per_worker_count, i))}, {held}"
    return f"CPU: {count(min(workers, float(server.core_count[i])))} cores, {count(cpu_ms)} ms a request"


def _refused(costs: Costs, i: int, limit: str) -> str:
    shared, _, catalogue = costs.inputs
    if limit == "objective":
        lone_ms = lone_p95_ms(costs.request_cpu_ms[i], shared.wait_ms, shared.time_variation_ratio)
        return (
            f"objective: 95 in 100 lone requests take {count(float(lone_ms))} ms, "
            f"more than {count(_only(shared.p95_objective_ms))}"
        )
    return (
        f"memory: a worker of {count(_of(costs.server.worker_gib, i))} GiB does not fit "
        f"in {count(float(np.max(catalogue.memory_gib)))} GiB, the largest server"
    )


def _only(value: Any) -> float:
    """The one value of a shared input."""
    return float(np.max(value))


def _of(values: Any, i: int) -> float:
    """The value of a way of serving."""
    return float(values[i])
