"""Painting on a terminal: the answer's text as it comes, nothing that needs to be changed afterwards."""

from __future__ import annotations

import re
from typing import TextIO

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Control characters, all but tab and line feed: a reply must not move the cursor or rename the window."""

_FIGURES = re.compile(r"\d+")


class PlainPainter:
    """Writes text to a stream."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._written = 0
        self._thinking_told = False
        self._status = ""

    def begin(self, gallery: str) -> None:
        """A terminal shows no pictures; what was sent is named under the answer."""

    def paint(self, thinking: str, text: str, status: str = "", *, paused: bool = False) -> int:
        """Write what is new; gives 1 if anything was."""
        del paused
        if status and status != self._status:
            self._tell(status)
        if thinking and not text and not self._thinking_told:
            self._thinking_told = True
            self._write("(thinking …)\n")
        new, self._written = text[self._written :], len(text)
        if new:
            self._write(new)
        return int(bool(new))

    def _tell(self, status: str) -> None:
        """A line that says what is being waited for. Progress goes on in its own line, where lines can be rewritten."""
        progress = "%" in status and _FIGURES.sub("", status) == _FIGURES.sub("", self._status)
        self._status = status
        if progress and self._out.isatty():
            self._out.write("\x1b[1A\x1b[2K")  # up to the last line, and clear it
        if not progress or self._out.isatty():
            self._write(f"({status})\n")

    def restart(self) -> None:
        """What is written stays; say so and go on from the beginning."""
        if self._written:
            self._write("\n(the text above was thinking)\n")
        self._written = 0

    def finish(self, data: dict[str, object], metadata: dict[str, object]) -> None:
        """The rest of the answer, then notes and receipt."""
        del metadata
        self._write(str(data["text/plain"])[self._written :] + "\n")

    def leave(self) -> None:
        """What is written stays."""

    def _write(self, text: str) -> None:
        self._out.write(_CONTROL.sub("�", text))
        self._out.flush()
