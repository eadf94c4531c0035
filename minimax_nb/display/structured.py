"""A structured reply's value as tables: pure functions, the same text for the same value.

Records are pydantic models, dataclasses, named tuples and mappings; neither pydantic nor anything else is imported for
them. All that a model wrote, names of fields included, is escaped, and what a table leaves out is told below it.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any

from minimax_nb.display.grid import table
from minimax_nb.display.safe import safe_line

Both = tuple[str, str]
"""The same as plain text and as Markdown."""

FIRST_ROWS, LAST_ROWS, COLUMNS, FIELDS, SUBTABLES = 40, 10, 16, 60, 5
_CELL, _NAME, _TEXT = 120, 60, 10_000
_KEY = "(key)"  # no field of a Python class is called that
_FLAT_LEVELS, _FLAT_FIELDS, _DEEPEST = 2, 12, 8
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LISTS = (list, tuple, set, frozenset)


def parsed_table(value: Any) -> Both:  # noqa: ANN401 - any value
    """The value as plain text and as Markdown.

    A list of records, and a mapping of names to records of one kind, is a table with a column for each field; records
    inside a record have dotted names, other nested values are compact JSON. One record is a table of its fields, and
    lists of records inside it are tables of their own below. Anything else is its text. At most 50 rows (the first 40
    and the last 10), 16 columns, 60 fields, 5 inner tables and 120 characters a cell are shown.
    """
    value = _unrooted(value)
    if _is_list(value):
        return _of_items(list(value)) if value else _remark("(an empty list)")
    record = _record(value)
    if record is None:
        return _of_text(_scalar(value, _TEXT))
    if not record:
        return _remark("(no fields)")
    if _alike(value, record):
        return _of_rows([{_KEY: name, **_row(held)} for name, held in _ends(list(record.items()))], len(record))
    return _of_record(record)


# -- tables ----------------------------------------------------------------------------------------------------------


def _of_items(items: list[Any]) -> Both:
    return _of_rows([_row(item) for item in _ends(items)], len(items))


def _ends(items: list[Any]) -> list[Any]:
    """The items that are shown."""
    return items if len(items) <= FIRST_ROWS + LAST_ROWS else items[:FIRST_ROWS] + items[-LAST_ROWS:]


def _row(item: object) -> dict[str, Any]:
    """An item's columns; one that is no record has the column "value"."""
    record = _record(_unrooted(item))
    return dict(_flat(record, "", _FLAT_LEVELS)) if record is not None else {"value": item}


def _flat(record: Mapping[str, Any], before: str, levels: int) -> Iterator[tuple[str, Any]]:
    """The fields of a record, with those of the records in it under dotted names."""
    for name, held in record.items():
        inner = _record(held) if levels else None
        if inner and len(inner) <= _FLAT_FIELDS:
            yield from _flat(inner, f"{before}{name}.", levels - 1)
        else:
            yield before + name, held


def _of_rows(rows: list[dict[str, Any]], count: int) -> Both:
    """A table of these rows, the ends of ``count``."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    shown = names[:COLUMNS]
    cells = [[_cell(row[name]) if name in row else "" for name in shown] for row in rows]
    left = []
    if count > len(rows):
        cells.insert(FIRST_ROWS, ["…"] * len(shown))
        left.append(_counted(count - len(rows), "row"))
    if len(names) > len(shown):
        more = ", ".join(_cut(name, _NAME) for name in names[COLUMNS : COLUMNS + 5])
        ending = ", …" if len(names) > COLUMNS + 5 else ""
        left.append(f"{_counted(len(names) - len(shown), 'column')} ({more}{ending})")
    both = table([_cut(name, _NAME) for name in shown] or ["value"], cells if shown else [["{}"] for _ in rows])
    return _below(both, _remark(f"({' and '.join(left)} left out.)")) if left else both


def _of_record(record: Mapping[str, Any]) -> Both:
    """A table of one record's fields, and below it a table for each list of records in it."""
    fields = list(_flat(record, "", _FLAT_LEVELS))
    inner = {name: list(held) for name, held in fields[:FIELDS] if _is_list(held) and _all_records(held)}
    inner = dict(list(inner.items())[:SUBTABLES])
    rows = [
        (_cut(name, _NAME), f"{_counted(len(inner[name]), 'row')}, below" if name in inner else _cell(held))
        for name, held in fields[:FIELDS]
    ]
    both = table(("field", "value"), rows)
    if len(fields) > FIELDS:
        both = _below(both, _remark(f"({_counted(len(fields) - FIELDS, 'field')} left out.)"))
    for name, items in inner.items():
        title = _cut(name, _NAME)
        both = _below(both, (f"{_sane(title)}:", f"**{safe_line(title)}**"), _of_items(items))
    return both


