"""JSON values in the midst of a text: behind prose, in code fences, after thinking.

Brackets are followed from their opening to their closing one, strings left out, and given up at the first sign that
JSON does not have: most of what stands in brackets in prose is passed over after a word. What looks like a value and
is none, because it has a comment or is cut off, is never searched for smaller values: a part is not the answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from minimax_nb.structured.lenient import DEEPEST, NotJsonError, parse

_OPENER, _BRACKET = re.compile(r"[\[{]"), re.compile(r"[\[\]{}]")
_LIKE_OBJECT = re.compile(r"""\{\s*(?:"[^"\n]*"|'[^'\n]*'|\w+)\s*:""")
_TOKEN = re.compile(
    r'[\s,:0-9+\-.eE]++|"(?:[^"\\]++|\\.)*+"|\'(?:[^\'\\]++|\\.)*+\'|[\[\]{}]'
    r"|(?:true|false|null|True|False|None|NaN|Infinity)\b",
    re.DOTALL,
)
_WORDS = ("true", "false", "null", "True", "False", "None", "NaN", "Infinity")
_PAIRS = {"[": "]", "{": "}"}
_FENCE = re.compile(r"(?:```|~~~)[\w+.\-]*\s*\Z")
_BEFORE = 40
_CLOSERS = ("</think>", "</mm:think>")
_PATIENCE, _AT_LEAST = 3, 10_000


@dataclass(frozen=True, slots=True)
class Found:
    """A value, where it stands in the text, and whether a code fence opens right before it."""

    start: int
    end: int
    value: Any
    fenced: bool


@dataclass(frozen=True, slots=True)
class Search:
    """What a text holds.

    Attributes:
        text: The text that was searched.
        values: The outermost JSON values, objects and arrays, in order.
        open_at: Where a value begins that the text ends amid, or None. What stands inside it is not in ``values``.
        reason: Why the last thing that looked like a value is none, or "". What stands inside it is no value either.
        work: How many characters were looked at that led nowhere; at most 4 times the text's and 10,000.
    """

    text: str
    values: tuple[Found, ...] = ()
    open_at: int | None = None
    reason: str = ""
    work: int = 0


def search_answer(text: str) -> Search:
    """The JSON values in a text that may begin with thinking: those behind its last closing tag."""
    whole, end = search(text), thought_until(text)
    if whole.open_at is not None and whole.open_at < end:
        return whole  # the tag is a part of a string
    if any(one.start < end < one.end for one in whole.values):
        return replace(whole, values=tuple(one for one in whole.values if one.end > end))
    return search(text[end:]) if end else whole


def search(text: str) -> Search:
    """The JSON values in a text. A text full of brackets that lead nowhere is given up, its first values kept."""
    values: list[Found] = []
    reason = ""
    at = work = 0
    while work <= _PATIENCE * len(text) + _AT_LEAST and (opener := _OPENER.search(text, at)):
        start = opener.start()
        at, ending = follow(text, start)
        if ending == "cut":
            return Search(text, tuple(values), start, reason, work)
        if ending == "no JSON":
            work += at - start
            if not _LIKE_OBJECT.match(text, start):  # most brackets in prose
                at = start + 1
                continue
            at = _bracket_end(text, start)
        try:
            value = parse(text[start:at])
        except NotJsonError as error:
            reason = str(error)
        else:
            values.append(Found(start, at, value, bool(_FENCE.search(text[max(0, start - _BEFORE) : start]))))
    return Search(text, tuple(values), None, reason, work)


def _bracket_end(text: str, start: int) -> int:
    """Where the bracket at ``start`` is closed if nothing but brackets counts; else the text's end."""
    depth = 0
    for bracket in _BRACKET.finditer(text, start):
        depth += 1 if bracket[0] in _PAIRS else -1
        if not depth:
            return bracket.end()
    return len(text)


Ending = Literal["closed", "cut", "too deep", "no JSON"]


def follow(text: str, start: int) -> tuple[int, Ending]:
    """Follow the bracket at ``start`` to where what it opens ends, and how it ends; "cut" is by the end of the text."""
    stack: list[str] = []
    at = start
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            return (len(text), "cut") if _unfinished(text, at) else (at, "no JSON")
        sign, at = text[at], token.end()
        if sign in _PAIRS:
            stack.append(_PAIRS[sign])
            if len(stack) > DEEPEST:
                return len(text), "too deep"
        elif sign in "]}":
            if stack.pop() != sign:
                return at, "no JSON"
            if not stack:
                return at, "closed"
    return at, "cut"


def _unfinished(text: str, at: int) -> bool:
    """Whether the text ends amid a string or a word of JSON."""
    if text[at] in "\"'":
        return True
    rest = text[at : at + len("Infinity") + 1]
    return at + len(rest) == len(text) and any(word.startswith(rest) for word in _WORDS)


def thought_until(text: str) -> int:
    """Where thinking ends that came with the text: behind its last closing tag, or 0 where nothing follows one."""
    end = max((at + len(tag) for tag in _CLOSERS if (at := text.rfind(tag)) >= 0), default=0)
    return end if text[end:].strip() else 0


def whole_texts(text: str) -> Iterator[str]:
    """The text, and it without thinking and without the code fence around it: each could be a value as a whole."""
    bare = text.strip().removeprefix("\ufeff").strip()
    yield bare
    bare = text[thought_until(text) :].strip().removeprefix("\ufeff").strip()
    yield bare
    lines = bare.split("\n")
    if len(lines) >= 3 and lines[0][:3] == lines[-1].strip() and lines[-1].strip() in {"```", "~~~"}:
        yield "\n".join(lines[1:-1])
