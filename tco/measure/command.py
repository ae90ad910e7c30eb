"""What `tco measure` does: from the words of the command line to the tables."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from tco.measure import accounting, conditions, experiment, report, use
from tco.measure.errors import MeasureError
from tco.measure.options import Options
from tco.measure.processes import stopping_cleanly
from tco.measure.results import Observation, Results, read_results
from tco.measure.servers import choose_ways
from tco.measure.target import parse_target


class Stopped(Exception):  # noqa: N818  # no error: the user wanted it
    """The user stopped the measurement; the message says what is left of it."""


def numbers(option: str, text: str, *, whole: bool = False) -> tuple[float, ...]:
    """
    Numbers of an option.

    Parameters
    ----------
    option : str
        Its name.
    text : str
        Numbers with commas between them.
    whole : bool
        Whether they must be whole.

    Returns
    -------
    numbers : tuple
        In the same order; none for an empty text.

    Raises
    ------
    MeasureError
        If one is no number.

    Examples
    --------
    >>> numbers("--rates", "0.5, 0.8")
    (0.5, 0.8)
    """
    what = "whole numbers" if whole else "numbers"
    try:
        found = tuple(float(int(part) if whole else float(part)) for part in text.split(",") if part.strip())
    except (ValueError, OverflowError):
        raise MeasureError(f"{option} takes {what} with commas between them; got {text[:80]!r}") from None
    return found


def measure_frameworks(servings: Sequence[str] | None, options: Options, out: Path, directory: Path | None) -> None:
    """
    Measure ways of serving, show what they did, and write it.

    Parameters
    ----------
    servings : sequence of str, optional
        Their names; all that are installed, if none are given.
    options : Options
        How to measure.
    out : Path
        File for all observations.
    directory : Path, optional
        Directory for tables that the model reads.
    """
    ways, left_out = choose_ways(servings)
    if directory is not None:
        use.check_directory(directory)
    console = Console()
    for name, lacking in left_out.items():
        console.print(f"{name} is left out: {lacking} is not installed.", highlight=False)
    count = options.repetitions * len(ways) * options.steps

    def work(record: experiment.Record, progress: experiment.Progress) -> None:
        experiment.measure_ways(ways, options, record=record, progress=progress)

    _measure(console, out, count, work, f"{conditions.machine()}; {conditions.where()}")
    if directory is not None:
        replaced = use.write_tables(directory, read_results(out), options)
        if replaced:
            console.print(f"The model reads this for {', '.join(replaced)} with TCO_DATA={directory}", soft_wrap=True)
        else:
            console.print("The model's tables have none of these ways of serving: nothing is replaced.")


def measure_service(url: str, pid: int, options: Options, out: Path) -> None:
    """
    Measure the user's own service on this machine.

    Parameters
    ----------
    url : str
        Its address.
    pid : int
        Its first process.
    options : Options
        How to measure.
    out : Path
        File for all observations.
    """
    target = parse_target(url)
    if options.cpu_ms or options.wait_ms:
        raise MeasureError("--cpu-ms and --wait-ms are for our own servers; your service does what it does")
    if pid < 1:
        raise MeasureError(f"--pid must be the number of a process; got {pid}")
    console = Console()

    def work(record: experiment.Record, progress: experiment.Progress) -> None:
        experiment.measure_own(target, pid, options, record=record, progress=progress)

    count = options.repetitions * (options.steps - 2)
    found = _measure(console, out, count, work, f"{conditions.machine()}; {conditions.where(pinned=False)}")
    if accounting.listens(pid, target.port) is False:
        console.print(f"Process {pid} does not listen on port {target.port} itself: is its CPU the right one?")
    for row in report.summaries(found):
        if row.framework_cpu_ms is not None:
            console.print(
                f"CPU of a request, framework and application together: {row.framework_cpu_ms.value:.4g} ms. Less the "
                "framework's own (framework_cpu_ms), it is app_cpu_ms of tco compare.",
                highlight=False,
                soft_wrap=True,
            )


def _measure(
    console: Console,
    out: Path,
    count: int,
    work: Callable[[experiment.Record, experiment.Progress], None],
    title: str,
) -> list[Observation]:
    """Work with a progress bar and a file of results, then show what came out."""
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}/{task.total:.0f}"),
        TimeRemainingColumn(),
        console=Console(stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    with stopping_cleanly(), Results(out) as results:
        try:
            with bar:
                task = bar.add_task("starting", total=count)
                work(results.add, lambda done: bar.update(task, advance=1, description=done))
        except KeyboardInterrupt:
            raise Stopped(f"stopped; {len(results.observations)} observations are in {out}") from None
    found = report.summaries(results.observations)
    console.print(title, highlight=False, soft_wrap=True)
    for table in report.tables(found):
        console.print(table)
    for warning in report.warnings_of(found):
        console.print(warning, highlight=False, soft_wrap=True)
    console.print(f"All {len(results.observations)} observations are in {out}", highlight=False, soft_wrap=True)
    return results.observations
