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

CHAT = """
from minimax_nb import Chat
from minimax_nb.panels import chat_panel
chat = Chat(provider="emulator")
panel = chat_panel(chat)
panel
"""

COUNT = """
() => {
    const panel = document.querySelector('.mnb-panel');
    const own = panel.closest('.jp-OutputArea-child');
    const set = window.set = { panel: 0, copy: 0 };
    const characters = (records) => {
        let sum = 0;
        for (const one of records) {
            if (one.type === 'characterData') sum += one.target.length;
            for (const node of one.addedNodes) sum += node.textContent.length;
        }
        return sum;
    };
    const watch = (place, name) => new MutationObserver((records) => {
        set[name] += characters(records.filter((one) => name === 'panel' || !own.contains(one.target)));
    }).observe(place, { childList: true, characterData: true, subtree: true });
    watch(panel, 'panel');
    watch(own.parentElement, 'copy');
}
"""
"""Counts the characters that are set in the panel, and in the saved copy beside it."""

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


def heap_mb_with_copy(page: Page, characters: int) -> float:
    """The same once the notebook has a copy as long as this; a save puts it there, or else a few quiet seconds."""
    page.save()
    copy = page.outputs(0).locator(".jp-RenderedMarkdown")
    page.wait(lambda: copy.count() and len(copy.last.text_content() or "") > characters, "the saved copy")
    return heap_mb(page)


def long_reply(deltas: int) -> str:
    return f"/emulate text-chars={8 * deltas},chunk-chars=8,delay-ms=0\nGo."


def test_ten_thousand_deltas_are_set_once_without_the_copy_and_memory_is_linear(open_page):
    """What a page sets makes it hang; ``python -m tests.bench --rows hang`` measures for how long."""
    page = open_page(CHAT)
    page.run_all()
    ask(page, "hello")  # what is loaded once is not the reply's
    before = heap_mb_with_copy(page, 100)
    ask(page, long_reply(2_000))
    short = heap_mb_with_copy(page, 14_000) - before
    page.view.evaluate(COUNT)
    ask(page, long_reply(10_000))
    count = page.view.evaluate("({...window.set})")
    text = len(panel(page, "Chat").get_by_role("article").last.text_content() or "")
    assert text > 70_000
    assert count["panel"] <= 1.5 * text, f"{count['panel']:,} characters were set for {text:,}"
    assert count["copy"] == 0, "the copy waits until the page is still"
    long = heap_mb_with_copy(page, 84_000) - before - short
    assert long <= 5.5 * short + 1, f"{long:.1f} MB for 10,000 deltas, {short:.1f} MB for 2,000"
    assert page.errors == []
    assert page.outside == []


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
