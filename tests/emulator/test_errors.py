"""Every error of every service, as a switch: status, type and words, inside HTTP 200 too, and in every form seen."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from minimax_nb.emulator import FAULTS
from tests.emulator.asking import (
    ANTHROPIC,
    CHATS,
    FACES,
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
    error_of,
    events_of,
    value_of,
)

SERVER = ("server_error", "api_error")
BUSY = ("rate_limit_error", "rate_limit_error")
BAD = ("bad_request_error", "invalid_request_error")
KEY = ("authorized_error", "authentication_error")

CODES = {
    1000: (500, SERVER),
    1001: (504, ("timeout_error", "timeout_error")),
    1002: (429, BUSY),
    1004: (401, KEY),
    1008: (402, ("insufficient_balance_error", "insufficient_balance_error")),
    1013: (500, SERVER),
    1024: (500, SERVER),
    1026: (422, ("unprocessable_entity_error", "api_error")),
    1027: (422, ("unprocessable_entity_error", "api_error")),
    1028: (429, BUSY),
    1030: (429, BUSY),
    1033: (500, SERVER),
    1039: (429, BUSY),
    1041: (429, BUSY),
    1042: (400, BAD),
    2013: (400, BAD),
    2045: (429, BUSY),
    2049: (401, KEY),
    2056: (429, BUSY),
    2061: (403, ("permission_error", "permission_error")),
    2062: (429, BUSY),
    2064: (529, ("overloaded_error", "overloaded_error")),
}
"""Every number of MiniMax's error table and of the threads about it; where no status is known, a guess (see --help)."""


def wrong(path: str, *faults: str, headers: dict[str, str] | None = None, **fields: Any):
    return call(path, faults=faults, headers=headers, **fields)


@pytest.mark.parametrize("code", CODES)
def test_every_number_has_its_status_and_type_on_both_protocols(code: int) -> None:
    status, kinds = CODES[code]
    for path, kind in zip(FACES, kinds, strict=True):
        expected = 500 if path == ANTHROPIC and code in {1026, 1027} else status
        found, said, message = error_of(wrong(path, str(code)))
        assert (found, said) == (expected, kind)
        # Recorded: a refused key carries no number on the Anthropic-compatible protocol.
        assert message.endswith(f" ({code})") or (path, code) == (ANTHROPIC, 1004)
    body = value_of(wrong(OPENAI, str(code)))
    assert body["error"]["http_code"] == str(status)
    assert re.fullmatch("[0-9a-f]{32}", body["request_id"])
    assert "http_code" not in value_of(wrong(ANTHROPIC, str(code)))["error"]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("stream", [True, False])
def test_every_number_can_come_inside_http_200(code: int, stream: bool) -> None:
    answer = wrong(OPENAI, f"{code}-200", stream=stream)
    assert answer.status == 200
    body = events_of(answer)[0][1] if stream else value_of(answer)
    assert (body["object"], body["choices"], body["usage"]["total_tokens"]) == ("chat.completion", None, 0)
    assert body["base_resp"]["status_code"] == code
    assert body["base_resp"]["status_msg"]
    other = wrong(ANTHROPIC, f"{code}-200", stream=stream)
    assert (other.status, value_of(other)["base_resp"]["status_code"]) == (200, code)


def test_the_numbers_are_all_there() -> None:
    named = {int(name) for name, fault in FAULTS.items() if fault.kind == "refusal" and fault.code and len(name) == 4}
    assert named == set(CODES)
    assert {f"{code}-200" for code in CODES} < set(FAULTS)


STATUSES = (400, 401, 402, 403, 404, 408, 409, 413, 415, 422, 429, 500, 502, 503, 504, 529)


@pytest.mark.parametrize("path", MODELS)
@pytest.mark.parametrize("status", STATUSES)
def test_every_status_on_every_service(path: str, status: int) -> None:
    answer = wrong(path, str(status))
    assert answer.status == status
    assert answer.content_type.startswith("application/json")
    assert b"200" not in bytes_of(answer)[:60]
    assert wrong(path, str(status), stream=True).status == status


