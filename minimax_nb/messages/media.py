"""Pictures and videos as parts of a message: frozen values, ready to be sent.

They are made by :mod:`minimax_nb.prompt.media`, which reads, checks and scales. Here nothing is opened and nothing is
decoded. The content is kept once, as base64, which is what both protocols send.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal

Detail = Literal["low", "default", "high"]

FPS_RANGE = (0.2, 5.0)
"""Frames a second a service can be asked to look at (MiniMax's API pages of both protocols, read 2026-11-20)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """What pictures and videos have in common.

    Attributes:
        name: What people call it: a file's name, a variable, "figure".
        media_type: MIME type of the content as it is sent; "" where only the service will know (a URL).
        base64: The content as base64, ASCII; empty where ``url`` says where it is.
        url: A public ``http(s)`` address, or ``mm_file://ID`` for a file uploaded before; else "".
        sha256: Of the content as sent, 64 hex digits; "" for a URL.
        size: Bytes of the content as sent, before base64.
        width: Pixels, as sent and as seen: after rotation.
        height: Pixels.
        detail: How closely the service is to look; None leaves it to the service.
        max_long_side: Pixels the service is to scale the longer side down to; None leaves it to the service.
        thumbnail: A small JPEG, PNG or WebP of at most 20 kB for people to see; empty if there is none.
        thumbnail_type: Its MIME type.
        notes: What was changed on the way, a sentence each: "scaled from 9000 x 6000 to 3584 x 2389".
    """

    name: str
    media_type: str = ""
    base64: bytes = field(default=b"", repr=False)
    url: str = ""
    sha256: str = ""
    size: int | None = None
    width: int | None = None
    height: int | None = None
    detail: Detail | None = None
    max_long_side: int | None = None
    thumbnail: bytes = field(default=b"", repr=False)
    thumbnail_type: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture(Media):
    """A picture."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip(Media):
    """A video.

    Attributes:
        fps: Frames a second the service is to look at, 0.2 to 5; None leaves it to the service.
        duration_s: Length in seconds, where it could be read.
        frames: Number of frames, where it could be read.
        frame_rate: Frames a second that it holds, on average, where it could be read.
        codec: Name of the video codec ("h264"), where it could be read.
        audio: Whether it has sound; None if that could not be read.
        path: A file too large for a request's body: it is to be uploaded before the call, and ``base64`` is empty.
    """

    fps: float | None = None
    duration_s: float | None = None
    frames: int | None = None
    frame_rate: float | None = None
    codec: str = ""
    audio: bool | None = None
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaLimits:
    """What a service takes. The defaults are MiniMax's (OpenAI- and Anthropic-compatible API pages, read 2026-11-20).

    Attributes:
        image_types: MIME types of pictures.
        video_types: MIME types of videos.
        image_bytes: Most bytes of one picture, before base64.
        video_bytes: Most bytes of one video inside a request.
        upload_bytes: Most bytes of one uploaded video.
        body_bytes: Most bytes of a whole request.
        image_side: Pixels of a picture's longer side beyond which it is scaled down before it is sent. No service
            documents a limit; the open processor of the same models takes no more than this.
    """

    image_types: tuple[str, ...] = ("image/jpeg", "image/png", "image/gif", "image/webp")
    video_types: tuple[str, ...] = ("video/mp4", "video/x-msvideo", "video/x-matroska", "video/quicktime")
    image_bytes: int = 10_000_000
    video_bytes: int = 50_000_000
    upload_bytes: int = 512_000_000
    body_bytes: int = 64_000_000
    image_side: int = 3584


_ALWAYS = ("name", "size", "sha256", "width", "height")
_WHERE_KNOWN = ("detail", "max_long_side", "fps", "duration_s", "frames", "frame_rate", "codec", "audio")
_ADDRESS = re.compile(r"(?i)(https?://|mm_file://)(?:[^/?#@]*@)?([^?#]*)")


def provenance(medium: Picture | Clip) -> dict[str, Any]:
    """What was sent, without its content: None is unknown. An address goes without password and query."""
    known = {name: getattr(medium, name, None) for name in (*_ALWAYS, *_WHERE_KNOWN)}
    address = _ADDRESS.match(str(medium.url))
    return {
        "kind": "video" if isinstance(medium, Clip) else "image",
        "type": medium.media_type or None,
        **{name: known[name] or None for name in _ALWAYS},
        **({"url": f"{address[1]}{address[2]}"} if address else {}),
        **{name: known[name] for name in _WHERE_KNOWN if known[name] not in (None, "")},
        **({"notes": list(medium.notes)} if medium.notes else {}),
    }
