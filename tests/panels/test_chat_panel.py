"""The chat panel, its front end played: what a page can ask for, what it is told, and how much that is."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from minimax_nb import Chat, ConfigError, Image, tool
from minimax_nb.panels.chat.panel import ChatPanel, chat_panel
from tests.display.hostile import HOSTILE
from tests.panels.playing import Front, played

FAST = "/emulate delay-ms=0\n"
SLOW = "/emulate delay-ms=30,chunk-chars=20,text-chars=200000\ngo on"


@pytest.fixture
def front() -> Iterator[Front]:
    with played() as front:
        yield front


def opened(chat: Chat | None = None, **options: Any) -> ChatPanel:
    """A panel on a page."""
    panel = chat_panel(chat) if chat is not None else chat_panel(**(options or {"provider": "emulator"}))
    assert panel.widget.model_id
    return panel


def done(front: Front, panel: ChatPanel, times: int) -> None:
    """Wait until so many prompts have ended."""
    front.page(panel).wait(lambda: len(front.page(panel).named("idle")) >= times, "the end of a reply")


def say(front: Front, panel: ChatPanel, text: str) -> dict[str, Any]:
    """Send a message and wait for the end; what the page shows then."""
    page = front.page(panel)
    before = len(page.named("idle"))
    page.send({"op": "send", "text": text})
    page.wait(lambda: len(page.named("idle")) > before or len(page.errors) > 0, "the end of a reply")
    return dict(page.state)


def answer(text: str) -> str:
    return f"/emulate delay-ms=0,text={text}"


def shown(turn: dict[str, Any]) -> str:
    """What a page shows of a turn's reply, as HTML."""
    return "".join("".join(section["blocks"]) + section["tail"] for section in turn["reply"]["sections"])


# -- making one --------------------------------------------------------------------------------------------------------


def test_without_a_chat_the_panel_makes_one_of_its_own(front: Front) -> None:
    panel = chat_panel(provider="emulator", system="Be brief.")
    assert panel.chat.system == "Be brief."
    assert panel.chats == [panel.chat]


def test_a_chat_and_options_together_are_refused() -> None:
    with pytest.raises(ConfigError, match="no options"):
        chat_panel(Chat(provider="emulator"), system="x")


def test_a_chat_that_has_a_name_is_shown_by_it(front: Front) -> None:
    opened(provider="emulator", name="lesson")
    assert front.state["who"] == "lesson · emulator · MiniMax-M3 · anthropic"


def test_a_model_in_place_of_a_chat_is_told_where_it_belongs() -> None:
    with pytest.raises(ConfigError, match="of a Chat"):
        chat_panel("MiniMax-M3")  # type: ignore[arg-type]


def test_only_a_page_after_the_first_is_told_that_the_copy_may_be_out_of_reach(front: Front) -> None:
    opened()
    assert [front.hello("one")["copy"]["again"], front.hello("two")["copy"]["again"]] == [False, True]


def test_a_page_gets_everything_in_one_state(front: Front) -> None:
    panel = opened()
    state = front.state
    assert state["who"] == "emulator · MiniMax-M3 · anthropic"
    assert (state["turns"], state["running"], state["failure"], state["questions"]) == ([], None, None, [])
    assert state["takes"]["kinds"] == ["image", "video"]
    assert state["spent"] == "free"
    front.wait(lambda: front.named("gauge"))
    assert front.named("gauge")[-1]["text"] == "0 % of 1,000,000 tokens"
    panel.close()


# -- sending -----------------------------------------------------------------------------------------------------------


def test_what_is_said_in_the_panel_is_in_the_chat(front: Front) -> None:
    panel = opened()
    state = say(front, panel, answer("Hi *you*"))
    assert [message.text for message in panel.chat.history][1] == "Hi *you*"
    [turn] = state["turns"]
    assert shown(turn) == '<p dir="auto">Hi <em>you</em></p>\n' or "<em>you</em>" in shown(turn)
    assert "emulator · MiniMax-M3" in turn["reply"]["end"]["receipt"]
    assert state["running"] is None
    assert front.named("idle")[-1] | {"id": ""} == {"op": "idle", "id": "", "how": "finished", "length": 8}


