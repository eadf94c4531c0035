"""Every usage object that was recorded, by both protocols, and every way in which one can be bad."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from minimax_nb.messages.events import UsageSeen
from minimax_nb.messages.usage import Usage
from tests.wire.helpers import SAMPLES, Outcome, block_delta, block_start, block_stop, chunk, completion, decode, sse

OPENAI: list[tuple[str, dict[str, Any], Usage]] = [
    # where it is from, as it came, and input, cached, written, output, thinking, total as they must be read
    (
        "M3, buffered: the prompt includes what was cached",
        {"total_tokens": 220, "total_characters": 0, "prompt_tokens": 188, "completion_tokens": 32,
         "prompt_tokens_details": {"cached_tokens": 114}},
        Usage(188, 114, None, 32, None, 220),
    ),
    (
        "M2.7, M2.7-highspeed, M2.5-highspeed, M2, buffered: the completion includes the thinking",
        {"total_tokens": 64, "total_characters": 0, "prompt_tokens": 32, "completion_tokens": 32,
         "completion_tokens_details": {"reasoning_tokens": 32}},
        Usage(32, None, None, 32, 32, 64),
    ),
    (
        "M2.5, buffered: no details, so both are unknown and not zero",
        {"total_tokens": 66, "total_characters": 0, "prompt_tokens": 34, "completion_tokens": 32},
        Usage(34, None, None, 32, None, 66),
    ),
    (
        "M2.1, buffered",
        {"total_tokens": 66, "total_characters": 0, "prompt_tokens": 34, "completion_tokens": 32,
         "prompt_tokens_details": {"cached_tokens": 32}},
        Usage(34, 32, None, 32, None, 66),
    ),
    (
        "M2, stopped by length",
        {"completion_tokens": 300, "prompt_tokens": 765, "total_characters": 0, "total_tokens": 1065},
        Usage(765, None, None, 300, None, 1065),
    ),
    (
        "M2.7, one word",
        {"completion_tokens": 7, "prompt_tokens": 798, "total_characters": 0, "total_tokens": 805},
        Usage(798, None, None, 7, None, 805),
    ),
    (
        "M2.5, thinking split off, buffered",
        {"total_tokens": 87, "total_characters": 0, "prompt_tokens": 44, "completion_tokens": 43,
         "completion_tokens_details": {"reasoning_tokens": 20}},
        Usage(44, None, None, 43, 20, 87),
    ),
    (
        "M2.7, streamed, thinking split off",
        {"total_tokens": 885, "total_characters": 0, "prompt_tokens": 769, "completion_tokens": 116,
         "completion_tokens_details": {"reasoning_tokens": 37}, "prompt_tokens_details": {"cached_tokens": 443}},
        Usage(769, 443, None, 116, 37, 885),
    ),
    (
        "M2.7, streamed, thinking in the text",
        {"total_tokens": 939, "total_characters": 0, "prompt_tokens": 767, "completion_tokens": 172,
         "completion_tokens_details": {"reasoning_tokens": 25}, "prompt_tokens_details": {"cached_tokens": 443}},
        Usage(767, 443, None, 172, 25, 939),
    ),
    ("M1 as documented: the total alone", {"total_tokens": 73}, Usage(reported_total=73)),
    ("every chunk of M1 and a tool call's last piece", {"total_tokens": 0, "total_characters": 0}, Usage()),
]  # fmt: skip

ANTHROPIC: list[tuple[str, dict[str, Any], Usage]] = [
    # the input is the sum: 236 + 7,149 + 38,308 = 45,693
    (
        "M2.7, the end of its stream",
        {"input_tokens": 236, "output_tokens": 39, "cache_creation_input_tokens": 7149,
         "cache_read_input_tokens": 38308},
        Usage(45_693, 38_308, 7_149, 39),
    ),
    # 13 + 157 + 0 = 170
    (
        "M3.1-Flash-Preview, buffered",
        {"input_tokens": 13, "output_tokens": 172, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 157},
        Usage(170, 157, 0, 172),
    ),
    # at the end of a stream its counts hold although no output was made; those of a start are tried further down
    (
        "M2.7, the start of its stream",
        {"input_tokens": 236, "output_tokens": 0, "cache_creation_input_tokens": 7149,
         "cache_read_input_tokens": 38308},
        Usage(45_693, 38_308, 7_149, 0),
    ),
    ("M3, the start of its stream", {"input_tokens": 0, "output_tokens": 0, "service_tier": "standard"}, Usage()),
    # not recorded but printed on MiniMax's page of the Anthropic-compatible API, read 2026-11-20: 14 + 404 + 0 = 418
    (
        "the documented reply",
        {"input_tokens": 14, "output_tokens": 91, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 404},
        Usage(418, 404, 0, 91),
    ),
]  # fmt: skip


def by_name(value: Any) -> str:
    return value if isinstance(value, str) else ""


def seen(outcome: Outcome) -> list[Usage]:
    return [event.usage for event in outcome.events if isinstance(event, UsageSeen)]


def openai_ways(usage: Any) -> dict[str, Outcome]:
    """The object in a last chunk of its own, on the chunk that finishes, and in a whole body."""
    hi = chunk({"content": "Hi"})
    return {
        "a last chunk of its own": decode(sse(hi, chunk({}, "stop"), chunk(choices=[], usage=usage), done=True)),
        "the finishing chunk": decode(sse(hi, chunk({}, "stop", usage=usage), done=True)),
        "a whole body": decode(completion({"content": "Hi"}, usage=usage)),
    }


def messages(start: Any, end: Any) -> bytes:
    """A stream of the Anthropic-compatible protocol with these two usage objects."""
    head = {"id": "i", "type": "message", "role": "assistant", "model": "m", "content": [], "usage": start}
    events = [
        {"type": "message_start", "message": head},
        block_start(0, type="text", text=""),
        block_delta(0, "text_delta", text="Hi"),
        block_stop(0),
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": end},
        {"type": "message_stop"},
    ]
    return b"".join(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events)


def anthropic_ways(usage: Any) -> dict[str, Outcome]:
    """The object at a stream's end, after a start of zeros and after none, and in a whole body."""
    zeros = {"input_tokens": 0, "output_tokens": 0, "cache_read_input_tokens": 0, "cache_creation_input_tokens": 0}
    body = {
        "id": "i", "type": "message", "role": "assistant", "model": "m", "stop_reason": "end_turn",
        "content": [{"type": "text", "text": "Hi"}], "usage": usage,
    }  # fmt: skip
    return {
        "after a start of zeros": decode(messages(zeros, usage), "anthropic"),
        "after a start without counts": decode(messages(None, usage), "anthropic"),
        "a whole body": decode(json.dumps(body).encode(), "anthropic"),
    }


