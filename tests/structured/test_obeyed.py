"""JSON schemas that users write themselves: what is checked of them, and how it is told."""

from __future__ import annotations

from typing import Any

import pytest

from minimax_nb.structured import Misfit, Parsed, shape_of

INT: dict[str, Any] = {"type": "integer"}
OBEYED: dict[str, tuple[dict[str, Any], list[Any], list[Any]]] = {
    # a schema, values that obey it, values that do not
    "object": ({"type": "object"}, [{}, {"a": 1}], [[], "x", None, 1]),
    "array": ({"type": "array"}, [[], [1]], [{}, "[]"]),
    "string": ({"type": "string"}, ["", "x"], [1, None, []]),
    "integer": (INT, [0, -3, 2.0], [1.5, True, "1", None]),
    "number": ({"type": "number"}, [1, 1.5], [False, "1"]),
    "boolean": ({"type": "boolean"}, [True, False], [0, 1, "true"]),
    "null": ({"type": "null"}, [None], [0, "", False]),
    "several types": ({"type": ["string", "null"]}, ["x", None], [1, []]),
    "enum": ({"enum": ["a", 1, None, [1]]}, ["a", 1, 1.0, None, [1]], ["b", True, [2]]),
    "const": ({"const": {"a": 1}}, [{"a": 1}], [{"a": 2}, {}, 1]),
    "const true": ({"const": True}, [True], [1, "true"]),
    "required": ({"type": "object", "required": ["a"]}, [{"a": None}], [{}, {"b": 1}]),
    "properties": ({"properties": {"a": INT}}, [{"a": 1}, {}, {"b": "x"}], [{"a": "x"}, 5]),
    "no others": ({"properties": {"a": INT}, "additionalProperties": False}, [{"a": 1}, {}], [{"b": 1}]),
    "properties inside": ({"items": {"properties": {"a": INT}}}, [[{"a": 1}, 5]], [[{"a": "x"}]]),
    "others of a kind": ({"additionalProperties": INT}, [{"a": 1}, {}], [{"b": "x"}]),
    "fields at least": ({"minProperties": 1}, [{"a": 1}], [{}]),
    "fields at most": ({"maxProperties": 1}, [{"a": 1}], [{"a": 1, "b": 1}]),
    "items": ({"items": INT}, [[], [1, 2]], [[1, "x"]]),
    "first items": ({"prefixItems": [INT, {"type": "string"}], "items": False}, [[1, "a"], [1]], [["a"], [1, "a", 2]]),
    "items at least": ({"minItems": 2}, [[1, 2]], [[1], []]),
    "items at most": ({"maxItems": 1}, [[1], []], [[1, 2]]),
    "unique items": ({"uniqueItems": True}, [[1, "1", True]], [[1, 1], [1, 1.0], [{"a": 1, "b": 2}, {"b": 2, "a": 1}]]),
    "at least": ({"minimum": 2}, [2, 3, "x"], [1, 1.9]),
    "at most": ({"maximum": 2}, [2, -1], [3, 2.1]),
    "more than": ({"exclusiveMinimum": 2}, [2.1], [2]),
    "less than": ({"exclusiveMaximum": 2}, [1.9], [2]),
    "multiple": ({"multipleOf": 0.1}, [0.3, 1, 1e300, 0], [0.35]),
    "characters at least": ({"minLength": 2}, ["ab", "äö"], ["a", ""]),
    "characters at most": ({"maxLength": 2}, ["ab", ""], ["abc"]),
    "pattern": ({"pattern": "^a+$"}, ["aa", 1], ["ab", ""]),
    "pattern that is not checked": ({"pattern": "^(?=x)"}, ["x", "y"], []),
    "any of": ({"anyOf": [INT, {"type": "null"}]}, [1, None], ["x"]),
    "any of nothing": ({"anyOf": []}, [], [1, None]),
    "one of": ({"oneOf": [INT, {"minimum": 5}]}, [1, 5.5, "x"], [7]),
    "all of": ({"allOf": [INT, {"minimum": 5}]}, [7], [1, 5.5]),
    "not": ({"not": INT}, ["x"], [1]),
    "never": ({"not": {}}, [], [1, {}, None, "x"]),
    "reference": ({"$ref": "#/$defs/A", "$defs": {"A": INT}}, [1], ["x"]),
    "tree": ({"type": "object", "properties": {"in": {"$ref": "#"}}}, [{"in": {"in": {}}}], [{"in": {"in": 1}}]),
}


@pytest.mark.parametrize("name", OBEYED)
def test_values_that_obey_are_taken_as_they_are(name: str) -> None:
    schema, good, _ = OBEYED[name]
    shape = shape_of(schema)
    for value in good:
        assert shape.fit(value) == Parsed(value)


@pytest.mark.parametrize("name", OBEYED)
def test_values_that_do_not_obey_are_told(name: str) -> None:
    schema, _, bad = OBEYED[name]
    shape = shape_of(schema)
    for value in bad:
        assert isinstance(shape.fit(value), Misfit), value


@pytest.mark.parametrize(
    ("schema", "value", "line"),
    [
        (INT, "x", 'should be integer, but is "x"'),
        ({"properties": {"a": {"items": INT}}}, {"a": [1, "x"]}, 'a[1]: should be integer, but is "x"'),
        ({"required": ["a"]}, {}, "a: is missing"),
        ({"enum": ["a", 1]}, "b", 'should be one of "a", 1, but is "b"'),
        ({"additionalProperties": False}, {"b": 1}, "b: is not one of the fields"),
        ({"maxItems": 1}, [1, 2], "should be at most 1 items, but is 2"),
        (
            {"anyOf": [INT, {"properties": {"a": INT}, "type": "object"}]},
            {"a": "x"},
            'a: should be integer, but is "x"',
        ),
        ({"type": ["object", "null"]}, [], "should be object or null, but is an array"),
    ],
)
def test_a_complaint_says_where_and_what(schema: dict[str, Any], value: Any, line: str) -> None:
    assert shape_of(schema).fit(value) == Misfit((line,))


def test_many_complaints_are_counted() -> None:
    result = shape_of({"items": INT}).fit(["x"] * 30)
    assert isinstance(result, Misfit)
    assert len(result.lines) == 10
    assert result.more == 20


def test_a_tree_that_branches_at_each_level_is_checked_once_a_node() -> None:
    schema = {"type": "object", "anyOf": [{"properties": {"in": {"$ref": "#"}}}] * 3, "additionalProperties": True}
    value: dict[str, Any] = {"in": 1}
    for _ in range(60):  # three to the power of sixty ways
        value = {"in": value}
    assert isinstance(shape_of(schema).fit(value), Misfit)


def test_a_value_too_deep_for_the_stack_is_a_misfit() -> None:
    value: Any = 1
    for _ in range(5_000):
        value = {"in": value}
    assert shape_of({"properties": {"in": {"$ref": "#"}}}).fit(value) == Misfit(("is nested too deeply to be checked",))


def test_a_pattern_that_hangs_other_engines_does_not_hang() -> None:
    assert isinstance(shape_of({"type": "string", "pattern": "^(a+)+$"}).fit("a" * 5_000 + "b"), Misfit)
