"""Messages of the Anthropic face, streamed or whole, as events.

The shapes are those of MiniMax's Anthropic-compatible API page and of captures of the live service (both read
2026-11-20). Thinking blocks pass through untouched, since they go back with their signature as they came; text blocks
go through the tag scanner, since MiniMax-M3 has put ``<think>`` there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from minimax_nb.catalog.endpoint import Endpoint
from minimax_nb.messages.events import Event, Finished, Started, StopReason, UsageSeen
from minimax_nb.wire.answer import Trouble, other_face
from minimax_nb.wire.anthropic.blocks import Blocks
from minimax_nb.wire.counts import AnthropicCounts
from minimax_nb.wire.loose import list_of, mapping_of, place_of, text_of
from minimax_nb.wire.parts import stop_reason

_STOPS: Mapping[str, StopReason] = {
    "end_turn": "end_turn",
    "max_tokens": "max_tokens",
    "model_context_window_exceeded": "max_tokens",
    "stop_sequence": "stop_sequence",
    "tool_use": "tool_use",
    "refusal": "content_filter",
    "content_filter": "content_filter",
}
_NOWHERE = -1  # the place of a block whose index is missing


class MessageReader:
    """Reads the events of one message (a :class:`~minimax_nb.wire.answer.Reader`)."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.began = False
        self.over = False
        self._blocks = Blocks(starts_in_thinking=endpoint.face.starts_in_thinking)
        self._counts = AnthropicCounts()
        self._stop: StopReason | None = None
        self._ahead: list[Any] = []  # blocks that message_start held

    def frame(self, value: dict[str, Any], out: list[Event]) -> None:
        """Read one event; those of unknown types mean nothing.

        Raises:
            WireError: It is a chunk of the other protocol.
            Trouble: It tells of an error.
        """
        kind = value.get("type")
        if kind == "content_block_delta":
            if not self.began:
                self._begin({}, out)
            self._blocks.add(_place(value), mapping_of(value.get("delta")), out)
        elif kind == "content_block_start":
            if not self.began:
                self._begin({}, out)
            self._blocks.start(_place(value), mapping_of(value.get("content_block")), out)
        elif kind == "content_block_stop":
            self._blocks.stop(_place(value), out)
        else:
            self._of_message(kind, value, out)

    def whole(self, value: dict[str, Any], out: list[Event]) -> None:
        """Read a message that came in one piece.

        Raises:
            WireError: It is a completion of the other protocol.
        """
        content = value.get("content")
        if isinstance(content, list):
            self._begin(value, out)
            self._read(content, out)
            self._stopped(value)
            self._count(value, out)
            self._finish(out)
        elif list_of(value.get("choices")):
            raise other_face("openai")

    def _of_message(self, kind: object, value: dict[str, Any], out: list[Event]) -> None:
        """Read an event about the message as a whole."""
        if kind == "message_start":
            message = mapping_of(value.get("message"))
            self._begin(message, out)
            self._ahead = self._ahead or list_of(message.get("content"))
            self._count(message, out, provisional=True)
        elif kind == "message_delta":
            self._begin({}, out)
            self._stopped(mapping_of(value.get("delta")))
            self._count(value, out)
        elif kind == "message_stop":
            self._finish(out)
        elif kind == "message":
            self._sum_up(value, out)
        elif kind == "error":
            raise Trouble(value)
        elif not self.began and list_of(value.get("choices")):
            raise other_face("openai")

    def _sum_up(self, message: dict[str, Any], out: list[Event]) -> None:
        """A whole message amid a stream: the reply if nothing came before it, else no more than its end and counts."""
        if not len(self._blocks):
            self.whole(message, out)
        else:
            self._stopped(message)
            self._count(message, out)

    def _read(self, content: list[Any], out: list[Event]) -> None:
        for place, block in enumerate(content):
            self._blocks.start(place, mapping_of(block), out)
            self._blocks.stop(place, out)

    def end(self, out: list[Event], *, said: bool) -> None:  # noqa: ARG002  # [DONE] is no word of this protocol
        """Finish, if a stop reason came; ``message_stop`` has finished the reply already."""
        if self._stop:
            self._finish(out)

    def release(self, out: list[Event]) -> None:
        """Say what the scanners of open blocks hold back."""
        self._blocks.release(out)

    def _begin(self, message: dict[str, Any], out: list[Event]) -> None:
        if not self.began:
            self.began = True
            out.append(Started(text_of(message.get("id")), text_of(message.get("model"))))

    def _stopped(self, said: dict[str, Any]) -> None:
        if reason := text_of(said.get("stop_reason")):
            self._stop = _STOPS.get(reason, "end_turn")

    def _count(self, holder: dict[str, Any], out: list[Event], *, provisional: bool = False) -> None:
        usage = self._counts.merge(mapping_of(holder.get("usage")), provisional=provisional)
        if usage is not None:
            out.append(UsageSeen(usage))

    def _finish(self, out: list[Event]) -> None:
        if not len(self._blocks):
            self._read(self._ahead, out)  # no block came but those that message_start held
        self._blocks.end(out)
        stop = stop_reason(self._stop or "end_turn", called=self._blocks.called)
        out.append(Finished(stop, self._blocks.echo()))
        self.over = True


def _place(value: dict[str, Any]) -> int:
    index = value.get("index")
    if type(index) is not int or index < 0:
        index = place_of(index)
    return _NOWHERE if index is None else index
