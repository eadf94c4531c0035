"""So that ``%minimax what is X?`` is a prompt and not IPython's request for help.

IPython reads any line that ends in a question mark as a request for help. This transformer takes such a line first,
if it is our magic with a prompt behind it; ``%minimax?`` itself stays a request for help. It works on tokens, so a
string that happens to hold such a line is left alone.
"""

from __future__ import annotations

from tokenize import TokenInfo
from typing import Any

from IPython.core.inputtransformer2 import EscapedCommand

_PROMPTING = frozenset({"minimax", "minimax_fix", "minimax_usage"})
"""The magics that take a prompt on their line (``%minimax_usage --next what is X?``)."""


class PromptWithQuestionMark(EscapedCommand):
    """Finds ``%minimax some words?`` at the start of a line, ahead of the help transformer."""

    priority = 4  # HelpEnd, which would take it, has 5

    @classmethod
    def find(cls, tokens_by_line: list[list[TokenInfo]]) -> Any:  # noqa: ANN401 - an IPython transformer or None
        """The first line of ours that ends in a question mark, or None."""
        for line in tokens_by_line:
            words = [token for token in line if token.string.strip()]
            if len(words) < 4 or words[0].string != "%" or words[1].string not in _PROMPTING:
                continue
            prompt_follows = words[2].start[1] > words[1].end[1]
            if prompt_follows and words[0].line.rstrip().endswith("?"):
                return cls(words[0].start)
        return None
