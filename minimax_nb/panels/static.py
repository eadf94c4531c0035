"""The copy of a panel that is saved with the notebook: an ordinary output below the widget, kept up to date.

A widget is blank on GitHub, in nbconvert and after the kernel has gone. The copy is Markdown with a plain text, as
every other output of the kit. Each place where the panel was shown has one of its own, and all are updated together:
by the kernel, or by the pages that show the panel, where all of them can (kept_copy.js).
"""

from __future__ import annotations

import contextvars
import sys
from collections.abc import Callable
from typing import Any

from minimax_nb.display.render import Bundle
from minimax_nb.display.screen import CellScreen, new_display_id


class Publishing:
    """Lets what publishes be called from any thread.

    ipykernel 7.0 looks for the cell that a message belongs to in the thread's own context, and raises a LookupError in
    one that it has not begun (ipykernel 7.0.1, 2026-11-21). The cell in which this was made then counts.
    """

    def __init__(self) -> None:
        self._context = contextvars.copy_context()

    def __call__(self, publish: Callable[..., object], *what: object) -> None:
        """Call it with these arguments."""
        try:
            publish(*what)
        except LookupError:
            self._context.copy().run(publish, *what)


_PLACES = 20
"""Places that are kept up to date, the newest ones."""


class StaticCopy:
    """Shows and updates it.

    Args:
        saved: Gives what is to be kept.
    """

    def __init__(self, saved: Callable[[], Bundle]) -> None:
        self._saved = saved
        self._places: list[tuple[CellScreen, str, Publishing]] = []
        self._shown: dict[str, Any] = {}

    def beside(self, title: str, view: dict[str, Any]) -> None:
        """Show the widget itself, above the copy."""
        CellScreen().show({"text/plain": title, **view}, {})

    def show(self) -> None:
        """Show the copy in the running cell, or its text on a terminal."""
        data, metadata = self._saved()
        if not _displays():
            sys.stdout.write(data["text/plain"] + "\n")
            return
        place = CellScreen(), new_display_id(), Publishing()
        place[0].show(data, metadata, place[1])
        self._places = [*self._places, place][-_PLACES:]
        self._shown = data

    def news(self) -> Bundle | None:
        """What is to be kept, if it was not shown or given before, and has a place to stand."""
        if not self._places:
            return None
        data, metadata = self._saved()
        if data == self._shown:
            return None
        self._shown = data
        return data, metadata

    def update(self, *, again: bool = False) -> None:
        """Bring every place up to date, if there is something new to keep (or in any case). From any thread."""
        if again:
            self._shown = {}
        bundle = self.news()
        if bundle is None:
            return
        data, metadata = bundle
        for screen, display_id, publishing in self._places:
            publishing(screen.update, data, metadata, display_id)


def _displays() -> bool:
    """Whether outputs are displayed here, and not written to a terminal."""
    from minimax_nb.display.screen import choose_mode

    return choose_mode() != "plain"
