"""
Times the same small dashboard in five tools in Chromium: opening it, a step of a slider, the end of a fast drag.

The tools take turns, round by round, and what each of them draws is held against the library. Prints the table of
page_peers.md and asserts nothing. The other tools live in an environment of their own; to make it and to run this:

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install --requirement benchmarks/peers/requirements.txt
    .venv/bin/python benchmarks/page_peers.py /tmp/peers
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page, TimeoutError, sync_playwright  # noqa: A004, Playwright's

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent / "peers"))

import content

from tests.browser.servers import free_port, running, running_browser

ROOT = Path(__file__).parents[1]
PEERS = Path(__file__).parent / "peers"
ROUNDS = int(os.environ.get("ROUNDS", "5"))
TIMED = ("open", "first", "step", "drag")
OURS = "tco"
STEPS = 10
DRAG_MOVES = 20
DRAG_MOVE_MS = 8
WINDOW = {"width": 1400, "height": 1400}
SETTLED_MS = 300
# What the page before leaves for its server to do is over by then, and the next kernel is warm.
REST_SECONDS = 3
LONGEST_WAIT_MS = 30_000
CHARTS = 3

# Notes after each frame that was painted which numbers the charts show, and when a key or the pointer was last used.
WATCH = """
window.tcoSeen = [];
window.tcoActed = 0;
const deep = (root, found) => {
    for (const element of root.querySelectorAll("*")) {
        if (element.classList.contains("js-plotly-plot")) found.push(element);
        if (element.shadowRoot) deep(element.shadowRoot, found);
    }
    return found;
};
let plots = [];
const drawn = () => {
    if (plots.length < CHARTS || !plots.every(plot => plot.isConnected)) plots = deep(document, []);
    return plots.map(plot => (plot._fullData ?? []).flatMap(({ x, y }) => [...(x ?? []), ...(y ?? [])])
        .filter(Number.isFinite).map(number => number.toPrecision(6)).join()).join(";");
};
const painted = new MessageChannel();
painted.port1.onmessage = () => {
    const now = drawn();
    if (now !== window.tcoSeen.at(-1)?.now) window.tcoSeen.push({ at: performance.now(), now });
    requestAnimationFrame(() => painted.port2.postMessage(0));
};
painted.port2.postMessage(0);
for (const kind of ["keydown", "pointerup"])
    addEventListener(kind, () => window.tcoActed = performance.now(), { capture: true });
""".replace("CHARTS", str(CHARTS))
# When the first chart changed after a key.
FIRST_CHANGED = """() => {
    const chart = ({ now }) => now.split(";")[0];
    const before = window.tcoSeen.findLast(({ at }) => at <= window.tcoActed);
    return window.tcoSeen.find(seen => seen.at > window.tcoActed && chart(seen) !== chart(before)).at;
}"""
# When the charts came to show these numbers for good; null while they do not.
SHOWN_SINCE = """expected => {
    const same = window.tcoSeen.findLastIndex(({ now }) => now !== expected) + 1;
    return window.tcoSeen[same]?.at ?? null;
}"""

SERVE_OURS = """
import sys
from tco.dashboard.publication import Publication
from tco.dashboard.server import serve

