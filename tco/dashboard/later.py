"""Later: work that waits until the inputs are at rest, and never keeps a slider waiting."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Final

from tco.dashboard.heated import nobody_has_come

# A viewer who drags a slider sends a change every few milliseconds, and pauses for less than this.
REST_SECONDS: Final = 0.3
# What a browser needs to show a page that is being opened, before the kernel turns to anything else.
OPENING_SECONDS: Final = 1.0

Work = Callable[[], Callable[[], None]]


class Later:
    """
    Does the work that was asked for last, in a thread, a piece at a time.

    A piece of work returns what shows it; that is called where the page's other changes are made. Whoever asks anew
    forgets what was under way. Where nothing runs pages, as in a plain Python session, nothing is done. In a kernel
    that was started ahead work begins before anybody comes, who then may find it done.

    Parameters
    ----------
    failed : callable
        Called when a piece of work fails; the traceback is in the log.
    """

    def __init__(self, failed: Callable[[], None]) -> None:
        self._failed = failed
        self._task: asyncio.Task[None] | None = None
        self._ahead: list[Future[Callable[[], None]]] = []

    def ask(self, pieces: Sequence[Work]) -> None:
        """
        Do these pieces one after another once nothing else is asked for, and forget the ones before.
        """
        self.forget()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        if self._task is None and nobody_has_come():
            # The loop stands still until somebody does.
            executor = ThreadPoolExecutor(1)
            self._ahead = [executor.submit(piece) for piece in pieces]
            executor.shutdown(wait=False)
            pieces = [piece.result for piece in self._ahead]
        self._task = loop.create_task(self._do(pieces, REST_SECONDS if self._task else OPENING_SECONDS))
        self._task.add_done_callback(self._ended)

    def forget(self) -> None:
        """
        Leave undone what was asked for and is not done yet.
        """
        if self._task is not None:
            self._task.cancel()
        for piece in self._ahead:
            piece.cancel()
        self._ahead = []

    async def _do(self, pieces: Sequence[Work], seconds: float) -> None:
        is_done = self._ahead and all(piece.done() for piece in self._ahead)
        await asyncio.sleep(0 if is_done else seconds)
        for piece in pieces:
            show = await asyncio.to_thread(piece)
            show()
        self._ahead = []

    def _ended(self, task: asyncio.Task[Any]) -> None:
        if task.cancelled() or task.exception() is None:
            return
        logging.getLogger(__name__).error("work for a page failed", exc_info=task.exception())
        self._failed()
