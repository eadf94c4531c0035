"""A conversation from its first word to its file, over both protocols."""

from __future__ import annotations

import asyncio
import json
import signal
import threading
from decimal import Decimal

import pytest

from minimax_nb import (
    AuthError,
    Chat,
    ConfigError,
    RequestError,
    ServiceError,
    TransportError,
    UnknownModelError,
    WireError,
)
from minimax_nb.messages.events import Finished, TextDelta, ThinkingDelta
from tests.transport.servers import Wire, anthropic_frames, serving

FACES = ("anthropic", "openai")
NOW = "/emulate delay-ms=0\n"


def emulator(face: str = "anthropic", **more) -> Chat:
    return Chat(provider="emulator", face=face, **more)


@pytest.mark.parametrize("face", FACES)
def test_a_streamed_reply_and_one_in_a_piece_are_the_same(face):
    streamed = emulator(face).ask(NOW + "Show me a table and code.")
    whole = emulator(face).ask(NOW + "Show me a table and code.", stream=False)
    assert streamed.text == whole.text
    assert streamed.thinking == whole.thinking
    assert streamed.usage == whole.usage
    assert streamed.stop_reason == whole.stop_reason == "end_turn"
    assert len(streamed.text) > 100


@pytest.mark.parametrize("face", FACES)
def test_a_reply_says_who_answered_and_what_it_used(face):
    reply = emulator(face).ask(NOW + "hello")
    assert (reply.provider, reply.face, reply.asked_model) == ("emulator", face, "MiniMax-M3")
    assert reply.usage.input_tokens > 0
    assert reply.usage.output_tokens > 0
    assert reply.usage.thinking_tokens is None or reply.usage.thinking_tokens < reply.usage.output_tokens
    assert reply.cost == Decimal(0)
    assert reply.request_id
    assert reply.thinking
    assert not reply.partial


@pytest.mark.parametrize("face", FACES)
def test_the_pieces_of_text_join_to_the_text(face):
    with emulator(face).stream(NOW + "Show me a table.") as stream:
        pieces = list(stream.text_stream)
    assert len(pieces) > 3
    assert "".join(pieces) == stream.reply.text


def test_events_are_typed_and_the_reply_is_whole_at_any_time():
    stream = emulator().stream(NOW + "hello")
    text = thinking = ""
    for event in stream:
        if isinstance(event, TextDelta):
            text += event.text
        elif isinstance(event, ThinkingDelta):
            thinking += event.text
        assert stream.reply.text.startswith(text)
    assert isinstance(event, Finished)
    assert (stream.reply.text, stream.reply.thinking) == (text, thinking)


@pytest.mark.parametrize("face", FACES)
def test_coroutines_get_the_same_reply(face):
    async def run():
        reply = await emulator(face).ask_async(NOW + "Show me a list.")
        async with emulator(face).stream_async(NOW + "Show me a list.") as stream:
            pieces = [text async for text in stream.text_stream]
        return reply, pieces

    reply, pieces = asyncio.run(run())
    assert reply.text == "".join(pieces) == emulator(face).ask(NOW + "Show me a list.").text
    assert reply.timing == emulator(face).ask(NOW + "Show me a list.").timing


def test_under_the_emulator_the_times_are_the_scripts():
    first, second = (emulator().ask("hello") for _ in range(2))
    assert first.timing == second.timing
    assert first.timing.total_s > first.timing.first_token_s > 0
    assert first.timing.tokens_per_s > 0


@pytest.mark.parametrize("face", FACES)
def test_the_conversation_goes_along(face):
    chat = emulator(face)
    chat.ask(NOW + "My favourite colour is teal.")
    reply = chat.ask(NOW + "What did I ask you before?")
    assert "teal" in reply.text
    assert [message.role for message in chat.history] == ["user", "assistant"] * 2
    chat.reset()
    assert chat.history == ()
    assert "teal" not in chat.ask(NOW + "What did I ask you before?").text


def test_a_fork_has_the_same_past_and_its_own_future():
    chat = emulator()
    chat.ask(NOW + "one")
    twin = chat.fork()
    twin.ask(NOW + "two")
    assert len(chat.history) == 2
    assert len(twin.history) == 4
    assert twin.history[:2] == chat.history


@pytest.mark.parametrize(("face", "other"), [("anthropic", "openai"), ("openai", "anthropic")])
def test_thinking_goes_back_to_where_it_came_from_and_nowhere_else(face, other):
    chat = emulator(face)
    thinking = chat.ask(NOW + "one").thinking
    sample = thinking[:30]
    assert sample in json.dumps(dict(chat.preview("two").body), ensure_ascii=False)
    elsewhere = chat.fork(face=other)
    assert sample not in json.dumps(dict(elsewhere.preview("two").body), ensure_ascii=False)
    assert elsewhere.ask(NOW + "two").text


