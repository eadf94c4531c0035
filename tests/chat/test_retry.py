"""When a call is sent again: how often, after which waits, and what a user sees and can do meanwhile."""

from __future__ import annotations

import asyncio
import json
import signal
import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from minimax_nb import Chat, MiniMaxError, OverloadedError, ServiceError, TransportError, WireError
from minimax_nb.transport import retry
from minimax_nb.transport.exchange import Stop
from tests.transport.servers import Wire, anthropic_frames, serving

NEVER = (1004, 1008, 1026, 1027, 1028, 1030, 1042, 2013, 2049, 2056, 2061)
AGAIN = (1000, 1001, 1002, 1013, 1024, 1033, 1041, 2045, 2062, 2064)
STATUSES_NEVER = (301, 400, 401, 402, 403, 404, 405, 409, 410, 413, 415, 422, 501)
STATUSES_AGAIN = (408, 429, 500, 502, 503, 504, 529)
START, OPEN = anthropic_frames(end=False)
COUNTED = START.replace(b'"input_tokens": 0', b'"input_tokens": 40')
ERROR = b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"busy"}}\n\n'


@pytest.fixture
def waits(monkeypatch) -> Iterator[list[float]]:
    """The waits that were asked for; none of them is made."""
    asked: list[float] = []

    async def sleep(seconds: float) -> None:
        asked.append(seconds)

    monkeypatch.setattr(Stop, "wait", lambda _self, seconds: asked.append(seconds))
    monkeypatch.setattr(retry, "asyncio", SimpleNamespace(sleep=sleep))
    return asked


class Service:
    """Answers each call with the next of ``answers`` (status line, extra headers, pieces, whether it ends), the last
    for ever; counts the calls."""

    def __init__(self, *answers: tuple[str, str, list[bytes], bool]) -> None:
        self.answers, self.calls = answers, 0

    def __call__(self, wire: Wire) -> None:
        while wire.request():
            status, extra, pieces, ends = self.answers[min(self.calls, len(self.answers) - 1)]
            self.calls += 1
            wire.head(status, "text/event-stream" if status.startswith("2") else "application/json", extra)
            for piece in pieces:
                wire.chunk(piece)
            if not ends:
                return
            wire.end()


def refusal(
    status: int, extra: str = "", body: bytes = b'{"error":{"message":"no"}}'
) -> tuple[str, str, list[bytes], bool]:
    return f"{status} X", extra, [body], True


def frames(*pieces: bytes, ends: bool = True) -> tuple[str, str, list[bytes], bool]:
    return "200 OK", "", list(pieces), ends


GOOD = frames(*anthropic_frames("All well."))


def chat_at(url: str, **more: Any) -> Chat:
    return Chat("m", provider="local", base_url=url, face="anthropic", timeout=10, **more)


def ask(chat: Chat) -> str:
    return chat.ask("hello").text


def ask_async(chat: Chat) -> str:
    return asyncio.run(chat.ask_async("hello")).text


both = pytest.mark.parametrize("ask", [ask, ask_async])


@both
@pytest.mark.parametrize("code", NEVER)
def test_these_codes_are_never_tried_again(code, ask, waits):
    for body, status in (
        ({"type": "error", "error": {"type": "api_error", "message": f"no ({code})"}}, 500),
        ({"base_resp": {"status_code": code, "status_msg": "no"}, "choices": None}, 200),
    ):
        service = Service(refusal(status, body=json.dumps(body).encode()))
        with serving(service) as server, pytest.raises(ServiceError):
            ask(chat_at(server.url, retries=5, retry_wait=1000))
        assert service.calls == 1
    assert waits == []


@both
@pytest.mark.parametrize("status", STATUSES_NEVER)
def test_these_statuses_are_never_tried_again(status, ask, waits):
    service = Service(refusal(status))
    with serving(service) as server, pytest.raises(ServiceError):
        ask(chat_at(server.url, retries=5, retry_wait=1000))
    assert (service.calls, waits) == (1, [])


@both
@pytest.mark.parametrize("code", AGAIN)
def test_these_codes_are_tried_again(code, ask, waits):
    body = json.dumps({"type": "error", "error": {"type": "x", "message": f"later ({code})"}}).encode()
    service = Service(refusal(400, body=body), GOOD)
    with serving(service) as server:
        assert ask(chat_at(server.url)) == "All well."
    assert service.calls == 2
    assert len(waits) == 1


@both
@pytest.mark.parametrize("status", STATUSES_AGAIN)
def test_these_statuses_are_tried_again(status, ask, waits):
    service = Service(refusal(status), refusal(status), GOOD)
    with serving(service) as server:
        assert ask(chat_at(server.url, retries=2)) == "All well."
    assert service.calls == 3
    assert len(waits) == 2


