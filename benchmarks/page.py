"""
Times the pages in Chromium: from the address to the drawn charts, and from a key on a slider to the changed ones.

Prints a table and asserts nothing. Figures are medians; each opening starts with an empty browser cache, a new kernel
and a window in which all charts are in view.
"""

import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.browser.servers import running_browser, running_dashboard

PAGES = ("executive", "explorer", "uncertainty")
# Some charts of the uncertainty page are drawn when somebody asks for them.
STEPPED = ("executive", "explorer")
WINDOW = {"width": 1280, "height": 2400}
OPENINGS = 7
STEPS = 20
ALL_DRAWN = "() => [...document.querySelectorAll('.tco-figure')].every(({ dataset }) => dataset.state === 'drawn')"
# Milliseconds from the key to the sentence, to the first changed chart and to the last one.
WATCH = """() => {
    const charts = [...document.querySelectorAll(".tco-figure")];
    const shown = charts.map(({ dataset }) => dataset.revision);
    const sentence = document.querySelector(".tco-verdict");
    const taken = {};
    window.taken = new Promise(resolve => {
        addEventListener("keydown", () => {
            const start = performance.now();
            const watch = new MutationObserver(() => {
                const now = performance.now() - start;
                const changed = charts.filter(({ dataset }, i) => dataset.revision !== shown[i]).length;
                if (changed) taken.first ??= now;
                if (changed < charts.length) return;
                watch.disconnect();
                resolve({ ...taken, last: now });
            });
            charts.forEach(chart => watch.observe(chart, { attributes: true }));
            new MutationObserver(() => taken.sentence ??= performance.now() - start)
                .observe(sentence, { childList: true, subtree: true, characterData: true });
        }, { once: true, capture: true });
    });
}"""


def seconds_to_open(browser: Browser, address: str) -> tuple[float, float]:
    """
    Time to the sentence, and to all charts.
    """
    page = browser.new_context(viewport=WINDOW).new_page()
    start = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.locator(".tco-sentence").wait_for()
    sentence_s = time.perf_counter() - start
    page.locator(".tco-figure").last.wait_for()
    page.wait_for_function(ALL_DRAWN)
    charts_s = time.perf_counter() - start
    page.goto("about:blank")  # ends the page's kernel
    page.context.close()
    return sentence_s, charts_s


def milliseconds_of_steps(page: Page) -> dict[str, float]:
    """
    Median times from a key on the slider of the traffic to what changes.
    """
    page.wait_for_function(ALL_DRAWN)
    taken = []
    for i in range(STEPS):
        page.evaluate(WATCH)
        page.locator(".tco-input-peak_users").get_by_role("slider").press("ArrowLeft" if i % 2 else "ArrowRight")
        taken.append(page.evaluate("window.taken"))
    return {name: median(step[name] for step in taken) for name in ("sentence", "first", "last")}


def main() -> None:
    """
    Time everything and print it.
    """
    with (
        tempfile.TemporaryDirectory() as logs,
        running_dashboard(Path(logs) / "log", "--heated-kernels", "0") as server,
        sync_playwright() as playwright,
        running_browser(playwright) as browser,
    ):
        addresses = {name: f"{server}voila/render/{name}.ipynb" for name in PAGES}
        openings = [[seconds_to_open(browser, addresses[name]) for name in PAGES] for _ in range(OPENINGS)]
        for name, times in zip(PAGES, zip(*openings, strict=True), strict=True):
            sentence_s, charts_s = (median(column) for column in zip(*times, strict=True))
            print(f"{name}: open to the sentence {sentence_s:.2f} s, to all charts {charts_s:.2f} s")
            if name not in STEPPED:
                continue
            page = browser.new_page(viewport=WINDOW)
            page.goto(addresses[name])
            page.locator(".tco-figure").last.wait_for()
            steps = milliseconds_of_steps(page)
            sentence_ms, first_ms, all_ms = (steps[what] for what in ("sentence", "first", "last"))
            print(
                f"{name}: slider step to the sentence {sentence_ms:.0f} ms, "
                f"to the first chart {first_ms:.0f} ms, to all charts {all_ms:.0f} ms"
            )
            page.goto("about:blank")
            page.close()


if __name__ == "__main__":
    main()
