"""The resellers' own paths, names and errors, as far as their documentation prints them."""

from __future__ import annotations

import json
import re

import pytest

from tests.emulator.asking import (
    ANTHROPIC,
    LOCAL,
    LOCAL_MESSAGES,
    MODELS,
    MODELSLAB,
    MODELSLAB_MESSAGES,
    OPENAI,
    OPENROUTER,
    OPENROUTER_MESSAGES,
    RUNAPI,
    RUNAPI_MESSAGES,
    bytes_of,
    call,
    events_of,
    get,
    send,
    value_of,
)

CHATS = (MODELSLAB, RUNAPI, OPENROUTER)
MESSAGES = (MODELSLAB_MESSAGES, RUNAPI_MESSAGES, OPENROUTER_MESSAGES)
RESELLERS = (*CHATS, *MESSAGES)


@pytest.mark.parametrize(
    ("path", "identity"),
    [
        (MODELSLAB, r"chat-\w+"),
        (RUNAPI, r"chatcmpl-\w+"),
        (OPENROUTER, r"gen-\w+"),
        (MODELSLAB_MESSAGES, r"msg_\w+"),
        (RUNAPI_MESSAGES, r"msg_\w+"),
        (OPENROUTER_MESSAGES, r"msg_\w+"),
        (LOCAL, r"chatcmpl-\w+"),
        (LOCAL_MESSAGES, r"msg_\w+"),
    ],
)
def test_replies_have_the_resellers_own_ids(path: str, identity: str) -> None:
    value = value_of(call(path))
    assert re.fullmatch(identity, value["id"])
    assert value["model"] == MODELS[path]


@pytest.mark.parametrize("path", CHATS)
def test_a_chat_reply_is_plain(path: str) -> None:
    value = value_of(call(path))
    (choice,) = value["choices"]
    assert choice["finish_reason"] == "stop"
    assert choice["message"]["content"].startswith("Hello")
    usage = value["usage"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert b"input_sensitive" not in bytes_of(call(path))
    assert b"base_resp" not in bytes_of(call(path))


def test_openrouter_tells_who_served_it_and_the_thinking_under_its_two_names() -> None:
    value = value_of(call(OPENROUTER))
    message = value["choices"][0]["message"]
    assert value["provider"] == "Minimax"
    assert value["choices"][0]["native_finish_reason"] == "stop"
    assert message["reasoning"] == message["reasoning_details"][0]["text"]
    assert bytes_of(call(OPENROUTER, stream=True)).startswith(b": OPENROUTER PROCESSING\n\n")


@pytest.mark.parametrize("path", CHATS)
def test_a_streamed_chat_ends_with_a_chunk_of_its_own(path: str) -> None:
    events = [value for _, value in events_of(call(path, stream=True, stream_options={"include_usage": True}))]
    assert events[-1] == "[DONE]"
    assert events[-2]["choices"] == []
    assert events[-2]["usage"] == value_of(call(path))["usage"]
    assert events[-3]["choices"][0]["finish_reason"] == "stop"
    assert events[-3]["choices"][0]["delta"] == {}
    texts = [chunk["choices"][0]["delta"].get("content", "") for chunk in events[:-2]]
    assert "".join(texts) == value_of(call(path))["choices"][0]["message"]["content"]
    assert {chunk["choices"][0]["finish_reason"] for chunk in events[:-3]} == {None}


def test_modelslab_prints_its_chunks_without_name_or_time() -> None:
    _, first = events_of(call(MODELSLAB, stream=True))[0]
    assert list(first) == ["id", "object", "choices"]


def test_modelslab_takes_the_models_name_under_two_names_and_the_key_in_four_places() -> None:
    assert call(MODELSLAB, model=None, model_id="minimax-minimax-m1").status == 200
    assert call(MODELSLAB, key="test-key-for-nobody").status == 200
    for headers, fields in (
        ({"authorization": "Bearer bad-key"}, {}),
        ({"x-api-key": "bad-key"}, {}),
        ({"key": "bad-key"}, {}),
        ({}, {"key": "bad-key"}),
    ):
        for path in (MODELSLAB, MODELSLAB_MESSAGES):
            assert call(path, headers=headers, **fields).status == 401


@pytest.mark.parametrize("path", MESSAGES)
def test_messages_are_plain(path: str) -> None:
    value = value_of(call(path))
    assert [block["type"] for block in value["content"]] == ["text"]
    assert set(value["usage"]) == {"input_tokens", "output_tokens"}
    assert value["stop_sequence"] is None
    names = [name for name, _ in events_of(call(path, stream=True))]
    assert (names[0], names[-2], names[-1]) == ("message_start", "message_delta", "message_stop")


@pytest.mark.parametrize("path", RESELLERS)
def test_tools_are_called_with_the_resellers_ids(path: str) -> None:
    schema = {"type": "object", "properties": {"city": {"type": "string"}}}
    if path in CHATS:
        tools = [{"type": "function", "function": {"name": "get_weather", "parameters": schema}}]
    else:
        tools = [{"name": "get_weather", "input_schema": schema}]
    value = value_of(call(path, "get weather for Rome", tools=tools))
    if path in CHATS:
        (tool_call,) = value["choices"][0]["message"]["tool_calls"]
        assert (tool_call["id"][:5], json.loads(tool_call["function"]["arguments"])) == ("call_", {"city": "Rome"})
        pieces = [
            chunk["choices"][0]["delta"].get("tool_calls")
            for _, chunk in events_of(call(path, "get weather for Rome", tools=tools, stream=True))[:-1]
        ]
        joined = "".join(piece[0]["function"]["arguments"] for piece in pieces if piece)
        assert json.loads(joined) == {"city": "Rome"}
    else:
        assert (value["content"][-1]["id"][:6], value["content"][-1]["input"]) == ("toolu_", {"city": "Rome"})


# -- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (
            MODELSLAB,
            {"error": {"message": "Invalid API key", "type": "authentication_error", "code": "invalid_api_key"}},
        ),
        (RUNAPI, {"error": {"message": "Invalid API key", "type": "authentication_error", "code": "invalid_api_key"}}),
        (RUNAPI_MESSAGES, {"type": "error", "error": {"type": "authentication_error", "message": "Invalid API key"}}),
        (OPENROUTER, {"error": {"code": 401, "message": "Invalid API key"}}),
    ],
)
def test_a_refused_key(path: str, expected: object) -> None:
    answer = call(path, headers={"authorization": "Bearer bad-key"})
    assert (answer.status, value_of(answer)) == (401, expected)


