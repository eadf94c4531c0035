"""Raw markup of tool calls that leaks into a text: told from the text as it streams, and never run.

MiniMax's models write a call as markup, which a service takes out of the text and sends as a tool call. At times it
stays in the text, on either protocol, and the reply ends as if nothing had been asked for (issue 10 of
MiniMax-AI/MiniMax-M2.5, issue 31 of MiniMax-AI/MiniMax-M3, issue 30684 of anomalyco/opencode, read 2026-11-21).
M2.x writes, after its tool calling guide::

    <minimax:tool_call>
    <invoke name="f">
    <parameter name="x">1</parameter>
    </invoke>
    </minimax:tool_call>

M3 puts ``]<]minimax[>[`` before every tag, and names each parameter's tag after the parameter (issue 51073 of
vllm-project/vllm, read 2026-11-21). The rules of the file:

1. From its opening tag to its closing one all is the call, also what looks like other tags. One that is never closed
   ends with the text it stands in.
2. What is kept of it begins with its opening tag, so that it is no JSON, whatever stands inside.
3. The tag of M2.x is a word that prose may hold: it opens a call only if another tag or JSON follows, or nothing.
4. A closing tag alone is text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

WORD = "<minimax:tool_call>"
"""The opening tag that may be a word: see rule 3."""

_SIGN = "]<]minimax[>["
CLOSERS: Mapping[str, str] = {
    # opening tag: its closing one
    WORD: "</minimax:tool_call>",
    f"{_SIGN}<tool_call>": f"{_SIGN}</tool_call>",
    f"{_SIGN}<invoke": f"{_SIGN}</tool_call>",
}
"""Every opening tag, with the tag that closes its call."""

_INVOKE = re.compile(r"<invoke\b([^>]*)>")
_NAME = re.compile(r"""\bname\s*=\s*(["']?)([\w.-]{1,64})\1\s*$""", re.ASCII)
_ROOM = 300  # characters within which a call says its name, or has none

Said = tuple[Literal["call", "markup"], str]
"""That a call leaked, with its name or ""; or more of its markup."""


def opens(tag: str, after: str) -> bool | None:
    """Whether an opening tag opens a call.

    Args:
        tag: The tag.
        after: The first character behind it that is no white space, or "".

    Returns:
        None while what follows it has not come.
    """
    return tag != WORD or (after in "<{[]" if after else None)


class Leak:
    """One call's markup, fed from its opening tag to its closing one."""

    __slots__ = ("_held", "_named", "closer")

    def __init__(self, opener: str) -> None:
        self.closer = CLOSERS[opener]
        self._named = False
        self._held = ""  # all that came until the name is known

    def feed(self, piece: str) -> list[Said]:
        """What the next piece says."""
        text = self._held + piece
        if not text:
            return []
        if not (self._named or len(text) >= _ROOM or _INVOKE.search(text)):
            self._held = text
            return []
        self._held = ""
        return self._say(text)

    def end(self) -> list[Said]:
        """What is held back: no more will come."""
        text, self._held = self._held, ""
        return self._say(text) if text else []

    def _say(self, text: str) -> list[Said]:
        """More of the markup; its beginning says the name."""
        if self._named:
            return [("markup", text)]
        self._named = True
        invoked = _INVOKE.search(text[:_ROOM])
        name = _NAME.search(invoked[1]) if invoked else None
        return [("call", name[2] if name else ""), ("markup", text)]
