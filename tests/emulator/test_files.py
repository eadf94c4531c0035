"""Uploaded files: kept by the emulator they went to, used in a message by their id."""

from __future__ import annotations

import http.client
import json
from typing import Any

import pytest

from minimax_nb.emulator import Answer, Asked, Store, handle, serve
from tests.emulator.asking import ANTHROPIC, FACES, OPENAI, ask, bytes_of, error_of, text_of, value_of
from tests.emulator.making import BLUE, RED, film, message, part

FINE = {"status_code": 0, "status_msg": "success"}
UPLOAD = "/v1/files/upload"


def form(*parts: tuple[str, str, bytes], boundary: str = "zzz") -> tuple[dict[str, str], bytes]:
    """The headers and the body of a form."""
    body = b""
    for name, filename, data in parts:
        named = f'; filename="{filename}"' if filename else ""
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode() + data
        body += b"\r\n"
    return {"content-type": f"multipart/form-data; boundary={boundary}"}, body + f"--{boundary}--\r\n".encode()


def upload(store: Store, data: bytes, name: str = "clip.mp4", purpose: str = "video_understanding") -> dict[str, Any]:
    headers, body = form(("purpose", "", purpose.encode()), ("file", name, data))
    return value_of(handle(Asked("POST", UPLOAD, headers, body), store=store))


def get(store: Store, path: str) -> dict[str, Any]:
    return value_of(handle(Asked("GET", f"/v1/files/{path}"), store=store))


def delete(store: Store, body: object) -> dict[str, Any]:
    return value_of(handle(Asked("POST", "/v1/files/delete", {}, json.dumps(body).encode()), store=store))


def say(store: Store, path: str, url: str, model: str = "MiniMax-M3") -> Answer:
    content = [message(path, "What happens?", part(path, url, "video/mp4"))]
    body = {"model": model, "messages": content, "reasoning_split": True}
    return handle(Asked("POST", path, {}, json.dumps(body).encode()), store=store)


def test_a_video_goes_in_is_found_and_goes_out_again() -> None:
    store, data = Store(), b"\x00\x01\r\n\r\n--zz video"
    body = upload(store, data)
    assert body["base_resp"] == FINE
    file = body["file"]
    assert (file["bytes"], file["filename"], file["purpose"]) == (len(data), "clip.mp4", "video_understanding")
    assert isinstance(file["file_id"], int)
    assert 0 < file["file_id"] < 1 << 63
    found = get(store, f"retrieve?file_id={file['file_id']}")
    assert found == {"file": {**file, "download_url": ""}, "base_resp": FINE}
    assert get(store, "list") == {"files": [file], "base_resp": FINE}
    assert delete(store, {"file_id": file["file_id"]}) == {"file_id": file["file_id"], "base_resp": FINE}
    assert get(store, "list")["files"] == []
    assert get(store, f"retrieve?file_id={file['file_id']}")["base_resp"]["status_code"] == 2013


def test_the_newest_file_is_listed_first_and_a_purpose_can_be_asked_for() -> None:
    store = Store()
    upload(store, b"1", "a.mp4")
    upload(store, b"2", "b.mp3", "voice_clone")
    assert [file["filename"] for file in get(store, "list")["files"]] == ["b.mp3", "a.mp4"]
    assert [file["filename"] for file in get(store, "list?purpose=video_understanding")["files"]] == ["a.mp4"]


def test_each_upload_has_an_id_of_its_own_and_the_same_ones_in_every_store() -> None:
    def two(store: Store) -> list[int]:
        return [upload(store, b"the same")["file"]["file_id"] for _ in range(2)]

    first, again = two(Store()), two(Store())
    assert first == again
    assert len(set(first)) == 2


@pytest.mark.parametrize("path", FACES)
def test_a_file_can_be_looked_at_by_its_id(path: str) -> None:
    store, data = Store(), film([RED, BLUE])
    number = upload(store, data, "my clip.mp4")["file"]["file_id"]
    answer = say(store, path, f"mm_file://{number}")
    text = text_of(answer)
    assert f"`by file id, my clip.mp4, {len(data):,} bytes`" in text
    assert "MP4, 2.0 s long, 64 × 48 pixels, 20 frames" in text
    assert "From about 0:01.0: Main colours, about: blue 100 %" in text
    by_content = [message(path, "What happens?", part(path, data, "video/mp4"))]
    tokens = value_of(ask(path, by_content, reasoning_split=True))["usage"]
    usage = value_of(answer)["usage"]
    name = "input_tokens" if path == ANTHROPIC else "prompt_tokens"
    assert usage[name] == tokens[name]
    delete(store, {"file_id": str(number)})
    assert say(store, path, f"mm_file://{number}").status == 400


@pytest.mark.parametrize("path", FACES)
def test_a_file_that_is_not_there_is_refused_with_2013(path: str) -> None:
    answer = say(Store(), path, "mm_file://77")
    assert error_of(answer)[0] == 400
    assert error_of(answer)[2] == "invalid params, file not found, file_id: 77 (2013)"
    assert say(Store(), path, "mm_file://77", model="MiniMax-M2.7").status == 200


