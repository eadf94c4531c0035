"""Local files: found, checked to be files, and read no further than wanted; and how a bad one is spoken of."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import math
import os
import re
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote_to_bytes, urlsplit

from minimax_nb.catalog.nearest import did_you_mean
from minimax_nb.errors import RequestError

_BLOCK = 3 << 18
"""Bytes read at a time; a multiple of three, so that base64 of the pieces joins without padding."""

_LOOKED_AT = 5000
"""Most names of a folder among which a similar one is looked for."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_LONGEST_NAME = 80


def refused(name: str, reason: str, hint: str = "") -> RequestError:
    """The error for a picture or video that is not sent: one sentence with its name and the reason, then what to do."""
    return RequestError(f"{short(name)} {reason}.", hint=hint)


def short(name: str) -> str:
    """A name for a message: on one line, and cut if it is very long."""
    flat = " ".join(name.split())
    return flat if len(flat) <= _LONGEST_NAME else flat[: _LONGEST_NAME - 1] + "…"


def said_bytes(size: int) -> str:
    """A size for people: "812 bytes", "3.4 MB"; decimal, as the services count."""
    if size < 1000:
        return f"{size} bytes"
    return f"{size / 1000:.3g} kB" if size < 999_500 else f"{size / 1_000_000:,.1f} MB"


def clock(seconds: float) -> str:
    """A time for people: "0:03.20", "1:02:03.50"."""
    hundredths = math.floor(seconds * 100 + 0.5)
    minutes, rest = divmod(hundredths, 6000)
    hours, minutes = divmod(minutes, 60)
    tail = f"{rest // 100:02}.{rest % 100:02}"
    return f"{hours}:{minutes:02}:{tail}" if hours else f"{minutes}:{tail}"


def is_url(text: str) -> bool:
    """Whether a text is an address that a service can fetch, or names a file uploaded before."""
    return text.lower().startswith(("http://", "https://", "mm_file://"))


def url_name(url: str) -> str:
    """What to call what stands at an address: its last part. Queries and passwords are not shown."""
    parts = urlsplit(url)
    last = parts.path.rstrip("/").rpartition("/")[2]
    return short(unquote_to_bytes(last).decode("utf-8", "replace") or parts.hostname or "address")


def local_path(text: str, what: str) -> Path:
    """The path that a text or path names, ``~`` filled in.

    Raises:
        RequestError: It is an address of a kind that nobody here can read.
    """
    scheme = _SCHEME.match(text)
    if scheme:
        hint = "Give an http or https address, a path, or the bytes."
        raise refused(text.partition("?")[0], f"is an address of a kind that {what} cannot be read from", hint)
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells whether a file was changed: its time of change in nanoseconds and its size in bytes."""

    mtime_ns: int
    size: int


def stamp(path: Path, name: str) -> Stamp:
    """The stamp of a regular file.

    Raises:
        RequestError: There is no such file, or it is no regular file: a folder, a pipe, a device.
    """
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise refused(str(path), "was not found", _similar(path)) from None
    except (OSError, ValueError) as fault:
        raise _unreadable(path, fault) from None
    if stat.S_ISDIR(found.st_mode):
        raise refused(name, "is a folder", "Name one file in it.")
    if not stat.S_ISREG(found.st_mode):
        raise refused(name, "is a pipe or a device, not a file", "Save its content to a file, or give the bytes.")
    if found.st_size == 0:
        raise refused(name, "is empty: it has 0 bytes")
    return Stamp(found.st_mtime_ns, found.st_size)


def open_file(path: Path) -> BinaryIO:
    """The file, open for reading bytes.

    Raises:
        RequestError: It may not be read, or is in use by another program.
    """
    try:
        return path.open("rb")
    except OSError as fault:
        raise _unreadable(path, fault) from None


def read(path: Path, most: int | None = None) -> bytes:
    """The content of a file, or no more than its first ``most`` bytes.

    Raises:
        RequestError: It cannot be read.
    """
    with open_file(path) as file:
        try:
            return file.read(-1 if most is None else most)
        except OSError as fault:
            raise _unreadable(path, fault) from None


@dataclass(frozen=True, slots=True)
class Digest:
    """A content's hash and size, and its base64 if that was wanted."""

    sha256: str
    size: int
    base64: bytes = b""


