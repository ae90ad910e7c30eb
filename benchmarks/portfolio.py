"""
A portfolio on one process, on two processes, and on a Dask cluster of two, one of whose workers is killed in mid-run.

Prints a table and asserts that all results are the same to the last bit. Takes some minutes: the portfolio is at least
a minute's work for one process. `python benchmarks/portfolio.py organization` runs 5,000 services instead, on two
processes, into Parquet files.
"""

import os
import resource
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import dask
import numpy as np
import pandas as pd
from distributed import Client, LocalCluster

import tco

ORGANIZATION = sys.argv[1:] == ["organization"]
SERVICES = 5_000 if ORGANIZATION else 320
DRAWS = 10_000
WORKERS = 2
COUNTRIES = ("United States", "Germany", "India", "Poland")
# Dask's own setting has workers give memory back to the system at each step, only to ask for it again at the next: a
# cluster then takes twice the time. Without it they do as any process does.
DASK = {"distributed.nanny.pre-spawn-environ": {"OMP_NUM_THREADS": 1, "OPENBLAS_NUM_THREADS": 1}}
PRESETS = ("customer-api", "internal-tool", "ml-product")


def services() -> list[dict[str, object]]:
    """
    Services of all kinds, sizes and countries.
    """
    generator = np.random.default_rng(seed=1)
    return [
        {
            "service": f"service-{i:04d}",
            "preset": PRESETS[i % 3],
            "country": COUNTRIES[i % 4],
            "peak_users": round(float(10 ** generator.uniform(1, 5))),
            "team_people": int(generator.integers(2, 12)),
            "wait_ms": round(float(10 ** generator.uniform(1, 2.7)), 1),
        }
        for i in range(SERVICES)
    ]


def timed(
    name: str, call: Callable[[], pd.DataFrame], first: tuple[float, pd.DataFrame] | None
) -> tuple[float, pd.DataFrame]:
    """
    Run it, print its row, and compare the result with the first one.
    """
    start = time.perf_counter()
    frame = call()
    seconds = time.perf_counter() - start
    same = "" if first is None else "yes"
    if first is not None:
        pd.testing.assert_frame_equal(frame, first[1], check_exact=True)
    ratio = "" if first is None else f"{first[0] / seconds:.2f}"
    rate = SERVICES * DRAWS / seconds
    print(f"| {name} | {seconds:.1f} | {ratio} | {rate:,.0f} | {same} |", flush=True)
    return seconds, frame


def run_organization() -> None:
    """
    Run 5,000 services, and print time, memory of the largest process and size of the files.
    """
    with tempfile.TemporaryDirectory() as directory:
        start = time.perf_counter()
        frame = tco.sweep(tco.scenario("customer-api"), services(), draws=DRAWS, workers=WORKERS, out=directory)
        seconds = time.perf_counter() - start
        written = sum(path.stat().st_size for path in Path(directory).rglob("*.parquet"))
    peak_kib = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    print(
        f"{SERVICES:,} services x {DRAWS:,} draws on {WORKERS} processes: {seconds / 60:.1f} min, "
        f"{SERVICES * DRAWS / seconds:,.0f} draws a second, {peak_kib / 1024:.0f} MiB in the largest process, "
        f"{len(frame):,} rows in {written / 2**20:.1f} MiB of Parquet."
    )


def main() -> None:
    """
    Run the portfolio everywhere and print the table.
    """
    if ORGANIZATION:
        run_organization()
        return
    scenario, cases = tco.scenario("customer-api"), services()
    print(f"{SERVICES:,} services x {DRAWS:,} draws, {os.cpu_count()} cores.\n")
    print("| where | s | speed-up | draws a second | the same to the last bit |")
    print("| --- | --- | --- | --- | --- |")
    first = timed("one process", lambda: tco.sweep(scenario, cases, draws=DRAWS), None)
    timed("two processes", lambda: tco.sweep(scenario, cases, draws=DRAWS, workers=WORKERS), first)
    with (
        dask.config.set(DASK),
        LocalCluster(
            n_workers=WORKERS, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
        ) as cluster,
        Client(cluster) as client,
    ):
        timed("Dask, two workers", lambda: tco.sweep(scenario, cases, draws=DRAWS, client=client), first)
        pid = next(iter(client.run(os.getpid).values()))
        killer = threading.Timer(first[0] / WORKERS / 3, os.kill, (pid, signal.SIGKILL))
        killer.start()
        timed(
            "Dask, one of them killed in mid-run", lambda: tco.sweep(scenario, cases, draws=DRAWS, client=client), first
        )
        killer.join()
        print(f"\nWorker {'gone' if pid not in client.run(os.getpid).values() else 'still there'} at the end.")


if __name__ == "__main__":
    main()
