"""Real recordings of the service, and what each must decode to. Where they come from: ``samples/README.md``."""

from __future__ import annotations

import json
from typing import Any

import pytest

from minimax_nb.errors import (
    AuthError,
    ContextLengthError,
    InvalidRequestError,
    PlanLimitError,
    ServiceError,
    UnknownModelError,
)
from minimax_nb.messages.usage import Usage
from minimax_nb.wire import service_error
from tests.wire.helpers import SAMPLES, Outcome, chunk, decode, endpoint, sse


def sample(name: str, **flags: Any) -> Outcome:
    face = "anthropic" if name.startswith("anthropic") else "openai"
    return decode((SAMPLES / name).read_bytes(), face, **flags)


def test_inline_thinking_streamed_by_m2_7() -> None:
    reply = sample("openai-stream-m2.7-inline-think.sse").reply
    assert reply.thinking == (
        "The user wants a proof that the sum of two odd numbers is even. I'll keep this straightforward and concise."
    )
    assert reply.text.startswith("**Proof.** An integer is odd iff it equals 2k + 1")
    assert reply.text.endswith("by definition, it is even.\n\n∎")
    assert "```\na + b = (2h + 1) + (2k + 1)\n      = 2h + 2k + 2\n      = 2(h + k + 1)\n```" in reply.text
    assert reply.usage == Usage(
        input_tokens=767, cached_tokens=443, output_tokens=172, thinking_tokens=25, reported_total=939
    )
    assert (reply.stop_reason, reply.partial) == ("end_turn", False)
    assert (reply.model, reply.request_id) == ("MiniMax-M2.7", "06fb6b59859725e9e95103a455583ff8")
    assert reply.message.echo is not None
    assert set(reply.message.echo) == {"content"}
    assert reply.message.echo["content"].startswith("<think>\nThe user wants")
    assert "concise.\n</think>\n\n**Proof.**" in reply.message.echo["content"]


def test_split_thinking_streamed_by_m2_7() -> None:
    reply = sample("openai-stream-m2.7-reasoning-split.sse").reply
    thought = (
        "The user wants a proof that the sum of two odd numbers is even. "
        "This is a straightforward number theory proof. I should present it concisely in caveman style."
    )
    assert reply.thinking == thought
    assert reply.text == (
        "**Proof.**\n\nOdd numbers: $2a + 1$ and $2b + 1$ for integers $a, b$.\n\nAdd:\n\n"
        "$$(2a + 1) + (2b + 1) = 2a + 2b + 2 = 2(a + b + 1)$$\n\nResult divisible by 2. Even. ∎"
    )
    assert reply.usage == Usage(
        input_tokens=769, cached_tokens=443, output_tokens=116, thinking_tokens=37, reported_total=885
    )
    assert reply.stop_reason == "end_turn"
    detail = {"type": "reasoning.text", "id": "reasoning-text-1", "format": "MiniMax-response-v1", "index": 0}
    assert reply.message.echo == {"reasoning_details": [{**detail, "text": thought}]}


def test_the_documented_stream_of_m1() -> None:
    reply = sample("openai-stream-m1-documented.sse").reply
    assert (reply.thinking, reply.text) == ("好的", "你好！有什么我可以帮你的吗？")
    assert reply.usage == Usage(), "zeros in every chunk are placeholders"
    assert (reply.stop_reason, reply.model) == ("end_turn", "MiniMax-M1")


def test_a_whole_completion_at_the_end_does_not_double_the_text() -> None:
    reply = sample("openai-stream-m1-documented-summary-tail.sse").reply
    assert reply.text == "你好！有什么可以帮助你的吗？"
    assert reply.usage == Usage(reported_total=73)
    assert reply.usage.total_tokens == 73
    assert reply.stop_reason == "end_turn"


def test_a_reply_that_ran_out_of_tokens_while_thinking() -> None:
    reply = sample("openai-body-m2-length.json").reply
    assert reply.text == ""
    assert reply.thinking.startswith("The user asks a simple question")
    assert reply.thinking.endswith("There's a system message (first). Then we")
    assert reply.usage == Usage(input_tokens=765, output_tokens=300, reported_total=1065)
    assert (reply.stop_reason, reply.partial) == ("max_tokens", False)


def test_the_same_word_thought_and_answered_is_kept_twice() -> None:
    reply = sample("openai-body-m2.7-same-word-twice.json").reply
    assert (reply.thinking, reply.text) == ("inner", "inner")
    assert reply.usage == Usage(input_tokens=798, output_tokens=7, reported_total=805)
    assert reply.message.echo == {"content": "<think>\ninner\n</think>\n\ninner"}


def test_a_whole_reply_with_both_thinking_fields() -> None:
    reply = sample("openai-body-m2.5-reasoning-split.json").reply
    assert reply.thinking == "用户问我是什么模型。我应该如实回答我是MiniMax-M2.5。"
    assert reply.text == "我是 MiniMax-M2.5，是一个由 MiniMax 公司开发的 AI 助手。有什么我可以帮助您的吗？"
    assert reply.usage == Usage(input_tokens=44, output_tokens=43, thinking_tokens=20, reported_total=87)
    assert reply.stop_reason == "end_turn"
    assert reply.message.echo is not None
    assert list(reply.message.echo) == ["reasoning_details"]


