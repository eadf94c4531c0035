"""A conversation with a video that is uploaded: once, again only when it is lost, and never by looking or counting."""

from __future__ import annotations

import asyncio
import json
import os
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from minimax_nb import AuthError, Chat, Reply, RequestError, ServiceError, TransportError, Video
from minimax_nb.chat import uploads
from minimax_nb.chat.kept import Kept
from minimax_nb.emulator import serve
from tests.emulator.making import BLUE, RED, film
from tests.transport.servers import Wire, anthropic_frames, serving

KEY = "test-key-for-nobody"
FACES = ("openai", "anthropic")
MB = 1_000_000


def told(chat: Chat, *prompt: object) -> Reply:
    return chat.ask(*prompt)


def told_async(chat: Chat, *prompt: object) -> Reply:
    return asyncio.run(chat.ask_async(*prompt))


WAYS = pytest.mark.parametrize("ask", [told, told_async])
Ask = Callable[..., Reply]


@pytest.fixture(autouse=True)
def cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The file in which uploads are remembered; nothing is remembered yet."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(uploads, "_kept", Kept())
    return tmp_path / "cache" / "minimax-nb" / "uploads.json"


@pytest.fixture
def server() -> Iterator[object]:
    with serve(delay_ms=0) as running:
        yield running


def talking(server, face: str = "openai") -> Chat:
    url = server.openai_url if face == "openai" else server.anthropic_url
    return Chat("MiniMax-M3", provider="minimax", face=face, base_url=url, api_key=KEY)


def at(url: str, **options: object) -> Chat:
    """A chat with a scripted service."""
    where = {"provider": "minimax", "face": "anthropic", "base_url": url, "api_key": KEY, "retries": 0}
    return Chat("MiniMax-M3", **{**where, **options})


def filmed(tmp_path: Path, size: int = 0) -> Path:
    """A video of at least so many bytes, with a content of its own."""
    path = tmp_path / "my clip.mp4"
    padding = os.urandom(16) + bytes(size)
    path.write_bytes(film([RED, BLUE]) + (len(padding) + 8).to_bytes(4, "big") + b"free" + padding)
    return path


@pytest.fixture
def clip(tmp_path: Path) -> Video:
    return Video(filmed(tmp_path), upload=True)


def ids(chat: Chat) -> list[str]:
    return [file.file_id for file in chat.uploads()]


def remove_there(server, file_id: str) -> None:
    """Delete a file at the service, as its own console would: nobody here is told."""
    address = server.openai_url.removesuffix("/v1") + "/v1/files/delete"
    body = {"file_id": int(file_id), "purpose": "video_understanding"}
    answer = httpx.post(address, json=body, headers={"authorization": f"Bearer {KEY}"}, trust_env=False)
    assert answer.json()["base_resp"]["status_code"] == 0


# -- once, and again when it is lost -----------------------------------------------------------------------------------


@WAYS
@pytest.mark.parametrize("face", FACES)
def test_a_video_is_uploaded_once_and_seen_in_every_turn(server, clip, face, ask: Ask):
    chat = talking(server, face)
    reply = ask(chat, "What is in it?", clip)
    assert "by file id, my clip.mp4" in reply.text
    assert (reply.partial, reply.status, reply.media[0].name) == (False, "", "my clip.mp4")
    first = ids(chat)
    assert len(first) == 1
    assert "by file id" in ask(chat, "And again, with the same video?", clip).text
    assert not ask(chat, "And now without it?").partial
    assert ids(chat) == first
    assert len(chat.history) == 6


def test_both_protocols_and_another_chat_share_an_upload(server, clip):
    talking(server, "openai").ask("What?", clip)
    other = talking(server, "anthropic")
    assert "by file id" in other.ask("What?", Video(clip)).text
    assert len(other.uploads()) == 1


