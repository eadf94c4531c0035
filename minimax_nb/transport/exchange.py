"""What every transport gives: an exchange of bytes, limits on every wait, and a way to stop from any thread."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

from minimax_nb.errors import TransportError

SCHEME = "emulator:"
"""Addresses that begin so stay inside the process."""

ERROR_BYTES = 1024 * 1024
"""Bytes of an error's body that are read; no service says more, and a page may be endless."""


class Stopped(Exception):  # noqa: N818 - not an error: somebody asked to stop
    """The call was stopped on purpose. Never reaches a user: the chat turns it into an interrupted reply."""


class Stop:
    """A wish to stop, made from any thread, at any stage of a call; it stays made."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._closers: list[Callable[[], None]] = []

    def set(self) -> None:
        """Stop now: everything that waits wakes up."""
        self._event.set()
        with self._lock:
            closers, self._closers = self._closers, []
        for close in closers:
            close()

    def is_set(self) -> bool:
        """Whether somebody asked to stop."""
        return self._event.is_set()

    def wait(self, seconds: float) -> None:
        """Sleep, but not past a stop.

        Raises:
            Stopped: Somebody asked to stop.
        """
        if self._event.wait(max(0.0, seconds)):
            raise Stopped

    def on_stop(self, close: Callable[[], None]) -> None:
        """Call ``close`` when somebody asks to stop; at once if that has happened."""
        with self._lock:
            if not self._event.is_set():
                self._closers.append(close)
                return
        close()

    def forget(self) -> None:
        """There is nothing left to close."""
        with self._lock:
            self._closers.clear()


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a call may wait, in seconds. What follows from them for one call: :mod:`~minimax_nb.transport.patience`.

    Attributes:
        timeout: Longest silence: connecting, or between two pieces of an answer.
        retries: How often a failed call is sent again, before anything of the answer was delivered.
        retry_wait: Longest time all waits between tries may take together.
        exact: The user chose ``timeout``: it then holds for the first piece of an answer, and for an answer that only
            keeps the line open, as well. Else both may take longer.
        whole: The answer comes in one piece when all of it is written, so the first byte comes late.
    """

    timeout: float = 120.0
    retries: int = 2
    retry_wait: float = 60.0
    exact: bool = False
    whole: bool = False


class Exchange(Protocol):
    """One open answer, read by one thread."""

    status: int
    headers: Mapping[str, str]
    started: float

    def chunks(self) -> Iterator[bytes]:
        """The body as it comes."""
        ...

    def now(self) -> float:
        """Seconds on the clock that ``started`` was read from."""
        ...

    def progressed(self) -> None:
        """Something of the reply has come: the wait for more of it begins afresh."""
        ...

    def hasten(self) -> None:
        """What is left to read is not worth more than the ordinary time limit: the words of an error."""
        ...

    def close(self) -> None:
        """Let go of the connection; safe to call twice."""
        ...


class AsyncExchange(Protocol):
    """The same for coroutines."""

    status: int
    headers: Mapping[str, str]
    started: float

    def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes."""
        ...

    def now(self) -> float:
        """Seconds on the clock that ``started`` was read from."""
        ...

    def progressed(self) -> None:
        """Something of the reply has come: the wait for more of it begins afresh."""
        ...

    def hasten(self) -> None:
        """What is left to read is not worth more than the ordinary time limit: the words of an error."""
        ...

    async def close(self) -> None:
        """Let go of the connection; safe to call twice."""
        ...


def error_body(exchange: Exchange) -> bytes:
    """What an answer with an error status says, as far as it comes: cut short by the line, by time or by its size."""
    exchange.hasten()
    body = bytearray()
    with contextlib.suppress(TransportError):
        for data in exchange.chunks():
            body += data
            if len(body) >= ERROR_BYTES:
                break
    return bytes(body[:ERROR_BYTES])


async def error_body_async(exchange: AsyncExchange) -> bytes:
    """The same for coroutines."""
    exchange.hasten()
    body = bytearray()
    with contextlib.suppress(TransportError):
        async for data in exchange.chunks():
            body += data
            if len(body) >= ERROR_BYTES:
                break
    return bytes(body[:ERROR_BYTES])
