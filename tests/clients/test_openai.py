"""The official ``openai`` SDK as a client, its own types judging each chunk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletion

from minimax_nb.emulator import Server
from tests.clients.conftest import Heard
from tests.clients.judging import HELLO, KEY, OPENAI_TOOL, fits, misfits, needed

SPLIT: Any = {"reasoning_split": True}


@pytest.fixture
def chat(server: Server) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=server.openai_url, api_key=KEY, max_retries=0) as client:
        yield client


@pytest.mark.parametrize("split", [False, True])
@pytest.mark.parametrize("model", ["MiniMax-M3", "MiniMax-M2.7"])
def test_a_stream_is_the_whole_reply(chat: openai.OpenAI, model: str, split: bool) -> None:
    text, reasoning, finish, usage = "", "", [], None
    for chunk in chat.chat.completions.create(
        model=model,
        messages=HELLO,
        stream=True,
        stream_options={"include_usage": True},
        extra_body={"reasoning_split": split},
    ):
        assert fits("chat.completion.chunk", chunk)
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


@pytest.mark.parametrize(("model", "fitting"), [("MiniMax-M2.7", True), ("MiniMax-M2", True), ("MiniMax-M3", False)])
def test_a_whole_reply(chat: openai.OpenAI, model: str, fitting: bool) -> None:
    reply = chat.chat.completions.create(model=model, messages=HELLO)
    assert fits("chat.completion", reply) is fitting
    assert misfits(CompletionUsage, reply.to_dict()["usage"]) == set()
    assert "Hello" in (reply.choices[0].message.content or "")


def test_a_tool_turn_with_its_thinking_sent_back(chat: openai.OpenAI, heard: Heard) -> None:
    asked: list[Any] = [{"role": "user", "content": "get weather for Paris"}]
    reply = chat.chat.completions.create(model="MiniMax-M2.7", messages=asked, tools=[OPENAI_TOOL], extra_body=SPLIT)
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
    assert heard.last["messages"][1]["reasoning_details"] == turn["reasoning_details"]
    assert turn["reasoning_details"][0]["text"] == turn["reasoning_content"]


def test_a_tool_call_streams_in_pieces(chat: openai.OpenAI) -> None:
    arguments, found = "", set()
    for chunk in chat.chat.completions.create(
        model="MiniMax-M2.7",
        messages=[{"role": "user", "content": "get weather for Paris\n/emulate chunk-chars=6"}],
        tools=[OPENAI_TOOL],
        stream=True,
    ):
        found |= needed("chat.completion.chunk", chunk)
        for call in chunk.choices[0].delta.tool_calls or []:
            arguments += call.function.arguments or "" if call.function else ""
    assert json.loads(arguments) == {"city": "Paris"}
    assert {one.place for one in found} == {("usage", "completion_tokens"), ("usage", "prompt_tokens")}


def test_the_list_of_models(chat: openai.OpenAI) -> None:
    assert "MiniMax-M3" in [model.id for model in chat.models.list()]
    assert chat.models.retrieve("MiniMax-M2.7").owned_by == "minimax"


def test_a_responses_input_counts_as_the_same_words_do_in_a_chat(chat: openai.OpenAI) -> None:
    counted = chat.responses.input_tokens.count(model="MiniMax-M3", input="hello")
    reply = chat.chat.completions.create(model="MiniMax-M3", messages=HELLO)
    assert reply.usage is not None
    assert counted.input_tokens == reply.usage.prompt_tokens


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize(
    ("fault", "kind", "tries"),
    [
        ("1004", openai.AuthenticationError, 1),
        ("2049", openai.AuthenticationError, 1),
        ("2013", openai.BadRequestError, 1),
        ("1008", openai.APIStatusError, 1),
        ("404", openai.NotFoundError, 1),
        ("1026", openai.UnprocessableEntityError, 1),
        ("1002", openai.RateLimitError, 3),
        ("2056", openai.RateLimitError, 3),  # in vain: the plan's window stays used up for hours
        ("1000", openai.InternalServerError, 3),
        ("529", openai.InternalServerError, 3),
        ("2064", openai.InternalServerError, 3),
        ("html-502", openai.InternalServerError, 3),
        ("plain-503", openai.InternalServerError, 3),
    ],
)
def test_an_error_status_and_how_often_the_sdk_tries(
    server: Server,
    heard: Heard,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    kind: type[openai.APIStatusError],
    tries: int,
    stream: bool,
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    with openai.OpenAI(base_url=server.openai_url, api_key=KEY) as client, pytest.raises(kind) as caught:
        client.chat.completions.create(
            model="MiniMax-M3", messages=HELLO, stream=stream, extra_headers={"x-emulator": f"fault={fault}"}
        )
    assert caught.value.status_code >= 400
    assert KEY not in str(caught.value)
    assert (len(heard), len(waits)) == (tries, tries - 1)
    if fault in ("1004", "2013", "1002"):
        assert f"({fault})" in str(caught.value)


@pytest.mark.parametrize(("said", "waited"), [("3", [3.0, 3.0]), ("7200", [])])
def test_a_wait_that_is_asked_for_is_kept_and_a_long_one_ends_it(
    server: Server, monkeypatch: pytest.MonkeyPatch, said: str, waited: list[float]
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("time.sleep", waits.append)
    with openai.OpenAI(base_url=server.openai_url, api_key=KEY) as client, pytest.raises(openai.RateLimitError):
        client.chat.completions.create(
            model="MiniMax-M3", messages=HELLO, extra_headers={"x-emulator": f"fault=1002, retry-after={said}"}
        )
    assert waits == waited


def test_a_refused_key(server: Server) -> None:
    client = openai.OpenAI(base_url=server.openai_url, api_key="bad-key", max_retries=0)
    with client, pytest.raises(openai.AuthenticationError):
        client.models.list()


def test_an_error_inside_a_stream_is_raised(chat: openai.OpenAI) -> None:
    with pytest.raises(openai.APIError, match="unknown error"):
        for _ in chat.chat.completions.create(
            model="MiniMax-M3", messages=HELLO, stream=True, extra_headers={"x-emulator": "fault=error-mid"}
        ):
            pass


def test_an_error_inside_http_200_is_no_error_to_the_sdk(chat: openai.OpenAI) -> None:
    reply = chat.chat.completions.create(
        model="MiniMax-M3", messages=HELLO, extra_headers={"x-emulator": "fault=2061-200"}
    )
    assert reply.choices is None
    assert reply.to_dict()["base_resp"]["status_code"] == 2061  # type: ignore[index]


def test_a_stream_that_ends_early_looks_whole_to_the_sdk(chat: openai.OpenAI) -> None:
    reasons = [
        choice.finish_reason
        for chunk in chat.chat.completions.create(
            model="MiniMax-M3", messages=HELLO, stream=True, extra_headers={"x-emulator": "fault=end-early"}
        )
        for choice in chunk.choices
    ]
    assert reasons
    assert set(reasons) == {None}, "no error is raised: the missing finish reason alone tells"


@pytest.mark.parametrize(
    ("base", "model", "listed"),
    [
        ("/cn/v1", "MiniMax-M2.7", {"MiniMax-M3", "MiniMax-M2.7"}),
        ("/modelslab/api/v7/llm", "minimax-minimax-m2", {"minimax-minimax-m2", "minimax-minimax-m1"}),
        ("/runapi/v1", "MiniMax-M2.7", {"MiniMax-M2.7", "MiniMax-M2"}),
        ("/openrouter/api/v1", "minimax/minimax-m2", {"minimax/minimax-m2"}),
    ],
)
def test_other_services_at_their_own_paths(server: Server, base: str, model: str, listed: set[str]) -> None:
    with openai.OpenAI(base_url=server.url + base, api_key=KEY, max_retries=0) as client:
        reply = client.chat.completions.create(model=model, messages=HELLO)
        assert fits("chat.completion", reply)
        streamed = list(client.chat.completions.create(model=model, messages=HELLO, stream=True))
        assert "".join(one.choices[0].delta.content or "" for one in streamed if one.choices).strip()
        assert listed <= {entry.id for entry in client.models.list()}
        with pytest.raises(openai.AuthenticationError):
            client.with_options(api_key="bad-key").chat.completions.create(model=model, messages=HELLO)


def test_a_member_that_only_minimax_has_is_refused_by_a_local_server(server: Server) -> None:
    with openai.OpenAI(base_url=f"{server.url}/local/v1", api_key=KEY, max_retries=0) as client:
        assert client.chat.completions.create(model="MiniMax-M2", messages=HELLO).choices
        with pytest.raises(openai.UnprocessableEntityError):
            client.chat.completions.create(model="MiniMax-M2", messages=HELLO, extra_body=SPLIT)
