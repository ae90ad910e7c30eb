"""
What a server has used, by the operating system's accounting: CPU time and memory of a process and all below it.

CPU time is counted only while a process runs, so it tells the same on a busy machine as on a quiet one.
"""

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from tco.measure.errors import MeasureError

_BYTES_PER_MIB: Final = 1024.0**2
# A helper of Python's multiprocessing that serves no request.
_HELPER: Final = "multiprocessing.resource_tracker"


@dataclass(frozen=True)
class Memory:
    """Memory of a server's processes. [MiB]"""

    # A worker's own pages and its part of those that it shares; the mean over the workers.
    worker_mib: float
    # Its own pages alone: what one more worker would take.
    worker_private_mib: float
    # All processes together, the one that only watches the workers included.
    server_mib: float
    worker_count: int


def processes(pid: int) -> list[psutil.Process]:
    """
    A process and all below it.

    Parameters
    ----------
    pid : int
        The process.

    Returns
    -------
    processes : list of Process
        Itself first; empty when it has ended.
    """
    try:
        root = psutil.Process(pid)
        return [root, *root.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def cpu_seconds(pid: int) -> float:
    """
    CPU time that a process and all below it have used, in user code and in the kernel.

    Parameters
    ----------
    pid : int
        The process.

    Returns
    -------
    cpu_seconds : float
        User and system time of all their threads so far. Processes that have ended are not counted: the difference
        of two calls is only good if the same processes lived at both.
    """
    return sum(map(_own_cpu_seconds, processes(pid)))


def _own_cpu_seconds(process: psutil.Process) -> float:
    try:
        if sys.platform == "linux":
            # The clock of another process (man 3 clock_getcpuclockid) has nanoseconds, its counters ticks of 10 ms.
            seconds = time.clock_gettime((~process.pid << 3) | 2)
        else:
            times = process.cpu_times()
            seconds = float(times.user + times.system)
    except (psutil.NoSuchProcess, OSError):
        return 0.0
    return seconds


def busy_seconds(cores: tuple[int, ...]) -> float:
    """
    Time for which some cores did anything at all, for this program or others.

    Parameters
    ----------
    cores : tuple of int
        Their numbers.

    Returns
    -------
    busy_seconds : float
        Their sum so far, with what the host of a virtual machine took; NaN without cores, or where they are not told
        apart.
    """
    if not cores or sys.platform != "linux":
        return float("nan")
    # In the order of the system's own file, so that a core that is switched off moves no other.
    times = dict(zip(_online_cores(), psutil.cpu_times(percpu=True), strict=False))
    # The time of guests is part of the user time already.
    return float(
        sum(
            spent.user + spent.nice + spent.system + spent.irq + spent.softirq + spent.steal
            for core, spent in times.items()
            if core in cores
        )
    )


def _online_cores() -> list[int]:
    lines = Path("/proc/stat").read_text(encoding="ascii").splitlines()
    return [int(line.split()[0][3:]) for line in lines if line.startswith("cpu") and line[3].isdigit()]


def memory(pid: int) -> Memory:
    """
    Memory of a server.

    Parameters
    ----------
    pid : int
        Its first process.

    Returns
    -------
    memory : Memory
        Of its workers, which are the processes without others below them, and of all its processes.
    """
    total = 0.0
    workers: list[tuple[float, float]] = []
    for process in processes(pid):
        try:
            if any(_HELPER in word for word in process.cmdline()):
                continue
            usage = process.memory_full_info()
            is_worker = all(any(_HELPER in word for word in child.cmdline()) for child in process.children())
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        # The shared part is known on Linux; elsewhere only a process's own pages are.
        part = float(getattr(usage, "pss", usage.uss))
        total += part
        if is_worker:
            workers.append((part, float(usage.uss)))
    count = len(workers)
    if not count:
        return Memory(float("nan"), float("nan"), float("nan"), 0)
    return Memory(
        sum(part for part, _ in workers) / count / _BYTES_PER_MIB,
        sum(own for _, own in workers) / count / _BYTES_PER_MIB,
        total / _BYTES_PER_MIB,
        count,
    )


def listens(pid: int, port: int) -> bool | None:
    """
    Whether a process, or one below it, listens on a port.

    Parameters
    ----------
    pid : int
        The process.
    port : int
        The port.

    Returns
    -------
    listens : bool or None
        None where the system does not tell.
    """
    try:
        return any(
            connection.status == psutil.CONN_LISTEN and connection.laddr and connection.laddr.port == port
            for process in processes(pid)
            for connection in process.net_connections(kind="tcp")
        )
    except (psutil.Error, OSError):
        return None


def available_cores() -> tuple[int, ...]:
    """
    Cores that this process may use.

    Returns
    -------
    cores : tuple of int
        Their numbers; empty where the system does not let processes be pinned.
    """
    return tuple(sorted(os.sched_getaffinity(0))) if hasattr(os, "sched_getaffinity") else ()


def pin(pid: int, cores: tuple[int, ...]) -> None:
    """
    Keep a process on some cores, and whatever it starts from then on.

    Parameters
    ----------
    pid : int
        The process; 0 is the calling one.
    cores : tuple of int
        Their numbers; none leaves the process where it is.

    Raises
    ------
    MeasureError
        If this machine has no such cores.
    """
    if not cores or not hasattr(os, "sched_setaffinity"):
        return
    try:
        os.sched_setaffinity(pid, cores)
    except ProcessLookupError:
        return  # it has ended already, which whoever started it will notice
    except OSError as error:
        numbers = ", ".join(map(str, cores))
        raise MeasureError(f"cores {numbers} cannot be used ({error.strerror or error})") from None
