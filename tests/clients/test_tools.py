"""Whole tool turns of other programs: calls side by side, rounds, streamed or not, and calls that go wrong.

The official SDKs fold the streams and, where they can, run the loop themselves; pydantic-ai and the Anthropic SDK's
own runner call real functions until the emulator is content.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import anthropic
import openai
import pytest
from pydantic_ai import Agent, ModelRetry, UnexpectedModelBehavior
from pydantic_ai.exceptions import UsageLimitExceeded
from pydantic_ai.messages import ModelResponse, ToolCallPart, ToolReturnPart
from pydantic_ai.usage import UsageLimits

from minimax_nb.emulator import Server
from tests.clients.conftest import Heard
from tests.clients.judging import ADAPTIVE, ANTHROPIC_TOOL, KEY, OPENAI_TOOL
from tests.clients.test_pydantic_ai import agent, run

BOTH = "get weather and get time in Paris"
TIME_SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}, "exact": {"type": "boolean"}}}
OPENAI_TOOLS: list[Any] = [
    OPENAI_TOOL,
    {"type": "function", "function": {"name": "get_time", "parameters": TIME_SCHEMA}},
]
ANTHROPIC_TOOLS: list[Any] = [ANTHROPIC_TOOL, {"name": "get_time", "input_schema": TIME_SCHEMA}]
FACES = ["openai", "anthropic"]


def get_weather(city: str) -> str:
    """The weather in a city."""
    return f"21 degrees in {city}"


def get_time(city: str, exact: bool = False) -> str:
    """The time in a city."""
    return f"noon in {city}" + (", exactly" if exact else "")


TOOLS: dict[str, Callable[..., str]] = {"get_weather": get_weather, "get_time": get_time}

# -- the SDK of OpenAI -------------------------------------------------------------------------------------------------


@pytest.fixture
def chat(server: Server) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=server.openai_url, api_key=KEY, max_retries=0) as client:
        yield client


def completed(chat: openai.OpenAI, messages: list[Any], *, stream: bool) -> Any:
    """The choice of a completion, whole or folded by the SDK from its stream."""
    asked: Any = {
        "model": "MiniMax-M3",
        "messages": messages,
        "tools": OPENAI_TOOLS,
        "extra_body": {"reasoning_split": True},
    }
    if not stream:
        return chat.chat.completions.create(**asked).choices[0]
    with chat.chat.completions.stream(**asked) as events:
        for _ in events:
            pass
        return events.get_final_completion().choices[0]


def openai_loop(chat: openai.OpenAI, prompt: str, *, stream: bool) -> tuple[list[list[str]], str]:
    """The tools called round by round, and the answer; each call is run and answered as the SDK's users do."""
    messages: list[Any] = [{"role": "user", "content": prompt}]
    rounds: list[list[str]] = []
    for _ in range(10):
        choice = completed(chat, messages, stream=stream)
        calls = choice.message.tool_calls or []
        if not calls:
            assert choice.finish_reason == "stop"
            return rounds, choice.message.content
        assert choice.finish_reason == "tool_calls"
        rounds.append([call.function.name for call in calls])
        # The service says the role with every piece, and the SDK joins what it takes for pieces of it.
        turn = {"role": "assistant", "content": choice.message.content or None}
        messages.append({**turn, "tool_calls": [call.to_dict() for call in calls]})
        for call in calls:
            result = TOOLS[call.function.name](**json.loads(call.function.arguments))
            messages.append({"role": "tool", "tool_call_id": call.id, "content": result})
    raise AssertionError("it never ended")


@pytest.mark.parametrize("stream", [False, True])
def test_openai_runs_calls_side_by_side(chat: openai.OpenAI, heard: Heard, stream: bool) -> None:
    rounds, answer = openai_loop(chat, f"{BOTH}\n/emulate chunk-chars=5", stream=stream)
    assert rounds == [["get_weather", "get_time"]]
    assert "21 degrees in Paris" in answer
    assert "noon in Paris, exactly" in answer
    assert len(heard) == 2


