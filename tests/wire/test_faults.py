"""Error answers of every provider as typed errors."""

from __future__ import annotations

import json
from typing import Any

import pytest

from minimax_nb.errors import (
    AuthError,
    BalanceError,
    ContentFilterError,
    ContextLengthError,
    InvalidRequestError,
    OverloadedError,
    PlanLimitError,
    RateLimitError,
    ServiceError,
    UnknownModelError,
)
from minimax_nb.wire import service_error
from tests.wire.helpers import KEY, endpoint


def error(status: int, body: Any = b"", headers: dict[str, str] | None = None, **how: Any) -> ServiceError:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return service_error(endpoint(**how), status, headers or {}, data)


def minimax(kind: str, message: str, code: int | None = None) -> dict[str, Any]:
    tail = f" ({code})" if code else ""
    return {
        "type": "error",
        "error": {"type": kind, "message": message + tail, "http_code": "400"},
        "request_id": "r-1",
    }


CODES: list[tuple[int, int, type[ServiceError], bool]] = [
    # MiniMax's code, the HTTP status it was seen with, class, worth a retry
    (1000, 500, ServiceError, True),
    (1001, 504, ServiceError, True),
    (1002, 429, RateLimitError, True),
    (1004, 401, AuthError, False),
    (1008, 402, BalanceError, False),
    (1013, 500, ServiceError, True),
    (1024, 500, ServiceError, True),
    (1026, 422, ContentFilterError, False),
    (1026, 500, ContentFilterError, False),
    (1027, 500, ContentFilterError, False),
    (1028, 400, PlanLimitError, False),
    (1030, 400, PlanLimitError, False),
    (1033, 500, ServiceError, True),
    (1039, 429, RateLimitError, False),
    (1041, 429, RateLimitError, True),
    (1042, 400, InvalidRequestError, False),
    (1043, 400, InvalidRequestError, False),
    (1044, 400, InvalidRequestError, False),
    (2013, 400, InvalidRequestError, False),
    (2037, 400, InvalidRequestError, False),
    (2039, 400, InvalidRequestError, False),
    (2042, 400, InvalidRequestError, False),
    (2045, 429, RateLimitError, True),
    (2048, 400, InvalidRequestError, False),
    (2049, 401, AuthError, False),
    (2056, 429, PlanLimitError, False),
    (2061, 400, PlanLimitError, False),
    (2062, 429, RateLimitError, True),
    (2064, 529, OverloadedError, True),
    (20132, 400, InvalidRequestError, False),
]


@pytest.mark.parametrize(("code", "status", "kind", "retryable"), CODES)
def test_every_minimax_code_has_its_meaning(code: int, status: int, kind: type[ServiceError], retryable: bool) -> None:
    bodies = (
        minimax("some_error", "words", code),
        {"error": {"message": "words", "code": code}},
        {"base_resp": {"status_code": code, "status_msg": "words"}},
    )
    for body in bodies:
        found = error(status, body)
        assert (type(found), found.code, found.retryable, found.status) == (kind, str(code), retryable, status)
        assert "“words”" in str(found)
        assert found.hint


TYPES: list[tuple[str, int, type[ServiceError], bool]] = [
    ("invalid_request_error", 400, InvalidRequestError, False),
    ("bad_request_error", 400, InvalidRequestError, False),
    ("authentication_error", 401, AuthError, False),
    ("authorized_error", 401, AuthError, False),
    ("insufficient_balance_error", 402, BalanceError, False),
    ("permission_error", 403, AuthError, False),
    ("not_found_error", 404, InvalidRequestError, False),
    ("request_too_large", 413, InvalidRequestError, False),
    ("rate_limit_error", 429, RateLimitError, True),
    ("api_error", 500, ServiceError, True),
    ("timeout_error", 504, ServiceError, True),
    ("overloaded_error", 529, OverloadedError, True),
    ("api_error", 529, OverloadedError, True),
    ("invalid_request_error", 401, AuthError, False),
    ("overloaded_error", 500, OverloadedError, True),
    ("a_new_error", 400, InvalidRequestError, False),
]


