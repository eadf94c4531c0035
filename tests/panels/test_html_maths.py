"""LaTeX as MathML: what is converted, what is shown as its source, and what a formula may not do."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minimax_nb.panels.html import to_html
from tests.panels.html_judge import complaints, find, text_of

PIECES = [
    *(
        "\\frac",
        "\\sqrt",
        "{",
        "}",
        "{",
        "}",
        "^",
        "_",
        "x",
        "1",
        "\\left(",
        "\\right)",
        "\\left",
        "\\right",
        "&",
        "\\\\",
    ),
    *(
        "\\begin{matrix}",
        "\\end{matrix}",
        "\\begin{cases}",
        "\\end{cases}",
        "\\text{",
        "\\mathbf",
        "\\mathbb{R}",
        "'",
        "\\of",
    ),
    *(
        "\\hspace",
        "{9em}",
        "\\color{red}",
        "\\over",
        "\\binom",
        "\\sum",
        "\\limits",
        "\\not",
        "=",
        "\\big(",
        "\\tag{1}",
    ),
    *(
        "\\operatorname{a}",
        "\\xrightarrow",
        "[",
        "]",
        "\\overset",
        "\\genfrac",
        "\\sideset",
        "\\middle|",
        "%",
        "~",
        "\\ ",
    ),
    *("\\raise", "\\rule", "\\root", "\\verb|", "|", "\\href", "\\def", "#1", "\\label{a}", "<", ">", '"', "&#x41;"),
]


def shown(latex: str) -> str:
    """The one formula's text as it is drawn, its source aside."""
    (formula,) = find(to_html(f"${latex}$"), "math")
    return "".join("".join(one.itertext()) for one in list(formula[0])[:-1])


@pytest.mark.parametrize(
    ("latex", "drawn"),
    [
        ("x^2", "x2"),
        (r"\frac{a}{b}", "ab"),
        (r"\mathbb{R}", "ℝ"),
        (r"\mathbf{AB1}", "𝐀𝐁𝟏"),
        (r"\boldsymbol{\alpha}", "𝜶"),
        (r"\mathcal{L}", "ℒ"),
        (r"\mathrm{MSE}", "MSE"),
        (r"\text{if } x < 1", "if\xa0x<1"),
        (r"\le \neq \infty", "≤≠∞"),
        (r"x' \to \hat{y}", "x′→y^"),
        (r"a % b", "a"),
    ],
)
def test_a_formula_is_drawn(latex, drawn):
    assert shown(latex) == drawn


def test_the_source_is_kept_for_copying():
    html = to_html("$\\frac{a}{b} < 1 \\text{ & } <b>$")
    (source,) = find(html, "annotation")
    assert source.get("encoding") == "application/x-tex"
    assert source.text == "\\frac{a}{b} < 1 \\text{ & } <b>"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "$$x$$",
            "$$\nx\n$$",
            "\\[x\\]",
            "\\[\nx\n\\]",
            "\\\\[x\\\\]",
            "$$\n\nx\n\n$$",
            "\\begin{equation}\nx\n\\end{equation}",
        ),
        *("> $$\n> x\n> $$", "- $$\n  x\n  $$", "text\n$$\nx\n$$\ntext", "a $$x$$ b", "1. a\n\n   \\[\n   x\n   \\]"),
    ],
)
def test_a_formula_of_its_own_is_displayed(text):
    (formula,) = find(to_html(text), "math")
    assert formula.get("display") == "block"
    assert formula[0][0].tag.endswith("mrow")


@pytest.mark.parametrize(
    "text", ["$x$", "\\(x\\)", "\\\\(x\\\\)", "a$x$b", "**$x$**", "| $x$ |\n|---|", "[$x$](https://y)"]
)
def test_a_formula_in_a_line_stays_in_it(text):
    (formula,) = find(to_html(text), "math")
    assert formula.get("display") == "inline"


def test_lines_of_a_displayed_formula_are_nothing_else():
    html = to_html("$$\na\n= b\n- c\n+ d\n# e\n> f\n\n1. g\n$$\n\nend")
    assert len(find(html, "math")) == 1
    assert [len(find(html, tag)) for tag in ("h3", "ul", "ol", "blockquote")] == [0, 0, 0, 0]
    assert text_of(html).strip().endswith("end")


@pytest.mark.parametrize(
    "name", ["align", "align*", "aligned", "gather", "split", "alignat}{2", "eqnarray", "multline"]
)
def test_environments_have_their_lines_and_no_numbers(name):
    plain = name.partition("}")[0]
    html = to_html(
        f"\\begin{{{name}}}\na &= b \\nonumber \\\\\nc &= d \\label{{x}}\n\\end{{{plain}}}".replace("&", "&")
    )
    if plain in ("gather", "multline"):
        html = to_html(f"\\begin{{{plain}}}\na \\\\\nc\n\\end{{{plain}}}")
    assert len(find(html, "mtr")) == 2
    assert "(1)" not in text_of(html)


@pytest.mark.parametrize(
    "latex",
    [
        *(
            r"\foo{x}",
            r"\href{javascript:x}{y}",
            r"\def\a{b}\a",
            r"\newcommand{\a}{b}\a",
            r"\class{a}{b}",
            r"\frac{a}",
            "x^",
        ),
        *(
            r"\left( x",
            r"\begin{nothing} & \end{nothing}",
            "a & b",
            r"\style{x}{y}",
            r"\input{x}",
            "{" * 300,
            "x" * 4_100,
        ),
    ],
)
def test_what_cannot_be_converted_is_shown_as_its_source(latex):
    html = to_html(f"a $${latex}$$ b")
    assert find(html, "math") == []
    assert latex.strip() in text_of(html)
    assert complaints(html) == []


@pytest.mark.parametrize(
    "text",
    [
        *(
            "$5 and $10",
            "$ x $",
            "$x $",
            "a $",
            "$$",
            "$$$$",
            "$$$x$$$",
            "\\$x\\$",
            "`$x$`",
            "$`x`$",
            "$x",
            "$1,000 or $2",
            "$x$5",
        ),
        *(
            "    $x$",
            "```\n$x$\n```",
            "\\(not maths at all\\)",
            "\\(",
            "\\[ x",
            "\\begin{align} x",
            "$a\nb$",
            "$\n\nx\n\n$",
        ),
    ],
)
def test_what_is_no_formula_stays_as_it_is(text):
    html = to_html(text)
    assert find(html, "math") == []
    assert complaints(html) == []


def test_a_formula_stays_in_its_place():
    html = to_html(r"$\rule{99em}{99em} \hspace{-50em} \raise{40em}{x} \color{red}{y} \hspace{1em}$")
    values = {value for one in find(html, "math")[0].iter() for name, value in one.items() if name != "display"}
    assert values <= {"1em", "application/x-tex", "prefix", "postfix"}


def test_colours_and_sizes_are_left_out_and_the_rest_is_drawn():
    assert shown(r"\color{red}{x} \textcolor{blue}{y}") == "xy"


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
def test_no_formula_breaks_anything(latex):
    for text in (f"a ${latex}$ b", f"$$\n{latex}\n$$", f"\\[{latex}\\]"):
        assert complaints(to_html(text)) == []


@pytest.mark.parametrize(
    "unit", ["{", "\\sqrt", "\\frac{", "\\left(", "x^{", "\\text{", "'", "^", "_", "\\begin{matrix}", "\\not"]
)
def test_no_formula_is_too_deep(unit):
    latex = unit * (3_900 // len(unit))
    html = to_html(f"$${latex}$$")
    assert latex in text_of(html)
    assert complaints(html) == []
