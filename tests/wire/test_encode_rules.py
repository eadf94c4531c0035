"""Any history is sent by the services' rules, held against a reading of the rules of its own and against the emulator.

The rules: MiniMax's OpenAI- and Anthropic-compatible API pages and the issue threads of public clients (opencode 32609,
MiniMax-M2 27, 51, 69, 76, openclaw 19386, pi 5468, 9router 2509), read 2026-11-20. Each breach is HTTP 400 there.
"""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from minimax_nb.catalog import Endpoint, resolve
from minimax_nb.emulator import Asked, handle
from minimax_nb.errors import RequestError
from minimax_nb.messages.media import Clip, Picture
from minimax_nb.messages.parts import Message, Opaque, Origin, Part, Text, Thinking, ToolCall, ToolResult, user
from minimax_nb.messages.request import Request
from minimax_nb.wire import FACES

thorough = settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
MODELS = ("MiniMax-M3", "MiniMax-M3.1-Flash", "MiniMax-M2.7", "M2-her")


# -- the rules, read once more -----------------------------------------------------------------------------------------


def no_constant(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


def strict(text: str | bytes) -> Any:
    """JSON as a strict parser reads it: UTF-8, no NaN, no half surrogate pairs."""
    value = json.loads(text, parse_constant=no_constant)
    json.dumps(value, ensure_ascii=False).encode()
    return value


def check_openai(body: dict[str, Any]) -> None:
    """Every rule of the chat completions face."""
    messages = body["messages"]
    roles = [message["role"] for message in messages]
    assert roles.count("system") <= 1
    assert "system" not in roles[1:], "a system message comes first"
    spoken = [role for role in roles if role != "system"]
    assert spoken[0] == "user", "the user speaks first"
    assert set(spoken) <= {"user", "assistant", "tool"}
    assert all(role == "tool" or role != after for role, after in pairwise(spoken)), "turns"
    known: set[str] = set()
    waiting: list[str] = []
    for message in messages:
        calls = message.get("tool_calls", [])
        assert "tool_calls" not in message or (calls and message["role"] == "assistant")
        content = message.get("content")
        assert isinstance(content, str | list) or ("content" not in message and calls), "left out, and beside calls"
        assert not isinstance(content, list) or message["role"] == "user", "media are the user's"
        texts = [part["text"] for part in content if "text" in part] if isinstance(content, list) else [content]
        assert all(text is None or text.strip() for text in texts), "no content is empty"
        assert content != [], "no content is empty"
        if message["role"] == "tool":
            assert message["tool_call_id"] == waiting.pop(0), "results follow their calls"
            continue
        assert not waiting, "every call is answered at once"
        for call in calls:
            assert call["type"] == "function"
            assert call["function"]["name"].strip()
            assert isinstance(strict(call["function"]["arguments"]), dict)
            assert call["id"]
            assert call["id"] not in known, "ids are unique"
            known.add(call["id"])
            waiting.append(call["id"])
        details = message.get("reasoning_details", [])
        assert all(isinstance(detail, dict) for detail in details)
    assert not waiting


def check_anthropic(body: dict[str, Any]) -> None:
    """Every rule of the messages face."""
    assert body["max_tokens"] >= 1
    assert body.get("system", "x").strip()
    messages = body["messages"]
    assert messages[0]["role"] == "user"
    known: set[str] = set()
    waiting: list[str] = []
    before: tuple[str, bool] = ("", False)
    for message in messages:
        blocks = message["content"]
        assert isinstance(blocks, list)
        assert blocks, "no content is empty"
        kinds = {block["type"] for block in blocks}
        results = "tool_result" in kinds
        assert message["role"] in {"user", "assistant"}
        assert message["role"] != before[0] or before[1], "turns, but for what the user says after results"
        before = (message["role"], results)
        if results:
            assert message["role"] == "user"
            assert kinds == {"tool_result"}, "results stand alone"
            assert [block["tool_use_id"] for block in blocks] == waiting, "and right after their calls"
            assert all(block["content"].strip() for block in blocks)
            waiting = []
            continue
        assert not waiting, "every call is answered at once"
        assert message["role"] == "assistant" or kinds <= {"text", "image", "video"}
        assert message["role"] == "user" or kinds & {"text", "tool_use"}, "thinking alone is an empty content"
        assert message["role"] == "user" or not kinds & {"image", "video"}, "media are the user's"
        assert not kinds & {"document", ""}
        assert all(block["text"].strip() for block in blocks if block["type"] == "text")
        assert all(block.get("signature") or block["thinking"] for block in blocks if block["type"] == "thinking")
        for block in blocks:
            if block["type"] == "tool_use":
                assert block["name"].strip()
                assert isinstance(block["input"], dict)
                assert block["id"]
                assert block["id"] not in known, "ids are unique"
                known.add(block["id"])
                waiting.append(block["id"])
    assert not waiting


RULES = {"openai": check_openai, "anthropic": check_anthropic}
PATHS = {"openai": "/v1/chat/completions", "anthropic": "/anthropic/v1/messages"}


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
results = st.builds(ToolResult, ids, strings, st.booleans())
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
often = st.sampled_from([True, True, True, False])


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
    answers = tuple(ToolResult(call_id, draw(strings)) for call_id in order)
    return [asked, Message("tool", answers)] if draw(often) else [asked]


talks = st.lists(rounds(), max_size=6).map(lambda found: [message for each in found for message in each])


def here(face: str, model: str) -> Endpoint:
    return resolve(provider="emulator", model=model, face=face, env={})


def written(face: str, model: str, talk: list[Message], system: str | None) -> bytes | None:
    place = here(face, model)
    try:
        return FACES[place.face_name].encode(Request(model, tuple(talk), system=system, stream=False), place).body
    except RequestError as error:
        return None if "nothing to send" in str(error) else str(error).encode()


@pytest.mark.parametrize("face", ["openai", "anthropic"])
@thorough
@given(talk=talks, system=st.none() | strings, model=st.sampled_from(MODELS), closing=st.booleans())
def test_any_history_keeps_the_rules(
    face: str, talk: list[Message], system: str | None, model: str, closing: bool
) -> None:
    talk = [*talk, user("So?")] if closing else talk
    sent = written(face, model, talk, system)
    if sent is None:
        assert not closing
        event("nothing to send")
        return
    body = strict(sent)
    RULES[face](body)
    answer = handle(Asked("POST", PATHS[face], {"authorization": "Bearer x"}, sent))
    said = b"".join(chunk.data for chunk in answer.chunks)
    # What is written is the user's own business: invisible characters are the one thing that may be refused.
    assert answer.status == 200 or b"(1042)" in said, said
    others = ["minimax", "runapi", "emulator over anthropic" if face == "openai" else "emulator over openai"]
    assert not [other for other in others if f"thought at {other}" in sent.decode()], "thinking stays at home"
    assert model != "M2-her" or "thought at" not in sent.decode()
    assert written(face, model, talk, system) == sent, "the same conversation is always the same bytes"


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
    sent = written(face, "MiniMax-M3", marked, None)
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
    sent = written(face, "MiniMax-M3", [*talk, user("And now?")], "Be brief.")
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
    sent = written(
        face, "MiniMax-M3", [user("Hi"), two, Message("tool", (ToolResult("b", "1"),)), cut, user("Go on.")], None
    )
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
    sent = written("anthropic", "MiniMax-M3", [*talk, user("And?")], None)
    assert sent is not None
    assert [message["role"] for message in strict(sent)["messages"]] == ["user", "assistant", "user", "user"]
