"""What the wire's tests share: endpoints made by hand, and the three ways every answer is decoded."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from minimax_nb.catalog.endpoint import Endpoint
from minimax_nb.catalog.rows import Face, FaceName, Model, Offer, Provider
from minimax_nb.errors import WireError
from minimax_nb.messages.events import ArgumentsDelta, Event, Failed, TextDelta, ThinkingDelta
from minimax_nb.messages.parts import Opaque, Part, Text, Thinking, ToolCall, user
from minimax_nb.messages.reply import Reply
from minimax_nb.messages.request import Request
from minimax_nb.secrets import Secret
from minimax_nb.wire import FACES

SAMPLES = Path(__file__).parent / "samples"
KEY = "test-key-for-nobody"
Cut = TypeVar("Cut", str, bytes)
DELTAS = (TextDelta, ThinkingDelta, ArgumentsDelta)

FACE_ROWS: Mapping[FaceName, dict[str, Any]] = {
    "anthropic": {
        "base_url": "https://api.example.invalid/anthropic",
        "chat_path": "/v1/messages",
        "count_path": "/v1/messages/count_tokens",
        "models_path": "/v1/models",
        "thinking_field": "thinking",
        "effort_field": "output_config",
    },
    "openai": {
        "base_url": "https://api.example.invalid/v1",
        "chat_path": "/chat/completions",
        "models_path": "/models",
        "reasoning_split": True,
        "max_tokens_field": "max_completion_tokens",
        "thinking_field": "thinking",
        "effort_field": "reasoning_effort",
        "echo_field": "reasoning_details",
    },
}
"""Rows like those of MiniMax itself."""

M3 = Model(context=1_000_000, max_output=524_288, thinking="switch", thinking_default="adaptive")
FLASH = Model(thinking="always", efforts=("low", "medium", "high", "xhigh", "max"), effort_default="max")
UNKNOWN = Model()


def endpoint(
    face: FaceName = "openai",
    *,
    model: Model = M3,
    model_id: str = "MiniMax-M3",
    key: str | None = KEY,
    provider: Mapping[str, Any] | None = None,
    **flags: Any,
) -> Endpoint:
    """An endpoint like MiniMax's own; ``flags`` change its face's row, ``provider`` its provider's."""
    row = Face(**{**FACE_ROWS[face], **flags})
    about = {"title": "MiniMax", "keys": ("MINIMAX_API_KEY",), **(provider or {})}
    return Endpoint(
        provider_name="minimax",
        provider=Provider(faces={face: row}, **about),
        face_name=face,
        face=row,
        base_url=row.base_url,
        model_id=model_id,
        model=model,
        offer=Offer(),
        key=Secret.of(key),
    )


def request(*texts: str, **said: Any) -> Request:
    """A request with these user texts."""
    return Request("MiniMax-M3", tuple(user(text) for text in texts or ("Hello?",)), **said)


# -- answers -----------------------------------------------------------------------------------------------------------


def sse(*values: Any, done: bool = False) -> bytes:
    """A stream of these JSON values (bytes stand as they are), one event each."""
    frames = [value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode() for value in values]
    return b"".join(b"data: " + frame + b"\n\n" for frame in [*frames, *([b"[DONE]"] if done else [])])


def chunk(delta: Mapping[str, Any] | None = None, finish: str | None = None, **more: Any) -> dict[str, Any]:
    """A chunk of the OpenAI face."""
    choice = {"index": 0, "delta": dict(delta or {}), **({"finish_reason": finish} if finish else {})}
    return {"id": "id-1", "object": "chat.completion.chunk", "model": "MiniMax-M3", "choices": [choice], **more}


def contents(*pieces: str, finish: str | None = "stop") -> bytes:
    """A whole OpenAI stream whose content comes in these pieces."""
    return sse(*(chunk({"content": piece}) for piece in pieces), chunk({}, finish), done=True)


def completion(message: Mapping[str, Any], finish: str | None = "stop", **more: Any) -> bytes:
    """A whole body of the OpenAI face."""
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": finish}
    return json.dumps({"id": "id-1", "object": "chat.completion", "model": "m", "choices": [choice], **more}).encode()


def messages_stream(*events: Mapping[str, Any], start: bool = True, stop: str | None = "end_turn") -> bytes:
    """A stream of the Anthropic face: these events between a start and an end."""
    head = {"id": "id-1", "type": "message", "role": "assistant", "model": "MiniMax-M3", "content": []}
    whole = [{"type": "message_start", "message": head}] if start else []
    whole += [dict(event) for event in events]
    if stop:
        whole += [{"type": "message_delta", "delta": {"stop_reason": stop}}, {"type": "message_stop"}]
    return b"".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in whole)


