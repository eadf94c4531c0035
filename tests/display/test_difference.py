"""What a change of code looks like, and that nothing in it hides."""

from __future__ import annotations

import ast
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from minimax_nb.display import render
from minimax_nb.display.difference import Difference, difference, hidden_signs, visible
from tests.display.hostile import HOSTILE
from tests.display.judges import complaints

BEFORE = "def half(x):\n    return x / 0\n\nhalf(1)"
AFTER = "def half(x):\n    return x / 2\n\nhalf(1)"


def plain(before: str, after: str) -> str:
    return difference(before, after)[0]["text/plain"]


def test_changed_lines_stand_with_their_signs_between_those_that_stay():
    lines = plain(BEFORE, AFTER).split("\n")
    assert lines[:2] == ["--- the cell", "+++ the cell, mended"]
    assert "-    return x / 0" in lines
    assert "+    return x / 2" in lines
    assert " half(1)" in lines


def test_markdown_is_one_diff_block_of_the_same_text():
    data, metadata = difference(BEFORE, AFTER)
    assert data["text/markdown"].strip("`~") == f"diff\n{data['text/plain']}\n"
    assert metadata == {}
    assert render(Difference(BEFORE, AFTER)) == (data, metadata)


def test_only_what_is_near_a_change_is_shown():
    long = "\n".join(f"line_{number}" for number in range(100))
    assert plain(long, long.replace("line_50", "line_x")).count("line_") == 2 + 6


@pytest.mark.parametrize(("before", "after"), [("a", "a"), ("a\n", "a"), ("a\r\nb", "a\nb"), ("", "")])
def test_the_same_code_differs_in_no_line(before, after):
    assert plain(before, after) == "No line differs."


def test_code_that_holds_fences_stays_inside_its_block():
    markdown = difference('text = """\n```\n"""', 'text = """\n```\nmore\n"""')[0]["text/markdown"]
    page = MarkdownIt("commonmark", {"html": True}).render(markdown)
    assert page.count("<pre>") == page.count("</pre>") == 1
    inside = page.partition("<pre>")[2].partition("</pre>")[0]
    assert "+more" in unescape(inside)
    assert complaints(markdown) == {}


def test_code_too_long_to_compare_is_counted_and_not_compared():
    before, after = "\n".join(map(str, range(20_000))), "\n".join(map(str, range(1, 20_002)))
    assert plain(before, after) == "Too long to compare here: 20,000 lines before, 20,001 after."
    assert plain(before, before) == "No line differs."


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_code_does_nothing_on_a_page(text):
    assert complaints(difference("x = 1", text)[0]["text/markdown"]) == {}


# -- nothing hides -------------------------------------------------------


@pytest.mark.parametrize(
    ("sign", "escape"),
    [
        ("\u202e", r"\u202e"),
        ("\u2066", r"\u2066"),
        ("\u200b", r"\u200b"),
        ("\x1b", r"\x1b"),
        ("\x00", r"\x00"),
        ("\x85", r"\x85"),
        ("\u2028", r"\u2028"),
        ("\ufeff", r"\ufeff"),
        ("\U000e0041", r"\U000e0041"),
        ("\udc80", r"\udc80"),
        ("\u3164", r"\u3164"),
        ("\U000e0101", r"\U000e0101"),
        ("a\u200d", r"a\u200d"),
    ],
)
def test_a_sign_that_cannot_be_seen_becomes_an_escape(sign, escape):
    assert visible(f"x = '{sign}'") == f"x = '{escape}'"
    assert hidden_signs(f"x = '{sign}{sign}'") == (escape.removeprefix("a"),)


@pytest.mark.parametrize(
    "code", ["print('héllo  中文　語 ⚠️ 👩\u200d💻')", "\tif x:\n\t\ty = 'می\u200cخواهم'", "naïve = 1\n"]
)
def test_what_can_be_seen_stays(code):
    assert visible(code) == code
    assert hidden_signs(code) == ()


def test_line_ends_are_line_feeds_and_nothing_hidden():
    assert visible("a\r\nb\rc") == "a\nb\nc"
    assert hidden_signs("a\r\nb\rc") == ()


def test_a_diff_shows_what_hides():
    assert r"+is_admin = False  # \u202e" in plain("is_admin = False", "is_admin = False  # \u202e")


@given(st.text(st.characters(exclude_characters="\\'\r\n")))
def test_in_a_string_the_escape_means_the_same(text):
    shown = visible(f"'{text}'")
    assert ast.literal_eval(shown) == text
    assert visible(shown) == shown