@pytest.mark.parametrize(
    ("path", "status", "expected"),
    [
        (MODELSLAB, 404, {"status": "error", "message": "Model not found: nobody"}),
        (
            RUNAPI,
            404,
            {"error": {"message": "Model not found: nobody", "type": "not_found_error", "code": "not_found"}},
        ),
        (
            RUNAPI_MESSAGES,
            404,
            {"type": "error", "error": {"type": "not_found_error", "message": "Model not found: nobody"}},
        ),
        (OPENROUTER, 400, {"error": {"code": 400, "message": "nobody is not a valid model ID"}}),
    ],
)
def test_an_unknown_model(path: str, status: int, expected: object) -> None:
    answer = call(path, model="nobody")
    assert (answer.status, value_of(answer)) == (status, expected)


@pytest.mark.parametrize("path", RESELLERS)
def test_a_bad_request(path: str) -> None:
    answer = call(path, messages=None)
    assert answer.status == 400
    assert "messages" in json.dumps(value_of(answer)["error"])


def test_too_many_calls() -> None:
    flat = call(MODELSLAB, headers={"x-emulator": "fault=1002"})
    assert (flat.status, value_of(flat)["status"], value_of(flat)["retry_after"]) == (429, "error", 1)
    answer = call(RUNAPI, headers={"x-emulator": "fault=1002"})
    assert dict(answer.headers)["Retry-After"] == "1"
    assert value_of(answer)["error"]["code"] == "rate_limited"


# -- names of calls, lists, counts -------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [RUNAPI, RUNAPI_MESSAGES])
def test_runapi_names_its_calls(path: str) -> None:
    headers = dict(call(path, headers={"x-client-request-id": "mine-1"}).headers)
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", headers["X-RunAPI-Task-Id"])
    assert headers["X-Request-Id"]
    assert headers["X-Client-Request-Id"] == "mine-1"
    refused = dict(call(path, model="nobody").headers)
    assert "X-RunAPI-Task-Id" not in refused
    assert refused["X-Request-Id"]
    assert "X-Client-Request-Id" not in dict(call(path, headers={"x-client-request-id": "a\r\nb: c"}).headers)


def test_lists_of_models() -> None:
    for path in ("/modelslab/api/v7/llm/v1/models", "/modelslab/api/v7/llm/models"):
        assert [entry["id"] for entry in value_of(get(path))["data"]] == ["minimax-minimax-m2", "minimax-minimax-m1"]
    assert "MiniMax-M3" in [entry["id"] for entry in value_of(get("/runapi/v1/models"))["data"]]
    assert value_of(get("/runapi/v1/models", x_api_key="any"))["data"][0]["type"] == "model"
    assert "minimax/minimax-m2" in [entry["id"] for entry in value_of(get("/openrouter/api/v1/models"))["data"]]


@pytest.mark.parametrize("path", [OPENROUTER, OPENROUTER_MESSAGES, OPENAI, ANTHROPIC])
def test_an_id_may_have_a_suffix_where_openrouters_ids_are_known(path: str) -> None:
    answer = send(path, {"model": "minimax/minimax-m2:free", "messages": [{"role": "user", "content": "hello"}]})
    assert (answer.status, value_of(answer)["model"]) == (200, "minimax/minimax-m2:free")
    unknown = send(path, {"model": "nobody:free", "messages": [{"role": "user", "content": "hello"}]})
    assert unknown.status == 400


@pytest.mark.parametrize("path", [MODELSLAB_MESSAGES, RUNAPI_MESSAGES, LOCAL_MESSAGES])
def test_counts(path: str) -> None:
    body = {"model": MODELS[path], "messages": [{"role": "user", "content": "hello"}]}
    counted = value_of(send(f"{path}/count_tokens", body))
    assert list(counted) == ["input_tokens"]
    assert counted == {"input_tokens": value_of(call(path))["usage"]["input_tokens"]}
