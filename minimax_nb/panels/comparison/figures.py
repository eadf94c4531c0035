"""The figures of a column: estimates while its reply streams, what the reply itself says once it has ended."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from minimax_nb.catalog.quote import quote
from minimax_nb.chat import Chat
from minimax_nb.chat.cost import Meter
from minimax_nb.display.receipt import money, seconds
from minimax_nb.errors import BudgetError, ConfigError, MiniMaxError, RequestError, ServiceError
from minimax_nb.messages.reply import Reply

_MILLION = 1_000_000
BEST = {"first": "soonest", "speed": "fastest", "price": "cheapest"}
"""The figures of which one is the best, and what it is called."""

_ENDED = {
    "max_tokens": "stopped at max_tokens",
    "content_filter": "stopped by the content filter",
    "stop_sequence": "stopped at a stop sequence",
    "interrupted": "stopped by you",
}


def figures(reply: Reply) -> dict[str, str]:
    """What a reply that has ended came to, in words; "?" is unknown."""
    usage, timing = reply.usage, reply.timing
    about = "~" if "output_tokens" in usage.estimates else ""
    return {
        "first": "?" if timing.first_token_s is None else seconds(timing.first_token_s),
        "speed": "?" if timing.tokens_per_s is None else f"{about}{timing.tokens_per_s:,.0f}",
        "read": _count(usage.input_tokens, guessed="input_tokens" in usage.estimates),
        "written": _count(usage.output_tokens, guessed="output_tokens" in usage.estimates),
        "price": _price(reply),
    }


def how_it_ended(reply: Reply | None, error: BaseException | None) -> str:
    """How a column ended, in a few words."""
    error = error or (reply.error if reply is not None else None)
    begun = reply is not None and bool(reply.parts)
    if isinstance(error, BudgetError):
        return "stopped by the budget" if begun else "not sent: budget"
    if isinstance(error, ConfigError | RequestError) and not begun:
        return "not sent"
    if isinstance(error, Exception) or reply is None:  # a KeyboardInterrupt is no failure
        return "cut off" if begun and not isinstance(error, ServiceError) else "failed"
    return _ENDED.get(reply.stop_reason or "", "done")


def _count(value: int | None, *, guessed: bool) -> str:
    return "?" if value is None else f"{'~' if guessed else ''}{value:,}"


def _price(reply: Reply) -> str:
    if reply.free:
        return "free"
    bill = reply.bill
    if reply.replayed or (bill.total is not None and not bill.total and bill.note):
        return "nothing charged"
    if bill.total is None:
        return "?"
    return f"{'at most ' if bill.at_most else ''}{'~' if bill.estimated else ''}{money(bill.total)}"


def best_of(replies: Mapping[str, Reply]) -> dict[str, list[str]]:
    """Which figures of which column are the best, by the column's name.

    Only replies that ended well are compared, and only figures that all of them have. Where all are equal none is.
    """
    whole = {name: reply for name, reply in replies.items() if reply.done and not reply.partial}
    values: dict[str, dict[str, float | Decimal | None]] = {
        "first": {name: reply.timing.first_token_s for name, reply in whole.items()},
        "speed": {name: _slowness(reply) for name, reply in whole.items()},
        "price": {name: None if reply.replayed else reply.cost for name, reply in whole.items()},
    }
    found: dict[str, list[str]] = {name: [] for name in replies}
    for figure, each in values.items():
        if len(each) < 2 or None in each.values() or len(set(each.values())) == 1:
            continue
        least = min(value for value in each.values() if value is not None)
        for name in (name for name, value in each.items() if value == least):
            found[name].append(figure)
    return found


def _slowness(reply: Reply) -> float | None:
    speed = reply.timing.tokens_per_s
    return None if speed is None else -speed


@dataclass(frozen=True, slots=True)
class Rate:
    """What a call costs, as an estimate.

    Attributes:
        tokens: Input tokens.
        price: USD for them, or None where that is unknown.
        per_output: USD for a token of the reply, or None.
    """

    tokens: int
    price: Decimal | None
    per_output: Decimal | None

    def usd(self, written: int) -> Decimal | None:
        """USD with so many tokens written."""
        return None if self.price is None or self.per_output is None else self.price + written * self.per_output


def rate_of(chat: Chat, prompt: Sequence[object]) -> Rate | None:
    """About what this prompt costs; None where not even that can be told. Nothing is sent."""
    try:
        gauge = chat.gauge(*prompt)
        start = chat.preset
        much = quote(
            chat.model,
            provider=chat.provider,
            input_tokens=gauge.tokens,
            output_tokens=_MILLION,
            service_tier=start.service_tier,
            region=start.region,
        ).total
    except MiniMaxError:
        return None
    known = gauge.price is not None and much is not None
    return Rate(gauge.tokens, gauge.price, (much - gauge.price) / _MILLION if known else None)  # type: ignore[operator]


class Pace:
    """What a reply comes to while it streams. The times are this computer's, so all but exact counts is an estimate.

    Attributes:
        rate: What the call costs, where that is known.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate: Rate | None = None
        self._clock = clock
        self._began: float | None = None
        self._first: float | None = None
        self._reply: Reply | None = None
        self._meter, self._heard = Meter(), (0, 0)

    def begin(self) -> None:
        """The call is about to be sent."""
        self._began = self._clock()

    def hear(self, reply: Reply | None) -> None:
        """Something has come; quick, since it is called for every piece."""
        if self._first is None and reply is not None and (reply.text or reply.thinking):
            self._first = self._clock()

    def figures(self, reply: Reply) -> dict[str, str]:
        """What it has come to so far, in words."""
        earlier = [(each.own_usage.output_tokens, each.own_bill.total) for each in reply.earlier]
        now = self._counted(reply)
        written = now + sum(tokens or 0 for tokens, _ in earlier)
        told = reply.own_usage.input_tokens if not reply.earlier else None
        return {
            "first": self._first_said(),
            "speed": self._speed(written),
            "read": f"{told:,}" if told else (f"~{self.rate.tokens:,}" if self.rate else ""),
            "written": f"~{written:,}" if written else "",
            "price": "free" if reply.free else self._price(now, [price for _, price in earlier]),
        }

    def _counted(self, reply: Reply) -> int:
        """About how many tokens of this call have come. Each piece is counted once."""
        if reply is not self._reply:
            self._reply, self._meter, self._heard = reply, Meter(), (0, 0)
        text, thinking = reply.text, reply.thinking
        new = thinking[self._heard[1] :] + text[self._heard[0] :]
        self._heard = len(text), len(thinking)
        if new:
            self._meter.add(new)
        return self._meter.tokens

    def _first_said(self) -> str:
        if self._first is None or self._began is None:
            return ""
        return f"~{seconds(self._first - self._began)}"

    def _speed(self, written: int) -> str:
        span = 0.0 if self._first is None else self._clock() - self._first
        return f"~{written / span:,.0f}" if written and span > 0.2 else ""

    def _price(self, written: int, earlier: Sequence[Decimal | None]) -> str:
        usd = self.rate.usd(written) if self.rate is not None else None
        if usd is None or None in earlier:
            return "?"
        return f"~{money(usd + sum(filter(None, earlier), Decimal(0)))}"
