"""Which cell is running, as far as the front end tells: a turn is named after the cell that said it.

A front end may send a cell's id with each run. JupyterLab 4 and Notebook 7 send the id that the notebook file keeps.
VS Code sends the address of the cell in its editor, which is the same until the notebook is closed. Both come as
``cellId``, which ipykernel hands to IPython's ``pre_run_cell`` event. Colab sends an id of its own, which stands only
in the request (vscode-jupyter's cellExecution.ts, and code that runs in Colab, read 2026-11-21). Where none is sent
(terminals, nbclient and what builds on it) turns have no names, and each is added.
"""

from __future__ import annotations

from typing import Any


class Whereabouts:
    """Names for the turns of the running cell: its id, and from the second turn of a conversation on a number too."""

    def __init__(self) -> None:
        self._shell: Any = None
        self._request = ""
        self._cell = ""
        self._said: dict[str, int] = {}

    def listen(self, shell: Any) -> None:  # noqa: ANN401 - IPython's shells are untyped here
        """Be told of each cell that runs; the one that is running now counts, too."""
        self._shell = shell
        self._begin()
        shell.events.register("pre_run_cell", self._begin)

    def leave(self, shell: Any) -> None:  # noqa: ANN401
        """Be told no more."""
        if self._begin in shell.events.callbacks["pre_run_cell"]:
            shell.events.unregister("pre_run_cell", self._begin)

    def _begin(self, info: Any = None) -> None:  # noqa: ANN401 - IPython's ExecutionInfo
        """A cell begins to run. One that the running cell runs is a part of it."""
        request, sent = _sent(self._shell)
        if request and request == self._request:
            return
        cell = getattr(info, "cell_id", None)
        self._request = request
        self._cell = cell if isinstance(cell, str) else sent
        self._said.clear()

    def turn(self, chat: str, *, counts: bool = True) -> str:
        """The name of the next turn that the cell says in a conversation.

        It is "" where the cell is not known, and where no cell is running: a button was clicked, say.

        Args:
            chat: The conversation.
            counts: False if the turn is only looked at, and not said.
        """
        if not self._cell or _sent(self._shell)[0] != self._request:
            return ""
        from minimax_nb.messages.turns import numbered

        number = self._said.get(chat, 0) + 1
        if counts:
            self._said[chat] = number
        return numbered(self._cell, number)


def _sent(shell: Any) -> tuple[str, str]:  # noqa: ANN401
    """Id of the request that is being answered, and the cell's id as it says it; "" for what is not known."""
    try:
        request = shell.get_parent()
        metadata = request["metadata"]
        cell = metadata.get("cellId") or metadata.get("colab", {}).get("cell_id")
        return str(request["header"]["msg_id"]), cell if isinstance(cell, str) else ""
    except (AttributeError, KeyError, TypeError):  # no kernel's shell, or nothing was asked of it yet
        return "", ""
