"""Numbers for the parts of one answer, and the events that tell of them.

Parts are numbered in the order they start, whatever numbers a service gives its blocks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from minimax_nb.messages.events import (
    ArgumentsDelta,
    Event,
    PartEnded,
    PartKind,
    PartStarted,
    Reclassified,
    StopReason,
    TextDelta,
    ThinkingDelta,
)
from minimax_nb.wire.thinking import Verdict


def stop_reason(said: StopReason, *, called: bool) -> StopReason:
    """Why a reply ended: what the service said, put right by whether it holds calls.

    Whoever runs tools asks for this reason alone. Services end a reply with calls as if it had none ("stop" of M2.7's
    native endpoint, issue 108 of MiniMax-AI/MiniMax-M2, read 2026-11-21; of gateways too), and one without as if it had
    some. A reply that was cut at its limit or filtered keeps that reason: its last call may lack its end. Calls that
    leaked as markup count for nothing here, since they are never run.
    """
    if said == "tool_use" and not called:
        return "end_turn"
    return "tool_use" if called and said in ("end_turn", "stop_sequence") else said


class Parts:
    """Starts and ends the parts of one answer.

    Attributes:
        count: How many have started.
    """

    __slots__ = ("_ids", "_open", "count")

    def __init__(self) -> None:
        self.count = 0
        self._open: dict[int, None] = {}  # in the order they started
        self._ids: set[str] = set()  # of tool calls

    def start(
        self,
        out: list[Event],
        kind: PartKind,
        *,
        id: str = "",  # noqa: A002  # the event's own name
        name: str = "",
        raw: Mapping[str, Any] | None = None,
    ) -> int:
        """Start a part; its number."""
        index = self.count
        self.count += 1
        self._open[index] = None
        out.append(PartStarted(index, kind, id, name, raw))
        return index

    def own_id(self, sent: str) -> str:
        """An id that no other tool call of the reply has: its result refers to it. Servers send none, or one twice."""
        own = sent or f"call_{self.count}"
        if own in self._ids:
            own = f"{own}_{self.count}"
        self._ids.add(own)
        return own

    def end(self, out: list[Event], index: int, signature: str | None = None) -> None:
        """End an open part."""
        del self._open[index]
        out.append(PartEnded(index, signature))

    def end_all(self, out: list[Event]) -> None:
        """End every part that is still open."""
        for index in list(self._open):
            self.end(out, index)


class Speech:
    """A run of text, thinking and calls that leaked, of which at most one part is open at a time.

    Attributes:
        index: Number of the open part.
        kind: Its kind, or None while no part is open.
        texts: How many texts have started.
    """

    __slots__ = ("_parts", "index", "kind", "texts")

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.index = -1
        self.kind: Literal["text", "thinking", "tool_call"] | None = None
        self.texts = 0

    def say(self, out: list[Event], kind: Literal["text", "thinking"], text: str) -> None:
        """More text of this kind; a part of the other kind ends before it. Nothing is said for no text."""
        if not text:
            return
        if kind != self.kind:
            self.start(out, kind)
        out.append(TextDelta(self.index, text) if kind == "text" else ThinkingDelta(self.index, text))

    def start(self, out: list[Event], kind: Literal["text", "thinking"]) -> None:
        """Start a part of this kind, after ending the open one."""
        self.end(out)
        self.index = self._parts.start(out, kind)
        self.kind = kind
        self.texts += kind == "text"

    def hear(self, out: list[Event], verdict: Verdict, text: str) -> None:
        """Do what a scanner's verdict says."""
        if verdict in ("text", "thinking"):
            self.say(out, verdict, text)
        elif verdict == "markup":
            out.append(ArgumentsDelta(self.index, text))
        elif verdict == "call":
            self.end(out)
            self.index = self._parts.start(out, "tool_call", id=self._parts.own_id(""), name=text)
            self.kind = "tool_call"
        elif verdict == "end":
            self.end(out)
        elif self.kind is not None:
            self.kind = "thinking" if verdict == "was thinking" else "text"
            out.append(Reclassified(self.index, self.kind))

    def end(self, out: list[Event], signature: str | None = None) -> None:
        """End the open part, if one is."""
        if self.kind is not None:
            self._parts.end(out, self.index, signature)
            self.kind = None
