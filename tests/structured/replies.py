"""Replies to read, and types to read them as."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field

from minimax_nb.messages.events import ArgumentsDelta, Finished, PartStarted, StopReason, TextDelta, ThinkingDelta
from minimax_nb.messages.reply import Reply
from minimax_nb.structured import Parsed, Problem, read, shape_of


class Home(BaseModel):
    """Where somebody lives."""

    street: str
    number: int | None = None


class Person(BaseModel):
    name: str
    age: int = Field(ge=0)
    home: Home | None = None


def reply_of(
    text: str = "",
    thinking: str = "",
    calls: Sequence[tuple[str, str]] = (),
    stop_reason: StopReason = "end_turn",
) -> Reply:
    """A reply that has ended. ``calls`` are names and arguments."""
    reply = Reply(provider="minimax", face="anthropic", asked_model="MiniMax-M3")
    pieces = [("thinking", ThinkingDelta, thinking), ("text", TextDelta, text)]
    for kind, delta, said in pieces:
        if said:
            index = len(reply.parts)
            reply.apply(PartStarted(index, kind))
            reply.apply(delta(index, said))
    for name, arguments in calls:
        index = len(reply.parts)
        reply.apply(PartStarted(index, "tool_call", f"call_{index}", name))
        reply.apply(ArgumentsDelta(index, arguments))
    reply.apply(Finished(stop_reason))
    return reply


def value_of(text: str, schema: Any) -> Any:
    """The value read from a reply of this text."""
    result = read(reply_of(text), shape_of(schema))
    assert isinstance(result, Parsed), result
    return result.value


def problem_of(text: str, schema: Any, **more: Any) -> Problem:
    """What is wrong with a reply of this text."""
    result = read(reply_of(text, **more), shape_of(schema))
    assert isinstance(result, Problem), result
    return result
