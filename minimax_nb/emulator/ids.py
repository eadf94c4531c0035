"""Names the services make up, made from the request instead: the same request has the same names."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

CREATED = 1_790_000_000
"""When every reply says it was made: a fixed second of 2026-09-21, since the emulator knows no clock."""

_LONG = 1 << 20
_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyz"


def digest(*parts: str) -> str:
    """64 hex digits of these texts."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


def request_id(path: str, body: Mapping[str, Any] | bytes) -> str:
    """The 32 hex digits that name a call. A key in the body has no part in them."""
    if isinstance(body, bytes):
        said = body.decode("utf-8", "replace") if len(body) <= _LONG else hashlib.sha256(body).hexdigest()
    else:
        said = json.dumps({name: value for name, value in body.items() if name != "key"}, sort_keys=True)
    return digest(path, said)[:32]


def letters(identity: str, number: int = 12) -> str:
    """That many lower-case letters and digits made of an id."""
    value = int(digest(identity, "letters"), 16)
    made = []
    for _ in range(number):
        value, at = divmod(value, len(_LETTERS))
        made.append(_LETTERS[at])
    return "".join(made)


def tool_id(identity: str, number: int) -> str:
    """MiniMax's name of the ``number``-th tool call of a reply, counted from 1."""
    return f"call_function_{letters(identity)}_{number}"


def signature(identity: str, thinking: str) -> str:
    """What stands in for the service's proof of a thinking block: 64 hex digits."""
    return digest(identity, thinking)
