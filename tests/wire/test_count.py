"""Token counts: what is sent to be counted, and that both protocols count a request alike."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from minimax_nb.catalog import Endpoint, resolve
from minimax_nb.catalog.rows import FaceName
from minimax_nb.emulator import Asked, handle
from minimax_nb.messages.media import Clip, Picture
from minimax_nb.messages.parts import Message, Origin, Part, Text, Thinking, ToolCall, ToolResult, user
from minimax_nb.messages.request import JsonSchema, Request
from minimax_nb.messages.scene import Scene
from minimax_nb.messages.tools import ToolSpec
from minimax_nb.wire import FACES
from tests.wire.test_encode_back import talks

BOTH = pytest.mark.parametrize("face", ["openai", "anthropic"])
KEY = "test-key-for-nobody"
PIXEL = b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
DOT = Picture(name="dot.png", media_type="image/png", base64=PIXEL, size=70)
FAR = Picture(name="far.png", url="https://example.invalid/far.png", detail="high", max_long_side=700)
FILM = Clip(name="run.mp4", url="https://example.invalid/run.mp4", fps=2)
WEATHER = ToolSpec("weather", "Tells the weather.", {"type": "object", "properties": {"city": {"type": "string"}}})


def at(face: FaceName, provider: str = "emulator", model: str = "MiniMax-M3") -> Endpoint:
    return resolve(provider=provider, model=model, face=face, api_key=None if provider == "emulator" else KEY, env={})


def asked(*talk: Message, **said: Any) -> Request:
    return Request("MiniMax-M3", talk or (user("How many?"),), **said)


def counting(request: Request, where: Endpoint) -> dict[str, Any]:
    """The body of the call that counts."""
    call = FACES[where.face_name].encode_count(request, where)
    assert call is not None
    assert (call.method, call.stream) == ("POST", False)
    return json.loads(call.body)  # type: ignore[no-any-return]


def counted(face: FaceName, request: Request) -> int:
    """What the emulator counts, by the call and the decoder of that protocol."""
    where = at(face)
    call = FACES[face].encode_count(request, where)
    assert call is not None
    answer = handle(Asked("POST", call.url.removeprefix("emulator:"), call.sent_headers(), call.body))
    body = b"".join(chunk.data for chunk in answer.chunks)
    assert answer.status == 200, body
    return FACES[face].decode_count(body, where)


def used(face: FaceName, request: Request) -> int:
    """The input tokens of a reply to the same request."""
    where = at(face)
    call = FACES[face].encode(request, where)
    answer = handle(Asked("POST", call.url.removeprefix("emulator:"), call.sent_headers(), call.body))
    usage = json.loads(b"".join(chunk.data for chunk in answer.chunks))["usage"]
    if face == "openai":
        return int(usage["prompt_tokens"])
    return sum(int(usage[name]) for name in usage if name.endswith("input_tokens"))


TALK = (
    user("Look at ", DOT, " and at ", FILM),
    Message(
        "assistant",
        (Thinking("Hm.", "s"), Text("I ask."), ToolCall("c1", "weather", {"city": "Bonn"}), ToolCall("c2", "weather")),
        Origin("emulator", "openai", "MiniMax-M3"),
        {"content": "<think>Hm.</think>I ask."},
    ),
    Message("tool", (ToolResult("c1", "21 degrees"), ToolResult("c2", ""))),
    Message("assistant", (Text("Warm."),)),
    user("And tomorrow?"),
)


def test_what_the_openai_face_has_counted() -> None:
    where = at("openai", "minimax")
    call = FACES["openai"].encode_count(asked(), where)
    assert call is not None
    assert call.url == "https://api.minimax.io/v1/responses/input_tokens"
    said = {"system": "Be brief.", "tools": (WEATHER,), "tool_choice": "none", "temperature": 0.5, "thinking": "off"}
    assert counting(asked(*TALK, format=JsonSchema("x", {"type": "object"}), **said), where) == {
        "model": "MiniMax-M3",
        "instructions": "Be brief.",
        "input": [
            {
                "type": "message",
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "Look at "},
                    {"type": "input_image", "image_url": f"data:image/png;base64,{PIXEL.decode()}"},
                    {"type": "input_text", "text": " and at "},
                    {"type": "input_video", "video_url": {"url": FILM.url, "fps": 2}},
                ],
            },
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "I ask."}]},
            {"type": "function_call", "call_id": "c1", "name": "weather", "arguments": '{"city":"Bonn"}'},
            {"type": "function_call", "call_id": "c2", "name": "weather", "arguments": "{}"},
            {"type": "function_call_output", "call_id": "c1", "output": "21 degrees"},
            {"type": "function_call_output", "call_id": "c2", "output": "(no output)"},
            {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Warm."}]},
            {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "And tomorrow?"}]},
        ],
        "tools": [
            {
                "type": "function",
                "name": "weather",
                "description": "Tells the weather.",
                "parameters": dict(WEATHER.parameters),
            }
        ],
    }


def test_what_the_anthropic_face_has_counted() -> None:
    body = counting(asked(system="Be brief.", tools=(WEATHER,), temperature=0.5), at("anthropic", "minimax"))
    assert set(body) == {"model", "system", "messages", "tools"}


REQUESTS = [
    asked(),
    asked(user("你好，多少？")),
    asked(system="Be brief."),
    asked(tools=(WEATHER,)),
    asked(tools=(WEATHER, ToolSpec("now", "", {})), tool_choice="none"),
    asked(user("What is this?", DOT)),
    asked(user(FAR, FILM)),
    asked(*TALK),
    asked(*TALK, tools=(WEATHER,), system="Be brief."),
    asked(*TALK, Message("assistant", (Text("It wi"),), partial=True), user("Go on.")),
]


@pytest.mark.parametrize("request_", REQUESTS)
def test_both_protocols_count_a_request_alike_and_as_its_reply_does(request_: Request) -> None:
    plain = Request(**{name: getattr(request_, name) for name in request_.__slots__} | {"stream": False})
    assert counted("openai", plain) == counted("anthropic", plain) == used("openai", plain) == used("anthropic", plain)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(talk=talks("openai"), offered=st.booleans())
def test_any_conversation_counts_alike_on_both_protocols(talk: list[Message], offered: bool) -> None:
    # What tools show stands in other places on each protocol, and so do the words that say where.
    plain = [replace(message, parts=tuple(map(_without_media, message.parts))) for message in talk]
    request = asked(*plain, tools=(WEATHER,) if offered else ())
    assert counted("openai", request) == counted("anthropic", request)


def _without_media(part: Part) -> Part:
    return replace(part, media=()) if isinstance(part, ToolResult) else part


@BOTH
@pytest.mark.parametrize(
    ("more", "least"),
    [
        (asked(tools=(WEATHER,)), 100),
        (asked(user("How many?", FAR)), 300),
        (asked(user("How many?", FILM)), 300),
        (asked(system="Be brief."), 2),
    ],
)
def test_tools_pictures_and_the_system_message_are_in_the_count(face: FaceName, more: Request, least: int) -> None:
    assert counted(face, more) >= counted(face, asked()) + least


@BOTH
def test_pictures_that_tools_gave_back_are_in_the_count(face: FaceName) -> None:
    def talk(*media: Picture) -> Request:
        call = Message("assistant", (ToolCall("c1", "look"),))
        return asked(user("Look."), call, Message("tool", (ToolResult("c1", "Here.", media=media),)))

    assert counted(face, talk(FAR)) > counted(face, talk()) + 300


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("modelslab", "minimax-minimax-m2"),
        ("openrouter", "minimax/minimax-m3"),
        ("runapi", "MiniMax-M3"),
        ("vllm", "x"),
    ],
)
def test_a_count_is_not_asked_for_where_no_page_has_one(provider: str, model: str) -> None:
    assert FACES["openai"].encode_count(asked(), at("openai", provider, model)) is None


def test_a_scene_is_not_counted() -> None:
    assert FACES["openai"].encode_count(asked(scene=Scene()), at("openai", model="M2-her")) is None


def test_a_count_can_be_asked_in_the_protocols_own_words(tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(
        'providers.mine.faces.openai = {base_url = "https://example.invalid/v1", count_path = "/tokenize"}', "utf-8"
    )
    where = resolve(provider="mine", model="x", api_key=KEY, env={"MINIMAX_NB_CONFIG": str(config)})
    assert set(counting(asked(tools=(WEATHER,)), where)) == {"model", "messages", "tools"}
