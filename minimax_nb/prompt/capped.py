"""Text made from values, kept to a size: what was left out is always counted."""

from __future__ import annotations

import json
import reprlib
from collections import deque
from collections.abc import Mapping
from itertools import islice
from typing import Any

REPR_CHARS = 8_000
SOURCE_CHARS = 40_000
_ITEMS = 200
_DEPTH = 8
_STRING = 2_000
_VALUE = 1_000
_LINE = 100
_BRACKETS: dict[type, tuple[str, str]] = {
    list: ("[", "]"),
    tuple: ("(", ")"),
    set: ("{", "}"),
    frozenset: ("{", "}"),
    deque: ("[", "]"),
}


def capped(text: str, limit: int = REPR_CHARS) -> str:
    """The text, or its beginning and end around a count of what was left out, about ``limit`` characters in all."""
    if len(text) <= limit:
        return text
    head, tail = limit * 3 // 4, limit // 4
    left = len(text) - head - tail
    return f"{text[:head]}\n[... {left:,} characters left out ...]\n{text[-tail:]}"


def capped_repr(value: object, limit: int = REPR_CHARS) -> str:
    """The value's ``repr``, capped; one that raises is told by the error's name."""
    try:
        return capped(repr(value), limit)
    except Exception as error:  # noqa: BLE001 - any object's own code runs here
        return f"<{type(value).__name__}, whose repr raised {type(error).__name__}>"


def is_container(value: object) -> bool:
    """Whether :func:`layout` writes this value out item by item."""
    return type(value) in _BRACKETS or isinstance(value, Mapping)


def layout(value: object) -> str:
    """A list, tuple, set or mapping in the manner of JSON, indented where a line would grow long.

    Strings, true, false and null are JSON's own; other values and keys keep their ``repr``. At most 200 items a
    container, 2,000 in all and 8 levels are written; what a container loses is counted in its place.
    """
    return _Layout().written(value, 0)


class _Layout:
    """One layout under way; ``left`` is how many items it may still write."""

    def __init__(self) -> None:
        self.left = 2_000

    def written(self, value: Any, depth: int) -> str:  # noqa: ANN401 - any value of a notebook
        self.left -= 1
        if value is None or isinstance(value, bool):
            return json.dumps(value)
        if isinstance(value, str):
            return capped(json.dumps(value, ensure_ascii=False), _STRING)
        if not is_container(value):
            return capped_repr(value, _VALUE)
        if depth >= _DEPTH:
            return reprlib.repr(value)
        most = max(0, min(_ITEMS, self.left))
        if isinstance(value, Mapping):
            items = [
                f"{self.written(key, _DEPTH)}: {self.written(inner, depth + 1)}"
                for key, inner in islice(value.items(), most)
            ]
        else:
            items = [self.written(inner, depth + 1) for inner in islice(value, most)]
        if len(value) > most:
            items.append(f"... {len(value) - most:,} more")
        return _joined(items, *_BRACKETS.get(type(value), ("{", "}")), depth)


def _joined(items: list[str], opening: str, closing: str, depth: int) -> str:
    """Items on one line if they fit there, else one a line, indented."""
    if sum(map(len, items)) + 2 * len(items) <= _LINE and not any("\n" in item for item in items):
        return f"{opening}{', '.join(items)}{closing}"
    inner = "  " * (depth + 1)
    return f"{opening}\n{inner}" + f",\n{inner}".join(items) + f"\n{'  ' * depth}{closing}"
