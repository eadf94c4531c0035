"""A request as a call that counts its tokens, where the OpenAI face has one.

MiniMax counts the input of a Responses call (its pages of ``/v1/responses`` and ``/v1/responses/input_tokens``, read
2026-11-20), so there the same conversation is written once more in that form. Thinking is left out of it: replayed
thinking of earlier turns did not raise the count of a chat completion (capture of MiniMax-M2.7, April 2026).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from minimax_nb.catalog.endpoint import Endpoint
from minimax_nb.messages.media import Clip, Media
from minimax_nb.messages.parts import Message, Text, ToolCall, ToolResult
from minimax_nb.messages.request import Request
from minimax_nb.wire.asking import about_tool, conversation, post
from minimax_nb.wire.call import Call
from minimax_nb.wire.media import Content, check_sendable, sent_type, tuning
from minimax_nb.wire.openai.encode import arguments_of, prompt_of, said_by


def encode_count(request: Request, endpoint: Endpoint) -> Call | None:
    """The call that counts the tokens of a request, or None where that is not on offer.

    No page says how the roles of a role-play are counted, so a request with a scene is not.

    Raises:
        RequestError: There is nothing to count, or a part of it cannot be sent.
    """
    path = endpoint.face.count_path
    if path is None or request.scene is not None:
        return None
    write = _responses if endpoint.face.count_shape == "responses" else prompt_of
    return post(endpoint, path, write(request, endpoint), stream=False)


def _responses(request: Request, endpoint: Endpoint) -> dict[str, Any]:
    """The prompt as the input of a Responses call."""
    body: dict[str, Any] = {endpoint.face.model_field: endpoint.model_id}
    if request.system and request.system.strip():
        body["instructions"] = request.system
    body["input"] = [item for message in conversation(request, endpoint) for item in _items(message)]
    if request.tools:
        body["tools"] = [{"type": "function", **about_tool(tool, "parameters")} for tool in request.tools]
    return body


def _items(message: Message) -> Iterator[dict[str, Any]]:
    """A message as items: what is said, and each call and each result as one of its own."""
    if message.role == "assistant":
        if text := said_by(message):
            yield _said("assistant", [{"type": "output_text", "text": text}])
    elif message.role == "user":
        held = (part for part in message.parts if isinstance(part, Text | Media))
        yield _said("user", [_medium(part) if isinstance(part, Media) else _text(part) for part in held])
    for part in message.parts:
        match part:
            case ToolCall():
                yield {
                    "type": "function_call",
                    "call_id": part.id,
                    "name": part.name,
                    "arguments": arguments_of(part),
                }
            case ToolResult():
                yield {"type": "function_call_output", "call_id": part.call_id, "output": part.content}


def _said(role: str, content: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "message", "role": role, "content": content}


def _text(part: Text) -> dict[str, Any]:
    return {"type": "input_text", "text": part.text}


def _medium(part: Media) -> dict[str, Any]:
    """A picture or video; its address stands in an object of its own where there is tuning beside it."""
    check_sendable(part)
    kind = "video" if isinstance(part, Clip) else "image"
    address = part.url or Content(part, f"data:{sent_type(part)};base64,")
    tuned = tuning(part)
    return {"type": f"input_{kind}", f"{kind}_url": {"url": address, **tuned} if tuned else address}
