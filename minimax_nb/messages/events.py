"""What happens while a reply arrives: a closed union of small frozen values.

A decoder turns bytes into these; a :class:`~minimax_nb.messages.reply.Reply` is the fold of them. Parts are numbered
by the decoder in the order they start; a delta names its part, since a service may interleave them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from minimax_nb.errors import ServiceError
from minimax_nb.messages.tools import ToolRun
from minimax_nb.messages.usage import Usage

PartKind = Literal["text", "thinking", "tool_call", "opaque"]
StopReason = Literal["end_turn", "max_tokens", "stop_sequence", "tool_use", "content_filter", "interrupted", "error"]


@dataclass(frozen=True, slots=True)
class Started:
    """The service began to answer; ``model`` is what serves, "" if it did not say."""

    request_id: str
    model: str


@dataclass(frozen=True, slots=True)
class PartStarted:
    """Part ``index`` begins. ``id`` and ``name`` are a tool call's; ``raw`` an opaque block."""

    index: int
    kind: PartKind
    id: str = ""
    name: str = ""
    raw: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class TextDelta:
    """More of the answer's text."""

    index: int
    text: str


@dataclass(frozen=True, slots=True)
class ThinkingDelta:
    """More of the thinking."""

    index: int
    text: str


@dataclass(frozen=True, slots=True)
class ArgumentsDelta:
    """More of a tool call's arguments, as JSON text."""

    index: int
    text: str


@dataclass(frozen=True, slots=True)
class Reclassified:
    """Part ``index`` is of another kind than it seemed (a closing thinking tag without an opening one)."""

    index: int
    kind: Literal["text", "thinking"]


@dataclass(frozen=True, slots=True)
class PartEnded:
    """Part ``index`` is whole; ``signature`` is a thinking part's."""

    index: int
    signature: str | None = None


@dataclass(frozen=True, slots=True)
class UsageSeen:
    """Counts arrived; merge them over what is known."""

    usage: Usage


@dataclass(frozen=True, slots=True)
class Finished:
    """The service ended the reply. ``echo`` is what must go back unchanged with the assistant's turn."""

    stop_reason: StopReason
    echo: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The service reported an error inside its answer."""

    error: ServiceError


@dataclass(frozen=True, slots=True)
class ToolEnded:
    """A tool call of the reply that has just ended was run, or was not; the next call begins with :class:`Started`.

    Parts are numbered anew in each call's reply.
    """

    run: ToolRun


Event = (
    Started
    | PartStarted
    | TextDelta
    | ThinkingDelta
    | ArgumentsDelta
    | Reclassified
    | PartEnded
    | UsageSeen
    | Finished
    | Failed
    | ToolEnded
)
