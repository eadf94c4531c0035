"""Token counts and lists of models, in every shape in which services print them."""

from __future__ import annotations

import json
from datetime import date

import pytest

from minimax_nb.errors import AuthError, PlanLimitError, RateLimitError, ServiceError, WireError
from minimax_nb.messages.served import ServedModel
from minimax_nb.wire import FACES
from tests.wire.helpers import KEY, endpoint

BOTH = pytest.mark.parametrize("face", list(FACES))

OPENAI = {
    "object": "list",
    "data": [{"id": "MiniMax-M3", "object": "model", "created": 1780272000, "owned_by": "minimax"}],
}
ANTHROPIC = {
    "data": [
        {
            "id": "MiniMax-M2.7",
            "type": "model",
            "display_name": "MiniMax M2.7",
            "created_at": "2026-03-18T02:00:00Z",
            "max_input_tokens": 1000000,
            "max_tokens": 65536,
        }
    ],
    "first_id": "MiniMax-M2.7",
    "last_id": "MiniMax-M2.7",
    "has_more": False,
}
OPENROUTER = {
    "data": [
        {
            "id": "minimax/minimax-m2",
            "name": "MiniMax: MiniMax M2",
            "created": 1761252093,
            "context_length": 196608,
            "pricing": {"prompt": "0.000000255", "completion": "0.00000102"},
            "top_provider": {"context_length": 196608, "max_completion_tokens": 196608, "is_moderated": False},
        }
    ]
}
LLAMA_CPP = {
    "models": [{"name": "m2.gguf", "model": "m2.gguf", "capabilities": ["completion"], "details": {"format": "gguf"}}],
    "object": "list",
    "data": [{"id": "m2.gguf", "object": "model", "created": 1780272000, "owned_by": "llamacpp", "meta": {"size": 7}}],
}
VLLM = {
    "object": "list",
    "data": [{"id": "MiniMaxAI/MiniMax-M2", "owned_by": "vllm", "max_model_len": 196608, "permission": [{"id": "p"}]}],
}


def models(body: object, face: str = "openai", **more: object) -> tuple[ServedModel, ...]:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return FACES[face].decode_models(data, endpoint(face, **more))


def names(body: object, face: str = "openai") -> tuple[str, ...]:
    return tuple(model.id for model in models(body, face))


@BOTH
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (OPENAI, ServedModel("MiniMax-M3", owner="minimax", released=date(2026, 6, 1))),
        (
            ANTHROPIC,
            ServedModel(
                "MiniMax-M2.7",
                title="MiniMax M2.7",
                released=date(2026, 3, 18),
                context=1_000_000,
                max_output=65_536,
            ),
        ),
        (
            OPENROUTER,
            ServedModel(
                "minimax/minimax-m2",
                title="MiniMax: MiniMax M2",
                released=date(2025, 10, 23),
                context=196_608,
                max_output=196_608,
            ),
        ),
        (LLAMA_CPP, ServedModel("m2.gguf", owner="llamacpp", released=date(2026, 6, 1))),
        (VLLM, ServedModel("MiniMaxAI/MiniMax-M2", owner="vllm", context=196_608)),
        (OPENAI["data"], ServedModel("MiniMax-M3", owner="minimax", released=date(2026, 6, 1))),
        ({"models": [{"name": "minimax-m2:cloud"}]}, ServedModel("minimax-m2:cloud", title="minimax-m2:cloud")),
    ],
    ids=["openai", "anthropic", "openrouter", "llama.cpp", "vllm", "bare", "models"],
)
def test_every_shape_of_a_list_is_read_over_both_protocols(face, body, expected) -> None:
    assert models(body, face) == (expected,)


@pytest.mark.parametrize(
    "name",
    ["Qwen/Qwen2.5-VL-72B-Instruct-together", "minimax/minimax-m2:free", "accounts/fireworks/models/minimax-m2p7",
     "MINIMAX-m3", "minimax.minimax-m2", " spaced "],
)  # fmt: skip
def test_an_id_is_kept_as_it_is_spelled(name) -> None:
    assert names({"data": [{"id": name}]}) == (name,)


@BOTH
def test_entries_that_are_no_models_are_passed_over(face) -> None:
    entries = [None, "x", {}, {"id": 3}, {"id": ""}, {"id": " "}, {"id": "a\x1b[2J"}, {"id": "x" * 5000}]
    assert names({"data": [*entries, {"id": "a"}, {"id": "a"}]}, face) == ("a",)
    assert names({"data": []}, face) == ()
    assert names([], face) == ()


@pytest.mark.parametrize("value", [0, -1, "200000", 1.5, True, None, [], 10**30])
def test_a_figure_that_is_none_is_unknown(value) -> None:
    entry = {
        "id": "a", "max_input_tokens": value, "context_length": value, "max_tokens": value, "created": value,
        "created_at": value, "top_provider": value, "display_name": value, "owned_by": value,
    }  # fmt: skip
    (model,) = models({"data": [entry]})
    assert (model.context, model.max_output) == (None, None)
    assert model.released is None or value in {True, 1.5}


@pytest.mark.parametrize("day", ["", "soon", "2026-13-45", "9" * 5000])
def test_a_day_that_is_none_is_unknown(day) -> None:
    assert models({"data": [{"id": "a", "created_at": day, "created": 10**18}]})[0].released is None


