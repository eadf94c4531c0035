"""Requests as calls: what is said always, and what only on demand, on both protocols."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from minimax_nb.catalog.rows import FaceName, Model
from minimax_nb.errors import RequestError
from minimax_nb.messages.parts import Message, ToolCall, user
from minimax_nb.messages.request import Request
from minimax_nb.wire import FACES, Call
from tests.wire.helpers import FLASH, KEY, M3, UNKNOWN, endpoint, request

BOTH = pytest.mark.parametrize("face", ["openai", "anthropic"])


def call(face: FaceName, asked: Request | None = None, **how: Any) -> Call:
    return FACES[face].encode(asked or request(), endpoint(face, **how))


def body(face: FaceName, asked: Request | None = None, **how: Any) -> dict[str, Any]:
    return json.loads(call(face, asked, **how).body)  # type: ignore[no-any-return]


# -- the call ----------------------------------------------------------------------------------------------------------


def test_the_whole_of_a_plain_openai_call() -> None:
    made = call("openai", request("Hi", system="Be brief."))
    assert (made.method, made.url, made.stream) == ("POST", "https://api.example.invalid/v1/chat/completions", True)
    assert made.headers == (("accept", "text/event-stream"), ("content-type", "application/json"))
    assert (made.key_header, made.key_prefix) == ("authorization", "Bearer ")
    assert made.key is not None
    assert made.key.reveal() == KEY
    assert json.loads(made.body) == {
        "model": "MiniMax-M3",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi"}],
        "thinking": {"type": "adaptive"},
        "reasoning_split": True,
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_the_whole_of_a_plain_anthropic_call() -> None:
    made = call("anthropic", request("Hi", system="Be brief."))
    assert (made.method, made.url) == ("POST", "https://api.example.invalid/anthropic/v1/messages")
    assert json.loads(made.body) == {
        "model": "MiniMax-M3",
        "system": "Be brief.",
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Hi"}]}],
        "max_tokens": 65536,
        "thinking": {"type": "adaptive"},
        "stream": True,
    }


@BOTH
def test_the_key_is_no_part_of_headers_body_or_repr(face: FaceName) -> None:
    for auth, header, prefix in (("bearer", "authorization", "Bearer "), ("x-api-key", "x-api-key", "")):
        made = call(face, auth=auth)
        assert (made.key_header, made.key_prefix) == (header, prefix)
        assert KEY not in repr(made)
    assert call(face, key=None).key is None


@BOTH
def test_headers_of_the_face_are_sent_and_win(face: FaceName) -> None:
    made = call(face, headers={"Anthropic-Version": "2023-06-01", "Accept": "*/*"})
    assert dict(made.headers) == {
        "accept": "*/*",
        "content-type": "application/json",
        "anthropic-version": "2023-06-01",
    }


@BOTH
def test_a_call_without_a_stream_says_so(face: FaceName) -> None:
    made = call(face, request(stream=False))
    assert (made.stream, dict(made.headers)["accept"]) == (False, "application/json")
    sent = json.loads(made.body)
    assert sent["stream"] is False
    assert "stream_options" not in sent


def test_extras_of_minimax_are_left_out_where_a_server_refuses_them() -> None:
    sent = body("openai", reasoning_split=False, include_usage=False, thinking_field=None)
    assert set(sent) == {"model", "messages", "stream"}


@BOTH
def test_parameters_are_sent_only_when_said(face: FaceName) -> None:
    said = request(temperature=0.0, top_p=0.5, service_tier="priority", max_tokens=7)
    sent = body(face, said)
    assert (sent["temperature"], sent["top_p"], sent["service_tier"]) == (0.0, 0.5, "priority")
    assert sent["max_tokens" if face == "anthropic" else "max_completion_tokens"] == 7
    assert not {"temperature", "top_p", "service_tier", "max_completion_tokens", "system"} & set(body(face))


def test_the_output_limit_has_the_name_the_server_takes() -> None:
    assert body("openai", request(max_tokens=7), max_tokens_field="max_tokens")["max_tokens"] == 7


@pytest.mark.parametrize(("most", "sent"), [(None, 8192), (2048, 2048), (204_800, 65_536)])
def test_an_anthropic_call_always_has_an_output_limit(most: int | None, sent: int) -> None:
    assert body("anthropic", model=Model(max_output=most))["max_tokens"] == sent


THINKING: list[tuple[Model, str | None, dict[str, str] | None]] = [
    # model, what the user says, what is sent
    (M3, None, {"type": "adaptive"}),
    (M3, "adaptive", {"type": "adaptive"}),
    (M3, "off", {"type": "disabled"}),
    (Model(thinking="switch", thinking_default="off"), None, {"type": "disabled"}),
    (Model(thinking="switch"), None, None),
    (FLASH, None, None),
    (FLASH, "adaptive", {"type": "adaptive"}),
    (FLASH, "off", None),
    (Model(thinking="always", thinking_default="adaptive"), None, {"type": "adaptive"}),
    (Model(thinking="none"), "adaptive", None),
    (Model(thinking="none"), "off", None),
    (UNKNOWN, None, None),
    (UNKNOWN, "off", {"type": "disabled"}),
]


@BOTH
@pytest.mark.parametrize(("model", "said", "sent"), THINKING)
def test_thinking_is_said_the_same_way_on_both_protocols(
    face: FaceName, model: Model, said: Any, sent: dict[str, str] | None
) -> None:
    assert body(face, request(thinking=said), model=model).get("thinking") == sent
    assert "thinking" not in body(face, request(thinking=said), model=model, thinking_field=None)


@BOTH
def test_effort_is_always_said_where_the_model_has_it(face: FaceName) -> None:
    def effort(sent: dict[str, Any]) -> Any:
        return sent.get("reasoning_effort"), sent.get("output_config")

    assert effort(body(face, model=FLASH, effort_field="output_config")) == (None, {"effort": "max"})
    assert effort(body(face, model=FLASH, effort_field="reasoning_effort")) == ("max", None)
    low = request(effort="low")
    assert effort(body(face, low, model=FLASH, effort_field="reasoning_effort")) == ("low", None)
    assert effort(body(face, low, model=FLASH, effort_field=None)) == (None, None)
    assert effort(body(face, low, model=M3)) == (None, None)


@BOTH
def test_a_blank_system_message_is_left_out(face: FaceName) -> None:
    sent = body(face, request(system=" \n"))
    assert "system" not in sent
    assert [message["role"] for message in sent["messages"]] == ["user"]


@BOTH
def test_text_that_is_no_unicode_and_numbers_that_are_no_json_are_dealt_with_before_sending(face: FaceName) -> None:
    assert b"half ? pair" in call(face, request("half \ud83d pair")).body
    with pytest.raises(RequestError, match="cannot be written as JSON"):
        call(face, request(temperature=float("nan")))
    with pytest.raises(RequestError, match="nothing to send"):
        call(face, Request("m", ()))


def test_a_tier_is_sent_where_there_are_tiers() -> None:
    plain = endpoint("openai")
    tiered = replace(plain, offer=replace(plain.offer, priority_factor=Decimal("1.5")))

    def tier(here: Any, wanted: str) -> Any:
        return json.loads(FACES["openai"].encode(request(service_tier=wanted), here).body).get("service_tier")

    assert (tier(tiered, "standard"), tier(tiered, "priority")) == ("standard", "priority")
    assert (tier(plain, "standard"), tier(plain, "priority")) == (None, "priority")


def test_a_prompt_that_is_no_unicode_has_a_fingerprint() -> None:
    half = request("half \ud83d pair")
    strange = Message("assistant", (ToolCall("c1", "f", {"a": object}),))
    assert half.prompt_sha256() == request("half \ud83d pair").prompt_sha256() != request("half ? pair").prompt_sha256()
    assert len(Request("m", (user("Hi"), strange)).prompt_sha256()) == 64


# -- counts and lists --------------------------------------------------------------------------------------------------


def test_a_token_count_asks_for_the_prompt_alone() -> None:
    asked = request("Hi", system="Be brief.", temperature=0.5)
    made = FACES["anthropic"].encode_count(asked, endpoint("anthropic"))
    assert made is not None
    assert (made.url, made.stream) == ("https://api.example.invalid/anthropic/v1/messages/count_tokens", False)
    assert set(json.loads(made.body)) == {"model", "system", "messages"}
    assert FACES["anthropic"].encode_count(asked, endpoint("anthropic", count_path=None)) is None
    assert FACES["openai"].encode_count(asked, endpoint("openai")) is None


@BOTH
def test_a_list_of_models_is_asked_for_where_there_is_one(face: FaceName) -> None:
    made = FACES[face].encode_models(endpoint(face))
    assert made is not None
    assert (made.method, made.body, made.stream) == ("GET", b"", False)
    assert made.url.endswith("/models")
    assert made.key is not None
    assert made.headers == (("accept", "application/json"),)
    assert FACES[face].encode_models(endpoint(face, models_path=None)) is None


@pytest.mark.parametrize("face_name", ["openai", "anthropic"])
def test_a_servers_own_default_limit_is_sent_within_what_the_model_can_do(face_name: FaceName) -> None:
    def sent(default: int, most: int | None, said: int | None = None) -> int:
        here = endpoint(face_name)
        here = replace(
            here,
            face=replace(here.face, max_tokens_default=default),
            model=replace(here.model, max_output=most),
        )
        body = json.loads(FACES[face_name].encode(Request("m", (user("hi"),), max_tokens=said), here).body)
        return int(body[here.face.max_tokens_field])

    assert sent(8192, 500_000) == 8192
    assert sent(8192, 2048) == 2048
    assert sent(8192, None) == 8192
    assert sent(8192, 500_000, said=77) == 77
