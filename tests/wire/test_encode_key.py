"""Where the key of a call goes: one place, at the moment of sending, and nowhere else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from minimax_nb.catalog import resolve
from minimax_nb.catalog.rows import FaceName
from minimax_nb.secrets import Secret
from minimax_nb.wire import FACES, Call
from tests.wire.helpers import KEY, endpoint, request

FACE = pytest.mark.parametrize("face", ["openai", "anthropic"])
AUTH = pytest.mark.parametrize("auth", ["bearer", "x-api-key", "key", "body"])
PLACES = {
    "bearer": {"authorization": f"Bearer {KEY}"},
    "x-api-key": {"x-api-key": KEY},
    "key": {"key": KEY},
    "body": {"key": KEY},
}


def calls(face: FaceName, **flags: Any) -> dict[str, Call]:
    """Every kind of call a codec makes."""
    here = endpoint(face, count_path="/v1/messages/count_tokens", **flags)
    codec = FACES[face]
    made = {
        "stream": codec.encode(request(), here),
        "whole": codec.encode(request(stream=False), here),
        "count": codec.encode_count(request(), here),
        "models": codec.encode_models(here),
    }
    return {name: call for name, call in made.items() if call is not None}


def key_places(call: Call) -> dict[str, str]:
    """The headers that hold the key."""
    return {name: value for name, value in call.sent_headers().items() if KEY in value}


@FACE
@AUTH
def test_the_key_is_in_one_place_and_only_when_sent(face: FaceName, auth: str) -> None:
    for name, call in calls(face, auth=auth).items():
        assert KEY not in repr(call) + str(call.headers), name
        assert KEY.encode() not in call.body, name
        in_body = call.sent_body().count(KEY.encode())
        if auth == "body" and call.method == "POST":
            assert (key_places(call), in_body) == ({}, 1), name
            assert json.loads(call.sent_body())["key"] == KEY
        else:
            assert (key_places(call), in_body) == (PLACES[auth], 0), name
            assert call.sent_body() == call.body


@FACE
def test_a_list_of_models_has_no_body_and_carries_the_key_in_a_header(face: FaceName) -> None:
    listing = calls(face, auth="body")["models"]
    assert (listing.method, listing.sent_body()) == ("GET", b"")
    assert key_places(listing) == {"key": KEY}


@FACE
def test_the_key_in_the_body_leaves_every_other_byte_as_it_was(face: FaceName) -> None:
    for name, call in calls(face, auth="body").items():
        if call.body:
            assert call.sent_body() == b'{"key":"%s",%s' % (KEY.encode(), call.body[1:]), name


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        (b"{}", b'{"key":"k"}'),
        (b"{ }", b'{"key":"k"}'),
        (b'{"a":1}', b'{"key":"k","a":1}'),
        (b'{\n "a": "\xc3\xbc"}', b'{"key":"k","a": "\xc3\xbc"}'),
        (b"", b""),
        (b"[1]", b"[1]"),
    ],
)
def test_a_body_with_the_key_is_json_again(body: bytes, sent: bytes) -> None:
    call = Call("POST", "http://h", body=body, key=Secret("k"), key_header="key", key_prefix="", key_field="key")
    assert call.sent_body() == sent
    assert ("key" in call.sent_headers()) is (sent == body), "what cannot carry it leaves it to the header"


def test_a_key_with_quotes_stays_one_text() -> None:
    odd = 'a"b\\c'
    call = Call("POST", "http://h", body=b'{"a":1}', key=Secret(odd), key_field="key")
    assert json.loads(call.sent_body()) == {"key": odd, "a": 1}


@FACE
@AUTH
def test_without_a_key_nothing_is_added(face: FaceName, auth: str) -> None:
    for call in calls(face, auth=auth, key=None).values():
        assert call.sent_headers() == dict(call.headers)
        assert call.sent_body() == call.body


@FACE
def test_the_model_is_named_as_the_server_wants_it(face: FaceName) -> None:
    for name, call in calls(face, model_field="model_id", model_id="minimax-minimax-m2").items():
        if name == "models":
            continue
        body = json.loads(call.body)
        assert body["model_id"] == "minimax-minimax-m2", name
        assert "model" not in body, name


@FACE
@pytest.mark.parametrize("region", ["global", "cn", "cn-minimaxi"])
def test_a_plan_key_travels_like_any_other_in_every_region(face: FaceName, region: str) -> None:
    plan = "sk-cp-nobody"
    here = resolve(provider="minimax", face=face, region=region, api_key=plan, env={})
    call = FACES[face].encode(request(), here)
    host = {"global": "api.minimax.io", "cn": "api.minimax.cn", "cn-minimaxi": "api.minimaxi.com"}[region]
    path = "/v1/chat/completions" if face == "openai" else "/anthropic/v1/messages"
    assert call.url == f"https://{host}{path}"
    assert call.sent_headers()["authorization"] == f"Bearer {plan}"
