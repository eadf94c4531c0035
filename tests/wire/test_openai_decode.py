"""Chat completions of the OpenAI face: how they begin, go on and end, and what they cost."""

from __future__ import annotations

import json
from typing import Any

import pytest

from minimax_nb.messages.events import (
    Finished,
    PartEnded,
    PartStarted,
    Started,
    TextDelta,
    UsageSeen,
)
from minimax_nb.messages.usage import Usage
from tests.wire.helpers import chunk, completion, contents, decode, merged, sse

USAGE = {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15}


def test_the_events_of_a_short_reply_stand_in_order() -> None:
    stream = sse(
        chunk({"role": "assistant", "content": ""}),
        chunk({"content": "Hello"}),
        chunk({"content": " world"}),
        chunk({}, "stop"),
        chunk(choices=[], usage=USAGE),
        done=True,
    )
    assert list(decode(stream).events) == [
        Started("id-1", "MiniMax-M3"),
        PartStarted(0, "text"),
        TextDelta(0, "Hello"),
        TextDelta(0, " world"),
        UsageSeen(Usage(input_tokens=10, output_tokens=5, reported_total=15)),
        PartEnded(0),
        Finished("end_turn"),
    ]


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("stop", "end_turn"),
        ("length", "max_tokens"),
        ("tool_calls", "end_turn"),  # no call came: test_tool_calls_table.py has those with calls
        ("function_call", "end_turn"),
        ("content_filter", "content_filter"),
        ("something new", "end_turn"),
    ],
)
def test_every_finish_reason_has_its_stop_reason(reason: str, expected: str) -> None:
    assert decode(contents("Hi", finish=reason)).reply.stop_reason == expected
    assert decode(completion({"content": "Hi"}, reason)).reply.stop_reason == expected


ENDS = {
    "on the last text": sse(chunk({"content": "Hi"}, "length")),
    "alone": sse(chunk({"content": "Hi"}), chunk({}, "length")),
    "without a delta": sse(chunk({"content": "Hi"}), {"choices": [{"index": 0, "finish_reason": "length"}]}),
    "null before": sse(
        {"choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": None}]}, chunk({}, "length")
    ),
    "empty before": sse(
        {"choices": [{"index": 0, "delta": {"content": "Hi"}, "finish_reason": ""}]}, chunk({}, "length")
    ),
    "repeated": sse(chunk({"content": "Hi"}, "length"), chunk({}, "length"), chunk({}, "stop"), done=True),
    "with [DONE]": sse(chunk({"content": "Hi"}, "length"), done=True),
    "with [DONE] that has no end": sse(chunk({"content": "Hi"}, "length")) + b"data: [DONE]",
    "with a spaced [DONE]": sse(chunk({"content": "Hi"}, "length")) + b"data:  [DONE] \n\n",
    "with no last blank line": sse(chunk({"content": "Hi"}, "length"))[:-2],
}


@pytest.mark.parametrize("end", ENDS)
def test_a_finish_reason_is_found_wherever_it_stands(end: str) -> None:
    reply = decode(ENDS[end]).reply
    assert (reply.text, reply.stop_reason, reply.partial) == ("Hi", "max_tokens", False)


def test_done_without_a_finish_reason_is_an_end() -> None:
    assert decode(contents("Hi", finish=None)).reply.stop_reason == "end_turn"


def test_done_with_nothing_before_it_is_no_reply() -> None:
    outcome = decode(b"data: [DONE]\n\n")
    assert "ended without its end" in str(outcome.broken)
    assert outcome.events == ()


def test_nothing_after_the_end_is_read() -> None:
    stream = contents("Hi") + sse(chunk({"content": "more"}), b"nonsense")
    assert decode(stream).reply.text == "Hi"


@pytest.mark.parametrize(
    "usage",
    [
        None,
        {},
        "none",
        [],
        {"total_tokens": 0, "total_characters": 0},
        {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
        {"prompt_tokens": None, "completion_tokens": None},
        {"prompt_tokens": -1, "completion_tokens": "12", "total_tokens": 10**40},
        {"prompt_tokens": True, "completion_tokens": 1.5, "total_tokens": []},
        {"prompt_tokens_details": {"cached_tokens": 0}, "completion_tokens_details": None},
    ],
)
def test_unknown_counts_are_unknown(usage: Any) -> None:
    outcome = decode(sse(chunk({"content": "Hi"}, "stop", usage=usage), done=True))
    assert outcome.reply.usage == Usage()
    assert not [event for event in outcome.events if isinstance(event, UsageSeen)]


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (USAGE, Usage(input_tokens=10, output_tokens=5, reported_total=15)),
        ({"total_tokens": 73}, Usage(reported_total=73)),
        ({"prompt_tokens": 10}, Usage(input_tokens=10)),
        ({"prompt_tokens": 10, "completion_tokens": 0}, Usage(input_tokens=10, output_tokens=0)),
        ({"prompt_tokens": 0, "completion_tokens": 7}, Usage(output_tokens=7)),
        (
            USAGE | {"prompt_tokens_details": {"cached_tokens": 8}},
            Usage(input_tokens=10, cached_tokens=8, output_tokens=5, reported_total=15),
        ),
        (
            USAGE | {"prompt_tokens_details": {"cache_read_input_tokens": 6, "cache_creation_input_tokens": 3}},
            Usage(input_tokens=10, cached_tokens=6, cache_write_tokens=3, output_tokens=5, reported_total=15),
        ),
        (
            USAGE | {"completion_tokens_details": {"reasoning_tokens": 0}},
            Usage(input_tokens=10, output_tokens=5, thinking_tokens=0, reported_total=15),
        ),
        (
            USAGE
            | {"prompt_tokens_details": {"cached_tokens": 11}, "completion_tokens_details": {"reasoning_tokens": 6}},
            Usage(input_tokens=10, output_tokens=5, reported_total=15),
        ),
    ],
)
def test_counts_are_read(usage: dict[str, Any], expected: Usage) -> None:
    assert decode(sse(chunk({"content": "Hi"}, "stop"), chunk(choices=[], usage=usage))).reply.usage == expected
    assert decode(completion({"content": "Hi"}, usage=usage)).reply.usage == expected


