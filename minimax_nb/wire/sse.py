"""Server-sent events: frames out of bytes that may be cut anywhere.

Only CR, LF and CRLF end a line, as the HTML standard says; U+2028 and its like are text. Comments, ``id`` and ``retry``
are dropped. What a frame's data means is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from minimax_nb.errors import WireError

Frame = tuple[bytes, bytes]
"""The event's name (empty if it has none) and its data, lines joined by LF."""

LIMIT = 64 * 1024 * 1024
"""Bytes one frame may have, an unfinished line included. MiniMax takes no request above it, so no reply is larger."""

BOM = b"\xef\xbb\xbf"
"""A byte order mark; at the start of a stream it means nothing."""


class Frames:
    """Cuts a byte stream into frames. Give it every chunk in order, then call :meth:`flush` once.

    What both methods return must be read to its end before the next call: the work is done while it is read, so that
    frames before a broken one are seen before its error.
    """

    __slots__ = ("_after_cr", "_data", "_first", "_limit", "_line", "_name", "_size")

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._line: list[bytes] = []  # pieces of the unfinished line, joined once, when it ends
        self._data: list[bytes] = []  # data lines of the unfinished frame
        self._name = b""
        self._size = 0  # bytes held in _line and _data
        self._first = True  # no line has ended yet: a byte order mark may stand here
        self._after_cr = False  # the last chunk ended in CR: a LF at the start of the next belongs to it

    def feed(self, chunk: bytes) -> Iterable[Frame]:
        """The frames that ``chunk`` completes.

        Raises:
            WireError: A frame is larger than the limit.
        """
        if not chunk:
            return ()
        if not (self._line or self._data or self._name) and (frame := _only_frame(chunk)):
            self._first = self._after_cr = False
            return (frame,)
        return self._feed(chunk)

    def _feed(self, chunk: bytes) -> Iterator[Frame]:
        if self._after_cr:
            chunk = chunk.removeprefix(b"\n")
        for line in chunk.splitlines(keepends=True):  # of bytes: at CR, LF and CRLF only
            text = line.rstrip(b"\r\n")
            self._size += len(text)
            if self._size > self._limit:
                raise WireError(
                    f"One event of the answer is larger than {self._limit // 2**20} MiB.",
                    hint="No reply is that large: check the address, something else may be answering there.",
                )
            self._line.append(text)
            if len(text) < len(line):
                yield from self._end_line()
        self._after_cr = chunk.endswith(b"\r")

    def flush(self) -> Iterator[Frame]:
        """The frame that was unfinished when the stream ended; some servers leave out the last blank line."""
        yield from self._end_line()
        yield from self._end_frame()

    def _end_line(self) -> Iterator[Frame]:
        line = b"".join(self._line)
        self._line.clear()
        if self._first:
            self._first = False
            line = line.removeprefix(BOM)
        if not line:
            yield from self._end_frame()
        elif line.startswith(b"data:"):
            self._data.append(line[6:] if line[5:6] == b" " else line[5:])
        else:
            self._size -= len(line)  # nothing of it is kept but a name
            if line.startswith(b"event:"):
                self._name = line[6:].strip()

    def _end_frame(self) -> Iterator[Frame]:
        name, data = self._name, b"\n".join(self._data)
        self._name = b""
        self._data.clear()
        self._size = 0
        if data:
            yield name, data


def _only_frame(chunk: bytes) -> Frame | None:
    """The frame of a chunk that is exactly one frame of one data line, as live replies mostly are; else None."""
    if chunk[-2:] != b"\n\n" or b"\r" in chunk:
        return None  # the frame does not end here, or lines end in the rarer way
    name, start = b"", 0
    if chunk[:7] == b"event: ":
        start = chunk.find(b"\n") + 1
        name = chunk[7 : start - 1].strip()
    begin, end = start + 6, len(chunk) - 2
    if chunk[start:begin] != b"data: " or chunk.find(b"\n", begin) != end or begin == end:
        return None
    return name, chunk[begin:end]
