"""Every way in which a tool call has come over the wire, whole and in pieces, and what is made of it.

``decode`` reads each answer whole, byte by byte and in random pieces; all three come to the same.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple

import pytest

from minimax_nb.errors import WireError
from minimax_nb.messages.events import StopReason
from minimax_nb.messages.parts import ToolCall
from tests.wire.helpers import (
    SAMPLES,
    block_delta,
    block_start,
    block_stop,
    chunk,
    completion,
    decode,
    drive,
    messages_stream,
    sse,
)

PARIS = '{"city": "Paris"}'
ROME = '{"city": "Rome"}'


class Case(NamedTuple):
    """An answer, and its calls as (id, name, arguments); an id of "" is any that no other call has."""

    answer: bytes
    calls: list[tuple[str, str, str]]
    stop: StopReason = "tool_use"


def piece(
    arguments: Any = "absent",
    *,
    id: str | None = None,  # noqa: A002
    name: str | None = None,
    index: int | None = 0,
) -> dict[str, Any]:
    """A piece of a call of the OpenAI face; what is not given is not there."""
    function = {
        **({"name": name} if name is not None else {}),
        **({} if arguments == "absent" else {"arguments": arguments}),
    }
    whole = {"index": index, "id": id, "type": "function", "function": function or None}
    return {key: value for key, value in whole.items() if value is not None}


def stream(*chunks: list[dict[str, Any]], finish: str | None = "tool_calls") -> bytes:
    """A stream of the OpenAI face with the calls' pieces chunk by chunk."""
    return sse(*(chunk({"tool_calls": pieces}) for pieces in chunks), chunk({}, finish), done=True)


def said(*deltas: Mapping[str, Any], finish: str | None = "tool_calls") -> bytes:
    """A stream of the OpenAI face with these deltas."""
    return sse(*map(chunk, deltas), chunk({}, finish), done=True)


def body(*calls: dict[str, Any], finish: str | None = "tool_calls") -> bytes:
    """A whole body of the OpenAI face."""
    return completion({"content": None, "tool_calls": list(calls)}, finish)


HEAD = piece("", id="c1", name="f")
WHOLE = piece(PARIS, id="c1", name="f")
ONE = [("c1", "f", PARIS)]
TWO = [("c1", "f", PARIS), ("c2", "f", ROME)]
TAIL = json.loads((SAMPLES / "openai-chunk-m2.7-toolcall-tail.json").read_bytes())
SEND = [("c1", "send", '{"to": "a|event::"}')]

