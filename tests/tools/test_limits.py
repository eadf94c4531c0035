"""Calls that would not end: given up in time, stopped, interrupted; the history stays whole."""

from __future__ import annotations

import _thread
import asyncio
import subprocess
import sys
import textwrap
import threading

import pytest

from minimax_nb.messages.parts import ToolCall
from minimax_nb.messages.tools import ToolRun
from minimax_nb.tools import Batch, tool
from tests.tools.values import Way, both, call, hanging, hurried, made, run, touching


@both
def test_a_tool_that_hangs_is_given_up_and_the_others_are_kept(way: Way) -> None:
    with hanging() as hang:
        tools = made(tool(timeout=5)(hang), tool(timeout=None)(quick))
        first, second = way(Batch([call("hang"), call("quick")], tools, clock=hurried()))
    assert (first.outcome, first.result.is_error) == ("timed out", True)
    assert first.result.content == "hang did not end within 5 s. It was given up: what it still does is lost."
    assert first.seconds is not None
    assert first.seconds >= 5
    assert (second.outcome, second.result.content) == ("done", "quick")


def quick() -> str:
    return "quick"


def test_a_result_that_cannot_be_told_in_time_is_given_up() -> None:
    with hanging() as hang:

        class Slow:
            def __repr__(self) -> str:
                return hang()

        @tool(timeout=5)
        def give() -> Slow:
            return Slow()

        (ran,) = run(give, clock=hurried())
    assert ran.outcome == "timed out"


@both
def test_an_async_tool_that_runs_too_long_is_cancelled(way: Way) -> None:
    cancelled = threading.Event()

    @tool(timeout=5)
    async def hang() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.set()
            raise

    (ran,) = way(Batch([call("hang")], made(hang), clock=hurried()))
    assert ran.outcome == "timed out"
    assert cancelled.wait(30)


def test_a_tool_has_as_long_as_it_says() -> None:
    now = [0.0]

    @tool(timeout=100)
    def slow() -> str:
        now[0] = 99.0
        return "in time"

    assert run(slow, clock=lambda: now[0])[0].outcome == "done"


def test_what_hangs_keeps_no_interpreter_from_exiting(clean_env: dict[str, str]) -> None:
    script = """
    import itertools, threading
    from minimax_nb.messages.parts import ToolCall
    from minimax_nb.tools import Batch, as_tools, tool

    @tool(timeout=5)
    def hang():
        while True:
            threading.Event().wait(60)

    clock = itertools.count(0.0, 10.0).__next__
    print(Batch([ToolCall("1", "hang")], as_tools([hang]), clock=clock).run()[0].outcome)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        env=clean_env,
        timeout=50,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("timed out\n", 0)


# -- stopping ---------------------------------------------------------------------------------------------------------


@both
def test_stop_ends_the_waiting_and_every_call_has_a_run(way: Way) -> None:
    stop = threading.Event()
    with hanging() as hang:

        def halt() -> str:
            stop.set()
            return "halted"

        calls = [call("hang")] + [call("hang")] * 20 + [call("halt")]
        tools = made(tool(timeout=None)(hang), tool(timeout=None)(halt))
        runs = way(Batch([calls[-1], *calls[:-1]], tools, stop=stop))
    assert len(runs) == len(calls)
    assert {ran.outcome for ran in runs[1:]} == {"interrupted"}
    assert all(ran.result.is_error and ran.result.call_id == ran.call.id for ran in runs[1:])
    assert runs[1].seconds is not None
    assert runs[-1].seconds is None, "it never began"


def test_nothing_begins_once_it_was_stopped() -> None:
    stop, began = threading.Event(), []
    stop.set()
    (ran,) = run(touching(began), stop=stop)
    assert (ran.outcome, began) == ("interrupted", [])


def test_an_interrupt_reaches_the_caller_and_leaves_whole_runs() -> None:
    ends: list[str] = []

    def interrupting(ran: ToolRun) -> None:
        ends.append(ran.outcome)
        if ran.outcome == "done":
            raise KeyboardInterrupt  # as Ctrl-C does while the calling thread waits

    with hanging() as hang:
        batch = Batch([call("hang"), call("quick")], made(tool(timeout=None)(hang), quick), on_end=interrupting)
        with pytest.raises(KeyboardInterrupt):
            batch.run()
    assert [ran.outcome for ran in batch.runs] == ["interrupted", "done"]
    assert ends == ["done", "interrupted"]


def test_what_had_ended_when_it_was_interrupted_is_kept() -> None:
    def interrupting(called: ToolCall) -> None:
        if called.name == "later":
            for thread in threading.enumerate():
                if thread.name == "tool quick":
                    thread.join(30)
            raise KeyboardInterrupt  # before anybody could look whether the first has ended

    batch = Batch([call("quick"), call("later")], made(quick, tool(quick, name="later")), on_start=interrupting)
    with pytest.raises(KeyboardInterrupt):
        batch.run()
    assert [ran.outcome for ran in batch.runs] == ["done", "interrupted"]


def test_ctrl_c_ends_the_waiting() -> None:
    with hanging() as hang:

        def press() -> None:
            _thread.interrupt_main()
            hang()

        batch = Batch([call("hang"), call("press")], made(tool(timeout=None)(hang), tool(timeout=None)(press)))
        with pytest.raises(KeyboardInterrupt):
            batch.run()
    assert [ran.outcome for ran in batch.runs] == ["interrupted", "interrupted"]
    assert run(quick)[0].outcome == "done", "the next round works"


def test_cancelling_reaches_the_caller_and_leaves_whole_runs() -> None:
    cancelled: list[str] = []

    async def forever() -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.append("tool")
            raise

    async def main() -> Batch:
        began = asyncio.Event()
        batch = Batch([call("forever")], made(forever), on_start=lambda _: began.set())
        task = asyncio.create_task(batch.run_async())
        await began.wait()
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return batch

    batch = asyncio.run(main())
    assert [ran.outcome for ran in batch.runs] == ["interrupted"]
    assert cancelled == ["tool"]


def test_a_late_result_changes_nothing() -> None:
    with hanging() as hang:
        batch = Batch([call("hang")], made(tool(timeout=5)(hang)), clock=hurried())
        before = batch.run()
    for thread in threading.enumerate():
        if thread.name == "tool hang":
            thread.join(30)
    assert batch.runs == before
    assert before[0].outcome == "timed out"
