"""What was said so far, turn by turn: entered, answered anew, dropped and brought back. Safe for threads."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from secrets import token_hex

from minimax_nb.chat.watchers import Watchers
from minimax_nb.errors import RequestError
from minimax_nb.messages.parts import Message
from minimax_nb.messages.turns import Turn, cell_of


class Conversation:
    """The turns of a chat, oldest first. A step back undoes the last change that lost something."""

    def __init__(self, turns: Iterable[Turn] = ()) -> None:
        self._turns = tuple(turns)
        self._before: tuple[Turn, ...] | None = None
        self._lock = threading.Lock()
        self._watchers = Watchers()

    def watch(self, hear: Callable[[], object]) -> Callable[[], None]:
        """Call ``hear`` after each change, on the thread that made it; gives the function that ends this."""
        return self._watchers.add(hear)

    @property
    def turns(self) -> tuple[Turn, ...]:
        """Every turn."""
        return self._turns

    @property
    def messages(self) -> tuple[Message, ...]:
        """Every message of every turn."""
        return _messages(self._turns)

    def heard_before(self, name: str) -> tuple[Message, ...]:
        """What stands before the turn of that name; everything, if there is none."""
        turns = self._turns
        at = _place(turns, name)
        return _messages(turns if at is None else turns[:at])

    def after(self, name: str) -> int:
        """How many turns of other cells stand after the turn of that name."""
        turns = self._turns
        at = _place(turns, name)
        return 0 if at is None else sum(cell_of(turn.name) != cell_of(name) for turn in turns[at + 1 :])

    def enter(self, turn: Turn) -> None:
        """Add a turn. One of the same name is replaced, and those after it are stale from then on.

        What is added after a change is not lost when the change is taken back.
        """
        with self._lock:
            if _place(self._turns, turn.name) is not None:
                self._before = self._turns
            elif self._before is not None:
                self._before = _with(self._before, turn)
            self._turns = _with(self._turns, turn)
        self._watchers.tell()

    def name_of(self, number: int) -> str:
        """The name of a turn, by its number; one that has none is given one, so that it can be answered anew.

        Raises:
            RequestError: There is no turn of that number.
        """
        with self._lock:
            turns = self._turns
            at = _index(number, len(turns))
            if not turns[at].name:
                named = replace(turns[at], name=f"turn-{token_hex(6)}")
                self._turns = (*turns[:at], named, *turns[at + 1 :])
                self._before = self._before and tuple(named if turn is turns[at] else turn for turn in self._before)
            return self._turns[at].name

    def drop(self, *numbers: int) -> int:
        """Take out turns by their numbers, the first being 1 and the last also -1; how many that were.

        Raises:
            RequestError: There is no turn of that number.
        """
        with self._lock:
            turns = self._turns
            gone = {_index(number, len(turns)) for number in numbers}
            if gone:
                self._before = turns
                self._turns = tuple(turn for at, turn in enumerate(turns) if at not in gone)
        self._watchers.tell()
        return len(gone)

    def clear(self) -> None:
        """Take out every turn."""
        with self._lock:
            if self._turns:
                self._before, self._turns = self._turns, ()
        self._watchers.tell()

    def undo(self) -> bool:
        """Go back to what stood before the last turn was dropped, cleared or replaced; whether there was such a change.

        A second step goes forward again.
        """
        with self._lock:
            if self._before is None:
                return False
            self._before, self._turns = self._turns, self._before
        self._watchers.tell()
        return True

    def become(self, other: Conversation) -> None:
        """Go on with what another conversation holds; a step back undoes it."""
        with self._lock:
            self._before, self._turns = self._turns, other.turns
        self._watchers.tell()

    def up_to(self, number: int | None) -> Conversation:
        """A conversation of its own with the turns up to and with this number; None is all of them.

        Raises:
            RequestError: There is no turn of that number.
        """
        turns = self._turns
        if number is None:
            return Conversation(turns)
        return Conversation(turns[: _index(number, len(turns)) + 1] if number else ())


def _messages(turns: Iterable[Turn]) -> tuple[Message, ...]:
    return tuple(message for turn in turns for message in turn.messages)


def _with(turns: tuple[Turn, ...], turn: Turn) -> tuple[Turn, ...]:
    """The turns and this one, in its own place or behind them."""
    at = _place(turns, turn.name)
    if at is None:
        return (*turns, turn)
    return (*turns[:at], turn, *(later.aged() for later in turns[at + 1 :]))


def _place(turns: tuple[Turn, ...], name: str) -> int | None:
    """Where the turn of that name stands."""
    return next((at for at, turn in enumerate(turns) if name and turn.name == name), None)


def _index(number: int, count: int) -> int:
    if isinstance(number, bool) or not isinstance(number, int):
        raise RequestError(f"A turn is named by its number, not by {number!r}.", hint="The first is 1, the last -1.")
    at = number - 1 if number > 0 else count + number
    if number == 0 or not 0 <= at < count:
        known = f"They are numbered 1 to {count}." if count else "The conversation is empty."
        raise RequestError(f"There is no turn {number}.", hint=known)
    return at
