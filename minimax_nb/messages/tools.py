"""Tools as a model is told of them, and what came of a call: frozen values that run nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from minimax_nb.messages.parts import ToolCall, ToolResult
from minimax_nb.messages.shown import Shown


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A tool as it is described to a model.

    Attributes:
        name: What the model calls it by: letters, digits, "_" and "-", at most 64 characters.
        description: What it does, for the model.
        parameters: JSON schema of its arguments; an object schema, also where it takes none.
    """

    name: str
    description: str
    parameters: Mapping[str, Any]


Outcome = Literal["done", "failed", "bad arguments", "timed out", "denied", "unknown tool", "not run", "interrupted"]
"""How a call ended. "not run": a limit was reached first, or its arguments were no JSON object."""


@dataclass(frozen=True, slots=True, repr=False)
class ToolRun(Shown):
    """A tool call and what came of it.

    Attributes:
        call: What the model asked for.
        result: What goes back to the model.
        outcome: How it ended; anything but "done" went back as a tool error.
        seconds: How long the function ran, or None where it did not run. Under the emulator and under replay None as
            well, so that a saved notebook is the same on every run.
        printed: What the function wrote to stdout and stderr, capped; the reader's, not the model's.
        traceback: Where the function's error came from, as text; "" where it raised none. The reader's as well.
    """

    call: ToolCall
    result: ToolResult
    outcome: Outcome
    seconds: float | None = None
    printed: str = ""
    traceback: str = ""

    def __repr__(self) -> str:
        arguments = ", ".join(f"{name}={value!r}" for name, value in self.call.arguments.items())
        said = self.result.content
        return f"<ToolRun {self.call.name}({_short(arguments)}) {self.outcome}: {_short(said)!r}>"


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"
