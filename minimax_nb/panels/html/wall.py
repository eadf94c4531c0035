"""The second wall: whatever is not on these lists leaves the HTML, however it came there.

``nh3`` reads the HTML as browsers do and writes it anew. MathML is not on the list, because the sanitiser behind nh3
lets HTML stand within formulas (tried with nh3 0.3.7, 2026-11-21); formulas are marks in the text until it has run.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from minimax_nb.panels.html.code import colour_classes

if TYPE_CHECKING:
    import nh3

OPEN, CLOSE = "\ufdd0", "\ufdd1"
"""Before and after the number of a formula: signs that no cleaned text can hold (``plain.clean_text``)."""

_MARK = re.compile(f"{OPEN}(\\d+){CLOSE}")
_HEADINGS = ("h3", "h4", "h5", "h6")
_DIRECTED = ("p", "ul", "ol", "blockquote", "table", *_HEADINGS)
_WITHOUT = ("em", "strong", "s", "br", "hr", "sub", "sup", "kbd", "mark", "b", "i", "u", "del", "thead", "tbody", "tr")

TAGS = frozenset({*_DIRECTED, *_WITHOUT, "a", "code", "div", "li", "pre", "span", "td", "th"})
"""Elements of the result, MathML aside."""

CLASSES = {
    "div": {"mnb-code", "mnb-code-head", "mnb-table", "mnb-formula", "mnb-plain", "mnb-remark"},
    "span": {"mnb-lang", "mnb-task"},
    "code": {"mnb-latex"},
    "li": {"mnb-todo"},
    "td": {"mnb-left", "mnb-center", "mnb-right"},
    "th": {"mnb-left", "mnb-center", "mnb-right"},
}
"""Classes of the result by element; a ``span`` may have those of coloured words, too."""

VALUES = {
    **{tag: {"dir": {"auto"}} for tag in _DIRECTED},
    "div": {
        "dir": {"auto", "ltr"},
        "tabindex": {"0"},
        "role": {"region", "group"},
        "aria-label": {"Table", "Formula"},
    },
    "pre": {"dir": {"ltr"}, "tabindex": {"0"}},
    "span": {"role": {"img"}, "aria-label": {"Done", "Not done"}},
}
"""Attributes that have one of a few values."""

ATTRIBUTES = {"a": {"href"}, "ol": {"start"}}
"""Attributes with any value; an address must begin with one of the schemes."""

SCHEMES = frozenset({"http", "https", "mailto"})
"""Where a link may lead."""


@cache
def _cleaner() -> nh3.Cleaner:
    import nh3

    return nh3.Cleaner(
        tags=set(TAGS),
        attributes=ATTRIBUTES,
        tag_attribute_values=VALUES,
        allowed_classes={**CLASSES, "span": CLASSES["span"] | colour_classes()},
        set_tag_attribute_values={"a": {"target": "_blank"}},
        link_rel="noopener noreferrer nofollow",
        url_schemes=set(SCHEMES),
        url_relative="deny",
    )


def sanitised(html: str) -> str:
    """The HTML with nothing in it that is not on the lists."""
    return _cleaner().clean(html)


def mark(number: int) -> str:
    """What stands in the HTML for a formula until it is sanitised."""
    return f"{OPEN}{number}{CLOSE}"


def with_formulas(html: str, formulas: Sequence[str]) -> str:
    """The sanitised HTML with each formula at its mark."""
    return _MARK.sub(lambda found: formulas[int(found[1])], html) if formulas else html
