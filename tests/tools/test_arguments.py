"""A call's arguments: what is checked, what is put right, and what the model is told."""

from __future__ import annotations

import datetime
import functools
from typing import Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, field_validator

from minimax_nb.messages.parts import ToolCall
from minimax_nb.tools import as_tool, tool
from tests.tools.values import one, run


class Row(BaseModel):
    tags: list[str]
    size: int = Field(default=1, ge=1)


class Strict(BaseModel):
    x: int

    @field_validator("x")
    @classmethod
    def check(cls, value: int) -> int:
        raise KeyError("oops") if value else ValueError("must not be 0")


def given_to(function: Any, **arguments: Any) -> Any:
    """What the function was given, or the complaint."""
    seen: list[Any] = []

    @tool(name="f")
    @functools.wraps(function)
    def keep(*args: Any, **kwargs: Any) -> None:
        seen.append((args, kwargs))

    ran = one(keep, **arguments)
    return seen[0][0] + tuple(seen[0][1].values()) if seen else ran.result.content


def test_values_come_as_the_types_the_function_asks_for() -> None:
    def f(row: Row, day: datetime.date, sizes: set[int], pair: tuple[int, str]) -> None: ...

    came = given_to(f, row={"tags": ["a"]}, day="2026-11-20", sizes=[1, 2, 1], pair=[1, "x"])
    assert came == (Row(tags=["a"]), datetime.date(2026, 11, 20), {1, 2}, (1, "x"))


def test_defaults_are_the_functions_own() -> None:
    default = object()

    def f(a: int, b: Any = default) -> Any:
        return "same" if b is default else "other"

    assert one(f, a=1).result.content == "same"


def test_parameters_by_position_only_and_extras_by_name_are_given_as_such() -> None:
    def f(a: int, b: int = 2, /, c: int = 3, *, d: int = 4, **more: int) -> list[Any]:
        return [a, b, c, d, more]

    assert one(f, a=1, d="5", x="6", more=7).result.content == '[1, 2, 3, 5, {"x": 6, "more": 7}]'


def test_every_complaint_is_a_line_that_names_the_field_and_the_problem() -> None:
    def f(city: str, days: int, row: Row, kind: Literal["a", "b"]) -> None: ...

    ran = one(f, days="many", row={"tags": [1], "size": 0}, town="Wien", kind="c")
    assert ran.outcome == "bad arguments"
    assert ran.result.is_error
    assert ran.seconds is None
    assert ran.result.content.splitlines() == [
        "The arguments do not fit f:",
        "- city: missing",
        "- town: there is no such parameter. There are city, days, row and kind.",
        "- days: expected a valid integer, unable to parse string as an integer (got 'many')",
        "- row.tags[0]: expected a valid string (got 1)",
        "- row.size: expected greater than or equal to 1 (got 0)",
        "- kind: expected 'a' or 'b' (got 'c')",
    ]


def test_a_misspelt_parameter_is_told_the_nearest() -> None:
    def f(city: str = "", days: int = 1) -> None: ...

    assert "- citty: there is no such parameter. Did you mean city?" in one(f, citty="x").result.content


def test_complaints_are_short_and_few_however_long_the_arguments() -> None:
    def f(numbers: list[int]) -> None: ...

    said = one(f, numbers=["x" * 10_000] * 500).result.content
    assert len(said) < 3_000
    assert said.endswith("- and 488 more")


@pytest.mark.parametrize(
    ("hint", "sent", "came"),
    [
        (list[str], {"item": ["a", "b"]}, ["a", "b"]),
        (list[str], {"item": "a"}, ["a"]),
        (list[str] | None, {"item": ["a"]}, ["a"]),
        (list[int], "[1, 2]", [1, 2]),
        (dict[str, int], '{"a": 1}', {"a": 1}),
        (Row, '{"tags": {"item": ["a"]}}', Row(tags=["a"])),
        (list[Row], {"item": [{"tags": '["a"]', "size": "2"}]}, [Row(tags=["a"], size=2)]),
        (list[list[int]], {"item": [{"item": [1]}, {"item": [2]}]}, [[1], [2]]),
    ],
    ids=str,
)
def test_habits_of_models_are_put_right(hint: Any, sent: Any, came: Any) -> None:
    def f(x: Any) -> None: ...

    f.__annotations__["x"] = hint
    assert given_to(f, x=sent) == (came,)


@pytest.mark.parametrize(
    ("hint", "sent"),
    [
        (str, "[1, 2]"),
        (list[int] | str, "[1, 2]"),
        (dict[str, Any], {"item": [1]}),
        (dict[str, list[int]], {"item": [1]}),
        (Any, {"item": ["[1]"]}),
        (list[str], ["[1]"]),
    ],
    ids=str,
)
def test_what_fits_as_it_is_is_left_alone(hint: Any, sent: Any) -> None:
    def f(x: Any) -> None: ...

    f.__annotations__["x"] = hint
    assert given_to(f, x=sent) == (sent,)


def test_a_string_that_is_no_list_is_told_as_what_it_is() -> None:
    def f(x: list[int]) -> None: ...

    assert "- x: expected a valid array (got '{\"a\": 1}')" in given_to(f, x='{"a": 1}')


def test_what_a_partial_has_fixed_cannot_be_given_by_the_model() -> None:
    def query(sql: str, database: str = "mine", **options: Any) -> str:
        return f"{sql} on {database}"

    fixed = functools.partial(query, database="test")
    assert one(fixed, sql="select").result.content == "select on test"
    ran = one(fixed, sql="select", database="production")
    assert (ran.outcome, "database: there is no such parameter" in ran.result.content) == ("bad arguments", True)


def test_a_check_of_the_users_own_that_breaks_is_a_complaint() -> None:
    def f(s: Strict) -> None: ...

    assert "- s: could not be checked (KeyError: 'oops')" in one(f, s={"x": 1}).result.content
    assert "- s.x: expected must not be 0 (got 0)" in one(f, s={"x": 0}).result.content


def test_a_parameter_may_have_any_name() -> None:
    def f(name: int, tool: int, arguments: int, schema: int, model_config: int) -> int:
        return name + 10 * tool + 100 * arguments + 1000 * schema + 10_000 * model_config

    sent = {"name": 1, "tool": 2, "arguments": 3, "schema": 4, "model_config": 5}
    assert run(f, calls=[ToolCall("1", "f", sent)])[0].result.content == "54321"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["row", "rows", "n", "item", ""]) | st.text(max_size=4), JSON, max_size=4))
def test_any_arguments_either_fit_or_are_told_in_short_lines(arguments: dict[str, Any]) -> None:
    def f(row: Row | None = None, rows: list[Row] | None = None, n: int = 0) -> str:
        return "fits"

    made = as_tool(f)
    ran = run(made, calls=[ToolCall("1", "f", arguments)])[0]
    assert ran.outcome in {"done", "bad arguments"}
    assert all(len(line) <= 200 for line in ran.result.content.splitlines())
    assert set(arguments) <= {"row", "rows", "n"} or ran.outcome == "bad arguments"