OPENAI: dict[str, Case] = {
    "whole in one chunk": Case(stream([WHOLE]), ONE),
    "whole in one chunk that ends the reply": Case(sse(chunk({"tool_calls": [WHOLE]}, "tool_calls")), ONE),
    "whole in a body": Case(body(WHOLE), ONE),
    "in pieces": Case(stream([HEAD], [piece('{"city"')], [piece(': "Pa')], [piece('ris"}')]), ONE),
    "in pieces of one character": Case(stream([HEAD], *([piece(char)] for char in PARIS)), ONE),
    "in pieces, the last one recorded of M2.7": Case(
        sse(
            chunk({"tool_calls": [piece('{"to": "a', id="c1", name="send")]}),
            TAIL,
            chunk({}, "tool_calls"),
        ),
        SEND,
    ),
    "several": Case(stream([WHOLE], [piece(ROME, id="c2", name="f", index=1)]), TWO),
    "several in one chunk": Case(stream([WHOLE, piece(ROME, id="c2", name="f", index=1)]), TWO),
    "several sharing one index": Case(stream([WHOLE], [piece(ROME, id="c2", name="f")]), TWO),
    "several sharing one index, in pieces": Case(
        stream([HEAD], [piece(PARIS[:9])], [piece(PARIS[9:])], [piece(ROME[:5], id="c2", name="f")], [piece(ROME[5:])]),
        TWO,
    ),
    "several sharing one index in a body": Case(body(WHOLE, piece(ROME, id="c2", name="f")), TWO),
    "several without any index": Case(
        stream([piece(PARIS, id="c1", name="f", index=None)], [piece(ROME, id="c2", name="f", index=None)]), TWO
    ),
    "several that share an id": Case(
        body(WHOLE, piece(ROME, id="c1", name="f", index=1)), [("c1", "f", PARIS), ("", "f", ROME)]
    ),
    "arguments as an object": Case(stream([piece({"city": "Paris"}, id="c1", name="f")]), ONE),
    "arguments as an object in a body": Case(body(piece({"city": "Paris"}, id="c1", name="f")), ONE),
    "arguments empty": Case(stream([HEAD]), [("c1", "f", "")]),
    "arguments empty, as an object": Case(stream([piece({}, id="c1", name="f")]), [("c1", "f", "{}")]),
    "arguments empty, as text": Case(stream([piece("{}", id="c1", name="f")]), [("c1", "f", "{}")]),
    "arguments null": Case(stream([piece(None, id="c1", name="f")]), [("c1", "f", "")]),
    "arguments null, then pieces": Case(stream([piece(None, id="c1", name="f")], [piece(PARIS)]), ONE),
    "arguments absent": Case(stream([piece(id="c1", name="f")]), [("c1", "f", "")]),
    "arguments absent in a body": Case(body(piece(id="c1", name="f")), [("c1", "f", "")]),
    "arguments cumulative": Case(
        stream([HEAD], *([piece(json.dumps({"q": "x" * 90})[:end])] for end in (40, 60, 80, 99))),
        [("c1", "f", json.dumps({"q": "x" * 90}))],
    ),
    "arguments sent whole again at the end": Case(
        stream([HEAD], [piece(PARIS[:9])], [piece(PARIS[9:])], [piece(PARIS)]), ONE
    ),
    "the id only once": Case(stream([HEAD], [piece(PARIS[:9])], [piece(PARIS[9:])]), ONE),
    "the id with every piece": Case(stream([HEAD], [piece(PARIS[:9], id="c1")], [piece(PARIS[9:], id="c1")]), ONE),
    "the id empty later": Case(stream([HEAD], [piece(PARIS, id="")]), ONE),
    "the id late": Case(stream([piece("", name="f")], [piece(PARIS, id="c1")]), [("", "f", PARIS)]),
    "no id": Case(stream([piece("", name="f")], [piece(PARIS)]), [("", "f", PARIS)]),
    "no ids of several": Case(
        stream([piece(PARIS, name="f")], [piece(ROME, name="f")]), [("", "f", PARIS), ("", "f", ROME)]
    ),
    "the name in pieces": Case(
        stream([piece(id="c1", name="get_")], [piece(name="wea")], [piece(name="ther")], [piece(PARIS)]),
        [("c1", "get_weather", PARIS)],
    ),
    "the name in pieces, the id with each": Case(
        stream([piece(id="c1", name="get_")], [piece(id="c1", name="weather")], [piece(PARIS, id="c1")]),
        [("c1", "get_weather", PARIS)],
    ),
    "the name in pieces that grow": Case(
        stream([piece(id="c1", name="get_")], [piece(name="get_weather")], [piece(PARIS)]),
        [("c1", "get_weather", PARIS)],
    ),
    "the name in pieces, then nothing": Case(
        stream([piece(id="c1", name="get_")], [piece(name="weather")]), [("c1", "get_weather", "")]
    ),
    "the names of two in pieces": Case(
        stream(
            [piece(id="c1", name="get_"), piece(id="c2", name="set_", index=1)],
            [piece(name="a"), piece(name="b", index=1)],
            [piece(ROME, index=1), piece(PARIS)],
        ),
        [("c2", "set_b", ROME), ("c1", "get_a", PARIS)],
    ),
    "the name with every piece": Case(
        stream([piece("", id="c1", name="f")], [piece(PARIS[:9], name="f")], [piece(PARIS[9:], name="f")]), ONE
    ),
    "the name after the arguments": Case(stream([piece(PARIS, id="c1")], [piece(name="f")]), ONE),
    "an index and no function": Case(stream([{"index": 0, "id": "c1"}], [piece(PARIS, name="f")]), ONE),
    "an index alone": Case(stream([{"index": 0}], [{"index": 1, "function": None}]), [], "end_turn"),
    "an id alone": Case(stream([{"index": 0, "id": "c1", "function": {}}]), [("c1", "", "")]),
    "no calls, though it says so": Case(said({"content": "Hi"}), [], "end_turn"),
    "an empty list of calls": Case(said({"content": "Hi", "tool_calls": []}), [], "end_turn"),
    "calls, though it says stop": Case(stream([WHOLE], finish="stop"), ONE),
    "calls in a body, though it says stop": Case(body(WHOLE, finish="stop"), ONE),
    "calls, and no reason of the end": Case(stream([WHOLE], finish=None), ONE),
    "calls, and a reason nobody knows": Case(stream([WHOLE], finish="done"), ONE),
    "calls cut at the limit": Case(
        stream([piece(PARIS[:9], id="c1", name="f")], finish="length"), [("c1", "f", PARIS[:9])], "max_tokens"
    ),
    "calls that were filtered": Case(stream([WHOLE], finish="content_filter"), ONE, "content_filter"),
    "text before and after": Case(said({"content": "a"}, {"tool_calls": [WHOLE]}, {"content": "b"}), ONE),
    "text after a name": Case(said({"tool_calls": [piece(id="c1", name="f")]}, {"content": "b"}), [("c1", "f", "")]),
    "text beside a piece": Case(
        said({"content": "a", "tool_calls": [HEAD]}, {"content": "b", "tool_calls": [piece(PARIS)]}), ONE
    ),
    "the older protocol's call": Case(
        said({"function_call": {"name": "f", "arguments": PARIS}}, finish="function_call"), [("", "f", PARIS)]
    ),
    "repeated by a whole message": Case(sse(chunk({"tool_calls": [WHOLE]}), json.loads(body(WHOLE)), done=True), ONE),
}


