"""A call as the transport takes it, and what a decoder is: the border between words and bytes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from minimax_nb.messages.events import Event
from minimax_nb.secrets import Secret


@dataclass(frozen=True, slots=True)
class Call:
    """One HTTP request. The key is no part of ``headers`` or ``body``: the transport adds it as it sends.

    Attributes:
        method: "POST" or "GET".
        url: Where to; an ``emulator:`` URL stays inside the process.
        headers: Name and value pairs, names in lower case.
        body: The bytes to send, UTF-8 JSON.
        stream: Whether the answer is to come as server-sent events.
        key: The key, or None where the provider needs none.
        key_header: Header that carries the key.
        key_prefix: What stands before the key in that header ("Bearer ").
    """

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    stream: bool = True
    key: Secret | None = field(default=None)
    key_header: str = "authorization"
    key_prefix: str = "Bearer "


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
