"""The emulator's bytes beside what was recorded of the real services: the same members, types, order and nulls.

Where they differ, the difference is listed here with its reason.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.asking import ANTHROPIC, FACES, OPENAI, ask, events_of, send, value_of, values_of

SAMPLES = Path(__file__).parent.parent / "wire" / "samples"
COUNTED = {"stream_options": {"include_usage": True}}
LONG = "The quick brown fox jumps over the lazy dog. " * 80
TALK = [
    {"role": "user", "content": LONG},
    {"role": "assistant", "content": "Fine."},
    {"role": "user", "content": "A table and some code, please."},
]
TOOL = {
    "type": "function",
    "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}},
}

NOT_ALIKE = {
    "MiniMax-M2.5": "its buffered message of June 2026 has neither name nor audio_content, that of March 2026 has both",
    "MiniMax-M2.1": "as M2.5 in June 2026; the cache held its 32 input tokens, which MiniMax documents from 512 on",
}
"""Models of the list of seven whose one recording contradicts other recordings of the same family."""


def read(name: str) -> str:
    return (SAMPLES / name).read_text(encoding="utf-8")


def sse(name: str) -> list[tuple[str, Any]]:
    events = []
    for block in read(name).strip().split("\n\n"):
        fields = dict(line.partition(": ")[::2] for line in block.split("\n"))
        events.append((fields.get("event", ""), json.loads(fields["data"])))
    return events


def shape(value: Any) -> Any:
    """Names, order and types of a value; how long its texts and how large its numbers are does not matter."""
    match value:
        case dict():
            return [(name, shape(inner)) for name, inner in value.items()]
        case list():
            return [shape(inner) for inner in value]
        case _:
            return type(value).__name__


def runs(shapes: list[Any]) -> list[Any]:
    """The shapes without repetitions in a row: how many pieces a text takes does not matter."""
    return [one for at, one in enumerate(shapes) if at == 0 or one != shapes[at - 1]]


def unordered(value: Any) -> Any:
    match value:
        case dict():
            return {name: unordered(inner) for name, inner in value.items()}
        case list():
            return [unordered(inner) for inner in value]
        case _:
            return type(value).__name__


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("openai-stream-m2.7-inline-think.sse", {}),
        ("openai-stream-m2.7-reasoning-split.sse", {"reasoning_split": True}),
    ],
)
def test_chunks_of_the_openai_protocol_are_those_recorded(name: str, fields: dict[str, Any]) -> None:
    answer = ask(OPENAI, TALK, stream=True, model="MiniMax-M2.7", **COUNTED, **fields)
    recorded = [shape(value) for _, value in sse(name)]
    assert runs([shape(value) for value in values_of(answer)]) == runs(recorded)
    # The recordings stop before [DONE]: they came through a gateway; others of 2026-04 end with it, and so do we.
    assert events_of(answer)[-1] == ("", "[DONE]")


def test_the_last_piece_of_a_tool_call_is_the_one_recorded() -> None:
    answer = ask(OPENAI, "get weather\n/emulate chunk-chars=5", stream=True, model="MiniMax-M2.7", tools=[TOOL])
    tail = values_of(answer)[-2]  # the very last one carries the reason of the end as well
    assert shape(tail) == shape(json.loads(read("openai-chunk-m2.7-toolcall-tail.json")))
    assert tail["usage"] == {"total_tokens": 0, "total_characters": 0}


def test_events_of_the_anthropic_protocol_are_those_recorded() -> None:
    recorded = sse("anthropic-stream-m2.7.sse")
    events = events_of(ask(ANTHROPIC, TALK, stream=True, model="MiniMax-M2.7"))
    assert runs([(name, shape(value)) for name, value in events]) == runs(
        [(name, shape(value)) for name, value in recorded]
    )


def test_the_head_of_an_m3_message_is_the_one_recorded() -> None:
    events = events_of(ask(ANTHROPIC, stream=True))[:2]
    assert [(name, shape(value)) for name, value in events] == [
        (name, shape(value)) for name, value in sse("anthropic-stream-m3-head.sse")
    ]


def test_a_whole_message_is_the_one_recorded() -> None:
    recorded = json.loads(read("anthropic-body-m3.1-flash-preview.json"))
    assert shape(value_of(ask(ANTHROPIC, model="MiniMax-M3.1-Flash-Preview"))) == shape(recorded)


def test_a_whole_reply_with_its_thinking_apart_is_the_one_recorded() -> None:
    recorded = json.loads(read("openai-body-m2.5-reasoning-split.json"))
    assert shape(value_of(ask(OPENAI, model="MiniMax-M2.5", reasoning_split=True))) == shape(recorded)


@pytest.mark.parametrize("line", read("openai-bodies-seven-models.jsonl").splitlines())
def test_whole_replies_are_those_recorded(line: str) -> None:
    recorded = json.loads(line)
    mine = value_of(ask(OPENAI, model=recorded["model"], max_tokens=16))
    if recorded["model"] in NOT_ALIKE:
        assert set(recorded["choices"][0]["message"]) < set(mine["choices"][0]["message"])
        del recorded["choices"], recorded["usage"], mine["choices"], mine["usage"]
    assert shape(mine) == shape(recorded)
    if "choices" in mine:
        assert mine["choices"][0]["finish_reason"] == recorded["choices"][0]["finish_reason"] == "length"


@pytest.mark.parametrize("name", ["openai-body-m2-length.json", "openai-body-m2.7-same-word-twice.json"])
def test_replies_that_a_gateway_wrote_anew_have_our_members_in_another_order(name: str) -> None:
    recorded = json.loads(read(name))
    assert recorded.pop("provider") == "minimax"  # the gateway's own
    mine = value_of(ask(OPENAI, model=recorded["model"]))
    del mine["usage"]["completion_tokens_details"]  # the gateway leaves it out; the recorded streams have it
    assert unordered(mine) == unordered(recorded)


def test_the_summary_at_the_end_is_the_documented_one() -> None:
    *_, (_, documented) = sse("openai-stream-m1-documented-summary-tail.sse")
    (summary,) = [
        value
        for value in values_of(
            send("/v1/text/chatcompletion_v2", {"model": "MiniMax-M1", "messages": TALK, "stream": True})
        )
        if value["object"] == "chat.completion"
    ]
    assert set(documented) < set(summary)
    assert list(summary["choices"][0]) == list(documented["choices"][0])
    assert summary["base_resp"] == documented["base_resp"]


def made(envelope: dict[str, Any]) -> dict[str, Any]:
    """The emulator's error for the same mistake."""
    path = dict(zip(("openai", "anthropic"), FACES, strict=True)).get(envelope["face"], "/v1/files/list")
    message = json.dumps(envelope["body"])
    user: Any = {"role": "user", "content": "hi"}
    if envelope["face"] == "native":
        return value_of(send(path, {}, method="GET", headers={"authorization": "Bearer bad-key"}))
    if "login fail" in message:
        header = "x-api-key" if "X-Api-Key" in message else "authorization"
        return value_of(ask(path, headers={header: "bad-key"}))
    if "unknown model" in message:
        return value_of(ask(path, model="minimax-m2.7-fast"))
    if "does not follow" in message:
        calls = [{"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
        answer = {"role": "tool", "tool_call_id": "a", "content": "1"}
        return value_of(ask(path, [user, {"role": "assistant", "tool_calls": calls}, user, answer]))
    if "context window" in message:
        return value_of(ask(path, "word " * 170_000, model="MiniMax-M2.7"))
    if "audio" in message:
        return value_of(ask(path, [{"role": "user", "content": [{"type": "input_audio"}]}]))
    return value_of(ask(path, headers={"x-emulator": "fault=2056"}))


@pytest.mark.parametrize("line", read("errors.jsonl").splitlines())
def test_errors_are_those_recorded(line: str) -> None:
    envelope = json.loads(line)
    recorded, mine = envelope["body"], made(envelope)
    if "base_resp" in recorded:
        assert list(mine) == ["base_resp"]
        assert mine["base_resp"]["status_code"] == recorded["base_resp"]["status_code"]
        assert mine["base_resp"]["status_msg"].startswith("login fail")
        return
    assert "request_id" in mine  # some of the quotations leave it out
    said = mine["error"].pop("message"), recorded["error"].pop("message")
    assert mine["error"] == recorded["error"]
    assert mine["type"] == recorded["type"]
    if "resets at" in said[0]:
        assert [text.partition("resets at")[0] for text in said] == [said[0].partition("resets at")[0]] * 2
    else:
        assert said[0] == said[1]
