"""About how many tokens a message has, with the markup of its turn and of tool calls.

The markup is that of the published chat template of MiniMax-M2: five tokens around a turn, counted exactly there
(a call of 22 tokens: "You are a helpful assistant", "Hi"); that of tool calls and results is fitted to one recorded
call and its result, MiniMax-M2.1, February 2026.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from minimax_nb.messages.media import Clip, Media, Picture
from minimax_nb.messages.parts import Message, Opaque, Part, Text, Thinking, ToolCall, ToolResult
from minimax_nb.prompt.media.tokens import image_tokens, video_tokens
from minimax_nb.prompt.tokens.text import estimate

A_TURN = 5
"""Tokens around what one speaker says."""

_A_THOUGHT, _A_CALL, _AN_ARGUMENT, _A_RESULT = 4, 10, 4, 7
_UNSEEN = (1280, 960)
"""Pixels of a picture or frame that could not be looked into, such as one behind an address: a guess."""
_UNSEEN_SECONDS = 10.0
_BYTES_A_SECOND = 500_000  # of video, as cameras of telephones and of screens write it; again a guess


class Length(NamedTuple):
    """A message's tokens by what they stand for; the three do not overlap."""

    said: int
    thought: int
    shown: int


def length(message: Message) -> Length:
    """About how many tokens a message has; ``said`` has the markup of its turn in it."""
    said, thought, shown = A_TURN, 0, 0
    for part in message.parts:
        if isinstance(part, Text):
            said += estimate(part.text)
        elif isinstance(part, Thinking):
            thought += _A_THOUGHT + estimate(part.text)
        elif isinstance(part, Media):
            shown += _medium(part)
        else:
            said += _other(part)
            shown += sum(map(_medium, part.media)) if isinstance(part, ToolResult) else 0
    return Length(said, thought, shown)


def estimate_message(message: Message, *, thinking: bool = True) -> int:
    """About how many tokens a message has, its role's markup included.

    Args:
        message: The message.
        thinking: Whether its thinking counts.
    """
    said, thought, shown = length(message)
    return said + shown + (thought if thinking else 0)


def as_json(value: Mapping[str, Any] | Iterable[Any]) -> str:
    """Values as a service is sent them; what is no JSON as its ``str``."""
    return json.dumps(value, ensure_ascii=False, default=str)


def _other(part: Part) -> int:
    match part:
        case ToolCall():
            written = part.raw or as_json(dict(part.arguments))
            return _A_CALL + _AN_ARGUMENT * len(part.arguments) + estimate(part.name) + estimate(written)
        case ToolResult():
            return _A_RESULT + estimate(part.content)
        case Opaque():
            return estimate(as_json(dict(part.raw)))
    return 0


def _medium(part: Picture | Clip | Media) -> int:
    width, height = (part.width, part.height) if part.width and part.height else _UNSEEN
    if isinstance(part, Clip):
        return video_tokens(width, height, _seconds(part), part.fps, part.detail, part.max_long_side)
    return image_tokens(width, height, part.detail, part.max_long_side)


def _seconds(clip: Clip) -> float:
    if clip.duration_s is not None:
        return clip.duration_s
    return _UNSEEN_SECONDS if clip.size is None else max(1.0, clip.size / _BYTES_A_SECOND)
