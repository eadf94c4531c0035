r"""Finding what of a growing Markdown text is finished, so that a painter can freeze it and only change the rest.

A block ends at a blank line outside fences and display maths, once the line after it shows that something else
begins: an indented line or another item still belongs to a list, a line with ``>`` to a quotation. Each character is
looked at once, however the text is cut into deltas.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"(\s*)(`{3,}|~{3,})")
_ITEM = re.compile(r"\s*(?:[-*+]|\d{1,9}[.)])(?:\s|$)")
_TOP_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])\s")
_TABLE_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_SENTENCE = re.compile(r"[.!?。！？:;](?=\s)|[。！？]")
_LONG_LIST = 600
_ENOUGH = 12
"""Characters of a line that tell whether it goes on with a list."""


class _Lines:
    """What the lines read so far have left open: a fence, display maths, a list, a quotation."""

    def __init__(self) -> None:
        self.fence = ""
        self.fence_line = ""
        self.maths = ""
        self.kind = ""

    @property
    def closed(self) -> bool:
        """Whether a blank line could end the block."""
        return not self.fence and not self.maths

    def begin(self, line: str) -> None:
        """The first line of a block."""
        self.kind = "quote" if line.startswith(">") else "list" if _ITEM.match(line) else "text"

    def read(self, line: str) -> None:
        """The next whole line."""
        bare = line.strip()
        if self.fence:
            if bare.startswith(self.fence) and not bare.strip(self.fence[0]):
                self.fence = ""
        elif self.maths:
            if self.maths in line:
                self.maths = ""
        elif (found := _FENCE.match(line)) and (self.kind == "list" or len(found[1].expandtabs(4)) < 4):
            self.fence, self.fence_line = found[2], line
        elif bare.startswith("$$") and bare.count("$$") % 2:
            self.maths = "$$"
        elif bare.startswith("\\[") and "\\]" not in bare:
            self.maths = "\\]"

    def goes_on(self, line: str) -> bool:
        """Whether a line after a blank one still belongs to the block."""
        if self.kind == "list":
            return line[0].isspace() or _ITEM.match(line) is not None
        return self.kind == "quote" and line.startswith(">")


class BlockCutter:
    """Cuts a text that arrives in pieces into finished blocks and a tail.

    All blocks and the tail together are always everything that was fed.
    """

    def __init__(self) -> None:
        self._lines = _Lines()
        self._block: list[str] = []
        self._length = 0
        self._line: list[str] = []
        self._blank = False

    @property
    def tail(self) -> str:
        """What is not finished."""
        return "".join([*self._block, *self._line])

    def feed(self, delta: str) -> list[str]:
        """The blocks that are finished now that ``delta`` has come."""
        finished: list[str] = []
        *whole, rest = delta.split("\n")
        for piece in whole:
            line = "".join([*self._line, piece, "\n"])
            self._line = []
            self._take(line, finished)
        if rest:
            self._line.append(rest)
            self._peek(finished)
        return finished

    def _take(self, line: str, finished: list[str]) -> None:
        if not line.strip():
            self._blank = self._blank or (self._lines.closed and bool(self._block))
            self._keep(line)
            return
        self._cut_before(line, finished)
        if not self._length:
            self._lines.begin(line)
        self._lines.read(line)
        self._keep(line)

    def _peek(self, finished: list[str]) -> None:
        """A line has begun: it may already show that the block before it is finished."""
        if self._blank and len(self._line) <= _ENOUGH:
            begun = "".join(self._line)
            if begun.strip() and (self._lines.kind == "text" or len(begun) >= _ENOUGH):
                self._cut_before(begun, finished)

    def _cut_before(self, line: str, finished: list[str]) -> None:
        if not self._blank:
            if (
                self._lines.kind == "list"
                and self._length > _LONG_LIST
                and self._lines.closed
                and _TOP_ITEM.match(line)
            ):
                self._cut(finished)
            return
        long = self._length > _LONG_LIST and _TOP_ITEM.match(line)
        if long or not self._lines.goes_on(line):
            self._cut(finished)
        self._blank = False

    def _cut(self, finished: list[str]) -> None:
        finished.append("".join(self._block))
        self._block, self._length, self._blank = [], 0, False
        self._lines = _Lines()

    def _keep(self, line: str) -> None:
        self._block.append(line)
        self._length += len(line) if line.strip() or self._length else 0


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a block may be cut: what closes the head and what opens the rest."""

    at: int
    close: str = ""
    reopen: str = ""


def split_long(tail: str, limit: int) -> tuple[str, str] | None:
    """A tail that grew past ``limit`` characters as a head that can stand alone and a rest that can go on.

    Code gets its fence closed and opened again, a table its header repeated, a paragraph is cut after a sentence, or
    at a space if it is one long sentence. None while there is no place, as in display maths.
    """
    best: _Place | None = None
    for place in _line_places(tail):
        if place.at > limit and best is not None:
            break
        best = place
        if place.at > limit:
            break
    if best is None or best.at < limit // 3:
        best = _within_line(tail, limit, best.at if best else 0) or best
    if best is None or not 0 < best.at < len(tail):
        return None
    return tail[: best.at] + best.close, best.reopen + tail[best.at :]


def _line_places(tail: str) -> Iterator[_Place]:
    """Ends of lines where the text may be cut."""
    state, at, header = _Lines(), 0, ""
    lines = tail.splitlines(keepends=True)
    for index, line in enumerate(lines[:-1]):
        if not at:
            state.begin(line)
        opened_before = state.fence
        state.read(line)
        at += len(line)
        following = lines[index + 1]
        if index and _TABLE_RULE.match(line) and "|" in line:
            header = lines[index - 1] + line
            continue
        header = header if "|" in line else ""
        if state.fence and opened_before:
            indent = state.fence_line[: len(state.fence_line) - len(state.fence_line.lstrip())]
            yield _Place(at, f"{indent}{state.fence}\n", state.fence_line)
        elif state.closed and header and "|" in following:
            yield _Place(at, reopen=header)
        elif state.closed and not header and not _TABLE_RULE.match(following):
            if state.kind != "list" or _TOP_ITEM.match(following):
                yield _Place(at)


def _within_line(tail: str, limit: int, start: int) -> _Place | None:
    """A place inside the long line that begins at ``start``: after a sentence, else at a space."""
    state = _Lines()
    for line in tail[:start].splitlines(keepends=True):
        state.read(line)
    if not state.closed:
        return None
    end = min(len(tail), start + limit)
    for found in reversed(list(_SENTENCE.finditer(tail, start, end))):
        if _even(tail, start, found.end()):
            return _Place(found.end())
    if len(tail) - start < limit:
        return None
    space = tail.rfind(" ", start, end)
    return _Place(space + 1 if space > start else end)


def _even(text: str, start: int, end: int) -> bool:
    """Whether no code span, formula or emphasis is open at ``end``."""
    piece = text[start:end]
    return all(piece.count(sign) % 2 == 0 for sign in ("`", "$", "**"))
