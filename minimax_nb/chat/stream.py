"""The two thin shells that wait: a stream for threads and one for coroutines, around one :class:`Turn`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from dataclasses import replace
from types import TracebackType
from typing import Self

from minimax_nb.chat.turn import Turn
from minimax_nb.chat.uploads import with_uploads, with_uploads_async
from minimax_nb.errors import MiniMaxError, TransportError
from minimax_nb.messages.events import Event, TextDelta
from minimax_nb.messages.reply import Reply
from minimax_nb.transport import (
    AsyncExchange,
    Exchange,
    Limits,
    Stop,
    Stopped,
    error_body,
    error_body_async,
    open_exchange,
    open_exchange_async,
    prepare,
    retrying,
    retrying_async,
    tell_tries,
)


class _Common:
    """What both streams offer."""

    def __init__(self, turn: Turn, limits: Limits) -> None:
        self._turn = turn
        self._limits = limits if turn.call.stream else replace(limits, whole=True)

    @property
    def reply(self) -> Reply:
        """The reply so far; whole once the stream has ended."""
        return self._turn.reply

    def _on_wait(self, error: BaseException, attempt: int, seconds: float) -> None:
        reason = error.what if isinstance(error, MiniMaxError) else str(error)
        self.reply.status = f"{reason} Waiting {seconds:.1f} s, then try {attempt + 1} of {self._limits.retries + 1}."


class Stream(_Common):
    """A reply as it arrives. Iterate it for events, or :attr:`text_stream` for the answer's text alone.

    Nothing is sent before the first step. Leaving the ``with`` block early, :meth:`stop` from any thread, or a
    KeyboardInterrupt closes the connection and keeps what came, marked partial.

    Raises:
        MiniMaxError: From the iteration, with ``reply`` holding what had arrived.
    """

    def __init__(self, turn: Turn, limits: Limits) -> None:
        super().__init__(turn, limits)
        prepare(turn.call)
        self._stop = Stop()
        self._exchange: Exchange | None = None
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
        """The answer's text in pieces, joined exactly as in ``reply.text``."""
        joint = _Joint()
        for event in self._events:
            if isinstance(event, TextDelta):
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
        self._turn.interrupted(None)  # only has an effect if the stream never started

    def _run(self) -> Generator[list[Event], None, None]:
        """The events in the batches that the bytes brought: one step of the generator a piece of the answer."""
        turn = self._turn
        try:
            yield from self._read()
            turn.finished(self._now() or 0.0)
        except Stopped:
            turn.interrupted(self._now())
        except (KeyboardInterrupt, GeneratorExit):
            turn.interrupted(self._now())
            raise
        except BaseException as error:
            if isinstance(error, TransportError) and turn.whole_after_all(self._now() or 0.0):
                return
            turn.failed(error, self._now())
            raise
        finally:
            if self._exchange is not None:
                self._exchange.close()

    def _read(self) -> Generator[list[Event], None, None]:
        """The reply's events; tries before the first delivered one are the retry policy's."""
        turn, reply = self._turn, self.reply
        exchange, chunks, events = self._opened()
        reply.status = ""
        yield events
        feed, now = turn.feed, exchange.now
        exchange.progressed()
        for data in chunks if not reply.done else ():
            if events := feed(data, now()):
                yield events
                if reply.stop_reason is not None:
                    return
                exchange.progressed()
        while events := turn.flush(now()):
            yield events

    def _opened(self, *, again: bool = True) -> tuple[Exchange, Iterator[bytes], list[Event]]:
        """The answer up to its first part, once all that has to be uploaded before has been."""
        turn = self._turn
        turn.address(with_uploads(turn.request, turn.endpoint, self._limits, self._stop, turn.tell))
        tries = retrying(self._limits, self._stop, self._on_wait, turn.spoilt)
        try:
            return tries(self._connect)
        except MiniMaxError as error:
            if not (again and turn.lost(error)):
                tell_tries(error, tries, self._limits)
                raise
        return self._opened(again=False)

    def _connect(self) -> tuple[Exchange, Iterator[bytes], list[Event]]:
        """Open the answer and read up to its first part, so that an early error can still be tried again."""
        turn = self._turn
        turn.try_again()
        self._exchange = exchange = open_exchange(turn.call, self._limits, self._stop)
        try:
            if not _is_reply(exchange.status):
                raise turn.refused(exchange, error_body(exchange))
            turn.begin(exchange)
            chunks = exchange.chunks()
            events: list[Event] = []
            for data in chunks:
                events += turn.feed(data, exchange.now())
                if turn.begun or self.reply.done:
                    break
        except BaseException:
            exchange.close()  # at once: no connection is held through a wait
            raise
        return exchange, chunks, events

    def _now(self) -> float | None:
        return None if self._exchange is None else self._exchange.now()


