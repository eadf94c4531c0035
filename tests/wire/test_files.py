"""Files at the service: what is sent for them, where to, and what any answer is read as."""

from __future__ import annotations

import contextlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import HTTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.catalog import resolve
from minimax_nb.catalog.endpoint import Endpoint
from minimax_nb.errors import AuthError, InvalidRequestError, RateLimitError, RequestError, ServiceError, WireError
from minimax_nb.wire.files import (
    Form,
    Uploaded,
    check_uploads,
    decode_deleted,
    decode_file,
    decode_list,
    encode_delete,
    encode_list,
    encode_retrieve,
    encode_upload,
    files_url,
    is_lost,
)

KEY = "test-key-for-nobody"
FINE = {"status_code": 0, "status_msg": "success"}
BIG = 9_223_372_036_854_775_807


def at(base_url: str | None = None, face: str = "anthropic", provider: str = "minimax", **said: str) -> Endpoint:
    return resolve(provider=provider, face=face, base_url=base_url, api_key=KEY, **said)


def refused(code: int, words: str) -> bytes:
    return json.dumps({"base_resp": {"status_code": code, "status_msg": words}}).encode()


def fields(form: Form, content: bytes) -> dict[str, tuple[str | None, str, bytes]]:
    """The form as the standard library reads it: field to file name, type and content."""
    kind = dict(form.call.headers)["content-type"]
    whole = message_from_bytes(
        f"content-type: {kind}\r\n\r\n".encode() + form.head + content + form.tail, policy=HTTP.clone(utf8=True)
    )
    found = {}
    for part in whole.iter_parts():
        name = part.get_param("name", header="content-disposition")
        found[name] = (part.get_filename(), part.get_content_type(), part.get_payload(decode=True))
    return found


# -- where to ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("face", ["anthropic", "openai"])
@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        (None, "https://api.minimax.io/v1/files"),
        ("http://127.0.0.1:8700/anthropic", "http://127.0.0.1:8700/v1/files"),
        ("https://gateway.example:444/some/path/v1", "https://gateway.example:444/v1/files"),
    ],
)
def test_files_lie_on_the_host_of_the_calls(base_url, url, face):
    assert files_url(at(base_url, face)) == url
    assert encode_list(at(base_url, face)).url.startswith(f"{url}/list")


def test_a_region_has_files_of_its_own():
    assert files_url(at(region="cn")) == "https://api.minimax.cn/v1/files"


@pytest.mark.parametrize("provider", ["emulator", "emulator:minimax"])
def test_the_emulator_has_files_too(provider):
    assert encode_upload(at(provider=provider), "a.mp4", 1).call.url == "emulator:/v1/files/upload"


@pytest.mark.parametrize("provider", ["modelslab", "runapi", "openrouter", "local", "emulator:modelslab"])
def test_a_provider_without_files_says_so_and_what_to_do(provider):
    endpoint = resolve(provider=provider, model="MiniMax-M3" if provider == "local" else None, api_key=KEY)
    for use in (encode_list, files_url, lambda where: encode_upload(where, "a.mp4", 1)):
        with pytest.raises(RequestError, match="takes no uploads"):
            use(endpoint)
    with pytest.raises(RequestError) as caught:
        check_uploads(endpoint, "clip.mp4", 120_000_000)
    said = str(caught.value)
    assert "clip.mp4 has 120.0 MB" in said
    assert endpoint.provider.title in said
    for way in (".trim(", ".scale(", ".frames(", "-p minimax"):
        assert way in said


@pytest.mark.parametrize("face", ["anthropic", "openai"])
def test_the_key_goes_as_bearer_over_either_protocol_and_in_no_body(face):
    endpoint = at(face=face)
    endpoint = replace(endpoint, face=replace(endpoint.face, auth="x-api-key"))
    calls = (encode_upload(endpoint, "a.mp4", 5).call, encode_list(endpoint), encode_delete(endpoint, "7"))
    for call in (*calls, encode_retrieve(endpoint, "7")):
        assert call.sent_headers()["authorization"] == f"Bearer {KEY}"
        assert "x-api-key" not in call.sent_headers()
        assert KEY.encode() not in call.sent_body()
        assert KEY not in call.url


# -- the form ----------------------------------------------------------------------------------------------------------


def test_the_form_has_two_fields_and_tells_its_length():
    content = b"\0\1\r\n--not a mark\r\n\r\n" * 50
    form = encode_upload(at(), "clip.mp4", len(content), "video/mp4")
    assert form.call.method == "POST"
    length = dict(form.call.headers)["content-length"]
    assert int(length) == len(form.head) + len(content) + len(form.tail)
    assert form.size == len(content)
    read = fields(form, content)
    assert read["purpose"] == (None, "text/plain", b"video_understanding")
    assert read["file"] == ("clip.mp4", "video/mp4", content)
    assert list(read) == ["purpose", "file"]


def test_every_form_has_a_mark_of_its_own():
    assert len({encode_upload(at(), "a.mp4", 1).tail for _ in range(20)}) == 20


@pytest.mark.parametrize(
    ("name", "media_type", "sent"),
    [
        ("clip.mp4", "video/mp4", "clip.mp4"),
        ("CLIP.MP4", "video/mp4", "CLIP.MP4"),
        ("clip.m4v", "video/mp4", "clip.m4v"),
        ("clip", "video/mp4", "clip.mp4"),
        ("clip.png", "video/x-matroska", "clip.png.mkv"),
        ("film", "video/quicktime", "film.mov"),
        ("film", "video/x-msvideo", "film.avi"),
        ("/home/someone/secret folder/clip.mp4", "video/mp4", "clip.mp4"),
        (r"C:\films\clip.mp4", "video/mp4", "clip.mp4"),
        ("Straße 日本 🎬.mp4", "video/mp4", "Straße 日本 🎬.mp4"),
        ("", "video/mp4", "file.mp4"),
        ("x" * 5000 + ".mp4", "video/mp4", "x" * 180 + ".mp4"),
    ],
)
def test_a_file_is_named_without_its_folder_and_with_a_fitting_ending(name, media_type, sent):
    head = encode_upload(at(), name, 1, media_type).head.decode()
    assert f'filename="{sent}"\r\n' in head


