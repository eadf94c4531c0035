"""How far the estimate is from counted cases: what the kit says of itself, held against them."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import median

import pytest

from minimax_nb.messages.parts import Message, Text, Thinking, ToolCall, ToolResult, user
from minimax_nb.messages.request import Request
from minimax_nb.messages.tools import ToolSpec
from minimax_nb.prompt.tokens import ERRORS, estimate, estimate_request, weigh
from tests.prompt.counted import CASES, Case

SAMPLES = Path(__file__).parents[1] / "wire" / "samples"


def error(case: Case) -> float:
    return abs(estimate(case.text) / case.count - 1)


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_each_counted_case_is_within_the_stated_bound_of_its_kind(case: Case) -> None:
    assert error(case) <= ERRORS[case.kind].worst


@pytest.mark.parametrize("kind", ERRORS)
def test_what_is_stated_is_what_was_measured(kind: str) -> None:
    errors = [error(case) for case in CASES if case.kind == kind]
    assert len(errors) >= 3
    assert median(errors) <= ERRORS[kind].median <= median(errors) + 0.011
    assert max(errors) <= ERRORS[kind].worst <= max(errors) + 0.01


def test_no_kind_of_counted_case_goes_unstated() -> None:
    assert {case.kind for case in CASES} == set(ERRORS)


def test_chinese_english_and_japanese_are_held_against_counts_of_minimax() -> None:
    theirs = [case for case in CASES if case.by.startswith(("MiniMax", "M2-her"))]
    assert len(theirs) >= 25
    assert {case.kind for case in theirs} == {"english", "chinese", "japanese", "maths"}


def test_no_kind_is_counted_too_high_or_too_low_on_the_whole() -> None:
    for kind in ("english", "chinese", "code", "json"):
        cases = [case for case in CASES if case.kind == kind]
        assert sum(estimate(case.text) for case in cases) == pytest.approx(sum(case.count for case in cases), rel=0.06)


def deltas(name: str) -> list[str]:
    """The pieces of a recorded stream, thinking and answer."""
    found = []
    for line in (SAMPLES / name).read_text("utf-8").splitlines():
        if line.startswith("data: {"):
            for choice in json.loads(line[6:])["choices"]:
                found += [choice["delta"].get("reasoning_content") or choice["delta"].get("content") or ""]
    return found


@pytest.mark.parametrize(
    ("name", "count"),
    [("openai-stream-m2.7-inline-think.sse", 172), ("openai-stream-m2.7-reasoning-split.sse", 116)],
)
def test_the_pieces_of_a_stream_add_up_to_about_the_whole_and_to_the_count(name: str, count: int) -> None:
    pieces = deltas(name)
    assert sum(map(weigh, pieces)) == pytest.approx(weigh("".join(pieces)), rel=0.05)
    assert sum(map(weigh, pieces)) == pytest.approx(count, rel=0.1)


def test_pieces_of_one_token_each_add_up_to_about_their_number() -> None:
    pieces = ["The", " king", " had", " just", " begun", " to", " whistle", " when", " she", " heard", " steps", "."]
    assert sum(map(weigh, pieces)) == pytest.approx(len(pieces), rel=0.1)


# -- whole requests ---------------------------------------------------------------------------------------------------


def test_a_short_call_with_a_system_message() -> None:
    """22 tokens: MiniMax-M2, December 2025."""
    request = Request("MiniMax-M2", (user("Hi"),), system="You are a helpful assistant")
    assert estimate_request(request)["total"] == pytest.approx(22, abs=2)


def test_what_a_tool_round_adds() -> None:
    """From 249 tokens to 386: MiniMax-M2.1, February 2026."""
    thought = next(case.text for case in CASES if case.by == "MiniMax-M2.1" and "\n\n" in case.text)
    call = ToolCall("1", "add_numbers", {"a": 17, "b": 28}, '{"a": 17, "b": 28}')
    asked = user("17 + 28?")
    turn = Message("assistant", (Thinking(thought), Text("我来帮您计算 17 + 28。\n"), call))
    result = Message("tool", (ToolResult("1", '{"result":45,"expression":"17 + 28 = 45"}'),))
    counts = estimate_request(Request("MiniMax-M2.1", (asked, turn, result)))
    assert counts["history"] == pytest.approx(386 - 249, rel=0.1)


def test_what_tools_cost() -> None:
    """About 200 tokens for the first small tool, about 75 for the next: MiniMax-M2.7, April 2026."""
    city = {"type": "string", "description": "City name"}
    schema = {"type": "object", "properties": {"city": city}, "required": ["city"]}
    names = (("get_weather", "Get the current weather for a city."), ("get_time", "Get the local time of a city."))
    tools = tuple(ToolSpec(name, description, schema) for name, description in names)
    one, two = (estimate_request(Request("m", (user("Hi"),), tools=tools[:n]))["tools"] for n in (1, 2))
    assert one == pytest.approx(200, rel=0.15)
    assert two - one == pytest.approx(75, rel=0.3)
