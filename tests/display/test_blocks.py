"""Finished blocks of a growing text, and cuts through blocks that grow long."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minimax_nb.display.blocks import BlockCutter, split_long
from minimax_nb.display.safe import safe_markdown
from tests.display.judges import jupyterlab, read

REPLY = """# Title

A paragraph
of two lines.

- an item
- another

  with a paragraph

  ```python
  x = 1

  y = 2
  ```
- last

1. numbered

> a quotation

> goes on

| a | b |
|---|---|
| 1 | 2 |

Some code:
```python
def f():

    return 1
```
$$
x

= y
$$

\\[
z

\\]

    indented

    code

The end
of it"""

BLOCKS = [
    "# Title\n\n",
    "A paragraph\nof two lines.\n\n",
    "- an item\n- another\n\n  with a paragraph\n\n  ```python\n  x = 1\n\n  y = 2\n  ```\n- last\n\n1. numbered\n\n",
    "> a quotation\n\n> goes on\n\n",
    "| a | b |\n|---|---|\n| 1 | 2 |\n\n",
    "Some code:\n",
    "```python\ndef f():\n\n    return 1\n```\n",
    "$$\nx\n\n= y\n$$\n\n",
    "\\[\nz\n\n\\]\n\n",
    "    indented\n\n    code\n\n",
]

PIECES = [
    "\n",
    "\n",
    "\n\n",
    "- ",
    "1. ",
    "> ",
    "```",
    "~~~",
    "````",
    "$$",
    "\\[",
    "\\]",
    "|",
    "|---|",
    "  ",
    "    ",
    "\t",
]
PIECES += ["word ", "# ", "`", "x", "\r\n", " \n", "- a\n", "```\n", "> a\n", "text\n"]
texts = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)


def fed(text: str, sizes: list[int] | None = None) -> tuple[list[str], str]:
    cutter, blocks, at = BlockCutter(), [], 0
    for size in sizes or [len(text)]:
        blocks += cutter.feed(text[at : at + size])
        at += size
    blocks += cutter.feed(text[at:])
    return blocks, cutter.tail


def test_a_reply_is_cut_where_a_reader_would_cut_it():
    blocks, tail = fed(REPLY)
    assert blocks == BLOCKS
    assert tail == "The end\nof it"


def test_it_makes_no_difference_in_what_pieces_the_text_comes():
    assert fed(REPLY, [1] * len(REPLY)) == fed(REPLY)


@given(texts, st.lists(st.integers(0, 9), max_size=80))
@settings(max_examples=400, deadline=None)
def test_nothing_is_lost_or_changed_and_pieces_do_not_matter(text, sizes):
    blocks, tail = fed(text, sizes)
    assert "".join(blocks) + tail == text
    assert (blocks, tail) == fed(text)


def test_a_block_is_given_as_soon_as_it_is_finished():
    cutter = BlockCutter()
    assert cutter.feed("A paragraph.\n") == []
    assert cutter.feed("\n") == ["A paragraph.\n\n"]
    assert cutter.feed("```\ncode\n``") == []
    assert cutter.tail == "```\ncode\n``"
    assert cutter.feed("`\n") == ["```\ncode\n```\n"]
    assert cutter.tail == ""


@pytest.mark.parametrize(
    "text",
    [
        "```\na\n\nb\n\n~~~\n\n",
        "- a\n\n  b\n\n",
        "> a\n\n",
        "$$\na\n\nb\n\n",
        "| a |\n|---|\n| 1 |\n",
        "- ```\n  a\n\n  b\n\n",
        "> ```\n> a\n> \n> b\n",
        "    a\n\n",
    ],
)
def test_nothing_is_cut_inside_something_unfinished(text):
    assert fed(text) == ([], text)


def test_a_long_list_is_cut_between_its_items():
    text = "".join(f"- item {number} with some words\n  and a second line\n" for number in range(60))
    blocks, _ = fed(text + "\nend\n\n")
    assert len(blocks) > 3
    assert all(block.startswith("- item") for block in blocks[:-1])
    assert max(map(len, blocks)) < 800


def test_two_dollar_signs_that_nothing_closes_do_not_hold_the_text_back_for_ever():
    blocks, _ = fed("$$ open\n\n" + "A paragraph of words.\n\n" * 300)
    assert len(blocks) > 100


def test_a_list_ends_at_text_in_the_first_column_and_a_quotation_at_text_without_its_sign():
    assert fed("- a\n\nb\n\n> c\n\nd\n\n")[0] == ["- a\n\n", "b\n\n", "> c\n\n", "d\n\n"]
    assert fed("- a\n```\nb\n```\n")[0] == ["- a\n", "```\nb\n```\n"]


# -- cuts through what is not finished -------------------------------------------------------------------------------

LIMIT = 200


def test_what_is_short_is_not_cut():
    assert split_long("word " * 10, LIMIT) is None


def test_code_is_cut_at_a_line_and_fenced_on_both_sides():
    code = "".join(f"value_{number} = {number}\n" for number in range(40))
    head, rest = split_long(f"```python\n{code}", LIMIT)
    assert head.startswith("```python\n")
    assert head.endswith("\n```\n")
    assert rest.startswith("```python\nvalue_")
    assert head.removesuffix("```\n") + rest.removeprefix("```python\n") == f"```python\n{code}"
    assert len(head) <= LIMIT + 10


def test_code_in_a_list_keeps_its_indentation():
    code = "".join(f"   value_{number}\n" for number in range(40))
    head, rest = split_long(f"1. Step\n   ```python\n{code}", LIMIT)
    assert head.endswith("\n   ```\n")
    assert rest.startswith("   ```python\n   value_")


def test_text_before_code_goes_first():
    tail = "word " * 30 + "\n```python\n" + "x = 1\n" * 40
    assert split_long(tail, LIMIT) == ("word " * 30 + "\n", "```python\n" + "x = 1\n" * 40)


def test_a_table_repeats_its_head():
    rows = "".join(f"| {number} | text |\n" for number in range(40))
    head, rest = split_long(f"| a | b |\n|---|---|\n{rows}", LIMIT)
    assert rest.startswith("| a | b |\n|---|---|\n| ")
    assert head + rest.removeprefix("| a | b |\n|---|---|\n") == f"| a | b |\n|---|---|\n{rows}"


def test_text_is_cut_after_a_sentence():
    head, rest = split_long("A sentence of some words. " * 20, LIMIT)
    assert head.endswith("words. ")
    assert rest.startswith("A sentence")


def test_text_without_sentences_is_cut_after_a_line_or_a_word():
    assert split_long("some words in a line\n" * 20, LIMIT)[0].endswith("line\n")
    assert split_long("word " * 100, LIMIT)[0].endswith("word ")


@pytest.mark.parametrize("whole", ["`{}`", "``{}``", "${}$", "$${}$$", "\\({}\\)", "[{}](https://a.b/c)", "**{}**"])
def test_text_is_not_cut_inside_code_formulas_links_or_bold_words(whole):
    inside = whole.format("a b c. d e f. " * 8 + "g")
    tail = f"Words. Words {inside} more. " * 6
    head, rest = split_long(tail, LIMIT)
    assert head + rest == tail
    for part in (head, rest):
        assert part.count(inside) * len(inside) == sum(len(inside) for _ in range(part.count("a b c. d e f. " * 8)))


def test_an_unfinished_code_span_is_waited_for_up_to_twice_the_limit():
    waiting = "`" + "a b " * 60
    assert split_long(waiting, LIMIT) is None
    assert split_long(waiting + "c d " * 60, LIMIT) is not None


def test_one_endless_word_is_cut_at_last():
    assert split_long("x" * 350, LIMIT) is None
    head, rest = split_long("x" * 401, LIMIT)
    assert head + rest == "x" * 401


def test_a_long_list_is_cut_before_an_item():
    head, rest = split_long("- an item. With more\n" * 20, LIMIT)
    assert head.endswith("\n")
    assert rest.startswith("- an item")


def test_a_quotation_goes_on_as_one():
    assert split_long("> Quoted words here. " + "Quoted words here. " * 20, LIMIT)[1].startswith("> Quoted")


def test_the_rest_never_begins_like_another_block():
    for sign in ("- ", "1. ", "# ", "> ", "| ", "+ "):
        _, rest = split_long(f"word {sign}" * 80, LIMIT)
        assert rest.startswith("word")


def words(markdown: str) -> list[str]:
    return "".join(f" {text} " for text in read(jupyterlab(safe_markdown(markdown))).text).split()


@given(
    st.lists(
        st.sampled_from(["alpha ", "beta. ", "`code span` ", "$x + y$ ", "**bold words** ", "gamma\n"]),
        min_size=90,
        max_size=200,
    )
)
@settings(max_examples=100, deadline=None)
def test_both_parts_show_the_same_words_as_the_whole(pieces):
    tail = "".join(pieces)
    parts = split_long(tail, LIMIT)
    if parts is not None:
        assert words(parts[0]) + words(parts[1]) == words(tail)
