"""Rules and ways of one service only: ModelsLab, RunAPI, OpenRouter, local servers, MiniMax's role-play model."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.emulator.asking import (
    ANTHROPIC,
    FACES,
    LOCAL,
    LOCAL_MESSAGES,
    MESSAGES,
    MODELSLAB,
    MODELSLAB_MESSAGES,
    OPENAI,
    OPENROUTER,
    RUNAPI,
    RUNAPI_MESSAGES,
    ask,
    call,
    error_of,
    get,
    send,
    tools_for,
    value_of,
)


def said(answer: Any) -> str:
    value = value_of(answer)
    error = value.get("error", value)
    return str(error["message"] if isinstance(error, dict) else error)


# -- ModelsLab ---------------------------------------------------------------------------------------------------------


def test_modelslab_requires_a_limit_on_messages_and_has_one_of_its_own_on_chat() -> None:
    refused = call(MODELSLAB_MESSAGES, max_tokens=None)
    assert (refused.status, said(refused)) == (400, "max_tokens is required")
    value = value_of(call(MODELSLAB, "/emulate text-chars=20000"))
    assert value["choices"][0]["finish_reason"] == "length"
    assert value["usage"]["completion_tokens"] == 1000
    longer = value_of(call(MODELSLAB, "/emulate text-chars=20000", max_tokens=8192))
    assert longer["choices"][0]["finish_reason"] == "stop"


@pytest.mark.parametrize(
    ("path", "fields", "refused"),
    [
        (MODELSLAB, {"temperature": 1.5}, False),
        (MODELSLAB_MESSAGES, {"temperature": 1.5}, True),
        (MODELSLAB_MESSAGES, {"temperature": 1.0}, False),
        (MODELSLAB, {"frequency_penalty": -2}, False),
        (MODELSLAB, {"frequency_penalty": -2.1}, True),
        (MODELSLAB, {"presence_penalty": 2.5}, True),
        (MODELSLAB, {"presence_penalty": "high"}, True),
        (MODELSLAB, {"repetition_penalty": 0.05}, True),
        (MODELSLAB, {"repetition_penalty": 2}, False),
        (MODELSLAB, {"top_k": 0}, True),
        (MODELSLAB, {"n": 10}, False),
        (MODELSLAB, {"n": 11}, True),
        (MODELSLAB, {"stop": ["a", "b", "c", "d"]}, False),
        (MODELSLAB, {"stop": ["a", "b", "c", "d", "e"]}, True),
    ],
)
def test_modelslabs_ranges(path: str, fields: dict[str, Any], refused: bool) -> None:
    answer = call(path, **fields)
    assert answer.status == (400 if refused else 200)
    if refused:
        assert next(iter(fields)) in said(answer)


def test_modelslab_says_in_its_own_words_what_is_missing() -> None:
    assert said(call(MODELSLAB, messages=None)) == "messages is required"
    assert said(call(MODELSLAB, model=None)) == "model is required"


def test_modelslab_has_a_second_name_for_streams() -> None:
    assert call(MODELSLAB, streaming=True).content_type.startswith("text/event-stream")
    assert call(RUNAPI, streaming=True).content_type.startswith("application/json")


# -- RunAPI ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [
        {"response_format": {"type": "json_object"}},
        {"thinking": {"type": "adaptive"}},
        {"reasoning_effort": "low"},
        {"reasoning_split": True},
        {"max_tokens": 5, "max_completion_tokens": 5},
    ],
)
def test_runapi_may_refuse_fields_before_anything_is_charged(fields: dict[str, Any]) -> None:
    assert call(RUNAPI, **fields).status == 200
    refused = call(RUNAPI, faults=["strict-fields"], **fields)
    assert refused.status == 409
    assert value_of(refused)["error"]["code"] == "request_conflict"
    assert "X-RunAPI-Task-Id" not in dict(refused.headers)


def test_runapi_may_refuse_tools_on_messages() -> None:
    tools = tools_for(RUNAPI_MESSAGES, "f")
    assert call(RUNAPI_MESSAGES, tools=tools).status == 200
    assert value_of(call(RUNAPI_MESSAGES, tools=tools, faults=["strict-fields"]))["error"]["type"] == "conflict_error"


def test_runapis_balance() -> None:
    body = value_of(get("/runapi/api/v1/me/balance", authorization="Bearer any"))
    assert set(body) == {
        *("balance_cents", "paid_balance_cents", "bonus_balance_cents"),
        *("spent_cents_today", "spent_cents_total"),
    }
    assert get("/runapi/api/v1/me/balance", authorization="Bearer bad-key").status == 401


def test_runapi_echoes_only_a_fit_id() -> None:
    for asked, echoed in (("mine", True), ("x" * 512, True), ("x" * 513, False), ("é", False)):
        headers = dict(call(RUNAPI, headers={"x-client-request-id": asked}).headers)
        assert ("X-Client-Request-Id" in headers) is echoed
        assert headers["X-Request-Id"] != headers["X-RunAPI-Task-Id"]


# -- OpenRouter --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reasoning", [{"enabled": False}, {"effort": "none"}])
def test_openrouter_does_not_let_m2_stop_thinking(reasoning: dict[str, Any]) -> None:
    refused = call(OPENROUTER, reasoning=reasoning)
    assert refused.status == 400
    assert said(refused).startswith("Reasoning is mandatory")
    assert call(OPENROUTER, reasoning=reasoning, model="minimax/minimax-m3").status == 200
    assert call(OPENROUTER, reasoning={"effort": "low"}).status == 200


# -- a local server ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [LOCAL, LOCAL_MESSAGES])
@pytest.mark.parametrize("name", ["reasoning_split", "service_tier", "mask_sensitive_info"])
def test_a_local_server_refuses_fields_it_does_not_know(path: str, name: str) -> None:
    refused = call(path, **{name: "standard" if name == "service_tier" else True})
    assert refused.status == 422
    assert name in said(refused)
    assert call(path, faults=["lenient-fields"], **{name: "standard" if name == "service_tier" else True}).status == 200


def test_a_local_server_takes_what_its_protocols_have() -> None:
    assert (
        call(LOCAL, top_k=5, seed=1, stop=["x"], response_format={"type": "json_object"}, max_tokens=50).status == 200
    )
    assert call(LOCAL_MESSAGES, top_k=5, stop_sequences=["x"], system="Be brief.").status == 200


def test_a_local_server_answers_to_any_name() -> None:
    for model in ("local", "MiniMaxAI/MiniMax-M2", "/models/minimax.gguf"):
        assert value_of(call(LOCAL, model=model))["model"] == model
    listed = value_of(get("/local/v1/models"))["data"]
    assert {"id", "object", "max_model_len"} < set(listed[0])
    assert value_of(get("/local/v1/models/MiniMaxAI/MiniMax-M2"))["id"] == "MiniMaxAI/MiniMax-M2"
    assert get("/local/v1/models/nobody").status == 404


def test_a_local_server_shows_its_thinking_on_messages() -> None:
    blocks = value_of(call(LOCAL_MESSAGES))["content"]
    assert [block["type"] for block in blocks] == ["thinking", "text"]
    counted = send("/local/v1/messages/count_tokens", {"model": "x", "messages": [{"role": "user", "content": "hi"}]})
    assert value_of(counted)["input_tokens"] > 0


# -- MiniMax -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FACES)
def test_the_model_of_role_play_has_rules_of_its_own(path: str) -> None:
    user = {"role": "user", "content": "hi"}
    for role in ("user_system", "group", "sample_message_user", "sample_message_ai"):
        named = {"role": role, "content": "a sailor", "name": "Ada"}
        assert ask(path, [named, user], model="M2-her").status == 200
        refused = error_of(ask(path, [{**named, "name": ""}, user], model="M2-her"))
        assert (refused[0], "needs a name (2013)" in refused[2]) == (400, True)
    for temperature, status in ((0, 400), (0.1, 200), (1, 200), (1.1, 400)):
        assert ask(path, model="M2-her", temperature=temperature).status == status
    assert ask(path, temperature=0).status == 200


@pytest.mark.parametrize("path", FACES)
def test_a_service_tier_is_one_of_two(path: str) -> None:
    assert ask(path, service_tier="priority").status == 200
    assert "unknown service_tier 'fast'" in error_of(ask(path, service_tier="fast"))[2]


@pytest.mark.parametrize("path", FACES)
def test_a_text_of_characters_nobody_sees_is_refused(path: str) -> None:
    assert error_of(ask(path, "hello\u200b\u200b" * 20))[2] == "invisible character ratio limit (1042)"
    assert ask(path, "hello, this is a long enough text\u200b" * 20).status == 200
    assert ask(path, "a family: \U0001f468\u200d\U0001f469\u200d\U0001f467 " * 5).status == 200


@pytest.mark.parametrize("path", FACES)
def test_announced_retirements(path: str) -> None:
    for model in ("MiniMax-M2.7", "MiniMax-M2.5-highspeed"):
        assert ask(path, model=model).status == 200
        refused = error_of(ask(path, model=model, headers={"x-emulator": "fault=retired"}))
        assert refused[0] == 400
        assert f"unknown model '{model}' (2013)" in refused[2]
    assert ask(path, headers={"x-emulator": "fault=retired"}).status == 200


@pytest.mark.parametrize(
    "ignored",
    [
        {"top_k": 3},
        {"stop_sequences": ["Hello"]},
        {"mcp_servers": []},
        {"container": "x"},
        {"metadata": {"user_id": "somebody"}},
        {"context_management": {}},
    ],
)
def test_parameters_the_anthropic_protocol_passes_over(ignored: dict[str, Any]) -> None:
    value = value_of(ask(ANTHROPIC, **ignored))
    assert value["stop_reason"] == "end_turn"
    assert value["content"][0]["text"].startswith("Hello")


def test_minimax_names_its_calls_in_headers() -> None:
    for path in FACES:
        answer = ask(path)
        headers = dict(answer.headers)
        assert headers["Trace-Id"] == value_of(answer)["id"]
        assert {"Minimax-Request-Id", "X-Mm-Request-Id", "X-Session-Id", "alb_request_id"} < set(headers)
        assert not any(name.lower().startswith(("x-ratelimit", "retry-after")) for name in headers)
        refused = ask(path, model="nobody")
        assert dict(refused.headers)["Trace-Id"] == value_of(refused)["request_id"]


@pytest.mark.parametrize("path", MESSAGES)
def test_ids_of_messages(path: str) -> None:
    identity = value_of(call(path))["id"]
    assert re.fullmatch("[0-9a-f]{32}" if path == ANTHROPIC else "msg_[0-9a-f]{32}", identity)


def test_china_speaks_as_the_world_does() -> None:
    for path in FACES:
        body = {"model": "MiniMax-M3", "messages": [{"role": "user", "content": "hi"}]}
        assert set(value_of(send(f"/cn{path}", body))) == set(value_of(send(path, body)))
    assert value_of(get("/cn/v1/models")) == value_of(get("/v1/models"))


def test_the_openai_protocol_counts_a_thousand_choices_as_one() -> None:
    assert len(value_of(ask(OPENAI, n=1000))["choices"]) == 1


def test_modelslab_may_write_its_ids_with_a_slash() -> None:
    assert call(MODELSLAB, model="minimax/minimax-m2").status == 404
    assert (
        value_of(call(MODELSLAB, model="minimax/minimax-m2", faults=["slashed-ids"]))["model"] == "minimax/minimax-m2"
    )
    listed = value_of(get("/modelslab/api/v7/llm/v1/models", x_emulator="fault=slashed-ids"))
    assert [entry["id"] for entry in listed["data"]] == ["minimax/minimax-m2", "minimax/minimax-m1"]
