"""What a conversation used, kept apart by provider and model: unlike things are never added up."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from minimax_nb.messages.reply import Reply
from minimax_nb.messages.shown import Shown


@dataclass(frozen=True, slots=True)
class UsageLine(Shown):
    """The replies of one provider and model together.

    A total is None when no reply told that count. ``unknown_cost`` is the number of replies whose price is unknown:
    ``cost`` is the sum of the others.
    """

    provider: str
    model: str
    replies: int
    input_tokens: int | None
    cached_tokens: int | None
    output_tokens: int | None
    thinking_tokens: int | None
    cost: Decimal | None
    unknown_cost: int


@dataclass(frozen=True, slots=True)
class _Entry:
    provider: str
    model: str
    counts: tuple[int | None, int | None, int | None, int | None]
    cost: Decimal | None


class Ledger(Shown):
    """Every reply of a chat, one entry each, failed and interrupted ones included."""

    def __init__(self) -> None:
        self._entries: list[_Entry] = []

    def add(self, reply: Reply) -> None:
        """Enter a reply that has ended."""
        usage = reply.usage
        counts = (usage.input_tokens, usage.cached_tokens, usage.output_tokens, usage.thinking_tokens)
        self._entries.append(_Entry(reply.provider, reply.model, counts, reply.cost))

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def lines(self) -> tuple[UsageLine, ...]:
        """One line a provider and model, in the order they were first used."""
        groups: dict[tuple[str, str], list[_Entry]] = {}
        for entry in self._entries:
            groups.setdefault((entry.provider, entry.model), []).append(entry)
        return tuple(_line(provider, model, entries) for (provider, model), entries in groups.items())

    def __repr__(self) -> str:
        return f"<usage of {len(self)} replies>"


def _line(provider: str, model: str, entries: list[_Entry]) -> UsageLine:
    def total(place: int) -> int | None:
        known = [count for entry in entries if (count := entry.counts[place]) is not None]
        return sum(known) if known else None

    costs = [entry.cost for entry in entries if entry.cost is not None]
    cost = sum(costs, Decimal(0)) if costs else None
    return UsageLine(
        provider, model, len(entries), total(0), total(1), total(2), total(3), cost, len(entries) - len(costs)
    )
