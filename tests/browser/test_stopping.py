"""Stop in real front ends: it is where the pointer is, and a press counts although what is around it moves."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Locator, expect

from tests.support.lab import Lab, Page
from tests.support.notebooks import build

pytestmark = pytest.mark.browser

FRONT_ENDS = [("lab", "light"), ("notebook", "dark")]
SETUP = "from minimax_nb import Chat\nfrom minimax_nb.panels import chat_panel, compare, playground"
LONG = "/emulate text-chars=40000,delay-ms=40,chunk-chars=20\nGo on"
OPENED = {
    "Chat": "chat_panel(Chat(provider='emulator'))",
    "Playground": "playground(provider='emulator')",
    "Compare": "compare(['MiniMax-M3', 'MiniMax-M2.7'], provider='emulator')",
}
STOPS = {"Chat": "Stop", "Playground": "Stop", "Compare": "Stop MiniMax-M3"}
LOGS = {"Chat": ".mnb-chat-log", "Playground": ".mnb-play-log"}

WATCH = """([stop, log]) => new Promise((done) => {
  const tops = new Set();
  const texts = new Set();
  const begun = performance.now();
  const panel = stop.closest("section.mnb-panel");
  const look = () => {
    tops.add(Math.round(stop.getBoundingClientRect().top - panel.getBoundingClientRect().top));
    texts.add(log.firstElementChild.offsetHeight);
    const passed = performance.now() - begun;
    if (passed < 4_000 || (texts.size <= 8 && passed < 40_000)) requestAnimationFrame(look);
    else done({ tops: tops.size, texts: texts.size });
  };
  look();
})"""


class Shown:
    """A panel on a page in which a long reply is under way."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.panel = page.view.get_by_role("region", name=name, exact=True)
        self.stop = self.panel.get_by_role("button", name=STOPS[name], exact=True)
        self.panel.get_by_role("textbox", name="Message", exact=True).fill(LONG)
        self.panel.get_by_role("button", name="Send", exact=True).click()
        expect(self.panel.locator(".mnb-tail").first).to_contain_text(re.compile(r"\w"), timeout=30_000)

    def log(self, name: str) -> Locator:
        return self.panel.locator(LOGS[name])

    def press_when_still(self, name: str) -> None:
        """Put the pointer on Stop once its place is settled, and press without letting go."""
        if name in LOGS:
            full = "(log) => log.scrollHeight > log.clientHeight + 40"
            self.page.wait(lambda: self.log(name).evaluate(full), "a box that grows no more", 60)
        self.stop.hover()
        self.page.view.mouse.down()


@pytest.fixture(params=FRONT_ENDS, ids=["-".join(pair) for pair in FRONT_ENDS])
def show(request: pytest.FixtureRequest, lab: Callable[..., Lab]) -> Iterator[Callable[[str], Shown]]:
    """Open a panel and send what is answered at length."""
    app, theme = request.param
    opened: list[Page] = []

    def make(name: str) -> Shown:
        size = {"width": 1280, "height": 1500}
        opened.append(lab(app, theme).open(build(SETUP, OPENED[name]), viewport=size).__enter__())
        opened[0].run_all()
        return Shown(opened[0], name)

    yield make
    for page in opened:
        assert page.errors == []
        page.__exit__()


@pytest.mark.parametrize("name", list(OPENED))
def test_a_press_on_stop_counts_wherever_it_is_let_go(show: Callable[[str], Shown], name: str) -> None:
    """The reply above the button pushes it away between the two."""
    shown = show(name)
    mouse = shown.page.view.mouse
    shown.press_when_still(name)
    mouse.move(5, 5)
    mouse.up()
    expect(shown.panel.get_by_text("stopped by you").first).to_be_visible()


@pytest.mark.parametrize("name", list(OPENED))
def test_the_keyboard_stops_as_well(show: Callable[[str], Shown], name: str) -> None:
    shown = show(name)
    shown.stop.press("Enter")
    expect(shown.panel.get_by_text("stopped by you").first).to_be_visible()


@pytest.mark.parametrize("name", list(LOGS))
def test_stop_stays_in_its_place_while_the_reply_above_it_grows(show: Callable[[str], Shown], name: str) -> None:
    shown = show(name)
    pair = [shown.stop.element_handle(), shown.log(name).element_handle()]
    seen = shown.page.view.evaluate(WATCH, pair)
    assert seen["texts"] > 8
    assert seen["tops"] <= 5
