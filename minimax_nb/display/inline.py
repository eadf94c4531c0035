r"""Text outside code blocks, made harmless whatever a Markdown parser takes it for.

Nothing here relies on parsers agreeing where a code span or a formula is. Code that could do harm if it were read as
text is written as ``<code>`` with every sign as an entity; other code keeps its backticks; a backtick that opens
nothing becomes an entity. So the only ``<`` before a letter in the result are tags written here, without attributes.

A dollar sign that is no formula's becomes ``<span>&#36;</span>``: JupyterLab 4.6 still reads ``\$`` and ``&#36;`` as
maths (its MathJax looks at the finished page, where both are dollar signs again); an element of its own it leaves
alone. ``\(…\)`` and ``\[…\]`` become ``$…$`` and ``$$…$$``, the one form that JupyterLab, VS Code, GitHub and
nbconvert all set.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from html import unescape

from minimax_nb.display.links import clean, harmless, without_open_label
from minimax_nb.display.maths import any_refused, formula, in_words, is_money, refused

AS_ENTITIES = {ord(sign): f"&#{ord(sign)};" for sign in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"} | {
    ord("\n"): "&#10;",
    ord("\t"): "&#9;",
}
"""For ``str.translate``: every ASCII sign as an entity, so that nothing but letters is left to any parser."""

_DOLLAR = "<span>&#36;</span>"
_BACKSLASH = "<span>&#92;</span>"
_AT = "<span>&#64;</span>"

_ALIVE = re.compile(
    r"<[A-Za-z/!?]|\$|!\[|~~~|@\\?@|ftp://|&#?\w+;|\\(?:begin|end)\b|\\\\[()\[\]]"
    r"|(?:^|\n)[ \t]*\[[^\[\]]*\Z|(?:^|\n|[-*+.)][ \t])[ \t>]*\[[ x]\](?:\s|\Z)"
    r"|\][(:]\s*(?:\S{200}|\S{0,199}?[:&%\\])",
    re.IGNORECASE,
)
_TOKEN = re.compile(
    r"(?P<tick>`+)|(?P<slash>\\+)|(?P<dollar>\$+)|(?P<less><(?=[A-Za-z/!?]))|(?P<badge>\[(?=!\[))"
    r"|(?P<picture>!+)|(?P<link>\]\()|(?P<label>\]:)|(?P<entity>&(?:#(?:\d{1,9}|x[0-9a-f]{1,9})?|\w{1,32};))"
    r"|(?P<tilde>~{3,})|(?P<address>https?://(?:[^\s<>`\"\[\]|()*\\!&]++|&(?!#))++)|(?P<ftp>ftp://)|(?P<at>@@+)",
    re.IGNORECASE,
)
_PLAIN_TAG = re.compile(
    r"<br ?/?>|<(sub|sup|kbd|mark|b|i|u|s|em|strong|del|code)>[^<>\n`$\\\[\]&|~]{1,200}</\1>", re.IGNORECASE
)
_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^\s<>`\\]+)>", re.IGNORECASE)
_BADGE = re.compile(r"\[!\[([^\[\]`$<\\&\n]{0,300})\]\([^()\s\\`]*+\)(?=\]\()")
_TITLE = r"""(?P<title>[ \t\n]+(?:"(?:[^"\\\n`]|\\[^\n`])*+"|'(?:[^'\\\n`]|\\[^\n`])*+'|\([^()\n`]*\)))?"""
_TARGET = re.compile(
    r"\]\([ \t]*(?:\n[ \t]*)?(?:<(?P<angle>[^<>\n`\\]*)>|(?P<bare>(?:[^\s()<>`\\]++|\([^\s()<>`\\]*+\))*+))"
    rf"{_TITLE}[ \t]*(?:\n[ \t]*)?\)"
)
_LOST_TARGET = re.compile(r"\]\([^()\n`]{0,2000}\)")
_DEFINITION = re.compile(
    r"""\]:[ \t]*(?:\n[ \t]*)?<?(?P<target>[^\s<>`]{1,2000})>?"""
    r"""(?P<title>[ \t]+(?:"[^"\n`]*"|'[^'\n`]*'|\([^()\n`]*\)))?[ \t]*(?:\n|\Z)"""
)
_LABEL = re.compile(r" {0,3}\[[^\[\]\n]*\Z")
_NO_TITLE = re.compile(r"""["<>&$\\`\[\]|\n@~]|:(?=//)""")
_BAR = re.compile(r"(?<!\\)\|")
_FOLD = re.compile(r"\n[ \t]*")
_ENVIRONMENT = re.compile(r"\\begin\{([A-Za-z]{1,30}\*?)\}")
_LETTERS = re.compile(r"[A-Za-z]+")
_FTP = re.compile("(ftp):(?=//)", re.IGNORECASE)
_EMPTY = re.compile(r"\[[ \t]*\]")
_LONGEST_ENVIRONMENT = 4_000
_ADDRESS_BEGINS = re.compile(r"(?:https?|ftp|www)\Z", re.IGNORECASE)
_BACKSLASHED = re.compile(r"\\.|\$+", re.DOTALL)


