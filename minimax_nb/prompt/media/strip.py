"""Metadata taken out of pictures without touching a pixel: segments and chunks are left out, the rest is copied.

A photograph carries where it was taken, by whom and with what; none of that is for the model. Each function keeps only
what a decoder needs for the pixels (a list of what may stay, so that kinds of metadata nobody thought of go too), and
drops everything behind the picture's end: cameras hide second pictures and whole videos there.

All of them raise :class:`CutShortError` where the file ends before the picture does, and are linear in its length.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from minimax_nb.prompt.media.kinds import GIF, JPEG, PNG, WEBP, Kind


class CutShortError(ValueError):
    """The file ends before the picture does, or its parts do not follow each other."""


@dataclass(frozen=True, slots=True)
class Stripped:
    """A picture without its metadata.

    Attributes:
        data: What is left.
        removed: What was taken out, for people: "EXIF", "XMP", "a comment". A preview or a colour profile is not named.
    """

    data: bytes
    removed: tuple[str, ...] = ()


def strip(kind: Kind, data: bytes) -> Stripped:
    """A JPEG, PNG, WebP or GIF without metadata, its pixels as they were; any other kind is given back as it is.

    Raises:
        CutShortError: The file is incomplete or out of order.
    """
    stripper = _STRIPPERS.get(kind)
    return stripper(data) if stripper else Stripped(data)


_MARKER = re.compile(rb"\xff+[^\x00\xff\xd0-\xd7]", re.DOTALL)
_SCAN_END = re.compile(rb"\xff[^\x00\xd0-\xd7]", re.DOTALL)
"""Begins with one certain byte and repeats nothing, so that a scan of megabytes is searched in a millisecond or two."""

_JPEG_ALONE = {0x01, *range(0xD0, 0xD8)}
_JPEG_KEPT = {*range(0xC0, 0xD0), 0xDA, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF}
"""Frame, tables, scans, restart intervals. Of the application segments only JFIF's and Adobe's tell about pixels."""


def strip_jpeg(data: bytes) -> Stripped:
    """Without APP1 to APP13, APP15 and COM, without JFIF's preview, and without anything behind the end mark."""
    kept, removed, at = [b"\xff\xd8"], dict[str, None](), 2
    while True:
        found = _MARKER.match(data, at)
        if not found:
            raise CutShortError
        marker, start = data[found.end() - 1], found.end()
        if marker == 0xD9:
            kept.append(b"\xff\xd9")
            return Stripped(b"".join(kept), tuple(removed))
        if marker in _JPEG_ALONE:
            at = start
            continue
        at = start + int.from_bytes(data[start : start + 2], "big")
        if at < start + 2 or at > len(data):
            raise CutShortError
        body = data[start + 2 : at]
        if marker == 0xDA:
            scan = _SCAN_END.search(data, at)
            at = scan.start() if scan else len(data)
        kept.append(_jpeg_segment(marker, body, data[start:at], removed))


def _jpeg_segment(marker: int, body: bytes, whole: bytes, removed: dict[str, None]) -> bytes:
    if marker in _JPEG_KEPT or (marker == 0xEE and body.startswith(b"Adobe")):
        return bytes((0xFF, marker)) + whole
    if marker == 0xE0 and body.startswith(b"JFIF\0") and len(body) >= 14:
        return b"\xff\xe0\0\x10" + body[:12] + b"\0\0"
    if marker == 0xFE:
        removed["a comment"] = None
    elif body.startswith(b"Exif\0"):
        removed["EXIF"] = None
    elif b"ns.adobe.com/x" in body[:32]:
        removed["XMP"] = None
    elif marker == 0xED:
        removed["IPTC"] = None
    return b""


_PNG_KEPT = {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"sBIT", b"bKGD", b"pHYs", b"cICP"}
_PNG_NAMES = {b"eXIf": "EXIF", b"tEXt": "texts", b"zTXt": "texts", b"iTXt": "texts", b"tIME": "its time"}


def strip_png(data: bytes) -> Stripped:
    """Without texts, EXIF, time, colour profile and private chunks. Of an animation the still picture is left."""
    kept, removed, at = [data[:8]], dict[str, None](), 8
    while True:
        kind = data[at + 4 : at + 8]
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        if len(kind) < 4 or end > len(data):
            raise CutShortError
        if kind in _PNG_KEPT:
            kept.append(data[at:end])
        elif kind in _PNG_NAMES:
            removed[_PNG_NAMES[kind]] = None
        if kind == b"IEND":
            return Stripped(b"".join(kept), tuple(removed))
        at = end


_WEBP_KEPT = {b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF"}
_WEBP_NAMES = {b"EXIF": "EXIF", b"XMP ": "XMP"}
_WEBP_METADATA_FLAGS = 0x20 | 0x08 | 0x04


def strip_webp(data: bytes) -> Stripped:
    """Without EXIF, XMP, colour profile and unknown chunks; the flags that announced them are cleared."""
    kept, removed, at = list[bytes](), dict[str, None](), 12
    end = 8 + int.from_bytes(data[4:8], "little")
    if end > len(data) + (end & 1):
        raise CutShortError
    while at + 8 <= min(end, len(data)):
        kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        if at + 8 + size > len(data):
            raise CutShortError
        chunk = data[at : at + 8 + size]
        if kind == b"VP8X" and size >= 10:
            chunk = chunk[:8] + bytes((chunk[8] & ~_WEBP_METADATA_FLAGS,)) + chunk[9:]
        if kind in _WEBP_KEPT:
            kept.append(chunk + b"\0" * (size & 1))
        elif kind in _WEBP_NAMES:
            removed[_WEBP_NAMES[kind]] = None
        at += 8 + size + (size & 1)
    body = b"WEBP" + b"".join(kept)
    return Stripped(b"RIFF" + len(body).to_bytes(4, "little") + body, tuple(removed))


def strip_gif(data: bytes) -> Stripped:
    """Without comments and application blocks (XMP among them); a loop counter, of no use to a still, goes too."""
    at = 13 + _colour_table(data, 10)
    kept, removed = [data[:at]], dict[str, None]()
    while True:
        mark, label = data[at : at + 1], data[at + 1 : at + 2]
        if mark == b"\x3b":
            return Stripped(b"".join([*kept, mark]), tuple(removed))
        if mark == b"\x2c":
            end = _sub_blocks(data, at + 11 + _colour_table(data, at + 9))
        elif mark == b"\x21":
            end = _sub_blocks(data, at + 2)
        else:
            raise CutShortError
        if mark == b"\x2c" or label in {b"\xf9", b"\x01"}:
            kept.append(data[at:end])
        elif label == b"\xfe":
            removed["a comment"] = None
        elif b"XMP Data" in data[at : at + 16]:
            removed["XMP"] = None
        at = end


def _colour_table(data: bytes, flags_at: int) -> int:
    """Bytes of the colour table that a GIF's flags announce."""
    if flags_at >= len(data):
        raise CutShortError
    flags = data[flags_at]
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _sub_blocks(data: bytes, at: int) -> int:
    """Where a GIF's chain of sub-blocks that begins at ``at`` ends."""
    while True:
        if at >= len(data):
            raise CutShortError
        size = data[at]
        at += 1 + size
        if not size:
            return at


_STRIPPERS: dict[Kind, Callable[[bytes], Stripped]] = {
    JPEG: strip_jpeg,
    PNG: strip_png,
    WEBP: strip_webp,
    GIF: strip_gif,
}
