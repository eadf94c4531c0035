"""Independent eyes on Markdown: parsers as front ends use them, and a reader of HTML that knows what may be in it.

``jupyterlab`` repeats what JupyterLab 4.6 does around its parser: formulas are taken out of the text first and put
back into the finished HTML, wherever their places have come to stand (rendermime package, read 2026-11-21).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from html.parser import HTMLParser
from urllib.parse import unquote

import markdown_it
import mistune
from nbconvert.filters.markdown_mistune import markdown2html_mistune

ELEMENTS = frozenset(
    {
        *("p", "a", "em", "strong", "code", "pre", "ul", "ol", "li", "blockquote", "hr", "br", "span", "div"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td", "details", "summary"),
        *("dl", "dt", "dd", "del", "sub", "sup", "kbd", "mark", "b", "i", "u", "s"),
    }
)
ATTRIBUTES = {
    "a": {"href", "title"},
    "ol": {"start"},
    "th": {"align", "style"},
    "td": {"align", "style"},
    "details": {"open"},
    **{f"h{level}": {"id"} for level in range(1, 7)},
}
CLASSES = re.compile(r"language-[\w+#.\-]+|highlight|math|anchor-link|[a-z][a-z0-9]{0,3}")
ALIGNMENTS = re.compile(r"text-align: ?(left|right|center)")
SCHEME = re.compile(r"([a-z][a-z0-9+.\-]*):", re.IGNORECASE)
REFUSED = re.compile(r"\\(href|url|style|class|cssId|require|unicode|mmlToken|bbox|def|let|newcommand|input)\b")


class Reader(HTMLParser):
    """Reads HTML the way a browser would and notes everything that has no place in an output.

    Args:
        pictures: Addresses of the pictures that may be in it: thumbnails of what was sent.
    """

    def __init__(self, pictures: Collection[str] = ()) -> None:
        super().__init__()
        self.pictures: list[str] = []
        self._may_show = frozenset(pictures)
        self.wrong: list[str] = []
        self.code: list[str] = []
        self.text: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self._picture(dict(attrs))
            return
        if tag not in ELEMENTS:
            self.wrong.append(f"element {tag}")
        for name, value in attrs:
            self._attribute(tag, name, value or "")
        self._open.append(tag)
        if tag in ("code", "pre") and self._open.count("code") + self._open.count("pre") == 1:
            self.code.append("")

    def _picture(self, attrs: dict[str, str | None]) -> None:
        source = attrs.get("src") or ""
        if source not in self._may_show or not set(attrs) <= {"src", "alt"}:
            self.wrong.append("element img")
        self.pictures.append(source)

    def _attribute(self, tag: str, name: str, value: str) -> None:
        if name == "class" and all(CLASSES.fullmatch(word) for word in value.split()):
            return
        if name not in ATTRIBUTES.get(tag, ()):
            self.wrong.append(f"attribute {tag}.{name}")
        elif name == "style" and not ALIGNMENTS.fullmatch(value.strip("; ")):
            self.wrong.append(f"style {value}")
        elif name == "href":
            self._destination(value)

    def _destination(self, value: str) -> None:
        bare = re.sub(r"[\x00-\x20\x7f-\x9f]", "", value)
        for text in (bare, unquote(bare)):
            scheme = SCHEME.match(text)
            if scheme and scheme[1].lower() not in ("http", "https", "mailto"):
                self.wrong.append(f"destination {value}")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if "code" in self._open or "pre" in self._open:
            self.code[-1] += data
        elif REFUSED.search(data):
            self.wrong.append(f"command {data.strip()[:40]}")

    def handle_comment(self, data: str) -> None:
        self.wrong.append("comment")

    handle_decl = handle_pi = unknown_decl = handle_comment


def read(html: str, pictures: Collection[str] = ()) -> Reader:
    """What a reader of the HTML notes."""
    reader = Reader(pictures)
    reader.feed(html)
    reader.close()
    return reader


# -- parsers ---------------------------------------------------------------------------------------------------------

_COMMONMARK = markdown_it.MarkdownIt("commonmark", {"html": True})
_TABLES = markdown_it.MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
_MISTUNE = mistune.create_markdown(escape=False, plugins=["table", "strikethrough", "url", "task_lists", "math"])

_FENCED = re.compile(r"^(`{3,}|~{3,})[^`\n]*\n[\s\S]*?^\1`*$", re.MULTILINE)
_SPAN = re.compile(r"(?:^|(?<=[^\\]))(`+)[^\n]*?[^`\n]\1(?!`)", re.MULTILINE)
_PIECE = re.compile(
    r"""(?P<dollar>\$\$?) | (?P<begin>\\begin\{[a-z]*\*?\}) | (?P<end>\\end\{[a-z]*\*?\}) | (?P<escape>\\[{}$])
    | (?P<open>\{) | (?P<close>\}) | (?P<lines>(?:\n\s*)+) | (?P<place>@@\d+@@) | (?P<bracket>\\\\[()\[\]])""",
    re.VERBOSE | re.IGNORECASE,
)
_HIDDEN = "\ue000"


class _Formulas:
    """Formulas of a text, taken out and put back."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def take_out(self, text: str) -> str:
        if "`" in text or "~~~" in text:
            for code in (_FENCED, _SPAN):
                text = code.sub(lambda match: match[0].replace("$", _HIDDEN), text)
        pieces, at = [], 0
        for match in _PIECE.finditer(text):
            pieces += [(None, text[at : match.start()]), (match.lastgroup, match[0])]
            at = match.end()
        pieces.append((None, text[at:]))
        return self._scan(pieces).replace(_HIDDEN, "$")

    def _scan(self, pieces: list[tuple[str | None, str]]) -> str:
        start, wanted, last, depth = -1, "", -1, 0
        for index, (kind, piece) in enumerate(pieces):
            if kind == "place":
                pieces[index] = (None, self._keep(piece))
            elif start < 0:
                wanted = {"dollar": piece, "begin": "\\end" + piece[6:]}.get(kind or "", "")
                wanted = {"\\\\(": "\\\\)", "\\\\[": "\\\\]"}.get(piece, wanted)
                start, depth = (index if wanted else -1), 0
            elif piece == wanted and depth:
                last = index
            elif piece == wanted or (kind == "lines" and piece.count("\n") > 1):
                end = index if piece == wanted else last
                if end >= 0:
                    self._collapse(pieces, start, end)
                start, last, depth = -1, -1, 0
            else:
                depth += {"open": 1, "close": -1 if depth else 0}.get(kind or "", 0)
        if start >= 0 and last >= 0:
            self._collapse(pieces, start, last)
        return "".join(piece for _, piece in pieces)

    def _collapse(self, pieces: list[tuple[str | None, str]], start: int, end: int) -> None:
        text = "".join(piece for _, piece in pieces[start : end + 1])
        text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace(_HIDDEN, "$")
        pieces[start : end + 1] = [(None, self._keep(text)), *[(None, "")] * (end - start)]

    def _keep(self, text: str) -> str:
        self.found.append(text)
        return f"@@{len(self.found) - 1}@@"

    def put_back(self, html: str) -> str:
        return re.sub(r"@@(\d+)@@", lambda match: self.found[int(match[1])], html)


def jupyterlab(markdown: str) -> str:
    """HTML as JupyterLab puts it into the page when it trusts the output."""
    formulas = _Formulas()
    return formulas.put_back(_TABLES.render(formulas.take_out(markdown)))


PARSERS: dict[str, Callable[[str], str]] = {
    "commonmark": _COMMONMARK.render,
    "with tables": _TABLES.render,
    "jupyterlab": jupyterlab,
    "mistune": lambda text: str(_MISTUNE(text)),
    "nbconvert": markdown2html_mistune,
}


def complaints(markdown: str, pictures: Collection[str] = ()) -> dict[str, list[str]]:
    """What is wrong with the Markdown, by the parser that shows it; empty if all is well."""
    found = {name: _wrong(parse, markdown, pictures) for name, parse in PARSERS.items()}
    return {name: wrong for name, wrong in found.items() if wrong}


def _wrong(parse: Callable[[str], str], markdown: str, pictures: Collection[str]) -> list[str]:
    try:
        return read(parse(markdown), pictures).wrong
    except LookupError:  # a place of a formula that is none: JupyterLab then shows nothing at all
        return ["cannot be shown"]
