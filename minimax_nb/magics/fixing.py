"""``%minimax_fix``: the last exception to a model, and the cell it proposes as a difference and as the next cell.

What looks like a key does not leave the notebook: the model sees ``[key 1]`` in its place.
"""

from __future__ import annotations

import linecache
import os
import re
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from minimax_nb.catalog.user_file import looks_like_key
from minimax_nb.display.difference import Difference, visible
from minimax_nb.display.put import put
from minimax_nb.errors import MiniMaxError, RequestError
from minimax_nb.magics.to_cell import TAKEN, UNFINISHED, about_hidden, blocks_of, put_in_next_cell, python_of
from minimax_nb.messages.parts import Text
from minimax_nb.prompt import Piece, to_pieces
from minimax_nb.prompt.sources import CELL_FILE

_ASK = "Explain this exception in one or two sentences, then give the mended cell as one Python code block."
_EARLIER_CELLS = 200
"""Most cells of the history that are looked through for the one that failed."""

# -- keys ------------------------------------------------------------------------------------------------------------

_WORD = re.compile(r"[^\s\"'`,;:()\[\]{}<>@\\/&?=]{12,}")
_SAID = re.compile(
    r"(?:gh[pousr]_|github_pat_|xox[abeprs]-|glpat-|hf_|AKIA|AIza)[\w-]{12,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)"
    r"|Bearer\s+(?P<bearer>[\w.~+/=-]{8,})"
    r"|://[^\s/:@]+:(?P<login>[^\s/@]{3,})@"
    r"|(?:passw(?:or)?d|pwd|secret)[\"']?\]?\s*[:=]\s*(?P<mark>[\"'])(?P<password>[^\"'\n]{4,})(?P=mark)"
    r"|(?:token|api[_-]?key|access[_-]?key)[\"']?\]?\s*[:=]\s*(?P<sign>[\"'])(?P<token>[^\"'\s<>\[\]]{12,})(?P=sign)",
    re.IGNORECASE,
)
_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSW(?:OR)?D", re.IGNORECASE)
_LEAST = 12
"""Least characters of an environment variable's value, and of an unnamed word, that is taken for a key."""


class Masks:
    """Puts ``[key 1]``, ``[key 2]`` and so on in the place of what looks like a key."""

    def __init__(self) -> None:
        self.masks: dict[str, str] = {}

    def mask(self, text: str) -> str:
        """The text without keys; the same key has the same mask each time."""
        for key in sorted(dict.fromkeys(_keys_in(text)), key=len, reverse=True):
            standing = re.compile(rf"(?<!\w){re.escape(key)}(?!\w)")  # a short password is a part of other words
            if standing.search(text):
                mask = self.masks.setdefault(key, f"[key {len(self.masks) + 1}]")
                text = standing.sub(mask, text)
        return text

    def unmask(self, line: str) -> str:
        """The line with its keys again."""
        for key, mask in self.masks.items():
            line = line.replace(mask, key)
        return line


def _keys_in(text: str) -> Iterator[str]:
    for name, value in os.environ.items():
        if _SECRET_NAME.search(name) and len(value) >= _LEAST:
            yield value
    for found in _SAID.finditer(text):
        named = next((found[name] for name in ("bearer", "login", "password", "token") if found[name]), "")
        if named or any(map(str.isdigit, found[0])):
            yield named or found[0]
    for word in _WORD.findall(text):
        if _is_key(word):
            yield word


def _is_key(word: str) -> bool:
    """Whether a word is a key and not a long name, a ruler or a path."""
    mixed = any(map(str.isdigit, word)) and any(map(str.isalpha, word))
    return mixed and looks_like_key(word) and (len(word) >= 20 or not word.isidentifier())


# -- asking ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Mending:
    """What is to be mended.

    Attributes:
        words: What is asked; names in double braces are filled in, as in any prompt.
        pieces: The failing cell and the traceback, sent as they are but for their keys.
        cell: The failing cell without its keys; "" if it is not known.
        masks: Its keys, and those of the traceback.
    """

    words: str
    pieces: tuple[Piece | str, ...]
    cell: str
    masks: Masks = field(repr=False)


def mending(shell: Any, words: str) -> Mending:  # noqa: ANN401 - IPython's shells are untyped here
    """The prompt that asks to mend the last exception: the failing cell and its traceback.

    Args:
        shell: The running IPython shell.
        words: What the user adds.

    Raises:
        RequestError: There is no exception to mend.
    """
    error = _last_exception()
    masks = Masks()
    cell = masks.mask(failing_cell(shell, error))
    fence = "`" * max((len(ticks) + 1 for ticks in re.findall("`{3,}", cell)), default=3)
    code = f"\n\nThe cell:\n\n{fence}python\n{cell}\n{fence}" if cell else ""
    told = tuple(Text(masks.mask(piece.text)) if isinstance(piece, Text) else piece for piece in to_pieces(error))
    said = f"\n{words.strip()}" if words.strip() else ""
    return Mending(f"{_ASK}{said}", (f"{code}\n\nThe exception:\n\n", *told), cell, masks)


