"""A recorded exchange given again: the same bytes in the same pieces, on the recorded clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping

from minimax_nb.cassette.line import Taped
from minimax_nb.transport import Stop, Stopped


class _Given:
    """What both ways of giving it again share.

    Args:
        taped: The exchange.
        pace: Seconds to wait for each second of the recording: 1 is as it was, 0 is at once.
    """

    started = 0.0

    def __init__(self, taped: Taped, pace: float) -> None:
        if taped.status is None:
            _end(taped)
            raise Stopped
        self._taped, self._pace = taped, pace
        self._now = self._waited = 0.0
        self.status: int = taped.status
        self.headers: Mapping[str, str] = taped.headers

    def _wait(self, at: float) -> float:
        """How long to wait until a moment of the recording; the clock goes on to it."""
        wait, self._now = self._pace * max(0.0, at - self._waited), at
        self._waited = max(self._waited, at)
        return wait

    def now(self) -> float:
        """Seconds on the recorded clock."""
        return self._now

    def progressed(self) -> None:
        """Nobody is waited for."""

    def hasten(self) -> None:
        """Nobody is waited for."""


class Replayed(_Given):
    """A recorded exchange, for one thread.

    Raises:
        MiniMaxError: What the recorded call failed with before an answer came.
        Stopped: It was stopped before an answer came.
    """

    def __init__(self, taped: Taped, pace: float, stop: Stop) -> None:
        super().__init__(taped, pace)
        self._stop = stop

    def chunks(self) -> Iterator[bytes]:
        """The body, piece by piece.

        Raises:
            MiniMaxError: What broke the recorded answer off.
            Stopped: It was stopped there, or is stopped now.
        """
        for at, data in self._taped.pieces:
            self._stop.wait(self._wait(at))
            yield data
        self._stop.wait(self._wait(self._taped.seconds))
        _end(self._taped)

    def close(self) -> None:
        """There is nothing to let go of."""


class AsyncReplayed(_Given):
    """The same for coroutines."""

    _pieces: AsyncGenerator[bytes, None] | None = None

    def chunks(self) -> AsyncIterator[bytes]:
        """The body, piece by piece.

        Raises:
            MiniMaxError: What broke the recorded answer off.
            Stopped: It was stopped there.
        """
        self._pieces = self._read()
        return self._pieces

    async def _read(self) -> AsyncGenerator[bytes, None]:
        for at, data in self._taped.pieces:
            await asyncio.sleep(self._wait(at))
            yield data
        await asyncio.sleep(self._wait(self._taped.seconds))
        _end(self._taped)

    async def close(self) -> None:
        """Leave off reading."""
        if self._pieces is not None:
            await self._pieces.aclose()


def _end(taped: Taped) -> None:
    """End as the recorded exchange did."""
    if taped.fault is not None:
        raise taped.fault.error()
    if taped.end == "stopped":
        raise Stopped