@pytest.mark.parametrize(("name", "status", "kind", "retryable"), TYPES)
def test_every_error_type_has_its_meaning(name: str, status: int, kind: type[ServiceError], retryable: bool) -> None:
    found = error(status, {"type": "error", "error": {"type": name, "message": "words"}, "request_id": "req_1"})
    assert (type(found), found.code, found.retryable, found.request_id) == (kind, name, retryable, "req_1")


STATUSES: list[tuple[int, type[ServiceError], bool]] = [
    (302, InvalidRequestError, False),
    (400, InvalidRequestError, False),
    (401, AuthError, False),
    (402, BalanceError, False),
    (403, AuthError, False),
    (404, InvalidRequestError, False),
    (408, ServiceError, True),
    (409, InvalidRequestError, False),
    (413, InvalidRequestError, False),
    (415, InvalidRequestError, False),
    (418, InvalidRequestError, False),
    (422, InvalidRequestError, False),
    (429, RateLimitError, True),
    (500, ServiceError, True),
    (502, ServiceError, True),
    (503, OverloadedError, True),
    (504, ServiceError, True),
    (520, ServiceError, True),
    (529, OverloadedError, True),
]


@pytest.mark.parametrize(("status", "kind", "retryable"), STATUSES)
@pytest.mark.parametrize(
    "body", [b"", b"no JSON here", b"<html><body>Oops</body></html>", b"{}", b"[]", b"null", b"7", b'"x"']
)
def test_a_status_alone_has_its_meaning(status: int, kind: type[ServiceError], retryable: bool, body: bytes) -> None:
    found = error(status, body)
    assert (type(found), found.retryable, found.status, found.code) == (kind, retryable, status, None)
    assert f"HTTP {status}" in str(found)
    assert found.hint


PHRASES: list[tuple[int, Any, type[ServiceError]]] = [
    (400, minimax("bad_request_error", "invalid params, unknown model 'minimax-m9'", 2013), UnknownModelError),
    (400, minimax("bad_request_error", "invalid params, context window exceeds limit", 2013), ContextLengthError),
    (400, minimax("x", "model[MiniMax-M3] does not support max tokens > 524288", 2013), InvalidRequestError),
    (400, minimax("x", "tool call result does not follow tool call", 2013), InvalidRequestError),
    (404, {"type": "error", "error": {"type": "not_found_error", "message": "model: gone-1"}}, UnknownModelError),
    (404, {"object": "error", "message": "The model `x` does not exist.", "code": 404}, UnknownModelError),
    (400, {"error": {"code": 400, "message": "minimax/m9 is not a valid model ID"}}, UnknownModelError),
    (404, {"error": {"code": 404, "message": "No endpoints found for minimax/minimax-m1"}}, UnknownModelError),
    (400, {"status": "error", "message": "Model not found: minimax-minimax-m9"}, UnknownModelError),
    (403, {"status": "error", "message": "This feature requires a premium subscription"}, PlanLimitError),
    (403, {"error": {"code": 403, "message": "Your input was flagged"}}, ContentFilterError),
    (500, {"type": "error", "error": {"type": "api_error", "message": "input new_sensitive"}}, ContentFilterError),
    (400, {"error": {"message": "This model's maximum context length is 204800 tokens"}}, ContextLengthError),
    (429, {"status": "error", "message": "Maximum 5 queued requests allowed"}, RateLimitError),
    (429, {"error": {"message": "You exceeded your quota", "code": "insufficient_quota"}}, BalanceError),
    (400, {"error": {"message": "Ids are case-sensitive"}}, InvalidRequestError),
    (401, {"error": {"message": "model not found"}}, AuthError),
    (422, {"error": "Conflict", "code": "request_conflict"}, InvalidRequestError),
    (503, {"error": {"code": "continuation_unavailable", "message": "No active channel available"}}, OverloadedError),
    (429, {"error": {"code": "rate_limited", "message": "slow"}}, RateLimitError),
]


