"""Exceptions, functions, classes and modules as text."""

from __future__ import annotations

import inspect
import re
import textwrap
import traceback
from types import ModuleType

from minimax_nb.prompt.capped import SOURCE_CHARS, capped

_FRAMES = 30
CELL_FILE = re.compile(r"(?:.*[/\\]ipykernel_\d+[/\\]\d+\.py|<ipython-input-.*>)")
"""The file a notebook cell is compiled from: a temporary one named by process and hash."""
_LIBRARY = re.compile(r".*[/\\](?:site-packages|dist-packages|lib[/\\]python3\.\d+)[/\\]")
_RUNNER = re.compile(r".*[/\\]IPython[/\\]core[/\\](?:interactiveshell|async_helpers)\.py")
"""What runs the cells: its frames are part of no mistake."""
_MARKS = re.compile(r"^[ \t]*[~^][ \t~^]*\n", re.MULTILINE)


def exception_text(error: BaseException) -> str:
    """The traceback as Python prints it: the last 30 frames of each exception of a chain, capped in the middle.

    A notebook cell stands as ``<cell>`` and a library's file by its place in the library: temporary names and the
    reader's own folders say nothing to a model. The marks under a line, which differ between Pythons, are left out.
    """
    told = traceback.TracebackException(type(error), error, error.__traceback__, limit=-_FRAMES)
    _tidy(told)
    return capped(_MARKS.sub("", "".join(told.format()).rstrip()))


def _tidy(told: traceback.TracebackException | None) -> None:
    """Rename and drop frames in an exception and in those it came from."""
    while told is not None:
        frames = [frame for frame in told.stack if not _RUNNER.match(frame.filename)]
        for frame in frames:
            frame.filename = _LIBRARY.sub("", CELL_FILE.sub("<cell>", frame.filename))
        told.stack = traceback.StackSummary.from_list(frames)
        for inner in told.exceptions or ():
            _tidy(inner)
        _tidy(told.__cause__)
        told = told.__context__


def source_text(value: object) -> str | None:
    """The source of a function, method or class; its signature and documentation where there is none.

    None for any other value.
    """
    if not (inspect.isroutine(value) or inspect.isclass(value)):
        return None
    try:
        return capped(textwrap.dedent(inspect.getsource(value)).rstrip(), SOURCE_CHARS)
    except (OSError, TypeError):
        return capped(_described(value))


def _described(value: object) -> str:
    """Name, signature and documentation of something without source, such as a built-in."""
    name = getattr(value, "__qualname__", None) or getattr(value, "__name__", None) or repr(value)
    try:
        signature = str(inspect.signature(value))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        signature = ""
    kind = "class" if inspect.isclass(value) else "def"
    doc = inspect.getdoc(value) or ""
    head = f"{kind} {name}{signature}"
    return f"{head}:\n{textwrap.indent(f'{chr(34) * 3}{doc}{chr(34) * 3}', '    ')}" if doc else head


def line_about(value: object) -> str | None:
    """One line for values whose content is not for a prompt: modules and bytes. None for any other value."""
    if isinstance(value, ModuleType):
        version = getattr(value, "__version__", None)
        return f"Python module {value.__name__}" + (f" {version}" if isinstance(version, str) else "")
    if isinstance(value, bytes | bytearray | memoryview):
        return f"{type(value).__name__} of {len(value):,} bytes, not shown"
    return None
