"""A call in, a stream of bytes out: over HTTP, or into the emulator inside the process.

Only this floor waits. Everything above and below is plain functions and folds.
"""

from __future__ import annotations

from minimax_nb.transport.exchange import (
    SCHEME,
    AsyncExchange,
    Exchange,
    Limits,
    Stop,
    Stopped,
    error_body,
    error_body_async,
)
from minimax_nb.transport.retry import can_pass, retrying, retrying_async, tell_tries
from minimax_nb.wire.call import Call

__all__ = [
    "AsyncExchange",
    "Exchange",
    "Limits",
    "Stop",
    "Stopped",
    "can_pass",
    "error_body",
    "error_body_async",
    "fetch_bytes",
    "open_exchange",
    "open_exchange_async",
    "prepare",
    "retrying",
    "retrying_async",
    "tell_tries",
]

FETCH_BYTES = 512_000_000
"""Most bytes of one download: as many as the largest video a service takes (MiniMax's API pages, read 2026-11-20)."""


def prepare(call: Call) -> None:
    """Load what this call needs, on the caller's thread.

    Modules loaded by a short-lived reader thread would fill a memory arena of its own, some 5 MB more a kernel.
    """
    if call.url.startswith(SCHEME):
        import minimax_nb.transport.local
    else:
        import minimax_nb.transport.http  # noqa: F401


def open_exchange(call: Call, limits: Limits, stop: Stop) -> Exchange:
    """Send the call and wait for the head of the answer, whatever its status.

    Raises:
        TransportError: The other side could not be reached, or was silent too long.
        ConfigError: The call cannot be sent as it is.
        Stopped: Somebody asked to stop.
    """
    if call.url.startswith(SCHEME):
        from minimax_nb.transport.local import LocalExchange  # loads the emulator: not needed for HTTP

        return LocalExchange(call, limits, stop)
    from minimax_nb.transport.http import HttpExchange  # loads httpx: not needed for the emulator

    return HttpExchange(call, limits, stop)


async def open_exchange_async(call: Call, limits: Limits) -> AsyncExchange:
    """The same for coroutines; cancelling closes the connection."""
    if call.url.startswith(SCHEME):
        from minimax_nb.transport.local import AsyncLocalExchange

        return AsyncLocalExchange(call, limits)
    from minimax_nb.transport.http import open_http_async

    return await open_http_async(call, limits)


def fetch_bytes(url: str, limits: Limits, most: int = FETCH_BYTES) -> bytes:
    """What stands at an http or https address, downloaded without any key.

    Args:
        url: The address; redirects are followed a few times.
        limits: How long to wait.
        most: Most bytes taken.

    Raises:
        RequestError: It is no such address, nothing stands there, or there is more than ``most`` bytes.
        TransportError: The other side could not be reached, was silent too long, or broke off.
    """
    from minimax_nb.transport.fetch import fetch  # loads httpx: not needed for what is on this computer

    return fetch(url, limits, most)
