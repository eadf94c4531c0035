"""A request as a chat completion call of the OpenAI face (MiniMax's API page and its SDK page, read 2026-11-20)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from minimax_nb.catalog.endpoint import Endpoint
from minimax_nb.messages.parts import Message, Part, Text, ToolCall, ToolResult
from minimax_nb.messages.request import Request
from minimax_nb.wire.asking import json_text, limit, options, post
from minimax_nb.wire.call import Call
from minimax_nb.wire.history import prepare
from minimax_nb.wire.loose import arguments_object
from minimax_nb.wire.openai.reasoning import FIELDS


def encode(request: Request, endpoint: Endpoint) -> Call:
    """The call that asks for a reply.

    Raises:
        RequestError: There is nothing to send.
    """
    face = endpoint.face
    body: dict[str, Any] = {endpoint.face.model_field: endpoint.model_id, "messages": _messages(request, endpoint)}
    body |= options(request, endpoint)
    if (most := limit(request, endpoint)) is not None:
        body[face.max_tokens_field] = most
    if face.reasoning_split:
        body["reasoning_split"] = True
    body["stream"] = request.stream
    if request.stream and face.include_usage:
        body["stream_options"] = {"include_usage": True}
    return post(endpoint, face.chat_path, body, stream=request.stream)


def _messages(request: Request, endpoint: Endpoint) -> list[dict[str, Any]]:
    messages: list[dict[str, Any]] = []
    if request.system and request.system.strip():
        messages.append({"role": "system", "content": request.system})
    for message in prepare(request.messages, endpoint.provider_name, "openai"):
        messages.extend(_written(message, endpoint.face.echo_field))
    return messages


def _written(message: Message, echo_field: str | None) -> Iterator[dict[str, Any]]:
    if message.role == "user":
        yield {"role": "user", "content": message.text}
    elif message.role == "assistant":
        yield _assistant(message, echo_field)
    else:
        for part in message.parts:
            if isinstance(part, ToolResult):
                yield {"role": "tool", "tool_call_id": part.call_id, "content": part.content}


def _assistant(message: Message, echo_field: str | None) -> dict[str, Any]:
    """An assistant's turn. Content that would be empty is left out: beside tool calls the service refuses ""."""
    echo = message.echo or {}
    written: dict[str, Any] = {"role": "assistant"}
    content = echo.get("content") or _text(message.parts)
    if content:
        written["content"] = content
    fields = [name for name in (echo_field, *FIELDS) if name is not None and name in echo]
    if fields:
        written[fields[0]] = echo[fields[0]]
    calls = [_call(part) for part in message.parts if isinstance(part, ToolCall)]
    if calls:
        written["tool_calls"] = calls
    return written


def _text(parts: tuple[Part, ...]) -> str:
    """The texts as one, apart by a blank line unless they are apart already."""
    whole = ""
    for part in parts:
        if isinstance(part, Text):
            apart = not whole or whole.endswith("\n") or part.text.startswith("\n")
            whole += part.text if apart else f"\n\n{part.text}"
    return whole


def _call(call: ToolCall) -> dict[str, Any]:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": _arguments(call)}}


def _arguments(call: ToolCall) -> str:
    """The arguments as JSON text: as they came, if that is JSON."""
    arguments: Mapping[str, Any] = arguments_object(call.raw) if call.raw.strip() else call.arguments
    if call.raw.strip() and arguments != {"raw": call.raw}:
        return call.raw
    return json_text(arguments)
