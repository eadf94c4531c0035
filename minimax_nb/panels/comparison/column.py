"""One column of a comparison at work: its chat, the reply under way, and what a page knows of both."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from secrets import token_hex
from typing import Any

from minimax_nb.chat import Chat
from minimax_nb.errors import MiniMaxError
from minimax_nb.messages.reply import Reply
from minimax_nb.panels.comparison.figures import Pace, figures, how_it_ended, rate_of
from minimax_nb.panels.comparison.settings import below_title, described, made_chat, spoken
from minimax_nb.panels.panel import said
from minimax_nb.panels.running import Running, Streaming
from minimax_nb.panels.sheet import Op, ReplySheet

Heard = Callable[["Column"], object]

_BLANK = {"first": "", "speed": "", "read": "", "written": "", "price": ""}


class Column:
    """A model with its settings.

    A column that cannot be (no such model, no key) holds its error and leaves the others alone; it tries anew with
    each prompt, since the key may be there by then.

    Args:
        name: What the page knows it by.
        entry: How it was written.
        common: What is said for all columns.

    Attributes:
        chat: The conversation of this column, or None.
        error: What went wrong, or None.
        title: Its title; set by whoever knows all columns.
        best: Which of its figures are the best.
        busy: Whether a prompt is under way.
    """

    def __init__(self, name: str, entry: object, common: Mapping[str, Any]) -> None:
        self.name, self._entry, self._common = name, entry, common
        self.chat: Chat | None = None
        self.error: BaseException | None = None
        self._said: dict[str, Any] | Chat | None = None
        try:
            self._open()
        except MiniMaxError as error:
            self.error = error
        self.about = described(entry, self._said, self.chat)
        self.title = ""
        self.best: list[str] = []
        self._running: Running | None = None
        self._over = threading.Event()
        self._over.set()
        self.busy = False
        self._attempts, self._turn = 0, ""
        self._pace = Pace()
        self._sheet = ReplySheet(name)
        self._told: dict[str, Any] = {}

    def _open(self) -> Chat:
        if self.chat is None:
            self._said = spoken(self._entry, self._common)
            self.chat = made_chat(self._said)
        return self.chat

    # -- at work -------------------------------------------------------------------------------------------------------

    @property
    def reply(self) -> Reply | None:
        """The reply to the last prompt, as far as it has come; None if there is none."""
        return self._running.reply if self._running is not None else None

    @property
    def answered(self) -> bool:
        """Whether there is a reply that has ended and says something."""
        return not self.busy and _says_something(self.reply)

    @property
    def ended(self) -> str:
        """How it ended, or what it is at; "" if nothing was asked."""
        if self._running is None:
            return "failed" if self.error is not None else ""
        if self.busy:
            return "under way"
        return how_it_ended(self.reply, self.error)

    def new_round(self) -> None:
        """The next prompt is another one: it begins a turn of its own."""
        self._turn = f"turn-{token_hex(6)}"

    def prepare(
        self,
        prompt: Sequence[object],
        asking: Mapping[str, Any],
        *,
        after: threading.Event | None,
        news: Heard,
        ended: Heard,
    ) -> threading.Event:
        """Get ready to answer the prompt, anew if it was answered in this round; :meth:`start` begins.

        Args:
            prompt: Text and other objects.
            asking: What every call takes beside it.
            after: Set when the column before has read the prompt: one reads it after the other, so that a note that is
                given once stands in the same column on every run.
            news: Called with this column after each event.
            ended: Called with it at the end.

        Returns:
            What is set once this column has read the prompt.
        """
        read = threading.Event()
        pace = Pace()

        def make() -> Streaming:
            try:
                if after is not None:
                    after.wait()
                chat = self._open()
                stream = chat.stream(*prompt, turn=self._turn, **asking)
                if not stream.reply.free:
                    pace.rate = rate_of(chat, prompt)
                return stream
            finally:
                read.set()
                pace.begin()

        def heard() -> None:
            pace.hear(self.reply)
            news(self)

        def over(running: Running) -> None:
            stopped = running.stopped or isinstance(running.error, KeyboardInterrupt)
            self.error = None if stopped else running.error
            self.busy = False
            try:
                ended(self)
            finally:
                self._over.set()

        self._attempts += 1
        self.error, self.best, self._pace = None, [], pace
        self._sheet = ReplySheet(f"{self.name}.{self._attempts}")
        self._over, self.busy = threading.Event(), True
        self._running = Running(make, news=heard, ended=over)
        return read

    def start(self) -> None:
        """Begin what was prepared."""
        if self._running is not None:
            self._running.start()

    def stop(self) -> None:
        """Stop the reply under way; what came is kept."""
        if self._running is not None and self.busy:
            self._running.stop()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until nothing is under way and everybody was told; whether that is so."""
        return self._over.wait(seconds)

    # -- for the page --------------------------------------------------------------------------------------------------

    @property
    def complaint(self) -> str:
        """What went wrong, where nothing of a reply tells it."""
        reply = self.reply
        if self.error is None or _says_something(reply) or (reply is not None and reply.thinking):
            return ""
        return said(self.error)

    def _facts(self, *, over: bool) -> dict[str, Any]:
        """What the page shows beside the reply. ``over``: nothing more comes of the reply."""
        reply = self.reply
        now = _BLANK if reply is None else figures(reply) if over else self._pace.figures(reply)
        return {
            "title": self.title,
            "about": below_title(self.about, self.title),
            "r": self._sheet.name,
            "busy": not over,
            "ended": self.ended if over else "",
            "answered": over and _says_something(reply),
            "asked": self._running is not None,
            "complaint": self.complaint if over else "",
            "best": list(self.best),
            **now,
        }

    def news(self) -> list[Op]:
        """What the page does not know yet: facts that have changed, and what has come of the reply."""
        over, reply = not self.busy, self.reply
        facts = self._facts(over=over)
        changed = {name: value for name, value in facts.items() if self._told.get(name) != value}
        self._told = facts
        ops: list[Op] = [{"op": "column", "c": self.name, **changed}] if changed else []
        if reply is not None:
            ops += self._sheet.ended(reply) if over else self._sheet.news(reply)
        return ops

    def state(self) -> dict[str, Any]:
        """All that the page was told."""
        return {"c": self.name, **self._told, "reply": self._sheet.state()}


def _says_something(reply: Reply | None) -> bool:
    return reply is not None and bool(reply.text or reply.tool_calls or reply.parsed is not None)
