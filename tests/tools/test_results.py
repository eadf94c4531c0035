"""What a tool gives back, as a model reads it."""

from __future__ import annotations

import datetime
import io
import json
from base64 import b64decode
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from pathlib import PurePosixPath
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from PIL import Image as Pictures
from pydantic import BaseModel

from minimax_nb.messages.media import Picture
from minimax_nb.messages.tools import ToolRun
from minimax_nb.prompt import register
from tests.tools.values import one

mpl.use("agg")


class Kind(Enum):
    A = "a"


@dataclass
class Point:
    x: int
    kind: Kind = Kind.A


class Person(BaseModel):
    name: str
    born: datetime.date


def gave(value: Any) -> ToolRun:
    """What came of a tool that gives this value."""

    def give() -> Any:
        return value

    return one(give)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("as it\nis {x}", "as it\nis {x}"),
        (None, "(no output)"),
        ("", "(no output)"),
        (" \n", "(no output)"),
        (True, "true"),
        (3, "3"),
        (2.5, "2.5"),
        ({"a": [1, None, "ü"]}, '{"a": [1, null, "ü"]}'),
        ([Point(1), Person(name="A", born=datetime.date(2000, 1, 2))], None),
        (Point(1), '{"x": 1, "kind": "a"}'),
        (Person(name="A", born=datetime.date(2000, 1, 2)), '{"name": "A", "born": "2000-01-02"}'),
        ((1, {2}, frozenset()), "[1, [2], []]"),
        (
            [datetime.date(2026, 1, 2), Decimal("1.10"), PurePosixPath("/a"), Kind.A],
            '["2026-01-02", "1.10", "/a", "a"]',
        ),
        (datetime.datetime(2026, 1, 2, 3, 4), '"2026-01-02T03:04:00"'),
        (np.float64(1.5), "1.5"),
        ({"n": np.int64(3)}, '{"n": 3}'),
        ({(1, 2): "pair"}, '{(1, 2): "pair"}'),
    ],
    ids=repr,
)
def test_data_is_told_as_json(value: Any, text: str | None) -> None:
    ran = gave(value)
    assert (ran.outcome, ran.result.is_error) == ("done", False)
    if text is None:
        assert json.loads(ran.result.content) == [{"x": 1, "kind": "a"}, {"name": "A", "born": "2000-01-02"}]
    else:
        assert ran.result.content == text


def test_a_data_frame_is_a_table() -> None:
    said = gave(pd.DataFrame({"city": ["Wien"], "degrees": [21.5]})).result.content
    assert said.startswith("DataFrame of 1 row and 2 columns.")
    assert "| Wien |" in said


def test_a_picture_and_a_figure_go_as_pictures() -> None:
    from matplotlib.figure import Figure

    figure = Figure()
    figure.subplots().plot([1, 2])
    for value in (Pictures.new("RGB", (8, 6)), figure):
        ran = gave(value)
        assert ran.outcome == "done"
        (picture,) = ran.result.media
        assert isinstance(picture, Picture)
        sent = Pictures.open(io.BytesIO(b64decode(picture.base64)))
        assert sent.size == (picture.width, picture.height)
        assert ran.result.content == "The result is the picture."


def test_pictures_in_a_list_go_beside_the_words() -> None:
    red = Pictures.new("RGB", (4, 4), "red")
    ran = gave({"mean": 3, "plot": red})
    assert len(ran.result.media) == 1
    assert "mean: 3" in ran.result.content


def test_too_many_pictures_are_counted() -> None:
    ran = gave([Pictures.new("RGB", (4, 4), (n, 0, 0)) for n in range(12)])
    assert len(ran.result.media) == 10
    assert "Only the first 10 of 12 pictures" in ran.result.content


def test_a_values_own_words_for_a_model_are_used() -> None:
    @dataclass
    class Model:
        weights: list[int]

        def _repr_llm_(self) -> str:
            return "a small model"

    assert gave(Model([1, 2])).result.content == "a small model"


def test_a_registered_type_is_told_as_it_was_registered() -> None:
    class Ticket:
        pass

    undo = register(Ticket, lambda ticket: "ticket 7")
    assert gave(Ticket()).result.content == "ticket 7"
    undo()


def test_an_error_given_back_is_told_and_is_no_failure() -> None:
    ran = gave(ValueError("wrong side"))
    assert (ran.outcome, ran.result.is_error) == ("done", False)
    assert "ValueError: wrong side" in ran.result.content


def test_a_result_of_100_mb_is_cut_and_says_by_how_much() -> None:
    ran = gave("x" * 100_000_000)
    assert ran.outcome == "done"
    assert len(ran.result.content) < 30_100
    assert "[... 99,970,000 characters left out ...]" in ran.result.content


def test_a_huge_list_is_cut_without_being_written_out() -> None:
    seen: list[int] = []

    class Watched(dict[str, int]):
        def __init__(self, at: int) -> None:
            super().__init__(at=at)
            self.at = at

        def items(self) -> Any:
            seen.append(self.at)
            return super().items()

    ran = gave([Watched(at) for at in range(200_000)])
    assert ran.result.content.endswith("[... cut here: the list of 200,000 items goes on ...]")
    assert len(ran.result.content) < 30_100
    assert len(seen) < 10_000


def test_a_long_text_inside_a_list_is_cut_as_well() -> None:
    ran = gave(["x" * 1_000_000])
    assert len(ran.result.content) < 30_100
    assert "the list of 1 items goes on" in ran.result.content


def test_a_value_that_holds_itself_and_one_nested_deep_are_told() -> None:
    loop: list[Any] = [1]
    loop.append(loop)
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    for value in (loop, deep):
        ran = gave(value)
        assert ran.outcome == "done"
        assert 0 < len(ran.result.content) < 30_100


def test_a_repr_that_raises_is_a_failure_in_one_line() -> None:
    class Broken:
        def __repr__(self) -> str:
            raise ValueError("no")

    ran = gave(Broken())
    assert (ran.outcome, ran.result.is_error) == ("failed", True)
    assert ran.result.content == "It gave back Broken, whose repr raised ValueError."
    assert "whose repr raised ValueError" in gave([Broken()]).result.content


def test_words_for_a_model_that_raise_are_a_failure_in_one_line() -> None:
    class Broken:
        def _repr_llm_(self) -> str:
            raise ValueError("no")

    ran = gave(Broken())
    assert ran.outcome == "failed"
    assert "ValueError: no" in ran.result.content
    assert "\n" not in ran.result.content


def test_halves_of_characters_can_be_sent() -> None:
    gave("a\ud83d b").result.content.encode()
