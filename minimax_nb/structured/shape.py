"""What a reply must be: a name and a JSON schema for the model, and a check for what comes back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from minimax_nb.errors import RequestError
from minimax_nb.structured.inlined import inlined
from minimax_nb.structured.obeyed import WORDS, check_schema, complaints
from minimax_nb.structured.typed import typed

WRAPPER = "value"
"""The member that holds a value which is no object: services want an object's schema at the root."""

_UNFIT = re.compile(r"[^A-Za-z0-9]+")
_MOST_COMPLAINTS = 10


@dataclass(frozen=True, slots=True)
class Parsed:
    """A value that fits: of the user's own type where there is one, else plain JSON."""

    value: Any


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a value does not fit: a line for each place, and how many more there are."""

    lines: tuple[str, ...]
    more: int = 0


Fit = Callable[[Any], Parsed | Misfit]


@dataclass(frozen=True, slots=True)
class Shape:
    """What a reply must be.

    Attributes:
        name: What services and messages call it: letters, digits and "_", at most 64.
        schema: The JSON schema of the object that is asked for; empty where any JSON will do.
        wrapped: Whether the value is no object, and is asked for as the member "value" of one.
    """

    name: str
    schema: Mapping[str, Any]
    wrapped: bool
    _fit: Fit = field(repr=False, compare=False)

    @property
    def any_json(self) -> bool:
        """Whether any JSON will do."""
        return not self.schema

    def fit(self, value: object) -> Parsed | Misfit:
        """Hold a JSON value against the shape. One that should be wrapped is taken without its wrapper, too."""
        if not self.wrapped:
            return self._fit(value)
        if isinstance(value, dict) and set(value) == {WRAPPER}:
            inner = self._fit(value[WRAPPER])
            bare = inner if isinstance(inner, Parsed) else self._fit(value)
            return bare if isinstance(bare, Parsed) else inner
        return self._fit(value)


def shape_of(schema: object) -> Shape:
    """The shape that a schema asks for.

    Args:
        schema: A pydantic model, a dataclass, a TypedDict, an Enum, any type hint pydantic can read (``list[Model]``,
            ``dict[str, Model]``, ``Literal``, ``int``, ``Model | None``), or a mapping that is a JSON schema itself
            (:mod:`minimax_nb.structured.obeyed` says which of its words are checked). A shape is itself.

    Raises:
        RequestError: It is none of these.
    """
    if isinstance(schema, Shape):
        return schema
    try:
        return _written(schema) if isinstance(schema, Mapping) else _typed(schema)
    except RecursionError:
        raise RequestError("The schema is nested too deeply.") from None


def _written(schema: Mapping[str, Any]) -> Shape:
    try:
        own = json.loads(json.dumps(dict(schema), allow_nan=False))  # a copy that nobody changes later
    except (TypeError, ValueError) as error:
        raise RequestError(
            f"The schema is a mapping, but no JSON ({error}).", hint="A JSON schema holds plain values; or give a type."
        ) from None
    if own and not WORDS & own.keys():
        first = ", ".join(sorted(own)[:3])
        raise RequestError(
            f"The mapping given as schema has no word of a JSON schema, only {first}.",
            hint='One of an object begins {"type": "object", "properties": ...}; or give a type.',
        )
    check_schema(own)
    if "properties" in own:
        own.setdefault("type", "object")  # what is meant, and what services want said

    def fit(value: object) -> Parsed | Misfit:
        found = [f"{where}: {what}" if where else what for where, what in complaints(value, own)]
        return _misfit(found) if found else Parsed(value)

    return _shape(str(own.get("title") or "answer"), inlined(own, titles=True), fit)


def _typed(kind: object) -> Shape:
    name, schema, check = typed(kind)

    def fit(value: object) -> Parsed | Misfit:
        result, found = check(value)
        return _misfit(found) if found else Parsed(result)

    return _shape(name, inlined(schema), fit)


def _misfit(lines: list[str]) -> Misfit:
    return Misfit(tuple(lines[:_MOST_COMPLAINTS]), max(0, len(lines) - _MOST_COMPLAINTS))


def _shape(name: str, schema: dict[str, Any], fit: Fit) -> Shape:
    name = _UNFIT.sub("_", name).strip("_")[:64] or "answer"
    if not schema or schema.get("type") == "object":
        return Shape(name, schema, wrapped=False, _fit=fit)
    definitions = {"$defs": held} if (held := schema.pop("$defs", None)) else {}
    whole = {
        "type": "object",
        "properties": {WRAPPER: schema},
        "required": [WRAPPER],
        "additionalProperties": False,
        **definitions,
    }
    return Shape(name, whole, wrapped=True, _fit=fit)


ANY_JSON = Shape("JSON", {}, wrapped=False, _fit=Parsed)
"""Any JSON value at all."""
