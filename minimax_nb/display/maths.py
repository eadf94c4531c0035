r"""Formulas of a model: which dollar signs start one, and what a formula may not hold.

JupyterLab takes formulas out of the text before it reads the Markdown and puts them back into the HTML afterwards,
without regard to where they stood; quotation marks inside a formula could therefore leave an attribute they were put
into (seen in JupyterLab 4.6). MathJax has commands that make links, set styles and redefine other commands for the
whole page, and TeX, which makes the PDF, has commands that read files. All of them are made plain words here.
"""

from __future__ import annotations

import re

from minimax_nb.display.links import LABEL

# MathJax 3 (base, html, bbox, unicode, require, newcommand packages), KaTeX's html commands, and TeX's own file and
# definition commands. Definitions are refused because MathJax keeps them for every other output of the page.
_REFUSED = frozenset({
    "href", "url", "style", "class", "cssid", "data", "html", "htmlclass", "htmlstyle", "htmlid", "htmldata",
    "require", "autoload", "unicode", "mmltoken", "bbox", "includegraphics", "special",
    "def", "gdef", "edef", "xdef", "let", "futurelet", "global", "newcommand", "renewcommand", "providecommand",
    "newenvironment", "renewenvironment", "newdocumentcommand", "declaremathoperator", "csname", "endcsname", "catcode",
    "input", "include", "inputiffileexists", "openin", "openout", "read", "write", "immediate", "scantokens",
    "directlua", "everymath", "lstinputlisting", "verbatiminput", "usepackage", "requirepackage", "documentclass",
})  # fmt: skip
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_BRACES = re.compile(r"\\[{}$]|[{}]")
_MONEY = re.compile(r"[\d.,]{1,20}\s?[A-Za-z]{0,3}[\s,;:.)*_]{1,6}[A-Za-z]{2,}")
_WORDS = re.compile(r"\s*[A-Za-z][A-Za-z ,.'-]{3,}\s*")
_ODD = re.compile(r'["<&!\]^~f|\\@]')
_REPLACED = re.compile(
    r"""(?P<less><(?=[A-Za-z/!?])|&lt;)|(?P<more>&gt;)|(?P<amp>&amp;)|(?P<entity>&(?=\#?\w+;))|(?P<quote>")"""
    r"""|(?P<apart>\](?=[(:])|!(?=\[)|\^(?=\^)|~(?=~)|(?<=ftp):(?=//)|@(?=@))|(?P<command>\\[A-Za-z]+)""",
    re.IGNORECASE,
)
_BAR = re.compile(r"(\\)?\|")
_ENDS = re.compile(r"\\(begin|end)\{([^{}\n]{0,40})\}")
_LONE_DOLLAR = re.compile(r"(?<!\\)\$|\\\\\$")
_COMMENT = re.compile(r"(?<!\\)%[^\n]*")
_LINE_END = re.compile(r"[ \t]*\n[ \t]*")
_GAP = re.compile(r"(\\\\)\[")
_GAP_FIRST = re.compile(r"^([ \t]*\\\\)\[", re.MULTILINE)


def refused(name: str) -> bool:
    """Whether a formula may not use the command of this name (given without its backslash)."""
    return name.lower() in _REFUSED


def any_refused(text: str) -> bool:
    """Whether a command that is refused stands anywhere in the text."""
    return "\\" in text and any(refused(name) for name in _COMMAND.findall(text))


def _replace(found: re.Match[str]) -> str:
    text = found[0]
    match found.lastgroup:
        case "less":
            return r"\lt "
        case "more":
            return r"\gt "
        case "amp":
            return "&"
        case "quote":
            return "''"
        case "command":
            return rf"\mathrm{{{text[1:]}}}" if refused(text[1:]) else text
        case _:
            return text + "{}"


def balanced(content: str) -> bool:
    """Whether JupyterLab would find the end of the formula where it is: it looks past open braces."""
    depth = 0
    for found in _BRACES.finditer(content):
        if found[0] == "{":
            depth += 1
        elif found[0] == "}":
            depth -= 1
            if depth < 0:
                return False
    return depth == 0


def _nested(content: str) -> bool:
    """Whether every environment that begins in the formula ends in it, in order."""
    stack: list[str] = []
    for found in _ENDS.finditer(content):
        if found[1] == "begin":
            stack.append(found[2])
        elif not stack or stack.pop() != found[2]:
            return False
    return not stack


def formula(content: str, *, table: bool, lines: bool, bare: bool) -> str | None:
    """The inside of a formula, harmless, or None if it cannot be shown as one.

    Args:
        content: What stands between the delimiters; it holds no blank line.
        table: Whether it stands in a row of a table, where a bar would end the cell.
        lines: Whether it may have several lines: only where it is a paragraph of its own, since nbconvert takes a
            dollar pair or an environment at the beginning of any line as the beginning of a formula.
        bare: Whether its delimiters are single dollar signs.
    """
    if "`" in content or _LONE_DOLLAR.search(content) or not content.strip():
        return None
    if "\n" in content and not lines:
        content = _LINE_END.sub(" ", _COMMENT.sub("", content)).strip()
    if table:
        content = _BAR.sub(lambda found: r"\Vert " if found[1] else r"\vert ", content)
    if _ODD.search(content):
        content = _REPLACED.sub(_replace, content)
    if "\\\\[" in content:
        content = (_GAP if bare else _GAP_FIRST).sub(r"\1{}[", content)
    content = LABEL.sub(r"\1{}[", content) if "\n" in content else content
    if not balanced(content) or not _nested(content):
        return None
    # JupyterLab and nbconvert read a backslash or a dollar sign before the closing sign as part of it.
    return content + " " if content.endswith(("\\", "$")) else content


def is_money(content: str) -> bool:
    """Whether what follows a dollar sign reads like an amount and then words."""
    return _MONEY.match(content) is not None


def in_words(content: str) -> bool:
    """Whether what stands between escaped brackets is plain words, so that the brackets are only brackets."""
    return _WORDS.fullmatch(content) is not None
