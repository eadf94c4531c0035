"""Errors of the HTTP library as ours, in words for people."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx

from minimax_nb.errors import ConfigError, MiniMaxError, TransportError, WireError
from minimax_nb.transport.exchange import Stop, Stopped
from minimax_nb.transport.patience import Patience

_KEPT = "What had arrived is kept; the service may still have billed it. Send the prompt again to try anew."
_ELSEWHERE = "Check the address (-u, MINIMAX_NB_BASE_URL): its port may belong to another program, or want https://."


_LIBRARY = (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, OSError, ValueError, ArithmeticError, RuntimeError)


@contextlib.contextmanager
def mapped(url: str, patience: Patience, stop: Stop | None, *, sent: bool) -> Iterator[None]:
    """Turn the HTTP library's errors into ours.

    They are raised afresh and from None, and so is an interrupt: frames of the HTTP library hold headers, and a
    traceback that shows local variables must never reach them.

    Args:
        url: Where the call goes.
        patience: The waits of the call, to tell which of them was too long.
        stop: A stop that may be the true cause.
        sent: Whether the head of an answer has come, so that the fault cannot be the request's.
    """
    failure: BaseException
    try:
        yield
        return
    except (MiniMaxError, Stopped, GeneratorExit):
        raise
    except KeyboardInterrupt:
        failure = KeyboardInterrupt()
    except (*_LIBRARY, ExceptionGroup) as error:
        failure = Stopped() if stop is not None and stop.is_set() else _ours(_first(error), url, patience, sent=sent)
    raise failure from None


def _first(error: Exception) -> Exception:
    """The error itself, or the first of a group: the library for coroutines tries several addresses side by side."""
    while isinstance(error, ExceptionGroup):
        error = error.exceptions[0]
    return error


def _ours(error: Exception, url: str, patience: Patience, *, sent: bool) -> MiniMaxError:
    """Our error for one of the HTTP library's; its text is left out where it could hold a header."""
    host = host_of(url)
    if isinstance(error, httpx.ConnectTimeout | httpx.ConnectError | httpx.ProxyError):
        return TransportError(
            f"Could not reach {host} ({_why_not(error)}).",
            hint="Nothing was sent. Check the address (-u, MINIMAX_NB_BASE_URL), the network and any proxy.",
            retryable=host.rpartition(":")[0] not in {"127.0.0.1", "localhost", "[::1]"} and not _is_tls(error),
        )
    if isinstance(error, httpx.WriteTimeout):
        return TransportError(f"{host} did not take the request in time.", hint="Chat(timeout=...) waits longer.")
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return patience.over(host, time.monotonic())
    if isinstance(error, httpx.DecodingError):
        return WireError(f"The answer of {host} is packed in a way that cannot be unpacked.", hint=_ELSEWHERE)
    if not sent and isinstance(
        error, httpx.InvalidURL | httpx.UnsupportedProtocol | httpx.LocalProtocolError | ValueError
    ):
        return ConfigError(
            f"The call to {host} cannot be sent as it is: the address or a header is not valid HTTP.",
            hint="Look at the base URL, and at the key for stray blanks, line breaks or letters outside ASCII.",
        )
    return _broken(error, host)


def _broken(error: Exception, host: str) -> TransportError:
    """The error for a connection that broke once the request was on its way."""
    said = str(error)
    if isinstance(error, httpx.RemoteProtocolError):
        if "without sending a response" in said:
            return TransportError(f"The connection to {host} was cut off before any answer came.", hint=_KEPT)
        if "peer closed connection" not in said:
            return TransportError(f"What {host} answered is not HTTP.", hint=_ELSEWHERE, retryable=False)
        return TransportError(f"The connection to {host} was cut off in the middle of its answer.", hint=_KEPT)
    return TransportError(f"The connection to {host} was cut off ({_reason(error)}).", hint=_KEPT)


def _why_not(error: Exception) -> str:
    """Why there is no connection."""
    if isinstance(error, httpx.ConnectTimeout):
        return "no answer in time"
    if isinstance(error, httpx.ProxyError):
        return "the proxy refused"
    return _reason(error)


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what it came from."""
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _is_tls(error: Exception) -> bool:
    return any(isinstance(cause, ssl.SSLError) for cause in _causes(error))


def _reason(error: Exception) -> str:
    """A short reason in plain words, without addresses of objects or headers."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return "its certificate is not trusted"
        if isinstance(cause, ssl.SSLError):
            return "no secure connection could be made; the port may not speak https"
        if isinstance(cause, socket.gaierror):
            return "no such host"
        if isinstance(cause, ConnectionResetError | BrokenPipeError):
            return "reset by the other side"
        if isinstance(cause, OSError) and cause.strerror:
            return cause.strerror.lower()
    return "the network failed"


def host_of(url: str) -> str:
    """Host and port of an address, or the address itself if it is none."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2] or url
    except ValueError:
        return url
