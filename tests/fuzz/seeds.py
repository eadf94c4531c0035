"""Inputs to begin with: recorded answers, what the emulator says and does wrong, and small odd ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from minimax_nb.emulator import FAULTS, Asked, handle
from tests.wire.helpers import KEY, SAMPLES

CORPUS = Path(__file__).parent / "corpus"
"""Inputs that broke a promise when they were found, cut down to what breaks it."""

_LONGEST = 16_384
"""Bytes; longer answers teach a fuzzer nothing that shorter ones do not."""

_PROMPTS = ("hello", "get weather for Paris\n/emulate chunk-chars=6", "/emulate text=`<think>` and ü😀")
_TOOL = {"name": "get_weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}}
_PATHS = {
    "o": (
        ("/v1/chat/completions", "MiniMax-M2.7"),
        ("/modelslab/api/v7/llm/chat/completions", "minimax-minimax-m2"),
        ("/runapi/v1/chat/completions", "MiniMax-M2.7"),
        ("/openrouter/api/v1/chat/completions", "minimax/minimax-m2"),
    ),
    "a": (("/anthropic/v1/messages", "MiniMax-M3"), ("/runapi/v1/messages", "MiniMax-M2.7")),
}

_ODD: tuple[tuple[str, bytes], ...] = (
    ("o", b'{"choices":null,"base_resp":{"status_code":2061,"status_msg":"KEY"}}'),
    ("o", b'{"status":"error","messege":"bad KEY","retry_after":3}'),
    ("o", b'{"status":"processing","id":77,"fetch_result":"https://example.invalid/KEY"}'),
    ("o", b'data: {"choices":[{"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":{"a":1}}}'
          b']},"finish_reason":"tool_calls"}]}\n\ndata: [DONE]\n\n'),
    ("o", b'\xef\xbb\xbf: comment\r\rdata: {"error":{"message":"key KEY","code":"1004"}}\r\r'),
    ("o", b'data: {"choices":[{"delta":{"reasoning":"ab","reasoning_details":[{"type":"reasoning.text","text":"ab"}]}}'
          b']}\n\ndata: {"choices":[{"delta":{"content":"<think>ab</think>c"}}]}\n\ndata: [DONE]\n\n'),
    ("a", b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"KEY (2064)"}}\n\n'),
    ("a", b'event: ping\ndata: {"type":"ping"}\n\ndata: {"type":"content_block_delta","index":3,"delta":'
          b'{"type":"text_delta","text":"</mm:think>a"}}\n\ndata: {"type":"message_stop"}\n\n'),
    ("e", b"<html><head><title>502 KEY</title></head><body>bad <b>gateway</b></body></html>"),
    ("e", b'{"errors":{"model":["is required"],"key":["KEY is wrong"]},"status":"error"}'),
    ("e", b'[{"error":{"code":402,"message":"test-<b>key</b>-for-nobody","metadata":{"raw":"KEY"}}}]'),
    ("m", b'{"object":"list","data":[{"id":"MiniMax-M3","object":"model","created":1,"owned_by":"minimax"}]}'),
    ("m", b'{"data":[{"id":"M2-her","type":"model","display_name":"x","created_at":"2026-06-01T00:00:00Z"}]}'),
    ("c", b'{"input_tokens":12}'),
    ("s", b"<think>\nhm `</think>`\n\n</think>\n\nA ```\n<mm:think>\n```\n~~~ </think> `<think>` \xc3\xbc"),
    ("s", b'`<minimax:tool_call>` <minimax:tool_call> x\n<minimax:tool_call>\n<invoke name="f">1</minimax:tool_call>'
          b'```\n]<]minimax[>[<tool_call>\n```\n]<]minimax[>[<tool_call>]<]minimax[>[<invoke name="g">]<]minimax[>['),
    ("f", b":c\r\nevent: x\r\ndata: a\rdata:b\n\ndata\n\nid: 3\nretry: 1\n\xef\xbb\xbfdata: z\n\n"),
)  # fmt: skip


def seeds() -> Iterator[bytes]:
    """Every input to begin with; none of them breaks a promise."""
    yield from _recorded()
    yield from (seed for seed in _emulated() if len(seed) <= _LONGEST)
    for kind, payload in _ODD:
        for dial in (b"\0", b"\x03"):
            yield kind.encode() + dial + payload.replace(b"KEY", KEY.encode())


def kept() -> list[Path]:
    """The files of the corpus."""
    return sorted(path for path in CORPUS.iterdir() if path.is_file())


def _recorded() -> Iterator[bytes]:
    for path in sorted(SAMPLES.iterdir()):
        if path.suffix == ".md":
            continue
        face = b"a" if path.name.startswith("anthropic") else b"o"
        if path.name == "errors.jsonl":
            bodies = [json.dumps(json.loads(line)["body"]).encode() for line in path.read_bytes().splitlines()]
            yield from (kind + b"\x0b" + body for body in bodies for kind in (b"e", face))
        else:
            answers = path.read_bytes().splitlines() if path.suffix == ".jsonl" else [path.read_bytes()]
            yield from (face + dial + answer for answer in answers for dial in (b"\x20", b"\x05"))


def _emulated() -> Iterator[bytes]:
    for kind, places in _PATHS.items():
        for path, model in places:
            for prompt in _PROMPTS:
                for stream in (True, False):
                    yield kind.encode() + b"\x28" + _said(path, model, prompt, stream=stream)
        for fault in FAULTS.values():
            if fault.kind not in ("refusal", "page"):
                prompt = f"hello\n/emulate fault={fault.name}, text-chars=40, thinking-chars=30"
                yield kind.encode() + b"\x0d" + _said(*places[0], prompt, stream=True)
            else:
                yield b"e\x0a" + _said(*places[0], f"hello\n/emulate fault={fault.name}", stream=False)


def _said(path: str, model: str, prompt: str, *, stream: bool) -> bytes:
    tool = (
        _TOOL | {"input_schema": _TOOL["parameters"]} if "messages" in path else {"type": "function", "function": _TOOL}
    )
    body = {
        "model": model,
        "max_tokens": 200,
        "stream": stream,
        "messages": [{"role": "user", "content": prompt}],
        **({"tools": [tool]} if "weather" in prompt else {}),
    }
    answer = handle(Asked("POST", path, {}, json.dumps(body).encode()))
    return b"".join(chunk.data for chunk in answer.chunks)
