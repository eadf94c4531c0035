"""MiniMax's OpenAI-compatible protocol, member by member, against what was recorded of the real service."""

from __future__ import annotations

import json
import re

import pytest

from tests.emulator.asking import OPENAI, ask, events_of, text_of, value_of

NOISE = {
    "input_sensitive": False,
    "output_sensitive": False,
    "input_sensitive_type": 0,
    "output_sensitive_type": 0,
    "output_sensitive_int": 0,
}
TOOL = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}


def chunks(*args, **fields):
    return [value for _, value in events_of(ask(OPENAI, *args, stream=True, **fields)) if value != "[DONE]"]


def test_a_whole_reply_has_the_recorded_members_in_their_order() -> None:
    value = value_of(ask(OPENAI, model="MiniMax-M2.7"))
    assert list(value) == ["id", "choices", "created", "model", "object", "usage", *NOISE, "base_resp"]
    (choice,) = value["choices"]
    assert list(choice) == ["finish_reason", "index", "message"]
    assert list(choice["message"]) == ["content", "role", "name", "audio_content"]
    assert choice["message"]["name"] == "MiniMax AI"
    assert (value["object"], value["base_resp"]) == ("chat.completion", {"status_code": 0, "status_msg": ""})


def test_m3_names_its_tier_and_no_reasoning_count() -> None:
    value = value_of(ask(OPENAI))
    assert value["service_tier"] == "standard"
    assert "completion_tokens_details" not in value["usage"]
    assert value["usage"]["prompt_tokens_details"] == {"cached_tokens": 0}
    assert value_of(ask(OPENAI, service_tier="priority"))["service_tier"] == "priority"


def test_m2_counts_its_reasoning() -> None:
    usage = value_of(ask(OPENAI, model="MiniMax-M2.7"))["usage"]
    assert 0 < usage["completion_tokens_details"]["reasoning_tokens"] < usage["completion_tokens"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert usage["total_characters"] == 0


@pytest.mark.parametrize("model", ["MiniMax-M3", "MiniMax-M2.7", "MiniMax-M3.1-Flash"])
def test_thinking_stands_in_the_text_by_default(model: str) -> None:
    message = value_of(ask(OPENAI, model=model))["choices"][0]["message"]
    assert re.match(r"<think>\n.+\n</think>\n\nHello", message["content"], re.DOTALL)
    assert "reasoning_content" not in message


def test_split_thinking_has_two_names_and_the_text_is_clean() -> None:
    message = value_of(ask(OPENAI, reasoning_split=True))["choices"][0]["message"]
    assert message["content"].startswith("Hello")
    (detail,) = message["reasoning_details"]
    assert detail == {
        "type": "reasoning.text",
        "id": "reasoning-text-1",
        "format": "MiniMax-response-v1",
        "index": 0,
        "text": message["reasoning_content"],
    }
    assert "emulator" in detail["text"]


def test_streamed_chunks_repeat_the_noise_and_count_nothing() -> None:
    for chunk in chunks(model="MiniMax-M2.7"):
        assert list(chunk) == ["id", "choices", "created", "model", "object", "usage", *NOISE]
        assert chunk["usage"] is None
        assert list(chunk["choices"][0]["delta"]) == ["content", "role", "name", "audio_content"]


def test_the_reason_of_the_end_rides_on_the_last_piece_of_text() -> None:
    *earlier, last = chunks()
    assert all("finish_reason" not in chunk["choices"][0] for chunk in earlier)
    assert list(last["choices"][0]) == ["finish_reason", "index", "delta"]
    assert last["choices"][0]["finish_reason"] == "stop"
    assert last["choices"][0]["delta"]["content"]


def test_counts_come_last_and_only_when_asked() -> None:
    *_, last = chunks(model="MiniMax-M2.7", stream_options={"include_usage": True})
    assert list(last) == ["id", "choices", "created", "model", "object", "usage", "base_resp"]
    assert last["choices"] == []
    assert last["usage"] == value_of(ask(OPENAI, model="MiniMax-M2.7"))["usage"]
    assert all(chunk["usage"] is None for chunk in chunks(stream_options={"include_usage": False}))


def test_a_stream_ends_with_done() -> None:
    assert events_of(ask(OPENAI, stream=True))[-1] == ("", "[DONE]")


def test_split_pieces_carry_the_same_reasoning_twice_and_no_text() -> None:
    pieces = [chunk["choices"][0]["delta"] for chunk in chunks(reasoning_split=True)]
    thinking = [piece for piece in pieces if "reasoning_content" in piece]
    assert "content" not in thinking[0]
    assert {piece["content"] for piece in thinking[1:]} == {""}
    assert all(piece["reasoning_content"] == piece["reasoning_details"][0]["text"] for piece in thinking)
    texts = pieces[len(thinking) :]
    assert all(piece["content"] and "reasoning_details" not in piece for piece in texts)


@pytest.mark.parametrize("split", [True, False])
@pytest.mark.parametrize("prompt", ["hello", "a long story", "写一个表格"])
def test_a_stream_says_what_the_whole_reply_says(split: bool, prompt: str) -> None:
    whole = value_of(ask(OPENAI, prompt, reasoning_split=split))["choices"][0]["message"]
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks(prompt, reasoning_split=split)]
    assert "".join(delta.get("content") or "" for delta in deltas) == whole["content"]
    assert "".join(delta.get("reasoning_content", "") for delta in deltas) == whole.get("reasoning_content", "")