def test_a_chat_survives_saving_and_no_key_is_saved(tmp_path, monkeypatch):
    monkeypatch.setenv("MINIMAX_API_KEY", "test-key-for-nobody")
    chat = emulator(system="Be brief.", temperature=0.5)
    chat.ask(NOW + "Grüße, 你好")
    path = tmp_path / "talk.json"
    chat.save(path)
    again = Chat.load(path)
    assert again.history == chat.history
    assert (again.system, again.model, again.face) == ("Be brief.", chat.model, chat.face)
    assert again.preview("x").body == chat.preview("x").body
    assert "test-key-for-nobody" not in path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("not json", "not a saved chat"),
        ("[]", "not a saved chat"),
        ('{"format": "minimax_nb chat", "version": 99}', "newer version"),
        ('{"format": "minimax_nb chat", "version": 1}', "lacks a part"),
    ],
)
def test_a_file_that_is_no_saved_chat_is_told(tmp_path, content, said):
    path = tmp_path / "talk.json"
    path.write_text(content)
    with pytest.raises(ConfigError, match=said):
        Chat.load(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        Chat.load(tmp_path / "absent.json")


def test_a_failed_save_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "talk.json"
    chat = emulator()
    chat.save(path)
    before = path.read_text()
    monkeypatch.setattr(json, "dumps", lambda *a, **k: "\udcff" * 3)
    with pytest.raises(UnicodeEncodeError):
        chat.save(path)
    assert path.read_text() == before
    assert [file.name for file in tmp_path.iterdir()] == ["talk.json"]


def test_tokens_are_counted_by_the_service_where_it_counts_and_nothing_is_added():
    chat = emulator("anthropic")
    count = chat.count("How long is this?")
    assert count.exact
    reply = chat.ask(NOW + "How long is this?")
    assert chat.count(NOW + "How long is this?").tokens > reply.usage.input_tokens  # the history counts now
    assert len(chat.history) == 2
    guess = Chat(provider="emulator:openrouter").count("How long is this?")
    assert not guess.exact
    assert guess.tokens > 0


# -- mistakes ----------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "error", "said"),
    [
        (lambda: Chat("MiniMax-M33"), ConfigError, "MiniMax-M3"),
        (lambda: Chat(provider="minimix"), ConfigError, "minimax"),
        (lambda: Chat(provider="minimax"), ConfigError, "MINIMAX_API_KEY"),
        (lambda: Chat(face="opnai"), ConfigError, "openai"),
        (lambda: Chat(timeout=0), ConfigError, "timeout"),
        (lambda: Chat(retries=-1), ConfigError, "retries"),
        (lambda: emulator().ask("x", temperature=9), RequestError, "0 to 2"),
        (lambda: emulator().ask("x", temprature=1), ConfigError, "temperature"),
        (lambda: emulator().ask("x", max_tokens=10**9), RequestError, "524,288"),
        (lambda: emulator().ask("   "), RequestError, "empty"),
        (lambda: emulator().ask(), RequestError, "empty"),
        (lambda: Chat("MiniMax-M2.7", provider="emulator").ask("x", thinking="off"), RequestError, "always thinks"),
        (lambda: emulator().retry(), RequestError, "No prompt has failed"),
    ],
)
def test_a_mistake_is_told_in_one_line_before_anything_is_sent(make, error, said):
    with pytest.raises(error) as caught:
        make()
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize(
    ("fault", "error"),
    [("cut", TransportError), ("end-early", WireError), ("garbage", WireError), ("error-mid", ServiceError)],
)
def test_what_had_arrived_is_kept_and_the_chat_goes_on(face, fault, error):
    chat = emulator(face, retries=0)
    prompt = f"/emulate fault={fault},delay-ms=0\nShow me a table and code."
    with pytest.raises(error) as caught:
        chat.ask(prompt)
    reply = caught.value.reply
    assert reply.text or reply.thinking
    assert reply.partial
    assert reply.stop_reason == "error"
    assert reply.prompt == prompt
    assert chat.ask(NOW + "And now?").stop_reason == "end_turn"


@pytest.mark.parametrize("face", FACES)
def test_a_failure_before_any_text_leaves_the_conversation_as_it_was_and_can_be_retried(face):
    chat = emulator(face, retries=0)
    with pytest.raises(TransportError):
        chat.ask("/emulate fault=cut-early,delay-ms=0\nhello")
    assert chat.history == ()
    with pytest.raises(TransportError):
        chat.retry()
    assert len(chat.usage.lines) == 1
    assert chat.usage.lines[0].replies == 2