def _last_exception() -> Exception:
    error = getattr(sys, "last_exc", None) or getattr(sys, "last_value", None)
    if error is None:
        raise RequestError("No exception has happened in this notebook yet, so there is nothing to fix.")
    if isinstance(error, MiniMaxError):
        raise RequestError(
            f"The last exception is the kit's own, and its message says what to do: {error}",
            hint="No model was asked.",
        )
    if not isinstance(error, Exception):
        raise RequestError(
            f"The last exception is {type(error).__name__}: a cell was stopped, so there is nothing to fix.",
            hint="No model was asked.",
        )
    return error


def failing_cell(shell: Any, error: BaseException) -> str:  # noqa: ANN401
    """The cell that was run when the exception came, as it was typed; "" if it is not known.

    The traceback leads to it, even where a front end runs cells without keeping their history. There, lines with
    magics stand as the Python they are turned into.
    """
    source = "".join(linecache.getlines(_cell_file(error))).rstrip()
    if "get_ipython()" not in source:
        return source
    for typed in reversed(shell.history_manager.input_hist_raw[-_EARLIER_CELLS:]):
        with suppress(SyntaxError):  # a cell that was no Python can have been another one
            if shell.transform_cell(typed).rstrip() == source:
                return str(typed).rstrip()
    return source


def _cell_file(error: BaseException) -> str:
    """The name of the file that the failing cell was compiled from; "" if none is known."""
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if CELL_FILE.match(name):
            return name
        trace = trace.tb_next
    named = error.filename if isinstance(error, SyntaxError) else None
    return named if named and CELL_FILE.match(named) else ""


# -- proposing -------------------------------------------------------------------------------------------------------


def propose(shell: Any, asked: Mending, text: str) -> None:  # noqa: ANN401
    """Show what the reply changes in the failing cell, and put the mended cell into the next one, not run.

    Args:
        shell: The running IPython shell.
        asked: What was asked.
        text: The reply's answer, as Markdown.
    """
    blocks, unfinished = blocks_of(text)
    python = python_of(blocks)
    notes = [] if python or not unfinished else [UNFINISHED]
    if not python:
        notes.append("The reply has no whole Python block, so nothing is put into the next cell.")
    else:
        mended = _with_magic(asked.cell, python[0].code.strip("\n").rstrip())
        if _lines(mended) == _lines(asked.cell):
            notes.append("The reply gives the very same cell, so nothing is put into the next one.")
        else:
            notes += _put(shell, asked, mended)
    for note in (*notes, *_about_keys(asked.masks)):
        sys.stdout.write(note + "\n")


def _put(shell: Any, asked: Mending, mended: str) -> list[str]:  # noqa: ANN401
    if asked.cell:
        put(Difference(asked.cell, mended))
    notes = [] if asked.cell else ["The failing cell is not known, so there is no difference to show."]
    notes += about_hidden(mended)
    code = _with_keys(asked, visible(mended))
    if not put_in_next_cell(shell, code):
        return [*notes, TAKEN]
    if left := [mask for mask in asked.masks.masks.values() if mask in code]:
        notes.append(f"Lines that were changed still have {', '.join(left)} in the next cell: write the key there.")
    return notes


def _with_magic(cell: str, mended: str) -> str:
    """The mended cell under the cell magic of the failing one: models tend to leave it away."""
    first = cell.partition("\n")[0]
    return f"{first}\n{mended}" if first.startswith("%%") and not mended.startswith("%%") else mended


def _lines(code: str) -> list[str]:
    return [line.rstrip() for line in code.rstrip().split("\n")]


def _with_keys(asked: Mending, mended: str) -> str:
    """Keys again in the lines that are as they were. In a changed line the mask stays: the reader decides."""
    masked = {line.strip() for line in asked.cell.split("\n") if asked.masks.unmask(line) != line}
    lines = mended.split("\n")
    return "\n".join(asked.masks.unmask(line) if line.strip() in masked else line for line in lines)


def _about_keys(masks: Masks) -> list[str]:
    seen = ", ".join(masks.masks.values())
    return [f"What looks like a key was not sent; the model saw {seen} in its place."] if seen else []
