"""Thinking on the OpenAI face: every field it has been seen in, and what goes back."""

from __future__ import annotations

from typing import Any

import pytest

from minimax_nb.messages.events import PartEnded, PartStarted, Reclassified, TextDelta, ThinkingDelta
from tests.wire.helpers import Outcome, chunk, completion, contents, cuts, decode, merged, sse


def detail(text: str | None, **more: Any) -> dict[str, Any]:
    return {"type": "reasoning.text", "id": "r-1", "index": 0, **({} if text is None else {"text": text}), **more}


def stream(*deltas: dict[str, Any], finish: str = "stop") -> bytes:
    return sse(*map(chunk, deltas), chunk({}, finish), done=True)


def told(outcome: Outcome) -> tuple[str, str, Any]:
    reply = outcome.reply
    return reply.thinking, reply.text, reply.message.echo


FIELDS = {
    "reasoning_content": ([{"reasoning_content": "A "}, {"reasoning_content": "b."}], {"reasoning_content": "A b."}),
    "reasoning": ([{"reasoning": "A "}, {"reasoning": "b."}], {"reasoning": "A b."}),
    "thinking": ([{"thinking": "A "}, {"thinking": "b."}], {"thinking": "A b."}),
    "details": (
        [{"reasoning_details": [detail("A ")]}, {"reasoning_details": [detail("b.")]}],
        {"reasoning_details": [detail("A b.")]},
    ),
    "details without types": (
        [{"reasoning_details": [{"text": "A "}]}, {"reasoning_details": [{"text": "b."}]}],
        {"reasoning_details": [{"text": "A b."}]},
    ),
    "details and reasoning_content, as MiniMax": (
        [
            {"reasoning_content": "A ", "reasoning_details": [detail("A ")]},
            {"reasoning_content": "b.", "reasoning_details": [detail("b.")]},
        ],
        {"reasoning_details": [detail("A b.")]},
    ),
    "details and reasoning, as OpenRouter": (
        [
            {"reasoning": "A ", "reasoning_details": [detail("A ", format="unknown")]},
            {"reasoning": "b.", "reasoning_details": [detail("b.", format=None)]},
        ],
        {"reasoning_details": [detail("A b.", format="unknown")]},
    ),
    "two names in separate chunks": (
        [{"reasoning_content": "A "}, {"reasoning": "A "}, {"reasoning_content": "b."}, {"reasoning": "b."}],
        {"reasoning_content": "A b."},
    ),
    "one name after the other": (
        [{"reasoning": "A b."}, {"reasoning_content": "A b."}],
        {"reasoning_content": "A b."},
    ),
    "empty fields beside": (
        [{"reasoning_content": "", "reasoning": "A "}, {"reasoning_details": [], "reasoning": "b."}],
        {"reasoning": "A b."},
    ),
    "encrypted details beside": (
        [
            {"reasoning": "A ", "reasoning_details": [{"type": "reasoning.encrypted", "data": "x", "index": 0}]},
            {"reasoning": "b.", "reasoning_details": [{"type": "reasoning.encrypted", "data": "y", "index": 0}]},
        ],
        {"reasoning_details": [{"type": "reasoning.encrypted", "data": "xy", "index": 0}]},
    ),
}


@pytest.mark.parametrize("name", FIELDS)
def test_thinking_is_read_from_the_first_field_that_has_it_and_counted_once(name: str) -> None:
    deltas, echo = FIELDS[name]
    outcome = decode(stream(*deltas, {"content": "Yes."}))
    assert told(outcome) == ("A b.", "Yes.", echo)
    assert outcome.spoken == [("thinking", "A b."), ("text", "Yes.")]


@pytest.mark.parametrize("name", ["reasoning_content", "reasoning", "thinking"])
def test_thinking_of_a_whole_body_is_read_from_the_same_fields(name: str) -> None:
    assert told(decode(completion({name: "A b.", "content": "Yes."}))) == ("A b.", "Yes.", {name: "A b."})


