"""The same conversation as five clients send it, ours among them, member by member.

What differs from ours is listed with its reason; a difference that is gone fails as one that is new does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import anthropic
import openai
import pytest

from minimax_nb import Chat
from minimax_nb.emulator import Server
from tests.clients.conftest import Heard
from tests.clients.judging import ADAPTIVE, KEY
from tests.clients.test_litellm import Litellm
from tests.clients.test_litellm import litellm as litellm  # noqa: PLC0414  # the fixture
from tests.clients.test_pydantic_ai import agent

FIRST = 'Say it.\n/emulate thinking=Hm, ü.\n/emulate text=Said: 1 < 2 & "two".'
SECOND = "And again?"
SYSTEM = "Be brief."
MODELS = {"openai": "MiniMax-M2.7", "anthropic": "MiniMax-M3"}
Told = dict[str, object]


# -- the clients -------------------------------------------------------------------------------------------------------


def ours(server: Server, face: str, *, stream: bool) -> None:
    """The kit."""
    base = server.openai_url if face == "openai" else server.anthropic_url
    chat = Chat(MODELS[face], provider="minimax", face=face, base_url=base, api_key=KEY, system=SYSTEM, max_tokens=500)
    for prompt in (FIRST, SECOND):
        chat.ask(prompt, stream=stream)


def sdk(server: Server, face: str, *, stream: bool) -> None:
    """The official SDK of the protocol, as its documentation continues a conversation."""
    if face == "openai":
        _openai_sdk(server, stream=stream)
    else:
        _anthropic_sdk(server, stream=stream)


def _openai_sdk(server: Server, *, stream: bool) -> None:
    talk: list[Any] = [{"role": "system", "content": SYSTEM}]
    with openai.OpenAI(base_url=server.openai_url, api_key=KEY, max_retries=0) as client:
        call: dict[str, Any] = {"model": MODELS["openai"], "max_completion_tokens": 500}
        call["extra_body"] = {"reasoning_split": True}
        for prompt in (FIRST, SECOND):
            talk.append({"role": "user", "content": prompt})
            if stream:
                options: Any = {"include_usage": True}
                chunks = list(
                    client.chat.completions.create(messages=talk, stream=True, stream_options=options, **call)
                )
                talk.append(_joined(chunks))
            else:
                message = client.chat.completions.create(messages=talk, stream=False, **call).choices[0].message
                talk.append({name: value for name, value in message.to_dict().items() if value != ""})


def _joined(chunks: list[Any]) -> dict[str, Any]:
    """The assistant's turn out of a stream, as MiniMax's documentation keeps it: text and reasoning_details."""
    deltas = [choice.delta for chunk in chunks for choice in chunk.choices]
    details = [detail for delta in deltas for detail in getattr(delta, "reasoning_details", None) or []]
    text = "".join(delta.content or "" for delta in deltas)
    whole = {**details[0], "text": "".join(detail["text"] for detail in details)}
    return {"role": "assistant", "content": text, "reasoning_details": [whole]}


def _anthropic_sdk(server: Server, *, stream: bool) -> None:
    talk: list[Any] = []
    call: Any = {"model": MODELS["anthropic"], "max_tokens": 500, "system": SYSTEM, "thinking": ADAPTIVE}
    with anthropic.Anthropic(base_url=server.anthropic_url, api_key=KEY, max_retries=0) as client:
        for prompt in (FIRST, SECOND):
            talk.append({"role": "user", "content": prompt})
            if stream:
                with client.messages.stream(messages=talk, **call) as events:
                    reply = events.get_final_message()
            else:
                reply = client.messages.create(messages=talk, stream=False, **call)
            talk.append({"role": "assistant", "content": reply.content})


def pydantic_ai(server: Server, face: str, *, stream: bool) -> None:
    """pydantic-ai with an agent that has no tools."""

    async def work() -> None:
        async with agent(server, face, model=MODELS[face], max_tokens=500) as made:
            with made.override(tools=[], toolsets=[]):
                before: Any = None
                for prompt in (FIRST, SECOND):
                    if stream:
                        async with made.run_stream(prompt, message_history=before) as answer:
                            await answer.get_output()
                            before = answer.all_messages()
                    else:
                        before = (await made.run(prompt, message_history=before)).all_messages()

    asyncio.run(work())


CLIENTS: Mapping[str, Callable[..., None]] = {"sdk": sdk, "pydantic-ai": pydantic_ai}


def through_litellm(litellm: Litellm, server: Server, face: str, *, stream: bool) -> None:
    """litellm, with the messages it gives handed back to it."""
    talk: list[Any] = [{"role": "system", "content": SYSTEM}]
    base = server.openai_url if face == "openai" else server.anthropic_url
    call: dict[str, Any] = {"model": f"{face}/{MODELS[face]}", "api_base": base, "api_key": KEY}
    if face == "openai":
        call |= {"extra_body": {"reasoning_split": True}, "max_completion_tokens": 500}
    else:
        call |= {"thinking": ADAPTIVE, "allowed_openai_params": ["thinking"], "max_tokens": 500}
    for prompt in (FIRST, SECOND):
        talk.append({"role": "user", "content": prompt})
        told = litellm("completion", messages=talk, stream=stream, **call)
        talk.append(told["reply"]["choices"][0]["message"])


# -- what differs ------------------------------------------------------------------------------------------------------

_STRING = "one text block and a string are the same words"
_STREAM = "absent means false"
_ONE_NAME = "thinking goes back in one field; we prefer the one MiniMax documents"
_EXTRA = "members of the reply that mean nothing in a request; MiniMax passes over them"
_MARKED = "pydantic-ai and litellm can mark text for caching, which takes a block"

_WHOLE_TURN: Mapping[str, str] = {"messages.2.reasoning_content": _ONE_NAME, "messages.2.name": _EXTRA}
_OTHER_NAME: Mapping[str, str] = {
    "messages.2.reasoning_content": _ONE_NAME,
    **{f"messages.2.reasoning_details.0.{name}": _ONE_NAME for name in ("type", "id", "format", "index", "text")},
}
_UNFILTERED: Mapping[str, str] = {
    f"messages.2.provider_specific_fields.{name}": _EXTRA
    for name in (
        *("name", "reasoning_content", "audio_content", "refusal"),
        *(f"reasoning_details.0.{name}" for name in ("type", "id", "format", "index", "text")),
    )
}
_NO_USAGE: Mapping[str, str] = {"stream_options.include_usage": "litellm counts by itself unless it is asked not to"}
_BLOCKS: Mapping[str, str] = {
    **{f"messages.{at}.content.0.{name}": _STRING for at in (0, 2) for name in ("type", "text")},
    **{f"messages.{at}.content": _STRING for at in (0, 2)},
}
_SYSTEM_BLOCK: Mapping[str, str] = {
    "system": _MARKED,
    "system.0.type": _MARKED,
    "system.0.text": _MARKED,
}
DIFFERENT: Mapping[tuple[str, str, bool], Mapping[str, str]] = {
    ("sdk", "openai", False): _WHOLE_TURN,
    ("sdk", "openai", True): {},
    ("sdk", "anthropic", False): _BLOCKS,
    ("sdk", "anthropic", True): _BLOCKS,
    ("pydantic-ai", "openai", False): _OTHER_NAME,
    ("pydantic-ai", "openai", True): _OTHER_NAME,
    ("pydantic-ai", "anthropic", False): _SYSTEM_BLOCK,
    ("pydantic-ai", "anthropic", True): _SYSTEM_BLOCK,
    ("litellm", "openai", False): {"stream": _STREAM, **_OTHER_NAME, **_UNFILTERED},
    ("litellm", "openai", True): {**_NO_USAGE, **_OTHER_NAME},
    ("litellm", "anthropic", False): {"stream": _STREAM, **_SYSTEM_BLOCK},
    ("litellm", "anthropic", True): _SYSTEM_BLOCK,
}
"""By client, protocol and streaming: the paths that differ from ours, and why."""


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, object]]:
    """Every value in a body by its path; a signature by its length, as each call has its own."""
    if isinstance(value, dict):
        for name, held in value.items():
            yield from leaves(held, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for place, held in enumerate(value):
            yield from leaves(held, f"{path}.{place}")
    else:
        yield path, len(value) if path.endswith(".signature") else value


def differences(own: Mapping[str, Any], other: Mapping[str, Any]) -> set[str]:
    """The paths whose values differ."""
    here, there = dict(leaves(own)), dict(leaves(other))
    return {path for path in here.keys() | there.keys() if here.get(path, ...) != there.get(path, ...)}


@pytest.mark.parametrize(("client", "face", "stream"), DIFFERENT)
def test_another_client_sends_what_we_send(
    request: pytest.FixtureRequest, server: Server, heard: Heard, client: str, face: str, stream: bool
) -> None:
    ours(server, face, stream=stream)
    own = heard.last
    if client == "litellm":
        through_litellm(request.getfixturevalue("litellm"), server, face, stream=stream)
    else:
        CLIENTS[client](server, face, stream=stream)
    assert len(heard) == 4
    assert differences(own, heard.last) == set(DIFFERENT[client, face, stream])


@pytest.mark.parametrize("face", MODELS)
def test_what_both_of_our_ways_send_is_the_same(server: Server, heard: Heard, face: str) -> None:
    ours(server, face, stream=True)
    streamed = heard.last
    ours(server, face, stream=False)
    usage = {"stream_options.include_usage"} if face == "openai" else set()
    assert differences(streamed, heard.last) == {"stream"} | usage
    said = [message["role"] for message in streamed["messages"]]
    assert said[-3:] == ["user", "assistant", "user"]
