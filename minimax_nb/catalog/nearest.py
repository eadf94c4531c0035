"""The nearest right word to a wrong one, for every "did you mean" of the kit."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The one of ``words`` that ``word`` was most likely meant to be, or None if none is close.

    Another spelling in capitals comes first, then a likely typing error, then the shortest word that ends with or
    holds what was typed ("m3" finds "MiniMax-M3").
    """
    known = {known.casefold(): known for known in sorted(words, reverse=True)}
    asked = word.strip().casefold()
    if asked in known:
        return known[asked]
    cutoff = 0.6 if len(asked) > 3 else 0.5  # one wrong letter of two is half
    close = difflib.get_close_matches(asked, known, n=1, cutoff=cutoff)
    if close:
        return known[close[0]]
    holding = [name for name in known if len(asked) > 1 and asked in name]
    best = min(holding, key=lambda name: (not name.endswith(asked), len(name), name), default=None)
    return None if best is None else known[best]


def did_you_mean(word: str, words: Iterable[str], *, otherwise: str = "") -> str:
    """One sentence that names the nearest right word, or ``otherwise`` if none is close."""
    near = nearest(word, words)
    return otherwise if near is None else f"Did you mean {near}?"


def listed(words: Iterable[str], *, most: int = 14, last: str = "or") -> str:
    """Words as a phrase, "a, b or c"; beyond ``most`` the rest is counted."""
    shown = list(words)
    if len(shown) > most:
        shown = [*shown[: most - 1], f"{len(shown) - most + 1} more"]
        last = "and"
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} {last} {shown[-1]}"
