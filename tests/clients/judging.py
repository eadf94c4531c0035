"""The SDKs' own types as judges, and the places where the real service itself does not fit them.

Nothing else may misfit, and every place listed must be needed (``test_exceptions.py``). What the emulator does against
the types only when it is asked for is listed in ``test_odd.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, get_args

from anthropic.types import Message, RawMessageStreamEvent
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from pydantic import TypeAdapter, ValidationError

Kind = Literal["chat.completion", "chat.completion.chunk", "message", "event"]
Place = tuple[object, ...]

KEY = "test-key-for-nobody"
HELLO: list[Any] = [{"role": "user", "content": "hello"}]
ADAPTIVE: Any = {"type": "adaptive"}
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
OPENAI_TOOL: Any = {"type": "function", "function": {"name": "get_weather", "parameters": SCHEMA}}
ANTHROPIC_TOOL: Any = {"name": "get_weather", "input_schema": SCHEMA}


@dataclass(frozen=True)
class Misfit:
    """A place where the service does not fit an SDK's type.

    Attributes:
        kind: The type it does not fit.
        place: The member, as the end of its path.
        why: What is sent there, and where that was seen.
        path: A path of the emulator that shows it.
        prompt: A prompt that shows it there.
        model: The model to ask.
        stream: Whether to ask for a stream.
    """

    kind: Kind
    place: Place
    why: str
    path: str
    prompt: str
    model: str = "MiniMax-M3"
    stream: bool = True


MISFITS = (
    Misfit(
        "chat.completion",
        ("service_tier",),
        'M3 names its tier "standard", a word the SDK does not know (recorded from the service, June 2026)',
        "/v1/chat/completions",
        "hello",
        stream=False,
    ),
    *(
        Misfit(
            "chat.completion.chunk",
            ("usage", member),
            "later pieces of a tool call count only totals, all zero (recorded of M2.7)",
            "/v1/chat/completions",
            "get weather for Paris\n/emulate chunk-chars=6",
            model="MiniMax-M2.7",
        )
        for member in ("completion_tokens", "prompt_tokens")
    ),
    Misfit(
        "event",
        ("content_block", "ThinkingBlock", "signature"),
        "a thinking block starts without its signature, which comes in a delta of its own (recorded of M2.7)",
        "/anthropic/v1/messages",
        "hello",
    ),
    *(
        Misfit(
            "chat.completion.chunk",
            (member,),
            "ModelsLab's sample chunks have neither `created` nor `model` (its chat completions page, read 2026-11-20)",
            "/modelslab/api/v7/llm/chat/completions",
            "hello",
            model="minimax-minimax-m2",
        )
        for member in ("created", "model")
    ),
)
"""Every place, with its source."""


def misfits(kind: Any, value: Any) -> set[Place]:
    """Where a value does not fit a type, as paths."""
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        return {tuple(problem["loc"]) for problem in error.errors()}
    return set()


def event_misfits(event: RawMessageStreamEvent) -> set[Place]:
    """Where an event does not fit the type its name stands for; a block is held against its own kind only."""
    assert isinstance(event, get_args(get_args(RawMessageStreamEvent)[0])), event
    found = misfits(type(event), event.to_dict())
    kind = type(event.content_block).__name__ if event.type == "content_block_start" else ""
    return {place for place in found if place[0] != "content_block" or place[1] == kind}


def message_misfits(message: Message) -> set[Place]:
    """Where a message does not fit; a block is held against its own kind only."""
    found = misfits(Message, message.to_dict())
    kinds = [type(block).__name__ for block in message.content or ()]
    return {
        place for place in found if place[0] != "content" or len(place) < 3 or place[2] == kinds[int(str(place[1]))]
    }


def all_misfits(kind: Kind, value: Any) -> set[Place]:
    """Where an SDK's object does not fit its type."""
    match kind:
        case "event":
            return event_misfits(value)
        case "message":
            return message_misfits(value)
        case "chat.completion":
            return misfits(ChatCompletion, value.to_dict())
        case "chat.completion.chunk":
            return misfits(ChatCompletionChunk, value.to_dict())


def needed(kind: Kind, value: Any) -> set[Misfit]:
    """The listed places that a value needs to fit its type; it may have no other. ``value`` is an SDK's object."""
    found = all_misfits(kind, value)
    known = [one for one in MISFITS if one.kind == kind]
    explained = {place: {one for one in known if place[-len(one.place) :] == one.place} for place in found}
    assert all(explained.values()), (sorted(map(str, found)), value)
    return set().union(*explained.values())


def unlisted(kind: Kind, value: Any) -> set[str]:
    """The members that do not fit and are not listed, without numbers and names of classes: "choices.delta.role"."""
    known = [one.place for one in MISFITS if one.kind == kind]
    places = (place for place in all_misfits(kind, value) if not any(place[-len(one) :] == one for one in known))
    return {_members(place) for place in places}


def _members(place: Place) -> str:
    if place[0] == "delta" and len(place) > 1 and str(place[1])[0].isupper():
        return "delta"  # it fits none of the kinds a delta can be
    return ".".join(str(step) for step in place if not isinstance(step, int) and not str(step)[0].isupper())


def fits(kind: Kind, value: Any) -> bool:
    """Whether a value fits its type without any exception; it may have no unlisted one."""
    return needed(kind, value) == set()