def block_start(index: int, **block: Any) -> dict[str, Any]:
    """A ``content_block_start`` event."""
    return {"type": "content_block_start", "index": index, "content_block": block}


def block_delta(index: int, kind: str, **delta: Any) -> dict[str, Any]:
    """A ``content_block_delta`` event."""
    return {"type": "content_block_delta", "index": index, "delta": {"type": kind, **delta}}


def block_stop(index: int) -> dict[str, Any]:
    """A ``content_block_stop`` event."""
    return {"type": "content_block_stop", "index": index}


# -- decoding ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What an answer came to: its events, and the error that ended it, if one did."""

    events: tuple[Event, ...]
    broken: WireError | None

    @property
    def reply(self) -> Reply:
        """The fold of the events."""
        reply = Reply(provider="minimax", face="openai", asked_model="MiniMax-M3")
        for event in self.events:
            reply.apply(event)
        return reply

    @property
    def failure(self) -> Any:
        """The service's error inside the answer."""
        (failed,) = [event for event in self.events if isinstance(event, Failed)]
        return failed.error

    @property
    def spoken(self) -> list[tuple[str, str]]:
        """The parts as (kind, text); of a tool call its name and arguments."""
        return [_spoken(part) for part in self.reply.parts]


def _spoken(part: Part) -> tuple[str, str]:
    match part:
        case Text() | Thinking():
            return type(part).__name__.lower(), part.text
        case ToolCall():
            return part.name, part.raw
        case _:
            return "opaque", json.dumps(dict(part.raw)) if isinstance(part, Opaque) else ""


def decode(data: bytes, face: FaceName = "openai", **flags: Any) -> Outcome:
    """The answer decoded whole, byte by byte and in random pieces; all must come to the same."""
    whole = drive([data], face, **flags)
    for pieces in cuts(data):
        other = drive(pieces, face, **flags)
        assert list(map(_plain, merged(other.events))) == list(map(_plain, merged(whole.events)))
        assert str(other.broken) == str(whole.broken)
    check_order(whole.events)
    return whole


def drive(pieces: Iterable[bytes], face: FaceName = "openai", **flags: Any) -> Outcome:
    """What a driver does: feed every piece, then flush until nothing is left."""
    decoder = FACES[face].decoder(request(), endpoint(face, **flags))
    events: list[Event] = []
    try:
        for piece in pieces:
            events += decoder.feed(piece)
        while more := decoder.flush():
            events += more
    except WireError as error:
        return Outcome(tuple(events), error)
    return Outcome(tuple(events), None)


def cuts(whole: Cut, seeds: int = 5) -> Iterator[list[Cut]]:
    """The text or bytes cut everywhere, and cut at random places that are the same every time."""
    yield [whole[at : at + 1] for at in range(len(whole))]
    for seed in range(seeds):
        dice = random.Random(seed)
        places = sorted(dice.randrange(len(whole) + 1) for _ in range(dice.randrange(1, 40)))
        yield [whole[start:end] for start, end in pairwise([0, *places, len(whole)])]


def merged(events: Iterable[Event]) -> list[Event]:
    """The events with neighbouring deltas of one part made one."""
    whole: list[Event] = []
    for event in events:
        last = whole[-1] if whole else None
        if isinstance(event, DELTAS) and type(last) is type(event) and last.index == event.index:
            whole[-1] = replace(last, text=last.text + event.text)
        else:
            whole.append(event)
    return whole


def _plain(event: Event) -> object:
    """The event as something that compares: an error by its words."""
    return ("failed", str(event.error)) if isinstance(event, Failed) else event


def check_order(events: Iterable[Event]) -> None:
    """What every sequence of events must obey: see ``minimax_nb.messages.events``."""
    started: list[int] = []
    ended: set[int] = set()
    names: list[str] = []
    for event in events:
        names.append(type(event).__name__)
        index = getattr(event, "index", None)
        if names[-1] == "PartStarted":
            assert index == len(started), "parts are numbered in the order they start"
            started.append(index)
        elif index is not None:
            assert index in started
            assert index not in ended, "nothing comes of a part after its end"
        if names[-1] == "PartEnded":
            ended.add(index)
        if isinstance(event, DELTAS):
            assert event.text, "no delta is empty"
    for last in ("Finished", "Failed"):
        assert names.count(last) <= 1
        assert last not in names or names[-1] == last
    if "Finished" in names:
        assert set(started) == ended, "every part has ended before the reply is finished"
    assert names.count("Started") <= 1
    assert "Started" not in names or names[0] == "Started"
