"""Content blocks of the Anthropic face, from their starts, deltas and stops.

A service may leave out a start or a stop, stop a block late, or send deltas for two blocks in turn. Each block keeps
what it was sent as. The blocks go back as sent where the parts of the reply are less than they: where a text block held
a thinking tag or a call that leaked, a signature came after its block had ended, or a block has members or deltas that
are not known here (``citations``, the input of a server's own tool, whatever comes next).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from minimax_nb.messages.events import ArgumentsDelta, Event, TextDelta
from minimax_nb.wire.cumulative import Growing, Habit
from minimax_nb.wire.loose import arguments_object, finite, is_json_object, text_of
from minimax_nb.wire.once import Once
from minimax_nb.wire.parts import Parts, Speech
from minimax_nb.wire.thinking import Found, Scanner

_Kind = Literal["text", "thinking", "tool_use", "opaque"]

_KINDS: dict[str, _Kind] = {"text": "text", "thinking": "thinking", "tool_use": "tool_use"}
_SPOKEN = ("text", "thinking")

_OF_DELTA: dict[str, tuple[_Kind, str]] = {
    # type of a delta: the kind of block it belongs to, and its member that counts
    "text_delta": ("text", "text"),
    "thinking_delta": ("thinking", "thinking"),
    "signature_delta": ("thinking", "signature"),
    "input_json_delta": ("tool_use", "partial_json"),
}
_READ: dict[_Kind, frozenset[str]] = {
    # members of a block that its part holds
    "text": frozenset({"type", "text"}),
    "thinking": frozenset({"type", "thinking", "signature"}),
    "tool_use": frozenset({"type", "id", "name", "input"}),
}


class _Block:
    """A block under way or done.

    ``speech`` numbers the parts of a text or thinking block (tags may make several of one block), ``part`` is the
    number of a tool call or an opaque block; ``sent`` is what came, ``extra`` what deltas brought that is not known.
    """

    __slots__ = ("extra", "kind", "part", "raw", "scanner", "sent", "signature", "speech")

    def __init__(self, kind: _Kind, raw: dict[str, Any], speech: Speech, scanner: Scanner, habit: Habit) -> None:
        self.kind = kind
        self.raw = raw
        self.speech = speech
        self.scanner = scanner
        self.part = -1
        self.sent = Growing(habit, is_json_object if kind == "tool_use" else None)
        self.signature = ""
        self.extra: dict[str, list[Any]] = {}

    def is_more_than_its_parts(self) -> bool:
        """Whether something would be lost if its parts alone went back."""
        known = _READ.get(self.kind)
        odd = known is not None and any(value for name, value in self.raw.items() if name not in known)
        return odd or bool(self.extra) or self.scanner.tagged or self.scanner.shorn

    def as_sent(self) -> dict[str, Any]:
        """The block as a whole message would hold it."""
        whole = self.sent.text()
        raw = self.raw | {name: _grown(self.raw, name, new) for name, new in self.extra.items()}
        if self.kind == "text":
            return raw | {"text": whole}
        if self.kind == "thinking":
            return raw | {"thinking": whole} | ({"signature": self.signature} if self.signature else {})
        if self.kind == "tool_use" or whole:
            return raw | {"input": arguments_object(whole)}
        return raw


def _grown(raw: Mapping[str, Any], name: str, new: list[Any]) -> Any:  # noqa: ANN401
    """A member of a block after its deltas: texts and lists go on, anything else is replaced."""
    values = [raw[name], *new] if raw.get(name) else new
    if all(isinstance(value, str) for value in values):
        return "".join(values)
    if all(isinstance(value, list) for value in values):
        return [item for value in values for item in value]
    return values[-1]


class Blocks:
    """All blocks of one message."""

    __slots__ = ("_all", "_habit", "_inside", "_late", "_once", "_open", "_parts", "_thought", "_thoughts")

    def __init__(self, *, starts_in_thinking: bool = False) -> None:
        self._parts = Parts()
        self._all: list[_Block] = []
        self._open: dict[int, _Block] = {}
        self._thoughts: dict[int, _Block] = {}  # the last block of thinking in each place, open or not
        self._late = False  # a signature came after its block had ended
        self._once = Once()
        self._habit = Habit()
        self._inside = starts_in_thinking
        self._thought = False

    def __len__(self) -> int:
        return len(self._all)

    @property
    def called(self) -> bool:
        """Whether a tool call came."""
        return any(block.kind == "tool_use" for block in self._all)

    def start(self, place: int, raw: dict[str, Any], out: list[Event]) -> None:
        """A block begins; what it holds already counts as its first piece."""
        name = text_of(raw.get("type"))
        if not name:
            return  # deltas will tell what it is
        kind = _KINDS.get(name, "opaque")
        block = self._begin(place, kind, raw, out)
        if kind in _SPOKEN:
            block.signature = text_of(raw.get("signature"))
            if piece := text_of(raw.get(kind)):
                self._say(block, block.sent.take(piece), out)

    def add(self, place: int, delta: dict[str, Any], out: list[Event]) -> None:
        """More of a block; of one that never began, its beginning."""
        kind, member = _OF_DELTA.get(text_of(delta.get("type")), ("opaque", ""))
        block = self._open.get(place)
        if kind == "opaque" or (block is not None and block.kind == "opaque"):
            if block is not None:
                _keep(block, delta)
            return
        piece = delta.get(member)
        if type(piece) is not str:
            piece = _piece(piece)
        if not piece:
            return
        if member == "signature":
            self._sign(place, piece, out)
            return
        if block is None or block.kind != kind:
            block = self._begin(place, kind, {"type": kind}, out)
        sent = block.sent
        if (
            kind == "text"
            and block.speech.kind == "text"
            and len(piece) <= sent.length
            and (said := block.scanner.quick(piece))
        ):
            sent.pieces.append(piece)  # nearly every delta of an answer ends here
            sent.length += len(piece)
            out.append(TextDelta(block.speech.index, said))
        else:
            self._say(block, sent.take(piece), out)

    def stop(self, place: int, out: list[Event]) -> None:
        """A block ends."""
        block = self._open.pop(place, None)
        if block is None:
            return
        self._settle(block, out)
        if block.kind == "text":
            self._hear(block, block.scanner.end(), out)
            block.speech.end(out)
        elif block.kind == "thinking":
            self._end_thinking(block, out)
        else:
            self._end_part(block, out)

    def release(self, out: list[Event]) -> None:
        """Say what open blocks hold back."""
        for block in self._open.values():
            self._settle(block, out)
            self._hear(block, block.scanner.release(), out)

    def end(self, out: list[Event]) -> None:
        """The message is whole: blocks that were never stopped end too."""
        for place in list(self._open):
            self.stop(place, out)

    def echo(self) -> dict[str, Any] | None:
        """The blocks as sent, where the parts of the reply are less than they; else None."""
        if self._late or any(block.is_more_than_its_parts() for block in self._all):
            return finite({"content": [block.as_sent() for block in self._all]})  # type: ignore[no-any-return]
        return None

    def _begin(self, place: int, kind: _Kind, raw: dict[str, Any], out: list[Event]) -> _Block:
        self.stop(place, out)
        inside = self._inside and not self._thought
        block = _Block(kind, raw, Speech(self._parts), Scanner(inside=inside, thought=self._thought), self._habit)
        if kind == "tool_use":
            block.raw = raw | {"id": self._parts.own_id(text_of(raw.get("id")))}
            block.part = self._parts.start(out, "tool_call", id=block.raw["id"], name=text_of(raw.get("name")))
        elif kind == "opaque":
            block.part = self._parts.start(out, "opaque", raw=finite(raw))
        elif kind == "thinking":
            self._thoughts[place] = block
        self._all.append(block)
        self._open[place] = block
        return block

    def _say(self, block: _Block, new: str, out: list[Event]) -> None:
        if not new:
            return
        if block.kind == "text":
            self._hear(block, block.scanner.feed(new), out)
        elif block.kind == "thinking":
            self._thought = True
            block.speech.say(out, "thinking", self._once.new("thinking", new))
        elif block.kind == "tool_use":
            out.append(ArgumentsDelta(block.part, new))

    def _settle(self, block: _Block, out: list[Event]) -> None:
        if block.sent.held:
            self._say(block, block.sent.settle(), out)

    def _hear(self, block: _Block, found: Iterable[Found], out: list[Event]) -> None:
        for verdict, text in found:
            new = self._once.new("text", text) if verdict == "thinking" else text
            block.speech.hear(out, verdict, new)
        self._thought = self._thought or block.scanner.thought

    def _sign(self, place: int, signature: str, out: list[Event]) -> None:
        """Sign the thinking in a place; if it has ended, what goes back is signed all the same."""
        block = self._thoughts.get(place)
        ended = block is not None and self._open.get(place) is not block
        if block is None or (ended and block.signature not in ("", signature)):
            block, ended = self._begin(place, "thinking", {"type": "thinking"}, out), False
        self._late = self._late or (ended and not block.signature)
        block.signature = signature

    def _end_thinking(self, block: _Block, out: list[Event]) -> None:
        if block.signature and block.speech.kind is None:
            block.speech.start(out, "thinking")  # thinking kept secret: the signature alone goes back
        block.speech.end(out, block.signature or None)

    def _end_part(self, block: _Block, out: list[Event]) -> None:
        if block.kind == "tool_use" and not block.sent.pieces and (given := _piece(block.raw.get("input"))):
            self._say(block, block.sent.take(given), out)
        self._parts.end(out, block.part)


def _keep(block: _Block, delta: Mapping[str, Any]) -> None:
    """Keep a delta of an unknown type, or of an unknown block, for the way back."""
    for name, value in delta.items():
        if name == "partial_json" and block.kind == "opaque":
            if isinstance(value, str) and value:
                block.sent.pieces.append(value)
                block.extra.setdefault("input", [])
        elif name == "citation":
            block.extra.setdefault("citations", []).append([value])
        elif name != "type" and value not in (None, ""):
            block.extra.setdefault(name, []).append(value)


def _piece(value: object) -> str:
    """What a delta adds: text, or JSON that stands where its text should."""
    if isinstance(value, dict | list) and value:
        return json.dumps(finite(value), ensure_ascii=False)
    return text_of(value)