@WAYS
@pytest.mark.parametrize("face", FACES)
def test_what_was_deleted_at_the_service_is_uploaded_again_once(server, clip, face, ask: Ask):
    chat = talking(server, face)
    chat.ask("What is in it?", clip)
    (gone,) = ids(chat)
    remove_there(server, gone)
    assert ids(chat) == []
    reply = ask(chat, "And again?")
    assert (reply.partial, reply.error) == (False, None)
    (new,) = ids(chat)
    assert new != gone
    ask(chat, "Third?")
    assert ids(chat) == [new]
    assert len(chat.history) == 6


def test_the_conversation_holds_the_video_and_not_the_address_of_an_upload(server, clip):
    chat = talking(server)
    chat.ask("What?", clip)
    (kept,) = chat.history[0].media
    assert kept.url == ""
    assert kept.name == "my clip.mp4"


def test_a_service_that_loses_each_upload_is_asked_twice_and_no_more(clip):
    asked: list[str] = []

    def script(wire: Wire) -> None:
        while data := wire.request():
            asked.append(path_of(data))
            number = 70 + asked.count(UPLOAD)
            words = f"invalid params, file not found, file_id: {number} (2013)"
            refusal = {"type": "error", "error": {"type": "bad_request_error", "message": words, "http_code": "400"}}
            answer(wire, uploaded(number)) if asked[-1] == UPLOAD else answer(wire, refusal, "400 Bad Request")

    with serving(script) as service, pytest.raises(ServiceError, match="file not found"):
        at(service.url).ask("What?", clip)
    assert asked == [UPLOAD, PROMPT, UPLOAD, PROMPT]


# -- listed and deleted ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("given", ["file", "id", "address"])
def test_uploads_are_listed_and_deleted(server, clip, given):
    chat = talking(server)
    assert chat.uploads() == ()
    chat.ask("What?", clip)
    (file,) = chat.uploads()
    assert (file.name, file.size, len(file.sha256)) == ("my clip.mp4", clip.prepare().size, 64)
    named = {"file": file, "id": file.file_id, "address": file.url}[given]
    assert chat.forget_upload(named) is True
    assert chat.uploads() == ()
    assert chat.forget_upload(named) is False
    assert "by file id" in chat.ask("Again?", clip).text
    assert len(chat.uploads()) == 1


def test_an_upload_of_another_program_is_listed_as_not_ours(server, clip, monkeypatch):
    chat = talking(server)
    chat.ask("What?", clip)
    monkeypatch.setenv("XDG_CACHE_HOME", "elsewhere")
    monkeypatch.setattr(uploads, "_kept", Kept())
    assert [file.sha256 for file in chat.uploads()] == [""]


def test_a_chat_asks_its_own_service_for_uploads(server, clip):
    with serve(delay_ms=0) as other:
        talking(server).ask("What?", clip)
        assert talking(other).uploads() == ()
    with pytest.raises(RequestError, match="takes no uploads"):
        Chat(provider="openrouter", api_key=KEY).uploads()


# -- nothing is sent ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("face", FACES)
def test_preview_and_count_upload_nothing(server, clip, face, cache):
    chat = talking(server, face)
    shown = json.dumps(chat.preview("What?", clip).body)
    assert "mm_file://ID" in shown
    assert chat.count("What?", clip).tokens > 0
    assert chat.uploads() == ()
    assert chat.history == ()
    assert not cache.exists()


def test_to_make_a_stream_uploads_nothing_until_it_is_read(server, clip):
    chat = talking(server)
    stream = chat.stream("What?", clip)
    assert chat.uploads() == ()
    stream.until_done()
    assert len(chat.uploads()) == 1


@WAYS
def test_a_provider_without_uploads_refuses_with_advice_and_nothing_is_sent(clip, ask: Ask):
    with serving(lambda wire: wire.request()) as service:
        chat = Chat("minimax/minimax-m3", provider="openrouter", base_url=service.url, api_key=KEY)
        with pytest.raises(RequestError) as caught:
            ask(chat, "What?", clip)
        with pytest.raises(RequestError, match="takes no uploads"):
            chat.preview("What?", clip)
        assert service.connections == 0
    for words in ("my clip.mp4", "OpenRouter takes no uploads", ".trim(", ".frames(", "-p minimax"):
        assert words in str(caught.value)
    assert chat.history == ()


