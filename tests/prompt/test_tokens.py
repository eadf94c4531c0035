"""Estimates of tokens: plausible, additive, and linear."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.messages.media import Clip, Picture
from minimax_nb.messages.parts import Message, Opaque, Text, Thinking, ToolCall, ToolResult, user
from minimax_nb.messages.request import Request
from minimax_nb.prompt import estimate, estimate_message, estimate_request
from minimax_nb.prompt.media import image_tokens, video_tokens


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("", 0, 0),
        (" ", 0, 1),
        ("Hello", 1, 1),
        ("The quick brown fox jumps over the lazy dog.", 9, 12),
        ("internationalization", 1, 4),
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


def test_attachments_are_counted_apart_by_their_pixels_and_seconds() -> None:
    picture = Picture(name="a", width=1120, height=840)
    clip = Clip(name="b", width=640, height=360, duration_s=10.0, fps=2)
    past = (user("first", picture), Message("assistant", (Text("first answer"),)))
    counts = estimate_request(Request("m", (*past, user("and now?", clip))))
    assert counts["attachments"] == image_tokens(1120, 840) + video_tokens(640, 360, 10.0, 2)
    assert counts["prompt"] == estimate_message(user("and now?"))
    assert counts["history"] == estimate_message(user("first")) + estimate_message(past[1])
    assert counts["total"] == sum(count for name, count in counts.items() if name != "total")
    assert estimate_message(user("x", picture)) == estimate_message(user("x")) + image_tokens(1120, 840)


def test_how_closely_a_service_looks_changes_the_estimate() -> None:
    def cost(part: Picture | Clip) -> int:
        return estimate_message(user(part))

    low, default, high = (
        cost(Picture(name="a", width=4000, height=3000, detail=d)) for d in ("low", "default", "high")
    )
    assert low < default < high
    assert cost(Picture(name="a", width=4000, height=3000, max_long_side=280)) < low
    slow, fast = (cost(Clip(name="b", width=640, height=360, duration_s=60.0, fps=fps)) for fps in (0.5, 5))
    assert fast > 5 * slow


def test_what_could_not_be_looked_into_is_never_free() -> None:
    far = [Picture(name="a", url="https://example.invalid/a"), Clip(name="b", url="https://example.invalid/b")]
    assert all(500 < estimate_message(user(part)) < 10_000 for part in far)
    small, large = (estimate_message(user(Clip(name="c", size=size))) for size in (1_000_000, 40_000_000))
    assert large > 10 * small
