"""Every switch that breaks something: it does what its line says, and only when it is asked for."""

from __future__ import annotations

import json
import re

import pytest

from minimax_nb.emulator import FAULTS, Asked, handle
from tests.emulator.asking import (
    ANTHROPIC,
    CHATS,
    FACES,
    LOCAL,
    LOCAL_MESSAGES,
    MODELS,
    MODELSLAB,
    MODELSLAB_MESSAGES,
    OPENAI,
    OPENROUTER,
    OPENROUTER_MESSAGES,
    RUNAPI,
    RUNAPI_MESSAGES,
    ask,
    bytes_of,
    call,
    error_of,
    events_of,
    text_of,
    tools_for,
    value_of,
)

ADAPTIVE = {"type": "adaptive"}
PROMPT = "A table and some code, please."


def broken(path: str, fault: str, *, stream: bool = True, prompt: str = PROMPT, **fields):
    return ask(path, prompt, stream=stream, headers={"x-emulator": f"fault={fault}"}, **fields)


def fine(path: str, *, stream: bool = True, prompt: str = PROMPT, **fields):
    return ask(path, prompt, stream=stream, **fields)


# -- errors ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "openai", "anthropic", "code"),
    [
        ("401", (401, "authorized_error"), (401, "authentication_error"), None),
        ("1004", (401, "authorized_error"), (401, "authentication_error"), None),
        ("2049", (401, "authorized_error"), (401, "authentication_error"), 2049),
        ("1008", (402, "insufficient_balance_error"), (402, "insufficient_balance_error"), 1008),
        ("404", (404, "not_found_error"), (404, "not_found_error"), None),
        ("2013", (400, "bad_request_error"), (400, "invalid_request_error"), 2013),
        ("1026", (422, "unprocessable_entity_error"), (500, "api_error"), 1026),
        ("1027", (422, "unprocessable_entity_error"), (500, "api_error"), 1027),
        ("1002", (429, "rate_limit_error"), (429, "rate_limit_error"), 1002),
        ("2056", (429, "rate_limit_error"), (429, "rate_limit_error"), 2056),
        ("1000", (500, "server_error"), (500, "api_error"), 1000),
        ("500", (500, "server_error"), (500, "api_error"), None),
        ("503", (503, "server_error"), (503, "api_error"), None),
        ("1001", (504, "timeout_error"), (504, "timeout_error"), 1001),
        ("529", (529, "overloaded_error"), (529, "overloaded_error"), None),
        ("2064", (529, "overloaded_error"), (529, "overloaded_error"), 2064),
    ],
)
@pytest.mark.parametrize("stream", [True, False])
def test_error_statuses(fault: str, openai: object, anthropic: object, code: int | None, stream: bool) -> None:
    for path, expected in ((OPENAI, openai), (ANTHROPIC, anthropic)):
        status, kind, message = error_of(broken(path, fault, stream=stream))
        assert (status, kind) == expected
        assert message.endswith(f" ({code})") or code is None
        assert message


@pytest.mark.parametrize("fault", ["2056-200", "2061-200", "2062-200"])
def test_an_error_inside_an_answer_that_looks_fine(fault: str) -> None:
    code = int(fault[:4])
    whole = broken(OPENAI, fault, stream=False)
    value = value_of(whole)
    assert (whole.status, value["choices"], value["base_resp"]["status_code"]) == (200, None, code)
    streamed = broken(OPENAI, fault)
    assert streamed.content_type.startswith("text/event-stream")
    ((_, first),) = events_of(streamed)
    assert (first["object"], first["choices"], first["base_resp"]["status_code"]) == ("chat.completion", None, code)
    other = broken(ANTHROPIC, fault)
    assert (other.status, value_of(other)["base_resp"]["status_code"]) == (200, code)


