"""The value so far of a JSON text that is still arriving.

The text is read anew only when it has grown by an eighth since it was last read, or while it is short. So all readings
together look at less than nine times the whole text and, at the beginning, at :data:`SHORT` characters for each of at
most as many pieces, however small the pieces are and however often the value is asked for.
"""

from __future__ import annotations

import contextlib
import re
from typing import Any

from minimax_nb.structured.found import search_answer
from minimax_nb.structured.lenient import NotJsonError, parse
from minimax_nb.structured.shape import WRAPPER, Shape

SHORT = 1_000
"""Characters below which the text is read at every new piece."""

_TOKEN = re.compile(r'\s++|"(?:[^"\\]++|\\.)*+"|[\[\]{},:]|[^\s\[\]{},:"]++', re.DOTALL)
_HIGH, _LOW = r"\\u[dD][89abAB][0-9a-fA-F]{2}", r"\\u[dD][c-fC-F][0-9a-fA-F]{2}"
_STRING = re.compile(  # up to an escape that is cut, or half of a pair whose other half may come
    rf'"(?:[^"\\]++|{_HIGH}{_LOW}|{_HIGH}(?=[^\\]|\\[^u]|\\u[0-9a-fA-F]{{4}})'
    r"|\\u(?![dD][89abAB])[0-9a-fA-F]{4}|\\[^u])*+",
    re.DOTALL,
)
_CLOSERS = {"[": "]", "{": "}"}


class Partial:
    """Takes in the pieces of a text, or of a tool call's arguments, and gives the value so far.

    Strings, arrays and objects that are still open are closed; a key without its value is left out, and so is a number
    or a word that may go on. As long as the text goes on as one JSON value, each value is the one before it with more
    in it.

    Attributes:
        looked_at: How many characters were read so far, repetitions included.
    """

    def __init__(self, shape: Shape) -> None:
        self.looked_at = 0
        self._shape = shape
        self._pieces: list[str] = []
        self._length = self._read_at = 0
        self._value: Any = None

    def feed(self, piece: str) -> None:
        """Take in more of the text."""
        self._pieces.append(piece)
        self._length += len(piece)

    @property
    def value(self) -> Any:  # noqa: ANN401
        """The value so far as plain JSON values, taken out of its wrapper; None where there is none yet.

        It is a new one each time the text is read, and never changes afterwards. Of a long text, what came last may not
        be in it yet: the whole reply is read by :func:`~minimax_nb.structured.reading.read`.
        """
        if self._length - self._read_at > (0 if self._length <= SHORT else self._read_at // 8):
            self._read()
        return self._value

    def _read(self) -> None:
        text = "".join(self._pieces)
        self._pieces = [text]
        self._read_at = self._length
        self.looked_at += self._length
        value = so_far(text, longest=self._shape.any_json)
        if self._shape.wrapped and isinstance(value, dict) and value.keys() <= {WRAPPER}:
            value = value.get(WRAPPER)
        if value is not None:
            self._value = value


def so_far(text: str, *, longest: bool = False) -> Any:  # noqa: ANN401
    """The value of a text that may go on; None where there is none yet.

    Args:
        text: JSON, perhaps with prose, a code fence or thinking before it.
        longest: Of several values that are whole, whether the longest is meant; else the last one is.
    """
    found = search_answer(text)
    if found.open_at is not None:
        with contextlib.suppress(NotJsonError):
            return parse(completed(found.text[found.open_at :]))
    whole = sorted(found.values, key=lambda one: one.end - one.start if longest else one.end)
    return whole[-1].value if whole else None


def completed(text: str) -> str:
    """The beginning of a JSON object or array made whole: what is open is closed, what is unfinished is left out."""
    stack: list[str] = []
    key = False  # what comes next is a key, or has been one
    kept = at = 0  # where what is whole ends
    while token := _TOKEN.match(text, at):
        sign, at = token[0], token.end()
        if sign in _CLOSERS:
            stack.append(_CLOSERS[sign])
            key, kept = sign == "{", at
        elif sign in ("]", "}"):
            stack = stack[:-1]
            key, kept = False, at
        elif sign == ",":
            key = bool(stack) and stack[-1] == "}"
        elif sign == ":":
            key = False
        elif not sign.isspace() and not key and (at < len(text) or sign[0] == '"'):
            kept = at
    opened = _STRING.match(text, at)  # a string that is still open
    whole = f'{text[: opened.end()]}"' if opened and not key else text[:kept]
    return whole + "".join(reversed(stack))