def safe_inline(text: str, *, table: bool = False, flat: bool = False) -> str:
    """One paragraph, heading, list item or table row, made harmless.

    Args:
        text: The text; it holds no blank line.
        table: Whether it is a row of a table, where a bar ends a cell.
        flat: Whether formulas are to stay on one line, as they must in a quotation.
    """
    outside = text
    if _TOKEN.search(text):
        inline = _Inline(text, table, flat)
        text, outside = inline.run()
    return without_open_label(text, outside) if "[" in text else text


def alive(code: str) -> bool:
    """Whether the code could do anything if a parser read it as text."""
    return _ALIVE.search(code) is not None or any_refused(code)


def escaped_code(code: str) -> str:
    """Code as HTML that every Markdown parser hands on unchanged."""
    return code.translate(AS_ENTITIES).replace("&#64;&#64;", "&#64;<span>&#64;</span>")


def _title(written: str | None) -> str:
    """A link's title, cleaned, as it follows the destination."""
    title = _NO_TITLE.sub(" ", written.strip()[1:-1]).strip() if written else ""
    return f' "{title}"' if title else ""


class _Inline:
    """One pass over one text. ``at`` is what is read so far; every method returns what to write for what it read."""

    def __init__(self, text: str, table: bool, flat: bool) -> None:
        self.text, self.table, self.flat = text, table, flat
        self.at = 0
        self.out: list[str] = []
        self.formulas: list[int] = []  # their places in ``out``
        self._runs: dict[int, list[int]] | None = None
        self._dollars: tuple[list[int], list[int]] | None = None

    def run(self) -> tuple[str, str]:
        """The text made safe, and the same with its formulas blotted out."""
        text, out = self.text, self.out
        while found := _TOKEN.search(text, self.at):
            out.append(text[self.at : found.start()])
            self.at = found.end()
            out.append(getattr(self, f"_{found.lastgroup}")(found))
        out.append(text[self.at :])
        safe = "".join(out)
        for place in self.formulas:
            out[place] = "x" * len(out[place])
        return safe, "".join(out) if self.formulas else safe

    # -- code ------------------------------------------------------------------------------------------------------

    def _tick(self, found: re.Match[str]) -> str:
        length, start, end = len(found[0]), found.start(), found.end()
        close = self._next_run(length, end)
        code = self.text[end:close] if close >= 0 else ""
        if close < 0 or (self.table and _BAR.search(code)):
            return "&#96;" * length
        self.at = close + length
        clear = self.text[start - 1 : start] not in ("\\", "~") and not (self.table and "\\|" in code)
        if length == 1 and clear and "\n" not in code and not alive(code):
            return f"`{code}`"
        code = _FOLD.sub(" ", code)
        if code[0] == code[-1] == " " and code.strip():
            code = code[1:-1]
        if self.table:
            code = code.replace("\\|", "|")
        return f"<code>{escaped_code(code)}</code>"

    def _next_run(self, length: int, start: int) -> int:
        """Where the next run of exactly so many backticks begins, or -1."""
        if self._runs is None:
            self._runs = {}
            for found in re.finditer("`+", self.text):
                self._runs.setdefault(len(found[0]), []).append(found.start())
        places = self._runs.get(length, [])
        index = bisect_left(places, start)
        return places[index] if index < len(places) else -1

    # -- maths -----------------------------------------------------------------------------------------------------

    def _dollar(self, found: re.Match[str]) -> str:
        length, start, end = len(found[0]), found.start(), found.end()
        close = self._next_dollar(end, length)
        if length <= 2 and close > end and self.text[start - 1 : start] != "\\":
            content = self.text[end:close]
            if length == 2 or self._one_dollar(content, close):
                shown = self._formula(content, start, close + length, "$" * length)
                if shown is not None:
                    self.at = close + length
                    return shown
        return _DOLLAR * length

    def _one_dollar(self, content: str, close: int) -> bool:
        """Whether a single dollar sign before this content opens a formula and the one after it closes it."""
        apart = content[0].isspace() or content[-1].isspace() or "\n" in content
        return not (apart or self.text[close + 1 : close + 2].isdigit() or is_money(content))

    def _formula(self, content: str, start: int, end: int, mark: str) -> str | None:
        """The formula as it is written between the places ``start`` and ``end`` of the text; None if it is none."""
        alone = start == 0 and end == len(self.text.rstrip()) and not self.flat
        shown = formula(content, table=self.table, lines=alone and mark != "$", bare=mark == "$")
        if shown is None:
            return None
        if mark == "$$" and "\n" in shown:
            shown = "\n" + shown.strip("\n") + "\n"
        self.formulas.append(len(self.out))
        before = next((piece for piece in reversed(self.out) if piece), "")
        return f"{' ' if before.endswith('$') else ''}{mark}{shown}{mark}"

    def _next_dollar(self, start: int, length: int) -> int:
        """Where the next unescaped run of dollar signs begins if it has this length, else -1."""
        if self._dollars is None:
            found = [one for one in _BACKSLASHED.finditer(self.text) if one[0][0] == "$"]
            self._dollars = [one.start() for one in found], [len(one[0]) for one in found]
        places, lengths = self._dollars
        index = bisect_left(places, start)
        return places[index] if index < len(places) and lengths[index] == length else -1

    def _delimited(self, opening: str, closing: str, mark: str) -> str | None:
        r"""A formula between \( and \) or \[ and \]; ``opening`` is read already."""
        limit = self.text.find(opening, self.at)
        close = self.text.find(closing, self.at, limit if limit >= 0 else len(self.text))
        content = self.text[self.at : max(close, self.at)]
        if not content or in_words(content) or (mark == "$" and "\n" in content):
            return None
        content = content.strip(" \t") if mark == "$" else content
        shown = self._formula(content, self.at - len(opening), close + len(closing), mark)
        if shown is not None:
            self.at = close + len(closing)
        return shown

    def _begin(self, start: int) -> str | None:
        r"""A formula that is a bare environment, \begin{…} to \end{…}."""
        found = _ENVIRONMENT.match(self.text, start)
        if found is None:
            return None
        closing = f"\\end{{{found[1]}}}"
        close = self.text.find(closing, found.end(), found.end() + _LONGEST_ENVIRONMENT)
        end = close + len(closing)
        shown = self._formula(self.text[start:end], start, end, "") if close >= 0 else None
        if shown is not None:
            self.at = end
        return shown

    # -- backslashes -----------------------------------------------------------------------------------------------

    def _slash(self, found: re.Match[str]) -> str:
        count, follows = len(found[0]), self.text[self.at : self.at + 1]
        if follows in ("(", "[") and count <= 2:
            close = found[0] + (")" if follows == "(" else "]")
            self.at += 1
            shown = self._delimited(found[0] + follows, close, "$" if follows == "(" else "$$")
            if shown is not None:
                return shown
            self.at -= 1
        if follows.isalpha():
            return self._command(found)
        odd = count % 2
        if follows in ("(", "[", "$"):
            return self._literal(count, odd, follows)
        if odd and follows and follows in "`!<]&~@":
            self.at += 1
            return found[0][1:] + (_AT if follows == "@" else follows.translate(AS_ENTITIES))
        return found[0]

    def _literal(self, count: int, odd: int, follows: str) -> str:
        """Backslashes before a sign that would begin maths with them: each pair is one backslash of the text."""
        if odd:
            self.at += 1
            follows = _DOLLAR if follows == "$" else follows.translate(AS_ENTITIES)
            return _BACKSLASH * (count // 2) + follows
        return _BACKSLASH * (count // 2)

    def _command(self, found: re.Match[str]) -> str:
        named = _LETTERS.match(self.text, self.at)
        name = _ADDRESS_BEGINS.sub("", named[0]) if named else ""
        if name == "begin" and len(found[0]) == 1:
            shown = self._begin(found.start())
            if shown is not None:
                return shown
        if name in ("begin", "end") or refused(name):
            return _BACKSLASH * ((len(found[0]) + 1) // 2)
        return found[0]

    # -- tags, links, pictures -------------------------------------------------------------------------------------

    def _less(self, found: re.Match[str]) -> str:
        start = found.start()
        tag = _PLAIN_TAG.match(self.text, start)
        if tag and "://" not in tag[0]:
            self.at = tag.end()
            return tag[0]
        link = _AUTOLINK.match(self.text, start)
        if link and self.text[start - 1 : start] != "!":  # with it, the link would be a picture
            self.at = link.end()
            target = clean(link[1]).replace("(", "%28").replace(")", "%29")
            return f"[{link[1].translate(AS_ENTITIES)}]({target})"
        return "&lt;"

    def _badge(self, found: re.Match[str]) -> str:
        badge = _BADGE.match(self.text, found.start())
        if badge is None:
            return "["
        self.at = badge.end()
        return "[" + (badge[1].strip() or "picture")

    def _picture(self, found: re.Match[str]) -> str:
        if self.text[self.at : self.at + 1] != "[":
            return found[0]
        marks = "&#33;" * (len(found[0]) - 1)
        if self.text[found.start() - 1 : found.start()] == "\\":
            return marks + "&#33;"
        if empty := _EMPTY.match(self.text, self.at):
            self.at = empty.end() - 1
            return marks + "[picture"
        return marks + "&#32;" if self.text[self.at : self.at + 3] in ("[x]", "[X]") else marks  # or it were a task

    def _link(self, found: re.Match[str]) -> str:
        target = _TARGET.match(self.text, found.start())
        if target is None:
            target = _LOST_TARGET.match(self.text, found.start())
            if target is None:
                return "]&#40;"
            self.at = target.end()
            return "](#)"
        self.at = target.end()
        where = target["angle"] if target["angle"] is not None else target["bare"]
        if not harmless(where):
            return "](#)"
        where = clean(where) if target["angle"] is None else clean(where).replace("(", "%28").replace(")", "%29")
        return f"]({where}{_title(target['title'])})"

    def _label(self, found: re.Match[str]) -> str:
        start = found.start()
        line = self.text.rfind("\n", max(0, start - 300), start) + 1 or (0 if start <= 300 else start)
        definition = _DEFINITION.match(self.text, start) if _LABEL.match(self.text[line:start]) else None
        if definition is None:
            return "]&#58;"
        self.at = definition.end()
        target = definition["target"]
        # The blank line keeps parsers from looking for a title further down.
        return f"]: {clean(target) if harmless(target) else '#'}{_title(definition['title'])}\n\n"

    # -- the rest --------------------------------------------------------------------------------------------------

    def _entity(self, found: re.Match[str]) -> str:
        written = found[0]
        if written.startswith("&#"):
            if self.text[self.at : self.at + 1] != ";" or len(written) == 2:
                self.at = found.start() + 2
                return "&amp;#"
            self.at += 1
            written += ";"
        sign = unescape(written)
        if sign in ("$", "\\") or (sign.isascii() and sign.isalnum()):
            return f"<span>{written}</span>"  # an element of its own, so that no formula can be put together
        return "&#32;" if sign.isspace() and sign.isascii() else written

    def _tilde(self, found: re.Match[str]) -> str:
        return "&#126;" * len(found[0])

    def _at(self, found: re.Match[str]) -> str:
        # JupyterLab marks the places of formulas with pairs of them, and looks for the marks in the finished HTML.
        return "@" + _AT * (len(found[0]) - 1)

    def _address(self, found: re.Match[str]) -> str:
        return _FTP.sub(r"\1%3A", found[0].replace("$", "%24"))

    def _ftp(self, found: re.Match[str]) -> str:
        return found[0].replace(":", "&#58;")
