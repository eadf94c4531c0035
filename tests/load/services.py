"""Loopback services for the load tests: a raw one that echoes, and the emulator's own server."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator

from minimax_nb import Chat
from minimax_nb.emulator import serve
from tests.transport.servers import Wire, serving

EMULATOR_PATHS = {"anthropic": "/anthropic", "openai": "/v1"}


def asked_text(request: bytes) -> str:
    """The last user message of a request, whatever the protocol."""
    content = json.loads(request.partition(b"\r\n\r\n")[2])["messages"][-1]["content"]
    return content if isinstance(content, str) else "".join(part["text"] for part in content)


def frames_of(face: str, text: str, size: int = 7) -> Iterator[bytes]:
    """A stream that says ``text``, ``size`` characters an event."""
    pieces = [text[at : at + size] for at in range(0, len(text), size)]
    if face == "openai":
        for piece in pieces:
            yield b"data: " + json.dumps({"choices": [{"index": 0, "delta": {"content": piece}}]}).encode() + b"\n\n"
        yield b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
        return
    values = [
        {"type": "message_start", "message": {"id": "i", "type": "message", "role": "assistant", "content": []}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *(
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": piece}}
            for piece in pieces
        ),
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}},
        {"type": "message_stop"},
    ]
    for value in values:
        yield f"event: {value['type']}\ndata: {json.dumps(value)}\n\n".encode()


def echo(wire: Wire) -> None:
    """Answer every request with the words it asked for."""
    while request := wire.request():
        face = "openai" if b"/chat/completions" in request[:200] else "anthropic"
        wire.head()
        for frame in frames_of(face, asked_text(request)):
            wire.chunk(frame)
        wire.end()


@contextlib.contextmanager
def raw_service() -> Iterator[dict[str, str]]:
    """A raw server that echoes: its base URL for each protocol."""
    with serving(echo) as server:
        yield {"anthropic": server.url, "openai": f"{server.url}/v1"}


@contextlib.contextmanager
def emulator_service() -> Iterator[dict[str, str]]:
    """The emulator's loopback server: its base URL for each protocol."""
    with serve(delay_ms=0, need_key=False) as server:
        yield {face: server.url + path for face, path in EMULATOR_PATHS.items()}


def chat_at(urls: dict[str, str], face: str, **more: object) -> Chat:
    """A chat with such a service."""
    limits: dict[str, object] = {"retries": 0, "timeout": 30, **more}
    return Chat("MiniMax-M3", provider="local", base_url=urls[face], face=face, **limits)
