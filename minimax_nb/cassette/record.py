"""An exchange that is written down as it passes: the same bytes, with the times of the exchange's own clock.

The clock of a recorded exchange begins at 0 and stands still between two pieces. So the times in a receipt are those
that the recording holds, and a replayed reply has the same.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator, Mapping

from minimax_nb.cassette.asked import Asked
from minimax_nb.cassette.line import End, Fault, Taped
from minimax_nb.errors import TransportError, WireError
from minimax_nb.transport import AsyncExchange, Exchange, Stopped

HEADERS = frozenset(
    {
        *("content-type", "date", "retry-after", "x-ratelimit-reset", "x-runapi-task-id"),
        *("x-request-id", "request-id", "trace-id", "minimax-request-id", "x-mm-request-id", "x-trace-id"),
        "alb_request_id",
    }
)
"""Headers of an answer that are recorded: what it is, what it is called, and when to come again."""

_WHEN = frozenset({"date"})  # says something only beside a wish of when to come again
_ASKS = frozenset({"retry-after", "x-ratelimit-reset"})
_DIGITS = 6

BREAKS = (TransportError, WireError)
"""Errors that an open exchange ends with."""

OnEnd = Callable[[Taped], None]


class Taking:
    """What an exchange has brought so far.

    Args:
        asked: What was asked.
        on_end: Told what was recorded, once.
    """

    def __init__(self, asked: Asked, on_end: OnEnd) -> None:
        self._asked, self._on_end = asked, on_end
        self._status: int | None = None
        self._headers: Mapping[str, str] = {}
        self._pieces: list[tuple[float, bytes]] = []
        self._end: End | None = None
        self._fault: Fault | None = None
        self._told = False
        self.seconds = 0.0

    def head(self, status: int, headers: Mapping[str, str]) -> None:
        """The head of the answer has come."""
        self._status = status
        wanted = HEADERS if _ASKS & set(headers) else HEADERS - _WHEN
        self._headers = {name: value for name, value in headers.items() if name in wanted}

    def piece(self, seconds: float, data: bytes) -> None:
        """A piece of the body has come."""
        self.seconds = round(seconds, _DIGITS)
        self._pieces.append((self.seconds, data))

    def ended(self, end: End, seconds: float | None = None, error: BaseException | None = None) -> None:
        """It is over; only the first time counts, but an answer that was read can still turn out to be wrong."""
        if self._end is None or (end in {"failed", "stopped"} and self._end == "whole"):
            self._end = end
            if seconds is not None:
                self.seconds = round(seconds, _DIGITS)
            if isinstance(error, BREAKS):
                self._fault = Fault.of(error)

    def broke(self, error: BaseException, seconds: float) -> None:
        """It was broken off: by an error of the transport, or by somebody."""
        self.ended("broken" if isinstance(error, BREAKS) else "stopped", seconds, error)

    def close(self) -> None:
        """Hand on what was recorded."""
        if self._told:
            return
        self._told = True
        taped = Taped(
            self._asked,
            self._status,
            self._headers,
            tuple(self._pieces),
            self._end or "left",
            self.seconds,
            self._fault,
        )
        self._on_end(taped)


def not_opened(taking: Taking, error: BaseException) -> None:
    """A call has failed before the head of an answer came. What the kit itself refused was never sent."""
    if isinstance(error, (*BREAKS, Stopped)) or not isinstance(error, Exception):
        taking.broke(error, 0.0)
        taking.close()


class Recorded:
    """An exchange that is recorded while one thread reads it."""

    started = 0.0

    def __init__(self, inner: Exchange, taking: Taking) -> None:
        self._inner, self._taking = inner, taking
        self._pieces: Generator[bytes, None, None] | None = None
        self.status, self.headers = inner.status, inner.headers
        taking.head(inner.status, inner.headers)

    def chunks(self) -> Iterator[bytes]:
        """The body as it comes."""
        self._pieces = self._read()
        return self._pieces

    def _read(self) -> Generator[bytes, None, None]:
        inner, taking = self._inner, self._taking
        pieces = inner.chunks()
        while True:
            try:
                data = next(pieces, None)
            except BaseException as error:
                taking.broke(error, self._at())
                raise
            if data is None:
                break
            taking.piece(self._at(), data)
            yield data
        taking.ended("whole", self._at())

    def _at(self) -> float:
        return self._inner.now() - self._inner.started

    def now(self) -> float:
        """Seconds on the recording's clock."""
        return self._taking.seconds

    def progressed(self) -> None:
        """Something of the reply has come."""
        self._inner.progressed()

    def hasten(self) -> None:
        """What is left to read gets no more than the ordinary time limit."""
        self._inner.hasten()

    def close(self) -> None:
        """Let go of the connection, then write down what has come."""
        if self._pieces is not None:
            self._pieces.close()
        self._inner.close()
        self._taking.close()


class AsyncRecorded:
    """The same for coroutines."""

    started = 0.0

    def __init__(self, inner: AsyncExchange, taking: Taking) -> None:
        self._inner, self._taking = inner, taking
        self._pieces: AsyncGenerator[bytes, None] | None = None
        self.status, self.headers = inner.status, inner.headers
        taking.head(inner.status, inner.headers)

    def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes."""
        self._pieces = self._read()
        return self._pieces

    async def _read(self) -> AsyncGenerator[bytes, None]:
        inner, taking = self._inner, self._taking
        pieces = inner.chunks()
        while True:
            try:
                data = await anext(pieces, None)
            except BaseException as error:
                taking.broke(error, self._at())
                raise
            if data is None:
                break
            taking.piece(self._at(), data)
            yield data
        taking.ended("whole", self._at())

    def _at(self) -> float:
        return self._inner.now() - self._inner.started

    def now(self) -> float:
        """Seconds on the recording's clock."""
        return self._taking.seconds

    def progressed(self) -> None:
        """Something of the reply has come."""
        self._inner.progressed()

    def hasten(self) -> None:
        """What is left to read gets no more than the ordinary time limit."""
        self._inner.hasten()

    async def close(self) -> None:
        """Let go of the connection, then write down what has come."""
        try:
            if self._pieces is not None:
                await self._pieces.aclose()
            await self._inner.close()
        finally:  # also when this very wait is cancelled
            self._taking.close()
