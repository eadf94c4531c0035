"""What the replies in notebook files used, from the outputs' metadata. Nothing is run, and nothing read is trusted.

A reply that was shown or copied twice counts once. A value that is not of its kind is unknown, and is counted as such.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, TypeVar

from minimax_nb.chat.entries import Entries
from minimax_nb.chat.entry import Entry, emulated
from minimax_nb.chat.notebook_file import NotebookPath, notebooks_in, path_said, provenances, resolved
from minimax_nb.messages.usage import Usage
from minimax_nb.wire.loose import one_line, whole_of

_T = TypeVar("_T")
_DECIMAL = re.compile(r"[0-9]{1,40}(\.[0-9]{1,40})?(E[+-]?[0-9]{1,2})?", re.ASCII)
_MOST_USD = Decimal(10) ** 9
_VERSION = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6}){1,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class NotebookEntry(Entry):
    """What a reply in a notebook used.

    Attributes:
        file: The notebook's path, as it was named.
        cell: The number of the cell in the notebook; the first one is 1.
    """

    file: str
    cell: int


class NotebookUsage(Entries):
    """What the replies in notebook files used.

    Attributes:
        files: The notebooks' paths, as they were named.
        repeated: How many outputs show a reply that was counted already.
        unreadable: How many values were not of their kind, and are taken as unknown.
        version: The earliest version of the kit that wrote a reply, or "".
    """

    GROUPS: ClassVar[tuple[str, ...]] = ("file", "cell", *Entries.GROUPS[1:])

    def __init__(
        self, files: tuple[str, ...], found: tuple[NotebookEntry, ...], repeated: int, unreadable: int, version: str
    ) -> None:
        self.files, self.repeated, self.unreadable, self.version = files, repeated, unreadable, version
        self._found = found

    @property
    def entries(self) -> tuple[NotebookEntry, ...]:
        """One entry a reply, in the order of the files and of their cells."""
        return self._found

    @property
    def cells(self) -> int:
        """How many cells hold replies."""
        return len({(entry.file, entry.cell) for entry in self._found})

    @property
    def empty(self) -> tuple[str, ...]:
        """The notebooks without a reply that counts."""
        full = {entry.file for entry in self._found}
        return tuple(file for file in self.files if file not in full)

    def to_dict(self, *names: str) -> dict[str, Any]:
        """Everything as plain JSON values; the lines as :meth:`by` groups them, by provider and model if left out."""
        return {
            "files": list(self.files),
            "cells": self.cells,
            "repeated": self.repeated,
            "unreadable": self.unreadable,
            "version": self.version or None,
            "lines": [line.to_dict() for line in (self.by(*names) if names else self.lines)],
            "total": self.total.to_dict(),
        }

    def __repr__(self) -> str:
        return f"<usage of {len(self._found)} replies in {len(self.files)} notebooks>"


def notebook_usage(paths: NotebookPath | Iterable[NotebookPath]) -> NotebookUsage:
    """Total the replies in one or more notebook files. The time it takes grows with their size and no faster.

    Outputs without the metadata of a reply do not count. A reply is known again by the provider, its request id and
    the fingerprint of its prompt; the emulator's ids and those of recordings repeat by themselves, so they all count.

    Args:
        paths: One path or several; ``~`` is the home folder. A file named twice is read once.

    Raises:
        ConfigError: A file is missing, cannot be read, or is no notebook of format 4.
    """
    named = [paths] if isinstance(paths, (str, os.PathLike)) else paths
    files: dict[Path, str] = {}
    for path in named:
        files.setdefault(resolved(path), path_said(path))
    reading = _Reading()
    for path, name in files.items():
        reading.take_in(name, path)
    return NotebookUsage(
        tuple(files.values()),
        tuple(reading.entries),
        reading.repeated,
        reading.unreadable,
        min(reading.versions, key=_version_key, default=""),
    )


class _Reading:
    """What was found so far."""

    def __init__(self) -> None:
        self.entries: list[NotebookEntry] = []
        self.versions: set[str] = set()
        self.repeated = self.unreadable = 0
        self._seen: set[tuple[str, ...]] = set()

    def take_in(self, name: str, path: Path) -> None:
        """Read one more notebook."""
        # What panels show comes last: it is left out where a cell has it.
        for number, said, in_panel in sorted(provenances(name, path), key=lambda found: found[2]):
            if not isinstance(said, dict):
                self.unreadable += 1
                continue
            values = _Values(said)
            entry = _entry(values, name, number)
            if self._known(entry, values.take("prompt_sha256", _text), in_panel=in_panel):
                self.repeated += 1
                continue
            self.entries.append(entry)
            self.unreadable += values.unreadable
            self.versions.update(filter(None, [values.take("version", _version)]))

    def _known(self, entry: NotebookEntry, prompt: str | None, *, in_panel: bool) -> bool:
        """Whether this reply was counted already; it is remembered.

        The emulator and recordings answer two calls under one id; only what a panel shows is then the same reply.
        """
        if entry.request_id is None:
            return False
        identity = (entry.provider, entry.request_id, prompt or "")
        known = identity in self._seen
        self._seen.add(identity)
        return known and (in_panel or not (entry.replayed or emulated(entry.provider)))


class _Values:
    """The values of a JSON object, each read as what it should be."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self._said = said
        self.unreadable = 0

    def take(self, name: str, read: Callable[[Any], _T | None]) -> _T | None:
        """The value, or None where it is missing, or is not what it should be: that is counted."""
        value = self._said.get(name)
        known = None if value is None else read(value)
        self.unreadable += known is None and value is not None
        return known

    def inside(self, name: str) -> _Values:
        """The values of an object that this one holds."""
        return _Values(self.take(name, _mapping) or {})


