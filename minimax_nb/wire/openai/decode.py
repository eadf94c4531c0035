"""Chat completions of the OpenAI face, streamed or whole, as events.

The shapes are those of MiniMax's OpenAI-compatible API page and of captures of the live service (both read
2026-11-20), and of the other servers that speak this protocol: every member may be missing, null or of another type.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from minimax_nb.catalog.endpoint import Endpoint
from minimax_nb.messages.events import Event, Finished, Started, StopReason, TextDelta, UsageSeen
from minimax_nb.messages.usage import Usage
from minimax_nb.wire.counts import openai_usage
from minimax_nb.wire.loose import list_of, text_of
from minimax_nb.wire.once import Once
from minimax_nb.wire.openai.calls import Calls
from minimax_nb.wire.openai.reasoning import FIELDS, Reasoning
from minimax_nb.wire.parts import Parts, Speech
from minimax_nb.wire.thinking import Found, Scanner, Tail

_STOPS: Mapping[str, StopReason] = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "function_call": "tool_use",
    "content_filter": "content_filter",
}
_MORE_THAN_TEXT = frozenset({*FIELDS, "tool_calls"})


class ChatReader:
    """Reads the chunks of one chat completion (a :class:`~minimax_nb.wire.answer.Reader`)."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.began = False
        self.over = False
        self._echo_field = endpoint.face.echo_field
        self._parts = Parts()
        self._speech = Speech(self._parts)
        self._calls = Calls(self._parts)
        self._reasoning = Reasoning()
        self._tail = Tail()
        self._scanner = Scanner(inside=endpoint.face.starts_in_thinking)
        self._once = Once()
        self._content: list[str] = []  # as sent, tags and all, for the way back
        self._usage: Usage | None = None
        self._stop: StopReason | None = None

    # -- the reader's door ---------------------------------------------------------------------------------------------

    def frame(self, value: dict[str, Any], out: list[Event]) -> None:
        """Read one chunk."""
        text = self._speech.kind == "text" and _only_text(value)
        if text and (said := self._scanner.quick(text)):  # nearly every chunk of an answer ends here
            self._content.append(text)
            out.append(TextDelta(self._speech.index, said))
            return
        choices = list_of(value.get("choices"))
        usage = value.get("usage")
        if not self.began and (choices or usage):
            self.began = True
            out.append(Started(text_of(value.get("id")), text_of(value.get("model"))))
        for choice in choices:
            if isinstance(choice, dict) and not choice.get("index"):  # the kit asks for one choice
                self._choice(choice, out)
        if isinstance(usage, dict):
            self._count(usage, out)

    def whole(self, value: dict[str, Any], out: list[Event]) -> None:
        """Read a completion that came in one piece."""
        choices = list_of(value.get("choices"))
        if choices and isinstance(choices[0], dict) and isinstance(choices[0].get("message"), dict):
            self.frame(value, out)
            self._finish(self._stop or "end_turn", out)

    def end(self, out: list[Event], *, said: bool) -> None:
        """Finish, if a finish reason came, or ``[DONE]`` after anything at all."""
        if self._stop or (said and self.began):
            self._finish(self._stop or "end_turn", out)

    def release(self, out: list[Event]) -> None:
        """Say what the scanner and the thinking field hold back."""
        self._end_thinking(out)
        self._hear(self._scanner.release(), out)

    # -- what a chunk holds --------------------------------------------------------------------------------------------

    def _choice(self, choice: dict[str, Any], out: list[Event]) -> None:
        delta, message = choice.get("delta"), choice.get("message")
        if isinstance(delta, dict):
            self._delta(delta, out)
        elif isinstance(message, dict) and not (self._parts.count or self._content):
            # Before anything else a whole message is the reply; after deltas it is a summary, not to be said again.
            self._delta(message, out, whole=True)
        if self._stop is None and (reason := text_of(choice.get("finish_reason"))):
            self._stop = _STOPS.get(reason, "end_turn")

    def _delta(self, delta: dict[str, Any], out: list[Event], *, whole: bool = False) -> None:
        source, thinking = self._reasoning.take(delta)
        if thinking:
            self._think(source, thinking, out)
        if text := _new_text(delta.get("content")):
            self._content.append(text)
            self._hear(self._scanner.feed(text), out)
        if calls := list_of(delta.get("tool_calls")):
            self._end_speech(out)
            self._calls.take(out, calls, whole=whole)

    def _think(self, source: str, thinking: str, out: list[Event]) -> None:
        """Take in what a thinking field brings, unless it was said under another name."""
        if new := self._news(source, thinking, out):
            self._say_thinking(self._tail.feed(new), out)
        self._scanner.thinking_came()

    def _news(self, source: str, thinking: str, out: list[Event]) -> str:
        """What no other name has said; where two names part ways, a part of its own begins."""
        apart = self._once.apart
        new = self._once.new(source, thinking)
        if self._once.apart and not apart and self._speech.kind == "thinking":
            self._end_thinking(out)
            self._speech.end(out)
        return new

    def _say_thinking(self, text: str, out: list[Event]) -> None:
        if text and self._speech.kind == "text":
            self._hear(self._scanner.end(), out)
        self._speech.say(out, "thinking", text)

    def _end_thinking(self, out: list[Event]) -> None:
        """No more of the thinking field for now: say what its end held back, if that is worth a word."""
        rest = self._tail.end()
        if rest.strip() or self._speech.kind == "thinking":
            self._say_thinking(rest, out)

    def _hear(self, found: list[Found], out: list[Event]) -> None:
        """Say what the scanner found in the content, less the thinking that a field has said already."""
        for verdict, text in found:
            if verdict == "text":
                self._end_thinking(out)
            new = self._news("content", text, out) if verdict == "thinking" else text
            self._speech.hear(out, verdict, new)

    def _end_speech(self, out: list[Event]) -> None:
        self._end_thinking(out)
        self._hear(self._scanner.end(), out)
        self._speech.end(out)

    def _count(self, usage: dict[str, Any], out: list[Event]) -> None:
        seen = openai_usage(usage)
        if seen is not None and seen != self._usage:
            self._usage = seen
            out.append(UsageSeen(seen))

    def _finish(self, stop: StopReason, out: list[Event]) -> None:
        self._end_speech(out)
        self._calls.end(out)
        self._parts.end_all(out)
        out.append(Finished(stop, self._echo() or None))
        self.over = True

    def _echo(self) -> dict[str, Any]:
        """What must go back: the thinking field as it came, or the content with its tags; both if they differ."""
        echo = self._reasoning.echo(self._echo_field)
        if self._scanner.tagged and (not echo or self._once.apart):
            echo["content"] = "".join(self._content)
        return echo


def _only_text(chunk: dict[str, Any]) -> str:
    """The text of a chunk that brings nothing but text, else ""."""
    choices = chunk.get("choices")
    if type(choices) is not list or len(choices) != 1 or chunk.get("usage") or type(choices[0]) is not dict:
        return ""
    choice: dict[str, Any] = choices[0]
    delta = choice.get("delta")
    if type(delta) is not dict or choice.get("finish_reason") or choice.get("index"):
        return ""
    return _new_text(delta.get("content")) if _MORE_THAN_TEXT.isdisjoint(delta) else ""


def _new_text(value: object) -> str:
    """The text that a chunk's field adds. Chunks carry only what is new; some servers wrap it in a list of parts."""
    if isinstance(value, str):
        return value
    return "".join(text_of(item.get("text")) for item in list_of(value) if isinstance(item, dict))
