"""Where each service looks for a key, and the keys that mean something."""

from __future__ import annotations

import json
from typing import Any

import pytest

from minimax_nb.emulator import Asked, handle
from tests.emulator.asking import (
    ANTHROPIC,
    LOCAL,
    LOCAL_MESSAGES,
    MESSAGES,
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
    get,
    send,
    value_of,
)

BEARER, LOWER, HEADER, GOOGLE, KEY, BODY = "bearer", "lower", "x-api-key", "x-goog-api-key", "key", "body"
PLACES = {
    OPENAI: {BEARER, LOWER},
    ANTHROPIC: {BEARER, LOWER, HEADER},
    MODELSLAB: {BEARER, LOWER, HEADER, KEY, BODY},
    MODELSLAB_MESSAGES: {BEARER, LOWER, HEADER, KEY, BODY},
    RUNAPI: {BEARER, LOWER, HEADER, GOOGLE},
    RUNAPI_MESSAGES: {BEARER, LOWER, HEADER, GOOGLE},
    OPENROUTER: {BEARER, LOWER},
    OPENROUTER_MESSAGES: {BEARER, LOWER},
}


def put(key: str, place: str) -> tuple[dict[str, str], dict[str, str]]:
    """Headers and members of the body that carry a key."""
    if place == BODY:
        return {}, {"key": key}
    if place in {BEARER, LOWER}:
        return {"authorization": f"{'Bearer' if place == BEARER else 'bearer'} {key}"}, {}
    return {place: key}, {}


def asked(path: str, key: str, place: str) -> int:
    headers, fields = put(key, place)
    needed = {"max_tokens": 900} if path in MESSAGES else {}
    body = {"model": MODELS[path], "messages": [{"role": "user", "content": "hi"}], **needed, **fields}
    return send(path, body, headers=headers, need_key=True).status


@pytest.mark.parametrize("path", PLACES)
@pytest.mark.parametrize("place", [BEARER, LOWER, HEADER, GOOGLE, KEY, BODY])
def test_a_key_counts_in_the_services_own_places(path: str, place: str) -> None:
    taken = place in PLACES[path]
    assert asked(path, "test-key-for-nobody", place) == (200 if taken else 401)
    assert asked(path, "bad-key", place) == 401


@pytest.mark.parametrize("path", [LOCAL, LOCAL_MESSAGES])
def test_a_local_server_needs_none(path: str) -> None:
    body = {"model": "x", "messages": [{"role": "user", "content": "hi"}]}
    assert send(path, body, need_key=True).status == 200
    assert asked(path, "bad-key", BEARER) == 401


@pytest.mark.parametrize("path", MODELS)
def test_the_bad_key_is_refused_everywhere(path: str) -> None:
    assert call(path, headers={"authorization": "Bearer bad-key"}).status == 401


@pytest.mark.parametrize("path", MODELS)
def test_a_key_is_in_no_answer(path: str) -> None:
    for key in ("bad-key", "poor-key", "sk-cp-nobody-1234"):
        answer = call(path, headers={"authorization": f"Bearer {key}"})
        assert key.encode() not in bytes_of(answer)
        assert key not in json.dumps(answer.headers)


@pytest.mark.parametrize("path", ["/v1/models", "/anthropic/v1/models", "/openrouter/api/v1/models"])
def test_lists_need_a_key(path: str) -> None:
    assert handle(Asked("GET", path), need_key=True).status == 401
    assert handle(Asked("GET", "/runapi/v1/models"), need_key=True).status == 200
    assert handle(Asked("GET", "/local/v1/models"), need_key=True).status == 200


def test_a_key_belongs_to_one_region() -> None:
    for path in (OPENAI, ANTHROPIC):
        for start, key, status in (
            ("", "cn-key", 401),
            ("", "global-key", 200),
            ("/cn", "cn-key", 200),
            ("/cn", "global-key", 401),
        ):
            body = {"model": "MiniMax-M3", "messages": [{"role": "user", "content": "hi"}]}
            answer = send(start + path, body, headers={"authorization": f"Bearer {key}"})
            assert answer.status == status
    assert get("/cn/v1/models", authorization="Bearer cn-key").status == 200
    assert get("/v1/models", authorization="Bearer cn-key").status == 401


@pytest.mark.parametrize("path", MODELS)
def test_a_key_without_credit(path: str) -> None:
    answer = call(path, headers={"authorization": "Bearer poor-key"})
    assert answer.status == 402
    if path == OPENAI:
        assert value_of(answer)["error"]["message"] == "insufficient balance (1008)"
    body = {"model": MODELS[path], "messages": [{"role": "user", "content": "hi"}]}
    if path == ANTHROPIC:
        assert send(f"{path}/count_tokens", body, headers={"authorization": "Bearer poor-key"}).status == 200


def test_a_plans_key_does_not_have_every_model() -> None:
    headers = {"authorization": "Bearer sk-cp-nobody"}
    refused = call(OPENAI, headers=headers, model="M2-her")
    assert (refused.status, value_of(refused)["choices"]) == (200, None)
    assert value_of(refused)["base_resp"]["status_code"] == 2061
    assert value_of(call(ANTHROPIC, headers=headers, model="M2-her"))["base_resp"]["status_code"] == 2061
    assert value_of(call(OPENAI, headers=headers))["choices"]


def test_a_runapi_key_may_have_one_model_only() -> None:
    headers: dict[str, Any] = {"authorization": "Bearer one-model-key"}
    assert [entry["id"] for entry in value_of(get("/runapi/v1/models", **headers))["data"]] == ["MiniMax-M2"]
    assert call(RUNAPI, headers=headers).status == 200
    refused = call(RUNAPI, headers=headers, model="MiniMax-M3")
    assert refused.status == 403
    assert "MiniMax-M3" in value_of(refused)["error"]["message"]
