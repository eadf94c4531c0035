"""Tool calls of the OpenAI face, put together from the pieces they come in."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from minimax_nb.messages.events import ArgumentsDelta, Event
from minimax_nb.wire.cumulative import Growing, Habit
from minimax_nb.wire.loose import finite, is_json_object, mapping_of, place_of, text_of
from minimax_nb.wire.parts import Parts

_LEGACY = -1  # the index of a ``function_call``, the older protocol's only call


class _Call:
    """A call under way; ``part`` is None until its name is known."""

    __slots__ = ("arguments", "given", "id", "name", "part", "waiting")

    def __init__(self, habit: Habit) -> None:
        self.id = ""
        self.name = ""
        self.part: int | None = None
        self.arguments = Growing(habit, is_json_object)
        self.given: Any = None  # arguments that came as JSON, not as text
        self.waiting: list[str] = []  # arguments that came before the name


class Calls:
    """Tells pieces of one call from those of another.

    A call is known by its ``index``, but two calls may share one (seen of MiniMax and of gateways): an id that differs
    from the open call's begins another, or goes on with the one that has it. So does, without an id, another name, or
    the same name with arguments of its own where the open call came whole in one piece. The id may come once or with
    every piece, the arguments as text in pieces or as one object. The name may come in pieces too, as long as no
    arguments have come: a call begins with the first of them, empty or not, or with what follows it.
    """

    __slots__ = ("_all", "_habit", "_known", "_named", "_open", "_parts")

    def __init__(self, parts: Parts, habit: Habit) -> None:
        self._parts = parts
        self._habit = habit
        self._open: dict[int, _Call] = {}  # by index, the one that pieces without an id belong to
        self._known: dict[tuple[int, str], _Call] = {}  # by index and id
        self._all: list[_Call] = []
        self._named: list[_Call] = []  # those whose name has come, and no arguments yet

    @property
    def came(self) -> bool:
        """Whether a call came that can be told."""
        return any(call.part is not None for call in self._all)

    def take(self, out: list[Event], pieces: Iterable[Any], *, whole: bool = False) -> None:
        """Read the pieces of one chunk; ``whole`` says that each is a call of its own."""
        for place, piece in enumerate(pieces):
            if isinstance(piece, dict):
                index = place if whole else place_of(piece.get("index")) or 0
                self._piece(out, index, text_of(piece.get("id")), mapping_of(piece.get("function")))

    def take_legacy(self, out: list[Event], function: dict[str, Any]) -> None:
        """Read a ``function_call``: one call without an id, in pieces or whole."""
        self._piece(out, _LEGACY, "", function)

    def begin(self, out: list[Event]) -> None:
        """Something else of the reply follows: calls whose name has come begin before it."""
        for call in self._named:
            if call.part is None:
                self._start(out, call)
        self._named.clear()

    def release(self, out: list[Event]) -> None:
        """Say what is held back of the names and arguments."""
        self.begin(out)
        for call in self._all:
            if rest := call.arguments.settle():
                self._say(out, call, rest)

    def end(self, out: list[Event]) -> None:
        """The reply is whole: arguments given as JSON count unless text came, and a call without a name is told too."""
        self.release(out)
        for call in self._all:
            if call.given is not None and not call.arguments.pieces:
                self._say(out, call, json.dumps(call.given, ensure_ascii=False))
            if call.part is None and (call.id or call.waiting):
                self._start(out, call)

    def _piece(self, out: list[Event], index: int, call_id: str, function: dict[str, Any]) -> None:
        name, arguments = text_of(function.get("name")), function.get("arguments")
        call = self._find(out, index, call_id, name, arguments)
        if call_id and not call.id:
            call.id = call_id
            self._known[index, call_id] = call
        if call.part is None and name:
            call.name = _joined(call.name, name)
            self._named.append(call)
        if call.part is None and call.name and arguments is not None:
            self._start(out, call)
        if isinstance(arguments, str):
            if arguments and (new := call.arguments.take(arguments)):
                self._say(out, call, new)
        elif isinstance(arguments, dict | list):
            call.given = finite(arguments) or call.given or {}

    def _find(self, out: list[Event], index: int, call_id: str, name: str, arguments: object) -> _Call:
        """The call a piece belongs to; a new one if it is none of those there are."""
        call = self._open.get(index)
        if call is not None:
            if call_id and call.id:
                other = call.id != call_id
            else:
                growing = call.part is None and not call_id
                other = bool(name and call.name) and not growing and _is_another(call, name, arguments)
            if not other:
                return call
            if call.part is None:
                self._start(out, call)
            call = self._known.get((index, call_id))
        if call is None:
            call = _Call(self._habit)
            self._all.append(call)
        self._open[index] = call
        return call

    def _say(self, out: list[Event], call: _Call, text: str) -> None:
        if call.part is None:
            call.waiting.append(text)
        else:
            out.append(ArgumentsDelta(call.part, text))

    def _start(self, out: list[Event], call: _Call) -> None:
        call.part = self._parts.start(out, "tool_call", id=self._parts.own_id(call.id), name=call.name)
        if call.waiting:
            out.append(ArgumentsDelta(call.part, "".join(call.waiting)))
            call.waiting.clear()


def _joined(name: str, more: str) -> str:
    """A name with its next piece, which may repeat what came before."""
    return more if more.startswith(name) else name + more


def _is_another(call: _Call, name: str, arguments: object) -> bool:
    """Whether a piece that no id tells apart begins another call than the open one, by its name and arguments."""
    if name != call.name:
        return True
    if isinstance(arguments, dict) and isinstance(call.given, dict):
        return any(arguments.get(key) != held for key, held in call.given.items())
    if not isinstance(arguments, str) or call.arguments.held or len(call.arguments.pieces) != 1:
        return False
    first = call.arguments.pieces[0]
    return arguments.startswith("{") and not arguments.startswith(first) and is_json_object(first)