def test_what_is_said_in_a_cell_appears_in_the_panel(front: Front) -> None:
    chat = Chat(provider="emulator")
    chat.ask(answer("before"))
    opened(chat)
    assert "before" in shown(front.state["turns"][0])
    chat.ask(answer("after"))
    assert "after" in shown(front.named("put")[-1]["turn"])
    assert len(front.named("order")[-1]["ids"]) == 2


def test_the_page_shows_what_a_page_that_begins_anew_would_be_told(front: Front) -> None:
    """The operations, one after the other, come to the same as the state."""
    panel = opened()
    front.hello()
    say(front, panel, "Show me a table, some code and a formula")
    ops = [op for op in front.ops if op.get("r") == front.state["turns"][0]["id"]]
    section = front.state["turns"][0]["reply"]["sections"][0]
    assert "".join(op["add"] for op in ops if op["op"] == "think") == section["thinking"]
    assert [op["html"] for op in ops if op["op"] == "block"] == section["blocks"]


def test_messages_are_numbered_without_a_gap(front: Front) -> None:
    panel = opened()
    say(front, panel, "Hello")
    assert [message["seq"] for message in front.messages] == list(range(1, len(front.messages) + 1))


@pytest.mark.parametrize("text", ["", "  \n ", None, 7, ["x"]])
def test_an_empty_message_is_not_sent(front: Front, text: Any) -> None:
    panel = opened()
    front.send({"op": "send", "text": text})
    assert front.errors == ["The message is empty, so nothing was sent."]
    assert panel.chat.turns == ()


def test_one_reply_at_a_time(front: Front) -> None:
    panel = opened()
    front.send({"op": "send", "text": SLOW})
    front.wait(lambda: front.named("think", "text"))
    mark = front.state["turns"][0]["id"]
    for op in ("send", "regenerate", "resend", "delete", "branch", "new", "choose", "undo", "again"):
        front.send({"op": op, "text": "x", "id": mark, "chat": 0})
    assert [error.startswith("A reply is under way.") for error in front.errors] == [True] * 9
    front.send({"op": "stop"})
    done(front, panel, 1)


def test_an_operation_of_a_stranger_is_passed_over(front: Front) -> None:
    opened()
    for content in ({"op": "eval", "text": "1"}, {"op": 3}, "send", None, []):
        front.send(content)
    assert front.ops == []


@pytest.mark.parametrize("op", ["regenerate", "resend", "delete", "branch", "text"])
def test_a_turn_that_is_gone_is_said_to_be(front: Front, op: str) -> None:
    opened()
    front.send({"op": op, "id": "t0", "text": "x"})
    assert front.errors == ["That turn is not in the conversation any more."]


# -- stopping ----------------------------------------------------------------------------------------------------------


def test_stop_keeps_what_came_and_the_next_message_works(front: Front) -> None:
    panel = opened()
    front.send({"op": "send", "text": SLOW})
    front.wait(lambda: front.named("text", "block"))
    front.send({"op": "stop"})
    done(front, panel, 1)
    turn = front.state["turns"][0]
    assert front.named("idle")[-1]["how"] == "stopped"
    assert turn["reply"]["end"]["partial"] is True
    assert "stopped by you" in turn["reply"]["end"]["receipt"]
    assert panel.chat.turns[0].reply is not None
    assert panel.chat.turns[0].reply.stop_reason == "interrupted"
    say(front, panel, answer("next"))
    assert panel.chat.history[-1].text == "next"


def test_stop_before_anything_came_gives_the_prompt_back(front: Front) -> None:
    panel = opened()
    front.send({"op": "send", "text": "/emulate delay-ms=4000\nprecious"})
    front.send({"op": "stop"})
    done(front, panel, 1)
    assert front.state["failure"]["text"] == "Stopped before anything had arrived."
    assert front.state["failure"]["prompt"].endswith("precious")
    assert panel.chat.turns == ()


def test_a_stop_with_nothing_to_stop_does_nothing(front: Front) -> None:
    opened()
    front.send({"op": "stop"})
    assert front.ops == []


# -- failing -----------------------------------------------------------------------------------------------------------


