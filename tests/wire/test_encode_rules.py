"""Any request is sent by the services' rules, held against another reading of them (rules.py) and the emulator."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from minimax_nb.catalog import Endpoint, resolve
from minimax_nb.emulator import Asked, handle
from minimax_nb.errors import RequestError
from minimax_nb.messages.media import Clip, Picture
from minimax_nb.messages.parts import Message, Opaque, Origin, Part, Text, Thinking, ToolCall, ToolResult, user
from minimax_nb.messages.request import JsonSchema, Request
from minimax_nb.messages.scene import Scene
from minimax_nb.messages.tools import ToolSpec
from minimax_nb.wire import FACES
from tests.wire.rules import PATHS, RULES, strict

thorough = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
MODELS = ("MiniMax-M3", "MiniMax-M3.1-Flash", "MiniMax-M2.7", "M2-her")


# -- any history -------------------------------------------------------------------------------------------------------

pieces = st.sampled_from(
    ["", "a", " ", "\n", "\u00a0", "\u2028", "\x00", "\ud83d", "\ude00", "é", "<think>", "</think>", '"', "\\", "{{x}}"]
)
strings = st.lists(pieces, max_size=4).map("".join)
ids = st.sampled_from(["", " ", "c1", "c2", "c1_2", "call", "\ud800", "\udc00", "?"])
names = st.sampled_from(["f", "g", "", " ", "\ud83d"])
jsons = st.recursive(
    st.none() | st.booleans() | st.integers() | strings,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(strings, inner, max_size=2),
    max_leaves=4,
)
raws = st.sampled_from(
    ["", " ", "{", "[1]", '"x"', '{"a":1}', '{"a": NaN}', '{"a":1e999}', '{"a":"\\ud800"}', "\ufeff{}", '{"a":1,"a":2}']
) | jsons.map(json.dumps)
calls = st.builds(ToolCall, ids, names,
                  st.dictionaries(strings, jsons, max_size=2), raws)  # fmt: skip
opaque = st.sampled_from(["redacted_thinking", "mid_conv_system", "document", "text", "tool_use", "tool_result", "", 3])
places = st.tuples(
    st.sampled_from(["emulator", "emulator", "emulator", "minimax", "runapi"]), st.sampled_from(["openai", "anthropic"])
)
PNG = b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="  # one pixel
MEDIA: list[Part] = [
    Picture(name="dot.png", media_type="image/png", base64=PNG, detail="low"),
    Picture(name="far.jpg", url="https://example.invalid/far.jpg"),
    Clip(name="far.mp4", url="https://example.invalid/far.mp4", fps=0.2),
]
UNSENDABLE: list[Any] = [
    Picture(name="x.tiff", media_type="image/tiff", base64=PNG),
    Picture(name="nothing.png", media_type="image/png"),
    Clip(name="huge.mp4", media_type="video/mp4", path="/nowhere/huge.mp4", size=400_000_000),
]
given_back: st.SearchStrategy[Any] = st.lists(st.sampled_from([*MEDIA, *UNSENDABLE]), max_size=2).map(tuple)
results = st.builds(ToolResult, ids, strings, st.booleans(), given_back)
often = st.sampled_from([True, True, True, False])
tools = st.sampled_from(
    [
        (),
        (
            ToolSpec("f", "Does it.", {"type": "object", "properties": {"a": {"type": "integer"}}}),
            ToolSpec("g", "", {}),
        ),
        (ToolSpec("look-at_2", " ", {}),),
    ]
)
said = st.fixed_dictionaries(
    {},
    optional={
        "tools": tools,
        "tool_choice": st.sampled_from(["auto", "none", "f"]),
        "format": st.sampled_from(["json", JsonSchema("a reply!", {"type": "object"})]),
        "system": strings,
    },
)
scenes = st.builds(Scene, strings, strings, strings, strings, st.just(()) | st.just((("Hi.", "Ahoy!"),)))


@st.composite
def messages(draw: st.DrawFn) -> Message:
    """A message of anybody's, its calls perhaps known to its echo; its thinking says where it comes from."""
    provider, face = draw(places)
    thought = f"thought at {provider} over {face}"
    parts: st.SearchStrategy[Part] = st.one_of(
        st.builds(Text, strings),
        st.builds(Text, strings),
        st.builds(Thinking, st.sampled_from(["", " ", thought]), st.none() | st.just("") | st.just(thought)),
        calls,
        results,
        st.builds(lambda kind: Opaque({"type": kind, "data": thought}), opaque),
        st.just(Opaque({})),
        st.sampled_from(MEDIA),
    )
    held = tuple(draw(st.lists(parts, max_size=5)))
    known = [
        {"type": "tool_use", "id": part.id, "name": part.name, "input": {}}
        for part in held
        if isinstance(part, ToolCall)
    ]
    blocks = st.one_of(
        st.builds(lambda text: {"type": "text", "text": text}, strings | jsons),
        st.builds(lambda call_id: {"type": "tool_use", "id": call_id, "name": "f", "input": {}}, ids),
        st.builds(lambda kind: {"type": kind, "thinking": thought, "signature": thought}, opaque | st.just("thinking")),
        jsons,
    )
    echoes = st.fixed_dictionaries(
        {},
        optional={
            "content": st.lists(blocks, max_size=4).map(lambda more: [*known, *more]) | strings | jsons,
            "reasoning_details": st.lists(st.builds(lambda text: {"text": text}, st.just(thought))) | strings,
            "reasoning_content": st.just(thought) | st.none(),
            "reasoning": st.just(thought) | st.integers(),
        },
    )
    return Message(
        draw(st.sampled_from(["user", "assistant", "assistant", "tool"])),
        held,
        Origin(provider, face, "m") if draw(often) else None,
        draw(st.none() | echoes),
        not draw(often),
    )


