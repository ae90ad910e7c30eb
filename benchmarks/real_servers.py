"""
The queueing formulas against real servers on this machine.

Each way of serving runs with one worker on a core of its own, the load on another. The framework's CPU is calibrated
on one workload (0.2 ms of CPU, no wait); all others are predicted from it before they are compared. Prints a table.

    python benchmarks/real_servers.py [--seconds 6] [--servings flask-sync,fastapi-async] [--workloads 2:50,20:200]
"""

import argparse

import numpy as np

from tco.measure.case import MeasuredCase, measure_case
from tco.queueing import response, saturation_rps

CALIBRATION = (0.2, 0.0)
WORKLOADS = ((2.0, 0.0), (20.0, 0.0), (0.2, 50.0), (2.0, 50.0), (20.0, 50.0), (0.2, 200.0), (2.0, 200.0), (2.0, 500.0))
RATES = (0.5, 0.7)
CONNECTIONS = 256
# Requests that a worker has in progress: its threads, or, for an event loop, what the load keeps open.
SLOTS = {
    "flask-sync": 1,
    "flask-threads": 32,
    "flask-gevent": np.inf,
    "fastapi-async": np.inf,
    "fastapi-plain": 40,
    "django-threads": 32,
}


def measured(serving: str, workload: tuple[float, float], seconds: float) -> MeasuredCase:
    """One case, on a fresh server."""
    cpu_ms, wait_ms = workload
    return measure_case(serving, 1, cpu_ms, wait_ms, CONNECTIONS, RATES, seconds, seed=1)


def predicted(case: MeasuredCase, framework_cpu_ms: float, rates_rps: list[float]) -> tuple[float, list[float]]:
    """Saturation in req/s, and the 95th percentile in ms at each rate; CPU and wait of the workloads are constant."""
    cpu_ms, slots = framework_cpu_ms + case.cpu_ms, SLOTS[case.serving]
    # A loop has no slots, but a closed load of so many callers brings no more requests than they make.
    most = saturation_rps(1, min(slots, case.connections), 1, cpu_ms, case.wait_ms)
    p95_ms = response(np.array(rates_rps), 1, slots, 1, cpu_ms, case.wait_ms, 0.0).p95_ms
    return float(most), p95_ms.tolist()


def main() -> None:
    """Print the table and the errors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--servings", default=",".join(SLOTS))
    parser.add_argument("--workloads", default=",".join(f"{cpu:g}:{wait:g}" for cpu, wait in WORKLOADS))
    options = parser.parse_args()
    workloads = [tuple(map(float, pair.split(":"))) for pair in options.workloads.split(",")]
    print(
        "| serving | CPU, ms | wait, ms | saturation, req/s | predicted | error | p95 at 50%, ms | predicted | error ",
        end="",
    )
    print("| p95 at 70%, ms | predicted | error | core taken by others |")
    print("|" + " --- |" * 13)
    errors: list[list[float]] = []
    for serving in options.servings.split(","):
        calibration = measured(serving, CALIBRATION, options.seconds)
        framework_cpu_ms = calibration.cpu_ms_per_request - calibration.cpu_ms
        for cpu_ms, wait_ms in workloads:
            case = measured(serving, (cpu_ms, wait_ms), options.seconds)
            most, p95_ms = predicted(case, framework_cpu_ms, [rate.rate_rps for rate in case.rates])
            pairs = [(case.saturation_rps, most), *((r.p95_ms, p) for r, p in zip(case.rates, p95_ms, strict=True))]
            errors.append([p / m - 1 for m, p in pairs])
            cells = (f"{m:.1f} | {p:.1f} | {p / m - 1:+.0%}" for m, p in pairs)
            print(
                f"| {serving} | {cpu_ms:g} | {wait_ms:g} | {' | '.join(cells)} | {case.others_cpu_share:.0%} |",
                flush=True,
            )
    found = np.abs(errors)
    saturation, p95 = found[:, 0], found[:, 1:]
    print(f"\n{len(errors)} cases. Saturation: median error {np.median(saturation):.0%}, worst {saturation.max():.0%}.")
    print(f"95th percentile: median {np.median(p95):.0%}, worst {p95.max():.0%}.")


if __name__ == "__main__":
    main()
