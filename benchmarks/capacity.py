"""
A million capacities within a latency objective: draws x ways of serving x instance types, on one core.

Two runs: with a generous objective, where most answers need no search, and with a tight one, where all of them do.
"""

import resource
import time

import numpy as np

from tco.arrays import Array
from tco.queueing import load_within_objective_rps

DRAWS, SERVINGS, TYPES = 20_000, 5, 10
CHUNK_DRAWS = 1_000


def million(tightness: float) -> tuple[float, float, float]:
    """CPU seconds for all solutions, share of them within the objective, and how many there are."""
    random = np.random.default_rng(1)
    slots = np.array([1.0, 32.0, 1000.0, 50.0, 40.0])
    turns = np.array([1.0, 32.0, 1.0, 1.0, 40.0])
    cores = np.geomspace(1, 64, TYPES)[:, None, None]
    capacities: list[Array] = []
    started = time.process_time()
    for _ in range(0, DRAWS, CHUNK_DRAWS):
        shape = (CHUNK_DRAWS, 1)
        cpu_ms, wait_ms = random.lognormal(1.5, 0.5, shape), random.lognormal(4.0, 0.7, shape)
        objective_ms = tightness * (cpu_ms + wait_ms)
        capacities.append(
            load_within_objective_rps(objective_ms, cores, slots, cores, cpu_ms, wait_ms, 0.5, turns, 0.6)
        )
    seconds = time.process_time() - started
    found = np.concatenate([values.ravel() for values in capacities])
    return seconds, float(np.mean(np.isfinite(found))), len(found)


def main() -> None:
    """Print time and memory."""
    for words, tightness in (("generous objective, 10 x the work of a request", 10.0), ("tight objective, 2.2 x", 2.2)):
        seconds, met_share, count = million(tightness)
        print(f"{words}: {count:,.0f} capacities in {seconds:.1f} s of CPU, {met_share:.0%} can be met", flush=True)
    print(f"most memory: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
