"""Whether a JSON value obeys a JSON schema that a user wrote, and where it does not.

Checked are: type, enum, const, properties, required, additionalProperties, minProperties, maxProperties, items,
prefixItems, minItems, maxItems, uniqueItems, minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf,
minLength, maxLength, pattern, anyOf, oneOf, allOf, not, and ``$ref`` within the schema. Every other word, format among
them, is told to the model and not checked. A pattern that pydantic's expressions do not take (one that looks ahead) is
not checked either.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import cache
from typing import Any

from minimax_nb.errors import RequestError
from minimax_nb.structured.inlined import Path, below, target

Complaint = tuple[str, str]
"""Where in the value, and what is wrong there; "" is the whole value."""

_MOST = 50


def check_schema(schema: Mapping[str, Any]) -> None:
    """Refuse a JSON schema that says nothing a schema says, or something it cannot say.

    Raises:
        RequestError: One sentence that says where.
    """
    everything = list(_everything(schema))
    for path, part in everything:
        where = f" at {'/'.join(path)}" if path else ""
        if not isinstance(part, Mapping | bool):
            raise RequestError(f"The JSON schema has {str(part)[:40]!r} where a schema should stand{where}.")
        for word, fits, expected in _FORMS:
            if isinstance(part, Mapping) and word in part and not fits(part[word]):
                raise RequestError(f'"{word}" of the JSON schema should be {expected}{where}.')
    _check_loops(schema, [part for _, part in everything])


def _everything(root: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    """Every schema inside a schema, itself and what it refers to included, with the way to each."""
    seen: set[int] = set()
    pending: list[tuple[Path, Any]] = [((), root)]
    while pending:
        path, part = pending.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        yield path, part
        if isinstance(part, Mapping):
            pending += [((*path, *step), child) for step, child in below(part, definitions=True)]
            if "$ref" in part:
                pending.append(((str(part["$ref"]),), target(root, part["$ref"])))


def _check_loops(root: Mapping[str, Any], schemas: list[Any]) -> None:
    """Refuse a reference that comes back to itself without a step into the value: it could be followed for ever."""
    done: set[int] = set()

    def walk(schema: Any, above: frozenset[int]) -> None:  # noqa: ANN401
        if not isinstance(schema, Mapping) or id(schema) in done:
            return
        if id(schema) in above:
            raise RequestError("The JSON schema has a reference that leads only to itself.")
        here = above | {id(schema)}
        for step, child in below(schema):
            if step[0] in _SAME_VALUE:
                walk(child, here)
        if "$ref" in schema:
            walk(target(root, schema["$ref"]), here)
        done.add(id(schema))

    for schema in schemas:
        walk(schema, frozenset())


_SAME_VALUE = {"anyOf", "oneOf", "allOf", "not", "if", "then", "else"}


def complaints(value: object, schema: Mapping[str, Any]) -> list[Complaint]:
    """Where the value does not obey the schema, at most 50 places; none means it does."""
    try:
        return _Check(schema).of(value, schema, "")
    except RecursionError:
        return [("", "is nested too deeply to be checked")]


class _Check:
    """One value held against one schema; each part of the value meets each part of the schema once."""

    def __init__(self, root: Mapping[str, Any]) -> None:
        self.root = root
        self.known: dict[tuple[int, int], list[Complaint]] = {}

    def of(self, value: object, schema: Any, where: str) -> list[Complaint]:  # noqa: ANN401
        if isinstance(schema, bool):
            return [] if schema else [(where, "nothing is allowed here")]
        if not isinstance(value, dict | list):
            return self._fresh(value, schema, where)
        key = (id(value), id(schema))
        if key not in self.known:
            self.known[key] = self._fresh(value, schema, where)
        return self.known[key]

    def _fresh(self, value: object, schema: Mapping[str, Any], where: str) -> list[Complaint]:
        kinds = schema.get("type")
        if kinds is not None and not any(_KINDS[kind](value) for kind in _listed(kinds)):
            return [(where, f"should be {' or '.join(_listed(kinds))}, but is {_said(value)}")]
        found = [(where, wrong) for wrong in _plainly_wrong(value, schema)]
        if isinstance(value, dict):
            found += self._members(value, schema, where)
        elif isinstance(value, list):
            found += self._items(value, schema, where)
        return [*found, *self._combined(value, schema, where)][:_MOST]

    def _members(self, value: dict[str, Any], schema: Mapping[str, Any], where: str) -> Iterator[Complaint]:
        known = schema.get("properties", {})
        for name in schema.get("required", ()):
            if name not in value:
                yield _in(where, name), "is missing"
        others = schema.get("additionalProperties", True) if not schema.get("patternProperties") else True
        for name, held in value.items():
            if name in known:
                yield from self.of(held, known[name], _in(where, name))
            elif others is False:
                yield _in(where, name), "is not one of the fields"
            else:
                yield from self.of(held, others, _in(where, name))

    def _items(self, value: list[Any], schema: Mapping[str, Any], where: str) -> Iterator[Complaint]:
        first, others = schema.get("prefixItems", []), schema.get("items", True)
        for at, held in enumerate(value):
            yield from self.of(held, first[at] if at < len(first) else others, f"{where}[{at}]")

    def _combined(self, value: object, schema: Mapping[str, Any], where: str) -> Iterator[Complaint]:
        if "$ref" in schema:
            yield from self.of(value, target(self.root, schema["$ref"]), where)
        for part in schema.get("allOf", ()):
            yield from self.of(value, part, where)
        for word in ("anyOf", "oneOf"):
            if word in schema:
                tried = [self.of(value, part, where) for part in schema[word]]
                fitting = sum(not wrong for wrong in tried)
                if not fitting:
                    # what comes nearest speaks of a place deeper inside, and of the fewest
                    yield from min(tried, key=lambda wrong: (wrong[0][0] == where, len(wrong)), default=[])
                    if not tried:
                        yield where, "nothing is allowed here"
                elif word == "oneOf" and fitting > 1:
                    yield where, f"fits {fitting} of the forms, and may fit only one"
        if "not" in schema and not self.of(value, schema["not"], where):
            yield where, "has the one form it must not have"


def _plainly_wrong(value: Any, schema: Mapping[str, Any]) -> Iterator[str]:  # noqa: ANN401
    """What is wrong with the value itself."""
    if "const" in schema and not _same(value, schema["const"]):
        yield f"should be {_said(schema['const'])}, but is {_said(value)}"
    if "enum" in schema and not any(_same(value, one) for one in schema["enum"]):
        yield f"should be one of {', '.join(map(_said, schema['enum'][:30]))}, but is {_said(value)}"
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield from _beyond(value, schema, _NUMBER_LIMITS, "")
        step = schema.get("multipleOf")
        if step and not _divides(step, value):
            yield f"should be a multiple of {step}"
    elif isinstance(value, str):
        yield from _beyond(len(value), schema, _TEXT_LIMITS, " characters")
        if "pattern" in schema and not _matches(schema["pattern"], value):
            yield f"should match {schema['pattern']}"
    elif isinstance(value, list):
        yield from _beyond(len(value), schema, _LIST_LIMITS, " items")
        if schema.get("uniqueItems") and len({_canonical(item) for item in value}) < len(value):
            yield "has the same item twice"
    elif isinstance(value, dict):
        yield from _beyond(len(value), schema, _OBJECT_LIMITS, " fields")


def _divides(step: float, value: float) -> bool:
    try:
        return not Fraction(str(value)) % Fraction(str(step))
    except ValueError:  # more digits than Python turns into text
        return True


_Limits = Mapping[str, tuple[Callable[[Any, Any], bool], str]]
_LEAST: tuple[Callable[[Any, Any], bool], str] = (lambda value, limit: value < limit, "at least")
_MOST_OF: tuple[Callable[[Any, Any], bool], str] = (lambda value, limit: value > limit, "at most")
_NUMBER_LIMITS: _Limits = {
    "minimum": _LEAST,
    "maximum": _MOST_OF,
    "exclusiveMinimum": (lambda value, limit: value <= limit, "more than"),
    "exclusiveMaximum": (lambda value, limit: value >= limit, "less than"),
}
_TEXT_LIMITS: _Limits = {"minLength": _LEAST, "maxLength": _MOST_OF}
_LIST_LIMITS: _Limits = {"minItems": _LEAST, "maxItems": _MOST_OF}
_OBJECT_LIMITS: _Limits = {"minProperties": _LEAST, "maxProperties": _MOST_OF}


def _beyond(size: float, schema: Mapping[str, Any], limits: _Limits, unit: str) -> Iterator[str]:
    for word, (beyond, said) in limits.items():
        if word in schema and beyond(size, schema[word]):
            yield f"should be {said} {schema[word]}{unit}, but is {size}"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: object) -> bool:
    return _is_number(value) and float(value).is_integer() if isinstance(value, float) else _is_number(value)


_KINDS: Mapping[str, Callable[[object], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": _is_number,
    "integer": _is_whole,
}


def _canonical(value: object) -> str:
    """The value as text, the same for values that are the same in JSON; 1 and 1.0 are."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, sort_keys=True)


