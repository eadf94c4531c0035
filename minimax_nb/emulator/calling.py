"""Tools a reply calls and with what arguments, round by round; and what can go wrong with a call."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from minimax_nb.emulator.controls import Controls, without_lines
from minimax_nb.emulator.heard import Heard, Tool
from minimax_nb.emulator.shaped import asked_in, ordered, spoilt
from minimax_nb.emulator.toolbox import several
from minimax_nb.emulator.topic import Topic

NOBODY = "no_such_tool"
"""What the fault unknown-tool calls."""

LASTING = frozenset({"unknown-tool", "wrong-json"})
"""Faults that hold in every round, also where a line of the prompt asks for them."""

_SIGN = "]<]minimax[>["


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call to ask for; ``arguments`` is JSON text."""

    number: int
    name: str
    arguments: str


def rounds_done(heard: Heard) -> int:
    """How often tools were called since the last prompt."""
    done = 0
    for turn in reversed(heard.turns):
        if turn.role == "user" and not turn.results and turn.text == heard.prompt:
            break
        done += bool(turn.calls)
    return done


def offered(heard: Heard) -> dict[str, Tool]:
    """The tools that may be called, by name."""
    return {tool.name: tool for tool in heard.tools} if heard.may_call else {}


def forced(heard: Heard) -> str:
    """The tool that the request says must be called, or ""; the first one where it only says that some must be."""
    choice: Any = heard.said.get("tool_choice")
    tools = offered(heard)
    if isinstance(choice, Mapping):
        function = choice.get("function")
        named = function.get("name") if isinstance(function, Mapping) else choice.get("name")
        if named in tools:
            return str(named)
        choice = choice.get("type")
    return next(iter(tools), "") if choice in ("required", "any") else ""


def calls_of(topic: Topic, controls: Controls, shapes: frozenset[str], must: str = "") -> tuple[ToolCall, ...]:
    """The tools this reply calls.

    The one that must be called, or by which the system message wants the answer given, else those named on an
    ``/emulate`` line, each as often as it is named, else those the prompt mentions by name; of the latter none after
    the last round that was asked for.

    Args:
        topic: What is asked.
        controls: The wishes of the call.
        shapes: The faults of kind "shape".
        must: A tool that is called whatever is asked, or "".
    """
    tools = offered(topic.heard)
    if tools and "unknown-tool" in shapes:
        return (ToolCall(1, NOBODY, "{}"),)
    must = must or ordered(topic.heard)
    done = rounds_done(topic.heard) if topic.heard.answers else 0
    if not tools or (not must and done >= (controls.rounds or 1)):
        return ()
    wanted = [must] if must else [name for name in controls.tools if name in tools]
    wanted = wanted or [name for name in tools if _mentioned(name, topic.prompt)]
    asked = without_lines(asked_in(topic.heard)) if must else topic.prompt
    given = {name: _arguments(tools[name], times, asked, controls) for name, times in Counter(wanted).items()}
    return tuple(
        ToolCall(number, name, _spoilt(given[name].pop(0), shapes)) for number, name in enumerate(wanted, start=1)
    )


def _mentioned(name: str, prompt: str) -> bool:
    spoken = re.escape(name).replace("_", "[_ ]")
    return bool(re.search(rf"(?<!\w){spoken}(?!\w)", prompt, re.IGNORECASE))


def _arguments(tool: Tool, times: int, prompt: str, controls: Controls) -> list[str]:
    """The arguments of each call of a tool, as JSON text."""
    if controls.arguments is not None:
        return [controls.arguments] * times
    values = several(tool.schema, prompt, times)
    return [json.dumps(value if isinstance(value, dict) else {}, ensure_ascii=False) for value in values]


# -- what can go wrong -------------------------------------------------------------------------------------------------


def _spoilt(arguments: str, shapes: frozenset[str]) -> str:
    """The arguments with the faults in them that were asked for."""
    return spoilt(_wrapped(arguments) if "item-arguments" in shapes else arguments, shapes)


def _wrapped(arguments: str) -> str:
    """The arguments with every list inside an object of its own."""
    try:
        value = json.loads(arguments, object_hook=_items)
    except ValueError:
        return arguments
    return json.dumps(value, ensure_ascii=False)


def _items(value: dict[str, Any]) -> dict[str, Any]:
    return {name: {"item": one} if isinstance(one, list) else one for name, one in value.items()}


def leaked(calls: Sequence[ToolCall], shapes: frozenset[str]) -> str:
    """The calls in the model's own markup, as they look where nothing took them out of the text; "" without the fault.

    Where a reply calls nothing, a call is made up.
    """
    write = next((write for name, write in _LEAKS.items() if name in shapes), None)
    if write is None:
        return ""
    return "\n".join(write(call.name, _named(call)) for call in calls or (ToolCall(1, "get_time", '{"zone": "UTC"}'),))


def _named(call: ToolCall) -> list[tuple[str, str]]:
    """The arguments by name, as text."""
    try:
        value = json.loads(call.arguments)
    except ValueError:
        return []
    named = value.items() if isinstance(value, dict) else ()
    return [(name, one if isinstance(one, str) else json.dumps(one)) for name, one in named]


def _m2(name: str, arguments: list[tuple[str, str]]) -> str:
    lines = [f'<parameter name="{argument}">{value}</parameter>' for argument, value in arguments]
    return "\n".join(["<minimax:tool_call>", f'<invoke name="{name}">', *lines, "</invoke>", "</minimax:tool_call>"])


def _m3(name: str, arguments: list[tuple[str, str]]) -> str:
    given = "".join(f"{_SIGN}<{argument}>{value}{_SIGN}</{argument}>" for argument, value in arguments)
    return f'{_SIGN}<tool_call>\n{_SIGN}<invoke name="{name}">{given}{_SIGN}</invoke>\n{_SIGN}</tool_call>'


_LEAKS = {"raw-call": _m2, "raw-call-m3": _m3}
