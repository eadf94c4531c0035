"""A small Anthropic-compatible service whose replies are scripted, and which keeps what it was sent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tests.transport.servers import Wire, serving


class Service:
    """What was asked of it, and where it is."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.url = ""


def text(words: str) -> dict[str, Any]:
    """A block of text."""
    return {"type": "text", "text": words}


def call(name: str, arguments: object, id: str = "call_1") -> dict[str, Any]:  # noqa: A002 - the wire's own name
    """A block that asks for a tool."""
    return {"type": "tool_use", "id": id, "name": name, "input": arguments}


@contextmanager
def answering(*replies: Sequence[dict[str, Any]]) -> Iterator[Service]:
    """A service that gives these contents one after the other, the last one again and again."""
    service = Service()

    def script(wire: Wire) -> None:
        while data := wire.request():
            service.bodies.append(json.loads(data.partition(b"\r\n\r\n")[2]))
            content = replies[min(len(service.bodies), len(replies)) - 1]
            asks = any(block["type"] == "tool_use" for block in content)
            reply = {
                "id": f"{len(service.bodies):032}", "type": "message", "role": "assistant", "model": "m",
                "content": list(content), "stop_reason": "tool_use" if asks else "end_turn",
                "usage": {"input_tokens": 5, "output_tokens": 3},
            }  # fmt: skip
            wire.head(kind="application/json")
            wire.chunk(json.dumps(reply).encode())
            wire.end()

    with serving(script) as server:
        service.url = server.url
        yield service
