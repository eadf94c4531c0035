"""What of a conversation goes back, on messages alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from minimax_nb.errors import RequestError
from minimax_nb.messages.parts import Message, Opaque, Origin, Part, Text, Thinking, ToolCall, ToolResult, user
from minimax_nb.wire.history import NO_OUTPUT, Receiver, prepare

HERE = Origin("minimax", "openai", "MiniMax-M3")
MINIMAX = Receiver(provider="minimax", face="openai")


def assistant(*parts: Part | str, origin: Origin | None = HERE, partial: bool = False, **echo: str) -> Message:
    whole = tuple(Text(part) if isinstance(part, str) else part for part in parts)
    return Message("assistant", whole, origin, echo or None, partial)


def call(name: str = "f", call_id: str = "c1") -> ToolCall:
    return ToolCall(call_id, name, {"a": 1}, '{"a": 1}')


def results(*ids: str, content: str = "42") -> Message:
    return Message("tool", tuple(ToolResult(call_id, content) for call_id in ids))


def told(*messages: Message) -> list[tuple[str, tuple[Part, ...]]]:
    return [(message.role, message.parts) for message in prepare(messages, MINIMAX)]


def test_a_plain_conversation_is_left_as_it_is() -> None:
    talk = [user("Hi"), assistant(Thinking("Hm.", "s"), "Yes.", content="<think>"), user("So?")]
    assert prepare(talk, MINIMAX) == talk


def test_thinking_opaque_blocks_and_echoes_stay_with_their_service() -> None:
    own = assistant(Thinking("Hm.", "s"), Opaque({"type": "x"}), "Yes.", content="<think>")
    for provider, face in (("runapi", "openai"), ("minimax", "anthropic")):
        (_, stripped) = prepare([user("Hi"), own], Receiver(provider=provider, face=face))
        assert stripped == Message("assistant", (Text("Yes."),))
    (_, stripped) = prepare([user("Hi"), assistant(Thinking("Hm."), "Yes.", origin=None)], MINIMAX)
    assert stripped.parts == (Text("Yes."),)


def test_another_model_of_the_same_service_sees_the_thinking() -> None:
    own = assistant(Thinking("Hm.", "s"), "Yes.", origin=Origin("minimax", "openai", "MiniMax-M2"))
    assert prepare([user("Hi"), own], MINIMAX) == [user("Hi"), own]


def test_a_model_that_does_not_think_sees_no_thinking() -> None:
    own = assistant(Thinking("Hm.", "s"), "Yes.", content="<think>Hm.</think>Yes.")
    (_, plain) = prepare([user("Hi"), own], replace(MINIMAX, thinks=False))
    assert plain == Message("assistant", (Text("Yes."),))


def test_the_user_speaks_first() -> None:
    greeting = assistant("Welcome!", call())
    rest = [("user", (Text("Hi"),)), ("assistant", (Text("Yes."),))]
    assert told(greeting, results("c1"), assistant("Well?"), user("Hi"), assistant("Yes.")) == rest
    assert told(user(" "), greeting, user("Hi"), assistant("Yes.")) == rest


def test_a_reply_cut_off_goes_back_as_its_text() -> None:
    cut = assistant(Thinking("Hm."), "Yes, bu", call(), partial=True, content="<think>")
    assert told(user("Hi"), cut, results("c1"), user("Go on.")) == [
        ("user", (Text("Hi"),)),
        ("assistant", (Text("Yes, bu"),)),
        ("user", (Text("Go on."),)),
    ]


@pytest.mark.parametrize("gone", [assistant(Thinking("Hm."), call(), partial=True), assistant(" \n", partial=True)])
def test_a_reply_cut_off_before_its_text_goes_and_the_users_words_run_on(gone: Message) -> None:
    assert told(user("Hi"), gone, user("Still there?")) == [("user", (Text("Hi\n\nStill there?"),))]


THOUGHTS = (Thinking("Hm.", "s"), Opaque({"type": "redacted_thinking"}))


@pytest.mark.parametrize("empty", [assistant(), assistant(""), assistant("\n"), assistant(*THOUGHTS)])
def test_a_reply_that_says_nothing_goes(empty: Message) -> None:
    assert told(user("Hi"), empty, user("Still there?")) == [("user", (Text("Hi\n\nStill there?"),))]


def test_blank_texts_of_a_reply_go() -> None:
    assert told(user("Hi"), assistant("\n", call(), ""), results("c1"))[1] == ("assistant", (call(),))


def test_texts_of_one_prompt_are_joined_as_they_stand() -> None:
    assert told(user("a", " ", "b\n"), user(), user(" \n")) == [("user", (Text("a b\n"),))]


def test_messages_of_the_user_in_a_row_become_one() -> None:
    assert told(user("a"), user("b"), assistant("c"), user("d"), user("e")) == [
        ("user", (Text("a\n\nb"),)),
        ("assistant", (Text("c"),)),
        ("user", (Text("d\n\ne"),)),
    ]


def test_calls_and_results_that_belong_together_stay() -> None:
    both = assistant("I look.", call(), call("g", "c2"))
    expected = [
        ("user", (Text("Hi"),)),
        ("assistant", both.parts),
        ("tool", (ToolResult("c1", "42"), ToolResult("c2", "42"))),
        ("user", (Text("So?"),)),
    ]
    assert told(user("Hi"), both, results("c1", "c2"), user("So?")) == expected
    assert told(user("Hi"), both, results("c2"), results("c1"), user("So?")) == expected, "in the order of the calls"
    assert told(user("Hi"), both, user("So?"), results("c1", "c2")) == expected, "right after the calls"


def test_calls_without_results_go() -> None:
    assert told(user("Hi"), assistant("I look.", call(), call("g", "c2")), results("c2")) == [
        ("user", (Text("Hi"),)),
        ("assistant", (Text("I look."), call("g", "c2"))),
        ("tool", (ToolResult("c2", "42"),)),
    ]
    assert told(user("Hi"), assistant(Thinking("Hm.", "s"), call()), user("So?")) == [("user", (Text("Hi\n\nSo?"),))]


def test_results_without_calls_go() -> None:
    assert told(user("Hi"), results("c9"), assistant("Yes."), results("c1", "")) == [
        ("user", (Text("Hi"),)),
        ("assistant", (Text("Yes."),)),
    ]


def test_a_result_answers_the_last_call_of_its_id_only() -> None:
    talk = told(
        user("Hi"), assistant(call()), results("c1"), assistant("Again.", call()), user("No."), assistant("Ok.")
    )
    assert [parts for role, parts in talk if role == "assistant"] == [(call(),), (Text("Again."),), (Text("Ok."),)]


def test_two_calls_of_one_id_are_told_apart_by_their_order() -> None:
    answers = Message("tool", (ToolResult("c1", "first"), ToolResult("c1", "second")))
    assert told(user("Hi"), assistant(call(), call("g")), answers)[1:] == [
        ("assistant", (call(), call("g", "c1_2"))),
        ("tool", (ToolResult("c1", "first"), ToolResult("c1_2", "second"))),
    ]
    assert told(user("Hi"), assistant(call(), call("g")), results("c1"))[1:] == [
        ("assistant", (call(),)),
        ("tool", (ToolResult("c1", "42"),)),
    ]
    assert told(user("Hi"), assistant(call()), answers)[2] == ("tool", (ToolResult("c1", "first"),))


def test_ids_that_each_reply_counts_anew_stay_apart() -> None:
    once = (assistant(call()), results("c1"))
    talk = told(user("Hi"), *once, user("Again."), *once, *once, assistant(call("f", "c1_2")), results("c1_2"))
    ids = [part.id for _, parts in talk for part in parts if isinstance(part, ToolCall)]
    answered = [part.call_id for _, parts in talk for part in parts if isinstance(part, ToolResult)]
    assert ids == answered == ["c1", "c1_2", "c1_3", "c1_2_2"]


def test_calls_without_an_id_get_one() -> None:
    talk = told(user("Hi"), assistant(call("f", ""), call("g", "")), results("", ""))
    assert talk[1:] == [
        ("assistant", (call("f", "call"), call("g", "call_2"))),
        ("tool", (ToolResult("call", "42"), ToolResult("call_2", "42"))),
    ]


def test_ids_that_would_be_the_same_once_written_stay_apart() -> None:
    talk = told(user("Hi"), assistant(call("f", "\ud800"), call("g", "\udc00")), results("\udc00", "\ud800"))
    assert [part.id for part in talk[1][1] if isinstance(part, ToolCall)] == ["?", "?_2"]


@pytest.mark.parametrize("name", ["", " \n"])
def test_a_call_without_a_name_goes_back_with_its_result(name: str) -> None:
    _, (_, said), (role, answers) = told(user("Hi"), assistant("x", call(name)), results("c1"))
    assert said == (Text("x"), call("no_name"))
    assert (role, answers) == ("tool", (ToolResult("c1", "42"),))


def test_empty_thinking_goes_unless_it_is_signed() -> None:
    own = assistant(Thinking(""), Thinking("", "s"), Thinking("\n"), "Yes.")
    assert told(user("Hi"), own)[1] == ("assistant", (Thinking("", "s"), Text("Yes.")))


def test_an_empty_result_says_so() -> None:
    assert told(user("Hi"), assistant(call()), results("c1", content=" \n"))[2] == (
        "tool",
        (ToolResult("c1", NO_OUTPUT),),
    )


def test_words_beside_a_result_follow_in_a_message_of_their_own() -> None:
    mixed = Message("user", (ToolResult("c1", "42"), Text("And now?")))
    assert told(user("Hi"), assistant(call()), mixed)[2:] == [
        ("tool", (ToolResult("c1", "42"),)),
        ("user", (Text("And now?"),)),
    ]


def test_parts_that_their_speaker_cannot_have_said_go() -> None:
    strange = Message("user", (Text("Hi"), call(), *THOUGHTS))
    assert told(strange, assistant("Yes.", ToolResult("c1", "42"))) == [
        ("user", (Text("Hi"),)),
        ("assistant", (Text("Yes."),)),
    ]


@pytest.mark.parametrize("nothing", [[], [user()], [user(" \n")], [assistant("x")], [results("c1")]])
def test_nothing_to_send_is_refused(nothing: list[Message]) -> None:
    with pytest.raises(RequestError, match="nothing to send"):
        prepare(nothing, MINIMAX)
