"""Both codecs under made-up input: the pieces do not matter, and what came goes back unchanged.

That the work is linear in the input is shown by ``tests/fuzz/test_linear.py``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.messages.parts import Message as Turn
from minimax_nb.messages.parts import Text, Thinking, ToolCall, ToolResult, user
from minimax_nb.messages.reply import Reply
from minimax_nb.messages.request import Request
from minimax_nb.wire import FACES
from tests.wire.helpers import M3, Outcome, block_delta, block_start, block_stop, chunk, drive, endpoint, merged, sse
from tests.wire.test_anything import answers, faces, quick, troubles

# -- the pieces do not matter ------------------------------------------------------------------------------------------


def told(outcome: Outcome) -> list[object]:
    """Everything an answer came to, as something that compares: the reply at its end, its events and its error."""
    reply = outcome.reply
    failure = [(str(getattr(event, "error", "")), type(event).__name__) for event in outcome.events]
    return [
        repr((reply.text, reply.thinking, reply.tool_calls, reply.usage, reply.stop_reason, reply.message)),
        [repr(event) for event in merged(outcome.events) if type(event).__name__ != "Failed"],
        failure[-1:],
        str(outcome.broken),
    ]


@quick
@given(st.data(), faces, st.booleans(), st.sampled_from(["\n\n", "\r\n\r\n", "\r\r"]))
def test_an_answer_in_any_pieces_is_the_same_reply(data: st.DataObject, face: Any, named: bool, end: str) -> None:
    drawn = data.draw(st.lists(answers[face] | troubles, max_size=6))
    frames = [b": \xf0\x9f\x98\x80" + end[: len(end) // 2].encode()]
    for value in drawn:
        name = f"event: {value.get('type')}{end[: len(end) // 2]}" if named and isinstance(value, dict) else ""
        frames.append(f"{name}data: ".encode("utf-8", "replace") + json.dumps(value, ensure_ascii=True).encode())
        frames.append(end.encode())
    raw = b"".join(frames) + data.draw(st.sampled_from([b"", b"data: [DONE]\n\n", b"data: {"]))
    places = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=30)))
    pieces = [raw[start:stop] for start, stop in pairwise([0, *places, len(raw)])]
    assert told(drive(pieces, face)) == told(drive([raw], face))


# -- there and back again ----------------------------------------------------------------------------------------------

letters = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
solid = letters.filter(lambda text: bool(text.strip()))
plain = solid.filter(lambda text: "<" not in text)
"""Text without tags, which the scanner takes out of an answer and the echo puts back."""
names = st.from_regex(r"[a-z_]{1,12}", fullmatch=True)
arguments = st.dictionaries(
    letters, st.none() | st.booleans() | st.integers() | letters | st.lists(letters, max_size=3)
)
signatures = st.text("0123456789abcdef", min_size=1, max_size=64)


@st.composite
def replies(draw: st.DrawFn) -> tuple[str, str, str, list[ToolCall]]:
    """Thinking, its signature, text and calls; the text has no white space at its ends, which tags take away."""
    calls = [
        ToolCall(f"call_{at}", draw(names), held, json.dumps(held, ensure_ascii=draw(st.booleans())))
        for at, held in enumerate(draw(st.lists(arguments, max_size=3)))
    ]
    text = draw(plain).strip() if not calls else draw(st.just("") | plain.map(str.strip))
    return draw(st.just("") | solid), draw(signatures), text, calls


def pieces(draw: Callable[[Any], Any], text: str) -> list[str]:
    """A text cut anywhere."""
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=4)))
    return [text[start:stop] for start, stop in pairwise([0, *places, len(text)]) if stop > start]


def openai_whole(thinking: str, text: str, calls: list[ToolCall]) -> bytes:
    """The answer as the service writes it in one piece, with reasoning_split."""
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if thinking:
        message |= {"reasoning_content": thinking, "reasoning_details": [_detail(thinking)]}
    if calls:
        message["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.raw}}
            for call in calls
        ]
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls" if calls else "stop"}
    return json.dumps({"id": "i", "model": "m", "choices": [choice]}).encode()


def _detail(text: str) -> dict[str, Any]:
    return {"type": "reasoning.text", "id": "r-1", "format": "MiniMax-response-v1", "index": 0, "text": text}


def openai_streamed(draw: Any, thinking: str, text: str, calls: list[ToolCall]) -> bytes:
    """The same in chunks."""
    deltas: list[dict[str, Any]] = [
        {"reasoning_content": piece, "reasoning_details": [_detail(piece)]} for piece in pieces(draw, thinking)
    ]
    deltas += [{"content": piece} for piece in pieces(draw, text)]
    for at, call in enumerate(calls):
        begun = {"index": at, "id": call.id, "type": "function", "function": {"name": call.name, "arguments": ""}}
        deltas.append({"tool_calls": [begun]})
        deltas += [
            {"tool_calls": [{"index": at, "function": {"arguments": piece}}]} for piece in pieces(draw, call.raw)
        ]
    return sse(*(chunk(delta) for delta in deltas), chunk({}, "tool_calls" if calls else "stop"), done=True)


def _blocks(thinking: str, signature: str, text: str, calls: list[ToolCall]) -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = []
    if thinking:
        blocks.append({"type": "thinking", "thinking": thinking, "signature": signature})
    if text:
        blocks.append({"type": "text", "text": text})
    return blocks + [
        {"type": "tool_use", "id": call.id, "name": call.name, "input": dict(call.arguments)} for call in calls
    ]


def anthropic_streamed(draw: Any, blocks: list[dict[str, Any]]) -> bytes:
    """The blocks as the service streams them: each begins empty, and thinking is signed at its end."""
    events: list[dict[str, Any]] = [{"type": "message_start", "message": {"id": "i", "model": "m", "content": []}}]
    for at, block in enumerate(blocks):
        kind = block["type"]
        if kind == "tool_use":
            events.append(block_start(at, **{**block, "input": {}}))
            deltas = [
                block_delta(at, "input_json_delta", partial_json=one)
                for one in pieces(draw, json.dumps(block["input"]))
            ]
        else:
            events.append(block_start(at, type=kind, **{kind: ""}))
            deltas = [block_delta(at, f"{kind}_delta", **{kind: piece}) for piece in pieces(draw, block[kind])]
        if kind == "thinking":
            deltas.append(block_delta(at, "signature_delta", signature=block["signature"]))
        events += [*deltas, block_stop(at)]
    events += [{"type": "message_delta", "delta": {"stop_reason": "end_turn"}}, {"type": "message_stop"}]
    return b"".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events)


def sent_back(face: Any, outcome: Outcome) -> dict[str, Any]:
    """The assistant's turn of the next call, its calls answered."""
    assert outcome.broken is None
    reply = Reply(provider="minimax", face=face, asked_model="MiniMax-M3")
    for event in outcome.events:
        reply.apply(event)
    turn = reply.message
    results = tuple(ToolResult(part.id, "fine") for part in turn.parts if isinstance(part, ToolCall))
    talk = (user("a"), turn, *((Turn("tool", results),) if results else ()), user("b"))
    body = json.loads(FACES[face].encode(Request("m", talk), endpoint(face, model=M3)).body)
    (written,) = [message for message in body["messages"] if message["role"] == "assistant"]
    return dict(written)


