"""Whatever is sent, the handler answers: an answer or a refusal, never an exception."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from minimax_nb.emulator import FAULTS, Asked, handle
from minimax_nb.emulator.services import ROUTES

PATHS = [(route.method, route.path.replace("{id}", "MiniMax-M3")) for route in ROUTES]
NAMES = st.sampled_from(
    [
        *("role", "content", "type", "text", "tool_calls", "tool_call_id", "id", "function", "name"),
        *("arguments", "input", "tool_use_id", "source", "data", "url", "media_type", "image_url", "video_url"),
        *("thinking", "signature", "fps", "detail", "properties", "items", "required", "enum", "anyOf", "$ref"),
        *("$defs", "minItems", "minimum", "maximum", "format"),
    ]
)
WORDS = st.sampled_from(
    [
        *("user", "assistant", "system", "tool", "text", "image", "video", "tool_use", "tool_result"),
        *("function", "object", "array", "json", "call_1", "f", "", "hello", "a table", "/emulate tool=f"),
        *("again", "#/properties/a", "{}"),
        *("\ud800", "你好"),
    ]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | WORDS | st.text(max_size=20)
JSON = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5), max_leaves=25
)
TOOL = st.fixed_dictionaries({"type": st.just("function"), "name": st.just("f"), "input_schema": JSON}) | st.builds(
    lambda schema: {"type": "function", "function": {"name": "f", "parameters": schema}}, JSON
)
BLOCK = st.fixed_dictionaries({"type": WORDS | JSON}, optional={"source": JSON, "text": LEAVES, "content": JSON})
CALL = st.fixed_dictionaries(
    {"id": LEAVES, "function": st.fixed_dictionaries({"name": LEAVES, "arguments": JSON}) | JSON}
)
MESSAGE = st.fixed_dictionaries(
    {"role": WORDS | JSON, "content": JSON | st.lists(BLOCK, max_size=3)},
    optional={"tool_calls": st.lists(CALL, max_size=2) | JSON, "tool_call_id": LEAVES},
) | st.fixed_dictionaries({"role": st.just("user"), "content": WORDS | st.text()})
BODY = st.fixed_dictionaries(
    {"model": st.sampled_from(["MiniMax-M3", "MiniMax-M2.7", "M2-her", "MiniMax-M2", "minimax-minimax-m2"]) | JSON},
    optional={
        "messages": st.lists(MESSAGE, max_size=5) | JSON,
        "input": JSON,
        "system": JSON,
        "tools": st.lists(TOOL, max_size=2) | JSON,
        "tool_choice": JSON,
        "stream": st.booleans() | LEAVES,
        "stream_options": JSON,
        "max_tokens": st.integers(1, 100) | LEAVES,
        "temperature": LEAVES,
        "thinking": JSON,
        "output_config": JSON,
        "response_format": JSON,
        "reasoning_effort": LEAVES,
        "reasoning_split": st.booleans(),
        "key": LEAVES,
    },
)


def answered(method: str, path: str, body: bytes, headers: dict[str, str] | None = None) -> None:
    asked = Asked(method, path, headers or {}, body)
    answer, again = handle(asked), handle(asked)
    assert answer.status in {200, 400, 401, 402, 404, 409, 413, 422, 429, 500, 502, 503, 504, 529}
    chunks = list(answer.chunks)
    assert chunks == list(again.chunks)
    assert all(chunk.after_s >= 0 and isinstance(chunk.data, bytes) for chunk in chunks)
    assert answer.status != 500 or "fault" in (headers or {}).get("x-emulator", "")


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PATHS), BODY)
def test_any_request(path: tuple[str, str], body: Any) -> None:
    answered(*path, json.dumps(body).encode())


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([path for path in PATHS if path[0] == "POST"]),
    BODY,
    st.sets(st.sampled_from([name for name, fault in FAULTS.items() if fault.kind != "refusal"]), max_size=6),
)
def test_any_request_with_any_faults(path: tuple[str, str], body: Any, faults: set[str]) -> None:
    wish = ",".join(f"fault={name}" for name in sorted(faults - {"giant-line"}))
    answered(*path, json.dumps(body).encode(), {"x-emulator": wish})


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(
        [
            "/modelslab/api/v7/llm/chat/completions",
            "/local/v1/messages",
            "/v1/chat/completions",
            "/anthropic/v1/messages",
        ]
    ),
    st.sets(st.sampled_from(sorted(FAULTS)), max_size=5),
    st.booleans(),
)
def test_all_faults_together(path: str, faults: set[str], stream: bool) -> None:
    body = {"model": "minimax-minimax-m2", "messages": [{"role": "user", "content": "/emulate tool=f,arguments={"}]}
    tool = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}
    asked = Asked("POST", path, {}, json.dumps({**body, "stream": stream, "tools": [tool]}).encode())
    answer = handle(asked, faults=sorted(faults))
    assert [chunk.data for chunk in answer.chunks] == [chunk.data for chunk in answer.chunks]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(PATHS), st.binary(max_size=200))
def test_any_bytes(path: tuple[str, str], body: bytes) -> None:
    answered(*path, body)


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60) | st.from_regex(r"([a-z-]+=[^,]{0,8},?){1,3}", fullmatch=True))
def test_any_wish(wish: str) -> None:
    body = json.dumps({"model": "MiniMax-M3", "messages": [{"role": "user", "content": f"hi\n/emulate {wish}"}]})
    answered("POST", "/v1/chat/completions", body.encode())
    answered("POST", "/anthropic/v1/messages", body.encode(), {"x-emulator": wish})


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["GET", "POST", "PUT", ""]), st.text(max_size=40))
def test_any_path(method: str, path: str) -> None:
    answered(method, path, b"{}")
    answered(method, f"/v1/models/{path}", b"")
