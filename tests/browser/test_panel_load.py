"""Long and hostile replies in a panel: the page does not hang, its memory grows with the text, and nothing runs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Dialog, Locator

from tests.display.hostile import HOSTILE
from tests.support.lab import Lab, Page
from tests.support.notebooks import build

pytestmark = pytest.mark.browser

LONGEST_TASK_MS = 200
"""A page that hangs longer is felt by whoever types in it."""

CHAT = """
from minimax_nb import Chat
from minimax_nb.panels import chat_panel
chat = Chat(provider="emulator")
panel = chat_panel(chat)
panel
"""

WATCH = """
() => {
    window.longest = 0;
    new PerformanceObserver((list) => {
        for (const task of list.getEntries()) window.longest = Math.max(window.longest, task.duration);
    }).observe({ entryTypes: ['longtask'] });
}
"""

FORBIDDEN = """
(element) => {
    const found = [...element.querySelectorAll(
        'script, iframe, object, embed, form, input, style, link, meta, base, img, video, audio, svg')];
    for (const one of element.querySelectorAll('*')) {
        if ([...one.attributes].some((each) => each.name.startsWith('on'))) found.push(one);
        if (/^\\s*(javascript|data|vbscript):/i.test(one.getAttribute('href') ?? '')) found.push(one);
    }
    return found.map((one) => one.outerHTML.slice(0, 200));
}
"""
"""What no model may bring into a page."""


@pytest.fixture
def open_page(lab: Callable[..., Lab]) -> Iterator[Callable[..., Page]]:
    """Open a notebook of these cells in JupyterLab."""
    opened: list[Page] = []

    def page(*cells: str) -> Page:
        made = lab("lab", "light").open(build(*cells), viewport={"width": 1200, "height": 1200})
        opened.append(made.__enter__())
        return made

    yield page
    for made in opened:
        made.__exit__()


def panel(page: Page, name: str, place: int = 0) -> Locator:
    return page.view.get_by_role("region", name=name, exact=True).nth(place)


def ask(page: Page, prompt: str) -> None:
    """Send a prompt to the chat panel, and wait for its receipt."""
    place = panel(page, "Chat")
    before = place.locator(".mnb-receipt").count()
    place.get_by_role("textbox", name="Message").fill(prompt)
    place.get_by_role("button", name="Send", exact=True).click()
    page.wait(lambda: place.locator(".mnb-receipt").count() > before, "the end of the reply", 120)


def heap_mb(page: Page) -> float:
    """Memory of the page's script after a thorough collection, in MB."""
    client = page.view.context.new_cdp_session(page.view)
    client.send("Performance.enable")
    for _ in range(3):
        client.send("HeapProfiler.collectGarbage")
    metrics = {one["name"]: one["value"] for one in client.send("Performance.getMetrics")["metrics"]}
    client.detach()
    return float(metrics["JSHeapUsedSize"]) / 1e6


def long_reply(deltas: int) -> str:
    return f"/emulate text-chars={8 * deltas},chunk-chars=8,delay-ms=0\nGo."


def test_ten_thousand_deltas_do_not_hang_the_page_and_its_memory_is_linear(open_page):
    page = open_page(CHAT)
    page.run_all()
    ask(page, "hello")  # what is loaded once is not the reply's
    before = heap_mb(page)
    ask(page, long_reply(2_000))
    short = heap_mb(page) - before
    page.view.evaluate(WATCH)
    hung = [longest_task(page, long_reply(10_000))]
    long = heap_mb(page) - before - short
    while hung[-1] >= LONGEST_TASK_MS and len(hung) < 3:  # other work on the machine makes every task longer
        hung.append(longest_task(page, long_reply(10_000)))
    assert min(hung) < LONGEST_TASK_MS, f"the page hung for {hung} ms"
    assert long <= 5.5 * max(short, 0.5) + 1, f"{long:.1f} MB for 10,000 deltas, {short:.1f} MB for 2,000"
    assert panel(page, "Chat").evaluate("(element) => element.textContent.length") > 90_000
    assert page.errors == []
    assert page.outside == []


def longest_task(page: Page, prompt: str) -> float:
    """The longest the page hung while this was answered, in ms."""
    page.view.evaluate("window.longest = 0")
    ask(page, prompt)
    page.view.wait_for_timeout(300)
    return float(page.view.evaluate("window.longest"))


ONE_LINE = """
from minimax_nb.panels import compare
prompt = "/emulate delay-ms=0,chunk-chars=500,text=" + "x" * 1_000_000 + "\\nGo."
board = compare(["MiniMax-M3", "MiniMax-M2.7"], prompt, provider="emulator")
board
"""


SHOWN = 200_000
"""Characters of one block that a page sets at least; the rest of a longer one is cut with a remark."""


