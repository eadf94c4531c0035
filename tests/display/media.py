"""Pictures and videos as they are after they were made ready to be sent: small real thumbnails, made here."""

from __future__ import annotations

import io
from base64 import b64encode
from typing import Any

from PIL import Image

from minimax_nb.messages.media import Clip, Picture

CONTENT = b64encode(b"the whole content of a picture, which nobody must find in a notebook") * 100


def encoded(form: str = "JPEG", size: tuple[int, int] = (64, 48), colour: str = "teal", **options: Any) -> bytes:
    """A picture of one colour as a file's bytes."""
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, form, **options)
    return out.getvalue()


def uri(thumbnail: bytes, media_type: str = "image/jpeg") -> str:
    """Its data URI."""
    return f"data:{media_type};base64,{b64encode(thumbnail).decode()}"


def picture(**changes: Any) -> Picture:
    """A picture with all there is to know, but for what is changed."""
    known: dict[str, Any] = {
        "name": "cat.png",
        "media_type": "image/png",
        "base64": CONTENT,
        "sha256": "ab" * 32,
        "size": 213_400,
        "width": 640,
        "height": 480,
        "thumbnail": encoded(),
        "thumbnail_type": "image/jpeg",
    }
    return Picture(**{**known, **changes})


def clip(**changes: Any) -> Clip:
    """A video with all there is to know, but for what is changed."""
    known: dict[str, Any] = {
        "name": "ball.mp4",
        "media_type": "video/mp4",
        "base64": CONTENT,
        "sha256": "cd" * 32,
        "size": 1_250_000,
        "width": 320,
        "height": 180,
        "duration_s": 5.0,
        "frames": 60,
        "frame_rate": 12.0,
        "codec": "h264",
        "audio": False,
        "thumbnail": encoded("JPEG", (484, 182), "navy"),
        "thumbnail_type": "image/jpeg",
    }
    return Clip(**{**known, **changes})
