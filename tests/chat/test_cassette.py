"""Chats that are recorded and replayed: the same replies without a service, without a key, at no cost."""

from __future__ import annotations

import asyncio
import json
import os
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import PIL.Image as Pillow
import pytest

from minimax_nb import CassetteError, Chat, ConfigError, Image, Reply, ServiceError, TransportError, Video
from minimax_nb.cassette.file import read_file
from minimax_nb.cassette.line import Taped
from minimax_nb.cassette.scan import Scan
from minimax_nb.chat import uploads
from minimax_nb.chat.kept import Kept
from minimax_nb.chat.served import served_models
from minimax_nb.display import render
from minimax_nb.display.receipt import receipt
from minimax_nb.emulator import serve
from minimax_nb.errors import MiniMaxError
from tests.emulator.making import BLUE, RED, film
from tests.prompt.media.makers import saved
from tests.transport.servers import Server, Wire, anthropic_frames, serving

KEY = "test-key-for-nobody"
LONG_AGO = "the-key-of-long-ago-0815"


class Counting:
    """A service that counts its calls, and answers each kind in its way."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.bodies: list[bytes] = []
        self.faults: list[str] = []
        self.server: Server | None = None
        self._lock = threading.Lock()

    @property
    def url(self) -> str:
        assert self.server is not None
        return self.server.url

    def script(self, wire: Wire) -> None:
        while data := wire.request():
            head, _, body = data.partition(b"\r\n\r\n")
            path = head.split()[1].decode()
            with self._lock:
                self.calls.append(path)
                self.bodies.append(body)
                number = len(self.calls)
                fault = self.faults.pop(0) if self.faults else ""
            if fault == "cut":
                wire.reset()
                return
            self.answer(wire, path, body, number, fault)

    def answer(self, wire: Wire, path: str, body: bytes, number: int, fault: str) -> None:
        if fault.isdecimal():
            wire.head(
                f"{fault} Fault", "application/json", "set-cookie: id=secret\r\ntrace-id: t1\r\nretry-after: 0\r\n"
            )
            wire.chunk(json.dumps({"type": "error", "error": {"type": "x", "message": f"fault {fault}"}}).encode())
        elif path.endswith("/count_tokens"):
            self.whole(wire, {"input_tokens": 1000 + number})
        elif path.partition("?")[0].endswith("/models"):
            self.whole(wire, {"data": [{"id": "MiniMax-M3", "type": "model"}], "has_more": False})
        elif path.endswith("/chat/completions"):
            wire.head()
            for piece in ({"role": "assistant", "content": f"open {number}"}, {"content": ""}):
                choice = {"index": 0, "delta": piece, "finish_reason": None if piece["content"] else "stop"}
                chunk = {"id": "1", "model": "MiniMax-M3", "choices": [choice]}
                wire.chunk(f"data: {json.dumps(chunk)}\n\n".encode())
            wire.chunk(b"data: [DONE]\n\n")
        else:
            wire.head(extra=f"trace-id: trace-{number}\r\nx-account-id: 31415926\r\n")
            asked = json.loads(body)["messages"][-1]["content"]
            for frame in anthropic_frames(f"answer {number} ", f"to {json.dumps(asked)[-40:]}"):
                wire.chunk(frame)
                if fault == "half" and b"content_block_delta" in frame:
                    wire.reset()
                    return
                if fault == "hang" and b"content_block_delta" in frame:
                    wire.hang_until_client_leaves()
                    return
        wire.end()

    def whole(self, wire: Wire, value: object) -> None:
        wire.head(kind="application/json")
        wire.chunk(json.dumps(value).encode())


@pytest.fixture
def service() -> Iterator[Counting]:
    counting = Counting()
    with serving(counting.script) as server:
        counting.server = server
        yield counting


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "talk.cassette"


def recording(service: Counting, path: Path, mode: str = "auto", **more: Any) -> Chat:
    """A chat with MiniMax, as far as it knows."""
    told = {"api_key": KEY, "provider": "minimax", "retries": 0, "face": "anthropic", **more}
    return Chat("MiniMax-M3", base_url=service.url, cassette=path, cassette_mode=mode, **told)


def replaying(path: Path, **more: Any) -> Chat:
    """A chat without a key, whose calls could only go out to a service that is not there."""
    return Chat("MiniMax-M3", cassette=path, cassette_mode="replay", **more)


def exchanges(path: Path) -> tuple[Taped, ...]:
    return read_file(path, Scan())


def same(one: Reply, other: Reply) -> bool:
    """Whether two replies say the same, with the same counts and times."""
    names = ("text", "thinking", "model", "provider", "request_id", "usage", "timing", "stop_reason", "tool_calls")
    return all(getattr(one, name) == getattr(other, name) for name in names)


# -- replay ------------------------------------------------------------------------------------------------------------


def test_a_recorded_reply_is_given_again_without_a_key_and_without_the_service(service, path):
    live = recording(service, path).ask("hello")
    assert not live.replayed
    reply = replaying(path).ask("hello")
    assert same(live, reply)
    assert (reply.provider, reply.replayed, reply.request_id) == ("minimax", True, "0" * 32)
    assert len(service.calls) == 1


def test_a_replayed_reply_costs_nothing_and_says_so(service, path):
    live = recording(service, path).ask("hello")
    assert live.cost
    chat = replaying(path, budget="1 tokens")
    reply = chat.ask("hello")
    assert receipt(reply).endswith("replayed")
    assert "nothing charged" in receipt(reply)
    assert (chat.account.spent.usd, chat.account.spent.tokens) == (Decimal(0), 0)
    assert chat.usage.entries[0].replayed
    assert render(reply)[1]["minimax_nb"]["replayed"] is True


def test_a_budget_that_is_used_up_stops_no_replay(service, path):
    recording(service, path).ask("hello")
    assert replaying(path, budget="0 tokens").ask("hello").text.startswith("answer 1")


def test_nothing_is_ever_sent_in_replay_mode(service, path):
    recording(service, path).ask("hello")
    before = len(service.calls)
    chat = recording(service, path, "replay")
    for asking in (
        lambda: chat.ask("other"),
        lambda: chat.count("hello"),
        chat.uploads,
        lambda: chat.forget_upload("1"),
        lambda: chat.ask(Image(f"{service.url}/a.png", inline=True)),
        lambda: asyncio.run(chat.ask_async("other")),
    ):
        with pytest.raises(CassetteError):
            asking()
    assert len(service.calls) == before


def test_a_changed_prompt_says_which_part_changed_and_what_to_do(service, path):
    recording(service, path, temperature=0.2).ask("Explain it in three bullets.")
    with pytest.raises(CassetteError) as caught:
        replaying(path, temperature=0.7).ask("Explain it in four bullets.")
    text = str(caught.value)
    assert "talk.cassette" in text
    assert "    - Explain it in three bullets.\n    + Explain it in four bullets." in text
    assert "    - 0.2\n    + 0.7" in text
    assert "--mode auto" in text
    assert "  model" not in text
    assert caught.value.reply.partial


def test_the_provider_is_part_of_what_is_asked(service, path):
    recording(service, path).ask("hello")
    with pytest.raises(CassetteError, match="- minimax\n    \\+ runapi"):
        Chat("MiniMax-M3", provider="runapi", face="anthropic", cassette=path, cassette_mode="replay").ask("hello")


def test_a_conversation_is_replayed_turn_by_turn_and_in_its_forks(service, path):
    def talk(chat: Chat) -> list[str]:
        first = chat.ask("one").text
        twin = chat.fork()
        return [first, chat.ask("two").text, twin.ask("three").text]

    assert talk(recording(service, path)) == talk(replaying(path))
    assert len(service.calls) == 3


@pytest.mark.parametrize("face", ["anthropic", "openai"])
@pytest.mark.parametrize("stream", [True, False])
def test_both_protocols_are_replayed(service, path, face, stream):
    live = recording(service, path, face=face).ask("hello", stream=stream)
    assert same(live, replaying(path, face=face).ask("hello", stream=stream))
    with pytest.raises(CassetteError, match="stream"):
        replaying(path, face=face).ask("hello", stream=not stream)


def test_the_same_request_is_replayed_in_its_order_and_from_the_first_again(service, path):
    def three() -> list[str]:
        return [recording(service, path, "record").ask("dice").text for _ in range(3)]

    live = three()
    assert len(set(live)) == 3
    again = [replaying(path).ask("dice").text for _ in range(6)]
    assert again == live + live


def test_calls_at_the_same_time_are_recorded_and_replayed(service, path):
    def ask(chat: Chat) -> dict[str, str]:
        replies: dict[str, str] = {}
        prompts = [f"prompt {number}" for number in range(8)]
        threads = [
            threading.Thread(target=lambda prompt=prompt: replies.update({prompt: chat.fork().ask(prompt).text}))
            for prompt in prompts
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return replies

    live = ask(recording(service, path))
    assert len(exchanges(path)) == len(live) == 8
    assert ask(replaying(path)) == live


def test_coroutines_are_recorded_and_replayed(service, path):
    async def ask(chat: Chat) -> list[Reply]:
        return list(await asyncio.gather(*(chat.fork().ask_async(f"prompt {number}") for number in range(4))))

    live, again = asyncio.run(ask(recording(service, path))), asyncio.run(ask(replaying(path)))
    assert all(same(one, other) for one, other in zip(live, again, strict=True))
    assert len(service.calls) == 4


def test_a_stream_gives_the_same_pieces(service, path):
    with recording(service, path).stream("hello") as stream:
        live = list(stream.text_stream)
    with replaying(path).stream("hello") as stream:
        assert list(stream.text_stream) == live
    assert len(live) > 1


def test_recorded_speed_takes_its_time_and_full_speed_none(service, path, monkeypatch):
    recording(service, path).ask("hello")
    waits: list[float] = []
    monkeypatch.setattr("minimax_nb.transport.Stop.wait", lambda _self, seconds: waits.append(seconds))
    at_once = replaying(path).ask("hello")
    assert set(waits) == {0.0}
    waits.clear()
    paced = replaying(path, cassette_speed=0.5).ask("hello")
    assert sum(waits) == pytest.approx(2 * exchanges(path)[0].seconds, rel=0.5)
    assert same(at_once, paced)


# -- what is recorded --------------------------------------------------------------------------------------------------


def test_no_key_cookie_or_account_gets_into_the_file(service, path, monkeypatch):
    monkeypatch.setenv("RUNAPI_API_KEY", LONG_AGO)
    service.faults = ["429"]
    chat = recording(service, path, retries=1)
    chat.ask(f"My keys are {KEY} and {LONG_AGO}.")
    text = path.read_text(encoding="utf-8")
    assert KEY not in text
    assert LONG_AGO not in text
    assert "[key]" in text
    assert "cookie" not in text
    assert "31415926" not in text
    assert "trace-2" in text


def test_a_key_that_the_model_spells_out_is_masked(path):
    def script(wire: Wire) -> None:
        while wire.request():
            wire.head()
            for frame in anthropic_frames("It is ", *KEY, "."):
                wire.chunk(frame)
            wire.end()

    with serving(script) as server:
        where = {"provider": "minimax", "base_url": server.url, "face": "anthropic", "api_key": KEY}
        assert Chat("MiniMax-M3", cassette=path, **where).ask("hello").text == f"It is {KEY}."
    assert replaying(path).ask("hello").text == "It is [key]."


def test_what_cannot_be_recorded_is_told_under_the_reply_which_is_kept(service, path, monkeypatch):
    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("minimax_nb.cassette.file.os.fsync", full)
    chat = recording(service, path)
    reply = chat.ask("hello")
    assert reply.text.startswith("answer 1")
    assert reply.notes[-1] == "The recording talk.cassette cannot be written (no space left on device)."
    assert reply.notes[-1] in chat.cassette.status.trouble
    assert not path.exists()


def test_a_call_that_is_sent_again_is_replayed_with_both_its_tries(service, path):
    service.faults = ["429"]
    live = recording(service, path, retries=1).ask("hello")
    assert [taped.status for taped in exchanges(path)] == [429, 200]
    assert same(live, replaying(path, retries=1).ask("hello"))


@pytest.mark.parametrize("fault", ["cut", "half", "401", "500"])
@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_call_that_failed_fails_again_in_the_same_words(service, path, fault, asynchronous):
    def failed(chat: Chat) -> MiniMaxError:
        with pytest.raises((ServiceError, TransportError)) as caught:
            asyncio.run(chat.ask_async("hello")) if asynchronous else chat.ask("hello")
        return caught.value

    service.faults = [fault]
    live, again = failed(recording(service, path)), failed(replaying(path, retries=0))
    assert (type(live), str(live)) == (type(again), str(again))
    assert same(live.reply, again.reply)
    assert again.reply.replayed
    assert len(service.calls) == 1


def test_a_reply_that_was_stopped_is_replayed_as_far_as_it_came_and_stops_there(service, path):
    service.faults = ["hang"]
    stream = recording(service, path).stream("hello")
    for _ in stream.text_stream:
        stream.stop()
    live = stream.reply
    assert live.stop_reason == "interrupted"
    again = replaying(path).ask("hello")
    assert same(live, again)
    assert again.partial
    assert exchanges(path)[0].end == "stopped"


def test_a_task_that_was_cancelled_is_recorded_as_stopped(service, path):
    service.faults = ["hang"]

    async def cancelled() -> Reply:
        async with recording(service, path).stream_async("hello") as stream:
            async for _ in stream.text_stream:
                break
        return stream.reply

    live = asyncio.run(cancelled())
    assert exchanges(path)[0].end == "stopped"
    assert same(live, asyncio.run(replaying(path).ask_async("hello")))


def test_an_interrupt_before_any_answer_is_recorded_too(service, path, monkeypatch):
    def interrupted(*_args):
        raise KeyboardInterrupt

    monkeypatch.setattr("minimax_nb.cassette.carrier.open_exchange", interrupted)
    with pytest.raises(KeyboardInterrupt):
        recording(service, path).ask("hello")
    monkeypatch.undo()
    again = replaying(path).ask("hello")
    assert (again.stop_reason, again.text) == ("interrupted", "")


def test_counts_and_lists_are_recorded_and_replayed(service, path, monkeypatch):
    live = recording(service, path).count("hello")
    assert (live.tokens, live.exact) == (1001, True)
    assert replaying(path).count("hello") == live
    monkeypatch.setenv("MINIMAX_NB_CASSETTE", str(path))
    told = served_models("minimax", base_url=service.url, face="anthropic", api_key=KEY)
    monkeypatch.setenv("MINIMAX_NB_CASSETTE_MODE", "replay")
    assert served_models("minimax", face="anthropic") == told
    assert len(service.calls) == 2


def test_tools_run_again_and_their_calls_are_replayed(path):
    def double(number: int) -> int:
        """Twice the number."""
        return 2 * number

    def talk(mode: str) -> Reply:
        chat = Chat("MiniMax-M3", provider="emulator", tools=[double], cassette=path, cassette_mode=mode)
        return chat.ask("/emulate delay-ms=0\nUse the tool double with 21.")

    live, again = talk("auto"), talk("replay")
    assert live.tool_runs
    assert again.replayed
    assert again.text == live.text
    assert [(run.call.name, run.seconds) for run in again.tool_runs] == [("double", None)]
    assert all(reply.replayed for reply in again.earlier)


def test_recordings_of_the_emulator_are_the_same_bytes_on_every_run(tmp_path):
    def made(name: str) -> bytes:
        chat = Chat("MiniMax-M3", provider="emulator", cassette=tmp_path / name)
        chat.ask("hello")
        chat.ask("And a table, please.")
        return (tmp_path / name).read_bytes()

    assert made("a.cassette") == made("b.cassette")


# -- pictures and videos -----------------------------------------------------------------------------------------------


def test_a_picture_is_kept_by_its_hash(service, path):
    blue, red = (saved(Pillow.new("RGB", (64, 64), colour), "PNG") for colour in ("blue", "red"))
    live = recording(service, path).ask("What is it?", Image(blue))
    assert same(live, replaying(path).ask("What is it?", Image(blue)))
    with pytest.raises(CassetteError, match="sha256"):
        replaying(path).ask("What is it?", Image(red))
    assert re.search(r"sha256 [0-9a-f]{64}", path.read_text(encoding="utf-8"))
    assert path.stat().st_size < 4000


def test_a_picture_that_is_downloaded_is_not_downloaded_again(path, tmp_path):
    asked: list[bytes] = []

    def script(wire: Wire) -> None:
        while data := wire.request():
            asked.append(data)
            wire.head(kind="image/png")
            wire.chunk(saved(Pillow.new("RGB", (8, 8), "blue"), "PNG"))
            wire.end()

    def look(mode: str) -> Reply:
        chat = Chat("MiniMax-M3", provider="emulator", cassette=path, cassette_mode=mode)
        return chat.ask("What is it?", Image(f"{server.url}/blue.png?signature=geheim", inline=True))

    with serving(script) as server:
        live = look("auto")
    assert look("replay").text == live.text
    assert len(asked) == 1
    assert "geheim" not in path.read_text(encoding="utf-8")


@pytest.fixture
def clip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Video:
    monkeypatch.setattr(uploads, "_kept", Kept(tmp_path / "uploads.json"))
    place = tmp_path / "my clip.mp4"
    place.write_bytes(film([RED, BLUE]) + (24).to_bytes(4, "big") + b"free" + os.urandom(16))
    return Video(place, upload=True)


@contextmanager
def taking_uploads(path: Path, mode: str = "auto") -> Iterator[Chat]:
    """A chat with a service that takes uploads, and is gone afterwards."""
    with serve(delay_ms=0) as server:
        yield Chat(
            "MiniMax-M3",
            provider="minimax",
            face="openai",
            base_url=server.openai_url,
            api_key=KEY,
            cassette=path,
            cassette_mode=mode,
        )


def test_an_upload_is_recorded_and_replayed_with_the_call_that_needs_it(path, clip, monkeypatch, tmp_path):
    with taking_uploads(path) as chat:
        live = chat.ask("What happens?", clip)
    assert [taped.asked.path for taped in exchanges(path)] == ["files/upload", "chat/completions"]
    monkeypatch.setattr(uploads, "_kept", Kept(tmp_path / "other.json"))
    chat = replaying(path, face="openai")
    assert same(live, chat.ask("What happens?", clip))
    assert chat.cassette.status.unused == 0
    assert uploads._kept.of(chat._endpoint) == [], "the service need not have it any more"


def test_a_video_that_was_uploaded_before_the_recording_needs_no_upload(path, clip, tmp_path, monkeypatch):
    with taking_uploads(path, "off") as before:
        before.ask("Look.", clip)
        chat = before.fork(turn=0)
        monkeypatch.setenv("MINIMAX_NB_CASSETTE", str(path))
        chat.use(**_where(before), layer={})
        live = chat.ask("What happens?", clip)
    monkeypatch.delenv("MINIMAX_NB_CASSETTE")
    assert [taped.asked.path for taped in exchanges(path)] == ["chat/completions"]
    monkeypatch.setattr(uploads, "_kept", Kept(tmp_path / "other.json"))
    assert same(live, replaying(path, face="openai").ask("What happens?", clip))


def test_a_service_that_lost_an_upload_is_replayed_with_all_that_followed(path, clip):
    lost = json.dumps({"type": "error", "error": {"type": "invalid_request_error", "message": "file not found (2013)"}})
    ids = iter(("11", "22"))

    def script(wire: Wire) -> None:
        while data := wire.request():
            if b"/files/upload" in data:
                wire.head(kind="application/json")
                wire.chunk(json.dumps({"file": {"file_id": next(ids)}, "base_resp": {"status_code": 0}}).encode())
            elif b"mm_file://11" in data:
                wire.head("400 Bad Request", "application/json")
                wire.chunk(lost.encode())
            else:
                wire.head()
                for frame in anthropic_frames("A film."):
                    wire.chunk(frame)
            wire.end()

    where = {"provider": "minimax", "face": "anthropic", "api_key": KEY, "retries": 0}
    with serving(script) as server:
        live = Chat("MiniMax-M3", base_url=server.url, cassette=path, **where).ask("What happens?", clip)
    assert [taped.status for taped in exchanges(path) if taped.asked.path == "messages"] == [400, 200]
    assert same(live, replaying(path, retries=0).ask("What happens?", clip))


def _where(chat: Chat) -> dict[str, str]:
    os.environ["MINIMAX_API_KEY"] = KEY
    return {"provider": chat.provider, "face": chat.face, "base_url": chat.base_url}


def test_uploads_are_listed_and_deleted_from_a_recording(path, clip):
    with taking_uploads(path) as chat:
        chat.ask("What happens?", clip)
        live = chat.uploads()
        assert chat.forget_upload(live[0]) is True
    again = replaying(path, face="openai")
    assert [file.file_id for file in again.uploads()] == [file.file_id for file in live]
    assert again.forget_upload(live[0]) is True


# -- modes -------------------------------------------------------------------------------------------------------------


def test_auto_asks_each_question_once_and_adds_what_is_new(service, path):
    first = recording(service, path).ask("hello")
    again = recording(service, path).ask("hello")
    new = recording(service, path).ask("other")
    assert (again.replayed, again.text, new.replayed) == (True, first.text, False)
    assert len(service.calls) == len(exchanges(path)) == 2


def test_auto_without_a_key_replays_and_says_what_is_missing(service, path):
    live = recording(service, path).ask("hello")
    chat = Chat("MiniMax-M3", cassette=path)
    assert (chat.provider, chat.ask("hello").text) == ("minimax", live.text)
    with pytest.raises(CassetteError, match=r"no key was found to ask minimax with(.|\n)*MINIMAX_API_KEY is set"):
        chat.fork(turn=0).ask("other")


def test_auto_asks_again_for_what_failed_and_replaces_it(service, path):
    service.faults = ["500"]
    with pytest.raises(ServiceError):
        recording(service, path).ask("hello")
    live = recording(service, path).ask("hello")
    assert not live.replayed
    assert [taped.status for taped in exchanges(path)] == [200]
    assert same(live, replaying(path).ask("hello"))


def test_record_asks_always_and_replaces_answer_by_answer(service, path, monkeypatch):
    monkeypatch.setattr("minimax_nb.cassette.tape._tapes", {})
    recording(service, path).ask("hello")
    recording(service, path).ask("other")
    monkeypatch.setattr("minimax_nb.cassette.tape._tapes", {})  # a new kernel
    new = recording(service, path, "record").ask("hello")
    assert not new.replayed
    assert [taped.asked.request["messages"][0]["content"][0]["text"] for taped in exchanges(path)] == ["hello", "other"]
    assert replaying(path).ask("hello").text == new.text == "answer 3 " + new.text.removeprefix("answer 3 ")


@pytest.mark.parametrize("fault", ["cut", "500", "half"])
def test_a_failed_call_never_replaces_an_answer(service, path, monkeypatch, fault):
    monkeypatch.setattr("minimax_nb.cassette.tape._tapes", {})
    recording(service, path).ask("hello")
    before = path.read_bytes()
    monkeypatch.setattr("minimax_nb.cassette.tape._tapes", {})
    service.faults = [fault]
    with pytest.raises(MiniMaxError):
        recording(service, path, "record").ask("hello")
    assert path.read_bytes() == before


def test_a_turn_that_is_said_again_replaces_its_own_recording(service, path):
    chat = recording(service, path, "record")
    chat.ask("hello", turn="cell-1")
    new = chat.ask("hello", turn="cell-1")
    assert len(exchanges(path)) == 1
    assert replaying(path).ask("hello").text == new.text


def test_off_leaves_the_file_alone(service, path):
    assert recording(service, path, "off").cassette is None
    recording(service, path, "off").ask("hello")
    assert not path.exists()


def test_a_damaged_recording_stops_a_chat_before_anything_is_sent(service, path):
    recording(service, path).ask("hello")
    damaged = path.read_bytes().replace(b"answer", b"ANSWER", 1)
    path.write_bytes(damaged)
    for mode in ("auto", "record", "replay"):
        with pytest.raises(CassetteError, match="cut or edited in line 2"):
            recording(service, path, mode)
    assert path.read_bytes() == damaged
    assert len(service.calls) == 1


# -- settings ----------------------------------------------------------------------------------------------------------


def test_the_environment_names_file_and_mode_and_arguments_come_first(service, path, monkeypatch):
    recording(service, path).ask("hello")
    monkeypatch.setenv("MINIMAX_NB_CASSETTE", str(path))
    monkeypatch.setenv("MINIMAX_NB_CASSETTE_MODE", "replay")
    chat = Chat("MiniMax-M3")
    assert (chat.provider, chat.cassette.mode) == ("minimax", "replay")
    assert chat.ask("hello").replayed
    assert Chat("MiniMax-M3", cassette_mode="auto").cassette.mode == "auto"
    assert Chat("MiniMax-M3", cassette_mode="off").cassette is None
    monkeypatch.setenv("MINIMAX_NB_CASSETTE_MODE", "replya")
    with pytest.raises(ConfigError, match="replay"):
        Chat("MiniMax-M3")


def test_a_layer_of_settings_names_it_too_and_a_chat_follows(service, path):
    recording(service, path).ask("hello")
    chat = Chat("MiniMax-M3", provider="emulator")
    chat.use(model="MiniMax-M3", layer={"cassette": str(path), "cassette_mode": "replay"})
    assert (chat.provider, chat.ask("hello").text[:8]) == ("minimax", "answer 1")


def test_who_is_named_answers_and_only_who_is_not_named_is_looked_up_in_the_recording(service, path, monkeypatch):
    recording(service, path).ask("hello")
    assert Chat(cassette=path, provider="emulator").provider == "emulator"
    assert Chat(cassette=path).provider == "minimax"
    assert Chat(cassette=path).model == "MiniMax-M3"
    monkeypatch.setenv("RUNAPI_API_KEY", LONG_AGO)
    assert Chat(cassette=path).provider == "minimax"
    with pytest.raises(ConfigError, match="No key"):
        Chat(cassette=path, provider="modelslab")
    assert Chat(cassette=path, cassette_mode="replay", provider="modelslab").provider == "modelslab"


def test_answers_of_the_emulator_come_before_no_key(path, monkeypatch):
    Chat(cassette=path).ask("hello")
    assert exchanges(path)[0].asked.provider == "emulator"
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    assert Chat(cassette=path).provider == "minimax"
    assert Chat(cassette=path, cassette_mode="replay").provider == "emulator"


def test_replies_of_the_emulator_still_say_emulator(path):
    Chat(cassette=path).ask("hello")
    reply = Chat(cassette=path, cassette_mode="replay").ask("hello")
    assert receipt(reply).startswith("emulator")
    assert receipt(reply).endswith("replayed")


def test_the_same_work_gives_the_same_bytes_twice_under_replay(service, path):
    def work() -> str:
        chat = replaying(path)
        replies = [chat.ask("one"), chat.ask("two"), chat.fork().ask("three")]
        return json.dumps([render(reply) for reply in replies], default=str)

    live = recording(service, path)
    live.ask("one"), live.ask("two"), live.fork().ask("three")
    assert work() == work()


@pytest.mark.parametrize(
    ("file", "typed"), [("tapes/talk.cassette", "tapes/talk.cassette"), ("a b.cassette", '"a b.cassette"')]
)
def test_the_advice_names_the_file_as_it_is_typed_here(file, typed):
    Path(file).parent.mkdir(exist_ok=True)
    Chat(provider="emulator", cassette=file).ask("/emulate delay-ms=0\nOne")
    with pytest.raises(CassetteError) as caught:
        Chat(provider="emulator", cassette=file, cassette_mode="replay").ask("/emulate delay-ms=0\nTwo")
    assert f"%minimax_record {typed} --mode auto" in str(caught.value)
