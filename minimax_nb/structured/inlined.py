"""JSON schemas as a model reads them best: references written out, nothing in them that only tools need.

A reference that leads back to itself stays one, and its target stands in ``$defs``. So do all of them where writing
them out would make the schema larger than :data:`MOST` nodes: models nested in models can double it at each level.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from minimax_nb.errors import RequestError

MOST = 5_000
"""Nodes of a schema that is written out."""

_MAPS = ("properties", "patternProperties", "dependentSchemas")
_DEFINITIONS = ("$defs", "definitions")
_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_ONES = (
    *("items", "additionalProperties", "not", "contains", "propertyNames", "if", "then", "else"),
    *("unevaluatedItems", "unevaluatedProperties"),
)
_UNTOLD = ("$schema", "$id", "$comment", "discriminator", *_DEFINITIONS)
_UNFIT = re.compile(r"[^A-Za-z0-9_.\-]+")

Path = tuple[str, ...]


def inlined(schema: Mapping[str, Any], *, titles: bool = False) -> dict[str, Any]:
    """The schema with its references written out.

    Args:
        schema: A JSON schema; its references lead to itself ("#...").
        titles: Whether titles are kept. Those that pydantic makes say nothing that the names do not say.

    Raises:
        RequestError: A reference leads nowhere or only to itself.
    """
    return _Inlining(schema, titles=titles).whole()


def below(schema: Mapping[str, Any], *, definitions: bool = False) -> Iterator[tuple[Path, Any]]:
    """The schemas directly inside a schema, with the way to each."""
    for word in _MAPS + _DEFINITIONS * definitions:
        held = schema.get(word)
        for name, child in held.items() if isinstance(held, Mapping) else ():
            yield (word, name), child
    for word in _LISTS:
        held = schema.get(word)
        for at, child in enumerate(held if isinstance(held, list) else ()):
            yield (word, str(at)), child
    for word in _ONES:
        if word in schema:
            yield (word,), schema[word]


def target(root: Mapping[str, Any], reference: object) -> Any:  # noqa: ANN401
    """The schema a reference leads to.

    Raises:
        RequestError: It leads nowhere, or out of the schema.
    """
    if isinstance(reference, str) and (reference == "#" or reference.startswith("#/")):
        found: Any = root
        for step in reference.split("/")[1:]:
            name = unquote(step).replace("~1", "/").replace("~0", "~")
            if isinstance(found, list) and name.isdecimal() and int(name) < len(found):
                found = found[int(name)]
            else:
                found = found.get(name) if isinstance(found, Mapping) else None
        if isinstance(found, Mapping | bool):
            return found
    raise RequestError(f"The JSON schema has a reference that leads nowhere: {str(reference)[:80]!r}.")


class _Inlining:
    """One schema being written out.

    Attributes:
        kept: References that stay, and the names of their targets in ``$defs``.
    """

    def __init__(self, schema: Mapping[str, Any], *, titles: bool) -> None:
        self.root, self.titles = schema, titles
        self.leads: dict[str, set[str]] = {}
        self._follow(schema)
        circular = {name for name in self.leads if name in self._reached(name)}
        self.kept: dict[str, str] = {}
        self._keep(circular)
        if self._size(schema, {}) > MOST:
            self._keep(set(self.leads))

    def _keep(self, references: set[str]) -> None:
        for reference in sorted(references - set(self.kept)):
            name = base = _UNFIT.sub("_", unquote(reference.rpartition("/")[2])).strip("#_") or "Whole"
            number = 1
            while name in self.kept.values():
                number += 1
                name = f"{base}{number}"
            self.kept[reference] = name

    def _follow(self, schema: Mapping[str, Any]) -> None:
        """Note which references lead to which."""
        pending = set(_references(schema))
        while pending:
            reference = pending.pop()
            if reference not in self.leads:
                self.leads[reference] = set(_references(target(self.root, reference)))
                pending |= self.leads[reference]

    def _reached(self, reference: str) -> set[str]:
        seen: set[str] = set()
        pending = list(self.leads[reference])
        while pending:
            name = pending.pop()
            if name not in seen:
                seen.add(name)
                pending += self.leads[name]
        return seen

    def _size(self, schema: Any, known: dict[str, int]) -> int:  # noqa: ANN401
        """How many nodes the schema has when it is written out."""
        if not isinstance(schema, Mapping):
            return 1
        size = 1 + sum(self._size(child, known) for _, child in below(schema))
        reference = schema.get("$ref")
        if reference is not None and reference not in self.kept:
            if reference not in known:
                known[reference] = self._size(target(self.root, reference), known)
            size += known[reference]
        return size

    def whole(self) -> dict[str, Any]:
        schema: dict[str, Any] = self._written(self.root)
        met: set[str] = set()
        while reference := schema.pop("$ref", None):  # services want an object's schema at the root, not a reference
            if reference in met:
                raise RequestError(f"The JSON schema has a reference that leads only to itself: {reference[:80]!r}.")
            met.add(reference)
            origin = next(name for name, kept in self.kept.items() if reference == f"#/$defs/{kept}")
            schema = self._written(target(self.root, origin)) | schema
        if self.kept:
            schema["$defs"] = {name: self._written(target(self.root, at)) for at, name in self.kept.items()}
        return schema

    def _written(self, schema: Any) -> Any:  # noqa: ANN401
        if not isinstance(schema, Mapping):
            return schema
        untold = _UNTOLD if self.titles else (*_UNTOLD, "title")
        said = {word: value for word, value in schema.items() if word not in untold}
        changed = _each_below(said, self._written)
        reference = changed.get("$ref")
        if reference in self.kept:
            changed["$ref"] = f"#/$defs/{self.kept[reference]}"
        elif reference is not None:
            del changed["$ref"]
            changed = _merged(self._written(target(self.root, reference)), changed)
        parts = changed.get("allOf")
        if isinstance(parts, list) and len(parts) == 1 and isinstance(parts[0], dict):
            del changed["allOf"]
            changed = _merged(parts[0], changed)
        return changed


def _merged(schema: Any, beside: dict[str, Any]) -> Any:  # noqa: ANN401
    """A schema and what stood beside the reference to it; where both speak of the same, both hold."""
    if not isinstance(schema, dict):
        return {"allOf": [schema], **beside} if beside else schema
    spoken = {"description", "title", "default", "examples"}
    if any(word in schema and schema[word] != beside[word] for word in beside if word not in spoken):
        return {"allOf": [schema, beside]}
    return schema | beside


def _each_below(schema: Mapping[str, Any], change: Callable[[Any], Any]) -> dict[str, Any]:
    """The schema with each schema directly inside it changed."""
    changed = dict(schema)
    for path, child in below(schema):
        if len(path) == 1:
            changed[path[0]] = change(child)
            continue
        word, name = path
        if changed[word] is schema[word]:
            changed[word] = schema[word].copy()
        changed[word][int(name) if isinstance(changed[word], list) else name] = change(child)
    return changed


def _references(schema: Any) -> Iterator[str]:  # noqa: ANN401
    if isinstance(schema, Mapping):
        if "$ref" in schema:
            yield schema["$ref"]
        for _, child in below(schema):
            yield from _references(child)
