"""What can be asked for: types of many kinds, JSON schemas, and what is none."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import functools
import json
import subprocess
import sys
import warnings
from collections.abc import Mapping
from typing import Annotated, Any, Literal, NamedTuple, NotRequired, TypedDict

import pytest
from pydantic import BaseModel, Field, RootModel, create_model, field_validator

from minimax_nb.errors import RequestError
from minimax_nb.structured import ANY_JSON, Misfit, Parsed, shape_of
from tests.structured.replies import Home, Person


class Colour(enum.Enum):
    RED = "red"
    GREEN = "green"


@dataclasses.dataclass
class Point:
    x: int
    y: float = 0.0


class Pair(NamedTuple):
    left: int
    right: str


class Line(TypedDict):
    what: str
    count: NotRequired[int]


class Bill(TypedDict, total=False):
    lines: list[Line]
    paid: datetime.date


class Node(BaseModel):
    name: str
    children: list[Node] = []


class Strict(BaseModel, strict=True):
    day: datetime.date
    pair: tuple[int, str]


class Names(RootModel[list[str]]):
    pass


HOME = {"street": "High Street", "number": None}
PERSON = {"name": "Ann", "age": 3, "home": None}
VALUES: dict[str, tuple[Any, Any, Any]] = {
    "model": (Person, PERSON, Person(name="Ann", age=3)),
    "nested model": (Person, PERSON | {"home": HOME}, Person(name="Ann", age=3, home=Home(street="High Street"))),
    "list of models": (list[Home], [HOME, HOME], [Home(street="High Street")] * 2),
    "models by name": (dict[str, Home], {"a": HOME}, {"a": Home(street="High Street")}),
    "model or nothing": (Home | None, None, None),
    "one model or another": (Home | Point, {"x": 1}, Point(1)),
    "dataclass": (Point, {"x": 1, "y": 2}, Point(1, 2.0)),
    "named tuple": (Pair, [1, "a"], Pair(1, "a")),
    "typed dict": (Line, {"what": "tea"}, {"what": "tea"}),
    "typed dict in typed dict": (
        Bill,
        {"lines": [{"what": "tea", "count": "2"}], "paid": "2026-01-31"},
        {"lines": [{"what": "tea", "count": 2}], "paid": datetime.date(2026, 1, 31)},
    ),
    "list of typed dicts": (list[Line], [{"what": "tea"}], [{"what": "tea"}]),
    "annotated typed dicts": (Annotated[list[Line | None], Field(min_length=1)], [None], [None]),
    "literal": (Literal["yes", "no"], "no", "no"),
    "enum": (Colour, "green", Colour.GREEN),
    "int": (int, 3, 3),
    "int in quotes": (int, "3", 3),
    "float": (float, 3, 3.0),
    "bool": (bool, False, False),
    "str": (str, "x", "x"),
    "date": (datetime.date, "2026-01-31", datetime.date(2026, 1, 31)),
    "set": (set[int], [1, 1], {1}),
    "tree": (Node, {"name": "a", "children": [{"name": "b"}]}, Node(name="a", children=[Node(name="b")])),
    "root model": (Names, ["a"], Names(["a"])),
    "strict model": (
        Strict,
        {"day": "2026-01-31", "pair": [1, "a"]},
        Strict(day=datetime.date(2026, 1, 31), pair=(1, "a")),
    ),
    "anything": (Any, [1, {"a": None}], [1, {"a": None}]),
    "mapping that is a schema": ({"type": "array", "items": {"type": "integer"}}, [1], [1]),
    "empty schema": ({}, "x", "x"),
}


@pytest.mark.parametrize("name", VALUES)
def test_a_json_value_becomes_the_types_own(name: str) -> None:
    kind, given, wanted = VALUES[name]
    shape = shape_of(kind)
    assert shape.fit(given) == Parsed(wanted)
    assert shape.fit({"value": given} if shape.wrapped else given) == Parsed(wanted)


@pytest.mark.parametrize("name", VALUES)
def test_what_is_asked_for_is_always_an_object_and_stands_by_itself(name: str) -> None:
    schema = shape_of(VALUES[name][0]).schema
    text = json.dumps(schema)
    assert not schema or schema["type"] == "object"
    assert '"title"' not in text
    for reference in text.split('"$ref": "')[1:]:
        assert reference.split('"')[0].removeprefix("#/$defs/") in schema["$defs"]


def test_a_value_that_is_no_object_is_asked_for_inside_one() -> None:
    shape = shape_of(list[int])
    assert shape.wrapped
    assert shape.schema == {
        "type": "object",
        "properties": {"value": {"type": "array", "items": {"type": "integer"}}},
        "required": ["value"],
        "additionalProperties": False,
    }


def test_a_bare_value_whose_own_field_is_called_value_is_taken_too() -> None:
    held = create_model("Held", value=(int, ...))
    shape = shape_of(held | None)
    assert shape.fit({"value": 3}) == shape.fit({"value": {"value": 3}}) == Parsed(held(value=3))


def test_references_are_written_out_and_descriptions_stay() -> None:
    home = shape_of(create_model("Two", here=(Home, Field(description="now")), there=(Home, ...))).schema["properties"]
    inner = {
        "street": {"type": "string"},
        "number": {"anyOf": [{"type": "integer"}, {"type": "null"}], "default": None},
    }
    assert home["here"] == {"type": "object", "description": "now", "properties": inner, "required": ["street"]}
    assert home["there"]["description"] == "Where somebody lives."


def test_a_field_called_title_is_no_title() -> None:
    shape = shape_of(create_model("Book", title=(str, ...)))
    assert shape.schema["properties"] == {"title": {"type": "string"}}


def test_a_tree_keeps_its_reference() -> None:
    schema = shape_of(Node).schema
    assert schema["properties"]["children"]["items"] == {"$ref": "#/$defs/Node"}
    assert schema["$defs"]["Node"]["properties"]["children"]["items"] == {"$ref": "#/$defs/Node"}


def test_models_that_double_at_each_level_are_not_written_out() -> None:
    level: Any = Home
    for number in range(40):
        level = create_model(f"Level{number}", left=(level, ...), right=(level, ...))
    assert len(json.dumps(shape_of(level).schema)) < 20_000


def test_references_of_a_mapping_work_wherever_they_point() -> None:
    shape = shape_of(
        {
            "type": "array",
            "items": {"anyOf": [{"$ref": "#"}, {"$ref": "#/definitions/a~1b"}]},
            "definitions": {"a/b": {"type": "integer"}},
        }
    )
    assert shape.schema["properties"]["value"]["items"]["anyOf"] == [{"$ref": "#/$defs/Whole"}, {"type": "integer"}]
    assert shape.fit([[1, []], 2]) == Parsed([[1, []], 2])
    assert isinstance(shape.fit([["x"]]), Misfit)


def test_what_stands_beside_a_reference_holds_as_well() -> None:
    shape = shape_of(
        {
            "type": "object",
            "properties": {"n": {"$ref": "#/$defs/N", "maximum": 5}, "m": {"$ref": "#/$defs/N", "minimum": 3}},
            "$defs": {"N": {"type": "integer", "minimum": 1}},
        }
    )
    assert shape.schema["properties"]["n"] == {"type": "integer", "minimum": 1, "maximum": 5}
    assert shape.schema["properties"]["m"] == {"allOf": [{"type": "integer", "minimum": 1}, {"minimum": 3}]}


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (Person, "Person"),
        (list[Person], "list_Person"),
        (dict[str, Person], "dict_str_Person"),
        (Person | None, "Person"),
        (Home | Point, "Home_or_Point"),
        (Annotated[int, Field(gt=1)], "int"),
        (tuple[int, ...], "tuple_int"),
        (Literal["a"], "Literal"),
        (create_model("Größe"), "Gr_e"),
        (create_model("大"), "answer"),
        (create_model("X" * 200), "X" * 64),
        ({"type": "object", "title": "My answer!"}, "My_answer"),
        ({"type": "object"}, "answer"),
    ],
)
def test_services_get_a_name_they_take(kind: Any, name: str) -> None:
    assert shape_of(kind).name == name


def test_a_shape_is_itself_and_any_json_is_one() -> None:
    shape = shape_of(Person)
    assert shape_of(shape) is shape
    assert ANY_JSON.any_json
    assert shape_of(Any).any_json
    assert not shape.any_json


def test_a_mapping_that_changes_later_changes_no_shape() -> None:
    schema: dict[str, Any] = {"type": "object", "properties": {"a": {"type": "integer"}}}
    shape = shape_of(schema)
    schema["properties"]["a"]["type"] = "string"
    assert shape.fit({"a": 1}) == Parsed({"a": 1})


def test_a_default_that_json_cannot_write_warns_nobody() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        kind = create_model("Odd", x=(Any, object()))
        assert "default" not in json.dumps(shape_of(kind).schema)


class Recursive(TypedDict):
    inner: list[Recursive]


def _never_called(x: int) -> None:
    raise AssertionError(x)


def _deep() -> Mapping[str, Any]:
    schema: dict[str, Any] = {"type": "integer"}
    for _ in range(10_000):
        schema = {"type": "array", "items": schema}
    return schema


NO_SCHEMAS: dict[str, Any] = {
    "none": None,
    "text": "int",
    "number": 3,
    "instance": Home(street="x"),
    "object": object(),
    "function": _never_called,
    "built-in function": print,
    "class without fields for pydantic": functools.partial,
    "missing forward reference": list["Missing"],  # noqa: F821
    "mapping that is no schema": {"name": "str"},
    "mapping of types": {"type": int},
    "unknown type": {"type": "text"},
    "type in a field": {"type": "object", "properties": {"a": {"type": 3}}},
    "text for a schema": {"type": "object", "properties": {"a": "string"}},
    "required as a flag": {"type": "object", "required": True},
    "limit as text": {"type": "integer", "minimum": "1"},
    "pattern as number": {"type": "string", "pattern": 1},
    "items as list": {"type": "array", "items": [{"type": "integer"}]},
    "reference to nowhere": {"type": "object", "properties": {"a": {"$ref": "#/$defs/A"}}},
    "reference to elsewhere": {"$ref": "https://example.com/schema"},
    "reference to itself": {"$ref": "#"},
    "references in a ring": {
        "$ref": "#/$defs/A",
        "$defs": {"A": {"anyOf": [{"$ref": "#/$defs/B"}]}, "B": {"$ref": "#/$defs/A"}},
    },
    "not a number": {"type": "number", "minimum": float("nan")},
    "nested deeply": _deep(),
}


@pytest.mark.parametrize("name", NO_SCHEMAS)
def test_what_is_no_schema_is_refused_in_one_line(name: str) -> None:
    with pytest.raises(RequestError) as caught:
        shape_of(NO_SCHEMAS[name])
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 500


def test_pydantic_is_loaded_only_for_types() -> None:
    code = (
        "import sys, minimax_nb.structured as s; "
        "s.shape_of({'type': 'object', 'properties': {'a': {'type': 'string', 'pattern': 'x'}}}).fit({'a': 'x'}); "
        "print('pydantic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_a_validator_that_fails_in_its_own_way_is_a_misfit() -> None:
    class Faulty(BaseModel):
        x: int

        @field_validator("x")
        @classmethod
        def look(cls, value: int) -> int:
            return {}[value]  # type: ignore[no-any-return]

    result = shape_of(Faulty).fit({"x": 1})
    assert result == Misfit(("checking it failed with KeyError: 1",))
