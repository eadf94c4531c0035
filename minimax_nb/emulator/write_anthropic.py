"""A script as the Anthropic-compatible protocol writes it: MiniMax's own way, and the plain way of resellers.

Order of events, members and counts follow recorded answers of M2.7 and M3 (2026) and MiniMax's Anthropic-compatible
API page, read 2026-11-20. The last counts are the true ones: those of ``message_start`` are provisional.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from minimax_nb.emulator.calling import ToolCall
from minimax_nb.emulator.frames import Frame, dumps
from minimax_nb.emulator.heard import Heard
from minimax_nb.emulator.ids import signature, tool_id
from minimax_nb.emulator.models import Facts
from minimax_nb.emulator.script import Script

_STOP = {"end": "end_turn", "length": "max_tokens", "tools": "tool_use"}


@dataclass(frozen=True, slots=True)
class Style:
    """How a service writes this protocol.

    Attributes:
        message_id: What stands before the id of a message.
        tool_prefix: What stands before the id of a call; "" for MiniMax's own form.
        cache_counts: Whether counts name the cache.
        tier: Whether the service tier is named at the start.
        provisional: Whether the first counts are zeros, to be corrected at the end, with the tier among them.
        thinking: Whether thinking is shown.
        stop_sequence: Whether whole replies have that member.
    """

    message_id: str = ""
    tool_prefix: str = ""
    cache_counts: bool = True
    tier: bool = False
    provisional: bool = False
    thinking: bool = True
    stop_sequence: bool = False


def minimax_style(facts: Facts) -> Style:
    """MiniMax's way with this model."""
    return Style(tier=True, provisional=facts.thinks in {"switch", "refuses-off"})


PLAIN = Style(message_id="msg_", tool_prefix="toolu_", cache_counts=False, thinking=False, stop_sequence=True)
"""The protocol as resellers document it."""

LOCAL = Style(message_id="msg_", tool_prefix="toolu_", cache_counts=False, stop_sequence=True)
"""The same of a server of one's own, which shows its thinking."""


def _counts(script: Script, style: Style) -> dict[str, Any]:
    counts = script.counts
    if not style.cache_counts:
        return {"input_tokens": counts.input, "output_tokens": counts.output}
    return {
        "input_tokens": counts.input - counts.cached,
        "output_tokens": counts.output,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": counts.cached,
    }


def _call_id(call: ToolCall, identity: str, style: Style) -> str:
    made = tool_id(identity, call.number)
    return style.tool_prefix + made.removeprefix("call_function_") if style.tool_prefix else made


def _texts(script: Script, style: Style) -> tuple[str, str]:
    """Thinking of its own block, and the text; faults put the thinking into the text."""
    if script.forces_inline and "dup-reasoning" not in script.shapes:
        return "", script.inline
    thinking = script.apart if style.thinking or script.forces_apart else ""
    return thinking, script.inline if "dup-reasoning" in script.shapes else script.text


def write_whole(heard: Heard, script: Script, identity: str, style: Style) -> dict[str, Any]:
    """The reply as one JSON object."""
    thinking, text = _texts(script, style)
    content: list[dict[str, Any]] = []
    if thinking:
        content.append({"thinking": thinking, "signature": signature(identity, thinking), "type": "thinking"})
    if text:
        content.append({"text": text, "type": "text"})
    content.extend(
        {"type": "tool_use", "id": _call_id(call, identity, style), "name": call.name, "input": _object(call.arguments)}
        for call in script.calls
    )
    whole: dict[str, Any] = {
        "id": style.message_id + identity,
        "type": "message",
        "role": "assistant",
        "model": heard.model,
        "content": content,
        "usage": _counts(script, style),
        "stop_reason": _STOP[script.stop],
    }
    if style.stop_sequence:
        whole["stop_sequence"] = None
    if "usage-missing" in script.shapes:
        del whole["usage"]
    return whole


