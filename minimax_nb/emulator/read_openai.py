"""An OpenAI-compatible request, understood, or refused by the service's rules.

MiniMax OpenAI-compatible API page and reports of refused calls, read 2026-11-20.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from minimax_nb.emulator.attached import from_openai
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

_ROLES = frozenset({"system", "user", "assistant", "tool"})
_NOT_PARAMETERS = frozenset({"messages", "tools", "model", "model_id", "key", "stream"})
_REPLAYED = re.compile(r"\A\s*<(?:mm:)?think>.*?</(?:mm:)?think>\s*", re.DOTALL)
_EMPTY = "chat content is empty"


def read_openai(body: Mapping[str, Any], model: str, facts: Facts) -> Heard:
    """The request as one value.

    Raises:
        Refused: It breaks one of the service's rules.
    """
    messages = need(body, "messages")
    if not isinstance(messages, list):
        raise Refused(f"Mismatch type messages with value {kind_of(messages)}")
    tools = _tools(body)
    check_sampling(body, facts)
    check_tier(body)
    limit = _limit(body)
    check_limit(limit, model, facts)
    turns = _turns(messages, personas=facts.personas)
    check_visible(turns[-1].text)
    system = turns[0].text if turns[0].role == "system" else ""
    if system and tools and not any(turn.role == "user" for turn in turns):
        raise Refused(_EMPTY)
    options = typed(body, "stream_options", dict) or {}
    return Heard(
        "openai",
        model,
        tuple(turn for turn in turns if turn.role != "system"),
        system=system,
        tools=tools,
        may_call=body.get("tool_choice") != "none",
        stream=bool(typed(body, "stream", bool)),
        max_tokens=limit,
        thinking=thinks(body, model, facts, unless_said=True),
        split=bool(typed(body, "reasoning_split", bool)),
        include_usage=bool(typed(options, "include_usage", bool)),
        marked=any(_marked(message) for message in messages),
        reply_schema=_reply_schema(body) if facts.json_mode else None,
        said={name: value for name, value in body.items() if name not in _NOT_PARAMETERS and value is not None},
    )


def _marked(message: Mapping[str, Any]) -> bool:
    """Whether a message, or a part of it, carries ``cache_control``."""
    content = message.get("content")
    parts = content if isinstance(content, list) else []
    return any(isinstance(part, dict) and "cache_control" in part for part in (message, *parts))


def _limit(body: Mapping[str, Any]) -> int | None:
    newer, older = typed(body, "max_completion_tokens", int), typed(body, "max_tokens", int)
    return older if newer is None else newer  # type: ignore[no-any-return]


def _reply_schema(body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The schema the reply must follow, {} for any object, None for prose."""
    wanted = body.get("response_format")
    if not isinstance(wanted, dict) or str(wanted.get("type")) not in {"json_object", "json_schema"}:
        return None
    named = wanted.get("json_schema")
    schema = named.get("schema") if isinstance(named, dict) else None
    return schema if isinstance(schema, dict) else {}


def _tools(body: Mapping[str, Any]) -> tuple[Tool, ...]:
    tools: list[Tool] = []
    for tool in typed(body, "tools", list) or []:
        if not isinstance(tool, dict) or tool.get("type") != "function":
            raise Refused(f"invalid tool type: {tool.get('type', '') if isinstance(tool, dict) else ''}")
        function = tool.get("function")
        if not isinstance(function, dict) or not function.get("name") or not function.get("parameters"):
            raise Refused("function name or parameters is empty")
        schema = typed(function, "parameters", dict)
        tools.append(Tool(str(function["name"]), str(function.get("description") or ""), schema))
    return tuple(tools)


def _turns(messages: list[Any], *, personas: bool) -> list[Turn]:
    """The conversation, each message checked by itself and by its place."""
    known: set[str] = set()
    open_calls: set[str] = set()  # calls a tool message may still answer right here
    turns: list[Turn] = []
    for at, message in enumerate(messages):
        if not isinstance(message, dict):
            raise Refused(f"Mismatch type messages with value {kind_of(message)}")
        role = str(message.get("role") or "")
        if role not in _ROLES and not (personas and role in PERSONAS):
            raise Refused(f"chat content has invalid message role: {role}")
        check_persona(role, message)
        if role == "system" and at:
            twice = turns[0].role == "system"
            raise Refused("invalid chat setting" if twice else "chat content has invalid message role: system")
        if role == "tool":
            _check_answer(str(message.get("tool_call_id") or ""), known, open_calls)
        turn = _turn(message, role)
        if role != "tool":
            open_calls = {call.id for call in turn.calls}
            known |= open_calls
        turns.append(turn)
    return turns


def _check_answer(call_id: str, known: set[str], open_calls: set[str]) -> None:
    if call_id not in known:
        raise Refused(f"tool result's tool id({call_id}) not found")
    if call_id not in open_calls:
        raise Refused("tool call result does not follow tool call")


def _turn(message: Mapping[str, Any], role: str) -> Turn:
    content = message.get("content")
    calls = _calls(message)
    if content is None and calls:
        return Turn(role, calls=calls)
    text, media = _content(content)
    if not text and not media:
        raise Refused(_EMPTY)
    if role == "tool":
        return Turn(role, results=(Result(str(message.get("tool_call_id")), text),))
    said = _REPLAYED.sub("", text) if role == "assistant" else text
    return Turn(role, said, calls, (), media, str(message.get("name") or ""))


def _calls(message: Mapping[str, Any]) -> tuple[Called, ...]:
    calls: list[Called] = []
    for call in typed(message, "tool_calls", list) or []:
        function = call.get("function") if isinstance(call, dict) else None
        if not isinstance(function, dict):
            raise Refused("function name or parameters is empty")
        called = Called(str(call.get("id") or ""), str(function.get("name") or ""), str(function.get("arguments", "")))
        try:
            json.loads(called.arguments)
        except (ValueError, RecursionError):
            raise Refused(f"invalid function arguments json string, tool_call_id: {called.id}") from None
        calls.append(called)
    return tuple(calls)


def _content(content: object) -> tuple[str, tuple[Media, ...]]:
    """Text and media of a message's content."""
    if content is None or isinstance(content, str):
        return content or "", ()
    if not isinstance(content, list):
        raise Refused(f"Mismatch type content with value {kind_of(content)}")
    texts: list[str] = []
    media: list[Media] = []
    before = ""
    for part in content:
        kind = str(part.get("type")) if isinstance(part, dict) else None
        if kind == "text":
            texts.append(str(part.get("text") or ""))
            before = texts[-1]
        elif kind in {"image_url", "video_url"}:
            media.append(from_openai(part, kind, before))
            before = ""
        elif kind in {"input_audio", "audio_url", "audio"}:
            raise Refused("history message not support audio")
        else:
            raise Refused(f"unknown content type '{kind}'")
    return "\n".join(filter(None, texts)), tuple(media)
