"""What a model is told of a function: its name, its description and the JSON schema of its parameters."""

from __future__ import annotations

import datetime
import functools
import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, Optional, Union

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, TypeAdapter
from typing_extensions import TypedDict

from minimax_nb.errors import ToolError
from minimax_nb.tools import as_tool


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Point:
    """A place."""

    x: float
    y: float = 0.0


class City(BaseModel):
    """A town."""

    name: str = Field(description="As on a map.", title="Name of it")
    where: Point
    twin: Point | None = None


class Box(TypedDict, total=False):
    title: str
    size: int


class Node(BaseModel):
    value: int
    children: list[Node] = []


class Leaf(BaseModel):
    node: Node


def schema_of(function: Callable[..., Any]) -> dict[str, Any]:
    return dict(as_tool(function).spec.parameters)


def property_of(hint: Any) -> dict[str, Any]:
    def probe(x):
        pass

    probe.__annotations__ = {"x": hint}
    return dict(schema_of(probe)["properties"]["x"])


def test_a_function_without_parameters_still_has_an_object() -> None:
    def now() -> str:
        """What time it is."""
        return ""

    spec = as_tool(now).spec
    assert (spec.name, spec.description) == ("now", "What time it is.")
    assert spec.parameters == {"type": "object", "properties": {}, "additionalProperties": False}


def test_required_defaults_and_descriptions_are_told() -> None:
    def search(query: str, limit: int = 5, *, exact: Annotated[bool, "Whole words only."] = False) -> None:
        """Search.

        Args:
            query: What to look for.
            limit: At most so many.
            exact: Not this.
        """

    assert schema_of(search) == {
        "type": "object",
        "properties": {
            "query": {"type": "string", "description": "What to look for."},
            "limit": {"type": "integer", "default": 5, "description": "At most so many."},
            "exact": {"type": "boolean", "default": False, "description": "Whole words only."},
        },
        "required": ["query"],
        "additionalProperties": False,
    }


@pytest.mark.parametrize(
    ("hint", "expected"),
    [
        (int, {"type": "integer"}),
        (list[str], {"type": "array", "items": {"type": "string"}}),
        (dict[str, float], {"type": "object", "additionalProperties": {"type": "number"}}),
        (set[int], {"type": "array", "items": {"type": "integer"}, "uniqueItems": True}),
        (Literal["a", "b"], {"enum": ["a", "b"], "type": "string"}),
        (Literal["a"], {"const": "a", "type": "string"}),
        (Colour, {"enum": ["red", "blue"], "type": "string"}),
        (Optional[int], {"anyOf": [{"type": "integer"}, {"type": "null"}]}),  # noqa: UP045 - as people write it
        (Union[int, str], {"anyOf": [{"type": "integer"}, {"type": "string"}]}),  # noqa: UP007
        (datetime.date, {"type": "string", "format": "date"}),
        (Path, {"type": "string", "format": "path"}),
        (Any, {}),
        (Annotated[int, Field(ge=1, description="Days.")], {"type": "integer", "minimum": 1, "description": "Days."}),
        (
            tuple[int, str],
            {
                "type": "array",
                "prefixItems": [{"type": "integer"}, {"type": "string"}],
                "minItems": 2,
                "maxItems": 2,
            },
        ),
        (Box, {"type": "object", "properties": {"title": {"type": "string"}, "size": {"type": "integer"}}}),
    ],
    ids=str,
)
def test_a_type_hint_becomes_its_schema(hint: Any, expected: dict[str, Any]) -> None:
    assert property_of(hint) == expected


def test_nested_models_are_written_out_in_full_and_without_titles() -> None:
    told = property_of(list[City])
    assert "$ref" not in json.dumps(told)
    item = told["items"]
    assert item["description"] == "A town."
    assert item["properties"]["name"] == {"type": "string", "description": "As on a map."}
    assert item["properties"]["where"]["properties"]["x"] == {"type": "number"}
    assert item["properties"]["twin"]["anyOf"][0]["required"] == ["x"]


def test_a_parameter_called_title_is_no_title() -> None:
    def rename(title: str, default: str = "x") -> None: ...

    assert list(schema_of(rename)["properties"]) == ["title", "default"]


def test_a_type_that_holds_itself_keeps_its_definition_and_nothing_else_does() -> None:
    def grow(root: Leaf, at: Point) -> None: ...

    told = schema_of(grow)
    assert list(told["$defs"]) == ["Node"]
    assert told["properties"]["root"]["properties"]["node"] == {"$ref": "#/$defs/Node"}
    assert told["$defs"]["Node"]["properties"]["children"]["items"] == {"$ref": "#/$defs/Node"}
    assert "$ref" not in told["properties"]["at"]


def test_the_description_of_a_parameter_goes_before_that_of_its_type() -> None:
    def go(to: City) -> None:
        """Go.

        Args:
            to: Where to.
        """

    assert schema_of(go)["properties"]["to"]["description"] == "Where to."


