"""What a prompt carries besides its words: a traceback, a table, the source of a function."""

from __future__ import annotations

import re
from dataclasses import dataclass

_RAISED = re.compile(
    r"^\s*((?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Warning|Interrupt|Exit|Iteration|Timeout))(?::[ \t]*(.*))?$"
)
_PLACE = re.compile(
    r'^\s*File "([^"\n]+)", line (\d+)|^\s*File ([^\n"]+?):(\d+)(?:,|$)|'
    r"^\s*(?:Cell|Input) (In ?\[[^\]]*\])[^\n]*?line (\d+)"
)
_ARROW = re.compile(r"^-+> ?(\d+) (.*)$")
_RULE = re.compile(r"^\|?\s*:?-{1,}:?\s*(?:\|\s*:?-{1,}:?\s*)*\|?$")
_SIZE = re.compile(r"\b(\d[\d,]{0,15}) rows?\b[^\n|]{0,12}?\b\d+ columns?")
_SOURCE = re.compile(r"(?<!\w)(?:async )?(?:(def) (\w+)[ \t]*\(|(class) ([A-Z]\w*)[ \t]*([(:]))")
_MOST_LINES = 4000
_MOST_SHOWN = 400
_MOST_INSIDE = 2000


@dataclass(frozen=True, slots=True)
class Trace:
    """The end of a traceback: what was raised, and the line it happened on as far as it is shown."""

    kind: str
    message: str
    where: str
    line: str
    last: str


@dataclass(frozen=True, slots=True)
class Grid:
    """A Markdown table.

    Attributes:
        columns: Their names.
        rows: The rows that are shown, cell by cell.
        all_rows: How many the whole table has, as the text above it says, else as many as are shown.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    all_rows: int


@dataclass(frozen=True, slots=True)
class Source:
    """A function or class: "def" or "class", its name, its parameters as written and the number of its lines."""

    kind: str
    name: str
    parameters: tuple[str, ...]
    lines: int


def find_trace(prompt: str) -> Trace | None:
    """The traceback in a prompt, or None."""
    if "Traceback" not in prompt and "Error" not in prompt and "Exception" not in prompt:
        return None
    lines = prompt.split("\n")[-_MOST_LINES:]
    raised = [
        (at, match) for at, line in enumerate(lines) if (match := _RAISED.match(line)) and "Traceback" not in line
    ]
    if not raised:
        return None
    at, match = raised[-1]
    where, code = _failing(lines[:at])
    shown = (match[1], (match[2] or "").strip(), where, code, lines[at].strip())
    return Trace(*(text[:_MOST_SHOWN] for text in shown))


def _failing(lines: list[str]) -> tuple[str, str]:
    """Place and text of the newest line of code above the error."""
    where, code = "", ""
    for at, line in enumerate(lines):
        if place := _PLACE.match(line):
            file, line_number = filter(None, place.groups())
            where = f"{file}, line {line_number}"
            follower = lines[at + 1].strip() if at + 1 < len(lines) else ""
            code = "" if _PLACE.match(follower) else follower
        elif arrow := _ARROW.match(line):
            code = arrow[2].strip()
            where = where or f"line {arrow[1]}"
    return where, code


def _cells(line: str) -> tuple[str, ...]:
    inner = line.strip().removeprefix("|").removesuffix("|").replace("\\|", "\0")
    return tuple(cell.strip().replace("\0", "|") for cell in inner.split("|"))


def find_grid(prompt: str) -> Grid | None:
    """The first Markdown table in a prompt, or None."""
    if "|" not in prompt:
        return None
    lines = prompt.split("\n")
    for at in range(1, len(lines)):
        rule = lines[at].strip()
        if "|" in lines[at - 1] and "-" in rule and "|" in rule and len(rule) < 2000 and _RULE.match(rule):
            rows: list[tuple[str, ...]] = []
            for line in lines[at + 1 :]:
                if "|" not in line:
                    break
                cells = _cells(line)
                if set(cells) - {"...", "…"}:  # else it stands for rows left out
                    rows.append(cells)
            said = _SIZE.search(prompt[:4000])
            total = int(said[1].replace(",", "")) if said else 0
            return Grid(_cells(lines[at - 1]), tuple(rows), max(total, len(rows)))
    return None


def find_source(prompt: str) -> Source | None:
    """The first Python function or class in a prompt, or None."""
    match = _SOURCE.search(prompt)
    if match is None:
        return None
    inside = "" if match[5] == ":" else prompt[match.end() : match.end() + _MOST_INSIDE]
    rest = prompt[match.start() :].strip("\n").split("\n")
    lines = 1
    for line in rest[1:]:
        if line.strip() and not line.startswith((" ", "\t", ")")):
            break
        lines += 1
    while lines > 1 and not rest[lines - 1].strip():
        lines -= 1
    return Source(match[1] or match[3], match[2] or match[4], _parameters(inside), lines)


def _parameters(text: str) -> tuple[str, ...]:
    """What stands between the commas before the bracket that closes a list of parameters."""
    found = [""]
    depth = 0
    for character in text:
        depth += (character in "([{") - (character in ")]}")
        if depth < 0:
            break
        if character == "," and not depth:
            found.append("")
        else:
            found[-1] += character
    return tuple(filter(None, (" ".join(parameter.split()) for parameter in found)))
