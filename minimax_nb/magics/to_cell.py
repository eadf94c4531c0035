"""The code of a reply into the next cell. It is put there to be read and run by the reader; nothing runs it here.

Where the next cell is, the front end decides: JupyterLab, Notebook and VS Code put a new one below, a terminal begins
its next prompt with it. Colab doubled it for a while (https://github.com/googlecolab/colabtools/issues/5176, of March
2025, closed). Programs that run notebooks without a front end (nbclient, nbconvert, papermill) put it nowhere. A cell
that is run again puts another one: a kernel knows nothing of the cells around its own.
"""

from __future__ import annotations

import ast
import re
import sys
import warnings
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from minimax_nb.display.difference import hidden_signs, visible
from minimax_nb.display.split import FENCE

_PYTHON = frozenset({"python", "python3", "py", "py3", "ipython", "ipython3"})
_MAGICS = {
    "bash": "%%bash",
    "sh": "%%bash",
    "shell": "%%bash",
    "html": "%%html",
    "javascript": "%%javascript",
    "js": "%%javascript",
}
"""Languages whose code is a cell of its own behind one of IPython's cell magics."""

_CONTAINER = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*")
"""What stands before a line in a list or a quotation."""

_QUOTED = re.compile(r"[ \t]*>[ ]?")
_LANGUAGE = re.compile(r"[a-z0-9_+#.\-]{1,40}", re.ASCII)
_NAMED_SIGNS = 3


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced code block: the first word of its info string in small letters ("" without one), and the code."""

    language: str
    code: str


@dataclass(frozen=True, slots=True)
class CellCode:
    """What of a reply goes into a cell.

    Attributes:
        code: The cell; "" if the reply has no code for one.
        notes: What is to be said about it, a sentence each: what is left out, what was hidden.
    """

    code: str
    notes: tuple[str, ...] = ()


# -- finding code ----------------------------------------------------------------------------------------------------


def blocks_of(text: str) -> tuple[tuple[Block, ...], bool]:
    """The fenced code blocks of a Markdown text that are not empty, and whether the text ends within one.

    Fences may stand in lists and quotations. A block that nothing closes is not among them: it may go on.
    """
    blocks: list[Block] = []
    lead, fence, language = "", "", ""
    code: list[str] = []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if not fence:
            begins = _CONTAINER.match(line)
            lead = begins[0] if begins else ""
            if opens := FENCE.match(line, len(lead)):
                fence, code = opens[2], []
                word = _LANGUAGE.search(line[opens.end() :].lower())
                language = word[0] if word else ""
        elif (bare := line.strip(" \t>")).startswith(fence) and not bare.strip(fence[0]):
            blocks.append(Block(language, _set_back(code, lead)))
            fence = ""
        else:
            code.append(line)
    unfinished = bool(fence and "".join(code).strip())
    return tuple(block for block in blocks if block.code.strip()), unfinished


def _set_back(lines: Sequence[str], lead: str) -> str:
    """The lines of a block without the marks and blanks before it; lines that stand further out keep their distance."""
    for _ in range(lead.count(">")):
        lines = [_QUOTED.sub("", line, count=1) for line in lines]
    width = len(lead[lead.rfind(">") + 1 :].expandtabs(4)) - (">" in lead)
    if width <= 0:
        return "\n".join(lines)
    indents = [line[: len(line) - len(line.lstrip(" \t"))] for line in lines]
    least = min(
        (len(indent.expandtabs(4)) for indent, line in zip(indents, lines, strict=True) if line.strip()), default=0
    )
    return "\n".join(
        indent.expandtabs(4)[min(width, least) :] + line[len(indent) :]
        for indent, line in zip(indents, lines, strict=True)
    )


def python_of(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks that are Python: those that say so; if none does, those without a language that can be Python."""
    named = tuple(block for block in blocks if block.language in _PYTHON)
    return named or tuple(
        block for block in blocks if not block.language and (len(blocks) == 1 or _is_python(block.code))
    )


