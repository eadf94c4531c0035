"""The saved form of messages: plain JSON values, one explicit shape a part."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from minimax_nb.errors import ConfigError
from minimax_nb.messages.media import Clip, Media, Picture
from minimax_nb.messages.parts import Message, Opaque, Origin, Part, Text, Thinking, ToolCall, ToolResult

_KINDS: dict[str, type[Part]] = {
    "text": Text,
    "thinking": Thinking,
    "tool_call": ToolCall,
    "tool_result": ToolResult,
    "opaque": Opaque,
    "picture": Picture,
    "clip": Clip,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_BYTES = ("base64", "thumbnail")


def message_to_dict(message: Message, *, whole: bool = True) -> dict[str, Any]:
    """The message as plain JSON values.

    Args:
        message: The message.
        whole: Whether the content of pictures and videos is saved with it; else they are known by their hash alone.
    """
    saved: dict[str, Any] = {"role": message.role, "parts": [_part_to_dict(part, whole) for part in message.parts]}
    if message.origin is not None:
        saved["origin"] = asdict(message.origin)
    if message.echo is not None:
        saved["echo"] = dict(message.echo)
    if message.partial:
        saved["partial"] = True
    return saved


def _part_to_dict(part: Part, whole: bool) -> dict[str, Any]:
    if isinstance(part, ToolResult):
        media = {"media": [_part_to_dict(medium, whole) for medium in part.media]} if part.media else {}
        return {
            "kind": "tool_result",
            "call_id": part.call_id,
            "content": part.content,
            "is_error": part.is_error,
        } | media
    if not isinstance(part, Media):
        return {"kind": _NAMES[type(part)], **asdict(part)}
    saved = {name: getattr(part, name) for name in part.__dataclass_fields__ if name not in _BYTES}
    if whole:
        saved["base64"] = part.base64.decode("ascii")  # base64 already: twice would be a third more
        saved["thumbnail"] = b64encode(part.thumbnail).decode("ascii")
    else:  # a fingerprint of a large video costs nothing, and is the same wherever its file lies
        saved.pop("path", None)
    return {"kind": _NAMES[type(part)], **saved}


def _part_from_dict(saved: Mapping[str, Any]) -> Part:
    kind = _KINDS[saved["kind"]]
    held = {name: value for name, value in saved.items() if name != "kind"}
    if issubclass(kind, Media):
        held["base64"] = held["base64"].encode("ascii")
        held["thumbnail"] = b64decode(held["thumbnail"], validate=True)
        held["notes"] = tuple(held["notes"])
    elif "media" in held:
        held["media"] = tuple(map(_part_from_dict, held["media"]))
    return kind(**held)


def message_from_dict(saved: Mapping[str, Any]) -> Message:
    """The message that :func:`message_to_dict` saved.

    Raises:
        ConfigError: The value has another shape.
    """
    try:
        parts = tuple(map(_part_from_dict, saved["parts"]))
        role = saved["role"]
        if role not in {"user", "assistant", "tool"}:
            raise KeyError(role)
        origin = Origin(**saved["origin"]) if saved.get("origin") else None
        return Message(role, parts, origin, saved.get("echo"), bool(saved.get("partial", False)))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ConfigError(f"A saved message has a shape this version does not know ({error}).") from None
