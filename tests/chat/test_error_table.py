"""Every code on both protocols, wherever it comes: as an error status, in a body with HTTP 200, as a frame."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import pytest

from minimax_nb import (
    AuthError,
    BalanceError,
    Chat,
    ContentFilterError,
    ContextLengthError,
    InvalidRequestError,
    OverloadedError,
    PlanLimitError,
    RateLimitError,
    ServiceError,
    UnknownModelError,
)
from tests.transport.servers import Server, Wire, anthropic_frames, serving

FACES = ("anthropic", "openai")
PLACES = ("status", "body", "first", "middle")
ID = "trace-17"
OPENAI_TEXT = (
    b'data: {"id":"trace-17","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n'
)

# MiniMax's code: HTTP status on the OpenAI and on the Anthropic protocol, type there, class, worth a retry, billed
CODES: dict[int, tuple[int, int, str, type[ServiceError], bool, bool | None]] = {
    1000: (500, 500, "api_error", ServiceError, True, None),
    1001: (504, 504, "timeout_error", ServiceError, True, None),
    1002: (429, 429, "rate_limit_error", RateLimitError, True, False),
    1004: (401, 401, "authentication_error", AuthError, False, False),
    1008: (402, 402, "insufficient_balance_error", BalanceError, False, False),
    1013: (500, 500, "api_error", ServiceError, True, None),
    1024: (500, 500, "api_error", ServiceError, True, None),
    1026: (422, 500, "api_error", ContentFilterError, False, None),
    1027: (422, 500, "api_error", ContentFilterError, False, None),
    1028: (429, 429, "rate_limit_error", PlanLimitError, False, False),
    1030: (429, 429, "rate_limit_error", PlanLimitError, False, False),
    1033: (500, 500, "api_error", ServiceError, True, None),
    1039: (429, 429, "rate_limit_error", RateLimitError, True, False),  # the request is small
    1041: (429, 429, "rate_limit_error", RateLimitError, True, False),
    1042: (400, 400, "invalid_request_error", InvalidRequestError, False, False),
    1043: (400, 400, "invalid_request_error", InvalidRequestError, False, False),
    1044: (400, 400, "invalid_request_error", InvalidRequestError, False, False),
    2013: (400, 400, "invalid_request_error", InvalidRequestError, False, False),
    2037: (400, 400, "invalid_request_error", InvalidRequestError, False, False),
    2039: (400, 400, "invalid_request_error", InvalidRequestError, False, False),
    2042: (400, 400, "invalid_request_error", InvalidRequestError, False, False),
    2045: (429, 429, "rate_limit_error", RateLimitError, True, False),
    2048: (400, 400, "invalid_request_error", InvalidRequestError, False, False),
    2049: (401, 401, "authentication_error", AuthError, False, False),
    2056: (429, 429, "rate_limit_error", PlanLimitError, False, False),
    2061: (400, 400, "invalid_request_error", PlanLimitError, False, False),
    2062: (429, 429, "rate_limit_error", RateLimitError, True, False),
    2064: (529, 529, "overloaded_error", OverloadedError, True, None),
    20132: (400, 400, "invalid_request_error", InvalidRequestError, False, False),
}


def error_body(face: str, code: int, kind: str, http: int) -> dict[str, Any]:
    error: dict[str, Any] = {"type": kind, "message": f"some words ({code})"}
    if face == "openai":
        error["http_code"] = str(http)
    return {"type": "error", "error": error, "request_id": ID}


def soft_body(code: int) -> dict[str, Any]:
    resp = {"status_code": code, "status_msg": "some words"}
    return {"id": ID, "object": "chat.completion", "choices": None, "usage": {"total_tokens": 0}, "base_resp": resp}


def answer(face: str, place: str, code: int) -> tuple[str, str, list[bytes]]:
    """Status line, media type and pieces of an answer that carries this code in this place."""
    openai, anthropic, kind, *_ = CODES[code]
    http = openai if face == "openai" else anthropic
    told = json.dumps(error_body(face, code, kind, http)).encode()
    if place == "status":
        return f"{http} No", "application/json", [told]
    if place == "body":
        return "200 OK", "application/json", [json.dumps(soft_body(code)).encode()]
    if face == "openai":
        frame = b"data: " + json.dumps(soft_body(code)).encode() + b"\n\n"
        before = [OPENAI_TEXT]
    else:
        frame = b"event: error\ndata: " + told + b"\n\n"
        before = anthropic_frames("Hi", end=False)
    return "200 OK", "text/event-stream", [*(before if place == "middle" else []), frame]


@contextlib.contextmanager
def answering(status: str, kind: str, pieces: list[bytes], extra: str = "") -> Iterator[Server]:
    def script(wire: Wire) -> None:
        while wire.request():
            wire.head(status, kind, extra)
            for piece in pieces:
                wire.chunk(piece)
            wire.end()

    with serving(script) as server:
        yield server


def failure(server: Server, face: str, provider: str = "minimax", **more: Any) -> ServiceError:
    chat = Chat(
        provider=provider, face=face, base_url=server.url, api_key="test-key-for-nobody", retries=0, timeout=10, **more
    )
    with pytest.raises(ServiceError) as caught:
        chat.ask("hello")
    assert caught.value.reply.request_id == caught.value.request_id
    return caught.value


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("code", CODES)
def test_every_code_has_its_meaning_wherever_it_comes(code: int, face: str, place: str) -> None:
    openai, anthropic, _, kind, retryable, billed = CODES[code]
    with answering(*answer(face, place, code), extra=f"trace-id: {ID}\r\n") as server:
        error = failure(server, face)
    assert type(error) is kind
    assert error.kind == kind.kind
    assert error.code == str(code)
    assert error.status == ((openai if face == "openai" else anthropic) if place == "status" else None)
    assert error.retryable is retryable
    assert error.billed is (None if place == "middle" else billed)
    assert error.request_id == ID
    assert error.reply.text == ("Hi" if place == "middle" else "")
    message = str(error)
    assert "“some words”" in message
    assert f"code {code}" in message
    assert f"(request {ID})" in message
    assert not set("{}[]") & set(message), "no raw JSON"
    assert error.hint


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(("size", "retryable"), [(100, True), (200_000, False)])
def test_a_limit_of_tokens_is_worth_another_try_for_a_small_request_only(face: str, size: int, retryable: bool) -> None:
    for place in ("status", "body"):
        with answering(*answer(face, place, 1039)) as server:
            chat = Chat(provider="minimax", face=face, base_url=server.url, api_key="test-key-for-nobody", retries=0)
            with pytest.raises(RateLimitError) as caught:
                chat.ask("x" * size)
        assert caught.value.retryable is retryable


TEXTS = [
    ("unknown model 'm-9'", UnknownModelError, "Choose another model"),
    ("context window exceeds limit", ContextLengthError, "larger window"),
    ("model[MiniMax-M3] does not support max tokens > 524288", InvalidRequestError, "max_tokens"),
    ("invalid chat setting", InvalidRequestError, "--new"),
    ("chat content has invalid message role: system", InvalidRequestError, "--new"),
    ("chat content is empty", InvalidRequestError, "--new"),
    ("tool call result does not follow tool call", InvalidRequestError, "--new"),
    ("tool result's tool id(call_1) not found", InvalidRequestError, "--new"),
    ("invalid function arguments json string, tool_call_id: call_1", InvalidRequestError, "--new"),
    ("history message not support audio", InvalidRequestError, "--new"),
    ("invalid tool type: ", InvalidRequestError, "tool"),
    ("function name or parameters is empty", InvalidRequestError, "tool"),
    ("binding: expr_path=messages, cause=missing required parameter", InvalidRequestError, "--face"),
    ("Mismatch type ThinkingConfig with value bool", InvalidRequestError, "--face"),
    ("Syntax error at index 7", InvalidRequestError, "--face"),
    ("requires adaptive thinking for this model", InvalidRequestError, "--think adaptive"),
    ("something new", InvalidRequestError, "Change what the message names."),
]


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(("text", "kind", "advice"), TEXTS)
def test_the_many_meanings_of_2013_are_told_apart(text: str, kind: type[ServiceError], advice: str, face: str) -> None:
    body = error_body(face, 2013, CODES[2013][2], 400)
    body["error"]["message"] = f"invalid params, {text} (2013)"
    with answering("400 Bad Request", "application/json", [json.dumps(body).encode()]) as server:
        error = failure(server, face)
    assert type(error) is kind
    assert advice in error.hint
    assert (error.retryable, error.billed, error.code) == (False, False, "2013")


# -- resellers and local servers ---------------------------------------------------------------------------------------

QUEUED = {
    "status": "processing", "id": 4711, "eta": 20, "message": "Try again", "fetch_result": "https://x.example/fetch/4711"
}  # fmt: skip
RESELLERS: list[tuple[str, int, dict[str, str], Any, type[ServiceError], bool, bool | None, str]] = [
    # provider, status, headers, body, class, worth a retry, billed, words
    ("modelslab", 400, {}, {"status": "error", "message": "prompt is required"}, InvalidRequestError, False, False,
     "prompt is required"),
    ("modelslab", 400, {}, {"status": "error", "messege": "Model not found: m"}, UnknownModelError, False, False,
     "Model not found"),
    ("modelslab", 401, {}, {"error": {"message": "Invalid API key", "type": "x", "code": "y"}}, AuthError, False,
     False, "MODELSLAB_API_KEY"),
    ("modelslab", 402, {}, {"status": "error", "message": "No credits"}, BalanceError, False, False, "credit"),
    ("modelslab", 403, {}, {"status": "error", "message": "It requires a premium subscription"}, PlanLimitError, False,
     False, "plan"),
    ("modelslab", 404, {}, {"status": "error", "messege": "no route"}, InvalidRequestError, False, False, "base URL"),
    ("modelslab", 429, {}, {"status": "error", "message": "Maximum 5 queued requests allowed", "retry_after": 30},
     RateLimitError, True, False, "Try again in 30 s."),
    ("modelslab", 500, {}, {"status": "error", "message": "server"}, ServiceError, True, None, "failed"),
    ("modelslab", 503, {}, {"status": "error", "message": "down"}, OverloadedError, True, None, "too busy"),
    ("modelslab", 200, {}, {"status": "error", "messege": "Invalid API key"}, AuthError, False, False, "API key"),
    ("modelslab", 200, {}, QUEUED, ServiceError, False, None, "id 4711, ready in about 20 s"),
    ("runapi", 400, {}, {"error": {"code": "invalid_resource_id", "message": "no"}}, InvalidRequestError, False, False,
     "invalid_resource_id"),
    ("runapi", 401, {}, {"error": "Invalid key"}, AuthError, False, False, "RUNAPI_API_KEY"),
    ("runapi", 402, {}, {"error": "Insufficient credits"}, BalanceError, False, False, "Top up"),
    ("runapi", 404, {}, {"error": "nothing", "code": "not_found"}, InvalidRequestError, False, False, "base URL"),
    ("runapi", 408, {}, {"error": "late"}, ServiceError, True, False, "failed"),
    ("runapi", 409, {}, {"error": "no tools here", "code": "request_conflict"}, InvalidRequestError, False, False,
     "no tools here"),
    ("runapi", 410, {}, {"error": "gone", "code": "callback_api_key_unusable"}, AuthError, False, False, "gone"),
    ("runapi", 413, {}, {"error": "big"}, InvalidRequestError, False, False, "smaller"),
    ("runapi", 415, {}, {"error": "type"}, InvalidRequestError, False, False, "type"),
    ("runapi", 422, {}, {"error": "Validation failed", "errors": {"prompt": ["is required"]}}, InvalidRequestError,
     False, False, "Validation failed: prompt is required"),
    ("runapi", 429, {"retry-after": "7"}, {"error": {"code": "rate_limited", "message": "slow"}}, RateLimitError, True,
     False, "Try again in 7 s."),
    ("runapi", 429, {"retry-after": "Sat, 21 Nov 2026 10:00:30 GMT", "date": "Sat, 21 Nov 2026 10:00:00 GMT"},
     {"error": "slow"}, RateLimitError, True, False, "Try again in 30 s."),
    ("runapi", 503, {}, {"error": "No active channel available", "code": "continuation_unavailable"}, OverloadedError,
     True, False, "No active channel"),
    ("runapi", 500, {}, "<html><title>Oops</title></html>", ServiceError, True, False, "Oops"),
    ("openrouter", 200, {}, {"error": {"code": 429, "message": "slow", "metadata": {"provider_name": "x"}}},
     RateLimitError, True, False, "code 429"),
    ("openrouter", 200, {}, {"error": {"code": 502, "message": "Provider returned error",
     "metadata": {"raw": '{"error":{"message":"upstream is down"}}', "provider_name": "x"}}}, ServiceError, True, None,
     "Provider returned error: upstream is down"),
    ("openrouter", 402, {}, {"error": {"code": 402, "message": "No credits"}}, BalanceError, False, False, ""),
    ("openrouter", 403, {}, {"error": {"code": 403, "message": "flagged", "metadata": {"reasons": ["x"]}}},
     ContentFilterError, False, None, "Reword"),
    ("openrouter", 408, {}, {"error": {"code": 408, "message": "late"}}, ServiceError, True, None, ""),
    ("openrouter", 400, {}, {"error": {"code": 400, "message": "Reasoning is mandatory for this endpoint"}},
     InvalidRequestError, False, False, "--think adaptive"),
    ("local", 404, {}, {"error": "model 'm' not found, try pulling it first"}, UnknownModelError, False, False,
     "pulling"),
    ("local", 404, {}, {"object": "error", "message": "The model `m` does not exist.", "code": 404}, UnknownModelError,
     False, False, "does not exist"),
    ("local", 422, {}, {"detail": [{"loc": ["body", "messages", 0], "msg": "Field required", "type": "missing"}]},
     InvalidRequestError, False, False, "messages.0: Field required"),
    ("local", 400, {}, {"error": {"code": 400, "message": "the request exceeds the available context size",
     "type": "exceed_context_size_error"}}, ContextLengthError, False, False, "larger window"),
    ("local", 503, {}, {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}},
     OverloadedError, True, None, "Loading model"),
    ("local", 404, {}, "404 page not found", InvalidRequestError, False, False, "base URL"),
    ("local", 500, {}, '{"error":{"message":"cut sho', ServiceError, True, None, "HTTP 500"),
]  # fmt: skip


@pytest.mark.parametrize("case", RESELLERS, ids=lambda case: f"{case[0]} {case[1]} {case[4].kind}")
@pytest.mark.parametrize("face", FACES)
def test_the_errors_of_resellers_and_local_servers_have_their_meaning(case: Any, face: str) -> None:
    provider, status, headers, body, kind, retryable, billed, words = case
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    extra = "".join(f"{name}: {value}\r\n" for name, value in {"x-request-id": "req-5", **headers}.items())
    with answering(f"{status} X", "application/json", [data], extra) as server:
        error = failure(server, face, provider, model="m" if provider == "local" else None)
    assert (type(error), error.retryable) == (kind, retryable)
    assert error.billed is billed
    assert words in str(error)
    assert error.request_id == "req-5"
    assert not set("{}[]") & set(str(error)), "no raw JSON"


def test_a_queued_call_is_told_with_its_number_and_never_asked_for_again() -> None:
    with answering("200 OK", "application/json", [json.dumps(QUEUED).encode()], "x-request-id: req-5\r\n") as server:
        error = failure(server, "openai", "modelslab")
    assert (error.task_id, error.request_id, error.code, error.retryable) == ("4711", "req-5", "processing", False)
    assert "https://x.example/fetch/4711" in str(error)
    assert str(error).endswith("(request req-5, task 4711)")


def test_a_task_of_runapi_is_told_beside_the_request() -> None:
    extra = "x-request-id: req-5\r\nx-runapi-task-id: task-9\r\n"
    with answering("500 No", "application/json", [b'{"error":"no"}'], extra) as server:
        error = failure(server, "openai", "runapi")
    assert (error.request_id, error.task_id, error.billed) == ("req-5", "task-9", False)
    assert error.reply.task_id == "task-9"
