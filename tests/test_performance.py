"""One server: the model's own capacity, and limits."""

import numpy as np
import pytest

import tco
from tco.inputs import InputError

SERVINGS = ("flask-sync", "fastapi-async")


def test_a_fleets_server_performs_as_the_model_says():
    """The server that the model rents has the capacity, limit and response here that the costs were made with."""
    scenario = tco.scenario("customer-api")
    costs = tco.evaluate(scenario)
    for i, name in enumerate(costs.instances):
        index = scenario.catalogue.names.index(name)
        found = tco.server_performance(
            scenario,
            scenario.catalogue.vcpu_count[index],
            scenario.catalogue.memory_gib[index],
            scenario.catalogue.sustained_cpu_share[index],
            scenario.catalogue.core_speed_ratio[index],
        )
        assert found.capacity_rps[i] == pytest.approx(costs.server_capacity_rps[i], rel=1e-12)
        assert found.limits[i] == costs.limits[i]
        load_rps = costs.peak_load_rps[i] / costs.peak_servers[i]
        assert found.at(load_rps).p95_ms[i] == pytest.approx(costs.peak_response.p95_ms[i], rel=1e-9)


def test_a_sync_worker_and_a_loop_by_hand():
    """
    Nine sync workers (2 x 4 + 1) on 4 vCPUs with 1 ms of CPU and 99 of waiting: 90 req/s; a loop on each: 4,000.
    """
    cpu_ms = dict.fromkeys(SERVINGS, 0.5)
    scenario = tco.scenario(servings=SERVINGS, app_cpu_ms=0.5, wait_ms=99.0, framework_cpu_ms=cpu_ms)
    found = tco.server_performance(scenario.replace(database_pool_count=10_000), 4, 16)
    assert found.server.workers_count.tolist() == [9, 4]
    assert found.saturation_rps == pytest.approx([90, 4000], rel=1e-3)
    assert found.limits.tolist() == ["slots", "cpu"]


def test_many_loads_and_many_scenarios_come_at_once():
    """Three loads of one scenario, or three scenarios: three rows, each as it is alone."""
    scenario = tco.scenario(servings=SERVINGS)
    loads = np.array([[5.0], [10.0], [20.0]])
    alone = [tco.server_performance(scenario, 4, 16).at(float(load)).p95_ms for load in loads[:, 0]]
    assert tco.server_performance(scenario, 4, 16).at(loads).p95_ms == pytest.approx(np.array(alone), rel=1e-12)
    waits = np.array([[10.0], [100.0], [250.0]])
    many = tco.server_performance(scenario.replace(wait_ms=waits), 4, 16).capacity_rps
    one_by_one = [tco.server_performance(scenario.replace(wait_ms=float(w)), 4, 16).capacity_rps for w in waits[:, 0]]
    assert many == pytest.approx(np.array(one_by_one), rel=1e-9)


def test_a_server_without_room_for_a_worker_carries_nothing():
    """Half a GiB is the operating system's: NaN everywhere, and memory is the reason."""
    found = tco.server_performance(tco.scenario(servings=SERVINGS), 1, 0.5)
    assert np.isnan(found.capacity_rps).all()
    assert np.isnan(found.saturation_rps).all()
    assert found.limits.tolist() == ["memory", "memory"]


@pytest.mark.parametrize(
    ("size", "message"),
    [((0, 16), "vcpu_count must lie in"), ((4, -1), "memory_gib must lie in"), ((4, 16, 1.5), "sustained_cpu_share")],
)
def test_a_server_of_no_legal_size_is_refused(size, message):
    """One sentence that names the size."""
    with pytest.raises(InputError, match=message):
        tco.server_performance(tco.scenario(), *size)
