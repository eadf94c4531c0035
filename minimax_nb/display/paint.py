"""Painting a stream while it arrives: the only owner of a display handle.

A reader thread takes the bytes; the calling thread paints at the pace of the screen, so text that has come is never
held back by a stream that stalls, and an interrupt is answered at once.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, runtime_checkable

from minimax_nb.display.buttons import with_buttons
from minimax_nb.display.gallery import gallery
from minimax_nb.display.guest import GuestPainter, OncePainter
from minimax_nb.display.live import LivePainter
from minimax_nb.display.plain import PlainPainter
from minimax_nb.display.questions import Questions
from minimax_nb.display.screen import CellScreen, Mode, Screen, choose_mode, owns_cell
from minimax_nb.display.structured import parsed_table
from minimax_nb.display.tool_runs import besides, under_way
from minimax_nb.messages.events import Event
from minimax_nb.messages.reply import Reply
from minimax_nb.messages.tools import ToolRun
from minimax_nb.tools import Approver

TICK_S = 0.053
"""Least time between two outputs: some 19 a second, and never more than 20."""

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


@runtime_checkable
class Approving(Protocol):
    """A stream whose tools may need a person's approval."""

    @property
    def approver(self) -> Approver:
        """Who decides."""
        ...

    def ask_through(self, approver: Approver) -> None:
        """Let somebody else decide."""
        ...


class Painter(Protocol):
    """Shows a growing reply."""

    draws: bool
    """Whether it sets Markdown, so that a table says more than half a JSON text."""

    def begin(self, gallery: str) -> None:
        """Show what was sent, before anything arrives; called only where pictures or videos were."""
        ...

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
        """Show where the reply stands; gives the number of outputs that took."""
        ...

    def go_on(self, reply: Reply) -> None:
        """What was painted stays, and the next call's reply, this one, is painted below it."""
        ...

    def restart(self) -> None:
        """What was text is thinking, or the reverse."""
        ...

    def finish(self, reply: Reply) -> None:
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
        return _Session(stream, OncePainter(screen)).run()
    if isinstance(stream, Approving):
        stream.ask_through(with_buttons(stream.approver))
    painter: Painter = LivePainter(screen) if owns_cell() else GuestPainter(screen)
    return _Session(stream, painter).run()


class _Session:
    """One painting: a reader thread, a painter, and the clock between them."""

    def __init__(self, stream: Paintable, painter: Painter, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream, self._painter, self._clock = stream, painter, clock
        self._news = threading.Event()
        self._done = threading.Event()
        self._error: BaseException | None = None
        self._questions = Questions(self._news.set)
        self._turn_to(stream.reply)

    def _turn_to(self, reply: Reply) -> None:
        """Paint this reply from now on."""
        self._reply, self._reshaped = reply, 0
        self._draft: Any = None
        self._draft_shown, self._draft_next = "", 0.0
        self._runs: tuple[ToolRun, ...] | None = None
        self._ended: list[ToolRun] = []
        self._under_way = ""

    def run(self) -> Reply:
        """Paint to the end."""
        reader = threading.Thread(target=self._read, name="minimax_nb reader", daemon=True)
        interrupted: BaseException | None = None
        if isinstance(self._stream, Approving):
            self._stream.ask_through(self._questions.asking(self._stream.approver))
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
            self._questions.close()
            self._done.wait(_JOIN_S)
        reply = self._stream.reply
        if interrupted is not None and not reply.done:  # the reader is stuck where no stop can reach it
            reply.fail(interrupted, "interrupted")
        self._catch_up(reply)
        error = interrupted or self._error
        if error is None or reply.text or reply.thinking or reply.own_calls or reply.earlier or reply.media:
            self._painter.finish(reply)
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
            if self._questions.waiting:
                self._paint(paused=True)  # what leads up to the question is read first
                self._questions.answer()
            now = self._clock()
            if fresh:
                quiet_since = now
            outputs = self._paint(paused=now - quiet_since >= _PAUSE_S)
            self._done.wait(TICK_S * max(1, outputs))

    def _paint(self, *, paused: bool) -> int:
        newest = self._stream.reply
        outputs = self._catch_up(newest)
        return outputs + self._paint_one(newest, paused=paused)

    def _catch_up(self, newest: Reply) -> int:
        """Where the next call of the turn has begun: nothing of those before it may be missing."""
        outputs, turn = 0, (*newest.earlier, newest)
        while self._reply is not newest:
            outputs += self._paint_one(self._reply, paused=True)
            self._turn_to(turn[turn.index(self._reply) + 1] if self._reply in turn else newest)
            self._painter.go_on(self._reply)
        return outputs

    def _paint_one(self, reply: Reply, *, paused: bool) -> int:
        if reply.reshaped != self._reshaped:
            self._reshaped = reply.reshaped
            self._painter.restart()
        self._look_at_tools(reply)
        text, after = reply.text, self._under_way
        if reply.drafting is not None and self._painter.draws and not after and not self._ended:
            after = self._drafted(reply, paused=paused)
            text = text if reply.done and not after else ""
        return self._painter.paint(reply.thinking, text, reply.status, self._ended, after, paused=paused)

    def _look_at_tools(self, reply: Reply) -> None:
        """Tool calls of a reply that asks for them: those that have ended, in that order, and those under way."""
        if reply.stop_reason == "tool_use" and reply.runs is not self._runs:
            self._runs = reply.runs
            self._ended += besides(self._runs, self._ended)
            answer = reply.answer_tool
            asked = (call for call in reply.own_calls if not (answer and call.name == answer))
            self._under_way = under_way(besides(asked, self._runs))

    def _drafted(self, reply: Reply, *, paused: bool) -> str:
        """The structured reply so far as a table: anew where more of it was read, and less often the longer it is."""
        now = self._clock()
        if now >= self._draft_next or paused:
            draft = reply.draft
            if draft is not self._draft:
                self._draft, self._draft_shown = draft, parsed_table(draft)[1]
            self._draft_next = now + max(2 * TICK_S, len(self._draft_shown) / 20_000)
        return self._draft_shown
