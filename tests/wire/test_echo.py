"""What a service said goes back to it byte for byte, through tool rounds, later turns, saving and loading.

:class:`Strict` plays a service that refuses anything else: it sends a reply in pieces, and takes the next request only
if its history is what was said (MiniMax's pages on interleaved thinking and tool use, read 2026-11-20).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from minimax_nb.messages.parts import Message, ToolResult, user
from minimax_nb.messages.reply import Reply
from minimax_nb.messages.request import Request
from minimax_nb.messages.saved import message_from_dict, message_to_dict
from minimax_nb.wire import FACES
from tests.wire.helpers import block_delta, block_start, block_stop, chunk, completion, endpoint, messages_stream, sse

Wire = dict[str, Any]
MODEL = "MiniMax-M3"


def call(number: int, name: str = "get_weather", arguments: str = '{"city":"Paris" , "n":1.0}') -> Wire:
    """A tool call of the OpenAI face."""
    return {"id": f"call_function_x_{number}", "type": "function", "function": {"name": name, "arguments": arguments}}


def detail(text: str, **more: Any) -> Wire:
    """One entry of ``reasoning_details``."""
    return {"type": "reasoning.text", "id": "reasoning-text-1", "format": "MiniMax-response-v1", "index": 0} | {
        "text": text,
        **more,
    }


OPENAI: dict[str, Wire] = {
    # what the service says; each goes back as it is, but for the members in _MEANT_FOR_NOBODY
    "text": {"content": "Yes.  \n"},
    "text with blank lines at its ends": {"content": "\n\nYes.\n\n"},
    "split thinking": {"content": "Yes.", "reasoning_content": "Hm.\n", "reasoning_details": [detail("Hm.\n")]},
    "split thinking, blank lines before the answer": {
        "content": "\n\nYes.\n",
        "reasoning_content": "Hm.\n",
        "reasoning_details": [detail("Hm.\n")],
    },
    "split thinking that ends with its tag": {
        "content": "\nYes.",
        "reasoning_content": "Hm.\n</think>\n",
        "reasoning_details": [detail("Hm.\n</think>\n")],
    },
    "details in several entries": {
        "content": "Yes.",
        "reasoning": "One. Two.",
        "reasoning_details": [
            detail("One. ", signature="abc=="),
            detail("Two.", index=1, id=None),
            {"type": "reasoning.summary", "summary": "Briefly <b>.", "index": 2},
            {"type": "reasoning.encrypted", "data": "//8=", "id": "e", "index": 3, "format": None},
        ],
    },
    "details alone": {"content": "Yes.", "reasoning_details": [{"text": "Hm."}]},
    "reasoning_content alone": {"content": "Yes.", "reasoning_content": " Hm.\r\n"},
    "reasoning alone": {"content": "Yes.", "reasoning": "Hm."},
    "tags": {"content": "<think>\nHm.\n</think>\n\nYes.\n"},
    "tags without line ends": {"content": "<think>Hm.</think>Yes. "},
    "tags of another kind": {"content": "<mm:think>\nHm.</mm:think>\n Yes."},
    "a closing tag alone": {"content": "Hm.\n</think>\n\n\nYes."},
    "tags twice": {"content": "<think>a</think>\nb\n<think>c</think>d"},
    "a tag in code": {"content": "Write `<think>` and\n```\n</think>\n```"},
    "tool calls": {"content": None, "tool_calls": [call(1), call(2, "now", "{}")]},
    "tool calls without arguments": {"tool_calls": [call(1, "now", "{ }")]},
    "tool calls, text and split thinking": {
        "content": "I look.\n",
        "reasoning_content": "Hm.",
        "reasoning_details": [detail("Hm.")],
        "tool_calls": [call(2), call(1, arguments='{"b": "\\u00fc", "a": [1e5, null]}')],
    },
    "tool calls, text and tags": {"content": "<think>\nHm.\n</think>\n\nI look.", "tool_calls": [call(1)]},
    "tool calls and thinking between tags": {"content": "<think>\nHm.\n</think>\n\n", "tool_calls": [call(1)]},
    "tool calls and thinking in a field": {"reasoning_details": [detail("Hm.")], "tool_calls": [call(1)]},
    "markup that leaked": {"content": 'So.\n<minimax:tool_call>\n<invoke name="f">\n</invoke>\n</minimax:tool_call>\n'},
    "markup that leaked beside thinking": {
        "content": 'So. ]<]minimax[>[<tool_call>]<]minimax[>[<invoke name="f">]<]minimax[>[</tool_call> Well.',
        "reasoning_details": [detail("Hm.")],
    },
    "everything": {
        "content": "ü😀 <b>&amp;\\\n</think>",
        "reasoning_details": [detail("\t😀\u2028")],
        "tool_calls": [call(1, arguments='{"😀": "\\ud83d\\ude00"}')],
    },
}
_FIELDS = ("reasoning_details", "reasoning_content", "reasoning")


def openai_expected(said: Wire) -> Wire:
    """The assistant's turn as it must come back: one field of thinking, and content only if it says something."""
    thinking = next((name for name in _FIELDS if name in said), None)
    back: Wire = {"role": "assistant"}
    if (said.get("content") or "").strip():
        back["content"] = said["content"]
    if thinking:
        back[thinking] = said[thinking]
    if said.get("tool_calls"):
        back["tool_calls"] = said["tool_calls"]
    return back


