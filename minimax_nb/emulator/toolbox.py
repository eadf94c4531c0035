"""Values that fit a JSON Schema: numbers and words come from the prompt where it has them, in its order.

A schema that is itself wrong never stops a reply: what cannot be read in it is passed over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?!\w|\.\d)")
_NO_NAME = r"(?:What|Who|Which|Where|When|Why|How|This|That|There|These|Those|Here|It|He|She|They|The|My|Our|One)\b"
_NAME = r"[A-Z][\w-]+(?: [A-Z][\w-]+){0,2}"
_WORDS = re.compile(
    r"\"([^\"\n]{1,80})\"|(?<!\w)'([^'\n]{1,80})'|“([^”\n]{1,80})”"
    rf"|(?<=[\w,;:(] )({_NAME})"  # a name amid a sentence
    rf"|\b(?!{_NO_NAME})({_NAME})(?= (?:is|was|has|lives|works|aged|and)\b|,| \()"  # or one that begins it
)
_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_COUNT = re.compile(rf"\b({'|'.join(_COUNTS)})\b", re.IGNORECASE)
_DEPTH = 8
_NEAR = 2  # lists this near the top hold as many items as the prompt says
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
        self.words = [next(filter(None, groups)) for groups in _WORDS.findall(text)]
        counted = _COUNT.search(text)
        self.count = _COUNTS[counted[1].lower()] if counted else 1
        self.left = _MOST_VALUES

    def holds(self, word: str) -> bool:
        """Whether the prompt has that word."""
        return bool(re.search(rf"(?<!\w){re.escape(word.lower())}(?!\w)", self.lower))

    def hold(self, kind: str) -> bool:
        """Whether the prompt has something left for a value of that kind."""
        return {"string": bool(self.words), "integer": bool(self.numbers), "number": bool(self.numbers)}.get(kind, True)

    def number(self, schema: Mapping[str, Any]) -> float:
        """The next number of the prompt that the schema takes, or the least it takes."""
        least, most = _figure(schema, "minimum", -1e15), _figure(schema, "maximum", 1e15)
        for at, number in enumerate(self.numbers):
            if least <= number <= most:
                return self.numbers.pop(at)
        return max(least, min(1.0, most)) if "minimum" not in schema else least

    def word(self, name: str, schema: Mapping[str, Any]) -> str:
        """The next quoted text or name of the prompt, or a value that says what it stands for."""
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
    return several(schema, prompt, 1)[0]


def several(schema: Mapping[str, Any], prompt: str, number: int) -> list[Any]:
    """That many values that fit the schema, each with the next numbers and words of the prompt."""
    values = _Values(prompt, schema)
    made = []
    for _ in range(number):
        values.left = _MOST_VALUES
        made.append(_value("value", schema, values, 0))
    return made


def _value(name: str, schema: Mapping[str, Any], values: _Values, depth: int) -> Any:  # noqa: ANN401
    optional = _may_be_null(schema)
    schema = _resolved(schema, values.root)
    values.left -= 1
    if "const" in schema:
        return schema["const"]
    choices = schema.get("enum")
    if isinstance(choices, list) and choices:
        said = (choice for choice in choices if isinstance(choice, str) and values.holds(choice))
        return next(said, choices[0])
    if "default" in schema or (optional and not values.hold(_kind(schema))):
        return schema.get("default")
    match _kind(schema):
        case "object":
            return _object(schema, values, depth)
        case "array":
            return _array(name, schema, values, depth)
        case kind:
            return _plain(name, kind, schema, values)


def _may_be_null(schema: Mapping[str, Any]) -> bool:
    options = schema.get("anyOf")
    return isinstance(options, list) and any(isinstance(one, Mapping) and one.get("type") == "null" for one in options)


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
    most = max(int(_figure(schema, "maxItems", 6)), 0)
    number = least if depth >= _DEPTH else min(max(least, values.count if depth <= _NEAR else 1), max(most, least))
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