# -- what was recorded -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "usage", "expected"), OPENAI, ids=by_name)
def test_a_recorded_object_of_the_openai_protocol_is_read_wherever_it_stands(
    name: str, usage: dict[str, Any], expected: Usage
) -> None:
    del name
    for way, outcome in openai_ways(usage).items():
        assert outcome.reply.usage == expected, way
        assert seen(outcome) == [expected] * (expected != Usage()), way


@pytest.mark.parametrize(("name", "usage", "expected"), ANTHROPIC, ids=by_name)
def test_a_recorded_object_of_the_anthropic_protocol_is_read_wherever_it_stands(
    name: str, usage: dict[str, Any], expected: Usage
) -> None:
    del name
    for way, outcome in anthropic_ways(usage).items():
        assert outcome.reply.usage == expected, way


def recorded() -> Iterator[dict[str, Any]]:
    """Every usage object in the folder of samples."""
    for path in sorted(SAMPLES.iterdir()):
        text = path.read_text("utf-8")
        lines = [text] if path.suffix == ".json" else text.splitlines()
        for line in lines if path.suffix != ".md" else ():
            held = line.removeprefix("data:").strip()
            if held.startswith("{"):
                yield from inside(json.loads(held))


def inside(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("usage"), dict):
            yield value["usage"]
        value = list(value.values())
    for inner in value if isinstance(value, list) else ():
        yield from inside(inner)


