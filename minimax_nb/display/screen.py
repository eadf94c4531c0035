"""What a painter draws on: the current cell's output area, or a terminal. The one file that talks to IPython."""

from __future__ import annotations

import ast
import itertools
import os
import sys
from typing import Any, Literal, Protocol

from minimax_nb.catalog import choose

Mode = Literal["live", "once", "plain"]
MODES: tuple[Mode, ...] = ("live", "once", "plain")

_numbers = itertools.count(1)


class Screen(Protocol):
    """An output area that can show, change and clear Markdown."""

    def show(self, data: dict[str, Any], metadata: dict[str, Any], display_id: str | None = None) -> None:
        """Add an output; with an id it can be updated."""
        ...

    def update(self, data: dict[str, Any], metadata: dict[str, Any], display_id: str) -> None:
        """Change the output with this id."""
        ...

    def clear(self) -> None:
        """Empty the area as soon as the next output comes, so that nothing flickers."""
        ...


class CellScreen:
    """The output area of the running cell.

    Bundles go out as they are, past IPython's formatters: a third less work an output.
    """

    def __init__(self) -> None:
        self._publish = _shell().display_pub.publish
        self._clear = _shell().display_pub.clear_output

    def show(self, data: dict[str, Any], metadata: dict[str, Any], display_id: str | None = None) -> None:
        """Add an output; with an id it can be updated."""
        transient = {"display_id": display_id} if display_id else {}
        self._publish(data=data, metadata=metadata, transient=transient)

    def update(self, data: dict[str, Any], metadata: dict[str, Any], display_id: str) -> None:
        """Change the output with this id."""
        self._publish(data=data, metadata=metadata, transient={"display_id": display_id}, update=True)

    def clear(self) -> None:
        """Empty the area as soon as the next output comes."""
        self._clear(wait=True)


def new_display_id() -> str:
    """An id no other output of this process has. It is transient: front ends do not save it."""
    return f"minimax_nb-{os.getpid()}-{next(_numbers)}"


def choose_mode(wanted: str | None = None) -> Mode:
    """How to paint: as wanted, else as the settings say, else live in a kernel, plain in a terminal, once elsewhere.

    Raises:
        ConfigError: MINIMAX_NB_PAINT or the config file names a way that there is not.
    """
    wanted = choose({"paint": wanted}).paint
    for mode in MODES:
        if mode == wanted:
            return mode
    shell = _shell()
    if shell is None or type(shell).__name__ == "TerminalInteractiveShell":
        return "plain"
    # A kernel's publisher sends messages; any other one may not know updates.
    return "live" if hasattr(shell.display_pub, "pub_socket") or hasattr(shell, "kernel") else "once"


_painted_in: list[Any] = [None]


def owns_cell() -> bool:
    """Whether the running cell holds nothing but this one reply, so that its output area may be cleared.

    True for a cell magic and for a cell with a single simple statement, the first time something is painted in it.
    """
    shell = _shell()
    if shell is None:
        return False
    running = (id(shell), shell.execution_count, getattr(shell, "_last_input_line", None))
    first = _painted_in[0] != running
    _painted_in[0] = running
    source = shell.history_manager.input_hist_raw[-1] if shell.history_manager else ""
    return first and _single_statement(shell, source)


def _single_statement(shell: Any, source: str) -> bool:  # noqa: ANN401 - IPython's shells are untyped here
    if source.lstrip().startswith("%%"):
        return True
    try:
        body = ast.parse(shell.transform_cell(source)).body
    except (SyntaxError, ValueError):
        return False
    simple = (ast.Expr, ast.Assign, ast.AnnAssign)
    return len(body) == 1 and isinstance(body[0], simple)


def _shell() -> Any:  # noqa: ANN401 - IPython's shells are untyped here
    """The running IPython shell, or None; IPython is not imported for asking."""
    module = sys.modules.get("IPython")
    return module.get_ipython() if module is not None else None
