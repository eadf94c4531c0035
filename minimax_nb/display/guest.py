"""Painters for places where a reply cannot have the output area for itself: beside other outputs, or all at once."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence

from minimax_nb.display.render import before_this, markdown_answer, render, thinking_folded, thinking_live
from minimax_nb.display.safe import safe_line
from minimax_nb.display.screen import Screen, new_display_id
from minimax_nb.display.tool_runs import run_folded
from minimax_nb.messages.reply import Reply
from minimax_nb.messages.tools import ToolRun

_LEAST_S = 0.106
"""Least time between two updates."""

_TEXT_A_S, _PICTURE_BYTES_A_S = 5_000, 100_000
"""Most characters, and most bytes of thumbnails, a second where they must go out again with each update."""

_PICTURE = re.compile(r"\]\(data:image/[^)]*")


class OncePainter:
    """Shows nothing until the end: for places that cannot change an output."""

    draws = True

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def begin(self, gallery: str) -> None:
        """Nothing yet."""

    def paint(self, *_: object, paused: bool = False) -> int:
        """Nothing yet."""
        del paused
        return 0

    def go_on(self, reply: Reply) -> None:
        """Nothing yet."""

    def restart(self) -> None:
        """Nothing was shown."""

    def finish(self, reply: Reply) -> None:
        """The one output."""
        self._screen.show(*render(reply))

    def leave(self) -> None:
        """Nothing was shown."""


class GuestPainter:
    """Paints beside other outputs of the cell: one display, updated whole, less often the longer it is.

    The interval grows with the length, so the bytes stay a small multiple of the text and the front end is not made
    to set a long text again twenty times a second. Thumbnails go out with every update, so they make it longer too.
    """

    draws = True

    def __init__(self, screen: Screen, clock: Callable[[], float] = time.monotonic) -> None:
        self._screen, self._clock = screen, clock
        self._id: str | None = None
        self._next = 0.0
        self._gallery = self._above = self._shown = ""
        self._pieces: list[str] = []

    def begin(self, gallery: str) -> None:
        """What was sent stands above the reply from now on."""
        self._gallery = gallery + "\n\n"
        self.paint("", "")

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
        """The whole reply so far, if its time has come."""
        long = self._gallery or self._above or self._pieces
        if self._clock() < self._next and (long or not paused):
            return 0
        self._pieces += map(run_folded, runs[len(self._pieces) :])
        below = "\n\n".join(filter(None, [*self._pieces, after]))
        markdown = self._gallery + self._above + _so_far(thinking, text, status, below)
        if markdown == self._shown:
            return 0
        self._shown = markdown
        self._next = self._clock() + max(_LEAST_S, _seconds_to_set(markdown))
        self._put({"text/markdown": markdown}, {})
        return 1

    def go_on(self, reply: Reply) -> None:
        """What was painted goes out with every update from now on."""
        self._above, self._pieces, self._next = f"{before_this(reply)}\n\n", [], 0.0

    def restart(self) -> None:
        """The next update shows everything anyway."""
        self._next = 0.0

    def finish(self, reply: Reply) -> None:
        """The same display becomes the output that is saved."""
        self._put(*render(reply))

    def leave(self) -> None:
        """The display stays, since other outputs may stand below it, and is empty."""
        if self._id is not None:
            self._put({"text/plain": "", "text/markdown": ""}, {})

    def _put(self, data: dict[str, object], metadata: dict[str, object]) -> None:
        if self._id is None:
            self._id = new_display_id()
            self._screen.show(data, metadata, self._id)
        else:
            self._screen.update(data, metadata, self._id)


def _so_far(thinking: str, text: str, status: str, below: str) -> str:
    """A reply in progress as one Markdown text."""
    if text or below:
        said = f"{markdown_answer(text)}\n\n" if text and below else markdown_answer(text)
        return (thinking_folded(thinking) if thinking else "") + said + below
    return thinking_live(thinking) if thinking else f"*{safe_line(status) or '…'}*"


def _seconds_to_set(markdown: str) -> float:
    """How long a front end may take to set it, generously: text takes its time, pictures their bytes."""
    pictures = sum(map(len, _PICTURE.findall(markdown)))
    return (len(markdown) - pictures) / _TEXT_A_S + pictures / _PICTURE_BYTES_A_S
