"""A reply: the fold of the events of one call, readable while it streams and after it failed.

Text is kept in lists and joined when read, so each event costs the same however long the reply grows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, assert_never

from minimax_nb.messages.bill import Bill, one_bill
from minimax_nb.messages.events import (
    ArgumentsDelta,
    Event,
    Failed,
    Finished,
    PartEnded,
    PartKind,
    PartStarted,
    Reclassified,
    Started,
    StopReason,
    TextDelta,
    ThinkingDelta,
    ToolEnded,
    UsageSeen,
)
from minimax_nb.messages.growing import Growing, Timing, joined
from minimax_nb.messages.media import Clip, Picture, provenance
from minimax_nb.messages.parts import Message, Origin, Part, ToolCall
from minimax_nb.messages.shown import Shown
from minimax_nb.messages.tools import ToolRun
from minimax_nb.messages.usage import Usage, together

_DELTAS = (TextDelta, ThinkingDelta, ArgumentsDelta)
_Rare = Started | PartStarted | Reclassified | PartEnded | UsageSeen | Finished | Failed | ToolEnded


class Reply(Shown):
    """The answer to one call.

    It can be read at any moment: while it streams, when it is whole, and after it failed.

    Attributes:
        provider: Name of the provider that was asked.
        face: Protocol, "anthropic" or "openai".
        asked_model: The model that was asked for.
        model: The model that served, as the service names it; the asked one until it says.
        prompt: The text of the prompt, so that it can be sent again.
        parameters: The parameters that were said, by name.
        prompt_sha256: Fingerprint of system message and conversation.
        request_id: The service's id for the call, or None.
        task_id: The service's number for the work it began, where it gives one (RunAPI), or None.
        free: True where the provider charges nothing.
        timing: First token, total time, tokens a second (:class:`Timing`).
        stop_reason: Why it ended, or None while it streams.
        partial: True if the service did not end the reply.
        replayed: True if it came from a recording.
        parsed: The validated value of a structured reply, else None.
        error: What went wrong, or None.
        notes: Sentences the reader should see beside the reply.
        media: The pictures and videos that were sent with the prompt, in order.
        answer_tool: Name of the tool whose arguments are the answer, where the answer was asked for in that way.
        drafting: Gives the value so far of a structured reply, or None.
        earlier: The replies before this one in the same turn, which ended in tool calls or were sent back to be mended.
        runs: The tool calls of this reply and what came of them.
        own_usage: Token counts of this call alone.
        own_bill: How the price of this call alone came about.
        status: What is being waited for while nothing arrives, else "".
    """

    def __init__(
        self,
        *,
        provider: str,
        face: str,
        asked_model: str,
        prompt: str = "",
        parameters: Mapping[str, Any] | None = None,
        prompt_sha256: str = "",
        notes: tuple[str, ...] = (),
        media: tuple[Picture | Clip, ...] = (),
    ) -> None:
        self.provider = provider
        self.face = face
        self.asked_model = asked_model
        self.model = asked_model
        self.prompt = prompt
        self.parameters: Mapping[str, Any] = dict(parameters or {})
        self.prompt_sha256 = prompt_sha256
        self.request_id: str | None = None
        self.task_id: str | None = None
        self.own_usage = Usage()
        self.own_bill = Bill(None)
        self.free = False
        self.own_timing = Timing()
        self.answer_tool = ""
        self.drafting: Callable[[], Any] | None = None
        self.earlier: tuple[Reply, ...] = ()
        self.runs: tuple[ToolRun, ...] = ()
        self.stop_reason: StopReason | None = None
        self.partial = False
        self.replayed = False
        self.parsed: Any = None
        self.error: BaseException | None = None
        self.notes = notes
        self.media = media
        self.status = ""
        self._echo: Mapping[str, Any] | None = None
        self._parts: dict[int, Growing] = {}
        self._reshaped = 0

    # -- reading ---------------------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """The answer so far, without thinking."""
        return joined(part.text() for part in self._of("text"))

    @property
    def thinking(self) -> str:
        """The thinking so far."""
        return joined(part.text() for part in self._of("thinking"))

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The tool calls of the turn so far; a call still arriving has what came of its arguments in ``raw``."""
        calls = (call for reply in (*self.earlier, self) for call in reply.own_calls)
        return tuple(call for call in calls if not (self.answer_tool and call.name == self.answer_tool))

    @property
    def own_calls(self) -> tuple[ToolCall, ...]:
        """The tool calls of this reply alone."""
        frozen = (part.freeze() for part in self._of("tool_call"))
        return tuple(call for call in frozen if isinstance(call, ToolCall))

    @property
    def draft(self) -> Any:  # noqa: ANN401 - any JSON value
        """The value so far of a structured reply while it streams, as plain JSON values; None where there is none."""
        return self.drafting() if self.drafting is not None else None

    @property
    def tool_runs(self) -> tuple[ToolRun, ...]:
        """What came of every tool call of the turn."""
        return (*(run for reply in self.earlier for run in reply.runs), *self.runs)

    @property
    def usage(self) -> Usage:
        """Token counts so far (:class:`~minimax_nb.messages.usage.Usage`), all calls of the turn together."""
        return together((*(reply.own_usage for reply in self.earlier), self.own_usage))

    @property
    def bill(self) -> Bill:
        """How the price came about (:class:`~minimax_nb.messages.bill.Bill`), all calls of the turn together."""
        return one_bill((*(reply.own_bill for reply in self.earlier), self.own_bill))

    @property
    def cost(self) -> Decimal | None:
        """Price in USD, or None when it is unknown: also if that of one call of the turn is."""
        return self.bill.total

    @property
    def timing(self) -> Timing:
        """Time to the first token, of all calls together, and the speed of the last one (:class:`Timing`)."""
        own = self.own_timing
        if not self.earlier:
            return own
        each = [reply.own_timing.total_s for reply in (*self.earlier, self)]
        total = None if None in each else round(sum(filter(None, each)), 4)
        return Timing(self.earlier[0].own_timing.first_token_s, total, own.tokens_per_s)

    @property
    def parts(self) -> tuple[Part, ...]:
        """All parts so far, in the service's order."""
        return tuple(self._parts[index].freeze() for index in sorted(self._parts))

    @property
    def done(self) -> bool:
        """Whether the reply has ended, well or not."""
        return self.stop_reason is not None

    @property
    def reshaped(self) -> int:
        """How often text turned out to be thinking or the reverse; a painter starts afresh when it grows."""
        return self._reshaped

    @property
    def message(self) -> Message:
        """The reply as an assistant's turn, ready to go back to the service."""
        origin = Origin(self.provider, self.face, self.asked_model)
        return Message("assistant", self.parts, origin, None if self.partial else self._echo, self.partial)

    @property
    def said(self) -> tuple[Message, ...]:
        """What this reply adds to the conversation: itself, and the results of its tool calls."""
        results = tuple(run.result for run in self.runs)
        return (self.message, Message("tool", results)) if results else (self.message,)

    def _of(self, kind: PartKind) -> list[Growing]:
        parts = dict(self._parts)  # a reader on another thread must not see the dict grow under its feet
        return [parts[index] for index in sorted(parts) if parts[index].kind == kind]

    # -- folding ---------------------------------------------------------------------------------------------------

    def apply(self, event: Event) -> None:
        """Take in the next event."""
        if isinstance(event, _DELTAS):  # they come by the thousand, so they go first
            self._parts[event.index].pieces.append(event.text)
        else:
            self._apply_rare(event)

    def _apply_rare(self, event: _Rare) -> None:
        match event:
            case Started():
                self.request_id = event.request_id or self.request_id
                self.model = event.model or self.model
            case PartStarted():
                self._parts[event.index] = Growing(event.kind, id=event.id, name=event.name, raw=event.raw)
            case Reclassified():
                self._parts[event.index].kind = event.kind
                self._reshaped += 1
            case PartEnded():
                part = self._parts[event.index]
                part.signature = event.signature or part.signature
            case UsageSeen():
                self.own_usage = self.own_usage.merge(event.usage)
            case Finished():
                self._echo = event.echo
                self._settle()
                self.notes += self._emptiness(event.stop_reason)
                self.stop_reason = event.stop_reason
            case Failed():
                self.fail(event.error)
            case ToolEnded():
                self.runs += (event.run,)
            case _:
                assert_never(event)

    def fail(self, error: BaseException, reason: StopReason = "error") -> None:
        """End the reply with an error; what had arrived stays."""
        self.error = error
        self.partial = True
        self._settle()
        self.stop_reason = reason

    def _emptiness(self, reason: StopReason) -> tuple[str, ...]:
        """What to say of a reply without a word or a call: it has ended well, and the reader would see nothing."""
        if any(part.kind in ("tool_call", "opaque") for part in self._parts.values()) or self.text.strip():
            return ()
        if reason == "max_tokens":
            what = "thinking used up the limit of tokens" if self.thinking else "the limit of tokens was too small"
            return (f"There is no answer: {what}. Raise max_tokens.",)
        if reason in ("end_turn", "stop_sequence"):
            what = "The model thought, but gave no answer." if self.thinking else "The service sent no answer."
            return (f"{what} Send the prompt again.",)
        return ()

    def _settle(self) -> None:
        for part in self._parts.values():
            part.settle()

    # -- saving ----------------------------------------------------------------------------------------------------

    def metadata(self, version: str) -> dict[str, Any]:
        """The reply's provenance as plain JSON values, for an output's metadata.

        ``calls``, ``tools``, ``media`` and ``cost_at_most`` are there only where there is something to say.
        """
        more: dict[str, Any] = {}
        if self.bill.at_most:
            more["cost_at_most"] = True
        if self.earlier:
            more["calls"] = len(self.earlier) + 1
        if self.tool_runs:
            more["tools"] = [{"name": run.call.name, "outcome": run.outcome} for run in self.tool_runs]
        if self.media:
            more["media"] = [provenance(medium) for medium in self.media]
        return {
            "version": version,
            "provider": self.provider,
            "face": self.face,
            "model": self.model,
            "asked_model": self.asked_model,
            "parameters": dict(self.parameters),
            "prompt_sha256": self.prompt_sha256,
            "usage": self.usage.to_dict(),
            "cost": None if self.cost is None else str(self.cost),
            "timing": self.timing.to_dict(),
            "request_id": self.request_id,
            "stop_reason": self.stop_reason,
            "partial": self.partial,
            "replayed": self.replayed,
            **more,
        }

    def __repr__(self) -> str:
        state = self.stop_reason or "streaming"
        text = self.text
        head = text if len(text) <= 60 else text[:59] + "…"
        return f"<Reply {self.provider} {self.model} {state} {head!r}>"

    def __str__(self) -> str:
        return self.text
