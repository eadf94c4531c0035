"""Tools in a call: what is offered, what is chosen, and what came back with pictures and videos."""

from __future__ import annotations

import json
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import pytest

from minimax_nb.catalog import Endpoint, resolve
from minimax_nb.catalog.rows import FaceName
from minimax_nb.emulator import Asked, handle
from minimax_nb.messages.media import Clip, Picture
from minimax_nb.messages.parts import Message, Origin, Part, Text, ToolCall, ToolResult, user
from minimax_nb.messages.request import Request
from minimax_nb.messages.tools import ToolSpec
from minimax_nb.wire import FACES
from tests.wire.rules import PATHS, RULES

BOTH = pytest.mark.parametrize("face", ["openai", "anthropic"])
KEY = "test-key-for-nobody"
PIXEL = b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
DOT = Picture(name="dot.png", media_type="image/png", base64=PIXEL, size=70)
FAR = Picture(name="far.png", url="https://example.invalid/far.png")
FILM = Clip(name="run.mp4", url="https://example.invalid/run.mp4", fps=2)

SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER = ToolSpec("weather", "Tells the weather.", SCHEMA)
NOW = ToolSpec("now", "", {})


def at(face: FaceName, provider: str = "minimax", model: str | None = None) -> Endpoint:
    return resolve(provider=provider, model=model, face=face, api_key=KEY, env={})


def body(where: Endpoint, *talk: Message, **said: Any) -> dict[str, Any]:
    request = Request(where.model_id, talk or (user("Hi"),), **said)
    return json.loads(FACES[where.face_name].encode(request, where).body)  # type: ignore[no-any-return]


def round_of(*results: ToolResult, after: tuple[Message, ...] = ()) -> tuple[Message, ...]:
    """A question, a call for each result, the results, and what comes then."""
    calls: tuple[Part, ...] = tuple(ToolCall(one.call_id, f"look_{one.call_id}") for one in results)
    return (user("Look."), Message("assistant", calls), Message("tool", results), *after)


def taken(where: Endpoint, *talk: Message) -> dict[str, Any]:
    """The body, held against the rules and sent to the emulator."""
    sent = body(where, *talk)
    RULES[where.face_name](sent)
    data = json.dumps({**sent, "stream": False}).encode()
    answer = handle(Asked("POST", PATHS[where.face_name], {"authorization": f"Bearer {KEY}"}, data))
    assert answer.status == 200, b"".join(chunk.data for chunk in answer.chunks)
    return sent


# -- what is offered ---------------------------------------------------------------------------------------------------


def test_tools_in_both_forms() -> None:
    empty = {"type": "object", "properties": {}}
    assert body(at("openai"), tools=(WEATHER, NOW))["tools"] == [
        {
            "type": "function",
            "function": {"name": "weather", "description": "Tells the weather.", "parameters": SCHEMA},
        },
        {"type": "function", "function": {"name": "now", "parameters": empty}},
    ]
    assert body(at("anthropic"), tools=(WEATHER, NOW))["tools"] == [
        {"name": "weather", "description": "Tells the weather.", "input_schema": SCHEMA},
        {"name": "now", "input_schema": empty},
    ]


@BOTH
@pytest.mark.parametrize(
    ("said", "sent"),
    [
        ({"properties": {"a": {}}}, {"type": "object", "properties": {"a": {}}}),
        (MappingProxyType({"type": "object"}), {"type": "object", "properties": {}}),
        (
            {"type": "object", "properties": {}, "additionalProperties": False},
            {"type": "object", "properties": {}, "additionalProperties": False},
        ),
    ],
)
def test_a_schema_says_that_it_is_one_of_an_object(face: FaceName, said: Any, sent: dict[str, Any]) -> None:
    (tool,) = body(at(face), tools=(ToolSpec("f", "", said),))["tools"]
    assert (tool["function"]["parameters"] if face == "openai" else tool["input_schema"]) == sent


@BOTH
def test_without_tools_nothing_is_said_of_them(face: FaceName) -> None:
    for said in ({}, {"tool_choice": "none"}, {"tool_choice": "auto"}, {"tools": ()}):
        assert not {"tools", "tool_choice"} & set(body(at(face), **said))


@BOTH
def test_a_history_with_calls_goes_back_though_there_are_no_tools_now(face: FaceName) -> None:
    sent = taken(at(face), *round_of(ToolResult("c1", "42"), after=(user("And?"),)))
    assert "tools" not in sent
    assert "look_c1" in json.dumps(sent)


CHOICES: list[tuple[str, FaceName, str | None, Any]] = [
    # provider, protocol, what is asked for, what is sent
    *(("minimax", face, choice, None) for face in ("openai", "anthropic") for choice in (None, "auto", "weather")),
    ("minimax", "openai", "none", "none"),
    ("minimax", "anthropic", "none", {"type": "none"}),
    ("modelslab", "openai", "weather", {"type": "function", "function": {"name": "weather"}}),
    ("modelslab", "anthropic", "weather", {"type": "tool", "name": "weather"}),
    ("modelslab", "anthropic", "none", None),  # its page knows auto, any and a tool by name
    ("llamacpp", "openai", "weather", None),
]


@pytest.mark.parametrize(("provider", "face", "choice", "sent"), CHOICES)
def test_a_choice_is_sent_where_it_is_taken(provider: str, face: FaceName, choice: str | None, sent: Any) -> None:
    where = at(face, provider)
    assert body(where, tools=(WEATHER,), tool_choice=choice).get("tool_choice") == sent


