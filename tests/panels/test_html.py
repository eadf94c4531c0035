"""Markdown as HTML for the panels: what honest text becomes, block by block."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading

import pytest

from minimax_nb.panels.html import code_html, plain_html, styles, to_html
from tests.panels.html_judge import complaints, find, shape, text_of, tree


def texts(html: str, tag: str) -> list[str]:
    return ["".join(one.itertext()) for one in find(html, tag)]


def test_headings_stand_below_those_of_the_page():
    html = to_html("# a\n\n## b\n\n### c\n\n#### d\n\n##### e\n\n###### f\n\ng\n=\n\nh\n-")
    assert re.findall(r"<(h\d)", html) == ["h3", "h4", "h5", "h6", "h6", "h6", "h3", "h4"]
    assert re.findall(r"</(h\d)>", html) == ["h3", "h4", "h5", "h6", "h6", "h6", "h3", "h4"]


def test_words_are_marked_as_github_marks_them():
    html = to_html("**a** *b* ~~c~~ `d` e_f_g")
    assert (texts(html, "strong"), texts(html, "em"), texts(html, "s"), texts(html, "code")) == (
        ["a"],
        ["b"],
        ["c"],
        ["d"],
    )
    assert "e_f_g" in html


def test_lists_nest_and_begin_where_they_say():
    html = to_html("3. a\n4. b\n   - c\n     - d")
    assert find(html, "ol")[0].get("start") == "3"
    assert texts(html, "li")[2:] == ["c\n\nd\n\n", "d"]


def test_tasks_are_signs_and_no_controls():
    html = to_html("- [ ] a\n- [x] b\n- [X] **c**\n- [y] d\n\n1. [ ] e\n\n2. [x]")
    signs = [(one.get("aria-label"), one.text) for one in find(html, "span")]
    assert signs == [("Not done", "☐"), ("Done", "☑"), ("Done", "☑"), ("Not done", "☐")]
    assert texts(html, "li")[:4] == ["☐ a", "☑ b", "☑ c", "[y] d"]
    assert find(html, "input") == []


def test_a_table_can_be_scrolled_by_keyboard_and_keeps_its_alignment():
    html = to_html("| a | b | c |\n|:--|--:|:-:|\n| 1 | 2<br>3 |")
    around = find(html, "div")[0]
    assert (around.get("role"), around.get("tabindex"), around.get("aria-label")) == ("region", "0", "Table")
    assert [one.get("class") for one in find(html, "td")] == ["mnb-left", "mnb-right", "mnb-center"]
    assert len(find(html, "br")) == 1


def test_code_has_its_language_and_colours_and_is_reached_by_keyboard():
    html = to_html("```python title=x\ndef f():\n    return '<b>'\n```")
    assert texts(html, "pre") == ["def f():\n    return '<b>'"]
    assert find(html, "pre")[0].get("tabindex") == "0"
    assert '<span class="mnb-lang">python</span>' in html
    assert '<span class="mnb-hl-k">def</span>' in html
    assert [one.get("class") for one in find(html, "div")] == ["mnb-code", "mnb-code-head"]


@pytest.mark.parametrize("info", ["", "no-such-language", "mermaid", "<b>", "python3000"])
def test_code_in_a_language_that_is_not_known_has_one_colour(info):
    html = to_html(f"~~~{info}\nif x < 1: pass\n~~~")
    assert texts(html, "pre") == ["if x < 1: pass"]
    assert len(find(html, "span")) == 1


def test_indented_code_and_code_in_a_list_are_code():
    assert texts(to_html("    a <b>\n"), "pre") == ["a <b>"]
    assert texts(to_html("- x\n\n  ```\n  y\n    z\n  ```"), "pre") == ["y\n  z"]


def test_every_language_that_has_colours_keeps_its_code_as_it_is():
    code = "# a\nx = 1; // y\n<b class='z'>\"q\"</b>\n\tend /* w */ { [ ( } ] ) $v @u\n\n"
    for name in ("python", "js", "java", "c", "c++", "go", "rust", "sql", "r", "json", "yaml", "html", "bash", "diff"):
        assert texts(code_html(code, name), "pre") == [code.removesuffix("\n")], name


def test_addresses_in_the_text_are_links():
    html = to_html("See https://a.b/c_(d)?e=f&g=h. Or (www.x.org), https://例え.jp/路。次 `https://no.t`")
    assert [one.get("href") for one in find(html, "a")] == [
        *("https://a.b/c_(d)?e=f&g=h", "https://www.x.org", "https://xn--r8jz45g.jp/%E8%B7%AF"),
    ]
    assert texts(html, "a") == ["https://a.b/c_(d)?e=f&g=h", "www.x.org", "https://例え.jp/路"]


def test_a_link_opens_elsewhere_and_tells_nothing():
    link = find(to_html("[a *b*](HTTPS://x.y/z 'title')"), "a")[0]
    assert dict(link.items()) == {
        "href": "HTTPS://x.y/z",
        "target": "_blank",
        "rel": "noopener noreferrer nofollow",
    }


@pytest.mark.parametrize(
    "target",
    [
        *("javascript:x", "JAVASCRIPT:x", "data:image/png;base64,AA==", "data:text/html,x", "vbscript:x", "file:///x"),
        *("/x", "#x", "x.md", "//x/y", "ftp://x", "command:x", "vscode://x", "http:x", "https:///x"),
        "https://known.example@other.example",
    ],
)
def test_what_leads_elsewhere_than_to_a_page_or_a_mail_is_no_link(target):
    html = to_html(f"[a]({target}) <{target}> ![p]({target})\n\n[b]: {target}\n\n[b]")
    assert [one for one in find(html, "a") if one.get("href")] == []
    assert "a" in text_of(html)


def test_maths_are_mathml_and_money_is_money():
    html = to_html("$x$ is 5, \\(y\\), $z$. It costs $5 and $10, from $1 to $2, or \\(in words\\). $20k-$30k")
    assert texts(html, "annotation") == ["x", "y", "z"]
    assert "It costs $5 and $10, from $1 to $2, or (in words). $20k-$30k" in text_of(html)


def test_raw_html_is_text_but_for_plain_tags():
    html = to_html("a<br/>b H<sub>2</sub>O <kbd>Ctrl</kbd> <div>x</div> <b class=y>z</b>")
    assert (len(find(html, "br")), texts(html, "sub"), texts(html, "kbd")) == (1, ["2"], ["Ctrl"])
    assert "<div>x</div> <b class=y>z</b>" in text_of(html)


def test_every_outermost_block_finds_its_own_direction():
    html = to_html("# a\n\nb\n\n- c\n\n  d\n\n1. e\n\n> f\n>\n> g\n\n|h|\n|-|\n\n$$\ni\n$$\n\n```\nj\n```\n\n---")
    tops = [(one.tag.rpartition("}")[2], one.get("dir")) for one in tree(html)]
    assert [top for top in tops if top[1] != "auto"] == [("div", None), ("div", "ltr"), ("div", None), ("hr", None)]
    assert find(html, "table")[0].get("dir") == "auto"
    assert find(html, "pre")[0].get("dir") == "ltr"
    assert [one.get("dir") for one in find(html, "p")] == ["auto", None, None, None, None]


def test_text_in_any_script_is_kept():
    text = "中文，日本語。한국어 עברית العربية 🙂 é"
    assert text_of(to_html(text)).strip() == text
    assert text_of(code_html(text)).endswith(text)


def test_plain_text_keeps_its_lines_and_signs():
    html = plain_html(" a <b>\r\n  **c** & d\u2028e\x00")
    assert text_of(html) == " a <b>\n  **c** & d\ne\ufffd"
    assert find(html, "div")[0].get("class") == "mnb-plain"


@pytest.mark.parametrize("text", ["", " ", "\n\n", "\t", "[a]: https://x", "&nbsp;"])
def test_nothing_becomes_nothing(text):
    assert text_of(to_html(text)).strip() == ""


def test_blocks_one_by_one_are_the_same_as_the_whole():
    blocks = ["# a\n\n", "b **c**\n\n", "- d\n- e\n\n", "```python\nf = 1\n```\n\n", "$$\ng\n$$\n\n", "|h|\n|-|\n|i|\n"]
    assert "".join(to_html(block) for block in blocks) == to_html("".join(blocks))


def test_two_texts_at_once_do_not_meet():
    wanted = {n: to_html(f"${n}$ and $x^{n}$") for n in range(8)}
    made: dict[int, set[str]] = {n: set() for n in wanted}

    def work(n: int) -> None:
        for _ in range(30):
            made[n].add(to_html(f"${n}$ and $x^{n}$"))

    threads = [threading.Thread(target=work, args=(n,)) for n in wanted]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == {n: {html} for n, html in wanted.items()}


def test_the_style_names_every_class_and_fetches_nothing():
    sheet = styles()
    html = to_html("- [x] a\n\n|a|\n|:-|\n|b|\n\n```python\n1\n```\n\n$$\nx\n$$\n\n$\\foo$") + plain_html("x")
    names = {name for one in tree(html).iter() for name in (one.get("class") or "").split()}
    named = set(re.findall(r"\.(mnb-[a-z0-9-]+)", sheet))
    assert {name for name in names if not name.startswith("mnb-hl-")} <= named
    assert {"mnb-hl-k", "mnb-hl-s2", "mnb-hl-c1", "mnb-hl-mi"} <= named
    assert not re.search(r"url\(|@import|expression|</", sheet)
    assert sheet.count("{") == sheet.count("}")


def test_the_output_is_html_that_reads_the_same_twice():
    html = to_html("# a\n\n- b\n  - `c`\n\n|d|\n|-|\n|$e$|\n\n> f\n\n```js\n\n\ng\n```")
    assert complaints(html) == []
    assert shape(tree(html)) == shape(tree(html.replace("\r", "")))


def test_importing_it_loads_no_parser_and_no_sanitiser():
    probe = (
        "import sys, json, minimax_nb.display\nbefore = set(sys.modules)\nimport minimax_nb.panels.html\n"
        "print(json.dumps(sorted({n.split('.')[0] for n in set(sys.modules) - before})))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    heavy = {"markdown_it", "mdit_py_plugins", "nh3", "latex2mathml", "pygments", "anywidget", "IPython"}
    assert heavy & set(json.loads(done.stdout.splitlines()[-1])) == set()