def decoded(outcome: Outcome) -> tuple[str, str, list[tuple[str, str, Mapping[str, Any]]]]:
    """Thinking, text and calls of an answer."""
    parts = outcome.reply.message.parts
    return (
        "".join(part.text for part in parts if isinstance(part, Thinking)),
        "".join(part.text for part in parts if isinstance(part, Text)),
        [(part.id, part.name, part.arguments) for part in parts if isinstance(part, ToolCall)],
    )


def _said(calls: list[ToolCall]) -> list[tuple[str, str, Mapping[str, Any]]]:
    return [(call.id, call.name, call.arguments) for call in calls]


@quick
@given(st.data(), replies())
def test_an_openai_reply_goes_back_as_it_came(data: st.DataObject, reply: tuple[str, str, str, list[ToolCall]]) -> None:
    thinking, _, text, calls = reply
    for raw in (openai_whole(thinking, text, calls), openai_streamed(data.draw, thinking, text, calls)):
        outcome = drive([raw], "openai")
        assert decoded(outcome) == (thinking, text, _said(calls))
        written = sent_back("openai", outcome)
        assert written.get("content", "") == text
        assert written.get("reasoning_details", []) == ([_detail(thinking)] if thinking else [])
        assert [one["function"]["arguments"] for one in written.get("tool_calls", [])] == [one.raw for one in calls]
        assert [one["id"] for one in written.get("tool_calls", [])] == [one.id for one in calls]


@quick
@given(st.data(), replies())
def test_an_anthropic_reply_goes_back_as_it_came(
    data: st.DataObject, reply: tuple[str, str, str, list[ToolCall]]
) -> None:
    thinking, signature, text, calls = reply
    blocks = _blocks(thinking, signature, text, calls)
    whole = json.dumps({"type": "message", "id": "i", "model": "m", "content": blocks, "stop_reason": "end_turn"})
    for raw in (whole.encode(), anthropic_streamed(data.draw, blocks)):
        outcome = drive([raw], "anthropic")
        assert decoded(outcome) == (thinking, text, _said(calls))
        assert sent_back("anthropic", outcome)["content"] == blocks


@quick
@given(st.data(), solid, solid)
def test_openai_content_with_tags_goes_back_with_them(data: st.DataObject, thinking: str, text: str) -> None:
    content = f"<think>\n{thinking}\n</think>\n\n{text}"
    outcome = drive(
        [sse(*(chunk({"content": one}) for one in pieces(data.draw, content)), chunk({}, "stop"))], "openai"
    )
    if outcome.reply.text:  # a text of nothing but tags and blanks says nothing, and is not sent
        assert sent_back("openai", outcome)["content"] == content
