"""One JSON value from a text that a model wrote.

What is tolerated, because it can mean one thing only:

* line ends and tabs as they are inside strings;
* commas before a closing bracket;
* Python's own way of writing: single quotes, ``True``, ``False``, ``None``;
* the same key twice with the same value;
* halves of a surrogate pair, which become "?".

What is refused: NaN and infinite numbers (1e999 too), a key with two values, comments, keys without quotes, more than
4,300 digits, and nesting deeper than :data:`DEEPEST`. It takes time in proportion to the length of the text.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable
from typing import Any, NoReturn

DEEPEST = 150
"""Levels of nesting; pydantic's own reader ends at about 200."""

_LOOSE = re.compile(
    r'"(?:[^"\\]++|\\.)*+"|\'(?:[^\'\\]++|\\.)*+\'|,(?=\s*+[\]}])|\b(?:True|False|None)\b|\\.', re.DOTALL
)
_WORDS = {"True": "true", "False": "false", "None": "null", ",": ""}
_QUOTES = re.compile(r'\\.|"', re.DOTALL)
_HALF = re.compile(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")


class NotJsonError(ValueError):
    """The text is no JSON value, or one that could mean two things; its message says why, for people and models."""


def parse(text: str) -> Any:  # noqa: ANN401
    """The JSON value that the whole text is.

    Raises:
        NotJsonError: It is none.
    """
    try:
        value = _decoded(text)
        if _too_deep(value):
            raise NotJsonError(_DEEP)
        if _HALF.search(text):
            value = _decoded(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode("utf-8"))
    except RecursionError:
        raise NotJsonError(_DEEP) from None
    except NotJsonError:
        raise
    except ValueError:
        raise NotJsonError("a number has too many digits") from None
    return value


_DEEP = f"it is nested more than {DEEPEST} levels deep"


def _decoded(text: str) -> Any:  # noqa: ANN401
    """The value as it is written, or else as it is meant."""
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as error:
        mended = _LOOSE.sub(_mended, text)
        if mended != text:
            try:
                return _DECODER.decode(mended)
            except json.JSONDecodeError:
                pass
        raise NotJsonError(f"{error.msg}: line {error.lineno}, column {error.colno}") from None


def _mended(found: re.Match[str]) -> str:
    token = found[0]
    if token[0] != "'":
        return _WORDS.get(token, token)
    return '"' + _QUOTES.sub(lambda quote: {"\\'": "'", '"': '\\"'}.get(quote[0], quote[0]), token[1:-1]) + '"'


def _too_deep(value: object) -> bool:
    """Whether it is nested too deeply; by levels, so that nothing here can run out of stack."""
    level = [value]
    for _ in range(DEEPEST):
        level = [child for item in level for child in _children(item) if isinstance(child, dict | list)]
        if not level:
            return False
    return True


def _children(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _one_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) < len(pairs):
        for name, value in pairs:
            if members[name] != value:
                raise NotJsonError(f"the key {json.dumps(name[:80])} stands twice, with two values")
    return members


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise NotJsonError(f"the number {text[:40]} is too large")
    return number


def _no_number(name: str) -> NoReturn:
    raise NotJsonError(f"{name} is no JSON number; null stands for a number that is not there")


_DECODER = json.JSONDecoder(strict=False, object_pairs_hook=_one_each, parse_float=_finite, parse_constant=_no_number)
