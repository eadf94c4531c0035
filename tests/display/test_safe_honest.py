"""Honest replies: code is copied exactly, tables, lists, links and formulas look as they were meant, money is money."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from minimax_nb.display.safe import code_block, safe_line, safe_markdown, safe_quote
from tests.display.judges import PARSERS, jupyterlab, read

CODE = """def f(x: dict[str, int]) -> str:
    price = f"${x['a']}"  # < and > & "quotes" and `ticks` and \\n

    return price if x["a"]<3 and x[0](1) else "<b>$$</b>"  # [a](javascript:x) &lt; @@0@@
"""
ODD_CODE = [
    CODE,
    "<!DOCTYPE html>\n<script>alert('$x')</script>\n",
    "echo $HOME ${PATH} `date` \\$x \\\\$y\n",
    "a ~~~ b\n~~~\nc\n",
    "\\begin{align}\na &< b\n\\end{align}\n",
    "tab\there\n\tand there\n",
    "- [ ] not a task\n# not a heading\n> not a quotation\n",
    "template<typename T> class List<T*>;\n",
    "![not a picture](http://a.b/c.png) [x]: y\n",
]

line = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=30)
code_lines = st.lists(line.map(str.rstrip), min_size=1, max_size=6)
quick = settings(max_examples=300, deadline=None)


def shown_code(markdown: str, parser: str = "jupyterlab") -> list[str]:
    return read(PARSERS[parser](safe_markdown(markdown))).code


def shown_text(markdown: str, parser: str = "jupyterlab") -> str:
    return "".join(read(PARSERS[parser](safe_markdown(markdown))).text).strip()


def indented(code: str, by: str) -> str:
    return "".join(f"{by}{line}" if line.strip() else line for line in code.splitlines(keepends=True))


# -- code ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ODD_CODE)
@pytest.mark.parametrize("parser", PARSERS)
def test_code_at_the_left_edge_is_copied_exactly(code, parser):
    markdown = f"Text:\n````text\n{code}````\nmore"
    assert shown_code(markdown, parser) == [code]
    assert "more" in shown_text(markdown, parser)


@pytest.mark.parametrize("code", ODD_CODE)
@pytest.mark.parametrize("parser", ["commonmark", "with tables", "jupyterlab"])
def test_code_in_a_list_or_a_quotation_is_copied_exactly(code, parser):
    listed = f"1. Step\n   ````text\n{indented(code, '   ')}   ````\n2. Next"
    quoted = "".join(f"> {line}\n" for line in f"Said:\n\n````text\n{code}````".split("\n"))
    for markdown in (listed, quoted):
        assert [text.rstrip("\n") for text in shown_code(markdown, parser)] == [code.rstrip("\n")]


@given(code_lines)
@quick
def test_any_code_block_is_copied_exactly(lines):
    fence = "`" * (max((len(run) for run in re.findall("`+", "\n".join(lines))), default=2) + 3)
    code = "\n".join(lines)
    assert shown_code(f"Text\n\n{fence}python\n{code}\n{fence}\n\nText") == [code + "\n"]


@given(code_lines)
@quick
def test_any_code_block_in_a_list_is_copied_exactly(lines):
    fence = "`" * (max((len(run) for run in re.findall("`+", "\n".join(lines))), default=2) + 3)
    code = "\n".join(lines)
    block = indented(f"{fence}python\n{code}\n{fence}\n", "  ")
    assert [text.rstrip("\n") for text in shown_code(f"- item\n{block}- item")] == [code.rstrip("\n")]


@given(line.map(str.strip))
@quick
def test_any_code_in_a_line_is_copied_exactly(code):
    assume(code and "`" not in code)
    assert shown_code(f"see `{code}` and `x`") == [code, "x"]
    assert shown_code(f"- see ``{code}``\n- **`x`**") == [code, "x"]


@given(line.map(str.strip))
@quick
def test_any_code_in_a_table_is_copied_exactly(code):
    assume(code and "`" not in code and "|" not in code and "\\" not in code)
    assert shown_code(f"| a | b |\n|---|---|\n| `{code}` | `x` |") == [code, "x"]


@pytest.mark.parametrize("parser", sorted(set(PARSERS) - {"commonmark"}))
def test_an_escaped_bar_in_a_tables_code_is_a_bar(parser):
    assert shown_code("| a | b |\n|---|---|\n| `x \\| y` | `<b>\\|` |", parser) == ["x | y", "<b>|"]


def test_code_without_anything_dangerous_keeps_its_form():
    kept = [
        "Call `f(x)` and `x[0]`, then `a | b`.",
        "```python\nif x < 3:\n    print(x)\n```",
        "- Run\n\n  ```bash\n  pip install x\n  ```\n- Done",
        "> ```\n> quoted\n> ```",
    ]
    assert [safe_markdown(text) for text in kept] == kept


def test_indented_code_stays_code():
    assert shown_code("Text:\n\n    <b>$x</b>\n\n        more\n\nText") == ["<b>$x</b>\n\n    more\n"]


def test_an_unclosed_code_block_is_closed():
    assert safe_markdown("```python\nx = 1") == "```python\nx = 1\n```"
    assert shown_code("- a\n  ```\n  <b>") == ["<b>"]


def test_longer_fences_keep_shorter_ones_inside():
    readme = "# Title\n\n```bash\npip install x\n```\n"
    assert shown_code(f"````markdown\n{readme}````") == [readme]


# -- the rest of Markdown --------------------------------------------------------------------------------------------

UNCHANGED = [
    "# Title\n\nText with **bold**, *italic*, ~~struck~~ and a [link](https://example.com/a?b=c&d=e#f).",
    "- a\n- b\n  - c\n\n1. one\n2. two",
    "> a quotation\n> of two lines",
    "| a | b |\n|:--|--:|\n| 1 | 2 |",
    "a < b, c > d, x <= y, 1<2, <3, AT&T, 100 %, Q&A; \\* and C:\\new",
    "H<sub>2</sub>O, x<sup>2</sup>, <kbd>Ctrl</kbd>, one<br>two",
    "[here](relative/path.md) [there](#part) [mail](mailto:a@example.com)",
    'See [text][1].\n\n[1]: https://example.com/x_y "Title"',
    "Footnote 1, e.g. `x`.\n\n---\n\nEnd",
]


@pytest.mark.parametrize("text", UNCHANGED)
def test_ordinary_markdown_is_left_as_it_is(text):
    assert safe_markdown(text).rstrip("\n") == text


def test_links_with_brackets_and_titles_stay():
    html = jupyterlab(safe_markdown('[a](https://en.wikipedia.org/wiki/X_(y) "The \\"title\\"") <https://b.c/d_(e)>'))
    assert '<a href="https://en.wikipedia.org/wiki/X_(y)" title=' in html
    assert '<a href="https://b.c/d_%28e%29">https://b.c/d_(e)</a>' in html


def test_tags_in_text_are_shown_as_they_were_written():
    assert shown_text("Use the <div class='a'> element, List<int> and <!-- this -->.") == (
        "Use the <div class='a'> element, List<int> and <!-- this -->."
    )


def test_tasks_are_signs_and_not_form_fields():
    assert safe_markdown("- [ ] open\n- [x] done\n  1. [X] too") == "- ☐ open\n- ☑ done\n  1. ☑ too"


# -- formulas and money ----------------------------------------------------------------------------------------------


def formulas(markdown: str) -> list[str]:
    """What MathJax would find in the page: formulas within one piece of text."""
    found = []
    for text in read(jupyterlab(safe_markdown(markdown))).text:
        found += re.findall(r"\$\$[^$]+\$\$|\$(?:\\.|[^$\\])+\$|\\begin\{[\s\S]*?\\end\{\w+\*?\}", text)
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$x_1 < y^2$ and $a*b*c$", ["$x_1 < y^2$", "$a*b*c$"]),
        ("$a<b$", [r"$a\lt b$"]),
        ("$a &lt; b$", [r"$a \lt  b$"]),
        (r"\(x\) and \( y_1 \)", ["$x$", "$y_1$"]),
        (r"\[ E = mc^2 \]", ["$$ E = mc^2 $$"]),
        ("\\[\nx\n= y\n\\]", ["$$\nx\n= y\n$$"]),
        ("$$\nx \\\\\ny\n$$", ["$$\nx \\\\\ny\n$$"]),
        ("text\n$$\nx % note\ny\n$$\nmore", ["$$x y$$"]),
        ("- item\n\n  $$\n  x\n  $$", ["$$x$$"]),
        ("\\begin{align}\na &= b \\\\\nc\n\\end{align}", ["\\begin{align}\na &= b \\\\\nc\n\\end{align}"]),
        ("| $|x|$ | $\\|y\\|$ |\n|---|---|", [r"$\vert x\vert $", r"$\Vert y\Vert $"]),
        ("$n$th and $k$-means, $x$.", ["$n$", "$k$", "$x$"]),
        (r"$\text{a \$5 note}$", [r"$\text{a \$5 note}$"]),
        ("$x$ $$y$$ $z$", ["$x$", "$$y$$", "$z$"]),
        ("> $$\n> x\n> $$", ["$$x$$"]),
    ],
)
def test_formulas_are_set_as_formulas(text, expected):
    assert formulas(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5 and $10.",
        "It costs \\$5 and \\$10.",
        "It costs &#36;5 and &#36;10.",
        "From $1,000 to $2,000 a year, $3.50/month, US$5 or 5$ and 10$",
        "**$5** or **$6**",
        "$5 million and then 10$",
        "$ x $ and $y",
        "$$ alone",
        "$$$",
        "| $5 | $10 |\n|---|---|\n| $1 | $2 |",
        "Set $HOME and $PATH.",
        "An unclosed $x and \\(y and \\[z",
        "\\[some words in brackets\\] and \\(more words\\)",
        "$a `$b` c$",
    ],
)
def test_what_is_no_formula_is_not_set_as_one(text):
    assert formulas(text) == []
    shown = shown_text(text).replace("\n", "")
    assert re.sub(r"\W", "", shown) == re.sub(r"\W|---", "", re.sub(r"&#36;", "", text))
    assert shown.count("$") == text.count("$") + text.count("&#36;")


def test_a_dollar_sign_of_a_text_stands_in_an_element_of_its_own():
    assert safe_markdown("$5 and $x$") == "<span>&#36;</span>5 and $x$"


# -- other forms -----------------------------------------------------------------------------------------------------


def test_a_quotation_has_its_sign_on_every_line():
    quoted = safe_quote("a\n\n```\nb\n\nc\n```\n- d\n\n\n> e")
    assert all(line.startswith(">") for line in quoted.split("\n"))


@pytest.mark.parametrize("text", ["MiniMax-M3 · ~120 in · $0.0004", "a*b_c`d`[e](f)<g>|h|\\i", "# x", "1. x", "- x"])
def test_one_line_is_shown_as_it_is(text):
    for markdown in (safe_line(text), f"*{safe_line(text)}*", f"| {safe_line(text)} |\n|---|"):
        assert "".join(read(jupyterlab(markdown)).text).strip() == text


def test_numbers_and_names_keep_their_plain_form_in_one_line():
    plain = "0.15 of MiniMax-M2.7-highspeed (200,000 in), what? (yes)!"
    assert safe_line(plain) == plain


def test_one_line_is_one_line():
    assert safe_line(" a\n\n b\tc ") == "a b c"


@pytest.mark.parametrize("code", ["x", "<b>", "```\nx\n```", "a\n\n```\n<b>\n```\n~~~"])
def test_a_code_block_shows_the_code(code):
    assert [text.rstrip("\n") for text in read(jupyterlab(code_block(code, "text"))).code] == [code]