@st.composite
def rounds(draw: st.DrawFn) -> list[Message]:
    """A message, and results for some of its calls, in some order."""
    asked = draw(messages())
    wanted = [part.id for part in asked.parts if isinstance(part, ToolCall)]
    order = draw(st.permutations(wanted)) if draw(often) else wanted[1:]
    answers = tuple(ToolResult(call_id, draw(strings), False, draw(given_back)) for call_id in order)
    return [asked, Message("tool", answers)] if draw(often) else [asked]


talks = st.lists(rounds(), max_size=6).map(lambda found: [message for each in found for message in each])


def here(face: str, model: str) -> Endpoint:
    return resolve(provider="emulator", model=model, face=face, env={})


def written(face: str, model: str, talk: list[Message], **said: Any) -> bytes | None:
    place = here(face, model)
    try:
        return FACES[place.face_name].encode(Request(model, tuple(talk), stream=False, **said), place).body
    except RequestError as error:
        return None if "nothing to send" in str(error) else str(error).encode()


@pytest.mark.parametrize("face", ["openai", "anthropic"])
@thorough
@given(talk=talks, said=said, scene=scenes, model=st.sampled_from(MODELS), closing=st.booleans())
def test_any_request_keeps_the_rules(
    face: str, talk: list[Message], said: dict[str, Any], scene: Scene, model: str, closing: bool
) -> None:
    talk = [*talk, user("So?")] if closing else talk
    said = {**said, "scene": scene} if model == "M2-her" and face == "openai" else said
    sent = written(face, model, talk, **said)
    if sent is None:
        assert not closing
        event("nothing to send")
        return
    body = strict(sent)
    RULES[face](body)
    answer = handle(Asked("POST", PATHS[face], {"authorization": "Bearer x"}, sent))
    told = b"".join(chunk.data for chunk in answer.chunks)
    # What is written is the user's own business: invisible characters are the one thing that may be refused.
    assert answer.status == 200 or b"(1042)" in told, told
    others = ["minimax", "runapi", "emulator over anthropic" if face == "openai" else "emulator over openai"]
    assert not [other for other in others if f"thought at {other}" in sent.decode()], "thinking stays at home"
    assert model != "M2-her" or "thought at" not in sent.decode()
    assert written(face, model, talk, **said) == sent, "the same conversation is always the same bytes"


