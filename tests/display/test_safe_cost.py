"""What making a text safe costs: in proportion to its length, whatever is in it.

The time for sixteen times the text is compared with the time for the text itself. Sixteen times is proportion, two
hundred and fifty-six is the square; the line is drawn at sixty, so a busy computer does not fail the test.
"""

from __future__ import annotations

import time

import pytest

from minimax_nb.display.blocks import BlockCutter
from minimax_nb.display.safe import safe_line, safe_markdown, safe_quote

SMALL = 6_000
FACTOR = 16
ALLOWED = 60

PATTERNS = {
    "letters": "x",
    "words": "word ",
    "blanks": " ",
    "line ends": "\n",
    "backticks": "`",
    "backtick pairs": "` `` ",
    "backticks on lines": "`\n",
    "open code": "`a ",
    "brackets": "[",
    "brackets on lines": "[\n",
    "open links": "[a](",
    "link middles": "](",
    "link middles with blanks": "](   ",
    "link titles": '](a "',
    "nested link targets": "](((",
    "definitions": "[a]: b\n",
    "definition middles": "]:",
    "definition middles with text": "]:a",
    "exclamation marks": "!",
    "badges": "[![",
    "dollars": "$",
    "dollars with text": "$a ",
    "dollars and braces": "$a{",
    "money": "$5, and ",
    "double dollars": "$$ a ",
    "round formulas": "\\( ",
    "square formulas": "\\[a ",
    "environments": "\\begin{a}",
    "environments on lines": "\\begin{a}\n",
    "backslashes": "\\",
    "less-than": "<",
    "tags": "<a",
    "plain tags": "<b>a",
    "autolinks": "<http://a",
    "addresses": "https://a",
    "ampersands": "&a",
    "entities": "&#3",
    "quotations": ">",
    "quotations with blanks": "> ",
    "quotation lines": "> a\n",
    "deep quotations": ">" * 40 + "\n",
    "items": "- ",
    "item lines": "- a\n",
    "numbers": "1. ",
    "fences": "```\n",
    "fences in quotations": "> ```\n",
    "fences in items": "- ```\n",
    "tildes": "~",
    "bars": "|-",
    "table rows": "|a\n|-\n",
    "blanks and bars": " " * 40 + "|",
    "indented code": "    x\n",
    "emphasis": "*_",
    "places": "@@1",
}


def cost(function, text) -> float:
    """CPU seconds, the best of three."""
    best = 1e9
    for _ in range(3):
        start = time.process_time()
        function(text)
        best = min(best, time.process_time() - start)
    return best


def grows_in_proportion(function, pattern) -> bool:
    small = pattern * (SMALL // len(pattern))
    base = max(cost(function, small), 2e-4)
    return cost(function, small * FACTOR) <= ALLOWED * base


@pytest.mark.parametrize("name", PATTERNS)
def test_the_cost_of_safe_markdown_is_in_proportion(name):
    assert grows_in_proportion(safe_markdown, PATTERNS[name])


@pytest.mark.parametrize("name", ["backticks", "brackets", "dollars", "less-than", "fences", "quotations", "items"])
def test_the_cost_of_quotations_and_lines_is_in_proportion(name):
    assert grows_in_proportion(safe_quote, PATTERNS[name])
    assert grows_in_proportion(safe_line, PATTERNS[name])


def fed_in_small_pieces(text: str) -> None:
    cutter = BlockCutter()
    for at in range(0, len(text), 4):
        cutter.feed(text[at : at + 4])


@pytest.mark.parametrize(
    "name", ["letters", "words", "line ends", "items", "item lines", "fences", "dollars", "quotations"]
)
def test_the_cost_of_cutting_blocks_is_in_proportion(name):
    assert grows_in_proportion(fed_in_small_pieces, PATTERNS[name])


def test_runs_of_every_length_cost_no_more_than_their_characters():
    def text(length: int) -> str:
        return " ".join("`" * run for run in range(1, length))

    assert cost(safe_markdown, text(440)) <= ALLOWED * max(cost(safe_markdown, text(110)), 2e-4)
