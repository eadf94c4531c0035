"""Strict nbval for cells that stream: compare what a reader sees at the end, not the first thing shown.

nbval 0.11 ignores ``update_display_data`` and ``clear_output`` and counts what an Output widget captured, so a cell
that paints while it works never equals its saved output. With this plugin every message of a cell is read up to its
idle status and folded as a front end folds it; nbval is handed the outputs that are left. Load it with
``-p tests.support.nbval_fold``.

An update for something that is not on the screen is handed on as one more display: the comparison then fails instead
of passing over it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from queue import Empty
from typing import Any

import pytest
from nbval.kernel import RunningKernel

from tests.support.outputs import Outputs

Message = dict[str, Any]

_original: list[Callable[..., Message]] = []


def pytest_configure(config: pytest.Config) -> None:
    """As a plugin: install."""
    install()


def install() -> None:
    """Let every kernel that nbval starts from now on hand out folded messages."""
    if not _original:
        _original.append(RunningKernel.get_message)
        RunningKernel.get_message = _get_message


def _get_message(kernel: RunningKernel, stream: str, timeout: float | None = None) -> Message:
    if stream != "iopub":
        return _original[0](kernel, stream, timeout)
    folded = kernel.__dict__.setdefault("_folded", Folded())
    until = None if timeout is None else time.monotonic() + timeout
    while not folded.ready:
        left = None if until is None else until - time.monotonic()
        if left is not None and left <= 0:
            raise Empty
        folded.take(_original[0](kernel, "iopub", left))
    return folded.ready.pop(0)


class Folded:
    """Raw messages in, folded ones out, a cell at a time: nothing of a cell is ready before the cell is.

    Attributes:
        ready: Messages to hand on, oldest first.
    """

    def __init__(self) -> None:
        self.ready: list[Message] = []
        self._outputs = Outputs()
        self._busy: set[str] = set()

    def take(self, message: Message) -> None:
        """Take in the next message of the kernel."""
        cell = message.get("parent_header", {}).get("msg_id", "")
        state = message["content"].get("execution_state") if message["msg_type"] == "status" else None
        if state == "busy":
            self._busy.add(cell)
        if state == "idle":
            self._busy.discard(cell)
            self.ready += self._left_over(message)
        if state is not None or cell not in self._busy:
            self.ready.append(message)
            return
        self._outputs.take(message)

    def _left_over(self, idle: Message) -> list[Message]:
        cell = idle.get("parent_header", {}).get("msg_id", "")
        outputs = [_as_message(output, idle) for output in self._outputs.of(cell)]
        strays = [_as_message({"output_type": "display_data", **stray}, idle) for stray in self._outputs.strays]
        self._outputs.strays.clear()
        return outputs + strays


def _as_message(output: Mapping[str, Any], like: Message) -> Message:
    content = {key: value for key, value in output.items() if key != "output_type"}
    return {**like, "msg_type": output["output_type"], "content": content}
