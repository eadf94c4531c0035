"""Token counts, one shape for both protocols.

Unknown is None and never zero. ``input_tokens`` includes the cached ones and ``output_tokens`` the thinking ones, on
both protocols: the decoders do the arithmetic (MiniMax OpenAI and Anthropic reference pages, read 2026-11-20).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True)
class Usage:
    """Token counts of one reply.

    Attributes:
        input_tokens: Everything that went in, cached tokens and cache writes included.
        cached_tokens: The part of ``input_tokens`` read from the service's cache.
        cache_write_tokens: The part of ``input_tokens`` written to the cache.
        output_tokens: Everything that came out, thinking included.
        thinking_tokens: The part of ``output_tokens`` that was thinking.
        reported_total: The total the service itself gave, where it gave one.
        estimated: True if any count is the kit's own estimate and not the service's.
    """

    input_tokens: int | None = None
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    output_tokens: int | None = None
    thinking_tokens: int | None = None
    reported_total: int | None = None
    estimated: bool = False

    @property
    def total_tokens(self) -> int | None:
        """Input and output together, or the service's own total, or None if neither is known."""
        if self.input_tokens is not None and self.output_tokens is not None:
            return self.input_tokens + self.output_tokens
        return self.reported_total

    def merge(self, newer: Usage) -> Usage:
        """This usage with every count that ``newer`` knows put in its place."""
        known = {f.name: v for f in fields(newer) if (v := getattr(newer, f.name)) is not None}
        return replace(self, **known)

    def to_dict(self) -> dict[str, int | bool | None]:
        """The counts by name, total included, for metadata and saved files."""
        return {
            "input_tokens": self.input_tokens,
            "cached_tokens": self.cached_tokens,
            "cache_write_tokens": self.cache_write_tokens,
            "output_tokens": self.output_tokens,
            "thinking_tokens": self.thinking_tokens,
            "total_tokens": self.total_tokens,
            "estimated": self.estimated,
        }
