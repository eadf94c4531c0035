"""What a change of code changes, line by line, and code with nothing hidden in it."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from difflib import unified_diff

from minimax_nb.display.render import Bundle, register
from minimax_nb.display.safe import code_block
from minimax_nb.messages.shown import Shown

_JOINING = frozenset("\u200c\u200d\ufe0e\ufe0f")
"""Signs that change how the sign before them looks: emoji, Persian and Hindi need them."""

_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u2800\u3164\uffa0") | frozenset(
    map(chr, (*range(0xFE00, 0xFE0E), *range(0xE0100, 0xE01F0)))
)
"""Letters and marks that show nothing although Unicode calls them printable; several may stand in a name of Python."""

_MOST_LINES = 4_000
"""Most lines that are compared: the time it takes grows with their square."""


@dataclass(frozen=True, slots=True)
class Difference(Shown):
    """A cell as it is and as it might be."""

    before: str
    after: str


def difference(before: str, after: str) -> Bundle:
    """The lines in which two states of a cell differ, with three lines around each change.

    Args:
        before: The cell as it is.
        after: The cell as it might be.

    Returns:
        The bundle: a unified diff as plain text, and as a code block of Markdown. Line ends at the end do not count.
    """
    old, new = _lines(before), _lines(after)
    if len(old) + len(new) > _MOST_LINES and old != new:
        plain = f"Too long to compare here: {len(old):,} lines before, {len(new):,} after."
    else:
        lines = unified_diff(old, new, "the cell", "the cell, mended", lineterm="")
        plain = "\n".join(lines) or "No line differs."
    return {"text/plain": plain, "text/markdown": code_block(plain, "diff")}, {}


def _lines(code: str) -> list[str]:
    return visible(code).rstrip("\n").split("\n")


def visible(code: str) -> str:
    r"""The code with every sign that cannot be seen as an escape, such as ``\u202e``; line ends as line feeds.

    Signs that turn the direction of writing, or show nothing, can make code look other than it is
    (https://trojansource.codes, 2021). In a Python string an escape means the same; elsewhere Python refuses it.
    """
    code = code.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        _escape(sign) if _unseen(sign, before) else sign for before, sign in zip(" " + code, code, strict=False)
    )


def hidden_signs(code: str) -> tuple[str, ...]:
    """The escapes of the signs in the code that :func:`visible` replaces, each once, in order."""
    code = code.replace("\r\n", "\n").replace("\r", "\n")
    found = (sign for before, sign in zip(" " + code, code, strict=False) if _unseen(sign, before))
    return tuple(_escape(sign) for sign in dict.fromkeys(found))


def _unseen(sign: str, before: str) -> bool:
    if sign in _JOINING:
        return before.isascii()
    if sign.isprintable():
        return sign in _BLANK
    return sign not in "\n\t" and unicodedata.category(sign) != "Zs"


def _escape(sign: str) -> str:
    return sign.encode("unicode_escape").decode("ascii")


register(Difference, lambda value: difference(value.before, value.after))
