"""Bytes over HTTP: waits that end, stops that work at every stage, errors in our own words, keys that stay hidden."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading

import pytest

from minimax_nb.errors import ConfigError, TransportError
from minimax_nb.secrets import Secret
from minimax_nb.transport import Limits, Stop, Stopped, open_exchange, open_exchange_async
from minimax_nb.wire.call import Call
from tests.transport.servers import Server, Wire, serving

KEY = "test-key-for-nobody"
QUICK = Limits(timeout=5.0, retries=0)


def call(url: str) -> Call:
    return Call("POST", f"{url}/chat", (("content-type", "application/json"),), b"{}", key=Secret(KEY))


def read(server: Server, limits: Limits = QUICK) -> bytes:
    exchange = open_exchange(call(server.url), limits, Stop())
    try:
        return b"".join(exchange.chunks())
    finally:
        exchange.close()


def answers(*pieces: bytes):
    def script(wire: Wire) -> None:
        while wire.request():
            wire.head()
            for piece in pieces:
                wire.chunk(piece)
            wire.end()

    return script


def test_the_body_arrives_as_it_was_sent():
    with serving(answers(b"one", b"two")) as server:
        assert read(server) == b"onetwo"


def test_the_key_travels_in_its_header_and_nowhere_else():
    seen: list[bytes] = []

    def script(wire: Wire) -> None:
        seen.append(wire.request())
        wire.head()
        wire.end()

    with serving(script) as server:
        read(server)
    assert seen[0].count(KEY.encode()) == 1
    assert f"authorization: Bearer {KEY}".encode() in seen[0].lower().replace(b"bearer", b"Bearer")


def test_a_connection_is_used_again_when_its_answer_was_read_to_the_end():
    with serving(answers(b"x")) as server:
        for _ in range(5):
            read(server)
        assert server.connections == 1


def test_an_idle_connection_that_the_server_closes_just_then_costs_nothing_but_a_new_one():
    def script(wire: Wire) -> None:
        wire.request()
        wire.head()
        wire.chunk(b"x")
        wire.end()
        wire.request()  # reads the next call, and closes without a word

    with serving(script) as server:
        assert [read(server) for _ in range(4)] == [b"x"] * 4


def test_two_calls_at_once_do_not_share_a_connection():
    with serving(answers(b"x")) as server:
        first = open_exchange(call(server.url), QUICK, Stop())
        second = open_exchange(call(server.url), QUICK, Stop())
        assert b"".join(second.chunks()) == b"".join(first.chunks()) == b"x"
        first.close()
        second.close()
        assert server.connections == 2


def test_the_tls_context_is_made_once(monkeypatch):
    from minimax_nb.transport import lines

    made: list[object] = []
    real = lines.httpx.create_ssl_context
    monkeypatch.setattr(lines.httpx, "create_ssl_context", lambda: made.append(1) or real())
    lines.tls_context.cache_clear()
    for _ in range(3):
        lines.Line("https://example.invalid/x").client.close()
    assert len(made) == 1


def silent_before_the_head(wire: Wire) -> None:
    wire.request()
    wire.hang_until_client_leaves()


def silent_in_the_body(wire: Wire) -> None:
    wire.request()
    wire.head()
    wire.chunk(b"begun")
    wire.hang_until_client_leaves()


@pytest.mark.parametrize("script", [silent_before_the_head, silent_in_the_body])
def test_silence_ends_at_the_time_limit(script):
    with serving(script) as server, pytest.raises(TransportError, match=r"silent for 0\.3 s"):
        read(server, Limits(timeout=0.3, retries=0))


@pytest.mark.parametrize("script", [silent_before_the_head, silent_in_the_body])
def test_a_stop_from_another_thread_wakes_the_reader_and_closes_the_connection(script):
    stop = Stop()
    with serving(script) as server:
        threading.Timer(0.2, stop.set).start()

        def read_on() -> None:
            with contextlib.closing(open_exchange(call(server.url), Limits(timeout=60, retries=0), stop)) as exchange:
                for _ in exchange.chunks():
                    pass

        with pytest.raises(Stopped):
            read_on()
        assert server.left.wait(2), "the server never saw the client leave"


def test_a_stop_made_before_the_call_prevents_it():
    stop = Stop()
    stop.set()
    with serving(answers(b"x")) as server, pytest.raises(Stopped):
        open_exchange(call(server.url), QUICK, stop)


def test_an_unreachable_host_is_told_with_what_to_do():
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    listener.close()
    with pytest.raises(TransportError, match=r"Could not reach 127\.0\.0\.1") as caught:
        open_exchange(call(url), QUICK, Stop())
    assert "Nothing was sent" in str(caught.value)
    assert not caught.value.retryable, "a refused loopback port does not get better by waiting"


def test_a_cut_connection_is_told():
    def script(wire: Wire) -> None:
        wire.request()
        wire.head()
        wire.chunk(b"begun")

    with serving(script) as server, pytest.raises(TransportError, match="cut off"):
        read(server)


def test_bytes_that_are_not_http_are_told():
    def script(wire: Wire) -> None:
        wire.request()
        wire.send(b"\x00\x01\x02 nonsense\r\n\r\n")

    with serving(script) as server, pytest.raises(TransportError):
        read(server)


@pytest.mark.parametrize("url", ["http://", "http://[", "nonsense://127.0.0.1", "http://127.0.0.1:99999"])
def test_an_address_that_is_none_is_a_matter_of_settings(url):
    with pytest.raises((ConfigError, TransportError)) as caught:
        open_exchange(call(url), QUICK, Stop())
    assert KEY not in str(caught.value)
    with pytest.raises(type(caught.value)) as again:
        asyncio.run(open_exchange_async(call(url), QUICK))
    assert str(again.value) == str(caught.value)


@pytest.mark.parametrize(
    ("name", "proxy", "said"),
    [
        ("ALL_PROXY", "socks5://name:password@127.0.0.1:9", "httpx[socks]"),
        ("HTTPS_PROXY", "ftp://127.0.0.1:9", "http://proxy.example:3128"),
    ],
)
def test_a_proxy_that_cannot_be_used_is_named_by_its_variable_alone(name, proxy, said, monkeypatch):
    monkeypatch.setenv(name, proxy)
    for ask in (lambda c: open_exchange(c, QUICK, Stop()), lambda c: asyncio.run(open_exchange_async(c, QUICK))):
        with pytest.raises(ConfigError, match=f"The proxy in {name} cannot be used") as caught:
            ask(call("https://service.invalid"))
        assert said in str(caught.value)
        assert "127.0.0.1" not in str(caught.value)
        assert "password" not in str(caught.value)


@pytest.mark.parametrize("proxy", ["http://127.0.0.1:9", "socks5://127.0.0.1:9"])
def test_this_computer_is_reached_without_a_proxy(proxy, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", proxy)
    monkeypatch.setenv("ALL_PROXY", proxy)
    with serving(answers(b"here")) as server:
        assert read(server) == b"here"


def failing_exchanges():
    yield "silent", silent_before_the_head
    yield "silent body", silent_in_the_body
    yield "cut", lambda wire: wire.request() and wire.head()
    yield "not http", lambda wire: wire.request() and wire.send(b"\xff\r\n\r\n")


@pytest.mark.parametrize(("name", "script"), list(failing_exchanges()))
def test_no_traceback_with_local_variables_shows_the_key(name, script):
    from IPython.core.ultratb import VerboseTB

    with serving(script) as server:
        try:
            read(server, Limits(timeout=0.2, retries=0))
        except TransportError as error:
            try:
                formatter = VerboseTB(theme_name="nocolor", include_vars=True)
            except TypeError:  # before IPython 9 it was named otherwise
                formatter = VerboseTB(color_scheme="NoColor", include_vars=True)
            text = formatter.text(type(error), error, error.__traceback__)
            assert "test_http" in text
            assert KEY not in text
        else:
            pytest.fail("nothing was raised")


@pytest.mark.parametrize("reads", [0, 1])
def test_an_interrupt_passes_no_frames_of_the_http_library(monkeypatch, reads):
    """In the middle of the head and of the body: the library's frames hold headers, key and all."""
    import traceback

    from httpcore._backends.sync import SyncStream

    real, seen = SyncStream.read, []

    def interrupted(self, *args, **more):
        if len(seen) >= reads:
            raise KeyboardInterrupt
        seen.append(1)
        return real(self, *args, **more)

    monkeypatch.setattr(SyncStream, "read", interrupted)

    def script(wire: Wire) -> None:
        wire.request()
        wire.head()
        wire.hang_until_client_leaves()

    with serving(script) as server, pytest.raises(KeyboardInterrupt) as caught:
        read(server)
    told = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert not [frame.filename for frame in told.stack if "httpcore" in frame.filename or "httpx" in frame.filename]
    assert KEY not in "".join(told.format())


def test_coroutines_read_the_same_bytes_and_close_when_cancelled():
    async def run(server: Server) -> bytes:
        exchange = await open_exchange_async(call(server.url), QUICK)
        try:
            return b"".join([data async for data in exchange.chunks()])
        finally:
            await exchange.close()

    with serving(answers(b"one", b"two")) as server:
        assert asyncio.run(run(server)) == b"onetwo"

    async def cancelled(server: Server) -> None:
        task = asyncio.create_task(run(server))
        await asyncio.sleep(0.2)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with serving(silent_in_the_body) as server:
        asyncio.run(cancelled(server))
        assert server.left.wait(2)
