"""Thinking that comes in fields of its own on the OpenAI face.

Servers name the field differently: MiniMax with ``reasoning_split`` sends ``reasoning_content`` and
``reasoning_details`` with the same text, OpenRouter ``reasoning`` and ``reasoning_details``, vLLM ``reasoning_content``
or, since 0.11.2, ``reasoning``, Ollama natively ``thinking``. One of them is read; all are kept for the way back.
A field whose deltas are cumulative goes back as the whole that its last one was.
"""

from __future__ import annotations

from typing import Any

from minimax_nb.wire.cumulative import Growing, Habit
from minimax_nb.wire.loose import finite, list_of, place_of, text_of

DETAILS = "reasoning_details"
TEXTS = ("reasoning_content", "reasoning", "thinking")
FIELDS = (DETAILS, *TEXTS)
"""Every name, in the order of preference."""

_JOINED = ("text", "summary", "data")  # members of a detail that come in pieces


class _Detail:
    """One entry of ``reasoning_details``, growing."""

    __slots__ = ("members", "pieces")

    def __init__(self) -> None:
        self.members: dict[str, Any] = {}
        self.pieces: dict[str, Growing] = {}

    def whole(self) -> dict[str, Any]:
        return self.members | {name: field.text() for name, field in self.pieces.items()}


class Reasoning:
    """Reads the fields of each delta and keeps what must go back.

    Attributes:
        waiting: Fields that hold something back, and the name each is known by.
    """

    __slots__ = ("_details", "_habit", "_texts", "waiting")

    def __init__(self, habit: Habit) -> None:
        self.waiting: dict[Growing, str] = {}
        self._habit = habit
        self._texts: dict[str, Growing] = {}
        self._details: dict[tuple[str, int | str], _Detail] = {}

    def take(self, delta: dict[str, Any]) -> tuple[str, str]:
        """The name and the new text of the first field that says something; ("", "") if none does."""
        found = ("", "")
        for name in reversed(TEXTS):
            text = delta.get(name)
            if text and isinstance(text, str):
                field = self._texts.get(name)
                if field is None:
                    field = self._texts[name] = Growing(self._habit)
                if text := field.take(text):
                    found = (name, text)
                if field.held:
                    self.waiting[field] = name
        if items := list_of(delta.get(DETAILS)):
            text = "".join(self._merge(item) for item in items if isinstance(item, dict))
            found = (DETAILS, text) if text else found
        return found

    def settle(self) -> tuple[str, str]:
        """What was held back after all: the name and text of the first field with any; ("", "") if there is none."""
        said: dict[str, list[str]] = {}
        for field, name in self.waiting.items():
            said.setdefault(name, []).append(field.settle())
        self.waiting.clear()
        return next(((name, text) for name in FIELDS if (text := "".join(said.get(name, ())))), ("", ""))

    def _merge(self, item: dict[str, Any]) -> str:
        """Add a piece to the detail it belongs to, told by index and type, or id and type; the thinking it brings."""
        kind, index = text_of(item.get("type")), place_of(item.get("index"))
        key = (kind, text_of(item.get("id")) if index is None else index)
        detail = self._details.get(key)
        if detail is None:
            detail = self._details[key] = _Detail()
        spoken = kind in ("", "reasoning.text")
        said = ""
        for member, value in item.items():
            if member in _JOINED and isinstance(value, str):
                field = detail.pieces.get(member)
                if field is None:
                    field = detail.pieces[member] = Growing(self._habit)
                shown = spoken and member == "text"
                new = field.take(value) if value else ""
                said = new if shown else said
                if field.held:
                    self.waiting[field] = DETAILS if shown else ""
            elif value is not None or member not in detail.members:
                detail.members[member] = value
        return said

    def echo(self, preferred: str | None) -> dict[str, Any]:
        """The field that goes back: the preferred one if it came, else the first that did; {} if none did."""
        came: dict[str, Any] = {}
        if self._details:
            came[DETAILS] = finite([detail.whole() for detail in self._details.values()])
        came |= {name: self._texts[name].text() for name in TEXTS if name in self._texts}
        name = preferred if preferred in came else next(iter(came), None)
        return {name: came[name]} if name else {}