def test_usage_on_the_finishing_chunk_counts_and_text_after_it_too() -> None:
    stream = sse(chunk({"content": "Hi"}, "stop", usage=USAGE), chunk({"content": "!"}), done=True)
    reply = decode(stream).reply
    assert (reply.text, reply.usage.input_tokens) == ("Hi!", 10)


def test_growing_usage_is_told_as_it_grows_and_never_twice() -> None:
    first, last = USAGE | {"completion_tokens": 1}, USAGE
    stream = sse(
        chunk({"content": "a"}, usage=first), chunk({"content": "b"}, usage=first), chunk({}, "stop", usage=last)
    )
    seen = [event.usage.output_tokens for event in decode(stream).events if isinstance(event, UsageSeen)]
    assert seen == [1, 5]


def test_empty_roles_names_and_noise_fields_say_nothing() -> None:
    noise = {"role": "", "name": "MiniMax AI", "audio_content": "", "tool_calls": None, "reasoning_content": None}
    sensitive = {"input_sensitive": False, "output_sensitive_int": 0}
    stream = sse(chunk({**noise, "content": "Hi"}, "stop", **sensitive), done=True)
    assert merged(decode(stream).events)[1:4] == [PartStarted(0, "text"), TextDelta(0, "Hi"), PartEnded(0)]


def test_a_reply_without_id_and_model_is_a_reply() -> None:
    outcome = decode(sse({"choices": [{"delta": {"content": "Hi"}, "finish_reason": "stop"}]}))
    assert outcome.events[0] == Started("", "")
    assert outcome.reply.model == "MiniMax-M3"


def test_only_the_first_of_several_choices_is_read() -> None:
    two = {"choices": [{"index": 1, "delta": {"content": "B"}}, {"index": 0, "delta": {"content": "A"}}]}
    stream = sse(
        two, two, {"choices": [{"index": 1, "delta": {"content": "B"}, "finish_reason": "length"}]}, chunk({}, "stop")
    )
    reply = decode(stream).reply
    assert (reply.text, reply.stop_reason) == ("AA", "end_turn")


def test_content_in_a_list_of_parts_is_read() -> None:
    parts = [{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo"}, {"type": "other"}, "x", None]
    assert decode(sse(chunk({"content": parts}, "stop"))).reply.text == "Hello"
    assert decode(completion({"content": parts})).reply.text == "Hello"


def test_a_whole_completion_as_the_only_event_is_the_reply() -> None:
    reply = decode(sse(json.loads(completion({"content": "<think>Hm.</think>Hi"}, usage=USAGE)), done=True)).reply
    assert (reply.thinking, reply.text, reply.usage.input_tokens) == ("Hm.", "Hi", 10)


def test_a_whole_completion_at_the_end_brings_its_counts_alone() -> None:
    summary = json.loads(completion({"content": "Hello", "reasoning_content": "Hm."}, usage=USAGE))
    stream = sse(chunk({"reasoning_content": "Hm."}), chunk({"content": "Hello"}), summary, done=True)
    reply = decode(stream).reply
    assert (reply.thinking, reply.text, reply.usage.input_tokens) == ("Hm.", "Hello", 10)


def test_a_whole_body_needs_no_finish_reason() -> None:
    reply = decode(completion({"content": "Hi"}, None)).reply
    assert (reply.text, reply.stop_reason) == ("Hi", "end_turn")


def test_a_whole_body_with_null_content_is_an_empty_reply() -> None:
    reply = decode(completion({"content": None}, "length")).reply
    assert (reply.parts, reply.stop_reason) == ((), "max_tokens")


def test_events_of_other_kinds_are_passed_over() -> None:
    stream = sse({"object": "ping"}, {"choices": None}, {"choices": "x"}, {"choices": [None, 3]}) + contents("Hi")
    assert decode(stream).reply.text == "Hi"


def test_line_ends_inside_the_text_are_kept_however_the_pieces_are_cut() -> None:
    text = "One \n\n  two\t\n```py\nx = 1\n\n\n```\n done.  \n"
    for size in (1, 2, 5):
        pieces = [text[at : at + size] for at in range(0, len(text), size)]
        assert decode(contents(*pieces)).reply.text == text


def test_text_comes_out_with_the_chunk_that_brings_it() -> None:
    outcome = decode(contents("The", " answer", " is", " 42."))
    assert [event.text for event in outcome.events if isinstance(event, TextDelta)] == ["The", " answer", " is", " 42."]