@BOTH
@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"7", b'"x"', b"{}", b'{"data": null}', b'{"data": "x"}', b'{"data": {"id": "a"}}', b"\xff"],
)
def test_what_is_no_list_is_named(face, body) -> None:
    with pytest.raises(WireError, match="list of models"):
        models(body, face)


def test_a_list_of_thousands_is_read_whole() -> None:
    many = tuple(f"model-{number}" for number in range(5000))
    assert names({"data": [{"id": name} for name in many]}) == many


# -- pages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "after"),
    [
        ({**ANTHROPIC, "has_more": True, "last_id": "b"}, "b"),
        ({**ANTHROPIC, "has_more": True, "last_id": None}, "MiniMax-M2.7"),
        ({**ANTHROPIC, "has_more": False, "last_id": "b"}, None),
        ({**ANTHROPIC, "has_more": "yes"}, None),
        ({"data": [], "has_more": True}, None),
        (OPENAI, None),
    ],
)
def test_the_next_page_begins_after_the_last_id(body, after) -> None:
    page = FACES["anthropic"].decode_model_page(json.dumps(body).encode(), endpoint("anthropic"))
    assert page.after == after


@BOTH
def test_the_next_page_is_asked_for_by_its_last_id(face) -> None:
    first = FACES[face].encode_models(endpoint(face))
    made = FACES[face].encode_models(endpoint(face), after="minimax/m2&x=é")
    assert "?" not in first.url
    assert made.url == f"{first.url}?limit=100&after_id=minimax%2Fm2%26x%3D%C3%A9"
    assert (made.method, made.headers, made.key) == (first.method, first.headers, first.key)
    assert FACES[face].encode_models(endpoint(face, models_path=None), after="a") is None


# -- counts --------------------------------------------------------------------------------------------------------


def count(body: bytes, face: str = "anthropic") -> int:
    return FACES[face].decode_count(body, endpoint(face))


@BOTH
def test_a_count_is_read(face) -> None:
    assert count(b'{"input_tokens": 1366}', face) == 1366
    assert count(b'{"input_tokens": 0}', face) == 0
    assert count(b'{"object": "response.input_tokens", "input_tokens": 7}', face) == 7
    assert count(b'{"input_tokens": 7, "base_resp": {"status_code": 0}}', face) == 7


@BOTH
@pytest.mark.parametrize("number", ["-1", '"7"', "1.5", "null", "true", "[]", "1" * 30, "NaN"])
def test_what_is_no_count_is_named(face, number) -> None:
    with pytest.raises(WireError, match="token count"):
        count(f'{{"input_tokens": {number}}}'.encode(), face)


@BOTH
@pytest.mark.parametrize("body", [b"", b"\x1b[2J<html>", b"7", b"{}", b"[]", b'{"input": 7}'])
def test_an_answer_without_a_count_is_quoted_harmlessly(face, body) -> None:
    with pytest.raises(WireError, match="token count") as caught:
        count(body, face)
    assert "\x1b" not in str(caught.value)


# -- errors inside HTTP 200, and keys ------------------------------------------------------------------------------


@BOTH
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"base_resp": {"status_code": 1004, "status_msg": "login fail"}}, AuthError),
        ({"base_resp": {"status_code": 2049, "status_msg": "invalid api key"}}, AuthError),
        ({"base_resp": {"status_code": 2056, "status_msg": "usage limit"}, "data": None}, PlanLimitError),
        ({"base_resp": {"status_code": 1002, "status_msg": "rate limit"}}, RateLimitError),
        ({"type": "error", "error": {"type": "authentication_error", "message": "no (2049)"}}, AuthError),
        ({"error": {"message": "no", "type": "invalid_request_error", "code": "invalid_api_key"}}, AuthError),
        ({"error": {"code": 401, "message": "No auth credentials found"}}, AuthError),
        ({"status": "error", "messege": "Invalid API key"}, ServiceError),
        ({"status": "error", "message": "Invalid API key"}, ServiceError),
        ({"error": "text"}, ServiceError),
    ],
)
def test_an_error_inside_http_200_is_typed(face, body, kind) -> None:
    data = json.dumps(body).encode()
    for decode in (FACES[face].decode_models, FACES[face].decode_count, FACES[face].decode_model_page):
        with pytest.raises(kind):
            decode(data, endpoint(face))


@BOTH
@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": f"key {KEY} is no good"}},
        {"base_resp": {"status_code": 1004, "status_msg": f"{KEY}"}, "request_id": KEY},
        {"note": f"you sent {KEY}"},
        f"<html><title>{KEY}</title>".encode(),
        f"plain {KEY}".encode(),
    ],
)
def test_a_key_that_is_echoed_is_masked_in_errors(face, body) -> None:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    for decode in (FACES[face].decode_models, FACES[face].decode_count):
        with pytest.raises((ServiceError, WireError)) as caught:
            decode(data, endpoint(face))
        assert KEY not in f"{caught.value!s} {caught.value!r} {vars(caught.value)}"


def test_a_key_among_the_models_is_masked() -> None:
    (model,) = models({"data": [{"id": f"x-{KEY}", "display_name": KEY, "owned_by": f"for {KEY}"}]})
    assert KEY not in repr(model)
    assert model.id == "x-[key]"
