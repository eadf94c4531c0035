"""Decoding takes work in proportion to the stream: function calls are counted, no clock is read."""

from __future__ import annotations

import contextlib
import json
import sys
from typing import Any

import pytest

from minimax_nb.errors import WireError
from minimax_nb.wire import FACES
from tests.wire.helpers import block_delta, block_start, chunk, completion, drive, endpoint, request, sse


def calls_of(face: Any, frames: list[bytes]) -> int:
    """How many functions are called, Python's own among them, to decode these frames one by one."""
    count = 0

    def counted(_frame: object, event: str, _arg: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    decoder = FACES[face].decoder(request(), endpoint(face))
    sys.setprofile(counted)
    try:
        for frame in frames:
            decoder.feed(frame)
        with contextlib.suppress(WireError):
            while decoder.flush():
                pass
    finally:
        sys.setprofile(None)
    return count


def deltas(*members: dict[str, Any]) -> Any:
    return lambda at: sse(chunk(members[at % len(members)]))


def blocks(*events: dict[str, Any]) -> Any:
    return lambda at: sse(events[at % len(events)])


def calls_in_turn(at: int) -> bytes:
    return sse(chunk({"tool_calls": [{"index": at, "id": f"c{at}", "function": {"name": "f", "arguments": "{}"}}]}))


LINEAR: dict[str, tuple[Any, Any]] = {
    "text": ("openai", deltas({"content": "word "})),
    "blanks": ("openai", deltas({"content": " "})),
    "half tags": ("openai", deltas({"content": "<"}, {"content": "/thi"})),
    "tags in turn": ("openai", deltas({"content": "<think>a"}, {"content": "</think>b"})),
    "backticks": ("openai", deltas({"content": "`"})),
    "thinking": ("openai", deltas({"reasoning_content": "word "})),
    "thinking twice": (
        "openai",
        deltas({"reasoning": "word ", "reasoning_details": [{"type": "reasoning.text", "index": 0, "text": "word "}]}),
    ),
    "thinking and text in turn": ("openai", deltas({"reasoning": "a "}, {"content": "b "})),
    "thinking, later under another name": ("openai", deltas({"reasoning": "a "}, {"reasoning_content": "a "})),
    "details without end": (
        "openai",
        lambda at: sse(chunk({"reasoning_details": [{"index": at, "text": "a"}], "content": "b"})),
    ),
    "arguments": ("openai", deltas({"tool_calls": [{"index": 0, "function": {"arguments": "{"}}]})),
    "arguments with names": ("openai", deltas({"tool_calls": [{"function": {"name": "f", "arguments": "{}"}}]})),
    "calls without end": ("openai", calls_in_turn),
    "whole completions": ("openai", lambda _: sse(json.loads(completion({"content": "Yes.", "reasoning": "Hm."})))),
    "blocks": ("anthropic", blocks(block_delta(0, "text_delta", text="word "))),
    "blocks in turn": (
        "anthropic",
        blocks(block_delta(0, "text_delta", text="a"), block_delta(0, "thinking_delta", thinking="b")),
    ),
    "blocks without end": ("anthropic", lambda at: sse(block_start(at, type="text", text="a"))),
    "unknown deltas": ("anthropic", blocks(block_start(0, type="x"), block_delta(0, "y", data="z"))),
    "signatures": ("anthropic", lambda at: sse(block_delta(at % 3, "signature_delta", signature=str(at)))),
}


@pytest.mark.parametrize("name", LINEAR)
def test_twice_the_stream_is_twice_the_work(name: str) -> None:
    face, frame = LINEAR[name]
    once, twice = (calls_of(face, [frame(at) for at in range(count)]) for count in (300, 600))
    assert twice <= 2.1 * once


def test_the_characters_handled_grow_as_the_bytes_of_a_cumulative_stream() -> None:
    words = [f"word {at} " for at in range(600)]
    frames = [sse(chunk({"content": "".join(words[: at + 1])})) for at in range(len(words))]
    assert calls_of("openai", frames) <= 2.1 * calls_of("openai", frames[:300])
    assert drive([*frames, sse(chunk({}, "stop"))]).reply.text == "".join(words)
