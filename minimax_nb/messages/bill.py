"""What a reply costs, item by item: a frozen value that knows no prices of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from minimax_nb.messages.shown import Shown


@dataclass(frozen=True, slots=True)
class Charge:
    """One line of a bill.

    Attributes:
        what: "input", "cached input", "cache write" or "output".
        tokens: How many.
        rate: USD per million tokens, or None where the row has none.
        amount: USD, unrounded, tier included; None where the rate is unknown.
    """

    what: str
    tokens: int
    rate: Decimal | None
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class Bill(Shown):
    """How a price came about.

    Attributes:
        total: USD, unrounded, or None when it is unknown.
        unknown: Why it is unknown, one sentence, or "".
        charges: The items; empty where nothing is charged or nothing is known.
        factor: What the service tier multiplies every rate by.
        above_input: The step the whole request is charged at: input tokens past which its rates hold; 0 is the first.
        estimated: True if a count behind it is an estimate.
        at_most: True if cached tokens are unknown and would have cost less: the true price is this or lower.
        note: Why nothing was charged, or what else to know, one sentence, or "".
        dated: The day the rates were read.
        source: Where they were read.
    """

    total: Decimal | None
    unknown: str = ""
    charges: tuple[Charge, ...] = ()
    factor: Decimal = Decimal(1)
    above_input: int = 0
    estimated: bool = False
    at_most: bool = False
    note: str = ""
    dated: date | None = None
    source: str = ""


def one_bill(bills: Sequence[Bill]) -> Bill:
    """The bills of several calls as one: items of a kind and rate added up, unknown if one of them is."""
    if len(bills) == 1:
        return bills[0]
    totals = [bill.total for bill in bills]
    items: dict[tuple[str, Decimal | None], Charge] = {}
    for charge in (charge for bill in bills for charge in bill.charges):
        before = items.get((charge.what, charge.rate))
        items[charge.what, charge.rate] = charge if before is None else _added(before, charge)
    charged = next((bill for bill in reversed(bills) if bill.charges), bills[-1])  # one that failed may name no rates
    return replace(
        charged,
        total=None if None in totals else sum(filter(None, totals), Decimal(0)),
        unknown=next((bill.unknown for bill in bills if bill.unknown), ""),
        charges=tuple(items.values()),
        above_input=max(bill.above_input for bill in bills),
        estimated=any(bill.estimated for bill in bills),
        at_most=any(bill.at_most for bill in bills),
    )


def _added(one: Charge, other: Charge) -> Charge:
    amount = None if one.amount is None or other.amount is None else one.amount + other.amount
    return replace(one, tokens=one.tokens + other.tokens, amount=amount)
