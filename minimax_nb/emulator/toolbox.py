"""Arguments that fit a JSON Schema: numbers and words come from the prompt where it has them.

A schema that is itself wrong never stops a reply: what cannot be read in it is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])")
_QUOTED = re.compile(r"\"([^\"\n]{1,80})\"|'([^'\n]{1,80})'|“([^”\n]{1,80})”")
_PLACE = re.compile(r"\b(?:in|for|at|from|to|of)\s+([A-Z][\w-]*(?:\s+[A-Z][\w-]*)?)")
_DEPTH = 8
_MOST_VALUES = 500
_FORMATS = {
    "date": "2026-01-31",
    "date-time": "2026-01-31T12:00:00Z",
    "time": "12:00:00Z",
    "email": "somebody@example.com",
    "uri": "https://example.com/",
    "uuid": "00000000-0000-4000-8000-000000000000",
}


class _Values:
    """Numbers and words of a prompt, each handed out once."""

    def __init__(self, prompt: str, root: Mapping[str, Any]) -> None:
        text = prompt[:4000]
        self.root = root
        self.lower = text.lower()
        self.numbers = [float(number) for number in _NUMBER.findall(text)]
        quoted = (next(filter(None, groups)) for groups in _QUOTED.findall(text))
        self.words = [*quoted, *_PLACE.findall(text)]
        self.left = _MOST_VALUES

    def holds(self, word: str) -> bool:
        """Whether the prompt has that word."""
        return bool(re.search(rf"(?<!\w){re.escape(word.lower())}(?!\w)", self.lower))

    def number(self, schema: Mapping[str, Any]) -> float:
        """The next number of the prompt that the schema takes, or the least it takes."""
        least, most = _figure(schema, "minimum", -1e15), _figure(schema, "maximum", 1e15)
        for at, number in enumerate(self.numbers):
            if least <= number <= most:
                return self.numbers.pop(at)
        return max(least, min(1.0, most)) if "minimum" not in schema else least

    def word(self, name: str, schema: Mapping[str, Any]) -> str:
        """The next quoted text or place of the prompt, or a value that says what it stands for."""
        if known := _FORMATS.get(str(schema.get("format"))):
            return known
        text = self.words.pop(0) if self.words else f"example {name}"
        least, most = _figure(schema, "minLength", 0), _figure(schema, "maxLength", 200)
        return text[: max(int(most), 0)].ljust(min(int(least), 200), "x")


def _figure(schema: Mapping[str, Any], name: str, otherwise: float) -> float:
    """A number of the schema."""
    value = schema.get(name)
    return float(value) if isinstance(value, int | float) and abs(value) < 1e300 else otherwise


def plausible(schema: Mapping[str, Any], prompt: str) -> Any:  # noqa: ANN401
    """A value that fits the schema.

    Args:
        schema: JSON Schema; local references, ``anyOf``, ``oneOf`` and ``allOf`` are followed, patterns are not.
        prompt: Where numbers and words are taken from.
    """
    return _value("value", schema, _Values(prompt, schema), 0)


def _value(name: str, schema: Mapping[str, Any], values: _Values, depth: int) -> Any:  # noqa: ANN401
    schema = _resolved(schema, values.root)
    values.left -= 1
    if "const" in schema:
        return schema["const"]
    choices = schema.get("enum")
    if isinstance(choices, list) and choices:
        said = (choice for choice in choices if isinstance(choice, str) and values.holds(choice))
        return next(said, choices[0])
    if "default" in schema:
        return schema["default"]
    match _kind(schema):
        case "object":
            return _object(schema, values, depth)
        case "array":
            return _array(name, schema, values, depth)
        case kind:
            return _plain(name, kind, schema, values)


def _plain(name: str, kind: str, schema: Mapping[str, Any], values: _Values) -> Any:  # noqa: ANN401
    """A value that holds no others."""
    match kind:
        case "integer":
            return int(values.number(schema))
        case "number":
            return values.number(schema)
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return values.word(name, schema)


def _kind(schema: Mapping[str, Any]) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "null")
    if kind is None:
        return "object" if "properties" in schema else "string"
    return str(kind)


def _object(schema: Mapping[str, Any], values: _Values, depth: int) -> dict[str, Any]:
    properties = schema.get("properties")
    if not isinstance(properties, Mapping) or depth > 2 * _DEPTH or values.left <= 0:
        return {}  # past these limits a schema that asks for itself has no finite value
    wanted = dict(properties)
    if depth >= _DEPTH:
        required = schema.get("required")
        wanted = {name: part for name, part in wanted.items() if isinstance(required, list) and name in required}
    return {name: _value(name, part, values, depth + 1) for name, part in wanted.items() if isinstance(part, Mapping)}


def _array(name: str, schema: Mapping[str, Any], values: _Values, depth: int) -> list[Any]:
    if depth > 2 * _DEPTH or values.left <= 0:
        return []
    items = schema.get("items")
    least = min(int(_figure(schema, "minItems", 0)), 5)
    number = least if depth >= _DEPTH else max(least, 1)
    part = items if isinstance(items, Mapping) else {"type": "string"}
    return [_value(name, part, values, depth + 1) for _ in range(number)]


def _resolved(schema: Mapping[str, Any], root: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema with its reference or its first alternative put in its place."""
    for _ in range(_DEPTH):
        reference = schema.get("$ref")
        if isinstance(reference, str):
            schema = _found(reference, root)
            continue
        for word in ("anyOf", "oneOf", "allOf"):
            listed = schema.get(word)
            options = [one for one in listed if isinstance(one, Mapping)] if isinstance(listed, list) else []
            if options:
                schema = next((one for one in options if one.get("type") != "null"), options[0])
                break
        else:
            return schema
    return schema


def _found(reference: str, root: Mapping[str, Any]) -> Mapping[str, Any]:
    """What ``#/$defs/Name`` points to; an unknown reference points to any string."""
    found: Any = root
    for step in reference.removeprefix("#").strip("/").split("/"):
        found = found.get(step) if isinstance(found, Mapping) else None
    return found if isinstance(found, Mapping) else {"type": "string"}
