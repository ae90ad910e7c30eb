"""
The queueing formulas against discrete-event simulations, case by case.

Slots, an event loop and threads that share a core by turns are simulated by Ciw; a core whose requests hold a slot
while they compute and wait, which Ciw has no network for, by `tests/core_simulation.py`. Prints the table that
`benchmarks/queueing.md` keeps. Takes some minutes.
"""

import math
import sys
from collections.abc import Iterator
from pathlib import Path

import ciw
import numpy as np

from tco.queueing import response, saturation_rps

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.core_simulation import simulated_responses

SLOTS = (1, 2, 4, 8, 16, 32, 64)
UTILIZATIONS = (0.3, 0.5, 0.7, 0.9)
CUSTOMERS = 60_000
# Waiting times of neighbours hang together: the busier the queue, the fewer independent ones there are.
BUSY_CUSTOMERS = 250_000
SEED = 20_261_123


def distribution(mean: float, kind: str) -> ciw.dists.Distribution:
    """Exponential or constant times with a mean in ms."""
    return ciw.dists.Exponential(1 / mean) if kind == "exponential" else ciw.dists.Deterministic(mean)


def simulated(network: ciw.network.Network, customers: int, node: type[ciw.Node] = ciw.Node) -> tuple[float, float]:
    """Mean and 95th percentile of the response in ms, the first tenth left out."""
    ciw.seed(SEED)
    simulation = ciw.Simulation(network, node_class=[node, *[ciw.Node] * (network.number_of_nodes - 1)])
    simulation.simulate_until_max_customers(customers, method="Finish")
    first, last = {}, {}
    for record in simulation.get_all_records():
        first[record.id_number] = min(record.arrival_date, first.get(record.id_number, math.inf))
        last[record.id_number] = max(record.exit_date, last.get(record.id_number, 0.0))
    arrived = sorted((first[number], last[number] - first[number]) for number in first)
    responses = np.array([time for _, time in arrived[len(arrived) // 10 :]])
    return float(responses.mean()), float(np.quantile(responses, 0.95))


def slots_network(slots: int, rate: float, kind: str) -> ciw.network.Network:
    """One queue before slots that are held for 100 ms."""
    return ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate)],
        service_distributions=[distribution(100.0, kind)],
        number_of_servers=[slots],
    )


def loop_network(rate: float, cpu_ms: float, wait_ms: float, kind: str, at_once: float = 1) -> ciw.network.Network:
    """A core that serves so many at once, an event loop one after the other; then everybody waits at the same time."""
    return ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate), None],
        service_distributions=[distribution(cpu_ms, kind), distribution(wait_ms, kind)],
        number_of_servers=[at_once, math.inf],
        routing=[[0.0, 1.0], [0.0, 0.0]],
    )


def cases() -> Iterator[tuple[str, str, float, tuple[float, float], tuple[float, float]]]:
    """What, kind of times, utilization, simulated and predicted (mean, p95) in ms."""
    for kind, variation in (("exponential", 1.0), ("constant", 0.0)):
        for utilization in UTILIZATIONS:
            customers = BUSY_CUSTOMERS if utilization > 0.8 else CUSTOMERS
            for slots in SLOTS:
                rate = utilization * slots / 100.0
                measured = simulated(slots_network(slots, rate, kind), customers)
                # A slot that computes next to nothing and waits 100 ms.
                predicted = response(1000 * rate, 1, slots, 1, 1e-6, 100.0, variation)
                yield f"{slots} slots", kind, utilization, measured, (float(predicted.mean_ms), float(predicted.p95_ms))
            for cpu_ms, wait_ms in ((5.0, 50.0), (20.0, 20.0)):
                rate = utilization / cpu_ms
                for what, node, turns in (("event loop", ciw.Node, 1), ("threads", ciw.PSNode, math.inf)):
                    measured = simulated(loop_network(rate, cpu_ms, wait_ms, kind, turns), customers, node)
                    predicted = response(1000 * rate, 1, math.inf, 1, cpu_ms, wait_ms, variation, turns)
                    case = f"{what}, {cpu_ms:g} ms CPU, {wait_ms:g} ms wait"
                    yield case, kind, utilization, measured, (float(predicted.mean_ms), float(predicted.p95_ms))
            for slots, turns in ((2, 2), (4, 4), (32, 32), (32, 1)):
                for wait_ms in (0.0, 10.0, 50.0, 200.0):
                    load_rps = utilization * float(saturation_rps(1, slots, 1, 10.0, wait_ms))
                    responses = simulated_responses(
                        load_rps / 1000,
                        slots=slots,
                        turns=turns,
                        cpu=10.0,
                        wait=wait_ms,
                        constant=variation == 0,
                        customers=customers,
                    )
                    predicted = response(load_rps, 1, slots, 1, 10.0, wait_ms, variation, turns)
                    by_turns = "by turns" if turns > 1 else "in line"
                    yield (
                        f"{slots} slots {by_turns}, 10 ms CPU, {wait_ms:g} ms wait",
                        kind,
                        utilization,
                        (float(responses.mean()), float(np.quantile(responses, 0.95))),
                        (float(predicted.mean_ms), float(predicted.p95_ms)),
                    )


def main() -> None:
    """Print the table and the worst errors."""
    errors = []
    print("| case | times | utilization | mean, ms | predicted | error | p95, ms | predicted | error |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for what, kind, utilization, measured, predicted in cases():
        error = [p / m - 1 for p, m in zip(predicted, measured, strict=True)]
        errors.append(error)
        pairs = (f"{m:.1f} | {p:.1f} | {e:+.1%}" for m, p, e in zip(measured, predicted, error, strict=True))
        print(f"| {what} | {kind} | {utilization} | {' | '.join(pairs)} |", flush=True)
    print(f"\n{len(errors)} cases, Ciw {ciw.__version__}, seed {SEED}.")
    for name, found in zip(("Mean", "95th percentile"), np.abs(errors).T, strict=True):
        print(
            f"{name}: median error {np.median(found):.1%}, {np.mean(found <= 0.1):.0%} of the cases within 10%, "
            f"worst {found.max():.1%}."
        )


if __name__ == "__main__":
    sys.exit(main())
