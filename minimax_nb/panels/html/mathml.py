r"""LaTeX to MathML, which browsers draw by themselves: no script, no fonts to load.

latex2mathml makes a tree; this module writes it out by a list of elements and attributes, so that nothing a formula
says can become anything but MathML. Colours are left out, lengths are bounded (a formula may not cover what stands
beside it), and letters in bold or script are written as the Unicode letters of that style, since browsers no longer
heed ``mathvariant`` (MathML Core, read 2026-11-21). The source stays in an ``annotation``, to be copied.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from minimax_nb.display.maths import any_refused
from minimax_nb.panels.html.plain import clean_text

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

LONGEST_FORMULA = 4_000
"""Characters of LaTeX in one formula; a longer one is shown as its source."""

DEEPEST_FORMULA = 60
"""Elements within elements; a deeper formula is shown as its source."""

_TOKENS = frozenset({"mi", "mn", "mo", "mtext", "mspace"})
_BOXES = frozenset({
    "mrow", "mfrac", "msqrt", "mroot", "mstyle", "mpadded", "mphantom", "msub", "msup", "msubsup", "munder", "mover",
    "munderover", "mmultiscripts", "mprescripts", "mtable", "mtr", "mtd", "menclose",
})  # fmt: skip
_CHILDREN = {
    **dict.fromkeys(("mfrac", "mroot", "msub", "msup", "munder", "mover"), 2),
    **dict.fromkeys(("msubsup", "munderover"), 3),
}
_TRUTH = re.compile("true|false")
_LENGTH = re.compile(r"[+-]?[0-3]?(?:\.\d{1,4})?(?:em|ex|cm|pt|px)|0")
_ATTRIBUTES = {
    **dict.fromkeys(("stretchy", "fence", "largeop", "movablelimits", "accent", "accentunder", "displaystyle"), _TRUTH),
    **dict.fromkeys(("minsize", "maxsize", "lspace", "rspace", "width", "height", "depth", "voffset"), _LENGTH),
    "linethickness": re.compile(r"0|[01]?(?:\.\d{1,3})?(?:em|ex|pt|px)"),
    "scriptlevel": re.compile("[0-2]"),
    "form": re.compile("prefix|infix|postfix"),
    "columnalign": re.compile("left|center|right"),
    "columnlines": re.compile("(?:solid|none)(?: (?:solid|none)){0,9}"),
    "notation": re.compile("box"),
}
_CODE_POINT = re.compile(r"&#x([0-9A-Fa-f]{2,6});")
_NOT_KNOWN = re.compile(r"\\[A-Za-z]|&\Z")

_ENVIRONMENT = re.compile(r"\\(begin|end)\s*\{([A-Za-z]+)\*?\}(?:\{\d+\})?")
_NAMES = {
    **dict.fromkeys(("align", "aligned", "alignat", "alignedat", "flalign", "eqnarray"), "split"),
    **dict.fromkeys(("gather", "gathered", "multline", "multlined", "smallmatrix"), "matrix"),
    **dict.fromkeys(("equation", "displaymath", "math"), ""),
    "dcases": "cases",
}
_DROPPED = re.compile(r"\\(?:nonumber|notag|allowdisplaybreaks)(?![A-Za-z])|\\label\s*\{[^{}]*\}")
_SPACES = re.compile(r"\s+")
_COMMENT = re.compile(r"(?<!\\)%[^\n]*")

# Where the letters of a style begin in Unicode: capitals, small letters, digits. Some letters had been there before.
_STYLES = {
    "bold": (0x1D400, 0x1D41A, 0x1D7CE),
    "italic": (0x1D434, 0x1D44E, 0),
    "bold-italic": (0x1D468, 0x1D482, 0x1D7CE),
    "script": (0x1D4D0, 0x1D4EA, 0),
    "fraktur": (0x1D56C, 0x1D586, 0),
    "sans-serif": (0x1D5A0, 0x1D5BA, 0x1D7E2),
    "monospace": (0x1D670, 0x1D68A, 0x1D7F6),
}
_GREEK = {"bold": 0x1D6C2, "bold-italic": 0x1D736}


def mathml(latex: str, *, display: bool) -> str | None:
    """The formula as a ``math`` element.

    Args:
        latex: What stands between the delimiters.
        display: Whether it stands by itself and not in a line of text.

    Returns:
        The element, or None for what cannot be converted in full: unknown commands, commands that would reach beyond
        the formula (links, definitions), and formulas past the limits.
    """
    if len(latex) > LONGEST_FORMULA or any_refused(latex):
        return None
    root = _tree(_prepared(latex, display=display), display)
    try:
        inside = "" if root is None else "".join(piece for child in root for piece in _written(child, 0))
    except ValueError:
        return None
    if not inside:
        return None
    source = escape(clean_text(latex.strip()), quote=False)
    return (
        f'<math display="{"block" if display else "inline"}"><semantics>{inside}'
        f'<annotation encoding="application/x-tex">{source}</annotation></semantics></math>'
    )


def _prepared(latex: str, *, display: bool) -> str:
    """The source in the words that latex2mathml knows; without numbers of equations, as notebooks show them."""
    latex = _SPACES.sub(" ", _COMMENT.sub("", latex))
    latex = _ENVIRONMENT.sub(_known_name, _DROPPED.sub("", latex)).strip()
    if display and "\\\\" in latex and "\\begin" not in latex:
        name = "split" if "&" in latex else "matrix"
        return rf"\begin{{{name}}}{latex}\end{{{name}}}"
    return latex


def _known_name(found: re.Match[str]) -> str:
    name = _NAMES.get(found[2])
    if name is None:
        return found[0]
    return rf"\{found[1]}{{{name}}}" if name else ""


def _tree(latex: str, display: bool) -> Element | None:
    from latex2mathml.converter import convert_to_element

    try:
        return convert_to_element(latex, display="block" if display else "inline")
    except Exception:  # noqa: BLE001 - the library raises whatever its parser ran into, RecursionError included
        return None


def _written(element: Element, depth: int) -> Iterator[str]:
    """The pieces of the element's text.

    Raises:
        ValueError: If something in it is not known or not there, or it is too deep.
    """
    if depth > DEEPEST_FORMULA:
        raise ValueError("too deep")
    tag = element.tag
    if tag in _TOKENS and len(element):
        tag = "mrow"  # an operator made of other elements, as \mathop makes it
    if (tag not in _TOKENS and tag not in _BOXES) or len(element) != _CHILDREN.get(tag, len(element)):
        raise ValueError(tag)
    yield f"<{tag}{_attributes(element)}>"
    if tag in _TOKENS:
        yield escape(_letters(element), quote=False)
    for child in element:
        yield from _written(child, depth + 1)
    yield f"</{tag}>"


def _attributes(element: Element) -> str:
    kept = {
        name: value
        for name, value in element.attrib.items()
        if (pattern := _ATTRIBUTES.get(name)) is not None and pattern.fullmatch(value)
    }
    if element.tag == "mi" and element.get("mathvariant") == "normal":
        kept["mathvariant"] = "normal"  # the one value that browsers still heed
    return "".join(f' {name}="{value}"' for name, value in kept.items())


def _letters(element: Element) -> str:
    """The text of an element, in the letters of its style."""
    text = clean_text(_CODE_POINT.sub(_character, element.text or ""))
    if element.tag != "mtext" and _NOT_KNOWN.match(text):
        raise ValueError(text)
    style = _STYLES.get(element.get("mathvariant", ""))
    if style is None:
        return text
    greek = _GREEK.get(element.get("mathvariant", ""), 0)
    return "".join(_styled(sign, style, greek) for sign in text)


def _character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return chr(code) if code <= 0x10FFFF else "\ufffd"


def _styled(sign: str, style: tuple[int, int, int], greek: int) -> str:
    for first, last, begin in (("A", "Z", style[0]), ("a", "z", style[1]), ("0", "9", style[2]), ("α", "ω", greek)):
        if begin and first <= sign <= last:
            code = begin + ord(sign) - ord(first)
            return "\u210e" if code == 0x1D455 else chr(code)
    return sign