def _object(arguments: str) -> Any:  # noqa: ANN401
    """Arguments as a value; text that is no JSON stays text, as a careless service would send it."""
    try:
        return json.loads(arguments)
    except ValueError:
        return arguments


def _event(kind: str, value: dict[str, Any]) -> bytes:
    return b"event: " + kind.encode() + b"\ndata: " + dumps({"type": kind, **value}) + b"\n\n"


class _Block:
    """One content block and its pieces."""

    def __init__(self, index: int, start: dict[str, Any], deltas: list[dict[str, Any]]) -> None:
        self.start = _event("content_block_start", {"index": index, "content_block": start})
        self.deltas = [_event("content_block_delta", {"index": index, "delta": delta}) for delta in deltas]
        self.stop = _event("content_block_stop", {"index": index})


def _blocks(script: Script, identity: str, style: Style) -> Iterator[_Block]:
    thinking, text = _texts(script, style)
    index = 0
    if thinking:
        pieces = [{"type": "thinking_delta", "thinking": piece} for piece in script.pieces(thinking)]
        proof = {"type": "signature_delta", "signature": signature(identity, thinking)}
        yield _Block(index, {"type": "thinking", "thinking": ""}, [*pieces, proof])
        index += 1
    if text:
        pieces = [{"type": "text_delta", "text": piece} for piece in script.pieces(text)]
        yield _Block(index, {"type": "text", "text": ""}, pieces)
        index += 1
    for call in script.calls:
        start = {"type": "tool_use", "id": _call_id(call, identity, style), "name": call.name, "input": {}}
        pieces = [{"type": "input_json_delta", "partial_json": piece} for piece in script.pieces(call.arguments)]
        yield _Block(index, start, pieces)
        index += 1


def write_stream(heard: Heard, script: Script, identity: str, style: Style) -> Iterator[Frame]:
    """The reply as server-sent events."""
    counted = "usage-missing" not in script.shapes
    yield Frame(_event("message_start", {"message": _beginning(heard, script, identity, style)}), "head")
    yield Frame(_event("ping", {}), "head")
    bodies = _late if "late-blocks" in script.shapes else _in_order
    wait = script.first_s
    for data in bodies(list(_blocks(script, identity, style))):
        place: Any = "delta" if data.startswith(b"event: content_block_delta") else "head"
        yield Frame(data, place, wait)
        wait = script.gap_s if place == "delta" else 0.0
    closing: dict[str, Any] = {"delta": {"stop_reason": _STOP[script.stop]}}
    yield Frame(_event("message_delta", closing | ({"usage": _counts(script, style)} if counted else {})), "tail")
    yield Frame(_event("message_stop", {}), "tail")


def _beginning(heard: Heard, script: Script, identity: str, style: Style) -> dict[str, Any]:
    tier = {"service_tier": heard.said.get("service_tier", "standard")} if style.tier else {}
    usage: dict[str, Any] = {**_counts(script, style), "output_tokens": 0}
    if style.provisional:
        usage = {"input_tokens": 0, "output_tokens": 0, **tier}
    message: dict[str, Any] = {
        "id": style.message_id + identity,
        "type": "message",
        "role": "assistant",
        "content": [],
        "model": heard.model,
        "stop_reason": None,
        "stop_sequence": None,
    }
    if "usage-missing" not in script.shapes:
        message["usage"] = usage
    return message | tier


def _in_order(blocks: list[_Block]) -> Iterator[bytes]:
    for block in blocks:
        yield block.start
        yield from block.deltas
        yield block.stop


def _late(blocks: list[_Block]) -> Iterator[bytes]:
    """Each block opens before the last piece of the one before it; all close at the end, the last one first."""
    held: list[bytes] = []
    for block in blocks:
        yield block.start
        yield from held
        yield from block.deltas[:-1]
        held = block.deltas[-1:]
    yield from held
    yield from (block.stop for block in reversed(blocks))
