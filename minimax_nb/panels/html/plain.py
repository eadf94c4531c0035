"""Text as text: what may not be in a page is made visible, what means something in HTML is escaped."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

LONGEST_PIECE = 20_000
"""Characters of plain text in one element; the page need not lay out the next before it is seen."""

_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029\x85]")
# Control characters, halves of characters, places that mean no character, and the two signs that turn the order of
# all letters after them around. The formula marks of this package are among them, so no text can hold one.
_ODD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def clean_text(text: str) -> str:
    """The text with one kind of line end and a replacement character for everything that is none."""
    return _ODD.sub("\ufffd", _LINE_ENDS.sub("\n", text))


def clean_code(text: str) -> str:
    """The same for code, where no sign may turn the order of letters: it would read otherwise than it runs."""
    return _TURNING.sub("\ufffd", clean_text(text))


def plain_html(text: str) -> str:
    """The text as it is, escaped, in elements that keep its line ends (class ``mnb-plain``); mostly in one."""
    pieces = _pieces(clean_text(text))
    return "".join(f'<div class="mnb-plain" dir="auto">{escape(piece)}</div>' for piece in pieces)


def _pieces(text: str) -> Iterator[str]:
    """The text in pieces that end with a line if one ends in them; together they are the text."""
    at = 0
    while len(text) - at > LONGEST_PIECE:
        end = text.rfind("\n", at, at + LONGEST_PIECE) + 1 or at + LONGEST_PIECE
        yield text[at:end]
        at = end
    yield text[at:]