@both
def test_the_back_off_grows_is_random_and_is_bounded(ask, waits):
    service = Service(refusal(503))
    for _ in range(2):
        with serving(service) as server, pytest.raises(OverloadedError):
            ask(chat_at(server.url, retries=9, retry_wait=10_000))
    first, second = waits[:9], waits[9:]
    assert len(second) == 9
    assert first != second
    for number, wait in enumerate(first):
        assert 0 <= wait <= min(30, 2**number)


@both
@pytest.mark.parametrize(
    ("extra", "body", "seconds"),
    [
        ("retry-after: 7\r\n", b"{}", 7),
        ("retry-after: 0.5\r\n", b"{}", 0.5),
        ("retry-after: Sat, 21 Nov 2026 10:00:30 GMT\r\ndate: Sat, 21 Nov 2026 10:00:00 GMT\r\n", b"{}", 30),
        ("", b'{"status":"error","message":"slow","retry_after":9}', 9),
        ("retry-after: 7\r\n", b'{"retry_after":9}', 7),
        ("x-ratelimit-reset: 1795255212\r\ndate: Sat, 21 Nov 2026 10:00:00 GMT\r\n", b"{}", 12),
    ],
)
def test_the_wait_a_service_asks_for_is_kept(extra, body, seconds, ask, waits):
    service = Service(refusal(429, extra, body), GOOD)
    with serving(service) as server:
        assert ask(chat_at(server.url)) == "All well."
    assert waits == [seconds]


@both
@pytest.mark.parametrize("reset", ["1795255300", "1795255100", "soon", "nan"])
def test_a_reset_that_is_far_away_past_or_nonsense_is_no_wish(reset, ask, waits):
    extra = f"x-ratelimit-reset: {reset}\r\ndate: Sat, 21 Nov 2026 10:00:00 GMT\r\n"
    service = Service(refusal(429, extra), GOOD)
    with serving(service) as server:
        ask(chat_at(server.url))
    assert waits[0] <= 1


@both
@pytest.mark.parametrize(("code", "least"), [(2062, 45), (1041, 5), (2045, 5), (2064, 5), (1039, 20), (1002, 0)])
def test_some_codes_want_a_longer_pause(code, least, ask, waits):
    body = json.dumps({"error": {"message": f"later ({code})"}}).encode()
    service = Service(refusal(429, body=body), GOOD)
    with serving(service) as server:
        ask(chat_at(server.url))
    assert least <= waits[0] <= least + 1


@both
def test_a_wait_longer_than_allowed_is_not_begun_and_is_told(ask, waits):
    service = Service(refusal(429, "retry-after: 300\r\n"))
    with serving(service) as server, pytest.raises(ServiceError) as caught:
        ask(chat_at(server.url, retries=5, retry_wait=60))
    assert (service.calls, waits, caught.value.attempts) == (1, [], 1)
    assert "It asked to wait 300 s, more than retry_wait (60 s) allows." in str(caught.value)


@both
def test_all_waits_together_stay_under_the_limit_and_the_tries_are_told(ask, waits):
    service = Service(refusal(429, "retry-after: 7\r\n"))
    with serving(service) as server, pytest.raises(ServiceError) as caught:
        ask(chat_at(server.url, retries=9, retry_wait=20))
    assert waits == [7, 7]
    assert (service.calls, caught.value.attempts) == (3, 3)
    assert "Tried 3 times." in str(caught.value)


@both
def test_a_line_that_is_cut_before_the_reply_is_tried_again_and_the_tries_are_told(ask, waits):
    service = Service(frames(ends=False))
    with serving(service) as server, pytest.raises(TransportError) as caught:
        ask(chat_at(server.url, retries=2))
    assert (service.calls, caught.value.attempts, len(waits)) == (3, 3, 2)
    assert "Tried 3 times." in str(caught.value)


@both
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param(frames(START, ends=False), TransportError, id="cut after the first event"),
        pytest.param(frames(START, OPEN, ends=False), TransportError, id="cut after a part began"),
        pytest.param(frames(COUNTED, ERROR), ServiceError, id="error after tokens were counted"),
        pytest.param(frames(*anthropic_frames("Hi", end=False), ERROR), ServiceError, id="error after text"),
        pytest.param(frames(*anthropic_frames("Hi", end=False), ends=False), TransportError, id="cut after text"),
        pytest.param(frames(*anthropic_frames("Hi", end=False)), WireError, id="no end"),
        pytest.param(frames(b"<html>"), WireError, id="a page"),
    ],
)
def test_nothing_is_sent_again_that_may_be_billed_twice(answer, error, ask, waits):
    service = Service(answer)
    with serving(service) as server, pytest.raises(error) as caught:
        ask(chat_at(server.url, retries=5))
    assert (service.calls, waits, caught.value.attempts) == (1, [], 1)