@pytest.mark.parametrize("face", FACES)
def test_a_refused_key_is_told_without_showing_it(face):
    chat = Chat(provider="emulator", face=face, api_key="bad-key")
    with pytest.raises(AuthError) as caught:
        chat.ask(NOW + "hello")
    assert "bad-key" not in str(caught.value) + repr(caught.value) + repr(chat)
    assert caught.value.status == 401
    assert not caught.value.retryable


def test_a_model_the_service_does_not_know():
    with serving(_answers_400) as server, pytest.raises(UnknownModelError) as caught:
        Chat("some-model", base_url=server.url + "/v1", face="openai").ask("hello")
    assert caught.value.code == "2013"
    assert "some-model" in str(caught.value)


def _answers_400(wire: Wire) -> None:
    wire.request()
    body = {
        "type": "error",
        "error": {
            "type": "bad_request_error",
            "message": "invalid params, unknown model 'some-model' (2013)",
            "http_code": "400",
        },
        "request_id": "0" * 32,
    }
    wire.head("400 Bad Request", "application/json")
    wire.chunk(json.dumps(body).encode())
    wire.end()


# -- tries ----------------------------------------------------------


def failing_first(times: int, status: str = "529 Overloaded", extra: str = "", then: list[bytes] | None = None):
    calls: list[int] = []

    def script(wire: Wire) -> None:
        while wire.request():
            calls.append(1)
            if len(calls) <= times:
                wire.head(status, "application/json", extra)
                wire.chunk(b'{"type":"error","error":{"message":"no"}}')
                wire.end()
                continue
            wire.head()
            for frame in then or anthropic_frames("Hello ", "there"):
                wire.chunk(frame)
            wire.end()

    return script, calls


def test_an_error_that_can_pass_is_tried_again_and_told_meanwhile(monkeypatch):
    script, calls = failing_first(2, extra="retry-after: 0\r\n")
    with serving(script) as server:
        chat = Chat("m", base_url=server.url, face="anthropic", retries=2)
        statuses: list[str] = []
        stream = chat.stream("hello")
        monkeypatch.setattr(
            type(stream.reply),
            "status",
            property(lambda _: statuses[-1], lambda _, said: statuses.append(said)),
            raising=False,
        )
        assert stream.until_done().text == "Hello there"
    assert len(calls) == 3
    assert "try 2 of 3" in statuses[0]
    assert stream.reply.status == ""


def test_giving_up_tells_how_often_it_was_tried():
    script, calls = failing_first(99, extra="retry-after: 0\r\n")
    with serving(script) as server, pytest.raises(ServiceError) as caught:
        Chat("m", base_url=server.url, face="anthropic", retries=1).ask("hello")
    assert len(calls) == 2
    assert "Tried 2 times" in str(caught.value)


def test_a_wait_longer_than_allowed_is_not_begun():
    script, calls = failing_first(99, extra="retry-after: 3600\r\n")
    with serving(script) as server, pytest.raises(ServiceError):
        Chat("m", base_url=server.url, face="anthropic", retries=5, retry_wait=1).ask("hello")
    assert len(calls) == 1


@pytest.mark.parametrize("status", ["401 Unauthorized", "400 Bad Request", "402 Payment Required"])
def test_an_error_that_cannot_pass_is_not_tried_again(status):
    script, calls = failing_first(99, status)
    with serving(script) as server, pytest.raises(ServiceError):
        Chat("m", base_url=server.url, face="anthropic", retries=5).ask("hello")
    assert len(calls) == 1


def test_nothing_is_tried_again_once_text_was_delivered():
    calls: list[int] = []

    def script(wire: Wire) -> None:
        wire.request()
        calls.append(1)
        wire.head()
        for frame in anthropic_frames("Hello ", end=False):
            wire.chunk(frame)

    with serving(script) as server, pytest.raises(TransportError) as caught:
        Chat("m", base_url=server.url, face="anthropic", retries=5).ask("hello")
    assert len(calls) == 1
    assert caught.value.reply.text == "Hello "


# -- stopping ----------------------------------------------------------


def begun_then_silent(wire: Wire) -> None:
    wire.request()
    wire.head()
    for frame in anthropic_frames("Half an ", "answer", end=False):
        wire.chunk(frame)
    wire.hang_until_client_leaves()


