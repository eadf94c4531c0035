"""What a reply costs, item by item: a frozen value that knows no prices of its own."""

from __future__ import annotations

from dataclasses import dataclass
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
