"""What is encoded reads back as what was said, by a reader of its own (reading.py), up to the documented merges.

The histories are those of one service over one protocol: text, thinking, calls, results with pictures and videos, and
replies that were cut off.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minimax_nb.catalog import resolve
from minimax_nb.messages.media import Clip, Media, Picture
from minimax_nb.messages.parts import Message, Origin, Part, Text, Thinking, ToolCall, ToolResult
from minimax_nb.messages.request import Request
from minimax_nb.messages.tools import ToolSpec
from minimax_nb.wire import FACES
from tests.wire import reading
from tests.wire.rules import RULES, strict

thorough = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))

words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(
    lambda text: text.strip()
)
media: st.SearchStrategy[Any] = st.sampled_from(
    [
        Picture(name="a.png", media_type="image/png", base64=b"iVBORw0KGgo=", size=8, detail="low"),
        Picture(name="b.jpg", url="https://example.invalid/b.jpg", max_long_side=504),
        Clip(name="c.mp4", url="https://example.invalid/c.mp4", fps=0.5),
        Clip(name="d.mp4", media_type="video/mp4", base64=b"AAAAHGZ0eXA=", size=8),
    ]
)
arguments = st.dictionaries(words, st.none() | st.integers() | words | st.lists(words, max_size=2), max_size=2)
signatures = st.none() | st.text("0123456789abcdef", min_size=1, max_size=8)


@st.composite
def replies(draw: st.DrawFn, face: str, at: int, *, calling: bool) -> Message:
    """A reply as that protocol leaves it; one that calls nothing may have been cut off, with a call it never made."""
    cut = not calling and draw(st.sampled_from([False, False, False, True]))
    parts: list[Part] = []
    echo = None
    if draw(st.booleans()):
        thought = draw(words)
        parts.append(Thinking(thought, None if face == "openai" else draw(signatures)))
        echo = {"reasoning_details": [{"type": "reasoning.text", "text": thought}]} if face == "openai" else None
    if not calling or draw(st.booleans()):
        parts.append(Text(draw(words)))
    for number in range(draw(st.integers(1, 3)) if calling else int(cut)):
        held = draw(arguments)
        parts.append(ToolCall(f"call_{at}_{number}", f"tool_{number}", held, json.dumps(held)))
    if cut and draw(st.booleans()):
        parts = [part for part in parts if not isinstance(part, Text)]
    return Message("assistant", tuple(parts), Origin("minimax", face, "MiniMax-M3"), echo, cut)


@st.composite
def talks(draw: st.DrawFn, face: str) -> list[Message]:
    """A conversation: what the user says, rounds of calls, a reply or none."""
    talk: list[Message] = []
    for at in range(draw(st.integers(1, 3))):
        said = draw(st.lists(words.map(Text) | media, min_size=1, max_size=3))
        talk.append(Message("user", tuple(said)))
        for again in range(draw(st.integers(0, 2))):
            asked = draw(replies(face, 10 * at + again, calling=True))
            answers = [
                ToolResult(
                    part.id, draw(st.just("") | words), draw(st.booleans()), tuple(draw(st.lists(media, max_size=2)))
                )
                for part in asked.parts
                if isinstance(part, ToolCall)
            ]
            talk += [asked, Message("tool", tuple(answers))]
        if draw(st.booleans()):
            talk.append(draw(replies(face, 10 * at + 9, calling=False)))
    return talk


# -- what is to be read ------------------------------------------------------------------------------------------------


def turns(talk: list[Message], system: str, face: str) -> list[reading.Turn]:
    """The conversation as it is to be read: neighbouring messages of one speaker are one, a blank line between."""
    whole: list[reading.Turn] = [("system", [reading.text(system)])]
    for message in talk:
        parts = list(said(message, face))
        if not parts:
            continue
        if whole[-1][0] == message.role == "user":
            parts = [reading.text("\n\n"), *parts]
            whole[-1][1].extend(parts)
        else:
            whole.append((message.role, parts))
    return [(role, list(joined(parts)) if role == "user" else parts) for role, parts in whole]


def said(message: Message, face: str) -> Iterator[reading.Part]:
    """The parts of a message that go back; of a reply that was cut off its text alone."""
    for part in message.parts:
        match part:
            case Text():
                yield reading.text(part.text)
            case Thinking() if not message.partial:
                yield ("thinking", part.text, part.signature)
            case ToolCall() if not message.partial:
                yield reading.call(part.id, part.name, dict(part.arguments))
            case ToolResult():
                failed = part.is_error and face == "anthropic"
                yield reading.result(part.call_id, part.content, list(map(shown, part.media)), failed=failed)
            case Picture() | Clip():
                yield shown(part)
            case _:
                pass


def shown(part: Media) -> reading.Part:
    """A picture or video."""
    address = part.url or f"data:{part.media_type};base64,{part.base64.decode()}"
    knobs = {"detail": part.detail, "max_long_side_pixel": part.max_long_side}
    if isinstance(part, Clip):
        knobs["fps"] = part.fps  # type: ignore[assignment]
    return reading.medium("video" if isinstance(part, Clip) else "image", address, knobs)


def joined(parts: list[reading.Part]) -> Iterator[reading.Part]:
    """The parts with neighbouring texts made one; blanks alone between two pictures are nothing."""
    texts = ""
    for part in [*parts, ("end",)]:
        if part[0] == "text":
            texts += part[1]
            continue
        if texts.strip():
            yield reading.text(texts)
        texts = ""
        if part[0] != "end":
            yield part


def in_order(found: list[reading.Turn]) -> list[reading.Turn]:
    """The turns with the pictures of a result before its videos: where pictures stay inside, videos follow."""
    return [(role, [_sorted(part) for part in parts]) for role, parts in found]


def _sorted(part: reading.Part) -> reading.Part:
    return (*part[:3], tuple(sorted(part[3], key=lambda one: str(one[0]))), part[4]) if part[0] == "result" else part


TOOLS = (ToolSpec("tool_0", "", {}), ToolSpec("tool_1", "Does it.", {"type": "object", "properties": {}}))


@pytest.mark.parametrize("face", ["openai", "anthropic"])
@thorough
@given(data=st.data(), offered=st.booleans())
def test_what_was_said_can_be_read_back(face: str, data: st.DataObject, offered: bool) -> None:
    talk = data.draw(talks(face))
    here = resolve(provider="minimax", model="MiniMax-M3", face=face, api_key="test-key-for-nobody", env={})
    asked = Request("MiniMax-M3", tuple(talk), system="Be brief.", tools=TOOLS if offered else ())
    body = strict(FACES[here.face_name].encode(asked, here).body)
    RULES[face](body)
    assert ("tools" in body) is offered
    assert in_order(reading.TURNS[face](body)) == in_order(turns(talk, "Be brief.", face))
