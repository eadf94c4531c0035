"""Fields that come as what is new, or as everything so far: told apart without a word from the server.

Every dated recording of MiniMax is incremental: a chunk brings what is new. The sample on MiniMax's SDK page reads
chunks as if each repeated all before it, and gateways have been seen to send such cumulative snapshots (issue threads
of two public clients, read 2026-11-20). Looking whether a piece begins with what came before is not enough: ``a`` then
``and`` is incremental. The rules of the file:

1. A piece is new unless it goes on from *everything* the field has said, and is longer. Such a piece is held back.
2. Pieces that each go on from the one before make a chain. Two links on at least 32 characters each make the field
   cumulative: only what the last piece adds is said, so nothing is ever said twice and taken back.
3. Text that repeats itself (rules of dashes, equal rows) proves nothing; there eight links are needed.
4. A piece that breaks the chain shows that all of it was new: it is said at once, in order.
5. A field that ends with its chain undecided (a reply of two or three chunks) is taken for incremental: its words may
   stand there twice, but none is lost. Where another field of the same reply has been found cumulative, one long link
   is enough, and an undecided chain is taken for cumulative. Text that tells by itself when it is whole (a tool call's
   arguments are JSON) is judged by that.
6. In a cumulative field, a piece that does not go on from the last begins a new stretch of text.

A piece is compared only when it is longer than all that came before, so that the work is linear in the bytes received.
"""

from __future__ import annotations

from collections.abc import Callable

LONG = 32
"""Characters that two pieces must share at the least before that counts."""

_LINKS = 2
_MANY = 8  # links that even text full of repetitions cannot make by chance


class Habit:
    """What the fields of one reply have shown of their server.

    Attributes:
        cumulative: Whether one of them was found cumulative.
    """

    __slots__ = ("cumulative",)

    def __init__(self) -> None:
        self.cumulative = False


class Growing:
    """One field. Give it every piece that is not empty; it says what is new.

    Attributes:
        pieces: What has been said of the present stretch.
        length: Characters of it; a piece no longer than that is new without a look. -1 while every piece needs one.
        held: Pieces held back, each beginning with the one before.
    """

    __slots__ = ("_before", "_habit", "_is_whole", "_links", "_snapshots", "held", "length", "pieces")

    def __init__(self, habit: Habit, is_whole: Callable[[str], bool] | None = None) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self.held: list[str] = []
        self._habit = habit
        self._is_whole = is_whole  # tells whether a text is complete, where a text can tell
        self._before: list[str] = []  # earlier stretches
        self._links = 0  # long ones, of the chain in ``held``
        self._snapshots = False  # each piece is all of the stretch so far; ``pieces`` is then the last one

    def text(self) -> str:
        """All that was said."""
        return "".join([*self._before, *self.pieces])

    def take(self, piece: str) -> str:
        """What of ``piece`` is new and certain."""
        if len(piece) <= self.length:  # nearly always
            self.pieces.append(piece)
            self.length += len(piece)
            return piece
        return self._take_snapshot(piece) if self._snapshots else self._look(piece)

    def settle(self) -> str:
        """Decide on what is held back: something else of the reply follows, or nothing does. What it says."""
        if not self.held:
            return ""
        cumulative = self._habit.cumulative
        if self._is_whole is not None:
            joined = "".join([*self.pieces, *self.held])
            cumulative = not self._is_whole(joined) and (cumulative or self._is_whole(self.held[-1]))
        return self._confirm() if cumulative else self._let_go()

    def _look(self, piece: str) -> str:
        """A piece longer than all before it, or one that follows such a piece."""
        if self.held:
            last = self.held[-1]
            if self._is_longer(piece, last) and piece.startswith(last):
                return self._hold(last, piece)
            return self._let_go() + self.take(piece)
        whole = "".join(self.pieces)
        if whole and piece.startswith(whole):
            return self._hold(whole, piece)
        self.pieces.append(piece)
        self._count()
        return piece

    def _is_longer(self, piece: str, last: str) -> bool:
        return len(piece) > len(last) or (self._is_whole is not None and len(piece) == len(last))

    def _hold(self, last: str, piece: str) -> str:
        """``piece`` goes on from ``last``: another link of the chain."""
        self.held.append(piece)
        self.length = -1
        self._links += len(last) >= LONG
        enough = self._links >= (1 if self._habit.cumulative else _LINKS)
        if enough and (self._links >= _MANY or not _repeats(last)):
            if len(piece) > len(last):
                self._habit.cumulative = True
            return self._confirm()
        return ""

    def _confirm(self) -> str:
        """The chain is one text that grew; what its last piece adds to what was said."""
        last, said = self.held[-1], len("".join(self.pieces))
        self.pieces, self.held = [last], []
        self._snapshots, self._links, self.length = True, 0, -1
        return last[said:]

    def _let_go(self) -> str:
        """The chain was none: all of it is new."""
        new = "".join(self.held)
        self.pieces += self.held
        self.held, self._links = [], 0
        self._count()
        return new

    def _count(self) -> None:
        self.length = sum(map(len, self.pieces))
        if self._is_whole is not None:
            self.length -= 1  # arguments sent whole a second time are no longer than the first

    def _take_snapshot(self, piece: str) -> str:
        last = self.pieces[0]
        if piece.startswith(last):
            self.pieces[0] = piece
            return piece[len(last) :]
        if last.startswith(piece):
            return ""  # an older one, once more
        self._before.append(last)
        self.pieces, self._snapshots = [piece], False
        self._count()
        return piece


def _repeats(text: str) -> bool:
    """Whether the first half of a text stands in it a second time, so that pieces of it are alike by nature."""
    return text.find(text[: len(text) // 2], 1) >= 0
