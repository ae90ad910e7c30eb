"""The ways of serving that are measured, and servers that start and stop."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import IO, Final
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from tco.measure import accounting
from tco.measure.errors import MeasureError
from tco.measure.processes import ending, watched
from tco.measure.target import Target

ADDRESS: Final = "127.0.0.1"
START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 3.0
_POLL_SECONDS: Final = 0.005
# As behind a load balancer, which keeps its connections for longer than the servers' own default.
_KEEP_ALIVE_SECONDS: Final = "75"
# Settings of these would change what is measured.
_FOREIGN_SETTINGS: Final = ("GUNICORN_", "UVICORN_", "FLASK_", "QUART_", "DJANGO_", "LITESTAR_", "WEB_CONCURRENCY")


@dataclass(frozen=True)
class Way:
    """A way of serving a framework, and what it takes."""

    serving: str
    # A function of `apps`.
    app: str
    # gunicorn's class of workers; empty for uvicorn.
    worker_class: str
    # Requests that a worker can have in progress, as far as it has a number.
    threads: int
    # Importable modules, and the packages whose versions are told.
    modules: tuple[str, ...]

    def command(self, port: int, workers: int) -> list[str]:
        """The command that serves it."""
        if not self.worker_class:
            return [
                *(sys.executable, "-m", "uvicorn", f"tco.measure.apps:{self.app}", "--factory"),
                *("--host", ADDRESS, "--port", str(port), "--workers", str(workers), "--loop", "uvloop"),
                *("--http", "httptools", "--no-access-log", "--log-level", "warning"),
                *("--timeout-keep-alive", _KEEP_ALIVE_SECONDS),
            ]
        threads = ("--threads", str(self.threads)) if self.worker_class == "gthread" else ()
        return [
            *(sys.executable, "-m", "gunicorn", f"tco.measure.apps:{self.app}()", "--bind", f"{ADDRESS}:{port}"),
            *("--workers", str(workers), "--worker-class", self.worker_class, *threads),
            # A worker that is busy with the longest requests that we send is not to be taken for a dead one.
            *("--timeout", "120", "--graceful-timeout", "1", "--keep-alive", _KEEP_ALIVE_SECONDS),
            *("--log-level", "warning"),
        ]

    @property
    def missing(self) -> tuple[str, ...]:
        """Modules that are not installed."""
        return tuple(module for module in self.modules if find_spec(module) is None)

    @property
    def versions(self) -> str:
        """Names and versions of what serves, as far as installed."""
        told = []
        for module in self.modules:
            try:
                told.append(f"{module} {version(module)}")
            except PackageNotFoundError:
                continue
        return ", ".join(told)


_UVICORN: Final = ("uvicorn", "uvloop", "httptools")

# Those that `data/servings.csv` has bear its names.
WAYS: Final = MappingProxyType(
    {
        way.serving: way
        for way in (
            Way("flask-sync", "flask", "sync", 1, ("flask", "gunicorn")),
            Way("flask-threads-4", "flask", "gthread", 4, ("flask", "gunicorn")),
            Way("flask-threads", "flask", "gthread", 32, ("flask", "gunicorn")),
            Way("flask-gevent", "flask", "gevent", 1000, ("flask", "gunicorn", "gevent")),
            Way("fastapi-async", "fastapi_async", "", 0, ("fastapi", *_UVICORN)),
            Way("fastapi-plain", "fastapi_plain", "", 40, ("fastapi", *_UVICORN)),
            Way("django-threads", "django", "gthread", 32, ("django", "gunicorn")),
            Way("quart-async", "quart", "", 0, ("quart", *_UVICORN)),
            Way("litestar-async", "litestar", "", 0, ("litestar", *_UVICORN)),
            Way("starlette-async", "starlette", "", 0, ("starlette", *_UVICORN)),
        )
    }
)


def choose_ways(names: Sequence[str] | None) -> tuple[tuple[Way, ...], dict[str, str]]:
    """
    The ways of serving to measure.

    Parameters
    ----------
    names : sequence of str, optional
        Their names; all, if none are given.

    Returns
    -------
    ways : tuple of Way
        Those that are installed.
    left_out : dict
        What the others miss, by name.

    Raises
    ------
    MeasureError
        If a name is unknown, or nothing is left.
    """
    chosen = tuple(WAYS) if names is None else tuple(names)
    for name in chosen:
        if name not in WAYS:
            raise MeasureError(f"servings must be among {', '.join(WAYS)}; got {name[:60]!r}")
    if len(set(chosen)) < len(chosen):
        raise MeasureError(f"servings must each be named once; got {', '.join(chosen)}"[:400])
    left_out = {name: ", ".join(WAYS[name].missing) for name in chosen if WAYS[name].missing}
    ways = tuple(WAYS[name] for name in chosen if name not in left_out)
    if not ways:
        lacking = ", ".join(sorted(set(", ".join(left_out.values()).split(", "))))
        raise MeasureError(f"no way of serving is installed ({lacking} missing); install webframework-tco[measure]")
    return ways, left_out


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    pid: int
    port: int
    # From its start to its first answer.
    start_up_ms: float

    def target(self, cpu_ms: float = 0.0, wait_ms: float = 0.0) -> Target:
        """Its handler, with the work that each request is to do."""
        return Target(ADDRESS, self.port, f"/work?cpu_ms={cpu_ms:g}&wait_ms={wait_ms:g}")


def free_port() -> int:
    """
    A port of this machine that nobody uses.

    Returns
    -------
    port : int
        Free when it was looked for.
    """
    with socket.socket() as probe:
        probe.bind((ADDRESS, 0))
        return int(probe.getsockname()[1])


def require_free(port: int) -> None:
    """
    Refuse a port that is in use.

    Parameters
    ----------
    port : int
        The port.

    Raises
    ------
    MeasureError
        If it is no port, or not free.
    """
    if not 1 <= port <= 65_535:
        raise MeasureError(f"port must lie in [1, 65535]; got {port}")
    with socket.socket() as probe:
        # As servers do, so that connections that have just ended are not in the way.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError as error:
            raise MeasureError(f"port {port} cannot be used ({error.strerror}); give another with --port") from None


@contextmanager
def running(way: Way, *, workers: int = 1, cores: tuple[int, ...] = (), port: int | None = None) -> Iterator[Server]:
    """
    Run a server until the block ends; when the block begins, it answers.

    Parameters
    ----------
    way : Way
        What to serve, and how.
    workers : int
        Worker processes.
    cores : tuple of int
        The cores that it may use; all, if none is given.
    port : int, optional
        A port of this machine; a free one, if none is given.

    Yields
    ------
    server : Server
        The server.

    Raises
    ------
    MeasureError
        If the port is in use, or the server does not start.
    """
    if way.missing:
        raise MeasureError(f"{way.serving} needs {', '.join(way.missing)}; install webframework-tco[measure]")
    if port is None:
        port = free_port()
    require_free(port)
    with tempfile.TemporaryDirectory(prefix="tco-measure-") as directory, (Path(directory) / "log").open("w+b") as log:
        started = time.perf_counter()
        process = subprocess.Popen(
            way.command(port, workers),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # A directory without settings files.
            cwd=directory,
            env=_environment(directory),
            start_new_session=True,
        )
        with ending(process, STOP_SECONDS), watched(process):
            accounting.pin(process.pid, cores)
            _await_answer(way, process, port, log)
            yield Server(process.pid, port, 1000.0 * (time.perf_counter() - started))


def _environment(directory: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN_SETTINGS)}
    # A checkout that is not installed is found from the other directory too; gunicorn keeps a socket at home.
    path = os.pathsep.join(filter(None, [str(Path(__file__).parents[2]), kept.get("PYTHONPATH")]))
    return {**kept, "PYTHONPATH": path, "HOME": directory}


def _await_answer(way: Way, process: "subprocess.Popen[bytes]", port: int, log: IO[bytes]) -> None:
    # No proxy of the environment stands between this machine and itself.
    opener = build_opener(ProxyHandler({}))
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise MeasureError(
                f"{way.serving}: the server ended with code {process.returncode} before it answered{_said(log)}"
            )
        try:
            with opener.open(f"http://{ADDRESS}:{port}/work", timeout=5) as answer:
                pid = json.load(answer).get("pid")
        except (URLError, OSError, ValueError):
            time.sleep(_POLL_SECONDS)
            continue
        if pid not in {member.pid for member in accounting.processes(process.pid)}:
            raise MeasureError(f"port {port} is answered by another process than our server; give another with --port")
        return
    raise MeasureError(f"{way.serving}: the server did not answer within {START_SECONDS:.0f} s{_said(log)}")


def _said(log: IO[bytes]) -> str:
    """The last line that a server wrote, which mostly says why."""
    log.seek(0)
    lines = [line.strip() for line in log.read().decode(errors="replace").splitlines() if line.strip()]
    return f": {lines[-1][:200]}" if lines else ""
