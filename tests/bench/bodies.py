"""The replies that the load server sends: texts, and their bytes in both protocols, one piece a delta.

The shapes are those of the services' own streams: a delta of 8 characters is 232 bytes of JSON in the OpenAI shape
and 88 in the Anthropic shape.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

END = "END-OF-REPLY"
"""The last word of a rich reply."""

_OPENAI_BYTES = 232

_SECTION = """## Step {n}: a rule and its number

The value $x_{n} = \\frac{{{n}}}{{{n} + 1}}$ grows with every step, as **table {n}** shows.

```python
def step_{n}(x: float) -> float:
    return x * {n} / ({n} + 1)
```

| n | value | square |
|---:|---:|---:|
| {n} | {value:.4f} | {square:.4f} |

$$\\sum_{{k=1}}^{{{n}}} k = {total}$$

"""


def word(index: int) -> str:
    """Delta ``index`` of a plain reply: 8 characters that occur once; every 25th ends a paragraph."""
    return f"w{index:05d}\n\n" if index % 25 == 24 else f"w{index:06d} "


def plain(deltas: int) -> list[str]:
    """A reply of prose in that many deltas."""
    return [word(index) for index in range(deltas)]


def rich(deltas: int) -> list[str]:
    """A reply of 20 kB with code, tables and maths, in about that many deltas, ending in :data:`END`."""
    text = ""
    number = 0
    while len(text) < 20_000 - len(END):
        number += 1
        value = number / (number + 1)
        text += _SECTION.format(n=number, value=value, square=value * value, total=number * (number + 1) // 2)
    text += END
    step = -(-len(text) // deltas)
    return [text[start : start + step] for start in range(0, len(text), step)]


TEXTS = {"plain": plain, "rich": rich}


@dataclass(frozen=True, slots=True)
class Body:
    """The bytes of one answer: what comes before the text, one piece a delta, what comes after; and its text."""

    head: bytes
    deltas: tuple[bytes, ...]
    tail: bytes
    text: str


def _chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def _sse(data: Mapping[str, Any] | str, event: str = "", size: int = 0) -> bytes:
    text = data if isinstance(data, str) else json.dumps(data, separators=(",", ":"), ensure_ascii=False)
    if size and isinstance(data, dict) and "id" in data:  # the id takes up what is missing
        text = text.replace(data["id"], data["id"] + "0" * max(0, size - len(text.encode())), 1)
    return _chunk((f"event: {event}\n" if event else "").encode() + f"data: {text}\n\n".encode())


def _openai(pieces: list[str]) -> Body:
    def chunk(delta: Mapping[str, Any], finish: str | None = None, **more: object) -> dict[str, Any]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return {
            "id": "chatcmpl-0123456789abcdef",
            "choices": [choice],
            "created": 1790000000,
            "model": "load-model",
            "object": "chat.completion.chunk",
            "system_fingerprint": "fp_1",
            **more,
        }

    usage = {"prompt_tokens": 7, "completion_tokens": len(pieces), "total_tokens": 7 + len(pieces)}
    deltas = tuple(_sse(chunk({"content": piece}), size=_OPENAI_BYTES) for piece in pieces)
    tail = _sse(chunk({}, "stop")) + _sse(chunk({}, None, usage=usage) | {"choices": []}) + _sse("[DONE]")
    return Body(_sse(chunk({"role": "assistant", "content": ""})), deltas, tail, "".join(pieces))


def _anthropic(pieces: list[str]) -> Body:
    def event(kind: str, **more: object) -> bytes:
        return _sse({"type": kind, **more}, kind)

    message = {
        "id": "msg_0123456789abcdef",
        "type": "message",
        "role": "assistant",
        "model": "load-model",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 7, "output_tokens": 0},
    }
    head = event("message_start", message=message)
    head += event("content_block_start", index=0, content_block={"type": "text", "text": ""})
    deltas = tuple(
        event("content_block_delta", index=0, delta={"type": "text_delta", "text": piece}) for piece in pieces
    )
    tail = event("content_block_stop", index=0)
    tail += event(
        "message_delta",
        delta={"stop_reason": "end_turn", "stop_sequence": None},
        usage={"output_tokens": len(pieces)},
    )
    tail += event("message_stop")
    return Body(head, deltas, tail, "".join(pieces))


@cache
def body(face: str, text: str, deltas: int) -> Body:
    """The answer in the "openai" or "anthropic" shape with the text "plain" or "rich"."""
    pieces = TEXTS[text](deltas)
    return _openai(pieces) if face == "openai" else _anthropic(pieces)
