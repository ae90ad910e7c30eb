"""
Burstable: what servers carry that save CPU credits in quiet hours and spend them in busy ones.

Arrays have the instance types in front and the ways of serving last: (k, n, f).
"""

from dataclasses import replace

import numpy as np

from tco.arrays import Array
from tco.inputs import Catalogue, FrameworkInputs, SharedInputs
from tco.servers import server_capacity_rps, servers_of
from tco.units import MS_PER_SECOND


def sustained_load_rps(s: SharedInputs, f: FrameworkInputs, catalogue: Catalogue) -> Array:
    """
    Load that takes just the CPU that a server may use all the time.

    Parameters
    ----------
    s : SharedInputs
        Requests and product.
    f : FrameworkInputs
        The ways of serving.
    catalogue : Catalogue
        The types.

    Returns
    -------
    sustained_load_rps : ndarray, shape (k, n, f)
        Load at which credits neither grow nor shrink. [req/s]
    """
    server = servers_of(s, f, catalogue)
    return np.asarray(MS_PER_SECOND * server.core_count / server.request_cpu_ms)


def capacity_on_credit_rps(s: SharedInputs, f: FrameworkInputs, catalogue: Catalogue, burst_ratio: Array) -> Array:
    """
    Load of one server that runs at full speed on the credits of its week.

    Parameters
    ----------
    s : SharedInputs
        Requests, objective and utilization.
    f : FrameworkInputs
        The ways of serving.
    catalogue : Catalogue
        Burstable types.
    burst_ratio : ndarray, shape (k,)
        Largest peak load that the credits carry, over the sustained one. [1]

    Returns
    -------
    capacity_on_credit_rps : ndarray, shape (k, n, f)
        Largest load of the busiest second: what the server carries at full speed, and no more than its credits last
        for, with the same room to spare. NaN where it cannot serve. [req/s]
    """
    full_speed = replace(catalogue, sustained_cpu_share=np.ones_like(catalogue.sustained_cpu_share))
    at_full_speed = server_capacity_rps(s, f, servers_of(s, f, full_speed))
    lasting = burst_ratio[:, None, None] * sustained_load_rps(s, f, catalogue)
    return np.minimum(at_full_speed, s.target_utilization_share * lasting)
