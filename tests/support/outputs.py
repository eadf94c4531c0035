"""What a notebook's outputs look like after its messages: one fold, for kernels, notebooks and comparisons.

It follows JupyterLab's output area: consecutive text of a stream is one output; ``update_display_data`` replaces every
output shown under that display id, in whatever cell; ``clear_output(wait=True)`` clears when the next output comes;
what an Output widget captures never becomes an output of the cell; clearing forgets the cleared displays.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

Json = dict[str, Any]
OUTPUTS = ("display_data", "execute_result", "stream", "error")
"""Message types that become an output of their own."""


class Outputs:
    """The outputs of every cell so far, in the form a notebook file keeps them.

    Attributes:
        cells: Outputs by the id of the execute request they belong to.
        strays: Updates for a display that is nowhere to be seen.
    """

    def __init__(self) -> None:
        self.cells: dict[str, list[Json]] = {}
        self.strays: list[Json] = []
        self._shown: dict[str, list[tuple[str, Json]]] = {}
        self._clear_next: set[str] = set()
        self._captured: dict[str, str] = {}

    def take(self, message: Mapping[str, Any]) -> None:
        """Take in one IOPub message (a mapping with ``msg_type``, ``content`` and ``parent_header``)."""
        kind, content = message["msg_type"], message["content"]
        cell = message.get("parent_header", {}).get("msg_id", "")
        if kind.startswith("comm"):
            self._comm(content)
        elif kind == "update_display_data":
            self._update(content)
        elif cell not in self._captured.values():
            if kind == "clear_output":
                self._clear(cell, wait=bool(content.get("wait")))
            elif kind in OUTPUTS:
                self._add(cell, kind, content)

    def of(self, cell: str) -> list[Json]:
        """The outputs of one cell, as they are now."""
        return self.cells.get(cell, [])

    def _add(self, cell: str, kind: str, content: Mapping[str, Any]) -> None:
        if cell in self._clear_next:
            self._clear(cell, wait=False)
        outputs = self.cells.setdefault(cell, [])
        last = outputs[-1] if outputs else {}
        if kind == "stream" and (last.get("output_type"), last.get("name")) == ("stream", content["name"]):
            last["text"] += content["text"]
            return
        output = {"output_type": kind, **{k: deepcopy(v) for k, v in content.items() if k != "transient"}}
        outputs.append(output)
        display_id = content.get("transient", {}).get("display_id")
        if display_id:
            self._shown.setdefault(display_id, []).append((cell, output))

    def _update(self, content: Mapping[str, Any]) -> None:
        targets = self._shown.get(content.get("transient", {}).get("display_id", ""), [])
        for _, output in targets:
            output["data"] = deepcopy(content["data"])
            output["metadata"] = deepcopy(content["metadata"])
        if not targets:
            self.strays.append(deepcopy(dict(content)))

    def _clear(self, cell: str, *, wait: bool) -> None:
        if wait:
            self._clear_next.add(cell)
            return
        self._clear_next.discard(cell)
        self.cells[cell] = []
        for display_id, targets in list(self._shown.items()):
            self._shown[display_id] = [target for target in targets if target[0] != cell]

    def _comm(self, content: Mapping[str, Any]) -> None:
        """An Output widget says through its state whose messages it captures, and "" when it stops."""
        data = content.get("data", {})
        state = data.get("state", {}) if isinstance(data, Mapping) else {}
        if isinstance(state, Mapping) and "msg_id" in state:
            self._captured.pop(content["comm_id"], None)
            if state["msg_id"]:
                self._captured[content["comm_id"]] = state["msg_id"]


def text_of(outputs: list[Json], mime: str = "text/plain") -> str:
    """All the text of these outputs in that form (streams and error names included with text/plain), a line apart."""
    found = []
    for output in outputs:
        if "data" in output:
            found.append(_joined(output["data"].get(mime, "")))
        elif mime == "text/plain":
            found.append(_joined(output["text"]) if "text" in output else f"{output['ename']}: {output['evalue']}")
    return "\n".join(found)


def _joined(text: object) -> str:
    return "".join(text) if isinstance(text, list) else str(text)
