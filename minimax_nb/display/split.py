"""Cutting a block that grows long although it is not finished, so that its beginning can be shown once."""

from __future__ import annotations

import re

FENCE = re.compile(r"( {0,3})(`{3,}(?=[^`]*$)|~{3,})")
"""A line that opens a code block at the left edge; its fence is the second group."""

_ANY_FENCE = re.compile(r"([ \t>]*)((?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*)(`{3,}(?=[^`]*$)|~{3,})")
_DELIMITER_ROW = re.compile(r"[ \t]*+\|?[ \t]*+:?-++:?[ \t]*+(?:\|[ \t]*+:?-++:?[ \t]*+)*+\|?[ \t]*+")
_ITEM = re.compile(r"^ {0,3}(?:[-*+]|\d{1,9}[.)])[ \t]", re.MULTILINE)
_WORD_SIGN = re.compile(r"[ \t]*(?:[-+*#>|=~`]|\d{1,9}[.)]|$)")
_LINE_SIGN = re.compile(r"[ \t]*(?:=+[ \t]*$|-+[ \t]*$|\||$)", re.MULTILINE)
# What must stay in one piece: code, formulas, links, bold words. An opening that nothing closes reaches to the end.
_WHOLE = re.compile(
    r"(?P<ticks>`+)[\s\S]*?(?:(?<!`)(?P=ticks)(?!`)|\Z)"
    r"|\$\$[\s\S]*?(?:\$\$|\Z)|\$(?=\S)[^$\n]*(?<=\S)\$(?!\d)|\$(?=[^\s\d$])[^$\n]*\Z"
    r"|\\\([\s\S]*?(?:\\\)|\Z)|\\\[[\s\S]*?(?:\\\]|\Z)|\\begin\{[\s\S]*?(?:\\end\{|\Z)"
    r"|\[[^\[\]\n]*(?:\](?:\([^()\n]*\)?)?|\Z)|\*\*(?=\S)[^*\n]*(?:\*\*|\Z)|\\."
)
_SENTENCE = re.compile(r"[.!?。！？][\"'”’)\]]*(?:[ \t]+|(?<=[。！？]))")
_NEWLINE = re.compile("\n")
_SPACE = re.compile(r"[ \t]+")
_INDENT = re.compile(r"[ \t]+")


def split_long(tail: str, limit: int) -> tuple[str, str] | None:
    """Cut a long unfinished block in two that render properly on their own.

    A code block is cut at a line's end and closed and opened again there; a table's head is repeated; a paragraph is
    cut after an item, a sentence, a line or a word, never inside code, a formula or a link.

    Args:
        tail: The unfinished block.
        limit: The most characters the first part should have.

    Returns:
        The first part and the rest, or None while there is no good place for a cut. Past twice the limit any line's
        end or space will do.
    """
    for reach in (limit, 2 * limit):
        if len(tail) <= reach:
            return None
        parts = _cut(tail, reach, patient=reach == limit)
        if parts is not None:
            return parts
    return None


def _cut(tail: str, reach: int, *, patient: bool) -> tuple[str, str] | None:
    """Cut at the last good place before ``reach``; at any place there is, once patience is at its end."""
    lines = tail.split("\n")
    opener = _open_fence(lines, reach)
    if opener is not None:
        return _cut_fence(tail, lines, opener, reach, patient=patient)
    head = _table_head(lines)
    parts = _cut_text(tail, reach) if head is None else _cut_table(tail, lines, head, reach)
    return parts if parts is not None or patient else _parts(tail, _anywhere(tail, 1, reach))


def _open_fence(lines: list[str], reach: int) -> int | None:
    """The line that opens the code block which is open where the cut would be."""
    opener: int | None = None
    fence, at = "", 0
    for index, line in enumerate(lines):
        if at > reach:
            break
        at += len(line) + 1
        found = _ANY_FENCE.match(line)
        if opener is None and found:
            opener, fence = index, found[3]
        elif opener is not None and (bare := line.strip(" \t>")).startswith(fence) and not bare.strip(fence[0]):
            opener = None
    return opener


def _cut_fence(tail: str, lines: list[str], opener: int, reach: int, *, patient: bool) -> tuple[str, str] | None:
    before = sum(len(line) + 1 for line in lines[:opener])
    begin = before + len(lines[opener]) + 1
    found = _ANY_FENCE.match(lines[opener])
    if found is None or begin >= len(tail):
        return None
    lead, marker, fence = found.groups()
    if before > reach // 3:  # what stands before the code block is enough for a part of its own
        return tail[:before], tail[before:]
    cut = tail.rfind("\n", begin, reach) + 1
    if patient and (cut <= begin or len((lead + marker).expandtabs(4)) > 3):
        return None
    line_end = "" if cut > begin else "\n"
    cut = cut if cut > begin else max(_anywhere(tail, begin, reach), begin + 1)
    lead += " " * len(marker)
    return f"{tail[:cut]}{line_end}{lead}{fence}\n", f"{lead}{lines[opener][found.start(3) :]}\n{tail[cut:]}"


def _anywhere(tail: str, start: int, reach: int) -> int:
    """The last line's end or space before ``reach``, or ``reach`` itself."""
    return max(tail.rfind("\n", start, reach), tail.rfind(" ", start, reach)) + 1 or reach


def _table_head(lines: list[str]) -> int | None:
    """The line with a table's column names, if the block has a table."""
    for index, line in enumerate(lines[1:-1]):
        if "|" in line and "|" in lines[index] and _DELIMITER_ROW.fullmatch(line):
            return index
    return None


def _cut_table(tail: str, lines: list[str], head: int, reach: int) -> tuple[str, str] | None:
    before = sum(len(line) + 1 for line in lines[:head])
    names = f"{lines[head]}\n{lines[head + 1]}\n"
    if before > reach // 3:
        return tail[:before], tail[before:]
    cut = tail.rfind("\n", before + len(names), reach) + 1
    return (tail[:cut], names + tail[cut:]) if cut > before + len(names) else None


def _cut_text(tail: str, reach: int) -> tuple[str, str] | None:
    """Cut before an item, else after a sentence, a line or a word."""
    whole = [found.span() for found in _WHOLE.finditer(tail[: 2 * reach])]
    least = reach // 3
    for pattern, sign in ((_ITEM, None), (_SENTENCE, _WORD_SIGN), (_NEWLINE, _LINE_SIGN), (_SPACE, _WORD_SIGN)):
        for found in reversed(list(pattern.finditer(tail, least, reach))):
            place = found.end() if sign else found.start()
            inside = any(begin < place < end for begin, end in whole)
            if not (inside or (sign and sign.match(tail, place)) or place >= len(tail)):
                return _parts(tail, place)
    return None


def _parts(tail: str, place: int) -> tuple[str, str]:
    """The two parts; the rest does not begin with blanks that would make it code, and goes on with a quotation."""
    head, rest = tail[:place], tail[place:]
    if not head.endswith("\n"):
        line = head[head.rfind("\n") + 1 :]
        return head, "> " + rest if line.startswith(">") else rest
    return head, rest if _ITEM.match(rest) else _INDENT.sub("", rest, count=1) if _INDENT.match(rest) else rest