# -- whose body --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [MODELSLAB, MODELSLAB_MESSAGES])
def test_modelslabs_bodies(path: str) -> None:
    assert set(value_of(wrong(path, "400"))["error"]) == {"message", "type", "code"}
    for status, word in ((402, "credits"), (403, "premium subscription"), (500, "server"), (503, "unavailable")):
        body = value_of(wrong(path, str(status)))
        assert list(body) == ["status", "message"]
        assert body["status"] == "error"
        assert word in body["message"]
    busy = wrong(path, "429")
    assert value_of(busy) == {
        "status": "error",
        "message": "Queue is full. Maximum 5 queued requests allowed.",
        "retry_after": 1,
    }
    assert "Retry-After" not in dict(busy.headers)
    waiting = wrong(path, "429", headers={"x-emulator": "retry-after=30"})
    assert value_of(waiting)["retry_after"] == 30


def test_runapis_bodies() -> None:
    for status, code in (
        (402, "insufficient_credits"),
        (404, "not_found"),
        (409, "request_conflict"),
        (429, "rate_limited"),
    ):
        body = value_of(wrong(RUNAPI, str(status)))
        assert body["error"]["code"] == code
        assert set(body["error"]) == {"message", "type", "code"}
        other = value_of(wrong(RUNAPI_MESSAGES, str(status)))
        assert (other["type"], set(other["error"])) == ("error", {"type", "message"})
    assert value_of(wrong(RUNAPI, "422")) == {"error": "Validation failed", "errors": {"messages": ["is invalid"]}}
    assert value_of(wrong(RUNAPI, "503"))["error"]["message"] == "No active channel available"
    headers = dict(wrong(RUNAPI, "402").headers)
    assert "X-RunAPI-Task-Id" not in headers  # nothing was started, so nothing is charged
    assert headers["X-Request-Id"]


def test_openrouters_bodies() -> None:
    for status in (400, 402, 403, 408, 502):
        error = value_of(wrong(OPENROUTER, str(status)))["error"]
        assert error["code"] == status
        assert isinstance(error["message"], str)
    assert value_of(wrong(OPENROUTER, "502"))["error"]["metadata"]["provider_name"] == "Minimax"
    assert dict(wrong(OPENROUTER, "429").headers)["Retry-After"] == "1"
    assert value_of(wrong(OPENROUTER_MESSAGES, "429"))["type"] == "error"


def test_a_local_servers_bodies() -> None:
    assert value_of(wrong(LOCAL, "400"))["error"] == {
        "message": "bad request",
        "type": "BadRequestError",
        "param": None,
        "code": 400,
    }
    assert value_of(wrong(LOCAL_MESSAGES, "400"))["type"] == "error"


@pytest.mark.parametrize("path", MODELS)
def test_minimaxs_numbers_mean_nothing_elsewhere(path: str) -> None:
    if path not in FACES:
        assert b"2056" not in bytes_of(wrong(path, "2056"))
        assert wrong(path, "2056").status == 429


# -- in which form -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", MODELS)
@pytest.mark.parametrize(
    ("form", "members"),
    [
        ("flat-error", {"status", "message"}),
        ("messege-error", {"status", "messege"}),
        ("nested-error", {"error"}),
        ("text-error", {"error", "code"}),
        ("coded-error", {"error"}),
        ("map-error", {"error", "errors"}),
        ("detail-error", {"detail"}),
        ("anthropic-error", {"type", "error"}),
    ],
)
def test_any_error_in_any_form(path: str, form: str, members: set[str]) -> None:
    for faults in ((form, "402"), (form, "500")):
        assert set(value_of(wrong(path, *faults))) == members
    assert set(value_of(wrong(path, form, model="nobody", messages=[]))) == members  # errors nobody asked for, too
    inside = wrong(path, form, "as-200", "402")
    assert (inside.status, set(value_of(inside))) == (200, members)


