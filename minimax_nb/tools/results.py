"""What a tool gave back, as a model reads it: text of a bounded length, and pictures.

Text goes as it is; numbers, lists, dicts, dataclasses and pydantic models as JSON; everything else by the kit's own
words for it (:func:`~minimax_nb.prompt.to_parts`): data frames as tables, figures and pictures as pictures.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, time
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any, Final

from minimax_nb.errors import ToolError
from minimax_nb.messages.media import Clip, MediaLimits, Picture
from minimax_nb.messages.parts import Text, ToolResult
from minimax_nb.prompt.adapters import media_pieces, to_parts
from minimax_nb.prompt.capped import capped, capped_repr, layout
from minimax_nb.prompt.tables import instance_of

TEXT_CHARS: Final = 30_000
"""Characters of one result that go to the model."""

MOST_MEDIA: Final = 10
"""Pictures and videos of one result that go to the model."""

_NOTHING = "(no output)"
_PLAIN = (bool, int, float, list, tuple, set, frozenset, dict)
_SIMPLE = (date, time, Decimal, Enum, PurePath)
_OWN_WORDS = ("_repr_llm_", "__llm__", "_ai_repr_")
_PLAINER: tuple[tuple[tuple[type, ...], Callable[[Any], Any]], ...] = (
    ((Mapping,), dict),
    ((set, frozenset), list),
    ((date, time), lambda value: value.isoformat()),
    ((Enum,), lambda value: value.value),
    ((PurePath, Decimal), str),
)
_BROKEN_REPR = re.compile(r"<.+, whose repr raised \w+>")


def to_result(call_id: str, value: object, limits: MediaLimits) -> ToolResult:
    """What goes back to the model for a value.

    Raises:
        ToolError: Its ``repr`` raised.
        RequestError: Its own code failed, or a picture cannot be sent.
    """
    if value is None:
        return ToolResult(call_id, _NOTHING)
    if isinstance(value, str):
        return ToolResult(call_id, _clean(str.__str__(value)))
    if _is_data(value) and media_pieces(value) is None:
        return ToolResult(call_id, _clean(_as_json(value)))
    texts, media = [], list[Picture | Clip]()
    for part in to_parts(value, limits=limits):
        if isinstance(part, Picture | Clip):
            media.append(part)
        else:
            texts.append(part.text if isinstance(part, Text) else capped_repr(part))
    text = "".join(texts)
    if _BROKEN_REPR.fullmatch(text):
        raise ToolError(f"It gave back {text[1:-1]}.")
    return ToolResult(call_id, _clean(_with_count(text, media)), media=tuple(media[:MOST_MEDIA]))


def _with_count(text: str, media: list[Picture | Clip]) -> str:
    """The text, with words for pictures that have none or are too many."""
    if len(media) > MOST_MEDIA:
        return f"{text}\n[Only the first {MOST_MEDIA} of {len(media)} pictures and videos are shown.]"
    if media and not text.strip():
        return "The result is the picture." if len(media) == 1 else f"The result is {len(media)} pictures."
    return text


def _clean(text: str) -> str:
    """Text that can be sent: never empty, capped, without halves of characters."""
    text = capped(text, TEXT_CHARS).encode("utf-8", "replace").decode()
    return text if text.strip() else _NOTHING


def _is_data(value: object) -> bool:
    """Whether JSON is what says it best."""
    if type(value) in _PLAIN or isinstance(value, _SIMPLE) or instance_of(value, "numpy", "generic"):
        return True
    record = (is_dataclass(value) and not isinstance(value, type)) or instance_of(value, "pydantic", "BaseModel")
    return record and not any(hasattr(type(value), name) for name in _OWN_WORDS)


def _as_json(value: object) -> str:
    """The value as JSON up to the cap, and how much of it there is; laid out by the kit where JSON cannot hold it.

    It is written piece by piece and left off at the cap: a huge value is neither copied nor walked through.
    """
    pieces: list[str] = []
    written = 0
    try:
        for piece in json.JSONEncoder(ensure_ascii=False, default=_plainer).iterencode(_listed(value)):
            pieces.append(piece[: TEXT_CHARS + 1])
            written += len(piece)
            if written > TEXT_CHARS:
                break
    except (TypeError, ValueError, RecursionError):  # keys that are no text, a value that holds itself, great depth
        return layout(value)
    text = "".join(pieces)
    if written <= TEXT_CHARS:
        return text
    size = f" of {len(value):,} items" if isinstance(value, list | tuple | set | frozenset | dict) else ""
    return f"{text[: TEXT_CHARS - 200]}\n[... cut here: the {type(value).__name__}{size} goes on ...]"


def _listed(value: Any) -> Any:  # noqa: ANN401 - any value
    return list(value) if isinstance(value, set | frozenset) else value


def _plainer(value: Any) -> Any:  # noqa: ANN401 - any value inside a list or dict
    """What stands in JSON for a value that it has no form for."""
    if instance_of(value, "pydantic", "BaseModel"):
        return value.model_dump(mode="json")
    if instance_of(value, "numpy", "generic"):
        return value.item()
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    for kinds, plain in _PLAINER:
        if isinstance(value, kinds):
            return plain(value)
    return "".join(part.text for part in to_parts(value) if isinstance(part, Text)) or capped_repr(value)
