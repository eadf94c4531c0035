"""Transfers that go wrong: the faults of kind "stream", put between the frames of a reply and its bytes.

A reply without such a fault passes through untouched.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from minimax_nb.emulator.frames import Frame
from minimax_nb.emulator.heard import FaceName
from minimax_nb.emulator.seam import Chunk

GIANT = 1_000_000
LUMP = 100
_BOM = b"\xef\xbb\xbf"
_JUNK = b"\x00\xff\xfe<<< this is not the protocol >>>\n\n"
_BROKEN = b'{"id":"half a frame","choices":[{"delta":{"content":"and here it sto'
_NO_UTF8 = b"\xc3\x28\xff"
_TEXT = re.compile(rb'"(?:content|text|thinking|reasoning|reasoning_content|partial_json|arguments)":"')
_FIELD = re.compile(rb"^(data|event|id|retry): ", re.MULTILINE)
_INSIDE = re.compile(rb"[\xc2-\xf4](?=[\x80-\xbf])")
_COMMENT = b": keep-alive\n\nid: 7\nretry: 3000\n"
_PING = b'event: ping\ndata: {"type": "ping"}\n\n'


@dataclass(frozen=True, slots=True)
class Breaks:
    """How a transfer is broken.

    Attributes:
        names: The faults of kind "stream" that were asked for.
        face: The protocol.
        stall_s: Length of the pause of "stall", in seconds.
        error: JSON of an error that comes after HTTP 200.
        base_resp: JSON of MiniMax's other way to say so.
    """

    names: frozenset[str]
    face: FaceName
    stall_s: float = 60.0
    error: bytes = b""
    base_resp: bytes = b""

    @property
    def cut(self) -> bool:
        """Whether the connection drops."""
        return bool(self.names & {"cut", "cut-early"})

    def framed(self, error: bytes) -> bytes:
        """An error as an event of its own."""
        return (b"event: error\ndata: " if self.face == "anthropic" else b"data: ") + error + b"\n\n"


def break_frames(frames: Iterable[Frame], breaks: Breaks) -> Iterator[Frame]:
    """The frames with the faults put in."""
    names = breaks.names
    if not names:
        return iter(frames)
    kept = _ended(list(frames), breaks)
    deltas = [at for at, frame in enumerate(kept) if frame.place == "delta"] or [len(kept)]
    middle = deltas[len(deltas) // 2]
    if "slow" in names:
        kept = [replace(frame, after_s=0.4) if frame.place == "delta" else frame for frame in kept]
    if "stall" in names and middle < len(kept):
        kept[middle] = replace(kept[middle], after_s=breaks.stall_s)
    kept = _spoiled(kept, middle, names)
    if "cut-early" in names:
        kept = kept[: deltas[0]]
    elif names & {"cut", "end-early"}:
        kept = kept[:middle]
    elif names & {"error-mid", "base-resp-mid"}:
        kept = [*kept[:middle], Frame(breaks.framed(_error(breaks)), "delta")]
    elif "garbage" in names:
        start = b"event: content_block_delta\ndata: " if breaks.face == "anthropic" else b"data: "
        kept = [*kept[:middle], Frame(start + _BROKEN + b"\n\n" + _JUNK, "delta"), *kept[middle:]]
    return iter(_decorated(kept, breaks))


def _error(breaks: Breaks) -> bytes:
    return breaks.error if "error-mid" in breaks.names else breaks.base_resp


def _ended(kept: list[Frame], breaks: Breaks) -> list[Frame]:
    """The frames without what ends the protocol, where that was asked for."""
    if "no-done" in breaks.names:
        kept = [frame for frame in kept if frame.place != "done"]
    if "no-stop" in breaks.names:
        kept = [frame for frame in kept if not frame.data.startswith(b"event: message_stop")]
    return kept


def _spoiled(kept: list[Frame], middle: int, names: frozenset[str]) -> list[Frame]:
    """The frames with one in the middle made too long, or no UTF-8."""
    if "giant-line" in names and middle < len(kept):
        frame = kept[middle]
        kept[middle] = replace(frame, data=frame.data.replace(b"data: {", b"data: {" + b" " * GIANT, 1))
    if "invalid-utf8" in names:
        at = next((at for at in range(middle, len(kept)) if _TEXT.search(kept[at].data)), None)
        if at is not None:
            kept[at] = replace(kept[at], data=_no_utf8(kept[at].data))
    return kept


def _no_utf8(data: bytes) -> bytes:
    """The bytes with some in a text that are no UTF-8."""
    return _TEXT.sub(lambda found: found[0] + _NO_UTF8, data, count=1)


def _decorated(kept: list[Frame], breaks: Breaks) -> list[Frame]:
    """The frames with what may stand between them."""
    names, before = breaks.names, b""
    if "pings" in names and breaks.face == "anthropic":
        before = _PING
    if "comments" in names:
        before += _COMMENT
    if before:
        kept = [replace(frame, data=before + frame.data) for frame in kept]
    if "open-end" in names and kept:
        kept[-1] = replace(kept[-1], data=kept[-1].data.rstrip(b"\n"))
    return kept


def _written(data: bytes, names: frozenset[str]) -> bytes:
    """A frame's bytes with the line ends and blanks that were asked for."""
    if "no-space" in names:
        data = _FIELD.sub(rb"\1:", data)
    if "crlf" in names:
        return data.replace(b"\n", b"\r\n")
    return data.replace(b"\n", b"\r") if "cr" in names else data


