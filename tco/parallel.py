"""Parallel: the same calls in this process, in processes of this machine, or on a Dask cluster."""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Final, TypeVar

from tco.inputs import InputError

Result = TypeVar("Result")

# Calls handed out at a time for each worker: enough to keep it busy, few enough to keep memory bounded.
AHEAD: Final = 3
# A worker may die of something else; a call that ends three of them is to blame itself.
MOST_DEATHS: Final = 3


def results_of(
    function: Callable[..., Result], calls: Sequence[tuple[Any, ...]], *, workers: int = 1, client: Any = None
) -> Iterator[tuple[int, Result]]:
    """
    Results of calls as they come.

    Parameters
    ----------
    function : callable
        What is called; importable from its module in every process.
    calls : sequence of tuple
        The arguments of each call.
    workers : int
        Processes of this machine; 1 for this process alone.
    client : dask.distributed.Client, optional
        A client of a cluster that makes the calls instead.

    Returns
    -------
    results : iterator of (int, result)
        Number of the call and what it gave, in the order in which they end. A worker that dies takes its calls with it,
        and these are made again.

    Raises
    ------
    InputError
        If the calls end one worker after another.
    """
    if workers < 1:
        raise InputError(f"workers must be 1 or more; got {workers}")
    if client is not None:
        ahead = AHEAD * max(1, sum(client.nthreads().values()))
        with client.get_executor(retries=MOST_DEATHS) as executor:
            yield from _from_executor(executor, function, dict(enumerate(calls)), ahead)
        return
    if workers == 1:
        for number, arguments in enumerate(calls):
            yield number, function(*arguments)
        return
    left = dict(enumerate(calls))
    for _ in range(MOST_DEATHS):
        # Fresh processes, not copies of this one: it may have threads, which a copy would lack.
        pool = ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))
        try:
            for number, result in _from_executor(pool, function, left, AHEAD * workers):
                del left[number]
                yield number, result
        except BrokenProcessPool:
            continue
        finally:
            pool.shutdown(cancel_futures=True)
        return
    raise InputError(f"workers died {MOST_DEATHS} times; {len(left)} of {len(calls)} calls are left")


def _from_executor(
    executor: Executor, function: Callable[..., Result], calls: dict[int, tuple[Any, ...]], ahead: int
) -> Iterator[tuple[int, Result]]:
    """Results of some calls, with at most `ahead` of them handed out."""
    waiting = iter(list(calls.items()))
    running: dict[Future[Result], int] = {}

    def hand_out() -> None:
        for number, arguments in waiting:
            running[executor.submit(function, *arguments)] = number
            if len(running) >= ahead:
                return

    hand_out()
    while running:
        ended, _ = wait(running, return_when=FIRST_COMPLETED)
        for future in ended:
            number = running.pop(future)
            yield number, future.result()
        hand_out()
