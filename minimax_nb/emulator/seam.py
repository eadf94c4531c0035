"""What goes in and what comes out: three values that know neither sockets nor clocks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Asked:
    """One HTTP request.

    Attributes:
        method: "GET" or "POST".
        path: Path with its query, as the request line has it.
        headers: Names in lower case.
        body: The bytes that were sent.
    """

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes to send after waiting ``after_s`` seconds."""

    data: bytes
    after_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP response, told rather than sent.

    Attributes:
        status: HTTP status.
        headers: Name and value pairs; the length and the transfer coding are the sender's business.
        chunks: The body in the pieces in which it is to arrive. It may be walked more than once.
        cut: The connection drops after the last chunk, without the end of the body.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    chunks: Iterable[Chunk]
    cut: bool = False

    @property
    def content_type(self) -> str:
        """The media type of the body."""
        return next((value for name, value in self.headers if name.lower() == "content-type"), "")
