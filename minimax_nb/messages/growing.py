"""Parts of a reply while they arrive, and the times of a call."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, assert_never

from minimax_nb.messages.events import PartKind
from minimax_nb.messages.parts import Opaque, Part, Text, Thinking, ToolCall
from minimax_nb.messages.shown import Shown


@dataclass(frozen=True, slots=True)
class Timing(Shown):
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
class Growing:
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
        """The part as it stands."""
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
    except (ValueError, RecursionError):  # nested ten thousand deep, it is no arguments either
        return {}, True
    return (value, False) if isinstance(value, dict) else ({}, True)


def joined(texts: Iterator[str]) -> str:
    """Texts of several parts as one: apart by a blank line unless they already are."""
    whole: list[str] = []
    for text in filter(None, texts):
        if whole and not whole[-1].endswith("\n") and not text.startswith("\n"):
            whole.append("\n\n")
        whole.append(text)
    return "".join(whole)
