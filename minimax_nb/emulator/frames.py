"""The pieces of a streamed reply, before they become bytes on a connection.

A frame is one server-sent event with its place in the reply, so that a fault can be put exactly where it belongs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

from minimax_nb.emulator.tokens import is_wide

T = TypeVar("T")
Place = Literal["head", "delta", "tail", "done"]

ABOUT_CHARS = 24
_LOOK_AHEAD = 16
_BORDER = re.compile(r"[ \n]")
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Frame:
    """One event: its bytes, the wait before it in seconds, and where in the reply it stands."""

    data: bytes
    place: Place
    after_s: float = 0.0


def dumps(value: Any) -> bytes:  # noqa: ANN401
    """JSON as the services write it: no blanks, letters as they are. Half characters become question marks."""
    return _ENCODE(value).encode("utf-8", "replace")


def cut_pieces(text: str, exactly: int | None = None) -> Iterator[str]:
    """The text in the pieces in which it is sent.

    Args:
        text: What is said.
        exactly: Characters a piece; without it about 24, cut between words, wide characters anywhere.
    """
    size = exactly or ABOUT_CHARS
    at = 0
    while at < len(text):
        end = at + size
        if exactly is None and end < len(text) and not is_wide(text[end]):
            border = _BORDER.search(text, end, end + _LOOK_AHEAD)
            end = border.start() if border else end
        yield text[at:end]
        at = end


class Walk(Generic[T]):
    """An iterable that starts afresh each time it is walked."""

    __slots__ = ("_start",)

    def __init__(self, start: Callable[[], Iterator[T]]) -> None:
        self._start = start

    def __iter__(self) -> Iterator[T]:
        return self._start()
