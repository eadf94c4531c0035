"""Data frames, series and arrays in a prompt."""

from __future__ import annotations

import sys
import types

import numpy as np
import pandas as pd
import pytest

from tests.prompt.values import text


def test_a_small_table_is_whole() -> None:
    frame = pd.DataFrame({"city": ["Ulm", "Aachen"], "size": [1.5, 2.25]}, index=["u", "a"])
    assert text(frame).splitlines() == [
        "DataFrame of 2 rows and 2 columns.",
        f"Types: city ({frame['city'].dtype}), size (float64).",
        "",
        "|  | city | size |",
        "| --- | --- | --- |",
        "| u | Ulm | 1.5 |",
        "| a | Aachen | 2.25 |",
    ]


def test_a_long_table_shows_its_ends_and_counts_the_rest() -> None:
    said = text(pd.DataFrame({"a": range(1_000)}))
    rows = [line for line in said.splitlines() if line.startswith("| ")]
    assert [row.split(" | ")[1].strip(" |") for row in rows[2:12]] == [str(number) for number in range(10)]
    assert rows[12] == "| ... | ... |"
    assert len(rows) == 2 + 10 + 1 + 5
    assert [row.split(" | ")[1].strip(" |") for row in rows[-5:]] == [str(number) for number in range(995, 1000)]
    assert "DataFrame of 1,000 rows and 1 column." in said
    assert "(985 rows left out.)" in said


def test_a_wide_table_shows_twenty_columns_and_counts_the_rest() -> None:
    said = text(pd.DataFrame(np.zeros((20, 33)), columns=[f"c{number}" for number in range(33)]))
    assert "c19 (float64)" in said
    assert "c20" not in said
    assert "(5 rows and 13 columns left out.)" in said
    assert {line.count("|") for line in said.splitlines() if line.startswith("|")} == {22}


def test_cells_cannot_break_the_table() -> None:
    said = text(pd.DataFrame({"a|b": ["x|y", "line\r\nbreak", "z" * 500, None]}))
    lines = said.splitlines()
    assert "a\\|b" in lines[3]
    assert "x\\|y" in lines[5]
    assert "line\\nbreak" in lines[6]
    assert "z" * 79 + "…" in lines[7]
    assert len(lines) == 9


def test_series_named_indexes_and_odd_columns() -> None:
    series = pd.Series([1, 2], name="score", index=pd.Index(["a", "b"], name="who"))
    assert "Series of 2 rows." in text(series)
    assert "| who | score |" in text(series)
    assert "| 0 | 7 |" in text(pd.Series([7]))  # a series without a name
    twice = pd.DataFrame([[1, 2]], columns=["same", "same"])
    assert "|  | same | same |" in text(twice)
    levels = pd.DataFrame({("a", "b"): [1]})
    assert "('a', 'b')" in text(levels)


class PolarsFrame:
    """As much of a polars data frame as the kit asks for: polars itself is no dependency of the tests."""

    def __init__(self, columns: dict[str, list[object]]) -> None:
        self._columns = columns
        self.columns = list(columns)
        self.dtypes = ["Int64" for _ in columns]
        self.shape = (max(map(len, columns.values()), default=0), len(columns))

    def select(self, names: list[str]) -> PolarsFrame:
        return PolarsFrame({name: self._columns[name] for name in names})

    def head(self, rows: int) -> PolarsFrame:
        return PolarsFrame({name: cells[:rows] for name, cells in self._columns.items()})

    def tail(self, rows: int) -> PolarsFrame:
        return PolarsFrame({name: cells[len(cells) - rows :] for name, cells in self._columns.items()})

    def rows(self) -> list[tuple[object, ...]]:
        return list(zip(*self._columns.values(), strict=True))


def test_a_polars_table_looks_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    polars = types.ModuleType("polars")
    polars.DataFrame = PolarsFrame  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "polars", polars)
    said = text(PolarsFrame({"a": list(range(20)), "b": list(range(20))})).splitlines()
    assert said[:6] == [
        "DataFrame of 20 rows and 2 columns.",
        "Types: a (Int64), b (Int64).",
        "",
        "|  | a | b |",
        "| --- | --- | --- |",
        "| 0 | 0 | 0 |",
    ]
    assert said[-3:] == ["| 19 | 19 | 19 |", "", "(5 rows left out.)"]
    assert len(text(PolarsFrame({"a": [1]})).splitlines()) == 6


def test_an_empty_table_is_no_error() -> None:
    assert "DataFrame of 0 rows and 0 columns." in text(pd.DataFrame())
    assert "DataFrame of 0 rows and 1 column." in text(pd.DataFrame({"a": []}))


def test_a_table_is_bounded_however_large() -> None:
    frame = pd.DataFrame({f"c{number}": ["x" * 1_000] * 2_000 for number in range(60)})
    assert len(text(frame)) < 40_000


def test_arrays_have_their_shape_type_and_a_sample() -> None:
    small = text(np.array([[1.5, 2.0], [3.0, 4.0]]))
    assert small.splitlines()[0] == "Array of shape 2 x 2, type float64."
    assert "1.5" in small
    large = text(np.arange(1_000_000))
    assert "Array of shape 1,000,000, type int64. A sample of its 1,000,000 values:" in large
    assert "999999" in large
    assert len(large) < 500
    assert "2 x 3 x 4" in text(np.zeros((2, 3, 4)))
