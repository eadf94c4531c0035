"""The tool calls of one round: looked up, checked, approved one by one, then run together.

Whatever becomes of a call, it ends with one :class:`~minimax_nb.messages.tools.ToolRun`, and everything but "done" goes
to the model as a tool error. Nothing that a tool does reaches the chat as an exception.
"""

from __future__ import annotations

import inspect
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from minimax_nb.catalog.nearest import did_you_mean, listed
from minimax_nb.errors import ToolError
from minimax_nb.messages.media import MediaLimits
from minimax_nb.messages.parts import ToolCall, ToolResult
from minimax_nb.messages.tools import Outcome, ToolRun
from minimax_nb.tools.approve import Approvals
from minimax_nb.tools.arguments import BadArgumentsError
from minimax_nb.tools.job import Job
from minimax_nb.tools.tool import Tool

AT_ONCE: Final = 16
"""Calls that run at the same time; the others of a round wait."""

TICK_S: Final = 0.05
"""Seconds between two looks at the clock and at ``stop``; the end of a call is noticed at once."""

_STOPPED = "The user stopped this call before it ended."


class Batch:
    """The calls of one round, and what came of them.

    :meth:`run` or :meth:`run_async` is called once. Both leave an interrupt (``KeyboardInterrupt``, or the cancelling
    of the task) to the caller; :attr:`runs` is whole also then, so that a history stays valid.

    Args:
        calls: What the model asks for.
        tools: What it may call, by name.
        approvals: Who is asked about tools that need approval; by default nobody, and they are denied.
        stop: Ends the waiting at once when it is set, by another thread.
        clock: Seconds that only go forward.
        limits: What the service takes of pictures.
        on_start: Called with each call that begins to run.
        on_end: Called with each call's run as it ends, in the order they end.
    """

    def __init__(
        self,
        calls: Sequence[ToolCall],
        tools: Mapping[str, Tool[..., Any]],
        *,
        approvals: Approvals | None = None,
        stop: threading.Event | None = None,
        clock: Callable[[], float] = time.monotonic,
        limits: MediaLimits = MediaLimits(),  # noqa: B008 - a frozen value
        on_start: Callable[[ToolCall], object] | None = None,
        on_end: Callable[[ToolRun], object] | None = None,
    ) -> None:
        self._calls = tuple(calls)
        self._tools = tools
        self._approvals = approvals or Approvals()
        self._stop = stop or threading.Event()
        self._clock = clock
        self._limits = limits
        self._on_start = on_start
        self._on_end = on_end
        self._ended: dict[int, ToolRun] = {}
        self._waiting: list[tuple[int, Job]] = []
        self._running: dict[int, tuple[Job, float]] = {}

    @property
    def runs(self) -> list[ToolRun]:
        """A run for each call, in the order of the calls; what has not ended yet stands as interrupted."""
        return [self._ended.get(at) or _run(call, "interrupted", _STOPPED) for at, call in enumerate(self._calls)]

    def run(self) -> list[ToolRun]:
        """Run the calls, each in a thread of its own; an async function has an event loop there."""
        woken = threading.Event()
        try:
            self._prepare(woken.set)
            while self._advance(Job.start):
                woken.wait(TICK_S)
                woken.clear()
        finally:
            self._leave()
        return self.runs

    async def run_async(self) -> list[ToolRun]:
        """The same in the running event loop: async functions as its tasks, others in threads.

        Approval is asked in this thread, and holds up the loop while a person thinks.
        """
        import asyncio

        woken, loop = asyncio.Event(), asyncio.get_running_loop()
        try:
            self._prepare(lambda: loop.call_soon_threadsafe(woken.set))
            while self._advance(Job.start_here):
                with suppress(TimeoutError):
                    async with asyncio.timeout(TICK_S):
                        await woken.wait()
                woken.clear()
        finally:
            self._leave()
        return self.runs

    def _prepare(self, wake: Callable[[], object]) -> None:
        """Settle which calls run; the person is asked about one call at a time, before anything runs."""
        for at, call in enumerate(self._calls):
            if self._stop.is_set():
                return
            found = self._settled(call)
            if isinstance(found, ToolRun):
                self._end(at, found)
            else:
                tool, arguments = found
                self._waiting.append((at, Job(call, tool, arguments, self._limits, wake)))

    def _settled(self, call: ToolCall) -> ToolRun | tuple[Tool[..., Any], inspect.BoundArguments]:
        """The tool and the arguments of a call that may run; else what became of it."""
        if call.malformed:
            return not_run(call, "The call was malformed: its arguments are to be one JSON object.")
        tool = self._tools.get(call.name)
        if tool is None:
            there_are = f"There are {listed(self._tools, last='and')}." if self._tools else "There are none."
            said = f"There is no tool {call.name[:64]!r}. {did_you_mean(call.name[:64], self._tools)}"
            return _run(call, "unknown tool", f"{said.strip()} {there_are}")
        try:
            arguments = tool.bound(dict(call.arguments))
        except BadArgumentsError as error:
            return _run(call, "bad arguments", str(error))
        except ToolError as error:
            return _run(call, "failed", str(error))
        refusal = self._approvals.refusal(tool, call)
        return _run(call, "denied", refusal) if refusal is not None else (tool, arguments)

    def _advance(self, start: Callable[[Job], None]) -> bool:
        """Take what has ended, give up what runs too long, start what waits; whether there is more to wait for."""
        now = self._clock()
        self._take_ended(now)
        for at, (job, began) in list(self._running.items()):
            limit = job.tool.timeout
            if limit is not None and now - began >= limit:
                said = f"{job.tool.name} did not end within {limit:g} s. It was given up: what it still does is lost."
                self._give_up(at, "timed out", said, now)
        if self._stop.is_set():
            return False
        while self._waiting and len(self._running) < AT_ONCE:
            at, job = self._waiting.pop(0)
            if self._on_start is not None:
                self._on_start(job.call)
            self._running[at] = (job, self._clock())
            start(job)
        return bool(self._running)

    def _take_ended(self, now: float) -> None:
        for at, (job, began) in list(self._running.items()):
            if (ended := job.ended) is not None:
                del self._running[at]
                outcome: Outcome = "failed" if ended.result.is_error else "done"
                self._end(at, ToolRun(job.call, ended.result, outcome, now - began, job.printed.text, ended.traceback))

    def _give_up(self, at: int, outcome: Outcome, said: str, now: float) -> None:
        job, began = self._running.pop(at)
        job.leave()
        result = ToolResult(job.call.id, said, is_error=True)
        self._end(at, ToolRun(job.call, result, outcome, now - began, job.printed.text))

    def _leave(self) -> None:
        """Wait for nothing any longer; what has not ended was interrupted."""
        now = self._clock()
        self._take_ended(now)
        for at in list(self._running):
            self._give_up(at, "interrupted", _STOPPED, now)
        for at, run in enumerate(self.runs):
            if at not in self._ended:
                self._end(at, run)

    def _end(self, at: int, run: ToolRun) -> None:
        self._ended[at] = run
        if self._on_end is not None:
            self._on_end(run)


def not_run(call: ToolCall, why: str) -> ToolRun:
    """The run of a call that was not even tried, with a sentence for the model: a limit, malformed arguments."""
    return _run(call, "not run", why)


def _run(call: ToolCall, outcome: Outcome, said: str) -> ToolRun:
    return ToolRun(call, ToolResult(call.id, said, is_error=True), outcome)