def is_in_place(page: Page, place: Locator) -> None:
    """The panel is as wide as its cell, and nothing lies over the page's own menu."""
    assert place.evaluate("(element) => element.scrollWidth <= element.clientWidth + 1")
    is_within_its_cell(page, place)


def is_within_its_cell(page: Page, place: Locator) -> None:
    """It ends where its cell ends, and nothing lies over the page's own menu."""
    inside = place.evaluate(
        """(element) => {
            const right = (one) => one.getBoundingClientRect().right;
            return right(element) <= right(element.closest('.jp-Cell')) + 1;
        }"""
    )
    assert inside
    menu = page.view.get_by_role("menubar").first
    assert menu.evaluate(
        "(element) => { const { x, y, height } = element.getBoundingClientRect();"
        " return element.contains(document.elementFromPoint(x + 30, y + height / 2)); }"
    )


def test_a_megabyte_without_a_line_break_breaks_no_layout_streamed_and_reloaded(open_page):
    page = open_page(ONE_LINE)
    page.run_all(wait=False)
    place = panel(page, "Compare")
    place.wait_for(timeout=60_000)
    page.wait(lambda: place.get_by_text("All have ended.").count(), "the end of both replies", 180)
    is_in_place(page, place)
    reply = place.get_by_role("group", name="Reply of MiniMax-M3")
    assert reply.evaluate("(element) => element.textContent.length") > SHOWN
    assert reply.evaluate("(element) => element.scrollWidth <= element.clientWidth + 1")
    page.screenshot("panel-load-one-line", of=place)
    page.save()
    page.load()
    page.wait(lambda: place.count() and place.get_by_text("All have ended.").count(), "the panel after a reload", 120)
    is_in_place(page, place)
    assert reply.evaluate("(element) => element.textContent.length") > SHOWN


HOSTILE_SETUP = """
import json
from pathlib import Path
from minimax_nb import Chat
from minimax_nb.panels import compare

texts = json.loads(Path("hostile.json").read_text())
now = {"text": ""}

def look() -> str:
    "Look it up."
    return now["text"]

board = compare([Chat(provider="emulator"), Chat("MiniMax-M2.7", provider="emulator", tools=[look])])
board.widget  # without the copy that is saved: all of it would be sent again with each of the many rounds
"""
HOSTILE_ROUNDS = """
for text in texts:
    now["text"] = text
    thinking = "\\n".join("/emulate thinking=" + line for line in text.splitlines())
    board._ask((thinking + "\\n/emulate delay-ms=0,tool=look\\n/emulate text-json=" + json.dumps(text) + "\\n" + text,))
    assert board.wait(120)
print(len(texts), sum(chat is not None for chat in board.chats.values()))
"""


@pytest.mark.timeout(900)  # some two hundred rounds, on a machine that has more to do
def test_hostile_text_in_thinking_answers_and_tool_results_runs_nothing(open_page):
    page = open_page(HOSTILE_SETUP, HOSTILE_ROUNDS, "board")
    (page.lab.server.work / "hostile.json").write_text(json.dumps(list(HOSTILE.values())), encoding="utf-8")
    dialogs: list[str] = []
    asked: list[str] = []

    def on_dialog(dialog: Dialog) -> None:
        if dialog.type != "beforeunload":  # the front end's own question, if something is not saved yet
            dialogs.append(dialog.message)
        dialog.accept()

    page.view.on("dialog", on_dialog)
    page.view.on("request", lambda request: asked.append(request.url) if "127.0.0.1:9/" in request.url else None)
    for cell in (0, 1):
        page.run_cell(cell, timeout=700)
    assert page.text(1) == f"{len(HOSTILE)} 2"
    place = panel(page, "Compare")
    page.wait(lambda: place.locator(".mnb-round").count() == len(HOSTILE) - 1, "every round but the last, folded", 120)
    runs_nothing(page, place)
    is_in_place(page, place)
    page.save()
    page.load()
    page.wait(
        lambda: place.count() and place.locator(".mnb-round").count() == len(HOSTILE) - 1, "all after a reload", 90
    )
    runs_nothing(page, place)
    page.run_cell(2)  # on a page that is slow by now: its copy is drawn seconds after the panel, and is folded then
    page.cell(2).get_by_role("button", name="Show saved copy").click()
    copy = page.outputs(2).locator(".jp-RenderedMarkdown").last
    page.wait(lambda: copy.locator("details").count() >= len(HOSTILE), "the saved copy of it all", 120)
    runs_nothing(page, copy)
    assert dialogs == []
    assert asked == []
    assert page.outside == []


def runs_nothing(page: Page, place: Locator) -> None:
    place.evaluate("(element) => { for (const one of element.querySelectorAll('details')) one.open = true; }")
    page.view.wait_for_timeout(300)
    assert place.evaluate(FORBIDDEN) == []
    assert page.view.evaluate("window.__pwned") is None
    is_within_its_cell(page, place)
