"""Turns as values, and the conversation they make up: replaced, dropped, brought back, by many threads at once."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb import Chat, RequestError
from minimax_nb.chat.conversation import Conversation
from minimax_nb.messages.parts import Message, Text, ToolCall, ToolResult, user
from minimax_nb.messages.turns import Turn, cell_of, in_turns, numbered

NOW = "/emulate delay-ms=0\n"


def turn(words: str, name: str = "") -> Turn:
    return Turn((user(words), Message("assistant", (Text(f"about {words}"),))), name)


def said(talk: Conversation) -> list[str]:
    return [each.prompt.text for each in talk.turns]


# -- values ------------------------------------------------------------------------------------------------------------


def test_a_prompt_and_all_that_came_of_it_are_a_turn():
    call = Message("assistant", (Text("Let me see."), ToolCall("c1", "weather", {"city": "Oslo"}, "{}")))
    result = Message("tool", (ToolResult("c1", "Fog"),))
    answer = Message("assistant", (Text("Fog."),))
    turns = in_turns([user("Weather?"), call, result, answer, user("Thanks."), answer])
    assert [len(each.messages) for each in turns] == [4, 2]
    assert [each.prompt.text for each in turns] == ["Weather?", "Thanks."]


def test_a_users_message_that_holds_a_result_begins_no_turn():
    result = Message("user", (ToolResult("c1", "Fog"),))
    assert len(in_turns([user("Weather?"), result])) == 1


def test_nothing_that_was_said_is_lost_where_the_assistant_begins():
    messages = [Message("assistant", (Text("Hello."),)), user("Hi.")]
    turns = in_turns(messages)
    assert [message for each in turns for message in each.messages] == messages
    assert in_turns([]) == ()


def test_an_aged_turn_is_the_same_but_stale():
    fresh = turn("one", "a")
    assert fresh.aged() == Turn(fresh.messages, "a", stale=True)
    assert not fresh.stale


@given(st.sampled_from(["abc", "vscode-notebook-cell:/a/b.ipynb#W2sZmlsZQ%3D%3D", "a#b"]), st.integers(1, 10**6))
def test_the_cell_of_a_numbered_turn_is_known(cell, number):
    assert cell_of(numbered(cell, number)) == cell
    assert (numbered(cell, number) == cell) is (number == 1)


# -- a conversation ----------------------------------------------------------------------------------------------------


def test_what_stands_before_a_turn_and_after_it():
    talk = Conversation([turn("one", "a"), turn("two", "b"), turn("more of two", "b#2"), turn("three", "c")])
    assert [message.text for message in talk.heard_before("b")] == ["one", "about one"]
    assert len(talk.heard_before("new")) == len(talk.heard_before("")) == 8
    assert [talk.after(name) for name in ("a", "b", "b#2", "c", "new", "")] == [3, 1, 1, 0, 0, 0]


def test_turns_without_a_name_count_as_others():
    talk = Conversation([turn("one", "a"), turn("two"), turn("three")])
    assert talk.after("a") == 2


def test_a_conversation_up_to_a_turn_is_one_of_its_own():
    talk = Conversation([turn("one", "a"), turn("two", "b")])
    part = talk.up_to(1)
    part.enter(turn("else"))
    assert said(part) == ["one", "else"]
    assert said(talk) == ["one", "two"]
    assert said(talk.up_to(0)) == []
    assert said(talk.up_to(None)) == said(talk.up_to(-1)) == ["one", "two"]


def test_dropping_nothing_is_no_change_to_take_back():
    talk = Conversation([turn("one")])
    assert talk.drop() == 0
    assert not talk.undo()
    talk.clear()
    talk.clear()
    assert talk.undo()
    assert said(talk) == ["one"]


def test_one_wrong_number_drops_nothing():
    talk = Conversation([turn("one"), turn("two")])
    with pytest.raises(RequestError, match="no turn 3"):
        talk.drop(1, 3)
    assert said(talk) == ["one", "two"]


def test_a_turn_that_is_dropped_by_two_numbers_is_dropped_once():
    talk = Conversation([turn("one"), turn("two")])
    assert talk.drop(2, -1) == 1
    assert said(talk) == ["one"]


def test_a_step_back_loses_no_turn_that_was_added_since():
    talk = Conversation([turn("one"), turn("two")])
    talk.drop(1)
    talk.enter(turn("three"))
    assert talk.undo()
    assert said(talk) == ["one", "two", "three"]
    assert talk.undo()
    assert said(talk) == ["two", "three"]


def test_a_dropped_turn_that_was_said_again_comes_back_once():
    talk = Conversation([turn("one", "a"), turn("two", "b")])
    talk.drop(1)
    talk.enter(turn("one again", "a"))
    assert said(talk) == ["two", "one again"]
    assert talk.undo()
    assert said(talk) == ["one again", "two"]


steps = st.lists(
    st.one_of(
        st.tuples(st.just("enter"), st.sampled_from(["", "a", "b", "c"])),
        st.tuples(st.just("drop"), st.integers(-4, 4)),
        st.tuples(st.just("clear"), st.none()),
        st.tuples(st.just("undo"), st.none()),
    ),
    max_size=20,
)


@given(steps)
def test_whatever_is_done_names_stay_unique_and_the_order_stays(taken):
    talk = Conversation()
    for number, (step, value) in enumerate(taken):
        if step == "enter":
            talk.enter(turn(str(number), value))
            assert str(number) in said(talk)
        elif step == "drop":
            before = len(talk.turns)
            try:
                dropped = talk.drop(value)
            except RequestError:
                dropped = 0
            assert len(talk.turns) == before - dropped
        else:
            getattr(talk, step)()
        names = [each.name for each in talk.turns if each.name]
        assert len(names) == len(set(names))
        assert len(said(talk)) == len(set(said(talk)))
        assert talk.messages == tuple(message for each in talk.turns for message in each.messages)


# -- threads -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def often() -> Iterator[None]:
    """Threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def at_once(*works: Callable[[], object]) -> None:
    """Do all of it at the same time; what one of them raises is raised."""
    together, raised = threading.Barrier(len(works)), []

    def run(work: Callable[[], object]) -> None:
        together.wait(30)
        try:
            work()
        except Exception as error:
            raised.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert raised == []


