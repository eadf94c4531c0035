"""Values to notebook bundles: pure functions, the same answer for the same value, everything foreign made safe.

A reply's ``text/plain`` begins with the whole answer. Its ``text/markdown`` has thumbnails of what was sent, the
thinking folded, the answer, and the receipt; its metadata the provenance.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from minimax_nb.display.gallery import gallery, media_lines
from minimax_nb.display.grid import table
from minimax_nb.display.receipt import money, receipt
from minimax_nb.display.safe import code_block, safe_line, safe_markdown, safe_quote
from minimax_nb.display.structured import parsed_table
from minimax_nb.display.tool_runs import besides, call_line, run_folded, runs_plain
from minimax_nb.errors import MiniMaxError
from minimax_nb.messages.growing import Timing
from minimax_nb.messages.parts import ToolCall
from minimax_nb.messages.reply import Reply
from minimax_nb.messages.shown import Bundle
from minimax_nb.messages.tools import ToolRun
from minimax_nb.messages.usage import Usage

_LIVE_THINKING = 400
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_renderers: dict[type, Callable[[Any], Bundle]] = {}


def register(kind: type, renderer: Callable[[Any], Bundle]) -> None:
    """Let ``renderer`` show values of this type, and of types below it that have none of their own."""
    _renderers[kind] = renderer


def render(value: object) -> Bundle:
    """The bundle of a value of the kit: MIME types to content, and metadata."""
    for kind in type(value).__mro__:
        renderer = _renderers.get(kind)
        if renderer is not None:
            return renderer(value)
    return {"text/plain": repr(value)}, {}


# -- replies ---------------------------------------------------------------------------------------------------------


def _reply(reply: Reply) -> Bundle:
    data = {"text/plain": _plain(reply), "text/markdown": _markdown(reply)}
    return data, {"minimax_nb": reply.metadata(_version())}


@cache
def _version() -> str:
    try:
        return version("minimax-nb")
    except PackageNotFoundError:  # run from a folder that was never installed
        return "unknown"


def _plain(reply: Reply) -> str:
    """The answer as it is, then what led to it, what was sent, notes and the receipt."""
    steps = []
    for each in (*reply.earlier, reply):
        if each is not reply and _said_so(each):
            steps.append(_said_so(each).rstrip())
        if each.runs:
            steps.append("\n".join(runs_plain(each.runs)))
    return _with_answer(reply, 0, steps)


def plain_rest(reply: Reply, written: int, told: Sequence[ToolRun]) -> str:
    """What a terminal still has to say at the end of a reply.

    Args:
        reply: The reply, the last of its turn.
        written: Characters of its text that are written.
        told: The tool calls of the turn that have been told; so have the texts before this reply.
    """
    runs = runs_plain(besides(reply.tool_runs, told))
    steps = ["\n".join(runs)] if runs else []
    if written and _answer(reply) != reply.text:  # what is written stood beside the answer
        return "\n\n" + _with_answer(reply, 0, steps)
    return _with_answer(reply, written, steps)


def _with_answer(reply: Reply, written: int, steps: Sequence[str]) -> str:
    """The answer from a character on, and all that stands below it in plain text.

    Control characters, which would move a terminal's cursor or rename its window, are replaced one by one.
    """
    text = _answer(reply)
    pieces = []
    if not text and reply.thinking:
        pieces.append(f"({_NO_ANSWER})\n\n{reply.thinking.rstrip()}")
    pieces += [*steps, *map(call_line, _open_calls(reply))]
    pieces.append("\n".join([*_sent(reply), *remarks(reply), f"[{receipt(reply)}]"]))
    below = "\n\n".join(pieces)
    gap = "\n" * (2 - len(text) + len(text.rstrip("\n"))) if text else ""
    return _CONTROL.sub("\ufffd", f"{text[written:]}{gap}{below}")


def _markdown(reply: Reply) -> str:
    pieces = [gallery(reply.media)] if reply.media else []
    for call in (*reply.earlier, reply):
        pieces += _said(call, last=call is reply)
    pieces.append(closing(reply))
    return "\n\n".join(pieces)


def _answer(reply: Reply) -> str:
    """The answer as text: of a structured reply that came as a tool's arguments, those."""
    return _said_so(reply) if reply.text or reply.parsed is not None else ""


def _said_so(reply: Reply) -> str:
    """What one call said: its text, or the arguments of the tool by which it answered."""
    given = [call.raw for call in reply.own_calls if reply.answer_tool and call.name == reply.answer_tool]
    return given[-1] if given and (reply.parsed is not None or not reply.text) else reply.text


def before_this(reply: Reply) -> str:
    """What was said and done in the turn before this reply, as Markdown."""
    return "\n\n".join(piece for each in reply.earlier for piece in _said(each, last=False))


