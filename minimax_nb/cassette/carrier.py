"""What carries calls: straight to the service, or by way of a recording.

A carrier makes one :class:`Asking` a request. Its tries are opened one after the other, as those of any call; whether
they go out or come from a recording is settled once, before the first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from minimax_nb.transport import (
    FETCH_BYTES,
    AsyncExchange,
    Exchange,
    Limits,
    Stop,
    fetch_bytes,
    open_exchange,
    open_exchange_async,
)
from minimax_nb.wire.call import Call

if TYPE_CHECKING:
    from minimax_nb.transport.upload import Outgoing


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """Where a call was made: one run of a notebook's cell. Two of the same name are two runs of it."""

    name: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request that is about to be made.

    Attributes:
        call: The call; where something has to be uploaded for it, with hashes in place of the ids.
        provider: Name of the provider that is asked.
        may_ask: Whether the service can be asked: there is a key, or none is needed.
        fresh: Ask rather than replay, where that is possible: an old answer would not do.
        place: Where it is made, if that is known.
    """

    call: Call
    provider: str
    may_ask: bool = True
    fresh: bool = False
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class WantedUpload(Wanted):
    """An upload that is about to be made.

    Attributes:
        name: What the file is called.
        media_type: MIME type of the content.
        size: Bytes of the content.
        sha256: Of the content.
    """

    name: str = ""
    media_type: str = ""
    size: int | None = None
    sha256: str = ""


class Asking(Protocol):
    """One request and its tries."""

    @property
    def replayed(self) -> bool:
        """Whether it is answered from a recording: nothing is sent."""
        ...

    @property
    def answered(self) -> bool:
        """Whether the recording holds an answer, so that it need not be made ready for sending."""
        ...

    @property
    def trouble(self) -> str:
        """Why it could not be recorded, one sentence, or ""."""
        ...

    def open(self, call: Call, limits: Limits, stop: Stop) -> Exchange:
        """Send the call and wait for the head of the answer, as :func:`~minimax_nb.transport.open_exchange`."""
        ...

    async def open_async(self, call: Call, limits: Limits) -> AsyncExchange:
        """The same for coroutines."""
        ...

    def upload(self, outgoing: Outgoing, limits: Limits, stop: Stop) -> Exchange:
        """Send a form, as :func:`~minimax_nb.transport.upload.open_upload`."""
        ...

    def stopped(self) -> None:
        """Somebody stopped it here. To be told before the exchange is closed."""
        ...

    def failed(self) -> None:
        """What has come is not what was asked for. To be told before the exchange is closed."""
        ...


class Carrier(Protocol):
    """Carries the calls of a chat."""

    @property
    def records(self) -> bool:
        """Whether it recognises requests, so that it has to be told what stands behind an upload's id."""
        ...

    def ask(self, wanted: Wanted) -> Asking:
        """Settle how a request is answered. Nothing is sent."""
        ...

    def fetch(self, url: str, limits: Limits, most: int = FETCH_BYTES) -> bytes:
        """What stands at an address, as :func:`~minimax_nb.transport.fetch_bytes`."""
        ...


class Direct:
    """Carries calls straight to the service. It is its own asking: there is nothing to remember."""

    records = replayed = answered = False
    trouble = ""

    def ask(self, wanted: Wanted) -> Direct:  # noqa: ARG002 - the protocol's
        """Settle how a request is answered."""
        return self

    def fetch(self, url: str, limits: Limits, most: int = FETCH_BYTES) -> bytes:
        """What stands at an address."""
        return fetch_bytes(url, limits, most)

    def open(self, call: Call, limits: Limits, stop: Stop) -> Exchange:
        """Send the call and wait for the head of the answer."""
        return open_exchange(call, limits, stop)

    async def open_async(self, call: Call, limits: Limits) -> AsyncExchange:
        """The same for coroutines."""
        return await open_exchange_async(call, limits)

    def upload(self, outgoing: Outgoing, limits: Limits, stop: Stop) -> Exchange:
        """Send a form."""
        from minimax_nb.transport.upload import open_upload  # loads httpx, which only an upload needs here

        return open_upload(outgoing, limits, stop)

    def stopped(self) -> None:
        """Nobody has to know."""

    def failed(self) -> None:
        """Nobody has to know."""

    def __repr__(self) -> str:
        return "<direct>"


DIRECT = Direct()
"""Calls that go straight to the service."""
