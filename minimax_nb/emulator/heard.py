"""A request understood: the same values for both protocols, and the refusal of one that breaks a rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from minimax_nb.emulator.scenes import Watched

FaceName = Literal["openai", "anthropic"]


class Refused(Exception):  # noqa: N818  (it is an answer, not a mistake of ours)
    """The service does not take this request.

    Attributes:
        status: HTTP status of the answer; 200 for an error that comes inside one.
        code: The service's own number, or None where it has none.
        detail: What the service says about it, without its own wrapping.
    """

    def __init__(self, detail: str, *, status: int = 400, code: int | None = 2013) -> None:
        super().__init__(detail)
        self.detail = detail
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Tool:
    """A function the caller offers."""

    name: str
    description: str
    schema: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Called:
    """A call made in an earlier turn; ``arguments`` is JSON text."""

    id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class Result:
    """What a tool gave back; ``media`` are the pictures inside it (Anthropic-compatible protocol)."""

    call_id: str
    text: str
    failed: bool = False
    media: tuple[Media, ...] = ()


@dataclass(frozen=True, slots=True)
class Media:
    """A picture or a video.

    Attributes:
        kind: Which of the two.
        about: How it was sent: "base64, image/png, 1,234 bytes".
        detail: How closely to look: "low", "default" or "high".
        fps: Frames a second to look at, or None for the usual 1.
        max_side: Pixels to scale the longer side down to, or None.
        media_type: What the caller says it is; "" where only an address came.
        after: The text that stands right before it in its message, or "".
        base64: Its content as it came, until it is decoded; else "".
        url: Its address, where one came instead of the content.
        content: Its content, decoded; empty where there is none.
        width: Pixels as stored, or 0 where nobody knows.
        height: Pixels as stored.
        duration_s: Seconds of a video, or 0 where nobody knows.
        watched: What was seen of a video that was uploaded before.
    """

    kind: Literal["image", "video"]
    about: str
    detail: str = "default"
    fps: float | None = None
    max_side: int | None = None
    media_type: str = ""
    after: str = ""
    base64: str = field(default="", repr=False)
    url: str = ""
    content: bytes = field(default=b"", repr=False)
    width: int = 0
    height: int = 0
    duration_s: float = 0.0
    watched: Watched | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """One message, without its thinking; ``name`` is who speaks, where it says so."""

    role: str
    text: str = ""
    calls: tuple[Called, ...] = ()
    results: tuple[Result, ...] = ()
    media: tuple[Media, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Heard:
    """A whole request.

    Attributes:
        face: The protocol it came over.
        model: The id that was asked for.
        turns: The conversation, the system message left out.
        system: The system message, or "".
        tools: What the caller offers.
        may_call: False when the caller forbids calls.
        stream: Whether the reply is to come in pieces.
        max_tokens: The limit that was sent, or None.
        thinking: Whether the model will think.
        split: Whether thinking comes in fields of its own (OpenAI-compatible protocol).
        include_usage: Whether a stream ends with its counts (OpenAI-compatible protocol).
        marked: Whether a message or part asks to be cached (OpenAI-compatible protocol).
        reply_schema: JSON Schema the reply must follow, {} for any JSON object, or None for prose.
        said: Every parameter that was sent, by name, as it came.
    """

    face: FaceName
    model: str
    turns: tuple[Turn, ...]
    system: str = ""
    tools: tuple[Tool, ...] = ()
    may_call: bool = True
    stream: bool = False
    max_tokens: int | None = None
    thinking: bool = False
    split: bool = False
    include_usage: bool = False
    marked: bool = False
    reply_schema: Mapping[str, Any] | None = None
    said: Mapping[str, Any] = field(default_factory=dict)

    @property
    def last(self) -> Turn:
        """The last message; an empty one if there is none."""
        return self.turns[-1] if self.turns else Turn("user")

    @property
    def prompts(self) -> tuple[str, ...]:
        """What the user wrote, message by message; those that only bring what tools gave back are passed over."""
        return tuple(
            turn.text
            for at, turn in enumerate(self.turns)
            if turn.role == "user" and (turn.text or turn.media) and not self._brings(at)
        )

    @property
    def prompt(self) -> str:
        """The last thing the user wrote, or ""."""
        return next(reversed(self.prompts), "")

    @property
    def answers(self) -> tuple[Result, ...]:
        """What tools gave back in the round that the last message ends; () if it ends none."""
        return tuple(result for turn in self._round() for result in turn.results)

    @property
    def brought(self) -> tuple[Media, ...]:
        """The pictures and videos of that round: those inside the results, then those that follow them."""
        turns = self._round()
        within = tuple(media for turn in turns for result in turn.results for media in result.media)
        return within + tuple(media for turn in turns for media in turn.media)

    def _round(self) -> tuple[Turn, ...]:
        """The messages at the end that bring what tools gave back."""
        end = start = len(self.turns)
        if end and self._brings(end - 1):
            start -= 1
        while start and self.turns[start - 1].results:
            start -= 1
        return self.turns[start:end]

    def _brings(self, at: int) -> bool:
        """Whether a message only shows pictures and videos of the results before it, each behind the tool's name."""
        turn = self.turns[at]
        if not turn.media or at == 0 or not self.turns[at - 1].results:
            return False
        names = {call.name for earlier in self.turns[:at] for call in earlier.calls}
        words = [media.after for media in turn.media]
        return turn.text == "\n".join(words) and all(any(name in said for name in names) for said in words)
