"""Whether a video's file is whole and where it keeps metadata, told from its container and without decoding anything.

ISO 14496-12 (MP4, MOV), RIFF (AVI) and RFC 8794 (Matroska) all say how long their outermost parts are; a download that
broke off is shorter.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO

from minimax_nb.prompt.media import kinds
from minimax_nb.prompt.media.kinds import Kind

_MOST_BOXES = 100_000


def fault_of(kind: Kind, file: BinaryIO) -> str:
    """What is wrong with a container, as the end of a sentence that begins with its name; "" if nothing shows.

    Args:
        kind: What the file is.
        file: The file, open at its beginning and seekable.
    """
    size = file.seek(0, io.SEEK_END)
    file.seek(0)
    if kind.reader == "mov":
        return _mp4(file, size)
    if kind == kinds.AVI:
        head = file.read(12)
        short = 8 + int.from_bytes(head[4:8], "little") > size + 1
        return "is cut short" if short or size < 12 else ""
    if kind.reader == "matroska":
        return "is cut short" if _matroska_end(file) > size else ""
    return ""


def private_boxes(kind: Kind, file: BinaryIO) -> tuple[tuple[int, int], ...]:
    """Where an MP4 or MOV file keeps its metadata (place, device, texts), from and to which byte; empty for others."""
    if kind.reader != "mov":
        return ()
    size = file.seek(0, io.SEEK_END)
    return tuple(_private(file, 0, size, (b"moov", b"trak")))


def _private(file: BinaryIO, at: int, end: int, within: tuple[bytes, ...]) -> Iterator[tuple[int, int]]:
    for name, start, length in _boxes(file, at, end):
        if start + length > end:
            return
        if name in within[:1]:
            yield from _private(file, start + 8, start + length, (b"trak",))
        elif name in {b"udta", b"meta"} and at:
            yield start, start + length


def _boxes(file: BinaryIO, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """The boxes that follow each other from ``at`` on: name, beginning, length. The last may claim to be too long."""
    for _ in range(_MOST_BOXES):
        if at + 8 > end:
            return
        file.seek(at)
        head = file.read(16)
        length = int.from_bytes(head[:4], "big")
        if length == 1:
            length = int.from_bytes(head[8:16], "big")
        elif length == 0:
            length = end - at
        if length < 8:
            return
        yield head[4:8], at, length
        at += length


def _mp4(file: BinaryIO, size: int) -> str:
    """All outermost boxes must end inside the file, and one must be the index. Zeros after the last are padding."""
    end, indexed = 0, False
    for name, start, length in _boxes(file, 0, size):
        end, indexed = start + length, indexed or name in {b"moov", b"moof"}
    if end < size:
        file.seek(end)
        end = size if indexed and not any(file.read(8)) else size + 1
    if end > size:
        return "is cut short"
    return "" if indexed else "has no index of its frames, so it was never finished or is cut short"


def _matroska_end(file: BinaryIO) -> int:
    """Where the segment ends that follows the header; 0 where its length is left open, as in a live recording."""
    file.read(4)
    header = _number(file)
    if header is None:
        return 0
    file.seek(header, io.SEEK_CUR)
    if file.read(4) != b"\x18\x53\x80\x67":
        return 0
    length = _number(file)
    return 0 if length is None else file.tell() + length


def _number(file: BinaryIO) -> int | None:
    """A length as EBML writes it; None for one that is not known."""
    first = file.read(1)
    if not first or not first[0]:
        return None
    more = 8 - first[0].bit_length()
    rest = file.read(more)
    value = int.from_bytes(bytes((first[0] & (0x7F >> more),)) + rest, "big")
    return None if value == (1 << (7 * (more + 1))) - 1 else value
