"""What a docstring says of a function and of its parameters, in the three styles people write.

Google's ("Args:"), numpy's ("Parameters" underlined) and Sphinx's (":param x:"). Sections about parameters become
descriptions of the parameters; everything else, results and errors included, is the description of the function.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_GOOGLE = re.compile(r"(?:Args|Arguments|Params|Parameters|Keyword Args|Keyword Arguments|Other Parameters):")
_NUMPY = re.compile(r"(?:Other )?Parameters")
_UNDERLINE = re.compile(r"-{3,}|={3,}")
_ENTRY = re.compile(r"\\?\*{0,2}(\w+) ?(?:\(.*?\))? ?: ?(.*)")
_NUMPY_ENTRY = re.compile(r"((?:\\?\*){0,2}\w+(?:, *(?:\\?\*){0,2}\w+)*)(?: ?:.*)?")
_FIELD = re.compile(r":(param|parameter|arg|argument|key|keyword|type)\b([^:]*):(.*)")
_NEXT_FIELD = re.compile(r":\w+[^:]*:")


@dataclass(slots=True)
class Documented:
    """What was found.

    Attributes:
        description: The docstring without its sections about parameters.
        parameters: What is said of each parameter, in one line, by name.
    """

    description: str = ""
    parameters: dict[str, str] = field(default_factory=dict)


def read_docstring(text: str | None) -> Documented:
    """The docstring's description, and its parameters' descriptions; both empty where there is none."""
    found, kept = Documented(), list[str]()
    lines = inspect.cleandoc(text or "").splitlines()
    at = 0
    while at < len(lines):
        end = _section(lines, at, found)
        if end == at:
            kept.append(lines[at].rstrip())
            end += 1
        at = end
    found.description = re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()
    return found


def _section(lines: list[str], at: int, found: Documented) -> int:
    """Read what begins at a line, if it is about parameters; where it ends, which is ``at`` if it is not."""
    line = lines[at].rstrip()
    if _GOOGLE.fullmatch(line.strip()):
        return _google(lines, at, found)
    if _NUMPY.fullmatch(line) and at + 1 < len(lines) and _UNDERLINE.fullmatch(lines[at + 1].strip()):
        return _numpy(lines, at, found)
    told = _FIELD.fullmatch(line.strip())
    return _sphinx(lines, at, told, found) if told else at


def _google(lines: list[str], at: int, found: Documented) -> int:
    """Entries stand deeper than the heading; what stands deeper than an entry goes on with it."""
    heading = _depth(lines[at])
    end = _end(lines, at + 1, heading)
    block = lines[at + 1 : end]
    first = next((_depth(line) for line in block if line.strip()), 0)
    name = ""
    for line in block:
        entry = _ENTRY.fullmatch(line.strip()) if _depth(line) <= first else None
        if entry:
            name = entry[1]
            _add(found, name, entry[2])
        else:
            _add(found, name, line)
    return end


def _numpy(lines: list[str], at: int, found: Documented) -> int:
    """Entries stand at the margin, their text deeper; the next underlined heading ends them."""
    names: list[str] = []
    for place in range(at + 2, len(lines)):
        line = lines[place].rstrip()
        if place + 1 < len(lines) and line and _UNDERLINE.fullmatch(lines[place + 1].strip()):
            return place
        entry = _NUMPY_ENTRY.fullmatch(line) if _depth(line) == 0 else None
        if entry:
            names = [name.strip().lstrip("\\*") for name in entry[1].split(",")]
        elif line and _depth(line) == 0:
            return place
        for name in names if not entry else ():
            _add(found, name, line)
    return len(lines)


def _sphinx(lines: list[str], at: int, told: re.Match[str], found: Documented) -> int:
    """One field; lines that stand deeper go on with it."""
    end = at + 1
    while end < len(lines) and lines[end].strip() and _depth(lines[end]) > _depth(lines[at]):
        if _NEXT_FIELD.match(lines[end].strip()):
            break
        end += 1
    name = told[2].split()[-1].lstrip("\\*") if told[2].split() else ""
    if told[1] != "type":
        for line in [told[3], *lines[at + 1 : end]]:
            _add(found, name, line)
    return end


def _add(found: Documented, name: str, words: str) -> None:
    """Words more about a parameter."""
    if name and words.strip():
        found.parameters[name] = f"{found.parameters.get(name, '')} {words.strip()}".strip()


def _end(lines: list[str], at: int, heading: int) -> int:
    """Where the lines end that stand deeper than a heading."""
    for place in _filled(lines, at):
        if _depth(lines[place]) <= heading:
            return place
    return len(lines)


def _filled(lines: list[str], at: int) -> Iterator[int]:
    return (place for place in range(at, len(lines)) if lines[place].strip())


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip())
