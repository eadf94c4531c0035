"""A prompt under way in a chat panel: what was asked, the reply as it comes, tools that wait for a yes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from minimax_nb.chat import Chat
from minimax_nb.messages.media import Media
from minimax_nb.messages.parts import ToolCall
from minimax_nb.messages.reply import Reply
from minimax_nb.panels.chat.meters import RunningPrice
from minimax_nb.panels.intake.desk import IntakeDesk
from minimax_nb.panels.running import Running, Streaming
from minimax_nb.tools import Approver, Tool
from minimax_nb.tools.approve import ask_whoever_is_there

Op = dict[str, Any]

_SHOWN = 10_000
"""Characters of a call's arguments that are shown when asking."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asked for.

    Attributes:
        text: The prompt's text, or "" where ``rest`` has all of it.
        rest: What is sent with it: files, or the parts of an earlier prompt.
        media: What is shown with a new prompt.
        again: The page's id of the turn that is answered anew, or "".
        edited: Whether that turn's prompt was changed.
        desk: The files' desk, which is kept until something has come, so that no file is lost.
    """

    text: str
    rest: tuple[object, ...] = ()
    media: tuple[Media, ...] = ()
    again: str = ""
    edited: bool = False
    desk: IntakeDesk | None = field(default=None, compare=False)

    @property
    def prompt(self) -> tuple[object, ...]:
        """What :meth:`Chat.stream <minimax_nb.chat.Chat.stream>` is given."""
        return (self.text, *self.rest) if self.text.strip() else self.rest


class Under:
    """A prompt under way.

    Args:
        chat: Who is asked.
        asked: What.
        name: The name of the turn that is answered anew, or "".
        mark: The page's id of its entry.
        tokens: About how many tokens go in, or None.
        news: Called after each event.
        ended: Called once, at the end, with this.
        ask: Called with a tool's question for the page.
    """

    def __init__(
        self,
        chat: Chat,
        asked: Asked,
        name: str,
        mark: str,
        tokens: int | None,
        *,
        news: Callable[[], object],
        ended: Callable[[Under], object],
        ask: Callable[[Op], object],
    ) -> None:
        self.chat, self.asked, self.mark, self._name = chat, asked, mark, name
        self.price = RunningPrice(chat, tokens)
        self.questions: dict[int, Op] = {}
        self._put = ask
        self._own_approver: Approver | None = None
        self.running = Running(self._stream, news=news, ended=lambda _: ended(self), ask=self._ask)

    @property
    def reply(self) -> Reply | None:
        """The reply so far."""
        return self.running.reply

    def _stream(self) -> Streaming:
        stream = self.chat.stream(*self.asked.prompt, turn=self._name)
        self._own_approver = stream.approver
        return stream

    def _ask(self, number: int, tool: Tool[..., Any], call: ToolCall) -> None:
        """Put a tool's question to the page; an approver that the chat was given decides by itself."""
        if self._own_approver not in {None, ask_whoever_is_there}:
            assert self._own_approver is not None
            self.running.answer(number, self._own_approver(tool, call))
            return
        question = {
            "number": number,
            "title": f"The model wants to call {_visible(tool.name)}. Run it?",
            "details": _visible(_said(call))[:_SHOWN],
        }
        self.questions[number] = question
        self._put(question)


def _said(call: ToolCall) -> str:
    try:
        return json.dumps(dict(call.arguments), indent=2, ensure_ascii=False, default=str)
    except (RecursionError, ValueError):
        return call.raw


def _visible(text: str) -> str:
    """The text with everything that does not show itself written out as an escape."""
    return "".join(
        letter if letter.isprintable() or letter == "\n" else letter.encode("unicode_escape").decode("ascii")
        for letter in text
    )
