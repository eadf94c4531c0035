r"""Markdown of a model, a tool or a server, made safe to show.

A front end that has just run a cell trusts its outputs: HTML inside Markdown would be page, and could run script,
change the page's look, load things or ask for a password. This module writes the text anew so that no Markdown parser
can find any such thing in it, while honest Markdown looks as it was meant.

The hard part is that parsers differ about where code begins and ends. So nothing is left to them:

* Outside code blocks every sign that could do harm is written as an entity (:mod:`minimax_nb.display.inline`).
* A code block at the left edge is written with a blank line around it and a closed fence longer than any run of its
  sign inside; all parsers agree on that form.
* A code block inside a list or a quotation keeps its fence only if its content would be harmless as text. Otherwise
  it becomes ``<pre><code>`` on one line with every sign as an entity: the same on screen, without colours.
* After a block of that harmless kind, dangerous code at the left edge is fenced with tildes, so that a parser that
  still sees the earlier fence open shows it as code all the same.
"""

from __future__ import annotations

import re

from minimax_nb.display.inline import AS_ENTITIES, alive, escaped_code, safe_inline

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LINE = re.compile(r"([ \t]*)(?:(>)|(`{3,}(?=[^`]*$)|~{3,})|([-*+]|\d{1,9}[.)])(?=[ \t]|$)|(#{1,6})(?=[ \t]|$))?")
_INFO = re.compile(r"[A-Za-z0-9_+#.\-]{1,40}")
_RUN = re.compile(r"`{3,}|~{3,}")
_MARKER = r"(?:[-*+]|\d{1,9}[.)])"
_TASK = re.compile(rf"^([ \t>]*(?:{_MARKER}[ \t>]+)*(?:{_MARKER}\n[ \t]*)?)\[([ xX])\](?=\s|\Z)", re.MULTILINE)
_DELIMITER_ROW = re.compile(r"[ \t]*+\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*+\|?[ \t]*+")
_WHITE = re.compile(r"\s+")
_SPECIAL = re.compile(r"[#$&*<>@\[\\\]_`|~]|:(?=//)|(?<=www)\.|^[-+=]|^(?P<number>\d{1,9})[.)](?= |$)", re.IGNORECASE)

# Front ends draw these, and what they draw may load pictures or is not escaped (mermaid in JupyterLab 4.6 fetches
# pictures named in a diagram; nbconvert 7.17 copies a mermaid block into the page as HTML).
_DRAWN = ("mermaid", "math", "geojson", "topojson", "stl")
_DEEPEST = 6


def safe_markdown(text: str) -> str:
    """The Markdown with nothing in it that could run, load, restyle or ask; code, tables and formulas as they were.

    The result is whole in itself: fences and formulas that the text leaves open are closed or shown as they are
    written. It takes time in proportion to the length of the text.
    """
    return "\n".join(_Blocks(_lines(text)).run())


def safe_quote(text: str) -> str:
    """The text made safe as a quotation: every line begins with ``>``, so that nothing in it can reach beyond."""
    return "\n".join(f"> {line}".rstrip(" ") for line in _inside(_lines(text), 1)[0])


def safe_line(text: str) -> str:
    """Plain text of any origin as one line that Markdown, in a table too, shows as it is."""
    line = _CONTROL.sub("\ufffd", _WHITE.sub(" ", text)).strip()
    return _SPECIAL.sub(_plainly, line)


def _plainly(found: re.Match[str]) -> str:
    number, sign = found["number"] or "", found[0][-1]
    return f"<span>&#{ord(sign)};</span>" if sign in "$\\@" else number + sign.translate(AS_ENTITIES)


def code_block(code: str, language: str = "") -> str:
    """The code as a block at the left edge, safe after whatever stands before it; put blank lines around it."""
    lines = _lines(code)
    return "\n".join(_closed_block(lines, language, doubt=True))


def _closed_block(lines: list[str], info: str, *, doubt: bool) -> list[str]:
    """A code block at the left edge. ``doubt``: a parser might see an earlier fence still open."""
    text = "\n".join(lines)
    if not doubt or not alive(text):
        return _fenced(lines, info, "`")
    return _fenced(lines, info, "~") if "```" not in text else [_preformatted(lines)]


def _lines(text: str) -> list[str]:
    """The lines as every parser counts them; control characters are made visible."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return _CONTROL.sub("\ufffd", text).split("\n")


def _fenced(lines: list[str], info: str, sign: str) -> list[str]:
    longest = max((len(run) for line in lines for run in _RUN.findall(line) if run[0] == sign), default=2)
    fence = sign * (longest + 1)
    return [fence + _language(info), *lines, fence]


def _language(info: str) -> str:
    """The first word of a fence's info string, without anything that could be more than a name."""
    found = _INFO.search(info)
    name = found[0] if found else ""
    return "text" if name.lower().startswith(_DRAWN) else name


def _preformatted(lines: list[str]) -> str:
    return f"<pre><code>{escaped_code(chr(10).join(lines))}</code></pre>"


def _width(space: str) -> int:
    return len(space.expandtabs(4))


def _without_indent(line: str, width: int) -> str:
    """The line without its first ``width`` columns, as far as they are blank; a tab reaches to a multiple of four."""
    column = 0
    for index, sign in enumerate(line):
        if column >= width or sign not in " \t":
            return line[index:]
        column += 1 if sign == " " else 4 - column % 4
        if column > width:
            return " " * (column - width) + line[index + 1 :]
    return ""


def _inside(lines: list[str], depth: int) -> tuple[list[str], bool]:
    """The lines of a quotation made safe, and whether a fence was left in them."""
    blocks = _Blocks(lines, depth)
    return "\n".join(blocks.run()).split("\n"), blocks.doubt


