"""A server on the bench: the loads that can be put on it, each long enough to say something."""

from dataclasses import dataclass
from typing import Final

from tco.measure import accounting, load
from tco.measure.errors import MeasureError
from tco.measure.load import Load, LoadResult
from tco.measure.options import Options
from tco.measure.requests import MAXIMUM_ERRORS
from tco.measure.target import Target

_MS_PER_SECOND: Final = 1000.0
# Requests that are sent first, so that what a server does only once is not counted.
_SETTLE_SECONDS: Final = 0.5
# How long the requests of a burst wait, so that all of them are there at the same time.
BURST_WAIT_MS: Final = 1000.0
# Beyond the slots, so that the next request is there when a slot is free.
_SPARE_CONNECTIONS: Final = 4
_LONGEST_QUEUE_MS: Final = 2000.0


def divide_cores(workers: int = 1) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """
    Cores for a server, and others for the load.

    Parameters
    ----------
    workers : int
        Worker processes of the server.

    Returns
    -------
    server_cores, load_cores : tuple of int
        One core for each worker as far as there are, and the last one for the load; empty on a machine with a single
        core, or where the system does not let processes be pinned.
    """
    cores = accounting.available_cores()
    if len(cores) < 2:
        return (), ()
    return cores[: min(workers, len(cores) - 1)], cores[-1:]


def saturating(connections: int, slot_count: int, request_ms: float) -> int:
    """
    Requests in progress that keep all slots busy, and are worked off soon.

    Parameters
    ----------
    connections : int
        As many as were asked for.
    slot_count : int
        Slots of all workers; 0 where they have no number.
    request_ms : float
        Time that a request holds a slot. [ms]

    Returns
    -------
    in_progress : int
        No more than asked for; little more than there are slots where a longer queue would change nothing but the time
        that it takes to work off.

    Examples
    --------
    >>> saturating(64, 1, 0.0), saturating(64, 1, 500.0), saturating(64, 0, 500.0)
    (64, 5, 64)
    """
    if slot_count and connections * request_ms > slot_count * _LONGEST_QUEUE_MS:
        return min(connections, slot_count + _SPARE_CONNECTIONS)
    return connections


@dataclass(frozen=True)
class Bench:
    """A server under loads."""

    name: str
    pid: int
    target: Target
    options: Options
    # Of the load, and of the server.
    cores: tuple[int, ...]
    server_cores: tuple[int, ...]
    # All slots of the server; 0 where they have no number.
    slot_count: int

    def settle(self, target: Target) -> None:
        """Let a new server do what it does only once."""
        self._run(Load(target, "closed", _SETTLE_SECONDS, cores=self.cores, server_cores=self.server_cores))

    def closed(self, connections: int, workers: int = 1) -> LoadResult:
        """Find what the server can do, with some requests in progress."""
        options = self.options
        in_progress = saturating(connections, self.slot_count, options.cpu_ms + options.wait_ms)
        # Two rounds of all that is in progress, for the first one is out of step.
        in_cpu = min(in_progress, self.slot_count or in_progress) / workers
        round_seconds = (options.wait_ms + options.cpu_ms * in_cpu) / _MS_PER_SECOND
        warm_up = min(max(2 * round_seconds, 0.1 * options.seconds), 5.0)
        return self._run(
            Load(
                self.target,
                "closed",
                options.seconds,
                connections=in_progress,
                warm_up_seconds=warm_up,
                pid=self.pid,
                cores=self.cores,
                server_cores=self.server_cores,
            )
        )

    def open(self, share: float, saturation_rps: float, repetition: int = 0, least_requests: int = 0) -> LoadResult:
        """Find the delays at a share of what it can do, for as long as it takes to send enough requests."""
        options = self.options
        alone_seconds = (options.wait_ms + options.cpu_ms) / _MS_PER_SECOND
        rate_rps = max(share * saturation_rps, 0.01)
        return self._run(
            Load(
                self.target,
                "open",
                min(max(options.seconds, least_requests / rate_rps), load.MAXIMUM_SECONDS),
                rate_rps=rate_rps,
                warm_up_seconds=min(max(3 * alone_seconds, 0.2 * options.seconds), 3.0),
                seed=options.seed + repetition,
                pid=self.pid,
                cores=self.cores,
                server_cores=self.server_cores,
            )
        )

    def burst(self, target: Target, count: int, seconds: float) -> LoadResult:
        """Send requests at once, and read the memory while they wait."""
        # Memory is read when all have arrived and before the first one leaves.
        sample = 0.9 * BURST_WAIT_MS / _MS_PER_SECOND
        return self._run(
            Load(
                target,
                "burst",
                seconds,
                connections=count,
                pid=self.pid,
                memory_after_seconds=sample,
                cores=self.cores,
                server_cores=self.server_cores,
            )
        )

    def _run(self, wanted: Load) -> LoadResult:
        found = load.run(wanted)
        if not found.answered:
            raise MeasureError(f"{self.name}: no request of {found.sent} was answered")
        if found.errors >= MAXIMUM_ERRORS:
            raise MeasureError(f"{self.name}: {found.errors} requests of {found.sent} failed")
        return found
