"""What both protocols have in common when a picture or a video is written into a message.

The forms are those of MiniMax's OpenAI- and Anthropic-compatible API pages, read 2026-11-20.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from minimax_nb.errors import RequestError
from minimax_nb.messages.media import Clip, Media
from minimax_nb.prompt.media.files import said_bytes

_SENT_AS: Mapping[str, str] = {"video/quicktime": "video/mov"}
"""Types that have another name where base64 is sent than a web server gives them."""


@dataclass(frozen=True, slots=True)
class Content:
    """Where in a body the content of a picture or video goes, as base64.

    Attributes:
        part: Whose content.
        before: What stands before it in the same JSON string.
    """

    part: Media
    before: str = ""


def sent_type(part: Media) -> str:
    """The type under which the content is sent."""
    return _SENT_AS.get(part.media_type, part.media_type)


def sent_size(part: Media) -> str:
    """The size of the content in words, before base64."""
    return said_bytes(len(part.base64) * 3 // 4 if part.size is None else part.size)


def tuning(part: Media) -> dict[str, Any]:
    """How the service is to look at it: only what was said, since its defaults are the service's own."""
    said = {
        "detail": part.detail,
        "fps": part.fps if isinstance(part, Clip) else None,
        "max_long_side_pixel": part.max_long_side,
    }
    return {name: value for name, value in said.items() if value is not None}


def check_sendable(part: Media) -> None:
    """Let a part pass that can stand in a body: with an address, or with its content.

    Raises:
        RequestError: It is still to be uploaded, or holds nothing.
    """
    if part.url or part.base64:
        return
    if isinstance(part, Clip) and part.path:
        raise RequestError(
            f"{part.name} has {sent_size(part)}: too much for a request, and it was not uploaded.",
            hint="Make it smaller: Video(...).trim(0, 60) or Video(...).scale(1280).",
        )
    raise RequestError(f"{part.name} holds neither content nor an address, so there is nothing to send.")
