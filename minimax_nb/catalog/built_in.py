"""The kit's own tables as rows, without validation: they are tested, and every kernel reads them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from minimax_nb.catalog.rows import Face, MediaRow, Model, Offer, Price, Provider, Row

_R = TypeVar("_R", bound=Row)


def _floats(values: list[Decimal | int]) -> tuple[float, ...]:
    return tuple(map(float, values))


def _amount(value: Decimal | int) -> Decimal:
    return Decimal(value)


_CONVERTED: dict[type[Row], dict[str, Callable[[Any], Any]]] = {
    Price: dict.fromkeys(("input", "output", "cache_read", "cache_write"), _amount),
    Model: {
        "inputs": tuple,
        "efforts": tuple,
        "formats": tuple,
        "temperature": _floats,
        "top_p": _floats,
        "default_top_p": float,
    },
    Offer: {
        "prices": lambda rows: tuple(row_of(Price, row) for row in rows),
        "priority_factor": _amount,
        "faces": tuple,
    },
    Face: {"temperature": _floats, "penalties": _floats, "takes": tuple, "tool_choices": tuple, "formats": tuple},
    MediaRow: {},
    Provider: {
        "keys": tuple,
        "plan_keys": tuple,
        "faces": lambda tables: {name: row_of(Face, table) for name, table in tables.items()},
        "models": lambda tables: {name: row_of(Offer, table) for name, table in tables.items()},
        "media": lambda table: row_of(MediaRow, table),
    },
}


def row_of(kind: type[_R], table: Mapping[str, Any]) -> _R:
    """The row that a table of the kit's own holds."""
    converted = _CONVERTED[kind]
    return kind(**{name: converted[name](value) if name in converted else value for name, value in table.items()})
