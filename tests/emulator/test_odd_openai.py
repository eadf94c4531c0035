"""Odd replies of the OpenAI-compatible protocol, as MiniMax, its resellers and local servers were seen to send them."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any

import pytest

from tests.emulator.asking import (
    CHATS,
    LOCAL,
    MODELSLAB,
    OPENAI,
    OPENROUTER,
    RUNAPI,
    bytes_of,
    call,
    events_of,
    send,
    tools_for,
    value_of,
    values_of,
)

COUNTED = {"stream_options": {"include_usage": True}}
BOTH = "get weather and get time for Zürich"


def pieces(path: str, fault: str, prompt: str = "A table and some code, please.", **fields: Any) -> list[Any]:
    return values_of(call(path, prompt, faults=[fault] if fault else [], stream=True, **COUNTED, **fields))


def deltas(values: list[Any]) -> list[Any]:
    return [choice["delta"] for value in values for choice in value.get("choices") or [] if "delta" in choice]


def joined(values: list[Any], field: str) -> str:
    return "".join(delta.get(field) or "" for delta in deltas(values))


def message(path: str, fault: str, prompt: str = BOTH, **fields: Any) -> Any:
    tools = tools_for(path, "get_weather", "get_time") if prompt == BOTH else None
    answer = call(path, prompt, faults=[fault], tools=tools, **COUNTED, **fields)
    return value_of(answer)["choices"][0]["message"]


# -- text and thinking -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", CHATS)
def test_cumulative_pieces_repeat_everything_so_far(path: str) -> None:
    split = {"reasoning_split": True} if path == OPENAI else {}
    usual, repeated = (pieces(path, fault, **split) for fault in ("", "cumulative"))
    for field in ("content", "reasoning_content", "reasoning"):
        said = [delta[field] for delta in deltas(repeated) if delta.get(field)]
        assert all(later.startswith(earlier) for earlier, later in pairwise(said))
        assert (said[-1] if said else "") == joined(usual, field)
    details = [delta["reasoning_details"][0]["text"] for delta in deltas(repeated) if "reasoning_details" in delta]
    if details:
        assert details[-1] == joined(usual, "reasoning_content") or joined(usual, "reasoning")


@pytest.mark.parametrize("path", CHATS)
def test_the_same_thinking_under_every_name(path: str) -> None:
    told = message(path, "two-names", "hello")
    assert told["reasoning"] == told["reasoning_content"] == told["reasoning_details"][0]["text"] != ""
    streamed = pieces(path, "two-names", "hello")
    assert joined(streamed, "reasoning") == joined(streamed, "reasoning_content") == told["reasoning"]


@pytest.mark.parametrize("path", CHATS)
@pytest.mark.parametrize(
    ("mode", "shown"),
    [
        ("reasoning-content", {"reasoning_content"}),
        ("reasoning-field", {"reasoning"}),
        ("reasoning-openrouter", {"reasoning", "reasoning_details"}),
        ("reasoning-none", set()),
        ("reasoning-inline", set()),
    ],
)
def test_a_service_can_be_told_where_to_put_thinking(path: str, mode: str, shown: set[str]) -> None:
    told = message(path, mode, "hello")
    assert {name for name in told if name.startswith("reasoning")} == shown
    assert (told["content"].startswith("<think>\n")) is (mode == "reasoning-inline")
    streamed = pieces(path, mode, "hello")
    assert {name for delta in deltas(streamed) for name in delta if name.startswith("reasoning")} == shown
    assert joined(streamed, "content") == told["content"]


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (OPENAI, set()),
        (MODELSLAB, set()),
        (RUNAPI, set()),
        (OPENROUTER, {"reasoning", "reasoning_details"}),
        (LOCAL, {"reasoning_content"}),
    ],
)
def test_the_usual_place_of_thinking_is_the_services_own(path: str, shown: set[str]) -> None:
    told = value_of(call(path))["choices"][0]["message"]
    assert {name for name in told if name.startswith("reasoning")} == shown


def test_a_local_server_may_start_inside_its_thinking() -> None:
    text = joined(pieces(LOCAL, "bare-closer", "hello"), "content")
    assert re.match(r"(?!.*<think>).+\n</think>\n\nHello", text, re.DOTALL)


def test_modelslab_may_show_what_stands_behind_it() -> None:
    value = value_of(call(MODELSLAB, faults=["upstream"]))
    assert value["id"].startswith("gen-")
    assert value["provider"] == "Minimax"
    assert value["choices"][0]["native_finish_reason"] == "stop"
    assert value["choices"][0]["message"]["reasoning"]


@pytest.mark.parametrize("path", CHATS)
def test_thinking_may_end_with_a_literal_tag_cut_over_pieces(path: str) -> None:
    split = {"reasoning_split": True} if path == OPENAI else {}
    streamed = pieces(path, "think-tail", "hello", **split)
    field = "reasoning" if path == OPENROUTER else "reasoning_content"
    assert joined(streamed, field).endswith("\n</think>")
    assert not any("</think>" in (delta.get(field) or "") for delta in deltas(streamed))
    assert "</think>" not in joined(streamed, "content")


@pytest.mark.parametrize("tag", ["<think>", "</think>", "<mm:think>", "</mm:think>"])
def test_tags_cut_between_all_their_characters(tag: str) -> None:
    faults = ["tags-cut", *(["mm-think"] if ":" in tag else [])]
    values = values_of(call(OPENAI, faults=faults, stream=True))
    said = [delta["content"] for delta in deltas(values)]
    start = "".join(said).index(tag)
    borders = {sum(map(len, said[:at])) for at in range(len(said))}
    assert borders >= set(range(start, start + len(tag)))
    assert max(map(len, said)) > 10


def test_an_empty_reasoning_content_beside_the_text() -> None:
    streamed = deltas(pieces(OPENAI, "empty-reasoning", "hello"))
    assert {delta["reasoning_content"] for delta in streamed} == {""}


@pytest.mark.parametrize("path", CHATS)
def test_empty_content_with_an_ordinary_end(path: str) -> None:
    value = value_of(call(path, faults=["empty-content"]))
    (choice,) = value["choices"]
    assert choice["finish_reason"] == "stop"
    assert not choice["message"]["content"]
    assert "Hello" in (choice["message"].get("reasoning_content") or choice["message"]["reasoning"])
    assert value["usage"]["completion_tokens"] == value["usage"]["total_tokens"] == 0
    assert joined(pieces(path, "empty-content"), "content") == ""


# -- calls -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", CHATS)
def test_two_calls_with_the_same_index(path: str) -> None:
    calls = message(path, "equal-index")["tool_calls"]
    assert [one["index"] for one in calls] == [0, 0]
    assert len({one["id"] for one in calls}) == 2
    tools = tools_for(path, "get_weather", "get_time")
    streamed = [
        one for delta in deltas(pieces(path, "equal-index", BOTH, tools=tools)) for one in delta.get("tool_calls", [])
    ]
    assert {one["index"] for one in streamed} == {0}
    assert len({one["id"] for one in streamed if "id" in one}) == 2


@pytest.mark.parametrize("path", CHATS)
def test_arguments_as_an_object(path: str) -> None:
    first, second = message(path, "object-arguments")["tool_calls"]
    assert isinstance(first["function"]["arguments"], dict)
    tools = tools_for(path, "get_weather", "get_time")
    streamed = [
        one["function"]["arguments"]
        for delta in deltas(pieces(path, "object-arguments", BOTH, tools=tools))
        for one in delta.get("tool_calls", [])
    ]
    assert streamed == [first["function"]["arguments"], second["function"]["arguments"]]


@pytest.mark.parametrize("path", CHATS)
@pytest.mark.parametrize(("fault", "mark"), [("raw-call", "<minimax:tool_call>"), ("raw-call-m3", "]<]minimax[>[")])
def test_a_call_may_leak_as_text(path: str, fault: str, mark: str) -> None:
    told = message(path, fault)
    assert "tool_calls" not in told
    assert told["content"].count(mark + ("<tool_call>" if fault == "raw-call-m3" else "")) == 2
    assert '<invoke name="get_weather">' in told["content"]
    streamed = pieces(path, fault, BOTH, tools=tools_for(path, "get_weather", "get_time"))
    assert mark in joined(streamed, "content")
    assert [c["finish_reason"] for v in streamed for c in v["choices"] if c.get("finish_reason")] == ["stop"]


# -- ends and counts ---------------------------------------------------------------------------------------------------


def reasons(values: list[Any]) -> list[Any]:
    return [choice["finish_reason"] for value in values for choice in value["choices"] if choice.get("finish_reason")]


@pytest.mark.parametrize("path", CHATS)
def test_reasons_of_the_end(path: str) -> None:
    assert reasons(pieces(path, "")) == ["stop"]
    assert reasons(pieces(path, "finish-twice")) == ["stop", "stop"]
    assert reasons(pieces(path, "finish-null")) == []
    assert not any("finish_reason" in c for v in pieces(path, "finish-missing") for c in v["choices"])
    assert "finish_reason" not in value_of(call(path, faults=["finish-missing"]))["choices"][0]
    assert value_of(call(path, faults=["finish-null"]))["choices"][0]["finish_reason"] is None
    for fault in ("finish-twice", "finish-null", "finish-missing", "finish-apart", "finish-with-text"):
        assert joined(pieces(path, fault), "content") == joined(pieces(path, ""), "content")


@pytest.mark.parametrize("path", CHATS)
def test_the_reason_of_the_end_alone_or_on_the_text(path: str) -> None:
    for fault, alone in (("finish-apart", True), ("finish-with-text", False)):
        (ending,) = [c for v in pieces(path, fault) for c in v["choices"] if c.get("finish_reason")]
        assert (not ending["delta"]) is alone


def usages(values: list[Any]) -> list[Any]:
    return [value["usage"] for value in values if value.get("usage")]


@pytest.mark.parametrize("path", CHATS)
def test_counts_in_odd_places(path: str) -> None:
    (usual,) = usages(pieces(path, ""))
    ending = next(v for v in pieces(path, "usage-with-finish") if any(c.get("finish_reason") for c in v["choices"]))
    assert ending["usage"] == usual
    assert all(v["choices"] for v in pieces(path, "usage-with-finish"))
    assert usages(pieces(path, "usage-null")) == []
    assert usages(pieces(path, "usage-partial")) == [{"total_tokens": usual["total_tokens"]}]
    (zero,) = usages(pieces(path, "usage-zero"))
    assert zero["total_tokens"] == zero["prompt_tokens"] == 0
    every = usages(pieces(path, "usage-every"))
    totals = [one["total_tokens"] for one in every]
    assert len(every) > 5
    assert totals == sorted(totals)
    assert every[-1] == usual
    assert value_of(call(path, faults=["usage-null"]))["usage"] is None
    assert list(value_of(call(path, faults=["usage-partial"]))["usage"]) == ["total_tokens"]


@pytest.mark.parametrize("path", CHATS)
def test_a_whole_reply_as_last_event(path: str) -> None:
    name, summary = events_of(call(path, stream=True, faults=["summary-tail"]))[-2]
    assert name == ""
    whole = value_of(call(path))
    assert summary.pop("id") != whole.pop("id")  # another request
    assert summary == whole
    assert summary["object"] == "chat.completion"


def test_the_native_endpoint_ends_with_a_summary_and_no_done() -> None:
    body = {"model": "MiniMax-M1", "messages": [{"role": "user", "content": "hi"}], "stream": True}
    events = events_of(send("/v1/text/chatcompletion_v2", body))
    assert events[-1][1]["object"] == "chat.completion"
    refused = send("/v1/text/chatcompletion_v2", body | {"model": "nobody", "stream": False})
    assert refused.status == 200
    assert value_of(refused)["base_resp"] == {"status_code": 2013, "status_msg": "unknown model 'nobody'"}


@pytest.mark.parametrize("path", CHATS)
def test_noise_that_a_client_must_not_mind(path: str) -> None:
    usual = joined(pieces(path, ""), "content")
    empty = pieces(path, "empty-choices")
    assert empty[0]["choices"] == []
    nulls = deltas(pieces(path, "nulls"))
    assert all(delta["function_call"] is None and "tool_calls" in delta for delta in nulls)
    unknown = pieces(path, "unknown")
    assert all("x_undocumented" in value for value in unknown)
    for values in (empty, pieces(path, "nulls"), unknown):
        assert joined(values, "content") == usual
    timed = [value for value in pieces(path, "timings") if "timings" in value]
    assert len(timed) == 1
    assert value_of(call(path, faults=["timings"]))["timings"]["predicted_n"] > 0


def test_oddities_add_up() -> None:
    faults = ["cumulative", "usage-with-finish", "finish-twice", "nulls", "crlf"]
    data = bytes_of(call(OPENAI, stream=True, faults=faults, **COUNTED))
    values = [json.loads(line[6:]) for line in data.decode().split("\r\n") if line.startswith("data: {")]
    assert reasons(values) == ["stop", "stop"]


@pytest.mark.parametrize("path", CHATS)
def test_the_end_may_be_a_content_filter(path: str) -> None:
    assert reasons(pieces(path, "content-filter")) == ["content_filter"]
    value = value_of(call(path, faults=["content-filter"]))
    assert value["choices"][0]["finish_reason"] == "content_filter"
    assert value.get("output_sensitive", True) is True


@pytest.mark.parametrize("path", CHATS)
def test_lists_in_arguments_may_be_wrapped(path: str) -> None:
    prompt = '/emulate tool=get_weather,arguments={"a": [1, 2], "b": {"c": ["x"]}, "d": 5}'
    answer = call(path, prompt, faults=["item-arguments"], tools=tools_for(path, "get_weather"))
    (one,) = value_of(answer)["choices"][0]["message"]["tool_calls"]
    wrapped = {"a": {"item": [1, 2]}, "b": {"c": {"item": ["x"]}}, "d": 5}
    assert json.loads(one["function"]["arguments"]) == wrapped


def test_counts_of_a_request_that_asks_to_be_cached() -> None:
    marked = [{"type": "text", "text": "hi", "cache_control": {"type": "ephemeral"}}]
    value = value_of(call(OPENAI, [{"role": "user", "content": marked}], model="MiniMax-M2.7"))
    assert value["usage"]["prompt_tokens_details"] == {"cache_read_input_tokens": 0, "cache_creation_input_tokens": 0}
