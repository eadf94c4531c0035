"""Whether a growing Markdown text stands inside code at its end.

The thinking scanner asks this before it takes a tag for a tag: an answer about ``<think>`` shows it in code. The rules
are CommonMark's for fences (``` and ~~~, a closing fence at least as long as the opening one) with two liberties: a
fence may stand in a list or a quotation, and inline code ends with its line, so that one stray backtick hides no tag
on a later line.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(r"`+|~+|\n|[^`~\n]+")
_QUOTE = " \t\r>"
_LIST = _QUOTE + "-*+0123456789.)"


class CodeSpans:
    """Takes a text piece by piece; :meth:`inside` tells whether what comes next would be code."""

    __slots__ = (
        "_closing",
        "_fence",
        "_indent",
        "_info",
        "_inline",
        "_length",
        "_list",
        "_quiet",
        "_run",
        "_run_length",
    )

    def __init__(self) -> None:
        self._fence = ""  # the character of the open fence, or ""
        self._length = 0  # of the open fence
        self._inline = 0  # length of the backtick run that opened inline code, or 0
        self._run = ""  # the character of the run of ` or ~ at the very end, or ""; more of it may follow
        self._run_length = 0
        self._indent = True  # this line holds only what may stand before a closing fence
        self._list = True  # this line holds only what may stand before an opening fence
        self._info = False  # this line opened the fence: what follows is its info string
        self._closing = False  # this line closes the fence, unless more than white space follows
        self._quiet = False  # words without special characters change nothing

    def advance(self, text: str) -> None:
        """Take in the next piece of text."""
        if self._quiet and "`" not in text and "~" not in text:
            self._quietly(text)
            return
        for token in _TOKEN.findall(text):
            mark = token[0]
            if mark in "`~":
                if mark != self._run:
                    self._settle()
                self._run = mark
                self._run_length += len(token)
            else:
                self._settle()
                if mark == "\n":
                    self._end_line()
                else:
                    self._words(token)
        self._quiet = not (self._run or self._list or self._closing)

    def _quietly(self, text: str) -> None:
        """Take in text without runs while nothing is undecided: only its last line matters."""
        cut = text.rfind("\n") + 1
        if cut:
            self._end_line()
            if cut < len(text):
                self._words(text[cut:])
            self._quiet = not self._list

    def inside(self) -> bool:
        """Whether a tag that follows now is code."""
        self._settle()
        return bool(self._inline or (self._fence and not self._closing))

    def _settle(self) -> None:
        """Decide what the run that has just ended means."""
        if not self._run:
            return
        mark, length = self._run, self._run_length
        self._run, self._run_length = "", 0
        if self._fence:
            self._in_fence(mark, length)
        elif self._list and length >= 3:
            self._fence, self._length, self._info = mark, length, True
        elif mark == "`":
            self._toggle(length)
        self._indent = self._list = False

    def _in_fence(self, mark: str, length: int) -> None:
        if self._info and mark == self._fence == "`":
            # An info string holds no backtick: the line was no fence but inline code.
            self._fence, self._inline, self._info = "", self._length, False
            self._toggle(length)
        else:
            self._closing = self._indent and mark == self._fence and length >= self._length

    def _toggle(self, length: int) -> None:
        if not self._inline:
            self._inline = length
        elif self._inline == length:
            self._inline = 0

    def _words(self, words: str) -> None:
        if words.strip(_LIST):
            self._indent = self._list = False
        elif words.strip(_QUOTE):
            self._indent = False
        if self._closing and words.strip():
            self._closing = False

    def _end_line(self) -> None:
        if self._closing:
            self._fence = ""
        self._inline = 0
        self._info = self._closing = False
        self._indent = self._list = True
