"""
Times the library: its import, its tables, one evaluation, and a hundred thousand at once.

Prints a table and asserts nothing. Each figure is a median; what is compared with something else alternates with it, so
that a busy moment of the machine falls on both.
"""

import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

import numpy as np

import tco
from tco.scenarios import Scenario

PROCESSES = 15
EVALUATIONS = 200
MANY = 100_000
REPEATS_OF_MANY = 3

NUMPY = "import numpy"
LIBRARY = "import tco"
TABLES = "import tco.assumptions; tco.assumptions.load_assumptions()"
FIRST = "import tco; tco.evaluate(tco.scenario())"


def seconds_of(call: Callable[[], object], times: int) -> float:
    """
    Median time of a call.
    """
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        call()
        taken.append(time.perf_counter() - start)
    return median(taken)


def seconds_in_fresh_processes(*programs: str) -> list[float]:
    """
    Median times of programs, each in processes of its own, less that of a program which does nothing.
    """

    def run(program: str) -> float:
        return seconds_of(lambda: subprocess.run([sys.executable, "-c", program], check=True), 1)

    rounds = [[run(program) for program in ("pass", *programs)] for _ in range(PROCESSES)]
    nothing, *taken = (median(times) for times in zip(*rounds, strict=True))
    return [seconds - nothing for seconds in taken]


def many(scenario: Scenario) -> Scenario:
    """
    A hundred thousand scenarios that differ in traffic, waiting and team.
    """
    generator = np.random.default_rng(seed=1)

    def column(low: float, high: float) -> np.ndarray:
        return generator.uniform(low, high, size=(MANY, 1))

    return scenario.replace(peak_users=10 ** column(1, 5), wait_ms=column(10, 500), team_people=column(2, 20))


def main() -> None:
    """
    Time everything and print it.
    """
    numpy_s, library_s, tables_s, first_s = seconds_in_fresh_processes(NUMPY, LIBRARY, TABLES, FIRST)
    rows = [
        ("import numpy, fresh process", numpy_s, ""),
        ("import tco, fresh process", library_s, f"{library_s / numpy_s:.2f} of NumPy's"),
        ("import and load all tables, fresh process", tables_s, f"{tables_s / numpy_s:.1f} of NumPy's"),
        ("import to first costs, fresh process", first_s, f"{first_s / numpy_s:.1f} of NumPy's"),
    ]
    headline = tco.scenario("customer-api")
    everything = headline.replace(servings=tuple(headline.assumptions.servings))
    for scenario in (headline, everything):
        which = f"{len(scenario.servings)} ways of serving"
        one = seconds_of(lambda scenario=scenario: tco.evaluate(scenario).cash_flow_usd, EVALUATIONS)
        rows.append((f"one evaluation with cash flow, {which}", one, ""))
        draws = many(scenario)
        all_s = seconds_of(lambda draws=draws: tco.evaluate(draws).total_usd, REPEATS_OF_MANY)
        rows.append((f"{MANY:,} evaluations at once, {which}", all_s, f"{all_s / MANY * 1e6:.1f} µs each"))
    for name, seconds, note in rows:
        shown = f"{seconds:8.2f} s " if seconds >= 1 else f"{seconds * 1e3:8.2f} ms"
        print(f"{name:<58}{shown}  {note}".rstrip())


if __name__ == "__main__":
    main()
