"""The emulator inside the process, behind the same doors as HTTP.

Its clock is the script's: it advances by what each chunk says it waits, so the times in a saved notebook are the same
on every run. The waits themselves are real, and a stop or an interrupt ends them.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping

from minimax_nb.emulator import Answer, Asked, handle
from minimax_nb.errors import MiniMaxError, TransportError
from minimax_nb.transport.exchange import SCHEME, Limits, Stop
from minimax_nb.transport.patience import Patience
from minimax_nb.wire.call import Call


def _asked(call: Call) -> Asked:
    return Asked(call.method, call.url.removeprefix(SCHEME), call.sent_headers(), call.sent_body())


class _Scripted:
    """What the two exchanges share: the answer and the script's clock."""

    def __init__(self, call: Call, limits: Limits) -> None:
        self._answer: Answer = handle(_asked(call))
        self._patience = Patience(limits, len(call.body))
        self.status = self._answer.status
        self.headers: Mapping[str, str] = {name.lower(): value for name, value in self._answer.headers}
        self.started = 0.0
        self._now = 0.0

    def now(self) -> float:
        """Seconds on the script's clock."""
        return self._now

    def progressed(self) -> None:
        """Something of the reply has come: the wait for more of it begins afresh."""
        self._patience.progressed(self._now)

    def hasten(self) -> None:
        """What is left to read gets no more than the ordinary time limit."""
        self._patience.hasten(self._now)

    def _wait(self, after_s: float) -> tuple[float, MiniMaxError | None]:
        """How long to sleep before a chunk, and the error if that is too long; the clock goes on by as much."""
        left = max(0.0, self._patience.left(self._now))
        wait = min(after_s, left)
        self._now += wait
        if after_s > left:
            return wait, self._patience.over("The emulator", self._now)
        self._patience.heard()
        return wait, None

    def _cut(self) -> MiniMaxError | None:
        if not self._answer.cut:
            return None
        return TransportError(
            "The connection to the emulator was cut off, as its script says.",
            hint="What had arrived is kept. Send the prompt again to try anew.",
        )


class LocalExchange(_Scripted):
    """An answer of the emulator."""

    def __init__(self, call: Call, limits: Limits, stop: Stop) -> None:
        super().__init__(call, limits)
        self._stop = stop

    def chunks(self) -> Iterator[bytes]:
        """The body, piece by piece, at the script's pace.

        Raises:
            TransportError: The script stalls past the time limit, or cuts the connection.
            Stopped: Somebody asked to stop.
        """
        for chunk in self._answer.chunks:
            wait, error = self._wait(chunk.after_s)
            self._stop.wait(wait)
            if error:
                raise error
            yield chunk.data
        if error := self._cut():
            raise error

    def close(self) -> None:
        """There is nothing to let go of."""


class AsyncLocalExchange(_Scripted):
    """An answer of the emulator, for coroutines."""

    _pieces: AsyncGenerator[bytes, None] | None = None

    def chunks(self) -> AsyncIterator[bytes]:
        """The body, piece by piece, at the script's pace.

        Raises:
            TransportError: The script stalls past the time limit, or cuts the connection.
        """
        self._pieces = self._read()
        return self._pieces

    async def _read(self) -> AsyncGenerator[bytes, None]:
        for chunk in self._answer.chunks:
            wait, error = self._wait(chunk.after_s)
            await asyncio.sleep(wait)
            if error:
                raise error
            yield chunk.data
        if error := self._cut():
            raise error

    async def close(self) -> None:
        """Leave off reading."""
        if self._pieces is not None:
            await self._pieces.aclose()
