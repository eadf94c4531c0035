"""Questions that come up on one thread and are answered on another.

A stream is read by a thread of its own, and a person can be asked only by the thread that runs the cell: a kernel's
input belongs to it.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from minimax_nb.messages.parts import ToolCall
from minimax_nb.tools import Approver, Consent, Tool

Answer = bool | str | Consent


@dataclass(slots=True)
class _Question:
    """One question under way; without an answer and an error nobody is there to answer it any longer."""

    ask: Callable[[], Answer]
    answer: Answer | None = None
    error: Exception | None = None
    settled: threading.Event = field(default_factory=threading.Event)


class Questions:
    """Carries questions over.

    Args:
        wake: Called when there is one.
    """

    def __init__(self, wake: Callable[[], object]) -> None:
        self._wake = wake
        self._waiting: deque[_Question] = deque()
        self._lock = threading.Lock()
        self._closed = False

    @property
    def waiting(self) -> bool:
        """Whether somebody waits for an answer."""
        return bool(self._waiting)

    def asking(self, approver: Approver) -> Approver:
        """An approver for any thread that lets ``approver`` decide where :meth:`answer` is called.

        It raises what ``approver`` raises, and KeyboardInterrupt once nobody answers any longer.
        """

        def carried(tool: Tool[..., Any], call: ToolCall, /) -> Answer:
            question = _Question(lambda: approver(tool, call))
            with self._lock:
                if self._closed:
                    raise KeyboardInterrupt
                self._waiting.append(question)
            self._wake()
            question.settled.wait()
            if question.error is not None:
                raise question.error
            if question.answer is None:
                raise KeyboardInterrupt
            return question.answer

        return carried

    def answer(self) -> None:
        """Ask what is waiting, here. A question that is interrupted stays until :meth:`close`."""
        while self._waiting:
            question = self._waiting[0]
            try:
                question.answer = question.ask()
            except Exception as error:  # noqa: BLE001 - it belongs to whoever asked
                question.error = error
            self._waiting.popleft()
            question.settled.set()

    def close(self) -> None:
        """Nobody answers any longer: whoever waits is interrupted."""
        with self._lock:
            self._closed = True
        while self._waiting:
            self._waiting.popleft().settled.set()
