"""What every panel leaves in the notebook: it says what it is, is told from an older one, and is given to pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from minimax_nb import Chat
from minimax_nb.chat.notebook_usage import notebook_usage
from minimax_nb.panels import chat_panel, compare, connect, playground, usage_panel
from minimax_nb.panels.panel import Panel
from tests.panels.playing import played
from tests.support.notebooks import build


def spoken() -> Chat:
    chat = Chat(provider="emulator")
    chat.ask("/emulate delay-ms=0\nHello")
    return chat


def board() -> Panel:
    made = compare(["MiniMax-M3", "MiniMax-M2.7"], provider="emulator", prompt="/emulate delay-ms=0\nHello")
    made.wait()
    return made


PANELS: dict[str, Callable[[], Panel]] = {
    "chat_panel": lambda: chat_panel(spoken()),
    "playground": lambda: playground(provider="emulator"),
    "compare": board,
    "usage_panel": lambda: usage_panel(spoken()),
    "connect": connect,
}
every = pytest.mark.parametrize("kind", PANELS)


@every
def test_its_last_line_says_what_it_is_in_both_forms(kind: str) -> None:
    panel = PANELS[kind]()
    data, metadata = panel.kept()
    assert panel.kept_as.startswith("Saved copy of the ")
    assert data["text/markdown"].endswith(f"<sub>{panel.kept_as}</sub>")
    assert data["text/plain"].endswith(f"[{panel.kept_as}]")
    assert data["text/markdown"].count(panel.kept_as) == data["text/plain"].count(panel.kept_as) == 1
    assert metadata["minimax_nb"]["panel"]


@every
def test_its_digest_tells_equal_copies_and_a_page_is_given_the_one_it_lacks(kind: str) -> None:
    with played() as front:
        panel = PANELS[kind]()
        panel.widget  # noqa: B018 - makes the page
        digest = panel.kept()[1]["minimax_nb"]["digest"]
        first = front.hello("one")["copy"]
        assert first == {"digest": digest, "again": False, "widget": panel.widget.model_id}
        assert front.hello("two")["copy"]["again"] is True, "what is sent to the output may not reach the second page"
        front.send({"op": "copy", "from": "two"})
        given = front.named("copy")[-1]
        assert given["to"] == "two"
        assert given["metadata"]["minimax_nb"]["digest"] == digest
        assert given["data"] == panel.kept()[0]
        panel.close()


def test_a_copy_that_has_changed_has_another_digest_and_pages_are_told_once() -> None:
    with played() as front:
        chat = spoken()
        panel = chat_panel(chat)
        before = front.page(panel).hello()["copy"]["digest"]
        chat.ask("/emulate delay-ms=0\nAnd now?")
        front.wait(lambda: front.named("kept"), "the news of another copy")
        told = [op["digest"] for op in front.named("kept")]
        assert told == [panel.kept()[1]["minimax_nb"]["digest"]] != [before]


def test_replies_in_copies_are_found_in_a_notebook_file(tmp_path: Any) -> None:
    notebook = build("panel")
    for make in (PANELS["chat_panel"], PANELS["compare"]):
        data, metadata = make().kept()
        notebook["cells"][0]["outputs"].append({"output_type": "display_data", "data": data, "metadata": metadata})
    path = tmp_path / "panels.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    models = sorted(entry.model for entry in notebook_usage(path).entries)
    assert models[-1] == "MiniMax-M3"
    assert "MiniMax-M2.7" in models
