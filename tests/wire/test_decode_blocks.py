"""Blocks of the Anthropic face that come late, twice, in odd shapes or of unknown kinds: read, or kept to go back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from minimax_nb.messages.events import Started
from minimax_nb.messages.parts import Opaque, Text, Thinking, user
from minimax_nb.messages.request import Request
from minimax_nb.messages.usage import Usage
from minimax_nb.wire import FACES
from tests.wire.helpers import (
    Outcome,
    block_delta,
    block_start,
    block_stop,
    decode,
    endpoint,
    messages_stream,
    sse,
)

TEXT = block_start(0, type="text", text="")


def read(*events: dict[str, Any], **how: Any) -> Outcome:
    return decode(messages_stream(*events, **how), "anthropic")


def text(piece: str, index: int = 0) -> dict[str, Any]:
    return block_delta(index, "text_delta", text=piece)


def thought(piece: str, index: int = 0) -> dict[str, Any]:
    return block_delta(index, "thinking_delta", thinking=piece)


def signature(value: str, index: int = 0) -> dict[str, Any]:
    return block_delta(index, "signature_delta", signature=value)


def sent_back(outcome: Outcome) -> list[dict[str, Any]]:
    """The blocks of the reply as the next call sends them."""
    reply = outcome.reply
    reply.face = "anthropic"
    asked = Request("MiniMax-M3", (user("Hello?"), reply.message))
    call = FACES["anthropic"].encode(asked, endpoint("anthropic"))
    (_, message) = json.loads(call.body)["messages"]
    return message["content"]  # type: ignore[no-any-return]


# -- signatures --------------------------------------------------------------------------------------------------------

YES = [block_start(1, type="text", text=""), text("Yes.", 1), block_stop(1)]
SIGNED: dict[str, list[dict[str, Any]]] = {
    "in its place": [thought("Hm."), signature("s"), block_stop(0), *YES],
    "first": [signature("s"), thought("Hm."), block_stop(0), *YES],
    "with the start": [
        block_start(0, type="thinking", thinking="", signature="s"),
        thought("Hm."),
        block_stop(0),
        *YES,
    ],
    "twice": [thought("Hm."), signature("s"), signature("s"), block_stop(0), *YES],
    "after the stop": [thought("Hm."), block_stop(0), signature("s"), *YES],
    "after the text": [thought("Hm."), block_stop(0), *YES, signature("s")],
    "before and after the stop": [thought("Hm."), signature("s"), block_stop(0), signature("s"), *YES],
    "after an empty one": [
        block_start(0, type="thinking", thinking="", signature=""),
        thought("Hm."),
        signature(""),
        signature("s"),
        block_stop(0),
        *YES,
    ],
}


@pytest.mark.parametrize("when", SIGNED)
def test_a_signature_goes_back_whenever_it_came(when: str) -> None:
    outcome = read(*SIGNED[when])
    assert outcome.spoken == [("thinking", "Hm."), ("text", "Yes.")]
    assert sent_back(outcome) == [
        {"type": "thinking", "thinking": "Hm.", "signature": "s"},
        {"type": "text", "text": "Yes."},
    ]


def test_thinking_that_is_never_signed_goes_back_unsigned() -> None:
    assert sent_back(read(thought("Hm."), block_stop(0), *YES))[0] == {"type": "thinking", "thinking": "Hm."}


def test_two_blocks_of_thinking_in_one_place_keep_their_signatures() -> None:
    outcome = read(
        thought("a"), signature("s"), block_stop(0), block_start(0, type="thinking"), thought("b"), signature("t"), *YES
    )
    assert outcome.reply.parts[:2] == (Thinking("a", "s"), Thinking("b", "t"))


def test_secret_thinking_after_signed_thinking_is_a_block_of_its_own() -> None:
    outcome = read(thought("a"), signature("s"), block_stop(0), signature("t"), block_stop(0), *YES)
    assert outcome.reply.parts == (Thinking("a", "s"), Thinking("", "t"), Text("Yes."))


# -- what is not known -------------------------------------------------------------------------------------------------

CITED = {"type": "char_location", "cited_text": "x"}


def test_citations_of_a_text_block_go_back_with_it() -> None:
    cited = block_delta(0, "citations_delta", citation=CITED)
    streamed = read(TEXT, text("Ye"), cited, text("s."), cited, block_stop(0))
    body = {"type": "message", "content": [{"type": "text", "text": "Yes.", "citations": [CITED, CITED]}]}
    for outcome in (streamed, decode(json.dumps(body).encode(), "anthropic")):
        assert outcome.reply.text == "Yes."
        assert sent_back(outcome) == body["content"]


@pytest.mark.parametrize(
    ("start", "deltas", "whole"),
    [
        (
            {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {}},
            [("input_json_delta", {"partial_json": '{"query"'}), ("input_json_delta", {"partial_json": ': "x"}'})],
            {"type": "server_tool_use", "id": "s1", "name": "web_search", "input": {"query": "x"}},
        ),
        (
            {"type": "compaction", "content": None},
            [("compaction_delta", {"content": "All that "}), ("compaction_delta", {"content": "was said."})],
            {"type": "compaction", "content": "All that was said."},
        ),
        (
            {"type": "novelty", "items": [1]},
            [
                ("novelty_delta", {"items": [2], "note": "a", "count": 1}),
                ("x", {"items": [3], "note": "b", "count": 2}),
            ],
            {"type": "novelty", "items": [1, 2, 3], "note": "ab", "count": 2},
        ),
        ({"type": "redacted_thinking", "data": "xyz"}, [], {"type": "redacted_thinking", "data": "xyz"}),
        (
            {"type": "redacted_thinking", "data": ""},
            [("redacted_thinking_delta", {"data": "x"}), ("redacted_thinking_delta", {"data": "yz"})],
            {"type": "redacted_thinking", "data": "xyz"},
        ),
    ],
)
def test_blocks_of_unknown_kinds_go_back_with_all_their_deltas(
    start: dict[str, Any], deltas: list[tuple[str, dict[str, Any]]], whole: dict[str, Any]
) -> None:
    events = [block_start(0, **start), *(block_delta(0, kind, **delta) for kind, delta in deltas), block_stop(0), *YES]
    outcome = read(*events)
    assert outcome.spoken[1:] == [("text", "Yes.")]
    assert sent_back(outcome) == [whole, {"type": "text", "text": "Yes."}]


def test_unknown_deltas_of_known_blocks_go_back_with_them() -> None:
    outcome = read(thought("Hm."), block_delta(0, "depth_delta", depth=3), signature("s"), block_stop(0), *YES)
    assert sent_back(outcome)[0] == {"type": "thinking", "thinking": "Hm.", "signature": "s", "depth": 3}


def test_empty_unknown_members_need_no_echo() -> None:
    blocks = [{"type": "text", "text": "Hi", "citations": None}, {"type": "text", "text": "!", "citations": []}]
    outcome = decode(json.dumps({"type": "message", "content": blocks}).encode(), "anthropic")
    assert outcome.reply.message.echo is None


def test_numbers_that_are_no_json_do_not_go_back() -> None:
    raw = sse({"type": "message", "content": [{"type": "novelty", "far": "@"}, {"type": "text", "text": "Hi"}]})
    outcome = decode(raw.replace(b'"@"', b"1e999"), "anthropic")
    assert outcome.reply.parts[0] == Opaque({"type": "novelty", "far": None})


def test_a_delta_of_unknown_kind_without_a_block_says_nothing() -> None:
    outcome = read(block_delta(0, "citations_delta", citation=CITED), TEXT, text("Hi"))
    assert outcome.spoken == [("text", "Hi")]
    assert outcome.reply.message.echo is None


# -- tool calls --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "pieces", "raw"),
    [
        ({}, [], ""),
        ({"input": None}, [], ""),
        ({"input": {}}, [], ""),
        ({"input": ""}, [], ""),
        ({"input": '{"a": 1}'}, [], '{"a": 1}'),
        ({"input": {"a": 1}}, [], '{"a": 1}'),
        ({"input": {"a": 1}}, ['{"a"', ": 2}"], '{"a": 2}'),
        ({"input": '{"a": 1}'}, ['{"a": 1}'], '{"a": 1}'),
        ({}, ['{"a": 1}', '{"a": 1}'], '{"a": 1}'),
        ({}, ["", '{"a": 1}', ""], '{"a": 1}'),
        ({}, [{"a": 1}], '{"a": 1}'),
        ({"input": 7}, [None, 7, True], ""),
    ],
)
def test_the_input_of_a_call_is_read_wherever_it_stands(start: Any, pieces: list[Any], raw: str) -> None:
    deltas = [block_delta(0, "input_json_delta", partial_json=piece) for piece in pieces]
    for stop in ([block_stop(0)], []):
        outcome = read(block_start(0, type="tool_use", id="c", name="f", **start), *deltas, *stop, stop="tool_use")
        assert outcome.spoken == [("f", raw)]
        assert not outcome.reply.tool_calls[0].malformed


def test_two_calls_with_one_id_have_two() -> None:
    blocks = [block_start(place, type="tool_use", id="c", name="f", input={"a": place}) for place in (0, 1)]
    first, second = read(*blocks, stop="tool_use").reply.tool_calls
    assert first.id == "c"
    assert first.id != second.id


# -- the message -------------------------------------------------------------------------------------------------------


def head(**message: Any) -> dict[str, Any]:
    return {"type": "message_start", "message": {"id": "i", "type": "message", "model": "m", **message}}


def test_a_second_start_and_a_second_end_change_nothing() -> None:
    end = {
        "type": "message_delta",
        "delta": {"stop_reason": "max_tokens"},
        "usage": {"input_tokens": 9, "output_tokens": 2},
    }
    last = {"type": "message_delta", "delta": {}, "usage": {"output_tokens": 3}}
    outcome = read(
        head(), head(id="j", model="n"), text("Hi"), end, last, {"type": "message_stop"}, stop=None, start=False
    )
    assert outcome.events[0] == Started("i", "m")
    assert (outcome.reply.text, outcome.reply.stop_reason) == ("Hi", "max_tokens")
    assert outcome.reply.usage == Usage(input_tokens=9, output_tokens=3)


def test_text_between_the_stop_reason_and_the_stop_is_read() -> None:
    delta = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}}
    assert read(text("Hi"), delta, text("!"), stop="end_turn").spoken == [("text", "Hi!")]


def test_counts_before_anything_else_begin_the_message() -> None:
    outcome = read({"type": "message_delta", "usage": {"input_tokens": 1}}, text("a"), start=False)
    assert outcome.events[0] == Started("", "")


def test_blocks_that_the_start_holds_count_when_no_others_come() -> None:
    held = head(content=[{"type": "text", "text": "Hi"}])
    assert read(held, start=False).spoken == [("text", "Hi")]
    assert read(held, text("Hi"), start=False).spoken == [("text", "Hi")]


def test_a_whole_message_at_the_end_brings_its_end_and_counts_alone() -> None:
    whole = {
        "type": "message",
        "content": [{"type": "text", "text": "Hi"}],
        "stop_reason": "max_tokens",
        "usage": {"input_tokens": 9, "output_tokens": 3},
    }
    outcome = read(TEXT, text("Hi"), block_stop(0), whole, stop=None)
    assert (outcome.spoken, outcome.reply.stop_reason) == ([("text", "Hi")], "max_tokens")
    assert outcome.reply.usage == Usage(input_tokens=9, output_tokens=3)


def test_an_error_event_without_an_error_member_is_one() -> None:
    outcome = read(text("Hi"), {"type": "error", "message": "gone"})
    assert "gone" in str(outcome.failure)
    assert outcome.reply.text == "Hi"


def test_pings_comments_and_unknown_events_may_stand_anywhere() -> None:
    ping, new = b'event: ping\ndata: {"type": "ping"}\n\n', b'event: new\ndata: {"type": "new"}\n\n'
    noise = b": hello\n\n" + ping + b"id: 7\nretry: 10\n\n" + new + b"event: x\n\n"
    whole = messages_stream(block_start(0, type="text", text=""), text("H"), text("i"), block_stop(0))
    noisy = noise.join([b"", *(event + b"\n\n" for event in whole.split(b"\n\n") if event)])
    assert decode(noisy, "anthropic").events == decode(whole, "anthropic").events


@pytest.mark.parametrize("index", ["0", None, -1, 1.5, [], {}, True])
def test_an_odd_index_is_a_place_like_any(index: Any) -> None:
    events = [{**event, "index": index} for event in (TEXT, text("H"), text("i"), block_stop(0))]
    assert read(*events).spoken == [("text", "Hi")]
