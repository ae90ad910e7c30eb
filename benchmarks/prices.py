"""
Times the price list: reading it, leaving out what another type beats, and choosing fleets from all of it.

Prints a table and asserts nothing. Each figure is CPU time, the least of many calls: what else the machine does adds to
it and never takes from it.
"""

import time
from collections.abc import Callable

import numpy as np

import tco
from tco import fleet
from tco.assumptions import data_directory
from tco.cloud import CloudPlan, fleets
from tco.hosting import bills
from tco.inputs import Catalogue
from tco.pricing import read_core_speeds, read_prices
from tco.servers import server_capacity_rps, servers_of

REPEATS = 30
TRAFFIC_LEVELS = 60
# Just above what a lone request takes: no server is spared the search for its capacity.
TIGHT_OBJECTIVE_MS = 300


def cpu_seconds_of(call: Callable[[], object]) -> float:
    """
    CPU time of a call.
    """

    def once() -> float:
        start = time.process_time()
        call()
        return time.process_time() - start

    return min(once() for _ in range(REPEATS))


def choose(everything: Catalogue, scenario: tco.Scenario, loads_rps: np.ndarray) -> fleet.Fleet:
    """
    The cheapest fleet of all rows for each load and way of serving, from the whole list on.
    """
    kept = everything.candidates()
    s, f = scenario.shared, scenario.framework
    capacity = server_capacity_rps(s, f, servers_of(s, f, kept))
    usd = fleet.server_usd_per_hour(kept.instance_usd_per_hour[:, None, None], s.server_overhead_usd_per_month)
    return fleet.cheapest_fleet(loads_rps[:, None], capacity, usd, s.spare_servers, s.minimum_servers)


def main() -> None:
    """
    Time everything and print it.
    """
    speeds = read_core_speeds(data_directory() / "core_speeds.csv")
    prices = read_prices(data_directory() / "pricing.csv", speeds)
    scenario = tco.scenario("customer-api")
    scenario = scenario.replace(servings=tuple(scenario.assumptions.servings))
    everything, loads = prices.types(), np.geomspace(0.1, 1e5, TRAFFIC_LEVELS)
    count, ways = len(everything.names), len(scenario.servings)
    tight = scenario.replace(p95_objective_ms=TIGHT_OBJECTIVE_MS)
    regions = [
        prices.search(provider=provider, region=region).types()
        for provider, there in prices.regions.items()
        for region in there
    ]
    plan = CloudPlan("hourly", terms=("on_demand", "spot", "reserved_1y"))
    rows = [
        (f"read and check {count:,} rows", lambda: read_prices(data_directory() / "pricing.csv", speeds)),
        (f"leave out what is beaten, {count:,} rows", everything.candidates),
        (
            f"choose among {count:,} rows x {TRAFFIC_LEVELS} loads x {ways} ways of serving",
            lambda: choose(everything, scenario, loads),
        ),
        ("the same, each capacity searched for", lambda: choose(everything, tight, loads)),
        (
            f"choose among them in each of {len(regions)} regions by itself",
            lambda: [choose(types, scenario, loads) for types in regions],
        ),
        (f"fleets of a region over the week, mixed terms, {ways} ways", lambda: fleets(scenario, plan)),
        (
            f"fleets of a region for the peak, with CPU credits, {ways} ways",
            lambda: fleets(scenario, CloudPlan()),
        ),
        (f"all bills, {ways} ways of serving", lambda: bills(scenario, plan)),
    ]
    for name, call in rows:
        print(f"{name:<62}{cpu_seconds_of(call) * 1e3:8.1f} ms")
    print(f"{len(everything.candidates().names)} of {count:,} rows are left")


if __name__ == "__main__":
    main()