# -- while it is under way ---------------------------------------------------------------------------------------------

UPLOAD, PROMPT = "/v1/files/upload", "/anthropic/v1/messages"


def path_of(request: bytes) -> str:
    return request.split(b" ", 2)[1].decode()


def answer(wire: Wire, value: object, status: str = "200 OK") -> None:
    body = json.dumps(value).encode()
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    wire.send(head.encode() + body)


def uploaded(number: int) -> dict[str, object]:
    about = {"file_id": number, "bytes": 1, "created_at": 1_700_000_000, "filename": "x.mp4"}
    return {"file": {**about, "purpose": "video_understanding"}, "base_resp": {"status_code": 0, "status_msg": "ok"}}


def refused(code: int, words: str) -> dict[str, object]:
    return {"base_resp": {"status_code": code, "status_msg": words}}


def saying(wire: Wire) -> None:
    wire.head()
    for frame in anthropic_frames("Seen."):
        wire.chunk(frame)
    wire.end()


def until(true: Callable[[], object]) -> None:
    """Wait for what another thread does; a minute is the end."""
    ends = time.monotonic() + 60
    while not true():
        assert time.monotonic() < ends
        time.sleep(0.002)


class Gated:
    """A service that takes no byte of an upload before it is let; it says "Seen." to every prompt."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.asked: list[bytes] = []

    def __call__(self, wire: Wire) -> None:
        while not self.gate.wait(0.02) and not wire.closing.is_set():
            pass
        while data := wire.request():
            self.asked.append(data)
            answer(wire, uploaded(77)) if path_of(data) == UPLOAD else saying(wire)


PROGRESS = re.compile(r"Uploading my clip\.mp4: [0-4] of 5 MB \([0-9]+ %\)")


def test_the_replys_status_tells_the_progress(tmp_path):
    script = Gated()
    with serving(script) as service:
        stream = at(service.url).stream("What?", Video(filmed(tmp_path, 5 * MB), upload=True))
        reader = threading.Thread(target=stream.until_done)
        reader.start()
        until(lambda: PROGRESS.fullmatch(stream.reply.status))
        script.gate.set()
        reader.join(60)
    assert (stream.reply.text, stream.reply.status, stream.reply.partial) == ("Seen.", "", False)
    assert b"mm_file://77" in script.asked[-1]


def test_a_coroutines_reply_tells_the_progress_and_the_loop_runs_on(tmp_path):
    script = Gated()

    async def watched(chat: Chat) -> Reply:
        stream = chat.stream_async("What?", Video(filmed(tmp_path, 5 * MB), upload=True))
        task = asyncio.create_task(stream.until_done())
        async with asyncio.timeout(60):
            while not PROGRESS.fullmatch(stream.reply.status):
                await asyncio.sleep(0.002)
            script.gate.set()
            return await task

    with serving(script) as service:
        reply = asyncio.run(watched(at(service.url)))
    assert (reply.text, reply.status) == ("Seen.", "")


def test_a_stop_ends_the_upload_and_the_prompt_is_not_sent(tmp_path):
    script = Gated()
    with serving(script) as service:
        chat = at(service.url)
        stream = chat.stream("What?", Video(filmed(tmp_path, 5 * MB), upload=True))
        reader = threading.Thread(target=stream.until_done)
        reader.start()
        until(lambda: PROGRESS.fullmatch(stream.reply.status))
        stream.stop()
        reader.join(60)
        assert not reader.is_alive()
        reply = stream.reply
        assert (reply.partial, reply.text, reply.status) == (True, "", "")
        assert isinstance(reply.error, KeyboardInterrupt)
        assert chat.history == ()
        script.gate.set()
        assert chat.retry().text == "Seen."
    assert [path_of(data) for data in script.asked if data.endswith(b"--\r\n") or b"mm_file" in data] == [
        UPLOAD,
        PROMPT,
    ]


def test_a_cancelled_coroutine_ends_its_upload_and_the_prompt_is_not_sent(tmp_path):
    script = Gated()

    async def cancelled(chat: Chat) -> Reply:
        stream = chat.stream_async("What?", Video(filmed(tmp_path, 5 * MB), upload=True))
        task = asyncio.create_task(stream.until_done())
        async with asyncio.timeout(60):
            while not PROGRESS.fullmatch(stream.reply.status):
                await asyncio.sleep(0.002)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        return stream.reply

    with serving(script) as service:
        chat = at(service.url)
        reply = asyncio.run(cancelled(chat))
        assert service.connections == 1
    assert (reply.partial, reply.status) == (True, "")
    assert chat.history == ()


# -- when it fails -----------------------------------------------------------------------------------------------------


@WAYS
@pytest.mark.parametrize(
    ("refusal", "kind"),
    [(refused(1004, "login fail"), AuthError), (refused(2013, "invalid params, unsupported file type"), ServiceError)],
)
def test_a_refused_upload_is_typed_and_the_prompt_kept_for_another_try(clip, refusal, kind, ask: Ask, cache):
    asked: list[str] = []

    def script(wire: Wire) -> None:
        while data := wire.request():
            asked.append(path_of(data))
            if asked[-1] != UPLOAD:
                saying(wire)
            else:
                answer(wire, uploaded(77) if asked.count(UPLOAD) == 2 else refusal)

    with serving(script) as service:
        chat = at(service.url)
        with pytest.raises(kind) as caught:
            ask(chat, "What?", clip)
        assert asked == [UPLOAD], "the prompt was not sent"
        assert chat.history == ()
        assert not cache.exists()
        assert KEY not in f"{caught.value}{caught.value!r}"
        reply = caught.value.reply
        assert (reply.partial, reply.status, reply.error) == (True, "", caught.value)
        assert chat.retry().text == "Seen."
        assert asked == [UPLOAD, UPLOAD, PROMPT]
    assert [type(part).__name__ for part in chat.history[0].parts] == ["Text", "Clip"]


def test_a_broken_upload_says_that_the_prompt_was_not_sent(clip):
    with serving(lambda wire: (wire.request(), wire.reset())) as service:
        chat = at(service.url, retries=3)
        with pytest.raises(TransportError, match=r"my clip\.mp4 was not uploaded") as caught:
            chat.ask("What?", clip)
        assert service.connections == 1, "what has gone out in part is not sent again"
    assert "The prompt was not sent." in str(caught.value)
    assert chat.history == ()


def test_a_file_that_is_gone_since_is_named_and_the_prompt_can_be_sent_when_it_is_back(server, tmp_path):
    path = filmed(tmp_path)
    chat = talking(server)
    stream = chat.stream("What?", Video(path, upload=True))
    content = path.read_bytes()
    path.unlink()
    with pytest.raises(RequestError, match=r"my clip\.mp4 was not found"):
        stream.until_done()
    assert chat.uploads() == ()
    path.write_bytes(content)
    assert "by file id" in chat.retry().text


# -- what is kept ------------------------------------------------------------------------------------------------------


def test_the_cache_file_holds_nothing_of_the_key_the_prompt_or_the_place(server, clip, cache, tmp_path):
    chat = talking(server)
    chat.ask("A question for nobody else", clip)
    text = cache.read_text()
    assert ids(chat)[0] in text
    for secret in (KEY, KEY[:8], KEY[-8:], "A question", str(tmp_path)):
        assert secret not in text


def test_another_key_uploads_for_itself(server, clip):
    chat = talking(server)
    chat.ask("What?", clip)
    other = Chat(
        "MiniMax-M3", provider="minimax", face="openai", base_url=server.openai_url, api_key="another-key-for-nobody"
    )
    other.ask("What?", clip)
    assert len(set(ids(chat))) == 2, "the emulator shows both, being nobody's"


def test_a_saved_conversation_goes_on_with_the_same_upload(server, clip, tmp_path):
    chat = talking(server)
    chat.ask("What?", clip)
    first = ids(chat)
    chat.save(tmp_path / "chat.json")
    again = Chat.load(tmp_path / "chat.json", api_key=KEY)
    assert not again.ask("And now?").partial
    assert ids(again) == first