def _below(*pieces: Both) -> Both:
    return "\n\n".join(plain for plain, _ in pieces), "\n\n".join(markdown for _, markdown in pieces)


def _remark(text: str) -> Both:
    return _sane(text), f"*{safe_line(text)}*"


def _of_text(text: str) -> Both:
    """A text that is the whole value: its lines stay lines."""
    lines = _sane(text).split("\n")
    return "\n".join(lines), "  \n".join(map(safe_line, lines))


# -- records ---------------------------------------------------------------------------------------------------------


def _record(value: Any) -> dict[str, Any] | None:  # noqa: ANN401
    """The fields of a record by name, or None if the value is none. Fields that are kept out of its repr stay out."""
    kind = type(value)
    if isinstance(value, Mapping):
        return {_scalar(name, _TEXT): held for name, held in value.items()}
    fields = getattr(kind, "model_fields", None)
    if isinstance(fields, Mapping) and not isinstance(value, type):
        extra = getattr(value, "__pydantic_extra__", None) or {}
        return {name: getattr(value, name, None) for name, field in fields.items() if field.repr} | extra
    if dataclasses.is_dataclass(kind):
        return {field.name: getattr(value, field.name, None) for field in dataclasses.fields(kind) if field.repr}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        return dict(value._asdict())
    return None


def _unrooted(value: Any) -> Any:  # noqa: ANN401
    """What a pydantic root model holds; any other value is itself."""
    return value.root if getattr(type(value), "__pydantic_root_model__", False) else value


def _is_list(value: object) -> bool:
    return isinstance(value, _LISTS) and not hasattr(value, "_asdict")


def _all_records(items: Sequence[object]) -> bool:
    return bool(items) and all(_record(item) is not None for item in items)


def _alike(value: object, record: Mapping[str, Any]) -> bool:
    """Whether a mapping's values are records of one kind, so that it is a table with a key."""
    if not isinstance(value, Mapping) or len(record) < 2:
        return False
    names = [None if (one := _record(held)) is None else list(one) for held in record.values()]
    return bool(names[0]) and all(one == names[0] for one in names)


# -- cells -----------------------------------------------------------------------------------------------------------


def _cell(value: object) -> str:
    value = _unrooted(value)
    if not _is_list(value) and _record(value) is None:
        return _scalar(value, _CELL)
    text, room = "", _CELL + 1
    for piece in _compact(value, _DEEPEST):
        text += piece
        if len(text) > room:
            break
    return _cut(text, _CELL)


def _compact(value: Any, levels: int) -> Iterator[str]:  # noqa: ANN401
    """A nested value in the manner of JSON, piece by piece, so that no more is made than is shown."""
    value = _unrooted(value)
    record = _record(value)
    if not levels and (record or _is_list(value)):
        yield "…"
    elif record is not None:
        for at, (name, held) in enumerate(record.items()):
            yield f"{', ' if at else '{'}{json.dumps(_cut(name, _NAME), ensure_ascii=False)}: "
            yield from _compact(held, levels - 1)
        yield "}" if record else "{}"
    elif _is_list(value):
        yield "["
        for at, held in enumerate(value):
            yield ", " * bool(at)
            yield from _compact(held, levels - 1)
        yield "]"
    else:
        text = _scalar(value, _CELL)
        plain = value is None or (isinstance(value, bool | int | float) and not isinstance(value, Enum))
        yield text if plain else json.dumps(text, ensure_ascii=False)


def _scalar(value: Any, most: int) -> str:  # noqa: ANN401
    """One value as a reader would write it, at most ``most`` characters of it."""
    if isinstance(value, Enum):
        value = value.value
    try:
        text = _WORDS[value] if value is None or isinstance(value, bool) else _written(value)
    except Exception as error:  # noqa: BLE001 - any class's own code runs here
        text = f"<{type(value).__name__}, whose text raised {type(error).__name__}>"
    return _cut(text, most)


_WORDS = {None: "null", True: "true", False: "false"}


def _written(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, float):
        return format(value, ".12g")
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    return _counted(len(value), "byte") if isinstance(value, bytes | bytearray) else str(value)


def _cut(text: str, most: int) -> str:
    """The text, or its beginning and how much of it is left out."""
    if len(text) <= most:
        return text
    tail = "…" if most < _TEXT else f"… ({len(text) - most:,} characters left out)"
    return f"{text[: most - 1]}{tail}"


def _sane(text: str) -> str:
    """The text without control characters, which would move a terminal's cursor."""
    return _CONTROL.sub("\ufffd", text.replace("\r\n", "\n"))


def _counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}" + ("" if count == 1 else "s")
