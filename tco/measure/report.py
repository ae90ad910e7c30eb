"""What the observations say together, and how it is shown."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.table import Table

from tco.measure.results import Observation
from tco.measure.servers import WAYS


@dataclass(frozen=True)
class Spread:
    """Least, median and greatest of some values."""

    low: float
    value: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread | None":
        """The spread of values that are numbers, if there are any."""
        numbers = [value for value in values if value == value]  # noqa: PLR0124  # only NaN differs from itself
        return cls(min(numbers), statistics.median(numbers), max(numbers)) if numbers else None


@dataclass(frozen=True)
class Summary:
    """What all repetitions together say of one way of serving."""

    serving: str
    start_up_ms: Spread | None
    # The framework's own: what the handler was asked to burn is taken off.
    framework_cpu_ms: Spread | None
    cpu_ms_by_connections: dict[int, float]
    saturation_rps: Spread | None
    p95_ms_by_rate: dict[float, float]
    worker_memory_mib: Spread | None
    slot_memory_mib: Spread | None
    at_once_count: int | None
    failed: int
    # Greatest shares of a core: of the generator, and of what others took from the server.
    generator_cpu_share: float
    others_cpu_share: float


def summaries(observations: Sequence[Observation]) -> list[Summary]:
    """
    Each way of serving in one row.

    Parameters
    ----------
    observations : sequence of Observation
        In any order.

    Returns
    -------
    summaries : list of Summary
        In the order in which `servers.WAYS` has them.
    """
    order = list(WAYS)
    names = sorted(
        {row.serving for row in observations}, key=lambda name: order.index(name) if name in order else len(order)
    )
    return [_summary(name, [row for row in observations if row.serving == name]) for name in names]


def _summary(name: str, rows: Sequence[Observation]) -> Summary:
    closed = [row for row in rows if row.phase == "closed"]
    opened = [row for row in rows if row.phase == "open"]
    memory = [row for row in rows if row.phase == "memory"]
    best: dict[int, float] = {}
    for row in closed:
        best[row.repetition] = max(best.get(row.repetition, 0.0), row.throughput_rps or 0.0)
    own_cpu = [_number(row.cpu_ms_per_request) - row.cpu_ms for row in closed]
    worker = Spread.of([_number(row.worker_memory_mib) for row in memory])
    if worker is not None:
        # From a worker's own pages to all processes of a server with one worker: what sharing leaves open.
        private = Spread.of([_number(row.worker_private_memory_mib) for row in memory]) or worker
        server = Spread.of([_number(row.server_memory_mib) for row in memory]) or worker
        worker = Spread(min(private.low, worker.low), worker.value, max(server.high, worker.high))
    limits = [row.at_once_count for row in rows if row.phase == "limit" and row.at_once_count]
    return Summary(
        name,
        Spread.of([_number(row.start_up_ms) for row in memory]),
        Spread.of(own_cpu),
        {
            count: statistics.median(_number(row.cpu_ms_per_request) for row in closed if row.connections == count)
            for count in sorted({row.connections for row in closed if row.connections is not None})
        },
        Spread.of(list(best.values())),
        {
            share: statistics.median(_number(row.p95_ms) for row in opened if row.rate_share == share)
            for share in sorted({row.rate_share for row in opened if row.rate_share is not None})
        },
        worker,
        Spread.of([_number(row.slot_memory_mib) for row in memory]),
        max(limits, default=None),
        sum((row.errors or 0) + (row.unanswered or 0) for row in [*closed, *opened]),
        _greatest(row.generator_cpu_share for row in closed),
        _greatest(row.others_cpu_share for row in closed),
    )


def _greatest(values: Iterable[float | None]) -> float:
    return max((value for value in map(_number, values) if value >= 0), default=0.0)  # NaN is not


def _number(value: float | None) -> float:
    return float("nan") if value is None else value


def tables(found: Sequence[Summary]) -> list[Table]:
    """
    Summaries for a terminal of ordinary width.

    Parameters
    ----------
    found : sequence of Summary
        One row each.

    Returns
    -------
    tables : list of Table
        What a request takes, and how fast requests are answered; to be printed by rich.
    """
    counts = sorted({count for row in found for count in row.cpu_ms_by_connections})
    shares = sorted({share for row in found for share in row.p95_ms_by_rate})
    takes = _table("CPU of a request, memory of a worker", "", "CPU ms", "least", "most")
    speed = _table(
        "Answers", "", "start ms", "req/s", *(f"p95 ms at {share:.0%}" for share in shares), "at once", "failed"
    )
    for heading in (*(f"with {count}" for count in counts), "worker MiB", "slot MiB"):
        takes.add_column(heading, justify="right")
    for row in found:
        cpu = row.framework_cpu_ms or Spread(float("nan"), float("nan"), float("nan"))
        takes.add_row(
            row.serving,
            *(f"{number:.3f}" for number in (cpu.value, cpu.low, cpu.high)),
            *(f"{row.cpu_ms_by_connections.get(count, float('nan')):.3f}" for count in counts),
            _cell(row.worker_memory_mib, "{:.0f}"),
            _cell(row.slot_memory_mib, "{:.3f}"),
        )
        speed.add_row(
            row.serving,
            _cell(row.start_up_ms, "{:.0f}"),
            _cell(row.saturation_rps, "{:,.0f}"),
            *(f"{row.p95_ms_by_rate.get(share, float('nan')):.3g}" for share in shares),
            "" if row.at_once_count is None else str(row.at_once_count),
            str(row.failed),
        )
    return [takes, speed]


def _table(title: str, *headings: str) -> Table:
    made = Table(title=title, title_justify="left", box=None, padding=(0, 1, 0, 0))
    for heading in headings:
        made.add_column(heading, justify="right" if heading else "left")
    return made


def _cell(spread: Spread | None, form: str) -> str:
    return "" if spread is None else form.format(spread.value)


def warnings_of(found: Sequence[Summary]) -> list[str]:
    """
    What makes results doubtful.

    Parameters
    ----------
    found : sequence of Summary
        Of all ways of serving.

    Returns
    -------
    warnings : list of str
        Sentences; none, if there is nothing to say.
    """
    warnings = []
    slow = [row.serving for row in found if row.generator_cpu_share > 0.9]
    if slow:
        warnings.append(f"The load generator was as busy as the server: saturation is more than shown ({_some(slow)}).")
    disturbed = [row.serving for row in found if row.others_cpu_share > 0.1]
    if disturbed:
        warnings.append(
            "Other programs took more than a tenth of the server's core: CPU per request holds, saturation and delays "
            f"do not ({_some(disturbed)})."
        )
    failed = [row.serving for row in found if row.failed]
    if failed:
        warnings.append(f"Requests failed or were not answered in time ({_some(failed)}).")
    return warnings


def _some(names: Sequence[str]) -> str:
    return ", ".join(names)