def block(**more: Any) -> dict[str, Any]:
    """A tool_use block of the Anthropic face."""
    return {"type": "tool_use", "id": "c1", "name": "f", **more}


def events(*pieces: Any, start: dict[str, Any] | None = None, at: int = 0) -> list[dict[str, Any]]:
    """The events of one call: its block, and its arguments in pieces."""
    first = block(input={}) if start is None else start
    deltas = [block_delta(at, "input_json_delta", partial_json=part) for part in pieces]
    return [block_start(at, **first), *deltas, block_stop(at)]


def message(*content: dict[str, Any], stop: str | None = "tool_use") -> bytes:
    """A whole message."""
    return json.dumps({"type": "message", "role": "assistant", "content": list(content), "stop_reason": stop}).encode()


def calls_of(*parts: dict[str, Any], stop: str | None = "tool_use") -> bytes:
    """A stream of the Anthropic face."""
    return messages_stream(*parts, stop=stop)


SECOND = {"type": "tool_use", "id": "c2", "name": "f", "input": {}}
TEXT = [block_start(0, type="text", text=""), block_delta(0, "text_delta", text="Hi"), block_stop(0)]

ANTHROPIC: dict[str, Case] = {
    "whole in one delta": Case(calls_of(*events(PARIS)), ONE),
    "whole in the block": Case(calls_of(*events(start=block(input={"city": "Paris"}))), ONE),
    "whole in a message": Case(message(block(input={"city": "Paris"})), ONE),
    "in pieces": Case(calls_of(*events("", *PARIS)), ONE),
    "several": Case(calls_of(*events(PARIS), *events(ROME, start=SECOND, at=1)), TWO),
    "several in one place": Case(calls_of(*events(PARIS), *events(ROME, start=SECOND)), TWO),
    "several in turns": Case(
        calls_of(
            block_start(0, **block(input={})),
            block_start(1, **SECOND),
            block_delta(1, "input_json_delta", partial_json=ROME[:5]),
            block_delta(0, "input_json_delta", partial_json=PARIS),
            block_delta(1, "input_json_delta", partial_json=ROME[5:]),
            block_stop(0),
            block_stop(1),
        ),
        TWO,
    ),
    "several that share an id": Case(
        calls_of(*events(PARIS), *events(ROME, start=block(input={}), at=1)), [("c1", "f", PARIS), ("", "f", ROME)]
    ),
    "pieces as objects": Case(calls_of(*events({"city": "Paris"})), ONE),
    "arguments empty": Case(calls_of(*events()), [("c1", "f", "")]),
    "arguments empty in pieces": Case(calls_of(*events("", "{}")), [("c1", "f", "{}")]),
    "arguments null": Case(calls_of(*events(PARIS, start=block(input=None))), ONE),
    "arguments null in a message": Case(message(block(input=None)), [("c1", "f", "")]),
    "arguments absent": Case(calls_of(*events(start=block())), [("c1", "f", "")]),
    "arguments as text in a message": Case(message(block(input=PARIS)), ONE),
    "arguments cumulative": Case(
        calls_of(*events(*(json.dumps({"q": "x" * 90})[:end] for end in (40, 60, 80, 99)))),
        [("c1", "f", json.dumps({"q": "x" * 90}))],
    ),
    "no id": Case(calls_of(*events(PARIS, start={"type": "tool_use", "name": "f"})), [("", "f", PARIS)]),
    "no name": Case(calls_of(*events(PARIS, start={"type": "tool_use", "id": "c1"})), [("c1", "", PARIS)]),
    "no block": Case(calls_of(block_delta(0, "input_json_delta", partial_json=PARIS)), [("", "", PARIS)]),
    "never stopped": Case(calls_of(*events(PARIS)[:-1]), ONE),
    "no calls, though it says so": Case(calls_of(*TEXT), [], "end_turn"),
    "calls, though it says end_turn": Case(calls_of(*events(PARIS), stop="end_turn"), ONE),
    "calls in a message, though it says end_turn": Case(message(block(input={"city": "Paris"}), stop="end_turn"), ONE),
    "calls, and no reason of the end": Case(message(block(input={"city": "Paris"}), stop=None), ONE),
    "calls cut at the limit": Case(
        calls_of(*events(PARIS[:9]), stop="max_tokens"), [("c1", "f", PARIS[:9])], "max_tokens"
    ),
    "text before and after": Case(
        calls_of(*TEXT, *events(PARIS, at=1), block_delta(2, "text_delta", text="b"), block_stop(2)), ONE
    ),
}

