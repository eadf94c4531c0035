"""What was used over calls, as the few numbers that a drawing needs, however many calls there were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from minimax_nb.chat.budget import usd_said
from minimax_nb.chat.entry import Entry

STEPS = 120
"""A curve has about so many points at most: a drawing is hardly wider than a few hundred pixels."""

MOST_CURVES = 8
"""So many curves are drawn, those that rise highest."""

_LONGEST = 80  # characters of a name


def curves(entries: Sequence[Entry], what: str) -> dict[str, Any]:
    """A rising curve for each provider and model, as plain values.

    Tokens of different models have no sum, so there is no curve of all of them. A reply whose price or count is unknown
    adds nothing and is marked: from there on the curve is "at least". Replayed replies used nothing and are left out.

    Args:
        entries: The replies, in order.
        what: "cost" in USD or "tokens" (input and output together).

    Returns:
        "calls", how many replies there are; "curves", each with its "name", its "points" (number of the reply, and what
        was used until then, as text), the "unknown" replies (their numbers, thinned out as the points are), how many
        these are ("unknowns"), and "total" as text; and "more", how many curves are left out.
    """
    width = max(1, -(-len(entries) // STEPS))
    found: dict[tuple[str, str], _Curve] = {}
    for number, entry in enumerate(entries, start=1):
        if not entry.replayed:
            found.setdefault((entry.provider, entry.model), _Curve()).add(number, (number - 1) // width, entry, what)
    highest = sorted(found, key=lambda name: (-found[name].total, name))[:MOST_CURVES]
    return {
        "what": what,
        "calls": len(entries),
        "curves": [found[name].to_dict(name, what) for name in found if name in highest],
        "more": len(found) - len(highest),
    }


@dataclass(slots=True)
class _Curve:
    """The curve of one provider and model: its last point in each step."""

    total: Decimal | int = 0
    points: dict[int, tuple[int, Decimal | int]] = field(default_factory=dict)
    crosses: dict[int, int] = field(default_factory=dict)
    unknown: int = 0
    known: int = 0
    estimated: bool = False

    def add(self, number: int, step: int, entry: Entry, what: str) -> None:
        amount = entry.cost if what == "cost" else entry.usage.total_tokens
        if amount is None:
            self.unknown += 1
            self.crosses[step] = number
        else:
            self.known += 1
            self.total += amount
            self.estimated = self.estimated or (bool(amount) and entry.usage.estimated)
        self.points[step] = number, self.total

    def to_dict(self, name: tuple[str, str], what: str) -> dict[str, Any]:
        total = f"{'~' if self.estimated else ''}{_said(self.total, what)}" if self.known else "unknown"
        return {
            "name": " · ".join(part[:_LONGEST] or "?" for part in name),
            "points": [[number, _said(total, what)] for number, total in self.points.values()],
            "unknown": list(self.crosses.values()),
            "unknowns": self.unknown,
            "total": f"{total}{'+' if self.unknown and self.known else ''}",
        }


def _said(amount: Decimal | int, what: str) -> str:
    if what == "tokens":
        return f"{amount:,}"
    return usd_said(Decimal(amount)) if amount else "$0"
