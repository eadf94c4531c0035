"""A picture's format and size out of its first bytes, without decoding it.

PNG (W3C, third edition), JPEG (ITU-T T.81), GIF89a and the WebP container specification. What costs tokens is told by
this alone, so the counts need no other library.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from minimax_nb.prompt.media.kinds import HEAD, Kind, kind_of

_SIZED = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
"""JPEG's markers that begin a frame, which has the size."""


@dataclass(frozen=True, slots=True)
class Sized:
    """What the first bytes say.

    Attributes:
        kind: What the file really is, or None if nobody knows.
        width: Pixels as stored, or 0 where that cannot be told.
        height: Pixels as stored.
        palette: Colours of its table, or 0 if it has none.
    """

    kind: Kind | None
    width: int = 0
    height: int = 0
    palette: int = 0

    @property
    def label(self) -> str:
        """The format's name, or ""."""
        return self.kind.label if self.kind else ""


def measure(data: bytes) -> Sized:
    """Format and size of a picture's file."""
    kind = kind_of(data[:HEAD])
    reader = _READERS.get(kind.label) if kind else None
    return Sized(kind, *reader(data)) if reader else Sized(kind)


def _big(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _little(data: bytes) -> int:
    return int.from_bytes(data, "little")


def _png(data: bytes) -> tuple[int, int, int]:
    palette, at = 0, 8
    while at + 8 <= len(data) and data[at + 4 : at + 8] not in {b"IDAT", b"IEND"}:
        length = _big(data[at : at + 4])
        if data[at + 4 : at + 8] == b"PLTE":
            palette = length // 3
        at += 12 + length
    return _big(data[16:20]), _big(data[20:24]), palette if data[25:26] == b"\x03" else 0


def _gif(data: bytes) -> tuple[int, int, int]:
    flags = data[10] if len(data) > 10 else 0
    return _little(data[6:8]), _little(data[8:10]), 2 << (flags & 7) if flags & 0x80 else 0


def _jpeg(data: bytes) -> tuple[int, int, int]:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _SIZED:
            return _big(data[at + 7 : at + 9]), _big(data[at + 5 : at + 7]), 0
        bare = marker in {0x01, 0xFF} or 0xD0 <= marker <= 0xD7
        at += (1 if marker == 0xFF else 2) if bare else 2 + _big(data[at + 2 : at + 4])
    return 0, 0, 0


def _webp(data: bytes) -> tuple[int, int, int]:
    match data[12:16]:
        case b"VP8X":
            return _little(data[24:27]) + 1, _little(data[27:30]) + 1, 0
        case b"VP8L":
            bits = _little(data[21:25])
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, 0
        case b"VP8 ":
            return _little(data[26:28]) & 0x3FFF, _little(data[28:30]) & 0x3FFF, 0
        case _:
            return 0, 0, 0


_READERS: dict[str, Callable[[bytes], tuple[int, int, int]]] = {
    "PNG": _png,
    "GIF": _gif,
    "JPEG": _jpeg,
    "WebP": _webp,
}
