"""Odd replies of the Anthropic-compatible protocol, on every service that speaks it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.emulator.asking import (
    ANTHROPIC,
    LOCAL_MESSAGES,
    MESSAGES,
    bytes_of,
    call,
    events_of,
    tools_for,
    value_of,
)

BOTH = "get weather and get time for Zürich"


def events(path: str, fault: str, prompt: str = BOTH, **fields: Any) -> list[tuple[str, Any]]:
    tools = tools_for(path, "get_weather", "get_time")
    return events_of(call(path, prompt, faults=[fault] if fault else [], stream=True, tools=tools, **fields))


def kinds(found: list[tuple[str, Any]]) -> list[str]:
    return [value["type"] for _, value in found if isinstance(value, dict)]


def said(found: list[tuple[str, Any]]) -> dict[int, str]:
    """What each block says, whatever the order of its pieces."""
    blocks: dict[int, str] = {}
    for _, value in found:
        delta = value.get("delta", {}) if isinstance(value, dict) else {}
        piece = delta.get("text") or delta.get("thinking") or delta.get("partial_json")
        if piece and value["type"] == "content_block_delta" and not delta["type"].startswith("undocumented"):
            blocks[value["index"]] = blocks.get(value["index"], "") + piece
    return blocks


@pytest.mark.parametrize("path", MESSAGES)
def test_pieces_of_all_blocks_take_turns(path: str) -> None:
    found = events(path, "interleaved")
    order = [value["index"] for _, value in found if value["type"] == "content_block_delta"]
    assert order[:3] == [0, 1, 2]
    first_stop = kinds(found).index("content_block_stop")
    assert "content_block_delta" not in kinds(found)[first_stop:]
    assert sorted(said(found).values()) == sorted(
        said(events(path, "")).values() if path not in SHOWS else said(events(path, "late-blocks")).values()
    )


SHOWS = {ANTHROPIC}
"""Where the oddity makes the model think first."""


@pytest.mark.parametrize("path", MESSAGES)
def test_a_block_that_is_never_closed(path: str) -> None:
    usual, found = kinds(events(path, "")), kinds(events(path, "open-block"))
    assert found.count("content_block_stop") == usual.count("content_block_stop") - 1
    assert found[-2:] == ["message_delta", "message_stop"]
    assert found[-3] == "content_block_delta"


@pytest.mark.parametrize("path", MESSAGES)
def test_a_tool_use_without_input(path: str) -> None:
    starts = [value["content_block"] for _, value in events(path, "no-input") if "content_block" in value]
    assert [("input" in block) for block in starts if block["type"] == "tool_use"] == [False, False]
    assert said(events(path, "no-input")) == said(events(path, ""))


@pytest.mark.parametrize("path", [ANTHROPIC, LOCAL_MESSAGES])
def test_thinking_without_its_signature(path: str) -> None:
    assert b"signature_delta" not in bytes_of(call(path, stream=True, faults=["no-signature"]))
    block = value_of(call(path, faults=["no-signature"]))["content"][0]
    assert block["type"] == "thinking"
    assert "signature" not in block


@pytest.mark.parametrize("path", MESSAGES)
def test_beginnings_and_ends(path: str) -> None:
    assert kinds(events(path, "start-twice")).count("message_start") == 2
    assert kinds(events(path, "finish-twice")).count("message_delta") == 2
    assert "message_stop" not in kinds(events(path, "no-stop"))
    assert events(path, "done-too")[-1] == ("", "[DONE]")
    for fault in ("start-twice", "finish-twice", "no-stop", "done-too"):
        assert said(events(path, fault)) == said(events(path, ""))


@pytest.mark.parametrize("path", MESSAGES)
def test_reasons_and_counts_of_the_end(path: str) -> None:
    def closing(fault: str) -> Any:
        (value,) = [value for name, value in events(path, fault) if name == "message_delta"]
        return value

    usual = closing("")
    assert usual["delta"] == {"stop_reason": "tool_use"}
    assert closing("finish-null")["delta"] == {"stop_reason": None}
    assert closing("finish-missing")["delta"] == {}
    assert closing("usage-null")["usage"] is None
    assert closing("usage-partial")["usage"] == {"output_tokens": usual["usage"]["output_tokens"]}
    assert set(closing("usage-zero")["usage"].values()) == {0}
    assert "stop_reason" not in value_of(call(path, faults=["finish-missing"]))
    assert value_of(call(path, faults=["usage-null"]))["usage"] is None


@pytest.mark.parametrize("path", MESSAGES)
def test_first_counts_may_take_everything_for_cached(path: str) -> None:
    found = events(path, "usage-provisional")
    first, last = found[0][1]["message"]["usage"], found[-2][1]["usage"]
    assert first["input_tokens"] == 0
    assert first["cache_read_input_tokens"] == last["input_tokens"] + last.get("cache_read_input_tokens", 0) > 0


@pytest.mark.parametrize("path", MESSAGES)
def test_a_call_whole_in_its_start(path: str) -> None:
    found = events(path, "object-arguments")
    inputs = [v["content_block"]["input"] for _, v in found if v.get("content_block", {}).get("type") == "tool_use"]
    assert inputs == [
        block["input"]
        for block in value_of(call(path, BOTH, tools=tools_for(path, "get_weather", "get_time")))["content"]
        if block["type"] == "tool_use"
    ]
    assert not any(value.get("delta", {}).get("type") == "input_json_delta" for _, value in found)


@pytest.mark.parametrize("path", MESSAGES)
def test_what_nobody_knows_stands_between_what_everybody_does(path: str) -> None:
    found = events(path, "unknown")
    assert {"undocumented_event"} < set(kinds(found))
    assert any(value.get("content_block", {}).get("type") == "undocumented_block" for _, value in found)
    assert any(value.get("delta", {}).get("type") == "undocumented_delta" for _, value in found)
    assert said(found) == said(events(path, ""))
    assert value_of(call(path, faults=["unknown"]))["content"][0]["type"] == "undocumented_block"


@pytest.mark.parametrize("path", MESSAGES)
def test_data_lines_alone(path: str) -> None:
    data = bytes_of(call(path, stream=True, faults=["no-event-names"]))
    assert b"event:" not in data
    usual = bytes_of(call(path, stream=True))
    assert [json.loads(line[6:]) for line in data.split(b"\n") if line] == [
        json.loads(line[6:]) for line in usual.split(b"\n") if line.startswith(b"data: ")
    ]


@pytest.mark.parametrize("path", MESSAGES)
@pytest.mark.parametrize(("fault", "mark"), [("raw-call", "<minimax:tool_call>"), ("raw-call-m3", "]<]minimax[>[")])
def test_a_call_may_leak_as_text(path: str, fault: str, mark: str) -> None:
    value = value_of(call(path, BOTH, faults=[fault], tools=tools_for(path, "get_weather", "get_time")))
    assert mark in value["content"][-1]["text"]
    assert value["stop_reason"] == "end_turn"


@pytest.mark.parametrize("path", MESSAGES)
def test_thinking_and_no_text(path: str) -> None:
    value = value_of(call(path, faults=["empty-content"]))
    assert [block["type"] for block in value["content"]] == ["thinking"]
    assert value["stop_reason"] == "end_turn"
    assert set(value["usage"].values()) == {0}


@pytest.mark.parametrize("path", MESSAGES)
def test_thinking_where_a_service_may_show_it(path: str) -> None:
    shown = value_of(call(path, faults=["reasoning-content"]))["content"]
    assert [block["type"] for block in shown] == ["thinking", "text"]
    inline = value_of(call(path, faults=["reasoning-inline"]))["content"]
    assert inline[0]["text"].startswith("<think>\n")
    tail = value_of(call(path, faults=["think-tail"]))["content"][0]["thinking"]
    assert tail.endswith("</think>")


@pytest.mark.parametrize("path", MESSAGES)
def test_other_ends_and_a_base_resp(path: str) -> None:
    value = value_of(call(path, faults=["stop-sequence", "base-resp"]))
    assert (value["stop_reason"], value["stop_sequence"]) == ("stop_sequence", "END")
    assert value["base_resp"] == {"status_code": 0, "status_msg": "success"}
    (closing,) = [value for name, value in events(path, "stop-sequence") if name == "message_delta"]
    assert closing["delta"] == {"stop_reason": "stop_sequence", "stop_sequence": "END"}
