"""What is wrong with a row of the user's file, in words: the place, and what is expected there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields as fields_of
from typing import Any, NamedTuple, TypeVar

from pydantic import TypeAdapter, ValidationError

from minimax_nb.catalog.nearest import did_you_mean, listed
from minimax_nb.catalog.places import Place
from minimax_nb.catalog.rows import Face, MediaRow, Offer, Price, Provider, Row

_R = TypeVar("_R", bound=Row)
_INNER: dict[tuple[type[Row], str], type[Row]] = {
    (Provider, "faces"): Face,
    (Provider, "models"): Offer,
    (Provider, "media"): MediaRow,
    (Offer, "prices"): Price,
}


class Complaint(NamedTuple):
    """What is wrong with a table.

    Attributes:
        place: Where, below the table's own place; values are never part of it, since they may be secret.
        said: What is expected there, without a full stop.
        hint: One sentence that says what to do, or "".
    """

    place: Place
    said: str
    hint: str


def validated(kind: type[_R], table: Mapping[str, Any]) -> _R | Complaint:
    """The row a user's table holds, or its first mistake.

    It raises nothing, so that no traceback passes through a frame that holds the table.
    """
    try:
        return TypeAdapter(kind).validate_python(table)
    except ValidationError as error:
        return first_complaint(error, kind)


def first_complaint(error: ValidationError, kind: type[Row]) -> Complaint:
    """A row's first mistake."""
    found = error.errors(include_url=False, include_input=False, include_context=True)[0]
    place = tuple(step for step in found["loc"] if step != "[key]")
    name = str(place[-1]) if place else ""
    if found["type"] in {"extra_forbidden", "unexpected_keyword_argument"}:
        fields = [field.name for field in fields_of(_row_at(kind, place[:-1]))]  # type: ignore[arg-type]
        near = did_you_mean(name, fields, otherwise=f"There are {listed(fields)}.")
        return Complaint(place, "there is no such field", near)
    if "[key]" in found["loc"]:
        near = did_you_mean(name, ("anthropic", "openai"), otherwise=_PROTOCOLS)
        return Complaint(place, "there is no such protocol", near)
    if found["type"] == "missing":
        return Complaint(place, "this field is missing", _EXAMPLES.get(name, ""))
    said = _PLAINLY.get(found["type"]) or _expected(found["msg"])
    return Complaint(place, said, _EXAMPLES.get(name, ""))


_PROTOCOLS = "The protocols are anthropic and openai."
_PLAINLY = {"dataclass_type": "expected a table", "tuple_type": "expected a list", "dict_type": "expected a table"}
_EXAMPLES = {
    "base_url": 'Write an address such as "https://api.example.com/v1".',
    "faces": 'Name at least one protocol, such as faces.openai.base_url = "https://api.example.com/v1".',
    "plan_keys": 'List the beginnings, such as ["sk-cp-"].',
    "keys": 'List the names of environment variables, such as ["MY_API_KEY"].',
}


def _expected(message: str) -> str:
    """Pydantic's words with the beginning made plain; they never hold the value itself."""
    return re.sub(r"^(?:Input should be|Value error,) ?", lambda m: "" if "error" in m[0] else "expected ", message)


def _row_at(kind: type[Row], place: Sequence[Any]) -> type[Row]:
    """The row class that a place leads to."""
    for step in place:
        kind = _INNER.get((kind, str(step)), kind)
    return kind
