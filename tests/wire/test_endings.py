"""Answers that are no reply, or not a whole one: pages, nonsense, cut streams, errors under HTTP 200."""

from __future__ import annotations

import json
from typing import Any

import pytest

from minimax_nb.errors import (
    AuthError,
    ContentFilterError,
    MiniMaxError,
    OverloadedError,
    PlanLimitError,
    RateLimitError,
    ServiceError,
    WireError,
)
from minimax_nb.messages.events import Failed, PartEnded, TextDelta
from minimax_nb.wire import FACES
from minimax_nb.wire.answer import Answer
from minimax_nb.wire.openai.decode import ChatReader
from tests.wire.helpers import (
    KEY,
    block_delta,
    chunk,
    completion,
    contents,
    decode,
    drive,
    endpoint,
    messages_stream,
    request,
    sse,
)

BOTH = pytest.mark.parametrize("face", ["openai", "anthropic"])

PAGE = b"""<!DOCTYPE html>
<html><head><title>Sign in - Campus network</title><script>alert(1)</script></head><body>Hello</body></html>"""


@BOTH
@pytest.mark.parametrize(
    ("body", "said"),
    [
        (PAGE, "a web page where its reply should be: “Sign in - Campus network”"),
        (b"<p>Bad <b>gateway</b></p>", "a web page where its reply should be: “Bad gateway”"),
        (b"upstream connect error", "plain text where its reply should be: “upstream connect error”"),
        (b"dat", "plain text"),
        (b"data is not a field", "plain text where its reply should be: “data is not a field”"),
        (b"\x00\x1b[31mred\xff", "plain text where its reply should be: “\\x00\\x1b[31mred\ufffd”"),
        (b'{"id": "x", "choices"', "JSON that is broken"),
        (b"[1, 2]", "JSON that is no object"),
        (b"null", "JSON that is no object"),
        (b"{}", "JSON that is no reply"),
        (b'{"id": "x", "object": "list", "data": []}', "JSON that is no reply"),
        (b'{"choices": []}', "JSON that is no reply"),
        (b'{"choices": null, "content": null, "base_resp": {"status_code": 0}}', "JSON that is no reply"),
        (b"", "was empty"),
        (b" \n\n", "was empty"),
        (b"\xef\xbb\xbf", "was empty"),
        (b"[" * 100_000, "JSON that is broken"),
    ],
)
def test_what_is_no_reply_is_named(face: Any, body: bytes, said: str) -> None:
    outcome = decode(body, face) if len(body) < 1000 else drive([body], face)
    assert outcome.events == ()
    assert said in str(outcome.broken)


@BOTH
def test_a_page_that_shows_the_key_is_quoted_without_it(face: Any) -> None:
    outcome = decode(f"<p>Header: Bearer {KEY[:6]}<b>{KEY[6:]}</b> {KEY}</p>".encode(), face)
    assert KEY not in str(outcome.broken)
    assert "[key]" in str(outcome.broken)


@BOTH
@pytest.mark.parametrize(
    "data", [b"data: nonsense\n\n", b"data: 7\n\n", b'data: {"a"\n\n', b"event: x\ndata: <html>\n\n"]
)
def test_an_event_that_is_no_json_object_is_named(face: Any, data: bytes) -> None:
    assert "where its reply should be" in str(decode(data, face).broken)


def test_what_came_before_nonsense_is_given_first() -> None:
    outcome = decode(sse(chunk({"content": "Hello "}), chunk({"content": "wor <thi"}), b"nonsense") + contents("x"))
    assert outcome.reply.text == "Hello wor <thi"
    assert "plain text" in str(outcome.broken)
    assert not [event for event in outcome.events if isinstance(event, PartEnded)], "nothing false is told"


@BOTH
def test_an_error_is_raised_by_every_later_call(face: Any) -> None:
    decoder = FACES[face].decoder(request(), endpoint(face))
    for call in (lambda: decoder.feed(b"data: x\n\n"), lambda: decoder.feed(b"data: {}\n\n"), decoder.flush):
        with pytest.raises(WireError):
            call()


# -- cut streams -------------------------------------------------------------------------------------------------------

CUT = {
    "openai": sse(chunk({"reasoning_content": "Hm."}), chunk({"content": "Hello wor </th"})),
    "anthropic": messages_stream(
        block_delta(0, "thinking_delta", thinking="Hm."), block_delta(1, "text_delta", text="Hello wor </th"), stop=None
    ),
}


@BOTH
@pytest.mark.parametrize(
    "tail", [b"", b"data: {", b"data: {}", b"da", b": comment\n\n", b"event: message_delta\ndata: {"]
)
def test_a_stream_without_its_end_is_told_after_all_that_came(face: Any, tail: bytes) -> None:
    outcome = decode(CUT[face] + tail, face)
    assert (outcome.reply.thinking, outcome.reply.text) == ("Hm.", "Hello wor </th")
    assert "ended without its end" in str(outcome.broken)
    assert outcome.broken is not None
    assert outcome.broken.hint
    assert outcome.reply.stop_reason is None


def test_thinking_that_was_only_assumed_is_not_judged_when_the_stream_is_cut() -> None:
    outcome = decode(sse(chunk({"content": "Hm, so "})), starts_in_thinking=True)
    assert (outcome.reply.thinking, outcome.reply.text) == ("Hm, so ", "")


@BOTH
def test_a_stream_of_comments_alone_has_no_end(face: Any) -> None:
    assert "ended without its end" in str(decode(b": hello\n\n: still here\n\n", face).broken)


