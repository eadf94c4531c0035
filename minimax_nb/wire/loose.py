"""Reading what a server sent without trusting its shape: JSON, strings, counts, and excerpts for messages.

Every function here takes anything and gives a value of the promised type. Services send numbers as strings, null for
missing objects and pages for errors; the decoders stay short because that is dealt with here.
"""

from __future__ import annotations

import functools
import json
import math
import re
from collections.abc import Callable
from typing import Any

MOST_TOKENS = 10**9
"""A token count above this is nonsense: the largest window on offer is a million tokens."""

_SPACE = re.compile(r"\s+")


@functools.cache
def _fast_parser() -> Callable[[bytes], Any]:
    # pydantic_core parses a chunk in about a third of the time of json; pydantic itself is not loaded for it.
    from pydantic_core import from_json

    return from_json


def parse_json(data: bytes) -> Any:  # noqa: ANN401
    """The JSON value in ``data``.

    Bytes that are not UTF-8 and half surrogate pairs are replaced, control characters inside strings are let through.

    Raises:
        ValueError: It is not JSON, or nested too deeply.
    """
    try:
        return _fast_parser()(data)
    except ValueError:
        return _parse_patiently(data)


def _parse_patiently(data: bytes) -> Any:  # noqa: ANN401
    try:
        value = json.loads(data.decode("utf-8", "replace"), strict=False)
        # Once more through UTF-8 and the strict parser: a lone surrogate could not be encoded and would fail much
        # later, in somebody else's hands; so would nesting that only just fits the stack here.
        return _fast_parser()(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    except RecursionError:
        raise ValueError("nested too deeply") from None


def text_of(value: object) -> str:
    """The value if it is a string, else ""."""
    return value if isinstance(value, str) else ""


def mapping_of(value: object) -> dict[str, Any]:
    """The value if it is a JSON object, else an empty one."""
    return value if isinstance(value, dict) else {}


def list_of(value: object) -> list[Any]:
    """The value if it is a JSON array, else an empty one."""
    return value if isinstance(value, list) else []


def whole_of(value: object, *, most: int = MOST_TOKENS) -> int | None:
    """The value if it is a whole number from 0 to ``most``, else None. True and False are no numbers."""
    if type(value) is int and 0 <= value <= most:
        return value
    return None


def place_of(value: object) -> int | None:
    """A place in a list: a whole number, also where a server wrote it as text, else None."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    return whole_of(value)


def finite(value: Any) -> Any:  # noqa: ANN401
    """The JSON value with null for numbers that JSON cannot write: 1e999 is read as infinity, and NaN is let through.

    For values that go back to a service as they came. The parser has bounded how deep they are.
    """
    if isinstance(value, dict):
        return {name: finite(held) for name, held in value.items()}
    if isinstance(value, list):
        return [finite(held) for held in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def one_line(text: str, limit: int = 160) -> str:
    """The text on one line: white space collapsed, what does not print escaped, shortened to ``limit`` characters."""
    # Cut generously first, so that a page of megabytes costs no more than its head.
    line = _SPACE.sub(" ", text[: limit * 8]).strip()
    line = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in line)
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def is_json_object(text: str) -> bool:
    """Whether a text is a whole JSON object."""
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False


def arguments_object(text: str) -> dict[str, Any]:
    """A tool call's arguments as a JSON object that every service takes.

    Text that is no JSON object goes as ``{"raw": text}``: MiniMax refuses a history whose arguments are not valid JSON
    ("invalid function arguments json string"), and the model still sees what it wrote. No text means no arguments.
    """
    if not text.strip():
        return {}
    try:
        value = json.loads(text)
        json.dumps(value, allow_nan=False)  # NaN and Infinity pass Python's reader but are no JSON
    except (ValueError, RecursionError):
        return {"raw": text}
    return value if isinstance(value, dict) else {"raw": text}
