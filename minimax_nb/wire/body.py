"""A request's body: JSON, into which the content of pictures and videos is joined without ever being written as JSON.

Base64 needs no quoting. Written by way of ``json.dumps`` a video of 50 MB would stand in memory four times over; joined
in as it is, it stands there twice: in its part and in the body.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from minimax_nb.catalog.attachments import check_length
from minimax_nb.catalog.rows import Provider
from minimax_nb.errors import RequestError
from minimax_nb.messages.media import Media
from minimax_nb.wire.media import Content, sent_size, sent_type

_BASE64 = re.compile(rb"[A-Za-z0-9+/]*+={0,2}")


@dataclass(frozen=True, slots=True)
class Body:
    """A body in its forms; all are empty where a call has none.

    Attributes:
        whole: What is sent.
        outline: The same with a few words in place of each content; the same object where there is no content.
        media: Whose contents stand in it, in its order.
    """

    whole: bytes = b""
    outline: bytes = b""
    media: tuple[Media, ...] = ()


def body_of(value: Mapping[str, Any], provider: Provider) -> Body:
    """The body that holds ``value``, in which :class:`Content` stands for the content of pictures and videos.

    Raises:
        RequestError: It cannot be written as JSON, a content is no base64, or the whole is longer than the provider
            takes.
    """
    held: list[Media] = []
    mark = secrets.token_hex(16)  # no text of the prompt can hold it, so no prompt can be mistaken for a mark

    def plain(part: object) -> object:
        if isinstance(part, Content):
            held.append(part.part)
            return part.before + mark
        return _plain(part)

    pieces = _dumped(value, plain).encode("utf-8", "replace").split(mark.encode())
    check_length(sum(map(len, pieces)) + sum(len(part.base64) for part in held), provider)
    if not held:
        return Body(pieces[0], pieces[0])
    whole = _joined(pieces, [_checked(part) for part in held])
    return Body(whole, _joined(pieces, [_in_words(part) for part in held]), tuple(held))


def _joined(pieces: list[bytes], between: list[bytes]) -> bytes:
    return b"".join(piece for pair in zip(pieces, [*between, b""], strict=True) for piece in pair)


def _checked(part: Media) -> bytes:
    """The base64, certain to be nothing else: a quote in it would end the JSON string it stands in."""
    if not _BASE64.fullmatch(part.base64):
        raise RequestError(f"{part.name} holds something that is not base64, so it is not sent.")
    return part.base64


def _in_words(part: Media) -> bytes:
    """What a person reads in place of a content: type, size and the beginning of its hash."""
    known = f", sha256 {part.sha256[:4]}…" if part.sha256 else ""
    words = f"<{sent_type(part)}, {sent_size(part)}{known}>"
    return json_text(words)[1:-1].encode("utf-8", "replace")


def json_text(value: object) -> str:
    """A value as JSON; any mapping counts as an object.

    Raises:
        RequestError: It cannot be written as JSON.
    """
    return _dumped(value, _plain)


def _dumped(value: object, plain: Callable[[object], object]) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=plain)
    except (TypeError, ValueError, RecursionError) as error:
        raise RequestError(f"The request cannot be written as JSON: {error}.") from None


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a {type(value).__name__} is no JSON value")
