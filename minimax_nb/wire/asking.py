"""From words to a call: what both protocols have in common when a request is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from minimax_nb.catalog.abilities import takes_choice
from minimax_nb.catalog.attachments import kept_out
from minimax_nb.catalog.endpoint import Endpoint
from minimax_nb.messages.media import Media
from minimax_nb.messages.parts import Message
from minimax_nb.messages.request import Request
from minimax_nb.messages.tools import ToolSpec
from minimax_nb.wire.body import Body, body_of
from minimax_nb.wire.call import Call
from minimax_nb.wire.history import Receiver, prepare

_SSE = "text/event-stream"
_JSON = "application/json"
_KEY_PLACES: Mapping[str, tuple[str, str]] = {
    # the row's auth: the header that carries the key, and what stands before it there
    "bearer": ("authorization", "Bearer "),
    "x-api-key": ("x-api-key", ""),
    "key": ("key", ""),
    "body": ("key", ""),  # for calls without a body
}


def post(endpoint: Endpoint, path: str, body: Mapping[str, Any], *, stream: bool) -> Call:
    """A POST of ``body`` as JSON to ``path``.

    Raises:
        RequestError: A value cannot be written as JSON, or the body is longer than the provider takes.
    """
    headers = {"accept": _SSE if stream else _JSON, "content-type": _JSON}
    return _call(endpoint, path, headers, body=body_of(body, endpoint.provider), stream=stream)


def get(endpoint: Endpoint, path: str) -> Call:
    """A GET of ``path``."""
    return _call(endpoint, path, {"accept": _JSON})


_NO_BODY = Body()


def _call(
    endpoint: Endpoint, path: str, headers: dict[str, str], *, body: Body = _NO_BODY, stream: bool = False
) -> Call:
    face = endpoint.face
    key_header, key_prefix = _KEY_PLACES[face.auth]
    headers |= {name.lower(): value for name, value in face.headers.items()}
    return Call(
        method="POST" if body.whole else "GET",
        url=endpoint.url(path),
        headers=tuple(headers.items()),
        body=body.whole,
        outline=body.outline,
        media=body.media,
        stream=stream,
        key=endpoint.key,
        key_header=key_header,
        key_prefix=key_prefix,
        key_field="key" if face.auth == "body" else "",
    )


def conversation(request: Request, endpoint: Endpoint, within: tuple[type[Media], ...] = ()) -> list[Message]:
    """The request's messages as this endpoint may be sent them (:mod:`minimax_nb.wire.history` says how).

    Args:
        request: What is asked.
        endpoint: Whom.
        within: Kinds of media that the protocol takes inside a tool's result.

    Raises:
        RequestError: Nothing is left to send.
    """
    receiver = Receiver(
        provider=endpoint.provider_name,
        face=endpoint.face_name,
        thinks=endpoint.model.thinking != "none",
        calls=endpoint.model.tools is not False,
        within=within,
        kept_out=lambda part: kept_out(part, endpoint),
    )
    return prepare(request.messages, receiver)


def about_tool(tool: ToolSpec, schema_field: str) -> dict[str, Any]:
    """A tool's name, description and schema, the schema in the field of that name.

    A schema always says that it is one of an object: MiniMax refuses a tool with an empty one (qwen-code issue 11905,
    read 2026-11-21), and the Anthropic protocol one without its type.
    """
    about: dict[str, Any] = {"name": tool.name}
    if tool.description.strip():
        about["description"] = tool.description
    return {**about, schema_field: {"type": "object", "properties": {}, **tool.parameters}}


def chosen(request: Request, endpoint: Endpoint) -> str | None:
    """What is said of the choice of tools: "none", the name of one, or None.

    "auto" is what every server does when nothing is said, and MiniMax's M3 pages do not list the field at all on the
    OpenAI face, so it is never written; nor is a choice that the server does not take.
    """
    choice = request.tool_choice
    if not request.tools or choice in {None, "auto"} or not takes_choice(endpoint, str(choice)):
        return None
    return choice


def limit(request: Request, endpoint: Endpoint) -> int | None:
    """The output limit to send: the user's, else the server's row's within what the model can do."""
    if request.max_tokens is not None:
        return request.max_tokens
    default, most = endpoint.face.max_tokens_default, endpoint.model.max_output
    return default if default is None or most is None else min(default, most)


def options(request: Request, endpoint: Endpoint) -> dict[str, Any]:
    """The parameters both protocols spell alike.

    Thinking and effort are always said where the model has them, since their defaults differ from protocol to
    protocol: MiniMax-M3 thinks by default on the OpenAI face and does not on the Anthropic one.
    """
    said = {
        "temperature": request.temperature,
        "top_p": request.top_p,
        "frequency_penalty": request.frequency_penalty,
        "presence_penalty": request.presence_penalty,
        "service_tier": _tier(request, endpoint),
        "thinking": _thinking(request, endpoint),
        **_effort(request, endpoint),
    }
    return {name: value for name, value in said.items() if value is not None}


def _tier(request: Request, endpoint: Endpoint) -> str | None:
    """The tier; "standard" is what a server without tiers does anyway, and some refuse fields they do not know."""
    known = endpoint.offer.priority_factor is not None
    return request.service_tier if known or request.service_tier != "standard" else None


def _thinking(request: Request, endpoint: Endpoint) -> dict[str, str] | None:
    model = endpoint.model
    if endpoint.face.thinking_field is None or model.thinking == "none":
        return None
    mode = request.thinking or model.thinking_default
    if mode == "adaptive":
        return {"type": "adaptive"}
    # A model that always thinks refuses "disabled" (MiniMax-M3.1-Flash) or ignores it (M2.x).
    return {"type": "disabled"} if mode == "off" and model.thinking != "always" else None


def _effort(request: Request, endpoint: Endpoint) -> dict[str, Any]:
    model, field = endpoint.model, endpoint.face.effort_field
    effort = (request.effort or model.effort_default) if model.efforts else None
    if field is None or effort is None:
        return {}
    return {field: {"effort": effort} if field == "output_config" else effort}
