"""What no longer fits between a call and the recording, for people: the nearest recorded call, part by part."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from minimax_nb.cassette.asked import Asked

_PARTS, _LINES, _WIDTH = 4, 4, 100
_LOOKED_AT = 400
_BEFORE = 30  # letters that are shown before the first one that differs


def difference(asked: Asked, recorded: Sequence[Asked]) -> str:
    """Where a call differs from the nearest one of a recording: some indented lines, "" if none is of its kind."""
    near = _nearest(asked, recorded)
    if near is None:
        return ""
    old, new = _parts(near), _parts(asked)
    changed = [name for name in dict.fromkeys((*old, *new)) if old.get(name) != new.get(name)]
    lines = [line for name in changed[:_PARTS] for line in _told(name, old.get(name), new.get(name))]
    if more := len(changed) - _PARTS:
        lines += [f"  and {more} more"] if more > 0 else []
    return "\n".join(lines)


def _nearest(asked: Asked, recorded: Sequence[Asked]) -> Asked | None:
    """The recorded call of the same kind that has most in common with this one; of equals the first."""
    kind = asked.method, asked.path.partition("?")[0]
    alike = [old for old in recorded if (old.method, old.path.partition("?")[0]) == kind][-_LOOKED_AT:]
    mine = _parts(asked)
    return max(alike, key=lambda old: _common(mine, _parts(old)), default=None)


def _common(mine: Mapping[str, str], other: Mapping[str, str]) -> float:
    names = {*mine, *other}
    same = sum(mine.get(name) == other.get(name) for name in names)
    differ = [name for name in names if name in mine and name in other and mine[name] != other[name]]
    near = sum(SequenceMatcher(None, mine[name][:400], other[name][:400]).quick_ratio() for name in differ)
    return (same + near) / max(1, len(names))


def _parts(asked: Asked) -> dict[str, str]:
    """A request's parts by their names for people, those that a user writes last: they are told last."""
    request = asked.request
    parts = {"provider": asked.provider, "address": asked.path}
    if not isinstance(request, dict):
        return parts if request is None else {**parts, "body": _text(request)}
    for name, value in request.items():
        if name == "messages" and isinstance(value, list):
            parts.update(_messages(value))
        elif name == "tools" and isinstance(value, list):
            parts.update(_tools(value))
        else:
            parts[name] = _text(value)
    return parts


def _messages(messages: list[Any]) -> Iterator[tuple[str, str]]:
    for number, message in enumerate(messages, 1):
        role = message.get("role", "") if isinstance(message, dict) else ""
        content = message.get("content", message) if isinstance(message, dict) else message
        rest = {name: value for name, value in message.items() if name not in {"role", "content"}} if role else {}
        yield f"message {number} ({role})", "\n".join(filter(None, (_said(content), _text(rest) if rest else "")))


def _said(content: Any) -> str:  # noqa: ANN401 - any JSON value
    """The words of a message's content; what is no text stands as JSON."""
    if not isinstance(content, list):
        return _text(content)
    return "\n".join(
        block["text"] if isinstance(block, dict) and isinstance(block.get("text"), str) else _text(block)
        for block in content
    )


def _tools(tools: list[Any]) -> Iterator[tuple[str, str]]:
    for number, tool in enumerate(tools, 1):
        about = tool.get("function", tool) if isinstance(tool, dict) else tool
        name = about.get("name", number) if isinstance(about, dict) else number
        yield f"tool {name}", _text(about)


def _text(value: Any) -> str:  # noqa: ANN401 - any JSON value
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _told(name: str, old: str | None, new: str | None) -> Iterator[str]:
    """A part's name, and a few lines of what was recorded (-) and what is asked now (+)."""
    yield f"  {name}"
    if old is None or new is None:
        mark, text = ("+", new) if old is None else ("-", old)
        yield f"    {mark} {_clipped(text or '', 0)}"
        return
    lines = list(_changes(old.splitlines() or [""], new.splitlines() or [""]))
    yield from (f"    {line}" for line in lines[:_LINES])
    if len(lines) > _LINES:
        yield "    …"


def _changes(old: list[str], new: list[str]) -> Iterator[str]:
    for kind, begin, end, at, to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        gone, come = old[begin:end], new[at:to]
        for number in range(max(len(gone), len(come))):
            pair = gone[number : number + 1], come[number : number + 1]
            differs = _first_difference(*(side[0] if side else "" for side in pair))
            yield from (f"{mark} {_clipped(side[0], differs)}" for mark, side in zip("-+", pair, strict=True) if side)


def _first_difference(one: str, other: str) -> int:
    pairs: Iterable[tuple[str, str]] = zip(one, other, strict=False)
    return next((at for at, (left, right) in enumerate(pairs) if left != right), min(len(one), len(other)))


def _clipped(text: str, differs: int) -> str:
    """A line as far as it fits, from a little before the first letter that differs."""
    begin = 0 if differs < _WIDTH - _BEFORE else differs - _BEFORE
    end = begin + _WIDTH
    shown = "".join(letter if letter.isprintable() else "�" for letter in text.replace("\n", " ")[begin:end])
    return f"{'…' if begin else ''}{shown}{'…' if len(text) > end else ''}"
