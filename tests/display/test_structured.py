"""Structured replies as tables: what a reader sees of records, lists and single values."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, Field, RootModel, SecretStr, create_model

from minimax_nb.display.structured import COLUMNS, FIELDS, FIRST_ROWS, LAST_ROWS, parsed_table
from tests.display.hostile import HOSTILE
from tests.display.judges import complaints


class Home(BaseModel):
    street: str
    number: int | None = None


class Person(BaseModel):
    name: str
    home: Home
    tags: list[str] = []


class Line(BaseModel):
    what: str
    price: Decimal


class Bill(BaseModel):
    day: datetime.date
    lines: list[Line]


class Colour(enum.Enum):
    RED = "red"


@dataclasses.dataclass
class Point:
    x: int
    hidden: int = dataclasses.field(default=0, repr=False)


class Pair(NamedTuple):
    left: int
    right: str


ANN = Person(name="Ann", home=Home(street="High Street", number=1), tags=["a", "b"])
BOB = Person(name="Bob", home=Home(street="Low Street"))


def plain(value: Any) -> list[str]:
    """The lines of the plain text."""
    return parsed_table(value)[0].splitlines()


def test_a_list_of_models_has_a_column_for_each_field() -> None:
    assert plain([ANN, BOB]) == [
        "name  home.street  home.number  tags",
        "----  -----------  -----------  ----------",
        'Ann   High Street  1            ["a", "b"]',
        "Bob   Low Street   null         []",
    ]


def test_the_markdown_is_the_same_table() -> None:
    assert parsed_table([{"a": 1, "b": None}])[1] == "| a | b |\n|---|---|\n| 1 | null |"


def test_records_of_many_kinds_share_a_table() -> None:
    items = [{"x": 1, "y": 2}, Point(3), Pair(4, "r"), 5]
    assert plain(items)[0].split() == ["x", "y", "left", "right", "value"]
    assert [line.split() for line in plain(items)[2:]] == [["1", "2"], ["3"], ["4", "r"], ["5"]]


def test_one_model_is_a_table_of_its_fields_with_lists_below() -> None:
    bill = Bill(day=datetime.date(2026, 1, 31), lines=[Line(what="tea", price=Decimal("1.50"))])
    assert plain(bill) == [
        "field  value",
        "-----  ------------",
        "day    2026-01-31",
        "lines  1 row, below",
        "",
        "lines:",
        "",
        "what  price",
        "----  -----",
        "tea   1.50",
    ]
    assert "**lines**" in parsed_table(bill)[1]


def test_models_by_name_are_a_table_with_a_key() -> None:
    assert plain({"a": ANN.home, "b": BOB.home}) == [
        "(key)  street       number",
        "-----  -----------  ------",
        "a      High Street  1",
        "b      Low Street   null",
    ]


def test_a_mapping_of_different_records_is_one_record() -> None:
    assert plain({"a": {"x": 1}, "b": {"y": 2}})[2:] == ["a.x    1", "b.y    2"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        (3, "3"),
        (0.1 + 0.2, "0.3"),
        (float("inf"), "inf"),
        ("text", "text"),
        ("two\nlines", "two\nlines"),
        (Colour.RED, "red"),
        (Decimal("1.50"), "1.50"),
        (datetime.date(2026, 1, 31), "2026-01-31"),
        (datetime.datetime(2026, 1, 31, 12, 0), "2026-01-31 12:00:00"),
        (datetime.timedelta(hours=1), "1:00:00"),
        (Path("a/b"), str(Path("a/b"))),
        (UUID(int=1), "00000000-0000-0000-0000-000000000001"),
        (b"abc", "3 bytes"),
        ([], "(an empty list)"),
        ({}, "(no fields)"),
        (create_model("Empty")(), "(no fields)"),
    ],
)
def test_single_values_are_their_text(value: Any, text: str) -> None:
    assert parsed_table(value)[0] == text
    if not isinstance(value, list | dict | BaseModel):
        assert text.splitlines()[0] in "\n".join(plain([value]))


def test_lists_of_single_values_are_a_column() -> None:
    assert plain(["a", Colour.RED, None]) == ["value", "-----", "a", "red", "null"]
    assert plain((1, [2, {"a": Colour.RED}]))[2:] == ["1", '[2, {"a": "red"}]']


def test_a_root_model_is_what_it_holds() -> None:
    names = create_model("Names", __base__=RootModel[list[str]])
    assert plain(names(["a"])) == ["value", "-----", "a"]


def test_what_is_kept_out_of_a_repr_stays_out() -> None:
    class Account(BaseModel):
        user: str
        password: SecretStr
        token: str = Field(repr=False)

    text = "".join(parsed_table(Account(user="ann", password=SecretStr("hunter2"), token="t0ken")))
    assert "ann" in text
    assert "hunter2" not in text
    assert "t0ken" not in text
    assert plain(Point(1, 2))[2:] == ["x      1"]


def test_fields_a_model_did_not_expect_are_shown() -> None:
    class Open(BaseModel, extra="allow"):
        a: int

    assert plain(Open.model_validate({"a": 1, "b": 2}))[2:] == ["a      1", "b      2"]


# -- what is left out ------------------------------------------------------------------------------------------------


def test_rows_that_are_left_out_are_counted() -> None:
    lines = plain([{"n": n} for n in range(1_000)])
    assert lines[2 + FIRST_ROWS - 1 : 2 + FIRST_ROWS + 2] == ["39", "…", "990"]
    assert lines[-1] == "(950 rows left out.)"
    assert plain([{"n": n} for n in range(FIRST_ROWS + LAST_ROWS)])[-1] == "49"


def test_columns_that_are_left_out_are_named() -> None:
    lines = plain([{f"c{n}": n for n in range(COLUMNS + 2)}])
    assert lines[0].split()[-1] == "c15"
    assert lines[-1] == "(2 columns (c16, c17) left out.)"


def test_fields_that_are_left_out_are_counted() -> None:
    assert plain({f"f{n}": n for n in range(FIELDS + 40)})[-1] == "(40 fields left out.)"


def test_long_cells_and_names_are_cut() -> None:
    lines = plain([{"n" * 500: "x" * 500, "list": [["y" * 50] * 50], "deep": {"a": {"b": {"c": {"d": 1}}}}}])
    assert max(map(len, lines)) < 500
    assert lines[2].count("…") == 2


def test_a_long_text_says_how_much_is_left_out() -> None:
    assert parsed_table("x" * 15_000)[0].endswith("(5,000 characters left out)")


@pytest.mark.parametrize("wrap", [lambda inner: [inner], lambda inner: {"a": inner}, lambda inner: {"a": [inner]}])
def test_a_deep_value_is_cut(wrap: Any) -> None:
    value: Any = 1
    for _ in range(5_000):
        value = wrap(value)
    assert len(parsed_table(value)[0]) < 2_000


def test_a_value_that_holds_itself_is_cut() -> None:
    ring: dict[str, Any] = {"name": "ring"}
    ring["self"] = [ring, ring]
    assert len(parsed_table(ring)[0]) < 20_000
    assert len(parsed_table([ring])[0]) < 20_000


def test_an_object_whose_text_raises_is_named() -> None:
    class Faulty:
        def __str__(self) -> str:
            raise KeyError("x")

    assert parsed_table([Faulty()])[0].endswith("<Faulty, whose text raised KeyError>")


# -- hostile values --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_a_model_wrote_can_run(name: str) -> None:
    text = HOSTILE[name]
    values = [text, [text], {text: text}, [{text: text, "n": [text]}], {"rows": [{text: 1}]}, {text: [{"a": text}] * 2}]
    for value in values:
        found = {parser: wrong for parser, wrong in complaints(parsed_table(value)[1]).items() if wrong}
        assert found == {}, value


@given(st.text())
def test_a_text_in_a_table_stays_in_its_row(text: str) -> None:
    shown, markdown = parsed_table([{"a": text, text: "b"}, {"a": "end"}])
    assert len(shown.splitlines()) == len(shown.split("\n"))
    assert "\x1b" not in shown
    assert len(markdown.split("\n")) == 4


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=5), inner, max_size=5),
)


@given(JSON)
def test_every_json_value_can_be_shown(value: Any) -> None:
    shown, markdown = parsed_table(value)
    assert (shown, markdown) == parsed_table(value)
    json.dumps([shown, markdown])


def test_showing_needs_neither_notebook_nor_pydantic() -> None:
    code = (
        "import sys; from minimax_nb.display.structured import parsed_table; parsed_table([{'a': 1}]); "
        "print({'IPython', 'pydantic', 'pandas'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
