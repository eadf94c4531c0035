"""A call as the transport takes it, and what a decoder is: the border between words and bytes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Protocol

from minimax_nb.messages.events import Event
from minimax_nb.messages.media import Media
from minimax_nb.secrets import Secret


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request. The key is no part of ``headers`` or ``body``: the transport adds it as it sends.

    Attributes:
        method: "POST" or "GET".
        url: Where to; an ``emulator:`` URL stays inside the process.
        headers: Name and value pairs, names in lower case.
        body: The bytes to send, UTF-8 JSON.
        outline: The body for people to read: the same JSON with a few words where the content of a picture or video
            stands. It is the body itself where there is none.
        media: The pictures and videos whose content stands in the body, in its order.
        stream: Whether the answer is to come as server-sent events.
        key: The key, or None where the provider needs none.
        key_header: Header that carries the key.
        key_prefix: What stands before the key in that header ("Bearer ").
        key_field: Member of the JSON body that carries the key in place of a header, or "".
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = field(default=b"", repr=False)
    outline: bytes = field(default=b"", repr=False)
    media: tuple[Media, ...] = field(default=(), repr=False)
    stream: bool = True
    key: Secret | None = field(default=None)
    key_header: str = "authorization"
    key_prefix: str = "Bearer "
    key_field: str = ""

    def sent_headers(self) -> dict[str, str]:
        """The headers with the key in them: for the transport alone, at the moment it sends."""
        headers = dict(self.headers)
        if self.key is not None and not self._in_body:
            headers[self.key_header] = self.key_prefix + self.key.reveal()
        return headers

    def sent_body(self) -> bytes:
        """The body with the key in it, where that is its place: for the transport alone, at the moment it sends."""
        if self.key is None or not self._in_body:
            return self.body
        member = f"{json.dumps(self.key_field)}:{json.dumps(self.key.reveal())}".encode()
        rest = self.body[1:].lstrip()
        return b"{" + member + (b"}" if rest == b"}" else b"," + rest)

    @property
    def _in_body(self) -> bool:
        return bool(self.key_field) and self.body[:1] == b"{"


class Decoder(Protocol):
    """Turns the bytes of one answer into events. One object a call; it never blocks and never guesses the time.

    Raises:
        WireError: From ``feed`` or ``flush``, when the bytes are not the protocol.
    """

    def feed(self, data: bytes) -> list[Event]:
        """The events that ``data`` completes. Bytes may be cut anywhere."""
        ...

    def flush(self) -> list[Event]:
        """The events left when the answer has ended cleanly.

        Call it again until it gives nothing: an error that the end brings is raised only after all that was held
        back has been given.
        """
        ...
