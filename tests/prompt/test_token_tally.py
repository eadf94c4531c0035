"""A tally says what the estimate says, and looks at each message once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.messages.media import Clip, Picture
from minimax_nb.messages.parts import Message, Opaque, Text, Thinking, ToolCall, ToolResult, user
from minimax_nb.messages.request import JsonSchema, Request
from minimax_nb.messages.scene import Scene
from minimax_nb.messages.tools import ToolSpec
from minimax_nb.prompt.tokens import Tally, estimate, estimate_message, estimate_request

PICTURE = Picture(name="a", width=1120, height=840)
TOOL = ToolSpec("weather", "The weather of a city.", {"type": "object", "properties": {"city": {"type": "string"}}})

parts = st.one_of(
    st.builds(Text, st.text()),
    st.builds(Thinking, st.text()),
    st.builds(ToolCall, st.just("1"), st.text(), st.just({"a": 1})),
    st.builds(ToolResult, st.just("1"), st.text(), media=st.sampled_from([(), (PICTURE,)])),
    st.just(Opaque({"type": "x"})),
    st.sampled_from([PICTURE, Clip(name="b", size=1_000_000)]),
)
messages = st.builds(Message, st.sampled_from(["user", "assistant", "tool"]), st.lists(parts, max_size=4).map(tuple))
requests = st.builds(
    Request,
    st.just("m"),
    st.lists(messages, max_size=6).map(tuple),
    st.none() | st.text(),
    tools=st.sampled_from([(), (TOOL,), (TOOL, TOOL)]),
    format=st.sampled_from([None, "json", JsonSchema("city", {"type": "object"})]),
    scene=st.sampled_from([None, Scene(), Scene("Ada", "Bo", samples=(("Hello?", "Yes."),))]),
)


class Watched(str):
    """A text that notes how many of its characters were looked at."""

    looked_at = 0

    def encode(self, *args: str) -> bytes:
        Watched.looked_at += len(self)
        return super().encode(*args)


@pytest.fixture(autouse=True)
def _nothing_looked_at() -> None:
    Watched.looked_at = 0


def said(text: str, role: str = "user") -> Message:
    return Message(role, (Text(Watched(text)),))


# -- the same figures -------------------------------------------------------------------------------------------------


@given(st.lists(requests, max_size=4), st.sampled_from([0, 159]))
def test_a_tally_says_what_the_estimate_says_of_each_of_many_requests(asked: list[Request], built_in: int) -> None:
    tally = Tally()
    for request in (*asked, *asked):
        assert tally.request(request, built_in) == estimate_request(request, built_in)


@given(requests, st.sampled_from([0, 159]))
def test_the_total_is_the_sum_of_the_parts_and_no_part_is_negative(request: Request, built_in: int) -> None:
    counts = estimate_request(request, built_in)
    total = counts.pop("total")
    assert total == sum(counts.values())
    assert min(counts.values()) >= 0


@given(messages)
def test_a_tally_says_of_a_message_what_the_estimate_says(message: Message) -> None:
    assert Tally().message(message) == estimate_message(message)


def test_threads_that_count_at_once_get_the_right_figures() -> None:
    talks = [tuple(user(f"question {talk} {turn}" * (talk + 1)) for turn in range(40)) for talk in range(4)]
    asked = [Request("m", talk[:end], f"system {talk}") for end in range(1, 41) for talk in talks]
    tally = Tally()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(tally.request, asked)) == list(map(estimate_request, asked))


# -- at the price of what is new --------------------------------------------------------------------------------------


def test_a_recount_after_one_more_message_looks_at_that_message_alone() -> None:
    past = tuple(said("some words here " * 50) for _ in range(200))
    tally = Tally()
    first = tally.request(Request("m", past, Watched("Be brief.")))
    assert Watched.looked_at == 200 * 800 + 9
    Watched.looked_at = 0
    second = tally.request(Request("m", (*past, said("and now?")), Watched("Be brief.")))
    assert Watched.looked_at == len("and now?")
    assert second["total"] == first["total"] + estimate_message(user("and now?"))


def test_a_recount_of_the_same_request_looks_at_nothing() -> None:
    request = Request("m", (said("question"), said("answer", "assistant")), tools=(TOOL,))
    tally = Tally()
    first = tally.request(request)
    Watched.looked_at = 0
    assert tally.request(replace(request, temperature=0.5)) == first
    assert Watched.looked_at == 0


def test_each_character_is_looked_at_once() -> None:
    request = Request("m", tuple(said("words and 文字 " * 1_000) for _ in range(10)))
    estimate_request(request)
    assert Watched.looked_at == 10 * 13 * 1_000


def test_a_message_asked_about_is_known_to_the_next_request() -> None:
    message = said("question")
    tally = Tally()
    tally.message(message)
    Watched.looked_at = 0
    tally.request(Request("m", (message,)))
    assert tally.message(message) == estimate_message(user("question"))
    assert Watched.looked_at == 0


def test_what_is_not_in_the_last_request_is_forgotten() -> None:
    dropped, kept = said("dropped"), said("kept")
    tally = Tally()
    tally.request(Request("m", (dropped, kept)))
    tally.request(Request("m", (kept,)))
    Watched.looked_at = 0
    tally.request(Request("m", (dropped, kept)))
    assert Watched.looked_at == len("dropped")


def test_messages_that_come_and_go_are_never_taken_for_one_another() -> None:
    tally = Tally()
    for size in range(1, 300):
        request = Request("m", (user("word " * size),))
        assert tally.request(request) == estimate_request(request)
        del request


# -- parts ------------------------------------------------------------------------------------------------------------


def test_thinking_stops_counting_when_its_turn_is_finished() -> None:
    asked = user("weather?")
    call = Message("assistant", (Thinking("let me look it up"), ToolCall("1", "weather")))
    result = Message("tool", (ToolResult("1", "sunny"),))
    tally = Tally()
    open_turn = tally.request(Request("m", (asked, call, result)))
    closed = tally.request(Request("m", (asked, call, result, user("and now?"))))
    thought = estimate_message(call) - estimate_message(call, thinking=False)
    assert thought > 0
    assert closed["total"] == open_turn["total"] - thought + estimate_message(user("and now?"))


def test_where_nothing_is_asked_all_is_history_and_finished_thinking_does_not_count() -> None:
    talk = (user("Hi"), Message("assistant", (Thinking("a greeting"), Text("Hello!"))))
    counts = estimate_request(Request("m", talk))
    assert counts["prompt"] == 0
    assert counts["history"] == sum(estimate_message(message, thinking=False) for message in talk)
    asked = estimate_request(Request("m", (*talk, user("And then?"))))
    assert asked["total"] == counts["total"] + asked["prompt"]


def test_tools_count_apart_and_by_their_schema() -> None:
    plain = Request("m", (user("Hi"),))
    assert "tools" not in estimate_request(plain)
    small = estimate_request(replace(plain, tools=(TOOL,)))
    large = replace(TOOL, parameters={"type": "object", "properties": {f"name{n}": {} for n in range(100)}})
    assert estimate_request(replace(plain, tools=(large,)))["tools"] > small["tools"] + 100
    assert small["total"] == estimate_request(plain)["total"] + small["tools"]


def test_a_tally_notices_other_tools_and_another_system_message() -> None:
    tally, request = Tally(), Request("m", (user("Hi"),), "Be brief.", tools=(TOOL,))
    changed = (
        replace(request, tools=(TOOL, TOOL)),
        replace(request, tools=()),
        replace(request, system="Be long. " * 9),
    )
    for one in (request, *changed, request):
        assert tally.request(one) == estimate_request(one)


def test_pictures_of_a_tool_result_are_attachments() -> None:
    counts = estimate_request(Request("m", (user("Hi"), Message("tool", (ToolResult("1", "seen", media=(PICTURE,)),)))))
    assert counts["attachments"] == estimate_message(user(PICTURE)) - estimate_message(user())
    assert counts["history"] == estimate_message(Message("tool", (ToolResult("1", "seen"),)))


def test_what_the_service_adds_counts_where_no_system_message_stands() -> None:
    request = Request("m", (user("Hi"),))
    assert "built-in" not in estimate_request(request)
    counts = estimate_request(request, 159)
    assert counts["built-in"] == 159
    assert counts["total"] == estimate_request(request)["total"] + 159
    assert "built-in" not in estimate_request(replace(request, system="Be brief."), 159)


def test_a_scene_and_a_schema_count_with_the_system_message() -> None:
    plain = Request("m", (user("Hi"),), "You are Ada.")
    before = estimate_request(plain)["system"]
    scene = Scene(character="Ada", about_player="A curious student of mathematics.", samples=(("Who?", "Ada."),))
    assert estimate_request(replace(plain, scene=scene))["system"] > before + estimate(scene.about_player)
    schema = JsonSchema("city", {"type": "object", "properties": {"name": {"type": "string"}}})
    assert estimate_request(replace(plain, format=schema))["system"] > before + 10
    assert estimate_request(replace(plain, format="json"))["system"] == before


# -- hostile text -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("piece", ["x", " ", "\n", "\ud800", "🧪", "0A", "\x00", "b", ".", " .", "b a", "\u0301", "中"])
def test_a_million_characters_of_anything_are_estimated_once_through(piece: str) -> None:
    text = Watched(piece * (1_000_000 // len(piece)))
    tokens = estimate(text)
    assert len(text) // 16 <= tokens <= 2 * len(text)
    assert Watched.looked_at == len(text)
