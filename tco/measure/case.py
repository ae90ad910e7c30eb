"""One way of serving with one workload: what a prediction is judged by."""

from collections.abc import Sequence
from dataclasses import dataclass

from tco.measure import servers
from tco.measure.bench import Bench, divide_cores, saturating
from tco.measure.options import Options
from tco.measure.servers import choose_ways


@dataclass(frozen=True)
class MeasuredRate:
    """What a server did at one rate of an open loop."""

    # Share of its saturation. [1]
    rate_share: float
    rate_rps: float
    sent: int
    mean_ms: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    # Requests that failed, or were not answered in time.
    errors: int
    # As for the whole case.
    others_cpu_share: float


@dataclass(frozen=True)
class MeasuredCase:
    """What a server did with one workload."""

    serving: str
    workers: int
    cpu_ms: float
    wait_ms: float
    # In progress at saturation: what was asked for, or what is enough to keep all slots busy.
    connections: int
    saturation_rps: float
    # Of the server's processes, the handler's own `cpu_ms` included.
    cpu_ms_per_request: float
    rates: tuple[MeasuredRate, ...]
    # CPU time of the server by time on the clock, and what others took of its cores: a case in which that is much says
    # little of saturation and delays. NaN where the server has no cores of its own.
    server_cpu_share: float
    others_cpu_share: float
    # The generator's share of a core at saturation: near 1, it was the bottleneck.
    generator_cpu_share: float
    server_cores: tuple[int, ...]
    load_cores: tuple[int, ...]


def measure_case(
    serving: str,
    workers: int,
    cpu_ms: float,
    wait_ms: float,
    connections: int,
    rates: Sequence[float],
    seconds: float,
    seed: int,
    *,
    least_requests: int = 0,
    server_cores: tuple[int, ...] | None = None,
    load_cores: tuple[int, ...] | None = None,
) -> MeasuredCase:
    """
    Measure one way of serving with one workload.

    Parameters
    ----------
    serving : str
        A way of serving: a key of `servers.WAYS`.
    workers : int
        Worker processes.
    cpu_ms : float
        CPU that the handler burns for each request. [ms]
    wait_ms : float
        Time that it waits. [ms]
    connections : int
        Requests in progress for the saturation; no more are used than keep all slots busy.
    rates : sequence of float
        Rates for the latency, as shares of the saturation. [1]
    seconds : float
        Length of each load beside its warm-up: the case takes about 3 s and 1.3 times this for each load.
    seed : int
        Of the random moments at which requests are sent.
    least_requests : int
        Requests behind each latency: a slow server is loaded for longer than `seconds`, up to the bound of a load.
    server_cores, load_cores : tuple of int, optional
        Cores of the server and of the load; those of `divide_cores`, if not given.

    Returns
    -------
    case : MeasuredCase
        What it did; nothing is left running.

    Raises
    ------
    MeasureError
        If the way of serving is unknown or not installed, or the server does not start or fails.
    """
    (way,), _ = choose_ways([serving])
    options = Options(1, seconds, (connections,), cpu_ms, wait_ms, tuple(rates), seed)
    default_server, default_load = divide_cores(workers)
    server_cores = default_server if server_cores is None else server_cores
    load_cores = default_load if load_cores is None else load_cores
    with servers.running(way, workers=workers, cores=server_cores) as server:
        bench = Bench(
            serving,
            server.pid,
            server.target(cpu_ms, wait_ms),
            options,
            load_cores,
            server_cores,
            way.threads * workers,
        )
        bench.settle(server.target())
        saturation = bench.closed(connections, workers)
        if not saturation.unanswered:
            measured = [bench.open(share, saturation.throughput_rps, least_requests=least_requests) for share in rates]
    if saturation.unanswered:
        # What nobody waits for any more would still be worked off, and delay what comes next: a fresh server.
        with servers.running(way, workers=workers, cores=server_cores) as server:
            bench = Bench(serving, server.pid, server.target(cpu_ms, wait_ms), options, load_cores, server_cores, 0)
            bench.settle(server.target())
            measured = [bench.open(share, saturation.throughput_rps, least_requests=least_requests) for share in rates]
    return MeasuredCase(
        serving=serving,
        workers=workers,
        cpu_ms=cpu_ms,
        wait_ms=wait_ms,
        connections=saturating(connections, way.threads * workers, cpu_ms + wait_ms),
        saturation_rps=saturation.throughput_rps,
        cpu_ms_per_request=saturation.cpu_ms_per_request,
        rates=tuple(
            MeasuredRate(
                rate_share=share,
                rate_rps=share * saturation.throughput_rps,
                sent=found.sent,
                mean_ms=found.mean_ms,
                p50_ms=found.p50_ms,
                p95_ms=found.p95_ms,
                p99_ms=found.p99_ms,
                errors=found.errors + found.unanswered,
                others_cpu_share=found.others_cpu_share,
            )
            for share, found in zip(rates, measured, strict=True)
        ),
        server_cpu_share=saturation.server_cpu_share,
        others_cpu_share=saturation.others_cpu_share,
        generator_cpu_share=saturation.generator_cpu_share,
        server_cores=server_cores,
        load_cores=load_cores,
    )
