"""Running a round's calls: together, and each to one clear end."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from pathlib import Path
from typing import Any

import pytest

from minimax_nb.messages.parts import ToolCall
from minimax_nb.messages.tools import ToolRun
from minimax_nb.tools import Batch, not_run, tool
from tests.tools.values import Way, both, call, in_a_loop, made, one, run, touching


def failing() -> None:
    raise TypeError("wrong\nkind")


async def failing_later() -> None:
    await asyncio.sleep(0)
    raise TypeError("wrong kind")


# -- running ----------------------------------------------------------------------------------------------------------


@both
def test_calls_run_together_and_end_in_the_order_they_were_asked(way: Way) -> None:
    meet = threading.Barrier(3, timeout=30)

    def wait(number: int) -> int:
        meet.wait()  # passes only when all three are under way
        return number

    calls = [ToolCall(str(number), "wait", {"number": number}) for number in (3, 1, 2)]
    runs = way(Batch(calls, made(wait)))
    assert [(ran.call.id, ran.result.call_id, ran.result.content) for ran in runs] == [
        ("3", "3", "3"),
        ("1", "1", "1"),
        ("2", "2", "2"),
    ]
    assert all(ran.outcome == "done" and ran.seconds is not None and ran.seconds >= 0 for ran in runs)


def test_async_functions_run_together_in_the_callers_loop() -> None:
    loops: set[int] = set()
    here: list[threading.Thread] = []

    async def main() -> list[ToolRun]:
        arrived, everybody = 0, asyncio.Event()

        async def gather() -> str:
            nonlocal arrived
            arrived += 1
            loops.add(id(asyncio.get_running_loop()))
            here.append(threading.current_thread())
            if arrived == 3:
                everybody.set()
            await everybody.wait()
            return "met"

        loops.add(id(asyncio.get_running_loop()))
        return await Batch([call("gather")] * 3, made(gather)).run_async()

    assert [ran.result.content for ran in asyncio.run(main())] == ["met"] * 3
    assert len(loops) == 1
    assert set(here) == {threading.current_thread()}


def test_an_async_function_has_a_loop_of_its_own_where_there_is_none() -> None:
    async def whole() -> bool:
        await asyncio.sleep(0)
        return threading.current_thread() is not threading.main_thread()

    assert one(whole).result.content == "true"


@both
def test_what_only_gives_something_to_await_is_awaited(way: Way) -> None:
    async def inner() -> str:
        return "inner"

    def outer() -> Any:
        return inner()

    class Later:
        async def __call__(self) -> str:
            return "later"

    runs = way(Batch([call("outer"), call("Later")], made(outer, Later())))
    assert [ran.result.content for ran in runs] == ["inner", "later"]


@both
def test_context_variables_are_the_callers(way: Way) -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable")
    variable.set("mine")

    def read() -> str:
        variable.set("changed")
        return "read"

    async def read_async() -> str:
        found = variable.get()
        variable.set("changed")
        return found

    runs = way(Batch([call("read"), call("read_async")], made(read, read_async)))
    assert [ran.result.content for ran in runs] == ["read", "mine"]
    assert variable.get() == "mine"


@both
def test_more_calls_than_run_at_once_all_run(way: Way) -> None:
    def number(n: int) -> int:
        return n

    calls = [call("number", n=n) for n in range(100)]
    assert [ran.result.content for ran in way(Batch(calls, made(number)))] == [str(n) for n in range(100)]


@both
def test_no_more_run_at_once_than_a_computer_can_bear(way: Way) -> None:
    lock, now, most = threading.Lock(), 0, 0

    def work() -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        threading.Event().wait(0.005)
        with lock:
            now -= 1

    way(Batch([call("work")] * 60, made(work)))
    assert 1 < most <= 16


@both
def test_starts_and_ends_are_told_as_they_happen(way: Way) -> None:
    told: list[str] = []
    batch = Batch(
        [call("failing"), call("nobody")],
        made(failing),
        on_start=lambda called: told.append(f"start {called.name}"),
        on_end=lambda ran: told.append(f"{ran.outcome} {ran.call.name}"),
    )
    way(batch)
    assert told == ["unknown tool nobody", "start failing", "failed failing"]


def test_no_calls_are_no_runs() -> None:
    assert run(failing, calls=[]) == []


# -- what goes wrong --------------------------------------------------------------------------------------------------


@both
def test_an_exception_is_told_with_its_line_and_kept_for_the_reader(way: Way) -> None:
    for ran in way(Batch([call("failing"), call("failing_later")], made(failing, failing_later))):
        assert (ran.outcome, ran.result.is_error) == ("failed", True)
        said = ran.result.content
        assert said.startswith("TypeError: wrong kind (test_batch.py, line ")
        assert 'raise TypeError("wrong' in said
        assert "\n" not in said
        assert "/" not in said
        assert ran.traceback.endswith("TypeError: wrong kind") or ran.traceback.endswith("TypeError: wrong\nkind")
        assert "minimax_nb/tools" not in ran.traceback


def test_folders_of_the_users_home_stay_at_home() -> None:
    home = Path("~").expanduser()
    path = str(home / "very" / "private" / "data.csv")

    def read() -> None:
        raise FileNotFoundError(2, "No such file", path)

    said = one(read).result.content
    assert "data.csv" in said
    assert "private" not in said
    assert str(home) not in said


def test_a_long_message_is_cut() -> None:
    def shout() -> None:
        raise ValueError("a" * 1_000_000)

    assert len(one(shout).result.content) < 1_500


def test_an_error_without_words_of_its_own_is_told_by_its_name() -> None:
    class Mute(Exception):  # noqa: N818
        def __str__(self) -> str:
            raise RuntimeError("no words")

    def fail() -> None:
        raise Mute

    ran = one(fail)
    assert ran.outcome == "failed"
    assert ran.result.content.startswith("Mute: its message raised RuntimeError")


@pytest.mark.parametrize("kind", [SystemExit, GeneratorExit, KeyboardInterrupt, MemoryError, asyncio.CancelledError])
@both
def test_nothing_a_tool_raises_gets_out(way: Way, kind: type[BaseException]) -> None:
    def leave() -> None:
        print("leaving")
        raise kind

    (ran,) = way(Batch([call("leave")], made(leave)))
    assert (ran.outcome, ran.printed) == ("failed", "leaving\n")
    assert ran.result.content.startswith(f"{kind.__name__} (test_batch.py")


def test_an_async_tool_that_leaves_does_not_end_the_loop() -> None:
    async def leave() -> None:
        raise SystemExit(3)

    assert in_a_loop(Batch([call("leave")], made(leave)))[0].result.content.startswith("SystemExit: 3")


@both
def test_a_tool_without_end_to_its_recursion_is_one_line(way: Way) -> None:
    def again() -> None:
        again()

    (ran,) = way(Batch([call("again")], made(again)))
    assert ran.outcome == "failed"
    assert ran.result.content.startswith("RecursionError: ")
    assert "\n" not in ran.result.content
    assert len(ran.traceback) < 10_000


def test_an_unknown_tool_is_told_the_nearest_and_all_there_are() -> None:
    def get_weather() -> None: ...

    (ran,) = run(get_weather, failing, calls=[call("get_wether")])
    assert ran.outcome == "unknown tool"
    assert ran.result.content == (
        "There is no tool 'get_wether'. Did you mean get_weather? There are get_weather and failing."
    )
    assert run(calls=[call("x")])[0].result.content == "There is no tool 'x'. There are none."


def test_a_tool_renamed_between_rounds_is_an_unknown_tool() -> None:
    def old() -> str:
        return "old"

    assert run(old, calls=[call("old")])[0].outcome == "done"
    assert run(tool(name="new")(old), calls=[call("old")])[0].outcome == "unknown tool"


def test_a_malformed_call_is_never_run() -> None:
    ran_it: list[int] = []
    (ran,) = run(touching(ran_it), calls=[ToolCall("1", "touch", {}, "{oops", malformed=True)])
    assert (ran.outcome, ran.result.is_error, ran_it) == ("not run", True, [])
    assert ran.result.content == "The call was malformed: its arguments are to be one JSON object."


def test_a_call_that_is_not_run_says_why() -> None:
    ran = not_run(call("x"), "There were five rounds already.")
    assert (ran.outcome, ran.result.content, ran.result.call_id) == (
        "not run",
        "There were five rounds already.",
        "call_x",
    )
