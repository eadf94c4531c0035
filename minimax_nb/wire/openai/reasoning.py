"""Thinking that comes in fields of its own on the OpenAI face.

Servers name the field differently: MiniMax with ``reasoning_split`` sends ``reasoning_content`` and
``reasoning_details`` with the same text, OpenRouter ``reasoning`` and ``reasoning_details``, vLLM ``reasoning_content``
or, since 0.11.2, ``reasoning``, Ollama natively ``thinking``. One of them is read; all are kept for the way back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from minimax_nb.wire.loose import list_of, text_of, whole_of

DETAILS = "reasoning_details"
TEXTS = ("reasoning_content", "reasoning", "thinking")
FIELDS = (DETAILS, *TEXTS)
"""Every name, in the order of preference."""

_JOINED = ("text", "summary", "data")  # members of a detail that come in pieces


@dataclass(slots=True)
class _Detail:
    """One entry of ``reasoning_details``, growing."""

    members: dict[str, Any] = field(default_factory=dict)
    pieces: dict[str, list[str]] = field(default_factory=dict)

    def whole(self) -> dict[str, Any]:
        return self.members | {name: "".join(pieces) for name, pieces in self.pieces.items()}


class Reasoning:
    """Reads the fields of each delta and keeps what must go back."""

    __slots__ = ("_details", "_texts")

    def __init__(self) -> None:
        self._texts: dict[str, list[str]] = {}
        self._details: dict[tuple[str, int | str], _Detail] = {}

    def take(self, delta: dict[str, Any]) -> tuple[str, str]:
        """The name and the text of the first field that says something; ("", "") if none does."""
        found = ("", "")
        for name in reversed(TEXTS):
            if text := text_of(delta.get(name)):
                self._texts.setdefault(name, []).append(text)
                found = (name, text)
        if items := list_of(delta.get(DETAILS)):
            text = "".join(self._merge(item) for item in items if isinstance(item, dict))
            found = (DETAILS, text) if text else found
        return found

    def _merge(self, item: dict[str, Any]) -> str:
        """Add a piece to the detail it belongs to, told by index and type, or id and type; the thinking it brings."""
        kind, index = text_of(item.get("type")), whole_of(item.get("index"))
        key = (kind, text_of(item.get("id")) if index is None else index)
        detail = self._details.get(key)
        if detail is None:
            detail = self._details[key] = _Detail()
        for member, value in item.items():
            if member in _JOINED and isinstance(value, str):
                detail.pieces.setdefault(member, []).append(value)
            elif value is not None or member not in detail.members:
                detail.members[member] = value
        return text_of(item.get("text")) if kind in ("", "reasoning.text") else ""

    def echo(self, preferred: str | None) -> dict[str, Any]:
        """The field that goes back: the preferred one if it came, else the first that did; {} if none did."""
        came: dict[str, Any] = {}
        if self._details:
            came[DETAILS] = [detail.whole() for detail in self._details.values()]
        came |= {name: "".join(self._texts[name]) for name in TEXTS if name in self._texts}
        name = preferred if preferred in came else next(iter(came), None)
        return {name: came[name]} if name else {}
