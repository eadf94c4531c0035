"""Whatever a notebook holds, its text in a prompt is bounded, and what was left out is counted."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pydantic
import pytest

from minimax_nb.messages.parts import Text
from minimax_nb.prompt import register, to_parts
from tests.prompt.values import text

MOST = 41_000
"""Characters: source code is given the most, 40,000."""


class Words(pydantic.BaseModel):
    """A model with much in it."""

    words: list[str]


class Markdown:
    """A value with a Markdown representation."""

    def __init__(self, markdown: str) -> None:
        self.markdown = markdown

    def _repr_markdown_(self) -> str:
        return self.markdown


def deep(depth: int) -> int:
    return 1 // 0 if depth == 0 else deep(depth - 1)


def raised(message: str) -> BaseException:
    try:
        deep(200)
    except ZeroDivisionError as error:
        return ValueError(message).with_traceback(error.__traceback__)
    raise AssertionError


def long_function() -> Any:
    """A function whose source has 3,000 lines."""
    source = "def long():\n" + "".join(f"    x{at} = {at}  # a line\n" for at in range(3_000))
    path = Path("long_source.py")
    path.write_text(source, encoding="utf-8")
    names: dict[str, Any] = {}
    exec(compile(source, str(path.absolute()), "exec"), names)
    return names["long"]


LONG_CLASS = type("Long", (), {"__doc__": "word " * 20_000, "__module__": "builtins"})


@pytest.mark.parametrize(
    ("value", "counted"),
    [
        (pd.DataFrame({f"c{at}": range(5_000) for at in range(90)}), r"\(4,985 rows and 70 columns left out\.\)"),
        (pd.Series(range(5_000), name="n"), r"\(4,985 rows left out\.\)"),
        (pd.DataFrame({"long": ["x" * 100_000] * 20}), r"\(5 rows left out\.\)"),
        (np.arange(10_000), r"\(9,990 values left out\.\)"),
        (np.zeros((500, 500)), r"\(249,900 values left out\.\)"),
        (np.zeros((50, 50, 50)), r"\(124,784 values left out\.\)"),
        (np.zeros((1024, 1024, 3)), r"\(3,145,620 values left out\.\)"),
        (np.zeros((9,) * 7, dtype=np.int8), r"\(4,782,713 values left out\.\)"),
        (np.zeros((2,) * 20, dtype=np.int8), r"\(1,048,560 values left out\.\)"),
        (np.array(["x" * 50_000] * 3, dtype=object), r"\[\.\.\. [\d,]+ characters left out \.\.\.\]"),
        (raised("x" * 100_000), r"\[\.\.\. [\d,]+ characters left out \.\.\.\]"),
        (long_function, r"\[\.\.\. [\d,]+ characters left out \.\.\.\]"),
        (LONG_CLASS, r"\[\.\.\. [\d,]+ characters left out \.\.\.\]"),
        (dict.fromkeys(range(5000), "word"), r"\.\.\. 4,800 more"),
        ({"a": ["x" * 10_000]}, r"\[\.\.\. 8,002 characters left out \.\.\.\]"),
        ({str(at): {str(inner): inner for inner in range(150)} for at in range(150)}, r"\.\.\. [\d,]+ more"),
        (Words(words=["word"] * 50_000), r"\[\.\.\. [\d,]+ characters left out \.\.\.\]"),
        (Markdown("| a |\n" * 20_000), r"\[\.\.\. 80,000 characters left out \.\.\.\]"),
    ],
    ids=str,
)
def test_a_large_value_is_bounded_and_what_was_left_out_is_counted(value: Any, counted: str) -> None:
    said = text(value() if value is long_function else value)
    assert re.search(counted, said), said[-300:]
    assert len(said) <= MOST


@pytest.mark.parametrize(
    "value",
    [
        *(pd.DataFrame({"a": [1]}), pd.Series([1]), np.arange(200), np.zeros((2, 2, 2, 2, 2)), np.float64(1.5)),
        *(ValueError("x"), deep, Words, Words(words=["a"]), {"a": 1}, Markdown("# a"), np.array(3), np.zeros((0, 3))),
    ],
    ids=str,
)
def test_of_a_small_value_nothing_is_left_out(value: Any) -> None:
    assert "left out" not in text(value)
    assert "more" not in text(value)


def test_an_arrays_sample_shows_both_ends_and_says_its_shape() -> None:
    said = text(np.arange(60_000).reshape(30, 40, 50))
    assert said.startswith("Array of shape 30 x 40 x 50, type int64. A sample of its 60,000 values:")
    assert "59999" in said
    assert re.search(r"\[\s*0\s", said)


def test_a_users_own_text_is_never_cut() -> None:
    long = "word " * 100_000
    assert text(long) == long
    own = type("Own", (), {"_repr_llm_": lambda self: long})()
    assert text(own) == long
    undo = register(Markdown, lambda _: long)
    assert to_parts(Markdown("")) == (Text(long),)
    undo()
