"""The saved form of messages: plain JSON values, one explicit shape a part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, assert_never

from minimax_nb.errors import ConfigError
from minimax_nb.messages.parts import Message, Opaque, Origin, Part, Text, Thinking, ToolCall, ToolResult

_KINDS: dict[str, type[Part]] = {
    "text": Text,
    "thinking": Thinking,
    "tool_call": ToolCall,
    "tool_result": ToolResult,
    "opaque": Opaque,
}


def _kind(part: Part) -> str:
    match part:
        case Text():
            return "text"
        case Thinking():
            return "thinking"
        case ToolCall():
            return "tool_call"
        case ToolResult():
            return "tool_result"
        case Opaque():
            return "opaque"
        case _:
            assert_never(part)


def message_to_dict(message: Message) -> dict[str, Any]:
    """The message as plain JSON values."""
    saved: dict[str, Any] = {
        "role": message.role,
        "parts": [{"kind": _kind(part), **asdict(part)} for part in message.parts],
    }
    if message.origin is not None:
        saved["origin"] = asdict(message.origin)
    if message.echo is not None:
        saved["echo"] = dict(message.echo)
    if message.partial:
        saved["partial"] = True
    return saved


def message_from_dict(saved: Mapping[str, Any]) -> Message:
    """The message that :func:`message_to_dict` saved.

    Raises:
        ConfigError: The value has another shape.
    """
    try:
        parts = tuple(
            _KINDS[part["kind"]](**{key: value for key, value in part.items() if key != "kind"})
            for part in saved["parts"]
        )
        role = saved["role"]
        if role not in {"user", "assistant", "tool"}:
            raise KeyError(role)
        origin = Origin(**saved["origin"]) if saved.get("origin") else None
        return Message(role, parts, origin, saved.get("echo"), bool(saved.get("partial", False)))
    except (KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"A saved message has a shape this version does not know ({error}).") from None
