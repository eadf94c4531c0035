"""A round of tools as the official SDKs send it and as we do, member by member."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import anthropic
import openai
import pytest

from minimax_nb.catalog import resolve
from minimax_nb.emulator import Asked, Server, handle
from minimax_nb.messages.media import Picture
from minimax_nb.messages.parts import Message, ToolCall, ToolResult, user
from minimax_nb.messages.reply import Reply
from minimax_nb.messages.request import Request
from minimax_nb.messages.tools import ToolSpec
from minimax_nb.wire import FACES
from tests.clients.conftest import Heard
from tests.clients.judging import ADAPTIVE, KEY, SCHEMA
from tests.clients.test_bodies import differences

MODEL = "MiniMax-M3"
SYSTEM = "Be brief."
PROMPT = "get weather for Paris, and get time for Rome\n/emulate thinking=Hm, ü."
ABOUT = {"get_weather": "Tells the weather.", "get_time": "Tells the time."}
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
SAID = ("21 degrees", "noon")
SHOWN = "Picture 1, from the result of get_weather:"
FOLLOWS = f"{SAID[0]}\n(Picture 1 follows after the results.)"
PATHS = {"openai": "/v1/chat/completions", "anthropic": "/anthropic/v1/messages"}


def ours(face: str) -> dict[str, Any]:
    """The second call of a round as the kit writes it, out of the reply to its first."""
    here = resolve(provider="minimax", model=MODEL, face=face, api_key=KEY, env={})
    codec = FACES[here.face_name]
    said: dict[str, Any] = {"system": SYSTEM, "max_tokens": 500, "stream": False}
    said["tools"] = tuple(ToolSpec(name, about, SCHEMA) for name, about in ABOUT.items())
    first = Request(MODEL, (user(PROMPT),), **said)
    answer = handle(Asked("POST", PATHS[face], {}, codec.encode(first, here).body))
    decoder, reply = codec.decoder(first, here), Reply(provider="minimax", face=face, asked_model=MODEL)
    for event in (*decoder.feed(b"".join(chunk.data for chunk in answer.chunks)), *decoder.flush()):
        reply.apply(event)
    calls = [part for part in reply.message.parts if isinstance(part, ToolCall)]
    dot = Picture(name="dot.png", media_type="image/png", base64=PIXEL.encode(), size=70)
    media = ((dot,), ())
    results = (ToolResult(call.id, text, media=held) for call, text, held in zip(calls, SAID, media, strict=True))
    talk = (user(PROMPT), reply.message, Message("tool", tuple(results)))
    return json.loads(codec.encode(Request(MODEL, talk, **said), here).body)  # type: ignore[no-any-return]


def openai_sdk(server: Server) -> None:
    """The same with the openai SDK, as its documentation goes on after calls."""
    talk: list[Any] = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": PROMPT}]
    tools: Any = [
        {"type": "function", "function": {"name": name, "description": about, "parameters": SCHEMA}}
        for name, about in ABOUT.items()
    ]
    call: dict[str, Any] = {"model": MODEL, "max_completion_tokens": 500, "tools": tools, "stream": False}
    call["extra_body"] = {"reasoning_split": True, "thinking": ADAPTIVE}
    with openai.OpenAI(base_url=server.openai_url, api_key=KEY, max_retries=0) as client:
        message = client.chat.completions.create(messages=talk, **call).choices[0].message
        talk.append(message)
        for asked, said in zip(message.tool_calls or (), (FOLLOWS, SAID[1]), strict=True):
            talk.append({"role": "tool", "tool_call_id": asked.id, "content": said})
        picture = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}}
        talk.append({"role": "user", "content": [{"type": "text", "text": SHOWN}, picture]})
        client.chat.completions.create(messages=talk, **call)


def anthropic_sdk(server: Server) -> None:
    """The same with the anthropic SDK."""
    talk: list[Any] = [{"role": "user", "content": PROMPT}]
    tools: Any = [{"name": name, "description": about, "input_schema": SCHEMA} for name, about in ABOUT.items()]
    call: Any = {"model": MODEL, "max_tokens": 500, "system": SYSTEM, "thinking": ADAPTIVE, "tools": tools}
    with anthropic.Anthropic(base_url=server.anthropic_url, api_key=KEY, max_retries=0) as client:
        reply = client.messages.create(messages=talk, stream=False, **call)
        source = {"type": "base64", "media_type": "image/png", "data": PIXEL}
        shown = [{"type": "text", "text": SAID[0]}, {"type": "image", "source": source}]
        uses = [block for block in reply.content if block.type == "tool_use"]
        results = [
            {"type": "tool_result", "tool_use_id": use.id, "content": content}
            for use, content in zip(uses, (shown, SAID[1]), strict=True)
        ]
        talk += [{"role": "assistant", "content": reply.content}, {"role": "user", "content": results}]
        client.messages.create(messages=talk, stream=False, **call)


def numbered(body: Mapping[str, Any]) -> dict[str, Any]:
    """The body with the ids of calls, which each reply gives anew, as numbers in their order."""
    text = json.dumps(body)
    found = [call["id"] for message in body["messages"] for call in message.get("tool_calls") or ()]
    blocks = (block for message in body["messages"] for block in message["content"] or () if isinstance(block, dict))
    found += [block["id"] for block in blocks if block["type"] == "tool_use"]
    for number, call_id in enumerate(found):
        assert text.count(f'"{call_id}"') == 2, "each call is answered once"
        text = text.replace(f'"{call_id}"', f'"call {number}"')
    return dict(json.loads(text))


_EXTRA = "members of the reply that mean nothing in a request; MiniMax passes over them"
_STRING = "one text block and a string are the same words"
DIFFERENT: Mapping[str, Mapping[str, str]] = {
    "openai": {
        "messages.2.reasoning_content": "thinking goes back in one field; we prefer the one MiniMax documents",
        **{f"messages.2.{name}": _EXTRA for name in ("name", "audio_content")},
        **{f"messages.2.tool_calls.{at}.index": _EXTRA for at in (0, 1)},
    },
    "anthropic": {f"messages.0.content{tail}": _STRING for tail in ("", ".0.type", ".0.text")},
}
"""By protocol: the paths that differ from ours, and why."""


@pytest.mark.parametrize("face", DIFFERENT)
def test_the_official_sdk_sends_a_round_of_tools_as_we_do(server: Server, heard: Heard, face: str) -> None:
    (openai_sdk if face == "openai" else anthropic_sdk)(server)
    assert len(heard) == 2
    own, other = numbered(ours(face)), numbered(heard.last)
    assert differences(own, other) == set(DIFFERENT[face])
    assert len(own["tools"]) == 2
