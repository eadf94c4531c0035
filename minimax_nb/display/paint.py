"""Painting a stream while it arrives: the only owner of a display handle.

A reader thread takes the bytes; the calling thread paints at the pace of the screen, so text that has come is never
held back by a stream that stalls, and an interrupt is answered at once.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Protocol

from minimax_nb.display.gallery import gallery
from minimax_nb.display.live import LivePainter
from minimax_nb.display.plain import PlainPainter
from minimax_nb.display.render import markdown_answer, render, thinking_folded, thinking_live
from minimax_nb.display.safe import safe_line
from minimax_nb.display.screen import CellScreen, Mode, Screen, choose_mode, new_display_id, owns_cell
from minimax_nb.messages.events import Event
from minimax_nb.messages.reply import Reply

TICK_S = 0.053
"""Least time between two outputs: some 19 a second, and never more than 20."""

_GALLERY_BYTES_A_S = 100_000
"""Most bytes of thumbnails a second where they must go out again with each update."""

_PAUSE_S = 0.3
_JOIN_S = 1.0


class Paintable(Protocol):
    """A stream that can be painted: iterable for events, with a reply, stoppable from another thread."""

    @property
    def reply(self) -> Reply:
        """The reply so far."""
        ...

    def __iter__(self) -> Iterator[Event]:
        """The events."""
        ...

    def stop(self) -> None:
        """Stop now, from any thread."""
        ...


class Painter(Protocol):
    """Shows a growing reply."""

    def begin(self, gallery: str) -> None:
        """Show what was sent, before anything arrives; called only where pictures or videos were."""
        ...

    def paint(self, thinking: str, text: str, status: str = "", *, paused: bool = False) -> int:
        """Show where the reply stands; gives the number of outputs that took."""
        ...

    def restart(self) -> None:
        """What was text is thinking, or the reverse."""
        ...

    def finish(self, data: dict[str, object], metadata: dict[str, object]) -> None:
        """Show the reply as it is saved."""
        ...

    def leave(self) -> None:
        """It failed before anything came: take back what was said while waiting, the error says it all."""
        ...


def show(stream: Paintable, *, mode: Mode | None = None, screen: Screen | None = None) -> Reply:
    """Paint the stream in the cell as it arrives, and give the whole reply.

    In a cell of its own the reply ends as one output. Beside other outputs it never touches them: it then paints
    in one display that is updated less often the longer it grows.

    Args:
        stream: What ``chat.stream(...)`` gave.
        mode: "live", "once" (one output at the end) or "plain" (text on stdout); default is MINIMAX_NB_PAINT, else
            what the place can do.
        screen: Where to paint; default is the running cell.

    Raises:
        MiniMaxError: As the stream does, after what had arrived was shown.
        KeyboardInterrupt: The kernel was interrupted; what had arrived was shown.
    """
    chosen = choose_mode(mode)
    if chosen == "plain":
        return _Session(stream, PlainPainter(sys.stdout)).run()
    screen = screen or CellScreen()
    if chosen == "once":
        return _Session(stream, _OncePainter(screen)).run()
    painter: Painter = LivePainter(screen) if owns_cell() else _GuestPainter(screen)
    return _Session(stream, painter).run()


class _Session:
    """One painting: a reader thread, a painter, and the clock between them."""

    def __init__(self, stream: Paintable, painter: Painter, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._painter, self._clock = stream, painter, clock
        self._news = threading.Event()
        self._done = threading.Event()
        self._error: BaseException | None = None
        self._reshaped = 0

    def run(self) -> Reply:
        """Paint to the end."""
        reader = threading.Thread(target=self._read, name="minimax_nb reader", daemon=True)
        interrupted: BaseException | None = None
        reader.start()
        try:
            if sent := self._stream.reply.media:
                self._painter.begin(gallery(sent))
            self._paint_until_done()
        except KeyboardInterrupt:
            interrupted = KeyboardInterrupt()
        finally:
            if not self._done.is_set():
                self._stream.stop()
                self._done.wait(_JOIN_S)
        reply = self._stream.reply
        if interrupted is not None and not reply.done:  # the reader is stuck where no stop can reach it
            reply.fail(interrupted, "interrupted")
        error = interrupted or self._error
        if error is None or reply.text or reply.thinking or reply.tool_calls or reply.media:
            self._painter.finish(*render(reply))
        else:
            self._painter.leave()
        if error is not None:
            raise error from None
        return reply

    def _read(self) -> None:
        news = self._news
        try:
            for _ in self._stream:
                if not news.is_set():
                    news.set()
        except BaseException as error:  # noqa: BLE001 - carried to the calling thread and raised there
            self._error = error
        finally:
            self._done.set()
            news.set()

    def _paint_until_done(self) -> None:
        quiet_since = self._clock()
        while not self._done.is_set():
            fresh = self._news.wait(_PAUSE_S)
            if self._done.is_set():
                return
            self._news.clear()
            now = self._clock()
            if fresh:
                quiet_since = now
            outputs = self._paint(paused=now - quiet_since >= _PAUSE_S)
            self._done.wait(TICK_S * max(1, outputs))

    def _paint(self, *, paused: bool) -> int:
        reply, painter = self._stream.reply, self._painter
        if reply.reshaped != self._reshaped:
            self._reshaped = reply.reshaped
            painter.restart()
        return painter.paint(reply.thinking, reply.text, reply.status, paused=paused)


class _OncePainter:
    """Shows nothing until the end: for places that cannot change an output."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def begin(self, gallery: str) -> None:
        """Nothing yet."""

    def paint(self, thinking: str, text: str, status: str = "", *, paused: bool = False) -> int:
        """Nothing yet."""
        del thinking, text, status, paused
        return 0

    def restart(self) -> None:
        """Nothing was shown."""

    def finish(self, data: dict[str, object], metadata: dict[str, object]) -> None:
        """The one output."""
        self._screen.show(data, metadata)

    def leave(self) -> None:
        """Nothing was shown."""