@pytest.mark.parametrize(("status", "body", "kind"), PHRASES)
def test_words_make_a_vague_error_exact(status: int, body: Any, kind: type[ServiceError]) -> None:
    assert type(error(status, body)) is kind


MESSAGES: list[tuple[Any, str]] = [
    ({"error": {"message": "one"}}, "one"),
    ({"error": {"detail": "one"}}, "one"),
    ({"error": "one"}, "one"),
    ({"message": "one"}, "one"),
    ({"messege": "one"}, "one"),
    ({"detail": "one"}, "one"),
    ({"detail": [{"loc": ["body"], "msg": "field required"}, {"msg": "too short"}]}, "field required, too short"),
    ({"errorMessage": "one"}, "one"),
    ({"msg": "one"}, "one"),
    ({"base_resp": {"status_code": 1, "status_msg": "one"}}, "one"),
    ({"status": "error", "message": {"prompt": ["is required", "is short"]}}, "prompt is required, is short"),
    ({"error": "Validation failed", "errors": {"prompt": ["is required"]}}, "Validation failed: prompt is required"),
    ({"data": None, "error": {"code": "x", "message": "one", "details": {}}}, "one"),
    (
        {"error": {"code": 502, "message": "Provider returned error", "metadata": {"raw": "upstream is down"}}},
        "Provider returned error: upstream is down",
    ),
    ({"error": {"reason": "one"}}, "reason one"),
    (["one", "two"], "one, two"),
    (b"plain\n words\t here ", "plain words here"),
    (b"<html><head><title> 502 Bad\nGateway </title></head><body><h1>nginx</h1></body></html>", "502 Bad Gateway"),
    (b"<h1>Oops</h1><script>alert(1)</script><p>a &lt; b</p>", "Oops a &lt; b"),
    ({"error": {"message": "<b>bold</b> and a < b > c"}}, "bold and a < b > c"),
    ({"error": {"message": "red \u001b[31m and \u202e back\u0000"}}, "red \\x1b[31m and \\u202e back\\x00"),
    (b"\xff\xfe", "\ufffd\ufffd"),
]


@pytest.mark.parametrize(("body", "said"), MESSAGES)
def test_the_services_own_words_are_found_and_shown_plainly(body: Any, said: str) -> None:
    assert f": “{said}” (HTTP 500" in str(error(500, body))


def test_a_long_message_is_one_short_line() -> None:
    found = error(500, ("<p>word</p>\n" * 100_000).encode())
    assert len(str(found)) < 500
    assert "\n" not in str(found)
    assert "…”" in str(found)


def test_the_message_says_what_happened_and_what_to_do() -> None:
    body = minimax("authorized_error", "login fail: Please carry the API secret key", 1004)
    assert str(error(401, body)) == (
        "MiniMax refused the key: “login fail: Please carry the API secret key” (HTTP 401, code 1004). "
        "It was not billed. Check the key: set MINIMAX_API_KEY to a key of MiniMax. (request r-1)"
    )


