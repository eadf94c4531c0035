"""pydantic-ai as a client: an agent with a tool over both protocols."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import anthropic
import openai
import pytest
from pydantic_ai import Agent, ModelHTTPError, UnexpectedModelBehavior
from pydantic_ai.exceptions import (
    ModelAuthenticationError,
    ModelConnectionError,
    ModelOverloadedError,
    ModelRateLimitError,
    ModelRequestRejectedError,
    ModelServerError,
)
from pydantic_ai.messages import ModelResponse, ThinkingPart, ToolCallPart
from pydantic_ai.models.anthropic import AnthropicModel
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.anthropic import AnthropicProvider
from pydantic_ai.providers.openai import OpenAIProvider

from minimax_nb.emulator import Server
from tests.clients.conftest import Heard
from tests.clients.judging import ADAPTIVE, KEY

FACES = ["openai", "anthropic"]
SETTINGS: dict[str, Any] = {
    "openai": {"extra_body": {"reasoning_split": True}},
    "anthropic": {"anthropic_thinking": ADAPTIVE, "max_tokens": 1000},
}


@asynccontextmanager
async def agent(
    server: Server, face: str, *, base: str = "", model: str = "", retries: int = 0, **settings: Any
) -> AsyncIterator[Agent[None, str]]:
    """An agent with one tool; its client is closed afterwards."""
    says = {**SETTINGS[face], **settings}
    if face == "openai":
        url = server.url + base if base else server.openai_url
        async with openai.AsyncOpenAI(base_url=url, api_key=KEY, max_retries=retries) as client:
            yield _with_tool(
                OpenAIChatModel(model or "MiniMax-M2.7", provider=OpenAIProvider(openai_client=client)), says
            )
    else:
        url = server.url + base if base else server.anthropic_url
        async with anthropic.AsyncAnthropic(base_url=url, api_key=KEY, max_retries=retries) as other:
            provider = AnthropicProvider(anthropic_client=other)
            yield _with_tool(AnthropicModel(model or "MiniMax-M3", provider=provider), says)


def _with_tool(model: Any, settings: Any) -> Agent[None, str]:
    made = Agent(model, model_settings=settings, instructions="Be brief.")

    @made.tool_plain
    def get_weather(city: str) -> str:
        """The weather in a city."""
        return f"21 degrees in {city}"

    return made


def run(work: Callable[[], Awaitable[None]]) -> None:
    """Run it in an event loop of its own."""
    asyncio.run(work())  # type: ignore[arg-type]


@pytest.mark.parametrize("face", FACES)
def test_a_tool_turn_and_the_next_with_all_thinking_sent_back(server: Server, heard: Heard, face: str) -> None:
    async def work() -> None:
        async with agent(server, face) as made:
            first = await made.run("get weather for Paris")
            assert "21 degrees in Paris" in first.output
            second = await made.run("hello", message_history=first.all_messages())
            assert second.output.startswith("Hello")
            replies = [message for message in second.all_messages() if isinstance(message, ModelResponse)]
            thought = [part.content for reply in replies for part in reply.parts if isinstance(part, ThinkingPart)]
            assert len(thought) == len(replies) == 3
            calls = [part for reply in replies for part in reply.parts if isinstance(part, ToolCallPart)]
            assert [call.args_as_dict() for call in calls] == [{"city": "Paris"}]
            assert thinking_of(heard.last, face) == thought[:2]

    run(work)


def thinking_of(body: Any, face: str) -> list[str]:
    """The thinking that was sent back, in order."""
    turns = [message for message in body["messages"] if message["role"] == "assistant"]
    if face == "openai":
        return [turn["reasoning_content"] for turn in turns]
    blocks = [block for turn in turns for block in turn["content"] if block["type"] == "thinking"]
    assert all(len(block["signature"]) == 64 for block in blocks)
    return [block["thinking"] for block in blocks]


@pytest.mark.parametrize("face", FACES)
def test_a_stream_says_and_counts_what_a_whole_reply_does(server: Server, face: str) -> None:
    async def work() -> None:
        async with agent(server, face) as made:
            whole = await made.run("hello\n/emulate chunk-chars=5")
            async with made.run_stream("hello\n/emulate chunk-chars=5") as stream:
                pieces = [piece async for piece in stream.stream_text(delta=True, debounce_by=None)]
                usage = stream.usage
            assert len(pieces) > 5
            assert "".join(pieces) == whole.output
            assert (usage.input_tokens, usage.output_tokens) == (whole.usage.input_tokens, whole.usage.output_tokens)

    run(work)


def test_tokens_are_counted_before_the_call_over_the_anthropic_protocol(server: Server, heard: Heard) -> None:
    async def work() -> None:
        from pydantic_ai import UsageLimitExceeded
        from pydantic_ai.usage import UsageLimits

        async with agent(server, "anthropic") as made:
            limits = UsageLimits(input_tokens_limit=5, count_tokens_before_request=True)
            with pytest.raises(UsageLimitExceeded):
                await made.run("hello", usage_limits=limits)
        assert [asked.path.partition("?")[0] for asked in heard] == ["/anthropic/v1/messages/count_tokens"]

    run(work)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(
    ("fault", "kind", "tries"),
    [
        ("1004", ModelAuthenticationError, 1),
        ("2013", ModelRequestRejectedError, 1),
        ("1002", ModelRateLimitError, 3),
        ("2056", ModelRateLimitError, 3),
        ("529", ModelOverloadedError, 3),
        ("html-502", ModelServerError, 3),
    ],
)
def test_an_error_status_and_how_often_it_tries(
    server: Server,
    heard: Heard,
    monkeypatch: pytest.MonkeyPatch,
    face: str,
    fault: str,
    kind: type[ModelHTTPError],
    tries: int,
    stream: bool,
) -> None:
    waits: list[float] = []

    async def at_once(seconds: float) -> None:
        waits.append(seconds)

    async def work() -> None:
        async with agent(server, face, retries=2, extra_headers={"x-emulator": f"fault={fault}"}) as made:
            monkeypatch.setattr("anyio.sleep", at_once)
            with pytest.raises(kind) as caught:
                await ask(made, "hello", stream=stream)
        assert caught.value.status_code >= 400
        assert KEY not in str(caught.value)
        assert (len(heard), len(waits)) == (tries, tries - 1)

    run(work)


async def ask(made: Agent[None, str], prompt: str, *, stream: bool) -> str:
    """The answer, either way."""
    if not stream:
        return (await made.run(prompt)).output
    async with made.run_stream(prompt) as answer:
        return "".join([piece async for piece in answer.stream_text(delta=True)])


@pytest.mark.parametrize("face", FACES)
def test_an_error_in_the_middle_of_a_stream_and_a_cut_are_raised(server: Server, face: str) -> None:
    async def work() -> None:
        for fault, kind in (("error-mid", ModelServerError), ("cut", ModelConnectionError)):
            async with agent(server, face, extra_headers={"x-emulator": f"fault={fault}"}) as made:
                with pytest.raises(kind):
                    await ask(made, "hello", stream=True)

    run(work)


@pytest.mark.parametrize("face", FACES)
def test_an_error_inside_http_200_names_no_cause(server: Server, face: str) -> None:
    async def work() -> None:
        async with agent(server, face, extra_headers={"x-emulator": "fault=2061-200"}) as made:
            # Over the Anthropic protocol it is a bare TypeError: "'NoneType' object is not iterable".
            with pytest.raises((UnexpectedModelBehavior, TypeError)) as caught:
                await made.run("hello")
            assert "2061" not in str(caught.value)

    run(work)


@pytest.mark.parametrize("face", FACES)
def test_a_stream_that_ends_early_looks_whole_to_it(server: Server, face: str) -> None:
    async def work() -> None:
        async with agent(server, face) as made:
            whole = await made.run("hello")
        async with agent(server, face, extra_headers={"x-emulator": "fault=end-early"}) as made:
            cut = await ask(made, "hello", stream=True)
        assert whole.output.startswith(cut)
        assert 0 < len(cut) < len(whole.output)

    run(work)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("face", "base", "model"),
    [
        ("openai", "/modelslab/api/v7/llm", "minimax-minimax-m2"),
        ("openai", "/runapi/v1", "MiniMax-M2.7"),
        ("openai", "/openrouter/api/v1", "minimax/minimax-m2"),
        ("anthropic", "/modelslab/api/v7/llm", "minimax-minimax-m2"),
        ("anthropic", "/runapi", "MiniMax-M2"),
    ],
)
def test_resellers_at_their_own_paths(server: Server, face: str, base: str, model: str, stream: bool) -> None:
    async def work() -> None:
        plain: dict[str, Any] = (
            {"extra_body": None} if face == "openai" else {"anthropic_thinking": {"type": "disabled"}}
        )
        async with agent(server, face, base=base, model=model, **plain) as made:
            assert "Hello" in await ask(made, "hello", stream=stream)

    run(work)
