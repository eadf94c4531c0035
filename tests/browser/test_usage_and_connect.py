"""The usage panel and the connect panel in real front ends: what is pressed, typed, shown, and where a key is not."""

from __future__ import annotations

import csv
import io
import json
import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.support.lab import Lab, Page
from tests.support.notebooks import build

pytestmark = pytest.mark.browser

FRONT_ENDS = [("lab", "dark"), ("notebook", "light")]
NARROW = {"lab": 792, "notebook": 500}
"""Widths of the window with which a panel is some 360 pixels wide."""

USED = """
from decimal import Decimal
from minimax_nb import Chat
from minimax_nb.chat.account import SESSION, Account
from minimax_nb.panels import usage_panel

chats = {}
for name in ("main", "draft <img src=x onerror=alert(1)>"):
    chats[name] = Chat(provider="emulator")
    chats[name].charge_to(Account(parent=SESSION, name=name))
    chats[name].ask("/emulate delay-ms=0\\nHow are you?")
"""
SHOW_USAGE = "panel = usage_panel()\npanel"
ASK = 'chats["main"].ask("/emulate delay-ms=0\\nAnd now?").text[:3]'
MANY = """
from minimax_nb.chat.ledger import Entry
from minimax_nb.messages.usage import Usage
flags = dict.fromkeys(("at_most", "free", "replayed", "partial"), False)
unknown = dict.fromkeys(("at", "first_token_s", "total_s", "request_id"))
SESSION.usage._entries += [
    Entry(chat="loop", provider="minimax", model=f"MiniMax-M{2 + n % 2}", face="anthropic", stop_reason="end_turn",
          usage=Usage(input_tokens=900 + n % 50, output_tokens=n % 400),
          cost=None if n % 1500 == 700 else Decimal(n % 7 + 1) / 10000, **flags, **unknown)
    for n in range(5000)
]
"""

KEYRING = """
import keyring
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError

class Drawer(KeyringBackend):
    priority = 1
    kept, locked = {}, False
    def get_password(self, service, username):
        return self.kept.get((service, username))
    def set_password(self, service, username, password):
        if self.locked:
            raise KeyringError(f"cannot keep {password}")
        self.kept[service, username] = password
    def delete_password(self, service, username):
        del self.kept[service, username]

drawer = Drawer()
keyring.set_keyring(drawer)

import logging
log = get_ipython().kernel.log
log.setLevel(logging.DEBUG)
log.handlers[:] = [logging.FileHandler("kernel.log", "w")]
log.propagate = False
"""
SHOW_CONNECT = "from minimax_nb.panels import connect\npanel = connect()\npanel"
WHO = "from minimax_nb import Chat\nprint(Chat().provider, len(drawer.kept))"


@pytest.fixture(params=FRONT_ENDS, ids=["-".join(pair) for pair in FRONT_ENDS])
def open_page(request: pytest.FixtureRequest, lab: Callable[..., Lab]) -> Iterator[Callable[..., Page]]:
    """Open a notebook of these cells."""
    app, theme = request.param
    opened: list[Page] = []

    def page(*cells: str, width: int = 1100) -> Page:
        made = lab(app, theme).open(build(*cells), viewport={"width": width, "height": 1400})
        opened.append(made.__enter__())
        return made

    yield page
    for made in opened:
        made.__exit__()


def panel(page: Page, name: str) -> Locator:
    return page.view.get_by_role("region", name=name, exact=True)


def shot(page: Page, name: str, of: Locator) -> None:
    page.screenshot(f"{name}-{page.lab.app}-{page.lab.theme}", of=of)


# -- usage -------------------------------------------------------------------------------------------------------------


