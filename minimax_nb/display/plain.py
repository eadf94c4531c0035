"""Painting on a terminal: the answer's text as it comes, nothing that needs to be changed afterwards."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TextIO

from minimax_nb.display.render import plain_rest
from minimax_nb.display.tool_runs import runs_plain
from minimax_nb.messages.reply import Reply
from minimax_nb.messages.tools import ToolRun

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Control characters, all but tab and line feed: a reply must not move the cursor or rename the window."""

_FIGURES = re.compile(r"\d+")


class PlainPainter:
    """Writes text to a stream."""

    draws = False

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._written = self._runs = 0
        self._told: list[ToolRun] = []
        self._thinking_told = False
        self._status = ""

    def begin(self, gallery: str) -> None:
        """A terminal shows no pictures; what was sent is named under the answer."""

    def paint(
        self,
        thinking: str,
        text: str,
        status: str = "",
        runs: Sequence[ToolRun] = (),
        after: str = "",
        *,
        paused: bool = False,
    ) -> int:
        """Write what is new; gives 1 if anything was."""
        del after, paused
        if status and status != self._status:
            self._tell(status)
        if thinking and not text and not self._thinking_told:
            self._thinking_told = True
            self._write("(thinking …)\n")
        new, self._written = text[self._written :], len(text)
        if new:
            self._write(new)
        ended = runs[self._runs :]
        if ended:
            self._tell_runs(ended, text)
        return int(bool(new or ended))

    def _tell_runs(self, ended: Sequence[ToolRun], text: str) -> None:
        """A line for each tool call that has ended, the first a blank line below the text."""
        apart = "" if self._runs or not text else "\n" * (2 - len(text) + len(text.rstrip("\n")))
        self._runs += len(ended)
        self._told += ended
        self._write(apart + "".join(f"{line}\n" for line in runs_plain(ended)))

    def _tell(self, status: str) -> None:
        """A line that says what is being waited for. Progress goes on in its own line, where lines can be rewritten."""
        progress = "%" in status and _FIGURES.sub("", status) == _FIGURES.sub("", self._status)
        self._status = status
        if progress and self._out.isatty():
            self._out.write("\x1b[1A\x1b[2K")  # up to the last line, and clear it
        if not progress or self._out.isatty():
            self._write(f"({status})\n")

    def go_on(self, reply: Reply) -> None:
        """What is written stays, and this reply begins a blank line below it."""
        del reply
        if self._runs or self._written:
            self._write("\n" if self._runs else "\n\n")
        self._written = self._runs = 0
        self._thinking_told = False

    def restart(self) -> None:
        """What is written stays; say so and go on from the beginning."""
        if self._written:
            self._write("\n(the text above was thinking)\n")
        self._written = 0

    def finish(self, reply: Reply) -> None:
        """The rest of the answer, then notes and receipt."""
        self._write(plain_rest(reply, self._written, self._told) + "\n")

    def leave(self) -> None:
        """What is written stays."""

    def _write(self, text: str) -> None:
        self._out.write(_CONTROL.sub("�", text))
        self._out.flush()
