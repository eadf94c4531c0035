r"""Where formulas stand in Markdown: ``$…$``, ``$$…$$``, ``\(…\)``, ``\[…\]`` and bare environments.

The same signs open a formula here as in the kit's cell outputs (:mod:`minimax_nb.display.inline`): a dollar sign before
an amount is money, brackets around words are brackets. The plugins made for this were tried and left out
(mdit-py-plugins 0.7.0, 2026-11-21): one overlooks ``$x$ is 5``, one copies the rest of the text at every backslash,
one looks for the end of every open environment down to the end of the text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minimax_nb.display.maths import in_words, is_money
from minimax_nb.panels.html.mathml import LONGEST_FORMULA

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline

_DOLLARS = re.compile(r"\$+")
_NEXT = re.compile(r"\\.|(\$+)", re.DOTALL)
_OPENING = re.compile(r"(\\{1,2})([(\[])")
_ENVIRONMENT = re.compile(r"\\begin\{([A-Za-z]{1,30}\*?)\}")
_BLOCK = re.compile(r"\$\$(?!\$)|\\{1,2}\[|\\begin\{([A-Za-z]{1,30}\*?)\}")


def add_formulas(parser: MarkdownIt) -> None:
    """Teach the parser formulas: tokens ``formula`` in a line and ``formula_block``, whose ``content`` is LaTeX."""
    parser.inline.ruler.before("escape", "formula", _in_line)
    parser.block.ruler.before("code", "formula_block", _as_block, {"alt": ["paragraph", "reference"]})


def _in_line(state: StateInline, silent: bool) -> bool:
    sign = state.src[state.pos]
    if sign == "$":
        return _dollar(state, silent)
    return sign == "\\" and (_brackets(state, silent) or _environment(state, silent))


def _push(state: StateInline, silent: bool, latex: str, end: int, *, display: bool) -> bool:
    """Take the formula up to ``end`` if it can be one."""
    if not latex.strip() or "`" in latex or len(latex) > LONGEST_FORMULA:
        return False
    if not silent:
        token = state.push("formula", "", 0)
        token.content = latex
        token.meta["display"] = display
    state.pos = end
    return True


def _dollar(state: StateInline, silent: bool) -> bool:
    found = _DOLLARS.match(state.src, state.pos)
    assert found is not None
    length, end = len(found[0]), found.end()
    close = _closing_dollar(state, end, length) if length <= 2 else -1
    if close > end:
        latex = state.src[end:close]
        good = length == 2 or _one_dollar(state.src, latex, close)
        if good and _push(state, silent, latex, close + length, display=length == 2):
            return True
    if not silent:
        state.append_pending(found[0])
    state.pos = end
    return True


def _closing_dollar(state: StateInline, start: int, length: int) -> int:
    """Where the next run of dollar signs begins if it has this length, else -1."""
    for found in _NEXT.finditer(state.src, start, min(state.posMax, start + LONGEST_FORMULA)):
        if found[1]:
            return found.start() if len(found[1]) == length else -1
    return -1


def _one_dollar(text: str, latex: str, close: int) -> bool:
    """Whether a single dollar sign before this opens a formula and the one after it closes it."""
    apart = latex[0].isspace() or latex[-1].isspace() or "\n" in latex
    return not (apart or text[close + 1 : close + 2].isdigit() or is_money(latex))


def _brackets(state: StateInline, silent: bool) -> bool:
    found = _OPENING.match(state.src, state.pos)
    if found is None:
        return False
    close = found[1] + (")" if found[2] == "(" else "]")
    at = state.src.find(close, found.end(), min(state.posMax, found.end() + LONGEST_FORMULA))
    latex = state.src[found.end() : max(at, found.end())]
    if at < 0 or in_words(latex) or found[0] in latex:
        return False
    return _push(state, silent, latex, at + len(close), display=found[2] == "[")


def _environment(state: StateInline, silent: bool) -> bool:
    found = _ENVIRONMENT.match(state.src, state.pos)
    if found is None:
        return False
    close = f"\\end{{{found[1]}}}"
    at = state.src.find(close, found.end(), min(state.posMax, found.end() + LONGEST_FORMULA))
    end = at + len(close)
    return at >= 0 and _push(state, silent, state.src[state.pos : end], end, display=True)


def _as_block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A formula that has lines of its own: no sign at the beginning of a line within it means anything else."""
    if state.is_code_block(start):
        return False
    begin = state.bMarks[start] + state.tShift[start]
    found = _BLOCK.match(state.src, begin)
    if found is None:
        return False
    opening = found[0]
    close = f"\\end{{{found[1]}}}" if found[1] else opening.replace("[", "]")
    at = state.src.find(close, found.end(), found.end() + LONGEST_FORMULA)
    last = _line_of(state, start, end, at + len(close)) if at >= 0 else -1
    if last < 0:
        return False
    if not silent:
        lines = [
            state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]] for line in range(start, last + 1)
        ]
        latex = "\n".join(lines).strip()
        token = state.push("formula_block", "", 0)
        token.content = latex if found[1] else latex[len(opening) : -len(close)]
        token.map = [start, last + 1]
    state.line = last + 1
    return True


def _line_of(state: StateBlock, start: int, end: int, place: int) -> int:
    """The line that the place ends, or -1 if more stands after it or it lies outside the list or quotation."""
    for line in range(start, end):
        if line > start and state.sCount[line] < state.blkIndent and not state.isEmpty(line):
            return -1
        if state.eMarks[line] >= place:
            inside = state.bMarks[line] <= place
            return line if inside and not state.src[place : state.eMarks[line]].strip() else -1
    return -1
