"""What the tests of running tools share."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import Any

import pytest

from minimax_nb.messages.parts import ToolCall
from minimax_nb.messages.tools import ToolRun
from minimax_nb.tools import Approvals, Batch, Tool, as_tool, as_tools, tool


def call(name: str, **arguments: Any) -> ToolCall:
    """A call of this tool."""
    return ToolCall(f"call_{name}", name, arguments)


def run(*functions: Callable[..., Any], calls: list[ToolCall] | None = None, **options: Any) -> list[ToolRun]:
    """What came of these calls; by default one of each function, without arguments."""
    tools = as_tools(functions)
    return Batch([call(name) for name in tools] if calls is None else calls, tools, **options).run()


def one(function: Callable[..., Any], /, **arguments: Any) -> ToolRun:
    """What came of one call of the function, approved if it needs that."""
    made: Tool[..., Any] = as_tool(function)
    (ran,) = Batch([call(made.name, **arguments)], {made.name: made}, approvals=Approvals(lambda *_: True)).run()
    return ran


def hurried() -> Callable[[], float]:
    """A clock on which ten seconds pass between any two looks."""
    return itertools.count(0.0, 10.0).__next__


@contextmanager
def hanging() -> Iterator[Callable[[], str]]:
    """A function that does not return before the block ends."""
    released = Event()

    def hang() -> str:
        released.wait(60)
        return "too late"

    try:
        yield hang
    finally:
        released.set()


Way = Callable[[Batch], list[ToolRun]]


def in_threads(batch: Batch) -> list[ToolRun]:
    """Run it from plain code."""
    return batch.run()


def in_a_loop(batch: Batch) -> list[ToolRun]:
    """Run it from async code."""
    return asyncio.run(batch.run_async())


both = pytest.mark.parametrize("way", [in_threads, in_a_loop])


def made(*functions: Callable[..., Any]) -> dict[str, Tool[..., Any]]:
    """These functions as tools."""
    return as_tools(functions)


def touching(touched: list[int]) -> Tool[..., Any]:
    """A tool called "touch" that leaves a trace."""
    return tool(lambda: touched.append(1), name="touch")
