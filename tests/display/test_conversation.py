"""Conversations, turns and presets as a reader sees them: numbered, shortened, marked, and harmless."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from minimax_nb import Chat, Preset, Scene
from minimax_nb.chat.saved import turns_to_save
from minimax_nb.display import render
from minimax_nb.messages.parts import Message, Text, Thinking, ToolCall, ToolResult, user
from minimax_nb.messages.turns import Turn
from tests.display.hostile import HOSTILE
from tests.display.judges import complaints, jupyterlab

NOW = "/emulate delay-ms=0\n"


def plain(value: object) -> str:
    return str(render(value)[0]["text/plain"])


def markdown(value: object) -> str:
    return str(render(value)[0]["text/markdown"])


def exchange(asked: str, answer: str, **more: Any) -> Turn:
    return Turn((user(asked), Message("assistant", (Text(answer),))), **more)


def with_tools(text: str, name: str = "weather") -> Turn:
    """A turn with thinking and a tool, which says nothing but the text."""
    call = ToolCall("c1", name, {"city": text, text: 1}, "{}")
    said = Message("assistant", (Thinking(text), Text(text), call))
    return Turn((user(text), said, Message("tool", (ToolResult("c1", text),)), Message("assistant", (Text(text),))))


@pytest.fixture
def chat_of(tmp_path: Path) -> Callable[..., Chat]:
    """Make a chat in which these turns were said."""

    def make(*turns: Turn, **more: Any) -> Chat:
        path = tmp_path / "chat.json"
        Chat(provider="emulator", **more).save(path)
        content = {**json.loads(path.read_text(encoding="utf-8")), "turns": turns_to_save(turns)}
        path.write_text(json.dumps(content), encoding="utf-8")
        return Chat.load(path)

    return make


def quiet(text: str) -> bool:
    """Whether a terminal that writes it does nothing else."""
    return not any((ord(sign) < 32 and sign not in "\n\t") or 127 <= ord(sign) < 160 for sign in text)


# -- what is shown -----------------------------------------------------------------------------------------------------


def test_turns_are_numbered_as_they_can_be_dropped(chat_of):
    shown = plain(chat_of(exchange("one?", "One."), exchange("two?", "Two.")))
    assert shown.startswith("emulator · MiniMax-M3 · anthropic · 2 turns\n\n")
    assert "[1 · user] one?\n\n[1 · assistant] One.\n\n[2 · user] two?\n\n[2 · assistant] Two." in shown
    assert "> Two." in markdown(chat_of(exchange("one?", "One."), exchange("two?", "Two.")))


def test_one_turn_is_not_called_turns(chat_of):
    assert "· 1 turn\n" in plain(chat_of(exchange("one?", "One.")))
    assert "· 0 turns\n" in plain(chat_of())


def test_stale_turns_and_answers_that_were_cut_short_are_marked(chat_of):
    cut = Turn((user("two?"), Message("assistant", (Text("Tw"),), partial=True)), stale=True)
    shown = plain(chat_of(exchange("one?", "One."), cut))
    assert "[2 · user, stale] two?" in shown
    assert "[2 · assistant, cut short, stale] Tw" in shown
    assert "1 stale: a turn before was answered anew since. Run those cells again to renew them." in shown
    assert "**2 · user, stale**" in markdown(chat_of(exchange("one?", "One."), cut))
    assert "stale" not in plain(chat_of(exchange("one?", "One.")))


def test_calls_and_results_of_tools_stand_in_their_turn(chat_of):
    shown = plain(chat_of(with_tools("Oslo")))
    assert "(thinking, 4 characters; call of weather(city='Oslo', Oslo=1))" in shown
    assert "[1 · tool] (tool result: Oslo)" in shown


def test_what_stands_before_the_conversation_is_told(chat_of):
    scene = Scene(character="Old Tom", player="Ada", title="The harbour", samples=(("Hello?", "Aye."),))
    shown = plain(Chat("M2-her", provider="emulator", system="Be brief.", scene=scene, examples=[("a", "b")] * 2))
    assert "[system] Be brief." in shown
    assert "[role-play: Old Tom and Ada, The harbour, 1 sample]" in shown
    assert "[2 examples before the conversation]" in shown
    assert "[role-play]" in plain(Chat("M2-her", provider="emulator", scene=Scene()))
    assert "[1 example before the conversation]" in plain(chat_of(examples=[("a", "b")]))


def test_what_it_used_stands_at_the_end():
    chat = Chat(provider="emulator")
    chat.ask(NOW + "hello")
    assert "Usage" in plain(chat).split("[1 · assistant]")[1]


def test_pictures_of_a_prompt_are_named():
    from PIL import Image

    chat = Chat("MiniMax-M3", provider="emulator")
    chat.ask("/emulate delay-ms=0\nWhat is this?", Image.new("RGB", (8, 8)))
    assert "(image picture · PNG · 8 x 8 pixels" in plain(chat)
    assert complaints(markdown(chat)) == {}


def test_a_turn_by_itself_has_no_number(chat_of):
    assert plain(exchange("one?", "One.")) == "[user] one?\n\n[assistant] One."
    assert "**user**\n\n> one?" in markdown(exchange("one?", "One."))


def test_a_tools_run_by_itself_is_a_line():
    def weather(city: str) -> str:
        """The weather of a city."""
        return f"Fog in {city}\x1b[31m"

    reply = Chat("MiniMax-M3", provider="emulator", tools=[weather]).ask(NOW + "What is the weather in Paris?")
    (run,) = reply.tool_runs
    assert plain(run) == "weather(city='Paris') → Fog in Paris\ufffd[31m"
    assert "<summary>" in markdown(run)
    assert complaints(markdown(run)) == {}


# -- how much ----------------------------------------------------------------------------------------------------------


def test_a_long_message_is_shortened_and_says_by_how_much(chat_of):
    chat = chat_of(exchange("q" * 5_000, "a" * 1_000_000))
    assert "q" * 2_000 + "\n… 3,000 more characters" in plain(chat)
    assert "… 998,000 more characters" in markdown(chat)
    assert len(plain(chat)) < 6_000


def test_a_long_system_message_result_and_call_are_shortened(chat_of):
    assert len(plain(chat_of(with_tools("x" * 100_000), system="s" * 100_000))) < 12_000


def test_of_a_long_conversation_the_last_turns_are_shown_under_their_own_numbers(chat_of):
    chat = chat_of(*(exchange(f"question {number}", "yes") for number in range(1, 251)))
    shown = plain(chat)
    assert "[150 earlier turns not shown; chat.turns has every one]" in shown
    assert "· 250 turns" in shown
    assert "question 150\n" not in shown
    assert "[151 · user] question 151\n" in shown
    assert "[250 · user] question 250\n" in shown


def test_stale_turns_that_are_not_shown_are_counted(chat_of):
    turns = [exchange(str(number), "yes", stale=number > 0) for number in range(120)]
    assert "119 stale:" in plain(chat_of(*turns))


# -- nothing of it is believed -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_gets_through_in_prompts_answers_names_and_results(chat_of, name):
    text = HOSTILE[name]
    chat = chat_of(with_tools(text), exchange(text, text, name=text, stale=True), with_tools("x", name=text))
    assert complaints(markdown(chat)) == {}
    assert quiet(plain(chat))


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_gets_through_in_what_stands_before(name):
    text = HOSTILE[name]
    scene = Scene(character=text, player=text, about_player=text, title=text, samples=((text, text),))
    chat = Chat("M2-her", provider="emulator", system=text, scene=scene, examples=[(text, text)])
    assert complaints(markdown(chat)) == {}
    assert quiet(plain(chat))


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_gets_through_in_presets_and_turns(name):
    text = HOSTILE[name]
    scene = Scene(character=text, player=text, about_player=text, title=text, samples=((text, text),))
    preset = Preset(model=text, provider=text, system=text, examples=((text, text),), scene=scene)
    for value in (preset, with_tools(text), exchange(text, text)):
        assert complaints(markdown(value)) == {}
        assert quiet(plain(value))


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_gets_out_of_its_message(chat_of, name):
    html = jupyterlab(markdown(chat_of(exchange(HOSTILE[name], HOSTILE[name]), exchange("last words", "the end"))))
    assert "<strong>1 · assistant</strong>" in html
    assert "<strong>2 · user</strong>" in html
    assert html.index("<strong>2 · user</strong>") < html.index("last words") < html.index("the end")


# -- presets -----------------------------------------------------------------------------------------------------------


def test_a_preset_shows_what_it_says_and_nothing_else():
    preset = Preset(model="MiniMax-M3", temperature=0.5, examples=(("2 + 2?", "4"),))
    assert plain(preset).splitlines() == [
        "setting      value",
        "-----------  ----------",
        "model        MiniMax-M3",
        "temperature  0.5",
        "example 1    2 + 2? → 4",
    ]
    assert "| temperature | 0.5 |" in markdown(preset)
    assert "nothing is said" in plain(Preset())


def test_a_preset_of_a_role_play_shows_its_scene():
    shown = plain(Preset(scene=Scene(character="Old Tom", samples=(("Hello?", "Aye."),))))
    assert "character  Old Tom" in shown
    assert "sample 1   Hello? → Aye." in shown
    assert "player" not in shown


def test_long_settings_are_shortened():
    preset = Preset(system="s" * 100_000, examples=(("q" * 100_000, "a" * 100_000),) * 3)
    assert len(plain(preset)) < 5_000
