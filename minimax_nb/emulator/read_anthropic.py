"""An Anthropic-compatible request, understood, or refused by the service's rules.

MiniMax Anthropic-compatible API page and reports of refused calls, read 2026-11-20.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from minimax_nb.emulator.attached import from_anthropic
from minimax_nb.emulator.heard import Called, Heard, Media, Refused, Result, Tool, Turn
from minimax_nb.emulator.models import Facts
from minimax_nb.emulator.rules import (
    PERSONAS,
    check_limit,
    check_persona,
    check_sampling,
    check_tier,
    check_visible,
    kind_of,
    need,
    thinks,
    typed,
)

_NOT_PARAMETERS = frozenset({"messages", "tools", "model", "system", "stream"})
_SILENT = frozenset({"thinking", "redacted_thinking", "mid_conv_system"})
_EMPTY = "chat content is empty"
_OUT_OF_ORDER = "tool call result does not follow tool call"


def read_anthropic(body: Mapping[str, Any], model: str, facts: Facts) -> Heard:
    """The request as one value.

    Raises:
        Refused: It breaks one of the service's rules.
    """
    messages = need(body, "messages")
    if not isinstance(messages, list):
        raise Refused(f"Mismatch type messages with value {kind_of(messages)}")
    check_sampling(body, facts)
    check_tier(body)
    limit: int | None = typed(body, "max_tokens", int)
    check_limit(limit, model, facts)
    output = typed(body, "output_config", dict) or {}
    if output.get("format") and not facts.json_mode:
        raise Refused("output_config.format is not supported")
    choice = typed(body, "tool_choice", dict) or {}
    return Heard(
        "anthropic",
        model,
        _turns(messages, personas=facts.personas),
        system=_system(body.get("system")),
        tools=_tools(body),
        may_call=choice.get("type") != "none",
        stream=bool(typed(body, "stream", bool)),
        max_tokens=limit,
        thinking=thinks(body, model, facts, unless_said=False),
        split=True,
        include_usage=True,
        reply_schema=_reply_schema(output),
        said={name: value for name, value in body.items() if name not in _NOT_PARAMETERS and value is not None},
    )


def _reply_schema(output: Mapping[str, Any]) -> Mapping[str, Any] | None:
    wanted = output.get("format")
    if not isinstance(wanted, dict):
        return None
    schema = wanted.get("schema")
    return schema if isinstance(schema, dict) else {}


def _system(system: object) -> str:
    if system is None or isinstance(system, str):
        return system or ""
    if not isinstance(system, list):
        raise Refused(f"Mismatch type system with value {kind_of(system)}")
    return "\n".join(str(block.get("text") or "") for block in system if isinstance(block, dict))


def _tools(body: Mapping[str, Any]) -> tuple[Tool, ...]:
    tools: list[Tool] = []
    for tool in typed(body, "tools", list) or []:
        if not isinstance(tool, dict) or not tool.get("name") or not isinstance(tool.get("input_schema"), dict):
            raise Refused("function name or parameters is empty")
        tools.append(Tool(str(tool["name"]), str(tool.get("description") or ""), dict(tool["input_schema"])))
    return tuple(tools)


def _turns(messages: list[Any], *, personas: bool) -> tuple[Turn, ...]:
    """The conversation, each message checked by itself and by its place."""
    known: set[str] = set()
    open_calls: set[str] = set()
    turns: list[Turn] = []
    for message in messages:
        if not isinstance(message, dict):
            raise Refused(f"Mismatch type messages with value {kind_of(message)}")
        role = str(message.get("role") or "")
        if role not in {"user", "assistant"} and not (personas and role in PERSONAS):
            raise Refused(f"chat content has invalid message role: {role}")
        check_persona(role, message)
        turn = _turn(role, message.get("content"))
        for result in turn.results:
            if result.call_id not in known:
                raise Refused(f"tool result's tool id({result.call_id}) not found")
            if result.call_id not in open_calls or turn.text:
                raise Refused(_OUT_OF_ORDER)
        open_calls = {call.id for call in turn.calls}
        known |= open_calls
        turns.append(turn)
    check_visible(turns[-1].text)
    return tuple(turns)


def _turn(role: str, content: object) -> Turn:
    if isinstance(content, str):
        content = [{"type": "text", "text": content}] if content else []
    if not isinstance(content, list):
        raise Refused(f"Mismatch type content with value {kind_of(content)}" if content is not None else _EMPTY)
    texts: list[str] = []
    calls: list[Called] = []
    results: list[Result] = []
    media: list[Media] = []
    before = ""
    for block in content:
        kind = str(block.get("type")) if isinstance(block, dict) else None
        match kind:
            case "text":
                texts.append(str(block.get("text") or ""))
                before = texts[-1]
            case "image" | "video":
                media.append(from_anthropic(block, kind, before))
                before = ""
            case "tool_use":
                calls.append(_call(block))
            case "tool_result":
                results.append(_result(block))
            case _ if kind not in _SILENT:
                raise Refused(f"content type '{kind}' is not supported")
    text = "\n".join(filter(None, texts))
    if not content or ("" in texts and not (text or calls or results or media)):
        raise Refused(_EMPTY)
    return Turn(role, text, tuple(calls), tuple(results), tuple(media))


def _call(block: Mapping[str, Any]) -> Called:
    identity = str(block.get("id") or "")
    if not isinstance(block.get("input"), dict):
        raise Refused(f"invalid function arguments json string, tool_call_id: {identity}")
    return Called(identity, str(block.get("name") or ""), json.dumps(block["input"], ensure_ascii=False))


def _result(block: Mapping[str, Any]) -> Result:
    """A tool's result: a string, or blocks of text and pictures; the page lists no others."""
    content = block.get("content")
    parts: Sequence[object] = content if isinstance(content, list) else [{"type": "text", "text": content}]
    texts: list[str] = []
    media: list[Media] = []
    for part in parts:
        kind = str(part.get("type")) if isinstance(part, dict) else None
        if isinstance(part, dict) and kind == "text":
            texts.append(str(part.get("text") or ""))
        elif isinstance(part, dict) and kind == "image":
            media.append(from_anthropic(part, kind, texts[-1] if texts else ""))
        else:
            raise Refused(f"content type '{kind}' is not supported")
    text = "\n".join(filter(None, texts))
    if not text and not media:
        raise Refused(_EMPTY)
    failed = bool(block.get("is_error"))
    return Result(str(block.get("tool_use_id") or ""), text or "(a picture)", failed, tuple(media))
