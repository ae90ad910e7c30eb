"""
The kernels behind the pages: how many there may be, whose they are, and when they end.
"""

import hmac
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast

import tornado.web
from jupyter_server.services.kernels.kernelmanager import AsyncMappingKernelManager
from traitlets import Float, Integer

# A page whose browser fell asleep may come back; one that was never shown was somebody's script, or was given up.
LEFT_SECONDS: Final = 600
NEVER_SHOWN_SECONDS: Final = 240
_MIB: Final = 2**20


class TooManyKernelsError(Exception):
    """As many pages are open as the server allows."""


class PageKernels(AsyncMappingKernelManager):
    """
    Kernels of which there are only so many, which end in time, and which answer one viewer each.
    """

    max_kernels = Integer(config=True, help="Pages that can be open at once.")
    idle_seconds = Float(float("inf"), config=True, help="Rest after which the kernel of an open page ends.")
    life_seconds = Float(float("inf"), config=True, help="Age at which a kernel ends whatever it does.")
    memory_mib = Integer(0, config=True, help="Memory that a kernel can take; 0 for as much as there is.")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        self._starting: set[str] = set()
        self._heated: set[str] = set()
        # When each was first known to belong to a page.
        self._taken: dict[str, datetime] = {}
        self._viewers: dict[str, str] = {}

    @property
    def open_pages(self) -> int:
        """
        Kernels that belong to a page, or are being started for one; heated ones that still wait do not count.
        """
        return len(self._starting | set(self.list_kernel_ids())) - self._waiting()

    def require_room(self) -> None:
        """
        Refuse one page too many.
        """
        if self.open_pages >= self.max_kernels:
            raise TooManyKernelsError

    def require_viewer(self, kernel_id: str, viewer: str) -> None:
        """
        Refuse everybody but the viewer whose page the kernel is behind: whoever used it first.

        To others a kernel does not exist. Its id travels to its page alone and has 122 random bits, so nobody else can
        be the first.
        """
        if not viewer or kernel_id not in self:
            raise tornado.web.HTTPError(404)
        if kernel_id not in self._viewers:
            self._viewers[kernel_id] = viewer
            self._taken[kernel_id] = datetime.now(UTC)
        owner = self._viewers[kernel_id]
        if not hmac.compare_digest(owner.encode(), viewer.encode()):
            raise tornado.web.HTTPError(404)

    def new_kernel_id(self, **_kwargs: Any) -> str:
        """
        An id that nobody can guess, and that begins with our port, so that a proxy finds the process it lives in.
        """
        return f"{cast('Any', self.parent).port}x{uuid.uuid4()}"

    async def start_kernel(self, **kwargs: Any) -> str:  # type: ignore[override]
        """
        Start a kernel; one for a page only where there is room.
        """
        kernel_id: str = kwargs.setdefault("kernel_id", self.new_kernel_id())
        if kwargs.get("env", {}).get("VOILA_PREHEAT") == "True":
            self._heated.add(kernel_id)
        else:
            self.require_room()
            # Counted from now on: many may ask before the first has started.
            self._starting.add(kernel_id)
        try:
            await super().start_kernel(**kwargs)
        finally:
            self._starting.discard(kernel_id)
        self._limit_memory(kernel_id)
        return kernel_id

    def remove_kernel(self, kernel_id: str) -> Any:
        """
        Forget a kernel that has ended.
        """
        self._taken.pop(kernel_id, None)
        self._heated.discard(kernel_id)
        self._viewers.pop(kernel_id, None)
        return super().remove_kernel(kernel_id)

    async def cull_kernel_if_idle(self, kernel_id: str) -> None:
        """
        End a kernel whose page was left, has not been touched for long, or has been open for too long.
        """
        reason = self._reason_to_end(kernel_id)
        if reason:
            self.log.info("Kernel %s ends: %s", kernel_id, reason)
            await self.shutdown_kernel(kernel_id, now=True)  # type: ignore[no-untyped-call]

    def _reason_to_end(self, kernel_id: str) -> str:
        now = datetime.now(UTC)
        kernel = self._kernels[kernel_id]
        if getattr(kernel, "execution_state", "") == "dead":
            return "it is dead"
        if kernel_id not in self._viewers:
            # Its page may still be made, which would wait for it in vain.
            if kernel_id in self._heated and self._heating():
                return ""
            waits = now - self._taken.setdefault(kernel_id, now)
            return "its page was never shown" if waits > _seconds(NEVER_SHOWN_SECONDS) else ""
        if now - self._taken[kernel_id] > _seconds(self.life_seconds):
            return "its time is up"
        rest = now - getattr(kernel, "last_activity", now)
        if self._kernel_connections.get(kernel_id, 0) == 0 and rest > _seconds(min(LEFT_SECONDS, self.idle_seconds)):
            return "its page was left"
        return "nobody has touched its page for long" if rest > _seconds(self.idle_seconds) else ""

    @property
    def _pooled(self) -> list[Any]:
        # Voilà's class, which is derived from this one where kernels are heated, keeps a task for each.
        pools: dict[str, list[Any]] = getattr(self, "_pools", {})
        return [task for pool in pools.values() for task in pool]

    def _heating(self) -> int:
        return sum(not task.done() for task in self._pooled)

    def _waiting(self) -> int:
        ready = {task.result()["kernel_id"] for task in self._pooled if task.done() and not task.exception()}
        unfinished = (self._heated & set(self.list_kernel_ids())) - ready - self._viewers.keys()
        return len(ready) + min(len(unfinished), self._heating())

    def _limit_memory(self, kernel_id: str) -> None:
        process = getattr(getattr(self._kernels.get(kernel_id), "provisioner", None), "pid", None)
        if not self.memory_mib or process is None:
            return
        import resource  # noqa: PLC0415, not on every system

        # What a process allocates for itself. Its address space would say more, of which libraries reserve a lot.
        limit = self.memory_mib * _MIB
        resource.prlimit(process, resource.RLIMIT_DATA, (limit, limit))


def _seconds(number: float) -> timedelta:
    return timedelta.max if number == float("inf") else timedelta(seconds=number)
