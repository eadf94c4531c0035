"""The handler as a function: the same in, the same out; paths; keys; names."""

from __future__ import annotations

import re
import string
from itertools import pairwise

import pytest

from minimax_nb.emulator import Asked, handle
from tests.emulator.asking import ANTHROPIC, FACES, OPENAI, ask, bytes_of, error_of, events_of, get, send, value_of


@pytest.mark.parametrize("path", FACES)
@pytest.mark.parametrize("stream", [True, False])
def test_the_same_request_has_the_same_answer_byte_for_byte(path: str, stream: bool) -> None:
    first, second = (ask(path, "a table and some code", stream=stream) for _ in range(2))
    assert (first.status, first.headers, first.cut) == (second.status, second.headers, second.cut)
    assert list(first.chunks) == list(second.chunks)


def test_an_answer_can_be_walked_twice() -> None:
    answer = ask(OPENAI, stream=True)
    assert list(answer.chunks) == list(answer.chunks)


def test_another_request_has_another_id() -> None:
    ids = {value_of(ask(path, prompt))["id"] for path in FACES for prompt in ("one", "two")}
    assert len(ids) == 4


@pytest.mark.parametrize("path", FACES)
def test_ids_have_the_services_form_and_stand_in_the_header_too(path: str) -> None:
    answer = ask(path)
    assert re.fullmatch(r"[0-9a-f]{32}", value_of(answer)["id"])
    assert dict(answer.headers)["Trace-Id"] == value_of(answer)["id"]


def test_no_time_passes_in_the_answers() -> None:
    assert value_of(ask(OPENAI, "one"))["created"] == value_of(ask(OPENAI, "two"))["created"]


def test_the_usual_pace_is_a_first_wait_and_then_a_steady_beat() -> None:
    waits = [chunk.after_s for chunk in ask(OPENAI, stream=True).chunks]
    assert waits[0] == 0.04
    assert set(waits[1:-1]) == {0.012}
    assert waits[-1] == 0  # [DONE] comes with the last piece


def test_the_beginning_of_a_message_does_not_wait_for_its_text() -> None:
    waits = [chunk.after_s for chunk in ask(ANTHROPIC, stream=True).chunks]
    assert waits[:4] == [0, 0, 0.04, 0]


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("path", FACES)
def test_the_pace_can_be_taken_away(path: str, stream: bool) -> None:
    body = {"model": "MiniMax-M3", "messages": [{"role": "user", "content": "hi"}], "stream": stream}
    assert {chunk.after_s for chunk in send(path, body, delay_ms=0).chunks} == {0}


def test_pieces_are_short_and_end_between_words() -> None:
    events = events_of(ask(OPENAI, "tell me a long story", stream=True))
    pieces = [value["choices"][0]["delta"]["content"] for _, value in events[:-1]]
    assert max(map(len, pieces)) <= 40
    mean = sum(map(len, pieces)) / len(pieces)
    assert 20 <= mean <= 32
    inside = [a + b for a, b in pairwise(pieces) if a[-1] in string.ascii_letters and b[0] in string.ascii_letters]
    assert len(inside) < len(pieces) / 20  # only words longer than the limit are cut


# -- paths -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/"),
        ("GET", "/v1/chat/completions"),
        ("POST", "/v1/models"),
        ("POST", "/v2/chat"),
        ("DELETE", ANTHROPIC),
    ],
)
def test_a_path_nobody_serves_is_a_plain_404(method: str, path: str) -> None:
    answer = handle(Asked(method, path))
    assert (answer.status, answer.content_type, bytes_of(answer)) == (
        404,
        "text/plain; charset=utf-8",
        b"404 page not found",
    )


def test_a_query_and_extra_slashes_do_not_change_the_path() -> None:
    assert ask("/anthropic/v1/messages?beta=true").status == 200
    assert get("//v1/models/").status == 200


def test_the_list_of_models_has_both_shapes() -> None:
    listed = value_of(get("/v1/models"))
    assert listed["object"] == "list"
    assert {"id": "MiniMax-M3", "object": "model", "created": 1780272000, "owned_by": "minimax"} in listed["data"]
    other = value_of(get("/anthropic/v1/models?limit=20"))
    assert other["first_id"] == other["data"][0]["id"]
    assert other["last_id"] == other["data"][-1]["id"]
    assert other["has_more"] is False
    named = {entry["id"]: entry for entry in other["data"]}
    assert named["MiniMax-M2.7"] == {
        "id": "MiniMax-M2.7",
        "type": "model",
        "display_name": "MiniMax-M2.7",
        "created_at": "2026-03-18T02:00:00Z",
    }
    assert [entry["id"] for entry in listed["data"]] == list(named)


def test_one_model_can_be_looked_up() -> None:
    assert value_of(get("/v1/models/MiniMax-M3"))["id"] == "MiniMax-M3"
    assert value_of(get("/anthropic/v1/models/M2-her"))["type"] == "model"
    assert error_of(get("/v1/models/nobody"))[:2] == (400, "bad_request_error")
    assert error_of(get("/anthropic/v1/models/nobody"))[:2] == (404, "not_found_error")


# -- keys ------------------------------------------------------------------------------------------------------------

LOGIN = "login fail: Please carry the API secret key in the '{}' field of the request header"


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer test-key-for-nobody"}, {"x-api-key": "anything"}])
@pytest.mark.parametrize("path", FACES)
def test_any_key_is_taken(path: str, headers: dict[str, str]) -> None:
    assert ask(path, headers=headers).status == 200


def test_the_bad_key_is_refused_in_the_services_words() -> None:
    refused = ask(OPENAI, headers={"authorization": "Bearer bad-key"})
    assert error_of(refused) == (401, "authorized_error", LOGIN.format("Authorization") + " (1004)")
    body = value_of(refused)
    assert body["error"]["http_code"] == "401"
    assert body["request_id"] == dict(refused.headers)["Trace-Id"]
    for header, name in (("authorization", "Authorization"), ("x-api-key", "X-Api-Key")):
        refused = ask(ANTHROPIC, headers={header: "bad-key"})
        assert error_of(refused) == (401, "authentication_error", LOGIN.format(name))


@pytest.mark.parametrize("path", ["/v1/models", "/anthropic/v1/models", "/v1/models/MiniMax-M3"])
def test_the_bad_key_lists_no_models(path: str) -> None:
    assert get(path, authorization="Bearer bad-key").status == 401


def test_authorization_goes_before_the_other_header() -> None:
    assert ask(ANTHROPIC, headers={"authorization": "Bearer good", "x-api-key": "bad-key"}).status == 200
    assert ask(ANTHROPIC, headers={"authorization": "Bearer bad-key", "x-api-key": "good"}).status == 401


@pytest.mark.parametrize("path", FACES)
def test_a_key_can_be_required(path: str) -> None:
    body = {"model": "MiniMax-M3", "messages": [{"role": "user", "content": "hi"}]}
    assert send(path, body, need_key=True).status == 401
    assert send(path, body, need_key=True, headers={"authorization": "Bearer any"}).status == 200
    assert send(path, b"not json", need_key=True).status == 401


def test_a_key_is_never_part_of_an_id_or_a_reply() -> None:
    path = "/modelslab/api/v7/llm/chat/completions"
    body = {"model": "minimax-minimax-m2", "messages": [{"role": "user", "content": "json"}]}
    first, second = (bytes_of(send(path, body | {"key": key})) for key in ("test-key-one", "test-key-two"))
    assert first == second
    assert b"test-key" not in first
    asked = Asked("POST", path, {"authorization": "Bearer test-key"}, b'{"key": "test-key"}')
    assert "test-key" not in repr(asked)
