"""A prompt while it is answered: one call, or as many as tools and the wanted shape take. Nothing here waits.

After each call :meth:`Answering.batch` gives the tool calls to be run, if there are any, and :meth:`Answering.go_on`
prepares the next call, if there is to be one.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from minimax_nb.catalog.address import IN_PROCESS
from minimax_nb.chat.desk import Desk
from minimax_nb.chat.plan import Plan
from minimax_nb.chat.round import Round
from minimax_nb.errors import MiniMaxError, SchemaError, ToolError
from minimax_nb.messages.events import ArgumentsDelta, TextDelta
from minimax_nb.messages.parts import Message, ToolCall
from minimax_nb.messages.reply import Reply
from minimax_nb.messages.request import Request
from minimax_nb.messages.tools import ToolRun
from minimax_nb.messages.turns import Turn
from minimax_nb.structured import ANSWER_TOOL, Parsed, Partial, again, prepare, read, retry_message, say_back
from minimax_nb.tools.approve import Approver
from minimax_nb.tools.batch import Batch, not_run


class Answering:
    """A prompt, and the calls that answer it one after the other.

    Args:
        request: The first call's request.
        prompt: What the user said.
        desk: What the calls share.
        plan: How it may go on after a call.
        notes: What the reader should know beforehand.
        name: What the turn is known by in the conversation, or "".
        on_end: Called once, when the turn has ended for whatever reason.

    Attributes:
        round: The call under way, or the last one.
        stop: Set to end the waiting for tools.
        approver: Who is asked about tools, where that is somebody else than the chat's own.
    """

    def __init__(
        self,
        request: Request,
        prompt: Message,
        desk: Desk,
        plan: Plan,
        *,
        notes: tuple[str, ...],
        name: str,
        on_end: Callable[[Answering], None],
    ) -> None:
        self.prompt, self._desk, self._plan, self._name, self._on_end = prompt, desk.at(name), plan, name, on_end
        self.stop = threading.Event()
        self.approver: Approver | None = None
        self._request, self._ended, self._tries = request, False, 0
        self._broken: MiniMaxError | None = None
        self.round = self._asked(notes)

    @property
    def reply(self) -> Reply:
        """The reply so far."""
        return self.round.reply

    @property
    def who_approves(self) -> Approver:
        """Who is asked about tools that need approval."""
        return self.approver or self._plan.approvals.approver

    # -- tools ---------------------------------------------------------------------------------------------------------

    def batch(self) -> Batch | None:
        """The tool calls of the call that has ended, ready to be run; None if there are none to run."""
        reply = self.reply
        calls = self._to_run(reply)
        if not calls:
            return None
        if len(reply.earlier) + 1 >= self._plan.rounds:
            most = self._plan.rounds
            reply.runs = tuple(not_run(call, f"The limit of {most} calls in a turn was reached.") for call in calls)
            self._broke(
                ToolError(
                    f"The model asked for tools {most} times in a row, which is the limit; it was stopped.",
                    hint="What it found out is kept. Ask on, or raise max_rounds.",
                )
            )
            return None
        approvals = self._plan.approvals
        return Batch(
            calls,
            self._plan.tools,
            approvals=approvals if self.approver is None else approvals.through(self.approver),
            stop=self.stop,
            limits=self._desk.endpoint.provider.media.limits(),
            on_end=self._ran,
        )

    def _to_run(self, reply: Reply) -> tuple[ToolCall, ...]:
        wanted = reply.stop_reason == "tool_use" and not reply.partial and self._plan.tools
        return reply.own_calls if wanted else ()

    def _ran(self, run: ToolRun) -> None:
        self.reply.runs += (self._timeless(run),)

    def settle(self, batch: Batch, *, interrupted: bool = False) -> None:
        """The tools have run, as far as they did."""
        reply = self.reply
        reply.runs = tuple(map(self._timeless, batch.runs))
        if interrupted or self.stop.is_set():
            reply.stop_reason, reply.error = "interrupted", KeyboardInterrupt()

    def _timeless(self, run: ToolRun) -> ToolRun:
        """Under the emulator and under replay nothing has a time of a clock: a notebook is the same on every run."""
        timeless = self.reply.replayed or self._desk.endpoint.base_url.startswith(IN_PROCESS)
        return replace(run, seconds=None) if timeless else run

    # -- going on ------------------------------------------------------------------------------------------------------

    def go_on(self) -> bool:
        """Prepare the next call; False if the turn has ended.

        Raises:
            MiniMaxError: The turn cannot be brought to a good end: the model asks for tools for ever, or gives no reply
                of the wanted shape.
        """
        reply = self.reply
        if self._broken is not None:
            raise self._broken
        if reply.partial or reply.stop_reason == "interrupted":
            return False
        if reply.runs:
            self._request = replace(self._request, messages=(*self._request.messages, *reply.said))
        elif not self._mend(reply):
            return False
        notes, reply.notes = reply.notes, ()
        self.round = self._asked(notes, (*reply.earlier, reply))
        return True

    def _mend(self, reply: Reply) -> bool:
        """Hold the reply against its shape; whether it is to be sent back."""
        shape = self._plan.shape
        if shape is None:
            return False
        result = read(reply, shape)
        if isinstance(result, Parsed):
            reply.parsed = result.value
            return False
        if self._tries >= self._plan.tries:
            raise self._broke(
                SchemaError(
                    result.message_for_user,
                    hint=f"It was sent back {self._tries} times. The last reply is kept in .reply; a simpler schema or "
                    "another model may do.",
                )
            )
        self._tries += 1
        self._request = again(self._request, reply, retry_message(result))
        return True

    def _broke(self, error: MiniMaxError) -> MiniMaxError:
        self.reply.error = self._broken = error
        error.reply = self.reply
        return error

    # -- the end -------------------------------------------------------------------------------------------------------

    @property
    def turn(self) -> Turn | None:
        """What the conversation is to remember, or None where nothing came of the prompt.

        Replies that were sent back because they did not fit are forgotten.
        """
        reply = self.reply
        said = [message for each in reply.earlier if each.runs for message in each.said]
        if reply.text or reply.own_calls or not reply.partial:
            said += reply.said
            if any(call.name == ANSWER_TOOL for call in reply.own_calls) and not reply.runs:
                said.append(say_back(reply, "Taken.", is_error=False))
        return Turn((self.prompt, *said), self._name, reply=reply) if said else None

    def end(self) -> None:
        """The turn has ended. Only the first time does anything."""
        if not self._ended:
            self._ended = True
            self._on_end(self)

    def _asked(self, notes: tuple[str, ...], earlier: tuple[Reply, ...] = ()) -> Round:
        """The next call."""
        shape, request = self._plan.shape, self._request
        if shape is not None:
            request = prepare(request, self._desk.endpoint, shape)
        made = Round(request, self._desk, self.prompt, notes)
        made.reply.earlier = earlier
        if shape is not None:
            draft = Partial(shape)
            made.hear = draft.feed
            made.heard = (TextDelta,) if self._plan.tools else (TextDelta, ArgumentsDelta)  # of the tool for the answer
            made.reply.answer_tool, made.reply.drafting = ANSWER_TOOL, lambda: draft.value
        return made
