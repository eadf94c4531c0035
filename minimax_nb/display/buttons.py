"""Asking with buttons under the running cell whether a tool may run.

A widget is shown that says so as soon as a front end has drawn it. If nothing is heard in time, the front end shows no
widgets, and the question is asked in the ordinary way, by an input line. What a widget sends while its cell runs is
heard as :mod:`minimax_nb.tools.comms` says; with ipykernel 7.0 to 7.3 it may also come on a thread of its own.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from minimax_nb.display.screen import CellScreen, Screen, new_display_id
from minimax_nb.messages.parts import ToolCall
from minimax_nb.prompt.capped import capped
from minimax_nb.tools import Consent, Tool
from minimax_nb.tools.approve import SHOWN_CHARS, Approver, ask_whoever_is_there
from minimax_nb.tools.comms import can_hear, hearing

DRAWN_S = 4.0
"""Seconds that a front end has for drawing the buttons, before the question is asked by an input line."""

_TICK_S = 0.03
_READY = "ready"
_LABELS = (("yes", "Approve"), ("no", "Deny"), ("always", "Always allow"))
_ANSWERS: dict[str, bool | Consent] = {"yes": True, "no": False, "always": Consent.ALWAYS}
_VIEW = "application/vnd.jupyter.widget-view+json"
_MISSES_AT_MOST = 2

_misses = 0  # questions that no front end has drawn


def with_buttons(approver: Approver) -> Approver:
    """An approver that asks with buttons, if this one asks whoever is there; any other one as it is."""
    return ask_with_buttons if approver is ask_whoever_is_there else approver


def ask_with_buttons(tool: Tool[..., Any], call: ToolCall, /, *, screen: Screen | None = None) -> bool | str | Consent:
    """Ask with buttons under the running cell; by an input line where there are none; no where nobody can answer.

    Args:
        tool: The tool.
        call: What the model wants it to do.
        screen: Where to show the buttons; default is the running cell.

    Raises:
        KeyboardInterrupt: The kernel was interrupted while the question stood.
    """
    kernel = _kernel()
    if kernel is None or not _may_show(kernel):
        return ask_whoever_is_there(tool, call)
    answer = _pressed(kernel, screen or CellScreen(), tool, call)
    return ask_whoever_is_there(tool, call) if answer is None else _ANSWERS.get(answer, False)


def _kernel() -> Any:  # noqa: ANN401 - ipykernel is not imported here
    """The kernel that runs in this process, or None."""
    module = sys.modules.get("ipykernel.kernelbase")
    return module.Kernel.instance() if module is not None and module.Kernel.initialized() else None


def _may_show(kernel: Any) -> bool:  # noqa: ANN401
    """Whether there is somebody to answer, perhaps with widgets, and whether they would be heard.

    Whoever runs cells without a person (nbclient, nbconvert, papermill) says with each cell that it takes no input.
    """
    answered = getattr(kernel, "_allow_stdin", False) and _misses < _MISSES_AT_MOST
    return bool(answered) and find_spec("anywidget") is not None and can_hear(kernel)


def _pressed(kernel: Any, screen: Screen, tool: Tool[..., Any], call: ToolCall) -> str | None:  # noqa: ANN401
    """The answer of the button that was pressed; None if no front end has drawn the buttons."""
    global _misses  # noqa: PLW0603 - the front end is the process's own
    heard: SimpleQueue[str] = SimpleQueue()
    with (
        _shown(screen, _title(tool), _arguments(call), heard.put) as comm_id,
        hearing(kernel, {comm_id}) as deliver,
    ):
        drawn, until = False, time.monotonic() + DRAWN_S
        while drawn or time.monotonic() < until:
            deliver()
            try:
                said = heard.get(timeout=_TICK_S)
            except Empty:
                continue
            if said != _READY:
                return said
            drawn, _misses = True, 0
    _misses += 1
    return None


@contextmanager
def _shown(screen: Screen, title: str, details: str, hear: Callable[[str], object]) -> Iterator[str]:
    """The question on the screen for as long as the block runs; gives the id of its comm."""
    widget = _widget_class()(title=title, details=details, answers=_LABELS)

    def on_message(_widget: object, content: object, _buffers: object) -> None:
        if isinstance(content, dict) and isinstance(content.get("answer"), str):
            hear(content["answer"])

    widget.on_msg(on_message)
    display_id = new_display_id()
    view = {"model_id": widget.model_id, "version_major": 2, "version_minor": 0}
    screen.show({"text/plain": title, _VIEW: view}, {}, display_id)
    try:
        yield widget.model_id
    finally:
        screen.update({"text/plain": "", "text/markdown": ""}, {}, display_id)
        widget.close()
        widget.layout.close()


@cache
def _widget_class() -> Any:  # noqa: ANN401 - anywidget is not imported before it is needed
    """The widget: a title, what it is about, and a button for each answer."""
    import anywidget
    import traitlets

    here = Path(__file__)

    class Question(anywidget.AnyWidget):
        _esm = here.with_suffix(".js").read_text(encoding="utf-8")
        _css = here.with_suffix(".css").read_text(encoding="utf-8")
        title = traitlets.Unicode().tag(sync=True)
        details = traitlets.Unicode().tag(sync=True)
        answers = traitlets.Any().tag(sync=True)

    return Question


def _title(tool: Tool[..., Any]) -> str:
    return f"The model wants to call {tool.name}. Run it?"


def _arguments(call: ToolCall) -> str:
    """What the tool would be called with; everything that does not show itself is written out as an escape."""
    text = capped(json.dumps(dict(call.arguments), indent=2, ensure_ascii=False, default=str), SHOWN_CHARS)
    return "".join(
        letter if letter.isprintable() or letter == "\n" else letter.encode("unicode_escape").decode("ascii")
        for letter in text
    )
