"""An independent eye on the HTML of replies: html5lib reads it as a browser does, and says what has no place in it."""

from __future__ import annotations

import re
from typing import Any

import html5lib

HTML, MATH = "{http://www.w3.org/1999/xhtml}", "{http://www.w3.org/1998/Math/MathML}"
ELEMENTS = {
    *("a", "b", "blockquote", "br", "code", "del", "div", "em", "h3", "h4", "h5", "h6", "hr", "i", "kbd", "li", "mark"),
    *("ol", "p", "pre", "s", "span", "strong", "sub", "sup", "table", "tbody", "td", "th", "thead", "tr", "u", "ul"),
}
MATH_ELEMENTS = {
    *("math", "semantics", "annotation", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mfrac", "msqrt", "mroot"),
    *("mstyle", "mpadded", "mphantom", "msub", "msup", "msubsup", "munder", "mover", "munderover", "mmultiscripts"),
    *("mprescripts", "mtable", "mtr", "mtd", "menclose"),
}
MATH_TEXT = {"mi", "mn", "mo", "mtext", "annotation"}
ATTRIBUTES = {
    "class": re.compile(r"|mnb-[a-z0-9-]+( mnb-[a-z0-9-]+)*"),
    "dir": re.compile("auto|ltr"),
    "tabindex": re.compile("0"),
    "role": re.compile("region|group|img"),
    "aria-label": re.compile("Table|Formula|Done|Not done"),
    "start": re.compile(r"\d{1,9}"),
}
LINK = {
    "href": re.compile(r"(https?://[^\s/]|mailto:)[^\s<>\"\x00-\x1f]*", re.IGNORECASE),
    "rel": re.compile("noopener noreferrer nofollow"),
    "target": re.compile("_blank"),
}
SHORT = re.compile(r"[a-z]+|[+-]?\d{0,2}(\.\d{1,4})?(em|ex|cm|pt|px)?|application/x-tex|(solid|none)( (solid|none))*")


def tree(html: str) -> Any:
    """The HTML as it stands in a page, inside a ``div``."""
    return html5lib.parseFragment(html, container="div", treebuilder="etree")


def complaints(html: str) -> list[str]:
    """What is in the HTML that may not be in it; empty if all is well."""
    root = tree(html)
    wrong = [word for element in root.iter() if element is not root for word in _element(element)]
    wrong += ["reads otherwise when it is read again"] if shape(tree(written(root))) != shape(root) else []
    wrong += [f"sign U+{ord(sign):04X}" for sign in set(html) & set("\x00\x08\x7f\u202d\u202e\ufdd0\ufdd1\ufffe")]
    return wrong


def _element(element: Any) -> list[str]:
    if not isinstance(element.tag, str):
        return ["comment"]
    if element.tag.startswith(MATH):
        return _math(element, element.tag.removeprefix(MATH))
    tag = element.tag.removeprefix(HTML)
    wrong = [] if element.tag.startswith(HTML) and tag in ELEMENTS else [f"element {element.tag}"]
    if tag == "a":
        wrong += [f"link {name}={value}" for name, value in element.items() if not _fits(LINK, name, value)]
        return wrong + (["link without its guard"] if {"href", *element.keys()} != set(LINK) else [])
    return wrong + [f"{tag} {name}={value}" for name, value in element.items() if not _fits(ATTRIBUTES, name, value)]


def _fits(table: dict[str, re.Pattern[str]], name: str, value: str) -> bool:
    return name in table and table[name].fullmatch(value) is not None


def _math(element: Any, tag: str) -> list[str]:
    wrong = [] if tag in MATH_ELEMENTS else [f"math element {tag}"]
    wrong += [f"{tag} {name}={value}" for name, value in element.items() if not SHORT.fullmatch(value)]
    wrong += [
        f"{tag} {name}" for name, _ in element.items() if name in ("href", "style", "class", "id") or name[:2] == "on"
    ]
    wrong += [
        f"{tag} holds {child.tag}" for child in element if not str(child.tag).startswith(MATH) or tag in MATH_TEXT
    ]
    return wrong


def shape(element: Any) -> list[Any]:
    """Everything of the tree that a page would show or act on."""
    return [
        (str(one.tag), sorted(one.items()), one.text or "", "" if one is element else one.tail or "", len(one))
        for one in element.iter()
    ]


def written(root: Any) -> str:
    """The tree as HTML again."""
    options = {"omit_optional_tags": False, "quote_attr_values": "always", "strip_whitespace": False}
    return str(html5lib.serialize(root, tree="etree", alphabetical_attributes=False, **options))


def text_of(html: str) -> str:
    """What the page's ``textContent`` would be."""
    return "".join(tree(html).itertext())


def find(html: str, tag: str) -> list[Any]:
    """The elements of this name, MathML included."""
    return [one for one in tree(html).iter() if str(one.tag).rpartition("}")[2] == tag]
