"""Estimates of tokens: plausible, additive, and linear."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.messages.parts import Message, Opaque, Text, Thinking, ToolCall, ToolResult, user
from minimax_nb.messages.request import Request
from minimax_nb.prompt import estimate, estimate_message, estimate_request


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("", 0, 0),
        (" ", 0, 1),
        ("Hello", 1, 1),
        ("The quick brown fox jumps over the lazy dog.", 9, 12),
        ("internationalization", 2, 4),
        ("2026-11-20 14:03:59.123", 8, 14),
        ("x" * 1_000, 60, 260),
        ("def add(a, b):\n    return a + b\n", 9, 20),
        ('{"name": "Ada", "tags": ["x", "y"]}', 10, 24),
        ("今天天气很好,我们去公园散步吧。", 8, 16),
        ("こんにちは世界", 3, 8),
        ("Сегодня хорошая погода", 5, 12),
        ("🧪🧪🧪", 3, 9),
        ("    " * 50, 1, 30),
    ],
)
def test_estimates_are_in_a_plausible_range(text: str, least: int, most: int) -> None:
    assert least <= estimate(text) <= most


@given(st.text(), st.text())
def test_text_apart_costs_at_most_a_little_more_than_together(one: str, two: str) -> None:
    whole, apart = estimate(f"{one}\n{two}"), estimate(one) + estimate(two)
    assert abs(whole - apart) <= 4


@given(st.text(min_size=1).filter(str.strip))
def test_no_text_is_free_and_none_costs_more_than_two_a_character(text: str) -> None:
    assert 1 <= max(1, estimate(text)) <= 2 * len(text)


@pytest.mark.parametrize("piece", ["word ", "{}[]();\n", "中文", "a1_", "🧪", " \t\n", "é", "\u0301"])
def test_a_long_text_costs_what_its_pieces_do(piece: str) -> None:
    thousand, hundred_thousand = estimate(piece * 1_000), estimate(piece * 100_000)
    assert 95 * thousand <= hundred_thousand <= 105 * max(1, thousand)


def test_a_message_counts_everything_in_it() -> None:
    parts = (
        Text("some words here"),
        ToolCall("1", "weather", {"city": "Ulm"}, '{"city": "Ulm"}'),
        ToolResult("1", "sunny and warm"),
        Opaque({"type": "x", "data": "some words here"}),
    )
    each = [estimate_message(Message("assistant", (part,))) for part in parts]
    empty = estimate_message(Message("assistant", ()))
    assert all(count > empty for count in each)
    assert estimate_message(Message("assistant", parts)) == sum(each) - 3 * empty


def test_thinking_counts_unless_told_otherwise() -> None:
    message = Message("assistant", (Thinking("a long train of thought"), Text("yes")))
    assert estimate_message(message) > estimate_message(message, thinking=False)
    assert estimate_message(message, thinking=False) == estimate_message(Message("assistant", (Text("yes"),)))


def test_a_request_is_counted_by_where_it_comes_from() -> None:
    past = (user("first question"), Message("assistant", (Thinking("thoughts"), Text("first answer"))))
    counts = estimate_request(Request("m", (*past, user("and now?")), system="Be brief."))
    assert set(counts) == {"system", "history", "prompt", "total"}
    assert counts["prompt"] == estimate_message(user("and now?"))
    assert counts["history"] == estimate_message(past[0]) + estimate_message(past[1], thinking=False)
    assert counts["system"] > estimate("Be brief.")
    assert counts["total"] == counts["system"] + counts["history"] + counts["prompt"]


def test_thinking_between_tool_calls_counts() -> None:
    asked = user("weather?")
    call = Message("assistant", (Thinking("let me look it up"), ToolCall("1", "weather")))
    result = Message("tool", (ToolResult("1", "sunny"),))
    counts = estimate_request(Request("m", (asked, call, result)))
    assert counts["history"] == estimate_message(call) + estimate_message(result)
    assert counts["prompt"] == estimate_message(asked)


def test_a_request_without_system_or_messages_counts_zero() -> None:
    assert estimate_request(Request("m", ())) == {"system": 0, "history": 0, "prompt": 0, "total": 0}
