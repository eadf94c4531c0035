"""The value so far of a reply that is still arriving."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minimax_nb.structured import ANY_JSON, Partial, shape_of
from minimax_nb.structured.partial import SHORT
from tests.structured.replies import Person
from tests.structured.test_reading import OBJECTS, PIECES, PROSE, TREES, written

ANYTHING = shape_of(dict[str, Any])


def states(text: str, shape: Any = ANYTHING) -> list[Any]:
    """The values after each character, repetitions left out."""
    partial, found = Partial(shape), list[Any]()
    for sign in text:
        partial.feed(sign)
        if not found or partial.value != found[-1]:
            found.append(partial.value)
    return found


def grows(before: Any, after: Any) -> bool:
    """Whether ``after`` is ``before`` with more in it."""
    if isinstance(before, dict):
        return isinstance(after, dict) and all(
            name in after and grows(held, after[name]) for name, held in before.items()
        )
    if isinstance(before, list):
        return isinstance(after, list) and len(after) >= len(before) and all(map(grows, before, after))
    if isinstance(before, str):
        return isinstance(after, str) and after.startswith(before)
    return type(before) is type(after) and before == after


def test_what_is_open_is_closed_and_what_is_unfinished_is_left_out() -> None:
    assert states('{"name": "An", "age": 31, "tags": ["a"], "ok": true, "home": {"n": -1}}') == [
        {},
        {"name": ""},
        {"name": "A"},
        {"name": "An"},
        {"name": "An", "age": 31},
        {"name": "An", "age": 31, "tags": []},
        {"name": "An", "age": 31, "tags": [""]},
        {"name": "An", "age": 31, "tags": ["a"]},
        {"name": "An", "age": 31, "tags": ["a"], "ok": True},
        {"name": "An", "age": 31, "tags": ["a"], "ok": True, "home": {}},
        {"name": "An", "age": 31, "tags": ["a"], "ok": True, "home": {"n": -1}},
    ]


def test_a_wrapped_value_comes_without_its_wrapper() -> None:
    found = states('{"value": [1, 2, {"a": 3}]}', shape_of(list[Any]))
    assert found == [None, [], [1], [1, 2], [1, 2, {}], [1, 2, {"a": 3}]]
    assert states("[1, 2]", shape_of(list[int]))[-1] == [1, 2]


@pytest.mark.parametrize(
    "before", ["Sure:\n```json\n", "<think>{} or [1]?</think>", "It's [here] and {there}, f(x) { y }: ", "\ufeff\n"]
)
def test_what_stands_before_it_does_not_matter(before: str) -> None:
    assert states(before + '{"a": "b"}')[-3:] == [{}, {"a": ""}, {"a": "b"}]


def test_escapes_and_pairs_are_never_cut() -> None:
    found = states(r'{"a": "\\\"\n\u00e9\ud83d\ude00\ud800x"}')
    assert found[-1] == {"a": '\\"\né😀?x'}
    assert [value["a"] for value in found if value] == ["", "\\", '\\"', '\\"\n', '\\"\né', '\\"\né😀', '\\"\né😀?x']


def test_a_value_that_was_given_out_never_changes() -> None:
    partial = Partial(ANYTHING)
    partial.feed('{"a": [1,')
    first = partial.value
    partial.feed(' 2], "b": {}}')
    assert first == {"a": [1]}
    assert partial.value == {"a": [1, 2], "b": {}}


def test_before_anything_came_there_is_no_value() -> None:
    partial = Partial(ANYTHING)
    assert partial.value is None
    partial.feed("I cannot say.")
    assert partial.value is None


def test_after_a_mistake_the_last_good_value_stays() -> None:
    partial = Partial(ANYTHING)
    partial.feed('{"a": 1, ')
    assert partial.value == {"a": 1}
    partial.feed("oops")
    assert partial.value == {"a": 1}


@settings(max_examples=40)
@given(OBJECTS, PROSE, st.booleans())
def test_every_beginning_has_a_value_that_only_grows(value: dict[str, Any], before: str, ascii_only: bool) -> None:
    last: Any = None
    for now in states(before + written(value, ascii_only=ascii_only)):
        assert last is None or grows(last, now)
        last = now
    assert last == value or len(before) + len(written(value, ascii_only=ascii_only)) > SHORT


@given(TREES.filter(lambda value: isinstance(value, list)))
def test_any_json_grows_too(value: list[Any]) -> None:
    last: Any = None
    for now in states(written(value, ascii_only=True), ANY_JSON):
        assert last is None or grows(last, now)
        last = now
    assert last == value or len(written(value, ascii_only=True)) > SHORT


@given(OBJECTS, st.data())
def test_the_pieces_do_not_matter(value: dict[str, Any], data: st.DataObject) -> None:
    text, whole = written(value, ascii_only=True), Partial(ANYTHING)
    cut = data.draw(st.integers(0, len(text)))
    pieces = Partial(ANYTHING)
    for sign in text[:cut]:
        pieces.feed(sign)
    whole.feed(text[:cut])
    assert pieces.value == whole.value


def test_a_long_text_is_read_again_when_it_has_grown_by_an_eighth() -> None:
    partial = Partial(ANYTHING)
    partial.feed(json.dumps({"text": "x" * 8 * SHORT})[:-2])
    before = partial.value
    partial.feed("x" * (SHORT - 10))
    assert partial.value is before
    partial.feed("x" * 20)
    assert len(partial.value["text"]) == 9 * SHORT + 10


@given(st.lists(PIECES, max_size=40))
def test_rubbish_raises_nothing(pieces: list[str]) -> None:
    for shape in (shape_of(Person), shape_of(list[int]), ANY_JSON):
        partial = Partial(shape)
        for piece in pieces:
            partial.feed(piece)
            json.dumps(partial.value)


@pytest.mark.parametrize("text", ["[" * 5_000, '{"a":' * 5_000, '{"a": ' + "[" * 200])
def test_too_deep_a_value_raises_nothing(text: str) -> None:
    partial = Partial(ANYTHING)
    for at in range(0, len(text), 97):
        partial.feed(text[at : at + 97])
        assert json.dumps(partial.value).count("[") < 200


@pytest.mark.parametrize("size", [50_000, 200_000])
@pytest.mark.parametrize("shape", ["many small", "one string", "prose"])
def test_reading_costs_in_proportion_however_small_the_pieces(size: int, shape: str) -> None:
    text = {
        "many small": json.dumps({"rows": [{"a": 1, "b": "x"}] * (size // 20)}),
        "one string": json.dumps({"text": "x" * size}),
        "prose": "word " * (size // 5),
    }[shape]
    partial = Partial(ANYTHING)
    for at in range(0, len(text), 5):
        partial.feed(text[at : at + 5])
        _ = partial.value
    assert partial.looked_at <= 9 * len(text) + SHORT * SHORT


def test_a_value_nobody_asks_for_costs_nothing() -> None:
    partial = Partial(ANYTHING)
    for _ in range(1_000):
        partial.feed('{"a": ')
    assert partial.looked_at == 0
