"""Token counts, one shape for both protocols.

Unknown is None and never zero. ``input_tokens`` includes the cached ones and ``output_tokens`` the thinking ones, on
both protocols: the decoders do the arithmetic (MiniMax OpenAI and Anthropic reference pages, read 2026-11-20).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

from minimax_nb.messages.shown import Shown

COUNTS = (
    "input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "thinking_tokens", "reported_total"
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Usage(Shown):
    """Token counts of one reply.

    Attributes:
        input_tokens: Everything that went in, cached tokens and cache writes included.
        cached_tokens: The part of ``input_tokens`` read from the service's cache.
        cache_write_tokens: The part of ``input_tokens`` written to the cache.
        output_tokens: Everything that came out, thinking included.
        thinking_tokens: The part of ``output_tokens`` that was thinking.
        reported_total: The total the service itself gave, where it gave one.
        estimates: Names of those counts that are the kit's own estimate and not the service's.
    """

    input_tokens: int | None = None
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    output_tokens: int | None = None
    thinking_tokens: int | None = None
    reported_total: int | None = None
    estimates: frozenset[str] = frozenset()

    @property
    def estimated(self) -> bool:
        """Whether any count is an estimate."""
        return bool(self.estimates)

    @property
    def total_tokens(self) -> int | None:
        """Input and output together, or the service's own total, or None if neither is known."""
        if self.input_tokens is not None and self.output_tokens is not None:
            return self.input_tokens + self.output_tokens
        return self.reported_total

    def merge(self, newer: Usage) -> Usage:
        """This usage with every count that ``newer`` knows put in its place."""
        known = {f.name: v for f in fields(newer) if f.name in COUNTS and (v := getattr(newer, f.name)) is not None}
        return replace(self, **known, estimates=self.estimates.difference(known) | newer.estimates)

    def to_dict(self) -> dict[str, int | bool | list[str] | None]:
        """The counts by name, total included, for metadata and saved files."""
        return {
            "input_tokens": self.input_tokens,
            "cached_tokens": self.cached_tokens,
            "cache_write_tokens": self.cache_write_tokens,
            "output_tokens": self.output_tokens,
            "thinking_tokens": self.thinking_tokens,
            "total_tokens": self.total_tokens,
            "estimated": self.estimated,
            **({"estimates": sorted(self.estimates)} if self.estimates else {}),
        }


def together(usages: Sequence[Usage]) -> Usage:
    """The counts of several calls to one model added up; a count that one of them does not tell is unknown."""
    if len(usages) == 1:
        return usages[0]

    def added(name: str) -> int | None:
        each = [getattr(usage, name) for usage in usages]
        return None if None in each else sum(each)

    return Usage(
        **{name: added(name) for name in COUNTS},
        estimates=frozenset(name for usage in usages for name in usage.estimates),
    )
