"""Base URLs: whether one is usable, and what it means."""

from __future__ import annotations

from urllib.parse import urlsplit

IN_PROCESS = "emulator:"


def address_complaint(url: str) -> str:
    """What is wrong with a base URL, as "expected ...", or "" if nothing is.

    The URL itself is no part of the answer: it may hold a password.
    """
    if url.startswith(IN_PROCESS):
        return "" if url.startswith(f"{IN_PROCESS}/") else f"expected {IN_PROCESS}/PATH"
    try:
        split = urlsplit(url)
        host, _ = split.hostname, split.port
    except ValueError:
        return "expected http://HOST:PORT/PATH or https://HOST/PATH, with a number as port"
    expectations = (
        (split.scheme in {"http", "https"}, "an address that begins with http:// or https://"),
        (bool(host) and not any(char.isspace() for char in url), "a host after http:// or https://, and no spaces"),
        ("@" not in split.netloc, "an address without a user name or password"),
        (not split.query and not split.fragment, "an address without ? or #"),
    )
    return next((f"expected {what}" for met, what in expectations if not met), "")


def with_scheme(url: str) -> str:
    """A likely right form of an address typed without its scheme: http for this computer, https elsewhere."""
    bare = url.split("://", 1)[-1].lstrip("/:")
    host = bare.split("/", 1)[0].rsplit(":", 1)[0]
    here = host in {"localhost", "0.0.0.0", "[::1]"} or host.startswith(("127.", "10.", "192.168."))  # noqa: S104
    return f"{'http' if here else 'https'}://{bare}"


def path_of(url: str) -> str:
    """The path of a base URL without a slash at its end ("" for a bare host)."""
    path = url.removeprefix(IN_PROCESS) if url.startswith(IN_PROCESS) else urlsplit(url).path
    return path.rstrip("/")


def with_path(url: str, path: str) -> str:
    """The URL with another path."""
    if url.startswith(IN_PROCESS):
        return IN_PROCESS + path
    split = urlsplit(url)
    return f"{split.scheme}://{split.netloc}{path}"