def test_a_file_of_another_purpose_is_no_video() -> None:
    store = Store()
    number = upload(store, b"sound", "a.mp3", "voice_clone")["file"]["file_id"]
    assert "purpose" in error_of(say(store, OPENAI, f"mm_file://{number}"))[2]


def test_one_store_for_the_process_where_none_is_given() -> None:
    headers, body = form(("purpose", "", b"video_understanding"), ("file", "clip.mkv", b"kept by the process"))
    number = value_of(handle(Asked("POST", UPLOAD, headers, body)))["file"]["file_id"]
    assert ask(OPENAI, [message(OPENAI, part(OPENAI, f"mm_file://{number}", "video/mp4"))]).status == 200
    deleted = handle(Asked("POST", "/v1/files/delete", {}, json.dumps({"file_id": number}).encode()))
    assert value_of(deleted) == {"file_id": number, "base_resp": FINE}


@pytest.mark.parametrize("name", ["clip.webm", "notes.txt", "clip", "cat.png"])
def test_other_types_are_refused(name: str) -> None:
    assert upload(Store(), b"data", name)["base_resp"]["status_code"] == 2013


@pytest.mark.parametrize("name", ["a.mp4", "a.MOV", "a.mkv", "a.avi"])
def test_four_types_are_taken(name: str) -> None:
    assert upload(Store(), b"data", name)["base_resp"] == FINE


def test_a_picture_called_a_video_is_refused() -> None:
    assert "PNG" in upload(Store(), b"\x89PNG\r\n\x1a\n" + bytes(40))["base_resp"]["status_msg"]


def test_a_file_has_a_largest_size() -> None:
    store = Store(most_bytes=2_000_000)
    assert upload(store, bytes(2_000_000))["base_resp"] == FINE
    assert "larger than 2 MB" in upload(store, bytes(2_000_001))["base_resp"]["status_msg"]
    assert Store().most_bytes == 512_000_000


@pytest.mark.parametrize(
    "parts",
    [
        [("purpose", "", b"video_understanding")],
        [("file", "clip.mp4", b"data")],
        [("purpose", "", b"fun"), ("file", "clip.mp4", b"data")],
        [("purpose", "", b"video_understanding"), ("file", "clip.mp4", b"")],
        [],
    ],
)
def test_a_form_without_what_is_needed_is_refused_inside_http_200(parts: list[tuple[str, str, bytes]]) -> None:
    headers, body = form(*parts)
    for sent in (Asked("POST", UPLOAD, headers, body), Asked("POST", UPLOAD, {}, body)):
        answer = handle(sent, store=Store())
        assert answer.status == 200
        assert list(value_of(answer)) == ["base_resp"]
        assert value_of(answer)["base_resp"]["status_code"] == 2013


@pytest.mark.parametrize("body", [{}, [], {"file_id": True}, {"file_id": "x"}, {"file_id": 5}, {"file_id": [1]}])
def test_a_deletion_of_nothing_is_refused(body: object) -> None:
    assert delete(Store(), body)["base_resp"]["status_code"] == 2013


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "upload"), ("GET", "list"), ("GET", "retrieve?file_id=1"), ("POST", "delete")]
)
def test_a_bad_key_is_refused_inside_http_200(method: str, path: str) -> None:
    for headers in ({"authorization": "Bearer bad-key"}, {}):
        answer = handle(Asked(method, f"/v1/files/{path}", headers), need_key=True, store=Store())
        assert (answer.status, value_of(answer)["base_resp"]["status_code"]) == (200, 1004)
    china = handle(Asked(method, f"/cn/v1/files/{path}", {"authorization": "Bearer global-key"}), store=Store())
    assert (china.status, value_of(china)["base_resp"]["status_code"]) == (200, 1004)


def test_the_short_address_is_not_served() -> None:
    assert handle(Asked("GET", "/v1/files")).status == 404
    assert handle(Asked("GET", "/v1/files/list"), faults=["html-502"]).status == 502


def test_a_boundary_in_quotes_and_words_before_the_first_part() -> None:
    headers, body = form(("purpose", "", b"retrieval"), ("file", "ä b.txt", b"data"), boundary="a b")
    headers = {"content-type": 'multipart/form-data; boundary="a b"'}
    found = value_of(handle(Asked("POST", UPLOAD, headers, b"preamble\r\n" + body), store=Store()))
    assert (found["file"]["filename"], found["file"]["bytes"]) == ("ä b.txt", 4)


def test_each_server_keeps_its_own_files() -> None:
    headers, body = form(("purpose", "", b"video_understanding"), ("file", "clip.mp4", b"data"))
    headers["authorization"] = "Bearer test-key-for-nobody"

    def call(port: int, method: str, path: str, body: bytes | None = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        try:
            connection.request(method, path, body, headers)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    with serve() as one, serve() as other:
        number = call(one.port, "POST", UPLOAD, body)["file"]["file_id"]
        assert [file["file_id"] for file in call(one.port, "GET", "/v1/files/list")["files"]] == [number]
        assert call(other.port, "GET", "/v1/files/list")["files"] == []


def test_an_answer_about_a_file_is_the_same_each_time() -> None:
    store = Store()
    number = upload(store, film([RED]))["file"]["file_id"]
    assert bytes_of(say(store, OPENAI, f"mm_file://{number}")) == bytes_of(say(store, OPENAI, f"mm_file://{number}"))
