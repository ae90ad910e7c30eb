"""
Measure real servers on this machine, for `real_servers.py` to judge the queueing formulas by.

Each way of serving runs on a core of its own and the load on another; then two workers on two cores, which the load
shares. Writes a row for each rate into `data/real_servers.csv`; a case that is in it already is not measured again.

    python benchmarks/measure_real_servers.py [--minutes 60] [--seconds 6] [--requests 1200]
"""

import argparse
import csv
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from tco.measure.case import MeasuredCase, measure_case
from tco.measure.servers import WAYS

TABLE = Path(__file__).parents[1] / "data" / "real_servers.csv"
RATES = (0.5, 0.7)
# CPU and wait in ms; `tco.real_servers` says which are for calibration, the others are predicted.
WORKLOADS = (
    (0.2, 0.0),
    (2.0, 0.0),
    (20.0, 0.0),
    (0.2, 50.0),
    (2.0, 50.0),
    (20.0, 50.0),
    (0.2, 200.0),
    (2.0, 200.0),
    (0.2, 500.0),
    (2.0, 500.0),
    (5.0, 20.0),
    (10.0, 100.0),
)
# Workers of each way on one core: sync workers by gunicorn's rule, two for each core and one more.
ONE_CORE = {
    "flask-sync": 3,
    "flask-threads": 1,
    "flask-gevent": 1,
    "fastapi-async": 1,
    "fastapi-plain": 1,
    "django-threads": 1,
}
TWO_CORES = {"flask-threads": 2, "fastapi-async": 2, "fastapi-plain": 2}
TWO_CORE_WORKLOADS = ((0.2, 0.0), (2.0, 0.0), (2.0, 50.0), (20.0, 0.0))


def saturating_connections(cpu_ms: float, wait_ms: float) -> int:
    """Requests in progress that keep a core busy in spite of their waits, three times over."""
    return int(np.clip(3 * np.ceil(wait_ms / (cpu_ms + 0.2)), 64, 2000))


def rows_of(case: MeasuredCase) -> list[dict[str, object]]:
    """A row for each rate."""
    of_case = asdict(case)
    rates = of_case.pop("rates")
    of_case |= {name: len(of_case[name]) for name in ("server_cores", "load_cores")}
    of_case["at_saturation_others_cpu_share"] = of_case.pop("others_cpu_share")
    measured = datetime.now(UTC).date().isoformat()
    return [
        {name: f"{value:.5g}" if isinstance(value, float) else value for name, value in row.items()}
        for row in ({**of_case, **rate, "measured": measured} for rate in rates)
    ]


def main() -> None:
    """Measure what is missing, as long as there is time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=90.0)
    parser.add_argument("--seconds", type=float, default=6.0)
    parser.add_argument("--requests", type=int, default=1200)
    options = parser.parse_args()
    end = time.monotonic() + 60 * options.minutes
    # Workload by workload, so that a machine that slows down does so for all ways of serving.
    wanted = [(name, workers, 1, workload) for workload in WORKLOADS for name, workers in ONE_CORE.items()]
    wanted += [(name, workers, 2, workload) for workload in TWO_CORE_WORKLOADS for name, workers in TWO_CORES.items()]
    kept = list(csv.DictReader(TABLE.open())) if TABLE.exists() else []
    known = {(r["serving"], r["workers"], r["server_cores"], float(r["cpu_ms"]), float(r["wait_ms"])) for r in kept}
    for serving, workers, cores, (cpu_ms, wait_ms) in wanted:
        if (serving, str(workers), str(cores), cpu_ms, wait_ms) in known:
            continue
        if time.monotonic() > end:
            print("no time left")
            return
        case = measure_case(
            serving,
            workers,
            cpu_ms,
            wait_ms,
            saturating_connections(cpu_ms, wait_ms),
            RATES,
            options.seconds,
            seed=1,
            least_requests=options.requests,
            server_cores=None if cores == 1 else (0, 1),
        )
        rows = rows_of(case)
        new = not TABLE.exists()
        with TABLE.open("a", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            if new:
                writer.writeheader()
            writer.writerows(rows)
        print(f"{serving} {workers} workers, {cpu_ms:g} + {wait_ms:g} ms: {case.saturation_rps:.1f} req/s", flush=True)
    print(f"{len(wanted)} cases of {len(WAYS)} ways of serving are measured")


if __name__ == "__main__":
    main()
