"""What of a parsed text is shown otherwise than it was written: what is too deep, too long or too wide, and tasks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

DEEPEST = 20
"""Blocks within blocks: a quotation or a list is one, an item another. What is deeper is shown as plain text."""

LONGEST_LINE = 20_000
"""Characters of one paragraph, heading, item or cell; a longer one is shown without its markup."""

MOST_ROWS = 500
"""Rows of one table; the others are counted in a remark."""

MOST_COLUMNS = 200
"""Columns of one table; a wider one is shown as plain text."""

MOST_CELLS = 5_000
"""Cells of one table; a wide one is cut after fewer rows."""

_TASK = re.compile(r"\[([ xX])\](?=\s)[ \t]?")
_LEVELS = {"h1": "h3", "h2": "h4", "h3": "h5"}


def keep_limits(state: StateCore) -> None:
    """Replace what is past the limits, before the text within the blocks is read."""
    lines: list[str] = []
    out: list[Token] = []
    for group in _groups(state.tokens):
        if _too_much(group):
            lines = lines or state.src.split("\n")
            first, last = group[0].map or [0, 0]
            out.append(_plain("\n".join(lines[first:last])))
        else:
            out += _cut_tables(group)
    for token in out:
        if token.type == "inline" and len(token.content) > LONGEST_LINE:
            token.children, token.content = [_plain(token.content, "text")], ""
    state.tokens = out


def _groups(tokens: list[Token]) -> Iterator[list[Token]]:
    """The tokens of each outermost block."""
    group: list[Token] = []
    for token in tokens:
        group.append(token)
        if token.level == 0 and token.nesting <= 0:
            yield group
            group = []


def _too_much(group: list[Token]) -> bool:
    """Whether the block is nested so deep that the parser left something out, or holds too wide a table."""
    columns = 0
    for token in group:
        if token.level >= DEEPEST - 1:
            return True
        if token.type == "tr_open":
            columns = 0
        elif token.type in ("th_open", "td_open"):
            columns += 1
            if columns > MOST_COLUMNS:
                return True
    return False


def _plain(source: str, kind: str = "plain") -> Token:
    from markdown_it.token import Token

    return Token(kind, "", 0, content=source, block=True)


def _cut_tables(group: list[Token]) -> list[Token]:
    """The block with at most so many rows in each of its tables."""
    out: list[Token] = []
    columns = rows = left_out = 0
    for token in group:
        if token.type == "table_open":
            columns = rows = left_out = 0
        columns += token.type == "th_open"
        rows += token.type == "tr_open"
        if rows - 1 > min(MOST_ROWS, MOST_CELLS // max(columns, 1)) and token.type not in (
            "tbody_close",
            "table_close",
        ):
            left_out += token.type == "tr_open"
        else:
            out.append(token)
        if token.type == "table_close":
            out += [_plain(f"and {left_out:,} more rows, not shown here", "remark")] if left_out else []
            columns = rows = 0
    return out


def dress(state: StateCore) -> None:
    """Write tasks as signs, give the outermost blocks their direction, and put headings below those of the page."""
    inside = 0
    for index, token in enumerate(state.tokens):
        if token.type == "inline" and index > 1 and state.tokens[index - 2].type == "list_item_open":
            _task(token, state.tokens[index - 2])
        if token.type in ("bullet_list_open", "ordered_list_open", "blockquote_open", "table_open"):
            token.attrSet("dir", "auto")
            inside += 1
        elif token.type in ("bullet_list_close", "ordered_list_close", "blockquote_close", "table_close"):
            inside -= 1
        elif token.type in ("paragraph_open", "heading_open") and not inside:
            token.attrSet("dir", "auto")
        if token.type in ("heading_open", "heading_close"):
            token.tag = _LEVELS.get(token.tag, "h6")
        elif token.type in ("th_open", "td_open"):
            _align(token)


def _align(cell: Token) -> None:
    style = str(cell.attrs.pop("style", ""))
    if style:
        cell.attrSet("class", f"mnb-{style.removeprefix('text-align:')}")


def _task(token: Token, item: Token) -> None:
    """Make a box at the beginning of an item a sign of its own; it is no control."""
    found = _TASK.match(token.content)
    if found is None:
        return
    box = _plain("" if found[1] == " " else "x", "task")
    token.content = token.content[found.end() :]
    token.meta["before"] = box
    item.attrSet("class", "mnb-todo")


def put_tasks(state: StateCore) -> None:
    """Put the boxes before the text of their items, once that is read."""
    for token in state.tokens:
        if "before" in token.meta and token.children is not None:
            token.children.insert(0, token.meta["before"])