def test_details_of_a_whole_body_go_back_as_they_came() -> None:
    details = [
        detail("A "),
        detail("b.", index=1, signature="s"),
        {"type": "reasoning.encrypted", "data": "x", "id": "e"},
    ]
    message = {"reasoning": "A b.", "reasoning_details": details, "content": "Yes."}
    assert told(decode(completion(message))) == ("A b.", "Yes.", {"reasoning_details": details})


def test_details_are_merged_by_index_type_and_id() -> None:
    first = [detail("a", index=0), detail("b", index=1), detail("c", index=None, id="x")]
    second = [
        detail("A", index=0),
        detail("B", index=1),
        detail("C", index=None, id="x"),
        detail("D", index=None, id="y"),
    ]
    outcome = decode(stream({"reasoning_details": first}, {"reasoning_details": second}, {"content": "Yes."}))
    assert outcome.reply.message.echo == {
        "reasoning_details": [
            detail("aA", index=0),
            detail("bB", index=1),
            detail("cC", index=None, id="x"),
            detail("D", index=None, id="y"),
        ]
    }


def test_the_field_a_server_wants_back_is_the_one_kept() -> None:
    both = stream({"reasoning_content": "A.", "reasoning_details": [detail("A.")]}, {"content": "Yes."})
    assert told(decode(both, echo_field="reasoning_content"))[2] == {"reasoning_content": "A."}
    assert told(decode(both, echo_field="reasoning"))[2] == {"reasoning_details": [detail("A.")]}
    assert told(decode(both, echo_field=None))[2] == {"reasoning_details": [detail("A.")]}


def test_a_reply_without_thinking_has_nothing_to_echo() -> None:
    assert told(decode(contents("Yes.")))[2] is None


def test_content_with_tags_goes_back_as_it_came() -> None:
    text = "<think>\nHm.\n</think>\n\nYes. "
    for pieces in ([text], *cuts(text)):
        assert told(decode(contents(*pieces))) == ("Hm.", "Yes. ", {"content": text})


def test_tags_beside_an_empty_thinking_field_are_read() -> None:
    deltas = [{"reasoning_content": "", "content": piece} for piece in ("<think>Hm.", "</think>", "Yes.")]
    assert told(decode(stream(*deltas)))[:2] == ("Hm.", "Yes.")


INLINE = [{"content": piece} for piece in ("<think>\nOne", " two", " three.", "\n</think>\n\nYes.", " So.")]
FIELD = [{"reasoning_content": piece} for piece in ("One", " two", " three.")]
TWICE = {
    "in one chunk": [{**field, **inline} for field, inline in zip([*FIELD, {}, {}], INLINE, strict=True)],
    "field first by a chunk": [FIELD[0], INLINE[0], FIELD[1], INLINE[1], FIELD[2], *INLINE[2:]],
    "field later by a chunk": [INLINE[0], FIELD[0], INLINE[1], FIELD[1], INLINE[2], INLINE[3], FIELD[2], INLINE[4]],
    "field first": [*FIELD, *INLINE],
    "field last": [*INLINE, *FIELD],
}


@pytest.mark.parametrize("order", TWICE)
def test_inline_thinking_that_repeats_the_field_is_counted_once(order: str) -> None:
    # MiniMax-M3 without reasoning_split has sent the same thinking in both places
    deltas = TWICE[order]
    outcome = decode(stream(*deltas))
    thinking, text, echo = told(outcome)
    assert (thinking, text) == ("One two three.", "Yes. So.")
    assert [kind for kind, _ in outcome.spoken] == ["thinking", "text"]
    assert echo == {"reasoning_content": "One two three."}


def test_inline_thinking_that_says_something_else_is_kept_and_both_go_back() -> None:
    outcome = decode(stream({"reasoning": "First."}, {"content": "<think>Fifth.</think>Yes."}))
    assert outcome.spoken == [("thinking", "First."), ("thinking", "Fifth."), ("text", "Yes.")]
    assert outcome.reply.message.echo == {"reasoning": "First.", "content": "<think>Fifth.</think>Yes."}


