"""The input of a Responses call, as far as counting its tokens needs it.

MiniMax Responses API pages, read 2026-11-20.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from minimax_nb.emulator.attached import from_responses
from minimax_nb.emulator.heard import Called, Heard, Media, Refused, Result, Tool, Turn
from minimax_nb.emulator.rules import kind_of, need, typed


def read_responses(body: Mapping[str, Any], model: str) -> Heard:
    """The request as one value.

    Raises:
        Refused: There is no input, or it has another shape.
    """
    given = need(body, "input")
    if not isinstance(given, str | list):
        raise Refused(f"Mismatch type input with value {kind_of(given)}")
    items = [{"role": "user", "content": given}] if isinstance(given, str) else given
    turns = tuple(_turn(item) for item in items if isinstance(item, dict) and item.get("type") != "reasoning")
    tools = tuple(
        Tool(str(tool.get("name")), str(tool.get("description") or ""), typed(tool, "parameters", dict) or {})
        for tool in typed(body, "tools", list) or []
        if isinstance(tool, dict)
    )
    return Heard("openai", model, turns, system=str(body.get("instructions") or ""), tools=tools)


def _turn(item: Mapping[str, Any]) -> Turn:
    match item.get("type", "message"):
        case "function_call":
            call = Called(str(item.get("call_id")), str(item.get("name")), str(item.get("arguments") or ""))
            return Turn("assistant", calls=(call,))
        case "function_call_output":
            return Turn("tool", results=(Result(str(item.get("call_id")), str(item.get("output") or "")),))
        case _:
            return _message(item)


def _message(item: Mapping[str, Any]) -> Turn:
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
    return Turn(str(item.get("role") or "user"), "\n".join(filter(None, texts)), media=tuple(media))
