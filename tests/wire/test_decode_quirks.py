"""Quirks of replies, each seen of a service or a gateway: what is said twice, late, elsewhere or in no place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from minimax_nb.errors import ServiceError
from minimax_nb.messages.events import Finished, Started, UsageSeen
from minimax_nb.messages.usage import Usage
from tests.wire.helpers import (
    block_delta,
    block_start,
    chunk,
    completion,
    contents,
    cuts,
    decode,
    messages_stream,
    sse,
)

USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}


def stream(*deltas: dict[str, Any], finish: str = "stop") -> bytes:
    return sse(*map(chunk, deltas), chunk({}, finish), done=True)


def detail(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "reasoning.text", "id": "r-1", "index": 0, "text": text, **more}


# -- the same thinking under two names ---------------------------------------------------------------------------------

TWICE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    # message: what goes back
    "OpenRouter, reasoning beside details": (
        {"reasoning": "Hm.", "reasoning_details": [detail("Hm.", format="unknown")]},
        {"reasoning_details": [detail("Hm.", format="unknown")]},
    ),
    "MiniMax, split": (
        {"reasoning_content": "Hm.", "reasoning_details": [detail("Hm.")]},
        {"reasoning_details": [detail("Hm.")]},
    ),
    "vLLM, both names": ({"reasoning_content": "Hm.", "reasoning": "Hm."}, {"reasoning_content": "Hm."}),
    "M3, field and tag": ({"reasoning_content": "Hm.", "content": "<think>\nHm.\n</think>\n\nYes."}, {}),
    "M3, field with a tag at its end": (
        {"reasoning_content": "Hm.\n</think>\n"},
        {"reasoning_content": "Hm.\n</think>\n"},
    ),
    "MiniMax, empty field and tag": (
        {"reasoning_content": "", "reasoning_details": [], "content": "<think>Hm.</think>Yes."},
        {"content": "<think>Hm.</think>Yes."},
    ),
}


@pytest.mark.parametrize("name", TWICE)
def test_thinking_of_a_whole_body_under_two_names_is_counted_once(name: str) -> None:
    message, echo = TWICE[name]
    outcome = decode(completion({"content": "Yes.", **message}))
    assert outcome.spoken == [("thinking", "Hm."), ("text", "Yes.")]
    assert outcome.reply.message.echo == (echo or {"reasoning_content": "Hm."})


@pytest.mark.parametrize("name", TWICE)
def test_thinking_of_a_stream_under_two_names_is_counted_once(name: str) -> None:
    message, echo = TWICE[name]
    content = message.get("content", "Yes.")
    fields = {key: value for key, value in message.items() if key != "content"}
    outcome = decode(stream(fields, *({"content": letter} for letter in content)))
    assert outcome.spoken == [("thinking", "Hm."), ("text", "Yes.")]
    assert outcome.reply.message.echo == (echo or {"reasoning_content": "Hm."})


@pytest.mark.parametrize("opening", ["", "<think>", "<mm:think>\n"])
@pytest.mark.parametrize("face", ["openai", "anthropic"])
def test_a_template_that_opened_the_thinking_is_read_on_both_faces(face: Any, opening: str) -> None:
    closing = "\n</mm:think>\n\n" if "mm:" in opening else "</think>\n"
    whole = f"{opening}Hm, so.{closing}Yes."
    for pieces in ([whole], *cuts(whole, 2)):
        said = list(filter(None, pieces))
        if face == "openai":
            data = contents(*said)
        else:
            data = messages_stream(*(block_delta(0, "text_delta", text=piece) for piece in said))
        for inside in (True, False):
            outcome = decode(data, face, starts_in_thinking=inside)
            assert outcome.spoken == [("thinking", "Hm, so."), ("text", "Yes.")]
            assert whole in json.dumps(dict(outcome.reply.message.echo or {}), ensure_ascii=False).replace("\\n", "\n")


@pytest.mark.parametrize("face", ["openai", "anthropic"])
def test_thinking_that_was_never_closed_stays_text_or_thinking_as_it_was_shown(face: Any) -> None:
    for inside, whole, kind in ((True, "Hm, so.", "text"), (False, "<mm:think>Hm, so.", "thinking")):
        data = contents(whole) if face == "openai" else messages_stream(block_delta(0, "text_delta", text=whole))
        assert decode(data, face, starts_in_thinking=inside).spoken == [(kind, "Hm, so.")]


CALL = {"index": 0, "id": "x", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}


# -- a whole completion in a stream ------------------------------------------------------------------------------------

SUMMARY: dict[str, Any] = {"reasoning_content": "Hm.", "content": "Yes.", "tool_calls": [CALL]}
SAID: dict[str, list[dict[str, Any]]] = {
    "everything": [{"reasoning_content": "Hm."}, {"content": "Yes."}, {"tool_calls": [CALL]}],
    "thinking and text": [{"reasoning_content": "Hm."}, {"content": "Yes."}],
    "thinking alone": [{"reasoning_content": "Hm."}],
    "nothing": [{"role": "assistant", "content": ""}],
}


@pytest.mark.parametrize("said", SAID)
@pytest.mark.parametrize("delta", [None, {}, {"role": "assistant", "content": ""}])
def test_a_whole_completion_adds_what_was_not_said_and_repeats_nothing(said: str, delta: Any) -> None:
    summary = json.loads(completion(SUMMARY, "tool_calls", usage=USAGE, base_resp={"status_code": 0}))
    if not delta:
        summary["choices"][0]["delta"] = delta
    outcome = decode(sse(*map(chunk, SAID[said]), summary, done=True))
    assert outcome.spoken == [("thinking", "Hm."), ("text", "Yes."), ("f", '{"a": 1}')]
    assert outcome.reply.message.echo == {"reasoning_content": "Hm."}
    assert [event.usage for event in outcome.events if isinstance(event, UsageSeen)] == [
        Usage(10, None, None, 5, None, 15)
    ]


def test_a_whole_completion_that_comes_twice_is_one_reply() -> None:
    whole = json.loads(completion({"content": "<think>Hm.</think>Yes."}, usage=USAGE))
    outcome = decode(sse(whole, whole, done=True))
    assert outcome.spoken == [("thinking", "Hm."), ("text", "Yes.")]


# -- ends --------------------------------------------------------------------------------------------------------------


def test_chunks_without_choices_between_and_after_say_nothing() -> None:
    empty: list[dict[str, Any]] = [{}, {"choices": []}, {"choices": None}, {"id": "x"}, {"usage": None}]
    ends = [chunk(choices=[], usage={"total_tokens": 0, "total_characters": 0}), chunk(choices=[], usage=USAGE)]
    outcome = decode(sse(*empty, chunk({"content": "Hi"}), *empty, chunk({}, "stop"), *ends, *empty))
    assert outcome.spoken == [("text", "Hi")]
    assert outcome.reply.usage == Usage(10, None, None, 5, None, 15)
    assert outcome.events[0] == Started("id-1", "MiniMax-M3")


def test_text_after_the_finish_reason_is_read() -> None:
    data = sse(chunk({"content": "Hi"}, "length"), chunk({"content": " there"}), chunk({"content": "."}, "stop"))
    reply = decode(data).reply
    assert (reply.text, reply.stop_reason) == ("Hi there.", "max_tokens")


@pytest.mark.parametrize("index", [None, 0, "0", 0.0, False, "", [], {}])
def test_a_choice_whose_index_is_odd_is_the_first(index: Any) -> None:
    choice = {"index": index, "delta": {"content": "Hi"}, "finish_reason": "stop"}
    assert decode(sse({"choices": [choice]})).reply.text == "Hi"


@pytest.mark.parametrize(
    ("choice", "code"),
    [
        ({"delta": {"content": ""}, "finish_reason": "error"}, None),
        ({"delta": {}, "error": {"code": 429, "message": "slow"}}, "429"),
        ({"delta": None, "finish_reason": "error", "error": {"code": 502, "message": "gone"}}, "502"),
    ],
)
def test_an_error_inside_a_choice_is_one_and_what_came_is_kept(choice: dict[str, Any], code: str | None) -> None:
    outcome = decode(sse(chunk({"content": "Hello wor </th"}), {"choices": [choice]}, chunk({"content": "x"}, "stop")))
    assert isinstance(outcome.failure, ServiceError)
    assert outcome.failure.code == code
    assert outcome.reply.text == "Hello wor </th"
    assert not [event for event in outcome.events if isinstance(event, Finished)]


def test_an_error_inside_the_choice_of_a_whole_body_is_one() -> None:
    body = json.dumps({"choices": [{"message": {"content": "Hel"}, "error": {"code": 502, "message": "gone"}}]})
    outcome = decode(body.encode())
    assert (outcome.failure.code, outcome.reply.text) == ("502", "Hel")


@pytest.mark.parametrize("face", ["openai", "anthropic"])
def test_an_error_after_the_finish_is_told_unless_the_end_was_said(face: Any) -> None:
    error = sse({"base_resp": {"status_code": 1027, "status_msg": "output new_sensitive"}})
    if face == "openai":
        before, end = sse(chunk({"content": "Hi"}, "stop")), b"data: [DONE]\n\n"
    else:
        before, end = messages_stream(block_delta(0, "text_delta", text="Hi")), b""
        before = before[: before.index(b"event: message_stop")]
        end = b'event: message_stop\ndata: {"type": "message_stop"}\n\n'
    failed = decode(before + error + end, face)
    assert (failed.failure.code, failed.reply.text) == ("1027", "Hi")
    assert decode(before + end + error, face).reply.stop_reason == "end_turn"


@pytest.mark.parametrize("face", ["openai", "anthropic"])
@pytest.mark.parametrize("code", [0, "0", None, "", 0.0])
def test_a_good_code_beside_a_reply_is_no_error(face: Any, code: Any) -> None:
    fine = {"base_resp": {"status_code": code, "status_msg": "success"}}
    message = {"type": "message", "content": [{"type": "text", "text": "Hi"}], **fine}
    body = completion({"content": "Hi"}, **fine) if face == "openai" else json.dumps(message).encode()
    assert decode(body, face).spoken == [("text", "Hi")]
    assert decode(sse(json.loads(body), done=True), face).spoken == [("text", "Hi")]


# -- the other protocol ------------------------------------------------------------------------------------------------

MESSAGES = messages_stream({"type": "ping"}, block_start(0, type="text", text=""))
MESSAGE = json.dumps(
    {"type": "message", "content": [{"type": "text", "text": "Hi"}], "stop_reason": "end_turn"}
).encode()


@pytest.mark.parametrize(
    ("asked", "data", "answered"),
    [
        ("openai", MESSAGES, "anthropic"),
        ("openai", sse({"type": "ping"}, block_start(0, type="text", text="")), "anthropic"),
        ("openai", MESSAGE, "anthropic"),
        ("openai", sse(json.loads(MESSAGE)), "anthropic"),
        ("anthropic", contents("Hi"), "openai"),
        ("anthropic", completion({"content": "Hi"}), "openai"),
        ("anthropic", sse(json.loads(completion({"content": "Hi"}))), "openai"),
    ],
)
def test_an_answer_in_the_other_protocol_names_the_option(asked: Any, data: bytes, answered: str) -> None:
    outcome = decode(data, asked)
    assert outcome.events == ()
    assert outcome.broken is not None
    assert "which was not asked for" in str(outcome.broken)
    assert f"--face {answered}" in outcome.broken.hint


# -- an empty reply ----------------------------------------------------------------------------------------------------


def notes(data: bytes, face: Any = "openai") -> tuple[str, ...]:
    reply = decode(data, face).reply
    assert (reply.text, reply.partial, reply.done) == ("", False, True)
    return reply.notes


@pytest.mark.parametrize(
    ("message", "finish", "note"),
    [
        ({"content": "", "reasoning_content": "Hm."}, "stop", "The model thought, but gave no answer."),
        ({"content": None}, "stop", "The service sent no answer."),
        ({"content": " \n"}, "stop", "The service sent no answer."),
        ({"content": "", "reasoning_content": "Hm"}, "length", "thinking used up the limit of tokens"),
        ({"content": "<think>\nHm\n</think>\n\n"}, "length", "thinking used up the limit of tokens"),
        ({"content": ""}, "length", "the limit of tokens was too small"),
    ],
)
def test_an_empty_reply_is_whole_and_says_why(message: dict[str, Any], finish: str, note: str) -> None:
    zero = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    if str(message["content"]).strip() or not message["content"]:
        assert note in notes(completion(message, finish, usage=zero))[0]
    (said,) = decode(stream(message, finish=finish)).reply.notes
    assert note in said


def test_an_empty_message_says_so_on_the_other_face_too() -> None:
    thinking = block_delta(0, "thinking_delta", thinking="Hm.")
    assert "gave no answer" in notes(messages_stream(thinking), "anthropic")[0]
    assert "Raise max_tokens" in notes(messages_stream(thinking, stop="max_tokens"), "anthropic")[0]


@pytest.mark.parametrize(
    ("message", "finish"),
    [
        ({"content": "Hi"}, "length"),
        ({"content": "", "tool_calls": [CALL]}, "tool_calls"),
        ({"content": ""}, "content_filter"),
    ],
)
def test_a_reply_that_says_something_or_was_withheld_has_no_note(message: dict[str, Any], finish: str) -> None:
    assert decode(completion(message, finish)).reply.notes == ()


def test_a_refusal_is_read_as_the_text_it_is() -> None:
    assert decode(completion({"content": None, "refusal": "I will not."})).spoken == [("text", "I will not.")]
    assert decode(stream({"refusal": "I will"}, {"refusal": " not."})).spoken == [("text", "I will not.")]
