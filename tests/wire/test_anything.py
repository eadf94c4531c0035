"""Whatever comes in: events or the one error, and histories that the service takes."""

from __future__ import annotations

import contextlib
import json
from itertools import accumulate
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from minimax_nb.errors import RequestError, ServiceError, WireError
from minimax_nb.messages.parts import Message, Opaque, Origin, Text, Thinking, ToolCall, ToolResult
from minimax_nb.messages.request import Request
from minimax_nb.wire import FACES, service_error
from minimax_nb.wire.cumulative import Growing, Habit
from minimax_nb.wire.thinking import Scanner
from tests.wire.helpers import FLASH, M3, UNKNOWN, Outcome, check_order, drive, endpoint, merged

quick = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))

faces = st.sampled_from(["openai", "anthropic"])

# -- bytes -------------------------------------------------------------------------------------------------------------

noise = st.binary(max_size=60) | st.lists(
    st.sampled_from(
        [
            b"data: ",
            b"event: error",
            b"\n",
            b"\r",
            b"\n\n",
            b"{",
            b"}",
            b'{"choices":',
            b"[DONE]",
            b"<p>",
            b":",
            b"\xff",
        ]
    ),
    max_size=12,
).map(b"".join)

words = st.sampled_from(
    [
        *("", "a", " ", "\n", "<think>", "</think>", "<mm:think>", "</thi", "`", "```\n", "\ud800", "ü"),
        *("<minimax:tool_call>", "</minimax:tool_call>", "]<]minimax[>[", "<tool_call>", '<invoke name="f">'),
    ]
)
strings = st.lists(words, max_size=4).map("".join)
scalars = st.none() | st.booleans() | st.integers() | st.floats() | strings
values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(strings, inner, max_size=2), max_leaves=4
)


