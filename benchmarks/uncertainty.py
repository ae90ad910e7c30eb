"""
Times the draws: how time and memory grow with their number, the first answer, and plain Python on the same small model.

Prints tables and draws `benchmarks/uncertainty.svg`; asserts nothing. Each number of draws has processes of its own,
whose peak memory is theirs alone.
"""

import json
import random
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import matplotlib as mpl
import numpy as np

from tco.distributions import lognormal_quantile, triangular_quantile
from tco.draws import BLOCK_ROWS, probabilities_of_block

NUMBERS = (1_000, 10_000, 100_000, 1_000_000)
REPEATS = 3
SMALL_DRAWS = 2**20

# Peak memory in KiB before and after, and seconds: the base is a process that has drawn once already.
PROGRAM = """
import json, resource, sys, time
import tco
n, workers = map(int, sys.argv[1:])
scenario = tco.scenario("customer-api")
tco.how_sure(scenario, 256)
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
base = peak()
start = time.perf_counter()
found = tco.how_sure(scenario, n, workers=workers)
found.sentence
print(json.dumps({"seconds": time.perf_counter() - start, "mib": (peak() - base) / 1024}))
"""
FIRST_ANSWER = """
import tco
print(tco.how_sure(tco.scenario("customer-api")).sentence)
"""


def measured(n: int, workers: int) -> dict[str, float]:
    """
    Median time, and peak memory above the base, of n draws of the full model.
    """
    runs = []
    for _ in range(REPEATS):
        command = [sys.executable, "-c", PROGRAM, str(n), str(workers)]
        runs.append(json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    return {name: median(run[name] for run in runs) for name in ("seconds", "mib")}


def small_model_in_python(n: int) -> float:
    """
    Mean cost of a team and a cloud by `random`, a draw at a time: what an analyst would write first.
    """
    source, total = random.Random(1), 0.0  # noqa: S311, no secret
    for _ in range(n):
        people = source.triangular(3, 9, 5)
        salary = source.lognormvariate(11.6, 0.2)
        months = source.triangular(6, 18, 9)
        servers = source.lognormvariate(2.3, 0.8)
        total += people * salary / 12 * months + servers * 100 * max(0.0, 36 - months)
    return total / n


def small_model_in_draws(n: int) -> float:
    """
    The same model on the library's draws.
    """
    total, names = 0.0, ("people", "salary", "months", "servers")
    for block in range(n // BLOCK_ROWS):
        u = probabilities_of_block(names, block, BLOCK_ROWS, seed=1)
        people = triangular_quantile(u["people"], 3, 5, 9)
        months = triangular_quantile(u["months"], 6, 9, 18)
        salary, servers = (
            lognormal_quantile(u[name], np.exp(mu - 1.6448536 * s), np.exp(mu), np.exp(mu + 1.6448536 * s))
            for name, mu, s in (("salary", 11.6, 0.2), ("servers", 2.3, 0.8))
        )
        total += float(np.sum(people * salary / 12 * months + servers * 100 * np.maximum(0.0, 36 - months)))
    return total / n


def seconds_of(call: object, *arguments: int) -> tuple[float, float]:
    """
    Time of a call, and its result.
    """
    start = time.perf_counter()
    result = call(*arguments)  # type: ignore[operator]
    return time.perf_counter() - start, result


def draw_picture(path: Path, rows: list[tuple[int, dict[str, float], dict[str, float]]]) -> None:
    """
    Time and memory against the number of draws, both axes logarithmic.
    """
    mpl.use("svg")
    mpl.rcParams |= {"svg.hashsalt": "tco", "font.size": 9}
    from matplotlib import pyplot as plt  # noqa: PLC0415, after the choice of what draws

    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3.4), layout="constrained")
    n = [row[0] for row in rows]
    for column, label, marker in ((1, "1 thread", "o"), (2, "2 threads", "s")):
        left.loglog(n, [row[column]["seconds"] for row in rows], marker=marker, label=label)
    right.loglog(n, [max(row[2]["mib"], 0.1) for row in rows], marker="s", color="tab:green", label="2 threads")
    for axes, what in ((left, "seconds"), (right, "peak MiB above the base")):
        axes.set(xlabel="draws of the full model", ylabel=what)
        axes.grid(visible=True, which="major", alpha=0.4)
        axes.legend()
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """
    Time everything, print it and draw the picture.
    """
    rows = []
    print("| draws | 1 thread, s | 2 threads, s | draws a second | peak above the base, MiB |")
    print("| --- | --- | --- | --- | --- |")
    for n in NUMBERS:
        one, two = measured(n, 1), measured(n, 2)
        rows.append((n, one, two))
        print(
            f"| {n:,} | {one['seconds']:.3f} | {two['seconds']:.3f} | {n / two['seconds']:,.0f} | {two['mib']:.0f} |",
            flush=True,
        )
    draw_picture(Path(__file__).with_suffix(".svg"), rows)
    firsts = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", FIRST_ANSWER], check=True, capture_output=True)
        firsts.append(time.perf_counter() - start)
    print(f"\nFrom the start of a process to the first sentence of 2,048 draws: {median(firsts):.2f} s.\n")
    # By turns, so that a busy moment falls on both.
    pairs = [
        (seconds_of(small_model_in_python, SMALL_DRAWS), seconds_of(small_model_in_draws, SMALL_DRAWS))
        for _ in range(REPEATS)
    ]
    python_s, draws_s = (median(pair[i][0] for pair in pairs) for i in range(2))
    million = 1e6 / SMALL_DRAWS
    print("| small model, a million draws | s | mean cost |")
    print("| --- | --- | --- |")
    print(f"| plain Python with `random` | {python_s * million:.2f} | {pairs[0][0][1]:,.0f} |")
    print(f"| draws of this library | {draws_s * million:.3f} | {pairs[0][1][1]:,.0f} |")
    print(f"\nRatio {python_s / draws_s:.0f}.")


if __name__ == "__main__":
    main()
