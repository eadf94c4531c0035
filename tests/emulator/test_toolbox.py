"""Made-up arguments fit the schema they are made for."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, Field, TypeAdapter

from tests.emulator.asking import ANTHROPIC, ask, value_of


def made(schema: dict[str, Any], prompt: str = "please") -> Any:
    tool = {"name": "use_it", "input_schema": schema}
    return value_of(ask(ANTHROPIC, f"{prompt}\n/emulate tool=use_it", tools=[tool]))["content"][-1]["input"]


class Leaf(BaseModel):
    id: int
    tag: str | None = None


class Tree(BaseModel):
    name: str = Field(min_length=3, max_length=5)
    kind: Literal["red", "green"]
    size: Annotated[float, Field(ge=10, le=20)]
    leaves: list[Leaf] = Field(min_length=2)
    best: Leaf | None
    flag: bool
    children: list[Tree]
    maybe: int | str = 7


def test_a_model_of_pydantic_takes_what_is_made_for_it() -> None:
    tree = TypeAdapter(Tree).validate_python(made(Tree.model_json_schema()), strict=True)
    assert tree.kind == "red"
    assert len(tree.leaves) == 2


def test_values_come_from_the_prompt() -> None:
    schema = {
        "type": "object",
        "properties": {
            "city": {"type": "string"},
            "days": {"type": "integer", "minimum": 1, "maximum": 10},
            "year": {"type": "integer"},
            "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
        },
    }
    assert made(schema, 'The weather in "Bergen" in 1999 for 3 days in fahrenheit') == {
        "city": "Bergen",
        "days": 3,
        "year": 1999,
        "unit": "fahrenheit",
    }


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ({"const": 5}, 5),
        ({"enum": [3, 4]}, 3),
        ({"default": "x", "type": "string"}, "x"),
        ({"type": "string", "format": "date"}, "2026-01-31"),
        ({"type": ["null", "integer"]}, 1),
        ({"type": "number", "minimum": 2.5}, 2.5),
        ({"type": "integer", "maximum": -3}, -3),
        ({"type": "boolean"}, True),
        ({"type": "null"}, None),
        ({"type": "array", "items": {"type": "integer"}, "minItems": 2}, [1, 1]),
        ({"anyOf": [{"type": "null"}, {"type": "boolean"}]}, True),
        ({}, "example v"),
    ],
)
def test_one_value(part: dict[str, Any], value: object) -> None:
    assert made({"type": "object", "properties": {"v": part}}) == {"v": value}


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "object", "properties": 5},
        {"type": "object", "properties": {"a": 5}},
        {"properties": {"a": {"enum": "x", "minLength": "y"}, "b": {"type": "number", "minimum": "z"}}},
        {"properties": {"a": {"$ref": "#/nowhere"}, "b": {"$ref": "https://example.com/x"}}},
        {"properties": {"a": {"$ref": "#/properties/a"}}},
        {"properties": {"a": {"type": "array", "minItems": 10**9}}},
        {"properties": {"a": {"type": "string", "minLength": 10**12}}},
        {"properties": {"a": {"anyOf": 5}, "b": {"allOf": []}, "c": {"type": {}}}},
        {"type": "array"},
    ],
)
def test_a_schema_that_is_wrong_stops_nothing(schema: dict[str, Any]) -> None:
    assert isinstance(made(schema), dict)


def test_a_schema_that_asks_for_itself_many_times_stays_small() -> None:
    node = {"type": "object", "properties": {f"p{at}": {"$ref": "#/$defs/N"} for at in range(10)}}
    assert len(str(made({"$ref": "#/$defs/N", "$defs": {"N": node}}))) < 100_000
