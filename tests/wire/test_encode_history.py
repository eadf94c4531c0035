"""How a conversation goes back: its calls, its thinking and its echoes, as each protocol writes them."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import Any

import pytest

from minimax_nb.catalog.rows import FaceName
from minimax_nb.errors import RequestError
from minimax_nb.messages.parts import Message, Opaque, Origin, Text, Thinking, ToolCall, ToolResult, user
from minimax_nb.messages.request import Request
from minimax_nb.wire import FACES
from tests.wire.helpers import decode, endpoint

BOTH = pytest.mark.parametrize("face", ["openai", "anthropic"])


def body_of(face: FaceName, talk: tuple[Message, ...], **how: Any) -> bytes:
    return FACES[face].encode(Request("m", talk), endpoint(face, **how)).body


def messages(face: FaceName, *talk: Message, **how: Any) -> list[dict[str, Any]]:
    return json.loads(body_of(face, talk, **how))["messages"]  # type: ignore[no-any-return]


CALL = ToolCall("c1", "f", {"a": 1}, '{"a":1}')
OTHER = ToolCall("c2", "g", {}, "")
RESULTS = Message("tool", (ToolResult("c1", "42"), ToolResult("c2", "", is_error=True)))


def said(face: str, *parts: Any, echo: Any = None, provider: str = "minimax") -> Message:
    whole = tuple(Text(part) if isinstance(part, str) else part for part in parts)
    return Message("assistant", whole, Origin(provider, face, "MiniMax-M3"), echo)


def test_tool_calls_and_results_on_the_openai_face() -> None:
    assert messages("openai", user("Hi"), said("openai", CALL, OTHER), RESULTS, user("So?"))[1:] == [
        {
            "role": "assistant",
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}},
                {"id": "c2", "type": "function", "function": {"name": "g", "arguments": "{}"}},
            ],
        },
        {"role": "tool", "tool_call_id": "c1", "content": "42"},
        {"role": "tool", "tool_call_id": "c2", "content": "(no output)"},
        {"role": "user", "content": "So?"},
    ]


def test_tool_calls_and_results_on_the_anthropic_face() -> None:
    assert messages("anthropic", user("Hi"), said("anthropic", "I look.", CALL, OTHER), RESULTS, user("So?"))[1:] == [
        {
            "role": "assistant",
            "content": [
                {"type": "text", "text": "I look."},
                {"type": "tool_use", "id": "c1", "name": "f", "input": {"a": 1}},
                {"type": "tool_use", "id": "c2", "name": "g", "input": {}},
            ],
        },
        {
            "role": "user",
            "content": [
                {"type": "tool_result", "tool_use_id": "c1", "content": "42"},
                {"type": "tool_result", "tool_use_id": "c2", "content": "(no output)", "is_error": True},
            ],
        },
        {"role": "user", "content": [{"type": "text", "text": "So?"}]},
    ]


@pytest.mark.parametrize("raw", ['{"a": ', "[1]", "nonsense", '{"a": NaN}', '{"a": 1e999}'])
def test_arguments_that_are_no_json_object_go_back_as_one(raw: str) -> None:
    broken = ToolCall("c1", "f", {}, raw, malformed=True)
    (_, openai, _) = messages("openai", user("Hi"), said("openai", broken), RESULTS)
    assert json.loads(openai["tool_calls"][0]["function"]["arguments"]) == {"raw": raw}
    (_, anthropic, _) = messages("anthropic", user("Hi"), said("anthropic", broken), RESULTS)
    assert anthropic["content"][0]["input"] == {"raw": raw}


@BOTH
def test_arguments_may_be_any_mapping_of_json_values(face: FaceName) -> None:
    nested = ToolCall("c1", "f", MappingProxyType({"a": MappingProxyType({"b": 1})}))
    assert b'"b":1' in body_of(face, (user("Hi"), said(face, nested), RESULTS)).replace(b"\\", b"").replace(b" ", b"")
    strange = ToolCall("c1", "f", {"a": object()})
    with pytest.raises(RequestError, match="cannot be written as JSON"):
        body_of(face, (user("Hi"), said(face, strange), RESULTS))


def test_arguments_made_by_hand_need_no_text() -> None:
    made = ToolCall("c1", "f", {"a": "ü"})
    (_, openai, _) = messages("openai", user("Hi"), said("openai", made), RESULTS)
    assert openai["tool_calls"][0]["function"]["arguments"] == '{"a":"ü"}'


def test_thinking_goes_back_in_blocks_on_the_anthropic_face() -> None:
    raw = {"type": "redacted_thinking", "data": "x"}
    own = said("anthropic", Thinking("Hm.", "s"), Opaque(raw), Thinking("So."), "\n", "Yes.")
    assert messages("anthropic", user("Hi"), own)[1]["content"] == [
        {"type": "thinking", "thinking": "Hm.", "signature": "s"},
        raw,
        {"type": "thinking", "thinking": "So."},
        {"type": "text", "text": "Yes."},
    ]
    for foreign in (said("openai", *own.parts), said("anthropic", *own.parts, provider="runapi")):
        assert messages("anthropic", user("Hi"), foreign)[1]["content"] == [{"type": "text", "text": "Yes."}]


def test_blocks_with_tags_go_back_as_sent_less_calls_without_results() -> None:
    sent = [
        {"type": "text", "text": "<think>Hm.</think>Yes."},
        {"type": "text", "text": "\n"},
        {"type": "tool_use", "id": "c1", "name": "f", "input": {"a": 1}},
        {"type": "tool_use", "id": "c9", "name": "f", "input": {}},
    ]
    own = said("anthropic", Thinking("Hm."), "Yes.", CALL, ToolCall("c9", "f"), echo={"content": sent})
    assert messages("anthropic", user("Hi"), own, RESULTS)[1]["content"] == [sent[0], sent[2]]


DETAILS = [{"type": "reasoning.text", "index": 0, "text": "Hm."}]


@pytest.mark.parametrize(
    ("echo", "wanted", "expected"),
    [
        (None, None, {"content": "Yes."}),
        ({"content": "<think>Hm.</think>Yes."}, None, {"content": "<think>Hm.</think>Yes."}),
        ({"reasoning_details": DETAILS}, "reasoning_details", {"content": "Yes.", "reasoning_details": DETAILS}),
        ({"reasoning_content": "Hm."}, "reasoning_content", {"content": "Yes.", "reasoning_content": "Hm."}),
        ({"reasoning": "Hm."}, None, {"content": "Yes.", "reasoning": "Hm."}),
        ({"reasoning": "Hm."}, "reasoning_details", {"content": "Yes.", "reasoning": "Hm."}),
        (
            {"reasoning_content": "Hm.", "reasoning_details": DETAILS},
            "reasoning_content",
            {"content": "Yes.", "reasoning_content": "Hm."},
        ),
        (
            {"reasoning_content": "Hm.", "reasoning_details": DETAILS},
            "reasoning",
            {"content": "Yes.", "reasoning_details": DETAILS},
        ),
        ({"something": 1}, None, {"content": "Yes."}),
    ],
)
def test_thinking_goes_back_by_its_echo_on_the_openai_face(echo: Any, wanted: Any, expected: dict[str, Any]) -> None:
    own = said("openai", Thinking("Hm."), "Yes.", echo=echo)
    assert messages("openai", user("Hi"), own, echo_field=wanted)[1] == {"role": "assistant", **expected}
    foreign = said("openai", Thinking("Hm."), "Yes.", echo=echo, provider="runapi")
    assert messages("openai", user("Hi"), foreign, echo_field=wanted)[1] == {"role": "assistant", "content": "Yes."}


def test_thinking_before_a_call_goes_back_beside_it() -> None:
    own = said("openai", Thinking("Hm."), CALL, echo={"reasoning_details": DETAILS})
    sent = messages("openai", user("Hi"), own, RESULTS)[1]
    assert (sent["reasoning_details"], sent.get("content"), len(sent["tool_calls"])) == (DETAILS, None, 1)


def test_texts_of_one_reply_stay_apart() -> None:
    assert messages("openai", user("Hi"), said("openai", "One.", "Two.\n", "Three."))[1]["content"] == (
        "One.\n\nTwo.\nThree."
    )


def test_neighbouring_replies_are_merged() -> None:
    sent = messages("anthropic", user("Hi"), said("anthropic", "One."), said("anthropic", "Two."))
    assert [(message["role"], len(message["content"])) for message in sent] == [("user", 1), ("assistant", 2)]
    echoes: Any = ({"reasoning_details": DETAILS}, {"reasoning_details": DETAILS}, {"reasoning": "Hm."})
    replies = [said("openai", text, echo=echo) for text, echo in zip(("One.", "Two.", "Three."), echoes, strict=True)]
    calling = said("openai", CALL)
    (_, one, *tools) = messages("openai", user("Hi"), *replies, calling, RESULTS)
    assert one["content"] == "One.\n\nTwo.\n\nThree."
    assert (one["reasoning_details"], one["reasoning"]) == (DETAILS + DETAILS, "Hm.")
    assert [call["id"] for call in one["tool_calls"]] == [tool["tool_call_id"] for tool in tools] == ["c1"]


def test_an_echo_of_another_shape_is_not_sent() -> None:
    for echo in (
        {"content": "\n"},
        {"content": ["x"]},
        {"reasoning_details": "Hm."},
        {"reasoning": ["Hm."]},
        {"reasoning_content": ""},
    ):
        assert messages("openai", user("Hi"), said("openai", "Yes.", echo=echo))[1] == {
            "role": "assistant",
            "content": "Yes.",
        }
    for blocks in ([], [None, "x", {}, {"type": "text", "text": " "}, {"type": "thinking"}], "x", [{"type": "x"}]):
        sent = messages("anthropic", user("Hi"), said("anthropic", "Yes.", echo={"content": blocks}))
        assert sent[1]["content"] == [{"type": "text", "text": "Yes."}]


def test_a_call_that_an_echo_lacks_goes_back_with_it() -> None:
    sent = [{"type": "text", "text": "<think>Hm.</think>I look."}, {"type": "tool_use", "id": "c1", "name": "f"}]
    own = said("anthropic", Thinking("Hm."), "I look.", CALL, echo={"content": sent})
    (_, first, _, again, results) = messages("anthropic", user("Hi"), own, RESULTS, own, RESULTS)
    assert [block.get("id") for block in first["content"]] == [None, "c1"]
    assert [block.get("id") for block in again["content"]] == [None, "c1_2"]
    assert results["content"][0]["tool_use_id"] == "c1_2"


MARKED = {
    "type": "tool_use",
    "id": CALL.id,
    "name": CALL.name,
    "input": dict(CALL.arguments),
    "caller": {"type": "direct"},
}


def test_what_is_unknown_of_an_echoed_call_goes_back_with_it() -> None:
    own = said("anthropic", CALL, echo={"content": [MARKED]})
    sent = messages("anthropic", user("Hi"), own, Message("tool", (ToolResult(CALL.id, "Rain."),)))
    assert sent[1]["content"] == [MARKED]


@pytest.mark.parametrize("kind", ["", "text", "tool_use", "tool_result", "document", 7])
def test_an_opaque_block_cannot_get_past_the_rules(kind: Any) -> None:
    own = said("anthropic", Opaque({"type": kind}), Opaque({}), "Yes.")
    assert messages("anthropic", user("Hi"), own)[1]["content"] == [{"type": "text", "text": "Yes."}]
    text = {"type": "text", "text": "<think>Hm.</think>Yes."}
    echoed = said("anthropic", "Yes.", echo={"content": [{"type": kind, "id": "c9"}, text]})
    assert messages("anthropic", user("Hi"), echoed)[1]["content"] == [text]


def test_half_a_surrogate_pair_in_arguments_is_written_anew() -> None:
    half = ToolCall("c1", "f", {}, '{"a": "\\ud83d", "b": 1}')
    (_, sent, _) = messages("openai", user("Hi"), said("openai", half), RESULTS)
    assert json.loads(sent["tool_calls"][0]["function"]["arguments"]) == {"a": "?", "b": 1}
    whole = ToolCall("c1", "f", {}, '{"a": "\\ud83d\\ude00"}')
    (_, sent, _) = messages("openai", user("Hi"), said("openai", whole), RESULTS)
    assert sent["tool_calls"][0]["function"]["arguments"] == whole.raw


@BOTH
def test_what_a_reply_decodes_to_goes_back_as_it_came(face: FaceName) -> None:
    if face == "openai":
        details = [{"type": "reasoning.text", "id": "r", "index": 0, "text": "Hm."}]
        message: dict[str, Any] = {"role": "assistant", "content": "Yes.", "reasoning_details": details}
        data = json.dumps({"choices": [{"message": message, "finish_reason": "stop"}]}).encode()
    else:
        content = [{"type": "thinking", "thinking": "Hm.", "signature": "s"}, {"type": "text", "text": "Yes."}]
        message = {"role": "assistant", "content": content}
        data = json.dumps({"type": "message", **message, "stop_reason": "end_turn"}).encode()
    reply = decode(data, face).reply
    reply.face = face
    assert messages(face, user("Hi"), reply.message)[1] == message


LEAKED = '<minimax:tool_call>\n<invoke name="f">\n<parameter name="a">1</parameter>\n</invoke>\n</minimax:tool_call>'


@BOTH
def test_markup_of_a_call_that_leaked_goes_back_as_the_text_it_was(face: FaceName) -> None:
    if face == "openai":
        message: dict[str, Any] = {"role": "assistant", "content": LEAKED}
        data = json.dumps({"choices": [{"message": message, "finish_reason": "stop"}]}).encode()
    else:
        message = {"role": "assistant", "content": [{"type": "text", "text": LEAKED}]}
        data = json.dumps({"type": "message", **message, "stop_reason": "end_turn"}).encode()
    reply = decode(data, face).reply
    reply.face = face
    said = reply.message
    (call,) = (part for part in said.parts if isinstance(part, ToolCall))
    assert call.malformed
    assert messages(face, user("Hi"), said, user("So?"))[1] == message
    answered = messages(face, user("Hi"), said, Message("tool", (ToolResult(call.id, "That was no call."),)))
    assert json.dumps(answered).count(f'"{call.id}"') == 2
    elsewhere = messages("anthropic" if face == "openai" else "openai", user("Hi"), said, user("So?"))
    assert len(elsewhere) == 1
