"""
A portfolio on one process, on two processes, and on a Dask cluster of two, one of whose workers is killed in mid-run.

Prints a table and asserts that all results are the same to the last bit. Takes some minutes: the portfolio is at least
a minute's work for one process.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from distributed import Client, LocalCluster

import tco

SERVICES = int(sys.argv[1]) if len(sys.argv) > 1 else 640
DRAWS = 10_000
WORKERS = 2
COUNTRIES = ("United States", "Germany", "India", "Poland")
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


def main() -> None:
    """
    Run the portfolio everywhere and print the table.
    """
    scenario, cases = tco.scenario("customer-api"), services()
    print(f"{SERVICES:,} services x {DRAWS:,} draws, {os.cpu_count()} cores.\n")
    print("| where | s | speed-up | draws a second | the same to the last bit |")
    print("| --- | --- | --- | --- | --- |")
    first = timed("one process", lambda: tco.sweep(scenario, cases, draws=DRAWS), None)
    timed("two processes", lambda: tco.sweep(scenario, cases, draws=DRAWS, workers=WORKERS), first)
    with (
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
