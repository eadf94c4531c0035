"""Hostile replies: nothing in them runs, loads, restyles or asks, whichever parser reads what is left of them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minimax_nb.display.safe import code_block, safe_line, safe_markdown, safe_quote
from tests.display.hostile import HOSTILE
from tests.display.judges import complaints, jupyterlab, read

IMG = "<img src=x onerror=alert(1)>"

PIECES = [
    *("`", "`", "``", "```", "````", "~~~", "~~~~", "~", "\n", "\n", "\n", "\n\n", " ", "  ", "    ", "\t", ">", "> "),
    *("- ", "* ", "1. ", "10) ", "+ ", "$", "$", "$$", "|", "| --- |\n", "|---|---|\n", "\\", "\\\\", "<", "&", "@@"),
    *(IMG, IMG, "<script>alert(1)</script>", "[a](javascript:alert(1))", "![p](http://x/y.png)", "](", "]:", "[", "]"),
    *("[r]: javascript:x\n", "(", ")", "!", "javascript:", "java", "script:", "&colon;", "&#58;", '"', "'", "<!--"),
    *("-->", "<b>", "</b>", "</details>", "<pre>", "</code>", "<style>", "<http://a.b/c>", "https://a.b/", "ftp://a"),
    *("\\href{javascript:x}{y}", "\\begin{a}", "\\end{a}", "\\(", "\\)", "\\[", "\\]", "\\\\[", "\\\\]", "&#36;"),
    *("&#60;img src=x&#62;", "&lt;", "&#92;", "@@0@@", "@\\@0@@", "word", "{", "}", "# ", "===\n", "---\n", "**", "_"),
    *("[ ] ", "- [x] ", "python", "mermaid", "5", "\\`", "\\|", "^", "%", "```\n", "~~~\n", "```x\n", "   ```\n"),
    *("  ```\n", "    ```\n", "> ```\n", "- ```\n", "* ~~~\n", f"{IMG}\n", '"onmouseover="alert(1)', "x\n", "<br>\n"),
    *("[\n", "[x]: y\n", "]:x\n", '"\n', '\n"', "'\n", "\n$$\n", "&Tab;", "\r", "\u2028", "\x00", "https://a.b!"),
]
texts = st.lists(st.sampled_from(PIECES), max_size=40).map("".join)
quick = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def test_the_judges_see_what_is_wrong_with_the_texts_as_they_came():
    seen = {name for name, text in HOSTILE.items() if complaints(text)}
    assert len(HOSTILE) >= 150
    assert len(seen) >= 0.75 * len(HOSTILE)


def test_the_judge_for_jupyterlab_knows_that_formulas_can_leave_an_attribute():
    wrong = read(jupyterlab('[x](http://a/$b"onmouseover="alert(1)"$)')).wrong
    assert "attribute a.onmouseover" in wrong


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_gets_through(name):
    assert complaints(safe_markdown(HOSTILE[name])) == {}


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_gets_out_of_a_fold(name):
    folded = f"<details>\n<summary>Thinking</summary>\n\n{safe_quote(HOSTILE[name])}\n\n</details>\n\nlast words"
    assert complaints(folded) == {}
    html = jupyterlab(folded)
    assert html.count("<details>") == html.count("</details>") == 1
    assert html.index("</details>") < html.index("last words")


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_gets_out_of_one_line_or_a_code_block(name):
    text = HOSTILE[name]
    assert complaints(f"| a |\n|---|\n| {safe_line(text)} |\n\n*{safe_line(text)}*") == {}
    assert complaints(f"{safe_markdown(text)}\n\n{code_block(text, text)}\n\nend") == {}


@given(texts)
@quick
def test_no_mixture_of_signs_gets_through(text):
    assert complaints(safe_markdown(text)) == {}


@given(texts, texts)
@quick
def test_no_mixture_of_signs_gets_out_of_a_fold(thinking, answer):
    folded = (
        f"<details>\n<summary>Thinking</summary>\n\n{safe_quote(thinking)}\n\n</details>\n\n{safe_markdown(answer)}"
    )
    assert complaints(folded) == {}


@given(texts)
@quick
def test_no_mixture_of_signs_gets_out_of_one_line(text):
    line = safe_line(text)
    assert "\n" not in line
    assert complaints(f"{line}\n\n<sub>{line}</sub>\n\n- {line}") == {}


def test_pictures_become_links_with_a_name():
    html = jupyterlab(safe_markdown("![alt](http://a.b/p.png) ![](http://a.b/q.png) [![badge](x.svg)](http://c.d)"))
    assert '<a href="http://a.b/p.png">alt</a>' in html
    assert '<a href="http://a.b/q.png">picture</a>' in html
    assert '<a href="http://c.d">badge</a>' in html


@pytest.mark.parametrize("target", ["javascript:alert(1)", "JaVa&Tab;script:x", "data:text/html,x", "vbscript:x"])
def test_bad_destinations_become_the_page_itself(target):
    html = jupyterlab(safe_markdown(f"[a]({target}) [b]\n\n[b]: {target}"))
    assert '<a href="#">a</a>' in html
    assert '<a href="#">b</a>' in html


def test_diagrams_are_shown_as_code_because_drawing_them_loads_pictures():
    assert "```text\nflowchart LR\n```" in safe_markdown("```mermaid\nflowchart LR\n```")


def test_a_code_block_can_follow_a_fence_that_a_parser_may_see_open():
    shown = safe_markdown(f"- ```\n  a\n\n```html\n{IMG}\n```")
    assert f"~~~html\n{IMG}\n~~~" in shown
