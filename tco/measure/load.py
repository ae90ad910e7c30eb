"""
The load generator: requests to a server on this machine, from a process of its own.

A closed loop keeps a number of requests in progress and finds what a server can do. An open loop sends at random
moments that are fixed beforehand (Poisson), whatever the server does, and counts each delay from the moment at which
the request was due: a server that stalls delays all that are due meanwhile, and cannot hide it.

It is one thread over non-blocking sockets. Measured against a Starlette server, a request costs it 22 µs of CPU, where
a client on uvloop takes 19, aiohttp 65 and httpx 1,900; and unlike the timers of event loops, which are of a
millisecond, it wakes up when a request is due.
"""

import dataclasses
import gc
import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from tco.measure import accounting
from tco.measure.errors import MeasureError
from tco.measure.processes import ending, watched
from tco.measure.requests import MAXIMUM_CONNECTIONS, Answer, Connection, ReadingConnection, Requests
from tco.measure.target import Target

_MS_PER_SECOND: Final = 1000.0
# Bounds of a load, whatever is asked for.
MAXIMUM_SECONDS: Final = 120.0
MAXIMUM_RATE_RPS: Final = 50_000.0
# How long answers are waited for after the last request.
DRAIN_SECONDS: Final = 10.0
_START_SECONDS: Final = 30.0