def test_a_missing_key_is_told_from_a_wrong_one_and_regions_are_named() -> None:
    assert "No key was sent: set MINIMAX_API_KEY" in str(error(401, key=None))
    regions = {"regions": {"cn": {"openai": "https://cn.example.invalid"}}}
    assert "Keys of one region do not work in another." in str(error(401, provider=regions))
    assert str(error(401, provider={"keys": ()})).endswith("Check the key.")


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({"Retry-After": "7"}, {}, 7.0),
        ({"retry-after": "0.5"}, {}, 0.5),
        ({"retry-after": "7"}, {"retry_after": 30}, 7.0),
        ({}, {"status": "error", "message": "slow", "retry_after": 30}, 30.0),
        ({}, {"error": {"message": "slow", "retry_after": "30"}}, 30.0),
        (
            {"Retry-After": "Sat, 21 Nov 2026 10:00:30 GMT", "Date": "Sat, 21 Nov 2026 10:00:00 GMT"},
            {},
            30.0,
        ),
        ({"Retry-After": "Sat, 21 Nov 2026 10:00:00 GMT", "Date": "Sat, 21 Nov 2026 10:00:30 GMT"}, {}, 0.0),
        ({"Retry-After": "Thu, 01 Jan 1970 00:00:00 GMT"}, {}, 0.0),
        ({"Retry-After": "soon"}, {}, None),
        ({"Retry-After": "-3"}, {}, None),
        ({"Retry-After": "nan"}, {"retry_after": float("inf")}, None),
        ({"Retry-After": "1e300"}, {"retry_after": 10**400}, None),
        ({}, {"retry_after": True}, None),
        ({}, {}, None),
    ],
)
def test_the_wait_a_service_asks_for_is_read(headers: dict[str, str], body: Any, seconds: float | None) -> None:
    found = error(429, body, headers)
    assert found.retry_after == seconds
    assert ("Try again in a moment." if seconds is None else f"Try again in {seconds:g} s.") in str(found)


@pytest.mark.parametrize(
    ("headers", "body", "identity"),
    [
        ({}, {"request_id": "a"}, "a"),
        ({}, {"error": {"request_id": "a"}}, "a"),
        ({}, {"error": {}, "meta": {"request_id": "a"}}, "a"),
        ({"X-Request-Id": "h"}, {}, "h"),
        ({"Trace-Id": "h"}, {}, "h"),
        ({"Minimax-Request-Id": "h"}, {}, "h"),
        ({"Alb_Request_Id": "h"}, {}, "h"),
        ({"X-Mm-Request-Id": "h"}, {}, "h"),
        ({"x-runapi-task-id": "h"}, b"<p>x</p>", None),
        ({"request-id": "h"}, {"request_id": "a"}, "a"),
        ({}, {"request_id": ["a"]}, None),
        ({}, {}, None),
    ],
)
def test_the_id_to_quote_is_found(headers: dict[str, str], body: Any, identity: str | None) -> None:
    assert error(500, body, headers).request_id == identity


@pytest.mark.parametrize(
    ("status", "provider", "billed"),
    [
        (401, {}, False),
        (429, {}, False),
        (400, {}, False),
        (500, {}, None),
        (529, {}, None),
        (500, {"failed_free": True}, False),
        (500, {"failed_free": False}, None),
        (500, {"free": True}, False),
    ],
)
def test_whether_it_was_billed_is_said_where_it_is_known(
    status: int, provider: dict[str, Any], billed: bool | None
) -> None:
    assert error(status, provider=provider).billed is billed


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": f"Invalid key {KEY}!", "code": KEY, "type": KEY}, "request_id": KEY},
        {"base_resp": {"status_code": KEY, "status_msg": f"key={KEY}"}},
        f"<title>{KEY}</title>".encode(),
        f"{KEY[:8]}<b>{KEY[8:]}</b>".encode(),
        ("x" * 290 + KEY).encode(),
        f"Authorization: Bearer {KEY}".encode(),
    ],
)
def test_a_key_that_the_server_echoes_is_masked(body: Any) -> None:
    found = error(400, body, {"x-request-id": KEY})
    shown = f"{found} {found!r} {found.args} {found.code} {found.request_id} {found.hint}"
    assert KEY not in shown
    assert KEY[:8] not in shown


def test_a_code_of_the_service_is_never_read_as_an_http_status() -> None:
    within = error(400, {"base_resp": {"status_code": 503, "status_msg": "x"}})
    assert (within.status, within.code, within.retryable) == (400, "503", False)
