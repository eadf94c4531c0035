"""Videos too large for a request: uploaded once, named by their id, found again, forgotten; no key is kept."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
import os
import re
import stat
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from minimax_nb.catalog import Endpoint, check, resolve
from minimax_nb.chat import uploads
from minimax_nb.chat.files import delete, listed, retrieve, said_progress, upload
from minimax_nb.chat.kept import KEPT_S, Kept
from minimax_nb.chat.uploads import (
    forget,
    forget_lost,
    named_before,
    uploaded,
    wanting,
    with_uploads,
    with_uploads_async,
)
from minimax_nb.emulator import serve
from minimax_nb.errors import AuthError, ConfigError, InvalidRequestError, RequestError, ServiceError, TransportError
from minimax_nb.messages.media import Clip, MediaLimits, Picture
from minimax_nb.messages.parts import Message, user
from minimax_nb.messages.request import Request
from minimax_nb.prompt.media import Video
from minimax_nb.transport import Limits, Stop, Stopped, error_body, open_exchange
from minimax_nb.wire import FACES, service_error
from minimax_nb.wire.files import Uploaded
from tests.emulator.making import BLUE, RED, film
from tests.transport.servers import Wire, serving

KEY = "test-key-for-nobody"
OTHER_KEY = "another-test-key-for-nobody"
QUICK = Limits(timeout=10.0, retries=0)
NONE_INSIDE = MediaLimits(video_bytes=10)


@pytest.fixture(autouse=True)
def kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Kept:
    fresh = Kept(tmp_path / "cache" / "uploads.json")
    monkeypatch.setattr(uploads, "_kept", fresh)
    return fresh


@pytest.fixture(scope="module")
def server():
    with serve(delay_ms=0) as running:
        yield running


@pytest.fixture
def endpoint(server) -> Endpoint:
    return resolve(provider="minimax", base_url=server.openai_url, face="openai", api_key=KEY)


def other_face(server) -> Endpoint:
    return resolve(provider="minimax", base_url=server.anthropic_url, face="anthropic", api_key=KEY)


@pytest.fixture
def clip(tmp_path: Path) -> Clip:
    """A video that has to be uploaded, its file of a content that no other test has."""
    path = tmp_path / "my clip.mp4"
    path.write_bytes(film([RED, BLUE]) + b"\0\0\0\x20free" + os.urandom(24))
    return Video(path).prepare(NONE_INSIDE)


def asking(*parts: object, before: tuple[Message, ...] = ()) -> Request:
    return Request("MiniMax-M3", (*before, user(*parts)))  # type: ignore[arg-type]


def clips_of(request: Request) -> list[Clip]:
    return [part for message in request.messages for part in message.parts if isinstance(part, Clip)]


def said(request: Request, endpoint: Endpoint) -> str:
    """The whole answer of the service to a request."""
    call = FACES[endpoint.face_name].encode(replace(request, stream=False), endpoint)
    exchange = open_exchange(call, QUICK, Stop())
    try:
        if exchange.status != 200:
            raise service_error(endpoint, exchange.status, exchange.headers, error_body(exchange))
        return b"".join(exchange.chunks()).decode()
    finally:
        exchange.close()


def sent(request: Request, endpoint: Endpoint, statuses: list[str] | None = None) -> Request:
    return with_uploads(request, endpoint, QUICK, Stop(), None if statuses is None else statuses.append)


# -- the way of a video ------------------------------------------------------------------------------------------------


def test_a_large_video_is_uploaded_and_the_model_sees_it(endpoint, clip):
    before = asking("What is it?", clip, "Well?")
    request = sent(before, endpoint)
    (there,) = clips_of(request)
    assert re.fullmatch(r"mm_file://[0-9]+", there.url)
    assert [type(part).__name__ for part in request.messages[0].parts] == ["Text", "Clip", "Text"]
    assert replace(there, url="") == clip
    assert clips_of(before) == [clip]
    assert "by file id, my clip.mp4" in said(request, endpoint)


def test_the_emulator_in_the_process_does_the_same(clip):
    endpoint = resolve(provider="emulator")
    request = sent(asking("What is it?", clip), endpoint)
    assert "by file id" in said(request, endpoint)


def test_a_request_without_a_large_video_is_left_as_it_is(endpoint, tmp_path):
    small = Clip(name="s.mp4", media_type="video/mp4", base64=b"AAAA", sha256="0" * 64, size=3)
    request = asking("Hello", small, Clip(name="u", url="https://example.org/a.mp4"))
    assert wanting(request, endpoint) == ()
    assert sent(request, endpoint) is request
    assert named_before(request, endpoint) is request


def test_progress_is_told_in_words(endpoint, clip):
    statuses: list[str] = []
    sent(asking(clip), endpoint, statuses)
    assert statuses[0].startswith("Uploading my clip.mp4: 0 of ")
    assert any(status.endswith("(100 %)") for status in statuses)
    assert statuses[-1] == ""
    assert said_progress("clip.mp4", 35_000_000, 120_000_000) == "Uploading clip.mp4: 35 of 120 MB (29 %)"
    assert said_progress("clip.mp4", 119_999_999, 120_000_000) == "Uploading clip.mp4: 119 of 120 MB (99 %)"
    assert said_progress("clip.mp4", 512, 2048) == "Uploading clip.mp4: 0 of 2 kB (25 %)"


def test_coroutines_wait_without_blocking(endpoint, clip):
    async def both() -> Request:
        return await with_uploads_async(asking(clip), endpoint, QUICK)

    assert clips_of(asyncio.run(both()))[0].url.startswith("mm_file://")


def test_cancelling_a_coroutine_ends_its_upload(clip):
    reached = threading.Event()

    def script(wire: Wire) -> None:
        wire._recv()
        reached.set()
        wire.hang_until_client_leaves()

    async def cancelled(endpoint: Endpoint) -> None:
        task = asyncio.create_task(with_uploads_async(asking(clip), endpoint, Limits(timeout=60.0)))
        await asyncio.to_thread(reached.wait, 30)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    with serving(script) as silent:
        asyncio.run(cancelled(resolve(provider="minimax", base_url=f"{silent.url}/v1", api_key=KEY)))
        assert silent.left.wait(10)


# -- what would not fit together ---------------------------------------------------------------------------------------


def inline(name: str, size: int) -> Clip:
    data = base64.b64encode(os.urandom(16) + bytes(size - 16))
    digest = hashlib.sha256(base64.b64decode(data)).hexdigest()
    return Clip(name=name, media_type="video/mp4", base64=data, sha256=digest, size=size)


def narrow(endpoint: Endpoint, body_bytes: int) -> Endpoint:
    media = replace(endpoint.provider.media, body_bytes=body_bytes)
    return replace(endpoint, provider=replace(endpoint.provider, media=media))


def test_the_largest_videos_are_uploaded_until_the_rest_fits(endpoint):
    clips = [inline("a.mp4", 300_000), inline("b.mp4", 900_000), inline("c.mp4", 600_000)]
    tight = narrow(endpoint, 1_000_000 + 450_000)
    request = sent(asking("Compare", *clips), tight)
    assert [bool(part.url) for part in clips_of(request)] == [False, True, True]
    assert [bool(part.base64) for part in clips_of(request)] == [True, False, False]
    assert len(FACES["openai"].encode(request, tight).body) < 1_450_000
    roomy = narrow(endpoint, 1_000_000 + 2_500_000)
    assert wanting(asking(*clips), roomy) == ()


def test_what_stands_twice_in_a_conversation_is_uploaded_once(endpoint, clip):
    statuses: list[str] = []
    request = sent(asking("And now?", clip, before=(user("First", clip),)), endpoint, statuses)
    assert len({part.url for part in clips_of(request)}) == 1
    assert sum(status.endswith("(100 %)") for status in statuses) == 1


def test_pictures_stay_where_they_are(endpoint):
    picture = Picture(name="p.png", media_type="image/png", base64=b"A" * 4_000_000, sha256="1" * 64, size=3_000_000)
    assert wanting(asking(picture), narrow(endpoint, 1_000_000)) == ()


def test_the_request_can_be_checked_and_written_before_the_upload(endpoint, clip):
    request = named_before(asking("What?", clip), endpoint)
    check(request, endpoint)
    assert b"mm_file://ID" in FACES["openai"].encode(request, endpoint).body


@pytest.mark.parametrize("act", [with_uploads, lambda request, endpoint, *_: named_before(request, endpoint)])
@pytest.mark.parametrize("provider", ["modelslab", "openrouter", "emulator:runapi"])
def test_a_provider_without_uploads_says_what_to_do_and_nothing_is_sent(provider, act, clip):
    endpoint = resolve(provider=provider, api_key=KEY)
    with pytest.raises(RequestError) as caught:
        act(asking(clip), endpoint, QUICK, Stop())
    assert "my clip.mp4 has" in str(caught.value)
    assert f"{endpoint.provider.title} takes no uploads" in str(caught.value)
    assert ".trim(" in str(caught.value)


# -- once is enough ----------------------------------------------------------------------------------------------------


def test_the_same_content_is_uploaded_once(endpoint, server, clip):
    statuses: list[str] = []
    first = sent(asking(clip), endpoint)
    again = sent(asking(replace(clip, name="another name.mp4")), other_face(server), statuses)
    assert clips_of(first)[0].url == clips_of(again)[0].url
    assert not any(status.startswith("Uploading") for status in statuses)


def test_a_later_session_finds_it_again(endpoint, clip, monkeypatch, tmp_path):
    first = sent(asking(clip), endpoint)
    monkeypatch.setattr(uploads, "_kept", Kept(tmp_path / "cache" / "uploads.json"))
    assert clips_of(sent(asking(clip), endpoint)) == clips_of(first)


def test_it_is_remembered_in_the_users_cache_folder(endpoint, clip, monkeypatch):
    monkeypatch.setattr(uploads, "_kept", Kept())
    sent(asking(clip), endpoint)
    written = Path(os.environ["XDG_CACHE_HOME"], "minimax-nb", "uploads.json")
    assert clip.sha256 in written.read_text()


def test_another_key_and_another_address_share_nothing(endpoint, clip, kept):
    sent(asking(clip), endpoint)
    assert kept.find(endpoint, clip.sha256) is not None
    assert kept.find(replace(endpoint, key=resolve(provider="minimax", api_key=OTHER_KEY).key), clip.sha256) is None
    assert kept.find(replace(endpoint, base_url="https://api.minimax.cn/v1"), clip.sha256) is None
    assert kept.find(replace(endpoint, key=None), clip.sha256) is None
    assert kept.find(endpoint, "0" * 64) is None


def test_what_went_to_the_emulator_in_the_process_is_not_written_down(clip, kept, tmp_path):
    endpoint = resolve(provider="emulator")
    sent(asking(clip), endpoint)
    assert kept.find(endpoint, clip.sha256) is not None
    assert not (tmp_path / "cache").exists()


def test_an_upload_is_used_for_six_and_a_half_days(endpoint, tmp_path):
    now = [1_000_000.0]
    remembered = Kept(tmp_path / "some.json", clock=lambda: now[0])
    remembered.add(endpoint, Uploaded("7", sha256="a"))
    for age, found in ((KEPT_S - 1, True), (KEPT_S, False), (-10.0, True), (-90_000.0, False)):
        now[0] = 1_000_000.0 + age
        for store in (remembered, Kept(tmp_path / "some.json", clock=lambda: now[0])):
            assert (store.find(endpoint, "a") is not None) is found


def test_the_file_holds_no_key_and_is_the_users_alone(endpoint, clip, tmp_path):
    sent(asking(clip), endpoint)
    path = tmp_path / "cache" / "uploads.json"
    text = path.read_text()
    assert clip.sha256 in text
    for trace in (KEY, KEY[:8], hashlib.sha256(KEY.encode()).hexdigest(), hashlib.blake2b(KEY.encode()).hexdigest()):
        assert trace not in text
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["uploads.json"]


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xff\xfe", b"[]", b"null", b'{"version": 99, "salt": "00", "uploads": []}', b"{" * 5000,
        b'{"version": 1, "salt": "zz", "uploads": []}', b'{"version": 1, "salt": 7, "uploads": []}',
        b'{"version": 1, "salt": "' + b"0" * 32 + b'", "uploads": [{"where": 7}]}',
        b'{"version": 1, "salt": "' + b"0" * 32 + b'", "uploads": 7}',
    ],
)  # fmt: skip
def test_a_damaged_file_is_as_good_as_none(endpoint, tmp_path, content):
    path = tmp_path / "some.json"
    path.write_bytes(content)
    remembered = Kept(path)
    assert remembered.find(endpoint, "a") is None
    remembered.add(endpoint, Uploaded("7", sha256="a"))
    assert Kept(path).find(endpoint, "a") == Uploaded("7", sha256="a")


def test_a_folder_that_cannot_be_written_spoils_nothing(endpoint, clip, monkeypatch, tmp_path):
    (tmp_path / "no folder").write_text("")
    monkeypatch.setattr(uploads, "_kept", Kept(tmp_path / "no folder" / "uploads.json"))
    first = sent(asking(clip), endpoint)
    assert clips_of(sent(asking(clip), endpoint)) == clips_of(first)


def test_calls_side_by_side_upload_a_video_once(endpoint, clip):
    statuses: list[str] = []
    found: list[Request] = []

    def one() -> None:
        found.append(sent(asking(clip), endpoint, statuses))

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len({clips_of(request)[0].url for request in found}) == 1
    assert len(found) == 4
    assert sum(status.endswith("(100 %)") for status in statuses) == 1


def test_who_waits_for_anothers_upload_can_be_stopped(clip):
    reached, stops = threading.Event(), (Stop(), Stop())

    def script(wire: Wire) -> None:
        wire._recv()
        reached.set()
        wire.hang_until_client_leaves()

    with serving(script) as silent:
        endpoint = resolve(provider="minimax", base_url=f"{silent.url}/v1", api_key=KEY)

        def first() -> None:
            with contextlib.suppress(Stopped):
                with_uploads(asking(clip), endpoint, QUICK, stops[0])

        thread = threading.Thread(target=first)
        thread.start()
        assert reached.wait(10)

        def status(words: str) -> None:
            assert "my clip.mp4 is being uploaded for another call" in words
            stops[1].set()

        with pytest.raises(Stopped):
            with_uploads(asking(clip), endpoint, QUICK, stops[1], status)
        stops[0].set()
        thread.join(10)
        assert not thread.is_alive()


# -- a file that is gone -----------------------------------------------------------------------------------------------


def test_what_the_service_no_longer_has_is_uploaded_again(endpoint, clip):
    request = asking("What is it?", clip)
    first = sent(request, endpoint)
    delete(endpoint, clips_of(first)[0].url.removeprefix("mm_file://"), QUICK)
    stale = sent(request, endpoint)
    assert clips_of(stale) == clips_of(first)
    with pytest.raises(InvalidRequestError) as caught:
        said(stale, endpoint)
    assert forget_lost(caught.value, stale, endpoint)
    fresh = sent(request, endpoint)
    assert clips_of(fresh) != clips_of(first)
    assert "by file id" in said(fresh, endpoint)
    assert not forget_lost(caught.value, stale, endpoint)


def test_only_the_file_that_is_missing_is_forgotten(endpoint, kept):
    kept.add(endpoint, Uploaded("71", sha256="a"))
    kept.add(endpoint, Uploaded("82", sha256="b"))
    request = asking(Clip(name="a", url="mm_file://71", sha256="a"), Clip(name="b", url="mm_file://82", sha256="b"))
    error = InvalidRequestError("invalid params, file not found, file_id: 82", code="2013")
    assert forget_lost(error, request, endpoint)
    assert [file.file_id for file in kept.of(endpoint)] == ["71"]
    kept.add(endpoint, Uploaded("82", sha256="b"))
    assert forget_lost(InvalidRequestError("file expired", code="2013"), request, endpoint)
    assert kept.of(endpoint) == []


def test_a_file_that_the_user_named_is_never_uploaded_again(endpoint):
    request = asking(Clip(name="mine", url="mm_file://77"))
    assert sent(request, endpoint) is request
    with pytest.raises(InvalidRequestError) as caught:
        said(request, endpoint)
    assert not forget_lost(caught.value, request, endpoint)


def test_another_error_forgets_nothing(endpoint, clip, kept):
    request = sent(asking(clip), endpoint)
    for error in (
        InvalidRequestError("unknown model", code="2013"),
        AuthError("file not found", code="1004"),
        OSError(),
    ):
        assert not forget_lost(error, request, endpoint)
    assert kept.find(endpoint, clip.sha256) is not None


# -- files that are not what they were ---------------------------------------------------------------------------------


def test_a_file_that_was_changed_since_is_not_sent(endpoint, clip):
    before = len(listed(endpoint, QUICK))
    path = Path(clip.path)
    for content in (path.read_bytes() + b"x", path.read_bytes()[:-1] + b"x"):
        path.write_bytes(content)
        with pytest.raises(RequestError, match=r"my clip\.mp4 was changed since it was looked at"):
            sent(asking(clip), endpoint)
        path.write_bytes(content[: clip.size])
    assert len(listed(endpoint, QUICK)) == before


def test_a_file_that_is_gone_is_named(endpoint, clip):
    Path(clip.path).unlink()
    with pytest.raises(RequestError, match=r"my clip\.mp4 was not found"):
        sent(asking(clip), endpoint)


def test_more_than_the_service_takes_is_not_sent(endpoint, tmp_path):
    path = tmp_path / "long.mp4"
    with path.open("wb") as file:
        file.truncate(512_000_001)
    with pytest.raises(RequestError, match=r"MiniMax takes 512\.0 MB a file"):
        upload(endpoint, path, "long.mp4", QUICK)


# -- errors and tries --------------------------------------------------------------------------------------------------


def answering(*answers: tuple[str, dict[str, object]]):
    """A script that gives these answers one after the other, whatever connection they are asked on."""
    left = list(answers)

    def script(wire: Wire) -> None:
        while wire.request():
            status, value = left.pop(0)
            body = json.dumps(value).encode()
            wire.send(f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body)

    return script


def base_resp(code: int, words: str) -> tuple[str, dict[str, object]]:
    return "200 OK", {"base_resp": {"status_code": code, "status_msg": words}}


GOOD = ("200 OK", {"file": {"file_id": 77}, "base_resp": {"status_code": 0, "status_msg": "success"}})


def at(url: str) -> Endpoint:
    return resolve(provider="minimax", base_url=f"{url}/v1", api_key=KEY)


def test_a_bad_key_is_told_though_it_comes_with_status_200(server):
    endpoint = resolve(provider="minimax", base_url=server.openai_url, api_key="bad-key")
    for act in (lambda: upload(endpoint, b"content", "a.mp4", QUICK), lambda: listed(endpoint, QUICK)):
        with pytest.raises(AuthError) as caught:
            act()
        assert caught.value.code == "1004"


def test_a_service_that_is_busy_is_asked_again():
    said_so: list[str] = []
    with serving(answering(base_resp(1000, "unknown error"), GOOD)) as busy:
        limits = Limits(timeout=5.0, retries=1)
        file = upload(at(busy.url), b"content", "a.mp4", limits, on_status=said_so.append)
    assert file.file_id == "77"
    assert "try 2 of 2" in said_so[-1]


def test_what_has_gone_out_in_part_is_not_sent_again():
    def script(wire: Wire) -> None:
        wire.request()
        wire.reset()

    with serving(script) as server:
        with pytest.raises(TransportError) as caught:
            upload(at(server.url), b"content", "clip.mp4", Limits(timeout=5.0, retries=3))
        assert server.connections == 1
    assert "clip.mp4 was not uploaded" in str(caught.value)
    assert "The prompt was not sent." in str(caught.value)
    assert not caught.value.retryable


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (("413 X", {"message": "too large"}), ServiceError),
        (("401 X", {}), AuthError),
        (base_resp(2013, "invalid params"), InvalidRequestError),
    ],
)
def test_refusals_are_typed_and_final(answer, kind):
    with serving(answering(answer)) as server:
        with pytest.raises(kind):
            upload(at(server.url), b"content", "clip.mp4", Limits(timeout=5.0, retries=3))
        assert server.connections == 1


def test_what_is_known_of_an_upload(endpoint):
    content = os.urandom(1000)
    file = upload(endpoint, content, "clip", QUICK, media_type="video/mp4")
    assert (file.name, file.size, file.sha256) == ("clip", 1000, hashlib.sha256(content).hexdigest())
    assert file.created is not None
    assert file.purpose == "video_understanding"
    there = retrieve(endpoint, file.file_id, QUICK)
    assert (there.file_id, there.name, there.size) == (file.file_id, "clip.mp4", 1000)


# -- listing and deleting ----------------------------------------------------------------------------------------------


def test_uploads_are_listed_and_forgotten_here_and_there(endpoint, clip, kept):
    where = {"provider": "minimax", "base_url": endpoint.base_url, "face": "openai", "api_key": KEY}
    url = clips_of(sent(asking(clip), endpoint))[0].url
    file = next(file for file in uploaded(**where) if file.url == url)
    assert (file.sha256, file.size, file.name) == (clip.sha256, clip.size, "my clip.mp4")
    assert forget(file, **where) is True
    assert url not in {left.url for left in uploaded(**where)}
    assert kept.find(endpoint, clip.sha256) is None
    assert forget(url, **where) is False


def test_a_file_that_is_gone_there_is_forgotten_here(endpoint, kept):
    kept.add(endpoint, Uploaded("77", sha256="a"))
    assert forget("77", "minimax", base_url=endpoint.base_url, face="openai", api_key=KEY) is False
    assert kept.find(endpoint, "a") is None


def test_a_provider_without_uploads_has_none_to_list():
    with pytest.raises(RequestError, match="takes no uploads"):
        uploaded("openrouter", api_key=KEY)


def test_the_emulators_uploads_are_listed_without_a_key(clip):
    url = clips_of(sent(asking(clip), resolve(provider="emulator")))[0].url
    assert url in {file.url for file in uploaded("emulator")}
    assert forget(url, "emulator") is True


@pytest.mark.parametrize("ask", ["uploaded", "forget"])
def test_no_frame_of_an_error_holds_the_bare_key(ask):
    arguments = ("1",) if ask == "forget" else ()
    try:
        getattr(uploads, ask)(*arguments, provider="no-such-provider", api_key="test-key-for-nobody")
    except ConfigError as error:
        trace = error.__traceback__.tb_next  # this very function has it in its source
        while trace is not None:
            assert "test-key-for-nobody" not in repr(trace.tb_frame.f_locals)
            trace = trace.tb_next
    else:
        pytest.fail("there is no such provider")
