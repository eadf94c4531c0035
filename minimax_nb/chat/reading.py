"""One call, waited for: its reply read to the end, for threads and for coroutines."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator
from dataclasses import replace

from minimax_nb.chat.recording import unhurried, unhurried_async
from minimax_nb.chat.round import Round
from minimax_nb.chat.uploads import with_uploads, with_uploads_async
from minimax_nb.errors import MiniMaxError, TransportError
from minimax_nb.messages.events import Event
from minimax_nb.transport import (
    AsyncExchange,
    Exchange,
    Limits,
    Stop,
    Stopped,
    error_body,
    error_body_async,
    retrying,
    retrying_async,
    tell_tries,
)


class _Waiting:
    """What both ways of waiting share."""

    def __init__(self, round_: Round, limits: Limits) -> None:
        self._round = round_
        self._limits = limits if round_.call.stream else replace(limits, whole=True)

    def _on_wait(self, error: BaseException, attempt: int, seconds: float) -> None:
        reason = error.what if isinstance(error, MiniMaxError) else str(error)
        self._round.tell(f"{reason} Waiting {seconds:.1f} s, then try {attempt + 1} of {self._limits.retries + 1}.")


class Reading(_Waiting):
    """Reads the reply to one call.

    Args:
        round_: The call.
        limits: On its waits and tries.
        stop: Ends it from any thread.
    """

    def __init__(self, round_: Round, limits: Limits, stop: Stop) -> None:
        super().__init__(round_, limits)
        self._stop = stop
        self._exchange: Exchange | None = None

    def batches(self) -> Generator[list[Event], None, None]:
        """The events in the batches that the bytes brought: one step of the generator a piece of the answer.

        Raises:
            MiniMaxError: With ``reply`` holding what had arrived.
        """
        round_ = self._round
        try:
            yield from self._read()
            round_.finished(self._now() or 0.0)
        except Stopped:
            round_.interrupted(self._now())
        except (KeyboardInterrupt, GeneratorExit):
            round_.interrupted(self._now())
            raise
        except BaseException as error:
            if isinstance(error, TransportError) and round_.whole_after_all(self._now() or 0.0):
                return
            round_.failed(error, self._now())
            raise
        finally:
            if self._exchange is not None:
                self._exchange.close()
            round_.recorded()

    def _read(self) -> Generator[list[Event], None, None]:
        """The reply's events; tries before the first delivered one are the retry policy's."""
        round_, reply = self._round, self._round.reply
        round_.reserve()
        exchange, chunks, events = self._opened()
        reply.status = ""
        yield events
        feed, now = round_.feed, exchange.now
        exchange.progressed()
        for data in chunks if not reply.done else ():
            if events := feed(data, now()):
                yield events
                if reply.stop_reason is not None:
                    return
                exchange.progressed()
        while events := round_.flush(now()):
            yield events

    def _opened(self, *, again: bool = True) -> tuple[Exchange, Iterator[bytes], list[Event]]:
        """The answer up to its first part, once all that has to be uploaded before has been."""
        round_ = self._round
        sent = with_uploads(
            round_.request, round_.endpoint, self._limits, self._stop, round_.tell, uploading=round_.uploading
        )
        round_.address(sent)
        tries = unhurried(retrying(self._limits, self._stop, self._on_wait, round_.spoilt), round_.asking)
        try:
            return tries(self._connect)
        except MiniMaxError as error:
            if not (again and round_.lost(error)):
                tell_tries(error, tries, self._limits)
                raise
        return self._opened(again=False)

    def _connect(self) -> tuple[Exchange, Iterator[bytes], list[Event]]:
        """Open the answer and read up to its first part, so that an early error can still be tried again."""
        round_ = self._round
        round_.try_again()
        self._exchange = exchange = round_.asking.open(round_.call, self._limits, self._stop)
        try:
            if not _is_reply(exchange.status):
                raise round_.refused(exchange, error_body(exchange))
            round_.begin(exchange)
            chunks = exchange.chunks()
            events: list[Event] = []
            for data in chunks:
                events += round_.feed(data, exchange.now())
                if round_.begun or self._round.reply.done:
                    break
        except BaseException as error:
            round_.left(error)
            exchange.close()  # at once: no connection is held through a wait
            raise
        return exchange, chunks, events

    def _now(self) -> float | None:
        return None if self._exchange is None else self._exchange.now()


class AsyncReading(_Waiting):
    """The same for coroutines."""

    def __init__(self, round_: Round, limits: Limits) -> None:
        super().__init__(round_, limits)
        self._exchange: AsyncExchange | None = None

    async def events(self) -> AsyncGenerator[Event, None]:
        """The events one by one.

        Raises:
            MiniMaxError: With ``reply`` holding what had arrived.
        """
        round_ = self._round
        try:
            async for event in self._read():
                yield event
            round_.finished(self._now() or 0.0)
        except Stopped:  # a recorded reply that was stopped there
            round_.interrupted(self._now())
        except (KeyboardInterrupt, GeneratorExit, asyncio.CancelledError):
            round_.interrupted(self._now())
            raise
        except BaseException as error:
            if isinstance(error, TransportError) and round_.whole_after_all(self._now() or 0.0):
                return
            round_.failed(error, self._now())
            raise
        finally:
            if self._exchange is not None:
                await self._exchange.close()
            round_.recorded()

    async def _read(self) -> AsyncGenerator[Event, None]:
        round_ = self._round
        round_.reserve()
        exchange, chunks, events = await self._opened()
        self._round.reply.status = ""
        for event in events:
            yield event
        exchange.progressed()
        if not self._round.reply.done:
            async for data in chunks:
                if events := round_.feed(data, exchange.now()):
                    for event in events:
                        yield event
                    if self._round.reply.stop_reason is not None:
                        return
                    exchange.progressed()
        while events := round_.flush(exchange.now()):
            for event in events:
                yield event

    async def _opened(self, *, again: bool = True) -> tuple[AsyncExchange, AsyncIterator[bytes], list[Event]]:
        round_ = self._round
        sent = await with_uploads_async(
            round_.request, round_.endpoint, self._limits, round_.tell, uploading=round_.uploading
        )
        round_.address(sent)
        tries = unhurried_async(retrying_async(self._limits, self._on_wait, round_.spoilt), round_.asking)
        try:
            opened: tuple[AsyncExchange, AsyncIterator[bytes], list[Event]] = await tries(self._connect)
            return opened
        except MiniMaxError as error:
            if not (again and round_.lost(error)):
                tell_tries(error, tries, self._limits)
                raise
        return await self._opened(again=False)

    async def _connect(self) -> tuple[AsyncExchange, AsyncIterator[bytes], list[Event]]:
        round_ = self._round
        round_.try_again()
        self._exchange = exchange = await round_.asking.open_async(round_.call, self._limits)
        try:
            if not _is_reply(exchange.status):
                raise round_.refused(exchange, await error_body_async(exchange))
            round_.begin(exchange)
            chunks = exchange.chunks()
            events: list[Event] = []
            async for data in chunks:
                events += round_.feed(data, exchange.now())
                if round_.begun or self._round.reply.done:
                    break
        except BaseException as error:
            round_.left(error)
            await exchange.close()
            raise
        return exchange, chunks, events

    def _now(self) -> float | None:
        return None if self._exchange is None else self._exchange.now()


def _is_reply(status: int) -> bool:
    """Whether an answer with this HTTP status can hold a reply; redirects are never followed."""
    return 200 <= status < 300