def in_pieces(text: str, size: int) -> Iterator[str]:
    """A text in pieces of that many characters."""
    return (text[at : at + size] for at in range(0, len(text), size))


def openai_stream(said: Wire, size: int) -> bytes:
    """A reply as a stream: thinking, then text, then calls, every text in pieces."""
    deltas: list[Wire] = []
    for name in ("reasoning_content", "reasoning"):
        deltas += [{name: piece} for piece in in_pieces(said.get(name) or "", size)]
    for entry in said.get("reasoning_details") or []:
        (member,) = {"text", "summary", "data"} & set(entry)
        deltas += [{"reasoning_details": [{**entry, member: piece}]} for piece in in_pieces(entry[member], size)]
    deltas += [{"content": piece} for piece in in_pieces(said.get("content") or "", size)]
    for index, made in enumerate(said.get("tool_calls") or []):
        first = {**made, "index": index, "function": {**made["function"], "arguments": ""}}
        pieces = in_pieces(made["function"]["arguments"], size)
        deltas += [
            {"tool_calls": [one]} for one in (first, *({"index": index, "function": {"arguments": p}} for p in pieces))
        ]
    finish = "tool_calls" if said.get("tool_calls") else "stop"
    return sse(*map(chunk, deltas), chunk({}, finish), done=True)


def thinking(text: str, signature: str = "5f" * 32, **more: Any) -> Wire:
    """A block of thinking of the Anthropic face."""
    return {"type": "thinking", "thinking": text, **({"signature": signature} if signature else {}), **more}


def text(words: str, **more: Any) -> Wire:
    """A block of text."""
    return {"type": "text", "text": words, **more}


def use(number: int, **arguments: Any) -> Wire:
    """A tool call of the Anthropic face."""
    return {"type": "tool_use", "id": f"call_function_x_{number}", "name": "get_weather", "input": arguments}


ANTHROPIC: dict[str, list[Wire]] = {
    "text": [text("\n\nYes.  \n")],
    "thinking": [thinking("Hm.\n"), text("\n\nYes.")],
    "thinking without a signature": [thinking("Hm.", ""), text("Yes.")],
    "thinking kept secret": [thinking(""), text("Yes.")],
    "thinking that is redacted": [{"type": "redacted_thinking", "data": "//8="}, text("Yes.")],
    "thinking twice": [thinking("a", "s1"), text("b"), thinking("c", "s2"), text("d")],
    "thinking with tags in it": [thinking("<think>a</think> <minimax:tool_call><invoke>"), text("b")],
    "tool calls": [use(1, city="Paris", n=1.5), use(2)],
    "tool calls, thinking and text": [thinking("Hm."), text("I look."), use(2, a=[1, None, "ü"]), use(1, b={"c": {}})],
    "thinking between tool calls": [thinking("a", "s1"), use(1), thinking("b", "s2"), use(2)],
    "text after a tool call": [use(1), text("So.")],
    "two texts": [text("a"), text("b")],
    "tags in the text": [text("<think>\nHm.\n</think>\n\nYes."), use(1)],
    "blocks nobody knows": [{"type": "new_block", "x": [1, None]}, text("a"), use(1)],
    "members nobody knows": [text("a", citations=[{"url": "x"}]), use(1)],
    "markup that leaked": [thinking("Hm."), text("So.\n<minimax:tool_call>\n<invoke name='f'></minimax:tool_call>")],
}
_PIECES = {"text": "text_delta", "thinking": "thinking_delta"}


def anthropic_stream(content: Sequence[Wire], size: int) -> bytes:
    """A reply as a stream of blocks, texts and arguments in pieces."""
    events: list[Wire] = []
    for at, block in enumerate(content):
        kind = block["type"]
        if kind in _PIECES:
            events.append(
                block_start(at, **{**block, kind: "", "signature": ""} if kind == "thinking" else {**block, kind: ""})
            )
            events += [block_delta(at, _PIECES[kind], **{kind: piece}) for piece in in_pieces(block[kind], size)]
            if block.get("signature"):
                events.append(block_delta(at, "signature_delta", signature=block["signature"]))
        elif kind == "tool_use":
            events.append(block_start(at, **{**block, "input": {}}))
            arguments = json.dumps(block["input"], ensure_ascii=False)
            events += [block_delta(at, "input_json_delta", partial_json=piece) for piece in in_pieces(arguments, size)]
        else:
            events.append(block_start(at, **block))
        events.append(block_stop(at))
    return messages_stream(*events, stop="tool_use" if any(b["type"] == "tool_use" for b in content) else "end_turn")


