"""Where the bytes of a file lie while they arrive from the page, and what the file is called.

Small files stay in memory. Larger ones go into a private folder of this process's user, under numbers: a name that a
page sends is shown, and never used as a path.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import tempfile
import unicodedata
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from minimax_nb.prompt.media.kinds import HEAD

SMALL = 8_000_000
"""Bytes up to which a file is kept in memory."""

LONGEST_NAME = 80
_LONGEST_ENDING = 8
_SPARE = 200_000_000
"""Bytes of the disk that are left free."""

_UNSEEN = frozenset({"Cc", "Cs", "Cn", "Zl", "Zp"})
_TURNING = frozenset(map(chr, (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))))
"""Signs that turn the direction of writing, so that "gpj.exe" could be read as "exe.jpg"."""


def clean_name(name: object, otherwise: str) -> str:
    """What to call a file: the last part of its name, on one line, at most 80 characters, its ending kept.

    Args:
        name: What the page says, which may be anything.
        otherwise: What to call it if nothing is left.
    """
    last = re.split(r"[/\\]", name)[-1] if isinstance(name, str) else ""
    seen = "".join(" " if sign.isspace() else sign for sign in last if sign.isspace() or not _hidden(sign))
    flat = " ".join(seen.split())
    if not flat.strip(". "):
        return otherwise
    if len(flat) <= LONGEST_NAME:
        return flat
    stem, dot, ending = flat.rpartition(".")
    tail = f"{dot}{ending}" if stem and len(ending) < _LONGEST_ENDING else ""
    return f"{flat[: LONGEST_NAME - 1 - len(tail)]}…{tail}"


def _hidden(sign: str) -> bool:
    return sign in _TURNING or unicodedata.category(sign) in _UNSEEN


_for_good: list[object] = []


def keep_for_good(owner: object) -> None:
    """Keep an object, and with it the file that it owns, until the process ends."""
    if not any(kept is owner for kept in _for_good):
        _for_good.append(owner)


class Folder:
    """A folder for large files: made when it is first needed, removed with this object or with the process.

    A file may be given to an object. It then lasts as long as that object does, and so does the folder.
    """

    def __init__(self) -> None:
        self._numbers = count(1)
        self._place: _Place | None = None
        self._close: Callable[[], object] = _nothing

    def has_room(self, size: int) -> bool:
        """Whether the disk takes so many bytes more and is not full then."""
        try:
            return shutil.disk_usage(tempfile.gettempdir()).free >= size + _SPARE
        except OSError:
            return True  # a disk that does not say what it has; writing will show

    def new(self) -> Path:
        """The path of a new file, which is not there yet.

        Raises:
            OSError: No folder can be made.
        """
        if self._place is None:
            self._place = _Place(Path(tempfile.mkdtemp(prefix="minimax-nb-")))
            self._close = weakref.finalize(self, self._place.close)
        return self._place.path / str(next(self._numbers))

    def give(self, path: Path, owner: object) -> None:
        """Let a file last as long as an object. After :meth:`close` the file is gone, and there is nothing to give."""
        if self._place is not None:
            self._place.given.add(path)
            weakref.finalize(owner, self._place.remove, path)

    def remove(self, path: Path) -> None:
        """Remove a file that was given to nobody."""
        _unlink(path)

    def close(self) -> None:
        """Remove the folder, but for what was given away. A new one is made if another file comes."""
        self._close()
        self._place, self._close = None, _nothing


@dataclass(slots=True)
class _Place:
    """A folder on the disk, and which of its files were given away."""

    path: Path
    given: set[Path] = field(default_factory=set)
    closed: bool = False

    def remove(self, path: Path) -> None:
        self.given.discard(path)
        _unlink(path)
        if self.closed:
            self._remove_folder()

    def close(self) -> None:
        self.closed = True
        with contextlib.suppress(OSError):  # somebody tidied up
            for path in self.path.iterdir():
                if path not in self.given:
                    _unlink(path)
        self._remove_folder()

    def _remove_folder(self) -> None:
        if not self.given:
            with contextlib.suppress(OSError):
                self.path.rmdir()


def _unlink(path: Path) -> None:
    with contextlib.suppress(OSError):  # in use by another program, or gone
        path.unlink()


def _nothing() -> None:
    """There is no folder to close."""


@dataclass(slots=True)
class Content:
    """The bytes of a file as far as they have come.

    Attributes:
        size: How many there will be.
        path: The file they go to, or None for memory.
        come: How many there are.
    """

    size: int
    path: Path | None = None
    come: int = 0
    _held: bytearray = field(default_factory=bytearray, repr=False)

    @property
    def whole(self) -> bool:
        """Whether all have come."""
        return self.come == self.size

    def add(self, data: bytes) -> None:
        """Put more bytes behind those that have come.

        Raises:
            OSError: They cannot be written.
        """
        if self.path is None:
            self._held += data
        else:
            with self.path.open("ab") as file:
                file.write(data)
        self.come += len(data)

    def head(self) -> bytes:
        """The first bytes, enough to tell what the file is.

        Raises:
            OSError: They cannot be read.
        """
        if self.path is None:
            return bytes(self._held[:HEAD])
        with self.path.open("rb") as file:
            return file.read(HEAD)

    def taken(self) -> bytes:
        """All bytes, which are not kept here any longer.

        Raises:
            OSError: They cannot be read.
        """
        data = bytes(self._held) if self.path is None else self.path.read_bytes()
        self._held = bytearray()
        return data
