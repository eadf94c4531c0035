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
from minimax_nb.display.receipt import money, receipt
from minimax_nb.display.safe import code_block, safe_line, safe_markdown, safe_quote
from minimax_nb.errors import MiniMaxError
from minimax_nb.messages.parts import ToolCall
from minimax_nb.messages.reply import Reply, Timing
from minimax_nb.messages.shown import Bundle
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
    """The answer as it is, then tool calls, what was sent, notes and the receipt.

    Control characters, which would move a terminal's cursor or rename its window, are replaced one by one.
    """
    text = reply.text
    pieces = []
    if not text and reply.thinking:
        pieces.append(f"({_NO_ANSWER})\n\n{reply.thinking.rstrip()}")
    pieces += [_call_line(call) for call in reply.tool_calls]
    pieces.append("\n".join([*_sent(reply), *_remarks(reply), f"[{receipt(reply)}]"]))
    below = "\n\n".join(pieces)
    gap = "\n" * (2 - len(text) + len(text.rstrip("\n"))) if text else ""
    return _CONTROL.sub("\ufffd", f"{text}{gap}{below}")


def _markdown(reply: Reply) -> str:
    text, thinking = reply.text, reply.thinking
    pieces = [gallery(reply.media)] if reply.media else []
    if thinking:
        pieces.append(_details(thinking, opened=not text and not reply.tool_calls))
    if text:
        pieces.append(safe_markdown(text).strip("\n"))
    elif thinking and not reply.tool_calls:
        pieces.append(f"*{_NO_ANSWER}*")
    pieces += [code_block(_call_line(call), "python") for call in reply.tool_calls]
    pieces.append(closing(reply))
    return "\n\n".join(pieces)


_NO_ANSWER = "There is no answer, only thinking."


def _sent(reply: Reply) -> list[str]:
    return [f"[{line}]" for line in media_lines(reply.media)]


def _remarks(reply: Reply) -> list[str]:
    error = reply.error
    if not isinstance(error, MiniMaxError):
        return list(reply.notes)
    kept = " What had arrived is kept." if reply.text or reply.thinking or reply.tool_calls else ""
    return [*reply.notes, f"{type(error).__name__}: {error.what}{kept}"]


def _call_line(call: ToolCall) -> str:
    """A tool call as one line; one whose arguments are malformed is shown as it came."""
    if call.malformed:
        return f"{call.name}(malformed arguments: {call.raw})"
    return f"{call.name}({', '.join(f'{name}={value!r}' for name, value in call.arguments.items())})"


def _details(thinking: str, *, opened: bool) -> str:
    mark = " open" if opened else ""
    summary = f"<details{mark}>\n<summary>Thinking · {len(thinking):,} characters</summary>"
    return f"{summary}\n\n{safe_quote(thinking.strip())}\n\n</details>"


def closing(reply: Reply) -> str:
    """What stands under a reply: notes, what went wrong, the receipt."""
    remarks = [f"*{safe_line(remark)}*" for remark in _remarks(reply)]
    return "\n\n".join([*remarks, f"<sub>{safe_line(receipt(reply))}</sub>"])


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
    return _two([(name, _count(value)) for name, value in usage.to_dict().items()])


def _count(value: int | bool | None) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "unknown" if value is None else f"{value:,}"


def _timing(timing: Timing) -> Bundle:
    return _two([(name, "unknown" if value is None else f"{value:g}") for name, value in timing.to_dict().items()])


def _two(rows: Sequence[tuple[str, str]]) -> Bundle:
    plain, markdown = table(("count", "value"), rows)
    return {"text/plain": plain, "text/markdown": markdown}, {}


def table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[str, str]:
    """A table as aligned plain text and as Markdown; a cell is one line in both."""
    headers, *rows = [[_CONTROL.sub("\ufffd", " ".join(cell.split())) for cell in row] for row in (headers, *rows)]
    widths = [max(len(row[place]) for row in (headers, *rows)) for place in range(len(headers))]

    def line(cells: Sequence[str]) -> str:
        return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()

    plain = "\n".join([line(headers), line(["-" * width for width in widths]), *map(line, rows)])
    marked = [f"| {' | '.join(map(safe_line, row))} |" for row in (headers, *rows)]
    marked.insert(1, "|" + "---|" * len(headers))
    return plain, "\n".join(marked)


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
    "register",
    "render",
    "safe_line",
    "table",
    "thinking_folded",
    "thinking_live",
]