@pytest.mark.parametrize("path", [MODELSLAB, MODELSLAB_MESSAGES])
def test_http_200_with_status_error(path: str) -> None:
    answer = wrong(path, "402", "as-200")
    assert answer.status == 200
    assert value_of(answer)["status"] == "error"


@pytest.mark.parametrize("path", CHATS)
@pytest.mark.parametrize("stream", [True, False])
def test_a_reply_that_is_put_into_a_queue(path: str, stream: bool) -> None:
    body = value_of(wrong(path, "processing", stream=stream))
    assert body["status"] == "processing"
    assert set(body) == {"status", "id", "eta", "message", "fetch_result"}


# -- when to try again -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", MODELS)
@pytest.mark.parametrize("said", ["7", "Fri, 01 Jan 2027 00:00:00 GMT"])
def test_retry_after_says_what_was_asked_for(path: str, said: str) -> None:
    for fault in ("429", "503"):
        answer = wrong(path, fault, headers={"x-emulator": f"retry-after={said}"})
        assert dict(answer.headers)["Retry-After"] == said


def test_retry_after_is_the_services_own_way_otherwise() -> None:
    told = {path for path in MODELS if "Retry-After" in dict(wrong(path, "429").headers)}
    assert told == {RUNAPI, RUNAPI_MESSAGES, OPENROUTER, OPENROUTER_MESSAGES}
    assert "Retry-After" not in dict(wrong(RUNAPI, "402").headers)
    assert dict(wrong(RUNAPI, "503").headers)["Retry-After"] == "1"


@pytest.mark.parametrize("value", ["", "a\tb", "é", "x" * 101])
def test_a_header_that_cannot_be_is_told(value: str) -> None:
    assert "can be no header" in error_of(wrong(OPENAI, headers={"x-emulator": f"retry-after={value}"}))[2]


# -- in the middle -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", MODELS)
@pytest.mark.parametrize("fault", ["error-first", "error-mid"])
def test_an_error_frame_has_the_services_own_body(path: str, fault: str) -> None:
    answer = wrong(path, fault, stream=True)
    assert answer.status == 200
    events = events_of(answer)
    assert (len(events) == 1) is (fault == "error-first")
    name, value = events[-1]
    assert name == ("error" if path in MESSAGES else "")
    expected = value_of(wrong(path, "1000"))
    for body in (value, expected):
        body.pop("request_id", None)
    assert value == expected
    whole = wrong(path, fault)
    assert whole.status == 200
    assert "choices" not in value_of(whole)


@pytest.mark.parametrize("name", ["2056", "429", "1026", "529"])
def test_which_error_comes_in_the_middle(name: str) -> None:
    for fault in ("error-first", "error-mid"):
        answer = wrong(OPENAI, fault, headers={"x-emulator": f"error={name}"}, stream=True)
        code = int(name)
        assert f"({code})" in json.dumps(events_of(answer)[-1][1]) or code < 1000
        assert events_of(answer)[-1][1]["error"]["http_code"] == str(FAULTS[name].status)
    assert "did you mean" in error_of(wrong(OPENAI, headers={"x-emulator": "error=205"}))[2]


@pytest.mark.parametrize("path", FACES)
def test_base_resp_in_the_middle(path: str) -> None:
    *before, (_, last) = events_of(wrong(path, "base-resp-mid", stream=True))
    assert len(before) > 2
    assert last["base_resp"]["status_code"] == 1000
    if path == OPENAI:
        assert last["choices"] is None


@pytest.mark.parametrize("path", MODELS)
def test_http_200_without_a_body(path: str) -> None:
    answer = wrong(path, "empty-200")
    assert (answer.status, bytes_of(answer)) == (200, b"")