TABLE = [(face, name) for face, cases in (("openai", OPENAI), ("anthropic", ANTHROPIC)) for name in cases]


@pytest.mark.parametrize(("face", "name"), TABLE)
def test_a_call_is_read_however_it_comes(face: Any, name: str) -> None:
    case = (OPENAI if face == "openai" else ANTHROPIC)[name]
    reply = decode(case.answer, face).reply
    made = reply.tool_calls
    assert [(call.name, call.raw) for call in made] == [(called, raw) for _, called, raw in case.calls]
    assert [call.id for call in made] == [
        wanted or call.id for call, (wanted, _, _) in zip(made, case.calls, strict=True)
    ]
    assert len({call.id for call in made} - {""}) == len(made), "a result finds its call"
    assert reply.stop_reason == case.stop
    for call in made:
        assert call == ToolCall(call.id, call.name, *_parsed(call.raw))


def _parsed(raw: str) -> tuple[dict[str, Any], str, bool]:
    """The arguments a text holds, the text, and whether it is malformed."""
    try:
        return (json.loads(raw) if raw else {}), raw, False
    except ValueError:
        return {}, raw, True


@pytest.mark.parametrize("whole", [stream([WHOLE]), calls_of(*events(PARIS))], ids=["openai", "anthropic"])
def test_a_call_that_is_interrupted_is_kept_as_far_as_it_came(whole: bytes) -> None:
    face: Any = "openai" if b"choices" in whole else "anthropic"
    told = set()
    for end in range(len(whole)):
        outcome = drive([whole[:end]], face)
        if not outcome.reply.done:
            assert isinstance(outcome.broken, WireError)
            outcome.reply.fail(outcome.broken)
        told.add(tuple((call.name, call.raw) for call in outcome.reply.tool_calls))
    assert told == {(), (("f", PARIS),)} | ({(("f", ""),)} if face == "anthropic" else set())


def test_text_keeps_its_place_around_a_call_whose_name_waits_for_more() -> None:
    named = piece(id="c1", name="f")
    assert decode(said({"content": "a"}, {"tool_calls": [named]}, {"content": "b"})).spoken == [
        ("text", "a"),
        ("f", ""),
        ("text", "b"),
    ]
    assert decode(said({"tool_calls": [named]}, {"reasoning": "b"})).spoken == [("f", ""), ("thinking", "b")]


def test_a_name_that_was_never_followed_is_told_when_the_stream_breaks() -> None:
    reply = drive([sse(chunk({"tool_calls": [piece(id="c1", name="f")]}))]).reply
    assert [call.name for call in reply.tool_calls] == ["f"]
