"""Tables and arrays as text: shape, types, and a sample whose omissions are counted.

pandas, polars and numpy are recognised among the modules that are already loaded and never imported here: a value of
theirs cannot exist before they are.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

FIRST_ROWS, LAST_ROWS, COLUMNS = 10, 5, 20
_CELL = 80


@dataclass(frozen=True, slots=True)
class _Sample:
    """What is shown of a table: its true size, the shown columns' names and types, and the shown rows."""

    rows: int
    columns: int
    names: Sequence[object]
    types: Sequence[object]
    first: Iterable[Sequence[object]]
    last: Iterable[Sequence[object]]


def instance_of(value: object, module: str, *names: str) -> bool:
    """Whether the value is of one of these classes of a module, without importing it."""
    loaded = sys.modules.get(module)
    kinds = tuple(kind for name in names if isinstance(kind := getattr(loaded, name, None), type))
    return bool(kinds) and isinstance(value, kinds)


def table_text(value: Any) -> str | None:  # noqa: ANN401 - any value of a notebook
    """A data frame or series as a Markdown table; None for anything else.

    At most 15 rows (the first 10 and the last 5) and 20 columns are shown, and long cells are cut.
    """
    if instance_of(value, "pandas", "DataFrame"):
        return _markdown("DataFrame", _pandas(value))
    if instance_of(value, "pandas", "Series"):
        name = "value" if value.name is None else value.name
        return _markdown("Series", _pandas(value.to_frame(name)))
    if instance_of(value, "polars", "DataFrame"):
        return _markdown("DataFrame", _polars(value))
    if instance_of(value, "polars", "Series"):
        return _markdown("Series", _polars(value.to_frame()))
    return None


def _pandas(frame: Any) -> _Sample:  # noqa: ANN401
    rows, columns = frame.shape
    shown = frame.iloc[:, :COLUMNS]
    first, last = _cut(rows)
    return _Sample(
        rows,
        columns,
        ["" if frame.index.name is None else frame.index.name, *shown.columns],
        list(shown.dtypes),
        shown.iloc[:first].itertuples(index=True, name=None),
        shown.iloc[rows - last :].itertuples(index=True, name=None),
    )


def _polars(frame: Any) -> _Sample:  # noqa: ANN401
    rows, columns = frame.shape
    shown = frame.select(frame.columns[:COLUMNS])
    first, last = _cut(rows)
    numbered = (
        ((at, *row) for at, row in enumerate(shown.head(first).rows())),
        ((at, *row) for at, row in enumerate(shown.tail(last).rows(), rows - last)),
    )
    return _Sample(rows, columns, ["", *shown.columns], list(shown.dtypes), *numbered)


def _cut(rows: int) -> tuple[int, int]:
    """How many rows to show of the beginning and of the end."""
    return (rows, 0) if rows <= FIRST_ROWS + LAST_ROWS else (FIRST_ROWS, LAST_ROWS)


def _markdown(kind: str, sample: _Sample) -> str:
    left_rows = max(0, sample.rows - FIRST_ROWS - LAST_ROWS)
    left_columns = sample.columns - len(sample.types)
    rows, columns = _counted(sample.rows, "row"), _counted(sample.columns, "column")
    types = ", ".join(f"{_cell(name)} ({kind})" for name, kind in zip(sample.names[1:], sample.types, strict=True))
    lines = [
        f"{kind} of {rows}" + (f" and {columns}." if kind == "DataFrame" else "."),
        f"Types: {types or 'none'}.",
        "",
    ]
    lines += [_line(sample.names), "|" + " --- |" * len(sample.names), *map(_line, sample.first)]
    if left_rows:
        lines += ["|" + " ... |" * len(sample.names), *map(_line, sample.last)]
    if left_rows or left_columns:
        omitted = [_counted(left_rows, "row")] * bool(left_rows) + [_counted(left_columns, "column")] * bool(
            left_columns
        )
        lines += ["", f"({' and '.join(omitted)} left out.)"]
    return "\n".join(lines)


def _counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}" + ("" if count == 1 else "s")


def _line(cells: Sequence[object]) -> str:
    return "| " + " | ".join(map(_cell, cells)) + " |"


def _cell(value: object) -> str:
    """A cell's text: floats to ten digits, line breaks and pipes escaped, long ones cut."""
    text = format(value, ".10g") if isinstance(value, float) else str(value)
    if len(text) > _CELL:
        text = f"{text[: _CELL - 1]}…"
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\r", "").replace("\n", "\\n")


def array_text(value: Any) -> str | None:  # noqa: ANN401
    """A numpy array with its shape, its type and a sample of its values; None for anything else.

    A sample is at most a thousand values or so: fewer from each end the more dimensions there are, and beyond four
    dimensions only from the first block of four.
    """
    if not instance_of(value, "numpy", "ndarray"):
        return None
    shape = " x ".join(f"{length:,}" for length in value.shape) or "no dimensions"
    head = f"Array of shape {shape}, type {value.dtype}."
    if value.size <= _WHOLE_ARRAY:
        return f"{head}\n{_array(value, 0)}"
    block = value[(0,) * max(0, value.ndim - 4)]
    edge = _EDGES[block.ndim]
    shown = math.prod(min(length, 2 * edge) for length in block.shape) if block.size > _WHOLE_ARRAY else block.size
    said = f"{head} A sample of its {value.size:,} values:\n{_array(block, edge)}"
    return f"{said}\n({_counted(value.size - shown, 'value')} left out.)"


_WHOLE_ARRAY = 200
_EDGES = (0, 5, 5, 3, 2)
"""Values shown from each end of each dimension, by the number of dimensions."""


def _array(value: Any, edge: int) -> str:  # noqa: ANN401
    text = sys.modules["numpy"].array2string(value, threshold=_WHOLE_ARRAY, edgeitems=edge, max_line_width=120)
    return str(text)