@pytest.mark.parametrize(
    ("fault", "status", "kind"),
    [("html-502", 502, "text/html"), ("html-200", 200, "text/html"), ("plain-503", 503, "text/plain")],
)
@pytest.mark.parametrize("path", FACES)
def test_pages_that_are_no_answer(path: str, fault: str, status: int, kind: str) -> None:
    answer = broken(path, fault)
    assert answer.status == status
    assert answer.content_type.startswith(kind)
    assert not bytes_of(answer).startswith(b"{")


def test_a_fault_for_every_call_holds_for_lists_and_counts_too() -> None:
    assert handle(Asked("GET", "/v1/models"), faults=["529"]).status == 529
    body = json.dumps({"model": "MiniMax-M3", "messages": [{"role": "user", "content": "hi"}]}).encode()
    assert handle(Asked("POST", f"{ANTHROPIC}/count_tokens", {}, body), faults=["1002"]).status == 429


def test_a_fault_asked_for_in_a_prompt_does_not_stop_the_counting_of_that_prompt() -> None:
    assert ask(f"{ANTHROPIC}/count_tokens", "hi\n/emulate fault=529").status == 200


# -- broken transfers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FACES)
def test_cut_and_end_early_stop_in_the_middle(path: str) -> None:
    whole = bytes_of(fine(path))
    for fault, cut in (("cut", True), ("end-early", False)):
        answer = broken(path, fault)
        kept = bytes_of(answer)
        assert answer.cut is cut
        assert answer.status == 200
        assert whole.startswith(kept)
        assert len(whole) * 0.3 < len(kept) < len(whole) * 0.7
        assert kept.endswith(b"\n\n")


@pytest.mark.parametrize("path", FACES)
def test_cut_early_comes_before_any_text(path: str) -> None:
    answer = broken(path, "cut-early")
    assert answer.cut
    assert b"_delta" not in bytes_of(answer)
    assert b'content":"' not in bytes_of(answer)


@pytest.mark.parametrize("path", FACES)
@pytest.mark.parametrize("fault", ["cut", "cut-early", "end-early", "garbage"])
def test_a_whole_reply_is_broken_as_well(path: str, fault: str) -> None:
    answer = broken(path, fault, stream=False)
    with pytest.raises(ValueError):
        json.loads(bytes_of(answer))
    assert answer.cut is fault.startswith("cut")


@pytest.mark.parametrize("path", FACES)
def test_garbage_stands_between_pieces_that_are_fine(path: str) -> None:
    data = bytes_of(broken(path, "garbage"))
    assert b"\xff\xfe" in data
    before, after = data.split(b"this is not the protocol")
    assert before.count(b"data: {") > 5
    assert after.count(b"data: {") > 5
    with pytest.raises(ValueError):
        data.decode()


def test_an_error_in_mid_stream_is_the_last_thing_that_comes() -> None:
    name, error = events_of(broken(ANTHROPIC, "error-mid"))[-1]
    assert (name, error["type"], error["error"]["type"]) == ("error", "error", "api_error")
    _, error = events_of(broken(OPENAI, "error-mid"))[-1]
    assert error["error"]["message"] == "unknown error (1000)"
    whole = value_of(broken(OPENAI, "error-mid", stream=False))
    assert whole["type"] == "error"


@pytest.mark.parametrize("path", FACES)
def test_a_stall_is_one_long_wait(path: str) -> None:
    answer = broken(path, "stall")
    assert sorted(chunk.after_s for chunk in answer.chunks)[-2:] == [0.04, 60.0]
    assert bytes_of(answer) == bytes_of(fine(path))
    shorter = ask(path, PROMPT, stream=True, headers={"x-emulator": "fault=stall,stall-ms=250"})
    assert max(chunk.after_s for chunk in shorter.chunks) == 0.25
    assert max(chunk.after_s for chunk in broken(path, "stall", stream=False).chunks) == 60.0


@pytest.mark.parametrize("path", FACES)
def test_slow_waits_before_every_piece(path: str) -> None:
    answer = broken(path, "slow")
    assert bytes_of(answer) == bytes_of(fine(path))
    assert [chunk.after_s for chunk in answer.chunks].count(0.4) > 10


