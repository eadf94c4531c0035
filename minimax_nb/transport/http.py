"""Bytes over HTTP; its library's errors become ours in :mod:`~minimax_nb.transport.mapped`.

Each call has a client of its own while it runs, so that the socket it uses is known and a stop from another thread
can wake the reader at any stage. Idle clients are kept and used again: a second call costs no new TLS context and,
where the server keeps the connection open, no new connection.

The library's own time-outs bound each single read. That is not enough: a server that sends a byte now and then would
be read for ever. So what is left of the call's patience bounds each read anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import time
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Iterator, Mapping
from typing import Any

import httpx

from minimax_nb.transport.exchange import Limits, Stop, Stopped
from minimax_nb.transport.lines import Line, borrow, give_back, made
from minimax_nb.transport.mapped import mapped
from minimax_nb.transport.patience import Patience, event_limit, first_limit, upload_limit
from minimax_nb.wire.call import Call


class HttpExchange:
    """An open answer over HTTP."""

    def __init__(self, call: Call, limits: Limits, stop: Stop) -> None:
        self.started = time.monotonic()
        self._call, self._limits, self._stop = call, limits, stop
        self._patience = Patience(limits, len(call.body))
        self._response: httpx.Response | None = None
        self._pieces: Generator[bytes, None, None] | None = None
        self._read_to_end = False
        with mapped(call.url, self._patience, stop, sent=False):
            self._line = borrow(call.url)
            try:
                self._open_again() if self._line.used else self._open()
            except BaseException:
                self.close()
                raise

    def _open_again(self) -> None:
        """Open on a line that was idle. The server may be about to close it: the call then goes over a new one."""
        try:
            self._open()
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError):
            if self._patience.any_heard or self._stop.is_set():
                raise
            with contextlib.suppress(Exception):
                self._line.client.close()
            self._line = Line(self._call.url)
            self._open()

    def _open(self) -> None:
        self._line.patience = self._patience
        self._line.upload_s = upload_limit(self._limits, len(self._call.body))
        self._stop.on_stop(self._line.hang_up)
        request = self._line.client.build_request(
            self._call.method,
            self._call.url,
            headers=_headers(self._call),
            content=self._call.sent_body(),
            timeout=_timeouts(self._limits, self._call),
            extensions={"trace": functools.partial(self._trace, self._line)},
        )
        self._response = self._line.client.send(request, stream=True)
        self.status = self._response.status_code
        self.headers: Mapping[str, str] = dict(self._response.headers)

    def _trace(self, line: Line, event: str, info: Mapping[str, Any]) -> None:
        line.trace(event, info)
        if self._stop.is_set() and "response" not in event:
            line.hang_up()  # a socket that was made in this very moment
            raise Stopped

    def chunks(self) -> Iterator[bytes]:
        """The body as it comes.

        Raises:
            TransportError: The connection broke or fell silent.
            Stopped: Somebody asked to stop.
        """
        self._pieces = self._read()
        return self._pieces

    def _read(self) -> Generator[bytes, None, None]:
        assert self._response is not None
        packed = "content-encoding" in self.headers
        with mapped(self._call.url, self._patience, self._stop, sent=True):
            # The response's stream gives the pieces as they come; iter_raw would only count and pass them on.
            yield from self._response.iter_bytes() if packed else self._response.stream  # type: ignore[misc]
            self._read_to_end = True

    def now(self) -> float:
        """Seconds on the system's steady clock."""
        return time.monotonic()

    def progressed(self) -> None:
        """Something of the reply has come: the wait for more of it begins afresh."""
        self._patience.progressed(time.monotonic())

    def hasten(self) -> None:
        """What is left to read gets no more than the ordinary time limit."""
        self._patience.hasten(time.monotonic())

    def close(self) -> None:
        """Let go of the connection; a client whose answer was read to its end is kept for the next call."""
        self._stop.forget()
        response, self._response = self._response, None
        if self._pieces is not None:
            with contextlib.suppress(Exception):
                self._pieces.close()  # while the client is still there; the garbage collector would come too late
        if response is None and not hasattr(self, "_line"):
            return
        if response is not None:
            with contextlib.suppress(Exception):
                response.close()
        line = self.__dict__.pop("_line", None)
        if line is None:
            return
        if self._read_to_end:
            give_back(line)
        else:
            with contextlib.suppress(Exception):
                line.client.close()


class AsyncHttpExchange:
    """An open answer over HTTP, for coroutines. Made by :func:`open_http_async`."""

    def __init__(self, call: Call, limits: Limits) -> None:
        self.started = time.monotonic()
        self._call, self._limits = call, limits
        self._patience = Patience(limits, len(call.body))
        self._client: httpx.AsyncClient | None = None
        self._response: httpx.Response | None = None
        self._pieces: AsyncGenerator[bytes, None] | None = None
        self.status = 0
        self.headers: Mapping[str, str] = {}

    async def open(self) -> None:
        """Send the call and wait for the head of the answer."""
        size = len(self._call.body)
        longest = self._limits.timeout + upload_limit(self._limits, size) + event_limit(self._limits, size)
        with mapped(self._call.url, self._patience, None, sent=False):
            self._client = client = made(httpx.AsyncClient, self._call.url)
            request = client.build_request(
                self._call.method,
                self._call.url,
                headers=_headers(self._call),
                content=self._call.sent_body(),
                timeout=_timeouts(self._limits, self._call),
            )
            self._patience.left(time.monotonic())
            async with asyncio.timeout(longest):
                self._response = await client.send(request, stream=True)
            self._patience.heard()
            self._patience.progressed(time.monotonic())
        self.status = self._response.status_code
        self.headers = dict(self._response.headers)

    def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes.

        Raises:
            TransportError: The connection broke or fell silent.
        """
        self._pieces = self._read()
        return self._pieces

    async def _read(self) -> AsyncGenerator[bytes, None]:
        assert self._response is not None
        packed = "content-encoding" in self.headers
        patience = self._patience
        with mapped(self._call.url, patience, None, sent=True):
            pieces = self._response.aiter_bytes() if packed else self._response.aiter_raw()
            while True:
                async with asyncio.timeout(max(0.0, patience.left(time.monotonic()))):
                    data = await anext(pieces, None)
                if data is None:
                    return
                yield data

    def now(self) -> float:
        """Seconds on the system's steady clock."""
        return time.monotonic()

    def progressed(self) -> None:
        """Something of the reply has come: the wait for more of it begins afresh."""
        self._patience.progressed(time.monotonic())

    def hasten(self) -> None:
        """What is left to read gets no more than the ordinary time limit."""
        self._patience.hasten(time.monotonic())

    async def close(self) -> None:
        """Let go of the connection."""
        try:
            with contextlib.suppress(Exception):
                if self._pieces is not None:
                    await self._pieces.aclose()
                if self._response is not None:
                    await self._response.aclose()
        finally:  # also when this very wait is cancelled
            with contextlib.suppress(Exception):
                if self._client is not None:
                    await self._client.aclose()


async def open_http_async(call: Call, limits: Limits) -> AsyncHttpExchange:
    """Open an exchange for coroutines."""
    exchange = AsyncHttpExchange(call, limits)
    try:
        await exchange.open()
    except BaseException:
        await exchange.close()
        raise
    return exchange


def _headers(call: Call) -> dict[str, str]:
    return {"accept-encoding": "identity", "user-agent": "minimax_nb", **call.sent_headers()}


def _timeouts(limits: Limits, call: Call) -> httpx.Timeout:
    return httpx.Timeout(limits.timeout, read=first_limit(limits, len(call.body)))
