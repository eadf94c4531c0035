"""A thumbnail as a data URI, if it is one that can be shown.

Thumbnails are made by the kit, but one in a chat that was loaded from a file may be anything: so its type is told by
its first bytes, and its size in pixels by its own header. Nothing is decoded.
"""

from __future__ import annotations

from base64 import b64encode

MOST_BYTES = 20_000
LONGEST_SIDE = 1_000
"""Pixels. The kit's own are at most 484: three frames of a contact sheet side by side."""

_SIZELESS = frozenset({0x01, *range(0xD0, 0xD9)})
"""JPEG markers without a length: TEM, the restarts, SOI (ITU-T T.81, table B.1)."""

_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG markers that begin a frame and say its size."""


def data_uri(thumbnail: object, media_type: object) -> str:
    """The thumbnail as a data URI for Markdown; "" if there is none, or none that may be shown.

    Args:
        thumbnail: Its bytes: JPEG, PNG or WebP, at most 20 kB, at most 1,000 pixels a side.
        media_type: Its MIME type, which must be true.
    """
    if not isinstance(thumbnail, bytes) or not 0 < len(thumbnail) <= MOST_BYTES:
        return ""
    found, width, height = _seen(thumbnail)
    if found != media_type or not (0 < width <= LONGEST_SIDE and 0 < height <= LONGEST_SIDE):
        return ""
    return f"data:{found};base64,{b64encode(thumbnail).decode('ascii')}"


def _seen(data: bytes) -> tuple[str, int, int]:
    """Type, width and height by the bytes themselves; a type of "" where it is none of the three."""
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg", *_jpeg_size(data)
    if data.startswith(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"):
        return "image/png", _big(data, 16, 4), _big(data, 20, 4)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp", *_webp_size(data)
    return "", 0, 0


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """Width and height by the frame's header (ITU-T T.81, B.2.2); zeros if there is none."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _FRAMES:
            return _big(data, at + 7, 2), _big(data, at + 5, 2)
        if marker == 0xFF:  # filling
            at += 1
        else:
            at += 2 if marker in _SIZELESS else 2 + max(2, _big(data, at + 2, 2))
    return 0, 0


def _webp_size(data: bytes) -> tuple[int, int]:
    """Width and height by the first chunk (RFC 9649, section 2); zeros if it is none of a picture."""
    chunk = data[12:16]
    if chunk == b"VP8X":
        return _little(data, 24, 3) + 1, _little(data, 27, 3) + 1
    if chunk == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        return _little(data, 26, 2) & 0x3FFF, _little(data, 28, 2) & 0x3FFF
    if chunk == b"VP8L" and data[20:21] == b"\x2f":
        bits = _little(data, 21, 4)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return 0, 0


def _big(data: bytes, at: int, count: int) -> int:
    return int.from_bytes(data[at : at + count], "big")


def _little(data: bytes, at: int, count: int) -> int:
    return int.from_bytes(data[at : at + count], "little")