# -- thinking --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "thinking", "thinks"),
    [
        ("MiniMax-M3", None, True),
        ("MiniMax-M3", {"type": "adaptive"}, True),
        ("MiniMax-M3", {"type": "disabled"}, False),
        ("MiniMax-M2.7", {"type": "disabled"}, True),
        ("MiniMax-M3.1-Flash", None, True),
        ("M2-her", None, False),
    ],
)
def test_who_thinks(model: str, thinking: object, thinks: bool) -> None:
    assert ("<think>" in text_of(ask(OPENAI, model=model, thinking=thinking))) is thinks


def test_more_effort_thinks_longer() -> None:
    lengths = [
        value_of(ask(OPENAI, model="MiniMax-M3.1-Flash", reasoning_effort=effort))["usage"]["completion_tokens_details"]
        for effort in ("low", "medium", "high", "xhigh", "max")
    ]
    tokens = [details["reasoning_tokens"] for details in lengths]
    assert tokens == sorted(set(tokens))


# -- limits ----------------------------------------------------------------------------------------------------------


def test_a_small_limit_ends_while_thinking_and_the_tag_is_closed() -> None:
    value = value_of(ask(OPENAI, model="MiniMax-M2.7", max_tokens=12))
    (choice,) = value["choices"]
    assert choice["finish_reason"] == "length"
    assert re.fullmatch(r"<think>\n[^<]+\n</think>\n", choice["message"]["content"])
    assert value["usage"]["completion_tokens"] == 12
    assert value["usage"]["completion_tokens_details"] == {"reasoning_tokens": 12}


def test_a_limit_in_the_answer_cuts_the_answer() -> None:
    full = text_of(ask(OPENAI, thinking={"type": "disabled"}))
    value = value_of(ask(OPENAI, thinking={"type": "disabled"}, max_completion_tokens=20))
    text = value["choices"][0]["message"]["content"]
    assert full.startswith(text)
    assert text != full
    assert (value["choices"][0]["finish_reason"], value["usage"]["completion_tokens"]) == ("length", 20)


def test_the_newer_name_of_the_limit_wins() -> None:
    value = value_of(ask(OPENAI, max_tokens=100_000, max_completion_tokens=5))
    assert value["usage"]["completion_tokens"] == 5


def test_a_streamed_limit_while_thinking_ends_on_the_last_thought() -> None:
    *_, last = chunks(reasoning_split=True, max_tokens=12)
    assert last["choices"][0]["finish_reason"] == "length"
    assert last["choices"][0]["delta"]["reasoning_content"]


def test_more_than_one_choice_is_one_choice() -> None:
    assert len(value_of(ask(OPENAI, n=3))["choices"]) == 1


@pytest.mark.parametrize("ignored", [{"stop": ["e"]}, {"presence_penalty": 2}, {"frequency_penalty": -2}, {"seed": 1}])
def test_parameters_the_service_ignores_change_no_reason(ignored: dict[str, object]) -> None:
    value = value_of(ask(OPENAI, thinking={"type": "disabled"}, **ignored))
    assert value["choices"][0]["finish_reason"] == "stop"
    assert value["choices"][0]["message"]["content"].startswith("Hello")


# -- tools -----------------------------------------------------------------------------------------------------------