def _is_python(code: str) -> bool:
    """Whether IPython could run it, magics and shell commands included."""
    from IPython.core import inputtransformer2

    manager: Any = inputtransformer2.TransformerManager
    with warnings.catch_warnings(action="ignore"):  # what is doubtful about it is said when it is run
        try:
            ast.parse(manager().transform_cell(code))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


def code_of(text: str) -> CellCode:
    """The code of an answer as one cell.

    Python blocks are joined with blank lines between them. Without any, the blocks of the first language that has a
    cell magic are one cell of that magic. All others are left out, since there is one next cell.

    Args:
        text: The answer, as Markdown.
    """
    blocks, unfinished = blocks_of(text)
    magic, taken = "", python_of(blocks)
    if not taken:
        magic = next((_MAGICS[block.language] for block in blocks if block.language in _MAGICS), "")
        taken = tuple(block for block in blocks if magic and _MAGICS.get(block.language) == magic)
    taken = _one_cell(taken)
    code = "\n\n".join(block.code.strip("\n").rstrip() for block in taken)
    notes = [] if code else ["The reply has no code for a cell, so nothing is put there."]
    if left := [block.language for block in blocks if block not in taken]:
        notes.append(f"Left out of the next cell: {_counted(left)}.")
    if unfinished:
        notes.append(UNFINISHED)
    notes += about_hidden(code)
    return CellCode("\n".join(filter(None, (magic, visible(code)))), tuple(notes))


def _one_cell(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """Those of the blocks that can stand in one cell: a cell magic takes the whole of it."""
    if blocks and blocks[0].code.lstrip().startswith("%%"):
        return blocks[:1]
    return tuple(block for block in blocks if not block.code.lstrip().startswith("%%"))


UNFINISHED = "The last code block has no end, so it is left out."


def about_hidden(code: str) -> list[str]:
    """A sentence about the signs in the code that cannot be seen; none if there are none."""
    signs = hidden_signs(code)
    if not signs:
        return []
    named = ", ".join(signs[:_NAMED_SIGNS]) + (", ..." if len(signs) > _NAMED_SIGNS else "")
    return [f"The code holds signs that cannot be seen; they are written as escapes in the next cell: {named}."]


def _counted(languages: Iterable[str]) -> str:
    return ", ".join(
        f"{count} {'block' if count == 1 else 'blocks'} of {language or 'no language'}"
        for language, count in Counter(languages).items()
    )


# -- putting it there ------------------------------------------------------------------------------------------------


def put_in_next_cell(shell: Any, code: str) -> bool:  # noqa: ANN401 - IPython's shells are untyped here
    """Let the front end show the code as the next cell, not run.

    A kernel hands over one next cell a run (``PayloadManager.write_payload`` of IPython 9): what the same cell has put
    before is kept, and the code goes below it.

    Returns:
        Whether it was put. A cell magic shares its cell with nothing: what was there first stays.
    """
    waiting = _waiting(shell)
    if waiting and (waiting.startswith("%%") or code.startswith("%%")):
        return False
    shell.set_next_input(f"{waiting}\n\n{code}" if waiting else code, replace=False)
    return True


TAKEN = "The next cell is taken by the code put there before, and a cell magic shares it with nothing."


def _waiting(shell: Any) -> str:  # noqa: ANN401
    """What this cell has put into the next one so far."""
    for payload in shell.payload_manager.read_payload():
        if payload.get("source") == "set_next_input" and not payload.get("replace"):
            return str(payload.get("text") or "")
    return str(getattr(shell, "rl_next_input", None) or "")  # a terminal's, until its next prompt takes it


def to_next_cell(shell: Any, text: str) -> None:  # noqa: ANN401
    """Put the code of an answer into the next cell, and say what is left out.

    Args:
        shell: The running IPython shell.
        text: The answer, as Markdown.
    """
    found = code_of(text)
    taken = bool(found.code) and not put_in_next_cell(shell, found.code)
    for note in (*found.notes, *([TAKEN] if taken else ())):
        sys.stdout.write(note + "\n")
