"""Tool calls of the OpenAI face, in every way servers have cut them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from minimax_nb.messages.events import ArgumentsDelta, PartEnded, PartStarted
from minimax_nb.messages.parts import ToolCall
from tests.wire.helpers import chunk, completion, decode, merged, sse


def piece(
    arguments: Any = None,
    *,
    index: int | None = 0,
    id: str | None = None,  # noqa: A002
    name: str | None = None,
) -> dict[str, Any]:
    function = {key: value for key, value in (("name", name), ("arguments", arguments)) if value is not None}
    whole = {"index": index, "id": id, "type": "function", "function": function}
    return {key: value for key, value in whole.items() if value is not None}


def calls(*chunks: list[dict[str, Any]], **flags: Any) -> list[tuple[str, str, str]]:
    stream = sse(*(chunk({"tool_calls": pieces}) for pieces in chunks), chunk({}, "tool_calls"), done=True)
    reply = decode(stream, **flags).reply
    assert reply.stop_reason == "tool_use"
    return [(call.id, call.name, call.raw) for call in reply.tool_calls]


def test_a_call_whole_in_one_chunk() -> None:
    assert calls([piece('{"a": 1}', id="c1", name="f")]) == [("c1", "f", '{"a": 1}')]


def test_a_call_in_pieces_with_its_id_once() -> None:
    assert calls([piece("", id="c1", name="f")], [piece('{"a"')], [piece(": 1}")]) == [("c1", "f", '{"a": 1}')]


def test_a_call_whose_id_and_name_come_with_every_piece() -> None:
    assert calls([piece('{"a"', id="c1", name="f")], [piece(": 1}", id="c1", name="f")]) == [("c1", "f", '{"a": 1}')]


def test_a_call_whose_id_is_empty_in_later_pieces() -> None:
    assert calls([piece('{"a"', id="c1", name="f")], [piece(": 1}", id="", name="")]) == [("c1", "f", '{"a": 1}')]


def test_two_calls_in_one_chunk() -> None:
    both = [piece("{}", id="c1", name="f"), piece("{}", index=1, id="c2", name="g")]
    assert calls(both) == [("c1", "f", "{}"), ("c2", "g", "{}")]


def test_two_calls_in_turns() -> None:
    first = [piece('{"a"', id="c1", name="f"), piece('{"b"', index=1, id="c2", name="g")]
    assert calls(first, [piece(": 2}", index=1)], [piece(": 1}", index=0)]) == [
        ("c1", "f", '{"a": 1}'),
        ("c2", "g", '{"b": 2}'),
    ]


def test_two_calls_that_share_an_index() -> None:
    assert calls([piece('{"a"', id="c1", name="f")], [piece(": 1}")], [piece("{}", id="c2", name="g")]) == [
        ("c1", "f", '{"a": 1}'),
        ("c2", "g", "{}"),
    ]
    assert calls([piece("{}", id="c1", name="f"), piece("{}", id="c2", name="g")]) == [
        ("c1", "f", "{}"),
        ("c2", "g", "{}"),
    ]


def test_calls_without_an_index() -> None:
    assert calls([piece("{}", index=None, id="c1", name="f")], [piece("{}", index=None, id="c2", name="g")]) == [
        ("c1", "f", "{}"),
        ("c2", "g", "{}"),
    ]


def test_arguments_as_an_object() -> None:
    assert calls([piece({"a": "ü", "b": [1]}, id="c1", name="f")]) == [("c1", "f", '{"a": "ü", "b": [1]}')]


@pytest.mark.parametrize("nothing", ["", None])
def test_a_call_without_arguments(nothing: str | None) -> None:
    assert calls([piece(nothing, id="c1", name="f")]) == [("c1", "f", "")]


def test_a_call_without_an_id_gets_one() -> None:
    ((call_id, name, raw),) = calls([piece("{}", name="f")])
    assert call_id
    assert (name, raw) == ("f", "{}")


def test_a_name_that_comes_after_the_id_and_arguments() -> None:
    assert calls([piece(None, id="c1")], [piece('{"a"')], [piece(": 1}", name="f")]) == [("c1", "f", '{"a": 1}')]


def test_a_call_that_never_gets_a_name_is_still_told() -> None:
    assert calls([piece("{}", id="c1")], [piece("{}", id="c2", name="g")]) == [("c1", "", "{}"), ("c2", "g", "{}")]
    assert calls([piece("{}", id="c1")]) == [("c1", "", "{}")]


def test_arguments_that_are_no_json_are_kept_and_told() -> None:
    stream = sse(chunk({"tool_calls": [piece('{"a": ', id="c1", name="f")]}), chunk({}, "length"))
    assert decode(stream).reply.tool_calls == (ToolCall("c1", "f", {}, '{"a": ', malformed=True),)


def test_text_and_thinking_around_calls_keep_their_places() -> None:
    stream = sse(
        chunk({"content": "<think>\nHm.\n</think>\n\n"}),
        chunk({"content": "I look.\n\n"}),
        chunk({"tool_calls": [piece("{}", id="c1", name="f")]}),
        chunk({"content": "Done."}, "tool_calls"),
    )
    outcome = decode(stream)
    assert outcome.spoken == [("thinking", "Hm."), ("text", "I look.\n\n"), ("f", "{}"), ("text", "Done.")]


def test_a_thought_before_a_call_leaves_no_empty_text() -> None:
    stream = sse(
        chunk({"content": "<think>Hm.</think>\n\n"}),
        chunk({"content": "", "tool_calls": [piece("{}", id="c1", name="f")]}, "tool_calls"),
    )
    outcome = decode(stream)
    assert outcome.spoken == [("thinking", "Hm."), ("f", "{}")]
    assert outcome.reply.message.echo == {"content": "<think>Hm.</think>\n\n"}


def test_thinking_after_a_call_is_a_part_of_its_own() -> None:
    stream = sse(
        chunk({"reasoning_content": "a", "tool_calls": [piece("{}", id="c1", name="f")]}),
        chunk({"reasoning_content": "b"}, "tool_calls"),
    )
    assert decode(stream).spoken == [("thinking", "a"), ("f", "{}"), ("thinking", "b")]


def test_the_events_of_a_call() -> None:
    stream = sse(
        chunk({"tool_calls": [piece('{"a"', id="c1", name="f")]}), chunk({"tool_calls": [piece(":1}")]}, "stop")
    )
    assert merged(decode(stream).events)[1:4] == [
        PartStarted(0, "tool_call", "c1", "f"),
        ArgumentsDelta(0, '{"a":1}'),
        PartEnded(0),
    ]


def test_calls_of_a_whole_body() -> None:
    same_index = [piece("{}", id="c1", name="f"), piece({"x": 1}, id="c2", name="g")]
    no_ids = [piece("{}", name="f"), piece("{}", name="g")]
    for pieces in (same_index, no_ids):
        reply = decode(completion({"content": None, "tool_calls": pieces}, "tool_calls")).reply
        assert [call.name for call in reply.tool_calls] == ["f", "g"]
        assert len({call.id for call in reply.tool_calls}) == 2


def test_pieces_that_are_no_calls_are_passed_over() -> None:
    strange = [None, 3, "x", {"index": "0"}, {"function": None}, {"index": -1, "function": {"arguments": 7}}]
    stream = sse(chunk({"tool_calls": strange}), chunk({"tool_calls": "x"}), chunk({"content": "Hi"}, "stop"))
    assert decode(stream).spoken == [("text", "Hi")]


def test_a_body_of_calls_is_json_to_the_last_byte() -> None:
    body = completion({"tool_calls": [piece(json.dumps({"s": "</think>"}), id="c1", name="f")]}, "tool_calls")
    assert decode(body).spoken == [("f", '{"s": "</think>"}')]
