"""The two thin shells that wait: a stream for threads and one for coroutines."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from types import TracebackType
from typing import Self

from minimax_nb.chat.answering import Answering
from minimax_nb.chat.reading import AsyncReading, Reading
from minimax_nb.messages.events import Event, TextDelta, ToolEnded
from minimax_nb.messages.reply import Reply
from minimax_nb.tools.approve import Approver
from minimax_nb.tools.batch import Batch
from minimax_nb.transport import Limits, Stop, prepare


class _Common:
    """What both streams offer."""

    def __init__(self, answering: Answering, limits: Limits) -> None:
        self._answering, self._limits = answering, limits
        self._stop = Stop()

    @property
    def reply(self) -> Reply:
        """The reply so far; whole once the stream has ended. With tools it is another one for each call."""
        return self._answering.reply

    def ask_through(self, approver: Approver) -> None:
        """Let ``approver`` decide about the tools of this stream that need approval, instead of the chat's own."""
        self._answering.approver = approver

    @property
    def approver(self) -> Approver:
        """Who decides about tools that need approval."""
        return self._answering.who_approves

    def _ended(self) -> None:
        """The stream is over, perhaps before it began."""
        self._answering.round.interrupted(None)  # does nothing to a call that has ended
        self._answering.end()


class Stream(_Common):
    """A reply as it arrives. Iterate it for events, or :attr:`text_stream` for the answer's text alone.

    Nothing is sent before the first step. Leaving the ``with`` block early, :meth:`stop` from any thread, or a
    KeyboardInterrupt closes the connection and keeps what came, marked partial.

    Raises:
        MiniMaxError: From the iteration, with ``reply`` holding what had arrived.
    """

    def __init__(self, answering: Answering, limits: Limits) -> None:
        super().__init__(answering, limits)
        prepare(answering.round.call)
        self._batches = self._run()
        self._events = (event for batch in self._batches for event in batch)

    def __iter__(self) -> Iterator[Event]:
        return self._events

    def __next__(self) -> Event:
        return next(self._events)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def text_stream(self) -> Iterator[str]:
        """The answer's text in pieces, joined exactly as in ``reply.text``; with tools the text of every call."""
        joint = _Joint()
        for event in self._events:
            yield from joint.pieces(event)

    def until_done(self) -> Reply:
        """Read to the end and give the whole reply."""
        for _ in self._batches:
            pass
        return self.reply

    def stop(self) -> None:
        """Stop now, from any thread: whoever reads is woken and the connection is closed."""
        self._stop.set()

    def close(self) -> None:
        """End the stream where it is; what came is kept. Does nothing to a stream that has ended."""
        self._batches.close()
        self._ended()

    def _run(self) -> Generator[list[Event], None, None]:
        """The events of one call after the other, in the batches that the bytes brought; tools run between them."""
        answering = self._answering
        try:
            while True:
                yield from Reading(answering.round, self._limits, self._stop).batches()
                if batch := answering.batch():
                    yield from self._run_tools(batch)
                if not answering.go_on():
                    return
        finally:
            self._ended()

    def _run_tools(self, batch: Batch) -> Generator[list[Event], None, None]:
        answering = self._answering
        self._stop.on_stop(answering.stop.set)
        try:
            batch.run()
        except BaseException:
            answering.settle(batch, interrupted=True)
            raise
        finally:
            self._stop.forget()
        answering.settle(batch)
        yield [ToolEnded(run) for run in self.reply.runs]


class AsyncStream(_Common):
    """The same for coroutines: ``async with``, ``async for``, ``async for text in stream.text_stream``.

    Cancelling the task closes the connection and keeps what came, marked partial.

    Raises:
        MiniMaxError: From the iteration, with ``reply`` holding what had arrived.
    """

    def __init__(self, answering: Answering, limits: Limits) -> None:
        super().__init__(answering, limits)
        self._events = self._run()

    def __aiter__(self) -> AsyncIterator[Event]:
        return self._events

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    async def text_stream(self) -> AsyncIterator[str]:
        """The answer's text in pieces, joined exactly as in ``reply.text``; with tools the text of every call."""
        joint = _Joint()
        async for event in self._events:
            for piece in joint.pieces(event):
                yield piece

    async def until_done(self) -> Reply:
        """Read to the end and give the whole reply."""
        async for _ in self._events:
            pass
        return self.reply

    async def close(self) -> None:
        """End the stream where it is; what came is kept."""
        await self._events.aclose()
        self._ended()

    async def _run(self) -> AsyncGenerator[Event, None]:
        answering = self._answering
        try:
            while True:
                reading = AsyncReading(answering.round, self._limits).events()
                try:
                    async for event in reading:
                        yield event
                finally:
                    await reading.aclose()  # a generator that is left is not closed at once by itself
                if batch := answering.batch():
                    await self._run_tools(batch)
                    for run in self.reply.runs:
                        yield ToolEnded(run)
                if not answering.go_on():
                    return
        finally:
            self._ended()

    async def _run_tools(self, batch: Batch) -> None:
        try:
            await batch.run_async()
        except BaseException:
            self._answering.settle(batch, interrupted=True)
            raise
        self._answering.settle(batch)


class _Joint:
    """Puts the blank line between two text parts that ``reply.text`` has there."""

    def __init__(self) -> None:
        self._index: int | None = None
        self._ends_line = True

    def pieces(self, event: Event) -> Iterator[str]:
        if isinstance(event, ToolEnded):
            self._index = -1  # the next call numbers its parts anew
        if not isinstance(event, TextDelta):
            return
        if self._index not in {None, event.index} and not self._ends_line and not event.text.startswith("\n"):
            yield "\n\n"
        self._index, self._ends_line = event.index, event.text.endswith("\n")
        yield event.text
