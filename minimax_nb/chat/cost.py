"""What a call costs before it is counted: the least it will cost, and about how much of its reply has come."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from minimax_nb.catalog import Endpoint
from minimax_nb.catalog.price import bill
from minimax_nb.chat.budget import usd_said
from minimax_nb.messages.shown import Shown
from minimax_nb.messages.usage import Usage
from minimax_nb.prompt.tokens import weigh

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Cost:
    """The least a call will cost: its input, counted before it is sent.

    Attributes:
        tokens: Input tokens.
        per_input: USD for each of them, or None where the price is unknown.
        per_output: USD for each token of the reply, or None.
        unknown: Why the price is unknown, one sentence, or "".
    """

    tokens: int
    per_input: Decimal | None
    per_output: Decimal | None
    unknown: str = ""

    def usd(self, read: int, written: int) -> Decimal | None:
        """USD for so many tokens read and written, or None where that is unknown."""
        if self.per_input is None or self.per_output is None:
            return None
        return read * self.per_input + written * self.per_output


NO_COST = Cost(0, Decimal(0), Decimal(0))
"""What a call costs that is not sent."""


def least_cost(endpoint: Endpoint, tokens: int, service_tier: str | None = None) -> Cost:
    """What a call with about so many input tokens costs at least; none of them is taken for cached."""
    read, written = (
        bill(endpoint, Usage(input_tokens=tokens, cached_tokens=0, output_tokens=output), service_tier)
        for output in (0, _MILLION)
    )
    if read.total is None or written.total is None:
        return Cost(tokens, None, None, read.unknown or written.unknown)
    return Cost(tokens, read.total / max(tokens, 1), (written.total - read.total) / _MILLION)


@dataclass(frozen=True, slots=True)
class Amount(Shown):
    """USD and tokens together.

    Attributes:
        usd: USD; None where all of it is unknown, or where no limit of that kind is set.
        tokens: Input and output tokens; None where no limit of that kind is set.
        estimated: Whether the kit's own estimates are among them.
        unpriced: How many replies are not in ``usd`` because their price is unknown.
    """

    usd: Decimal | None
    tokens: int | None
    estimated: bool = False
    unpriced: int = 0


def amount_said(amount: Amount) -> str:
    """USD and tokens as people read them: "$0.0012 and 1,200 tokens"."""
    usd = "" if amount.usd is None else usd_said(amount.usd)
    tokens = "" if amount.tokens is None else f"{amount.tokens:,} tokens"
    return " and ".join(filter(None, (usd, tokens)))


class Meter:
    """About how many tokens have come so far. They are counted in steps, so that most pieces cost next to nothing."""

    __slots__ = ("_length", "_pieces", "_weight")
    STEP = 64
    """Characters that are counted at a time."""

    def __init__(self) -> None:
        self._weight = 0.0
        self._pieces: list[str] = []
        self._length = 0

    @property
    def tokens(self) -> int:
        """About how many tokens were counted."""
        return round(self._weight)

    def add(self, text: str) -> bool:
        """Take in a piece; whether :attr:`tokens` has moved."""
        self._pieces.append(text)
        self._length += len(text)
        if self._length < self.STEP:
            return False
        self._weight += weigh("".join(self._pieces))
        self._pieces.clear()
        self._length = 0
        return True
