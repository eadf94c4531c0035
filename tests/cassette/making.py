"""Exchanges to write and to read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from minimax_nb.cassette.asked import Asked, asked_by
from minimax_nb.cassette.line import End, Fault, Taped, written
from minimax_nb.cassette.scan import Scan
from minimax_nb.cassette.tape import Tape
from minimax_nb.wire.call import Call

KEY = "test-key-for-nobody-4711"
URL = "https://service.example/anthropic/v1/messages"


def call(prompt: str = "hello", url: str = URL, **more: Any) -> Call:
    """A call that asks for a reply."""
    body = {"model": "m", "messages": [{"role": "user", "content": prompt}], **more}
    return Call("POST", url, body=json.dumps(body).encode())


def asked(prompt: str = "hello", provider: str = "minimax", **more: Any) -> Asked:
    """What it asks."""
    return asked_by(call(prompt, **more), provider)


def taped(
    prompt: str = "hello",
    *pieces: tuple[float, bytes],
    status: int | None = 200,
    headers: Mapping[str, str] | None = None,
    end: End = "whole",
    fault: Fault | None = None,
    of: Asked | None = None,
) -> Taped:
    """One exchange, not yet written."""
    seconds = pieces[-1][0] if pieces else 0.0
    return Taped(of or asked(prompt), status, headers or {}, pieces, end, seconds, fault)


def on_line(*args: Any, **more: Any) -> Taped:
    """One exchange as it goes into a file."""
    return written(taped(*args, **more), Scan())


def made(path: Path, exchanges: Sequence[Taped]) -> Path:
    """A cassette that holds these exchanges."""
    Tape(path).put(exchanges)
    return path
