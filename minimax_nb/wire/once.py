"""The same thinking under two names, counted once.

OpenRouter sends ``reasoning`` and ``reasoning_details`` with the same words; MiniMax-M3 has sent its thinking both as
``reasoning_content`` and inside ``<think>`` in the content of the same reply (issue threads of two public clients, read
2026-11-20). Whichever name speaks first is shown; what another name says is passed over as long as it repeats that.
"""

from __future__ import annotations

from collections import deque


class Once:
    """Passes on what is new. Give it each piece of thinking with the name of the field it came in.

    Attributes:
        apart: Whether two names said different things, so that both are shown.
    """

    __slots__ = ("_ahead", "_at", "_leader", "_repeated", "apart")

    def __init__(self) -> None:
        self.apart = False
        self._leader = ""
        self._ahead: deque[str] = deque()  # what the leader said and nobody has repeated yet
        self._at = 0  # characters of the first of these that have been repeated
        self._repeated: list[str] = []  # what was passed over, should it turn out to be no repetition

    def new(self, source: str, piece: str) -> str:
        """What of ``piece`` has not been said under another name."""
        if self.apart or not piece:
            return piece
        if not self._leader or source == self._leader:
            self._leader = source
            self._ahead.append(piece)
            return piece
        return self._follow(source, piece)

    def _follow(self, source: str, piece: str) -> str:
        if not self._repeated:  # white space at the start differs from field to field
            piece = piece.lstrip()
            if not piece:
                return ""
            if self._ahead and not self._at:
                self._at = len(self._ahead[0]) - len(self._ahead[0].lstrip())
        done = 0
        while done < len(piece) and self._ahead:
            head = self._ahead[0]
            step = min(len(piece) - done, len(head) - self._at)
            if not head.startswith(piece[done : done + step], self._at):
                self.apart = True
                return "".join([*self._repeated, piece])
            done += step
            self._at += step
            if self._at == len(head):
                self._ahead.popleft()
                self._at = 0
        self._repeated.append(piece[:done])
        return self._overtake(source, piece[done:])

    def _overtake(self, source: str, rest: str) -> str:
        """What the follower says beyond the leader is new; it leads from here."""
        if not rest.strip():
            return ""
        self._leader = source
        self._ahead.append(rest)
        self._repeated = [""]
        return rest