@pytest.mark.parametrize("stream", [False, True])
def test_openai_runs_round_after_round(chat: openai.OpenAI, stream: bool) -> None:
    rounds, answer = openai_loop(chat, f"{BOTH}\n/emulate rounds=3", stream=stream)
    assert rounds == [["get_weather", "get_time"]] * 3
    assert "21 degrees in Paris" in answer


@pytest.mark.parametrize("stream", [False, True])
def test_openai_runs_one_tool_twice_at_once(chat: openai.OpenAI, stream: bool) -> None:
    prompt = "in Paris and in Rome\n/emulate tool=get_weather,tool=get_weather"
    rounds, answer = openai_loop(chat, prompt, stream=stream)
    assert rounds == [["get_weather", "get_weather"]]
    assert "21 degrees in Paris" in answer
    assert "21 degrees in Rome" in answer


def test_openai_takes_arguments_that_are_no_json_for_text(chat: openai.OpenAI) -> None:
    choice = completed(chat, [{"role": "user", "content": f"{BOTH}\n/emulate fault=bad-arguments"}], stream=False)
    for call in choice.message.tool_calls:
        with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
            json.loads(call.function.arguments)


def test_openai_takes_leaked_markup_for_text(chat: openai.OpenAI) -> None:
    choice = completed(chat, [{"role": "user", "content": f"{BOTH}\n/emulate fault=raw-call"}], stream=True)
    assert choice.message.tool_calls is None
    assert '<invoke name="get_weather">' in choice.message.content


# -- the SDK of Anthropic ----------------------------------------------------------------------------------------------


@pytest.fixture
def messages(server: Server) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=server.anthropic_url, api_key=KEY, max_retries=0) as client:
        yield client


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(("wish", "rounds"), [("chunk-chars=5", 1), ("rounds=3", 3)])
def test_anthropic_runs_calls_side_by_side(
    messages: anthropic.Anthropic, heard: Heard, wish: str, rounds: int, stream: bool
) -> None:
    asked: list[Any] = [{"role": "user", "content": f"{BOTH}\n/emulate {wish}"}]
    call: Any = {"model": "MiniMax-M3", "max_tokens": 2000, "tools": ANTHROPIC_TOOLS, "thinking": ADAPTIVE}
    for _ in range(rounds):
        if stream:
            with messages.messages.stream(messages=asked, **call) as events:
                reply = events.get_final_message()
        else:
            reply = messages.messages.create(messages=asked, **call)
        uses: list[Any] = [block for block in reply.content if block.type == "tool_use"]
        assert reply.stop_reason == "tool_use"
        assert [use.name for use in uses] == ["get_weather", "get_time"]
        results = [
            {"type": "tool_result", "tool_use_id": use.id, "content": TOOLS[use.name](**use.input)} for use in uses
        ]
        asked += [{"role": "assistant", "content": reply.content}, {"role": "user", "content": results}]
    answer: Any = messages.messages.create(messages=asked, **call)
    assert answer.stop_reason == "end_turn"
    assert "21 degrees in Paris" in answer.content[-1].text
    assert "noon in Paris, exactly" in answer.content[-1].text
    assert len(heard) == rounds + 1


def test_the_runner_of_the_anthropic_sdk_wants_a_conversation_that_the_service_keeps(
    messages: anthropic.Anthropic, heard: Heard
) -> None:
    runner = messages.beta.messages.tool_runner(
        model="MiniMax-M3",
        max_tokens=2000,
        tools=[anthropic.beta_tool(get_weather)],
        messages=[{"role": "user", "content": "get weather for Paris"}],
    )
    with pytest.raises(anthropic.BadRequestError, match="not found"):
        runner.until_done()
    assert [len(body["messages"]) for body in heard.bodies] == [1, 1], "it sends the results alone"


# -- pydantic-ai -------------------------------------------------------------------------------------------------------


