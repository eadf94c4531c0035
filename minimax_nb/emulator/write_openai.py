"""A script as MiniMax's OpenAI-compatible protocol writes it, noise fields included.

Field names, their order and what is null follow recorded answers of M2.x and M3 (June to September 2026) and the
OpenAI-compatible API page, read 2026-11-20.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from minimax_nb.emulator.calling import ToolCall
from minimax_nb.emulator.frames import Frame, dumps
from minimax_nb.emulator.heard import Heard
from minimax_nb.emulator.ids import CREATED, tool_id
from minimax_nb.emulator.models import Facts
from minimax_nb.emulator.script import Script

_FINISH = {"end": "stop", "length": "length", "tools": "tool_calls"}
_SENSITIVE = {
    "input_sensitive": False,
    "output_sensitive": False,
    "input_sensitive_type": 0,
    "output_sensitive_type": 0,
    "output_sensitive_int": 0,
}
_PLACEHOLDER = {"total_tokens": 0, "total_characters": 0}
_FINE = {"status_code": 0, "status_msg": ""}


def usage_of(heard: Heard, script: Script, facts: Facts) -> dict[str, Any]:
    """The counts, with the details this model's recordings carry."""
    counts = script.counts
    usage: dict[str, Any] = {
        "total_tokens": counts.input + counts.output,
        "total_characters": 0,
        "prompt_tokens": counts.input,
        "completion_tokens": counts.output,
    }
    if facts.thinks in {"always", "refuses-off"}:
        usage["completion_tokens_details"] = {"reasoning_tokens": counts.thinking}
    if heard.marked and facts.thinks == "always":  # recorded of M2.7 with cache_control in the request
        details = {"cache_read_input_tokens": counts.cached, "cache_creation_input_tokens": 0}
        usage["prompt_tokens_details"] = details
    elif counts.cached or facts.thinks in {"switch", "refuses-off"}:
        usage["prompt_tokens_details"] = {"cached_tokens": counts.cached}
    return usage


def _reasoning(piece: str) -> dict[str, Any]:
    """One piece of thinking under both of its names."""
    detail = {
        "type": "reasoning.text",
        "id": "reasoning-text-1",
        "format": "MiniMax-response-v1",
        "index": 0,
        "text": piece,
    }
    return {"reasoning_content": piece, "reasoning_details": [detail]}


def _apart(heard: Heard, script: Script) -> bool:
    """Whether thinking goes in fields of its own."""
    if not script.thinking or (script.forces_inline and "dup-reasoning" not in script.shapes):
        return False
    return heard.split or script.forces_apart


def _content(heard: Heard, script: Script) -> str:
    """What goes into ``content``."""
    inline = not _apart(heard, script) or "dup-reasoning" in script.shapes
    return script.inline if inline else script.text


def write_whole(heard: Heard, script: Script, facts: Facts, identity: str) -> dict[str, Any]:
    """The reply as one JSON object."""
    message: dict[str, Any] = {
        "content": _content(heard, script),
        "role": "assistant",
        "name": "MiniMax AI",
        "audio_content": "",
    }
    if _apart(heard, script):
        message |= _reasoning(script.apart)
    if script.calls:
        message["tool_calls"] = [_call(call, call.arguments, identity) for call in script.calls]
    whole: dict[str, Any] = {
        "id": identity,
        "choices": [{"finish_reason": _FINISH[script.stop], "index": 0, "message": message}],
        "created": CREATED,
        "model": heard.model,
        "object": "chat.completion",
        "usage": usage_of(heard, script, facts),
        **_SENSITIVE,
    }
    if facts.thinks == "switch":
        whole["service_tier"] = heard.said.get("service_tier", "standard")
    if "usage-missing" in script.shapes:
        del whole["usage"]
    return {**whole, "base_resp": _FINE}


def _call(call: ToolCall, arguments: str, identity: str) -> dict[str, Any]:
    return {
        "id": tool_id(identity, call.number),
        "type": "function",
        "function": {"name": call.name, "arguments": arguments},
        "index": call.number - 1,
    }


def _deltas(heard: Heard, script: Script, identity: str) -> Iterator[dict[str, Any]]:
    """What each piece adds, in order."""
    noise = {"role": "" if "role-empty" in script.shapes else "assistant", "name": "MiniMax AI", "audio_content": ""}
    if _apart(heard, script):
        head: dict[str, Any] = {}  # the first piece of thinking has no content member, later ones an empty one
        for piece in script.pieces(script.apart):
            yield {**head, **noise, **_reasoning(piece)}
            head = {"content": ""}
    for piece in script.pieces(_content(heard, script)):
        yield {"content": piece, **noise}
    for call in script.calls:
        pieces = list(script.pieces(call.arguments)) or [""]
        yield {**noise, "tool_calls": [_call(call, pieces[0], identity)]}
        named = {"role": noise["role"], "name": noise["name"]}  # recorded: later pieces have no audio_content
        for piece in pieces[1:]:
            yield {**named, "tool_calls": [{"function": {"arguments": piece}, "index": call.number - 1}]}


def write_stream(heard: Heard, script: Script, facts: Facts, identity: str) -> Iterator[Frame]:
    """The reply as server-sent events: the reason of the end rides on the last piece, counts follow on their own."""
    about = {"created": CREATED, "model": heard.model, "object": "chat.completion.chunk"}
    wait = script.first_s
    waiting: dict[str, Any] | None = None
    for delta in _deltas(heard, script, identity):
        if waiting is not None:
            yield _chunk({"index": 0, "delta": waiting}, about, identity, wait, script)
            wait = script.gap_s
        waiting = delta
    last = {"finish_reason": _FINISH[script.stop], "index": 0, "delta": waiting or {"content": "", "role": "assistant"}}
    yield _chunk(last, about, identity, wait, script)
    if heard.include_usage and "usage-missing" not in script.shapes:
        closing = {"id": identity, "choices": [], **about, "usage": usage_of(heard, script, facts), "base_resp": _FINE}
        yield Frame(b"data: " + dumps(closing) + b"\n\n", "tail")
    yield Frame(b"data: [DONE]\n\n", "done")


def _chunk(choice: dict[str, Any], about: dict[str, Any], identity: str, wait: float, script: Script) -> Frame:
    calls = choice["delta"].get("tool_calls")
    continued = bool(calls) and "id" not in calls[0]  # recorded: the later pieces of a call carry a placeholder
    usage = _PLACEHOLDER if continued or "role-empty" in script.shapes else None
    chunk = {"id": identity, "choices": [choice], **about, "usage": usage, **_SENSITIVE}
    return Frame(b"data: " + dumps(chunk) + b"\n\n", "delta", wait)
