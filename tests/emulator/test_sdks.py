"""The official SDKs as clients of the loopback server, their own types judging each event.

What does not fit those types is what the real service sends, too; each case is listed with where it was seen.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, get_args

import anthropic
import openai
import pytest
from anthropic.types import Message, RawMessageStreamEvent
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from pydantic import TypeAdapter, ValidationError

from minimax_nb.emulator import Server, serve

HELLO: list[Any] = [{"role": "user", "content": "hello"}]
ADAPTIVE: Any = {"type": "adaptive"}
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
OPENAI_TOOL: Any = {"type": "function", "function": {"name": "get_weather", "parameters": SCHEMA}}
ANTHROPIC_TOOL: Any = {"name": "get_weather", "input_schema": SCHEMA}

OPENAI_EXCEPTIONS = {
    ("service_tier",): "M3 names its tier 'standard', a word the SDK does not know (recorded June 2026)",
    ("usage", "completion_tokens"): "later pieces of a tool call count only totals, all zero (recorded M2.7)",
    ("usage", "prompt_tokens"): "the same",
}
ANTHROPIC_EXCEPTIONS = {
    ("content_block", "ThinkingBlock", "signature"): "thinking starts without its signature (recorded M2.7)",
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve(delay_ms=0) as running:
        yield running


@pytest.fixture
def chat(server: Server) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=server.openai_url, api_key="test-key-for-nobody", max_retries=0) as client:
        yield client


@pytest.fixture
def messages(server: Server) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=server.anthropic_url, api_key="test-key-for-nobody", max_retries=0) as client:
        yield client


def misfits(kind: Any, value: Any) -> set[tuple[object, ...]]:
    """Where a value does not fit a type, as paths."""
    try:
        TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        return {tuple(problem["loc"]) for problem in error.errors()}
    return set()


def event_misfits(event: RawMessageStreamEvent) -> set[tuple[object, ...]]:
    """Where an event does not fit the type its name stands for; a block is held against its own kind only."""
    assert isinstance(event, get_args(get_args(RawMessageStreamEvent)[0]))
    found = misfits(type(event), event.to_dict())
    kind = type(event.content_block).__name__ if event.type == "content_block_start" else ""
    return {place for place in found if place[0] != "content_block" or place[1] == kind}


def assert_fits(kind: Any, value: Any, allowed: dict[tuple[str, ...], str]) -> set[tuple[str, ...]]:
    """The exceptions that were needed for the value to fit."""
    found = misfits(kind, value)
    needed = {exception for place in found for exception in allowed if place[-len(exception) :] == exception}
    unexplained = [place for place in found if not any(place[-len(one) :] == one for one in allowed)]
    assert unexplained == [], value
    return needed


# -- openai ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize("model", ["MiniMax-M3", "MiniMax-M2.7"])
def test_openai_streams(chat: openai.OpenAI, model: str, split: bool) -> None:
    text, reasoning, finish, usage = "", "", [], None
    for chunk in chat.chat.completions.create(
        model=model,
        messages=HELLO,
        stream=True,
        stream_options={"include_usage": True},
        extra_body={"reasoning_split": split},
    ):
        assert assert_fits(ChatCompletionChunk, chunk.to_dict(), {}) == set()
        usage = chunk.usage or usage
        for choice in chunk.choices:
            text += choice.delta.content or ""
            reasoning += getattr(choice.delta, "reasoning_content", None) or ""
            finish += [choice.finish_reason] if choice.finish_reason else []
    assert finish == ["stop"]
    assert usage is not None
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    assert bool(reasoning) is split
    assert text.startswith("Hello" if split else "<think>\n")


@pytest.mark.parametrize(
    ("model", "exceptions"), [("MiniMax-M2.7", set()), ("MiniMax-M2", set()), ("MiniMax-M3", {("service_tier",)})]
)
def test_openai_whole(chat: openai.OpenAI, model: str, exceptions: set[tuple[str, ...]]) -> None:
    reply = chat.chat.completions.create(model=model, messages=HELLO)
    assert assert_fits(ChatCompletion, reply.to_dict(), OPENAI_EXCEPTIONS) == exceptions
    assert misfits(CompletionUsage, reply.to_dict()["usage"]) == set()
    assert "Hello" in (reply.choices[0].message.content or "")


def test_openai_tool_turn(chat: openai.OpenAI) -> None:
    asked: list[Any] = [{"role": "user", "content": "get weather for Paris"}]
    reply = chat.chat.completions.create(
        model="MiniMax-M2.7", messages=asked, tools=[OPENAI_TOOL], extra_body={"reasoning_split": True}
    )
    assert misfits(ChatCompletion, reply.to_dict()) == set()
    message = reply.choices[0].message
    assert reply.choices[0].finish_reason == "tool_calls"
    assert message.tool_calls
    call = message.tool_calls[0]
    assert call.type == "function"
    assert json.loads(call.function.arguments) == {"city": "Paris"}
    turn: Any = {name: value for name, value in message.to_dict().items() if value != ""}
    asked += [turn, {"role": "tool", "tool_call_id": call.id, "content": "21 degrees"}]
    answer = chat.chat.completions.create(model="MiniMax-M2.7", messages=asked, tools=[OPENAI_TOOL])
    assert answer.choices[0].finish_reason == "stop"
    assert "21 degrees" in (answer.choices[0].message.content or "")


def test_openai_streams_a_tool_call(chat: openai.OpenAI) -> None:
    arguments, needed = "", set()
    for chunk in chat.chat.completions.create(
        model="MiniMax-M2.7",
        messages=[{"role": "user", "content": "get weather for Paris\n/emulate chunk-chars=6"}],
        tools=[OPENAI_TOOL],
        stream=True,
    ):
        needed |= assert_fits(ChatCompletionChunk, chunk.to_dict(), OPENAI_EXCEPTIONS)
        for call in chunk.choices[0].delta.tool_calls or []:
            arguments += call.function.arguments or "" if call.function else ""
    assert json.loads(arguments) == {"city": "Paris"}
    assert needed == {("usage", "completion_tokens"), ("usage", "prompt_tokens")}


def test_openai_lists_models(chat: openai.OpenAI) -> None:
    assert "MiniMax-M3" in [model.id for model in chat.models.list()]
    assert chat.models.retrieve("MiniMax-M2.7").owned_by == "minimax"


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("1004", openai.AuthenticationError),
        ("2013", openai.BadRequestError),
        ("1026", openai.UnprocessableEntityError),
        ("1002", openai.RateLimitError),
        ("2064", openai.InternalServerError),
        ("html-502", openai.InternalServerError),
    ],
)
def test_openai_errors(chat: openai.OpenAI, fault: str, kind: type[openai.APIStatusError]) -> None:
    with pytest.raises(kind) as caught:
        chat.chat.completions.create(model="MiniMax-M3", messages=HELLO, extra_headers={"x-emulator": f"fault={fault}"})
    assert caught.value.status_code >= 400
    if fault.isdigit():
        assert f"({fault})" in str(caught.value)


def test_openai_refused_key(server: Server) -> None:
    client = openai.OpenAI(base_url=server.openai_url, api_key="bad-key", max_retries=0)
    with client, pytest.raises(openai.AuthenticationError):
        client.models.list()


def test_openai_errors_inside_a_stream(chat: openai.OpenAI) -> None:
    with pytest.raises(openai.APIError, match="unknown error"):
        for _ in chat.chat.completions.create(
            model="MiniMax-M3", messages=HELLO, stream=True, extra_headers={"x-emulator": "fault=error-mid"}
        ):
            pass


def test_openai_counts_a_responses_input(chat: openai.OpenAI) -> None:
    counted = chat.responses.input_tokens.count(model="MiniMax-M3", input="hello")
    reply = chat.chat.completions.create(model="MiniMax-M3", messages=HELLO)
    assert reply.usage is not None
    assert counted.input_tokens == reply.usage.prompt_tokens


# -- anthropic --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["MiniMax-M3", "MiniMax-M2.7"])
def test_anthropic_streams(messages: anthropic.Anthropic, model: str) -> None:
    needed: set[tuple[object, ...]] = set()
    names: list[str] = []
    for event in messages.messages.create(model=model, messages=HELLO, max_tokens=1000, thinking=ADAPTIVE, stream=True):
        found = event_misfits(event)
        assert found <= set(ANTHROPIC_EXCEPTIONS), event
        needed |= found
        names.append(event.type)
    assert needed == set(ANTHROPIC_EXCEPTIONS)
    assert (names[0], names[-1]) == ("message_start", "message_stop")


def test_anthropics_own_fold_of_a_stream_is_the_whole_message(messages: anthropic.Anthropic) -> None:
    with messages.messages.stream(model="MiniMax-M3", messages=HELLO, max_tokens=1000, thinking=ADAPTIVE) as stream:
        text = "".join(stream.text_stream)
        final = stream.get_final_message()
    whole = messages.messages.create(model="MiniMax-M3", messages=HELLO, max_tokens=1000, thinking=ADAPTIVE)
    thinking, answer = final.content
    assert thinking.type == "thinking"
    assert len(thinking.signature) == 64
    assert answer.type == "text"
    assert answer.text == text
    assert [block.to_dict() for block in whole.content][1] == {"type": "text", "text": text}
    assert final.stop_reason == whole.stop_reason == "end_turn"
    assert (final.usage.input_tokens, final.usage.output_tokens) == (
        whole.usage.input_tokens,
        whole.usage.output_tokens,
    )


@pytest.mark.parametrize("model", ["MiniMax-M3", "MiniMax-M2.7", "MiniMax-M3.1-Flash-Preview"])
def test_anthropic_whole(messages: anthropic.Anthropic, model: str) -> None:
    reply = messages.messages.create(model=model, messages=HELLO, max_tokens=1000, thinking=ADAPTIVE)
    assert misfits(Message, reply.to_dict()) == set()
    assert [block.type for block in reply.content] == ["thinking", "text"]


@pytest.mark.parametrize("stream", [True, False])
def test_anthropic_tool_turn(messages: anthropic.Anthropic, stream: bool) -> None:
    asked: list[Any] = [{"role": "user", "content": "get weather for Paris"}]
    call: Any = {"model": "MiniMax-M3", "max_tokens": 1000, "tools": [ANTHROPIC_TOOL], "thinking": ADAPTIVE}
    if stream:
        with messages.messages.stream(messages=asked, **call) as events:
            reply = events.get_final_message()
    else:
        reply = messages.messages.create(messages=asked, **call)
        assert misfits(Message, reply.to_dict()) == set()
    use = reply.content[-1]
    assert reply.stop_reason == "tool_use"
    assert use.type == "tool_use"
    assert (use.name, use.input) == ("get_weather", {"city": "Paris"})
    result = {"type": "tool_result", "tool_use_id": use.id, "content": "21 degrees"}
    asked += [{"role": "assistant", "content": reply.content}, {"role": "user", "content": [result]}]
    answer = messages.messages.create(messages=asked, **call)
    assert answer.stop_reason == "end_turn"
    assert answer.content[-1].type == "text"
    assert "21 degrees" in answer.content[-1].text


def test_anthropic_counts(messages: anthropic.Anthropic) -> None:
    counted = messages.messages.count_tokens(model="MiniMax-M3", messages=HELLO, system="Be brief.")
    reply = messages.messages.create(model="MiniMax-M3", messages=HELLO, system="Be brief.", max_tokens=1000)
    assert counted.input_tokens == reply.usage.input_tokens


def test_anthropic_lists_models(messages: anthropic.Anthropic) -> None:
    listed = list(messages.models.list(limit=50))
    assert "MiniMax-M3" in [model.id for model in listed]
    assert messages.models.retrieve("MiniMax-M3").display_name == "MiniMax-M3"


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("1004", anthropic.AuthenticationError),
        ("2013", anthropic.BadRequestError),
        ("404", anthropic.NotFoundError),
        ("413", anthropic.RequestTooLargeError),
        ("2056", anthropic.RateLimitError),
        ("529", anthropic.OverloadedError),
        ("plain-503", anthropic.ServiceUnavailableError),
    ],
)
def test_anthropic_errors(messages: anthropic.Anthropic, fault: str, kind: type[anthropic.APIStatusError]) -> None:
    with pytest.raises(kind) as caught:
        messages.messages.create(
            model="MiniMax-M3", messages=HELLO, max_tokens=1000, extra_headers={"x-emulator": f"fault={fault}"}
        )
    assert caught.value.status_code >= 400


def test_anthropic_refused_key(server: Server) -> None:
    client = anthropic.Anthropic(base_url=server.anthropic_url, api_key="bad-key", max_retries=0)
    with client, pytest.raises(anthropic.AuthenticationError):
        client.models.list()


def test_anthropic_errors_inside_a_stream(messages: anthropic.Anthropic) -> None:
    with pytest.raises(anthropic.APIStatusError, match="unknown error"):
        for _ in messages.messages.create(
            model="MiniMax-M3",
            messages=HELLO,
            max_tokens=1000,
            stream=True,
            extra_headers={"x-emulator": "fault=error-mid"},
        ):
            pass


def test_the_providers_own_paths_work_with_the_sdks(server: Server) -> None:
    key = {"api_key": "test-key-for-nobody", "max_retries": 0}
    modelslab = f"{server.url}/modelslab/api/v7/llm"
    with openai.OpenAI(base_url=modelslab, **key) as client:  # type: ignore[arg-type]
        reply = client.chat.completions.create(model="minimax-minimax-m2", messages=HELLO)
        assert misfits(ChatCompletion, reply.to_dict()) == set()
        assert [model.id for model in client.models.list()] == ["minimax-minimax-m2", "minimax-minimax-m1"]
    with openai.OpenAI(base_url=f"{server.url}/openrouter/api/v1", **key) as client:  # type: ignore[arg-type]
        for chunk in client.chat.completions.create(model="minimax/minimax-m2", messages=HELLO, stream=True):
            assert misfits(ChatCompletionChunk, chunk.to_dict()) == set()
    for url, model in ((modelslab, "minimax-minimax-m2"), (f"{server.url}/runapi", "MiniMax-M2")):
        with anthropic.Anthropic(base_url=url, **key) as client:  # type: ignore[arg-type,assignment]
            message = client.messages.create(model=model, messages=HELLO, max_tokens=1000)  # type: ignore[attr-defined]
            assert misfits(Message, message.to_dict()) == set()
