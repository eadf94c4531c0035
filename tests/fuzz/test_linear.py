"""The work of decoding is linear in the input, for inputs made to be slow: calls and characters are counted."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from minimax_nb.wire import FACES
from minimax_nb.wire.sse import Frames
from minimax_nb.wire.thinking import Scanner
from tests.fuzz.work import Work
from tests.wire.helpers import block_delta, block_start, block_stop, chunk, drive, sse

_N = 600


def _openai(*deltas: Mapping[str, Any]) -> bytes:
    return sse(*(chunk(delta) for delta in deltas), chunk({}, "stop"), done=True)


def _text_blocks(pieces: list[str], *, kind: str = "text") -> bytes:
    start = block_start(0, type=kind, **{kind: ""})
    deltas = [block_delta(0, f"{kind}_delta", **{kind: piece}) for piece in pieces]
    events = [start, *deltas, block_stop(0), {"type": "message_stop"}]
    return b"".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events)


def _both(pieces: Callable[[int], list[str]]) -> Mapping[str, Callable[[int], bytes]]:
    return {
        "openai": lambda n: _openai(*({"content": piece} for piece in pieces(n))),
        "anthropic": lambda n: _text_blocks(pieces(n)),
    }


TEXTS: Mapping[str, Callable[[int], list[str]]] = {
    "less-than signs": lambda n: ["<"] * n,
    "tags begun": lambda n: ["</thin"] * n,
    "backticks": lambda n: ["`"] * n,
    "runs of backticks": lambda n: ["`" * (1 + at % 5) + "a" for at in range(n)],
    "tildes": lambda n: ["~~"] * n,
    "line ends": lambda n: ["\n"] * n,
    "spaces": lambda n: [" "] * n,
    "spaces and tags begun": lambda n: [" <"] * n,
    "alternating tags": lambda n: ["<think>a", "</think>b"] * (n // 2),
    "closing tags": lambda n: ["a</think>"] * n,
    "empty tags": lambda n: ["<think></think>"] * n,
    "tags in code": lambda n: ["`<think>` "] * n,
    "cut tags": lambda n: ["<", "think", ">", "x", "</th", "ink>"] * (n // 6),
    "calls that leak": lambda n: ['<minimax:tool_call><invoke name="f">', "</minimax:tool_call>a"] * (n // 2),
    "calls that leak, in one piece": lambda n: ["]<]minimax[>[<tool_call>]<]minimax[>[</tool_call>" * n],
    "a call that leaks without end": lambda n: ["]<]minimax[>[<tool_call>", *["]<]minimax[>["] * n],
    "a call without a name": lambda n: ["<minimax:tool_call>", *["<invoke "] * n],
    "opening tags with nothing after them": lambda n: ["<minimax:tool_call>\n"] * n,
    "an opening tag and blanks": lambda n: ["<minimax:tool_call>", *[" \n"] * n],
    "opening tags that are words": lambda n: ["<minimax:tool_call> a " * n],
    "brackets": lambda n: ["]", "]<]"] * (n // 2),
    "words": lambda n: ["word "] * n,
    "one long text": lambda n: ["<think>" + "a <b\n" * n + "</think>" + "`x` " * n],
}
SHAPES: Mapping[str, Mapping[str, Callable[[int], bytes]]] = {
    "nested JSON": {
        "openai": lambda n: b"data: " + b'{"a":[' * n + b"1" + b"]}" * n + b"\n\n",
        "anthropic": lambda n: b"data: " + b'{"a":[' * n + b"1" + b"]}" * n + b"\n\n",
    },
    "brackets never closed": {face: lambda n: b"[{" * n for face in FACES},
    "tiny frames": {face: lambda n: b"data: {}\n\n" * n for face in FACES},
    "empty lines": {face: lambda n: b"data: {}\n\n" + b"\n" * n for face in FACES},
    "comments": {face: lambda n: b": ping\n\n" * n for face in FACES},
    "lines of one frame": {face: lambda n: b"data: [\n" * n + b"\n" for face in FACES},
    "blanks before anything": {face: lambda n: b" " * n + b"{}" for face in FACES},
    "returns": {face: lambda n: b"data: {}\r\n\r\n" * n for face in FACES},
    "one giant frame": {
        "openai": lambda n: _openai({"content": "a b" * 5 * n}),
        "anthropic": lambda n: _text_blocks(["a b" * 5 * n]),
    },
    "cumulative repeats": {
        # Growing by a word each time, the bytes are a square of the pieces: n counts bytes.
        "openai": lambda n: _openai(*({"content": "word " * at} for at in range(int((20 * n) ** 0.5)))),
        "anthropic": lambda n: _text_blocks(["word " * at for at in range(int((20 * n) ** 0.5))]),
    },
    "the same thinking under two names": {
        "openai": lambda n: _openai(
            *({"reasoning_content": "ab ", "reasoning_details": [{"text": "ab "}]} for _ in range(n)),
            {"content": "<think>" + "ab " * n + "</think>c"},
        ),
        "anthropic": lambda n: _text_blocks(["ab "] * n, kind="thinking"),
    },
    "many blocks": {
        "openai": lambda n: _openai(
            *({"tool_calls": [{"index": at, "id": f"c{at}", "function": {"name": "f"}}]} for at in range(n))
        ),
        "anthropic": lambda n: b"".join(
            f"data: {json.dumps(event)}\n\n".encode()
            for at in range(n)
            for event in (block_start(at, type="text", text="a"), block_stop(at))
        ),
    },
    "many blocks never closed": {
        "openai": lambda n: _openai(*({"reasoning_details": [{"index": at, "text": "a"}]} for at in range(n))),
        "anthropic": lambda n: b"".join(
            f"data: {json.dumps(block_start(at, type='text', text='a'))}\n\n".encode() for at in range(n)
        ),
    },
    "arguments in pieces": {
        "openai": lambda n: _openai(
            {"tool_calls": [{"index": 0, "id": "c", "function": {"name": "f"}}]},
            *({"tool_calls": [{"index": 0, "function": {"arguments": "["}}]} for _ in range(n)),
        ),
        "anthropic": lambda n: b"".join(
            f"data: {json.dumps(event)}\n\n".encode()
            for event in (
                block_start(0, type="tool_use", id="c", name="f", input={}),
                *(block_delta(0, "input_json_delta", partial_json="[") for _ in range(n)),
            )
        ),
    },
    **{name: _both(pieces) for name, pieces in TEXTS.items()},
}
CASES = [(name, face) for name, made in SHAPES.items() for face in made]


def cut_whole(raw: bytes) -> list[bytes]:
    return [raw]


def cut_small(raw: bytes) -> list[bytes]:
    return [raw[at : at + 7] for at in range(0, len(raw), 7)]


def work(face: Any, pieces: list[bytes]) -> int:
    """The work of decoding them and of reading the reply at the end."""
    with Work() as done:
        outcome = drive(pieces, face)
    assert outcome.events or outcome.broken
    return done.total


@pytest.mark.parametrize("cut", [cut_whole, cut_small])
@pytest.mark.parametrize(("name", "face"), CASES)
def test_four_times_the_input_is_four_times_the_work(name: str, face: Any, cut: Callable[[bytes], list[bytes]]) -> None:
    make = SHAPES[name][face]
    drive(cut(make(20)), face)  # what is imported on first use is no work of the input
    few, many = make(_N // 4), make(_N)
    growth = len(many) / len(few)
    assert 3 < growth < 6
    assert work(face, cut(many)) < work(face, cut(few)) * growth * 1.25


@pytest.mark.parametrize("name", TEXTS)
def test_the_scanner_alone_is_linear_in_its_pieces(name: str) -> None:
    def scanned(n: int) -> int:
        scanner = Scanner()
        with Work() as done:
            for piece in TEXTS[name](n):
                scanner.feed(piece)
            scanner.end()
        return done.total

    assert scanned(_N) < scanned(_N // 4) * 5


@pytest.mark.parametrize("piece", [b"data: a\n", b"\n", b"\r", b"\r\n", b"a", b":", b"data:\n\n", b"event: x\n"])
def test_frames_alone_are_linear_in_their_pieces(piece: bytes) -> None:
    def framed(n: int) -> int:
        frames = Frames()
        with Work() as done:
            for _ in range(n):
                list(frames.feed(piece))
            list(frames.flush())
        return done.total

    assert framed(_N) < framed(_N // 4) * 5
