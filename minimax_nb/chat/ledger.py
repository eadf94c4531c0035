"""What conversations used: every reply once, in the chat's ledger and in the session's."""

from __future__ import annotations

import threading
from collections.abc import Callable

from minimax_nb.chat.entries import Entries
from minimax_nb.chat.entry import Entry, UsageLine
from minimax_nb.chat.watchers import Watchers
from minimax_nb.messages.reply import Reply


class Ledger(Entries):
    """Every reply of a chat, one entry each, failed and interrupted ones included. Safe for threads.

    Args:
        parent: A ledger that gets every entry of this one, too, such as :data:`SESSION`.
        name: What the chat is called in the entries.
    """

    __slots__ = ("_entries", "_lock", "_watchers", "name", "parent")

    def __init__(self, parent: Ledger | None = None, name: str = "") -> None:
        self.parent, self.name = parent, name
        self._entries: list[Entry] = []
        self._lock = threading.Lock()
        self._watchers = Watchers()

    def watch(self, hear: Callable[[], object]) -> Callable[[], None]:
        """Call ``hear`` after each new entry, on the thread that made it; gives the function that ends this."""
        return self._watchers.add(hear)

    def add(self, reply: Reply, chat: str = "", at: float | None = None) -> Entry:
        """Enter a reply that has ended, here and in every ledger above.

        Args:
            reply: The reply; it is entered as it is now.
            chat: What the chat is called; default is the ledger's name.
            at: Seconds since 1970; default is now, and None for the emulator and for recordings.

        Returns:
            What was entered.
        """
        entry = Entry.of(reply, chat or self.name, at)
        ledger: Ledger | None = self
        while ledger is not None:  # one lock at a time, so that no two threads can wait for each other
            with ledger._lock:
                ledger._entries.append(entry)
            ledger._watchers.tell()
            ledger = ledger.parent
        return entry

    @property
    def entries(self) -> tuple[Entry, ...]:
        """One entry a reply, in the order they ended."""
        with self._lock:
            return tuple(self._entries)

    def clear(self) -> None:
        """Forget every entry here; ledgers above and below keep theirs."""
        with self._lock:
            self._entries.clear()
        self._watchers.tell()

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return f"<usage of {len(self)} replies>"


SESSION = Ledger()
"""Every reply of this process whose chat keeps its ledger below this one."""

__all__ = ["SESSION", "Entry", "Ledger", "UsageLine"]