@pytest.mark.usefixtures("often")
def test_turns_that_are_entered_at_once_are_all_there():
    talk = Conversation()

    def enter(who: int) -> None:
        for number in range(200):
            talk.enter(turn(f"{who} {number}", f"{who} {number}" if number % 2 else ""))

    at_once(*(lambda who=who: enter(who) for who in range(4)))
    assert len(set(said(talk))) == len(talk.turns) == 800
    for who in range(4):
        assert [words for words in said(talk) if words.startswith(f"{who} ")] == [f"{who} {n}" for n in range(200)]


@pytest.mark.usefixtures("often")
def test_one_name_said_by_many_at_once_is_one_turn():
    talk = Conversation()
    at_once(*(lambda who=who: [talk.enter(turn(f"{who} {n}", "a")) for n in range(100)] for who in range(4)))
    assert len(talk.turns) == 1


@pytest.mark.usefixtures("often")
def test_turns_that_are_dropped_while_others_come_are_the_ones_that_are_gone():
    talk = Conversation([turn(f"old {number}") for number in range(100)])
    at_once(
        lambda: [talk.enter(turn(f"new {number}")) for number in range(100)],
        lambda: [talk.drop(1) for _ in range(100)],
    )
    assert said(talk) == [f"new {number}" for number in range(100)]


@pytest.mark.usefixtures("often")
def test_steps_back_while_turns_come_lose_none_of_them():
    talk = Conversation([turn("old")])
    talk.clear()
    at_once(
        lambda: [talk.enter(turn(f"new {number}")) for number in range(200)],
        lambda: [talk.undo() for _ in range(101)],
    )
    assert [words for words in said(talk) if words != "old"] == [f"new {number}" for number in range(200)]


@pytest.mark.parametrize("face", ["anthropic", "openai"])
def test_two_threads_that_ask_in_one_chat_lose_no_turn(face):
    chat = Chat(provider="emulator", face=face)

    def ask(who: str) -> None:
        for number in range(5):
            chat.ask(f"{NOW}{who} {number}")

    at_once(lambda: ask("one"), lambda: ask("two"))
    asked = [each.prompt.text.removeprefix(NOW) for each in chat.turns]
    assert sorted(asked) == sorted(f"{who} {number}" for who in ("one", "two") for number in range(5))
    assert [message.role for message in chat.history] == ["user", "assistant"] * 10
    assert len(chat.usage) == 10
    assert chat.ask(NOW + "And now?").stop_reason == "end_turn"


def test_a_chat_can_be_changed_while_another_thread_asks():
    chat = Chat(provider="emulator")
    chat.ask(NOW + "first", turn="a")
    begun, changed = threading.Event(), threading.Event()

    def ask() -> None:
        with chat.stream(NOW + "second", turn="b") as stream:
            for _ in stream:
                begun.set()
                changed.wait(30)

    def change() -> None:
        begun.wait(30)
        chat.drop(1)
        assert chat.turns == ()
        chat.reset()
        assert chat.undo()
        changed.set()

    at_once(ask, change)
    assert [each.name for each in chat.turns] == ["a", "b"]


def test_a_turn_that_is_dropped_while_it_is_answered_anew_comes_back_at_the_end():
    chat = Chat(provider="emulator")
    for name in "ab":
        chat.ask(NOW + name, turn=name)
    with chat.stream(NOW + "a again", turn="a") as stream:
        next(stream)
        chat.drop(1)
        for _ in stream:
            pass
    assert [each.name for each in chat.turns] == ["b", "a"]


def test_a_turn_without_a_name_is_given_one_by_which_it_is_answered_anew() -> None:
    talk = Conversation([turn("one"), turn("two", "b"), turn("three")])
    name = talk.name_of(1)
    assert name
    assert talk.name_of(1) == name
    assert talk.name_of(2) == "b"
    assert talk.name_of(-1) != name
    talk.enter(turn("one again", name))
    assert [each.prompt.text for each in talk.turns] == ["one again", "two", "three"]
    assert [each.stale for each in talk.turns] == [False, True, True]
    with pytest.raises(RequestError, match="no turn 4"):
        talk.name_of(4)


def test_a_name_given_later_survives_a_step_back() -> None:
    talk = Conversation([turn("one"), turn("two")])
    talk.drop(2)
    name = talk.name_of(1)
    assert talk.undo()
    assert talk.turns[0].name == name


def test_whoever_watches_is_told_of_each_change_until_it_leaves() -> None:
    talk = Conversation([turn("one")])
    told: list[int] = []

    def fails() -> None:
        raise ValueError

    talk.watch(fails)
    leave = talk.watch(lambda: told.append(len(talk.turns)))
    talk.enter(turn("two"))
    talk.drop(1)
    talk.undo()
    talk.clear()
    talk.become(Conversation([turn("a"), turn("b"), turn("c")]))
    assert told == [2, 1, 2, 0, 3]
    leave()
    talk.enter(turn("two"))
    assert len(told) == 5