class _GuestPainter:
    """Paints beside other outputs of the cell: one display, updated whole, less often the longer it is.

    The interval grows with the length, so the bytes stay a small multiple of the text and the front end is not made
    to set a long text again twenty times a second. Thumbnails go out with every update, so they make it longer too.
    """

    def __init__(self, screen: Screen, clock: Callable[[], float] = time.monotonic) -> None:
        self._screen, self._clock = screen, clock
        self._id: str | None = None
        self._next = 0.0
        self._gallery = ""
        self._shown = ""

    def begin(self, gallery: str) -> None:
        """What was sent stands above the reply from now on."""
        self._gallery = gallery + "\n\n"
        self.paint("", "")

    def paint(self, thinking: str, text: str, status: str = "", *, paused: bool = False) -> int:
        """The whole reply so far, if its time has come."""
        if self._clock() < self._next and (self._gallery or not paused):
            return 0
        markdown = self._gallery + _so_far(thinking, text, status)
        if markdown == self._shown:
            return 0
        self._shown = markdown
        self._next = self._clock() + max(2 * TICK_S, len(text) / 5000, len(self._gallery) / _GALLERY_BYTES_A_S)
        self._put({"text/markdown": markdown}, {})
        return 1

    def restart(self) -> None:
        """The next update shows everything anyway."""
        self._next = 0.0

    def finish(self, data: dict[str, object], metadata: dict[str, object]) -> None:
        """The same display becomes the output that is saved."""
        self._put(data, metadata)

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


def _so_far(thinking: str, text: str, status: str) -> str:
    """A reply in progress as one Markdown text."""
    if text:
        return (thinking_folded(thinking) if thinking else "") + markdown_answer(text)
    return thinking_live(thinking) if thinking else f"*{safe_line(status) or '…'}*"