def test_no_recorded_object_is_missing_from_these_tables() -> None:
    objects = list(recorded())
    assert len(objects) > 20
    known = [usage for _, usage, _ in (*OPENAI, *ANTHROPIC)]
    assert [usage for usage in objects if usage not in known] == []


# -- counts that are corrected, or come in pieces ----------------------------------------------------------------------


def test_provisional_counts_are_replaced_and_not_added_to() -> None:
    # M2.7's own start and end: the same input twice is that input once
    start, end = ANTHROPIC[2][1], ANTHROPIC[0][1]
    outcome = decode(messages(start, end), "anthropic")
    assert outcome.reply.usage == Usage(45_693, 38_308, 7_149, 39)
    assert seen(outcome) == [Usage(45_693, 38_308, 7_149), Usage(45_693, 38_308, 7_149, 39)]


def test_a_stream_that_is_cut_keeps_what_its_start_told() -> None:
    whole = messages(ANTHROPIC[2][1], ANTHROPIC[0][1])
    outcome = decode(whole[: whole.index(b"event: message_delta")], "anthropic")
    assert outcome.reply.usage == Usage(45_693, 38_308, 7_149)
    assert outcome.reply.usage.output_tokens is None, "the start's zero is no count of the output"


def test_an_end_that_tells_less_takes_nothing_away() -> None:
    start = {"input_tokens": 9, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 2}
    for end in ({"output_tokens": 3}, {"output_tokens": 3, "input_tokens": None, "cache_read_input_tokens": "x"}):
        assert decode(messages(start, end), "anthropic").reply.usage == Usage(16, 5, 2, 3)


def test_a_later_placeholder_takes_nothing_away_from_earlier_counts() -> None:
    counts, zeros = OPENAI[0][1], OPENAI[-1][1]
    stream = sse(chunk({"content": "Hi"}, usage=counts), chunk({}, "stop", usage=zeros), chunk(choices=[], usage=None))
    assert decode(stream).reply.usage == OPENAI[0][2]


# -- bad objects -------------------------------------------------------------------------------------------------------

MISSING = object()
BAD = [MISSING, None, -1, "38", "", 1.5, 40.0, True, False, 10**30, [], [3], {}, {"n": 3}]
NONE_OF = [None, 7, "x", [], [{"prompt_tokens": 3}], {}, True, 0, {"a": {"b": None}}, [None]]


def but(usage: dict[str, Any], *path: str, value: Any) -> dict[str, Any]:
    """The object with one member replaced, or taken away."""
    changed: dict[str, Any] = json.loads(json.dumps(usage))
    holder = changed
    for name in path[:-1]:
        holder = holder[name]
    if value is MISSING:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return changed


GOOD_OPENAI = {
    "prompt_tokens": 100, "completion_tokens": 40, "total_tokens": 140,
    "prompt_tokens_details": {"cached_tokens": 60, "cache_creation_input_tokens": 10},
    "completion_tokens_details": {"reasoning_tokens": 25},
}  # fmt: skip
GOOD_ANTHROPIC = {
    "input_tokens": 30, "output_tokens": 40, "cache_read_input_tokens": 60, "cache_creation_input_tokens": 10
}  # fmt: skip


def same(value: Any) -> str:
    return "missing" if value is MISSING else repr(value)[:20]


