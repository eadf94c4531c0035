"""Bytes over HTTP: the one file that imports httpx, and the one place its errors become ours.

Each call has a client of its own while it runs, so that the socket it uses is known and a stop from another thread
can wake the reader at any stage. Idle clients are kept and used again: a second call costs no new TLS context and,
where the server keeps the connection open, no new connection.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx

from minimax_nb.errors import ConfigError, MiniMaxError, TransportError
from minimax_nb.transport.exchange import Limits, Stop, Stopped
from minimax_nb.wire.call import Call

_IDLE_KEPT = 4
_SOCKET_MADE = ("connect_tcp.complete", "start_tls.complete")


@cache
def _tls_context() -> ssl.SSLContext:
    """The one TLS context: reading the certificates takes some 65 ms of CPU, so it happens once."""
    return httpx.create_ssl_context()


def _verify(url: str) -> ssl.SSLContext:
    if urlsplit(url).scheme == "https":
        return _tls_context()
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used over plain HTTP; making it reads no certificates


class _Line:
    """A client and the socket it last opened."""

    def __init__(self, url: str) -> None:
        self.origin = _origin(url)
        self.client = httpx.Client(verify=_verify(url))
        self._socket: socket.socket | None = None

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Httpcore's trace hook: remember each new socket."""
        if event.endswith(_SOCKET_MADE):
            self._socket = info["return_value"].get_extra_info("socket")

    def hang_up(self) -> None:
        """Wake whoever reads from the socket, from any thread: closing alone would leave the reader asleep."""
        if self._socket is not None:
            with contextlib.suppress(OSError, ValueError):
                self._socket.shutdown(socket.SHUT_RDWR)


_idle: list[_Line] = []
_idle_lock = threading.Lock()


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _borrow(url: str) -> _Line:
    with _idle_lock:
        for line in reversed(_idle):
            if line.origin == _origin(url):
                _idle.remove(line)
                return line
    return _Line(url)


def _give_back(line: _Line) -> None:
    with _idle_lock:
        _idle.append(line)
        extra = _idle.pop(0) if len(_idle) > _IDLE_KEPT else None
    if extra is not None:
        extra.client.close()


class HttpExchange:
    """An open answer over HTTP."""

    def __init__(self, call: Call, limits: Limits, stop: Stop) -> None:
        self.started = time.monotonic()
        self._call, self._limits, self._stop = call, limits, stop
        self._response: httpx.Response | None = None
        self._read_to_end = False
        with _mapped(call, limits, stop):
            self._line = _borrow(call.url)
            try:
                self._open()
            except BaseException:
                self.close()
                raise

    def _open(self) -> None:
        self._stop.on_stop(self._line.hang_up)
        request = self._line.client.build_request(
            self._call.method,
            self._call.url,
            headers=_headers(self._call),
            content=self._call.sent_body(),
            timeout=self._limits.timeout,
            extensions={"trace": self._trace},
        )
        self._response = self._line.client.send(request, stream=True)
        self.status = self._response.status_code
        self.headers: Mapping[str, str] = dict(self._response.headers)

    def _trace(self, event: str, info: Mapping[str, Any]) -> None:
        self._line.trace(event, info)
        if self._stop.is_set():
            self._line.hang_up()  # a socket that was made in this very moment
            raise Stopped

    def chunks(self) -> Iterator[bytes]:
        """The body as it comes.

        Raises:
            TransportError: The connection broke or fell silent.
            Stopped: Somebody asked to stop.
        """
        assert self._response is not None
        packed = "content-encoding" in self.headers
        with _mapped(self._call, self._limits, self._stop):
            # The response's stream gives the pieces as they come; iter_raw would only count and pass them on.
            yield from self._response.iter_bytes() if packed else self._response.stream  # type: ignore[misc]
            self._read_to_end = True

    def now(self) -> float:
        """Seconds on the system's steady clock."""
        return time.monotonic()

    def close(self) -> None:
        """Let go of the connection; a client whose answer was read to its end is kept for the next call."""
        self._stop.forget()
        response, self._response = self._response, None
        if response is None and not hasattr(self, "_line"):
            return
        if response is not None:
            with contextlib.suppress(Exception):
                response.close()
        line = self.__dict__.pop("_line", None)
        if line is None:
            return
        if self._read_to_end:
            _give_back(line)
        else:
            with contextlib.suppress(Exception):
                line.client.close()


