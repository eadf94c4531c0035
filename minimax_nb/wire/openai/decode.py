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
from minimax_nb.wire.answer import Trouble, other_face
from minimax_nb.wire.counts import openai_usage
from minimax_nb.wire.cumulative import Growing, Habit
from minimax_nb.wire.loose import list_of, mapping_of, place_of, text_of
from minimax_nb.wire.once import Once
from minimax_nb.wire.openai.calls import Calls
from minimax_nb.wire.openai.reasoning import FIELDS, Reasoning
from minimax_nb.wire.parts import Parts, Speech, stop_reason
from minimax_nb.wire.thinking import Found, Scanner, Tail

_STOPS: Mapping[str, StopReason] = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "function_call": "tool_use",
    "content_filter": "content_filter",
}
_MORE_THAN_TEXT = frozenset({*FIELDS, "tool_calls", "function_call"})


class ChatReader:
    """Reads the chunks of one chat completion (a :class:`~minimax_nb.wire.answer.Reader`).

    What goes back is what MiniMax and OpenRouter ask for (their pages, read 2026-11-20): the content with its tags, the
    tool calls, and one field of thinking. Other members (``name``, ``audio_content``, the five about sensitive content,
    ``annotations``) mean nothing to them, and other servers refuse members they do not know, so those are dropped. A
    ``refusal`` is what the model says in place of content, and is read as text.
    """

    def __init__(self, endpoint: Endpoint) -> None:
        self.began = False
        self.over = False
        self._echo_field = endpoint.face.echo_field
        self._parts = Parts()
        self._speech = Speech(self._parts)
        habit = Habit()
        self._calls = Calls(self._parts, habit)
        self._called = False  # a tool call has come
        self._reasoning = Reasoning(habit)
        self._tail = Tail()
        self._scanner = Scanner(inside=endpoint.face.starts_in_thinking)
        self._once = Once()
        self._inline = False  # there was thinking in the content
        self._content = Growing(habit)  # as sent, tags and all, for the way back
        self._usage: Usage | None = None
        self._stop: StopReason | None = None

    # -- the reader's door ---------------------------------------------------------------------------------------------

    def frame(self, value: dict[str, Any], out: list[Event]) -> None:
        """Read one chunk.

        Raises:
            WireError: It is an event of the other protocol.
            Trouble: A choice carries an error.
        """
        content = self._content
        text = self._speech.kind == "text" and _only_text(value)
        if text and len(text) <= content.length and (said := self._scanner.quick(text)):
            content.pieces.append(text)  # nearly every chunk of an answer ends here
            content.length += len(text)
            out.append(TextDelta(self._speech.index, said))
            return
        choices = list_of(value.get("choices"))
        usage = mapping_of(value.get("usage"))
        if not self.began:
            self._begin(value, out, any_reply=bool(usage) or any(isinstance(choice, dict) for choice in choices))
        for choice in choices:
            # the kit asks for one choice
            if isinstance(choice, dict) and not ((index := choice.get("index")) and place_of(index)):
                self._choice(choice, out)
        if usage:
            self._count(usage, out)

    def whole(self, value: dict[str, Any], out: list[Event]) -> None:
        """Read a completion that came in one piece.

        Raises:
            WireError: It is a message of the other protocol.
            Trouble: The choice carries an error.
        """
        choices = list_of(value.get("choices"))
        if not choices:
            self._begin(value, out, any_reply=False)
        elif isinstance(choices[0], dict) and isinstance(choices[0].get("message"), dict):
            self.frame(value, out)
            self._finish(self._stop or "end_turn", out)

    def end(self, out: list[Event], *, said: bool) -> None:
        """Finish, if a finish reason came, or ``[DONE]`` after anything at all."""
        if self._stop or (said and self.began):
            self._finish(self._stop or "end_turn", out)

    def release(self, out: list[Event]) -> None:
        """Say what the fields and the scanner hold back."""
        self._settle_thinking(out)
        self._settle_content(out)
        self._end_thinking(out)
        self._hear(self._scanner.release(), out)
        self._calls.release(out)

    # -- what a chunk holds --------------------------------------------------------------------------------------------

    def _begin(self, value: dict[str, Any], out: list[Event], *, any_reply: bool) -> None:
        """Begin with the first chunk that belongs to a reply."""
        kind = text_of(value.get("type"))
        if any_reply:
            self.began = True
            out.append(Started(text_of(value.get("id")), text_of(value.get("model"))))
        elif kind == "error":
            raise Trouble(value)
        elif kind == "message" or kind.startswith(("message_", "content_block_")):
            raise other_face("anthropic")

    def _choice(self, choice: dict[str, Any], out: list[Event]) -> None:
        delta = choice.get("delta")
        if delta and isinstance(delta, dict):
            self._delta(delta, out)
        elif message := mapping_of(choice.get("message")):
            self._delta(self._unsaid(message), out, whole=True)
        reason = text_of(choice.get("finish_reason"))
        if reason == "error" or choice.get("error"):
            raise Trouble({"error": choice.get("error") or "the choice ended with an error"})
        if self._stop is None and reason:
            self._stop = _STOPS.get(reason, "end_turn")

    def _unsaid(self, message: dict[str, Any]) -> dict[str, Any]:
        """What of a whole message is no repetition: all if it is the reply, little if it sums up what deltas said."""
        content = bool(self._content.pieces)
        if not (content or self._parts.count):
            return message
        kept = {"content": not content, "refusal": not content, "tool_calls": not self._called}
        return {name: message.get(name) for name, wanted in kept.items() if wanted}

    def _delta(self, delta: dict[str, Any], out: list[Event], *, whole: bool = False) -> None:
        source, thinking = self._reasoning.take(delta)
        if thinking:
            self._settle_content(out)
            self._calls.begin(out)
            self._think(source, thinking, out)
        content = delta.get("content") or delta.get("refusal")
        if content and (text := _new_text(content)) and (new := self._content.take(text)):
            self._settle_thinking(out)
            self._calls.begin(out)
            self._hear(self._scanner.feed(new), out)
        if "tool_calls" in delta or "function_call" in delta:
            self._take_calls(delta, out, whole=whole)

    def _take_calls(self, delta: dict[str, Any], out: list[Event], *, whole: bool) -> None:
        calls, legacy = list_of(delta.get("tool_calls")), mapping_of(delta.get("function_call"))
        if calls or legacy:
            self._called = True
            self._end_speech(out)
        if calls:
            self._calls.take(out, calls, whole=whole)
        elif legacy:
            self._calls.take_legacy(out, legacy)

    def _settle_content(self, out: list[Event]) -> None:
        """What the content holds back comes before what follows it."""
        if self._content.held and (text := self._content.settle()):
            self._hear(self._scanner.feed(text), out)

    def _settle_thinking(self, out: list[Event]) -> None:
        if self._reasoning.waiting:
            source, thinking = self._reasoning.settle()
            if thinking:
                self._think(source, thinking, out)

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
        if text and self._speech.kind not in (None, "thinking"):
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
            if verdict in ("text", "call"):
                self._end_thinking(out)
            new = self._news("content", text, out) if verdict == "thinking" else text
            self._inline = self._inline or verdict == "thinking"
            self._speech.hear(out, verdict, new)

    def _end_speech(self, out: list[Event]) -> None:
        self._settle_thinking(out)
        self._settle_content(out)
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
        out.append(Finished(stop_reason(stop, called=self._calls.came), self._echo() or None))
        self.over = True

    def _echo(self) -> dict[str, Any]:
        """What must go back as it came: the field of thinking, and the content where its texts are less than it.

        Thinking that came both in a field and between tags goes back once, in its field.
        """
        echo = self._reasoning.echo(self._echo_field)
        twice = bool(echo) and self._inline and not self._once.apart
        if not twice and (self._scanner.tagged or self._scanner.shorn or self._speech.texts > 1):
            echo["content"] = self._content.text()
        return echo


def _only_text(chunk: dict[str, Any]) -> str:
    """The text of a chunk that brings nothing but text, else ""."""
    choices = chunk.get("choices")
    if type(choices) is not list or len(choices) != 1 or chunk.get("usage") or type(choices[0]) is not dict:
        return ""
    choice: dict[str, Any] = choices[0]
    delta = choice.get("delta")
    if type(delta) is not dict or choice.get("finish_reason") or choice.get("index") or choice.get("error"):
        return ""
    return _new_text(delta.get("content")) if _MORE_THAN_TEXT.isdisjoint(delta) else ""


def _new_text(value: object) -> str:
    """The text that a chunk's field adds. Chunks carry only what is new; some servers wrap it in a list of parts."""
    if isinstance(value, str):
        return value
    return "".join(text_of(item.get("text")) for item in list_of(value) if isinstance(item, dict))