def _entry(values: _Values, file: str, cell: int) -> NotebookEntry:
    counts, times = values.inside("usage"), values.inside("timing")
    replayed = values.take("replayed", _flag) or False
    cost = values.take("cost", _money)
    entry = NotebookEntry(
        chat="",
        provider=values.take("provider", _text) or "",
        model=values.take("model", _text) or "",
        face=values.take("face", _text) or "",
        usage=_usage(counts),
        cost=Decimal(0) if replayed else cost,
        at_most=values.take("cost_at_most", _flag) or False,
        free=not replayed and cost == 0,
        replayed=replayed,
        partial=values.take("partial", _flag) or False,
        stop_reason=values.take("stop_reason", _text) or None,
        at=None,
        first_token_s=times.take("first_token_s", _seconds),
        total_s=times.take("total_s", _seconds),
        request_id=values.take("request_id", _text) or None,
        file=file,
        cell=cell,
    )
    values.unreadable += counts.unreadable + times.unreadable
    return entry


def _usage(counts: _Values) -> Usage:
    """The counts. A part that is larger than its whole is unknown."""
    sent, came = counts.take("input_tokens", whole_of), counts.take("output_tokens", whole_of)
    known = {
        "input_tokens": sent,
        "cached_tokens": counts.take("cached_tokens", _at_most(sent)),
        "cache_write_tokens": counts.take("cache_write_tokens", _at_most(sent)),
        "output_tokens": came,
        "thinking_tokens": counts.take("thinking_tokens", _at_most(came)),
        "reported_total": counts.take("total_tokens", whole_of),
    }
    told = frozenset(name for name, count in known.items() if count is not None)
    named = counts.take("estimates", _names)  # an older version only said that there are some
    guessed = told if named is None else told & named
    return Usage(**known, estimates=guessed if counts.take("estimated", _flag) else frozenset())


def _at_most(whole: int | None) -> Callable[[Any], int | None]:
    def read(value: object) -> int | None:
        count = whole_of(value)
        return None if count is None or (whole is not None and count > whole) else count

    return read


def _text(value: object) -> str | None:
    return one_line(value, 200) if isinstance(value, str) else None


def _names(value: object) -> frozenset[str] | None:
    return frozenset(value) if isinstance(value, list) and all(isinstance(name, str) for name in value) else None


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _mapping(value: object) -> dict[str, Any] | None:
    return value if isinstance(value, dict) else None


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if 0 <= value < 10**9 and math.isfinite(value) else None


def _money(value: object) -> Decimal | None:
    """USD written as text, as the kit writes it."""
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        return None
    amount = Decimal(value)
    return amount if amount < _MOST_USD else None


def _version(value: object) -> str | None:
    return value if isinstance(value, str) and (_VERSION.fullmatch(value) or value == "unknown") else None


def _version_key(version: str) -> tuple[bool, tuple[int, ...]]:
    """Order of versions; "unknown" is behind all others."""
    known = version != "unknown"
    return not known, tuple(map(int, version.split("."))) if known else ()


__all__ = ["NotebookEntry", "NotebookUsage", "notebook_usage", "notebooks_in"]
