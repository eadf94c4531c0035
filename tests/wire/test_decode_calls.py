"""Tool calls of the OpenAI face that are hard to tell apart: shared indexes and ids, objects, the older protocol."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.wire.helpers import chunk, completion, decode, sse


def stream(*deltas: dict[str, Any], finish: str = "stop") -> bytes:
    return sse(*map(chunk, deltas), chunk({}, finish), done=True)


def call(index: int | None = 0, id: str | None = None, **function: Any) -> dict[str, Any]:  # noqa: A002
    whole = {"index": index, "id": id, "type": "function", "function": function}
    return {name: value for name, value in whole.items() if value is not None}


def calls(*chunks: list[dict[str, Any]]) -> list[tuple[str, str]]:
    reply = decode(stream(*({"tool_calls": pieces} for pieces in chunks), finish="tool_calls")).reply
    assert len({made.id for made in reply.tool_calls}) == len(reply.tool_calls), "each result finds its call"
    return [(made.name, made.raw) for made in reply.tool_calls]


F, G = {"name": "f", "arguments": '{"a": 1}'}, {"name": "g", "arguments": '{"b": 2}'}
TWO = [("f", '{"a": 1}'), ("g", '{"b": 2}')]

SHARED: dict[str, list[list[dict[str, Any]]]] = {
    "without ids": [[call(**F)], [call(**G)]],
    "without ids in one chunk": [[call(**F), call(**G)]],
    "with one id for both": [[call(0, "x", **F), call(1, "x", **G)]],
    "with ids, in turns": [
        [call(0, "x", name="f", arguments='{"a"'), call(0, "y", name="g", arguments='{"b"')],
        [call(0, "x", arguments=": 1}"), call(0, "y", arguments=": 2}")],
    ],
    "with ids on the first pieces": [
        [call(0, "x", name="f", arguments='{"a": ')],
        [call(arguments="1}")],
        [call(0, "y", name="g", arguments='{"b": ')],
        [call(arguments="2}")],
    ],
    "as objects": [[call(0, "x", name="f", arguments={"a": 1})], [call(0, "y", name="g", arguments={"b": 2})]],
    "as objects without ids": [[call(name="f", arguments={"a": 1})], [call(name="g", arguments={"b": 2})]],
    "with indexes as text": [[call("0", "x", **F), call("1", "y", **G)]],  # type: ignore[arg-type]
    "with an id that comes late": [
        [call(name="f", arguments='{"a"')],
        [call(0, "x", arguments=": 1}")],
        [call(1, **G)],
    ],
}


@pytest.mark.parametrize("name", SHARED)
def test_two_calls_are_told_apart(name: str) -> None:
    assert calls(*SHARED[name]) == TWO


def test_two_whole_calls_of_one_function_without_ids_are_two() -> None:
    both = ['{"a": 1}', '{"a": 2}']
    assert calls(*([call(name="f", arguments=text)] for text in both)) == [("f", text) for text in both]
    objects = calls(*([call(name="f", arguments=json.loads(text))] for text in both))
    assert objects == [("f", text) for text in both]


def test_an_object_that_grows_or_comes_again_is_one_call() -> None:
    growing = [{}, {"a": 1}, {"a": 1, "b": 2}, {"a": 1, "b": 2}]
    assert calls(*([call(name="f", arguments=value)] for value in growing)) == [("f", '{"a": 1, "b": 2}')]
    assert calls([call(0, "x", name="f", arguments={})]) == [("f", "{}")]


def test_an_empty_object_before_pieces_says_nothing() -> None:
    assert calls([call(0, "x", name="f", arguments={})], [call(arguments='{"a": 1}')]) == TWO[:1]


def test_numbers_that_are_no_json_do_not_reach_the_arguments() -> None:
    body = completion({"tool_calls": [call(0, "x", name="f", arguments={"a": "@"})]}).replace(b'"@"', b"1e999")
    (made,) = decode(body).reply.tool_calls
    assert made.raw == '{"a": null}'


@pytest.mark.parametrize("whole", [True, False])
def test_the_older_protocols_only_call_is_read(whole: bool) -> None:
    if whole:
        data = completion({"content": None, "function_call": F}, "function_call")
    else:
        pieces = [{"name": "f", "arguments": ""}, {"arguments": '{"a"'}, {"arguments": ": 1}"}]
        data = stream(*({"function_call": piece, "content": None} for piece in pieces), finish="function_call")
    reply = decode(data).reply
    assert [(made.name, made.raw) for made in reply.tool_calls] == TWO[:1]
    assert reply.tool_calls[0].id
    assert reply.stop_reason == "tool_use"


def test_a_whole_call_in_a_message_event_with_null_content_is_read() -> None:
    data = sse(json.loads(completion({"content": None, "tool_calls": [call(0, "x", **F)]}, "tool_calls")), done=True)
    outcome = decode(data)
    assert (outcome.spoken, outcome.reply.stop_reason) == (TWO[:1], "tool_use")
