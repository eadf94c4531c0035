"""Bytes no reader should stumble over: line ends, marks, giants, cut letters, broken text, odd numbers, odd types."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from minimax_nb.messages.events import Failed
from tests.wire.helpers import (
    Outcome,
    block_delta,
    block_start,
    block_stop,
    chunk,
    completion,
    contents,
    decode,
    drive,
    messages_stream,
    sse,
)

BOTH = pytest.mark.parametrize("face", ["openai", "anthropic"])


def said(face: str, *pieces: str) -> bytes:
    """A stream that says these pieces, without a byte that is not ASCII."""
    if face == "openai":
        return contents(*pieces)
    return messages_stream(*(block_delta(0, "text_delta", text=piece) for piece in pieces))


def body(face: str, text: str) -> bytes:
    """A whole reply with this text."""
    if face == "openai":
        return completion({"content": text})
    return json.dumps(
        {"type": "message", "content": [{"type": "text", "text": text}], "stop_reason": "end_turn"}
    ).encode()


@BOTH
@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_every_line_end_and_a_byte_order_mark_are_read(face: Any, end: bytes, mark: bytes) -> None:
    data = mark + said(face, "One ", "line,\n", "two.").replace(b"\n", end)
    assert decode(data, face).reply.text == "One line,\ntwo."


@BOTH
def test_a_byte_order_mark_before_a_body_is_read(face: Any) -> None:
    assert decode(b"\xef\xbb\xbf\r\n" + body(face, "Hi"), face).reply.text == "Hi"


@BOTH
def test_letters_of_many_bytes_are_cut_anywhere(face: Any) -> None:
    text = "Grüße, 你好 \U0001f600 e\u0301 \u2028 \u0085 ∎"
    raw = json.dumps(text)[1:-1].encode(), text.encode()
    assert decode(said(face, text), face).reply.text == text
    assert decode(said(face, text).replace(*raw), face).reply.text == text
    assert decode(body(face, text).replace(*raw), face).reply.text == text


@BOTH
@pytest.mark.parametrize("streamed", [True, False])
def test_a_line_of_five_megabytes_is_read_in_small_pieces(face: Any, streamed: bool) -> None:
    text = "All of it. " * 480_000
    data = said(face, text) if streamed else body(face, text)
    assert len(data) > 5_000_000
    outcome = drive((data[at : at + 4096] for at in range(0, len(data), 4096)), face)
    assert (len(outcome.reply.text), outcome.reply.stop_reason) == (len(text), "end_turn")


@BOTH
@pytest.mark.parametrize(
    ("raw", "read"),
    [
        (b"\x00", "\x00"),
        (b"\\u0000", "\x00"),
        (b"\x1b[2J", "\x1b[2J"),
        (b"\t", "\t"),
        (b"\xff", "\ufffd"),
        (b"\xc3", "\ufffd"),
        (b"\xed\xa0\x80", None),
        (b"\\ud83d", None),
        (b"\\ude00\\ud83d", None),
        (b"\\ud83d\\ude00", "\U0001f600"),
    ],
)
def test_broken_text_is_read_as_text_that_can_be_written(face: Any, raw: bytes, read: str | None) -> None:
    for data in (said(face, "a@b"), body(face, "a@b")):
        text = decode(data.replace(b"@", raw), face).reply.text
        assert text.startswith("a")
        assert text.endswith("b")
        assert text.encode()
        assert read is None or text == f"a{read}b"


@BOTH
@pytest.mark.parametrize(
    "number", [b"1e999", b"-1e999", b"NaN", b"Infinity", b"-Infinity", b"1" * 400, b"-0", b"1.5e3"]
)
def test_numbers_beyond_reason_are_no_counts_and_no_trouble(face: Any, number: bytes) -> None:
    odd = {
        "prompt_tokens": "@",
        "completion_tokens": "@",
        "total_tokens": "@",
        "input_tokens": "@",
        "output_tokens": "@",
    }
    whole = json.loads(body(face, "Hi"))
    whole |= {"usage": odd, "created": "@"}
    for data in (json.dumps(whole).encode(), sse(whole)):
        reply = decode(data.replace(b'"@"', number), face).reply
        assert reply.text == "Hi"
        assert json.dumps(reply.usage.to_dict(), allow_nan=False)


@BOTH
def test_of_two_members_with_one_name_the_last_counts(face: Any) -> None:
    whole = body(face, "Hi")
    twice = b'{"usage": 7, "model": [], ' + whole[1:-1] + b', "model": "m2"}'
    reply = decode(twice, face).reply
    assert (reply.text, reply.model) == ("Hi", "m2")


@BOTH
@pytest.mark.parametrize("depth", [50, 150, 100_000])
def test_nesting_is_read_or_named(face: Any, depth: int) -> None:
    deep = b"[" * depth + b"]" * depth
    whole = body(face, "Hi")[:-1] + b', "deep": ' + deep + b"}"
    for data in (whole, b"data: " + whole + b"\n\n"):
        outcome = drive([data], face)
        assert outcome.reply.text == "Hi" or "JSON that is broken" in str(outcome.broken)
        assert depth > 100 or outcome.reply.text == "Hi"


@BOTH
def test_deep_values_that_go_back_can_be_written(face: Any) -> None:
    deep: Any = "x"
    for _ in range(120):
        deep = {"a": [deep]}
    if face == "openai":
        data = completion({"content": "Hi", "reasoning_details": [{"type": "x", "data": deep}]})
    else:
        data = json.dumps(
            {"type": "message", "content": [{"type": "x", "d": deep}, {"type": "text", "text": "Hi"}]}
        ).encode()
    outcome = drive([data], face)
    assert outcome.broken is not None or json.dumps([dict(outcome.reply.message.echo or {}), outcome.spoken])


# -- any value in any place --------------------------------------------------------------------------------------------

CALL = {"index": 0, "id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
DETAIL = {"type": "reasoning.text", "id": "r", "format": "x", "index": 0, "text": "Hm.", "signature": None}
FIELDS: dict[str, Any] = {
    "role": "assistant",
    "name": "MiniMax AI",
    "audio_content": "",
    "content": "Yes.",
    "refusal": None,
    "reasoning_content": "Hm.",
    "reasoning": "Hm.",
    "thinking": "Hm.",
    "reasoning_details": [DETAIL],
    "tool_calls": [CALL],
    "function_call": {"name": "f", "arguments": "{}"},
}
DETAILS = {"cached_tokens": 1, "reasoning_tokens": 1, "cache_read_input_tokens": 1, "cache_creation_input_tokens": 1}
USAGE = {
    "prompt_tokens": 9,
    "completion_tokens": 3,
    "total_tokens": 12,
    "total_characters": 0,
    "prompt_tokens_details": DETAILS,
    "completion_tokens_details": DETAILS,
    "input_tokens": 9,
    "output_tokens": 3,
    "cache_read_input_tokens": 1,
    "cache_creation_input_tokens": 1,
}
FINE = {"base_resp": {"status_code": 0, "status_msg": ""}, "error": None, "status": None, "input_sensitive": False}
CHUNK = {**chunk(FIELDS, "stop"), "created": 1, "usage": USAGE, **FINE}
COMPLETION = {**json.loads(completion(FIELDS)), "usage": USAGE, **FINE}
BLOCKS = [
    {"type": "thinking", "thinking": "Hm.", "signature": "s"},
    {"type": "text", "text": "Yes.", "citations": []},
    {"type": "tool_use", "id": "c", "name": "f", "input": {"a": 1}},
    {"type": "redacted_thinking", "data": "x"},
]
MESSAGE = {
    "id": "i",
    "type": "message",
    "model": "m",
    "content": BLOCKS,
    "stop_reason": "tool_use",
    "usage": USAGE,
    **FINE,
}
EVENTS: list[dict[str, Any]] = [
    {"type": "message_start", "message": {**MESSAGE, "content": []}},
    {"type": "ping"},
    block_start(0, **BLOCKS[0]),
    block_delta(0, "thinking_delta", thinking="So."),
    block_delta(0, "signature_delta", signature="s"),
    block_stop(0),
    block_start(1, **BLOCKS[1]),
    block_delta(1, "text_delta", text="So."),
    block_delta(1, "citations_delta", citation={"a": 1}),
    block_stop(1),
    block_start(2, **BLOCKS[2]),
    block_delta(2, "input_json_delta", partial_json="{}"),
    block_stop(2),
    block_start(3, **BLOCKS[3]),
    block_delta(3, "redacted_thinking_delta", data="y"),
    block_stop(3),
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": USAGE, **FINE},
    {"type": "message_stop"},
]
ODD: tuple[Any, ...] = (
    *(None, True, False, 0, 1, -1, 7.5, 10**30, float("inf"), "", "x", "0", " \n", "</think>", "\ud800"),
    *([], {}, [None], ["x"], [[]], [{}], {"": None}, {"type": "x"}, {"text": "x"}, [{"type": "text", "text": 7}]),
)


def places(value: Any) -> Iterator[tuple[Any, ...]]:
    """The path of every value inside a JSON value, and of the value itself."""
    yield ()
    for key in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from ((key, *path) for path in places(value[key]))


def changed(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    """The value with ``odd`` at ``path``; the value itself is not touched."""
    if not path:
        return odd
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed(value[path[0]], path[1:], odd)
    return copy


def settled(outcome: Outcome) -> None:
    """Whatever came, it can be shown, sent back and saved."""
    reply = outcome.reply
    kept = [reply.text, reply.thinking, [call.arguments for call in reply.tool_calls], reply.metadata("1")]
    json.dumps([*kept, outcome.spoken], ensure_ascii=False).encode()
    json.dumps(reply.message.echo, ensure_ascii=False, allow_nan=False).encode()
    assert outcome.broken is None or str(outcome.broken)
    assert all(str(event.error) and event.error.hint for event in outcome.events if isinstance(event, Failed))


@pytest.mark.parametrize(
    ("face", "whole"),
    [("openai", CHUNK), ("openai", COMPLETION), ("anthropic", MESSAGE)],
    ids=["chunk", "body", "message"],
)
def test_any_value_in_any_place_of_a_reply_is_borne(face: Any, whole: dict[str, Any]) -> None:
    for path in places(whole):
        for odd in ODD:
            data = json.dumps(changed(whole, path, odd)).encode()
            settled(drive([data], face))
            settled(drive([sse(chunk({"content": "x"}) if face == "openai" else EVENTS[0], data, done=True)], face))


def test_any_value_in_any_place_of_an_event_is_borne() -> None:
    for at, event in enumerate(EVENTS):
        for path in places(event):
            for odd in ODD:
                odd_event = json.dumps(changed(event, path, odd)).encode()
                settled(drive([sse(*EVENTS[:at], odd_event, *EVENTS[at + 1 :])], "anthropic"))
