"""Frames out of bytes that are cut anywhere."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from minimax_nb.errors import WireError
from minimax_nb.wire.sse import Frame, Frames
from tests.wire.helpers import cuts

STREAMS: dict[str, tuple[bytes, list[Frame]]] = {
    "one": (b"data: x\n\n", [(b"", b"x")]),
    "two": (b"data: x\n\ndata: y\n\n", [(b"", b"x"), (b"", b"y")]),
    "named": (b"event: ping\ndata: x\n\n", [(b"ping", b"x")]),
    "name after data": (b"data: x\nevent: ping\n\n", [(b"ping", b"x")]),
    "name goes with its frame": (b"event: ping\n\ndata: x\n\n", [(b"", b"x")]),
    "name of spaces": (b"event:  ping \ndata: x\n\n", [(b"ping", b"x")]),
    "crlf": (b"event: a\r\ndata: x\r\n\r\ndata: y\r\n\r\n", [(b"a", b"x"), (b"", b"y")]),
    "cr": (b"data: x\r\rdata: y\r\r", [(b"", b"x"), (b"", b"y")]),
    "mixed line ends": (b"data: x\r\n\ndata: y\n\r\ndata: z\r\n\r\n", [(b"", b"x"), (b"", b"y"), (b"", b"z")]),
    "no space": (b"data:x\n\n", [(b"", b"x")]),
    "two spaces": (b"data:  x\n\n", [(b"", b" x")]),
    "many lines": (b"data: x\ndata:\ndata: y\n\n", [(b"", b"x\n\ny")]),
    "comments": (b": hello\n\n:\ndata: x\n: more\n\n", [(b"", b"x")]),
    "id and retry": (b"id: 7\nretry: 100\ndata: x\n\nid: 8\n\n", [(b"", b"x")]),
    "unknown fields": (b"foo: 1\nbar\ndata: x\n\n", [(b"", b"x")]),
    "blank lines": (b"\n\n\ndata: x\n\n\n\ndata: y\n\n", [(b"", b"x"), (b"", b"y")]),
    "no data": (b"data:\n\ndata: \n\nevent: a\n\n", []),
    "empty data, then more": (b"data:\ndata: x\n\n", [(b"", b"\nx")]),
    "byte order mark": (b"\xef\xbb\xbfdata: x\n\n", [(b"", b"x")]),
    "byte order mark later": (b"data: x\n\n\xef\xbb\xbfdata: y\n\n", [(b"", b"x")]),
    "other line separators are text": (
        "data: a\u2028b\u0085c\x0bd\x0ce\x1cf\n\n".encode(),
        [(b"", "a\u2028b\u0085c\x0bd\x0ce\x1cf".encode())],
    ),
    "no last blank line": (b"data: x\n", [(b"", b"x")]),
    "no last line end": (b"data: x\n\nevent: a\ndata: y", [(b"", b"x"), (b"a", b"y")]),
    "nothing": (b"", []),
}


def frames(pieces: Iterable[bytes]) -> list[Frame]:
    reader = Frames()
    return [*(frame for piece in pieces for frame in reader.feed(piece)), *reader.flush()]


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_is_cut_into_frames(name: str) -> None:
    data, expected = STREAMS[name]
    assert frames([data]) == expected
    for pieces in cuts(data):
        assert frames(pieces) == expected


def test_a_frame_is_given_with_its_last_byte() -> None:
    reader = Frames()
    for data in (b"data: x\n\n", b"data: y\r\n\r", b"data: z\r\r"):
        assert [list(reader.feed(data[at : at + 1])) for at in range(len(data) - 1)].count([]) == len(data) - 1
        assert len(list(reader.feed(data[-1:]))) == 1


def test_a_giant_line_costs_no_more_than_it_is_long() -> None:
    # 4 MB in pieces of 20 bytes: joining the line at every piece would copy 400 GB.
    reader = Frames()
    pieces = [b"data: ", *([b"x" * 20] * 200_000), b"\n\n"]
    ((_, data),) = [frame for piece in pieces for frame in reader.feed(piece)]
    assert len(data) == 4_000_000


@pytest.mark.parametrize("line", [b"x" * 120, b"data: y\n" * 40])
def test_a_frame_beyond_the_limit_is_refused_after_those_before_it(line: bytes) -> None:
    reader = Frames(limit=100)
    frames = iter(reader.feed(b"data: before\n\ndata: " + line))
    assert next(frames) == (b"", b"before")
    with pytest.raises(WireError, match="larger than"):
        next(frames)


def test_comments_without_end_do_not_add_up_to_the_limit() -> None:
    reader = Frames(limit=100)
    for _ in range(1000):
        assert list(reader.feed(b": still here\n")) == []
    assert list(reader.feed(b"data: x\n\n")) == [(b"", b"x")]
