"""Downloads what stands at an address, for pictures and videos that are to be sent instead of their address.

No key is sent: the call has none, and neither has the HTTP client.
"""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import urljoin, urlsplit, urlunsplit

from minimax_nb.errors import RequestError, TransportError
from minimax_nb.transport.exchange import Limits, Stop
from minimax_nb.transport.http import HttpExchange
from minimax_nb.wire.call import Call

_ACCEPT = (("accept", "image/*, video/*, */*;q=0.5"),)
_REDIRECTS = 5
_MOVED = {301, 302, 303, 307, 308}
_PROGRESS_BYTES = 256 * 1024
"""Bytes after which a download counts as getting on: a server that sends a byte now and then is given up."""


def fetch(url: str, limits: Limits, most: int) -> bytes:
    """What stands at an address. Redirects are followed, at most five, and never from https to http.

    Args:
        url: An http or https address.
        limits: The longest silence is kept to; nothing is sent twice.
        most: Most bytes taken.

    Raises:
        RequestError: It is no such address, nothing stands there, or there is more than ``most`` bytes.
        TransportError: The other side could not be reached, was silent too long, or broke off.
        ConfigError: A proxy in the environment cannot be used.
    """
    name, at = _shown(url), url
    for _ in range(_REDIRECTS + 1):
        _check_address(at, name)
        content, at = _step(at, name, limits, most)
        if content is not None:
            return content
        if url.lower().startswith("https:") and not at.lower().startswith("https:"):
            raise _refused(name, f"leads on to {_shown(at)}, which is no https address")
    raise _refused(name, f"leads on to other addresses more than {_REDIRECTS} times")


def _step(url: str, name: str, limits: Limits, most: int) -> tuple[bytes | None, str]:
    """The content at an address, or None and the address that it leads on to."""
    try:
        exchange = HttpExchange(Call("GET", url, _ACCEPT), limits, Stop())
        try:
            if exchange.status in _MOVED and (target := exchange.headers.get("location")):
                return None, _joined(url, target)
            if not HTTPStatus.OK <= exchange.status < HTTPStatus.MULTIPLE_CHOICES:
                raise _refused(name, f"cannot be downloaded: {_host(url)} answered {_status(exchange.status)}")
            said = exchange.headers.get("content-length", "")
            _check_size(int(said) if said.isdecimal() else 0, name, most)
            return b"".join(_taken(exchange, name, most)), ""
        finally:
            exchange.close()
    except TransportError as error:
        failure = TransportError(
            f"{name} cannot be downloaded: {error.what}", hint="Nothing was sent.", retryable=error.retryable
        )
    raise failure from None


def _taken(exchange: HttpExchange, name: str, most: int) -> Iterator[bytes]:
    total, progress = 0, 0
    for piece in exchange.chunks():
        total += len(piece)
        _check_size(total, name, most)
        if total - progress >= _PROGRESS_BYTES:
            progress = total
            exchange.progressed()
        yield piece


def _joined(url: str, target: str) -> str:
    """Where a redirect leads; an address that is none is left as it is, to be refused."""
    try:
        return urljoin(url, target)
    except ValueError:
        return target


def _check_address(url: str, name: str) -> None:
    """Let an http or https address with a host through."""
    try:
        parts = urlsplit(url)
        sound = parts.scheme.lower() in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        raise _refused(name, "cannot be downloaded: it is, or leads on to, no http address")


def _check_size(size: int, name: str, most: int) -> None:
    if size > most:
        raise _refused(name, f"has more than {most:,} bytes, and no more are taken")


def _refused(name: str, reason: str) -> RequestError:
    return RequestError(f"{name} {reason}.", hint="Nothing was sent.")


def _status(status: int) -> str:
    try:
        return f"{status} ({HTTPStatus(status).phrase})"
    except ValueError:
        return str(status)


def _host(url: str) -> str:
    return urlsplit(url).netloc.rpartition("@")[2]


def _shown(url: str) -> str:
    """An address for people: without its query, which may hold a signature, and without a password."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url.partition("?")[0]
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
