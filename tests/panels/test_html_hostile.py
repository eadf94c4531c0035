"""Hostile replies as HTML of the panels: a browser's reading of it finds nothing that runs, loads, restyles or asks."""

from __future__ import annotations

import markdown_it
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minimax_nb.panels.html import code_html, plain_html, to_html
from tests.display.hostile import HOSTILE
from tests.panels.html_judge import complaints, find, text_of
from tests.panels.mutants import IMG, MUTANTS

ALL = HOSTILE | {f"mutants: {name}": text for name, text in MUTANTS.items()}
PIECES = [
    *(
        "`",
        "``",
        "```",
        "~~~",
        "\n",
        "\n",
        "\n\n",
        " ",
        "    ",
        "\t",
        "> ",
        "- ",
        "1. ",
        "- [x] ",
        "# ",
        "---\n",
        "***",
    ),
    *(
        "$",
        "$$",
        "\\(",
        "\\)",
        "\\[",
        "\\]",
        "\\begin{align}",
        "\\end{align}",
        "&",
        "\\\\",
        "\\frac",
        "{",
        "}",
        "^",
        "_",
    ),
    *(
        "\\text{",
        "\\left(",
        "\\right)",
        "\\mathbf{x}",
        "\\hspace{1em}",
        "\\foo",
        "x",
        "5",
        "|",
        "|---|\n",
        "| a | b |\n",
    ),
    *("<", ">", '"', "'", "<!--", "-->", "<![CDATA[", "]]>", "</p>", "</math>", "</annotation>", "<mtext>", "<style>"),
    *(
        "</style>",
        "<svg>",
        "<math>",
        "<br>",
        "<sub>a</sub>",
        "<kbd>",
        "</kbd>",
        IMG,
        "<script>",
        "</script>",
        "<table>",
    ),
    *(
        "[a](javascript:alert(1))",
        "[",
        "](",
        ")",
        "!",
        "![",
        "]:",
        "https://x.y/",
        "www.x.y",
        "mailto:a@b",
        "<https://x>",
    ),
    *(
        "javascript:",
        "data:image/png;base64,AA",
        "&colon;",
        "&lt;",
        "&#x202E;",
        "&#xFDD0;",
        "\x00",
        "\u202e",
        "\ufdd00\ufdd1",
    ),
    *(
        "\ud800",
        "\r",
        "\u2028",
        "\x0c",
        "**",
        "*",
        "~~",
        "~",
        "python",
        "onclick=alert(1)",
        "漢",
        "ا",
        "\\",
        "\\|",
        "%",
        "#",
    ),
]
texts = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
quick = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def test_the_judge_sees_what_is_wrong_where_raw_html_is_let_through():
    careless = markdown_it.MarkdownIt("commonmark", {"html": True})
    seen = [name for name, text in MUTANTS.items() if complaints(careless.render(text.replace("\ud800", "")))]
    assert len(seen) >= 0.8 * len(MUTANTS)


@pytest.mark.parametrize(
    "html",
    [
        *(
            "<script></script>",
            "<p style=x>",
            "<p onclick=x>",
            "<p id=x>",
            "<a href=javascript:x>",
            "<input>",
            "<!-- x -->",
        ),
        *(
            "<math><mi href=https://x>",
            "<math><mtext><p>",
            "<math><mi style=x>",
            "<svg></svg>",
            "<button>",
            "<p>\u202e</p>",
        ),
        *("<math><annotation-xml>", "<a href=https://x>", "<span class=jp-Cell>", "<img src=x>", "<h1>", "<p dir=rtl>"),
    ],
)
def test_the_judge_complains_of(html):
    assert complaints(html)


@pytest.mark.parametrize("name", ALL)
def test_nothing_gets_through(name):
    assert complaints(to_html(ALL[name])) == []


@pytest.mark.parametrize("name", ALL)
def test_nothing_gets_out_of_what_it_stands_in(name):
    text = ALL[name]
    flat = " ".join(text.split())
    assert complaints(to_html("\n".join(f"> {line}" for line in text.split("\n")))) == []
    assert complaints(to_html(f"| a | b |\n|---|---|\n| {flat} | {flat.replace('|', '')} |")) == []
    assert complaints(to_html(f"- **{flat}**\n- [{flat}](https://x)\n- ${flat}$\n\n# {flat}")) == []


@pytest.mark.parametrize("name", ALL)
def test_nothing_gets_out_of_code_or_of_plain_text(name):
    text = ALL[name]
    for html in (code_html(text, text), code_html(text, "html"), code_html(text, "python"), plain_html(text)):
        assert complaints(html) == []
        assert len(find(f"<p>{html}</p>", "pre")) <= 1
    assert complaints(to_html(f"~~~~~~\n{text}\n~~~~~~\n\nend")) == []


@quick
@given(texts)
def test_nothing_gets_through_in_any_mixture(text):
    assert complaints(to_html(text)) == []


@quick
@given(st.text(max_size=200), st.sampled_from(["python", "html", "bash", "json", "latex", "diff", "php", "", "x"]))
def test_any_code_keeps_its_text(text, language):
    html = code_html(text, language)
    assert complaints(html) == []
    shown = "".join(find(html, "pre")[0].itertext())
    assert len(shown.split("\n")) >= len(text.strip("\n").split("\n")) if "\r" not in text else True
    assert {sign for sign in text if sign.isalnum()} <= set(shown)


def test_raw_html_is_shown_as_it_is_written():
    assert IMG in text_of(to_html(f"a {IMG} b"))
    assert "<script>alert(1)</script>" in text_of(to_html("<script>alert(1)</script>"))


def test_nothing_is_fetched():
    html = to_html("![p](http://127.0.0.1:9/p.png) ![](https://x/y.png) ![q](data:image/png;base64,AA==)")
    assert [one.get("href") for one in find(html, "a")] == ["http://127.0.0.1:9/p.png", "https://x/y.png"]
    assert text_of(html).split() == ["p", "picture", "q"]
    assert "data:" not in html


def test_a_mark_that_a_text_brings_is_no_formula():
    for text in (MUTANTS["marks of formulas"], MUTANTS["marks of formulas in an address"]):
        assert len(find(to_html(text), "math")) == 1


def test_a_formula_cannot_define_commands():
    html = to_html("$\\def\\a{\\b\\b}\\a$")
    assert find(html, "math") == []
    assert "\\def" in text_of(html)


def test_letters_cannot_be_turned_around():
    html = to_html("a\u202eb &#x202E; `c\u202ad\u2066e`\n\n```\nf\u2067g\n```")
    assert not set(html) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
