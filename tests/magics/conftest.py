"""An IPython shell with the extension loaded, and what a cell run in it showed."""

from __future__ import annotations

import atexit
from collections.abc import Iterator
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell


class Shell:
    """Runs cells and remembers their outputs."""

    def __init__(self, shell: InteractiveShell) -> None:
        self.shell = shell
        self.outputs: list[dict[str, Any]] = []
        self.metadata: list[dict[str, Any]] = []
        self.error: BaseException | None = None

    def publish(self, data, metadata=None, *, transient=None, update=False, **_) -> None:
        del transient
        if update:
            self.outputs.pop()
            self.metadata.pop()
        self.outputs.append(data)
        self.metadata.append(metadata or {})

    def run(self, cell: str) -> str:
        """Run a cell; gives the plain text of its outputs, "" if it failed (see ``error``)."""
        self.outputs.clear()
        self.metadata.clear()
        result = self.shell.run_cell(cell, store_history=True)
        self.error = result.error_before_exec or result.error_in_exec
        return "\n".join(str(data.get("text/plain", "")) for data in self.outputs)

    def ok(self, cell: str) -> str:
        """Run a cell that must succeed."""
        text = self.run(cell)
        assert self.error is None, repr(self.error)
        return text

    def fails(self, cell: str) -> BaseException:
        """Run a cell that must fail; gives its error."""
        self.run(cell)
        assert self.error is not None
        return self.error

    def lines(self) -> list[str]:
        """What the error of the last cell shows."""
        assert self.error is not None
        return self.error._render_traceback_()

    def __getitem__(self, name: str) -> Any:
        return self.shell.user_ns[name]


@pytest.fixture
def bare(monkeypatch) -> Iterator[Shell]:
    """A shell without the extension."""
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    made = Shell(shell)
    monkeypatch.setattr(shell.display_pub, "publish", made.publish)
    monkeypatch.setenv("MINIMAX_NB_PAINT", "once")
    yield made
    shell.run_line_magic("reset", "-sf")
    shell.history_manager.end_session()
    atexit.unregister(shell.atexit_operations)  # it holds the shell, and empties it once more at the end of all tests
    InteractiveShell.clear_instance()


@pytest.fixture
def shell(bare) -> Iterator[Shell]:
    """A shell with the extension."""
    bare.ok("%load_ext minimax_nb")
    yield bare
    if bare.shell.find_line_magic("minimax"):
        bare.ok("%unload_ext minimax_nb")
