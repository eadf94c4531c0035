"""What is wrong with a row of the user's file, in words: the place, and what is expected there."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields as fields_of
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from minimax_nb.catalog.nearest import did_you_mean, listed
from minimax_nb.catalog.rows import Face, MediaRow, Offer, Price, Provider, Row

_R = TypeVar("_R", bound=Row)
_INNER: dict[tuple[type[Row], str], type[Row]] = {
    (Provider, "faces"): Face,
    (Provider, "models"): Offer,
    (Provider, "media"): MediaRow,
    (Offer, "prices"): Price,
}


def validated(kind: type[_R], table: Mapping[str, Any]) -> tuple[_R | None, str, str]:
    """The row a user's table holds, or None with place and expectation of its first mistake, and a hint.

    It raises nothing, so that no traceback passes through a frame that holds the table.
    """
    try:
        return TypeAdapter(kind).validate_python(table), "", ""
    except ValidationError as error:
        return None, *first_complaint(error, kind)


def first_complaint(error: ValidationError, kind: type[Row]) -> tuple[str, str]:
    """Place and expectation of a row's first mistake, and a hint.

    The place is below the row's own; values are never part of it, since they may be secret.
    """
    found = error.errors(include_url=False, include_input=False, include_context=True)[0]
    place = [step for step in found["loc"] if step != "[key]"]
    name = str(place[-1]) if place else ""
    at = _dotted(place)
    if found["type"] in {"extra_forbidden", "unexpected_keyword_argument"}:
        fields = [field.name for field in fields_of(_row_at(kind, place[:-1]))]  # type: ignore[arg-type]
        return f"{at}: there is no such field.", did_you_mean(name, fields, otherwise=f"There are {listed(fields)}.")
    if "[key]" in found["loc"]:
        return f"{at}: there is no such protocol.", did_you_mean(name, ("anthropic", "openai"), otherwise=_PROTOCOLS)
    if found["type"] == "missing":
        return f"{at}: this field is missing.", _EXAMPLES.get(name, "")
    return f"{at}: {_expected(found['msg'])}.", _EXAMPLES.get(name, "")


_PROTOCOLS = "The protocols are anthropic and openai."
_EXAMPLES = {
    "base_url": 'Write an address such as "https://api.example.com/v1".',
    "faces": 'Name at least one protocol, such as faces.openai.base_url = "https://api.example.com/v1".',
    "keys": 'List the names of environment variables, such as ["MY_API_KEY"].',
}


def _expected(message: str) -> str:
    """Pydantic's words with the beginning made plain; they never hold the value itself."""
    return re.sub(r"^(?:Input should be|Value error,) ?", lambda m: "" if "error" in m[0] else "expected ", message)


def _dotted(place: Sequence[Any]) -> str:
    """A place as TOML writes it: names joined by dots, quoted where they need it, list positions in brackets."""
    at = ""
    for step in place:
        if isinstance(step, int):
            at += f"[{step}]"
        else:
            word = step if re.fullmatch(r"[\w-]+", step) else f'"{step}"'
            at += f".{word}" if at else word
    return at


def _row_at(kind: type[Row], place: Sequence[Any]) -> type[Row]:
    """The row class that a place leads to."""
    for step in place:
        kind = _INNER.get((kind, str(step)), kind)
    return kind
