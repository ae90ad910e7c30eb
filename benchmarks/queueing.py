"""
The queueing formulas against a discrete-event simulation (Ciw), case by case.

Prints the table that `benchmarks/queueing.md` keeps. Takes some minutes.
"""

import math
import sys
from collections.abc import Iterator

import ciw
import numpy as np

from tco.queueing import response

SLOTS = (1, 2, 4, 8, 16, 32, 64)
UTILIZATIONS = (0.3, 0.5, 0.7, 0.9)
CUSTOMERS = 60_000
# Waiting times of neighbours hang together: the busier the queue, the fewer independent ones there are.
BUSY_CUSTOMERS = 250_000
SEED = 20_261_123


def distribution(mean: float, kind: str) -> ciw.dists.Distribution:
    """Exponential or constant times with a mean in ms."""
    return ciw.dists.Exponential(1 / mean) if kind == "exponential" else ciw.dists.Deterministic(mean)


def simulated(network: ciw.network.Network, rate: float, customers: int) -> tuple[float, float]:
    """Mean and 95th percentile of the response in ms, the first tenth left out."""
    ciw.seed(SEED)
    simulation = ciw.Simulation(network)
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


def loop_network(rate: float, cpu_ms: float, wait_ms: float, kind: str) -> ciw.network.Network:
    """An event loop: first come, first served at the core, then everybody waits at once."""
    return ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate), None],
        service_distributions=[distribution(cpu_ms, kind), distribution(wait_ms, kind)],
        number_of_servers=[1, math.inf],
        routing=[[0.0, 1.0], [0.0, 0.0]],
    )


def cases() -> Iterator[tuple[str, str, float, tuple[float, float], tuple[float, float]]]:
    """What, kind of times, utilization, simulated and predicted (mean, p95) in ms."""
    for kind, variation in (("exponential", 1.0), ("constant", 0.0)):
        for utilization in UTILIZATIONS:
            customers = BUSY_CUSTOMERS if utilization > 0.8 else CUSTOMERS
            for slots in SLOTS:
                rate = utilization * slots / 100.0
                measured = simulated(slots_network(slots, rate, kind), rate, customers)
                # A slot that computes next to nothing and waits 100 ms.
                predicted = response(1000 * rate, 1, slots, 1, 1e-6, 100.0, variation)
                yield f"{slots} slots", kind, utilization, measured, (float(predicted.mean_ms), float(predicted.p95_ms))
            for cpu_ms, wait_ms in ((5.0, 50.0), (20.0, 20.0)):
                rate = utilization / cpu_ms
                measured = simulated(loop_network(rate, cpu_ms, wait_ms, kind), rate, customers)
                predicted = response(1000 * rate, 1, math.inf, 1, cpu_ms, wait_ms, variation)
                what = f"event loop, {cpu_ms:g} ms CPU, {wait_ms:g} ms wait"
                yield what, kind, utilization, measured, (float(predicted.mean_ms), float(predicted.p95_ms))


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
    worst = np.abs(errors).max(axis=0)
    median = np.median(np.abs(errors), axis=0)
    print(f"\n{len(errors)} cases. Mean: median error {median[0]:.1%}, worst {worst[0]:.1%}. ", end="")
    print(f"95th percentile: median {median[1]:.1%}, worst {worst[1]:.1%}. Ciw {ciw.__version__}, seed {SEED}.")


if __name__ == "__main__":
    sys.exit(main())