def test_none_as_a_default_lets_null_in_and_is_not_told() -> None:
    def go(to: int = None) -> None: ...  # type: ignore[assignment]  # noqa: RUF013

    told = schema_of(go)["properties"]["to"]
    assert told == {"anyOf": [{"type": "integer"}, {"type": "null"}]}


def test_defaults_are_told_as_json_and_left_out_where_there_is_none() -> None:
    def paint(colour: Colour = Colour.RED, day: datetime.date = datetime.date(2026, 1, 2), how: Any = object()) -> None:  # noqa: B008
        ...

    told = schema_of(paint)["properties"]
    assert (told["colour"]["default"], told["day"]["default"]) == ("red", "2026-01-02")
    assert "default" not in told["how"]


def test_named_extras_are_additional_properties() -> None:
    def log(line: str, **fields: int) -> None: ...

    def anything(**fields) -> None: ...

    assert schema_of(log)["additionalProperties"] == {"type": "integer"}
    assert list(schema_of(log)["properties"]) == ["line"]
    assert schema_of(anything)["additionalProperties"] is True


def test_what_a_partial_has_fixed_is_not_the_models_to_give() -> None:
    def query(sql: str, database: object, limit: int = 3) -> None:
        """Ask the database."""

    told = as_tool(functools.partial(query, database=object())).spec
    assert (told.name, told.description, list(told.parameters["properties"])) == (
        "query",
        "Ask the database.",
        ["sql", "limit"],
    )


def test_hints_are_looked_up_where_the_function_was_written() -> None:
    cell: dict[str, Any] = {"__name__": "__main__"}
    exec(  # as a notebook's cell is: the names are there when the tool is used, not when the module was loaded
        "from __future__ import annotations\nfrom typing import Literal\n"
        "Size = Literal['S', 'L']\ndef order(size: Size, n: 'int') -> None: ...",
        cell,
    )
    told = schema_of(cell["order"])["properties"]
    assert told == {"size": {"enum": ["S", "L"], "type": "string"}, "n": {"type": "integer"}}


def test_a_hint_may_name_what_an_enclosing_function_holds() -> None:
    Local = Literal["x"]  # noqa: N806

    def use(value: Local) -> object:
        return Local

    assert schema_of(use)["properties"]["value"] == {"const": "x", "type": "string"}


def refused(function: Callable[..., Any], *words: str) -> None:
    with pytest.raises(ToolError) as caught:
        as_tool(function)
    said = str(caught.value)
    assert "\n" not in said
    for word in words:
        assert word in said


def test_what_cannot_be_described_is_refused_with_its_name_and_what_to_do() -> None:
    def nowhere(x: Missing) -> None: ...  # type: ignore[name-defined]  # noqa: F821

    def many(*paths: str) -> None: ...

    def opaque(socket: Unspeakable) -> None: ...

    def field(days: int = Field(3)) -> None: ...

    def no_type(x: 3) -> None: ...  # type: ignore[valid-type]

    refused(nowhere, "nowhere", "of x", "Missing", "Define or import it first")
    refused(many, "many", "*paths", "paths: list[str]")
    refused(opaque, "opaque", "socket", "functools.partial(opaque, socket=...)")
    refused(field, "field", "days", "Annotated[TYPE, Field(...)]")
    refused(no_type, "no_type", " x ")
    refused(min, "min", "no signature")


class Unspeakable:
    """Nothing that JSON could hold."""


HINTS = st.recursive(
    st.sampled_from([int, float, str, bool, datetime.date, Decimal, Colour, Point, City, Node, Literal["a", 1]]),
    lambda inner: st.one_of(
        inner.map(lambda hint: list[hint]),  # type: ignore[valid-type]
        inner.map(lambda hint: dict[str, hint]),  # type: ignore[valid-type]
        inner.map(lambda hint: hint | None),
        st.tuples(inner, inner).map(lambda two: tuple[two[0], two[1]]),  # type: ignore[valid-type]
    ),
    max_leaves=4,
)


@given(HINTS)
def test_whatever_the_type_the_schema_allows_what_pydantic_allows(hint: Any) -> None:
    """The same schema but for titles and references: what is left of both is equal."""
    assert _bare(property_of(hint)) == _bare(TypeAdapter(hint).json_schema())


def _bare(schema: Any, definitions: dict[str, Any] | None = None, depth: int = 0) -> Any:
    """A schema with references followed four levels deep, and without titles."""
    if isinstance(schema, list):
        return [_bare(item, definitions, depth) for item in schema]
    if not isinstance(schema, dict):
        return schema
    definitions = definitions or schema.get("$defs") or NODE
    if "$ref" in schema:
        if depth > 4:
            return {}
        name = schema["$ref"].rpartition("/")[2]
        return _bare({**definitions[name], **{k: v for k, v in schema.items() if k != "$ref"}}, definitions, depth + 1)
    return {key: _bare(value, definitions, depth) for key, value in schema.items() if key not in {"title", "$defs"}}


NODE = TypeAdapter(Node).json_schema()["$defs"]
