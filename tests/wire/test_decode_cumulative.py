"""Deltas that repeat everything so far, told from deltas that bring what is new."""

from __future__ import annotations

from itertools import accumulate
from typing import Any

import pytest

from minimax_nb.messages.events import ArgumentsDelta, TextDelta, ThinkingDelta
from minimax_nb.wire.cumulative import Growing, Habit
from tests.wire.helpers import (
    Outcome,
    block_delta,
    block_start,
    block_stop,
    chunk,
    cuts,
    decode,
    drive,
    messages_stream,
    sse,
)

TEXT = "The sum of two odd numbers is even, since each is one more than twice some whole number. So there. "
PIECES = [f"{word} " for word in TEXT.split()]


def snapshots(pieces: list[str]) -> list[str]:
    return list(accumulate(pieces))


def detail(text: str) -> list[dict[str, Any]]:
    return [{"type": "reasoning.text", "id": "r-1", "index": 0, "text": text}]


def stream(deltas: list[dict[str, Any]], *, on_last: bool = False) -> bytes:
    """A stream of these deltas, its finish reason on the last of them or in a chunk of its own."""
    chunks = [chunk(delta, "stop" if on_last and delta is deltas[-1] else None) for delta in deltas]
    return sse(*chunks, *([] if on_last else [chunk({}, "stop")]), done=True)


def content(pieces: list[str]) -> Outcome:
    return decode(stream([{"content": piece} for piece in pieces]))


@pytest.mark.parametrize("on_last", [True, False])
@pytest.mark.parametrize("size", [1, 3, 7])
def test_cumulative_content_is_said_once(size: int, on_last: bool) -> None:
    pieces = [TEXT[at : at + size * 6] for at in range(0, len(TEXT), size * 6)]
    outcome = decode(stream([{"content": whole} for whole in snapshots(pieces)], on_last=on_last))
    assert outcome.reply.text == TEXT
    assert outcome.spoken == [("text", TEXT)]


def test_cumulative_content_that_starts_with_a_letter_is_said_once() -> None:
    assert content(snapshots(list(TEXT))).reply.text == TEXT


FIELDS = ["reasoning_content", "reasoning", "thinking", "reasoning_details"]


@pytest.mark.parametrize("name", FIELDS)
def test_a_cumulative_field_of_thinking_is_said_once_and_goes_back_whole(name: str) -> None:
    held = [detail(whole) if name == "reasoning_details" else whole for whole in snapshots(PIECES)]
    outcome = decode(stream([*({name: value} for value in held), {"content": "Yes."}]))
    assert outcome.spoken == [("thinking", TEXT), ("text", "Yes.")]
    assert outcome.reply.message.echo == {name: held[-1]}


def test_two_cumulative_names_of_the_same_thinking_are_counted_once() -> None:
    both = [{"reasoning_content": whole, "reasoning_details": detail(whole)} for whole in snapshots(PIECES)]
    outcome = decode(stream([*both, *({"content": whole} for whole in snapshots(PIECES))]))
    assert outcome.spoken == [("thinking", TEXT), ("text", TEXT)]
    assert outcome.reply.message.echo == {"reasoning_details": detail(TEXT)}


def test_cumulative_content_with_tags_is_taken_apart() -> None:
    whole = f"<think>\n{TEXT}\n</think>\n\nYes, {TEXT}"
    for pieces in cuts(whole, 3):
        deltas = [{"content": snapshot} for snapshot in snapshots(list(filter(None, pieces)))]
        if len(deltas) < 4 or len(deltas[1]["content"]) > len(whole) // 2:
            continue
        outcome = decode(stream(deltas))
        assert (outcome.reply.thinking, outcome.reply.text) == (TEXT.rstrip(), f"Yes, {TEXT}")
        assert outcome.reply.message.echo == {"content": whole}


def test_a_snapshot_that_comes_again_says_nothing() -> None:
    wholes = snapshots(PIECES)
    assert content([*wholes, wholes[-1], wholes[-2], wholes[-1]]).reply.text == TEXT


def test_cumulative_thinking_that_is_repeated_beside_the_content_is_said_once() -> None:
    thinking = snapshots(PIECES)
    deltas: list[dict[str, Any]] = [{"reasoning_content": whole} for whole in thinking]
    deltas += [{"reasoning_content": thinking[-1], "content": whole} for whole in snapshots(PIECES)]
    assert decode(stream(deltas)).spoken == [("thinking", TEXT), ("text", TEXT)]