@pytest.mark.parametrize("face", ["openai", "anthropic"])
@thorough
@given(talk=talks, number=st.integers(0, 9))
def test_no_word_of_the_user_is_lost_once_the_user_has_spoken(face: str, talk: list[Message], number: int) -> None:
    marked = [
        Message(message.role, (*message.parts, Text(f"word-{at}.")), message.origin, message.echo, message.partial)
        if message.role != "assistant"
        else message
        for at, message in enumerate(talk)
    ]
    sent = written(face, "MiniMax-M3", marked)
    wanted = [f"word-{at}." for at, message in enumerate(talk) if message.role != "assistant"]
    if wanted:
        assert sent is not None
        text = sent.decode()
        places = [text.find(word) for word in wanted]
        assert -1 not in places
        assert places == sorted(places)


# -- a conversation that moves -----------------------------------------------------------------------------------------

MOVES = [("emulator", "openai"), ("emulator", "anthropic"), ("minimax", "openai"), ("minimax", "anthropic")]


def turn(provider: str, face: str, number: int) -> list[Message]:
    """A whole tool round as that service would have left it: thinking, an echo, and an id each reply counts anew."""
    echo: dict[str, Any] = {"reasoning_details": [{"type": "reasoning.text", "text": "Hm."}]}
    origin = Origin(provider, face, "MiniMax-M3")
    call = ToolCall("call_1", "look", {"at": number}, json.dumps({"at": number}))
    return [
        user(f"Question {number}"),
        Message("assistant", (Thinking("Hm.", "s"), call), origin, echo if face == "openai" else None),
        Message("tool", (ToolResult("call_1", ""),)),
        Message("assistant", (Text(f"Answer {number}"),), origin),
    ]


@pytest.mark.parametrize("face", ["openai", "anthropic"])
def test_a_conversation_forked_from_service_to_service_goes_back_whole(face: str) -> None:
    talk = [message for number, (provider, spoken) in enumerate(MOVES) for message in turn(provider, spoken, number)]
    sent = written(face, "MiniMax-M3", [*talk, user("And now?")], system="Be brief.")
    assert sent is not None
    body = strict(sent)
    RULES[face](body)
    text = sent.decode()
    assert all(f"Question {number}" in text and f"Answer {number}" in text for number in range(len(MOVES)))
    assert text.count("Hm.") == 1, "of the thinking that of this service over this protocol alone"
    used = [f"call_1{suffix}" for suffix in ("", "_2", "_3", "_4")]
    assert all(text.count(f'"{call_id}"') == 2 for call_id in used), "each call and its result, by an id of their own"


@pytest.mark.parametrize("face", ["openai", "anthropic"])
def test_an_interrupt_within_a_tool_round_leaves_what_was_answered(face: str) -> None:
    origin = Origin("emulator", face, "MiniMax-M3")
    two = Message("assistant", (Text("I look."), ToolCall("a", "f"), ToolCall("b", "f")), origin)
    cut = Message("assistant", (Thinking("Hm"), Text("It se"), ToolCall("c", "f")), origin, None, True)
    sent = written(face, "MiniMax-M3", [user("Hi"), two, Message("tool", (ToolResult("b", "1"),)), cut, user("Go on.")])
    assert sent is not None
    RULES[face](strict(sent))
    text = sent.decode()
    assert '"b"' in text
    assert '"a"' not in text
    assert '"c"' not in text
    assert "It se" in text
    assert "Hm" not in text


def test_two_messages_of_the_user_in_a_row_are_right_after_tool_results() -> None:
    origin = Origin("emulator", "anthropic", "MiniMax-M3")
    talk = [user("Hi"), Message("assistant", (ToolCall("a", "f"),), origin), Message("tool", (ToolResult("a", "1"),))]
    sent = written("anthropic", "MiniMax-M3", [*talk, user("And?")])
    assert sent is not None
    assert [message["role"] for message in strict(sent)["messages"]] == ["user", "assistant", "user", "user"]
