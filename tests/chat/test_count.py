"""Token counts: the service's where it has one, else the kit's estimate, and never one taken for the other."""

from __future__ import annotations

from pathlib import Path

import pytest

from minimax_nb import AuthError, Chat, RateLimitError, TransportError
from minimax_nb.display import render
from tests.support.listings import KEY, Answer, always, answering, point


def chat(monkeypatch, tmp_path: Path, url: str, **options: object) -> Chat:
    point(monkeypatch, tmp_path, minimax={"anthropic": f"{url}/anthropic", "openai": f"{url}/v1"})
    return Chat(provider="minimax", api_key=KEY, retry_wait=1, **options)


def test_the_services_count_is_exact_and_sends_the_prompt_alone(monkeypatch, tmp_path):
    with answering(always({"input_tokens": 1366})) as service:
        count = chat(monkeypatch, tmp_path, service.url, system="Be brief.").count("How long is this?")
    assert (count.tokens, count.exact, count.note) == (1366, True, "")
    assert str(count.price) == "0.0004098"
    assert service.paths == ["/anthropic/v1/messages/count_tokens"]
    assert "counted by the service" in render(count)[0]["text/plain"]


def test_the_openai_protocol_asks_the_path_of_the_responses(monkeypatch, tmp_path):
    with answering(always({"object": "response.input_tokens", "input_tokens": 1366})) as service:
        count = chat(monkeypatch, tmp_path, service.url, face="openai").count("How long is this?")
    assert (count.tokens, count.exact, count.note) == (1366, True, "")
    assert service.paths == ["/v1/responses/input_tokens"]


def test_a_protocol_that_does_not_count_asks_nobody(monkeypatch, tmp_path):
    with answering(always({"input_tokens": 1366})) as service:
        point(monkeypatch, tmp_path, openrouter={"openai": f"{service.url}/api/v1"})
        count = Chat(provider="openrouter", api_key=KEY).count("How long is this?")
    assert not count.exact
    assert service.asked == []


@pytest.mark.parametrize(
    "answer",
    [
        Answer(b"404 page not found", 404),
        Answer({"type": "error", "error": {"type": "not_found_error", "message": "no such path"}}, 404),
        Answer({"error": {"message": "invalid params, unknown model 'MiniMax-M3' (2013)", "http_code": "400"}}, 400),
        Answer(b"", 405),
        Answer(b"", 501),
        Answer(b"<html><title>Welcome</title>"),
        Answer({"ok": True}),
        Answer({"input_tokens": 0}),
        Answer({"input_tokens": None}),
    ],
)
def test_a_server_that_does_not_count_leaves_the_estimate_and_a_note(monkeypatch, tmp_path, answer):
    with answering(lambda path, headers: answer) as service:
        count = chat(monkeypatch, tmp_path, service.url, retries=0).count("How long is this?")
    assert not count.exact
    assert count.tokens == sum(count.parts.values()) > 0
    assert "MiniMax" in count.note
    shown = render(count)[0]
    assert count.note in shown["text/plain"]
    assert "estimate" in shown["text/plain"]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer({"error": {"message": f"bad {KEY}"}}, 401), AuthError),
        (Answer({"base_resp": {"status_code": 1004, "status_msg": f"bad {KEY}"}}), AuthError),
        (Answer({"base_resp": {"status_code": 1002, "status_msg": "rate limit"}}), RateLimitError),
    ],
)
def test_another_refusal_is_raised_with_its_request_id(monkeypatch, tmp_path, answer, kind):
    answer.headers = {"trace-id": "trace-7"}
    with answering(lambda path, headers: answer) as service, pytest.raises(kind) as caught:
        chat(monkeypatch, tmp_path, service.url, retries=0).count("How long is this?")
    assert caught.value.request_id == "trace-7"
    assert KEY not in str(caught.value)


def test_a_count_is_tried_again_where_that_can_help(monkeypatch, tmp_path):
    busy = Answer(b"", 503, {"retry-after": "0"})
    with answering(lambda path, headers: busy if len(service.asked) < 3 else Answer({"input_tokens": 7})) as service:
        assert chat(monkeypatch, tmp_path, service.url).count("hi").tokens == 7
    assert len(service.asked) == 3


def test_a_server_that_is_not_there_is_an_error(monkeypatch, tmp_path):
    with answering(always(b"")) as service:
        url = service.url
    with pytest.raises(TransportError):
        chat(monkeypatch, tmp_path, url, retries=0).count("hi")