def test_a_tool_call_has_the_services_form() -> None:
    value = value_of(ask(OPENAI, "get weather for Paris", tools=[TOOL], reasoning_split=True))
    (choice,) = value["choices"]
    assert choice["finish_reason"] == "tool_calls"
    (call,) = choice["message"]["tool_calls"]
    assert re.fullmatch(r"call_function_[0-9a-z]{12}_1", call["id"])
    assert (call["type"], call["index"]) == ("function", 0)
    assert call["function"]["name"] == "get_weather"
    assert json.loads(call["function"]["arguments"]) == {"city": "Paris"}


def test_a_call_without_words_leaves_the_thinking_closed() -> None:
    value = value_of(ask(OPENAI, "/emulate tool=get_weather\n/emulate text=", tools=[TOOL]))
    assert value["choices"][0]["message"]["content"].endswith("\n</think>\n\n")


def test_a_streamed_call_is_whole_when_short() -> None:
    *earlier, last = chunks("get weather for Rome", tools=[TOOL])
    assert last["choices"][0]["finish_reason"] == "tool_calls"
    (call,) = last["choices"][0]["delta"]["tool_calls"]
    assert json.loads(call["function"]["arguments"]) == {"city": "Rome"}
    assert not any("tool_calls" in chunk["choices"][0]["delta"] for chunk in earlier)


def test_later_pieces_of_a_call_have_no_name_and_placeholder_counts() -> None:
    prompt = "get weather\n/emulate chunk-chars=5"
    calls = [chunk for chunk in chunks(prompt, tools=[TOOL]) if "tool_calls" in chunk["choices"][0]["delta"]]
    first, *later = calls
    assert first["usage"] is None
    assert {"id", "type", "function", "index"} == set(first["choices"][0]["delta"]["tool_calls"][0])
    assert later
    for chunk in later:
        assert chunk["usage"] == {"total_tokens": 0, "total_characters": 0}
        (piece,) = chunk["choices"][0]["delta"]["tool_calls"]
        assert list(piece) == ["function", "index"]
    pieces = [chunk["choices"][0]["delta"]["tool_calls"][0]["function"]["arguments"] for chunk in calls]
    assert json.loads("".join(pieces)) == {"city": "example city"}


def test_two_calls_are_numbered() -> None:
    other = json.loads(json.dumps(TOOL).replace("get_weather", "get_time"))
    value = value_of(ask(OPENAI, "get weather and get time", tools=[TOOL, other]))
    calls = value["choices"][0]["message"]["tool_calls"]
    assert [(call["index"], call["id"][-2:]) for call in calls] == [(0, "_1"), (1, "_2")]
    assert len({call["id"] for call in calls}) == 2


def test_a_result_is_reported() -> None:
    first = value_of(ask(OPENAI, "get weather for Oslo", tools=[TOOL]))["choices"][0]["message"]
    messages = [
        {"role": "user", "content": "get weather for Oslo"},
        {"role": "assistant", "content": first["content"], "tool_calls": first["tool_calls"]},
        {"role": "tool", "tool_call_id": first["tool_calls"][0]["id"], "content": "4 degrees, rain"},
    ]
    value = value_of(ask(OPENAI, messages, tools=[TOOL]))
    assert value["choices"][0]["finish_reason"] == "stop"
    assert "4 degrees, rain" in value["choices"][0]["message"]["content"]
    assert "get_weather" in value["choices"][0]["message"]["content"]


def test_forbidden_tools_are_not_called() -> None:
    value = value_of(ask(OPENAI, "get weather", tools=[TOOL], tool_choice="none"))
    assert value["choices"][0]["finish_reason"] == "stop"


# -- what JSON mode does ----------------------------------------------------------------------------------------------


def test_json_mode_gives_an_object_where_the_model_heeds_it() -> None:
    text = text_of(ask(OPENAI, response_format={"type": "json_object"}, reasoning_split=True))
    assert "emulator" in json.loads(text)["from"]
    ignored = text_of(ask(OPENAI, model="MiniMax-M2", response_format={"type": "json_object"}, reasoning_split=True))
    assert ignored.startswith("Hello")


def test_a_schema_is_followed() -> None:
    schema = {"type": "object", "properties": {"name": {"type": "string"}, "age": {"type": "integer"}}}
    wanted = {"type": "json_schema", "json_schema": {"name": "person", "schema": schema}}
    text = text_of(ask(OPENAI, 'Describe "Ada", 36 years old', response_format=wanted, reasoning_split=True))
    assert json.loads(text) == {"name": "Ada", "age": 36}
