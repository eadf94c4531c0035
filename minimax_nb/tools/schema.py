"""The JSON schema of a function's parameters, and what checks a value against it. pydantic does both.

Schemas are written out in full: what services make of ``$defs`` is documented nowhere. Only a type that holds itself
keeps its ``$ref``, since nothing else can say that.
"""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Optional

from minimax_nb.errors import ToolError
from minimax_nb.tools.signature import REQUIRED, Hinted

if TYPE_CHECKING:
    from pydantic import TypeAdapter

Schema = dict[str, Any]

_MAPS = ("properties", "patternProperties", "dependentSchemas")
_LISTS = ("anyOf", "oneOf", "allOf", "prefixItems")
_ONES = ("items", "additionalProperties", "not", "contains", "propertyNames", "if", "then", "else")
_NOISE = ("title", "discriminator")
"""Keywords a model has no use for: names made from names, and a pointer into ``$defs``."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a tool takes.

    Attributes:
        signature: The function's own.
        adapters: What checks each parameter's value, by name.
        required: Names that have no default.
        rest: The name of ``**options``, where the function has such; its adapter checks each of their values.
        schema: JSON schema of all arguments together, an object.
    """

    signature: inspect.Signature
    adapters: Mapping[str, TypeAdapter[Any]]
    required: frozenset[str]
    rest: str | None
    schema: Schema


def describe(
    signature: inspect.Signature, parameters: Sequence[Hinted], described: Mapping[str, str], tool: str
) -> Parameters:
    """What a tool takes, as a schema and as what checks it.

    Args:
        signature: The function's signature.
        parameters: Those of its parameters that a model may give.
        described: What the docstring says of them, by name.
        tool: The tool's name, for errors.

    Raises:
        ToolError: A parameter's type has no JSON schema.
    """
    from pydantic import TypeAdapter

    adapters = {parameter.name: _adapter(parameter, tool) for parameter in parameters}
    found, shared = TypeAdapter.json_schemas([(name, "validation", adapter) for name, adapter in adapters.items()])
    writer = _Inline(shared.get("$defs", {}))
    whole: Schema = {"type": "object", "properties": {}}
    for parameter in parameters:
        schema = writer.written(found[parameter.name, "validation"])
        if parameter.rest:
            whole["additionalProperties"] = schema or True
            continue
        if words := _own_words(parameter.hint) or described.get(parameter.name):
            schema["description"] = words
        schema |= _default(parameter, adapters[parameter.name])
        whole["properties"][parameter.name] = schema
    required = [parameter.name for parameter in parameters if parameter.default is REQUIRED and not parameter.rest]
    whole |= {"required": required} if required else {}
    whole.setdefault("additionalProperties", False)
    whole |= writer.definitions()
    rest = next((parameter.name for parameter in parameters if parameter.rest), None)
    return Parameters(signature, adapters, frozenset(required), rest, whole)


def _adapter(parameter: Hinted, tool: str) -> TypeAdapter[Any]:
    """What checks this parameter's values.

    Raises:
        ToolError: Its type has no JSON schema, or its default is pydantic's ``Field``.
    """
    from pydantic import TypeAdapter
    from pydantic.fields import FieldInfo

    if isinstance(parameter.default, FieldInfo):
        raise ToolError(
            f"The tool {tool}: the default of {parameter.name} is a Field.",
            hint=f"Write {parameter.name}: Annotated[TYPE, Field(...)], and the plain value as the default.",
        )
    # A parameter that is None by default takes None, also where the hint forgets to say so: models send null.
    forgets = parameter.default is None and parameter.hint is not Any
    hint: Any = Optional[parameter.hint] if forgets else parameter.hint  # noqa: UP045 - any hint at all
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(hint)
        adapter.json_schema()
    except Exception as error:
        if getattr(error, "code", "") == "typed-dict-version":
            way = "Import TypedDict from typing_extensions: before Python 3.12 only that one can be checked."
        else:
            way = f"Use a type that JSON can hold, or fix the value: functools.partial({tool}, {parameter.name}=...)."
        raise ToolError(f"The tool {tool}: the type of {parameter.name} has no JSON schema.", hint=way) from error
    return adapter


def _own_words(hint: Any) -> str:  # noqa: ANN401 - a type hint
    """What ``Annotated`` says of a parameter: a plain string, or a ``Field``'s description."""
    for said in getattr(hint, "__metadata__", ()) if typing.get_origin(hint) is Annotated else ():
        words = said if isinstance(said, str) else getattr(said, "description", None)
        if isinstance(words, str) and words:
            return words
    return ""


def _default(parameter: Hinted, adapter: TypeAdapter[Any]) -> Schema:
    """The default as the schema shows it; nothing for None, and for what JSON cannot hold."""
    if parameter.rest or parameter.default is REQUIRED or parameter.default is None:
        return {}
    try:
        return {"default": adapter.dump_python(parameter.default, mode="json", warnings=False)}
    except Exception:  # noqa: BLE001 - any object can be a default
        return {}


class _Inline:
    """Writes schemas out in full; remembers which definitions had to stay."""

    def __init__(self, definitions: Mapping[str, Schema]) -> None:
        self._all = definitions
        self._stay = {name for name in definitions if name in self._reached(name)}
        self._used: set[str] = set()

    def _reached(self, name: str) -> set[str]:
        """The definitions that one leads to, itself among them only if it holds itself."""
        seen: set[str] = set()
        pending = list(_references(self._all[name]))
        while pending:
            if (one := pending.pop()) not in seen:
                seen.add(one)
                pending += _references(self._all[one])
        return seen

    def definitions(self) -> Schema:
        """The definitions that stayed and are used, as the keyword to add to the schema."""
        written: Schema = {}
        while left := self._used - set(written):
            for name in sorted(left):
                written[name] = self.written(self._all[name])
        return {"$defs": written} if written else {}

    def written(self, schema: Any) -> Any:  # noqa: ANN401 - true and false are schemas as well
        """The schema without references and without what a model has no use for."""
        if not isinstance(schema, Mapping):
            return schema
        new = {key: value for key, value in schema.items() if key not in _NOISE}
        name = str(new.get("$ref", "")).removeprefix("#/$defs/")
        if name in self._stay:
            self._used.add(name)
        elif name:
            del new["$ref"]
            return self.written(self._all[name]) | self.written(new)
        for key in new.keys() & set(_MAPS):
            new[key] = {inner: self.written(value) for inner, value in new[key].items()}
        for key in new.keys() & set(_LISTS):
            new[key] = [self.written(value) for value in new[key]]
        for key in new.keys() & set(_ONES):
            new[key] = self.written(new[key])
        return new


def _references(schema: Any) -> Iterable[str]:  # noqa: ANN401 - any JSON value
    """The names of the definitions that a schema refers to."""
    if isinstance(schema, Mapping):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"].removeprefix("#/$defs/")
        for value in schema.values():
            yield from _references(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from _references(value)