def test_no_done() -> None:
    assert b"[DONE]" in bytes_of(fine(OPENAI))
    assert bytes_of(broken(OPENAI, "no-done")) == bytes_of(fine(OPENAI)).replace(b"data: [DONE]\n\n", b"")


@pytest.mark.parametrize("path", FACES)
@pytest.mark.parametrize("stream", [True, False])
def test_single_bytes(path: str, stream: bool) -> None:
    answer = broken(path, "bytes", stream=stream, prompt="写一个表格")
    assert {len(chunk.data) for chunk in answer.chunks} == {1}
    assert bytes_of(answer) == bytes_of(fine(path, stream=stream, prompt="写一个表格"))


@pytest.mark.parametrize("path", FACES)
def test_crlf(path: str) -> None:
    data = bytes_of(broken(path, "crlf"))
    assert re.search(rb"(?<!\r)\n", data) is None
    assert data.replace(b"\r\n", b"\n") == bytes_of(fine(path))


@pytest.mark.parametrize("path", FACES)
def test_several_faults_add_up(path: str) -> None:
    answer = ask(path, PROMPT, stream=True, headers={"x-emulator": "fault=crlf,fault=cut,delay-ms=0"})
    assert answer.cut
    assert b"\r\n" in bytes_of(answer)


# -- odd shapes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", FACES)
@pytest.mark.parametrize("stream", [True, False])
def test_counts_can_be_missing(path: str, stream: bool) -> None:
    options = {"stream_options": {"include_usage": True}}
    assert b'_tokens":' in bytes_of(fine(path, stream=stream, **options))
    assert b'_tokens":' not in bytes_of(broken(path, "usage-missing", stream=stream, **options))


@pytest.mark.parametrize(
    ("fault", "pattern"),
    [
        ("unclosed-think", r"<think>\n(?!.*</).*Here is a table"),
        ("bare-closer", r"(?!.*<think>)The conversation.*\n</think>\n\nHere is a table"),
        ("no-tags", r"(?!.*think>)The conversation.*\n\nHere is a table"),
        ("bare-mm-closer", r"(?!.*<mm:think>)The conversation.*\n</mm:think>\n\nHere is a table"),
        ("mm-think", r"<mm:think>\n.*\n</mm:think>\n\nHere is a table"),
    ],
)
@pytest.mark.parametrize("path", FACES)
def test_thinking_in_the_text(path: str, fault: str, pattern: str) -> None:
    whole = text_of(broken(path, fault, stream=False, reasoning_split=True))
    assert re.match(pattern, whole, re.DOTALL)
    streamed = [value for _, value in events_of(broken(path, fault, reasoning_split=True)) if value != "[DONE]"]
    pieces = [
        value["choices"][0]["delta"]["content"] if "choices" in value else value.get("delta", {}).get("text", "")
        for value in streamed
    ]
    assert "".join(pieces) == whole
    assert b"reasoning_content" not in bytes_of(broken(path, fault, reasoning_split=True))
    assert b'"thinking"' not in bytes_of(broken(path, fault))


def test_thinking_told_twice() -> None:
    message = value_of(broken(OPENAI, "dup-reasoning", stream=False))["choices"][0]["message"]
    assert message["content"].startswith(f"<think>\n{message['reasoning_content']}\n</think>\n\n")
    thinking, text = value_of(broken(ANTHROPIC, "dup-reasoning", stream=False, thinking=ADAPTIVE))["content"]
    assert text["text"].startswith(f"<think>\n{thinking['thinking']}\n</think>\n\n")


def test_an_empty_role() -> None:
    values = [value for _, value in events_of(broken(OPENAI, "role-empty")) if value != "[DONE]"]
    assert {value["choices"][0]["delta"]["role"] for value in values} == {""}
    assert all(value["usage"] == {"total_tokens": 0, "total_characters": 0} for value in values)