def test_a_call_that_fails_gives_the_prompt_back_and_can_be_sent_again(front: Front) -> None:
    panel = opened()
    state = say(front, panel, "/emulate fault=1004\nprecious")
    assert state["turns"] == []
    assert state["failure"]["prompt"] == "/emulate fault=1004\nprecious"
    assert "key" in state["failure"]["text"].lower()
    assert front.named("idle")[-1]["how"] == "failed"
    front.send({"op": "again"})
    done(front, panel, 2)
    assert front.state["failure"]["prompt"] == "/emulate fault=1004\nprecious"
    assert say(front, panel, answer("fine"))["failure"] is None


def test_a_reply_that_is_cut_is_kept_and_marked(front: Front) -> None:
    panel = opened()
    state = say(front, panel, "/emulate delay-ms=0,fault=cut\nHello")
    [turn] = state["turns"]
    assert turn["reply"]["end"]["partial"] is True
    assert any("TransportError" in note for note in turn["reply"]["end"]["notes"])
    assert state["failure"] is None
    assert len(panel.chat.turns) == 1


def test_an_answer_that_fails_anew_leaves_the_one_before(front: Front) -> None:
    panel = opened()
    state = say(front, panel, answer("the first answer"))
    mark = state["turns"][0]["id"]
    front.send({"op": "resend", "id": mark, "text": "/emulate fault=1004\nchanged"})
    done(front, panel, 2)
    state = front.state
    assert state["failure"]["id"] == mark
    assert state["failure"]["edited"] is True
    assert state["failure"]["prompt"].endswith("changed")
    assert [one["id"] for one in state["turns"]] == [mark]
    assert "the first answer" in shown(state["turns"][0])
    assert state["turns"][0]["prompt"] == answer("the first answer")


def test_sending_again_without_a_failure_is_said_to_be_none(front: Front) -> None:
    opened()
    front.send({"op": "again"})
    assert front.errors == ["No prompt has failed here."]


# -- what was said, said anew --------------------------------------------------------------------------------------


def test_regenerate_answers_in_place_and_later_turns_are_stale(front: Front) -> None:
    panel = opened()
    say(front, panel, answer("one"))
    state = say(front, panel, answer("two"))
    first, second = (turn["id"] for turn in state["turns"])
    front.send({"op": "regenerate", "id": first})
    done(front, panel, 3)
    state = front.state
    assert [(turn["id"], turn["stale"]) for turn in state["turns"]] == [(first, False), (second, True)]
    assert {"op": "mark", "id": second, "stale": True} in front.ops
    assert [turn.stale for turn in panel.chat.turns] == [False, True]
    assert state["undo"] == "A turn was answered anew."
    front.send({"op": "undo"})
    assert [turn["stale"] for turn in front.state["turns"]] == [False, False]
    assert front.state["undo"] == ""


def test_resend_answers_the_changed_prompt_in_its_place(front: Front) -> None:
    panel = opened()
    mark = say(front, panel, answer("one"))["turns"][0]["id"]
    front.send({"op": "resend", "id": mark, "text": answer("other")})
    done(front, panel, 2)
    [turn] = front.state["turns"]
    assert (turn["id"], turn["prompt"]) == (mark, answer("other"))
    assert "other" in shown(turn)
    assert [message.text for message in panel.chat.history] == [answer("other"), "other"]


def test_resend_and_regenerate_keep_the_pictures(front: Front) -> None:
    from PIL import Image as Pillow

    chat = Chat(provider="emulator")
    chat.ask(answer("one"), Image(Pillow.new("RGB", (8, 8), "teal")))
    panel = opened(chat)
    mark = front.state["turns"][0]["id"]
    assert front.state["turns"][0]["media"][0]["preview"].startswith("data:image/")
    front.send({"op": "resend", "id": mark, "text": answer("two")})
    done(front, panel, 1)
    front.send({"op": "regenerate", "id": mark})
    done(front, panel, 2)
    assert len(chat.turns) == 1
    assert len(chat.turns[0].prompt.media) == 1
    assert chat.turns[0].prompt.text == answer("two")


def test_a_turn_is_deleted_and_brought_back(front: Front) -> None:
    panel = opened()
    for text in ("one", "two", "three"):
        state = say(front, panel, answer(text))
    front.send({"op": "delete", "id": state["turns"][1]["id"]})
    assert [message.text for message in panel.chat.history if message.role == "assistant"] == ["one", "three"]
    assert front.state["undo"] == "Turn 2 was deleted."
    front.send({"op": "undo"})
    assert [shown(turn).count("two") for turn in front.state["turns"]] == [0, 1, 0]


