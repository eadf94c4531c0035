"""MiniMax's own error numbers: the HTTP status each was seen with, and what the service says.

MiniMax error-code page and both reference pages, and dated captures, all read 2026-11-20. Where no status was seen,
``seen`` is False and the status is the nearest one that fits; where no sentence was seen, the words are ours.
"""

from __future__ import annotations

from dataclasses import dataclass

_WINDOW = (
    "usage limit exceeded, 5-hour usage limit reached for Token Plan Starter (0/0 used), resets at 2030-01-01T00:00:00Z"
)
_HEAVY = "the servers are under heavy load, please try again in a few minutes"


@dataclass(frozen=True, slots=True)
class Code:
    """One number.

    Attributes:
        number: What stands at the end of the message.
        status: HTTP status.
        detail: What the service says.
        about: What it means.
        anthropic: HTTP status on the Anthropic-compatible protocol, where it differs.
        seen: Whether this status was documented or recorded.
    """

    number: int
    status: int
    detail: str
    about: str
    anthropic: int | None = None
    seen: bool = True


CODES: tuple[Code, ...] = (
    Code(1000, 500, "unknown error", "an unknown error", seen=False),
    Code(1001, 504, "request timeout", "the service ran out of time"),
    Code(1002, 429, "rate limit", "too many calls"),
    Code(1004, 401, "", "the key is missing, wrong or of another region"),
    Code(1008, 402, "insufficient balance", "no credit left"),
    Code(1013, 500, "internal service error", "an internal error", seen=False),
    Code(1024, 500, "internal error", "an internal error", seen=False),
    Code(1026, 422, "input new_sensitive", "the prompt is refused for its content", anthropic=500),
    Code(1027, 422, "output new_sensitive", "the reply is refused for its content", anthropic=500),
    Code(1028, 429, "quota exhausted", "the quota is used up", seen=False),
    Code(1030, 429, "quota exhausted", "the quota is used up", seen=False),
    Code(1033, 500, "system error", "an error of a server behind the service", seen=False),
    Code(1039, 429, "token limit", "too many tokens a minute", seen=False),
    Code(1041, 429, "connection limit", "too many connections at once", seen=False),
    Code(1042, 400, "invisible character ratio limit", "more than a tenth are invisible characters", seen=False),
    Code(2013, 400, "invalid params", "a parameter the service does not take"),
    Code(2045, 429, "rate growth limit", "calls grew in number too fast", seen=False),
    Code(2049, 401, "invalid api key", "the key is not valid"),
    Code(2056, 429, _WINDOW, "the plan's 5-hour window is used up"),
    Code(2061, 403, "your current token plan does not support this model", "the plan lacks this model", seen=False),
    Code(2062, 429, _HEAVY, "the plan is slowed down"),
    Code(2064, 529, _HEAVY, "peak-hour overload"),
)
