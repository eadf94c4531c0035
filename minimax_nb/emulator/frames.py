"""The pieces of a streamed reply, before they become bytes on a connection.

A frame is one server-sent event with its place in the reply, so that a fault can be put exactly where it belongs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Generic, Literal, TypeVar

from minimax_nb.emulator.seam import Chunk
from minimax_nb.emulator.tokens import is_wide

T = TypeVar("T")
Place = Literal["head", "delta", "tail", "done"]

ABOUT_CHARS = 24
_LOOK_AHEAD = 16
_BORDER = re.compile(r"[ \n]")
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_JUNK = b"\x00\xff\xfe<<< this is not the protocol >>>\n\n"
_BROKEN = b'{"id":"half a frame","choices":[{"delta":{"content":"and here it sto'


@dataclass(frozen=True, slots=True)
class Frame:
    """One event: its bytes, the wait before it in seconds, and where in the reply it stands."""

    data: bytes
    place: Place
    after_s: float = 0.0


def dumps(value: Any) -> bytes:  # noqa: ANN401
    """JSON as the services write it: no blanks, letters as they are. Half characters become question marks."""
    return _ENCODE(value).encode("utf-8", "replace")


def cut_pieces(text: str, exactly: int | None = None) -> Iterator[str]:
    """The text in the pieces in which it is sent.

    Args:
        text: What is said.
        exactly: Characters a piece; without it about 24, cut between words, wide characters anywhere.
    """
    size = exactly or ABOUT_CHARS
    at = 0
    while at < len(text):
        end = at + size
        if exactly is None and end < len(text) and not is_wide(text[end]):
            border = _BORDER.search(text, end, end + _LOOK_AHEAD)
            end = border.start() if border else end
        yield text[at:end]
        at = end


@dataclass(frozen=True, slots=True)
class Breaks:
    """How a stream is broken.

    Attributes:
        names: The faults of kind "stream" that were asked for.
        stall_s: Length of the pause of "stall".
        error: JSON of an error that comes after HTTP 200.
        framed: What stands before an error's JSON in a stream.
        broken: What stands before broken JSON in a stream.
    """

    names: frozenset[str]
    stall_s: float = 60.0
    error: bytes = b""
    framed: bytes = b"data: "
    broken: bytes = b"data: "

    @property
    def cut(self) -> bool:
        """Whether the connection drops."""
        return bool(self.names & {"cut", "cut-early"})


def break_frames(frames: Iterable[Frame], breaks: Breaks) -> Iterator[Frame]:
    """The frames with the faults put in."""
    if not breaks.names:
        return iter(frames)
    kept = list(frames)
    deltas = [at for at, frame in enumerate(kept) if frame.place == "delta"] or [len(kept)]
    middle, names = deltas[len(deltas) // 2], breaks.names
    if "no-done" in names:
        kept = [frame for frame in kept if frame.place != "done"]
    if "slow" in names:
        kept = [replace(frame, after_s=0.4) if frame.place == "delta" else frame for frame in kept]
    if "stall" in names and middle < len(kept):
        kept[middle] = replace(kept[middle], after_s=breaks.stall_s)
    if "cut-early" in names:
        kept = kept[: deltas[0]]
    elif names & {"cut", "end-early"}:
        kept = kept[:middle]
    elif "error-mid" in names:
        kept = [*kept[:middle], Frame(breaks.framed + breaks.error + b"\n\n", "delta")]
    elif "garbage" in names:
        junk = Frame(breaks.broken + _BROKEN + b"\n\n" + _JUNK, "delta")
        kept = [*kept[:middle], junk, *kept[middle:]]
    return iter(kept)


def to_chunks(frames: Iterable[Frame], names: frozenset[str]) -> Iterator[Chunk]:
    """The frames as chunks; "crlf" and "bytes" change how, not what."""
    ending = (lambda data: data.replace(b"\n", b"\r\n")) if "crlf" in names else None
    for frame in frames:
        data = ending(frame.data) if ending else frame.data
        if "bytes" in names:
            singles = (Chunk(data[at : at + 1]) for at in range(1, len(data)))
            yield from chain((Chunk(data[:1], frame.after_s),), singles)
        else:
            yield Chunk(data, frame.after_s)


def break_whole(body: bytes, after_s: float, breaks: Breaks) -> Iterator[Chunk]:
    """A reply that is one body, with the faults put in."""
    names = breaks.names
    if "error-mid" in names:
        body = breaks.error
    elif "garbage" in names:
        body = body[: len(body) // 2] + _JUNK
    elif names & {"cut", "end-early"}:
        body = body[: len(body) // 2]
    elif "cut-early" in names:
        body = b""
    if "stall" in names:
        half = len(body) // 2
        yield Chunk(body[:half], after_s)
        yield Chunk(body[half:], breaks.stall_s)
    elif "bytes" in names:
        yield from to_chunks((Frame(body, "delta", after_s),), frozenset({"bytes"}))
    elif body:
        yield Chunk(body, after_s)


class Walk(Generic[T]):
    """An iterable that starts afresh each time it is walked."""

    __slots__ = ("_start",)

    def __init__(self, start: Callable[[], Iterator[T]]) -> None:
        self._start = start

    def __iter__(self) -> Iterator[T]:
        return self._start()
