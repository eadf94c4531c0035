"""HTTP clients, one for each call under way: their sockets, their proxies, and the idle ones that are used again."""

from __future__ import annotations

import atexit
import contextlib
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx

from minimax_nb.errors import ConfigError
from minimax_nb.transport.patience import Patience

_IDLE_KEPT = 4
_UPLOAD_PIECE = 256 * 1024
_PROXIES = frozenset({"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"})
_C = TypeVar("_C", httpx.Client, httpx.AsyncClient)
_SOCKET_MADE = ("connect_tcp.complete", "start_tls.complete")


@cache
def tls_context() -> ssl.SSLContext:
    """The one TLS context: reading the certificates takes some 65 ms of CPU, so it happens once."""
    return httpx.create_ssl_context()


def _verify(url: str) -> ssl.SSLContext:
    if urlsplit(url).scheme == "https":
        return tls_context()
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # never used over plain HTTP; making it reads no certificates


def _is_loopback(url: str) -> bool:
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.port == 0:
        raise ValueError(url)  # as any other port that cannot be one, which urlsplit refuses itself
    return host in {"localhost", "::1"} or host.startswith("127.")


def made(kind: type[_C], url: str) -> _C:
    """A client for this address. This computer is reached without a proxy, whatever the environment says.

    Raises:
        ConfigError: A proxy in the environment cannot be used.
    """
    verify, loopback = _verify(url), _is_loopback(url)
    try:
        return kind(verify=verify, trust_env=not loopback)
    except (ImportError, ValueError, httpx.InvalidURL) as error:
        missing = isinstance(error, ImportError)
    named = [name for name in os.environ if name.upper() in _PROXIES and os.environ[name]]
    raise ConfigError(
        f"The proxy in {' or '.join(sorted(named)) or 'the environment'} cannot be used.",
        hint='A SOCKS proxy needs one more package: pip install "httpx[socks]".'
        if missing
        else "It must be an address such as http://proxy.example:3128.",
    )


class Line:
    """A client, the socket it last opened, and the patience of the call that uses it."""

    def __init__(self, url: str) -> None:
        self.origin = _origin(url)
        self.client = made(httpx.Client, url)
        self.patience: Patience | None = None
        self.upload_s = 0.0
        self.used = False
        self._socket: socket.socket | None = None

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Httpcore's trace hook: remember each new socket, and have its reads watched."""
        if event.endswith(_SOCKET_MADE):
            stream = info["return_value"]
            self._socket = stream.get_extra_info("socket")
            stream.read, stream.write = self._watched_read(stream.read), self._watched_write(stream.write)

    def _watched_read(self, read: Callable[..., bytes]) -> Callable[..., bytes]:
        def watched(max_bytes: int, timeout: float | None = None) -> bytes:
            patience = self.patience
            if patience is None:
                return read(max_bytes, timeout=timeout)
            left = patience.left(time.monotonic())
            if left <= 0:
                raise TimeoutError
            data = read(max_bytes, timeout=left)
            if data:
                patience.heard()
            return data

        return watched

    def _watched_write(self, write: Callable[..., None]) -> Callable[..., None]:
        def watched(buffer: bytes, timeout: float | None = None) -> None:
            if len(buffer) <= _UPLOAD_PIECE or timeout is None:
                write(buffer, timeout=timeout)
                return
            ends = time.monotonic() + self.upload_s
            for start in range(0, len(buffer), _UPLOAD_PIECE):
                if (left := ends - time.monotonic()) <= 0:
                    raise httpx.WriteTimeout("")
                write(buffer[start : start + _UPLOAD_PIECE], timeout=min(timeout, left))

        return watched

    def hang_up(self) -> None:
        """Wake whoever reads from the socket, from any thread: closing alone would leave the reader asleep."""
        if self._socket is not None:
            with contextlib.suppress(OSError, ValueError):
                self._socket.shutdown(socket.SHUT_RDWR)


_idle: list[Line] = []
_idle_lock = threading.Lock()


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def borrow(url: str) -> Line:
    """An idle line to this address, or a new one.

    Raises:
        ConfigError: A proxy in the environment cannot be used.
    """
    with _idle_lock:
        for line in reversed(_idle):
            if line.origin == _origin(url):
                _idle.remove(line)
                return line
    return Line(url)


def give_back(line: Line) -> None:
    """Keep a line whose answer was read to its end for the next call to the same place."""
    line.patience, line.used = None, True
    with _idle_lock:
        _idle.append(line)
        extra = _idle.pop(0) if len(_idle) > _IDLE_KEPT else None
    if extra is not None:
        extra.client.close()


@atexit.register
def close_idle() -> None:
    """Close the clients nobody uses; sockets left to the garbage collector would be warned of."""
    with _idle_lock:
        idle, _idle[:] = list(_idle), []
    for line in idle:
        line.client.close()