def test_usage_grows_is_grouped_limited_drawn_and_saved(open_page: Callable[..., Page]) -> None:
    page = open_page(USED, SHOW_USAGE, ASK, MANY)
    for cell in (0, 1):
        page.run_cell(cell)
    shown = panel(page, "Usage")
    table = shown.get_by_role("table", name="Usage")
    expect(table.get_by_role("row")).to_have_count(4)
    expect(shown.get_by_text("2 replies · free")).to_be_visible()
    expect(table.get_by_role("rowheader", name="draft <img src=x onerror=alert(1)>")).to_be_visible()

    page.run_cell(2)
    expect(shown.get_by_text("3 replies · free")).to_be_visible()

    shown.get_by_role("checkbox", name="chat").uncheck()
    expect(table.get_by_role("row")).to_have_count(2)
    shown.get_by_role("checkbox", name="ended").check()
    expect(table.get_by_role("columnheader", name="ended")).to_be_visible()

    session = shown.get_by_role("group", name="Session")
    field = session.get_by_role("textbox", name="Budget")
    field.fill("a lot")
    field.press("Enter")
    expect(session.get_by_role("alert")).to_contain_text("20000 tokens")
    expect(field).to_be_focused()
    field.fill("5000 tokens")
    session.get_by_role("button", name="Set").click()
    expect(session.get_by_role("alert")).to_be_hidden()
    meter = session.get_by_role("meter")
    expect(meter).to_have_attribute("aria-valuetext", re.compile("of 5,000 tokens spent"))
    expect(field).to_have_value("5,000 tokens")

    shown.get_by_role("combobox", name="Plot").select_option("tokens")
    drawing = shown.get_by_role("img", name=re.compile("tokens so far, over 3 replies"))
    expect(drawing).to_be_visible()
    shown.locator("summary", has_text="The plot as a table").click()
    expect(shown.get_by_role("table", name="The plot as a table").get_by_role("row")).to_have_count(4)
    shown.locator("summary", has_text="The plot as a table").click()
    shot(page, "usage-few", shown)

    page.run_cell(3)
    session.get_by_role("button", name="Off").click()
    expect(shown.get_by_text("5,003 replies")).to_be_visible()
    shown.get_by_role("combobox", name="Plot").select_option("cost")
    expect(shown.get_by_role("img", name=re.compile("USD so far, over 5,003 replies"))).to_be_visible()
    shot(page, "usage-many", shown)
    page.view.set_viewport_size({"width": NARROW[page.lab.app], "height": 2600})
    page.view.wait_for_timeout(500)
    shot(page, "usage-narrow", shown)

    with page.view.expect_download() as download:
        shown.get_by_role("button", name="Export CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text(), newline="")))
    assert len(rows) == 5003
    assert rows[0]["chat"] == "main"
    assert sum(row["cost_usd"] == "" for row in rows) == 3

    page.cell(0).locator(".cm-content").click()
    outputs = page.save()["cells"][1]["outputs"]
    saved = "".join("".join(output["data"].get("text/markdown", "")) for output in outputs)
    assert "**Usage of this session**" in saved
    assert "5,003" in saved
    assert page.errors == []
    assert page.outside == []


def test_a_usage_panel_opened_again_after_a_reload_shows_it_all(open_page: Callable[..., Page]) -> None:
    page = open_page(USED, SHOW_USAGE)
    for cell in (0, 1):
        page.run_cell(cell)
    page.save()
    page.load()
    expect(panel(page, "Usage").get_by_text("2 replies · free")).to_be_visible(timeout=30_000)


# -- keys --------------------------------------------------------------------------------------------------------------


def test_a_key_goes_to_the_keyring_once_and_nowhere_else(open_page: Callable[..., Page]) -> None:
    key = f"sk-{secrets.token_hex(20)}"
    page = open_page(KEYRING, SHOW_CONNECT, WHO)
    said: list[str] = []
    sent: list[bytes] = []
    received: list[bytes] = []

    def heard(socket: Any) -> None:
        socket.on("framesent", lambda data: sent.append(data if isinstance(data, bytes) else data.encode()))
        socket.on("framereceived", lambda data: received.append(data if isinstance(data, bytes) else data.encode()))

    page.view.on("console", lambda message: said.append(message.text))
    page.view.on("websocket", heard)
    page.load()
    for cell in (0, 1):
        page.run_cell(cell)
    shown = panel(page, "Providers and keys")
    minimax = shown.get_by_role("group", name="MiniMax", exact=True)
    expect(shown.get_by_text("emulator answers").first).to_be_visible()
    expect(minimax.get_by_text("no key", exact=True)).to_be_visible()
    shot(page, "connect-none", shown)

    field = minimax.get_by_label("Key for MiniMax")
    expect(field).to_have_attribute("type", "password")
    field.fill(key)
    minimax.get_by_role("button", name="Store key").click()
    expect(minimax.get_by_text("The key is in the system keyring")).to_be_visible()
    expect(field).to_have_value("")
    expect(minimax.get_by_text("key set", exact=True)).to_be_visible()
    expect(shown.get_by_text("MiniMax answers: MiniMax-M3")).to_be_visible()
    page.run_cell(2)
    assert page.text(2) == "minimax 1"
    shot(page, "connect-stored", shown)

    page.view.wait_for_timeout(500)
    saved = page.save()
    assert sum(key.encode() in frame for frame in sent) == 1
    places = {
        "the saved notebook": json.dumps(saved),
        "the page": page.view.content(),
        "the console": "\n".join(said),
        "what the kernel sent": "".join(frame.decode("utf-8", "replace") for frame in received),
        "the kernel's log": (page.lab.server.work / "kernel.log").read_text(),
        "the server's log": Path(page.lab.server._log.name).read_text(),
    }
    assert "comm_msg" in places["the kernel's log"]
    assert [place for place, text in places.items() if key in text or key[:12] in text or key[-12:] in text] == []
    copy = "".join("".join(output["data"].get("text/markdown", "")) for output in saved["cells"][1]["outputs"])
    assert re.search(r"\| minimax \| MiniMax \| set \|", copy)

    minimax.get_by_role("button", name="Forget key").click()
    minimax.get_by_role("button", name="Forget it").click()
    expect(minimax.get_by_text("The key is forgotten.")).to_be_visible()
    assert page.errors == []
    assert page.outside == []


def test_without_a_keyring_the_key_is_used_in_this_session_only(open_page: Callable[..., Page]) -> None:
    page = open_page(KEYRING, f"drawer.locked = True\n{SHOW_CONNECT}", WHO)
    for cell in (0, 1):
        page.run_cell(cell)
    minimax = panel(page, "Providers and keys").get_by_role("group", name="MiniMax", exact=True)
    minimax.get_by_label("Key for MiniMax").fill("test-key-for-nobody")
    minimax.get_by_label("Key for MiniMax").press("Enter")
    expect(minimax.get_by_text("this session only", exact=False).first).to_be_visible()
    expect(minimax.get_by_text("refused (KeyringError)")).to_be_visible()
    minimax.get_by_role("button", name="Use in this session only").click()
    expect(minimax.get_by_text("ends with it")).to_be_visible()
    page.run_cell(2)
    assert page.text(2) == "minimax 0"
    assert page.errors == []


def test_a_test_call_a_region_and_the_code_to_use_it(open_page: Callable[..., Page]) -> None:
    page = open_page(KEYRING, SHOW_CONNECT, "import os\nprint(os.environ['MINIMAX_NB_REGION'])")
    for cell in (0, 1):
        page.run_cell(cell)
    shown = panel(page, "Providers and keys")
    minimax = shown.get_by_role("group", name="MiniMax", exact=True)
    minimax.get_by_role("button", name="Test").click()
    expect(minimax.get_by_text("MINIMAX_API_KEY in the environment")).to_be_visible()
    minimax.get_by_role("combobox", name="Region").select_option("cn")
    expect(minimax.get_by_text("%env MINIMAX_NB_REGION=cn")).to_be_visible()
    page.run_cell(2)
    assert page.text(2) == "cn"

    shown.get_by_text("Servers on this computer, and the emulator").click()
    emulator = shown.get_by_role("group", name=re.compile("emulator", re.IGNORECASE))
    emulator.get_by_role("button", name="Test").click()
    expect(emulator.get_by_text(re.compile(r"answered without a key of yours .* models are listed"))).to_be_visible()
    emulator.get_by_role("button", name="Into a new cell").click()
    expect(page.cell(2).locator(".cm-content")).to_contain_text('Chat(provider="emulator")')
    shot(page, "connect-tested", shown)
    page.view.set_viewport_size({"width": NARROW[page.lab.app], "height": 2600})
    page.view.wait_for_timeout(500)
    shot(page, "connect-narrow", shown)
    assert page.errors == []
    assert page.outside == []