def _said(reply: Reply, *, last: bool) -> list[str]:
    """One call's thinking, text and tool calls, as far as there are any."""
    text, thinking = reply.text, reply.thinking
    alone = last and not text and not reply.own_calls
    pieces = [_details(thinking, opened=alone)] if thinking else []
    if not last and not reply.runs:
        return [*pieces, _folded("Sent back, since it was not as wanted", code_block(_said_so(reply), "text"))]
    if reply.parsed is not None:
        beside = text.strip("\n") if text != _answer(reply) else ""
        pieces += [safe_markdown(beside)] if beside else []
        pieces += [parsed_table(reply.parsed)[1], _folded("JSON", code_block(_answer(reply), "json"))]
    elif text:
        pieces.append(safe_markdown(text).strip("\n"))
    elif thinking and alone:
        pieces.append(f"*{_NO_ANSWER}*")
    pieces += [run_folded(run) for run in reply.runs]
    return pieces + [code_block(call_line(call), "python") for call in _unrun(reply)]


def _unrun(reply: Reply) -> list[ToolCall]:
    """Tool calls of one reply that nobody has run."""
    taken = reply.answer_tool if reply.parsed is not None else ""
    return [call for call in besides(reply.own_calls, reply.runs) if not (taken and call.name == taken)]


def _open_calls(reply: Reply) -> list[ToolCall]:
    return [call for each in (*reply.earlier, reply) if each is reply or each.runs for call in _unrun(each)]


_NO_ANSWER = "There is no answer, only thinking."


def _sent(reply: Reply) -> list[str]:
    return [f"[{line}]" for line in media_lines(reply.media)]


def remarks(reply: Reply) -> list[str]:
    """What the reader should know beside a reply, a sentence each: notes, and what went wrong."""
    error = reply.error
    if not isinstance(error, MiniMaxError):
        return list(reply.notes)
    kept = " What had arrived is kept." if reply.text or reply.thinking or reply.tool_calls else ""
    return [*reply.notes, f"{type(error).__name__}: {error.what}{kept}"]


def _details(thinking: str, *, opened: bool) -> str:
    return _folded(f"Thinking · {len(thinking):,} characters", safe_quote(thinking.strip()), opened=opened)


def _folded(summary: str, inside: str, *, opened: bool = False) -> str:
    """What is inside, already safe, behind a summary that can be opened."""
    return f"<details{' open' if opened else ''}>\n<summary>{summary}</summary>\n\n{inside}\n\n</details>"


def closing(reply: Reply) -> str:
    """What stands under a reply: notes, what went wrong, the receipt."""
    lines = [f"*{safe_line(remark)}*" for remark in remarks(reply)]
    return "\n\n".join([*lines, f"<sub>{safe_line(receipt(reply))}</sub>"])


def markdown_answer(text: str) -> str:
    """A piece of an answer as safe Markdown."""
    return safe_markdown(text)


def thinking_folded(thinking: str) -> str:
    """The whole thinking, folded."""
    return _details(thinking, opened=False) + "\n\n"


def thinking_live(thinking: str) -> str:
    """How much was thought so far, and the last few lines of it."""
    last = thinking[-_LIVE_THINKING:]
    if len(last) < len(thinking):
        last = "… " + (last.partition(" ")[2] or last)
    summary = f"<details open>\n<summary>Thinking … {len(thinking):,} characters</summary>"
    return f"{summary}\n\n{safe_quote(last.strip())}\n\n</details>"


# -- errors and small values -----------------------------------------------------------------------------------------


def error_line(error: BaseException) -> str:
    """An error as one line: its kind and its sentence."""
    return f"{type(error).__name__}: {' '.join(str(error).split())}"


def _error(error: MiniMaxError) -> Bundle:
    kept = error.reply is not None and bool(error.reply.text)
    more = f" {len(error.reply.text):,} characters of the answer had arrived: .reply holds them." if kept else ""
    plain = f"{error_line(error)}{more}"
    return {"text/plain": plain, "text/markdown": f"**{type(error).__name__}** {safe_line(f'{error}{more}')}"}, {}


def _usage(usage: Usage) -> Bundle:
    return _two([(name, _count(value, name in usage.estimates)) for name, value in usage.to_dict().items()])


def _count(value: int | bool | list[str] | None, guessed: bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(value)
    return "unknown" if value is None else f"{'~' if guessed else ''}{value:,}"


def _timing(timing: Timing) -> Bundle:
    return _two([(name, "unknown" if value is None else f"{value:g}") for name, value in timing.to_dict().items()])


def _two(rows: Sequence[tuple[str, str]]) -> Bundle:
    plain, markdown = table(("count", "value"), rows)
    return {"text/plain": plain, "text/markdown": markdown}, {}


register(Reply, _reply)
register(MiniMaxError, _error)
register(Usage, _usage)
register(Timing, _timing)

__all__ = [
    "Bundle",
    "closing",
    "error_line",
    "markdown_answer",
    "money",
    "plain_rest",
    "register",
    "remarks",
    "render",
    "safe_line",
    "table",
    "thinking_folded",
    "thinking_live",
]
