"""A turn of a conversation: a prompt and what came of it. Frozen values."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from minimax_nb.messages.parts import Message, ToolResult
from minimax_nb.messages.reply import Reply
from minimax_nb.messages.shown import Shown

_NUMBER = re.compile(r"#\d+\Z")


@dataclass(frozen=True, slots=True, repr=False)
class Turn(Shown):
    """A prompt and all that was said until the next one.

    Attributes:
        messages: The user's message first; then the assistant's, with the results of its tool calls between them.
        name: What the turn is known by, such as the id of the cell that said it, or "". At most one turn of a
            conversation has a given name.
        stale: Whether a turn before it was answered anew since: it may build on what nobody said.
        reply: The reply that ended it, with its receipt, if it was said in this process; a saved chat has none.
    """

    messages: tuple[Message, ...]
    name: str = ""
    stale: bool = False
    reply: Reply | None = field(default=None, compare=False)

    @property
    def prompt(self) -> Message:
        """What the user said."""
        return self.messages[0]

    def __repr__(self) -> str:
        said = self.prompt.text
        short = said if len(said) <= 60 else f"{said[:59]}…"
        marks = ", stale" if self.stale else ""
        return f"<Turn of {len(self.messages)} messages{marks}: {short!r}>"

    def aged(self) -> Turn:
        """The same turn, stale."""
        return replace(self, stale=True)


def numbered(cell: str, number: int) -> str:
    """The name of the first, second, ... turn that one cell says in a conversation."""
    return cell if number == 1 else f"{cell}#{number}"


def cell_of(name: str) -> str:
    """The cell of a name that :func:`numbered` gave."""
    return _NUMBER.sub("", name)


def in_turns(messages: Iterable[Message]) -> tuple[Turn, ...]:
    """Messages cut into turns: each message of the user that holds no tool result begins one."""
    turns: list[list[Message]] = []
    for message in messages:
        asks = message.role == "user" and not any(isinstance(part, ToolResult) for part in message.parts)
        if asks or not turns:
            turns.append([])
        turns[-1].append(message)
    return tuple(Turn(tuple(said)) for said in turns)
