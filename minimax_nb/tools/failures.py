"""What is said when a tool's function raised: a line for the model, the traceback for the reader."""

from __future__ import annotations

import os
import re
import sysconfig
import traceback
from pathlib import Path
from types import TracebackType
from typing import Final

from minimax_nb.errors import MiniMaxError
from minimax_nb.prompt.capped import capped
from minimax_nb.prompt.sources import CELL_FILE, exception_text

MESSAGE_CHARS: Final = 1_000
"""Characters of an error's message that go to the model."""

_LINE_CHARS = 200
_RUNNER = str(Path(__file__).parent) + os.sep
_KIT = str(Path(__file__).parents[1]) + os.sep
_LIBRARIES = tuple(sysconfig.get_paths()[name] for name in ("stdlib", "platstdlib", "purelib", "platlib"))


def told(error: BaseException) -> str:
    """The error in a line or two for the model: what it says, and the last line of the user's own code.

    Folders of the user's home do not leave the computer with it.
    """
    try:
        message = " ".join(str(error).split())
    except Exception as other:  # noqa: BLE001 - an error's own words are somebody's code
        message = f"its message raised {type(other).__name__}"
    if isinstance(error, MiniMaxError):
        return _without_home(capped(message, MESSAGE_CHARS))
    said = f"{type(error).__name__}: {message}" if message else type(error).__name__
    return _without_home(capped(said, MESSAGE_CHARS) + _place(error))


def kept_traceback(error: BaseException) -> str:
    """The traceback from the tool's own first line on, "" if none of its lines is in it.

    It is text, since frames would keep everything they hold alive.
    """
    error.__traceback__ = _below_us(error.__traceback__)
    if error.__traceback__ is None and error.__cause__ is None:
        return ""
    try:
        return exception_text(error)
    except Exception:  # noqa: BLE001 - an error's own words are somebody's code
        return "".join(traceback.format_tb(error.__traceback__)) + type(error).__name__


def _below_us(frames: TracebackType | None) -> TracebackType | None:
    """The traceback without what ran the tool: the frames up to the last one of this package."""
    below = frames
    while frames is not None:
        if frames.tb_frame.f_code.co_filename.startswith(_RUNNER):
            below = frames.tb_next
        frames = frames.tb_next
    return below


def _place(error: BaseException) -> str:
    """The last line of the user's own code that the error passed, or "" if it passed none."""
    own = None
    for frame, line in traceback.walk_tb(error.__traceback__):
        name = frame.f_code.co_filename
        if not name.startswith((_KIT, "<frozen", *_LIBRARIES)):
            own = (frame, line)
    if own is None:
        return ""
    (at,) = traceback.StackSummary.extract([own])
    file = "the notebook" if CELL_FILE.match(at.filename) else Path(at.filename).name
    return (
        f" ({file}, line {at.lineno}: {(at.line or '')[:_LINE_CHARS]})" if at.line else f" ({file}, line {at.lineno})"
    )


def _without_home(text: str) -> str:
    """The text with paths below the user's home cut to their last name."""
    try:
        home = str(Path.home())
    except RuntimeError:  # nobody's process: there is no home
        return text
    if len(home) < 3:  # a root is nothing personal
        return text
    return re.sub(re.escape(home) + r"[/\\](?:[^\s'\"/\\]*[/\\])*", "", text)
