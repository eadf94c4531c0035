"""Turns: answered anew in their place, dropped, brought back, forked from, saved."""

from __future__ import annotations

import json

import pytest

from minimax_nb import Chat, ConfigError, RequestError, ServiceError, TransportError

NOW = "/emulate delay-ms=0\n"


def chat(**more) -> Chat:
    return Chat(provider="emulator", **more)


def prompts(talk: Chat) -> list[str]:
    return [turn.prompt.text.removeprefix(NOW) for turn in talk.turns]


def talked(*words: str, **more) -> Chat:
    talk = chat(**more)
    for word in words:
        talk.ask(NOW + word, turn=word)
    return talk


def test_a_turn_of_a_known_name_is_answered_in_its_place_and_later_ones_are_stale():
    talk = talked("one", "two", "three")
    reply = talk.ask(NOW + "two again", turn="two")
    assert prompts(talk) == ["one", "two again", "three"]
    assert [turn.stale for turn in talk.turns] == [False, False, True]
    assert "It received 3 messages" in reply.text  # the first turn and the prompt: what came later is not heard
    assert any("stale" in note for note in reply.notes)


def test_answering_the_last_turn_anew_makes_nothing_stale():
    talk = talked("one", "two")
    reply = talk.ask(NOW + "two again", turn="two")
    assert [turn.stale for turn in talk.turns] == [False, False]
    assert not any("stale" in note for note in reply.notes)


def test_a_stale_turn_that_is_asked_again_is_fresh():
    talk = talked("one", "two", "three")
    talk.ask(NOW + "one", turn="one")
    talk.ask(NOW + "two", turn="two")
    assert [turn.stale for turn in talk.turns] == [False, False, True]


def test_turns_without_a_name_are_added():
    talk = chat()
    for _ in range(2):
        talk.ask(NOW + "the same")
    assert len(talk.turns) == 2


def test_a_turn_that_fails_leaves_its_old_answer():
    talk = talked("one", "two")
    before = talk.turns
    with pytest.raises(ServiceError):
        talk.ask("/emulate fault=1008\nother", turn="one")
    assert talk.turns == before


def test_dropped_turns_are_gone_and_come_back():
    talk = talked("one", "two", "three")
    talk.drop(1, -1)
    assert prompts(talk) == ["two"]
    assert talk.undo()
    assert prompts(talk) == ["one", "two", "three"]
    assert talk.undo()
    assert prompts(talk) == ["two"]
    talk.reset()
    assert talk.turns == ()
    assert talk.undo()
    assert prompts(talk) == ["two"]


@pytest.mark.parametrize("number", [0, 4, -4])
def test_a_turn_that_is_not_there_cannot_be_dropped_or_forked_from(number):
    talk = talked("one", "two", "three")
    with pytest.raises(RequestError, match=f"no turn {number}"):
        talk.drop(number)
    if number:
        with pytest.raises(RequestError, match=f"no turn {number}"):
            talk.fork(turn=number)
    assert len(talk.turns) == 3


def test_nothing_to_undo_is_told():
    assert not chat().undo()


def test_a_fork_from_a_turn_hears_the_past_up_to_it():
    talk = talked("one", "two", "three")
    branch = talk.fork(turn=1)
    reply = branch.ask(NOW + "else")
    assert prompts(branch) == ["one", "else"]
    assert "It received 3 messages" in reply.text
    assert prompts(talk) == ["one", "two", "three"]
    assert prompts(talk.fork(turn=0)) == []
    assert prompts(talk.fork(turn=-1)) == ["one", "two", "three"]


def test_names_and_staleness_are_saved(tmp_path):
    talk = talked("one", "two", system="Be brief.", examples=[("2+2", "4")])
    talk.ask(NOW + "one", turn="one")
    talk.save(tmp_path / "talk.json")
    again = Chat.load(tmp_path / "talk.json")
    assert again.turns == talk.turns
    assert again.examples == (("2+2", "4"),)
    again.ask(NOW + "two", turn="two")
    assert [turn.stale for turn in again.turns] == [False, False]


def test_a_chat_saved_by_the_first_version_is_read(tmp_path):
    talk = talked("one", "two")
    talk.save(tmp_path / "talk.json")
    content = json.loads((tmp_path / "talk.json").read_text())
    content["messages"] = [message for turn in content.pop("turns") for message in turn["messages"]]
    content["version"] = 1
    (tmp_path / "old.json").write_text(json.dumps(content))
    again = Chat.load(tmp_path / "old.json")
    assert again.history == talk.history
    assert prompts(again) == ["one", "two"]


def test_a_saved_chat_without_turns_is_refused(tmp_path):
    path = tmp_path / "talk.json"
    path.write_text('{"format": "minimax_nb chat", "version": 2, "options": {}, "turns": [{"messages": 3}]}')
    with pytest.raises(ConfigError, match="lacks a part"):
        Chat.load(path)


def test_a_retry_replaces_what_had_arrived():
    talk = chat()
    with pytest.raises(TransportError):
        talk.ask("/emulate fault=cut,delay-ms=0\nTell me a long story.")
    partial = talk.turns
    assert len(partial) == 1
    with pytest.raises(TransportError):
        talk.retry()
    assert len(talk.turns) == 1


def test_a_chat_beside_another_talks_in_the_same_conversation_with_its_own_settings():
    chat = Chat(provider="emulator", system="Be brief.", temperature=0.5, name="one")
    other = Chat(provider="emulator", model="MiniMax-M2.7", face="openai")
    twin = chat.beside(other.endpoint, "Be long.", {"max_tokens": 500, "temperature": None})
    twin.ask(f"{NOW}first")
    chat.ask(f"{NOW}second")
    assert [turn.prompt.text for turn in twin.turns] == [turn.prompt.text for turn in chat.turns]
    assert len(chat.turns) == len(chat.usage) == 2
    assert (twin.model, twin.face, twin.system) == ("MiniMax-M2.7", "openai", "Be long.")
    assert (chat.model, chat.face, chat.system) == ("MiniMax-M3", "anthropic", "Be brief.")
    assert twin.preset.settings()["max_tokens"] == 500
    assert "temperature" not in {name for name, value in twin.preset.settings().items() if value is not None}
