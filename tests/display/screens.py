"""A screen that remembers, and streams that say what a test wants: for watching a painter without a front end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from minimax_nb.messages.events import Event, Finished, PartStarted, TextDelta, ThinkingDelta
from minimax_nb.messages.media import Clip, Picture
from minimax_nb.messages.reply import Reply


class Memory:
    """What a front end would show, and every message that went to it."""

    def __init__(self, on_message: Callable[[str], None] = lambda kind: None) -> None:
        self.messages: list[tuple[str, dict[str, Any], str | None]] = []
        self.outputs: list[tuple[str | None, dict[str, Any], dict[str, Any]]] = []
        self._clear_next = False
        self._on_message = on_message

    def show(self, data, metadata, display_id=None) -> None:
        self._log("display_data", data, display_id)
        if self._clear_next:
            self.outputs.clear()
            self._clear_next = False
        self.outputs.append((display_id, data, metadata))

    def update(self, data, metadata, display_id) -> None:
        self._log("update_display_data", data, display_id)
        assert any(known == display_id for known, _, _ in self.outputs), "an update for no display"
        self.outputs = [
            (known, data, metadata) if known == display_id else (known, old, old_metadata)
            for known, old, old_metadata in self.outputs
        ]

    def clear(self) -> None:
        self._log("clear_output", {}, None)
        self._clear_next = True

    def _log(self, kind, data, display_id) -> None:
        self.messages.append((kind, data, display_id))
        self._on_message(kind)

    @property
    def shown(self) -> str:
        return "\n\n".join(str(data.get("text/markdown", "")) for _, data, _ in self.outputs)

    @property
    def bytes(self) -> int:
        return sum(len(str(text).encode()) for _, data, _ in self.messages for text in data.values())


class Scripted:
    """A stream of events given by a generator; ``stop`` ends it at the next step."""

    def __init__(self, events: Iterator[Event] | list[Event], media: tuple[Picture | Clip, ...] = ()) -> None:
        self.reply = Reply(provider="emulator", face="anthropic", asked_model="MiniMax-M3", media=media)
        self.reply.free = True
        self._events = events
        self._stopped = threading.Event()

    def __iter__(self) -> Iterator[Event]:
        for event in self._events:
            if self._stopped.is_set():
                self.reply.fail(KeyboardInterrupt(), "interrupted")
                return
            self.reply.apply(event)
            yield event

    def stop(self) -> None:
        self._stopped.set()


def saying(*texts: str, thinking: str = "", pace: float = 0.0) -> Iterator[Event]:
    """Thinking, then text in pieces, then the end."""
    if thinking:
        yield PartStarted(0, "thinking")
        for word in thinking.split(" "):
            yield ThinkingDelta(0, word + " ")
    yield PartStarted(1, "text")
    for text in texts:
        if pace:
            time.sleep(pace)
        yield TextDelta(1, text)
    yield Finished("end_turn")