def _cuts(data: bytes, names: frozenset[str]) -> list[bytes]:
    """The bytes in the pieces in which they travel."""
    if "bytes" in names:
        return [data[at : at + 1] for at in range(len(data))]
    if "lumps" in names:
        return [data[at : at + LUMP] for at in range(0, len(data), LUMP)]
    if "cut-characters" in names:
        places = [0, *(found.end() for found in _INSIDE.finditer(data)), len(data)]
        return [data[start:end] for start, end in pairwise(places)]
    return [data]


def to_chunks(frames: Iterable[Frame], names: frozenset[str]) -> Iterator[Chunk]:
    """The frames as chunks, with the faults that change how bytes travel and not what they say."""
    if not names:
        yield from (Chunk(frame.data, frame.after_s) for frame in frames)
        return
    rest, start = b"", _BOM if "bom" in names else b""
    for frame in frames:
        pieces = _cuts(rest + start + _written(frame.data, names), names)
        rest = pieces.pop() if "lumps" in names and len(pieces) > 1 else b""  # lumps go on over the border
        yield from (Chunk(piece, frame.after_s if at == 0 else 0.0) for at, piece in enumerate(pieces))
        start = b""
    if rest:
        yield Chunk(rest)


def break_whole(body: bytes, after_s: float, breaks: Breaks) -> Iterator[Chunk]:
    """A reply that is one body, with the faults put in."""
    names = breaks.names
    body = _broken_body(body, breaks)
    if "bom" in names:
        body = _BOM + body
    if "stall" in names:
        half = len(body) // 2
        yield Chunk(body[:half], after_s)
        yield Chunk(body[half:], breaks.stall_s)
    elif body:
        yield from (Chunk(piece, 0.0 if at else after_s) for at, piece in enumerate(_cuts(body, names)))


def _broken_body(body: bytes, breaks: Breaks) -> bytes:
    names = breaks.names
    if "giant-line" in names:
        body = body.replace(b"{", b"{" + b" " * GIANT, 1)
    if "invalid-utf8" in names:
        body = _no_utf8(body)
    if names & {"error-mid", "base-resp-mid"}:
        return _error(breaks)
    if "garbage" in names:
        return body[: len(body) // 2] + _JUNK
    if names & {"cut", "end-early"}:
        return body[: len(body) // 2]
    return b"" if "cut-early" in names else body
