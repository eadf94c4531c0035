"""Live painting: what is finished is frozen, only the tail changes, and the bytes stay in step with the outputs.

A reply in progress is a row of displays: the thinking, then finished blocks, then the tail, then the tool calls as they
end. Each update carries the tail alone, so a long reply costs what its text costs. When text comes faster than anybody
reads, the tail shows its last lines and how much there is; at the end, or as soon as the stream pauses, everything is
shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from minimax_nb.display.blocks import BlockCutter, split_long
from minimax_nb.display.render import before_this, markdown_answer, render, thinking_folded, thinking_live
from minimax_nb.display.safe import code_block, safe_line
from minimax_nb.display.screen import Screen, new_display_id
from minimax_nb.display.tool_runs import run_folded
from minimax_nb.messages.reply import Reply
from minimax_nb.messages.tools import ToolRun

_LONG_TAIL = 900
"""Characters after which a tail is split although its block goes on."""

_CREDIT_PER_OUTPUT = 450
"""Bytes of content an output may carry on average; its envelope takes some 650 more."""

_GLIMPSE = 100
"""Characters of the tail that are shown while text comes too fast."""


class LivePainter:
    """Paints a reply in progress on a screen. Not for two threads at once.

    Attributes:
        outputs: Messages sent so far.
    """

    draws = True

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self.outputs = 0
        self._started = False
        self._gallery = ""
        self._below: Reply | None = None
        self._start_afresh()

    def _start_afresh(self) -> None:
        self._credit = 3.0 * _CREDIT_PER_OUTPUT
        self._thinking_id: str | None = None
        self._thinking_shown = ""
        self._folded = False
        self._tail_id: str | None = None
        self._tail_shown = ""
        self._cutter = BlockCutter()
        self._ready: list[str] = []
        self._fed = 0
        self._text_ended = False
        self._runs = 0
        self._after_id: str | None = None
        self._after_shown = ""

    def begin(self, gallery: str) -> None:
        """Show what was sent, in a display of its own that is never updated: its bytes go out once."""
        self._gallery = gallery
        self._screen.show({"text/markdown": gallery}, {})
        self.outputs += 1
        self._started = True

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
        """Show where the reply stands now; gives the number of outputs that took.

        Args:
            thinking: All of the thinking so far.
            text: All of the text so far; must begin with what the last call was given (else :meth:`restart`).
            status: What is being waited for while nothing arrives.
            runs: The tool calls that have ended, in that order; no more text comes after the first of them.
            after: What stands below and may still change, as Markdown: tool calls under way, the draft of a table.
            paused: True if nothing new has come for a while, so that nothing is held back.
        """
        before = self.outputs
        if text:
            self._fold(thinking)
            self._feed(text)
            if runs or after:
                self._end_text()
            else:
                self._paint_text(paused=paused)
        elif thinking and (runs or after):
            self._fold(thinking)
        elif thinking or (status and not runs and not after):
            self._paint_thinking(thinking_live(thinking) if thinking else f"*{safe_line(status)}*")
        self._paint_below(runs, after)
        return self.outputs - before

    def go_on(self, reply: Reply) -> None:
        """What was painted stays, and this reply is painted below it."""
        self._start_afresh()
        self._below = reply

    def restart(self) -> None:
        """Text turned out to be thinking or the reverse: clear and start from nothing."""
        if self._started:
            self._screen.clear()
            self.outputs += 1
        if self._gallery:
            self.begin(self._gallery)
        if self._below is not None:
            self._send(before_this(self._below), None)
        self._start_afresh()

    def finish(self, reply: Reply) -> None:
        """Replace all that was painted by the one output that is saved."""
        if self._started:
            self._screen.clear()
            self.outputs += 1
        self._screen.show(*render(reply))
        self.outputs += 1

    def leave(self) -> None:
        """Take back what was painted, as soon as the error is shown."""
        if self._started:
            self._screen.clear()
            self.outputs += 1

    # -- thinking --------------------------------------------------------------------------------------------------

    def _paint_thinking(self, markdown: str) -> None:
        if markdown == self._thinking_shown:
            return
        self._thinking_id = self._send(markdown, self._thinking_id)
        self._thinking_shown = markdown

    def _fold(self, thinking: str) -> None:
        """Fold the thinking once, when the answer begins: an update later would close it under the reader's hand."""
        if self._folded:
            return
        self._folded = True
        if thinking:
            self._paint_thinking(thinking_folded(thinking))
        elif self._thinking_id is not None:
            # A status line stood there; the answer takes its place.
            self._tail_id, self._thinking_id = self._thinking_id, None

    # -- text ------------------------------------------------------------------------------------------------------

    def _feed(self, text: str) -> None:
        new = text[self._fed :]
        if not new:
            return
        self._fed = len(text)
        self._ready += self._cutter.feed(new)

    def _paint_text(self, *, paused: bool) -> None:
        tail = self._cutter.tail
        finished = "".join(self._ready)
        if not finished and len(tail) > _LONG_TAIL:
            self._split(tail)
            return
        waiting = finished + tail
        if len(waiting.encode()) > self._credit and not paused and len(waiting) > _LONG_TAIL:
            self._glimpse(waiting)
            return
        if finished:
            self._freeze(finished)
        self._credit = max(self._credit, 0.0) if paused else self._credit
        if tail.strip():
            self._show_tail(tail)

    def _end_text(self) -> None:
        """All of the text is there: what is still open is frozen as it stands, since something else comes below."""
        if not self._text_ended:
            self._text_ended = True
            self._freeze("".join(self._ready) + self._cutter.tail)

    def _split(self, tail: str) -> None:
        """A block grows long: freeze what can stand alone and go on with the rest as a block of its own."""
        parts = split_long(tail, _LONG_TAIL)
        if parts is None:
            self._show_tail(tail)
            return
        head, rest = parts
        self._freeze(head)
        self._cutter = BlockCutter()
        self._ready = self._cutter.feed(rest)
        if self._cutter.tail.strip():
            self._show_tail(self._cutter.tail)

    def _freeze(self, markdown: str) -> None:
        self._show_tail(markdown)
        self._ready = []
        self._tail_id, self._tail_shown = None, ""

    def _show_tail(self, markdown: str) -> None:
        if markdown == self._tail_shown:
            return
        self._tail_id = self._send(markdown_answer(markdown), self._tail_id)
        self._tail_shown = markdown

    def _glimpse(self, waiting: str) -> None:
        """Too much came at once: show how much, and its last lines."""
        last = waiting[-_GLIMPSE:].partition("\n")[2] or waiting[-_GLIMPSE:]
        note = f"*… {len(waiting):,} characters, shown whole in a moment …*"
        self._tail_id = self._send(f"{note}\n\n{code_block(last)}", self._tail_id)
        self._tail_shown = ""

    # -- below the text --------------------------------------------------------------------------------------------

    def _paint_below(self, runs: Sequence[ToolRun], after: str) -> None:
        """Each tool call that has ended is sent once; what may still change stands below them."""
        if len(runs) > self._runs:
            self._send("\n\n".join(map(run_folded, runs[self._runs :])), self._after_id)
            self._runs, self._after_id, self._after_shown = len(runs), None, ""
        if after != self._after_shown:
            self._after_id, self._after_shown = self._send(after, self._after_id), after

    def _send(self, markdown: str, display_id: str | None) -> str:
        data = {"text/markdown": markdown}
        self._credit += _CREDIT_PER_OUTPUT - len(markdown.encode())
        self.outputs += 1
        self._started = True
        if display_id is None:
            display_id = new_display_id()
            self._screen.show(data, {}, display_id)
        else:
            self._screen.update(data, {}, display_id)
        return display_id
