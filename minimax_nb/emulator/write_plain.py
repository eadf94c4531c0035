"""A script as resellers write the OpenAI-compatible protocol: OpenAI's own members and few others.

ModelsLab chat-completions page, RunAPI skills and OpenRouter API reference, read 2026-11-20. No stream of theirs was
recorded, so this is what they document and no more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from minimax_nb.emulator.calling import ToolCall
from minimax_nb.emulator.frames import Frame, dumps
from minimax_nb.emulator.heard import Heard
from minimax_nb.emulator.ids import CREATED, letters
from minimax_nb.emulator.script import Script

_FINISH = {"end": "stop", "length": "length", "tools": "tool_calls"}


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a reseller writes this protocol.

    Attributes:
        reply_id: What stands before the id of a reply.
        chunks_named: Whether chunks carry ``created`` and ``model``.
        reasoning: How thinking is shown: "openrouter" is ``reasoning`` and ``reasoning_details``, "content" is
            ``reasoning_content``, "" is not at all.
        provider: Who serves it, where the reseller says so; it then also passes on the server's own finish reason.
        comment: A comment line before the first chunk, or "".
    """

    reply_id: str
    chunks_named: bool = True
    reasoning: Literal["", "openrouter", "content"] = ""
    provider: str = ""
    comment: str = ""


def _usage(script: Script) -> dict[str, Any]:
    counts = script.counts
    return {
        "prompt_tokens": counts.input,
        "completion_tokens": counts.output,
        "total_tokens": counts.input + counts.output,
    }


def _reasoning(piece: str, dialect: Dialect) -> dict[str, Any]:
    if dialect.reasoning != "openrouter":
        return {"reasoning_content": piece}
    detail = {"type": "reasoning.text", "text": piece, "format": "unknown", "index": 0}
    return {"reasoning": piece, "reasoning_details": [detail]}


def _call(call: ToolCall, arguments: str, identity: str) -> dict[str, Any]:
    function = {"name": call.name, "arguments": arguments}
    made = f"call_{letters(identity, 24)}{call.number}"
    return {"index": call.number - 1, "id": made, "type": "function", "function": function}


def _finish(script: Script, dialect: Dialect) -> dict[str, Any]:
    reason = _FINISH[script.stop]
    return {"finish_reason": reason} | ({"native_finish_reason": reason} if dialect.provider else {})


def write_whole(heard: Heard, script: Script, identity: str, dialect: Dialect) -> dict[str, Any]:
    """The reply as one JSON object."""
    text = _text(script)
    message: dict[str, Any] = {"role": "assistant", "content": text or None}
    if thinking := _thinking(script, dialect):
        message |= _reasoning(thinking, dialect)
    if script.calls:
        message["tool_calls"] = [_call(call, call.arguments, identity) for call in script.calls]
    whole = {
        "id": dialect.reply_id + identity,
        "object": "chat.completion",
        "created": CREATED,
        "model": heard.model,
        **({"provider": dialect.provider} if dialect.provider else {}),
        "choices": [{"index": 0, **_finish(script, dialect), "message": message}],
    }
    return whole if "usage-missing" in script.shapes else {**whole, "usage": _usage(script)}


def _text(script: Script) -> str:
    return script.inline if script.forces_inline or "dup-reasoning" in script.shapes else script.text


def _thinking(script: Script, dialect: Dialect) -> str:
    """The thinking that is shown in fields of its own."""
    if script.forces_inline and "dup-reasoning" not in script.shapes:
        return ""
    return script.apart if dialect.reasoning or script.forces_apart else ""


def _deltas(script: Script, identity: str, dialect: Dialect) -> Iterator[dict[str, Any]]:
    for piece in script.pieces(_thinking(script, dialect)):
        yield {"content": "", **_reasoning(piece, dialect)}
    for piece in script.pieces(_text(script)):
        yield {"content": piece}
    for call in script.calls:
        yield {"tool_calls": [_call(call, "", identity)]}
        for piece in script.pieces(call.arguments):
            yield {"tool_calls": [{"index": call.number - 1, "function": {"arguments": piece}}]}


def write_stream(heard: Heard, script: Script, identity: str, dialect: Dialect) -> Iterator[Frame]:
    """The reply as server-sent events, the reason of the end in a chunk of its own."""
    about: dict[str, Any] = {"id": dialect.reply_id + identity, "object": "chat.completion.chunk"}
    if dialect.chunks_named:
        about |= {"created": CREATED, "model": heard.model}
    if dialect.provider:
        about["provider"] = dialect.provider

    def chunk(delta: dict[str, Any], finish: dict[str, Any], wait: float) -> Frame:
        value = {**about, "choices": [{"index": 0, "delta": delta, **finish}]}
        return Frame(b"data: " + dumps(value) + b"\n\n", "delta", wait)

    if dialect.comment:
        yield Frame(f": {dialect.comment}\n\n".encode(), "head")
    role = {"role": "" if "role-empty" in script.shapes else "assistant"} if dialect.chunks_named else {}
    wait = script.first_s
    for delta in _deltas(script, identity, dialect):
        yield chunk({**role, **delta}, {"finish_reason": None}, wait)
        wait = script.gap_s
    yield chunk({}, _finish(script, dialect), wait)
    if heard.include_usage and "usage-missing" not in script.shapes:
        yield Frame(b"data: " + dumps({**about, "choices": [], "usage": _usage(script)}) + b"\n\n", "tail")
    yield Frame(b"data: [DONE]\n\n", "done")
