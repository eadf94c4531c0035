"""What the reply to one call used, and what the replies of a group used together.

Unlike things are never added. Tokens of two providers or models have no sum, money has one. What is unknown is counted
beside each sum and never taken for zero.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Context, Decimal
from functools import reduce
from typing import Any, Self

from minimax_nb.catalog.resolve import EMULATOR
from minimax_nb.messages.reply import Reply
from minimax_nb.messages.shown import Shown
from minimax_nb.messages.usage import Usage

COUNTS = (
    "input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens", "thinking_tokens", "total_tokens"
)  # fmt: skip
"""The token counts of a line, in this order."""

_PRICED = frozenset({"input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens"})
_EXACT = Context(prec=100)  # sums of money round nothing, so their order does not matter


@dataclass(frozen=True, slots=True)
class Entry:
    """What the reply to one call used.

    Attributes:
        chat: Name of the chat that asked, or "".
        provider: Who was asked; "" is unknown.
        model: The model that served; "" is unknown.
        face: Protocol.
        usage: Token counts, with the names of those that are estimates.
        cost: USD, or None when it is unknown; nothing for a free or replayed reply.
        at_most: Whether the true cost is ``cost`` or lower, since nobody told what came from the cache.
        free: Whether nothing is charged there.
        replayed: Whether it came from a recording: its tokens are in no sum.
        partial: Whether the service did not end it: cut short, stopped or failed.
        stop_reason: Why it ended, or None.
        at: When it was entered, in seconds since 1970, or None.
        first_token_s: Seconds to the first token, or None.
        total_s: Seconds to the end, or None.
        request_id: The service's id for the call, or None.
    """

    chat: str
    provider: str
    model: str
    face: str
    usage: Usage
    cost: Decimal | None
    at_most: bool
    free: bool
    replayed: bool
    partial: bool
    stop_reason: str | None
    at: float | None
    first_token_s: float | None
    total_s: float | None
    request_id: str | None

    @classmethod
    def of(cls, reply: Reply, chat: str = "", at: float | None = None) -> Self:
        """The entry for a reply that has ended: its own call, without those before it in the same turn.

        Without ``at`` it is the clock's time. The emulator and recordings have times of their own and no date, so that
        what is made of them is the same on every run: there ``at`` stays None.
        """
        if at is None and not reply.replayed and not emulated(reply.provider):
            at = time.time()
        return cls(
            chat=chat,
            provider=reply.provider,
            model=reply.model,
            face=reply.face,
            usage=reply.own_usage,
            cost=Decimal(0) if reply.free or reply.replayed else reply.own_bill.total,
            at_most=reply.own_bill.at_most and not reply.free and not reply.replayed,
            free=reply.free,
            replayed=reply.replayed,
            partial=reply.partial,
            stop_reason=reply.stop_reason,
            at=at,
            first_token_s=reply.own_timing.first_token_s,
            total_s=reply.own_timing.total_s,
            request_id=reply.request_id,
        )


def emulated(provider: str) -> bool:
    """Whether that is the emulator, by itself or as the double of a provider ("emulator:modelslab")."""
    return provider.partition(":")[0] == EMULATOR


@dataclass(frozen=True, slots=True)
class UsageLine(Shown):
    """The replies of one group together.

    A count is the sum of what was told: None when no reply told it, and at least that much where ``unknown`` has a
    number for it. Replayed replies used nothing, so they are in no sum and in no number but ``replies``, ``partial``
    and ``replayed``. Lines cannot be added.

    Attributes:
        group: Name and value of what the replies were grouped by.
        provider: The provider of all of them ("" is unknown), or None where they have several.
        model: The model of all of them ("" is unknown), or None where they have several.
        mixed: Whether the replies are of several providers or models; the counts are then None, and only ``cost`` is a
            sum.
        replies: How many there are.
        input_tokens: Everything that went in.
        cached_tokens: The part of it read from the service's cache.
        cache_write_tokens: The part of it written to the cache.
        output_tokens: Everything that came out.
        thinking_tokens: The part of it that was thinking.
        total_tokens: Input and output together, or the service's own total.
        cost: USD, the sum of the known costs, or None when all are unknown.
        unknown: How many replies did not tell each count, and "cost", by name.
        estimates: How many replies have an estimate for each count, and "cost", by name.
        estimated: How many replies hold an estimate.
        at_most: How many replies have a cost that may be lower.
        free: How many were asked where nothing is charged.
        replayed: How many came from a recording.
        partial: How many were cut short, stopped or failed.
    """

    group: tuple[tuple[str, Any], ...]
    provider: str | None
    model: str | None
    mixed: bool
    replies: int
    input_tokens: int | None
    cached_tokens: int | None
    cache_write_tokens: int | None
    output_tokens: int | None
    thinking_tokens: int | None
    total_tokens: int | None
    cost: Decimal | None
    unknown: Mapping[str, int] = field(hash=False)
    estimates: Mapping[str, int] = field(hash=False)
    estimated: int
    at_most: int
    free: int
    replayed: int
    partial: int

    @property
    def unknown_cost(self) -> int:
        """How many replies have an unknown cost: ``cost`` is the sum of the others."""
        return self.unknown["cost"]

    def to_dict(self) -> dict[str, Any]:
        """The line as plain JSON values; the cost as text, so that no digit is lost."""
        return {
            "group": dict(self.group),
            "provider": self.provider,
            "model": self.model,
            "replies": self.replies,
            **{name: getattr(self, name) for name in COUNTS},
            "cost": None if self.cost is None else f"{self.cost:f}",
            **{name: dict(getattr(self, name)) for name in ("unknown", "estimates")},
            **{name: getattr(self, name) for name in ("estimated", "at_most", "free", "replayed", "partial")},
        }


def usage_line(group: tuple[tuple[str, Any], ...], entries: Sequence[Entry]) -> UsageLine:
    """The line for these entries, whatever they are."""
    spent = [entry for entry in entries if not entry.replayed]
    whose = {(entry.provider, entry.model) for entry in entries}
    nameless = any("" in each for each in whose)  # two replies of models nobody knows may be of different ones
    mixed = len(whose) > 1 or (nameless and len(entries) > 1)
    counts = {name: [_count(entry, name) for entry in spent] for name in COUNTS}
    costs = [entry.cost for entry in spent]
    return UsageLine(
        group=group,
        provider=_common(provider for provider, _ in whose),
        model=_common(model for _, model in whose),
        mixed=mixed,
        replies=len(entries),
        **{name: None if mixed else _sum(told) for name, told in counts.items()},
        cost=None if costs and not any(cost is not None for cost in costs) else _money(costs),
        unknown={name: told.count(None) for name, told in counts.items()} | {"cost": costs.count(None)},
        estimates={name: sum(_is_estimate(entry, name) for entry in spent) for name in (*COUNTS, "cost")},
        estimated=sum(entry.usage.estimated for entry in spent),
        at_most=sum(entry.at_most for entry in spent),
        free=sum(entry.free for entry in spent),
        replayed=len(entries) - len(spent),
        partial=sum(entry.partial for entry in entries),
    )


def _count(entry: Entry, name: str) -> int | None:
    count: int | None = getattr(entry.usage, name)
    return count


def _sum(told: Sequence[int | None]) -> int | None:
    known = [count for count in told if count is not None]
    return sum(known) if known or not told else None


def _money(costs: Iterable[Decimal | None]) -> Decimal:
    return reduce(_EXACT.add, (cost for cost in costs if cost is not None), Decimal(0))


def _common(values: Iterable[str]) -> str | None:
    different = set(values)
    return different.pop() if len(different) == 1 else None


def _is_estimate(entry: Entry, name: str) -> bool:
    estimates = entry.usage.estimates
    if name == "cost":
        return bool(entry.cost) and not estimates.isdisjoint(_PRICED)
    if name == "total_tokens":
        return not estimates.isdisjoint({"input_tokens", "output_tokens"})
    return name in estimates
