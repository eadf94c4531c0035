"""A reply's value: found in its text or in the arguments of its tool call, held against a shape.

Where a text holds several values that fit, one that a code fence opens for is taken before the others, and a later one
before an earlier: a draft comes first. Where any JSON will do it is the longest, so that "[1]" in a sentence is not
taken for the answer. Where the text ends amid a value, that one is the answer, and no draft before it is taken. What
stands before the last closing tag of thinking is not the answer. A value of fixed words (Literal, Enum) is also taken
without quotes, if it is the whole text.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from minimax_nb.messages.reply import Reply
from minimax_nb.structured.found import search_answer, thought_until, whole_texts
from minimax_nb.structured.lenient import NotJsonError, parse
from minimax_nb.structured.means import ANSWER_TOOL
from minimax_nb.structured.shape import Misfit, Parsed, Shape
from minimax_nb.wire.loose import one_line

_FOR_USER = 300


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a reply has no value of the shape.

    Attributes:
        message_for_model: What is wrong, a line for each place, so that the next try can mend it.
        message_for_user: The same as one line.
    """

    message_for_model: str
    message_for_user: str


def read(reply: Reply, shape: Shape) -> Parsed | Problem:
    """The value of a reply, or why it has none. Nothing is raised, whatever the model wrote."""
    misfit: Misfit | None = None
    for text in _texts(reply):
        result = read_text(text, shape)
        if isinstance(result, Parsed):
            return result
        misfit = misfit or result
    if misfit is None:
        misfit = Misfit(("The reply is empty.",))
    return _problem(misfit, shape, cut=reply.stop_reason == "max_tokens")


def _texts(reply: Reply) -> Iterator[str]:
    """Where the value may be, the likeliest first: the tool's arguments, then the text."""
    for call in reversed(reply.own_calls):
        if call.name == ANSWER_TOOL:
            yield call.raw or json.dumps(dict(call.arguments))
    if reply.text.strip():
        yield reply.text


def read_text(text: str, shape: Shape) -> Parsed | Misfit:
    """The value in a text, or why there is none."""
    misfit: Misfit | None = None
    for value in _values(text, shape):
        result = shape.fit(value)
        if isinstance(result, Parsed):
            return result
        misfit = misfit or result
    return _bare_word(text, shape) or misfit or Misfit((_why_none(text),))


def _values(text: str, shape: Shape) -> Iterator[Any]:
    """The values in a text, the likeliest first."""
    for whole in whole_texts(text):
        try:
            value = parse(whole)
        except NotJsonError:
            continue
        yield value
        return
    found = search_answer(text)
    if found.open_at is not None:
        return
    values = sorted(found.values, key=lambda one: one.start - one.end if shape.any_json else -one.end)
    for one in sorted(values, key=lambda one: not one.fenced):
        yield one.value


def _bare_word(text: str, shape: Shape) -> Parsed | None:
    """The value if the text is one of the words that the shape lists, without quotes."""
    listed = shape.schema.get("properties", {}).get("value", {}) if shape.wrapped else {}
    words = [word for word in (listed.get("const"), *listed.get("enum", ())) if isinstance(word, str)]
    for whole in whole_texts(text):
        word = whole.strip().strip("`'*.")
        if word in words:
            result = shape.fit(word)
            return result if isinstance(result, Parsed) else None
    return None


def _why_none(text: str) -> str:
    """Why no value was found, as a sentence."""
    if not text[thought_until(text) :].strip():
        return "The reply is empty."
    found = search_answer(text)
    if found.open_at is not None:
        return "The JSON ends before it is whole."
    if found.reason:
        return f"The reply holds no JSON that can be read: {found.reason}."
    return "There is no JSON in the reply."


def _problem(misfit: Misfit, shape: Shape, *, cut: bool) -> Problem:
    first = misfit.lines[0]
    more = len(misfit.lines) - 1 + misfit.more
    others = f" ({more:,} more)" if more else ""
    hint = " The limit of tokens was reached: raise max_tokens." if cut else ""
    lines = [f"- {one_line(line, _FOR_USER)}" for line in misfit.lines]
    if misfit.more:
        lines.append(f"- and {misfit.more:,} more of this kind")
    return Problem(
        "\n".join(lines), f"The reply is no {shape.name}: {one_line(first, _FOR_USER).rstrip('.')}{others}.{hint}"
    )


def retry_message(problem: Problem) -> str:
    """What is sent back, in English, so that the next reply fits."""
    return (
        f"Your answer could not be used:\n{problem.message_for_model}\n"
        "Give the whole answer again, corrected, in the form that was asked for, and nothing else."
    )
