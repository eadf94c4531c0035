"""What a message is made of: frozen values that compare by content and know nothing of wires or screens.

A message that came from a service keeps where it came from (:class:`Origin`) and, in ``echo``, the fields that must
go back to that same service unchanged. Another provider or protocol never sees them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from minimax_nb.messages.media import Clip, Picture

Role = Literal["user", "assistant", "tool"]


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of text."""

    text: str


@dataclass(frozen=True, slots=True)
class Thinking:
    """A piece of the model's thinking; ``signature`` is the service's proof of it, where it gives one."""

    text: str
    signature: str | None = None


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call the model asks for.

    ``arguments`` is the parsed object; ``raw`` the text as it came. When the text is not a JSON object,
    ``arguments`` is empty and ``malformed`` is true: such a call is shown but never run.
    """

    id: str
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    raw: str = ""
    malformed: bool = False


@dataclass(frozen=True, slots=True)
class ToolResult:
    """What a tool gave back for the call ``call_id``: text, and pictures or videos that belong to it."""

    call_id: str
    content: str
    is_error: bool = False
    media: tuple[Picture | Clip, ...] = ()


@dataclass(frozen=True, slots=True)
class Opaque:
    """A block the kit does not know. It goes back to the same protocol as it came and is never shown."""

    raw: Mapping[str, Any]


Part = Text | Thinking | ToolCall | ToolResult | Opaque | Picture | Clip


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a message came from: provider name, protocol ("anthropic" or "openai") and the model that served it."""

    provider: str
    face: str
    model: str


@dataclass(frozen=True, slots=True)
class Message:
    """One turn's worth of parts from one speaker.

    ``echo`` holds wire fields of the origin's protocol that must be sent back unchanged (``reasoning_details``,
    text with its ``<think>`` tags). ``partial`` marks a reply that the service did not end.
    """

    role: Role
    parts: tuple[Part, ...]
    origin: Origin | None = None
    echo: Mapping[str, Any] | None = None
    partial: bool = False

    @property
    def text(self) -> str:
        """The message's text, without thinking."""
        return "".join(part.text for part in self.parts if isinstance(part, Text))

    @property
    def media(self) -> tuple[Picture | Clip, ...]:
        """The message's pictures and videos, in order."""
        return tuple(part for part in self.parts if isinstance(part, Picture | Clip))


def user(*parts: Part | str) -> Message:
    """A user message of these parts; strings become :class:`Text`."""
    return Message("user", tuple(Text(part) if isinstance(part, str) else part for part in parts))