def test_tags_in_a_fence_are_part_of_the_answer() -> None:
    text = text_of(broken(OPENAI, "tags-in-fence", stream=False, reasoning_split=True))
    assert "```text\n<think>\n" in text
    assert "</think>" in text


def test_late_blocks_open_early_and_close_out_of_order() -> None:
    events = [value for _, value in events_of(broken(ANTHROPIC, "late-blocks", thinking=ADAPTIVE))]
    order = [(value["type"][14:], value["index"]) for value in events if value["type"].startswith("content_block")]
    assert order.index(("start", 1)) < max(at for at, one in enumerate(order) if one == ("delta", 0))
    assert order[-2:] == [("stop", 1), ("stop", 0)]
    usual = [value for _, value in events_of(fine(ANTHROPIC, thinking=ADAPTIVE))]
    for index in (0, 1):
        mine, other = (
            "".join(
                value["delta"].get("text") or value["delta"].get("thinking") or ""
                for value in found
                if value["type"] == "content_block_delta" and value["index"] == index
            )
            for found in (events, usual)
        )
        assert mine == other


# -- asking for them --------------------------------------------------------------------------------------------------


def asked_all(path: str, *, stream: bool, faults: tuple[str, ...] = ()) -> tuple[object, ...]:
    """Everything of an answer to a request that thinks, calls two tools and wants its counts."""
    fields = {"stream_options": {"include_usage": True}} if path in CHATS else {}
    tools = tools_for(path, "get_weather", "get_time")
    answer = call(path, "get weather and get time for Zürich", faults=faults, stream=stream, tools=tools, **fields)
    return answer.status, list(answer.chunks), answer.cut


@pytest.mark.parametrize("path", MODELS)
def test_every_fault_does_something_where_it_says_so_and_nothing_elsewhere(path: str) -> None:
    face = "openai" if path in CHATS else "anthropic"
    usual = [asked_all(path, stream=stream) for stream in (True, False)]
    silent = {
        name for name in FAULTS if [asked_all(path, stream=stream, faults=(name,)) for stream in (True, False)] == usual
    }
    other = {fault.name for fault in FAULTS.values() if fault.only not in {"", face}}
    assert other <= silent
    said = {name for name in silent - other if FAULTS[name].kind in {"refusal", "soft", "page", "stream"}}
    assert said == set()
    shapes = {name for name in silent - other if FAULTS[name].kind == "shape"}
    assert shapes == NOTHING_TO_CHANGE[path]


NOTHING_TO_CHANGE = {
    OPENAI: {"finish-with-text"},
    ANTHROPIC: {"tags-cut"},
    MODELSLAB: {"tags-cut", "finish-apart", "role-empty"},
    MODELSLAB_MESSAGES: {"tags-cut", "no-signature"},
    RUNAPI: {"tags-cut", "finish-apart"},
    RUNAPI_MESSAGES: {"tags-cut", "no-signature"},
    OPENROUTER: {"tags-cut", "finish-apart"},
    OPENROUTER_MESSAGES: {"tags-cut", "no-signature"},
    LOCAL: {"tags-cut", "finish-apart"},
    LOCAL_MESSAGES: {"tags-cut"},
}
"""Odd shapes that are the usual way of a service, or about something that it does not show."""


def test_every_fault_has_one_line_and_can_be_asked_for_in_every_way() -> None:
    for name, fault in FAULTS.items():
        assert fault.name == name
        assert fault.about
        assert "\n" not in fault.about
        for path in FACES:
            whole = broken(path, name)
            in_prompt = ask(path, f"/emulate fault={name}\n{PROMPT}", stream=True)
            assert (in_prompt.status, in_prompt.cut) == (whole.status, whole.cut)


def test_an_unknown_fault_is_told() -> None:
    with pytest.raises(ValueError, match="did you mean 'stall'"):
        handle(Asked("POST", OPENAI), faults=["stal"])
    assert error_of(broken(OPENAI, "stal"))[2] == "emulator: no fault named 'stal'; did you mean 'stall'?"