@given(name=st.text(alphabet=st.characters(), max_size=60))
def test_no_name_breaks_out_of_its_header(name):
    form = encode_upload(at(), name, 3, "video/mp4")
    lines = form.head.split(b"\r\n")
    assert len(lines) == 9
    disposition = lines[5]
    assert disposition.count(b'"') == 4
    assert disposition.endswith(b'"')
    assert not any(byte < 32 or byte in b"\x7f\\" for byte in disposition)
    assert fields(form, b"abc")["file"][2] == b"abc"


# -- the other calls ---------------------------------------------------------------------------------------------------


def test_a_file_is_deleted_by_its_number():
    call = encode_delete(at(), str(BIG))
    assert (call.method, call.url) == ("POST", "https://api.minimax.io/v1/files/delete")
    assert json.loads(call.body)["file_id"] == BIG
    assert json.loads(encode_delete(at(), "file-abc").body)["file_id"] == "file-abc"


def test_an_id_cannot_change_the_address():
    assert (
        encode_retrieve(at(), "7&x=/../y").url == "https://api.minimax.io/v1/files/retrieve?file_id=7%26x%3D%2F..%2Fy"
    )


# -- answers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file_id", [BIG, str(BIG)])
def test_an_id_of_64_bits_is_kept_digit_by_digit(file_id):
    file = {
        "file_id": file_id, "bytes": 5, "created_at": 1_780_154_535, "filename": "clip.mp4",
        "purpose": "video_understanding",
    }  # fmt: skip
    body = json.dumps({"file": file, "base_resp": FINE}).encode()
    created = datetime.fromtimestamp(1_780_154_535, UTC)
    found = decode_file(body, at())
    assert found == Uploaded(str(BIG), "clip.mp4", 5, "", created, "video_understanding")
    assert found.url == f"mm_file://{BIG}"
    listed = json.dumps({"files": [file, {"file_id": 1.5}, None, {}], "base_resp": FINE}).encode()
    assert decode_list(listed, at()) == (found,)


def test_what_a_service_leaves_out_is_unknown_and_no_zero():
    assert decode_file(b'{"file": {"file_id": 7, "created_at": 0}}', at()) == Uploaded("7")
    assert decode_list(b'{"base_resp": {"status_code": 0}, "files": null}', at()) == ()


@pytest.mark.parametrize(
    "file_id", [None, True, 1.5, -1, "", " ", "a b", 'x"y', "../7", "x" * 300, {"a": 1}, [7], "7\n8"]
)
def test_what_is_no_id_is_not_taken_for_one(file_id):
    with pytest.raises(WireError, match="without the id of a file"):
        decode_file(json.dumps({"file": {"file_id": file_id}, "base_resp": FINE}).encode(), at())


@pytest.mark.parametrize("body", [b"", b"<html>502</html>", b"[]", b"null", b"7", b"\xff\xfe", b"{"])
@pytest.mark.parametrize("decode", [decode_file, decode_list, decode_deleted])
def test_what_is_no_answer_is_a_wire_error(decode, body):
    with pytest.raises(WireError):
        decode(body, at())


@pytest.mark.parametrize("decode", [decode_file, decode_list, decode_deleted])
@pytest.mark.parametrize(
    ("code", "words", "kind"),
    [
        (1004, "login fail: Please carry the API secret key in the 'Authorization' field", AuthError),
        (2013, "invalid params, unknown purpose 'x'", InvalidRequestError),
        (1002, "rate limit", RateLimitError),
    ],
)
def test_an_error_inside_http_200_is_typed(decode, code, words, kind):
    with pytest.raises(kind) as caught:
        decode(refused(code, words), at())
    assert caught.value.code == str(code)
    assert caught.value.status is None


def test_a_key_that_is_echoed_is_masked():
    with pytest.raises(ServiceError) as caught:
        decode_file(refused(1004, f"bad key {KEY}"), at())
    assert KEY not in str(caught.value)
    entry = decode_list(json.dumps({"files": [{"file_id": 1, "filename": f"{KEY}.mp4"}]}).encode(), at())
    assert entry[0].name == "[key].mp4"


@given(body=st.binary(max_size=200) | st.from_type(dict).map(lambda value: repr(value).encode()))
def test_any_answer_is_read_or_refused(body):
    for decode in (decode_file, decode_list, decode_deleted):
        with contextlib.suppress(WireError, ServiceError):
            decode(body, at())


# -- a file that is gone -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "words", "lost"),
    [
        (2013, "invalid params, file not found, file_id: 77", True),
        (2013, "invalid params, the file does not exist", True),
        (2013, "invalid mm_file://77", True),
        (2013, "file expired", True),
        (2013, "file_id 77 is wrong", True),
        (2013, "invalid params, unknown model 'x'", False),
        (2013, "invalid params, 'messages' must be a list", False),
        (1004, "file not found", False),
        (1002, "file not found", False),
    ],
)
def test_a_missing_file_is_told_from_other_refusals(code, words, lost):
    with pytest.raises(ServiceError) as caught:
        decode_deleted(refused(code, words), at())
    assert is_lost(caught.value, "77") is lost


def test_errors_of_our_own_tell_of_no_missing_file():
    assert not is_lost(RequestError("file not found"))
    assert not is_lost(ValueError("file not found"))
