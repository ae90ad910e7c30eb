"""Under which conditions was measured, in words."""

import os
import platform
from contextlib import suppress
from pathlib import Path

from tco.measure.bench import divide_cores


def machine() -> str:
    """
    The machine in a few words.

    Returns
    -------
    machine : str
        Processor, cores, system and Python; nothing that names this one machine.
    """
    processor = platform.machine()
    with suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                processor = line.partition(":")[2].strip()
                break
    return f"{processor}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"


def where(*, pinned: bool = True) -> str:
    """
    How server and load shared the cores.

    Parameters
    ----------
    pinned : bool
        Whether they were to be kept apart.

    Returns
    -------
    where : str
        In words.
    """
    server_cores, load_cores = divide_cores() if pinned else ((), ())
    if server_cores and load_cores:
        return "one worker pinned to one core, the load to another"
    return "server and load not pinned to cores"
