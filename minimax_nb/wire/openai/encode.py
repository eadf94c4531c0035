"""A request as a chat completion call of the OpenAI face (MiniMax's API page and its SDK page, read 2026-11-20)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from minimax_nb.catalog.endpoint import Endpoint
from minimax_nb.messages.media import Clip, Media
from minimax_nb.messages.parts import Message, Text, ToolCall, ToolResult
from minimax_nb.messages.request import Request
from minimax_nb.wire.asking import about_tool, chosen, conversation, limit, options, post
from minimax_nb.wire.body import json_text
from minimax_nb.wire.call import Call
from minimax_nb.wire.loose import arguments_object, list_of, text_of
from minimax_nb.wire.media import Content, check_sendable, sent_type, tuning
from minimax_nb.wire.openai.formats import response_format
from minimax_nb.wire.openai.reasoning import DETAILS, FIELDS
from minimax_nb.wire.openai.scene import setting, speaker


def encode(request: Request, endpoint: Endpoint) -> Call:
    """The call that asks for a reply.

    Raises:
        RequestError: There is nothing to send, or a part of it cannot be sent.
    """
    face = endpoint.face
    body = prompt_of(request, endpoint)
    body |= _choice(chosen(request, endpoint)) | response_format(request, endpoint) | options(request, endpoint)
    if (most := limit(request, endpoint)) is not None:
        body[face.max_tokens_field] = most
    if face.reasoning_split and endpoint.model.thinking != "none":
        body["reasoning_split"] = True
    body["stream"] = request.stream
    if request.stream and face.include_usage:
        body["stream_options"] = {"include_usage": True}
    return post(endpoint, face.chat_path, body, stream=request.stream)


def prompt_of(request: Request, endpoint: Endpoint) -> dict[str, Any]:
    """What the model reads: the messages, and the tools it may call."""
    prompt = {endpoint.face.model_field: endpoint.model_id, "messages": _messages(request, endpoint)}
    if request.tools:  # an empty list has been refused (MiniMax-M2.5 issue 24, read 2026-11-21)
        prompt["tools"] = [{"type": "function", "function": about_tool(tool, "parameters")} for tool in request.tools]
    return prompt


def _choice(choice: str | None) -> dict[str, Any]:
    if choice is None:
        return {}
    return {"tool_choice": choice if choice == "none" else {"type": "function", "function": {"name": choice}}}


def _messages(request: Request, endpoint: Endpoint) -> list[dict[str, Any]]:
    """The messages; there is one system message at most, and it comes first: any other place or number is refused."""
    scene = request.scene
    messages: list[dict[str, Any]] = []
    if request.system and request.system.strip():
        messages.append({"role": "system", **speaker(scene, "system"), "content": request.system})
    if scene is not None:
        messages += setting(scene)
    for message in conversation(request, endpoint):
        for written in _written(message, endpoint.face.echo_field):
            if messages[-1:] and messages[-1]["role"] == written["role"] == "assistant":
                messages[-1] = _as_one(messages[-1], written)
            else:
                messages.append({**written, **speaker(scene, written["role"])})
    return messages


def _as_one(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Two turns of the assistant as one, since speakers take turns. Only the second can hold calls."""
    one = {**before, **after}
    if "content" in before and "content" in after:
        one["content"] = f"{before['content']}\n\n{after['content']}"
    for name in FIELDS:
        if type(before.get(name)) is type(after.get(name)) in {str, list}:
            one[name] = before[name] + after[name]
    return one


def _written(message: Message, echo_field: str | None) -> Iterator[dict[str, Any]]:
    if message.role == "user":
        yield {"role": "user", "content": _said(message)}
    elif message.role == "assistant":
        yield _assistant(message, echo_field)
    else:
        for part in message.parts:
            if isinstance(part, ToolResult):  # its pictures follow: no page says that they may stand here
                yield {"role": "tool", "tool_call_id": part.call_id, "content": part.content}


def _said(message: Message) -> str | list[dict[str, Any]]:
    """What the user says: a text, or a list of parts where there are pictures or videos among it."""
    if not message.media:
        return message.text
    return [
        _medium(part) if isinstance(part, Media) else {"type": "text", "text": part.text}
        for part in message.parts
        if isinstance(part, Media | Text)
    ]


def _medium(part: Media) -> dict[str, Any]:
    """A picture or video as a part. Its tuning stands beside the address: outside of this object it is refused."""
    check_sendable(part)
    kind = "video_url" if isinstance(part, Clip) else "image_url"
    return {"type": kind, kind: {"url": part.url or Content(part, f"data:{sent_type(part)};base64,"), **tuning(part)}}


def _assistant(message: Message, echo_field: str | None) -> dict[str, Any]:
    """An assistant's turn. Content that would be empty is left out: beside tool calls the service refuses ""."""
    written: dict[str, Any] = {"role": "assistant"}
    content = text_of((message.echo or {}).get("content"))
    if not content.strip():
        content = said_by(message)
    if content:
        written["content"] = content
    thought = _thought(message.echo or {})
    name = echo_field if echo_field in thought else next(iter(thought), None)
    if name is not None:
        written[name] = thought[name]
    calls = [_call(part) for part in message.parts if isinstance(part, ToolCall)]
    if calls:
        written["tool_calls"] = calls
    return written


def _thought(echo: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of an echo that hold thinking, each as servers send it: a list of details, or a text."""
    found = {name: (list_of if name == DETAILS else text_of)(echo.get(name)) for name in FIELDS}
    return {name: value for name, value in found.items() if value}


def said_by(message: Message) -> str:
    """The texts of a message as one, apart by a blank line unless they are apart already."""
    whole = ""
    for part in message.parts:
        if isinstance(part, Text):
            apart = not whole or whole.endswith("\n") or part.text.startswith("\n")
            whole += part.text if apart else f"\n\n{part.text}"
    return whole


def _call(call: ToolCall) -> dict[str, Any]:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments_of(call)}}


def arguments_of(call: ToolCall) -> str:
    r"""The arguments as JSON text: as they came, if that is JSON.

    Half a surrogate pair (``\ud83d``) passes Python's reader and is refused by stricter ones, so such a text is
    written anew.
    """
    raw = call.raw.strip()
    arguments: Mapping[str, Any] = arguments_object(call.raw) if raw else call.arguments
    written = json_text(arguments)
    return call.raw if raw and arguments != {"raw": call.raw} and _is_unicode(written) else written


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
