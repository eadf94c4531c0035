"""What tools print is kept apart: from each other, and from everybody else's printing."""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
import textwrap
import threading
from contextlib import redirect_stdout

import pytest

from minimax_nb.tools import Batch, as_tools, tool
from tests.tools.values import call, hanging, hurried, one, run


def test_each_call_keeps_its_own_words(capsys: pytest.CaptureFixture[str]) -> None:
    meet = threading.Barrier(2, timeout=30)

    def talk(word: str) -> None:
        for _ in range(50):
            meet.wait()
            print(word)
        print("err", word, file=sys.stderr)

    calls = [call("talk", word="a"), call("talk", word="b")]
    runs = run(talk, calls=calls)
    assert [ran.printed for ran in runs] == ["a\n" * 50 + "err a\n", "b\n" * 50 + "err b\n"]
    assert capsys.readouterr() == ("", "")


def test_other_threads_print_where_they_did(capsys: pytest.CaptureFixture[str]) -> None:
    inside, said = threading.Event(), threading.Event()

    def bystander() -> None:
        inside.wait(30)
        print("not a tool's")
        said.set()

    def work() -> None:
        print("a tool's")
        inside.set()
        said.wait(30)

    other = threading.Thread(target=bystander)
    other.start()
    ran = one(work)
    other.join()
    assert ran.printed == "a tool's\n"
    assert capsys.readouterr().out == "not a tool's\n"


def test_tasks_of_one_loop_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    async def talk(word: str) -> None:
        for _ in range(3):
            print(word)
            await asyncio.sleep(0)

        async def inner() -> None:
            print("inner", word)

        await asyncio.create_task(inner())

    async def main() -> list[str]:
        batch = Batch([call("talk", word="a"), call("talk", word="b")], as_tools([talk]))
        running = asyncio.create_task(batch.run_async())
        await asyncio.sleep(0)
        print("mine")
        return [ran.printed for ran in await running]

    assert asyncio.run(main()) == ["a\na\na\ninner a\n", "b\nb\nb\ninner b\n"]
    assert capsys.readouterr().out == "mine\n"


def test_the_streams_are_as_before_afterwards() -> None:
    before = sys.stdout, sys.stderr
    run(tool(lambda: print("x"), name="f"), calls=[call("f")] * 5)
    assert (sys.stdout, sys.stderr) == before


def test_while_tools_run_the_streams_answer_as_the_ones_beneath() -> None:
    class Notebook(io.StringIO):
        parent = "cell 3"

        def isatty(self) -> bool:
            return True

    beneath = Notebook()
    looked: list[object] = []
    with redirect_stdout(beneath):

        def work() -> str:
            return f"{sys.stdout.isatty()} {hasattr(sys.stdout, 'parent')}"

        def look(_: object) -> None:
            looked.extend([sys.stdout.isatty(), sys.stdout.parent])  # type: ignore[attr-defined]

        with hanging() as hang:
            tools = as_tools([tool(timeout=5)(hang), work])
            runs = Batch([call("hang"), call("work")], tools, clock=hurried(), on_end=look).run()
    assert runs[1].result.content == "False False"
    assert looked[:2] == [True, "cell 3"]


def test_the_words_of_a_tool_left_behind_go_nowhere(capsys: pytest.CaptureFixture[str]) -> None:
    ended = threading.Event()
    with hanging() as hang:

        @tool(timeout=5)
        def talk() -> None:
            print("before")
            hang()
            print("after")
            ended.set()

        (ran,) = run(talk, clock=hurried())
        print("the next cell")
    assert ended.wait(30)
    assert ran.outcome == "timed out"
    assert "after" not in ran.printed
    assert capsys.readouterr().out == "the next cell\n"


def test_printing_without_end_is_cut_and_counted() -> None:
    def chatter() -> None:
        for _ in range(1_000):
            print("x" * 999)

    printed = one(chatter).printed
    assert printed.startswith("xxx")
    assert printed.endswith("\n[... 990,000 bytes more ...]")
    assert len(printed) < 10_100


def test_a_cut_in_the_middle_of_a_letter_and_odd_letters_are_no_trouble() -> None:
    def speak() -> None:
        print("ü" * 6_000)
        print("\ud800")

    assert one(speak).printed.startswith("üü")

    def odd() -> None:
        print("\ud800")
        sys.stdout.buffer.write(b"bytes\n")

    assert one(odd).printed == "\\ud800\nbytes\n"


def test_a_print_under_way_outlives_the_stream_it_began_with(clean_env: dict[str, str]) -> None:
    """Python's print holds no reference to the stream: a freed one would crash the whole interpreter."""
    script = """
    import sys, threading
    from minimax_nb.messages.parts import ToolCall
    from minimax_nb.tools import Batch, as_tools, tool

    class Slow:
        def write(self, text):
            began.set()
            released.wait(30)
            return len(text)
        def flush(self):
            pass

    began, released, over = threading.Event(), threading.Event(), threading.Event()
    sys.stdout = Slow()
    bystander = threading.Thread(target=print, args=("x",))

    @tool(name="f")
    def work():
        bystander.start()
        began.wait(30)

    Batch([ToolCall("1", "f")], as_tools([work])).run()
    for thread in threading.enumerate():
        if thread.name == "tool f":
            thread.join()
    sys.stdout = sys.__stdout__
    junk = [object() for _ in range(100_000)]
    released.set()
    bystander.join()
    print("alive")
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)],
        capture_output=True,
        text=True,
        env=clean_env,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("alive\n", "", 0)


def test_streams_put_over_them_meanwhile_are_left_alone() -> None:
    entered = io.StringIO()

    def swap(ran: object) -> None:
        manager.__enter__()

    manager = redirect_stdout(entered)
    before = sys.stdout
    with hanging() as hang:
        run(tool(timeout=5)(hang), clock=hurried(), on_end=swap)
        print("into the new one")
        assert sys.stdout is entered
        manager.__exit__(None, None, None)
    assert entered.getvalue() == "into the new one\n"
    print("still works")
    run(tool(lambda: None, name="f"), calls=[call("f")])
    for thread in threading.enumerate():
        if thread.name == "tool hang":
            thread.join(30)
    assert sys.stdout is before


def test_a_process_without_streams_runs_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert one(tool(lambda: print("x"), name="f")).printed == "x\n"
    assert sys.stdout is None
