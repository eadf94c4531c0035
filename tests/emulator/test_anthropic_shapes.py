"""The Anthropic-compatible protocol, event by event, against what was recorded of the real service."""

from __future__ import annotations

import json
import re

import pytest

from tests.emulator.asking import ANTHROPIC, OPENAI, ask, events_of, send, text_of, value_of

ADAPTIVE = {"type": "adaptive"}
TOOL = {
    "name": "get_weather",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


def stream(*args, **fields):
    return events_of(ask(ANTHROPIC, *args, stream=True, **fields))


def test_a_whole_message_has_the_recorded_members() -> None:
    value = value_of(ask(ANTHROPIC, thinking=ADAPTIVE))
    assert list(value) == ["id", "type", "role", "model", "content", "usage", "stop_reason"]
    thinking, text = value["content"]
    assert list(thinking) == ["thinking", "signature", "type"]
    assert re.fullmatch(r"[0-9a-f]{64}", thinking["signature"])
    assert list(text) == ["text", "type"]
    assert value["stop_reason"] == "end_turn"
    assert list(value["usage"]) == [
        "input_tokens",
        "output_tokens",
        "cache_creation_input_tokens",
        "cache_read_input_tokens",
    ]


@pytest.mark.parametrize(
    ("model", "thinking", "thinks"),
    [
        ("MiniMax-M3", None, False),
        ("MiniMax-M3", ADAPTIVE, True),
        ("MiniMax-M3", {"type": "enabled", "budget_tokens": 1024}, True),
        ("MiniMax-M3", {"type": "disabled"}, False),
        ("MiniMax-M2.7", None, True),
        ("MiniMax-M2.7", {"type": "disabled"}, True),
        ("MiniMax-M3.1-Flash", None, True),
    ],
)
def test_who_thinks(model: str, thinking: object, thinks: bool) -> None:
    kinds = [block["type"] for block in value_of(ask(ANTHROPIC, model=model, thinking=thinking))["content"]]
    assert kinds == (["thinking", "text"] if thinks else ["text"])


def test_events_come_in_the_recorded_order() -> None:
    names = [name for name, _ in stream(model="MiniMax-M2.7")]
    pattern = (
        r"message_start ping "
        r"content_block_start (content_block_delta )+content_block_stop "
        r"content_block_start (content_block_delta )+content_block_stop "
        r"message_delta message_stop "
    )
    assert re.fullmatch(pattern, " ".join(names) + " ")
    assert all(value["type"] == name for name, value in stream())


def test_the_beginning_of_m3_counts_provisionally() -> None:
    start, ping = stream()[:2]
    identity = start[1]["message"]["id"]
    assert start[1] == {
        "type": "message_start",
        "message": {
            "id": identity,
            "type": "message",
            "role": "assistant",
            "content": [],
            "model": "MiniMax-M3",
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {"input_tokens": 0, "output_tokens": 0, "service_tier": "standard"},
            "service_tier": "standard",
        },
    }
    assert ping == ("ping", {"type": "ping"})


def test_the_beginning_of_m2_counts_its_input() -> None:
    start = stream(model="MiniMax-M2.7")[0][1]["message"]
    assert start["usage"]["input_tokens"] > 0
    assert start["usage"]["output_tokens"] == 0
    assert start["service_tier"] == "standard"


def test_the_true_counts_come_at_the_end() -> None:
    (closing,) = [value for name, value in stream() if name == "message_delta"]
    assert closing["delta"] == {"stop_reason": "end_turn"}
    assert closing["usage"] == value_of(ask(ANTHROPIC))["usage"]


def test_thinking_starts_unsigned_and_is_signed_at_its_end() -> None:
    events = [value for name, value in stream(thinking=ADAPTIVE) if name.startswith("content_block")]
    assert events[0] == {
        "type": "content_block_start",
        "index": 0,
        "content_block": {"type": "thinking", "thinking": ""},
    }
    closing = next(at for at, value in enumerate(events) if value["type"] == "content_block_stop")
    kinds = [value["delta"]["type"] for value in events[1:closing]]
    assert set(kinds[:-1]) == {"thinking_delta"}
    assert kinds[-1] == "signature_delta"
    whole = value_of(ask(ANTHROPIC, thinking=ADAPTIVE))["content"][0]
    assert len(events[closing - 1]["delta"]["signature"]) == len(whole["signature"]) == 64


@pytest.mark.parametrize("prompt", ["hello", "a long story", "写一个表格"])
def test_a_stream_says_what_the_whole_message_says(prompt: str) -> None:
    whole = value_of(ask(ANTHROPIC, prompt, thinking=ADAPTIVE))["content"]
    deltas = [value["delta"] for name, value in stream(prompt, thinking=ADAPTIVE) if name == "content_block_delta"]
    assert "".join(delta.get("thinking", "") for delta in deltas) == whole[0]["thinking"]
    assert "".join(delta.get("text", "") for delta in deltas) == whole[1]["text"]


def test_a_small_limit_ends_while_thinking() -> None:
    value = value_of(ask(ANTHROPIC, thinking=ADAPTIVE, max_tokens=10))
    assert [block["type"] for block in value["content"]] == ["thinking"]
    assert (value["stop_reason"], value["usage"]["output_tokens"]) == ("max_tokens", 10)


def test_no_limit_is_needed() -> None:
    assert ask(ANTHROPIC).status == 200


def test_both_protocols_say_the_same() -> None:
    other = text_of(ask(OPENAI, "a table", thinking={"type": "disabled"}))
    mine = text_of(ask(ANTHROPIC, "a table", thinking={"type": "disabled"}))
    assert mine.replace("Anthropic", "OpenAI") == other


# -- tools -----------------------------------------------------------------------------------------------------------


def test_a_tool_use_has_the_services_form() -> None:
    value = value_of(ask(ANTHROPIC, "get weather for Paris", tools=[TOOL]))
    text, call = value["content"]
    assert text["type"] == "text"
    assert re.fullmatch(r"call_function_[0-9a-z]{12}_1", call["id"])
    assert (call["type"], call["name"], call["input"]) == ("tool_use", "get_weather", {"city": "Paris"})
    assert value["stop_reason"] == "tool_use"


def test_a_streamed_tool_use_starts_empty_and_its_pieces_join() -> None:
    events = [value for _, value in stream("get weather for Paris\n/emulate chunk-chars=4", tools=[TOOL])]
    (start,) = [value for value in events if value.get("content_block", {}).get("type") == "tool_use"]
    assert start["content_block"]["input"] == {}
    pieces = [
        value["delta"]["partial_json"]
        for value in events
        if value["type"] == "content_block_delta" and value["index"] == start["index"]
    ]
    assert len(pieces) > 2
    assert json.loads("".join(pieces)) == {"city": "Paris"}
    assert events[-2]["delta"] == {"stop_reason": "tool_use"}


@pytest.mark.parametrize(
    "content", ["4 degrees, rain", [{"type": "text", "text": "4 degrees,"}, {"type": "text", "text": "rain"}]]
)
def test_a_result_is_reported(content: object) -> None:
    first = value_of(ask(ANTHROPIC, "get weather for Oslo", tools=[TOOL]))["content"]
    result = {"type": "tool_result", "tool_use_id": first[-1]["id"], "content": content}
    messages = [
        {"role": "user", "content": "get weather for Oslo"},
        {"role": "assistant", "content": first},
        {"role": "user", "content": [result]},
    ]
    value = value_of(ask(ANTHROPIC, messages, tools=[TOOL]))
    assert value["stop_reason"] == "end_turn"
    assert "4 degrees" in value["content"][-1]["text"]
    assert "`get_weather` answered" in value["content"][-1]["text"]
    messages[-1] = {"role": "user", "content": [result | {"is_error": True}]}
    assert "`get_weather` failed" in text_of(ask(ANTHROPIC, messages, tools=[TOOL]))


def test_forbidden_tools_are_not_called() -> None:
    value = value_of(ask(ANTHROPIC, "get weather", tools=[TOOL], tool_choice={"type": "none"}))
    assert value["stop_reason"] == "end_turn"


# -- counting --------------------------------------------------------------------------------------------------------

LONG = "The quick brown fox jumps over the lazy dog. " * 80


def test_counting_and_the_counts_of_a_reply_agree() -> None:
    for fields in ({}, {"system": "Be brief."}, {"tools": [TOOL]}):
        counted = value_of(ask(f"{ANTHROPIC}/count_tokens", "你好, how are you?", **fields))
        assert list(counted) == ["input_tokens"]
        assert (
            counted["input_tokens"] == value_of(ask(ANTHROPIC, "你好, how are you?", **fields))["usage"]["input_tokens"]
        )


def test_both_protocols_count_the_same() -> None:
    openai = value_of(ask(OPENAI, LONG))["usage"]["prompt_tokens"]
    assert openai == value_of(ask(ANTHROPIC, LONG))["usage"]["input_tokens"]
    responses = send("/v1/responses/input_tokens", {"model": "MiniMax-M3", "input": LONG})
    assert value_of(responses) == {"object": "response.input_tokens", "input_tokens": openai}


def test_an_earlier_part_of_a_conversation_is_cached_once_it_is_long() -> None:
    messages = [
        {"role": "user", "content": LONG},
        {"role": "assistant", "content": "Fine."},
        {"role": "user", "content": "Go on."},
    ]
    openai = value_of(ask(OPENAI, messages))["usage"]
    anthropic = value_of(ask(ANTHROPIC, messages))["usage"]
    cached = openai["prompt_tokens_details"]["cached_tokens"]
    assert 512 <= cached < openai["prompt_tokens"]
    assert cached % 64 == 0
    assert anthropic["cache_read_input_tokens"] == cached
    assert anthropic["input_tokens"] == openai["prompt_tokens"] - cached
    counted = value_of(ask(f"{ANTHROPIC}/count_tokens", messages))["input_tokens"]
    assert counted == openai["prompt_tokens"]


def test_nothing_is_cached_at_first_or_while_short() -> None:
    short = [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Fine."},
        {"role": "user", "content": "Go on."},
    ]
    for messages in (LONG, short):
        assert value_of(ask(ANTHROPIC, messages))["usage"]["cache_read_input_tokens"] == 0


def test_replayed_thinking_is_not_counted_again() -> None:
    def turn(content: object) -> int:
        messages = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": content}]
        return value_of(ask(ANTHROPIC, [*messages, {"role": "user", "content": "Go on."}]))["usage"]["input_tokens"]

    thinking = {"type": "thinking", "thinking": LONG, "signature": "0" * 64}
    assert turn([thinking, {"type": "text", "text": "Fine."}]) == turn("Fine.")
    inline = [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": f"<think>\n{LONG}\n</think>\n\nFine."},
        {"role": "user", "content": "Go on."},
    ]
    assert value_of(ask(OPENAI, inline))["usage"]["prompt_tokens"] == turn("Fine.")


def test_letters_and_chinese_characters_count_as_documented() -> None:
    base = value_of(ask(ANTHROPIC, "x" * 4))["usage"]["input_tokens"]
    assert value_of(ask(ANTHROPIC, "x" * 404))["usage"]["input_tokens"] - base == 100
    chinese = value_of(ask(ANTHROPIC, "好" * 160))["usage"]["input_tokens"]
    assert chinese - base == 99


def test_pictures_count_where_they_are_seen() -> None:
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "aGVsbG8="}}
    content = [{"type": "text", "text": "What is this?"}, picture]

    def tokens(model: str) -> int:
        return value_of(ask(ANTHROPIC, [{"role": "user", "content": content}], model=model))["usage"]["input_tokens"]

    assert tokens("MiniMax-M3") > 1000
    assert tokens("MiniMax-M2.7") < 50