def _same(value: object, other: object) -> bool:
    return _canonical(value) == _canonical(other)


def _said(value: object) -> str:
    """The value, short, for a message."""
    if isinstance(value, dict | list):
        return "an object" if isinstance(value, dict) else "an array"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _in(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _listed(kinds: str | list[str]) -> list[str]:
    return [kinds] if isinstance(kinds, str) else kinds


@cache
def _expression(pattern: str) -> Callable[[str], bool]:
    """Whether a text matches; pydantic's expressions take time in proportion to the text, whatever it holds."""
    from pydantic_core import SchemaError, SchemaValidator, core_schema

    try:
        validator = SchemaValidator(core_schema.str_schema(pattern=pattern))
    except SchemaError:
        return lambda _: True
    return validator.isinstance_python


def _matches(pattern: str, text: str) -> bool:
    return _expression(pattern)(text)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _are_kinds(value: object) -> bool:
    kinds = [value] if isinstance(value, str) else value
    return isinstance(kinds, list) and all(isinstance(kind, str) and kind in _KINDS for kind in kinds)


_Form = tuple[str, Callable[[Any], bool], str]
_FORMS: tuple[_Form, ...] = (
    ("type", _are_kinds, f"one of {', '.join(_KINDS)}, or a list of such"),
    (
        "required",
        lambda names: isinstance(names, list) and all(isinstance(name, str) for name in names),
        "a list of names",
    ),
    ("enum", lambda values: isinstance(values, list), "a list"),
    ("pattern", lambda pattern: isinstance(pattern, str), "a text"),
    ("multipleOf", lambda step: _is_number(step) and step > 0, "a number above 0"),
    *((word, lambda held: isinstance(held, Mapping), "an object") for word in ("properties", "$defs", "definitions")),
    *(
        (word, lambda held: isinstance(held, list), "a list of schemas")
        for word in ("anyOf", "oneOf", "allOf", "prefixItems")
    ),
    *((word, _is_number, "a number") for word in _NUMBER_LIMITS),
    *((word, _is_count, "a whole number") for word in (*_TEXT_LIMITS, *_LIST_LIMITS, *_OBJECT_LIMITS)),
)

WORDS = {word for word, _, _ in _FORMS} | {
    *("items", "const", "not", "$ref", "additionalProperties", "uniqueItems"),
    *("$schema", "title", "description", "format", "patternProperties", "contains", "if"),
}
"""Words by which a mapping is known to be a schema."""
