"""A call that is shown and not sent: exactly what would go out, and what it would come to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from minimax_nb.chat.count import TokenCount, estimated
from minimax_nb.chat.desk import Desk
from minimax_nb.messages.media import Media
from minimax_nb.messages.parts import Part
from minimax_nb.messages.request import Request
from minimax_nb.messages.shown import Shown
from minimax_nb.wire import FACES


@dataclass(frozen=True, slots=True)
class Preview(Shown):
    """What a call would send.

    Attributes:
        provider: Provider's name.
        face: Protocol, "anthropic" or "openai".
        model: The model's id.
        base_url: What an SDK would take as its base URL.
        method: HTTP method.
        url: Full address.
        headers: Headers without the key.
        key_header: Header that carries the key, or None where none is sent.
        key_names: Environment variables the key is read from.
        body: The JSON body as a value; where the content of a picture or video would stand, type, size and hash do.
        prompt: The parts of the last message.
        media: The pictures and videos whose content that is, in their order in the body.
        count: The kit's estimate of its tokens.
        notes: Sentences the reader should see.
    """

    provider: str
    face: str
    model: str
    base_url: str
    method: str
    url: str
    headers: Mapping[str, str]
    key_header: str | None
    key_names: tuple[str, ...]
    body: Mapping[str, Any]
    prompt: tuple[Part, ...]
    media: tuple[Media, ...]
    count: TokenCount
    notes: tuple[str, ...]


def preview(request: Request, desk: Desk, notes: tuple[str, ...]) -> Preview:
    """The preview of this request; nothing is sent."""
    endpoint = desk.endpoint
    call = FACES[endpoint.face_name].encode(request, endpoint)
    return Preview(
        provider=endpoint.provider_name,
        face=endpoint.face_name,
        model=request.model,
        base_url=endpoint.base_url,
        method=call.method,
        url=call.url,
        headers=dict(call.headers),
        key_header=call.key_header if endpoint.key is not None or endpoint.provider.keys else None,
        key_names=endpoint.provider.keys,
        body=json.loads(call.outline),
        prompt=request.messages[-1].parts,
        media=call.media,
        count=estimated(request, desk),
        notes=notes,
    )
