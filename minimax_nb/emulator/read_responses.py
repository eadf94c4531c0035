"""The input of a Responses call, as far as counting its tokens needs it.

MiniMax Responses API pages and a report of a refused call (agent-zero issue 1754), read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from minimax_nb.emulator.attached import from_responses
from minimax_nb.emulator.heard import Called, Heard, Media, Refused, Result, Tool, Turn
from minimax_nb.emulator.rules import kind_of, need, typed

_ROLES = frozenset({"user", "assistant", "system", "developer", "tool"})


def read_responses(body: Mapping[str, Any], model: str) -> Heard:
    """The request as one value.

    Raises:
        Refused: There is no input, or it has another shape.
    """
    given = need(body, "input")
    if not isinstance(given, str | list):
        raise Refused(f"Mismatch type input with value {kind_of(given)}")
    items = [{"role": "user", "content": given}] if isinstance(given, str) else given
    tools = tuple(
        Tool(str(tool.get("name")), str(tool.get("description") or ""), typed(tool, "parameters", dict) or {})
        for tool in typed(body, "tools", list) or []
        if isinstance(tool, dict)
    )
    return Heard("openai", model, _turns(items), system=str(body.get("instructions") or ""), tools=tools)


def _turns(items: Sequence[object]) -> tuple[Turn, ...]:
    """The conversation; the calls of one turn of the assistant are items of their own, and made one turn again."""
    turns: list[Turn] = []
    known: set[str] = set()
    for item in items:
        if not isinstance(item, dict):
            raise Refused(f"Mismatch type input with value {kind_of(item)}")
        match item.get("type", "message"):
            case "reasoning":
                continue
            case "function_call":
                call = Called(str(item.get("call_id")), str(item.get("name")), str(item.get("arguments") or ""))
                known.add(call.id)
                if not (turns and turns[-1].role == "assistant"):
                    turns.append(Turn("assistant"))
                turns[-1] = replace(turns[-1], calls=(*turns[-1].calls, call))
            case "function_call_output":
                result = Result(str(item.get("call_id")), str(item.get("output") or ""))
                if result.call_id not in known:
                    raise Refused(f"tool result's tool id({result.call_id}) not found")
                turns.append(Turn("tool", results=(result,)))
            case _:
                turns.append(_message(item))
    return tuple(turns)


def _message(item: Mapping[str, Any]) -> Turn:
    role = str(item.get("role") or "user")
    if role not in _ROLES:
        raise Refused(f"chat content has invalid message role: {role}")
    content = item.get("content")
    parts = content if isinstance(content, list) else [{"type": "input_text", "text": content}]
    texts: list[str] = []
    media: list[Media] = []
    before = ""
    for part in parts:
        kind = str(part.get("type")) if isinstance(part, dict) else None
        if kind in {"input_image", "input_video"}:
            media.append(from_responses(part, kind, before))
            before = ""
        elif isinstance(part, dict):
            texts.append(str(part.get("text") or ""))
            before = texts[-1]
    text = "\n".join(filter(None, texts))
    if not text and not media:
        raise Refused("chat content is empty")
    return Turn(role, text, media=tuple(media))
