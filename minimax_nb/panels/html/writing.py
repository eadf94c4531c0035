"""Markdown to HTML: the parser with the kit's rules, and how each kind of block is written."""

from __future__ import annotations

import re
from collections.abc import Callable, MutableMapping, Sequence
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any

from minimax_nb.panels.html.blocks import DEEPEST, dress, keep_limits, put_tasks
from minimax_nb.panels.html.code import code_html
from minimax_nb.panels.html.formulas import add_formulas
from minimax_nb.panels.html.links import only_harmless_links
from minimax_nb.panels.html.mathml import mathml
from minimax_nb.panels.html.plain import clean_code, clean_text, plain_html
from minimax_nb.panels.html.wall import mark, sanitised, with_formulas

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

LONGEST_TEXT = 200_000
"""Characters of Markdown in one call; a longer text is shown as it is written."""

MOST_FORMULAS = 500
"""Formulas that are converted in one call; the others are shown as their source."""

Env = MutableMapping[str, Any]
Writer = Callable[["Token", Env], str]
_TAG = re.compile(r"<(?:(br) ?/?|(sub|sup|kbd|mark|b|i|u|s|del)>([^<>\n`$\\\[\]&|~*_]{1,200})</\2)>", re.IGNORECASE)


def to_html(markdown: str) -> str:
    """Markdown of any origin as sanitised HTML, to be set as ``innerHTML`` of an element with the class ``mnb-block``.

    Tables, strikethrough, task lists and bare addresses are read as GitHub does; formulas become MathML. Raw HTML is
    shown as text, but for line breaks and a few tags without attributes (``<sub>``, ``<kbd>``, …).

    Args:
        markdown: One finished block or a whole text. Never raises, whatever it is.
    """
    if len(markdown) > LONGEST_TEXT:
        return plain_html(markdown)
    formulas: list[str] = []
    try:
        html = str(_parser().render(clean_text(markdown), {"formulas": formulas}))
    except RecursionError:  # called from deep within other code
        return plain_html(markdown)
    return with_formulas(sanitised(html), formulas)


@cache
def _parser() -> MarkdownIt:
    """The parser; it keeps nothing between texts."""
    from markdown_it import MarkdownIt

    parser = MarkdownIt("commonmark", {"html": False, "xhtmlOut": False, "maxNesting": DEEPEST})
    parser.enable(["table", "strikethrough"]).disable(["html_block", "html_inline"])
    add_formulas(parser)
    parser.inline.ruler.before("autolink", "plain_tag", _plain_tag)
    parser.core.ruler.after("block", "keep_limits", keep_limits)
    parser.core.ruler.after("keep_limits", "dress", dress)
    parser.core.ruler.push("links", only_harmless_links)
    parser.core.ruler.push("put_tasks", put_tasks)
    for kind, write in _WRITERS.items():
        parser.add_render_rule(kind, _rule(write))
    return parser


def _rule(write: Writer) -> Callable[..., str]:
    """The writer of one token in the form that the renderer calls."""

    def rule(_: object, tokens: Sequence[Token], at: int, _options: object, env: Env) -> str:
        return write(tokens[at], env)

    return rule


def _plain_tag(state: StateInline, silent: bool) -> bool:
    """A line break as models write it in tables, and a few tags around plain words."""
    found = _TAG.match(state.src, state.pos) if state.src[state.pos] == "<" else None
    if found is None:
        return False
    if not silent:
        token = state.push("plain_tag", (found[1] or found[2]).lower(), 0)
        token.content = found[3] or ""
    state.pos = found.end()
    return True


# -- how a token is written --------------------------------------------------------------------------------------------


def _text(token: Token, _: Env) -> str:
    return escape(clean_text(token.content), quote=False)


def _code_inline(token: Token, _: Env) -> str:
    return f"<code>{escape(clean_code(token.content), quote=False)}</code>"


def _code_block(token: Token, _: Env) -> str:
    return code_html(token.content, token.info)


def _plain(token: Token, _: Env) -> str:
    return plain_html(token.content)


def _remark(token: Token, _: Env) -> str:
    return f'<div class="mnb-remark">… {escape(token.content)}</div>'


def _task(token: Token, _: Env) -> str:
    sign, name = ("☑", "Done") if token.content else ("☐", "Not done")
    return f'<span class="mnb-task" role="img" aria-label="{name}">{sign}</span> '


def _tag(token: Token, _: Env) -> str:
    return f"<{token.tag}>{escape(token.content)}</{token.tag}>" if token.content else "<br>"


def _table_open(_token: Token, _: Env) -> str:
    return '<div class="mnb-table" role="region" aria-label="Table" tabindex="0"><table dir="auto">'


def _table_close(_token: Token, _: Env) -> str:
    return "</table></div>\n"


def _formula(token: Token, env: Env) -> str:
    return _converted(token.content, env, display=bool(token.meta.get("display")))


def _formula_block(token: Token, env: Env) -> str:
    inside = _converted(token.content, env, display=True)
    return f'<div class="mnb-formula" role="group" aria-label="Formula" tabindex="0" dir="ltr">{inside}</div>\n'


def _converted(latex: str, env: Env, *, display: bool) -> str:
    """The mark of the formula's MathML, or its source as code if it cannot be converted."""
    formulas: list[str] = env["formulas"]
    made = mathml(latex, display=display) if len(formulas) < MOST_FORMULAS else None
    if made is None:
        return f'<code class="mnb-latex">{escape(clean_code(latex.strip()), quote=False)}</code>'
    formulas.append(made)
    return mark(len(formulas) - 1)


_WRITERS: dict[str, Writer] = {
    "text": _text,
    "code_inline": _code_inline,
    "code_block": _code_block,
    "fence": _code_block,
    "plain": _plain,
    "remark": _remark,
    "task": _task,
    "plain_tag": _tag,
    "table_open": _table_open,
    "table_close": _table_close,
    "formula": _formula,
    "formula_block": _formula_block,
}
