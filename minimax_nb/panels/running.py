"""A stream that is read on a thread of its own, so that the kernel stays free and a panel can stop it at any moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, Protocol

from minimax_nb.messages.events import Event
from minimax_nb.messages.parts import ToolCall
from minimax_nb.messages.reply import Reply
from minimax_nb.tools import Approver, Consent, Tool

Answer = bool | str | Consent

ANSWERS: dict[str, Answer] = {"yes": True, "no": False, "always": Consent.ALWAYS}
"""What the buttons under a question send."""


_numbers = count(1)


class Streaming(Protocol):
    """A stream as :meth:`Chat.stream <minimax_nb.chat.Chat.stream>` gives it."""

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

    def ask_through(self, approver: Approver) -> None:
        """Let somebody else decide about tools."""
        ...


class Running:
    """One prompt under way.

    Args:
        make: Gives the stream; called on the thread, since reading pictures and counting tokens take their time.
        news: Called after each event. Must be quick.
        ended: Called once, at the end, with this.
        ask: Puts a tool's question to the person at the page: its number, the tool, the call; None leaves the question
            to the chat's own approver.

    Attributes:
        error: What went wrong, or None.
    """

    def __init__(
        self,
        make: Callable[[], Streaming],
        *,
        news: Callable[[], object],
        ended: Callable[[Running], object],
        ask: Callable[[int, Tool[..., Any], ToolCall], object] | None = None,
    ) -> None:
        self._make, self._news, self._on_end, self._ask = make, news, ended, ask
        self._stream: Streaming | None = None
        self._stopped = threading.Event()
        self._over = threading.Event()
        self._asked: dict[int, _Question] = {}
        self._lock = threading.Lock()
        self.error: BaseException | None = None

    @property
    def reply(self) -> Reply | None:
        """The reply so far; None until the prompt has been read."""
        return self._stream.reply if self._stream is not None else None

    @property
    def stopped(self) -> bool:
        """Whether somebody pressed Stop."""
        return self._stopped.is_set()

    def start(self) -> None:
        """Begin, on a thread that does not keep the process alive."""
        threading.Thread(target=self.run, name="minimax_nb panel reader", daemon=True).start()

    def run(self) -> None:
        """Read to the end, here."""
        try:
            stream = self._make()
            if self._ask is not None:
                stream.ask_through(self._approve)
            self._stream = stream
            if self.stopped:
                stream.stop()
            self._news()
            for _ in stream:
                self._news()
        except BaseException as error:  # noqa: BLE001 - there is nobody above; it is told on the page
            self.error = error
        finally:
            self._over.set()
            self._on_end(self)

    def stop(self) -> None:
        """Stop now; what came is kept. Questions that wait for an answer are no more."""
        self._stopped.set()
        if self._stream is not None:
            self._stream.stop()
        with self._lock:
            waiting, self._asked = list(self._asked.values()), {}
        for question in waiting:
            question.settled.set()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the end; whether it has come."""
        return self._over.wait(seconds)

    def answer(self, number: int, answer: Answer) -> bool:
        """Answer a question; whether somebody still waits for it."""
        with self._lock:
            question = self._asked.pop(number, None)
        if question is None:
            return False
        question.answer = answer
        question.settled.set()
        return True

    def _approve(self, tool: Tool[..., Any], call: ToolCall, /) -> Answer:
        """Ask the person at the page, and wait. No answer is a KeyboardInterrupt, as for every approver."""
        assert self._ask is not None
        question = _Question()
        with self._lock:
            if self.stopped:
                raise KeyboardInterrupt
            number = next(_numbers)
            self._asked[number] = question
        self._ask(number, tool, call)
        question.settled.wait()
        if question.answer is None:
            raise KeyboardInterrupt
        return question.answer


class _Question:
    __slots__ = ("answer", "settled")

    def __init__(self) -> None:
        self.settled = threading.Event()
        self.answer: Answer | None = None
