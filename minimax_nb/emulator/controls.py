"""What a caller may ask of the emulator beside the request: pace, faults and exact words.

The same little language stands in the ``x-emulator`` header and on ``/emulate`` lines of the last prompt:
``key=value`` pairs with commas between them. The keys that take text (see :data:`KEYS`) run to the end of the line.
"""

from __future__ import annotations

import difflib
import json
import math
import re
from collections.abc import Container, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

from minimax_nb.emulator.faults import FAULTS
from minimax_nb.emulator.heard import Refused

KEYS: dict[str, str] = {
    "fault": "a fault by its name; may be given more than once",
    "delay-ms": "milliseconds between two pieces; 0 takes all ordinary waits away",
    "stall-ms": "length of the pause of the fault stall, in milliseconds",
    "error": "the error that error-first and error-mid bring, by its name (else 1000)",
    "retry-after": "rest of the line: the header Retry-After of an error, seconds or an HTTP date",
    "chunk-chars": "characters a piece, cut anywhere (else about 24, cut between words)",
    "text-chars": "an answer of exactly that many characters",
    "thinking-chars": "thinking of exactly that many characters",
    "repeat": "the answer that many times over",
    "tool": "call this tool; more than once: calls side by side, the same tool with the prompt's next values",
    "arguments": "rest of the line: the arguments of that call, as they stand",
    "rounds": "call tools that many times over, each time after the results of the last (else once)",
    "text": "rest of the line: the answer, word for word; several such lines are joined by line breaks",
    "thinking": "rest of the line: the thinking, in the same way",
    "text-json": "rest of the line: the answer as a JSON string",
}

MOST_CHARS = 4_000_000
_LINE = re.compile(r"^[ \t]*/emulate\b[ \t]*(.*)$", re.MULTILINE)
_PAIR = re.compile(r"\s*([A-Za-z-]+)\s*=")
_TO_THE_END = ("arguments", "text", "thinking", "text-json", "retry-after")


@dataclass(frozen=True, slots=True)
class Controls:
    """The wishes of one call; None is "not said"."""

    delay_ms: float | None = None
    stall_ms: float | None = None
    chunk_chars: int | None = None
    text_chars: int | None = None
    thinking_chars: int | None = None
    repeat: int | None = None
    rounds: int | None = None
    arguments: str | None = None
    text: str | None = None
    thinking: str | None = None
    error: str | None = None
    retry_after: str | None = None
    faults: tuple[str, ...] = ()
    tools: tuple[str, ...] = ()

    def over(self, wider: Controls) -> Controls:
        """These wishes where they say something, the wider ones elsewhere; faults and tools add up."""
        said = {f.name: v for f in fields(self) if (v := getattr(self, f.name)) is not None}
        said["faults"] = (*self.faults, *(name for name in wider.faults if name not in self.faults))
        said["tools"] = (*self.tools, *(name for name in wider.tools if name not in self.tools))
        return replace(wider, **said)

    def afterwards(self, lasting: Container[str]) -> Controls:
        """These wishes without what says or breaks something, but for faults that last."""
        faults = tuple(name for name in self.faults if name in lasting)
        return Controls(delay_ms=self.delay_ms, chunk_chars=self.chunk_chars, faults=faults)


def check_faults(names: Sequence[str]) -> tuple[str, ...]:
    """The names, if all are known.

    Raises:
        ValueError: One is not.
    """
    for name in names:
        if name not in FAULTS:
            raise ValueError(f"no fault named {name!r}{_nearest(name, FAULTS)}")
    return tuple(names)


def check_error(name: str) -> str:
    """The name, if it is that of an error.

    Raises:
        ValueError: It is not.
    """
    errors = {known: fault for known, fault in FAULTS.items() if fault.kind == "refusal"}
    if name not in errors:
        raise ValueError(f"no error named {name!r}{_nearest(name, errors)}")
    return name


def _header_value(value: str) -> str:
    """A value that may stand in a header."""
    if not value or len(value) > 100 or not (value.isascii() and value.isprintable()):
        raise ValueError(f"retry-after={value!r} can be no header")
    return value


def _nearest(name: str, known: dict[str, Any]) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else f"; there are {', '.join(known)}"


def _number(key: str, value: str, most: float = MOST_CHARS) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not 0 <= number <= most:
        raise ValueError(f"{key}={value!r} is no number from 0 to {most:,.0f}")
    return number


def _pairs(line: str) -> list[tuple[str, str]]:
    """Keys and values of one line, in its order."""
    pairs: list[tuple[str, str]] = []
    at = 0
    while line[at:].strip(" \t\r,"):
        match = _PAIR.match(line, at)
        if match is None:
            raise ValueError(f"{line[at:].strip()!r} is not key=value")
        key = match[1].lower()
        if key not in KEYS:
            raise ValueError(f"no key {key!r}{_nearest(key, KEYS)}")
        comma = line.find(",", match.end())
        end = len(line) if key in _TO_THE_END or comma < 0 else comma
        pairs.append((key, line[match.end() : end]))
        at = end + 1
    return pairs


def _text(controls: Controls, key: str, value: str) -> Controls:
    """The controls with words in them: a second line goes under the first."""
    if key == "text-json":
        key, value = "text", json.loads(value)
        if not isinstance(value, str):
            raise ValueError("text-json takes a JSON string")
    earlier: str | None = getattr(controls, key)
    said: dict[str, Any] = {key: value if earlier is None else f"{earlier}\n{value}"}
    return replace(controls, **said)


def _take(controls: Controls, key: str, value: str) -> Controls:
    """The controls with one more pair in them."""
    if key in {"text", "thinking", "text-json"}:
        return _text(controls, key, value)
    value, name = value.strip(), key.replace("-", "_")
    said: dict[str, Any]
    match key:
        case "fault":
            said = {"faults": controls.faults + check_faults((value,))}
        case "tool":
            said = {"tools": (*controls.tools, value)}
        case "arguments":
            said = {name: value}
        case "retry-after":
            said = {name: _header_value(value)}
        case "error":
            said = {name: check_error(value)}
        case "delay-ms" | "stall-ms":
            said = {name: _number(key, value)}
        case "chunk-chars" | "repeat" | "rounds":
            said = {name: max(int(_number(key, value)), 1)}
        case _:
            said = {name: int(_number(key, value))}
    return replace(controls, **said)


def parse(lines: Sequence[str]) -> Controls:
    """The wishes that stand on these lines.

    Raises:
        Refused: A key, a fault or a number the emulator does not know.
    """
    controls = Controls()
    try:
        for line in lines:
            for key, value in _pairs(line.rstrip("\r")):
                controls = _take(controls, key, value)
    except ValueError as error:
        raise Refused(f"emulator: {error}", code=None) from None
    return controls


def lines_of(prompt: str) -> list[str]:
    """What follows ``/emulate`` on the lines of a prompt that begin with it."""
    return _LINE.findall(prompt) if "/emulate" in prompt else []


def without_lines(prompt: str) -> str:
    """The prompt as it was meant for a model: without its ``/emulate`` lines."""
    return _LINE.sub("", prompt).strip() if "/emulate" in prompt else prompt.strip()