def test_a_cumulative_field_that_starts_afresh_goes_on_with_the_new_text() -> None:
    other = "And then, quite unlike before, it goes on to say something else."
    assert content([*snapshots(PIECES), *snapshots(list(other))]).reply.text == TEXT + other


def test_a_field_that_turns_incremental_loses_nothing() -> None:
    assert content([*snapshots(PIECES), "a", "and", " so", " on"]).reply.text == TEXT + "aand so on"


# -- incremental all the same ------------------------------------------------------------------------------------------

ROW = "| a table whose rows | are all alike |\n"
assert len(ROW) > 32

INCREMENTAL = {
    "the beginning of a word": ["a", "and", " so"],
    "growing words": ["a", "an", "and", "!"],
    "growing words to the end": ["a", "an", "and"],
    "growing words, then as long as all": ["H", "He", "Hel", "lo wor", "ld and all that"],
    "repeated words": ["no ", "no ", "no no ", "no no no "],
    "equal rows": [ROW] * 12,
    "equal rows in growing pieces": [ROW, ROW * 2, ROW * 3, "end"],
    "a rule of dashes": ["-" * 40, "-" * 50, "-" * 60, "\n"],
    "blanks": [" " * 40, " " * 50, " " * 60, "x"],
    "an answer that quotes itself": [TEXT, TEXT + "Thus I have spoken.", " Amen."],
    "an answer that quotes itself twice": [TEXT, TEXT, TEXT + "Enough."],
    "an answer that quotes itself at its end": [TEXT, TEXT + "Enough."],
    "two pieces that go on from the first alone": [TEXT, TEXT + "One.", TEXT + "Two."],
    "a piece longer than all before": ["Yes", ", that is so, and for more than one reason", "."],
}


@pytest.mark.parametrize("name", INCREMENTAL)
def test_incremental_text_is_kept_whole(name: str) -> None:
    pieces = INCREMENTAL[name]
    whole = "".join(pieces)
    assert content(pieces).reply.text == whole
    thinking = decode(stream([{"reasoning_content": piece} for piece in pieces]))
    assert thinking.reply.thinking == whole
    assert thinking.reply.message.echo == {"reasoning_content": whole}


def test_what_is_held_back_in_doubt_comes_with_the_next_piece() -> None:
    said = [event.text for event in content(["a", "and", " so", " on"]).events if isinstance(event, TextDelta)]
    assert said == ["a", "and so", " on"]


def test_what_is_held_back_in_doubt_comes_before_what_follows() -> None:
    call = {"tool_calls": [{"index": 0, "id": "c", "function": {"name": "f", "arguments": "{}"}}]}
    deltas = [{"reasoning": "a"}, {"reasoning": "and"}, {"content": "b"}, {"content": "bad"}, call, {"content": "c"}]
    assert decode(stream(deltas)).spoken == [("thinking", "aand"), ("text", "bbad"), ("f", "{}"), ("text", "c")]


def test_what_is_held_back_in_doubt_is_told_when_the_stream_is_cut() -> None:
    deltas = [{"reasoning": "a"}, {"reasoning": "and"}]
    assert decode(sse(*map(chunk, deltas))).reply.thinking == "aand"
    assert decode(sse(chunk({"content": "a"}), chunk({"content": "and"}))).reply.text == "aand"


# -- short ones --------------------------------------------------------------------------------------------------------


def test_three_snapshots_are_enough() -> None:
    assert content([TEXT, TEXT + TEXT[::-1], TEXT + TEXT[::-1] + "."]).reply.text == TEXT + TEXT[::-1] + "."


def test_two_snapshots_are_not_enough_and_no_word_is_lost() -> None:
    assert content([TEXT, TEXT + "So."]).reply.text == TEXT + TEXT + "So."
    assert content(["Yes", "Yes, it is."]).reply.text == "YesYes, it is."


def test_two_snapshots_are_enough_after_cumulative_thinking() -> None:
    thinking = [{"reasoning_content": whole} for whole in snapshots(PIECES)]
    for pieces in ([TEXT, TEXT + "So."], ["Yes", "Yes, it is."], ["Y", "Yes", "Yes."]):
        outcome = decode(stream([*thinking, *({"content": piece} for piece in pieces)]))
        assert outcome.spoken == [("thinking", TEXT), ("text", pieces[-1])]


def test_text_that_repeats_itself_needs_a_longer_chain() -> None:
    rows = snapshots([ROW] * 20)
    assert content(rows).reply.text == ROW * 20