def records(**members: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Objects with some of these members, each of the right shape or of any."""
    return values | st.fixed_dictionaries({}, optional={name: shape | values for name, shape in members.items()})


arguments = strings | st.sampled_from(["{", '{"a"', '{"a": 1}', "{}"])
functions = records(name=strings | st.sampled_from(["f", "g"]), arguments=arguments)
calls = st.lists(records(index=st.integers(-1, 2), id=strings, function=functions), max_size=3)
details = st.lists(
    records(type=st.sampled_from(["reasoning.text", "x"]), text=strings, data=strings, index=st.integers(0, 2)),
    max_size=2,
)
deltas = records(
    content=strings,
    reasoning_content=strings,
    reasoning=strings,
    thinking=strings,
    reasoning_details=details,
    tool_calls=calls,
    function_call=functions,
    refusal=strings,
)
finishes = st.sampled_from([None, "", "stop", "length", "error"])
choices = st.lists(
    records(index=st.just(0), delta=deltas, message=deltas, finish_reason=finishes, error=values),
    min_size=1,
    max_size=2,
)
usages = records(prompt_tokens=st.integers(), completion_tokens=st.integers(), prompt_tokens_details=values)
chunks = records(id=strings, model=strings, choices=choices, usage=usages)

types = [
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
    "message",
]
blocks = records(
    type=st.sampled_from(["text", "thinking", "tool_use", "x"]),
    id=st.sampled_from(["", "c1"]),
    text=strings,
    thinking=strings,
    signature=strings,
    input=values,
    citations=values,
)
kinds = st.sampled_from(["text_delta", "thinking_delta", "signature_delta", "input_json_delta", "citations_delta", "x"])
block_deltas = records(
    type=kinds,
    text=strings,
    thinking=strings,
    signature=strings,
    partial_json=arguments,
    citation=values,
    stop_reason=strings,
)
indexes = st.integers(-1, 2)
block_events = records(
    type=st.sampled_from(types),
    index=indexes,
    content_block=blocks,
    delta=block_deltas,
    usage=values,
    message=values,
    content=st.lists(blocks),
)
troubles = records(
    error=values,
    base_resp=records(status_code=st.integers(), status_msg=strings),
    status=strings,
    message=values,
    errors=values,
    id=values,
)
answers = {"openai": chunks, "anthropic": block_events}


def settled(outcome: Outcome) -> None:
    """What must hold of the outcome of anything."""
    check_order(outcome.events)
    reply = outcome.reply
    json.dumps([reply.text, reply.thinking, [call.raw for call in reply.tool_calls]], ensure_ascii=False).encode()
    json.dumps(reply.message.echo, ensure_ascii=False, allow_nan=False).encode()


@quick
@given(noise, faces, st.booleans())
def test_any_bytes_give_events_or_a_wire_error(data: bytes, face: Any, begun: bool) -> None:
    head = b'data: {"choices":[{"delta":{"content":"a"}}]}\n\n' if begun else b""
    whole = drive([head + data], face)
    pieces = drive([bytes([byte]) for byte in head + data], face)
    settled(whole)
    assert merged(pieces.events)[:-1] == merged(whole.events)[:-1]
    assert str(pieces.broken) == str(whole.broken)


@quick
@given(st.data(), faces, st.booleans())
def test_any_json_gives_events_or_a_wire_error(data: st.DataObject, face: Any, streamed: bool) -> None:
    drawn = data.draw(st.lists(answers[face] | troubles, max_size=6) if streamed else answers[face] | troubles)
    if streamed:
        raw = b"".join(b"data: " + json.dumps(value).encode() + b"\n\n" for value in drawn)
    else:
        raw = json.dumps(drawn).encode()
    settled(drive([raw], face, starts_in_thinking=data.draw(st.booleans())))


@quick
@given(st.data(), faces, st.booleans())
def test_any_json_comes_to_the_same_however_it_is_cut(data: st.DataObject, face: Any, inside: bool) -> None:
    drawn = data.draw(st.lists(answers[face] | troubles, max_size=4))
    raw = b"".join(b"data: " + json.dumps(value).encode() + b"\n\n" for value in drawn)
    whole = drive([raw], face, starts_in_thinking=inside)
    pieces = drive([bytes([byte]) for byte in raw], face, starts_in_thinking=inside)
    assert list(map(repr, merged(pieces.events))) == list(map(repr, merged(whole.events)))
    assert str(pieces.broken) == str(whole.broken)


letters = st.text(st.sampled_from("ab -\n"), min_size=1, max_size=12)


@quick
@given(st.lists(letters, max_size=30), st.booleans())
def test_short_pieces_of_any_kind_are_all_kept(pieces: list[str], known: bool) -> None:
    habit = Habit()
    habit.cumulative = known
    field = Growing(habit)
    shown = "".join([*map(field.take, pieces), field.settle()])
    assert shown == field.text()
    if not known:
        assert shown == "".join(pieces)


@quick
@given(st.lists(letters, min_size=4, max_size=40), st.text(min_size=40, max_size=80), st.booleans())
def test_snapshots_of_any_text_are_said_once(pieces: list[str], first: str, known: bool) -> None:
    habit = Habit()
    habit.cumulative = known
    field = Growing(habit)
    assume(len(pieces) > 8 or first.find(first[: len(first) // 2], 1) < 0)
    snapshots = list(accumulate([first, *pieces]))
    assert "".join([*map(field.take, snapshots), field.settle()]) == snapshots[-1] == field.text()


@quick
@given(
    faces,
    st.integers(300, 599),
    st.dictionaries(st.sampled_from(["retry-after", "date", "Trace-Id"]), strings),
    troubles | noise,
)
def test_any_error_answer_gives_a_service_error(face: Any, status: int, headers: dict[str, str], body: Any) -> None:
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    error = service_error(endpoint(face), status, headers, data)
    assert isinstance(error, ServiceError)
    assert "\n" not in str(error)
    assert error.hint
    str(error).encode()


@quick
@given(noise, faces)
def test_any_count_or_list_is_read_or_refused(data: bytes, face: Any) -> None:
    with contextlib.suppress(WireError, ServiceError):
        assert FACES[face].decode_count(data, endpoint(face)) >= 0
    with contextlib.suppress(WireError, ServiceError):
        assert all(model.id for model in FACES[face].decode_models(data, endpoint(face)))


# -- tags --------------------------------------------------------------------------------------------------------------

texts = st.lists(
    st.sampled_from(
        ["<think>", "</think>", "<mm:think>", "<", "</", "think>", "a", " ", "\n", "`", "``", "```", "~~~", "- ", "x y"]
    ),
    max_size=14,
)


@quick
@given(texts, st.booleans(), st.booleans())
def test_the_same_text_in_other_pieces_is_told_apart_the_same_way(
    pieces: list[str], inside: bool, thought: bool
) -> None:
    def scan(cut: list[str]) -> list[tuple[str, str]]:
        scanner = Scanner(inside=inside, thought=thought)
        found = [verdict for piece in cut for verdict in scanner.feed(piece)] + scanner.end()
        whole: list[tuple[str, str]] = []
        for verdict, text in found:
            if whole and whole[-1][0] == verdict and text:
                whole[-1] = (verdict, whole[-1][1] + text)
            else:
                whole.append((verdict, text))
        return whole

    text = "".join(pieces)
    assert scan([text]) == scan(pieces) == scan(list(text))
    if "<" not in text and not inside:
        assert "".join(piece for _, piece in scan([text])) == text


# -- histories ---------------------------------------------------------------------------------------------------------

ids = st.sampled_from(["", "c1", "c2", "c3"])
parts = st.one_of(
    st.builds(Text, strings),
    st.builds(Thinking, strings, st.none() | strings),
    st.builds(
        lambda call_id, name, raw: ToolCall(call_id, name, {}, raw),
        ids,
        st.sampled_from(["f", ""]),
        strings | st.just('{"a": 1}'),
    ),
    st.builds(ToolResult, ids, strings),
    st.just(Opaque({"type": "x"})),
)
origins = st.none() | st.builds(Origin, st.sampled_from(["minimax", "runapi"]), faces, st.just("m"))
talks = st.lists(
    st.builds(
        lambda role, held, origin, partial: Message(role, tuple(held), origin, None, partial),
        st.sampled_from(["user", "assistant", "tool"]),
        st.lists(parts, max_size=4),
        origins,
        st.booleans(),
    ),
    max_size=8,
)


def sent(face: Any, talk: list[Message], system: str | None, model: Any) -> list[dict[str, Any]] | None:
    try:
        call = FACES[face].encode(Request("m", tuple(talk), system=system), endpoint(face, model=model))
    except RequestError:
        return None
    body = json.loads(call.body)
    if "system" in body:
        assert body["system"].strip()
    return body["messages"]  # type: ignore[no-any-return]


@quick
@given(talks, st.none() | strings, st.sampled_from([M3, FLASH, UNKNOWN]))
def test_any_history_is_sent_by_the_rules_of_the_openai_face(
    talk: list[Message], system: str | None, model: Any
) -> None:
    messages = sent("openai", talk, system, model)
    waiting: list[str] = []
    for place, message in enumerate(messages or ()):
        role = message["role"]
        assert role != "system" or place == 0
        assert message.get("content", "something").strip(), "no content is empty"
        assert "content" in message or message["tool_calls"]
        if role == "tool":
            assert message["tool_call_id"] == waiting.pop(0), "each result follows its call"
            continue
        assert not waiting, "no call is without its result"
        for call in message.get("tool_calls", ()):
            assert call["type"] == "function"
            assert call["function"]["name"]
            assert isinstance(json.loads(call["function"]["arguments"]), dict)
            waiting.append(call["id"])
    assert not waiting


@quick
@given(talks, st.none() | strings, st.sampled_from([M3, FLASH, UNKNOWN]))
def test_any_history_is_sent_by_the_rules_of_the_anthropic_face(
    talk: list[Message], system: str | None, model: Any
) -> None:
    messages = sent("anthropic", talk, system, model)
    waiting: list[str] = []
    for message in messages or ():
        kinds_here = [block["type"] for block in message["content"]]
        assert kinds_here, "no content is empty"
        assert all(block["text"].strip() for block in message["content"] if block["type"] == "text")
        if "tool_result" in kinds_here:
            assert message["role"] == "user"
            assert [block["tool_use_id"] for block in message["content"]] == waiting, "results alone, right after"
            assert all(block["content"].strip() for block in message["content"])
            waiting = []
            continue
        assert not waiting, "no call is without its result"
        waiting = [block["id"] for block in message["content"] if block["type"] == "tool_use"]
        assert all(isinstance(block["input"], dict) for block in message["content"] if block["type"] == "tool_use")
        if message["role"] == "user":
            assert set(kinds_here) == {"text"}
        else:
            assert set(kinds_here) <= {"text", "thinking", "tool_use", "x"}
    assert not waiting