SEVEN = {
    # model: the thinking's end, and its counts: input, output, cached, thinking
    "MiniMax-M3": ("I should comply with the", (188, 32, 114, None)),
    "MiniMax-M2.7": ("conflict with my guidelines.", (32, 32, None, 32)),
    "MiniMax-M2.7-highspeed": ("a simple test message, likely", (32, 32, None, 32)),
    "MiniMax-M2.5": ("I should just respond", (34, 32, None, None)),
    "MiniMax-M2.5-highspeed": ("raise any safety concerns", (32, 32, None, 32)),
    "MiniMax-M2.1": ("verify that I can respond", (34, 32, 32, None)),
    "MiniMax-M2": ("verify that I can respond", (32, 32, None, 32)),
}


@pytest.mark.parametrize("line", (SAMPLES / "openai-bodies-seven-models.jsonl").read_bytes().splitlines())
def test_seven_models_stopped_at_32_tokens(line: bytes) -> None:
    reply = decode(line).reply
    end, (went_in, came_out, cached, thinking) = SEVEN[reply.model]
    assert reply.text == ""
    assert reply.thinking.startswith("The user ")
    assert reply.thinking.endswith(end)
    assert reply.usage == Usage(
        input_tokens=went_in,
        output_tokens=came_out,
        cached_tokens=cached,
        thinking_tokens=thinking,
        reported_total=went_in + came_out,
    )
    assert reply.stop_reason == "max_tokens"


def test_the_last_piece_of_a_tool_call() -> None:
    tail = json.loads((SAMPLES / "openai-chunk-m2.7-toolcall-tail.json").read_bytes())
    function = {"name": "send", "arguments": '{"to": "a'}
    first = chunk({"tool_calls": [{"index": 0, "id": "call_function_abc_1", "type": "function", "function": function}]})
    reply = decode(sse(first, tail, chunk({}, "tool_calls"))).reply
    (call,) = reply.tool_calls
    assert (call.id, call.name) == ("call_function_abc_1", "send")
    assert call.raw == '{"to": "a|event::"}'
    assert reply.usage == Usage()
    assert reply.stop_reason == "tool_use"


def test_a_message_streamed_by_m2_7() -> None:
    reply = sample("anthropic-stream-m2.7.sse").reply
    assert reply.thinking == (
        "The user is asking me to say hello. This is a simple greeting, so I should respond in a friendly, concise way."
    )
    assert reply.text == "Hello! How can I help you today?"
    assert reply.usage == Usage(
        input_tokens=236 + 7149 + 38308, cached_tokens=38308, cache_write_tokens=7149, output_tokens=39
    )
    assert (reply.stop_reason, reply.partial) == ("end_turn", False)
    assert (reply.model, reply.request_id) == ("MiniMax-M2.7", "0636355db0657600f14eb1d944b105de")
    thinking, _ = reply.parts
    assert getattr(thinking, "signature", "") == "103599dbb6f10899545ce53fc6cef7f0e7912aa7da5e22e83bd297107eb35d2b"
    assert reply.message.echo is None, "its parts are all that must go back"


def test_a_whole_message_of_m3_1_flash() -> None:
    reply = sample("anthropic-body-m3.1-flash-preview.json").reply
    assert reply.thinking.startswith("The user is asking which is larger")
    assert reply.text.startswith("**9.9 更大。**\n\n")
    assert reply.usage == Usage(input_tokens=13 + 157, cached_tokens=157, cache_write_tokens=0, output_tokens=172)
    assert reply.stop_reason == "end_turn"
    assert reply.model == "MiniMax-M3.1-Flash-Preview"


def test_a_stream_of_which_only_the_head_came() -> None:
    outcome = sample("anthropic-stream-m3-head.sse")
    assert "ended without its end" in str(outcome.broken)
    assert outcome.reply.model == "MiniMax-M3"
    assert outcome.reply.usage == Usage(), "its zeros are placeholders"


ERRORS = [json.loads(line) for line in (SAMPLES / "errors.jsonl").read_text().splitlines()]
EXPECTED: list[tuple[type[ServiceError], str | None]] = [
    (AuthError, "1004"),
    (AuthError, "authentication_error"),
    (AuthError, "authentication_error"),
    (UnknownModelError, "2013"),
    (InvalidRequestError, "2013"),
    (ContextLengthError, "2013"),
    (InvalidRequestError, "2013"),
    (AuthError, "1004"),
    (PlanLimitError, "2056"),
]


@pytest.mark.parametrize(("recorded", "expected"), list(zip(ERRORS, EXPECTED, strict=True)))
def test_a_recorded_error_is_typed(recorded: dict[str, Any], expected: tuple[type[ServiceError], str | None]) -> None:
    body = json.dumps(recorded["body"]).encode()
    within = recorded["http"] == 200
    error = decode(body).failure if within else service_error(endpoint(), recorded["http"], {}, body)
    assert (type(error), error.code) == expected
    assert not error.retryable
    assert error.request_id == recorded["body"].get("request_id")