class Strict:
    """A service that says what it is told to, and refuses a history that differs from what it said by one byte."""

    def __init__(self, face: Any, way: str) -> None:
        self.face = face
        self.way = way
        self.history: list[Wire] = []

    def ask(self, conversation: tuple[Message, ...], said: Any) -> Message:
        """Take the request for this conversation, and answer it."""
        sent = FACES[self.face].encode(Request(MODEL, conversation), endpoint(self.face))
        got = json.loads(sent.body)["messages"]
        assert [written(one) for one in got] == [written(one) for one in self.history]
        decoder = FACES[self.face].decoder(Request(MODEL, conversation), endpoint(self.face))
        reply = Reply(provider="minimax", face=self.face, asked_model=MODEL)
        answer = self._answer(said)
        for event in decoder.feed(answer):
            reply.apply(event)
        while events := decoder.flush():
            for event in events:
                reply.apply(event)
        assert reply.done
        assert not reply.partial
        self.history.append(
            openai_expected(said) if self.face == "openai" else {"role": "assistant", "content": list(said)}
        )
        return kept(reply.message)

    def _answer(self, said: Any) -> bytes:
        if self.face == "openai":
            if self.way == "whole":
                return completion(said, "tool_calls" if said.get("tool_calls") else "stop")
            return openai_stream(said, int(self.way))
        if self.way == "whole":
            return json.dumps({"type": "message", "content": said, "stop_reason": "end_turn"}).encode()
        return anthropic_stream(said, int(self.way))

    def told(self, message: Message) -> Message:
        """What the user or a tool says next."""
        results = [part for part in message.parts if isinstance(part, ToolResult)]
        if not results:
            content: Any = message.text if self.face == "openai" else [text(message.text)]
            self.history.append({"role": "user", "content": content})
        elif self.face == "openai":
            self.history += [
                {"role": "tool", "tool_call_id": part.call_id, "content": part.content} for part in results
            ]
        else:
            blocks = [{"type": "tool_result", "tool_use_id": part.call_id, "content": part.content} for part in results]
            self.history.append({"role": "user", "content": blocks})
        return kept(message)


def kept(message: Message) -> Message:
    """The message after it was saved and loaded."""
    return message_from_dict(json.loads(json.dumps(message_to_dict(message))))


def written(message: Wire) -> str:
    """A message as text that compares; the order of an object's members is nobody's business."""
    return json.dumps(message, sort_keys=True, ensure_ascii=False)


def results_of(face: str, said: Any) -> Message | None:
    """What the tools give back for the calls of a reply, in its order; None if it has no calls."""
    made = (
        said.get("tool_calls") or [] if face == "openai" else [block for block in said if block["type"] == "tool_use"]
    )
    if not made:
        return None
    return Message("tool", tuple(ToolResult(one["id"], f"21 degrees, {at}") for at, one in enumerate(made)))


def numbered(face: str, said: Any, round_: int) -> Any:
    """The reply with ids of calls that no other round has."""
    return json.loads(json.dumps(said).replace("call_function_x_", f"call_function_{round_}_"))


def converse(face: str, way: str, replies: Sequence[Any]) -> None:
    """A conversation in which the service gives these replies: each tool call is answered, then the user speaks."""
    service = Strict(face, way)
    talk: tuple[Message, ...] = (service.told(user("Look, please.")),)
    for round_, said in enumerate(replies):
        own = numbered(face, said, round_)
        talk += (service.ask(talk, own),)
        answer = results_of(face, own) or user(f"And {round_}?")
        talk += (service.told(answer),)
    service.ask(talk, replies[0])


WAYS = ("whole", "1", "7", "1000")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", OPENAI)
def test_a_completion_goes_back_as_it_came(name: str, way: str) -> None:
    converse("openai", way, [OPENAI[name]])


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ANTHROPIC)
def test_a_message_goes_back_as_it_came(name: str, way: str) -> None:
    converse("anthropic", way, [ANTHROPIC[name]])


@pytest.mark.parametrize("way", WAYS)
def test_many_rounds_go_back_as_they_came(way: str) -> None:
    rounds = (
        "tool calls, text and split thinking",
        "tool calls and thinking in a field",
        "tool calls",
        "split thinking",
    )
    converse("openai", way, [OPENAI[name] for name in rounds])
    inline = ("tool calls and thinking between tags", "tool calls, text and tags", "tags")
    converse("openai", way, [OPENAI[name] for name in inline])
    blocks = ("tool calls, thinking and text", "thinking between tool calls", "tool calls", "thinking")
    converse("anthropic", way, [ANTHROPIC[name] for name in blocks])


@pytest.mark.parametrize("face", ["openai", "anthropic"])
def test_the_strict_service_refuses_a_changed_byte(face: str) -> None:
    said: Any = OPENAI["split thinking"] if face == "openai" else ANTHROPIC["thinking"]
    service = Strict(face, "whole")
    talk: tuple[Message, ...] = (service.told(user("a")),)
    talk += (service.ask(talk, said), service.told(user("b")))
    service.history[1] = json.loads(json.dumps(service.history[1]).replace("Hm.", "Hm!"))
    with pytest.raises(AssertionError):
        service.ask(talk, said)
