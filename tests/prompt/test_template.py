"""Filling {{name}}: only that, once, and everything else byte for byte."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import nullcontext, suppress
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.errors import RequestError
from minimax_nb.messages.parts import Part, Text, ToolResult
from minimax_nb.prompt import fill, register
from tests.prompt.corpus import AWKWARD


class Thing:
    """Something with attributes, good and bad."""

    colour = "red"
    _hidden = "hush"

    @property
    def broken(self) -> str:
        raise ValueError("out of order")

    @property
    def lacking(self) -> str:
        raise AttributeError("inner trouble")


class Secretive:
    """Something that does not tell what it has."""

    def __dir__(self) -> list[str]:
        raise TypeError("none of your business")

    def __getitem__(self, key: str) -> str:
        raise KeyError(key)


NAMES: dict[str, Any] = {
    "df": pd.DataFrame({"city": ["Ulm"]}),
    "secretive": Secretive(),
    "odd": Secretive(),
    "x": "EX",
    "name": "Ada",
    "n": 42,
    "xs": ["a", "b", "c"],
    "d": {"k": "v", "a b": {"deep": [10, 20]}, "é}}": "odd", 3: "three"},
    "thing": Thing(),
    "变量": "变",
    "_mm": "last",
    "sneaky": "{{x}} {{{{x}}}} {{missing}}",
}


def text(prompt: str, names: Mapping[str, object] = NAMES) -> str:
    parts = fill(prompt, names)
    assert all(isinstance(part, Text) for part in parts)
    assert len(parts) <= 1
    return "".join(part.text for part in parts if isinstance(part, Text))


def refused(prompt: str) -> str:
    with pytest.raises(RequestError) as caught:
        fill(prompt, NAMES)
    return str(caught.value)


@pytest.mark.parametrize("prompt", AWKWARD)
def test_what_is_no_marker_stays_as_typed(prompt: str) -> None:
    assert text(prompt, {"x": 1, "y": 2, "f": max, "else": 1, "None": 1}) == prompt
    assert text(prompt, {}) == prompt


@given(st.text(alphabet="{}x. [0]'\"\\%$\n"))
def test_no_text_fails_or_changes_but_by_its_markers(prompt: str) -> None:
    asks = "{{x" in prompt.replace(" ", "")
    with suppress(RequestError) if asks else nullcontext():
        filled = text(prompt, {"x": "x"})
        assert asks or filled == prompt


@pytest.mark.parametrize(
    ("prompt", "filled"),
    [
        ("{{x}}", "EX"),
        ("{{ x }} {{\tx }}", "EX EX"),
        ("a{{x}}b{{x}}c", "aEXbEXc"),
        ("{{x}}{{name}}", "EXAda"),
        ("{{n}}", "42"),
        ("{{xs[0]}} {{xs[-1]}} {{ xs[ 1 ] }}", "a c b"),
        ("""{{d["k"]}} {{d['k']}}""", "v v"),
        ('{{d["a b"]["deep"][1]}}', "20"),
        ('{{d["é}}"]}}', "odd"),
        ("{{d[3]}}", "three"),
        ("{{thing.colour}}", "red"),
        ("{{变量}}", "变"),
        ("{{_mm}}", "last"),
        ('{"user": {{name}}}', '{"user": Ada}'),
        ("{ {{x}} }", "{ EX }"),
        (r"\frac{1}{2} {{x}} $5 100%", r"\frac{1}{2} EX $5 100%"),
        ("{{{x}}} {{x}}", "{{{x}}} EX"),
        ("", ""),
    ],
)
def test_markers_are_filled(prompt: str, filled: str) -> None:
    assert text(prompt) == filled


def test_a_value_is_never_read_again() -> None:
    assert text("{{sneaky}}") == NAMES["sneaky"]
    assert text("{{a}}{{b}}", {"a": "{{", "b": "x}}"}) == "{{x}}"


def test_values_with_backslashes_and_groups_are_put_in_as_they_are() -> None:
    assert text("<{{v}}>", {"v": r"\1 \g<0> \n"}) == r"<\1 \g<0> \n>"


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("{{nmae}}", ["no variable nmae", "Did you mean name?", "--raw"]),
        ("{{missing.attr[0]}}", ["no variable missing", "{{missing.attr[0]}}"]),
        ("{{xs[3]}}", ["{{xs[3]}}", "no item 3"]),
        ("{{d['kk']}}", ["no key 'kk'", "Did you mean k?"]),
        ("{{d[4]}}", ["no key 4"]),
        ("{{thing.color}}", ["no attribute color", "Did you mean colour?"]),
        ("{{thing.broken}}", ["{{thing.broken}}", "ValueError", "out of order"]),
        ("{{thing.lacking}}", ["{{thing.lacking}}", "inner trouble"]),
        ("{{n[0]}}", ["{{n[0]}}", "TypeError"]),
        ("{{xs['a']}}", ["{{xs['a']}}", "TypeError"]),
        ("{{df['cty']}}", ["no key 'cty'", "Did you mean city?"]),
        ("{{secretive.name}}", ["no attribute name"]),
        ("{{odd['k']}}", ["no key 'k'"]),
        ("{{thing._hidden}}", ["underscore", "{{thing._hidden}}"]),
        ("{{thing.__class__}}", ["underscore"]),
        ("{{x.__class__.__mro__}}", ["underscore"]),
    ],
)
def test_what_cannot_be_filled_in_is_named(prompt: str, said: list[str]) -> None:
    message = refused(f"before {prompt} after")
    for piece in said:
        assert piece in message
    assert "hush" not in message


def test_an_interrupt_in_a_property_is_no_error_of_ours() -> None:
    class Slow:
        @property
        def value(self) -> str:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fill("{{slow.value}}", {"slow": Slow()})


def test_nothing_is_called() -> None:
    called = []
    assert text("{{f()}} {{f.__call__()}}", {"f": lambda: called.append(1)}) == "{{f()}} {{f.__call__()}}"
    assert called == []


# -- values of several lines -------------------------------------------------------------------------------------------


def test_a_table_inside_a_sentence_stands_apart() -> None:
    filled = text("Explain {{df}} in three bullets.", {"df": pd.DataFrame({"a": [1]})})
    assert filled.startswith("Explain\n\nDataFrame of 1 row")
    assert filled.endswith("| 0 | 1 |\n\nin three bullets.")


@pytest.mark.parametrize("prompt", ["{{df}}", "Look:\n{{df}}\nWell?", "```\n{{df}}\n```"])
def test_a_table_on_lines_of_its_own_is_put_there_as_it_is(prompt: str) -> None:
    names = {"df": pd.DataFrame({"a": [1]})}
    assert text(prompt, names) == prompt.replace("{{df}}", text("{{df}}", names))


def test_two_tables_in_a_row_do_not_touch() -> None:
    frame = pd.DataFrame({"a": [1]})
    one = text("{{df}}", {"df": frame})
    assert text("{{df}}{{df}}", {"df": frame}) == f"{one}\n\n{one}"
    assert text("{{df}} {{x}}", {"df": frame, "x": "y"}) == f"{one}\n\ny"


def test_text_of_several_lines_is_put_in_as_it_is() -> None:
    assert text("a {{x}} b", {"x": "1\n2"}) == "a 1\n2 b"


# -- parts -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def marker_type() -> Iterator[type]:
    """A type whose values become a part that is no text, as pictures will."""

    class Marked:
        pass

    undo = register(Marked, lambda _: ToolResult("id", "content"))
    yield Marked
    undo()


def test_a_part_keeps_its_place_and_texts_around_it_are_joined(marker_type: type) -> None:
    parts: tuple[Part, ...] = fill("a {{x}} b {{m}} c {{x}}{{m}}", {"x": "X", "m": marker_type()})
    picture = ToolResult("id", "content")
    assert parts == (Text("a X b "), picture, Text(" c X"), picture)


def test_nothing_typed_is_no_part() -> None:
    assert fill("", {}) == ()
    assert fill("{{e}}", {"e": ""}) == ()
