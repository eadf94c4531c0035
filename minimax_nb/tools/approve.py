"""Who decides whether a call may run, and what they said before.

A tool made with ``approve=True`` runs only after a person said yes to that very call. Where nobody can be asked, the
answer is no.
"""

from __future__ import annotations

import builtins
import inspect
import json
import sys
from collections.abc import Callable
from enum import Enum
from typing import Any, Final, Protocol

from minimax_nb.messages.parts import ToolCall
from minimax_nb.prompt.capped import capped
from minimax_nb.tools.tool import Tool

SHOWN_CHARS: Final = 10_000
"""Characters of a call's arguments that are shown when asking."""

_NOBODY = "it needs approval, and there was nobody to ask."
_REFUSED = "the user did not allow this call."
_QUESTION = "Run it? [y]es, [n]o, [a]ll calls of this tool in this chat: "


class Consent(Enum):
    """A yes that reaches further than one call."""

    ALWAYS = "always"


class Approver(Protocol):
    """What asks a person about a call."""

    def __call__(self, tool: Tool[..., Any], call: ToolCall, /) -> bool | str | Consent:
        """True runs the call; ``Consent.ALWAYS`` also all later ones of the tool in this chat.

        Anything else denies it; a text says why, and goes to the model.
        """


class Approvals:
    """The approver of a chat, and the tools it need not be asked about again.

    Args:
        approver: Who is asked; by default nobody, and every call that needs approval is denied.
    """

    def __init__(self, approver: Approver | None = None) -> None:
        self.approver: Approver = approver or deny_all
        self._always: dict[str, Callable[..., Any]] = {}

    def refusal(self, tool: Tool[..., Any], call: ToolCall) -> str | None:
        """Why the call may not run, for the model; None if it may."""
        if not tool.approve or self._always.get(tool.name) == tool.function:
            return None
        try:
            answer = self.approver(tool, call)
        except Exception as error:  # noqa: BLE001 - an approver that breaks has not said yes
            return f"Denied: the question failed ({type(error).__name__})."
        if answer is Consent.ALWAYS:
            self._always[tool.name] = tool.function  # another function of the same name is asked about anew
            return None
        if answer is True:
            return None
        return f"Denied: {answer if isinstance(answer, str) and answer.strip() else _REFUSED}"

    def through(self, approver: Approver) -> Approvals:
        """The same, with somebody else asked; a yes to all calls of a tool counts in both."""
        twin = Approvals(approver)
        twin._always = self._always
        return twin

    def forget(self) -> None:
        """Ask about every tool again."""
        self._always.clear()


def deny_all(tool: Tool[..., Any], call: ToolCall, /) -> str:  # noqa: ARG001 - the shape of an approver
    """Deny every call: for where nobody can answer."""
    return _NOBODY


def ask_in_terminal(tool: Tool[..., Any], call: ToolCall, /) -> bool | str | Consent:
    """Ask on the terminal; the answer is no where there is none.

    The end of input means no; Ctrl-C stops the turn.
    """
    if sys.stdin is None or not sys.stdin.isatty():
        return _NOBODY
    return _asked(tool, call)


def ask_in_kernel(tool: Tool[..., Any], call: ToolCall, /) -> bool | str | Consent:
    """Ask in a Jupyter kernel, with the input line that front ends show below a running cell.

    Front ends that take no input (nbclient, nbconvert, papermill) make the kernel's ``input`` raise at once: then the
    answer is no, and nothing is printed. An interrupt stops the turn.
    """
    kernel = getattr(builtins.input, "__self__", None)
    if not getattr(kernel, "_allow_stdin", True):  # whoever runs the cell has said that nobody answers
        return _NOBODY
    return _asked(tool, call)


def ask_whoever_is_there(tool: Tool[..., Any], call: ToolCall, /) -> bool | str | Consent:
    """Ask in the kernel or on the terminal, wherever this process runs; the answer is no where it has neither."""
    in_kernel = inspect.ismethod(builtins.input)  # a kernel puts a method of its own in its place
    return ask_in_kernel(tool, call) if in_kernel else ask_in_terminal(tool, call)


def _asked(tool: Tool[..., Any], call: ToolCall) -> bool | str | Consent:
    try:
        print(_said(tool, call))
        answer = input(_QUESTION).strip().casefold()
    except EOFError:
        return False
    except (OSError, RuntimeError):  # no input to be had; the kernel's own error for it is a RuntimeError
        return _NOBODY
    if answer in {"a", "all"}:
        return Consent.ALWAYS
    return answer in {"y", "yes"}


def _said(tool: Tool[..., Any], call: ToolCall) -> str:
    """The call in plain text for the person who is asked: nothing in it can move a cursor or hide a letter."""
    arguments = json.dumps(dict(call.arguments), indent=2, ensure_ascii=False, default=str)
    return f"The model wants to call {tool.name} with\n{_visible(capped(arguments, SHOWN_CHARS))}"


def _visible(text: str) -> str:
    """The text with everything that does not show itself written out as an escape."""
    return "".join(
        letter if letter.isprintable() or letter == "\n" else letter.encode("unicode_escape").decode("ascii")
        for letter in text
    )
