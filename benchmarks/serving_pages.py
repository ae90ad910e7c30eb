"""
Serves the pages to a team as `deploy/` describes, and watches what that takes: real nginx before two servers.

Many viewers at once, browsers that crash, and page after page opened and left: prints how long each took, and kernels,
processes, file descriptors and memory before and after. Viewers are scripts that do over the network what a page does
(`tests/viewers.py`), so no browser takes part of the machine. Asserts nothing.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from statistics import median, quantiles
from typing import NamedTuple

import psutil
from websocket import WebSocketException

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.team import Team, running_team
from tests.viewers import Viewer

VIEWERS = 20
STEPS = 20
OPENINGS = 1000
MOST_SECONDS = 40 * 60
IDLE_MINUTES = 1
USERS = (20_000.0, 50_000.0)
MIB = 2**20


class Taken(NamedTuple):
    """What the servers hold at one moment."""

    open_pages: int
    processes: int
    descriptors: int
    pss_mib: float


def taken(team: Team) -> Taken:
    """
    Kernels, processes, file descriptors and memory of all servers.
    """
    servers = [psutil.Process(server.pid) for server in team.servers.values()]
    family = [process for server in servers for process in (server, *server.children(recursive=True))]
    pss_bytes = 0
    for process in family:
        with suppress(psutil.NoSuchProcess):  # a kernel may end any moment
            pss_bytes += process.memory_full_info().pss
    return Taken(open_pages(team), len(family), sum(server.num_fds() for server in servers), pss_bytes / MIB)


def open_pages(team: Team) -> int:
    """
    Pages that the servers say are open.
    """
    return sum(team.direct(port).get("healthz").json()["open_pages"] for port in team.servers)


def opened(team: Team) -> tuple[Viewer, float]:
    """
    A viewer whose page has its widgets, and the seconds that took.
    """
    start = time.perf_counter()
    viewer = team.viewer()
    viewer.open()
    viewer.connect()
    viewer.learn_widgets()
    return viewer, time.perf_counter() - start


def step(viewer: Viewer, users: float) -> float:
    """
    Seconds from a move of the traffic slider to the changed sentence.
    """
    before = viewer.shows("tco-verdict")
    start = time.perf_counter()
    viewer.write(viewer.model("tco-input-peak_users"), value=users)
    viewer.until(lambda: viewer.shows("tco-verdict") != before, "another sentence")
    return time.perf_counter() - start


def steps(viewer: Viewer) -> list[float]:
    """
    Seconds of each of many moves.
    """
    return [step(viewer, USERS[i % 2]) for i in range(STEPS)]


def spread(seconds: list[float]) -> str:
    """
    Median and 95th percentile in words.
    """
    return f"median {median(seconds):.3g} s, 95th percentile {quantiles(seconds, n=20)[-1]:.3g} s"


def say(what: str, found: Taken) -> None:
    """
    A row of the table.
    """
    print(
        f"| {what} | {found.open_pages} | {found.processes} | {found.descriptors} | {found.pss_mib:.0f} |", flush=True
    )


def wait(holds: Callable[[], bool], seconds: float) -> None:
    """
    Wait until something holds, for so long at most.
    """
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.5)


def main() -> None:
    """
    Print both tables.
    """
    with tempfile.TemporaryDirectory() as directory:
        options = ("--max-kernels", "30", "--idle-minutes", str(IDLE_MINUTES))
        with running_team(Path(directory), *options) as team, ThreadPoolExecutor(VIEWERS) as pool:
            print("| | open pages | processes | descriptors | memory (PSS), MiB |\n| --- | --- | --- | --- | --- |")
            opened(team)[0].leave()
            start = taken(team)
            say("started, one page opened and left", start)
            viewers, opening = zip(*pool.map(lambda _: opened(team), range(VIEWERS)), strict=True)
            full = taken(team)
            say(f"{VIEWERS} viewers", full)
            moved = [seconds for each in pool.map(steps, viewers) for seconds in each]
            say(f"after {STEPS} moves of a slider by each", taken(team))
            for viewer in viewers:
                viewer.disconnect()  # as if every browser had crashed
            wait(lambda: open_pages(team) == 0, 150 * IDLE_MINUTES)
            say("all browsers crashed, kernels culled", taken(team))

            each, failures, deadline = [], [], time.monotonic() + MOST_SECONDS
            for count in range(1, OPENINGS + 1):
                try:
                    viewer, seconds = opened(team)
                    viewer.leave().raise_for_status()
                    each.append(seconds)
                except (OSError, WebSocketException, AssertionError) as failure:
                    failures.append(failure)
                    print(repr(failure), (Path(directory) / "errors").read_text()[-1000:], file=sys.stderr)
                if count % 100 == 0:
                    say(f"{count} pages opened and left", taken(team))
                if time.monotonic() > deadline:
                    break
            wait(lambda: taken(team).processes <= start.processes, 20)
            say(f"after all {count}", taken(team))
        print(f"\n{VIEWERS} pages opened at once: {spread(list(opening))}")
        print(f"{VIEWERS} viewers moving a slider without rest, to the changed sentence: {spread(moved)}")
        print(f"one page after another: {len(failures)} of {count} failed; {spread(each) if len(each) > 1 else 'none'}")
        print(f"memory of a viewer: {(full.pss_mib - start.pss_mib) / VIEWERS:.0f} MiB")


if __name__ == "__main__":
    main()
