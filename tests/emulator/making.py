"""Pictures and videos made for the emulator to look at, and messages that carry them."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import Any

from PIL import Image

from tests.emulator.asking import ANTHROPIC, ask, text_of

RED, BLUE, GREEN, WHITE, BLACK = (255, 0, 0), (0, 0, 255), (0, 150, 0), (255, 255, 255), (0, 0, 0)


def plain(colour: tuple[int, ...] = RED, size: tuple[int, int] = (64, 48)) -> Image.Image:
    """A picture of one colour."""
    return Image.new("RGBA" if len(colour) == 4 else "RGB", size, colour)


def halves(left: tuple[int, ...], right: tuple[int, ...], size: tuple[int, int] = (64, 48)) -> Image.Image:
    """A picture of two colours side by side."""
    image = plain(left, size)
    image.paste(right, (size[0] // 2, 0, *size))
    return image


def saved(image: Image.Image, form: str = "PNG", **options: Any) -> bytes:
    """A picture as a file."""
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def film(
    colours: Sequence[tuple[int, int, int]],
    *,
    form: str = "mp4",
    codec: str = "mpeg4",
    rate: int = 10,
    size: tuple[int, int] = (64, 48),
) -> bytes:
    """A video that shows each colour for a second."""
    import av

    out = io.BytesIO()
    with av.open(out, "w", format=form) as container:
        stream = container.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = *size, "yuvj420p" if codec == "mjpeg" else "yuv420p"
        for colour in colours:
            for _ in range(rate):
                container.mux(stream.encode(av.VideoFrame.from_image(plain(colour, size))))
        container.mux(stream.encode(None))
    return out.getvalue()


def part(path: str, data: bytes | str, media_type: str = "image/png", **knobs: object) -> dict[str, Any]:
    """A picture or video as the protocol of a path writes it: content, or an address."""
    kind = "video" if media_type.startswith("video/") else "image"
    content = data if isinstance(data, str) else base64.b64encode(data).decode()
    if path != ANTHROPIC:
        url = data if isinstance(data, str) else f"data:{media_type};base64,{content}"
        return {"type": f"{kind}_url", f"{kind}_url": {"url": url, **knobs}}
    if isinstance(data, str):
        return {"type": kind, "source": {"type": "url", "url": data, **knobs}}
    return {"type": kind, "source": {"type": "base64", "media_type": media_type, "data": content, **knobs}}


def message(path: str, *pieces: str | bytes | dict[str, Any]) -> dict[str, Any]:
    """A message of a user: texts, PNG files and parts made before."""
    made = (
        {"type": "text", "text": piece}
        if isinstance(piece, str)
        else part(path, piece)
        if isinstance(piece, bytes)
        else piece
        for piece in pieces
    )
    return {"role": "user", "content": list(made)}


def tell(*pieces: str | bytes | dict[str, Any], path: str = ANTHROPIC, **fields: Any) -> str:
    """What the emulator says to a message."""
    return text_of(ask(path, [message(path, *pieces)], **fields))
