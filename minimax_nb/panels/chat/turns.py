"""The turns of a chat as a page shows them: which there are, in which order, and what has changed since it was told.

A chat's turns are values that are replaced whenever something about them changes; a page wants things that stay. An
entry is such a thing: it keeps its id while its turn goes stale, is named or answered anew.
"""

from __future__ import annotations

from itertools import count
from typing import Any

from minimax_nb.chat import Chat
from minimax_nb.display.transcript import reply_of
from minimax_nb.messages.media import Media
from minimax_nb.messages.reply import Reply
from minimax_nb.messages.turns import Turn
from minimax_nb.panels.sheet import ReplySheet, sent_media

Op = dict[str, Any]

_numbers = count(1)


class Entry:
    """A prompt and its reply on the page.

    Args:
        mark: What the page knows it by.
        prompt: The prompt's text.
        media: What was sent with it.
        turn: The chat's turn; None while it is under way for the first time.
    """

    def __init__(self, mark: str, prompt: str, media: tuple[Media, ...], turn: Turn | None = None) -> None:
        self.id, self.prompt, self.media, self.turn = mark, prompt, media, turn
        self.live: ReplySheet | None = None  # of a reply that was watched as it came
        self._drawn: ReplySheet | None = None

    @classmethod
    def of(cls, turn: Turn) -> Entry:
        """A new entry for a turn that has ended."""
        return cls(new_mark(), turn.prompt.text, turn.prompt.media, turn)

    def item(self) -> Op:
        """All that the page is told of it."""
        sheet = self.live or self._sheet()
        reply = sheet.state()
        if self.live is None and (self.turn is None or self.turn.reply is None) and reply["end"]:
            reply["end"] = {**reply["end"], "receipt": ""}  # nobody knows what it cost
        stale = self.turn is not None and self.turn.stale
        return {
            "id": self.id,
            "prompt": sendable(self.prompt),
            "media": sent_media(self.media),
            "stale": stale,
            "reply": reply,
        }

    def _sheet(self) -> ReplySheet:
        """The sheet of a reply that had ended when it was first shown."""
        if self._drawn is None:
            self._drawn = ReplySheet(self.id)
            if self.turn is not None:
                self._drawn.ended(reply_of(self.turn))
        return self._drawn


def new_mark() -> str:
    """An id that no other entry of this process has."""
    return f"t{next(_numbers)}"


def sendable(text: str) -> str:
    """The text with "?" for half surrogate pairs, which no message can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


class Entries:
    """The entries of one chat. Not for two threads at once: the panel's lock is held.

    Attributes:
        chat: The chat.
        pending: The prompt under way, if it is this chat's.
    """

    def __init__(self, chat: Chat) -> None:
        self.chat = chat
        self.pending: Entry | None = None
        self._name = ""  # of the turn that the pending entry answers anew
        self._before: Entry | None = None  # what stood in its place
        self._shown: list[Entry] = []
        self._told_stale: dict[str, bool] = {}
        self.follow(None, tell=False)

    def all(self) -> list[Op]:
        """Everything, for a page that begins anew."""
        return [entry.item() for entry in self._shown]

    def named(self, mark: object) -> tuple[int, Entry, Turn] | None:
        """A turn by the page's mark: its number, the first being 1, its entry, itself; None if it is gone."""
        held = {id(entry.turn.messages): entry for entry in self._shown if entry.id == mark and entry.turn is not None}
        for number, turn in enumerate(self.chat.turns, 1):
            if entry := held.get(id(turn.messages)):
                return number, entry, turn
        return None

    # -- a prompt under way ----------------------------------------------------------------------------------------

    def begin(self, prompt: str, media: tuple[Media, ...]) -> list[Op]:
        """A new prompt is under way."""
        return self._pend(Entry(new_mark(), prompt, media), "", None)

    def begin_anew(self, entry: Entry, name: str, prompt: str) -> list[Op]:
        """The turn of this name is answered anew, in its place."""
        return self._pend(Entry(entry.id, prompt, entry.media), name, entry)

    def _pend(self, entry: Entry, name: str, before: Entry | None) -> list[Op]:
        entry.live = ReplySheet(entry.id)
        self.pending, self._name, self._before = entry, name, before
        return [{"op": "put", "turn": entry.item()}, *self.follow(None)]

    def give_up(self) -> list[Op]:
        """Nothing came of the prompt: what stood in its place stands there again."""
        gone, back = self.pending, self._before
        self.settle()
        if back is None:
            return self.follow(None)
        self._shown = [back if entry is gone else entry for entry in self._shown]
        return [{"op": "put", "turn": back.item()}, *self.follow(None)]

    def settle(self) -> None:
        """The prompt under way has ended, and the chat holds its turn."""
        self.pending, self._name, self._before = None, "", None

    # -- following the chat ----------------------------------------------------------------------------------------

    def follow(self, running: Reply | None, *, tell: bool = True) -> list[Op]:
        """Bring the entries in line with the chat's turns; what the page has to be told.

        Args:
            running: The reply that is under way, by which the turn is known that it ends.
            tell: False if there is no page, so that nothing need be drawn.
        """
        known = {id(entry.turn.messages): entry for entry in self._shown if entry.turn is not None}
        by_name = {entry.turn.name: entry for entry in self._shown if entry.turn is not None and entry.turn.name}
        now: list[Entry] = []
        ops: list[Op] = []
        for turn in self.chat.turns:
            entry = self._waiting(turn, running) or known.get(id(turn.messages))
            if entry is None:
                entry = Entry.of(turn)
                if before := by_name.get(turn.name):
                    entry.id = before.id  # answered anew somewhere else: in its place here, too
                ops += [{"op": "put", "turn": entry.item()}] if tell else []
            elif entry is not self.pending:
                entry.turn = turn
            now.append(entry)
        if self.pending is not None and self.pending not in now:
            now.append(self.pending)
        if [entry.id for entry in now] != [entry.id for entry in self._shown]:
            ops.append({"op": "order", "ids": [entry.id for entry in now]})
        self._shown = now
        return ops + self._marks()

    def _waiting(self, turn: Turn, running: Reply | None) -> Entry | None:
        """The pending entry, where this turn stands in its place or is what came of it."""
        entry = self.pending
        if entry is None:
            return None
        if running is not None and turn.reply is running:
            entry.turn = turn
            return entry
        return entry if self._name and turn.name == self._name else None

    def _marks(self) -> list[Op]:
        stale = {entry.id: entry.turn is not None and entry.turn.stale for entry in self._shown}
        ops = [
            {"op": "mark", "id": mark, "stale": now}
            for mark, now in stale.items()
            if now != self._told_stale.get(mark, False)
        ]
        self._told_stale = stale
        return ops