def digest(origin: Path | bytes, size: int, *, encode: bool, blank: Sequence[tuple[int, int]] = ()) -> Digest:
    """Hash a content, and make its base64 if wanted, in one pass and without ever holding a file whole.

    The base64 is written into a buffer of the final length, so that the peak is little more than the base64 itself.

    Args:
        origin: The file, or the content.
        size: Its length in bytes; a file that has another one by now is refused.
        encode: Whether its base64 is wanted.
        blank: Boxes of an MP4 that are to be sent empty, from and to which byte: each becomes free space.

    Raises:
        RequestError: The file cannot be read, or is being changed.
    """
    seen, total, out = hashlib.sha256(), 0, io.BytesIO()
    if encode:
        out.seek(-(-size // 3) * 4 - 1)
        out.write(b"=")
        out.seek(0)
    for block in _blocks(origin):
        bare = _blanked(block, total, blank)
        total += len(block)
        if total > size:
            break
        seen.update(bare)
        if encode:
            out.write(binascii.b2a_base64(bare, newline=False))
    if total != size:
        name = origin.name if isinstance(origin, Path) else "The video"
        raise refused(name, "was changed while it was read", "Wait until it is written, then send it again.")
    return Digest(seen.hexdigest(), size, out.getvalue())


def data_url(url: str, name: str) -> bytes:
    """The bytes that a data URL holds, as base64 or percent-encoded.

    Raises:
        RequestError: It has no comma, or its base64 is broken.
    """
    head, comma, body = url.partition(",")
    if not comma:
        raise refused(name, "is a data URL without a comma, so it holds nothing")
    raw = unquote_to_bytes(body)
    if not head.lower().rstrip().endswith(";base64"):
        return raw
    try:
        return base64.b64decode(b"".join(raw.replace(b"-", b"+").replace(b"_", b"/").split()), validate=True)
    except binascii.Error:
        raise refused(name, "is a data URL whose base64 is broken") from None


def _blocks(origin: Path | bytes) -> Iterator[bytes]:
    with open_file(origin) if isinstance(origin, Path) else io.BytesIO(origin) as file:
        try:
            while block := file.read(_BLOCK):
                yield block
        except OSError as fault:
            raise _unreadable(origin if isinstance(origin, Path) else Path(), fault) from None


def _blanked(block: bytes, at: int, boxes: Sequence[tuple[int, int]]) -> bytes:
    """A block that begins at byte ``at`` of a file, with what lies in the boxes blanked."""
    touched = [(start, end) for start, end in boxes if start < at + len(block) and end > at]
    if not touched:
        return block
    copy = bytearray(block)
    for start, end in touched:
        blank = start + 4, b"free" + bytes(end - start - 8)
        low, high = max(blank[0], at), min(end, at + len(block))
        if low < high:
            copy[low - at : high - at] = blank[1][low - blank[0] : high - blank[0]]
    return bytes(copy)


def _similar(path: Path) -> str:
    """What to do about a missing file: the nearest name in its folder, or that the folder is missing too."""
    folder = path.parent
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in islice(entries, _LOOKED_AT)]
    except OSError:
        return f"There is no folder {short(str(folder))}."
    near = did_you_mean(path.name, names)
    return near or f"The folder looked in is {short(str(folder.absolute()))}."


def _unreadable(path: Path, fault: Exception) -> RequestError:
    if isinstance(fault, PermissionError):
        return refused(str(path), "may not be read", "It belongs to someone else, or another program has it open.")
    reason = getattr(fault, "strerror", None) or str(fault) or type(fault).__name__
    hint = "Text that is base64 needs data:image/png;base64, before it." if len(str(path)) > 255 else ""
    return refused(str(path), f"cannot be read: {reason.lower()}", hint)
