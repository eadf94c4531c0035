"""Lines of places in TOML text: every way of writing one leads to its line, or to that of what encloses it."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.catalog.places import Place, dotted, line_of

# Every value is a text "@N" where N is the line its key (or, in a list, itself) stands on; the other text is bait.
EVERY_WAY = '''# [not.a.table] and no "key" either
top = "@2"
[providers.mine]  # a comment with ] and = and "
title = '@4'
"quo.ted" = "@5"
'lit"eral' = "@6"
"esc\\"a\\u0070ed" = "@7"
faces . openai . base_url = "@8"
faces."open ai".x="@9"
note = """@10
[providers.bait]
title = "bait" \\
quoted \\""" still it """"
after = "@14"
raw = \'\'\'@15
x = 'bait' ] }
\'\'\'\'
last = "@18"
inline = { a = "@19", b = { "c d" = "@19" }, "e" = ["@19", "@19"] }
list = [ "@20", # a comment, with ] and [
  "@21",
    [ "@22",
      "@23" ] ,
  { k = "@24" , n.m = "@24" },
]
[providers.mine.models."m.1"]
prices = [
  { input = "@28" },
  { input = "@29", output = "@29" }, { input = "@29" }
]
[[providers.mine.models.m2.prices]]
input = "@32"
[providers.mine.models.m2.prices.sub]
deep = "@34"
[[ providers . mine . models . m2 . prices ]]
input = "@36"
  [[providers.mine.models.m2.prices.inner]]
  x = "@38"
  [[providers.mine.models.m2.prices.inner]]
  x = "@40"
[defaults]
empty_list = []
empty_table = {}
model = "@44"
'''


def leaves(value: Any, place: Place = ()) -> Iterator[tuple[Place, str]]:
    match value:
        case dict():
            for name, inner in value.items():
                yield from leaves(inner, (*place, name))
        case list():
            for index, inner in enumerate(value):
                yield from leaves(inner, (*place, index))
        case _:
            yield place, value


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_every_value_is_found_on_its_line_however_it_is_written(ends: str) -> None:
    text = EVERY_WAY.replace("\n", ends)
    found = list(leaves(tomllib.loads(text)))
    assert len(found) == 31
    for place, value in found:
        line = int(value.splitlines()[0].lstrip("@"))
        assert line_of(text, place) == line, dotted(place)


@pytest.mark.parametrize(
    ("place", "line"),
    [
        (("providers",), 3),
        (("providers", "mine"), 3),
        (("providers", "mine", "faces"), 8),
        (("providers", "mine", "faces", "openai", "chat_path"), 8),  # what is missing has the line of what lacks it
        (("providers", "mine", "models", "m.1"), 26),
        (("providers", "mine", "models", "m.1", "prices"), 27),
        (("providers", "mine", "models", "m.1", "prices", 1), 29),
        (("providers", "mine", "models", "m.1", "prices", 7), 27),
        (("providers", "mine", "models", "m.1", "prices", 0, "output", "x"), 28),
        (("providers", "mine", "models", "m2", "prices"), 31),
        (("providers", "mine", "models", "m2", "prices", 1), 35),
        (("defaults", "empty_list", 0), 42),
        (("defaults", "empty_table", "x"), 43),
        (("nowhere", "at", "all"), None),
        ((), None),
    ],
)
def test_a_table_a_list_and_what_is_not_there_have_the_nearest_line(place: Place, line: int | None) -> None:
    assert line_of(EVERY_WAY, place) == line


def test_dates_and_numbers_are_stepped_over() -> None:
    text = "[a]\nd = 1979-05-27 07:32:00Z\nn = [ 1_000,\n 0x_f, +1e6, inf, true ] # x\nt = 07:32:00\nlast = 1\n"
    assert [line_of(text, ("a", name)) for name in ("d", "n", "t", "last")] == [2, 3, 5, 6]
    assert line_of("[a]\nn = [ 1_000,\n 0xf ]", ("a", "n", 1)) == 3


@given(st.text(alphabet="[]{}=\"'#\\,. \nab1\r\t", max_size=60))
def test_text_that_is_no_toml_leads_to_no_crash_and_to_no_line_outside_it(text: str) -> None:
    for place in (("a",), ("a", "b"), ("b", 0), ("",)):
        line = line_of(text, place)
        assert line is None or 1 <= line <= text.count("\n") + 1


def test_nesting_beyond_the_stack_has_the_line_of_what_encloses_it() -> None:
    deep = "[a]\nx = " + "[" * 100_000 + "]" * 100_000
    assert line_of(deep, ("a", "x", *[0] * 2_000)) == 2


def test_places_are_written_as_toml_writes_them() -> None:
    assert dotted(("providers", "my own", "models", "m.1", "prices", 0, "input")) == (
        'providers."my own".models."m.1".prices[0].input'
    )
