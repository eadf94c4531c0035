"""Rows of a page with a panel: how long it hangs while a long reply comes, against one Markdown output of that text."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tests.bench.load_server import LoadServer
from tests.bench.surroundings import Surroundings
from tests.bench.table import Row
from tests.support.browser import chromium, running_browser
from tests.support.lab import Lab, Page
from tests.support.notebooks import build
from tests.support.server import Server

DELTAS = 10_000
SETTLED_MS = 1_500
"""What is drawn after a reply is drawn in this time."""

PANEL = """
from minimax_nb import Chat
from minimax_nb.panels import chat_panel
chat = Chat(provider="emulator")
chat_panel(chat)
"""
MARKDOWN = "from IPython.display import Markdown\nMarkdown(chat.turns[-1].reply.text)"

WATCH = """
() => {
    window.longest = 0;
    new PerformanceObserver((list) => {
        for (const task of list.getEntries()) window.longest = Math.max(window.longest, task.duration);
    }).observe({ entryTypes: ['longtask'] });
}
"""


def rows(around: Surroundings, _server: LoadServer, repeat: int, say: Callable[[str], None]) -> Iterator[Row]:
    """One row for JupyterLab, one for Notebook 7."""
    path = chromium()
    if path is None:
        raise SystemExit("the rows of a page need a Chromium, Chrome or Edge")
    with running_browser(path) as browser:
        for app in ("lab", "notebook"):
            kit, floor = [], []
            with Server(app, env=around.env, closed=False) as jupyter:
                for number in range(repeat):
                    with Lab(jupyter, browser).open(build(PANEL, MARKDOWN), f"hang-{number}.ipynb") as page:
                        page.run_cell(0)
                        page.view.evaluate(WATCH)
                        kit.append(_longest(page, lambda page=page: _reply(page)))
                        floor.append(_longest(page, lambda page=page: page.run_cell(1)))
                    say(f"page with a panel, {app}, round {number + 1} of {repeat}")
            name = f"panel: longest task of the page ({app}), {DELTAS:,} deltas / the same as one Markdown output"
            yield Row("hang", name, "ms", tuple(kit), tuple(floor), 1.0, times_floor=True, by="median")


def _reply(page: Page) -> None:
    """Send a prompt, and wait for the receipt of its reply."""
    panel = page.view.get_by_role("region", name="Chat", exact=True)
    message = panel.get_by_role("textbox", name="Message")
    message.fill(f"/emulate text-chars={8 * DELTAS},chunk-chars=8,delay-ms=0\nGo.")
    panel.get_by_role("button", name="Send", exact=True).click()
    page.wait(lambda: panel.locator(".mnb-receipt").count(), "the end of the reply", 120)


def _longest(page: Page, do: Callable[[], None]) -> float:
    """The longest task while this is done, in ms; a task is long from 50 ms on."""
    page.view.evaluate("window.longest = 0")
    do()
    page.view.wait_for_timeout(SETTLED_MS)
    return float(page.view.evaluate("window.longest"))
