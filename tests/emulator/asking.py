"""Asking the emulator, and taking its answers apart as a client would."""

from __future__ import annotations

import json
from typing import Any

from minimax_nb.emulator import Answer, Asked, handle

OPENAI = "/v1/chat/completions"
ANTHROPIC = "/anthropic/v1/messages"
FACES = (OPENAI, ANTHROPIC)


def ask(
    path: str, prompt: str | list[Any] = "hello", *, headers: dict[str, str] | None = None, **fields: Any
) -> Answer:
    """The answer to a prompt, or to a whole list of messages. The model is M3 unless a field says otherwise."""
    messages = prompt if isinstance(prompt, list) else [{"role": "user", "content": prompt}]
    body = {"model": "MiniMax-M3", "messages": messages, **fields}
    return send(path, body, headers=headers)


def send(path: str, body: Any, *, headers: dict[str, str] | None = None, method: str = "POST", **wishes: Any) -> Answer:
    """The answer to a body."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    return handle(Asked(method, path, headers or {}, data), **wishes)


def get(path: str, **headers: str) -> Answer:
    """The answer to a GET."""
    return handle(Asked("GET", path, {name.replace("_", "-"): value for name, value in headers.items()}))


def bytes_of(answer: Answer) -> bytes:
    """The whole body."""
    return b"".join(chunk.data for chunk in answer.chunks)


def value_of(answer: Answer) -> dict[str, Any]:
    """The body as JSON."""
    return dict(json.loads(bytes_of(answer)))


def events_of(answer: Answer) -> list[tuple[str, Any]]:
    """The events of a stream: (event name or "", JSON or text)."""
    events: list[tuple[str, Any]] = []
    for frame in bytes_of(answer).decode().replace("\r\n", "\n").split("\n\n"):
        name = data = ""
        for line in frame.split("\n"):
            if line.startswith("event: "):
                name = line[7:]
            elif line.startswith("data: "):
                data = line[6:]
        if data:
            events.append((name, data if data == "[DONE]" else json.loads(data)))
    return events


def text_of(answer: Answer) -> str:
    """The text of a whole reply, of either protocol."""
    value = value_of(answer)
    if "choices" in value:
        return str(value["choices"][0]["message"]["content"])
    return "".join(block["text"] for block in value["content"] if block["type"] == "text")


def say(prompt: str, *earlier: str, path: str = ANTHROPIC, **fields: Any) -> str:
    """What the emulator says to a prompt after earlier ones."""
    messages: list[dict[str, str]] = []
    for text in earlier:
        messages += [{"role": "user", "content": text}, {"role": "assistant", "content": "Fine."}]
    return text_of(ask(path, [*messages, {"role": "user", "content": prompt}], **fields))


def error_of(answer: Answer) -> tuple[int, str, str]:
    """Status, type and message of an error body of MiniMax."""
    error = value_of(answer)["error"]
    return answer.status, error["type"], error["message"]
