"""The board of a comparison: columns that answer the same prompts, and the reply that is picked."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Any

from minimax_nb.chat import Chat
from minimax_nb.display.render import Bundle
from minimax_nb.errors import RequestError
from minimax_nb.messages.reply import Reply
from minimax_nb.panels.comparison.column import Column
from minimax_nb.panels.comparison.figures import best_of
from minimax_nb.panels.comparison.rounds import Result, Round, saved_rounds
from minimax_nb.panels.comparison.settings import titles
from minimax_nb.panels.page import shows_widgets
from minimax_nb.panels.panel import Panel
from minimax_nb.panels.sheet import Op, sent_media


class Board(Panel):
    """Columns that answer the same prompts, each in a conversation of its own.

    Args:
        columns: The columns.
        output: The variable for the reply that is picked.
        asking: What every call takes beside the prompt.
    """

    name = "compare"
    files = ("comparison/compare",)
    title = "Compare"
    kept_as = "Saved copy of the comparison"

    def __init__(self, columns: Sequence[Column], output: str, asking: Mapping[str, Any]) -> None:
        super().__init__()
        self._columns, self._output, self._asking = tuple(columns), output, asking
        for column, title in zip(columns, titles([column.about for column in columns]), strict=True):
            column.title = title
        self._prompt: tuple[object, ...] | None = None
        self._picked: Column | None = None
        self._before: list[Round] = []
        self._told: dict[str, Any] = {}
        self._rounds_told = 0
        self.handlers |= {
            "ask": lambda content, _buffers: self._ask((str(content.get("text", "")),)),
            "stop": lambda content, _buffers: self.stop(*self._named(content)),
            "again": lambda content, _buffers: self._again(self._named(content)),
            "pick": lambda content, _buffers: self.pick(*(column.title for column in self._named(content))),
            "go_on": lambda content, _buffers: self._go_on(content),
        }

    # -- what Python reads ---------------------------------------------------------------------------------------------

    @property
    def replies(self) -> dict[str, Reply | None]:
        """The reply of each column by its title, as far as it has come; None where there is none."""
        return {column.title: column.reply for column in self._columns}

    @property
    def chats(self) -> dict[str, Chat | None]:
        """The conversation of each column by its title; None where a column could not be made."""
        return {column.title: column.chat for column in self._columns}

    @property
    def winner(self) -> Reply | None:
        """The reply that was picked in this round, or None."""
        return self._picked.reply if self._picked is not None else None

    @property
    def best(self) -> Reply | None:
        """The same, by the name of the variable it is bound to."""
        return self.winner

    @property
    def chat(self) -> Chat | None:
        """The conversation whose reply was picked: go on with it as with any chat. None before one is picked."""
        return self._picked.chat if self._picked is not None else None

    def table(self) -> Round:
        """The figures of this round. Show it for a table; its ``to_frame()`` is a DataFrame."""
        with self.lock:
            return self._round()

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until every column has ended; whether all have.

        Args:
            seconds: The longest wait; None waits for as long as it takes. A KeyboardInterrupt stops all columns.
        """
        until = None if seconds is None else time.monotonic() + seconds
        try:
            return all(
                column.wait(None if until is None else max(0.0, until - time.monotonic())) for column in self._columns
            )
        except KeyboardInterrupt:
            self.stop()
            raise

    # -- what can be done ----------------------------------------------------------------------------------------------

    def ask(self, *prompt: object) -> None:
        """Ask every column; each goes on with its own conversation. Where nobody is at the panel this waits for all.

        Raises:
            RequestError: The prompt is empty, or another one is under way.
        """
        self._ask(prompt)
        if not shows_widgets():
            self.wait()

    def stop(self, *columns: Column) -> None:
        """Stop everything that is under way. What came is kept."""
        for column in columns or self._columns:
            column.stop()

    def pick(self, title: str | None = None) -> Reply | None:
        """Pick the winner by its column's title: its reply is bound to the variable. None takes the choice back.

        Raises:
            RequestError: There is no such column, or no whole reply in it.
        """
        with self.lock:
            before = self._picked
            self._picked = None if title is None else self._column(title)
            self._bind(before)
            self.post()
            self.keep()
            return self.winner

    def _column(self, title: str) -> Column:
        column = next((column for column in self._columns if column.title == title), None)
        if column is None:
            known = ", ".join(column.title for column in self._columns)
            raise RequestError(f"There is no column {title!r}.", hint=f"There are {known}.")
        if not column.answered:
            raise RequestError(f"{title} has no reply that could be picked.", hint="Wait for it, or regenerate it.")
        return column

    def _bind(self, before: Column | None) -> None:
        """Bind the winner's reply, or take back what was bound for the one before."""
        names = _namespace()
        if self._picked is not None:
            names[self._output] = self._picked.reply
        elif before is not None and names.get(self._output) is before.reply:
            del names[self._output]

    # -- rounds --------------------------------------------------------------------------------------------------------

    def _ask(self, prompt: tuple[object, ...]) -> None:
        if not any(not isinstance(value, str) or value.strip() for value in prompt):
            raise RequestError("The prompt is empty, so nothing was sent.")
        with self.lock:
            if any(column.busy for column in self._columns):
                raise RequestError("A prompt is still under way.", hint="Wait for it, or stop it.")
            if self._prompt is not None:
                self._before.append(self._round())
            self._prompt, self._picked = prompt, None
            for column in self._columns:
                column.new_round()
            self._run(self._columns)

    def _again(self, columns: Sequence[Column]) -> None:
        """Ask these columns the same once more; the others keep their replies."""
        with self.lock:
            idle = [column for column in columns if not column.busy]
            if self._prompt is None or not idle:
                return
            if self._picked in idle:
                before, self._picked = self._picked, None
                self._bind(before)
            self._run(idle)

    def _run(self, columns: Sequence[Column]) -> None:
        assert self._prompt is not None
        read: threading.Event | None = None
        for column in columns:
            read = column.prepare(
                self._prompt, self._asking, after=read, news=lambda _column: self.grown(), ended=self._ended
            )
        self._compared()
        self.post()
        for column in columns:
            column.start()

    def _ended(self, _column: Column) -> None:
        with self.lock:
            self._compared()
            self.post()
            self.keep()

    def _compared(self) -> None:
        """Find the best figures once all columns have ended."""
        ready = not any(column.busy for column in self._columns)
        best = best_of({column.name: column.reply for column in self._columns if column.reply}) if ready else {}
        for column in self._columns:
            column.best = best.get(column.name, [])

    def _round(self) -> Round:
        results = tuple(
            Result(
                title=column.title,
                reply=column.reply,
                error=column.error,
                ended=column.ended,
                best=tuple(column.best),
                winner=column is self._picked,
            )
            for column in self._columns
        )
        return Round(self._said(), results)

    def _said(self) -> str:
        """The prompt's text: as the models had it, where one has it already."""
        reply = next((column.reply for column in self._columns if column.reply is not None), None)
        typed = "\n\n".join(value for value in self._prompt or () if isinstance(value, str))
        return typed if reply is None or not self._prompt else reply.prompt

    # -- for the page --------------------------------------------------------------------------------------------------

    def state(self) -> dict[str, Any]:
        """Everything a page needs."""
        return {
            **self._told,
            "rounds": [round_.page() for round_ in self._before],
            "columns": [column.state() for column in self._columns],
        }

    def news(self) -> list[Op]:
        """What has changed beside the columns, then what is new in each of them."""
        facts = {
            "prompt": self._said()[:20_000],
            "media": self._media(),
            "busy": any(column.busy for column in self._columns),
            "winner": self._picked.name if self._picked is not None else "",
            "output": self._output,
        }
        changed = {name: value for name, value in facts.items() if self._told.get(name) != value}
        self._told = facts
        rounds, self._rounds_told = self._before[self._rounds_told :], len(self._before)
        ops: list[Op] = [{"op": "round", "round": round_.page()} for round_ in rounds]
        ops += [{"op": "board", **changed}] if changed else []
        return ops + [op for column in self._columns for op in column.news()]

    def _media(self) -> list[Op]:
        reply = next((column.reply for column in self._columns if column.reply is not None), None)
        return sent_media(reply.media) if reply is not None else []

    def saved(self) -> Bundle:
        """Every round: the figures as a table, the replies folded below it."""
        with self.lock:
            rounds = [*self._before, *([self._round()] if self._prompt is not None else [])]
            return saved_rounds(rounds, [column.title for column in self._columns])

    def _named(self, content: Mapping[str, Any]) -> tuple[Column, ...]:
        """The column that a message of the page names; none if it names none."""
        return tuple(column for column in self._columns if column.name == content.get("c"))

    def _go_on(self, content: Mapping[str, Any]) -> None:
        """Bind the winner's conversation, and give the page a cell that opens it."""
        if self.chat is None:
            raise RequestError("Pick a winner first.")
        name = f"{self._output}_chat"
        _namespace()[name] = self.chat
        code = f"from minimax_nb.panels import chat_panel\n\nchat_panel({name})"
        self.post({"op": "cell", "to": content.get("from"), "code": code})

    def __repr__(self) -> str:
        return f"<Compare {', '.join(column.title for column in self._columns)}>"


def _namespace() -> dict[str, Any]:
    """The variables of the notebook; none of them where there is no notebook."""
    module = sys.modules.get("IPython")
    shell = module.get_ipython() if module is not None else None
    return shell.user_ns if shell is not None else {}
