"""A reply: the fold of the events of one call, readable while it streams and after it failed.

Text is kept in lists and joined when read, so each event costs the same however long the reply grows.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, assert_never

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
    UsageSeen,
)
from minimax_nb.messages.media import Clip, Picture
from minimax_nb.messages.parts import Message, Opaque, Origin, Part, Text, Thinking, ToolCall
from minimax_nb.messages.shown import Shown
from minimax_nb.messages.usage import Usage

_DELTAS = (TextDelta, ThinkingDelta, ArgumentsDelta)
_Rare = Started | PartStarted | Reclassified | PartEnded | UsageSeen | Finished | Failed


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds, by the clock of the transport (a script's or a recording's own time where there is one).

    ``tokens_per_s`` is output tokens over the time from the first token to the last (MiniMax FAQ, read 2026-11-20).
    """

    first_token_s: float | None = None
    total_s: float | None = None
    tokens_per_s: float | None = None

    def to_dict(self) -> dict[str, float | None]:
        """The seconds by name."""
        return {
            "first_token_s": self.first_token_s,
            "total_s": self.total_s,
            "tokens_per_s": self.tokens_per_s,
        }


@dataclass(slots=True)
class _Part:
    """A part under construction."""

    kind: PartKind
    pieces: list[str] = field(default_factory=list)
    id: str = ""
    name: str = ""
    signature: str | None = None
    raw: Mapping[str, Any] | None = None

    def text(self) -> str:
        """Everything so far."""
        return "".join(self.pieces)

    def settle(self) -> None:
        """Keep the text and let go of the pieces. For the folding thread only: a reader must not race an append."""
        self.pieces = [self.text()]

    def freeze(self) -> Part:
        match self.kind:
            case "text":
                return Text(self.text())
            case "thinking":
                return Thinking(self.text(), self.signature)
            case "opaque":
                return Opaque(self.raw or {})
            case "tool_call":
                arguments, malformed = _arguments(self.text())
                return ToolCall(self.id, self.name, arguments, self.text(), malformed)
            case _:
                assert_never(self.kind)


def _arguments(raw: str) -> tuple[dict[str, Any], bool]:
    """The arguments a JSON text holds, and whether it is malformed; no text at all means no arguments."""
    if not raw.strip():
        return {}, False
    try:
        value = json.loads(raw)
    except ValueError:
        return {}, True
    return (value, False) if isinstance(value, dict) else ({}, True)


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
        usage: Token counts so far (:class:`~minimax_nb.messages.usage.Usage`).
        cost: Price in USD as a Decimal, or None when it is unknown.
        free: True where the provider charges nothing.
        timing: First token, total time, tokens a second (:class:`Timing`).
        stop_reason: Why it ended, or None while it streams.
        partial: True if the service did not end the reply.
        replayed: True if it came from a recording.
        parsed: The validated value of a structured reply, else None.
        error: What went wrong, or None.
        notes: Sentences the reader should see beside the reply.
        media: The pictures and videos that were sent with the prompt, in order.
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
        self.usage = Usage()
        self.cost: Decimal | None = None
        self.free = False
        self.timing = Timing()
        self.stop_reason: StopReason | None = None
        self.partial = False
        self.replayed = False
        self.parsed: Any = None
        self.error: BaseException | None = None
        self.notes = notes
        self.media = media
        self.status = ""
        self._echo: Mapping[str, Any] | None = None
        self._parts: dict[int, _Part] = {}
        self._reshaped = 0

    # -- reading ---------------------------------------------------------------------------------------------------

    @property
    def text(self) -> str:
        """The answer so far, without thinking."""
        return _joined(part.text() for part in self._of("text"))

    @property
    def thinking(self) -> str:
        """The thinking so far."""
        return _joined(part.text() for part in self._of("thinking"))

    @property
    def tool_calls(self) -> tuple[ToolCall, ...]:
        """The tool calls so far; a call still arriving has what came of its arguments in ``raw``."""
        frozen = (part.freeze() for part in self._of("tool_call"))
        return tuple(call for call in frozen if isinstance(call, ToolCall))

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

    def _of(self, kind: PartKind) -> list[_Part]:
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
                self._parts[event.index] = _Part(event.kind, id=event.id, name=event.name, raw=event.raw)
            case Reclassified():
                self._parts[event.index].kind = event.kind
                self._reshaped += 1
            case PartEnded():
                part = self._parts[event.index]
                part.signature = event.signature or part.signature
            case UsageSeen():
                self.usage = self.usage.merge(event.usage)
            case Finished():
                self._echo = event.echo
                self._settle()
                self.notes += self._emptiness(event.stop_reason)
                self.stop_reason = event.stop_reason
            case Failed():
                self.fail(event.error)
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
        """The reply's provenance as plain JSON values, for an output's metadata; ``media`` only where some was sent."""
        media = {"media": [_provenance(medium) for medium in self.media]} if self.media else {}
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
            **media,
        }

    def __repr__(self) -> str:
        state = self.stop_reason or "streaming"
        text = self.text
        head = text if len(text) <= 60 else text[:59] + "…"
        return f"<Reply {self.provider} {self.model} {state} {head!r}>"

    def __str__(self) -> str:
        return self.text


_ALWAYS = ("name", "size", "sha256", "width", "height")
_WHERE_KNOWN = ("detail", "max_long_side", "fps", "duration_s", "frames", "frame_rate", "codec", "audio")
_ADDRESS = re.compile(r"(?i)(https?://|mm_file://)(?:[^/?#@]*@)?([^?#]*)")


def _provenance(medium: Picture | Clip) -> dict[str, Any]:
    """What was sent, without its content: None is unknown. An address goes without password and query."""
    known = {name: getattr(medium, name, None) for name in (*_ALWAYS, *_WHERE_KNOWN)}
    address = _ADDRESS.match(str(medium.url))
    return {
        "kind": "video" if isinstance(medium, Clip) else "image",
        "type": medium.media_type or None,
        **{name: known[name] or None for name in _ALWAYS},
        **({"url": f"{address[1]}{address[2]}"} if address else {}),
        **{name: known[name] for name in _WHERE_KNOWN if known[name] not in (None, "")},
        **({"notes": list(medium.notes)} if medium.notes else {}),
    }


def _joined(texts: Iterator[str]) -> str:
    """Texts of several parts as one: apart by a blank line unless they already are."""
    whole: list[str] = []
    for text in filter(None, texts):
        if whole and not whole[-1].endswith("\n") and not text.startswith("\n"):
            whole.append("\n\n")
        whole.append(text)
    return "".join(whole)
