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
    "open_exchange",
    "open_exchange_async",
    "prepare",
    "retrying",
    "retrying_async",
    "tell_tries",
]


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
