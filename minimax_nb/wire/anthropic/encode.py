"""A request as a messages call of the Anthropic face (MiniMax's API page and its SDK page, read 2026-11-20)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, assert_never

from minimax_nb.catalog.endpoint import Endpoint
from minimax_nb.catalog.rows import Model
from minimax_nb.messages.media import Clip, Media, Picture
from minimax_nb.messages.parts import Message, Opaque, Part, Text, Thinking, ToolCall, ToolResult
from minimax_nb.messages.request import Request
from minimax_nb.wire.asking import about_tool, chosen, conversation, limit, options, post
from minimax_nb.wire.call import Call
from minimax_nb.wire.loose import arguments_object, text_of
from minimax_nb.wire.media import Content, check_sendable, sent_type, tuning

_MOST_BY_DEFAULT = 65_536  # what MiniMax recommends for M2.x; room enough for M3, which can be asked for more
_WHEN_UNKNOWN = 8_192
# Blocks that are written from parts of their own, or that MiniMax lists as unsupported ("document"); "" is none at all.
_RULED = frozenset({"", "text", "thinking", "tool_use", "tool_result", "image", "video", "document"})


def encode(request: Request, endpoint: Endpoint) -> Call:
    """The call that asks for a reply.

    Raises:
        RequestError: There is nothing to send, or a part of it cannot be sent.
    """
    body = _prompt(request, endpoint)
    # MiniMax does without a limit; the other servers of this protocol require one.
    body["max_tokens"] = limit(request, endpoint) or _limit(endpoint.model)
    if (choice := chosen(request, endpoint)) is not None:
        body["tool_choice"] = {"type": "none"} if choice == "none" else {"type": "tool", "name": choice}
    body |= options(request, endpoint)
    body["stream"] = request.stream
    return post(endpoint, endpoint.face.chat_path, body, stream=request.stream)


def encode_count(request: Request, endpoint: Endpoint) -> Call | None:
    """The call that counts the tokens of a request, or None where that is not on offer.

    Raises:
        RequestError: There is nothing to count, or a part of it cannot be sent.
    """
    path = endpoint.face.count_path
    return None if path is None else post(endpoint, path, _prompt(request, endpoint), stream=False)


def _limit(model: Model) -> int:
    return _WHEN_UNKNOWN if model.max_output is None else min(model.max_output, _MOST_BY_DEFAULT)


def _prompt(request: Request, endpoint: Endpoint) -> dict[str, Any]:
    prompt: dict[str, Any] = {endpoint.face.model_field: endpoint.model_id}
    if request.system and request.system.strip():
        prompt["system"] = request.system
    prompt["messages"] = _messages(conversation(request, endpoint, within=(Picture,)))
    if request.tools:  # an empty list has been refused on MiniMax's other protocol
        prompt["tools"] = [about_tool(tool, "input_schema") for tool in request.tools]
    return prompt


def _messages(messages: list[Message]) -> list[dict[str, Any]]:
    """The messages with neighbouring ones of one role merged, but for tool results.

    MiniMax refuses a message that holds tool results and anything else, so what the user says after them follows in a
    message of its own: two user messages in a row, and right so.
    """
    written: list[dict[str, Any]] = []
    before: Message | None = None
    for message in messages:
        role = "assistant" if message.role == "assistant" else "user"
        if before is not None and before.role == message.role:
            written[-1]["content"] += _blocks(message)
        else:
            written.append({"role": role, "content": _blocks(message)})
        before = message
    return written


def _blocks(message: Message) -> list[dict[str, Any]]:
    sent = message.echo.get("content") if message.echo else None
    if isinstance(sent, list):
        calls = {part.id: _block(part) for part in message.parts if isinstance(part, ToolCall)}
        blocks = [*_as_sent(sent, calls), *calls.values()]
        if any(block["type"] in {"text", "tool_use"} for block in blocks):
            return blocks
    return [_block(part) for part in message.parts if not isinstance(part, Opaque) or _goes_back(part.raw)]


def _as_sent(sent: list[Any], calls: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The blocks of an echo, less empty texts and the calls that are not to go back; ``calls`` is left with the rest.

    A call whose id was taken already goes back under another one, which the echo does not know.
    """
    for block in sent:
        kind = block.get("type") if isinstance(block, Mapping) else None
        if kind == "tool_use":
            if (call := calls.pop(str(block.get("id")), None)) is not None:
                yield {**block, **call}
        elif kind == "text":
            if text_of(block.get("text")).strip():
                yield dict(block)
        elif kind == "thinking":
            if block.get("signature") or text_of(block.get("thinking")).strip():
                yield dict(block)
        elif isinstance(block, Mapping) and _goes_back(block):
            yield dict(block)


def _goes_back(raw: Mapping[str, Any]) -> bool:
    """Whether a block the kit does not know can be sent: it says what it is, and is none that has rules of its own."""
    return text_of(raw.get("type")) not in _RULED


def _block(part: Part) -> dict[str, Any]:
    match part:
        case Text():
            return {"type": "text", "text": part.text}
        case Thinking():
            signed = {"signature": part.signature} if part.signature else {}
            return {"type": "thinking", "thinking": part.text, **signed}
        case ToolCall():
            arguments = arguments_object(part.raw) if part.raw.strip() else dict(part.arguments)
            return {"type": "tool_use", "id": part.id, "name": part.name, "input": arguments}
        case ToolResult():
            failed = {"is_error": True} if part.is_error else {}
            return {"type": "tool_result", "tool_use_id": part.call_id, "content": _given_back(part), **failed}
        case Opaque():
            return dict(part.raw)
        case Picture() | Clip():
            return _medium(part)
        case _:
            assert_never(part)


def _given_back(result: ToolResult) -> str | list[dict[str, Any]]:
    """What a tool gave back: a text, or a list of blocks where there are pictures (videos have no place there)."""
    if not result.media:
        return result.content
    return [{"type": "text", "text": result.content}, *map(_medium, result.media)]


def _medium(part: Media) -> dict[str, Any]:
    """A picture or video as a block; its tuning stands inside its source."""
    check_sendable(part)
    if part.url:
        source: dict[str, Any] = {"type": "url", "url": part.url}
    else:
        source = {"type": "base64", "media_type": sent_type(part), "data": Content(part)}
    return {"type": "video" if isinstance(part, Clip) else "image", "source": source | tuning(part)}