def test_a_connection_that_breaks_after_the_reply_was_whole_breaks_nothing():
    frames = [
        b'data: {"id":"1","choices":[{"index":0,"delta":{"content":"Whole."},"finish_reason":"stop"}]}\n\n',
    ]

    def script(wire: Wire) -> None:
        wire.request()
        wire.head()
        for frame in frames:
            wire.chunk(frame)

    with serving(script) as server:
        reply = Chat("m", base_url=server.url, face="openai").ask("hello")
    assert (reply.text, reply.partial, reply.stop_reason) == ("Whole.", False, "end_turn")


def test_stop_from_another_thread_keeps_what_came_and_the_chat_goes_on():
    with serving(begun_then_silent) as server:
        chat = Chat("m", base_url=server.url, face="anthropic")
        stream = chat.stream("hello")
        threading.Timer(0.3, stream.stop).start()
        reply = stream.until_done()
        assert (reply.text, reply.partial, reply.stop_reason) == ("Half an answer", True, "interrupted")
        assert server.left.wait(2)
    assert [message.role for message in chat.history] == ["user", "assistant"]
    body = chat.preview("go on").body
    assert body["messages"][1] == {"role": "assistant", "content": [{"type": "text", "text": "Half an answer"}]}


def test_leaving_the_with_block_early_closes_the_connection():
    with serving(begun_then_silent) as server:
        with Chat("m", base_url=server.url, face="anthropic").stream("hello") as stream:
            for _ in stream.text_stream:
                break
        assert stream.reply.stop_reason == "interrupted"
        assert server.left.wait(2)


def test_a_stream_that_was_never_read_sends_nothing():
    with serving(begun_then_silent) as server:
        chat = Chat("m", base_url=server.url, face="anthropic")
        with chat.stream("hello"):
            pass
        assert server.connections == 0
    assert chat.history == ()


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="no signal can be sent to one thread on Windows")
def test_an_interrupt_in_the_reading_thread_keeps_what_came():
    with serving(begun_then_silent) as server:
        chat = Chat("m", base_url=server.url, face="anthropic")
        stream = chat.stream("hello")
        main = threading.main_thread().ident
        threading.Timer(0.5, lambda: signal.pthread_kill(main, signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt):
            stream.until_done()
        assert server.left.wait(2)
    assert stream.reply.text == "Half an answer"
    assert stream.reply.stop_reason == "interrupted"
    assert len(chat.history) == 2


def test_cancelling_a_task_keeps_what_came():
    async def run(url: str):
        chat = Chat("m", base_url=url, face="anthropic")
        stream = chat.stream_async("hello")
        task = asyncio.create_task(stream.until_done())
        while stream.reply.text != "Half an answer":
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return stream.reply

    with serving(begun_then_silent) as server:
        reply = asyncio.run(run(server.url))
        assert server.left.wait(2)
    assert reply.stop_reason == "interrupted"


def test_chats_that_stream_at_once_do_not_mix():
    texts: dict[int, str] = {}

    def run(number: int) -> None:
        prompt = f"/emulate delay-ms=1,text=reply number {number} " + "word " * 50
        texts[number] = emulator(FACES[number % 2]).ask(prompt).text

    threads = [threading.Thread(target=run, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(text.startswith(f"reply number {number} word") for number, text in texts.items())
    assert len(texts) == 12


# -- who answers ----------------------------------------------------------


def test_without_a_key_the_emulator_answers_and_says_so_once():
    from minimax_nb.chat import chat as module

    module._told.clear()
    first, second = (Chat().ask(NOW + "hello") for _ in range(2))
    assert any("MINIMAX_API_KEY" in note for note in first.notes)
    assert not second.notes


def test_usage_is_kept_apart_by_model():
    chat = emulator()
    chat.ask(NOW + "one")
    chat.use(provider="emulator", model="MiniMax-M2.7")
    chat.ask(NOW + "two")
    assert [line.model for line in chat.usage.lines] == ["MiniMax-M3", "MiniMax-M2.7"]
    assert all(line.replies == 1 and line.input_tokens > 0 for line in chat.usage.lines)


def test_a_preview_sends_nothing_and_shows_no_key():
    with serving(begun_then_silent) as server:
        chat = Chat("m", base_url=server.url, face="openai", api_key="test-key-for-nobody", system="Be brief.")
        preview = chat.preview("hello", temperature=0.5)
        assert server.connections == 0
    assert preview.body["temperature"] == 0.5
    assert [message["role"] for message in preview.body["messages"]] == ["system", "user"]
    assert "test-key-for-nobody" not in repr(preview) + str(preview._repr_mimebundle_())
