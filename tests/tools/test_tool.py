"""``@tool``: what it accepts, what it refuses, and that a function stays what it was."""

from __future__ import annotations

import asyncio
import functools
import inspect
import math
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from minimax_nb.errors import ToolError
from minimax_nb.tools import Tool, as_tool, as_tools, tool


def double(number: int) -> int:
    """Twice the number."""
    return 2 * number


async def later(number: int) -> int:
    """Twice the number, in a while."""
    return 2 * number


class Shop:
    """Sells."""

    def __init__(self, price: int) -> None:
        self.price = price

    @tool(approve=True, timeout=3, description="Buys.")
    def buy(self, count: int) -> int:
        """Not this."""
        return self.price * count

    @tool
    @classmethod
    def named(cls, name: str) -> str:
        return cls.__name__ + name

    @tool
    @staticmethod
    def alone(name: str) -> str:
        return name

    def plain(self, count: int) -> int:
        """Counts."""
        return count


class Caller:
    """Can be called."""

    def __call__(self, word: str) -> str:
        return word * 2


def test_a_decorated_function_is_called_as_before() -> None:
    made = tool(double)
    assert made(4) == made(number=4) == 8
    assert asyncio.run(tool(later)(4)) == 8
    assert (made.__name__, made.__doc__) == ("double", "Twice the number.")
    assert inspect.signature(made) == inspect.signature(double)
    assert "number: int" in inspect.getsource(made)


def test_both_forms_of_the_decorator_make_the_same_tool() -> None:
    plain, called = tool(double), tool()(double)
    assert plain.spec == called.spec
    assert (plain.approve, plain.timeout) == (called.approve, called.timeout) == (False, 60.0)


def test_options_go_before_what_the_function_says() -> None:
    made = tool(name="twice", description="Doubles.", approve=True, timeout=None)(double)
    assert (made.spec.name, made.spec.description, made.approve, made.timeout) == ("twice", "Doubles.", True, None)
    assert repr(made) == "<tool twice, asks before each call>"


def test_a_tool_in_a_class_belongs_to_the_object() -> None:
    shop = Shop(3)
    assert shop.buy(2) == Shop.buy(shop, 2) == 6
    bought = as_tool(shop.buy)
    assert (bought.approve, bought.timeout, bought.spec.description) == (True, 3, "Buys.")
    assert list(bought.spec.parameters["properties"]) == ["count"]
    assert (Shop.named("x"), shop.alone("y")) == ("Shopx", "y")


@pytest.mark.parametrize(
    ("function", "name", "description"),
    [
        (double, "double", "Twice the number."),
        (later, "later", "Twice the number, in a while."),
        (Shop(1).plain, "plain", "Counts."),
        (Caller(), "Caller", "Can be called."),
        (functools.partial(double, 3), "double", "Twice the number."),
        (math.sqrt, "sqrt", "Return the square root of x."),
        (tool(lambda x: x, name="same"), "same", ""),
    ],
    ids=["function", "async", "method", "object", "partial", "built-in", "lambda"],
)
def test_whatever_can_be_called_is_a_tool(function: Callable[..., Any], name: str, description: str) -> None:
    spec = as_tool(function).spec
    assert (spec.name, spec.description) == (name, description)


def test_a_tool_stays_the_tool_it_is() -> None:
    made = tool(double)
    assert as_tool(made) is made


def numbers() -> Any:
    yield 1


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (lambda x: x, ["lambda", 'tool(function, name="...")']),
        (Shop, ["Shop", "class"]),
        (3, ["int", "no function"]),
        (Shop.plain, ["plain", "self", "thing.method"]),
        (Shop.buy, ["buy", "self"]),
        (numbers, ["numbers", "generator", "list"]),
    ],
    ids=["lambda", "class", "value", "unbound", "unbound tool", "generator"],
)
def test_what_can_be_no_tool_is_refused_with_what_to_do(function: Any, words: list[str]) -> None:
    with pytest.raises(ToolError) as caught:
        as_tool(function)
    assert "\n" not in str(caught.value)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("get weather", "get_weather"),
        ("größe", "gro_e"),
        ("précis!", "precis"),
        ("a" * 65, "a" * 64),
        ("天", "my_tool"),
    ],
)
def test_a_name_the_services_refuse_is_refused_with_the_nearest_they_take(name: str, nearest: str) -> None:
    with pytest.raises(ToolError, match=f'Try name="{nearest}"'):
        tool(name=name)(double)


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), "60", True])
def test_a_timeout_is_seconds_above_zero(timeout: Any) -> None:
    with pytest.raises(ToolError, match="double"):
        tool(timeout=timeout)(double)


def test_two_tools_of_one_name_are_refused() -> None:
    made: dict[str, Tool[..., Any]] = as_tools([double, tool(later)])
    assert list(made) == ["double", "later"]
    for other in (tool(later, name="double"), tool(double, approve=True), double):
        with pytest.raises(ToolError, match="Two tools are called double"):
            as_tools([double, other])


def test_making_a_tool_loads_neither_pydantic_nor_a_notebook() -> None:
    script = (
        "import sys\nfrom minimax_nb.tools import tool\ntool(lambda: 1, name='f')()\n"
        "print(sorted({'pydantic', 'IPython', 'asyncio', 'zmq', 'PIL', 'httpx'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "[]\n"
