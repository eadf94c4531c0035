"""Where a link may lead: http, https, mail, or a place relative to the page. Anything else is turned into ``#``."""

from __future__ import annotations

import re
from urllib.parse import unquote

_KNOWN = re.compile(r"https?://|mailto:", re.IGNORECASE)
_HEAD = re.compile(r"[^/?#]*")
# What could end the destination, start maths, or be read twice is written as its percent escape.
_UNSAFE = re.compile(r"""[\x00-\x20"'<>\[\]\\`{|}$\x7f]|@(?=@)""")


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
