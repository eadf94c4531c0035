"""Markup of tool calls that leaks into a text: a malformed call, never text and never run."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from minimax_nb.messages.events import ArgumentsDelta, PartEnded, PartStarted, TextDelta
from minimax_nb.messages.parts import Message, Text, ToolCall, ToolResult, user
from minimax_nb.messages.request import Request
from minimax_nb.wire import FACES
from minimax_nb.wire.thinking import Found, Scanner
from tests.wire.helpers import (
    Outcome,
    block_delta,
    chunk,
    completion,
    contents,
    cuts,
    decode,
    drive,
    endpoint,
    merged,
    messages_stream,
    sse,
)

M2 = (
    '<minimax:tool_call>\n<invoke name="get_weather">\n<parameter name="city">Paris</parameter>\n</invoke>\n'
    "</minimax:tool_call>"
)
SIGN = "]<]minimax[>["
M3 = (
    f'{SIGN}<tool_call>\n{SIGN}<invoke name="get_weather">{SIGN}<city>Paris{SIGN}</city>{SIGN}</invoke>\n'
    f"{SIGN}</tool_call>"
)
TEXT, THINK = "text", "thinking"
WEATHER = "get_weather"


def parts(found: Iterable[Found]) -> list[tuple[str, str]]:
    """What a scanner found, part by part: (kind, text), of a call (its name, its markup)."""
    whole: list[tuple[str, str]] = []
    kind = ""
    for verdict, text in found:
        if verdict == "end":
            kind = ""
        elif verdict == "call":
            assert kind == "", "the part before a call has ended"
            whole.append((text, ""))
            kind = "markup"
        elif verdict in ("was thinking", "was text"):
            whole[-1] = (verdict.removeprefix("was "), whole[-1][1])
        elif verdict == kind:
            whole[-1] = (whole[-1][0], whole[-1][1] + text)
        else:
            assert verdict != "markup", "a call says its name first"
            whole.append((verdict, text))
            kind = verdict
    return whole


def scan(text: str, **flags: bool) -> list[tuple[str, str]]:
    """The parts of a text, scanned whole, character by character and in random pieces, all with the same outcome."""
    outcomes = []
    for pieces in ([text], *cuts(text, seeds=12)):
        scanner = Scanner(**flags)
        outcomes.append(parts([*(found for piece in pieces for found in scanner.feed(piece)), *scanner.end()]))
    assert outcomes.count(outcomes[0]) == len(outcomes)
    return outcomes[0]


FOUND: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "M2 alone": (M2, [(WEATHER, M2)]),
    "M3 alone": (M3, [(WEATHER, M3)]),
    "M2 after a text": (f"I look.\n\n{M2}", [(TEXT, "I look."), (WEATHER, M2)]),
    "M3 right after a text": (f"I look.{M3}", [(TEXT, "I look."), (WEATHER, M3)]),
    "text after it": (f"{M2}\n\nDone. ", [(WEATHER, M2), (TEXT, "Done. ")]),
    "text around it": (f"a {M3} b", [(TEXT, "a"), (WEATHER, M3), (TEXT, " b")]),
    "two of them": (f"{M2}\n{M3}", [(WEATHER, M2), (WEATHER, M3)]),
    "two that touch": (M2 + M2, [(WEATHER, M2), (WEATHER, M2)]),
    "after thinking": (f"<think>\nHm.\n</think>\n\n{M2}", [(THINK, "Hm."), (WEATHER, M2)]),
    "out of thinking that was not closed": (f"<think>Hm.\n{M2}", [(THINK, "Hm."), (WEATHER, M2)]),
    "amid thinking": (f"<think>a\n{M3}\nb</think>c", [(THINK, "a"), (WEATHER, M3), (THINK, "b"), (TEXT, "c")]),
    "then thinking": (f"{M2}<think>a</think>b", [(WEATHER, M2), (THINK, "a"), (TEXT, "b")]),
    "without the outer tag": (f'{SIGN}<invoke name="f">1', [("f", f'{SIGN}<invoke name="f">1')]),
    "never closed": (f"So. {M2[:70]}", [(TEXT, "So."), (WEATHER, M2[:70])]),
    "cut amid its closing tag": (M3[:-3], [(WEATHER, M3[:-3])]),
    "cut amid its name": (M2[:38], [("", M2[:38])]),
    "cut after its opening tag": (f"So. {SIGN}<tool_call>", [(TEXT, "So."), ("", f"{SIGN}<tool_call>")]),
    "cut after an opening tag that is a word": ("So. <minimax:tool_call> \n", [(TEXT, "So."), ("", M2[:19] + " \n")]),
    "closed by the other's tag": (f"{M2[:30]}{SIGN}</tool_call>.", [("", f"{M2[:30]}{SIGN}</tool_call>.")]),
    "JSON inside": (
        '<minimax:tool_call>{"name": "f", "parameters": {}}</minimax:tool_call>',
        [("", '<minimax:tool_call>{"name": "f", "parameters": {}}</minimax:tool_call>')],
    ),
    "thinking tags inside": (
        M2.replace("Paris", "<think>`a`</think>"),
        [(WEATHER, M2.replace("Paris", "<think>`a`</think>"))],
    ),
    "code marks inside": (M2.replace("Paris", "```") + " `x`", [(WEATHER, M2.replace("Paris", "```")), (TEXT, " `x`")]),
    "a name without quotes": (M2.replace('"get_weather"', "f"), [("f", M2.replace('"get_weather"', "f"))]),
    "a name that is none": (M2.replace("get_weather", "<b>"), [("", M2.replace("get_weather", "<b>"))]),
    "no name": (M2.replace(' name="get_weather"', ""), [("", M2.replace(' name="get_weather"', ""))]),
    "a name that comes late": (
        M2.replace("\n", " " * 400, 1),
        [("", M2.replace("\n", " " * 400, 1))],
    ),
}


@pytest.mark.parametrize("name", FOUND)
def test_a_call_that_leaked_is_found(name: str) -> None:
    text, expected = FOUND[name]
    assert scan(text) == expected


STAYS = {
    "inline code": f"It writes `{M2.splitlines()[0]}` and `{SIGN}<tool_call>` first.",
    "a fence": f"So:\n\n```xml\n{M2}\n```\n\nThat is all.",
    "a fence of tildes": f"~~~\n{M3}\n~~~\n\nThat is all.",
    "a word of prose": "The <minimax:tool_call> tag begins a call, and <minimax:tool_call>, as said, is a tag.",
    "a closing tag alone": "Done.</minimax:tool_call>",
    "a closing tag of M3 alone": f"Done.\n{SIGN}</tool_call>",
    "the sign alone": f"The sign {SIGN} stands before each tag.",
    "the sign before another tag": f"{SIGN}<b>bold</b>",
    "an invocation alone": '<invoke name="f">',
    "halves of tags": "a ]<]mini and <minimax:tool and ]<]minimax[>[<tool. ]",
    "brackets": "a[i] ] <b> x[y[0]] < 3 ]<]",
    "another model's tag": '<tool_call>{"name": "f"}</tool_call>',
}


@pytest.mark.parametrize("name", STAYS)
def test_what_is_no_call_stays_text(name: str) -> None:
    assert scan(STAYS[name]) == [(TEXT, STAYS[name])]


def test_thinking_that_no_tag_opened_is_confirmed_by_the_call_that_follows() -> None:
    assert scan(f"Hm.\n{M2}", inside=True) == [(THINK, "Hm."), (WEATHER, M2)]


def test_thinking_may_speak_of_the_tag_and_draft_it_in_code() -> None:
    said = f"They ask about <minimax:tool_call> and `{SIGN}<tool_call>`.\n```\n{M2}\n```\nSo be it."
    assert scan(f"<think>{said}</think>Well.") == [(THINK, said), (TEXT, "Well.")]


def test_text_is_held_back_only_while_it_may_be_a_tag_of_a_call() -> None:
    text = "a[0] ]<b> ]<]x <minimax> so ]<]minimax[>[ and [1] "
    scanner = Scanner()
    given = ""
    for at, char in enumerate(text):
        given += "".join(piece for _, piece in scanner.feed(char))
        held = text[len(given) : at + 1].lstrip()
        assert any(tag.startswith(held) for tag in ("<minimax:tool_call>", f"{SIGN}<tool_call>", "<think>"))


def test_markup_is_told_as_it_comes_once_its_name_is_known() -> None:
    scanner = Scanner()
    assert scanner.feed('<minimax:tool_call>\n<invoke name="f"') == []
    assert scanner.feed(">\n<param") == [("call", "f"), ("markup", '<minimax:tool_call>\n<invoke name="f">\n<param')]
    assert scanner.feed("eter>") == [("markup", "eter>")]
    assert scanner.feed("a</minimax:") == [("markup", "a")]
    assert scanner.feed("tool_call>b") == [("markup", "</minimax:tool_call>"), ("end", ""), (TEXT, "b")]


def test_markup_of_a_stream_that_is_cut_is_given_out() -> None:
    for text in (M2[:30], M2[:-4], "<minimax:tool_call>\n"):
        scanner = Scanner()
        found = [*scanner.feed(text), *scanner.release()]
        assert "".join(said for verdict, said in found if verdict == "markup") == text
        assert scanner.release() == []


def test_markup_without_end_and_blanks_cost_no_more_than_they_are_long() -> None:
    for opening in (f"{SIGN}<tool_call>", '<minimax:tool_call><invoke name="f">', "<minimax:tool_call>"):
        scanner = Scanner()
        scanner.feed(opening)
        found = [verdict for _ in range(100_000) for verdict in scanner.feed("  \n]<]mini")]
        found += scanner.end()
        assert sum(len(text) for verdict, text in found if verdict in ("markup", TEXT)) > 99_000 * 10


# -- as a reply --------------------------------------------------------------------------------------------------------


def openai_stream(*pieces: str) -> Outcome:
    return decode(contents(*pieces))


def openai_whole(*pieces: str) -> Outcome:
    return decode(completion({"content": "".join(pieces)}))


def anthropic_stream(*pieces: str) -> Outcome:
    return decode(messages_stream(*(block_delta(0, "text_delta", text=piece) for piece in pieces)), "anthropic")


def anthropic_whole(*pieces: str) -> Outcome:
    body = {"type": "message", "content": [{"type": "text", "text": "".join(pieces)}], "stop_reason": "end_turn"}
    return decode(json.dumps(body).encode(), "anthropic")


WAYS = {way.__name__: way for way in (openai_stream, openai_whole, anthropic_stream, anthropic_whole)}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("markup", [M2, M3])
def test_a_reply_has_a_malformed_call_and_no_markup_in_its_text(markup: str, way: str) -> None:
    said = f"I look.\n\n{markup}\n"
    for pieces in ([said], said.splitlines(keepends=True), [*said]):
        reply = WAYS[way](*pieces).reply
        (call,) = reply.tool_calls
        assert (call.name, call.malformed, dict(call.arguments)) == (WEATHER, True, {})
        assert call.raw == markup
        assert call.id
        assert reply.text == "I look."
        assert (reply.stop_reason, reply.partial, reply.notes) == ("end_turn", False, ())


def test_the_events_of_a_call_that_leaked() -> None:
    assert merged(openai_stream("I look.\n", M2).events)[1:-1] == [
        PartStarted(0, "text"),
        TextDelta(0, "I look."),
        PartEnded(0),
        PartStarted(1, "tool_call", "call_1", WEATHER),
        ArgumentsDelta(1, M2),
        PartEnded(1),
    ]


@pytest.mark.parametrize(
    "inside", ["{}", '{"name": "f", "arguments": {"a": 1}}', "[]", "\n", '</minimax:tool_call>{"a": 1}']
)
@pytest.mark.parametrize("opener", ["<minimax:tool_call>", f"{SIGN}<tool_call>", f"{SIGN}<invoke"])
def test_nothing_inside_can_make_it_a_call_that_runs(opener: str, inside: str) -> None:
    for outcome in (openai_stream(f"{opener}{inside}"), anthropic_stream(f"{opener}{inside}")):
        assert outcome.reply.tool_calls
        assert all(call.malformed for call in outcome.reply.tool_calls)


def test_a_call_the_service_did_read_stands_beside_one_that_leaked() -> None:
    made = {"index": 0, "id": "c1", "function": {"name": "f", "arguments": "{}"}}
    reply = decode(sse(chunk({"content": M2}), chunk({"tool_calls": [made]}), chunk({}, "tool_calls"))).reply
    assert [(call.name, call.malformed) for call in reply.tool_calls] == [(WEATHER, True), ("f", False)]
    assert reply.stop_reason == "tool_use"


def test_a_service_that_says_there_are_calls_where_one_leaked_has_none_to_run() -> None:
    assert decode(contents(M2, finish="tool_calls")).reply.stop_reason == "end_turn"


def test_ids_of_calls_that_leaked_are_their_own() -> None:
    made = {"index": 0, "id": "call_0", "function": {"name": "f", "arguments": "{}"}}
    reply = decode(sse(chunk({"tool_calls": [made]}), chunk({"content": M2 + M2}), chunk({}, "stop"))).reply
    assert len({call.id for call in reply.tool_calls}) == 3


def test_markup_in_fields_and_blocks_of_thinking_stays_there() -> None:
    field = decode(sse(chunk({"reasoning_content": M2}), chunk({"content": "Yes."}, "stop")))
    assert field.spoken == [("thinking", M2), ("text", "Yes.")]
    block = decode(messages_stream(block_delta(0, "thinking_delta", thinking=M3)), "anthropic")
    assert block.spoken == [("thinking", M3)]


def test_a_stream_that_breaks_amid_markup_keeps_it_out_of_the_text() -> None:
    reply = drive([sse(chunk({"content": f"So.\n{M2[:60]}"}))]).reply
    assert (reply.text, [call.raw for call in reply.tool_calls]) == ("So.", [M2[:60]])


def test_thinking_that_comes_amid_markup_ends_the_call() -> None:
    outcome = decode(sse(chunk({"content": M2[:60]}), chunk({"reasoning": "Hm."}), chunk({"content": "Yes."}, "stop")))
    assert outcome.spoken == [(WEATHER, M2[:60]), ("thinking", "Hm."), ("text", "Yes.")]


# -- the way back ------------------------------------------------------------------------------------------------------


def next_body(outcome: Outcome, face: Any, *after: Any) -> list[dict[str, Any]]:
    """The messages of the next request, the reply and ``after`` in it."""
    message = replace(outcome.reply.message, origin=replace(outcome.reply.message.origin, face=face))  # type: ignore[type-var]
    call = FACES[face].encode(Request("MiniMax-M3", (user("a"), message, *after, user("b"))), endpoint(face))
    messages: list[dict[str, Any]] = json.loads(call.body)["messages"]
    return messages


@pytest.mark.parametrize("markup", [M2, M3])
def test_what_the_model_wrote_goes_back_byte_for_byte(markup: str) -> None:
    said = f"I look.\n\n{markup}\n\nWell."
    assert next_body(openai_stream(said), "openai")[1] == {"role": "assistant", "content": said}
    assert next_body(anthropic_stream(said), "anthropic")[1] == {
        "role": "assistant",
        "content": [{"type": "text", "text": said}],
    }


def test_it_goes_back_beside_thinking_in_a_field() -> None:
    said = f"I look.\n{M2}"
    outcome = decode(sse(chunk({"reasoning_content": "Hm."}), chunk({"content": said}, "stop")))
    assert next_body(outcome, "openai")[1] == {"role": "assistant", "content": said, "reasoning_content": "Hm."}


def test_another_provider_is_told_the_text_alone() -> None:
    message = openai_stream(f"I look.\n{M2}").reply.message
    call = FACES["anthropic"].encode(Request("MiniMax-M3", (user("a"), message, user("b"))), endpoint("anthropic"))
    assert json.loads(call.body)["messages"][1]["content"] == [{"type": "text", "text": "I look."}]


@pytest.mark.parametrize("way", ["openai_stream", "anthropic_stream"])
def test_a_reply_of_markup_alone_leaves_a_history_that_can_be_sent(way: str) -> None:
    face = way.partition("_")[0]
    messages = next_body(WAYS[way](M2), face)
    assert {message["role"] for message in messages} <= {"user", "assistant"}
    assert M2 not in json.dumps(messages[0])


@pytest.mark.parametrize("way", ["openai_stream", "anthropic_stream"])
def test_a_call_that_leaked_and_was_answered_goes_back_as_valid_json(way: str) -> None:
    outcome = WAYS[way](f"I look.\n{M2}")
    (call,) = outcome.reply.tool_calls
    assert isinstance(call, ToolCall)
    result = Message("tool", (ToolResult(call.id, "The call was malformed.", is_error=True),))
    face = way.partition("_")[0]
    assistant = next_body(outcome, face, result)[1]
    if face == "openai":
        (sent,) = assistant["tool_calls"]
        assert json.loads(sent["function"]["arguments"]) == {"raw": M2}
    else:
        assert assistant["content"][-1]["input"] == {"raw": M2}
    assert isinstance(outcome.reply.parts[0], Text)