class AsyncStream(_Common):
    """The same for coroutines: ``async with``, ``async for``, ``async for text in stream.text_stream``.

    Cancelling the task closes the connection and keeps what came, marked partial.

    Raises:
        MiniMaxError: From the iteration, with ``reply`` holding what had arrived.
    """

    def __init__(self, turn: Turn, limits: Limits) -> None:
        super().__init__(turn, limits)
        self._exchange: AsyncExchange | None = None
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
        """The answer's text in pieces, joined exactly as in ``reply.text``."""
        joint = _Joint()
        async for event in self._events:
            if isinstance(event, TextDelta):
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
        self._turn.interrupted(None)

    async def _run(self) -> AsyncGenerator[Event, None]:
        turn = self._turn
        try:
            async for event in self._read():
                yield event
            turn.finished(self._now() or 0.0)
        except (KeyboardInterrupt, GeneratorExit, asyncio.CancelledError):
            turn.interrupted(self._now())
            raise
        except BaseException as error:
            if isinstance(error, TransportError) and turn.whole_after_all(self._now() or 0.0):
                return
            turn.failed(error, self._now())
            raise
        finally:
            if self._exchange is not None:
                await self._exchange.close()

    async def _read(self) -> AsyncGenerator[Event, None]:
        turn = self._turn
        exchange, chunks, events = await self._opened()
        self.reply.status = ""
        for event in events:
            yield event
        exchange.progressed()
        if not self.reply.done:
            async for data in chunks:
                if events := turn.feed(data, exchange.now()):
                    for event in events:
                        yield event
                    if self.reply.stop_reason is not None:
                        return
                    exchange.progressed()
        while events := turn.flush(exchange.now()):
            for event in events:
                yield event

    async def _opened(self, *, again: bool = True) -> tuple[AsyncExchange, AsyncIterator[bytes], list[Event]]:
        turn = self._turn
        turn.address(await with_uploads_async(turn.request, turn.endpoint, self._limits, turn.tell))
        tries = retrying_async(self._limits, self._on_wait, turn.spoilt)
        try:
            opened: tuple[AsyncExchange, AsyncIterator[bytes], list[Event]] = await tries(self._connect)
            return opened
        except MiniMaxError as error:
            if not (again and turn.lost(error)):
                tell_tries(error, tries, self._limits)
                raise
        return await self._opened(again=False)

    async def _connect(self) -> tuple[AsyncExchange, AsyncIterator[bytes], list[Event]]:
        turn = self._turn
        turn.try_again()
        self._exchange = exchange = await open_exchange_async(turn.call, self._limits)
        try:
            if not _is_reply(exchange.status):
                raise turn.refused(exchange, await error_body_async(exchange))
            turn.begin(exchange)
            chunks = exchange.chunks()
            events: list[Event] = []
            async for data in chunks:
                events += turn.feed(data, exchange.now())
                if turn.begun or self.reply.done:
                    break
        except BaseException:
            await exchange.close()
            raise
        return exchange, chunks, events

    def _now(self) -> float | None:
        return None if self._exchange is None else self._exchange.now()


def _is_reply(status: int) -> bool:
    """Whether an answer with this HTTP status can hold a reply; redirects are never followed."""
    return 200 <= status < 300


class _Joint:
    """Puts the blank line between two text parts that ``reply.text`` has there."""

    def __init__(self) -> None:
        self._index: int | None = None
        self._ends_line = True

    def pieces(self, event: TextDelta) -> Iterator[str]:
        if self._index not in {None, event.index} and not self._ends_line and not event.text.startswith("\n"):
            yield "\n\n"
        self._index, self._ends_line = event.index, event.text.endswith("\n")
        yield event.text
