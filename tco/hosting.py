"""
Hosting: the monthly bill of each way to run a product, line by line, each with the source of its price.

Servers are rented by the hour; containers and functions are billed by the second while they serve. Whatever the way,
traffic, database and logs come on top.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from tco import serverless
from tco.arrays import Array
from tco.cloud import CloudPlan, Fleets, fleets, peak_rps, profile_of
from tco.inputs import Catalogue
from tco.limits import lone_p95_ms
from tco.scenarios import Scenario
from tco.servers import request_cpu_ms, server_capacity_rps, servers_of
from tco.services import Tariff
from tco.tables import ServicePrice
from tco.tariff import tiered_cost
from tco.units import HOURS_PER_MONTH, KIB_PER_GIB, MIB_PER_GIB, REQUESTS_PER_MILLION, SECONDS_PER_HOUR

WAYS: Final = ("servers", "containers", "functions")
WAY_LABELS: Final = {"servers": "Servers", "containers": "Containers", "functions": "Functions"}

# What each provider's containers and functions are called, and the services of the list that they are billed by.
CONTAINERS: Final = {"aws": ("Fargate", "fargate"), "gcp": ("Cloud Run", "cloud-run")}
FUNCTIONS: Final = {
    "aws": ("Lambda", "lambda"),
    "azure": ("Functions", "azure-functions"),
    "gcp": ("Cloud Functions", "cloud-functions"),
}
# Sizes of containers on offer, in vCPUs and GiB: Fargate's, of which Cloud Run has those from one vCPU on.
CONTAINER_SIZES: Final = (
    *((0.25, gib) for gib in (0.5, 1.0, 2.0)),
    *((0.5, gib) for gib in (1.0, 2.0, 4.0)),
    *((1.0, gib) for gib in (2.0, 4.0, 8.0)),
    *((2.0, gib) for gib in (4.0, 8.0, 16.0)),
    *((4.0, gib) for gib in (8.0, 16.0, 30.0)),
)
# Below one vCPU, Cloud Run serves one request at a time.
LEAST_SHARED_VCPUS: Final = 1.0
# Functions come in steps of memory, up to 1.5 GiB on Azure; there each has a whole vCPU, on AWS a share by its memory,
# on Google so much with each step (first generation).
FUNCTION_GIB: Final = {
    "aws": np.array([0.125, 0.25, 0.5, 0.75, 1.0, 1.5, 1.7275, 2.0, 3.0, 4.0, 6.0, 8.0, 10.0]),
    "azure": np.array([0.125, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5]),
    "gcp": np.array([0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0]),
}
FUNCTION_VCPUS: Final = {"gcp": np.array([0.083, 0.167, 0.333, 0.583, 1.0, 2.0, 2.0])}
CPU_BY_MEMORY: Final = ("aws",)
# What the time of a request is rounded up to; elsewhere it is a millisecond.
BILLED_STEP_MS: Final = {"gcp": 100.0}

# Where a break-even is looked for, and how exactly: a step of a whole server moves it more than that.
LEAST_LOAD_RPS: Final = 0.001
MOST_LOAD_RPS: Final = 1e4
BREAK_EVEN_ROUNDING: Final = 0.01


class Line(NamedTuple):
    """A line of a bill."""

    item: str
    detail: str
    usd_per_month: float
    # Day and source of its price; empty where the day is not known.
    as_of: str
    source: str
    # Whether the price is that of another region.
    stands_in: bool = False


class Bill(NamedTuple):
    """What a month costs."""

    serving: str
    way: str
    name: str
    lines: tuple[Line, ...]

    @property
    def usd_per_month(self) -> float:
        """All lines; NaN where the way cannot serve. [USD/month]"""
        return sum(line.usd_per_month for line in self.lines)


def bills(scenario: Scenario, plan: CloudPlan, ways: Sequence[str] = WAYS) -> tuple[Bill, ...]:
    """
    The bill of each way to run each way of serving, where the provider offers it.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    plan : CloudPlan
        How servers scale and are bought, and the month.
    ways : sequence of str
        The ways to work out.

    Returns
    -------
    bills : tuple of Bill
        By way of serving, then servers, containers, functions. A way that cannot serve has a line of NaN that says so.

    Raises
    ------
    InputError
        If the scenario is one of many.

    Examples
    --------
    >>> import tco
    >>> found = bills(tco.scenario("customer-api"), CloudPlan())
    >>> [(bill.serving, bill.name) for bill in found[:3]]
    [('flask-threads', 'Servers'), ('flask-threads', 'Fargate'), ('flask-threads', 'Lambda')]
    """
    shared = shared_lines(scenario, plan)
    work = {"servers": _server_lines, "containers": _container_lines, "functions": _function_lines}
    names = {"servers": "Servers"} | {
        way: offers[scenario.provider][0]
        for way, offers in (("containers", CONTAINERS), ("functions", FUNCTIONS))
        if scenario.provider in offers
    }
    made = [(way, names.get(way, ""), work[way](scenario, plan)) for way in ways]
    return tuple(
        Bill(serving, way, name, (*lines[j], *shared))
        for j, serving in enumerate(scenario.servings)
        for way, name, lines in made
        if lines
    )


def _server_lines(scenario: Scenario, plan: CloudPlan) -> list[tuple[Line, ...]]:
    found = fleets(scenario, plan)
    return [server_lines(scenario, found, j) for j in range(len(scenario.servings))]


def server_lines(scenario: Scenario, found: Fleets, serving: int) -> tuple[Line, ...]:
    """
    What the cheapest fleet costs, and the load balancer before it.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    found : Fleets
        The fleets.
    serving : int
        Which of the ways of serving.

    Returns
    -------
    lines : tuple of Line
        Reserved servers, other servers, what stands beside each, load balancer.
    """
    i = int(found.best[serving])
    if i < 0:
        return (Line("Servers", "no type on offer can serve it", np.nan, "", ""),)
    instance = found.catalogue.names[i]
    there = scenario.assumptions.prices.search(provider=scenario.provider, region=scenario.region).columns
    listed = there["instance"].tolist().index(instance)
    as_of, source = (str(there[column][listed]) for column in ("as_of", "source"))
    beside_usd = scenario.value("server_overhead_usd_per_month")
    base, whole = float(found.base_servers[i, serving]), float(found.usd_per_hour[i, serving])

    def usd_per_hour(term: str) -> float:
        return float(found.server_usd_per_hour[term][i, serving])

    lines = []
    reserved, term = str(found.reserved_term[i, serving]), str(found.rest_term[i, serving])
    if base:
        usd = base * (usd_per_hour(reserved) * HOURS_PER_MONTH - beside_usd)
        lines.append(Line("Servers, reserved", f"{base:g} x {instance}, {reserved}", usd, as_of, source))
        whole -= base * usd_per_hour(reserved)
    # Servers beyond the base, while they run.
    rest = whole / usd_per_hour(term)
    if rest > 0:
        usd = rest * (usd_per_hour(term) * HOURS_PER_MONTH - beside_usd)
        on_credit = ", on CPU credits" if found.on_credit[i, serving] else ""
        detail = f"{rest:.4g} x {instance} on average, {term}{on_credit}"
        lines.append(Line("Servers", detail, usd, as_of, source))
    overhead = scenario.row("server_overhead_usd_per_month")
    detail = f"{base + rest:.4g} x disk, address, monitoring"
    lines.append(Line("Beside the servers", detail, (base + rest) * beside_usd, overhead.price_year, overhead.source))
    if found.peak_servers[i, serving] > 1:
        balancer = scenario.row("load_balancer_usd_per_hour")
        usd = scenario.value("load_balancer_usd_per_hour") * HOURS_PER_MONTH
        lines.append(Line("Load balancer", "one, around the clock", usd, balancer.price_year, balancer.source))
    return tuple(lines)


def requests_per_month(scenario: Scenario, plan: CloudPlan) -> float:
    """
    Requests of a month.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    plan : CloudPlan
        Names the month and the profile.

    Returns
    -------
    requests : float
        Their number.
    """
    mean_rps = peak_rps(scenario, plan) * float(profile_of(scenario, plan).share.mean())
    return mean_rps * SECONDS_PER_HOUR * HOURS_PER_MONTH


def shared_lines(scenario: Scenario, plan: CloudPlan) -> tuple[Line, ...]:
    """
    What every way to run a product needs: traffic, database, logs.

    Parameters
    ----------
    scenario : Scenario
        One scenario.
    plan : CloudPlan
        Names the month, the profile and the sizes.

    Returns
    -------
    lines : tuple of Line
        Egress by tier, database and its storage, logs.
    """
    requests = requests_per_month(scenario, plan)
    gib = requests * scenario.value("response_kib") / KIB_PER_GIB
    tariff = scenario.assumptions.cloud.tariff("egress", scenario.provider, scenario.region)
    lines = []
    if tariff is None:
        row = scenario.row("egress_usd_per_gib")
        usd = gib * scenario.value("egress_usd_per_gib")
        lines.append(Line("Egress", f"{gib:.4g} GiB at the first tier", usd, row.price_year, row.source))
    else:
        lines.append(_line("Egress", f"{gib:.4g} GiB over {len(tariff.rows)} tiers", _tiered(gib, tariff), tariff))
    lines += _database_lines(scenario, plan)
    log_gib = requests * plan.value(scenario, "request_log_kib") / KIB_PER_GIB
    row = scenario.assumptions.cloud.assumptions["log_usd_per_gib"]
    usd = log_gib * plan.value(scenario, "log_usd_per_gib")
    lines.append(Line("Logs", f"{log_gib:.4g} GiB", usd, row.price_year, row.source))
    return tuple(lines)


def database_type(scenario: Scenario, plan: CloudPlan) -> tuple[ServicePrice, bool] | None:
    """
    The cheapest managed PostgreSQL server that is large enough.

    Parameters
    ----------
    scenario : Scenario
        Names provider and region.
    plan : CloudPlan
        Names the size.

    Returns
    -------
    row : (ServicePrice, bool), optional
        Its row, and whether it is that of another region; None where the list has none as large.
    """
    vcpus, gib = (plan.value(scenario, name) for name in ("database_vcpus_count", "database_memory_gib"))
    fitting = [
        row
        for row in scenario.assumptions.cloud.prices
        if (row.service, row.provider) == ("database", scenario.provider)
        and (row.vcpus or 0) >= vcpus
        and (row.memory_gib or 0) >= gib
    ]
    here = [row for row in fitting if row.region == scenario.region]
    best = min(here or fitting, key=lambda row: row.usd, default=None)
    return None if best is None else (best, not here)


def _database_lines(scenario: Scenario, plan: CloudPlan) -> list[Line]:
    copies = plan.value(scenario, "database_copies_count")
    if copies <= 0:
        return []
    vcpus, memory = (plan.value(scenario, name) for name in ("database_vcpus_count", "database_memory_gib"))
    services, where = scenario.assumptions.cloud, (scenario.provider, scenario.region)
    per_vcpu, per_gib = (services.tariff(f"database-{part}", *where) for part in ("vcpu", "memory"))
    chosen = database_type(scenario, plan)
    if chosen is not None:
        row, stands_in = chosen
        detail = f"{copies:g} x {row.type}"
        line = Line("Database", detail, copies * row.usd * HOURS_PER_MONTH, row.as_of, row.source, stands_in)
    elif per_vcpu is not None and per_gib is not None:
        usd = copies * (vcpus * per_vcpu.usd[0] + memory * per_gib.usd[0]) * HOURS_PER_MONTH
        line = _line("Database", f"{copies:g} x {vcpus:g} vCPU, {memory:g} GiB", float(usd), per_vcpu)
    else:
        line = Line("Database", f"the list has none of {vcpus:g} vCPU and {memory:g} GiB here", np.nan, "", "")
    lines = [line]
    storage = services.tariff("database-storage", *where)
    if storage is not None:
        gib = plan.value(scenario, "database_storage_gib")
        lines.append(
            _line("Database storage", f"{copies:g} x {gib:g} GiB", copies * gib * float(storage.usd[0]), storage)
        )
    return lines


def _container_lines(scenario: Scenario, plan: CloudPlan) -> list[tuple[Line, ...]]:
    """Lines of the cheapest size of container for each way of serving; none where the provider has no prices."""
    name, service = CONTAINERS.get(scenario.provider, ("", ""))
    tariffs = {
        part: scenario.assumptions.cloud.tariff(f"{service}-{part}", scenario.provider, scenario.region)
        for part in ("vcpu", "memory", "requests")
    }
    per_vcpu, per_gib = tariffs["vcpu"], tariffs["memory"]
    if per_vcpu is None or per_gib is None:
        return []
    sizes = [size for size in CONTAINER_SIZES if service == "fargate" or size[0] >= LEAST_SHARED_VCPUS]
    vcpus, gib = np.array(sizes).T
    usd = vcpus * per_vcpu.usd[0] + gib * per_gib.usd[0]
    names = tuple(f"{v:g} vCPU, {g:g} GiB" for v, g in sizes)
    whole = np.ones_like(vcpus)
    catalogue = Catalogue(names, vcpus, gib, whole, usd, whole)
    if service == "fargate":
        # Rented by the second around the clock: a fleet that follows the traffic, without a disk and an agent each.
        bare = scenario.replace(server_overhead_usd_per_month=0, instance_price_ratio=1)
        hourly = CloudPlan("hourly", plan.profile, ("on_demand",), plan.month, plan.values)
        found = fleets(bare, hourly, (catalogue, {"on_demand": usd}))
        count, usd_per_hour = found.mean_servers, found.usd_per_hour
    else:
        count = _shared_count(scenario, plan, catalogue)
        usd_per_hour = serverless.billed_usd_per_hour(
            count, vcpus[:, None], gib[:, None], per_vcpu.usd[0], per_gib.usd[0]
        )
    lines: list[tuple[Line, ...]] = []
    for j in range(len(scenario.servings)):
        possible = np.isfinite(usd_per_hour[:, j])
        if not possible.any():
            lines.append((Line(name, "no size on offer can serve it", np.nan, "", ""),))
            continue
        i = int(np.argmin(np.where(possible, usd_per_hour[:, j], np.inf)))
        detail = f"{count[i, j]:.4g} x {names[i]} on average"
        mine = [_line(name, detail, float(usd_per_hour[i, j]) * HOURS_PER_MONTH, per_vcpu)]
        if service == "fargate":
            balancer = scenario.row("load_balancer_usd_per_hour")
            balancer_usd = scenario.value("load_balancer_usd_per_hour") * HOURS_PER_MONTH
            mine.append(
                Line("Load balancer", "one, around the clock", balancer_usd, balancer.price_year, balancer.source)
            )
        if tariffs["requests"] is not None:
            mine.append(_requests_line(scenario, plan, tariffs["requests"]))
        lines.append(tuple(mine))
    return lines


def _shared_count(scenario: Scenario, plan: CloudPlan, catalogue: Catalogue) -> Array:
    """Containers that are billed on average over the week, by size and way of serving."""
    s, f = scenario.shared, scenario.framework
    server = servers_of(s, f, catalogue)
    capacity = server_capacity_rps(s, f, server)[:, 0, :]
    cpu_ms = np.broadcast_to(server.request_cpu_ms[:, 0, :], capacity.shape)
    load = peak_rps(scenario, plan) * profile_of(scenario, plan).share[:, None, None]
    return np.asarray(serverless.container_billed_count(load, capacity, cpu_ms, s.wait_ms).mean(axis=0))


def _function_lines(scenario: Scenario, plan: CloudPlan) -> list[tuple[Line, ...]]:
    """Lines of the cheapest memory of a function for each way of serving; none where the provider has no prices."""
    name, service = FUNCTIONS.get(scenario.provider, ("", ""))
    where = (scenario.provider, scenario.region)
    duration = scenario.assumptions.cloud.tariff(f"{service}-duration", *where)
    per_vcpu = scenario.assumptions.cloud.tariff(f"{service}-vcpu", *where)
    requests = scenario.assumptions.cloud.tariff(f"{service}-requests", *where)
    if duration is None or requests is None:
        return []
    s, f = scenario.shared, scenario.framework
    # One request at a time: one slot of one worker.
    needed_gib = (f.worker_memory_mib + s.app_memory_mib + f.slot_memory_mib) / MIB_PER_GIB + s.model_memory_gib
    gib = FUNCTION_GIB[scenario.provider][:, None]
    speed = FUNCTION_VCPUS.get(scenario.provider, np.ones(len(gib)))[:, None]
    if scenario.provider in CPU_BY_MEMORY:
        speed = gib / plan.value(scenario, "whole_vcpu_gib")
    cpu_ms = request_cpu_ms(s, f)
    stretched_ms = cpu_ms / np.minimum(1.0, speed)
    fits = (gib >= needed_gib) & (lone_p95_ms(stretched_ms, s.wait_ms, s.time_variation_ratio) <= s.p95_objective_ms)
    mean_rps = peak_rps(scenario, plan) * profile_of(scenario, plan).share.mean()
    count = serverless.function_billed_count(
        mean_rps, cpu_ms, s.wait_ms, speed, BILLED_STEP_MS.get(scenario.provider, 0.0)
    )
    gib_hours = np.where(fits, count * gib * HOURS_PER_MONTH, np.nan)
    # Tiers are of GiB-seconds, prices by the hour.
    usd = tiered_cost(gib_hours, duration.start / SECONDS_PER_HOUR, duration.usd)
    if per_vcpu is not None:
        usd = usd + count * speed * HOURS_PER_MONTH * per_vcpu.usd[0]
    lines: list[tuple[Line, ...]] = []
    for j in range(len(scenario.servings)):
        if not fits[:, j].any():
            lines.append((Line(name, "no size on offer can serve it within the objective", np.nan, "", ""),))
            continue
        i = int(np.nanargmin(usd[:, j]))
        detail = f"{count[i, j]:.4g} x {gib[i, 0]:g} GiB on average"
        fee = _requests_line(scenario, plan, requests)
        lines.append((_line(name, detail, float(usd[i, j]), duration), fee))
    return lines


def _requests_line(scenario: Scenario, plan: CloudPlan, tariff: Tariff) -> Line:
    millions = requests_per_month(scenario, plan) / REQUESTS_PER_MILLION
    return _line("Requests", f"{millions:.4g} million", _tiered(millions, tariff), tariff)


def _tiered(quantity: float, tariff: Tariff) -> float:
    return float(tiered_cost(quantity, tariff.start, tariff.usd))


def _line(item: str, detail: str, usd_per_month: float, tariff: Tariff) -> Line:
    """A line whose price is that of a tariff."""
    row = tariff.rows[0]
    return Line(item, detail, usd_per_month, row.as_of, row.source, tariff.stands_in)


def break_even_rps(scenario: Scenario, plan: CloudPlan, serving: str, way: str) -> float:
    """
    Peak load beyond which servers cost less than another way.

    Parameters
    ----------
    scenario : Scenario
        One scenario; its traffic is varied.
    plan : CloudPlan
        How servers scale and are bought.
    serving : str
        The way of serving.
    way : str
        `containers` or `functions`.

    Returns
    -------
    break_even_rps : float
        Load of the busiest second; NaN where one of the two is cheaper at any load, or is not on offer. [req/s]
    """
    alone = scenario.replace(servings=(serving,), peak_users=0)
    # The load that is found is that of the month itself, whichever it is.
    plan = replace(plan, month=0)

    def gap_usd(load_rps: float) -> float:
        at = alone.replace(direct_peak_load_rps=load_rps)
        made = {bill.way: bill.usd_per_month for bill in bills(at, plan, ("servers", way))}
        return made.get(way, np.nan) - made["servers"]

    low, high = LEAST_LOAD_RPS, MOST_LOAD_RPS
    if not (gap_usd(low) < 0 < gap_usd(high)):
        return np.nan
    while high / low > 1 + BREAK_EVEN_ROUNDING:
        middle = float(np.sqrt(low * high))
        low, high = (middle, high) if gap_usd(middle) < 0 else (low, middle)
    return high
