"""A call's arguments, checked against what the tool takes.

They are taken as JSON: "2026-11-20" is a date, a list may fill a set. Two habits of models are put right, and only
where the arguments do not fit as they are: a list wrapped as ``{"item": [...]}`` (seen of MiniMax-M3,
https://github.com/Toloka/tolokaforge/pull/177, read 2026-11-20), and a list or an object written as a string of JSON.
"""

from __future__ import annotations

import inspect
import json
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from minimax_nb.catalog.nearest import did_you_mean, listed
from minimax_nb.errors import ToolError
from minimax_nb.prompt.capped import capped_repr
from minimax_nb.tools.schema import Parameters, Schema

if TYPE_CHECKING:
    from pydantic import ValidationError

_COMPLAINTS = 12
"""Complaints told of one call."""

_LINE = 200
_TYPES: dict[str, type] = {"array": list, "object": dict}


class BadArgumentsError(ToolError):
    """Arguments that do not fit; the message has a line for each complaint and is meant for the model."""


def check(parameters: Parameters, arguments: Mapping[str, Any], tool: str) -> inspect.BoundArguments:
    """The arguments as the function takes them, ready for the call.

    Raises:
        BadArgumentsError: Some are missing, unknown or do not fit.
    """
    complaints = _missing_or_unknown(parameters, arguments)
    values: dict[str, Any] = {}
    for name, value in arguments.items():
        place = _place(parameters, name)
        if place is not None:
            found, wrong = _checked(parameters, place, name, value)
            values[name] = found
            complaints += wrong
    if complaints:
        told = complaints[:_COMPLAINTS]
        if len(complaints) > len(told):
            told.append(f"- and {len(complaints) - len(told)} more")
        raise BadArgumentsError("\n".join([f"The arguments do not fit {tool}:", *told]))
    return _bound(parameters, values)


def _place(parameters: Parameters, name: str) -> str | None:
    """The parameter that takes this name: its own, or the one for all others; never one that a partial has fixed."""
    if name == parameters.rest or name not in parameters.signature.parameters:
        return parameters.rest
    return name if name in parameters.adapters else None


def _missing_or_unknown(parameters: Parameters, arguments: Mapping[str, Any]) -> list[str]:
    names = [name for name in parameters.adapters if name != parameters.rest]
    complaints = [f"- {name}: missing" for name in names if name in parameters.required and name not in arguments]
    there_are = f"There are {listed(names, last='and')}." if names else "It takes no arguments."
    return complaints + [
        _short(f"- {name}: there is no such parameter. {did_you_mean(name, names, otherwise=there_are)}")
        for name in arguments
        if _place(parameters, name) is None
    ]


def _checked(parameters: Parameters, place: str, name: str, value: object) -> tuple[Any, list[str]]:
    """The value as the function takes it, or complaints about it."""
    from pydantic import ValidationError

    adapter = parameters.adapters[place]
    schema = parameters.schema["properties"].get(place) or parameters.schema["additionalProperties"]
    try:
        try:
            return adapter.validate_json(json.dumps(value)), []
        except ValidationError as error:
            mended = _mended(value, schema, parameters.schema.get("$defs", {}))
            if mended == value:
                return None, _told(name, error)
        try:
            return adapter.validate_json(json.dumps(mended)), []
        except ValidationError as error:
            return None, _told(name, error)
    except Exception as error:  # noqa: BLE001 - a type's own check is somebody's code
        return None, [_short(f"- {name}: could not be checked ({type(error).__name__}: {error})")]


def _told(name: str, error: ValidationError) -> list[str]:
    """A line for each thing wrong with a value: where, what was expected, what came."""
    lines = []
    for found in error.errors(include_url=False, include_context=False):
        at = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in found["loc"])
        expected = found["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
        came = f"expected {expected} (got {capped_repr(found['input'], 60)})"
        lines.append(_short(f"- {name}{at}: {'missing' if found['type'] == 'missing' else came}"))
    return lines


def _short(line: str) -> str:
    line = " ".join(line.split())
    return line if len(line) <= _LINE else f"{line[: _LINE - 3]}..."


def _mended(value: Any, schema: Any, definitions: Mapping[str, Schema]) -> Any:  # noqa: ANN401 - any JSON value
    """The value with wrapped lists and JSON in strings undone wherever the schema leaves no doubt."""
    forms = list(_forms(schema, definitions))
    wanted = {form.get("type") for form in forms}
    if isinstance(value, str) and "string" not in wanted and wanted & {"array", "object"}:
        value = _parsed(value, wanted)
    if isinstance(value, dict) and list(value) == ["item"] and "array" in wanted and "object" not in wanted:
        value = value["item"] if isinstance(value["item"], list) else [value["item"]]
    if isinstance(value, list):
        inner: Schema = next((form["items"] for form in forms if isinstance(form.get("items"), dict)), {})
        return [_mended(item, inner, definitions) for item in value]
    if isinstance(value, dict):
        known: dict[str, Any] = {}
        for form in forms:
            known |= form.get("properties", {})
        return {name: _mended(item, known.get(name, {}), definitions) for name, item in value.items()}
    return value


def _forms(schema: Any, definitions: Mapping[str, Schema]) -> Iterable[Schema]:  # noqa: ANN401 - true is a schema too
    """The alternatives that a schema allows, references followed."""
    if not isinstance(schema, dict):
        return
    if "$ref" in schema:
        yield from _forms(definitions.get(schema["$ref"].removeprefix("#/$defs/"), {}), definitions)
        return
    alternatives = schema.get("anyOf") or schema.get("oneOf")
    if not alternatives:
        yield schema
    for alternative in alternatives or ():
        yield from _forms(alternative, definitions)


def _parsed(text: str, wanted: set[str | None]) -> Any:  # noqa: ANN401 - any JSON value
    """The list or object that the text is JSON of, if one is wanted; else the text."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return found if any(isinstance(found, _TYPES[kind]) for kind in wanted & set(_TYPES) if kind) else text


def _bound(parameters: Parameters, values: Mapping[str, Any]) -> inspect.BoundArguments:
    """The values in the places of the function's signature."""
    signature = parameters.signature
    bound = inspect.BoundArguments(signature, OrderedDict())
    for name, parameter in signature.parameters.items():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            bound.arguments[name] = {key: value for key, value in values.items() if _place(parameters, key) == name}
        elif name in values:
            bound.arguments[name] = values[name]
        elif parameter.kind is inspect.Parameter.POSITIONAL_ONLY and parameter.default is not inspect.Parameter.empty:
            bound.arguments[name] = parameter.default  # a gap would move those after it
    return bound
