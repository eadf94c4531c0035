"""Refuse every connection and look-up that would leave this computer.

It hangs on Python's audit events, so it needs no import of ``socket``, sees every library that goes through it, and
costs nothing while bytes flow. The standard library alone is imported here: a kernel or a command under test loads
this file before anything else.
"""

from __future__ import annotations

import sys

LOG_VARIABLE = "CLOSED_NETWORK_LOG"
"""Environment variable with a file to which each refused attempt is added, one a line."""

attempts: list[str] = []
"""What was refused in this process so far, also where the code under test swallowed the error."""

_NAMES = {"", "localhost", "ip6-localhost", "ip6-loopback", "localhost.localdomain"}
_log: list[str] = []
_closed: list[bool] = []


class NetworkClosedError(OSError):
    """A test tried to leave this computer."""


def is_loopback(host: object) -> bool:
    """Whether an address or a name can only mean this computer."""
    import ipaddress
    import socket

    if host is None:
        return True
    name = host.decode("idna" if host.isascii() else "utf-8") if isinstance(host, bytes) else str(host)
    name = name.lower().rstrip(".")
    if name in _NAMES or name.endswith(".localhost") or name in {socket.gethostname().lower(), "<broadcast>"}:
        return True
    try:
        address = ipaddress.ip_address(name.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback or address.is_unspecified)


def close(log: str | None = None) -> None:
    """Close the network of this process for good; a second call changes nothing but the log."""
    _log[:] = [log] if log else []
    if not _closed:
        _closed.append(True)
        sys.addaudithook(_audit)


def _refuse(event: str, host: object) -> None:
    import socket

    if str(host).lower().rstrip(".").endswith(".invalid"):  # RFC 2606: never exists, so this is what DNS would say
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
    what = f"{event} {host!r}"
    attempts.append(what)
    for path in _log:
        with open(path, "a", encoding="utf-8") as file:  # noqa: PTH123 - no pathlib in every child's start-up
            file.write(f"{sys.argv[:1]}: {what}\n")
    raise NetworkClosedError(f"Tests may not leave this computer: {what} was refused. Use a loopback server.")


def _address(event: str, args: tuple[object, ...]) -> None:
    sock, address = args[0], args[1] if len(args) > 1 else None
    family = getattr(sock, "family", None)
    if getattr(family, "name", "") in {"AF_INET", "AF_INET6"} and isinstance(address, tuple) and address:
        host = address[0]
        if not is_loopback(host):
            _refuse(event, host)


def _name(event: str, args: tuple[object, ...]) -> None:
    host = args[0] if args else None
    if isinstance(host, tuple):
        host = host[0]
    if not is_loopback(host):
        _refuse(event, host)


_CHECKS = {
    "socket.connect": _address,
    "socket.sendto": _address,
    "socket.sendmsg": _address,
    "socket.getaddrinfo": _name,
    "socket.gethostbyname": _name,
    "socket.gethostbyaddr": _name,
}


def _audit(event: str, args: tuple[object, ...]) -> None:
    check = _CHECKS.get(event)
    if check is not None:
        check(event, args)
