"""From words to a call: what both protocols have in common when a request is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from minimax_nb.catalog.endpoint import Endpoint
from minimax_nb.messages.request import Request
from minimax_nb.wire.body import Body, body_of
from minimax_nb.wire.call import Call

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
