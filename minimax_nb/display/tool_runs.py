"""Tool calls and what came of them, for people: folded under the reply, every word of it made safe."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TypeVar

from minimax_nb.display.gallery import gallery, media_lines
from minimax_nb.display.receipt import seconds
from minimax_nb.display.safe import code_block, safe_line
from minimax_nb.messages.parts import ToolCall
from minimax_nb.messages.tools import ToolRun

_SUMMARY = 160
_SHOWN = 4_000
"""Characters of a call's arguments and of its result that are shown; the model had all of it."""

_AT_ONCE = 8
"""Calls under way that are named; of the others only the number is said."""

_BACKTICKS_SHOWN = 40
_BACKTICKS = re.compile(rf"`{{{_BACKTICKS_SHOWN + 1},}}")
"""Longer runs are cut: JupyterLab 4.6 looks for code spans in a time that grows with the cube of their length."""

_Item = TypeVar("_Item", ToolCall, ToolRun)


def call_line(call: ToolCall) -> str:
    """A tool call as one line; one whose arguments are malformed is shown as it came."""
    if call.malformed:
        return _sendable(f"{call.name}(malformed arguments: {call.raw})")
    try:
        arguments = ", ".join(f"{name}={value!r}" for name, value in call.arguments.items())
    except RecursionError:  # nested too deep to be written out here
        arguments = call.raw
    return _sendable(f"{call.name}({arguments})")


def run_line(run: ToolRun) -> str:
    """A call and how it ended, as one line of plain text."""
    return f"{_one_line(call_line(run.call))} → {_one_line(run.result.content)}{_ended(run)}"


def run_folded(run: ToolRun) -> str:
    """A call and its result, folded; open where the call did not end well."""
    line = call_line(run.call)
    mark = "" if run.outcome == "done" else " open"
    pieces = [f"<details{mark}>\n<summary>{safe_line(f'Tool · {_one_line(line)}{_ended(run)}')}</summary>"]
    if len(line) > _SUMMARY or run.call.malformed:
        pieces.append(code_block(_shown(line), "python"))
    pieces.append(code_block(_shown(run.result.content)))
    if run.result.media:
        pieces.append(gallery(run.result.media))
    if run.printed.strip():
        pieces += ["It printed:", code_block(_shown(run.printed))]
    if run.traceback.strip():
        pieces += ["Where it failed:", code_block(_shown(run.traceback))]
    return "\n\n".join([*pieces, "</details>"])


def under_way(calls: Sequence[ToolCall]) -> str:
    """Calls that have not ended yet, a line each; "" for none."""
    lines = [f"*Tool · {safe_line(_one_line(call_line(call)))} …*" for call in calls[:_AT_ONCE]]
    if len(calls) > _AT_ONCE:
        lines.append(f"*and {len(calls) - _AT_ONCE:,} more …*")
    return "\n\n".join(lines)


def runs_plain(runs: Iterable[ToolRun]) -> list[str]:
    """The calls that have ended, a line each, with a line for each picture that a result holds."""
    return [line for run in runs for line in (run_line(run), *(f"[{sent}]" for sent in media_lines(run.result.media)))]


def besides(items: Iterable[_Item], taken: Iterable[ToolCall | ToolRun]) -> list[_Item]:
    """The calls or runs but for one of each call that is among those taken; ids of a model may come twice."""
    counts = Counter(map(_key, taken))
    left = []
    for item in items:
        if counts[_key(item)]:
            counts[_key(item)] -= 1
        else:
            left.append(item)
    return left


def _key(item: ToolCall | ToolRun) -> tuple[str, str, str]:
    call = item.call if isinstance(item, ToolRun) else item
    return call.id, call.name, call.raw


def _ended(run: ToolRun) -> str:
    """How it ended, where that was not well, and how long it took, where that is known."""
    outcome = "" if run.outcome == "done" else f" · {run.outcome}"
    return outcome if run.seconds is None else f"{outcome} · {seconds(run.seconds)}"


def _one_line(text: str) -> str:
    line = " ".join(_sendable(text[: 10 * _SUMMARY]).split())
    cut = len(line) > _SUMMARY or len(text) > 10 * _SUMMARY
    return f"{line[: _SUMMARY - 1]}…" if cut else line


def _shown(text: str) -> str:
    text = _BACKTICKS.sub("`" * _BACKTICKS_SHOWN + "…", _sendable(text))
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}\n… {len(text) - _SHOWN:,} more characters"


def _sendable(text: str) -> str:
    """The text with "?" for half surrogate pairs, which no message to a front end can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")