class AsyncHttpExchange:
    """An open answer over HTTP, for coroutines. Made by :func:`open_http_async`."""

    def __init__(self, call: Call, limits: Limits) -> None:
        self.started = time.monotonic()
        self._call, self._limits = call, limits
        self._client = httpx.AsyncClient(verify=_verify(call.url))
        self._response: httpx.Response | None = None
        self.status = 0
        self.headers: Mapping[str, str] = {}

    async def open(self) -> None:
        """Send the call and wait for the head of the answer."""
        with _mapped(self._call, self._limits, None):
            request = self._client.build_request(
                self._call.method,
                self._call.url,
                headers=_headers(self._call),
                content=self._call.sent_body(),
                timeout=self._limits.timeout,
            )
            self._response = await self._client.send(request, stream=True)
        self.status = self._response.status_code
        self.headers = dict(self._response.headers)

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes.

        Raises:
            TransportError: The connection broke or fell silent.
        """
        assert self._response is not None
        packed = "content-encoding" in self.headers
        with _mapped(self._call, self._limits, None):
            async for data in self._response.aiter_bytes() if packed else self._response.aiter_raw():
                yield data

    def now(self) -> float:
        """Seconds on the system's steady clock."""
        return time.monotonic()

    async def close(self) -> None:
        """Let go of the connection."""
        with contextlib.suppress(Exception):
            if self._response is not None:
                await self._response.aclose()
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


@contextlib.contextmanager
def _mapped(call: Call, limits: Limits, stop: Stop | None) -> Iterator[None]:
    """Turn httpx's errors into ours.

    They are raised afresh and from None, and so is an interrupt: frames of the HTTP library hold headers, and a
    traceback that shows local variables must never reach them.
    """
    failure: BaseException
    try:
        yield
        return
    except (MiniMaxError, Stopped, GeneratorExit):
        raise
    except KeyboardInterrupt:
        failure = KeyboardInterrupt()
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError, RuntimeError) as error:
        failure = Stopped() if stop is not None and stop.is_set() else _ours(error, call, limits)
    raise failure from None


def _ours(error: Exception, call: Call, limits: Limits) -> MiniMaxError:
    """Our error for one of the HTTP library's; its text is left out where it could hold a header."""
    host = _host(call.url)
    if isinstance(error, httpx.ConnectTimeout | httpx.ConnectError | httpx.ProxyError):
        reason = "" if isinstance(error, httpx.ConnectTimeout) else f" ({_short(error)})"
        return TransportError(
            f"Could not reach {host}{reason}.",
            hint="Nothing was sent. Check the address (-u, MINIMAX_NB_BASE_URL), the network and any proxy.",
            retryable=host.rpartition(":")[0] not in {"127.0.0.1", "localhost", "[::1]"},
        )
    if isinstance(error, httpx.TimeoutException):
        return TransportError(
            f"{host} was silent for {limits.timeout:g} s, so the call was given up.",
            hint="What had arrived is kept; the service may still have billed it. Chat(timeout=...) waits longer.",
        )
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol | httpx.LocalProtocolError | ValueError):
        return ConfigError(
            f"The call to {host} cannot be sent as it is: the address or a header is not valid HTTP.",
            hint="Look at the base URL, and at the key for stray blanks, line breaks or letters outside ASCII.",
        )
    return TransportError(
        f"The connection to {host} was cut off ({_short(error)}).",
        hint="What had arrived is kept; the service may still have billed it. Send the prompt again to try anew.",
    )


def _host(url: str) -> str:
    """Host and port of an address, or the address itself if it is none."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2] or url
    except ValueError:
        return url


def _short(error: Exception) -> str:
    """A short reason without addresses of objects or headers."""
    text = " ".join(str(error).split())
    return text[:120] if text else type(error).__name__
