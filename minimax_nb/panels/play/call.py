"""One prompt that a playground sent, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from minimax_nb.errors import MiniMaxError
from minimax_nb.messages.reply import Reply
from minimax_nb.panels.panel import Op, said
from minimax_nb.panels.play.copy import Row
from minimax_nb.panels.running import Running
from minimax_nb.panels.sheet import ReplySheet


@dataclass(slots=True)
class Call:
    """One prompt and its reply.

    Attributes:
        prompt: What was sent.
        line: Who was asked, and with which settings, as one line.
        rows: The same as rows of a table.
        sheet: What the page has of the reply.
        media: What was sent beside the prompt, as a page shows it.
        sent: All that was sent, as the chat took it.
        past: Turns of the conversation that went along.
        running: The reading of the reply, or None where nobody reads it on a thread.
        ended: The reply at its end.
        trouble: What went wrong, where the reply does not say it.
    """

    prompt: str
    line: str
    rows: list[Row]
    sheet: ReplySheet
    media: list[Op] = field(default_factory=list)
    sent: tuple[object, ...] = ()
    past: int = 0
    running: Running | None = None
    ended: Reply | None = None
    trouble: str = ""

    @property
    def reply(self) -> Reply | None:
        """The reply as far as it has come."""
        return self.ended if self.running is None or self.ended is not None else self.running.reply

    @property
    def answered(self) -> bool:
        """Whether the whole reply has come."""
        return self.ended is not None and not self.ended.partial and not self.trouble

    def state(self) -> dict[str, Any]:
        """All of it for a page."""
        return {
            "r": self.sheet.name,
            "prompt": self.prompt,
            "line": self.line,
            "media": self.media,
            "trouble": self.trouble,
            "reply": self.sheet.state(),
        }

    def news(self) -> list[Op]:
        """What the page does not have yet of the reply."""
        reply = self.reply
        return self.sheet.news(reply) if reply is not None else []

    def end(self) -> list[Op]:
        """Take down how the reading ended; what is left to tell the page."""
        assert self.running is not None
        self.ended, error = self.running.reply, self.running.error
        told = self.ended is not None and isinstance(self.ended.error, MiniMaxError)
        if error is not None and not told and not isinstance(error, KeyboardInterrupt):
            self.trouble = said(error)
        ops = self.sheet.ended(self.ended) if self.ended is not None else []
        return [*ops, {"op": "trouble", "call": self.sheet.name, "text": self.trouble}] if self.trouble else ops
