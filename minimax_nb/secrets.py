"""Keys, wrapped so that no repr, traceback, log line or pickle can show them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn


class Secret:
    """A key. Only :meth:`reveal` gives it away; everything else says "set"."""

    __slots__ = ("_reveal",)

    def __init__(self, value: str) -> None:
        # A closure, not a string: tools that walk attributes and print them find a function.
        def reveal() -> str:
            return value

        self._reveal: Callable[[], str] = reveal

    @classmethod
    def of(cls, value: str | Secret | None) -> Secret | None:
        """The value wrapped, as it is if it already was, None for nothing or blanks."""
        if value is None or isinstance(value, Secret):
            return value
        return cls(value.strip()) if value.strip() else None

    def reveal(self) -> str:
        """The key itself; for the transport's hands only."""
        return self._reveal()

    def mask(self, text: str) -> str:
        """The text with the key, wherever it stands, replaced."""
        key = self._reveal()
        return text.replace(key, "[key]") if len(key) >= 6 else text

    def __repr__(self) -> str:
        return "<key: set>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._reveal() == other.reveal()

    def __hash__(self) -> int:
        return hash(self._reveal())

    def __reduce__(self) -> NoReturn:
        raise TypeError("A key is never saved.")
