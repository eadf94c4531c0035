"""What large and nested texts cost, counted in calls, and how they are shown past the limits."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from minimax_nb.panels.html import code_html, plain_html, to_html
from minimax_nb.panels.html.blocks import DEEPEST, LONGEST_LINE, MOST_CELLS, MOST_COLUMNS, MOST_ROWS
from minimax_nb.panels.html.code import LONGEST_COLOURED
from minimax_nb.panels.html.plain import LONGEST_PIECE
from minimax_nb.panels.html.writing import LONGEST_TEXT, MOST_FORMULAS
from tests.panels.html_judge import complaints, find, text_of

ENDLESS = [
    *(
        "[",
        "![",
        "[a](",
        "[![",
        "[a](((",
        "*",
        "**a *b ",
        "_a ",
        "~~a ",
        "`",
        "`a``b",
        "$",
        "$$",
        "$x ",
        "\\(",
        "\\[",
        "\\$",
    ),
    *(
        "$`",
        "<",
        "<a ",
        "&",
        "&#",
        "https://",
        "www.",
        "(https://a",
        "\\begin{a}",
        "](",
        "|",
        "\\",
        "<br>",
        "<sub>",
        "!",
        "**[",
    ),
]
LINES = [
    *(
        "> ",
        "- ",
        "1. ",
        "> - ",
        "- a\n",
        "- a\n\n",
        "> a\n",
        "> a\nb\n",
        "[a]: b\n",
        "[a\n",
        "| a |\n",
        "|a|\n|-|\n",
        "```\n",
    ),
    *(
        "    a\n\n",
        "$$\n\n",
        "\\[\n\n",
        "\\begin{a}\n\n",
        "$$x\n",
        "- $$\n",
        "> $$\n",
        "# a\n",
        "a\n===\n",
        "~~~\n",
        "\n",
        "- [x] a\n",
    ),
]


def calls(text: str) -> int:
    """How many calls it takes to make HTML of the text."""
    count = 0

    def seen(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        to_html(text)
    finally:
        sys.setprofile(before)
    return count


@pytest.fixture(scope="module", autouse=True)
def warm() -> None:
    """The first use loads the libraries; it is not to be counted."""
    to_html("$x$\n\n```python\n1\n```\n\n- a\n\n|a|\n|-|\n\nhttps://x.y **b** \\foo $\\foo$")


@pytest.mark.parametrize("unit", ENDLESS)
def test_a_line_costs_in_proportion_to_its_length(unit):
    short, long = (calls((unit * size)[:size]) for size in (1_000, 4_000))
    assert long <= 6 * short + 2_000


@pytest.mark.parametrize("unit", LINES)
def test_lines_cost_in_proportion_to_their_number(unit):
    short, long = (calls((unit * size)[:size]) for size in (2_500, 10_000))
    assert long <= 6 * short + 2_000


@pytest.mark.parametrize(
    "unit", ["[", "> ", "*", "`", "$", "- ", "![", "<", "&", "\\(", "{", "1. ", "| a ", "~", "_", "#"]
)
def test_nothing_endless_is_lost_or_breaks(unit):
    text = (unit * 100_000)[:100_000]
    html = to_html(text)
    assert complaints(html) == []
    assert len(html) <= 12 * len(text)


@pytest.mark.parametrize("opening", ["> ", "- ", "1. ", "> - ", "* > "])
def test_what_is_nested_too_deep_is_shown_as_it_is_written(opening):
    deep = opening * 5_000 + "the end"
    html = to_html(f"# before\n\n{deep}\n\nafter")
    assert "the end" in text_of(html)
    assert len(find(html, "blockquote")) + len(find(html, "li")) < DEEPEST
    assert [len(find(html, tag)) for tag in ("h3", "p")] in ([1, 1], [1, 0])
    assert complaints(html) == []


def test_lists_nest_as_deep_as_people_write_them():
    html = to_html("\n".join("  " * level + f"- item {level}" for level in range(8)))
    assert len(find(html, "ul")) == 8
    assert find(html, "div") == []


def test_one_deep_block_leaves_the_others_alone():
    html = to_html("**a**\n\n" + "> " * 100 + "b\n\n**c**")
    assert ["".join(one.itertext()) for one in find(html, "strong")] == ["a", "c"]
    assert find(html, "div")[0].get("class") == "mnb-plain"


def test_a_line_past_the_limit_is_shown_without_markup():
    html = to_html(f"**a** {'x' * LONGEST_LINE}\n\n**b**")
    assert ["".join(one.itertext()) for one in find(html, "strong")] == ["b"]
    assert text_of(html).startswith("**a** xxx")


def test_a_text_past_the_limit_is_shown_as_it_is_written():
    text = "**a**\n" * (LONGEST_TEXT // 6 + 1)
    assert to_html(text) == plain_html(text)
    assert find(to_html(text[:1_200]), "strong")


def test_a_megabyte_without_a_line_end_is_one_text():
    html = to_html("x" * 1_000_000)
    assert text_of(html) == "x" * 1_000_000
    assert calls("x" * 1_000_000) < 2_000


def test_long_plain_text_is_laid_out_in_pieces_that_end_with_a_line():
    text = "a line of text\n" * 5_000 + "the end"
    pieces = ["".join(one.itertext()) for one in find(plain_html(text), "div")]
    assert "".join(pieces) == text
    assert len(pieces) == 4
    assert all(piece.endswith("\n") and len(piece) <= LONGEST_PIECE for piece in pieces[:-1])


def test_a_table_past_the_limit_is_cut_and_says_by_how_much():
    html = to_html("| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 10_000 + "\nafter")
    assert len(find(html, "tr")) == MOST_ROWS + 1
    assert f"… and {10_000 - MOST_ROWS:,} more rows, not shown here" in text_of(html)
    assert text_of(html).endswith("after\n")


@pytest.mark.parametrize("rows", [1, MOST_ROWS - 1, MOST_ROWS])
def test_a_table_within_the_limit_is_whole(rows):
    html = to_html("| a |\n|---|\n" + "| 1 |\n" * rows)
    assert len(find(html, "tr")) == rows + 1
    assert "more rows" not in html


def test_a_wide_table_is_cut_after_fewer_rows():
    wide = "|" + "a|" * MOST_COLUMNS
    html = to_html(f"{wide}\n|{'-|' * MOST_COLUMNS}\n" + f"{wide}\n" * 80)
    assert len(find(html, "td")) == MOST_CELLS
    assert f"{80 - MOST_CELLS // MOST_COLUMNS} more rows" in text_of(html)


def test_a_table_that_is_too_wide_is_shown_as_it_is_written():
    wide = "|" + "a|" * (MOST_COLUMNS + 1)
    html = to_html(f"{wide}\n|{'-|' * (MOST_COLUMNS + 1)}\n{wide}")
    assert find(html, "table") == []
    assert text_of(html).count(wide) == 2


def test_formulas_past_the_limit_are_shown_as_their_source():
    html = to_html("$x$ " * (MOST_FORMULAS + 5))
    assert len(find(html, "math")) == MOST_FORMULAS
    assert len(find(html, "code")) == 5


@pytest.mark.parametrize("code", ["x = 1\n" * (LONGEST_COLOURED // 6 + 1), "x" * 1_001, "x" + "\n" * 200 + "y"])
def test_code_past_the_limits_has_one_colour_and_all_its_text(code):
    html = code_html(code, "python")
    assert len(find(html, "span")) == 1
    assert "".join(find(html, "pre")[0].itertext()) == code.removesuffix("\n")


def test_a_call_from_deep_within_other_code_does_not_fail():
    def deep(levels: int) -> str:
        return deep(levels - 1) if levels else to_html("> - **a** $\\frac{b}{c}$")

    room = sys.getrecursionlimit()
    used = len(__import__("inspect").stack())
    for left in (30, 60, 90, 150):
        assert "a" in text_of(deep(room - used - left))
