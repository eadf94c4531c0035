"""What of a growing Markdown text is finished, so that it can be shown once and left alone.

A block is cut off at a blank line, but never inside a code block, a formula or a table, and between the items of a
list or the lines of a quotation only when it has grown long. Each line is looked at once, when it is whole.
"""

from __future__ import annotations

import re
from typing import Literal

from minimax_nb.display.split import FENCE, split_long

__all__ = ["BlockCutter", "split_long"]

_LONG = 600
"""Characters after which a list or a quotation is cut at its next item."""

_LONGEST_FORMULA = 2_000
"""Characters after which two dollar signs that nothing closes are taken for text."""

_MARKER = re.compile(r"( {0,3})(?:[-*+]|\d{1,9}[.)])(?=[ \t]|$)")
_INNER_FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(`{3,}(?=[^`]*$)|~{3,})")
_FORMULA_MARK = re.compile(r"\$\$|\\\[|\\\]")

_Kind = Literal["nothing", "text", "list", "quotation", "indented"]


class BlockCutter:
    """Takes a text as it comes and gives it back in finished blocks.

    All blocks and the tail together are always exactly what was fed.
    """

    def __init__(self) -> None:
        self._partial: list[str] = []  # the line that is not whole yet
        self._lines: list[str] = []  # whole lines of the block that is not finished
        self._size = 0
        self._kind: _Kind = "nothing"
        self._blank = False  # the last line was blank
        self._fence = ""  # the fence that is open, else ""
        self._fence_inside = False  # that fence stands in a list or a quotation
        self._formula = False  # two dollar signs or an escaped bracket are open
        self._done: list[str] = []

    @property
    def tail(self) -> str:
        """What is not finished: whole lines and the beginning of the next one."""
        return "".join(self._lines) + "".join(self._partial)

    def feed(self, delta: str) -> list[str]:
        """Take in more text.

        Returns:
            The blocks that are finished by it, in order, each with the line ends that follow it.
        """
        first, *more = delta.split("\n")
        self._partial.append(first)
        for piece in more:
            line = "".join(self._partial)
            self._partial = [piece]
            self._take(line)
        done, self._done = self._done, []
        return done

    # -- one line --------------------------------------------------------------------------------------------------

    def _take(self, line: str) -> None:
        """The next whole line, without its line end."""
        if self._fence:
            self._in_fence(line)
        elif not line.strip():
            self._on_blank(line)
        else:
            self._on_line(line)

    def _keep(self, line: str) -> None:
        self._lines.append(line + "\n")
        self._size += len(line) + 1

    def _cut(self) -> None:
        """What is kept is finished."""
        if self._lines:
            self._done.append("".join(self._lines))
        self._lines, self._size, self._kind, self._formula = [], 0, "nothing", False

    def _on_blank(self, line: str) -> None:
        self._keep(line)
        self._blank = True
        if self._kind == "text" and not (self._formula and self._size < _LONGEST_FORMULA):
            self._cut()

    def _on_line(self, line: str) -> None:
        after_blank, self._blank = self._blank, False
        if self._kind in ("list", "quotation", "indented") and self._ends_container(line, after_blank=after_blank):
            self._cut()
        fence = FENCE.match(line)
        if fence and self._kind not in ("list", "quotation", "indented") and not self._formula:
            if self._kind == "text":
                self._cut()
            self._open_fence(line, fence[2], inside=False)
            return
        if self._kind == "nothing":
            self._kind = _kind_of(line)
        if self._kind in ("list", "quotation"):
            inner = _INNER_FENCE.match(line)
            if inner:
                self._open_fence(line, inner[1], inside=True)
                return
        self._keep(line)
        for mark in _FORMULA_MARK.findall(line):
            self._formula = not self._formula if mark == "$$" else mark == "\\["

    def _ends_container(self, line: str, *, after_blank: bool) -> bool:
        """Whether a list, a quotation or indented code ends before this line, or is long enough to be cut there."""
        long = self._size > _LONG
        if self._kind == "quotation":
            return not line.startswith(">") if after_blank else FENCE.match(line) is not None
        if self._kind == "indented":
            return not line.startswith(("    ", "\t"))
        marker = _MARKER.match(line)
        if marker:
            return long and not marker[1]
        outside = not line.startswith((" ", "\t"))
        return outside and (after_blank or FENCE.match(line) is not None)

    # -- fences ----------------------------------------------------------------------------------------------------

    def _open_fence(self, line: str, fence: str, *, inside: bool) -> None:
        self._keep(line)
        self._fence, self._fence_inside = fence, inside
        if self._kind == "nothing":
            self._kind = "text"

    def _in_fence(self, line: str) -> None:
        bare = line.strip(" \t>" if self._fence_inside else " \t")
        closing = bare.startswith(self._fence) and not bare.strip(self._fence[0])
        if self._fence_inside and not closing and self._left_container(line):
            self._fence = ""
            self._take(line)
            return
        self._keep(line)
        if closing:
            self._fence = ""
            if not self._fence_inside:
                self._cut()

    def _left_container(self, line: str) -> bool:
        """Whether this line is outside the list or quotation that the open fence stands in."""
        if self._kind == "quotation":
            return not line.startswith(">")
        return bool(line.strip()) and not line.startswith((" ", "\t"))


def _kind_of(line: str) -> _Kind:
    if _MARKER.match(line):
        return "list"
    if line.startswith(">"):
        return "quotation"
    return "indented" if line.startswith(("    ", "\t")) else "text"
