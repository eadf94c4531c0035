"""What servers do that they should not, one script each, with the class of error it must become.

A script is run for the first connection; the next ones get a sound reply, so that every test can go on afterwards.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from minimax_nb.errors import MiniMaxError, ServiceError, TransportError, WireError
from tests.transport.servers import Server, Wire, anthropic_frames, serving

Script = Callable[[Wire], None]
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"


@dataclass(frozen=True)
class Misbehaviour:
    """One way to misbehave.

    Attributes:
        name: For the test's id.
        script: What the server does with the first connection.
        error: What a user gets.
        said: Words of its message.
        https: The client speaks TLS.
    """

    name: str
    script: Script
    error: type[MiniMaxError]
    said: str = ""
    https: bool = False


def sends(*pieces: bytes) -> Script:
    """Answer with these bytes and hang up."""

    def script(wire: Wire) -> None:
        wire.request()
        for piece in pieces:
            wire.send(piece)

    return script


def drips(head: bytes, piece: bytes, every_s: float = 0.05) -> Script:
    """Answer with a head, then with the same piece for ever, a few a second or (0) as fast as the line takes them."""

    def script(wire: Wire) -> None:
        wire.request()
        wire.send(head)
        while not wire.closing.wait(every_s) if every_s else not wire.closing.is_set():
            wire.send(piece)

    return script


def reset_after(head: bytes) -> Script:
    """Send this, then reset the connection."""

    def script(wire: Wire) -> None:
        wire.request()
        wire.send(head)
        wire.reset()

    return script


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"
_FRAMES = b"".join(anthropic_frames("Hello", end=False))
_GIANT = b"HTTP/1.1 200 OK\r\nx-giant: " + b"x" * 300_000 + b"\r\n\r\n"
_PAGE = b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<html>"
_OLD = b"HTTP/1.1 500 Oops\r\ncontent-type: text/html\r\n\r\n<html>"
_LOOP = b"HTTP/1.1 302 Found\r\nlocation: /chat\r\ncontent-length: 0\r\n\r\n"

BROKEN: tuple[Misbehaviour, ...] = (
    Misbehaviour("chunk cut short", sends(CHUNKED, b"ff\r\n: a"), TransportError, "cut off in the middle"),
    Misbehaviour("chunks without their end", sends(CHUNKED, _chunk(_FRAMES)), TransportError, "cut off in the middle"),
    Misbehaviour("chunk size that is none", sends(CHUNKED, b"zz\r\nabc\r\n"), TransportError, "not HTTP"),
    Misbehaviour("shorter than said", sends(HEAD, b"content-length: 900\r\n\r\n", _FRAMES), TransportError, "cut off"),
    Misbehaviour("longer than said", sends(HEAD, b"content-length: 20\r\n\r\n", _FRAMES), WireError),
    Misbehaviour("length that is none", sends(HEAD, b"content-length: abc\r\n\r\n", _FRAMES), TransportError),
    Misbehaviour("gzip that is none", sends(HEAD, b"content-encoding: gzip\r\n\r\n", b"\x1f\x8bnonsense"), WireError),
    Misbehaviour("204", sends(b"HTTP/1.1 204 No Content\r\n\r\n"), WireError, "empty"),
    Misbehaviour("200 without a body", sends(HEAD, b"content-length: 0\r\n\r\n"), WireError, "empty"),
    Misbehaviour("101", sends(b"HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n"), TransportError, "not HTTP"),
    Misbehaviour("redirect to itself", sends(_LOOP), ServiceError, "HTTP 302"),
    Misbehaviour("304", sends(b"HTTP/1.1 304 Not Modified\r\n\r\n"), ServiceError, "HTTP 304"),
    Misbehaviour("status 999", sends(b"HTTP/1.1 999 What\r\ncontent-length: 2\r\n\r\n{}"), ServiceError, "HTTP 999"),
    Misbehaviour("status 42", sends(b"HTTP/1.1 42 What\r\n\r\n"), TransportError),
    Misbehaviour("no status line", sends(b"<html>HTTP/0.9 it is</html>\r\n\r\n"), TransportError, "not HTTP"),
    Misbehaviour("nothing at all", sends(), TransportError, "before any answer"),
    Misbehaviour("line break in a header", sends(HEAD, b"x-bad: a\rb\r\n\r\n"), TransportError),
    Misbehaviour("header without a colon", sends(HEAD, b"nonsense\r\n\r\n"), TransportError, "not HTTP"),
    Misbehaviour("giant header", sends(_GIANT), TransportError, "not HTTP"),
    Misbehaviour("reset before the head", reset_after(b""), TransportError, "cut off"),
    Misbehaviour("reset within the head", reset_after(b"HTTP/1.1 200 O"), TransportError, "cut off"),
    Misbehaviour("reset after the head", reset_after(CHUNKED), TransportError, "cut off"),
    Misbehaviour("no TLS", lambda wire: wire.send(b"HTTP/1.1 400 Bad\r\n\r\n"), TransportError, "https", https=True),
    Misbehaviour("page", sends(_PAGE, b"<title>Log in</title>", b"</html>"), WireError, "web page"),
    Misbehaviour("error cut short", sends(b"HTTP/1.1 503 No\r\ncontent-length: 99\r\n\r\nbusy"), ServiceError, "busy"),
)
"""Answers that are broken, and told as soon as they are seen to be."""

ENDLESS: tuple[Misbehaviour, ...] = (
    Misbehaviour("slow head", drips(b"HTTP/1.1 200 OK\r\nx: ", b"y"), TransportError, "given up"),
    Misbehaviour("endless headers", drips(b"HTTP/1.1 200 OK\r\n", b"x: y\r\n"), TransportError, "given up"),
    Misbehaviour("endless 1xx", drips(b"", b"HTTP/1.1 102 Processing\r\n\r\n"), TransportError, "given up"),
    Misbehaviour("flood of 1xx", drips(b"", b"HTTP/1.1 102 Wait\r\n\r\n" * 99, 0), TransportError, "given up"),
    Misbehaviour("comments", drips(CHUNKED, _chunk(b": OPENROUTER PROCESSING\n\n")), TransportError, "line open"),
    Misbehaviour("flood of comments", drips(CHUNKED, _chunk(b": x\n\n" * 999), 0), TransportError, "line open"),
    Misbehaviour("pings", drips(CHUNKED, _chunk(b'event: ping\ndata: {"type": "ping"}\n\n')), TransportError, "open"),
    Misbehaviour("a line without end", drips(CHUNKED + _chunk(b'data: {"'), _chunk(b"a")), TransportError, "line open"),
    Misbehaviour("comments after text", drips(CHUNKED + _chunk(_FRAMES), _chunk(b": x\n\n")), TransportError, "open"),
    Misbehaviour("a chunk without end", drips(CHUNKED + b"ffffff\r\n", b"a"), TransportError, "given up"),
    Misbehaviour("a page without end", drips(_PAGE, b"<p>more</p>"), TransportError, "line open"),
    Misbehaviour("an error without end", drips(_OLD, b"<p>more</p>"), ServiceError, "HTTP 500"),
    Misbehaviour("a flood of an error", drips(_OLD, b"<p>more</p>" * 999, 0), ServiceError, "HTTP 500"),
    Misbehaviour("silence", lambda wire: wire.request() and wire.hang_until_client_leaves(), TransportError, "silent"),
)
"""Answers that would never end."""


@contextlib.contextmanager
def misbehaving(script: Script) -> Iterator[Server]:
    """A server that misbehaves on its first connection and answers well on every other."""
    number = itertools.count()

    def run(wire: Wire) -> None:
        if next(number) == 0:
            script(wire)
            return
        while wire.request():
            wire.head()
            for frame in anthropic_frames("All ", "well."):
                wire.chunk(frame)
            wire.end()

    with serving(run) as server:
        yield server
