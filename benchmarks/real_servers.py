"""
The queueing formulas against real servers, from what `measure_real_servers.py` wrote into `data/real_servers.csv`.

Prints the table that `benchmarks/real_servers.md` keeps, and draws `benchmarks/real_servers.svg` where asked to.

    python benchmarks/real_servers.py [--draw]
"""

import sys
from collections.abc import Sequence
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

from tco.real_servers import CALIBRATION, Prediction, predictions

PICTURE = Path(__file__).with_suffix(".svg")


def by_case(found: Sequence[Prediction]) -> dict[tuple[object, ...], list[Prediction]]:
    """The rates of each case together."""
    cases: dict[tuple[object, ...], list[Prediction]] = {}
    for one in found:
        load = one.load
        cases.setdefault((load.serving, load.workers, load.server_cores, *load.workload), []).append(one)
    return cases


def print_table(found: Sequence[Prediction]) -> None:
    """A line for each case, marked where it was used for calibration."""
    heads = ["serving", "workers / cores", "CPU, ms", "wait, ms", "saturation, req/s", "predicted", "error"]
    for share in sorted({one.load.rate_share for one in found}):
        heads += [f"p95 at {share:.0%}, ms", "predicted", "error"]
    print(f"| {' | '.join(heads)} |")
    print("|" + " --- |" * len(heads))
    for (serving, workers, cores, cpu_ms, wait_ms), rates in by_case(found).items():
        mark = " (calibration)" if rates[0].calibrates else ""
        first = rates[0]
        cells = [f"{serving}{mark}", f"{workers} / {cores}", f"{cpu_ms:g}", f"{wait_ms:g}"]
        cells += [f"{first.load.saturation_rps:.1f}", f"{first.saturation_rps:.1f}", f"{first.saturation_error:+.0%}"]
        for one in sorted(rates, key=lambda rate: rate.load.rate_share):
            cells += [f"{one.load.p95_ms:.1f}", f"{one.p95_ms:.1f}", f"{one.p95_error:+.0%}"]
        print(f"| {' | '.join(cells)} |")


def print_errors(found: Sequence[Prediction], what: str) -> None:
    """Median, share within the bound and worst, for saturation and p95."""
    cases = by_case(found)
    saturation = np.abs([rates[0].saturation_error for rates in cases.values()])
    p95 = np.abs([one.p95_error for one in found])
    for name, errors, bound in (("saturation", saturation, 0.10), ("95th percentile", p95, 0.20)):
        print(
            f"- {what}, {name}: {len(errors)} figures, median error {np.median(errors):.1%}, "
            f"{np.mean(errors <= bound):.0%} within {bound:.0%}, worst {errors.max():.0%}"
        )


def draw(found: Sequence[Prediction]) -> None:
    """Predicted against measured p95 on logarithmic axes, with lines at equality and 20% to either side."""
    plt.rcParams["svg.hashsalt"] = "tco"  # the same figures give the same file
    figure, axes = plt.subplots(figsize=(6, 6))
    span = np.array([1.0, 5000.0])
    for factor, style in ((1.0, "-"), (1.2, ":"), (1 / 1.2, ":")):
        axes.loglog(span, factor * span, style, color="0.6", linewidth=1)
    for serving in dict.fromkeys(one.load.serving for one in found):
        of_serving = [one for one in found if one.load.serving == serving]
        measured, predicted = [one.load.p95_ms for one in of_serving], [one.p95_ms for one in of_serving]
        axes.loglog(measured, predicted, "o", markersize=5, alpha=0.75, label=serving)
    axes.set(xlabel="measured 95th percentile, ms", ylabel="predicted 95th percentile, ms", aspect="equal")
    axes.legend(frameon=False)
    figure.savefig(PICTURE, metadata={"Date": None}, bbox_inches="tight")


def main() -> None:
    """Print the table and the errors, on cases that CPU per request was not taken from."""
    found = predictions()
    print_table(found)
    judged = [one for one in found if not one.calibrates]
    workloads = ", ".join(f"{cpu:g} + {wait:g}" for cpu, wait in CALIBRATION)
    print(f"\nCalibrated on {workloads} ms of CPU and wait, one worker's core each; judged on the others.\n")
    print_errors([one for one in judged if one.load.server_cores == 1], "One core")
    two = [one for one in judged if one.load.server_cores == 2]
    if two:
        print_errors(two, "Two workers on two cores")
    if "--draw" in sys.argv[1:]:
        draw(judged)


if __name__ == "__main__":
    main()
