"""A script written out: whole or in pieces, by the service's own writer, with the oddities and breaks asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from minimax_nb.emulator import odd_anthropic, odd_openai, write_anthropic, write_openai, write_plain
from minimax_nb.emulator.breaks import Breaks, break_frames, break_whole, to_chunks
from minimax_nb.emulator.faults import of_kind
from minimax_nb.emulator.frames import Frame, Walk, dumps
from minimax_nb.emulator.heard import Heard
from minimax_nb.emulator.models import Facts
from minimax_nb.emulator.script import Script
from minimax_nb.emulator.seam import Answer, Chunk
from minimax_nb.emulator.services import Service
from minimax_nb.emulator.voice import JSON, STREAM, Voice
from minimax_nb.emulator.write_plain import Dialect


@dataclass(frozen=True, slots=True)
class Reply:
    """Everything that is needed to write one reply out."""

    voice: Voice
    service: Service
    facts: Facts
    heard: Heard
    script: Script
    breaks: Breaks

    def answer(self) -> Answer:
        """The reply as an answer of the service."""
        return self._streamed() if self.heard.stream else self._whole()

    def _whole(self) -> Answer:
        body = dumps(self._odd_value())
        chunks: tuple[Chunk, ...] = tuple(break_whole(body, self.script.first_s, self.breaks))
        return Answer(200, JSON + self.voice.headers(), chunks, self.breaks.cut)

    def _streamed(self) -> Answer:
        chunks = Walk(lambda: to_chunks(break_frames(self._frames(), self.breaks), self.breaks.names))
        return Answer(200, STREAM + self.voice.headers(), chunks, self.breaks.cut)

    # -- as one value ----------------------------------------------------------------------------------------------

    def _value(self) -> dict[str, Any]:
        heard, script, identity = self.heard, self.script, self.voice.identity
        if heard.face == "anthropic":
            return write_anthropic.write_whole(heard, script, identity, self._style())
        if self.dialect is not None:
            return write_plain.write_whole(heard, script, identity, self.dialect)
        return write_openai.write_whole(heard, script, self.facts, identity)

    def _odd_value(self) -> dict[str, Any]:
        odd = odd_anthropic.odd_whole if self.heard.face == "anthropic" else odd_openai.odd_whole
        value = self._value()
        return odd(value, self.odd) if self.odd else value

    # -- as frames -------------------------------------------------------------------------------------------------

    def _frames(self) -> Iterable[Frame]:
        frames = self._plain_frames()()
        if not self.odd:
            return frames
        if self.heard.face == "anthropic":
            return odd_anthropic.odd_stream(frames, self.odd, self._value())
        return odd_openai.odd_stream(frames, self.odd, self._value)

    def _plain_frames(self) -> Callable[[], Iterable[Frame]]:
        heard, script, identity = self.heard, self.script, self.voice.identity
        if heard.face == "anthropic":
            return lambda: write_anthropic.write_stream(heard, script, identity, self._style())
        dialect = self.dialect
        if dialect is not None:
            return lambda: write_plain.write_stream(heard, script, identity, dialect)
        return lambda: write_openai.write_stream(heard, script, self.facts, identity)

    # -- ways ------------------------------------------------------------------------------------------------------

    @property
    def odd(self) -> frozenset[str]:
        """The faults that change what the reply says."""
        return of_kind(self.voice.names, "shape", "mode")

    @property
    def dialect(self) -> Dialect | None:
        """How a reseller writes; ModelsLab may show what stands behind it."""
        dialect = self.service.dialect
        if dialect is not None and self.service.name == "modelslab" and "upstream" in self.odd:
            return replace(dialect, reply_id="gen-", reasoning="openrouter", provider="Minimax", chunks_named=True)
        return dialect

    def _style(self) -> write_anthropic.Style:
        if self.service.name == "minimax":
            return write_anthropic.minimax_style(self.facts)
        return write_anthropic.LOCAL if self.service.name == "local" else write_anthropic.PLAIN
