"""Tool calls of the OpenAI face, put together from the pieces they come in."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from minimax_nb.messages.events import ArgumentsDelta, Event
from minimax_nb.wire.loose import mapping_of, text_of, whole_of
from minimax_nb.wire.parts import Parts


@dataclass(slots=True)
class _Call:
    """A call under way; ``part`` is None until its name is known."""

    id: str = ""
    part: int | None = None
    waiting: list[str] = field(default_factory=list)


class Calls:
    """Tells pieces of one call from those of another.

    A call is known by its ``index``, but two calls may share one (seen of MiniMax and of gateways): an id that differs
    from the open call's begins another. The id may come once or with every piece, the arguments as text in pieces or
    as one object.
    """

    __slots__ = ("_open", "_parts")

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._open: dict[int, _Call] = {}

    def take(self, out: list[Event], pieces: Iterable[Any], *, whole: bool = False) -> None:
        """Read the pieces of one chunk; ``whole`` says that each is a call of its own."""
        for place, piece in enumerate(pieces):
            if isinstance(piece, dict):
                index = place if whole else whole_of(piece.get("index")) or 0
                self._piece(out, index, text_of(piece.get("id")), mapping_of(piece.get("function")))

    def end(self, out: list[Event]) -> None:
        """The reply is whole: a call that never got a name is told as it is."""
        for call in self._open.values():
            if call.part is None and (call.id or call.waiting):
                self._start(out, call, "")
        self._open.clear()

    def _piece(self, out: list[Event], index: int, call_id: str, function: dict[str, Any]) -> None:
        call = self._open.get(index)
        if call is None or (call_id and call.id and call_id != call.id):
            if call is not None and call.part is None:
                self._start(out, call, "")
            call = self._open[index] = _Call()
        call.id = call.id or call_id
        if call.part is None and (name := text_of(function.get("name"))):
            self._start(out, call, name)
        arguments = function.get("arguments")
        if isinstance(arguments, dict | list):
            arguments = json.dumps(arguments, ensure_ascii=False)
        if isinstance(arguments, str) and arguments:
            if call.part is None:
                call.waiting.append(arguments)
            else:
                out.append(ArgumentsDelta(call.part, arguments))

    def _start(self, out: list[Event], call: _Call, name: str) -> None:
        # A call without an id still needs one: its result refers to it.
        call.id = call.id or f"call_{self._parts.count}"
        call.part = self._parts.start(out, "tool_call", id=call.id, name=name)
        if call.waiting:
            out.append(ArgumentsDelta(call.part, "".join(call.waiting)))
            call.waiting.clear()
