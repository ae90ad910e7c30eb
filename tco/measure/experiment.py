"""What is measured of which server, and in which order."""

import random
from collections.abc import Callable, Sequence
from http.client import HTTPConnection, HTTPException
from typing import Final

from tco.measure import accounting, servers
from tco.measure.bench import BURST_WAIT_MS, Bench, divide_cores
from tco.measure.errors import MeasureError
from tco.measure.load import LoadResult
from tco.measure.options import Options
from tco.measure.results import Observation
from tco.measure.servers import Server, Way
from tco.measure.target import Target

_MS_PER_SECOND: Final = 1000.0
# Requests in progress at which memory is read where a worker has no number of slots.
_LOOP_BURST: Final = 512
# The limit of requests in progress is looked for up to here: beyond gunicorn's default of 1,000 connections.
CONNECTION_BOUND: Final = 1100
# What the user's own service is called in the results.
OWN_SERVICE: Final = "own"

Progress = Callable[[str], None]
Record = Callable[[Observation], None]


def measure_ways(ways: Sequence[Way], options: Options, *, record: Record, progress: Progress) -> None:
    """
    Measure ways of serving, each as often as asked for.

    Parameters
    ----------
    ways : sequence of Way
        What to serve, and how.
    options : Options
        How to measure.
    record : callable
        Is given each observation when it is made.
    progress : callable
        Is told what has just been done, `options.steps` times for each way and repetition.
    """
    order = random.Random(options.seed)  # noqa: S311  # no secret
    for repetition in range(options.repetitions):
        # In another order each time, so that a machine that slows down does so for all.
        for way in order.sample(ways, len(ways)):
            _measure_way(way, repetition, options, record, progress)


def _measure_way(way: Way, repetition: int, options: Options, record: Record, progress: Progress) -> None:
    server_cores, load_cores = divide_cores()
    with servers.running(way, cores=server_cores, port=options.port) as server:
        target = server.target(options.cpu_ms, options.wait_ms)
        bench = Bench(way.serving, server.pid, target, options, load_cores, server_cores, way.threads)
        bench.settle(server.target())
        # First, because a server that has been busy has all its threads already.
        record(_memory(bench, way, server, repetition))
        progress(f"{way.serving}: memory")
        _measure_loads(bench, repetition, record, progress)
        # Last, because it leaves requests behind.
        found = bench.burst(server.target(0, BURST_WAIT_MS), CONNECTION_BOUND, 3 * BURST_WAIT_MS / _MS_PER_SECOND)
        record(_observation(bench, repetition, "limit", found, connections=CONNECTION_BOUND))
        progress(f"{way.serving}: limit")


def _measure_loads(bench: Bench, repetition: int, record: Record, progress: Progress) -> None:
    saturation_rps = 0.0
    for connections in bench.options.connections:
        found = bench.closed(connections)
        saturation_rps = max(saturation_rps, found.throughput_rps)
        record(_observation(bench, repetition, "closed", found, connections=connections))
        progress(f"{bench.name}: {connections} connections")
    for share in bench.options.rate_shares:
        found = bench.open(share, saturation_rps, repetition)
        rate_rps = share * saturation_rps
        record(_observation(bench, repetition, "open", found, rate_share=share, rate_rps=rate_rps))
        progress(f"{bench.name}: {share:.0%} of saturation")


def _observation(
    bench: Bench,
    repetition: int,
    phase: str,
    found: LoadResult,
    *,
    connections: int | None = None,
    rate_share: float | None = None,
    rate_rps: float | None = None,
) -> Observation:
    is_limit = phase == "limit"
    return Observation(
        bench.name,
        repetition,
        phase,
        0.0 if is_limit else bench.options.cpu_ms,
        BURST_WAIT_MS if is_limit else bench.options.wait_ms,
        connections,
        rate_share,
        rate_rps,
        sent=found.sent,
        answered=found.answered,
        errors=found.errors,
        unanswered=found.unanswered,
        # Of a burst, neither throughput nor delays say anything.
        throughput_rps=None if is_limit else found.throughput_rps,
        mean_ms=None if is_limit else found.mean_ms,
        p50_ms=None if is_limit else found.p50_ms,
        p95_ms=None if is_limit else found.p95_ms,
        p99_ms=None if is_limit else found.p99_ms,
        cpu_ms_per_request=None if is_limit else found.cpu_ms_per_request,
        server_cpu_share=None if is_limit else found.server_cpu_share,
        others_cpu_share=None if is_limit else found.others_cpu_share,
        generator_cpu_share=found.generator_cpu_share,
        at_once_count=found.at_once if is_limit else None,
    )


