"""Token counts and lists of models, in both protocols' shapes."""

from __future__ import annotations

import json

import pytest

from minimax_nb.errors import WireError
from minimax_nb.wire import FACES

BOTH = pytest.mark.parametrize("codec", list(FACES.values()), ids=list(FACES))

OPENAI = {"object": "list", "data": [{"id": "MiniMax-M3", "object": "model"}, {"id": "M2-her", "object": "model"}]}
ANTHROPIC = {
    "data": [{"id": "MiniMax-M3", "type": "model", "display_name": "M3"}, {"id": "M2-her", "type": "model"}],
    "first_id": "MiniMax-M3",
    "has_more": False,
}


@BOTH
@pytest.mark.parametrize("body", [OPENAI, ANTHROPIC])
def test_both_shapes_of_a_list_are_read(codec, body) -> None:
    assert codec.decode_models(json.dumps(body).encode()) == ("MiniMax-M3", "M2-her")


@BOTH
def test_entries_that_are_no_models_are_passed_over(codec) -> None:
    body = {"data": [None, "x", {}, {"id": 3}, {"id": ""}, {"id": "a"}, {"id": "a"}]}
    assert codec.decode_models(json.dumps(body).encode()) == ("a",)
    assert codec.decode_models(b'{"data": []}') == ()


@BOTH
@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"{}", b'{"data": null}', b'{"data": "x"}', b"\xff"])
def test_what_is_no_list_is_named(codec, body) -> None:
    with pytest.raises(WireError, match="list of models"):
        codec.decode_models(body)


@BOTH
def test_a_count_is_read(codec) -> None:
    assert codec.decode_count(b'{"input_tokens": 1366}') == 1366
    assert codec.decode_count(b'{"input_tokens": 0}') == 0
    assert codec.decode_count(b'{"object": "response.input_tokens", "input_tokens": 7}') == 7


@BOTH
@pytest.mark.parametrize("count", ["-1", '"7"', "1.5", "null", "true", "[]", "1" * 30, "NaN"])
def test_what_is_no_count_is_named(codec, count) -> None:
    with pytest.raises(WireError, match="token count"):
        codec.decode_count(f'{{"input_tokens": {count}}}'.encode())


@BOTH
@pytest.mark.parametrize("body", [b"", b"\x1b[2J<html>", b"7", b"{}", b'{"base_resp": {"status_code": 1004}}'])
def test_an_answer_without_a_count_is_quoted_harmlessly(codec, body) -> None:
    with pytest.raises(WireError, match="token count") as caught:
        codec.decode_count(body)
    assert "\x1b" not in str(caught.value)