def test_a_change_elsewhere_takes_the_offer_of_undo_away(front: Front) -> None:
    panel = opened()
    state = say(front, panel, answer("one"))
    front.send({"op": "delete", "id": state["turns"][0]["id"]})
    panel.chat.ask(answer("in a cell"))
    assert front.state["undo"] == ""


# -- conversations -----------------------------------------------------------------------------------------------------


def test_a_branch_has_the_past_up_to_its_turn_and_goes_its_own_way(front: Front) -> None:
    panel = opened()
    origin = panel.chat
    say(front, panel, answer("one"))
    state = say(front, panel, answer("two"))
    front.send({"op": "branch", "id": state["turns"][0]["id"]})
    assert panel.chat is panel.chats[1]
    assert len(front.named("whole")[-1]["state"]["turns"]) == 1
    say(front, panel, answer("other"))
    assert [len(chat.turns) for chat in panel.chats] == [2, 2]
    front.send({"op": "choose", "chat": 0})
    assert panel.chat is origin
    assert "two" in shown(front.state["turns"][1])
    assert front.state["chats"][1].startswith("2 · /emulate")


def test_a_new_chat_begins_empty_with_the_same_settings(front: Front) -> None:
    panel = opened(provider="emulator", system="Be brief.")
    say(front, panel, answer("one"))
    front.send({"op": "new"})
    assert panel.chat.turns == ()
    assert panel.chat.system == "Be brief."
    assert front.state["turns"] == []


@pytest.mark.parametrize("number", [2, -1, "0", None])
def test_a_conversation_that_is_none_cannot_be_chosen(front: Front, number: Any) -> None:
    opened()
    front.send({"op": "choose", "chat": number})
    assert front.errors == ["There is no such conversation in this panel."]


def test_a_closed_panel_follows_its_chat_no_longer(front: Front) -> None:
    panel = opened()
    page = front.page(panel)
    panel.close()
    panel.chat.ask(answer("unheard"))
    assert page.named("put") == []


# -- tools -------------------------------------------------------------------------------------------------------------


@tool(approve=True)
def delete(path: str) -> str:
    """Delete a file."""
    return f"{path} is gone"


@pytest.mark.parametrize(("pressed", "outcome"), [("yes", "done"), ("no", "denied"), ("always", "done")])
def test_a_tool_waits_for_the_answer_of_the_page(front: Front, pressed: str, outcome: str) -> None:
    panel = opened(provider="emulator", tools=[delete])
    front.send({"op": "send", "text": '/emulate delay-ms=0,tool=delete\nDelete "a\u202eb.txt"'})
    front.wait(lambda: front.named("question"), "the question")
    [question] = front.state["questions"]
    assert "delete" in question["title"]
    assert "\u202e" not in question["details"]
    front.send({"op": "answer", "number": question["number"], "answer": pressed})
    done(front, panel, 1)
    assert front.state["questions"] == []
    assert panel.chat.turns[0].reply is not None
    assert [run.outcome for run in panel.chat.turns[0].reply.tool_runs] == [outcome]


def test_stop_ends_the_wait_for_an_answer(front: Front) -> None:
    panel = opened(provider="emulator", tools=[delete])
    front.send({"op": "send", "text": '/emulate delay-ms=0,tool=delete\nDelete "a.txt"'})
    front.wait(lambda: front.named("question"), "the question")
    front.send({"op": "answer", "number": 0, "answer": "yes"})
    front.send({"op": "answer", "number": front.state["questions"][0]["number"], "answer": "perhaps"})
    front.send({"op": "stop"})
    done(front, panel, 1)
    assert front.named("idle")[-1]["how"] == "stopped"


def test_an_approver_that_the_chat_was_given_decides_by_itself(front: Front) -> None:
    panel = opened(provider="emulator", tools=[delete], approve=lambda _tool, _call: "not today")
    say(front, panel, '/emulate delay-ms=0,tool=delete\nDelete "a.txt"')
    assert front.named("question") == []
    assert panel.chat.turns[0].reply is not None
    assert "not today" in panel.chat.turns[0].reply.tool_runs[0].result.content


