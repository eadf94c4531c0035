"""A conversation as a document: complete, the same on every run, harmless."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from minimax_nb import Chat, Image
from minimax_nb.chat.conversation import Conversation
from minimax_nb.display.transcript import reply_of, transcript, transcripts
from minimax_nb.messages.parts import Message, Text, Thinking, ToolCall, ToolResult, user
from minimax_nb.messages.turns import Turn
from tests.display.hostile import HOSTILE
from tests.display.judges import complaints, jupyterlab
from tests.display.test_conversation import quiet


def chat_of(*turns: Turn, **more: Any) -> Chat:
    """A chat in which these turns were said."""
    chat = Chat(provider="emulator", **more)
    chat._talk = Conversation(turns)
    return chat


def plain(chat: Chat) -> str:
    return str(transcript(chat)[0]["text/plain"])


def markdown(chat: Chat) -> str:
    return str(transcript(chat)[0]["text/markdown"])


def exchange(asked: str, answer: str, **more: Any) -> Turn:
    return Turn((user(asked), Message("assistant", (Text(answer),))), **more)


def test_each_prompt_is_quoted_and_each_reply_is_shown_as_its_own_output():
    chat = Chat(provider="emulator", system="Be brief.")
    reply = chat.ask("/emulate thinking=hm,delay-ms=0\n/emulate text=An **answer**")
    shown = markdown(chat)
    assert shown.startswith(
        "**emulator · MiniMax-M3 · anthropic · 1 turn**\n\n*System message:* Be brief.\n\n**You**\n\n> "
    )
    assert "<summary>Thinking · " in shown
    assert "An **answer**" in shown
    assert f"{reply.usage.input_tokens} in" in shown, "the receipt"
    said = plain(chat)
    assert said.startswith("emulator · MiniMax-M3 · anthropic · 1 turn\n\n[system] Be brief.\n\nYou: /emulate")
    assert "MiniMax-M3: An **answer**\n\n[emulator · " in said


def test_a_conversation_is_the_same_text_on_every_run():
    def once() -> Any:
        chat = Chat(provider="emulator")
        chat.ask("Hello")
        chat.ask("Show me a table")
        return transcript(chat)

    assert once() == once()


def test_a_turn_of_a_saved_chat_has_its_words_and_no_receipt(tmp_path: Path):
    chat = Chat(provider="emulator")
    chat.ask("/emulate thinking=deep thought\n/emulate text=An answer")
    chat.save(tmp_path / "chat.json")
    again = Chat.load(tmp_path / "chat.json")
    assert "deep thought" in markdown(again)
    assert "An answer" in markdown(again)
    assert "<sub>" not in markdown(again)
    assert " out" not in plain(again)
    assert plain(again).endswith("MiniMax-M3: An answer")


def test_tool_calls_of_a_saved_chat_stand_with_their_results():
    call = ToolCall("c1", "weather", {"city": "Paris"}, '{"city": "Paris"}')
    said = Message("assistant", (Thinking("hm"), Text("Looking."), call))
    result, answer = Message("tool", (ToolResult("c1", "Sunny"),)), Message("assistant", (Text("Fine."),))
    turn = Turn((user("How is it?"), said, result, answer))
    reply = reply_of(turn)
    assert [run.result.content for run in reply.tool_runs] == ["Sunny"]
    assert reply.text == "Fine."
    shown = markdown(chat_of(turn))
    assert shown.index("Looking.") < shown.index("Tool · weather(city='Paris')") < shown.index("Fine.")


def test_a_turn_without_an_answer_is_shown_by_its_prompt():
    assert "> Anybody there?" in markdown(chat_of(Turn((user("Anybody there?"),))))


def test_what_is_cut_short_or_stale_says_so():
    cut = Turn((user("two?"), Message("assistant", (Text("Tw"),), partial=True)), stale=True)
    for shown in (plain(chat_of(exchange("one?", "One."), cut)), markdown(chat_of(exchange("one?", "One."), cut))):
        assert shown.lower().count("cut short") == 1
        assert shown.count("Stale: ") == 1


def test_a_picture_stands_with_its_prompt_once():
    from PIL import Image as Pillow

    chat = Chat(provider="emulator")
    chat.ask("What is this?", Image(Pillow.new("RGB", (64, 48), "teal")))
    shown = markdown(chat)
    assert shown.count("data:image/") == 1
    assert shown.index("> What is this?") < shown.index("data:image/") < shown.index("**MiniMax-M3**")
    assert plain(chat).count("[image ") == 1


def test_nothing_said_is_said():
    assert markdown(Chat(provider="emulator")).endswith("*Nothing was said yet.*")


def test_what_a_branch_shares_with_its_origin_is_said_once():
    chat = Chat(provider="emulator")
    chat.ask("/emulate text=First answer")
    chat.ask("/emulate text=Second answer")
    branch = chat.fork(turn=1)
    branch.ask("/emulate text=Other answer")
    shown = str(transcripts([chat, branch, chat.fork(turn=0)])[0]["text/markdown"])
    assert shown.count("First answer\n") == 1 + 1, "in the prompt and in the answer, of one conversation"
    assert "**Conversation 2 · emulator · MiniMax-M3 · anthropic · 2 turns**\n\n*1 turn as in conversation 1.*" in shown
    assert "Conversation 3" not in shown


def test_the_metadata_hold_the_provenance_of_every_reply():
    chat = Chat(provider="emulator")
    chat.ask("Hello")
    branch = chat.fork()
    branch.ask("And now?")
    said = transcripts([chat, branch])[1]["minimax_nb"]
    assert [reply["prompt_sha256"] for reply in said["replies"]] == [turn.reply.prompt_sha256 for turn in branch.turns]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_no_text_of_a_conversation_can_do_anything(text: str):
    call = ToolCall("c1", "weather", {"city": text, text: 1}, "{}")
    said = Message("assistant", (Thinking(text), Text(text), call))
    turn = Turn((user(text), said, Message("tool", (ToolResult("c1", text),)), Message("assistant", (Text(text),))))
    chat = chat_of(turn, exchange(text, text, stale=True), system=text)
    shown = markdown(chat)
    assert complaints(shown) == {}
    assert "<sub>Z</sub>" in jupyterlab(f"{shown}\n\n<sub>Z</sub>"), "what follows is not swallowed"
    assert quiet(plain(chat))
