"""Whoever wants to know when something has changed."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable


class Watchers:
    """Functions that are called after a change, on the thread that made it. Safe for threads.

    What one of them raises is left aside: who watches must not break what is watched.
    """

    __slots__ = ("_hear", "_lock")

    def __init__(self) -> None:
        self._hear: tuple[Callable[[], object], ...] = ()
        self._lock = threading.Lock()

    def add(self, hear: Callable[[], object]) -> Callable[[], None]:
        """Call ``hear`` from now on; gives the function that ends this."""
        with self._lock:
            self._hear = (*self._hear, hear)

        def leave() -> None:
            with self._lock:
                self._hear = tuple(one for one in self._hear if one is not hear)

        return leave

    def tell(self) -> None:
        """Something has changed."""
        for hear in self._hear:
            with contextlib.suppress(Exception):
                hear()