def with_time(made: Agent[None, str]) -> Agent[None, str]:
    """The agent, with a second tool."""
    made.tool_plain(get_time)
    return made


def called(result: Any) -> list[list[str]]:
    """The tools called, reply by reply."""
    replies = [message for message in result.all_messages() if isinstance(message, ModelResponse)]
    return [[part.tool_name for part in reply.parts if isinstance(part, ToolCallPart)] for reply in replies]


def returned(result: Any, outcome: str = "success") -> list[str]:
    """What the calls that ended so gave back, in order."""
    return [
        str(part.content)
        for message in result.all_messages()
        for part in message.parts
        if isinstance(part, ToolReturnPart) and part.outcome == outcome
    ]


@pytest.mark.parametrize("face", FACES)
def test_pydantic_ai_runs_its_own_loop_to_the_end(server: Server, heard: Heard, face: str) -> None:
    async def work() -> None:
        async with agent(server, face) as made:
            result = await with_time(made).run(f"{BOTH}\n/emulate rounds=3")
            assert called(result) == [["get_weather", "get_time"]] * 3 + [[]]
            assert len(returned(result)) == 6
            assert set(returned(result)) == {"21 degrees in Paris", "noon in Paris"}
            assert "21 degrees in Paris" in result.output
            assert "noon in Paris" in result.output
            assert len(heard) == 4

    run(work)


@pytest.mark.filterwarnings("ignore:Failed to extract usage")  # later pieces of a call count totals alone (recorded)
@pytest.mark.parametrize("face", FACES)
def test_pydantic_ai_streams_a_tool_turn(server: Server, face: str) -> None:
    async def work() -> None:
        async with (
            agent(server, face) as made,
            with_time(made).run_stream(f"{BOTH}\n/emulate chunk-chars=5, text=") as answer,
        ):
            said = "".join([piece async for piece in answer.stream_text(delta=True, debounce_by=None)])
            assert called(answer) == [["get_weather", "get_time"], []]
            assert "21 degrees in Paris" in said

    run(work)


@pytest.mark.parametrize("face", FACES)
def test_pydantic_ai_sends_a_tools_failure_back(server: Server, face: str) -> None:
    async def work() -> None:
        async with agent(server, face) as made:

            @made.tool_plain
            def fail(city: str) -> str:
                """Fail."""
                raise ModelRetry(f"there is no {city}")

            result = await made.run("call fail for Paris")
            assert returned(result, "retried") == ["there is no Paris"]
            assert "there is no Paris" in result.output

    run(work)


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("fault", ["bad-arguments", "wrong-arguments"])
def test_pydantic_ai_refuses_arguments_that_do_not_fit_and_goes_on(server: Server, face: str, fault: str) -> None:
    async def work() -> None:
        async with agent(server, face) as made:
            result = await made.run(f"get weather for Paris\n/emulate fault={fault}")
            assert called(result) == [["get_weather"], []]
            assert returned(result) == []
            assert len(returned(result, "retried")) == 1

    run(work)


@pytest.mark.parametrize("face", FACES)
def test_pydantic_ai_gives_up_on_a_tool_nobody_offers(server: Server, heard: Heard, face: str) -> None:
    async def work() -> None:
        async with agent(server, face, extra_headers={"x-emulator": "fault=unknown-tool"}) as made:
            with pytest.raises(UnexpectedModelBehavior, match="no_such_tool"):
                await made.run("get weather for Paris")
        assert 1 < len(heard) < 5

    run(work)


@pytest.mark.parametrize("face", FACES)
def test_pydantic_ai_keeps_its_limit_of_rounds(server: Server, heard: Heard, face: str) -> None:
    async def work() -> None:
        async with agent(server, face) as made:
            with pytest.raises(UsageLimitExceeded):
                await made.run(f"{BOTH}\n/emulate rounds=1000", usage_limits=UsageLimits(request_limit=4))
        assert len(heard) == 4

    run(work)