serve(sys.argv[1], int(sys.argv[2]), open_browser=False, publication=Publication(heated_kernels=int(sys.argv[3])))
"""
# Where to take hold of a slider: of its thumb, or of the part of an <input> under which the thumb is drawn.
PLACE = """thumb => {
    const { x, y, width, height } = thumb.getBoundingClientRect();
    const share = "value" in thumb ? (thumb.value - thumb.min) / (thumb.max - thumb.min) : 0.5;
    return [x + share * width, y + height / 2];
}"""


class Tool(NamedTuple):
    """One way of serving the dashboard."""

    name: str
    address: str
    # The thumb of the slider that is moved.
    thumb: Callable[[Page], Any]


class Stale(Exception):  # noqa: N818, an outcome that is counted
    """The charts do not show the numbers of the controls."""


def numbers(value: float) -> str:
    """
    What the charts show when the slider stands at a value, as the page notes it.
    """
    first = {slider.name: slider.first for slider in content.SLIDERS} | {content.MOVED.name: value}
    shown = content.show(content.FIRST_PRESET, content.FIRST_COUNTRY, **first)
    return ";".join(
        ",".join(
            precise(number)
            for trace in figure.data
            for axis in (trace.x, trace.y)
            for number in axis
            if not isinstance(number, str)
        )
        for figure in shown.figures
    )


def precise(number: float) -> str:
    """
    A number in six digits, as JavaScript writes it.
    """
    text = f"{float(number):#.6g}".removesuffix(".")
    return text.replace("e+0", "e+").replace("e-0", "e-")


def shown_since_ms(page: Page, expected: str) -> float:
    """
    Wait until the charts show what is expected, and some time more, and say since when they do.
    """
    deadline = time.monotonic() + LONGEST_WAIT_MS / 1000
    while time.monotonic() < deadline:
        since = page.evaluate(SHOWN_SINCE, expected)
        if since is not None:
            page.wait_for_timeout(SETTLED_MS)
            if page.evaluate(SHOWN_SINCE, expected) == since:
                return float(since)
        page.wait_for_timeout(20)
    raise Stale


def open_s(page: Page, tool: Tool) -> float:
    """
    Open the dashboard in a new page with an empty cache, and time its charts.
    """
    page.add_init_script(WATCH)
    page.goto(tool.address, wait_until="commit")
    tool.thumb(page).wait_for(state="attached")
    return shown_since_ms(page, numbers(content.MOVED.first)) / 1000


def step_s(page: Page, tool: Tool, value: float, key: str) -> tuple[float, float]:
    """
    Press a key on the slider, which then stands at a value, and time the first changed chart and all of them.
    """
    tool.thumb(page).press(key)
    since = shown_since_ms(page, numbers(value))
    pressed = float(page.evaluate("window.tcoActed"))
    return (float(page.evaluate(FIRST_CHANGED)) - pressed) / 1000, (since - pressed) / 1000


def drag_s(page: Page, tool: Tool) -> float:
    """
    Drag the slider fast, let it go, and time the last picture from then.
    """
    thumb = tool.thumb(page)
    x, y = thumb.evaluate(PLACE)
    page.mouse.move(x, y)
    page.mouse.down()
    for i in range(DRAG_MOVES):
        page.mouse.move(x + 4 * (i + 1), y)
        page.wait_for_timeout(DRAG_MOVE_MS)
    page.mouse.up()
    value = float(thumb.evaluate("thumb => thumb.value ?? thumb.ariaValueNow"))
    since = shown_since_ms(page, numbers(value))
    # What was there when the pointer was let go is 0 seconds late.
    return max(0.0, since - float(page.evaluate("window.tcoActed"))) / 1000


@contextmanager
def tools(peers: Path, logs: Path) -> Iterator[list[Tool]]:
    """
    All servers, running.
    """
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(PEERS)]),
        "SOLARA_TELEMETRY_MIXPANEL_ENABLE": "false",
    }

    def binary(name: str) -> str:
        return str(peers / "bin" / name)

    with ExitStack() as stack:

        def start(name: str, path: str, thumb: Callable[[Page], Any], command: list[str]) -> Tool:
            port = free_port()
            address = f"http://127.0.0.1:{port}/"
            command = [part.replace("PORT", str(port)) for part in command]
            stack.enter_context(running(command, address, logs / name.replace(" ", "-"), env=environment, cwd=PEERS))
            return Tool(name, address + path, thumb)

        def labelled(page: Page) -> Any:
            return page.get_by_role("slider").first

        def ours(heated: int) -> list[str]:
            return [sys.executable, "-c", SERVE_OURS, str(PEERS), "PORT", str(heated)]

        yield [
            start(OURS, "voila/render/ours.ipynb", labelled, ours(1)),
            start(f"{OURS}, new kernel", "voila/render/ours.ipynb", labelled, ours(0)),
            start(
                "Panel",
                "panel_app",
                lambda page: page.locator(".noUi-handle").first,
                [binary("panel"), "serve", "panel_app.py", "--port", "PORT", "--address", "127.0.0.1"],
            ),
            start(
                "Streamlit",
                "",
                labelled,
                [
                    *(binary("streamlit"), "run", "streamlit_app.py", "--server.port", "PORT"),
                    *("--server.address", "127.0.0.1", "--server.headless", "true"),
                    *("--browser.gatherUsageStats", "false"),
                ],
            ),
            start(
                "marimo",
                "",
                labelled,
                [
                    *(binary("marimo"), "run", "marimo_app.py", "--port", "PORT", "--host", "127.0.0.1"),
                    *("--headless", "--no-token"),
                ],
            ),
            start(
                "Solara",
                "",
                labelled,
                [
                    *(binary("solara"), "run", "solara_app.py", "--port", "PORT", "--host", "127.0.0.1"),
                    *("--production", "--no-open"),
                ],
            ),
        ]


def time_all(all_tools: list[Tool], browser: Browser) -> tuple[dict[str, dict[str, list[float]]], dict[str, int]]:
    """
    Give the times of each tool in seconds, by what was timed, and how often its charts stayed wrong.
    """
    taken: dict[str, dict[str, list[float]]] = {tool.name: {what: [] for what in TIMED} for tool in all_tools}
    stale = {tool.name: 0 for tool in all_tools}
    for tool in all_tools:  # what is read from the disk once is not counted
        page = new_page(browser)
        open_s(page, tool)
        close(page)
    for turn in range(ROUNDS):
        first = turn % len(all_tools)
        for tool in all_tools[first:] + all_tools[:first]:
            time.sleep(REST_SECONDS)
            page = new_page(browser)
            try:
                taken[tool.name]["open"].append(open_s(page, tool))
                for i in range(STEPS):
                    key, value = ("ArrowLeft", 0) if i % 2 else ("ArrowRight", 1)
                    first_s, all_s = step_s(page, tool, content.MOVED.first + value, key)
                    taken[tool.name]["first"].append(first_s)
                    taken[tool.name]["step"].append(all_s)
                taken[tool.name]["drag"].append(drag_s(page, tool))
            except (Stale, TimeoutError):
                stale[tool.name] += 1
            close(page)
        print(f"round {turn + 1} of {ROUNDS}", file=sys.stderr)
    return taken, stale


def new_page(browser: Browser) -> Page:
    """
    A window without a cache.
    """
    return browser.new_context(viewport=WINDOW).new_page()


def close(page: Page) -> None:
    """
    Leave a page as a viewer does.
    """
    page.goto("about:blank")
    page.context.close()


def table(taken: dict[str, dict[str, list[float]]], stale: dict[str, int]) -> str:
    """
    The medians, and ours over the best of the others.
    """
    medians = {
        name: {what: median(values) if values else float("nan") for what, values in times.items()}
        for name, times in taken.items()
    }
    lines = [
        "| | open, s | step to the first chart, ms | to all charts, ms | end of a drag, ms | wrong pictures |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, times in medians.items():
        in_ms = " | ".join(f"{1000 * times[what]:.0f}" for what in TIMED[1:])
        lines.append(f"| {name} | {times['open']:.2f} | {in_ms} | {stale[name]} |")
    peers = [times for name, times in medians.items() if not name.startswith(OURS)]
    ratios = " | ".join(f"{medians[OURS][what] / min(times[what] for times in peers):.2f}" for what in TIMED)
    return "\n".join([*lines, f"| {OURS} over the best of the others | {ratios} | |"])


def main() -> None:
    """
    Time everything and print it.
    """
    if len(sys.argv) != 2:
        print(__doc__)
        return
    with (
        tempfile.TemporaryDirectory() as logs,
        tools(Path(sys.argv[1]), Path(logs)) as all_tools,
        sync_playwright() as playwright,
        running_browser(playwright) as browser,
    ):
        load = os.getloadavg()[0]
        print(table(*time_all(all_tools, browser)))
        print(f"\n{ROUNDS} rounds, {os.cpu_count()} cores, load {load:.1f} before and {os.getloadavg()[0]:.1f} after")


if __name__ == "__main__":
    main()