def test_a_model_without_tools_gets_no_calls_of_an_earlier_one() -> None:
    talk = round_of(ToolResult("c1", "42", media=(DOT,)), after=(Message("assistant", (Text("So."),)), user("And?")))
    sent = taken(at("openai", model="M2-her"), *talk)
    assert [message["role"] for message in sent["messages"]] == ["user", "assistant", "user"]


# -- what came back ----------------------------------------------------------------------------------------------------


def test_pictures_of_a_tool_stay_in_its_result_on_the_anthropic_face() -> None:
    results = (ToolResult("c1", "Two dots.", media=(DOT, FAR)), ToolResult("c2", " ", media=(DOT,), is_error=True))
    sent = taken(at("anthropic"), *round_of(*results))["messages"]
    dot = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL.decode()}}
    far = {"type": "image", "source": {"type": "url", "url": FAR.url}}
    assert sent[2]["content"] == [
        {"type": "tool_result", "tool_use_id": "c1", "content": [{"type": "text", "text": "Two dots."}, dot, far]},
        {
            "type": "tool_result",
            "tool_use_id": "c2",
            "content": [{"type": "text", "text": "(no text)"}, dot],
            "is_error": True,
        },
    ]
    assert len(sent) == 3


def test_videos_of_a_tool_follow_all_results_on_the_anthropic_face() -> None:
    results = (ToolResult("c1", "A run.", media=(FILM,)), ToolResult("c2", "42"))
    sent = taken(at("anthropic"), *round_of(*results, after=(user("So?"),)))["messages"]
    assert [block["content"] for block in sent[2]["content"]] == [
        "A run.\n(Video 1 follows after the results.)",
        "42",
    ]
    assert sent[3] == {
        "role": "user",
        "content": [
            {"type": "text", "text": "Video 1, from the result of look_c1:"},
            {"type": "video", "source": {"type": "url", "url": FILM.url, "fps": 2}},
            {"type": "text", "text": "\n\nSo?"},
        ],
    }


def test_what_tools_gave_back_follows_all_results_on_the_openai_face() -> None:
    results = (ToolResult("c1", "Two.", media=(DOT, FILM)), ToolResult("c2", "", media=(FAR,)))
    _, _, first, second, shown = taken(at("openai"), *round_of(*results))["messages"]
    assert first["content"] == "Two.\n(Picture 1 follows after the results.)\n(Video 1 follows after the results.)"
    assert second["content"] == "(Picture 2 follows after the results.)"
    assert shown["role"] == "user"
    assert [part["type"] for part in shown["content"]] == [
        "text",
        "image_url",
        "text",
        "video_url",
        "text",
        "image_url",
    ]
    assert [part["text"].strip() for part in shown["content"][::2]] == [
        "Picture 1, from the result of look_c1:",
        "Video 1, from the result of look_c1:",
        "Picture 2, from the result of look_c2:",
    ]


@BOTH
def test_rounds_follow_each_other_and_the_conversation_goes_on(face: FaceName) -> None:
    one = round_of(ToolResult("c1", "a", media=(DOT, FILM)))
    two = round_of(ToolResult("c2", "b", media=(FILM,)))[1:]
    talk = (*one, *two, Message("assistant", (Text("I see."),)), user("And?"), Message("assistant", (Text("No."),)))
    sent = taken(at(face), *talk, user("Why?"))
    assert json.dumps(sent).count("Video 1, from the result of") == 2


@BOTH
@pytest.mark.parametrize("model", ["MiniMax-M2.7", "MiniMax-M2"])
def test_a_model_without_eyes_is_told_in_words(face: FaceName, model: str) -> None:
    sent = taken(at(face, model=model), *round_of(ToolResult("c1", "Here.", media=(DOT, FILM))))["messages"]
    result = sent[2]["content"] if face == "openai" else sent[2]["content"][0]["content"]
    assert result == (
        f"Here.\n(Not sent: dot.png is a picture, and {model} takes text only.)"
        f"\n(Not sent: run.mp4 is a video, and {model} takes text only.)"
    )
    assert len(sent) == 3


@BOTH
@pytest.mark.parametrize(
    "broken",
    [
        Picture(name="x.tiff", media_type="image/tiff", base64=b"AAAA", size=3),
        Picture(name="x.png", media_type="image/png"),
        Clip(name="x.mp4", media_type="video/mp4", path="/nowhere/x.mp4", size=400_000_000),
        Picture(name="x.png", media_type="image/png", base64=b"AAAA", size=11_000_000),
        Picture(name="x.png", url="file:///etc/passwd"),
    ],
)
def test_nothing_that_a_tool_gives_back_ends_the_round(face: FaceName, broken: Picture | Clip) -> None:
    sent = taken(at(face), *round_of(ToolResult("c1", "Here.", media=(broken, DOT))))
    assert "Here.\\n(Not sent: x." in json.dumps(sent)
    assert PIXEL.decode() in json.dumps(sent)


@BOTH
def test_media_of_a_result_without_its_call_are_left_out_with_it(face: FaceName) -> None:
    lost = Message("tool", (ToolResult("c9", "x", media=(DOT, FILM)),))
    sent = taken(at(face), user("Hi"), Message("assistant", (Text("Yes."),)), lost, user("So?"))
    assert len(sent["messages"]) == 3
    assert PIXEL.decode() not in json.dumps(sent)


@BOTH
def test_an_interrupted_call_leaves_nothing_of_its_round(face: FaceName) -> None:
    (asked, calling, results) = round_of(ToolResult("c1", "x", media=(DOT,)))
    cut = replace(calling, parts=(Text("I lo"), *calling.parts), origin=Origin("minimax", face, "m"), partial=True)
    sent = taken(at(face), asked, cut, results, user("Go on."))
    assert PIXEL.decode() not in json.dumps(sent)
    assert "I lo" in json.dumps(sent)