def _memory(bench: Bench, way: Way, server: Server, repetition: int) -> Observation:
    most = min(way.threads or _LOOP_BURST, _LOOP_BURST)
    points: list[tuple[int, accounting.Memory]] = []
    for count in sorted({1, most // 2, most} - {0}):
        found = bench.burst(server.target(0, BURST_WAIT_MS), count, 3 * BURST_WAIT_MS / _MS_PER_SECOND)
        if found.memory is not None:
            points.append((count, found.memory))
    if not points:
        raise MeasureError(f"{way.serving}: the server ended before its memory was read")
    slot_mib = slope([(float(count), memory.worker_mib) for count, memory in points])
    alone = points[0][1]
    return Observation(
        way.serving,
        repetition,
        "memory",
        0.0,
        BURST_WAIT_MS,
        connections=points[-1][0],
        start_up_ms=server.start_up_ms,
        # One slot was in use.
        worker_memory_mib=alone.worker_mib - slot_mib,
        worker_private_memory_mib=alone.worker_private_mib - slot_mib,
        server_memory_mib=alone.server_mib - slot_mib,
        slot_memory_mib=slot_mib,
    )


def slope(points: Sequence[tuple[float, float]]) -> float:
    """
    Rise of the line of least squares through some points.

    Parameters
    ----------
    points : sequence of (float, float)
        Abscissa and ordinate.

    Returns
    -------
    slope : float
        Not below 0, and 0 for a single point.

    Examples
    --------
    >>> slope([(1, 10.0), (16, 13.0), (31, 16.0)]), slope([(1, 10.0)])
    (0.2, 0.0)
    """
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    return max(0.0, sum((x - mean_x) * (y - mean_y) for x, y in points) / spread) if spread else 0.0


def measure_own(target: Target, pid: int, options: Options, *, record: Record, progress: Progress) -> None:
    """
    Measure a service that runs on this machine already.

    Parameters
    ----------
    target : Target
        An address of it that answers GET requests and may be asked thousands of times.
    pid : int
        Its first process, or one that only its workers are below.
    options : Options
        How to measure; CPU and wait are the service's own.
    record, progress : callable
        As for `measure_ways`; progress is told `options.steps - 2` times for each repetition.

    Raises
    ------
    MeasureError
        If there is no such process, or the address does not answer with 200.
    """
    if not accounting.processes(pid):
        raise MeasureError(f"there is no process {pid}")
    _require_answer(target)
    # The service may use all cores, and so may the generator: where it runs is the user's business.
    bench = Bench(OWN_SERVICE, pid, target, options, (), (), 0)
    bench.settle(target)
    for repetition in range(options.repetitions):
        _measure_loads(bench, repetition, record, progress)
        used = accounting.memory(pid)
        if used.worker_count:
            record(
                Observation(
                    OWN_SERVICE,
                    repetition,
                    "memory",
                    0.0,
                    0.0,
                    worker_memory_mib=used.worker_mib,
                    worker_private_memory_mib=used.worker_private_mib,
                    server_memory_mib=used.server_mib,
                )
            )


def _require_answer(target: Target) -> None:
    where = f"port {target.port} of {target.address}"
    connection = HTTPConnection(target.address, target.port, timeout=30)
    try:
        connection.request("GET", target.path, headers={"Host": target.host} if target.host else {})
        answer = connection.getresponse()
        answer.read()
    except (OSError, HTTPException) as error:
        raise MeasureError(f"{where} does not answer ({str(error)[:120] or type(error).__name__})") from None
    finally:
        connection.close()
    if 300 <= answer.status < 400:
        elsewhere = (answer.getheader("Location") or "")[:120]
        raise MeasureError(
            f"{where} answers {answer.status} and sends on to {elsewhere!r}, which is not followed; "
            "give an address that answers itself"
        )
    if answer.status != 200:
        raise MeasureError(f"{where} answers {answer.status} to {target.path[:80]!r}; it must answer 200")
