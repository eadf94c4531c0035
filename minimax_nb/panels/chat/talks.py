"""The conversations of a chat panel: which one is shown, what changes in it here or in a cell, what is kept of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from minimax_nb.chat import Chat
from minimax_nb.chat.gauge import Gauge
from minimax_nb.display.render import Bundle
from minimax_nb.display.transcript import transcripts
from minimax_nb.errors import RequestError
from minimax_nb.messages.turns import Turn
from minimax_nb.panels.chat.meters import Weigher, gauge_op, spent_said
from minimax_nb.panels.chat.prompt import Under
from minimax_nb.panels.chat.turns import Entries, Entry
from minimax_nb.panels.panel import Op, Panel

_EXCERPT = 40


class Talks(Panel):
    """What a chat panel knows of its conversations. :class:`~minimax_nb.panels.chat.panel.ChatPanel` adds prompts.

    Attributes:
        chats: Every conversation of the panel, oldest first: the first one, its branches, new ones.
    """

    def __init__(self, chat: Chat) -> None:
        super().__init__()
        self.chats: list[Chat] = []
        self._leave: list[Callable[[], None]] = []
        self._under: Under | None = None
        self._failure: Op | None = None
        self._undo = ""
        self._changing = False
        self._gauge: Op | None = None
        self._tokens: int | None = None
        self._spent = ""
        self._weigher = Weigher(self._weighed)
        self._kept: tuple[list[tuple[Turn, ...]], str, Bundle] | None = None
        self._take_in(chat)
        self.handlers |= {
            "delete": self._on_delete,
            "undo": self._on_undo,
            "branch": self._on_branch,
            "new": self._on_new,
            "choose": self._on_choose,
        }

    @property
    def chat(self) -> Chat:
        """The conversation that is shown."""
        return self._entries.chat

    def close(self) -> None:
        """Take the panel away from every page and follow its chats no longer; the saved copy stays."""
        for leave in self._leave:
            leave()
        self._leave = []
        super().close()

    # -- what the page shows -------------------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Everything that a page needs to show the conversation."""
        if self._gauge is None:
            self._weigher.weigh(self.chat)
        return {
            "turns": self._entries.all(),
            "failure": self._failure,
            "gauge": self._gauge,
            **self._around(),
        }

    def _around(self) -> Op:
        """What stands around the turns."""
        chat = self.chat
        self._spent = self._spent_now()
        return {
            "who": " · ".join(filter(None, [chat.account.name, chat.provider, chat.model, chat.face])),
            "chats": [_title(number, one) for number, one in enumerate(self.chats, 1)],
            "chat": next(at for at, one in enumerate(self.chats) if one is chat),
            "undo": self._undo,
            "spent": self._spent,
        }

    def _spent_now(self) -> str:
        """What the chat has cost, with the reply under way."""
        under = self._under
        reply = under.reply if under is not None else None
        if under is None or reply is None or reply.free or under.chat is not self.chat:
            return spent_said(self.chat)
        usd = under.price.so_far(reply)
        return spent_said(self.chat, usd, unknown=usd is None)

    def _weighed(self, chat: Chat, gauge: Gauge) -> None:
        """The window was measured, on a thread of the weigher's."""
        with self.lock:
            if chat is self.chat:
                self._gauge, self._tokens = gauge_op(gauge), gauge.tokens
                self.post(self._gauge)

    # -- what the notebook keeps ---------------------------------------------------------------------------------------

    def saved(self) -> Bundle:
        """The conversations, as the saved notebook keeps them."""
        with self.lock:
            turns = [chat.turns for chat in self.chats]
            who = "".join(f"{chat.provider} {chat.model} {chat.face} {chat.system}\n" for chat in self.chats)
            if self._kept is None or self._kept[1] != who or not _same(self._kept[0], turns):
                self._kept = turns, who, transcripts(self.chats)
            return self._kept[2]

    # -- which conversation --------------------------------------------------------------------------------------------

    def _take_in(self, chat: Chat) -> None:
        """Make a conversation one of the panel's, and the one that is shown."""
        self.chats.append(chat)
        self._leave.append(chat.watch(lambda: self._changed_in(chat)))
        self._show(chat)

    def _show(self, chat: Chat) -> None:
        with self.lock:
            self._entries = Entries(chat)
            self._failure, self._undo, self._gauge, self._tokens = None, "", None, None
            if self._page is not None:
                self.post({"op": "whole", "state": self.state()})
        self.keep()

    def _changed_in(self, chat: Chat) -> None:
        """A conversation of the panel has changed, here or in a cell."""
        with self.lock:
            if chat is self.chat:
                if not self._changing and self._under is None:
                    self._undo = ""  # a step back would undo what was done elsewhere
                self._follow()
        if self._page is not None:
            self._weigher.weigh(self.chat)
        self.keep()

    def _follow(self) -> None:
        """Bring the page in line with the chat."""
        under = self._under
        reply = under.reply if under is not None else None
        if self._page is None:
            self._entries.follow(reply, tell=False)
        else:
            self.post(*self._entries.follow(reply), {"op": "around", **self._around()})

    def _free(self) -> None:
        """Only one reply at a time.

        Raises:
            RequestError: One is under way.
        """
        if self._under is not None:
            raise RequestError("A reply is under way.", hint="Stop it first, or wait for its end.")

    def _turn(self, content: Mapping[str, Any]) -> tuple[int, Entry, Turn]:
        """The turn that the page means: its number, its entry, itself.

        Raises:
            RequestError: It is gone.
        """
        found = self._entries.named(content.get("id"))
        if found is None:
            raise RequestError("That turn is not in the conversation any more.")
        return found

    def _on_delete(self, content: Mapping[str, Any], _: Sequence[memoryview]) -> None:
        with self.lock:
            self._free()
            number = self._turn(content)[0]
            self._undo = f"Turn {number} was deleted."
            self._change(lambda: self.chat.drop(number))

    def _on_undo(self, _: Mapping[str, Any], __: Sequence[memoryview]) -> None:
        with self.lock:
            self._free()
            self._undo = ""
            self._change(self.chat.undo)

    def _change(self, change: Callable[[], object]) -> None:
        """Change the conversation from here. Called under the lock."""
        self._changing = True
        try:
            change()
        finally:
            self._changing = False

    def _on_branch(self, content: Mapping[str, Any], _: Sequence[memoryview]) -> None:
        with self.lock:
            self._free()
            self._take_in(self.chat.fork(turn=self._turn(content)[0]))

    def _on_new(self, _: Mapping[str, Any], __: Sequence[memoryview]) -> None:
        with self.lock:
            self._free()
            self._take_in(self.chat.fork(turn=0))

    def _on_choose(self, content: Mapping[str, Any], _: Sequence[memoryview]) -> None:
        with self.lock:
            self._free()
            number = content.get("chat")
            if not isinstance(number, int) or not 0 <= number < len(self.chats):
                raise RequestError("There is no such conversation in this panel.")
            self._show(self.chats[number])


def _title(number: int, chat: Chat) -> str:
    """A conversation in a list: its number, its name, how it begins."""
    words = " ".join(chat.turns[0].prompt.text[: 4 * _EXCERPT].split()) if chat.turns else "nothing said yet"
    excerpt = words if len(words) <= _EXCERPT else f"{words[: _EXCERPT - 1]}…"
    return " · ".join(filter(None, [str(number), chat.account.name, excerpt]))


def _same(before: Sequence[Sequence[Turn]], now: Sequence[Sequence[Turn]]) -> bool:
    """Whether these are the very same turns; equal ones may have another receipt."""
    return [[id(turn) for turn in turns] for turns in before] == [[id(turn) for turn in turns] for turns in now]
