"""Asking the emulator, and taking its answers apart as a client would."""

from __future__ import annotations

import json
from typing import Any

from minimax_nb.emulator import Answer, Asked, handle

OPENAI = "/v1/chat/completions"
ANTHROPIC = "/anthropic/v1/messages"
FACES = (OPENAI, ANTHROPIC)
MODELSLAB = "/modelslab/api/v7/llm/chat/completions"
MODELSLAB_MESSAGES = "/modelslab/api/v7/llm/v1/messages"
RUNAPI = "/runapi/v1/chat/completions"
RUNAPI_MESSAGES = "/runapi/v1/messages"
OPENROUTER = "/openrouter/api/v1/chat/completions"
OPENROUTER_MESSAGES = "/openrouter/api/v1/messages"
LOCAL = "/local/v1/chat/completions"
LOCAL_MESSAGES = "/local/v1/messages"
MODELS = {
    OPENAI: "MiniMax-M3",
    ANTHROPIC: "MiniMax-M3",
    MODELSLAB: "minimax-minimax-m2",
    MODELSLAB_MESSAGES: "minimax-minimax-m2",
    RUNAPI: "MiniMax-M2",
    RUNAPI_MESSAGES: "MiniMax-M2",
    OPENROUTER: "minimax/minimax-m2",
    OPENROUTER_MESSAGES: "minimax/minimax-m2",
    LOCAL: "local",
    LOCAL_MESSAGES: "local",
}
"""Every chat path with a model it takes."""
CHATS = tuple(path for path in MODELS if path.endswith("/chat/completions"))
MESSAGES = tuple(path for path in MODELS if path.endswith("/messages"))
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "array", "items": {"type": "integer"}}},
    "required": ["city", "days"],
}


def ask(
    path: str, prompt: str | list[Any] = "hello", *, headers: dict[str, str] | None = None, **fields: Any
) -> Answer:
    """The answer to a prompt, or to a whole list of messages. The model is M3 unless a field says otherwise."""
    messages = prompt if isinstance(prompt, list) else [{"role": "user", "content": prompt}]
    body = {"model": "MiniMax-M3", "messages": messages, **fields}
    return send(path, body, headers=headers)


def call(
    path: str,
    prompt: str | list[Any] = "hello",
    *,
    headers: dict[str, str] | None = None,
    faults: Any = (),
    **fields: Any,
) -> Answer:
    """The answer of any service to a prompt, with its own model and a limit on messages; None leaves a field out."""
    messages = prompt if isinstance(prompt, list) else [{"role": "user", "content": prompt}]
    needed = {"max_tokens": 900} if path in MESSAGES else {}
    body = {"model": MODELS[path], "messages": messages, **needed, **fields}
    kept = {name: value for name, value in body.items() if value is not None}
    return send(path, kept, headers=headers, faults=faults)


def tools_for(path: str, *names: str) -> list[Any]:
    """Tools with these names, as the protocol of that path writes them."""
    if path in MESSAGES:
        return [{"name": name, "input_schema": SCHEMA} for name in names]
    return [{"type": "function", "function": {"name": name, "parameters": SCHEMA}} for name in names]


def values_of(answer: Answer) -> list[Any]:
    """The JSON values of a stream, without its ``[DONE]``."""
    return [value for _, value in events_of(answer) if value != "[DONE]"]


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