# -- files -------------------------------------------------------------------------------------------------------------


def attach(front: Front, mark: str = "f1") -> None:
    """Attach a picture, as a page does."""
    from PIL import Image as Pillow

    file = BytesIO()
    Pillow.new("RGB", (16, 16), "teal").save(file, "PNG")
    data = file.getvalue()
    front.send({"op": "file", "id": mark, "name": "a.png", "type": "image/png", "size": len(data)})
    front.send({"op": "slice", "id": mark, "at": 0}, [data])
    front.wait(lambda: any(op["id"] == mark for op in front.named("attached")), "the file, checked")


def test_a_file_goes_with_the_message_and_is_shown_with_it(front: Front) -> None:
    panel = opened()
    attach(front)
    assert front.state["files"][0]["done"] is True
    state = say(front, panel, answer("seen"))
    assert state["files"] == []
    assert state["turns"][0]["media"][0]["kind"] == "image"
    assert len(panel.chat.turns[0].prompt.media) == 1


def test_a_file_alone_is_a_message(front: Front) -> None:
    panel = opened()
    attach(front)
    state = say(front, panel, "")
    assert len(state["turns"]) == 1
    assert panel.chat.turns[0].prompt.text == ""


def test_a_file_is_not_lost_when_the_call_fails(front: Front) -> None:
    panel = opened()
    attach(front)
    state = say(front, panel, "/emulate fault=1004\nlook")
    assert [file["name"] for file in state["files"]] == ["a.png"]
    assert say(front, panel, answer("seen"))["files"] == []
    assert len(panel.chat.turns[0].prompt.media) == 1


def test_a_message_waits_for_a_file_on_its_way(front: Front) -> None:
    opened()
    front.send({"op": "file", "id": "f1", "name": "a.png", "type": "image/png", "size": 1000})
    front.send({"op": "send", "text": "look"})
    assert "still on its way" in front.errors[0]
    front.send({"op": "unattach", "id": "f1"})
    assert front.state["files"] == []


# -- meters ------------------------------------------------------------------------------------------------------------


def test_the_gauge_counts_the_draft(front: Front) -> None:
    opened()
    front.send({"op": "weigh", "text": "word " * 100_000})
    front.wait(lambda: any(op["share"] > 0.05 for op in front.named("gauge")), "the gauge with the draft")
    assert front.named("gauge")[-1]["text"].endswith("% of 1,000,000 tokens")


def test_the_gauge_warns(front: Front) -> None:
    panel = opened()
    front.send({"op": "weigh", "text": "word " * 900_000})
    front.wait(lambda: front.named("gauge") and front.named("gauge")[-1]["warnings"], "a warning")
    panel.close()


# -- taking it out -----------------------------------------------------------------------------------------------------


def test_the_conversation_is_exported_to_files(front: Front, tmp_path: Path) -> None:
    panel = opened()
    say(front, panel, answer("An answer"))
    text = panel.export(tmp_path / "talk.md").read_text(encoding="utf-8")
    assert "**You**" in text
    assert "An answer" in text
    panel.export(tmp_path / "talk.json")
    assert Chat.load(tmp_path / "talk.json").history == panel.chat.history
    with pytest.raises(ConfigError, match="neither"):
        panel.export(tmp_path / "talk.docx")


def test_the_page_can_have_the_same_files(front: Front) -> None:
    panel = opened()
    say(front, panel, answer("An answer"))
    for form in ("markdown", "json", "cells"):
        front.send({"op": "export", "as": form, "to": "p"})
    markdown, saved, cells = front.named("export")
    assert markdown["name"] == "chat.md"
    assert json.loads(saved["text"])["format"] == "minimax_nb chat"
    assert [cell["cell_type"] for cell in cells["cells"]] == ["code", "markdown"]
    assert {op["to"] for op in (markdown, saved, cells)} == {"p"}


def test_cells_say_the_prompt_as_it_was_and_the_answer(front: Front) -> None:
    panel = opened()
    say(front, panel, "What is {{x}} $y$?\n" + answer("An *answer*"))
    code, text = panel.to_cells()
    line, _, prompt = code["source"].partition("\n")
    assert line == "%%minimax -p emulator -m MiniMax-M3 --face anthropic --new --raw"
    assert prompt == "What is {{x}} $y$?\n" + answer("An *answer*")
    assert text["source"] == "An *answer*"


