"""
The applications that are measured: in each framework one handler that works and waits for as long as it is told.

`/work?cpu_ms=2&wait_ms=50` burns 1 ms of CPU, waits 50 ms as the framework's users would, burns another and answers a
small JSON: a handler that reads a request, asks a database and renders what it got.
The handler is written as each framework's own introduction writes one. Frameworks are imported by the function that
uses them, so that a server has in memory what its own framework needs and no other.
"""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from django.http import HttpRequest, JsonResponse
    from starlette.requests import Request
    from starlette.responses import JSONResponse

# No request holds a server for longer than this.
MAXIMUM_MS: Final = 60_000.0
_MS_PER_SECOND: Final = 1000.0
# The busy loop looks at the clock this often: rarely enough to be mostly Python code, often enough to stop in time.
_CHUNK_SECONDS: Final = 10e-6


def _calibrated_chunk() -> int:
    """Rounds of the busy loop that take about one chunk of CPU time on this machine."""
    rounds = 20_000
    started = time.thread_time()
    for _ in range(rounds):
        pass
    return max(1, round(rounds * _CHUNK_SECONDS / max(time.thread_time() - started, 1e-6)))


_CHUNK_ROUNDS: Final = _calibrated_chunk()


def burn(cpu_ms: float) -> None:
    """
    Keep the interpreter busy for a given CPU time.

    Parameters
    ----------
    cpu_ms : float
        CPU time of this thread, not time on the clock: a busy machine makes it last longer and cost the same. [ms]
    """
    if cpu_ms <= 0:
        return
    # Half a chunk early, so that stopping after the chunk that passes the mark is right on average.
    end = time.thread_time() + min(cpu_ms, MAXIMUM_MS) / _MS_PER_SECOND - _CHUNK_SECONDS / 2
    while time.thread_time() < end:
        for _ in range(_CHUNK_ROUNDS):
            pass


# Requests of this worker that wait. A set, because threads may add to it at the same time.
_waiting: Final[set[object]] = set()


@contextmanager
def _counted() -> Iterator[int]:
    """Count a request among those that wait; how many there are with it."""
    request = object()
    _waiting.add(request)
    try:
        yield len(_waiting)
    finally:
        _waiting.discard(request)


def _work(cpu_ms: float, wait_ms: float) -> dict[str, float]:
    """Burn and wait as plain functions do; gevent's monkey patch makes this sleep its own."""
    if wait_ms <= 0:
        burn(cpu_ms)
        return _answer(0)
    burn(cpu_ms / 2)
    with _counted() as waiting:
        time.sleep(min(wait_ms, MAXIMUM_MS) / _MS_PER_SECOND)
    burn(cpu_ms / 2)
    return _answer(waiting)


async def _work_async(cpu_ms: float, wait_ms: float) -> dict[str, float]:
    if wait_ms <= 0:
        burn(cpu_ms)
        return _answer(0)
    burn(cpu_ms / 2)
    # Imported here, so that threaded servers do not have it in memory.
    import asyncio  # noqa: PLC0415

    with _counted() as waiting:
        await asyncio.sleep(min(wait_ms, MAXIMUM_MS) / _MS_PER_SECOND)
    burn(cpu_ms / 2)
    return _answer(waiting)


def _answer(waiting: int) -> dict[str, float]:
    # The process says who it is: whoever asks can tell our server from another one on the same port.
    return {"waiting": waiting, "pid": os.getpid()}


def flask() -> Any:
    """Flask."""
    from flask import Flask, request  # noqa: PLC0415

    app = Flask("measured")

    @app.get("/work")
    def work() -> dict[str, float]:
        return _work(float(request.args.get("cpu_ms", 0)), float(request.args.get("wait_ms", 0)))

    return app


def fastapi_async() -> Any:
    """FastAPI with an async handler."""
    from fastapi import FastAPI  # noqa: PLC0415

    app = FastAPI()

    @app.get("/work", response_model=None)
    async def work(cpu_ms: float = 0, wait_ms: float = 0) -> dict[str, float]:
        return await _work_async(cpu_ms, wait_ms)

    return app


def fastapi_plain() -> Any:
    """FastAPI with a plain function, which runs in its pool of threads."""
    from fastapi import FastAPI  # noqa: PLC0415

    app = FastAPI()

    @app.get("/work", response_model=None)
    def work(cpu_ms: float = 0, wait_ms: float = 0) -> dict[str, float]:
        return _work(cpu_ms, wait_ms)

    return app


def django() -> Any:
    """Django without middleware."""
    from django.conf import settings  # noqa: PLC0415
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415
    from django.http import JsonResponse  # noqa: PLC0415
    from django.urls import path  # noqa: PLC0415

    def work(request: "HttpRequest") -> "JsonResponse":
        return JsonResponse(_work(float(request.GET.get("cpu_ms", 0)), float(request.GET.get("wait_ms", 0))))

    settings.configure(ALLOWED_HOSTS=["127.0.0.1", "localhost"], ROOT_URLCONF=(path("work", work),), USE_TZ=True)
    return get_wsgi_application()


def quart() -> Any:
    """Quart."""
    from quart import Quart, request  # noqa: PLC0415

    app = Quart("measured")

    @app.get("/work")
    async def work() -> dict[str, float]:
        return await _work_async(float(request.args.get("cpu_ms", 0)), float(request.args.get("wait_ms", 0)))

    return app


def litestar() -> Any:
    """Litestar."""
    from litestar import Litestar, get  # noqa: PLC0415

    @get("/work")
    async def work(cpu_ms: float = 0, wait_ms: float = 0) -> dict[str, float]:
        return await _work_async(cpu_ms, wait_ms)

    return Litestar([work])


def starlette() -> Any:
    """Starlette, which FastAPI is made of."""
    from starlette.applications import Starlette  # noqa: PLC0415
    from starlette.responses import JSONResponse  # noqa: PLC0415
    from starlette.routing import Route  # noqa: PLC0415

    async def work(request: "Request") -> "JSONResponse":
        query = request.query_params
        return JSONResponse(await _work_async(float(query.get("cpu_ms", 0)), float(query.get("wait_ms", 0))))

    return Starlette(routes=[Route("/work", work)])