@both
def test_an_error_the_service_reports_before_anything_was_counted_is_tried_again(ask, waits):
    service = Service(frames(START, ERROR), frames(ERROR), GOOD)
    with serving(service) as server:
        assert ask(chat_at(server.url)) == "All well."
    assert (service.calls, len(waits)) == (3, 2)


@both
def test_a_silence_is_not_tried_again(ask, waits):
    calls: list[int] = []

    def script(wire: Wire) -> None:
        wire.request()
        calls.append(1)
        wire.hang_until_client_leaves()

    with serving(script) as server:
        chat = Chat("m", provider="local", base_url=server.url, face="anthropic", timeout=0.2, retries=5)
        with pytest.raises(TransportError, match="silent"):
            ask(chat)
    assert (len(calls), waits) == (1, [])


# -- the call's id -----------------------------------------------------------------------------------------------------

WITH_ID = "x-request-id: req-8\r\nx-runapi-task-id: task-8\r\n"


@both
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal(500, WITH_ID), ServiceError),
        (("200 OK", WITH_ID, [b"<html>"], True), WireError),
        (("200 OK", WITH_ID, [], True), WireError),
        (("200 OK", WITH_ID, [b": hm"], False), TransportError),
        (("200 OK", WITH_ID, [ERROR], True), ServiceError),
    ],
)
def test_every_error_of_a_call_that_had_an_id_shows_it(answer, error, ask):
    with serving(Service(answer)) as server, pytest.raises(error) as caught:
        ask(chat_at(server.url, retries=0))
    assert (caught.value.request_id, caught.value.task_id) == ("req-8", "task-8")
    assert str(caught.value).endswith("(request req-8, task task-8)")
    assert (caught.value.reply.request_id, caught.value.reply.task_id) == ("req-8", "task-8")


@both
def test_the_id_of_an_earlier_try_is_not_told_of_a_later_one(ask, waits):
    service = Service(("200 OK", WITH_ID, [ERROR], True), refusal(503))
    with serving(service) as server, pytest.raises(ServiceError) as caught:
        ask(chat_at(server.url, retries=1))
    assert service.calls == 2
    assert caught.value.request_id is None


# -- meanwhile ---------------------------------------------------------------------------------------------------------


def waiting_stream(url: str):
    return chat_at(url, retries=3, retry_wait=100).stream("hello")


def when_waiting(reply: Any, act: Any) -> threading.Thread:
    """Do something as soon as the reply says that a wait has begun."""
    begun = threading.Event()

    def watch() -> None:
        while "Waiting" not in reply.status and not begun.wait(0.01):
            pass
        act()

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    return thread


def test_the_wait_is_visible_and_a_stop_from_another_thread_ends_it():
    service = Service(refusal(503, "retry-after: 90\r\n"))
    with serving(service) as server:
        stream = waiting_stream(server.url)
        seen: list[str] = []
        when_waiting(stream.reply, lambda: (seen.append(stream.reply.status), stream.stop()))
        reply = stream.until_done()
    assert (reply.stop_reason, service.calls) == ("interrupted", 1)
    assert "too busy" in seen[0]
    assert "Waiting 90.0 s, then try 2 of 4." in seen[0]
    assert reply.status == ""


def test_an_interrupt_ends_the_wait():
    service = Service(refusal(503, "retry-after: 90\r\n"))
    with serving(service) as server:
        stream = waiting_stream(server.url)
        main = threading.main_thread().ident
        when_waiting(stream.reply, lambda: signal.pthread_kill(main, signal.SIGINT))
        with pytest.raises(KeyboardInterrupt):
            stream.until_done()
    assert (stream.reply.stop_reason, service.calls) == ("interrupted", 1)


def test_cancelling_a_task_ends_the_wait():
    async def run(url: str):
        stream = chat_at(url, retries=3, retry_wait=100).stream_async("hello")
        task = asyncio.create_task(stream.until_done())
        while "Waiting 90.0 s" not in stream.reply.status:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return stream.reply

    service = Service(refusal(503, "retry-after: 90\r\n"))
    with serving(service) as server:
        reply = asyncio.run(run(server.url))
    assert (reply.stop_reason, service.calls) == ("interrupted", 1)


def test_no_connection_is_held_through_a_wait():
    left = threading.Event()

    def script(wire: Wire) -> None:
        wire.request()
        wire.send(b"HTTP/1.1 503 X\r\nretry-after: 90\r\ncontent-length: 9999999\r\n\r\n" + b"x" * 2_000_000)
        wire.hang_until_client_leaves()
        left.set()

    with serving(script) as server:
        stream = waiting_stream(server.url)
        thread = threading.Thread(target=stream.until_done)
        thread.start()
        assert left.wait(10), "the connection was still open"
        stream.stop()
        thread.join(10)
    assert isinstance(stream.reply.error, KeyboardInterrupt | MiniMaxError)
