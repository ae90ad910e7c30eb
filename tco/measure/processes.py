"""Processes that end: each runs in a group of its own, and the group goes when its block does."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn


@contextmanager
def ending(process: "subprocess.Popen[bytes]", patience_seconds: float = 0.0) -> Iterator[None]:
    """
    End a process and its group when the block ends, in whichever way it ends.

    Parameters
    ----------
    process : Popen
        Started with `start_new_session=True`, so that its group is its own.
    patience_seconds : float
        How long it may take to end once asked, before it is made to.

    Yields
    ------
    None
        While the process may run.
    """
    try:
        yield
    finally:
        # Whatever interrupts the waiting, an impatient second Ctrl-C too, the group is gone in the end.
        try:
            if patience_seconds and process.poll() is None:
                _signal_group(process, signal.SIGTERM)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(patience_seconds)
        finally:
            _signal_group(process, signal.SIGKILL)
            process.wait()


@contextmanager
def watched(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    """
    End a process and its group even if this process is killed while the block runs, and can end nothing itself.

    Parameters
    ----------
    process : Popen
        As for `ending`.

    Yields
    ------
    None
        While the process may run.
    """
    # The other end of the pipe closes with this process, in whichever way it goes.
    command = ["/bin/sh", "-c", f"read line; kill -9 -{process.pid}"]
    watcher = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)
    with watcher:
        try:
            yield
        finally:
            watcher.kill()


def _signal_group(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    # The group outlives its first process as long as any of its workers does.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


@contextmanager
def stopping_cleanly() -> Iterator[None]:
    """
    Let SIGTERM and a closed terminal end the block as Ctrl-C does, so that all in it is ended too.

    Yields
    ------
    None
        While the signals count.
    """

    def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