# -- arguments ---------------------------------------------------------------------------------------------------------


def called(pieces: list[str], **more: Any) -> str:
    deltas = [{"tool_calls": [{"index": 0, "function": {"arguments": piece}, **more}]} for piece in pieces]
    deltas[0]["tool_calls"][0] |= {"id": "c", "function": {"name": "f", "arguments": pieces[0]}}
    (call,) = decode(stream(deltas)).reply.tool_calls
    return call.raw


ARGUMENTS = '{"city": "Königsberg", "days": [1, 2, 3], "nested": {"a": {"b": null}}, "unit": "°C"}'


def test_cumulative_arguments_are_read_whole() -> None:
    for pieces in cuts(ARGUMENTS, 8):
        parts = list(filter(None, pieces))
        assert called(snapshots(parts)) == ARGUMENTS
        assert called(parts) == ARGUMENTS


def test_short_cumulative_arguments_are_told_by_being_json() -> None:
    assert called(["{", '{"a"', '{"a": 1}']) == '{"a": 1}'
    assert called(['{"a": 1', '{"a": 1}']) == '{"a": 1}'


def test_arguments_sent_whole_again_and_again_are_read_once() -> None:
    assert called(['{"a": 1}', '{"a": 1}']) == '{"a": 1}'
    assert called(['{"a": 1}', '{"a": 1}', '{"a": 1}'], id="c") == '{"a": 1}'
    assert called([ARGUMENTS] * 5) == ARGUMENTS


def test_incremental_arguments_that_look_cumulative_are_read_as_they_are() -> None:
    assert called(['{"a":', '{"a":1}', "}"]) == '{"a":{"a":1}}'
    assert called(['{"a":', '{"a":1}}']) == '{"a":{"a":1}}'


def test_arguments_that_are_never_whole_are_kept_as_they_came() -> None:
    assert called(["{", '{"a"']) == '{{"a"'


# -- the other protocol ------------------------------------------------------------------------------------------------


def test_cumulative_blocks_of_the_anthropic_face_are_said_once() -> None:
    events = [
        *(block_delta(0, "thinking_delta", thinking=whole) for whole in snapshots(PIECES)),
        block_delta(0, "signature_delta", signature="s"),
        block_stop(0),
        *(block_delta(1, "text_delta", text=whole) for whole in snapshots(PIECES)),
        block_stop(1),
        block_start(2, type="tool_use", id="c", name="f", input={}),
        *(block_delta(2, "input_json_delta", partial_json=whole) for whole in snapshots(list(ARGUMENTS))),
    ]
    outcome = decode(messages_stream(*events), "anthropic")
    assert outcome.spoken == [("thinking", TEXT), ("text", TEXT), ("f", ARGUMENTS)]


@pytest.mark.parametrize("name", INCREMENTAL)
def test_incremental_blocks_of_the_anthropic_face_are_kept_whole(name: str) -> None:
    pieces = INCREMENTAL[name]
    for kind, member in (("text_delta", "text"), ("thinking_delta", "thinking")):
        outcome = decode(messages_stream(*(block_delta(0, kind, **{member: piece}) for piece in pieces)), "anthropic")
        assert outcome.spoken == [(member, "".join(pieces))]


# -- what it costs -----------------------------------------------------------------------------------------------------


class Counted(str):
    """A text that counts the characters it is compared with."""

    looked = 0

    def startswith(self, prefix: Any, *rest: Any) -> bool:
        Counted.looked += len(prefix)
        return super().startswith(prefix, *rest)


@pytest.mark.parametrize("cumulative", [True, False])
def test_comparing_costs_no_more_than_the_bytes_received(cumulative: bool) -> None:
    pieces = [f"word {number} " for number in range(400)]
    sent = [Counted(piece) for piece in (snapshots(pieces) if cumulative else pieces)]
    Counted.looked, field = 0, Growing(Habit())
    assert "".join([*map(field.take, sent), field.settle()]) == "".join(pieces)
    assert Counted.looked <= (2 * sum(map(len, sent)) if cumulative else 100)


def test_a_cumulative_stream_has_one_delta_a_chunk_once_it_is_known() -> None:
    outcome = drive([stream([{"content": whole} for whole in snapshots(PIECES)])])
    deltas = [event for event in outcome.events if isinstance(event, TextDelta | ThinkingDelta | ArgumentsDelta)]
    assert "".join(event.text for event in deltas) == TEXT
    assert len(deltas) >= len(PIECES) - 10
