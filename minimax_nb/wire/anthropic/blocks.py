"""Content blocks of the Anthropic face, from their starts, deltas and stops.

A service may leave out a start or a stop, stop a block late, or send deltas for two blocks in turn. Each block keeps
what it was sent as, since a text block that held a thinking tag goes back with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from minimax_nb.messages.events import ArgumentsDelta, Event, TextDelta
from minimax_nb.wire.loose import arguments_object, mapping_of, text_of
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


@dataclass(slots=True)
class _Block:
    """A block under way or done.

    ``speech`` numbers the parts of a text or thinking block (tags may make several of one block), ``part`` is the
    number of a tool call or an opaque block; ``sent`` are the pieces as they came.
    """

    kind: _Kind
    raw: dict[str, Any]
    speech: Speech
    scanner: Scanner
    part: int = -1
    sent: list[str] = field(default_factory=list)
    signature: str = ""

    def as_sent(self) -> dict[str, Any]:
        """The block as a whole message would hold it."""
        whole = "".join(self.sent)
        if self.kind == "text":
            return self.raw | {"text": whole}
        if self.kind == "thinking":
            return self.raw | {"thinking": whole} | ({"signature": self.signature} if self.signature else {})
        if self.kind == "tool_use":
            return self.raw | {"input": arguments_object(whole)}
        return self.raw


class Blocks:
    """All blocks of one message."""

    __slots__ = ("_all", "_inside", "_once", "_open", "_parts", "_thought")

    def __init__(self, *, starts_in_thinking: bool = False) -> None:
        self._parts = Parts()
        self._all: list[_Block] = []
        self._open: dict[int, _Block] = {}
        self._once = Once()
        self._inside = starts_in_thinking
        self._thought = False

    def start(self, place: int, raw: dict[str, Any], out: list[Event]) -> None:
        """A block begins; what it holds already counts as its first piece."""
        name = text_of(raw.get("type"))
        if not name:
            return  # deltas will tell what it is
        kind = _KINDS.get(name, "opaque")
        block = self._begin(place, kind, raw, out)
        if kind in _SPOKEN:
            self._say(block, text_of(raw.get(kind)), out)
            block.signature = text_of(raw.get("signature"))

    def add(self, place: int, delta: dict[str, Any], out: list[Event]) -> None:
        """More of a block; of one that never began, its beginning. Deltas of unknown types mean nothing."""
        kind, member = _OF_DELTA.get(text_of(delta.get("type")), ("opaque", ""))
        piece = text_of(delta.get(member))
        block = self._open.get(place)
        if not piece or (block is not None and block.kind == "opaque"):
            return
        if block is None or block.kind != kind:
            block = self._begin(place, kind, {"type": kind}, out)
        if member == "signature":
            block.signature = piece
        elif kind == "tool_use":
            block.sent.append(piece)
            out.append(ArgumentsDelta(block.part, piece))
        elif kind == "text" and block.speech.kind == "text" and (said := block.scanner.quick(piece)):
            block.sent.append(piece)  # nearly every delta of an answer ends here
            out.append(TextDelta(block.speech.index, said))
        else:
            self._say(block, piece, out)

    def stop(self, place: int, out: list[Event]) -> None:
        """A block ends."""
        block = self._open.pop(place, None)
        if block is None:
            return
        if block.kind == "text":
            self._hear(block, block.scanner.end(), out)
            block.speech.end(out)
        elif block.kind == "thinking":
            self._end_thinking(block, out)
        else:
            self._end_part(block, out)

    def release(self, out: list[Event]) -> None:
        """Say what open text blocks hold back."""
        for block in self._open.values():
            self._hear(block, block.scanner.release(), out)

    def end(self, out: list[Event]) -> None:
        """The message is whole: blocks that were never stopped end too."""
        for place in list(self._open):
            self.stop(place, out)

    def echo(self) -> dict[str, Any] | None:
        """The blocks as sent, where a tag in a text block made the parts differ from them; else None."""
        if any(block.scanner.tagged for block in self._all):
            return {"content": [block.as_sent() for block in self._all]}
        return None

    def _begin(self, place: int, kind: _Kind, raw: dict[str, Any], out: list[Event]) -> _Block:
        self.stop(place, out)
        inside = self._inside and not self._thought
        block = _Block(kind, raw, Speech(self._parts), Scanner(inside=inside, thought=self._thought))
        if kind == "tool_use":
            # A call without an id still needs one: its result refers to it.
            block.raw = raw | {"id": text_of(raw.get("id")) or f"call_{self._parts.count}"}
            block.part = self._parts.start(out, "tool_call", id=block.raw["id"], name=text_of(raw.get("name")))
        elif kind == "opaque":
            block.part = self._parts.start(out, "opaque", raw=raw)
        self._all.append(block)
        self._open[place] = block
        return block

    def _say(self, block: _Block, piece: str, out: list[Event]) -> None:
        if not piece:
            return
        block.sent.append(piece)
        if block.kind == "text":
            self._hear(block, block.scanner.feed(piece), out)
        else:
            self._thought = True
            block.speech.say(out, "thinking", self._once.new("thinking", piece))

    def _hear(self, block: _Block, found: Iterable[Found], out: list[Event]) -> None:
        for verdict, text in found:
            new = self._once.new("text", text) if verdict == "thinking" else text
            block.speech.hear(out, verdict, new)
        self._thought = self._thought or block.scanner.thought

    def _end_thinking(self, block: _Block, out: list[Event]) -> None:
        if block.signature and block.speech.kind is None:
            block.speech.start(out, "thinking")  # thinking kept secret: the signature alone goes back
        block.speech.end(out, block.signature or None)

    def _end_part(self, block: _Block, out: list[Event]) -> None:
        given = mapping_of(block.raw.get("input"))
        if block.kind == "tool_use" and given and not block.sent:
            block.sent.append(json.dumps(given, ensure_ascii=False))
            out.append(ArgumentsDelta(block.part, block.sent[0]))
        self._parts.end(out, block.part)
