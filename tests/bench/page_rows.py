"""Rows in a real page: how far JupyterLab in Chromium is behind the kernel when a rich reply ends."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from jupyter_client.blocking import BlockingKernelClient

from tests.bench import cells
from tests.bench.bodies import END, body
from tests.bench.load_server import LoadServer
from tests.bench.surroundings import Surroundings
from tests.bench.table import Row
from tests.support.browser import chromium, running_browser
from tests.support.iopub import IOPub
from tests.support.lab import Lab, Page
from tests.support.notebooks import build
from tests.support.server import Server

DELTAS, GAP_MS = 1_000, 4.5
SETTLED_S = 2.0
"""A page that has not changed for so long is done with a reply."""

WATCH = """
([cell, end]) => {
    const output = document.querySelectorAll('.jp-Notebook .jp-Cell')[cell].querySelector('.jp-Cell-outputWrapper');
    const now = () => performance.timeOrigin + performance.now();
    const seen = window.seen = {text: 0, last: 0, busy: 0, longest: 0};
    new MutationObserver(() => {
        seen.last = now();
        if (!seen.text && output.textContent.includes(end)) {
            seen.text = -1;
            requestAnimationFrame(() => setTimeout(() => { seen.text = now(); }));  // after the frame that shows it
        }
    }).observe(output, {subtree: true, childList: true, characterData: true});
    new PerformanceObserver((list) => {
        for (const task of list.getEntries()) {
            seen.busy += task.duration;
            seen.longest = Math.max(seen.longest, task.duration);
        }
    }).observe({entryTypes: ['longtask']});
}
"""
"""Notes when the last word of the reply is on the screen, when the output last changed, and how long the page hung."""


def rows(around: Surroundings, server: LoadServer, repeat: int, say: Callable[[str], None]) -> Iterator[Row]:
    """Every row of the page."""
    path = chromium()
    if path is None:
        raise SystemExit("the browser rows need a Chromium, Chrome or Edge")
    url = server.url("openai", deltas=DELTAS, gap=GAP_MS, text="rich")
    size = len(body("openai", "rich", DELTAS).text.encode())
    found: dict[str, list[dict[str, float]]] = {"kit": [], "floor": []}
    with Server("lab", env=around.env, closed=False) as jupyter, running_browser(path) as browser:
        lab = Lab(jupyter, browser)
        for number in range(repeat):
            for side, figures in found.items():
                prepare = [cells.LOAD] if side == "kit" else [cells.IMPORT_HTTPX + cells.FLOOR]
                reply = cells.kit(url) if side == "kit" else cells.floor(url)
                with lab.open(build(*prepare, reply), f"{side}-{number}.ipynb") as page:
                    figures.append(_behind(page))
            say(f"page, round {number + 1} of {repeat}")
    kit, floor = found["kit"], found["floor"]

    def both(name: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
        return tuple(one[name] for one in kit), tuple(one[name] for one in floor)

    what = f"{size / 1e3:.0f} kB with code, tables and maths"
    yield Row("browser", f"page behind the kernel, {what}", "s", *both("behind"), 1.0, by="median")
    yield Row("browser", "... until the output last changed (maths set)", "s", *both("settled"), by="median")
    yield Row("browser", "... page blocked by tasks over 50 ms, in all", "s", *both("busy"), by="median")
    yield Row("browser", "... the longest of them", "s", *both("longest"), by="median")


def _behind(page: Page) -> dict[str, float]:
    """Run the second cell and compare the kernel's end with the page's; seconds."""
    page.run_cell(0)
    session = page.lab.server.session(page.path)
    assert session is not None
    runtime = Path(page.lab.server.env["JUPYTER_RUNTIME_DIR"])
    client = BlockingKernelClient(connection_file=str(runtime / f"kernel-{session['kernel']['id']}.json"))
    client.load_connection_file()
    watch = IOPub(client)
    try:
        page.view.evaluate(WATCH, [1, END])
        page.run_cell(1, wait=False)
        if not watch.wait(lambda: _idle_after_output(watch), 90):
            raise TimeoutError("the kernel did not finish the reply")
        idle = _idle_after_output(watch) + time.time() - time.monotonic()  # the page's clock counts from the epoch
        page.wait(lambda: _is_settled(page), "the page to come to rest", 120)
        seen = json.loads(page.view.evaluate("JSON.stringify(window.seen)"))
    finally:
        watch.close()
    return {
        "behind": seen["text"] / 1e3 - idle,
        "settled": seen["last"] / 1e3 - idle,
        "busy": seen["busy"] / 1e3,
        "longest": seen["longest"] / 1e3,
    }


def _idle_after_output(watch: IOPub) -> float:
    """When the kernel was done with the cell that showed the whole reply; 0.0 before that."""
    shown = next((m.cell for m in reversed(list(watch.messages)) if END in str(m.content.get("data", ""))), "")
    return watch.idle.get(shown, 0.0)


def _is_settled(page: Page) -> bool:
    seen = page.view.evaluate("({...window.seen, now: performance.timeOrigin + performance.now()})")
    return bool(seen["text"] > 0 and seen["now"] - seen["last"] > SETTLED_S * 1e3)