def test_a_reply_is_handed_over_as_it_was_written(front: Front) -> None:
    panel = opened()
    mark = say(front, panel, answer("words *to copy*"))["turns"][0]["id"]
    front.send({"op": "text", "id": mark, "to": "p"})
    assert front.named("text")[-1] == {"op": "text", "to": "p", "text": "words *to copy*"}


def test_the_saved_copy_has_every_conversation_and_a_fingerprint_that_the_page_is_told(front: Front) -> None:
    panel = opened()
    say(front, panel, answer("One"))
    front.send({"op": "new"})
    say(front, panel, answer("Two"))
    data, metadata = panel.kept()
    assert "Conversation 2" in data["text/markdown"]
    assert front.named("kept")[-1]["digest"] == metadata["minimax_nb"]["digest"] == front.hello()["copy"]["digest"]
    front.send({"op": "copy", "from": "p"})
    assert front.named("copy")[-1]["to"] == "p"
    assert front.named("copy")[-1]["data"] == data


def test_without_a_page_the_copy_is_complete_and_the_same_every_time() -> None:
    def once() -> Any:
        chat = Chat(provider="emulator")
        panel = chat_panel(chat)
        chat.ask("Hello")
        return panel.saved()

    assert once() == once()
    assert "I am **the emulator" in once()[0]["text/markdown"]


# -- how much travels --------------------------------------------------------------------------------------------------


def stream(deltas: int) -> Any:
    """A page that was sent a reply of so many pieces of 8 characters, plain prose."""
    sentence = "These are plain words of a long reply that goes on and on, line by line. "
    with played() as front:
        panel = opened()
        front.hello()
        times = deltas * 8 // len(sentence)
        pace = f"/emulate delay-ms=0,chunk-chars=8,thinking-chars=0,repeat={times // 8}"
        say(front, panel, f'{pace}\n/emulate text-json="{sentence * 8}\\n\\n"')
        assert panel.chat.turns[0].reply is not None
        return front.newest, len(panel.chat.turns[0].reply.text)


def test_ten_thousand_deltas_cost_what_their_text_costs() -> None:
    page, length = stream(10_000)
    assert length > 70_000
    assert page.bytes < 2.5 * length + 1_000 * len(page.messages)
    gaps = [late - early for early, late in zip(page.times, page.times[20:], strict=False)]
    assert not gaps or min(gaps) > 0.5, "more than 20 messages came in half a second"


def test_what_travels_grows_with_the_length_and_no_faster() -> None:
    (short, few), (long, many) = stream(2_000), stream(10_000)
    assert long.bytes / short.bytes < 1.3 * many / few


def test_a_slow_page_does_not_slow_the_reading(front: Front) -> None:
    """What grows is asked for when it is time to send: a page that takes long gets fewer messages, not later ones."""
    panel = opened()
    page, slow = front.page(panel), threading.Event()
    told = page.told
    page.told = lambda kind, data: (slow.wait(0.3), told(kind, data))  # type: ignore[method-assign]
    say(front, panel, "/emulate delay-ms=0,chunk-chars=4,text-chars=20000\ngo")
    assert len(page.messages) < 60


# -- what a model may send ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(HOSTILE)[::7])
def test_what_a_page_sets_as_html_was_made_safe(front: Front, name: str) -> None:
    panel = opened()
    state = say(front, panel, f"/emulate delay-ms=0\n/emulate text-json={json.dumps(HOSTILE[name])}")
    seen = Elements()
    seen.feed(shown(state["turns"][0]) + str(state["turns"][0]["reply"]["sections"][0]["draft"]))
    assert seen.names.isdisjoint(
        {"script", "iframe", "img", "style", "form", "svg", "object", "embed", "input", "base", "meta"}
    )
    assert not any(name.startswith("on") or name == "style" for name, _ in seen.attributes)
    assert all(
        value.startswith(("http://", "https://", "mailto:", "#")) for name, value in seen.attributes if name == "href"
    )
    panel.close()


class Elements(HTMLParser):
    """The elements of a page, and their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.attributes: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