def test_a_closing_tag_at_the_end_of_the_field_is_hidden_but_goes_back() -> None:
    whole = "Hm, so.\n</think>\n"
    for pieces in ([whole], *cuts(whole)):
        deltas = [{"reasoning_content": piece} for piece in pieces if piece]
        outcome = decode(stream(*deltas, {"content": "Yes."}))
        assert told(outcome) == ("Hm, so.", "Yes.", {"reasoning_content": whole})


def test_line_ends_before_the_answer_are_hidden_but_go_back() -> None:
    outcome = decode(stream({"reasoning_content": "Hm."}, {"content": "\n\nYes."}))
    assert told(outcome) == ("Hm.", "Yes.", {"reasoning_content": "Hm.", "content": "\n\nYes."})


def test_a_closing_tag_amid_the_field_is_thinking() -> None:
    outcome = decode(stream({"reasoning": "It ends with </think>"}, {"reasoning": " I think."}, {"content": "Yes."}))
    assert told(outcome)[0] == "It ends with </think> I think."


def test_a_closer_left_in_the_content_after_a_field_is_dropped() -> None:
    assert told(decode(stream({"reasoning": "Hm."}, {"content": "\n</think>\n\nYes."})))[:2] == ("Hm.", "Yes.")


def test_text_that_turns_out_to_be_thinking_is_told() -> None:
    outcome = decode(contents("Hm, ", "so.", "\n</think>", "\n\nYes."))
    assert merged(outcome.events)[1:7] == [
        PartStarted(0, "text"),
        TextDelta(0, "Hm, so."),
        Reclassified(0, "thinking"),
        PartEnded(0),
        PartStarted(1, "text"),
        TextDelta(1, "Yes."),
    ]
    assert told(outcome) == ("Hm, so.", "Yes.", {"content": "Hm, so.\n</think>\n\nYes."})


def test_thinking_that_no_tag_confirms_turns_out_to_be_text() -> None:
    outcome = decode(contents("No thinking", " here."), starts_in_thinking=True)
    assert merged(outcome.events)[1:5] == [
        PartStarted(0, "thinking"),
        ThinkingDelta(0, "No thinking here."),
        Reclassified(0, "text"),
        PartEnded(0),
    ]
    assert told(outcome) == ("", "No thinking here.", None)


def test_a_server_that_starts_in_thinking_needs_no_opening_tag() -> None:
    outcome = decode(contents("Hm, ", "so.", "\n</think>", "\n\nYes."), starts_in_thinking=True)
    assert outcome.spoken == [("thinking", "Hm, so."), ("text", "Yes.")]
    assert not [event for event in outcome.events if isinstance(event, Reclassified)]
    outcome = decode(stream({"reasoning": "Hm."}, {"content": "Yes."}), starts_in_thinking=True)
    assert outcome.spoken == [("thinking", "Hm."), ("text", "Yes.")]


def test_thinking_cut_short_by_the_token_limit_stays_thinking() -> None:
    outcome = decode(contents("<think>\nHm, so", finish="length"))
    assert told(outcome)[:2] == ("Hm, so", "")
    assert outcome.reply.stop_reason == "max_tokens"


def test_thinking_between_texts_keeps_its_place() -> None:
    deltas = [{"reasoning": "a"}, {"content": "b "}, {"reasoning": "c"}, {"content": "\n\nd"}]
    assert decode(stream(*deltas)).spoken == [("thinking", "a"), ("text", "b "), ("thinking", "c"), ("text", "d")]


def test_tags_in_code_of_the_answer_are_text() -> None:
    text = "Write:\n```xml\n<think>\nHm.\n</think>\n```\nand `</think>`."
    for pieces in ([text], *cuts(text, 2)):
        assert told(decode(contents(*pieces))) == ("", text, None)