@dataclass(frozen=True)
class Load:
    """A load to put on a server."""

    target: Target
    # closed: `connections` requests in progress; open: `rate_rps`, at random; burst: `connections` requests at once.
    kind: Literal["closed", "open", "burst"]
    seconds: float
    connections: int = 1
    rate_rps: float = 0.0
    # Answers of this time at the start are not counted.
    warm_up_seconds: float = 0.0
    seed: int = 0
    # The first process of the server, whose CPU time is read; 0 for none.
    pid: int = 0
    # A burst reads the server's memory after this time.
    memory_after_seconds: float | None = None
    # Where the generator itself runs, and where the server does.
    cores: tuple[int, ...] = ()
    server_cores: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a load without bounds."""
        for name, value, low, high in (
            ("seconds", self.seconds, 0.01, MAXIMUM_SECONDS),
            ("connections", self.connections, 1, MAXIMUM_CONNECTIONS),
            ("rate_rps", self.rate_rps, 0.01 if self.kind == "open" else 0, MAXIMUM_RATE_RPS),
            ("warm_up_seconds", self.warm_up_seconds, 0, MAXIMUM_SECONDS),
        ):
            if not low <= value <= high:
                raise MeasureError(f"{name} must lie in [{low:g}, {high:g}]; got {value:g}")


@dataclass(frozen=True)
class LoadResult:
    """What a server did under a load."""

    # Requests that were due after the warm-up (closed loop: answered after it), and how they ended.
    sent: int
    answered: int
    errors: int
    unanswered: int
    # Answers a second after the warm-up.
    throughput_rps: float
    # From when a request was due to its whole answer; one without an answer counts with the time it waited.
    mean_ms: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    # CPU time of the server over all requests, warm-up included, by the number of all answers.
    cpu_ms_per_request: float
    # CPU time of the server by the length of the load; and of all others on its cores, by what the cores have in that
    # time. NaN where it has no cores of its own.
    server_cpu_share: float
    others_cpu_share: float
    # Share of a core that the generator took: near 1, it was the bottleneck and not the server.
    generator_cpu_share: float
    # Requests that had to wait for a free file handle of the requests.
    held_back: int
    # Burst: the most requests that a worker had in progress at once, as our applications say; 0 where none says it.
    at_once: int
    memory: accounting.Memory | None = None


def send_times(rate_rps: float, seconds: float, seed: int) -> Iterator[float]:
    """
    When the requests of an open loop are due: a Poisson process.

    Parameters
    ----------
    rate_rps : float
        Mean rate. [req/s]
    seconds : float
        Length.
    seed : int
        Of the random numbers: the same seed gives the same moments.

    Yields
    ------
    due : float
        Seconds from the start, rising.
    """
    stream = random.Random(seed)  # noqa: S311  # no secret
    due = stream.expovariate(rate_rps)
    while due < seconds:
        yield due
        due += stream.expovariate(rate_rps)


def quantile(values: list[float], share: float) -> float:
    """
    Quantile of sorted values, between neighbours in proportion.

    Parameters
    ----------
    values : list of float
        Rising.
    share : float
        0 for the least, 1 for the greatest. [1]

    Returns
    -------
    quantile : float
        NaN without values.

    Examples
    --------
    >>> quantile([1, 2, 3, 4, 5], 0.5), quantile([0, 10], 0.95)
    (3.0, 9.5)
    """
    if not values:
        return float("nan")
    place = share * (len(values) - 1)
    below = int(place)
    above = min(below + 1, len(values) - 1)
    return values[below] + (place - below) * (values[above] - values[below])


def generate(load: Load) -> LoadResult:
    """
    Put a load on a server, from this process.

    Parameters
    ----------
    load : Load
        The load.

    Returns
    -------
    result : LoadResult
        What the server did.
    """
    accounting.pin(0, load.cores)
    requests = Requests(load.target, ReadingConnection if load.kind == "burst" else Connection)
    memory = None
    cpu_before, busy_before = _used(load)
    own_before, started = time.process_time(), time.perf_counter()
    counted_from = started + load.warm_up_seconds
    end = counted_from + load.seconds
    # A collection would stop the clockwork for as long as it takes.
    gc.disable()
    try:
        if load.kind == "open":
            _send_on_schedule(requests, load, started)
        elif load.kind == "closed":
            _keep_busy(requests, load.connections, end)
        else:
            for _ in range(load.connections):
                requests.send(time.perf_counter())
            memory = _take_in_burst(requests, load, end)
        # Earlier than planned when a bound was reached.
        end = min(end, time.perf_counter())
        own_share = (time.process_time() - own_before) / (time.perf_counter() - started)
        if load.kind != "burst":
            _drain(requests, time.perf_counter() + DRAIN_SECONDS)
        cpu, busy = _used(load)
        now = time.perf_counter()
        usage = (cpu - cpu_before, busy - busy_before, own_share)
        return _summary(requests, load, (started, counted_from, end, now), usage, memory)
    finally:
        gc.enable()
        requests.close()


def _used(load: Load) -> tuple[float, float]:
    """CPU time of the server, and of its cores for whatever they did."""
    cpu = accounting.cpu_seconds(load.pid) if load.pid else float("nan")
    return cpu, accounting.busy_seconds(load.server_cores)


def _keep_busy(requests: Requests, connections: int, end: float) -> None:
    while (now := time.perf_counter()) < end and requests.may_go_on:
        while requests.in_progress < connections and requests.may_go_on:
            requests.send(time.perf_counter())
        requests.poll(end - now)


def _send_on_schedule(requests: Requests, load: Load, started: float) -> None:
    end = load.warm_up_seconds + load.seconds
    for due in send_times(load.rate_rps, end, load.seed):
        while (left := started + due - time.perf_counter()) > 0:
            requests.poll(left)
        if not requests.may_go_on:
            return
        requests.send(started + due)
        # Late, it sends all that is due at once; but answers are taken in between, or they would seem late too.
        requests.poll(0)


def _take_in_burst(requests: Requests, load: Load, end: float) -> accounting.Memory | None:
    memory = None
    sample_at = None if load.memory_after_seconds is None else time.perf_counter() + load.memory_after_seconds
    while (now := time.perf_counter()) < end and requests.in_progress and requests.may_go_on:
        if sample_at is not None and now >= sample_at:
            memory, sample_at = accounting.memory(load.pid), None
        requests.poll(min(end, sample_at or end) - now)
    return memory


def _drain(requests: Requests, end: float) -> None:
    while requests.in_progress and requests.may_go_on and (left := end - time.perf_counter()) > 0:
        requests.poll(left)


def _summary(
    requests: Requests,
    load: Load,
    moments: tuple[float, float, float, float],
    usage: tuple[float, float, float],
    memory: accounting.Memory | None,
) -> LoadResult:
    started, counted_from, end, now = moments
    cpu, busy, own_share = usage
    in_window = [answer for answer in requests.answers if counted_from <= answer.done < end]
    if load.kind == "closed":
        counted = in_window
        overdue: list[float] = []
    else:
        first = counted_from if load.warm_up_seconds else 0.0
        counted = [answer for answer in requests.answers if answer.due >= first]
        overdue = [due for due in requests.overdue if due >= first]
    good = [answer for answer in counted if answer.good]
    delays = sorted(
        [_MS_PER_SECOND * (answer.done - answer.due) for answer in good]
        + [_MS_PER_SECOND * (now - due) for due in overdue]
    )
    all_good = sum(answer.good for answer in requests.answers)
    return LoadResult(
        sent=len(counted) + len(overdue),
        answered=len(good),
        errors=len(counted) - len(good),
        unanswered=len(overdue) if load.kind != "closed" else requests.in_progress,
        throughput_rps=_throughput_rps(requests.answers, counted_from, end),
        mean_ms=sum(delays) / len(delays) if delays else float("nan"),
        p50_ms=quantile(delays, 0.50),
        p95_ms=quantile(delays, 0.95),
        p99_ms=quantile(delays, 0.99),
        cpu_ms_per_request=_MS_PER_SECOND * cpu / all_good if all_good else float("nan"),
        server_cpu_share=cpu / (now - started),
        others_cpu_share=max(0.0, busy - cpu) / ((now - started) * max(1, len(load.server_cores))),
        generator_cpu_share=own_share,
        held_back=requests.held_back,
        at_once=requests.most_waiting,
        memory=memory,
    )


def _throughput_rps(answers: list[Answer], counted_from: float, end: float) -> float:
    """Good answers a second, from the last answer before the window to the last one in it: whole rounds only."""
    good = [answer.done for answer in answers if answer.good and answer.done < end]
    before = [done for done in good if done < counted_from]
    count = len(good) - len(before)
    if not count:
        return 0.0
    if not before:
        return count / max(end - counted_from, 1e-9)
    return count / (max(good) - max(before))


def run(load: Load) -> LoadResult:
    """
    Put a load on a server, from a process of its own.

    Parameters
    ----------
    load : Load
        The load.

    Returns
    -------
    result : LoadResult
        What the server did.

    Raises
    ------
    MeasureError
        If the generator does not come to an end.
    """
    command = [sys.executable, "-m", "tco.measure.load"]
    limit = load.warm_up_seconds + load.seconds + DRAIN_SECONDS + _START_SECONDS
    process = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )
    with process, ending(process), watched(process):
        try:
            out, err = process.communicate(json.dumps(dataclasses.asdict(load)).encode(), timeout=limit)
        except subprocess.TimeoutExpired:
            raise MeasureError(f"the load generator did not end within {limit:.0f} s") from None
    if process.returncode:
        last = err.decode(errors="replace").strip().rpartition("\n")[2]
        raise MeasureError(f"the load generator failed: {last[:300]}")
    fields = json.loads(out)
    memory = fields.pop("memory")
    return LoadResult(**fields, memory=None if memory is None else accounting.Memory(**memory))


def main() -> None:
    """Read a load from standard input, and write what the server did to standard output."""
    fields = json.load(sys.stdin)
    fields["target"] = Target(**fields["target"])
    fields |= {name: tuple(fields[name]) for name in ("cores", "server_cores")}
    json.dump(dataclasses.asdict(generate(Load(**fields))), sys.stdout)


if __name__ == "__main__":
    main()
