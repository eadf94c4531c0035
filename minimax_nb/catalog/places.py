"""Places in a TOML file: how they are written, and on which line they stand.

The standard library's reader gives values without positions. This one gives positions without values: it walks over
text that reader has already taken, so it need not judge, and what it cannot follow has the line of what encloses it.
"""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Sequence
from contextlib import suppress

Place = tuple[str | int, ...]
"""Names and list positions from the top of the file down."""

_BARE = re.compile(r"[\w-]+", re.ASCII)
_GAP = re.compile(r"(?:[ \t\r\n,]|#[^\n]*)*")
_PLAIN = re.compile(r"[^,\]}#\n]+")
_STRING = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})' r"|'''.*?'''(?:'{0,2})" r'|"(?:[^"\\\n]|\\.)*"' r"|'[^'\n]*'",
    re.DOTALL,
)


def dotted(place: Sequence[str | int]) -> str:
    """A place as TOML writes it: names joined by dots, quoted where they need it, list positions in brackets."""
    at = ""
    for step in place:
        if isinstance(step, int):
            at += f"[{step}]"
        else:
            word = step if _BARE.fullmatch(step) else f'"{step}"'
            at += f".{word}" if at else word
    return at


def line_of(text: str, place: Sequence[str | int]) -> int | None:
    """The line that a place of this TOML text stands on, or that of the nearest thing around it; the first is 1.

    None if the text has nothing of it: not even its table.
    """
    walk = _Walk(text)
    with suppress(ValueError, RecursionError):  # what was found until there still holds
        walk.all()
    known = (walk.lines.get(tuple(place[:depth])) for depth in range(len(place), 0, -1))
    return next(filter(None, known), None)


class _Walk:
    """One way through a text, noting the line of every place it comes by."""

    def __init__(self, text: str) -> None:
        self.lines: dict[Place, int] = {}
        self._text, self._at = text, 0
        self._ends = [found.start() for found in re.finditer("\n", text)]
        self._lists: dict[Place, int] = {}

    def all(self) -> None:
        """Walk to the end.

        Raises:
            ValueError: The text goes on, or ends, as it should not.
        """
        table: Place = ()
        self._skip()
        while self._at < len(self._text):
            if self._take("[["):
                table = self._header(rows=True)
                self._expect("]]")
            elif self._take("["):
                table = self._header(rows=False)
                self._expect("]")
            else:
                self._pair(table)
            self._skip()

    def _header(self, *, rows: bool) -> Place:
        """The place that a header leads to: of a list of tables its last one, or with ``rows`` a new one."""
        start, names = self._at, self._names()
        place: Place = ()
        for depth, name in enumerate(names):
            place = (*place, name)
            self._note(place, start)
            if rows and depth == len(names) - 1:
                self._lists[place] = self._lists.get(place, -1) + 1
            if place in self._lists:
                place = (*place, self._lists[place])
                self._note(place, start)
        return place

    def _pair(self, table: Place) -> None:
        start = self._at
        place = table
        for name in self._names():
            place = (*place, name)
            self._note(place, start)
        self._expect("=")
        self._value(place)

    def _value(self, place: Place) -> None:
        self._skip()
        if self._take("["):
            self._skip()
            index = 0
            while not self._take("]"):
                self._note((*place, index), self._at)
                self._value((*place, index))
                self._skip()
                index += 1
        elif self._take("{"):
            self._skip()
            while not self._take("}"):
                self._pair(place)
                self._skip()
        elif found := _STRING.match(self._text, self._at) or _PLAIN.match(self._text, self._at):
            self._at = found.end()
        else:
            raise ValueError("no value")

    def _names(self) -> list[str]:
        """A dotted key."""
        self._skip()
        names = [self._name()]
        self._skip()
        while self._take("."):
            self._skip()
            names.append(self._name())
            self._skip()
        return names

    def _name(self) -> str:
        if bare := _BARE.match(self._text, self._at):
            self._at = bare.end()
            return bare[0]
        quoted = _STRING.match(self._text, self._at)
        if quoted is None:
            raise ValueError("no key")
        self._at = quoted.end()
        return str(tomllib.loads(f"name = {quoted[0]}")["name"])

    def _note(self, place: Place, at: int) -> None:
        self.lines.setdefault(place, bisect_right(self._ends, at - 1) + 1)

    def _skip(self) -> None:
        """Over white space, comments and commas."""
        found = _GAP.match(self._text, self._at)
        self._at = found.end() if found else self._at

    def _take(self, sign: str) -> bool:
        if not self._text.startswith(sign, self._at):
            return False
        self._at += len(sign)
        return True

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise ValueError(f"no {sign}")