@pytest.mark.parametrize("bad", BAD, ids=same)
@pytest.mark.parametrize(
    ("path", "expected"),
    [
        # parts of a whole that is unknown are unknown
        (("prompt_tokens",), Usage(None, None, None, 40, 25, 140)),
        (("completion_tokens",), Usage(100, 60, 10, None, None, 140)),
        (("total_tokens",), Usage(100, 60, 10, 40, 25)),
        (("prompt_tokens_details",), Usage(100, None, None, 40, 25, 140)),
        (("prompt_tokens_details", "cached_tokens"), Usage(100, None, 10, 40, 25, 140)),
        (("prompt_tokens_details", "cache_creation_input_tokens"), Usage(100, 60, None, 40, 25, 140)),
        (("completion_tokens_details",), Usage(100, 60, 10, 40, None, 140)),
        (("completion_tokens_details", "reasoning_tokens"), Usage(100, 60, 10, 40, None, 140)),
    ],
    ids=lambda value: ".".join(value) if isinstance(value, tuple) else "",
)
def test_a_bad_count_of_the_openai_protocol_is_unknown_and_spoils_no_other(
    path: tuple[str, ...], expected: Usage, bad: Any
) -> None:
    for way, outcome in openai_ways(but(GOOD_OPENAI, *path, value=bad)).items():
        assert outcome.reply.usage == expected, way
        assert outcome.broken is None


@pytest.mark.parametrize("bad", BAD, ids=same)
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("input_tokens", Usage(None, 60, 10, 40)),
        ("output_tokens", Usage(100, 60, 10, None)),
        # the input is the sum of three: one that was sent and cannot be read is no zero in it
        ("cache_read_input_tokens", Usage(None, None, 10, 40)),
        ("cache_creation_input_tokens", Usage(None, 60, None, 40)),
    ],
    ids=by_name,
)
def test_a_bad_count_of_the_anthropic_protocol_is_unknown_and_spoils_only_its_sum(
    name: str, expected: Usage, bad: Any
) -> None:
    if name.startswith("cache") and (bad is MISSING or bad is None):
        told = {"cache_read_input_tokens": 10, "cache_creation_input_tokens": 60}[name] + 30
        expected = Usage(told, expected.cached_tokens, expected.cache_write_tokens, 40)  # not told: no caching there
    for way, outcome in anthropic_ways(but(GOOD_ANTHROPIC, name, value=bad)).items():
        assert outcome.reply.usage == expected, way
        assert outcome.broken is None


@pytest.mark.parametrize("usage", NONE_OF, ids=same)
def test_what_is_no_usage_object_tells_nothing(usage: Any) -> None:
    for outcome in (*openai_ways(usage).values(), *anthropic_ways(usage).values()):
        assert outcome.reply.usage == Usage()
        assert (outcome.reply.text, outcome.broken, seen(outcome)) == ("Hi", None, [])


@pytest.mark.parametrize("name", ["prompt_tokens", "input_tokens"])
def test_an_input_of_zero_is_a_placeholder(name: str) -> None:
    if name == "prompt_tokens":
        for outcome in openai_ways(but(GOOD_OPENAI, name, value=0)).values():
            assert outcome.reply.usage == Usage(None, None, None, 40, 25, 140)
    else:
        usage = {"input_tokens": 0, "output_tokens": 40, "cache_read_input_tokens": 0}
        for outcome in anthropic_ways(usage).values():
            assert outcome.reply.usage == Usage(output_tokens=40)


def test_parts_of_zero_beside_a_real_whole_are_zero() -> None:
    usage = but(but(GOOD_OPENAI, "prompt_tokens_details", "cached_tokens", value=0), "completion_tokens_details",
                "reasoning_tokens", value=0)  # fmt: skip
    for outcome in openai_ways(usage).values():
        assert outcome.reply.usage == Usage(100, 0, 10, 40, 0, 140)


def test_a_part_that_is_more_than_its_whole_is_unknown() -> None:
    usage = but(but(GOOD_OPENAI, "prompt_tokens_details", "cached_tokens", value=101), "completion_tokens_details",
                "reasoning_tokens", value=41)  # fmt: skip
    for outcome in openai_ways(usage).values():
        assert outcome.reply.usage == Usage(100, None, 10, 40, None, 140)
