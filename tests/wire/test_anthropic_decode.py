"""Messages of the Anthropic face: blocks in every order, counts, ends, and what goes back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from minimax_nb.messages.events import (
    ArgumentsDelta,
    Finished,
    PartEnded,
    PartStarted,
    Reclassified,
    Started,
    TextDelta,
    ThinkingDelta,
    UsageSeen,
)
from minimax_nb.messages.parts import Opaque, Text, Thinking, ToolCall
from minimax_nb.messages.usage import Usage
from minimax_nb.wire import FACES
from tests.wire.helpers import (
    Outcome,
    block_delta,
    block_start,
    block_stop,
    cuts,
    decode,
    endpoint,
    merged,
    messages_stream,
    request,
    sse,
)

TEXT = block_start(0, type="text", text="")


def read(*events: dict[str, Any], **how: Any) -> Outcome:
    return decode(messages_stream(*events, **how), "anthropic")


def text(piece: str, index: int = 0) -> dict[str, Any]:
    return block_delta(index, "text_delta", text=piece)


def thought(piece: str, index: int = 0) -> dict[str, Any]:
    return block_delta(index, "thinking_delta", thinking=piece)


def arguments(piece: str, index: int = 0) -> dict[str, Any]:
    return block_delta(index, "input_json_delta", partial_json=piece)


def body(*content: Any, **more: Any) -> bytes:
    whole = {"id": "id-1", "type": "message", "role": "assistant", "model": "m", "content": list(content)}
    return json.dumps({**whole, "stop_reason": "end_turn", **more}).encode()


def test_the_events_of_a_reply_stand_in_order() -> None:
    outcome = read(
        {"type": "ping"},
        block_start(0, type="thinking", thinking=""),
        thought("Hm."),
        block_delta(0, "signature_delta", signature="s1"),
        block_stop(0),
        block_start(1, type="text", text=""),
        text("I ", 1),
        text("look.", 1),
        block_stop(1),
        block_start(2, type="tool_use", id="c1", name="f"),
        arguments('{"a"', 2),
        arguments(": 1}", 2),
        block_stop(2),
        stop="tool_use",
    )
    assert merged(outcome.events) == [
        Started("id-1", "MiniMax-M3"),
        PartStarted(0, "thinking"),
        ThinkingDelta(0, "Hm."),
        PartEnded(0, "s1"),
        PartStarted(1, "text"),
        TextDelta(1, "I look."),
        PartEnded(1),
        PartStarted(2, "tool_call", "c1", "f"),
        ArgumentsDelta(2, '{"a": 1}'),
        PartEnded(2),
        Finished("tool_use"),
    ]
    assert outcome.reply.parts[0] == Thinking("Hm.", "s1")


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        ("end_turn", "end_turn"),
        ("max_tokens", "max_tokens"),
        ("model_context_window_exceeded", "max_tokens"),
        ("stop_sequence", "stop_sequence"),
        ("tool_use", "end_turn"),  # no call came: test_tool_calls_table.py has those with calls
        ("refusal", "content_filter"),
        ("something new", "end_turn"),
    ],
)
def test_every_stop_reason_is_known(reason: str, expected: str) -> None:
    assert read(TEXT, text("Hi"), stop=reason).reply.stop_reason == expected
    assert decode(body({"type": "text", "text": "Hi"}, stop_reason=reason), "anthropic").reply.stop_reason == expected


DELTA = {"type": "message_delta", "delta": {"stop_reason": "max_tokens"}}


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ([DELTA], "max_tokens"),
        ([{"type": "message_stop"}], "end_turn"),
        ([{"type": "message_delta", "delta": {}}, {"type": "message_stop"}], "end_turn"),
        ([{"type": "message_delta", "delta": {"stop_reason": None}}, DELTA, {"type": "message_stop"}], "max_tokens"),
    ],
)
def test_a_stop_reason_or_a_stop_is_an_end(ends: list[dict[str, Any]], expected: str) -> None:
    reply = read(TEXT, text("Hi"), *ends, stop=None).reply
    assert (reply.text, reply.stop_reason, reply.partial) == ("Hi", expected, False)


def test_a_done_line_after_the_stop_is_tolerated_and_alone_is_no_end() -> None:
    whole = messages_stream(TEXT, text("Hi"))
    assert decode(whole + b"data: [DONE]\n\n", "anthropic").reply.stop_reason == "end_turn"
    cut = decode(messages_stream(TEXT, text("Hi"), stop=None) + b"data: [DONE]\n\n", "anthropic")
    assert "ended without its end" in str(cut.broken)


# -- blocks ------------------------------------------------------------------------------------------------------------


def test_a_block_that_was_never_started_starts_with_its_delta() -> None:
    outcome = read(thought("Hm."), text("Hi", 1), arguments("{}", 2), start=False)
    assert [kind for kind, _ in outcome.spoken] == ["thinking", "text", ""]
    assert outcome.reply.tool_calls[0].id


def test_a_stream_without_its_message_start_is_read() -> None:
    outcome = read(TEXT, text("Hi"), start=False)
    assert outcome.events[0] == Started("", "")
    assert outcome.spoken == [("text", "Hi")]


def test_blocks_that_are_never_stopped_end_with_the_message() -> None:
    outcome = read(TEXT, text("Hi "), block_start(1, type="tool_use", id="c", name="f", input={}))
    assert outcome.spoken == [("text", "Hi "), ("f", "")]


def test_blocks_may_be_stopped_late_and_take_turns() -> None:
    outcome = read(
        TEXT,
        block_start(1, type="tool_use", id="c", name="f"),
        text("a"),
        arguments("{", 1),
        text("b"),
        arguments("}", 1),
        block_stop(1),
        block_stop(0),
        block_stop(7),
    )
    assert sorted(outcome.spoken) == [("f", "{}"), ("text", "ab")]


def test_blocks_may_come_out_of_order_and_use_a_place_again() -> None:
    outcome = read(
        block_start(3, type="text", text=""),
        text("a", 3),
        block_start(0, type="text", text=""),
        text("b"),
        block_start(0, type="thinking", thinking=""),
        thought("c"),
        block_stop(3),
    )
    assert outcome.spoken == [("text", "a"), ("text", "b"), ("thinking", "c")]


def test_a_delta_of_another_kind_begins_a_block_of_its_kind() -> None:
    outcome = read(block_start(0, type="thinking", thinking=""), thought("a"), text("b"))
    assert outcome.spoken == [("thinking", "a"), ("text", "b")]


def test_a_start_that_already_holds_text_counts() -> None:
    outcome = read(
        block_start(0, type="thinking", thinking="H", signature="s0"),
        thought("m."),
        block_stop(0),
        block_start(1, type="text", text="Y"),
        text("es.", 1),
    )
    assert outcome.reply.parts == (Thinking("Hm.", "s0"), Text("Yes."))


def test_thinking_kept_secret_goes_back_by_its_signature() -> None:
    outcome = read(block_start(0, type="thinking"), block_delta(0, "signature_delta", signature="s"), block_stop(0))
    assert outcome.reply.parts == (Thinking("", "s"),)


def test_empty_blocks_leave_no_part() -> None:
    outcome = read(block_start(0, type="thinking", thinking=""), block_stop(0), TEXT, block_stop(0))
    assert outcome.reply.parts == ()


def test_arguments_given_with_the_start_count_unless_deltas_come() -> None:
    whole = block_start(0, type="tool_use", id="c", name="f", input={"a": "ü"})
    assert read(whole, block_stop(0)).spoken == [("f", '{"a": "ü"}')]
    assert read(whole, arguments('{"b": 1}'), block_stop(0)).spoken == [("f", '{"b": 1}')]


def test_blocks_of_unknown_types_are_kept_as_they_are() -> None:
    raw = {"type": "redacted_thinking", "data": "xyz"}
    outcome = read(block_start(0, **raw), block_delta(0, "text_delta", text="?"), block_stop(0), TEXT, text("Hi"))
    assert outcome.reply.parts == (Opaque(raw), Text("Hi"))


def test_events_and_deltas_of_unknown_types_are_passed_over() -> None:
    strange: list[dict[str, Any]] = [
        {"type": "content_block_start", "index": 0},
        {"type": "content_block_start", "index": 0, "content_block": {"text": "?"}},
        block_delta(0, "citations_delta", citation={}),
        {"type": "content_block_delta", "index": 0, "delta": None},
        {"type": "message_note"},
        {"type": None},
        {"type": ["text"]},
    ]
    assert read(*strange, TEXT, text("Hi"), {"type": "content_block_stop"}).spoken == [("text", "Hi")]


def test_deltas_without_an_index_belong_together() -> None:
    pieces = [{"type": "content_block_delta", "delta": {"type": "text_delta", "text": piece}} for piece in ("H", "i")]
    assert read(*pieces).spoken == [("text", "Hi")]


# -- tags in text blocks -----------------------------------------------------------------------------------------------


def test_tags_in_a_text_block_are_read_and_the_blocks_go_back_as_sent() -> None:
    whole = "<think>\nHm.\n</think>\n\nYes."
    for pieces in ([whole], *cuts(whole, 2)):
        call = [block_start(1, type="tool_use", id="c", name="f", input={}), arguments('{"a": 1}', 1), block_stop(1)]
        outcome = read(TEXT, *map(text, filter(None, pieces)), block_stop(0), *call)
        assert outcome.spoken == [("thinking", "Hm."), ("text", "Yes."), ("f", '{"a": 1}')]
        assert outcome.reply.message.echo == {
            "content": [
                {"type": "text", "text": whole},
                {"type": "tool_use", "id": "c", "name": "f", "input": {"a": 1}},
            ]
        }


def test_every_kind_of_block_goes_back_as_sent_once_a_tag_was_found() -> None:
    thinking = {"type": "thinking", "thinking": "Hm.", "signature": "s"}
    raw = {"type": "mystery", "x": 1}
    silent = {"type": "tool_use", "id": "c", "name": "f", "input": {}}
    tagged = {"type": "text", "text": "</think>Yes."}
    outcome = decode(body(thinking, raw, tagged, silent), "anthropic")
    assert outcome.reply.message.echo == {"content": [thinking, raw, tagged, silent]}


def test_a_closer_alone_in_a_text_block_makes_thinking_of_what_stood_before() -> None:
    outcome = read(TEXT, text("Hm.\n</thi"), text("nk>\n\nYes."))
    assert [event for event in outcome.events if isinstance(event, Reclassified)] == [Reclassified(0, "thinking")]
    assert outcome.spoken == [("thinking", "Hm."), ("text", "Yes.")]


def test_a_closer_after_a_thinking_block_is_just_dropped() -> None:
    outcome = read(thought("Hm."), block_stop(0), block_start(1, type="text", text=""), text("\n</think>\n\nYes.", 1))
    assert outcome.spoken == [("thinking", "Hm."), ("text", "Yes.")]


def test_thinking_repeated_in_a_text_block_is_counted_once() -> None:
    outcome = read(thought("Hm, so."), block_stop(0), text("<think>\nHm,", 1), text(" so.\n</think>\nYes.", 1))
    assert outcome.spoken == [("thinking", "Hm, so."), ("text", "Yes.")]


def test_thinking_blocks_pass_through_untouched() -> None:
    whole = "\nIt ends with </think>\n"
    outcome = read(*map(thought, whole), block_delta(0, "signature_delta", signature="s"), block_stop(0))
    assert outcome.reply.parts == (Thinking(whole, "s"),)
    assert outcome.reply.message.echo is None


def test_text_without_tags_passes_through_untouched() -> None:
    whole = "\n\n  One <b> `<think>`\n\n"
    outcome = read(TEXT, *map(text, whole), block_stop(0))
    assert outcome.reply.parts == (Text(whole),)
    assert outcome.reply.message.echo is None


def test_a_server_that_starts_in_thinking_does_so_on_this_face_too() -> None:
    stream = messages_stream(TEXT, text("Hm.\n</think>\n\nYes."))
    assert decode(stream, "anthropic", starts_in_thinking=True).spoken == [("thinking", "Hm."), ("text", "Yes.")]


# -- counts ------------------------------------------------------------------------------------------------------------


def counted(start: Any, end: Any) -> tuple[Usage, list[Usage]]:
    head = {"type": "message_start", "message": {"id": "i", "model": "m", "usage": start}}
    tail = {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": end}
    outcome = read(head, text("Hi"), tail, {"type": "message_stop"}, start=False, stop=None)
    return outcome.reply.usage, [event.usage for event in outcome.events if isinstance(event, UsageSeen)]


def counts(fresh: Any, out: Any, read_: Any = None, written: Any = None) -> dict[str, Any]:
    names = ("input_tokens", "output_tokens", "cache_read_input_tokens", "cache_creation_input_tokens")
    return {name: count for name, count in zip(names, (fresh, out, read_, written), strict=True) if count is not None}


def test_counts_of_the_start_are_provisional() -> None:
    # the example on MiniMax's page: all of it cached at first, most of it not in the end
    usage, seen = counted(counts(0, 0, 1366, 0), counts(1252, 40, 114, 0))
    assert usage == Usage(input_tokens=1366, cached_tokens=114, cache_write_tokens=0, output_tokens=40)
    assert seen == [usage]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (counts(0, 0), counts(9, 3), Usage(input_tokens=9, output_tokens=3)),
        (counts(9, 1), counts(9, 3), Usage(input_tokens=9, output_tokens=3)),
        (counts(9, 1, 5, 2), {"output_tokens": 3}, Usage(16, 5, 2, 3)),
        (counts(9, 1), counts(0, 3, 0, 0), Usage(input_tokens=9, output_tokens=3)),
        (counts(9, 0, 0, 0), None, Usage(input_tokens=9)),
        (counts(0, 0), counts(0, 3, 7, 0), Usage(7, 7, 0, 3)),
        (counts(0, 0), counts(0, 0), Usage()),
        (counts(0, 0), counts(0, 0, 0, 0), Usage()),
        (counts(0, 0), counts(9, 0), Usage(input_tokens=9, output_tokens=0)),
        (None, counts(-1, "3", 1.5, 10**40), Usage()),
        ("x", [], Usage()),
    ],
)
def test_counts_are_merged_and_placeholders_are_unknown(start: Any, end: Any, expected: Usage) -> None:
    assert counted(start, end)[0] == expected


def test_counts_are_told_only_when_they_change() -> None:
    usage, seen = counted(counts(9, 0), counts(9, 3))
    assert seen == [Usage(input_tokens=9), usage]
    assert len(counted(counts(9, 3), counts(9, 3))[1]) == 1


# -- whole bodies ------------------------------------------------------------------------------------------------------


def test_a_whole_message_is_read_like_its_stream() -> None:
    content = [
        {"type": "thinking", "thinking": "Hm.", "signature": "s"},
        {"type": "text", "text": "Yes.\n"},
        {"type": "tool_use", "id": "c", "name": "f", "input": {"a": [1]}},
        {"type": "mystery", "x": 1},
    ]
    reply = decode(body(*content, usage=counts(9, 3, 1, 0), stop_reason="tool_use"), "anthropic").reply
    assert reply.parts == (
        Thinking("Hm.", "s"),
        Text("Yes.\n"),
        ToolCall("c", "f", {"a": [1]}, '{"a": [1]}'),
        Opaque({"type": "mystery", "x": 1}),
    )
    assert reply.usage == Usage(10, 1, 0, 3)
    assert reply.stop_reason == "tool_use"


def test_a_whole_message_as_an_event_is_the_reply() -> None:
    assert decode(sse(json.loads(body({"type": "text", "text": "Hi"}))), "anthropic").reply.text == "Hi"


def test_a_whole_message_without_a_stop_reason_has_ended() -> None:
    reply = decode(body({"type": "text", "text": "Hi"}, "x", None, stop_reason=None), "anthropic").reply
    assert (reply.text, reply.stop_reason) == ("Hi", "end_turn")


def test_two_messages_that_are_read_in_turn_do_not_mix() -> None:
    streams = [messages_stream(TEXT, *map(text, words)) for words in ("abc", "xyz")]
    decoders = [FACES["anthropic"].decoder(request(), endpoint("anthropic")) for _ in streams]
    said = ["", ""]
    for pair in zip(*streams, strict=True):
        for at, byte in enumerate(pair):
            events = decoders[at].feed(bytes([byte]))
            said[at] += "".join(event.text for event in events if isinstance(event, TextDelta))
    assert said == ["abc", "xyz"]
