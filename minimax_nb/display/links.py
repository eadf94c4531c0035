"""Where a link may lead, and where a reference may begin.

A link leads to http, https, mail, or a place relative to the page; anything else is turned into ``#``.
"""

from __future__ import annotations

import re
from urllib.parse import unquote

_KNOWN = re.compile(r"https?://|mailto:", re.IGNORECASE)
_HEAD = re.compile(r"[^/?#]*")
# What could end the destination, start maths, or be read twice is written as its percent escape.
_UNSAFE = re.compile(r"""[\x00-\x20"'<>\[\]\\`{|}$\x7f]|@(?=@)|(?<=ftp):(?=//)""", re.IGNORECASE)

LABEL = re.compile(r"^([ \t>*]*(?:(?:[-*+]|\d{1,9}[.)])[ \t>]+)*)\[", re.MULTILINE)
"""A bracket at a line's beginning: a reference's label may begin there."""


def harmless(destination: str) -> bool:
    """Whether following the destination can only open a page, a mail or a place on this page.

    A scheme is looked for the way a careless reader would: after undoing percent escapes. Entities and backslashes
    before the first slash are refused, since parsers differ in how often they undo them.
    """
    if _KNOWN.match(destination):
        return True
    found = _HEAD.match(destination)
    head = found[0] if found else destination
    return not any(sign in head or sign in unquote(head) for sign in ":&\\")


def clean(destination: str) -> str:
    """The destination as it can stand between round brackets, in a table too, without meaning anything else."""
    return _UNSAFE.sub(lambda found: f"%{ord(found[0]):02X}", destination)


def without_open_label(text: str, outside: str) -> str:
    """The text with no bracket left open at a line's beginning.

    Some parsers let the label of a reference that begins there go on across blank lines, into the next code block.

    Args:
        text: A paragraph that is safe otherwise.
        outside: The same with its formulas blotted out, as a parser sees it that has taken them out before.
    """
    out, at = [], 0
    for found in LABEL.finditer(text, outside.rfind("]") + 1):
        out += [text[at : found.end() - 1], "&#91;"]
        at = found.end()
    return "".join(out) + text[at:]
