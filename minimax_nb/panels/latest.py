"""Work that takes its time and is wished for again meanwhile: only the newest wish counts."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Wish = TypeVar("Wish")


class Latest(Generic[Wish]):
    """Does work on a daemon thread, never twice at a time; of the wishes that came meanwhile it does the last one.

    Args:
        work: Called with a wish, on that thread. Where it fails, its thread ends as a thread does; the next wish begins
            another.
        name: Of the thread.
    """

    def __init__(self, work: Callable[[Wish], object], name: str) -> None:
        self._work, self._name = work, name
        self._lock = threading.Lock()
        self._waiting: list[Wish] = []
        self._busy = False

    def ask(self, wish: Wish) -> None:
        """Have this done soon, in place of what waits. Returns at once; from any thread."""
        with self._lock:
            self._waiting = [wish]
            begins, self._busy = not self._busy, True
        if begins:
            threading.Thread(target=self._run, name=self._name, daemon=True).start()

    def _run(self) -> None:
        while (wishes := self._taken()) != []:
            try:
                self._work(wishes[0])
            except BaseException:
                with self._lock:
                    self._busy = False
                raise

    def _taken(self) -> list[Wish]:
        """What is to be done now; without anything, nobody is busy any more."""
        with self._lock:
            wishes, self._waiting = self._waiting, []
            self._busy = wishes != []
            return wishes