class _Blocks:
    """One pass over the lines of a text or of a quotation.

    Attributes:
        doubt: Whether a fence was written inside a list or a quotation, so that a parser might see it still open.
    """

    def __init__(self, lines: list[str], depth: int = 0) -> None:
        self.lines = lines
        self.depth = depth
        self.at = 0
        self.out: list[str] = []
        self.unit: list[str] = []
        self.items: list[int] = []  # columns where the content of the open list items begins
        self.fresh = True  # no paragraph is open, so an indented line is code
        self.doubt = False

    def run(self) -> list[str]:
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if not line or line.isspace():
                self._flush()
                self.out.append("")
                self.at += 1
            else:
                self._line(line)
        self._flush()
        return self.out

    def _line(self, line: str) -> None:
        found = _LINE.match(line)
        assert found is not None
        lead, quote, fence, marker, heading = found.groups()
        indent = _width(lead) if lead else 0
        while self.items and indent < self.items[-1]:
            self.items.pop()
        near = indent - (self.items[-1] if self.items else 0) < 4
        if not near and not self.items and self.fresh:
            self._indented()
        elif quote and self.depth < _DEEPEST:
            self._quotation(lead)
        elif fence and near:
            self._fence(lead, lead, indent, fence, line[found.end() :])
        elif marker and near:
            self._item(line, found, indent)
        else:
            if heading:
                self._flush()
            self._text(line)
            if heading:
                self._flush()

    # -- text ------------------------------------------------------------------------------------------------------

    def _text(self, line: str) -> None:
        self.unit.append(line)
        self.fresh = False
        self.at += 1

    def _flush(self) -> None:
        """Write the paragraph, item or table that is open."""
        self.fresh = True
        unit, self.unit = self.unit, []
        if not unit:
            return
        text = "\n".join(unit)
        if "[" in text:
            text = _TASK.sub(lambda found: found[1] + ("☐" if found[2] == " " else "☑"), text)
        header = self._header(unit)
        if header == len(unit):
            self._inline(text, table=False)
            return
        rows = text.split("\n")
        if header:
            self._inline("\n".join(rows[:header]), table=False)
        for row in rows[header:]:
            self._inline(row, table=True)

    def _inline(self, text: str, *, table: bool) -> None:
        self.out.append(safe_inline(text, table=table, flat=table or self.depth > 0))

    @staticmethod
    def _header(unit: list[str]) -> int:
        """Where a table begins in these lines; their number if there is none."""
        for index, line in enumerate(unit[1:]):
            if "|" in line and "|" in unit[index] and _DELIMITER_ROW.fullmatch(line):
                return index
        return len(unit)

    def _item(self, line: str, found: re.Match[str], indent: int) -> None:
        """The first line of a list item; it may begin further items, or a code block."""
        self._flush()
        column = indent
        inner: re.Match[str] | None = found
        while inner is not None and inner[4]:
            end = inner.end()
            spaces = len(line) - end - len(line[end:].lstrip(" \t")) if end < len(line) else 0
            spaces = spaces if end + spaces < len(line) and spaces <= 4 else 1
            column += len(inner[4]) + spaces
            self.items.append(column)
            inner = _LINE.match(line, end + spaces) if end + spaces < len(line) else None
        if inner is not None and inner[3] and not inner[1]:
            self._fence(line[: inner.start()], " " * column, column, inner[3], line[inner.end() :])
        else:
            self._text(line)

    def _quotation(self, lead: str) -> None:
        """Lines that begin with ``>``, as a text of their own."""
        self._flush()
        inner: list[str] = []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if not line.startswith(lead + ">"):
                break
            rest = line[len(lead) + 1 :]
            inner.append(rest.removeprefix(" "))
            self.at += 1
        safe, doubt = _inside(inner, self.depth + 1)
        self.doubt = self.doubt or doubt
        self.out += [f"{lead}> {line}".rstrip(" ") for line in safe]
        self.fresh = True

    # -- code ------------------------------------------------------------------------------------------------------

    def _fence(self, first: str, lead: str, indent: int, fence: str, info: str) -> None:
        """A fenced block; ``first`` stands before its opening fence, ``lead`` before its other lines."""
        self._flush()
        self.at += 1
        base = self.items[-1] if self.items else 0
        code: list[str] = []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            bare = line.strip(" \t")
            closing = bare.startswith(fence) and not bare.strip(fence[0])
            width = _width(line[: len(line) - len(line.lstrip(" \t"))])
            if bare and width < base and not closing:
                break
            self.at += 1
            if closing and width - base < 4:
                break
            code.append(_without_indent(line, indent))
        self._code(code, info, first, lead)

    def _indented(self) -> None:
        """A block of lines indented by four columns or more."""
        self._flush()
        code: list[str] = []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if line.strip(" \t") and _width(line[: len(line) - len(line.lstrip(" \t"))]) < 4:
                break
            code.append(_without_indent(line, 4))
            self.at += 1
        while code and not code[-1].strip():
            code.pop()
            self.at -= 1
        self._code(code, "", "", "")

    def _code(self, code: list[str], info: str, first: str, lead: str) -> None:
        """Write a code block in the form that is safe where it stands."""
        if not self.items and not self.depth:
            self._at_edge(code, info)
        elif alive("\n".join(code)):
            self.out.append(first + _preformatted(code))
        else:
            self.doubt = True
            block = _fenced(code, info, "`")
            self.out.append(first + block[0])
            self.out += [lead + line if line else "" for line in block[1:]]
        self.fresh = True

    def _at_edge(self, code: list[str], info: str) -> None:
        if self.out and self.out[-1]:
            self.out.append("")
        self.out += _closed_block(code, info, doubt=self.doubt)
        if self.at < len(self.lines) and self.lines[self.at].strip():
            self.out.append("")