@BOTH
def test_flushing_a_whole_reply_again_gives_nothing(face: Any) -> None:
    decoder = FACES[face].decoder(request(), endpoint(face))
    data = contents("Hi") if face == "openai" else messages_stream(block_delta(0, "text_delta", text="Hi"))
    assert decoder.feed(data)
    assert decoder.flush() == []
    assert decoder.feed(b"data: nonsense\n\n") == []
    assert decoder.flush() == []


def test_a_body_is_asked_for_as_a_stream_and_a_stream_as_a_body() -> None:
    for stream in (True, False):
        for data in (contents("Hi"), completion({"content": "Hi"}), b"\xef\xbb\xbf\n" + contents("Hi")):
            decoder = FACES["openai"].decoder(request(stream=stream), endpoint())
            events = [*decoder.feed(data), *decoder.flush()]
            assert [event.text for event in events if isinstance(event, TextDelta)] == ["Hi"]


def test_a_body_beyond_the_limit_is_refused() -> None:
    answer = Answer(ChatReader(endpoint()), endpoint(), limit=100)
    answer.feed(b"{" + b" " * 90)
    with pytest.raises(WireError, match="larger than any reply"):
        answer.feed(b" " * 90)


def test_bytes_that_are_no_utf8_are_replaced() -> None:
    stream = contents("Hi ?!").replace(b"?", b"\xff")
    assert decode(stream).reply.text == "Hi \ufffd!"
    lone = contents("Hi ?!").replace(b"?", b"\\ud83d")
    text = decode(lone).reply.text
    assert text.startswith("Hi ")
    assert text.encode()


# -- errors inside an answer with HTTP 200 -----------------------------------------------------------------------------

NATIVE = {
    "id": "r-7",
    "choices": None,
    "usage": {"total_tokens": 0},
    "base_resp": {"status_code": 2056, "status_msg": "wait"},
}

WITHIN: dict[str, tuple[dict[str, Any], type[ServiceError], str | None, str | None]] = {
    # value: class, code, request id
    "plan quota": (NATIVE, PlanLimitError, "2056", "r-7"),
    "code as text": ({"base_resp": {"status_code": "1004", "status_msg": "login fail"}}, AuthError, "1004", None),
    "model not in plan": ({"base_resp": {"status_code": 2061, "status_msg": "no"}}, PlanLimitError, "2061", None),
    "anthropic": (
        {"type": "error", "error": {"type": "overloaded_error", "message": "busy"}, "request_id": "r"},
        OverloadedError,
        "overloaded_error",
        "r",
    ),
    "openrouter": (
        {
            "id": "gen-1",
            "choices": [{"delta": {"content": ""}, "finish_reason": "error"}],
            "error": {"code": 429, "message": "slow"},
        },
        RateLimitError,
        "429",
        "gen-1",
    ),
    "minimax": (
        {"error": {"type": "bad_request_error", "message": "input new_sensitive (1026)", "http_code": "422"}},
        ContentFilterError,
        "1026",
        None,
    ),
    "modelslab": ({"status": "error", "message": "Invalid API key"}, AuthError, None, None),
    "modelslab misspelt": ({"status": "error", "messege": "Invalid API key"}, AuthError, None, None),
    "modelslab queued": ({"status": "processing", "id": 77, "eta": 3}, ServiceError, "processing", None),
    "vllm": (
        {"object": "error", "message": "overheated", "type": "InternalServerError", "code": 500},
        ServiceError,
        "500",
        None,
    ),
    "text": ({"error": "No active channel available"}, ServiceError, None, None),
}


@BOTH
@pytest.mark.parametrize("name", WITHIN)
def test_an_error_under_http_200_is_typed_wherever_it_comes(face: Any, name: str) -> None:
    value, kind, code, request_id = WITHIN[name]
    before = CUT[face]
    for data in (json.dumps(value).encode(), sse(value), sse(value, done=True), before + sse(value) + contents("more")):
        outcome = decode(data, face)
        error = outcome.failure
        assert outcome.broken is None
        assert isinstance(outcome.events[-1], Failed)
        assert (type(error), error.code, error.request_id, error.status) == (kind, code, request_id, None)
        assert outcome.reply.text == ("Hello wor </th" if data.startswith(before) else "")
        assert outcome.reply.partial
        assert outcome.reply.stop_reason == "error"


@BOTH
def test_an_event_named_error_is_one_whatever_it_holds(face: Any) -> None:
    outcome = decode(b'event: error\ndata: {"message": "broken inside"}\n\n', face)
    assert "broken inside" in str(outcome.failure)


@BOTH
def test_empty_error_members_are_no_error(face: Any) -> None:
    fine = {"error": None, "base_resp": {"status_code": 0, "status_msg": ""}, "status": "completed"}
    openai = sse(chunk({"content": "Hi"}, "stop", **fine))
    stream = openai if face == "openai" else messages_stream({"type": "ping", **fine}, {"type": "message_stop", **fine})
    assert decode(stream, face).reply.stop_reason == "end_turn"


def test_a_queued_call_says_so() -> None:
    error = decode(sse(WITHIN["modelslab queued"][0])).failure
    assert "queued the call instead of answering" in str(error)
    assert not error.retryable


def test_whether_a_failed_call_costs_money_is_said_only_where_it_is_known() -> None:
    late = CUT["openai"] + sse(NATIVE)
    assert decode(sse(NATIVE)).failure.billed is False, "the model never ran"
    assert decode(late).failure.billed is None
    assert decode(late, provider={"title": "RunAPI", "failed_free": True}).failure.billed is False
    assert isinstance(decode(late).failure, MiniMaxError)
