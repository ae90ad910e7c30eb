"""Performance: what one server does with the requests of a scenario, for each way of serving."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tco.arrays import Array, ArrayLike
from tco.inputs import FrameworkInputs, SharedInputs, checked
from tco.limits import binding_limit
from tco.queueing import Response, response, saturation_rps
from tco.scenarios import Scenario
from tco.servers import Server, server_capacity_rps, server_of, worker_of


@dataclass(frozen=True, eq=False)
class ServerPerformance:
    """What one server does; arrays of shape (f,) or (n, f)."""

    names: tuple[str, ...]
    server: Server
    inputs: tuple[SharedInputs, FrameworkInputs]

    @cached_property
    def capacity_rps(self) -> Array:
        """Load within latency objective and highest utilization planned for; NaN where there is none. [req/s]"""
        return server_capacity_rps(*self.inputs, self.server)

    @cached_property
    def saturation_rps(self) -> Array:
        """Throughput with all slots busy all the time; NaN where no worker fits. [req/s]"""
        shared, _ = self.inputs
        return saturation_rps(
            self._some_workers(),
            self.server.slots_per_worker_count,
            self.server.core_count,
            self.server.request_cpu_ms,
            shared.wait_ms,
        )

    @cached_property
    def limits(self) -> npt.NDArray[np.str_]:
        """What keeps it from carrying more, as `binding_limit` calls it."""
        shared, framework = self.inputs
        return binding_limit(
            self.capacity_rps,
            shared.target_utilization_share,
            self.server.workers_count,
            self.server.workers_wanted_count,
            framework.slots_per_worker_count,
            shared.database_pool_count,
            self.server.core_count,
            self.server.request_cpu_ms,
            shared.wait_ms,
        )

    def at(self, load_rps: ArrayLike) -> Response:
        """
        What requests meet at this server under a steady load.

        Parameters
        ----------
        load_rps : array_like
            Load, in a shape that broadcasts with (f,) or (n, f). [req/s]

        Returns
        -------
        response : Response
            As `tco.queueing.response` gives it; NaN where no worker fits.
        """
        shared, framework = self.inputs
        return response(
            load_rps,
            self._some_workers(),
            self.server.slots_per_worker_count,
            self.server.core_count,
            self.server.request_cpu_ms,
            shared.wait_ms,
            shared.time_variation_ratio,
            framework.turns_per_worker_count,
        )

    def _some_workers(self) -> Array:
        workers = self.server.workers_count
        return np.where(workers > 0, workers, np.nan)


class ServerSize(NamedTuple):
    """A server: vCPUs [1], memory [GiB], share of its vCPUs for good [1], and speed over a shared x86 thread [1]."""

    vcpu_count: float
    memory_gib: float
    sustained_cpu_share: float = 1.0
    core_speed_ratio: float = 1.0


def server_performance(
    scenario: Scenario,
    vcpu_count: float,
    memory_gib: float,
    sustained_cpu_share: float = 1.0,
    core_speed_ratio: float = 1.0,
) -> ServerPerformance:
    """
    What one server does with the requests of a scenario, for each of its ways of serving.

    Parameters
    ----------
    scenario : Scenario
        One scenario, or many where inputs are arrays.
    vcpu_count : float
        Virtual CPUs of the server. [1]
    memory_gib : float
        Its memory. [GiB]
    sustained_cpu_share : float
        Share of its vCPUs that may be used all the time. [1]
    core_speed_ratio : float
        What a busy vCPU gets done, over one thread of a shared x86 core. [1]

    Returns
    -------
    performance : ServerPerformance
        Workers, saturation, and the largest load within the latency objective [req/s], with what bounds it.

    Raises
    ------
    InputError
        If the server has no legal size.

    Examples
    --------
    >>> from tco import scenario
    >>> found = server_performance(scenario("customer-api", servings=["flask-sync", "fastapi-async"]), 4, 16)
    >>> found.capacity_rps.round().tolist(), found.limits.tolist()
    ([35.0, 463.0], ['slots', 'cpu'])
    >>> found.at(20).p95_ms.round().tolist()
    [296.0, 296.0]
    """
    shared, framework = scenario.shared, scenario.framework
    sizes = (
        np.asarray(checked(name, value))
        for name, value in (
            ("vcpu_count", vcpu_count),
            ("memory_gib", memory_gib),
            ("sustained_cpu_share", sustained_cpu_share),
            ("core_speed_ratio", core_speed_ratio),
        )
    )
    server = server_of(shared, framework, worker_of(shared, framework), *sizes)
    return ServerPerformance(framework.names, server, (shared, framework))
