"""How full a model's window is, what fills it, and what to do about it. Pure: counts in, a frozen value out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from heapq import nlargest
from itertools import accumulate, pairwise

from minimax_nb.catalog import Endpoint
from minimax_nb.catalog.price import bill
from minimax_nb.catalog.rows import Price
from minimax_nb.messages.parts import Message
from minimax_nb.messages.request import Request
from minimax_nb.messages.shown import Shown
from minimax_nb.messages.turns import Turn
from minimax_nb.messages.usage import Usage

FULL = 0.8
"""Share of the window from which on the gauge warns."""

NEAR = 0.1
"""Share of a price step, below it, in which the gauge warns."""

_MOST_TURNS = 5
_EXCERPT = 40


@dataclass(frozen=True, slots=True)
class PriceStep:
    """Input tokens past which the whole request has another price.

    Attributes:
        above: The tokens.
        factor: What an input token costs past it, times what it costs below; None is unknown.
        passed: Whether the request is past it.
    """

    above: int
    factor: Decimal | None
    passed: bool


@dataclass(frozen=True, slots=True)
class TurnSize:
    """A turn of the conversation and how much of the window it takes.

    Attributes:
        number: Its number, the first turn being 1; what ``chat.drop`` takes.
        tokens: About how many tokens it has, prompt and reply together.
        prompt: How its prompt begins, or "" where that was not told.
    """

    number: int
    tokens: int
    prompt: str


@dataclass(frozen=True, slots=True)
class Gauge(Shown):
    """How full the window is with what a call would send.

    Attributes:
        provider: Who would answer.
        model: The model.
        window: Tokens the model takes at once, or None where that is unknown.
        tokens: Tokens that would go in.
        parts: About how many of them are the system message's, the history's, and so on, by name; none is zero.
        exact: True if the service counted ``tokens``, False if it is the kit's estimate.
        step: The nearest price step ahead, else the last one passed, or None where the price has no steps.
        reserved: The most tokens the reply may have (``max_tokens``), or None where that was not said.
        turns: The largest turns of the history, largest first.
        price: USD for the input alone, or None where that is unknown.
    """

    provider: str
    model: str
    window: int | None
    tokens: int
    parts: Mapping[str, int]
    exact: bool = False
    step: PriceStep | None = None
    reserved: int | None = None
    turns: tuple[TurnSize, ...] = ()
    price: Decimal | None = None

    @property
    def share(self) -> float | None:
        """How much of the window is filled, 1 being all of it; None where the window is unknown."""
        return None if not self.window else self.tokens / self.window

    @property
    def room(self) -> int | None:
        """Tokens that are left for more input and the reply; below zero if it is too much already."""
        return None if self.window is None else self.window - self.tokens

    @property
    def warnings(self) -> tuple[str, ...]:
        """What to look out for, a sentence each, the last with what to do about it; empty if all is well."""
        found = [*self._of_window(), *self._of_price()]
        return (*found[:-1], f"{found[-1]} {self._advice()}") if found else ()

    def _of_window(self) -> list[str]:
        if self.window is None or self.share is None or self.room is None:
            return []
        if self.room < 0:
            return [f"This is {-self.room:,} tokens more than the window of {self.window:,} tokens."]
        if self.reserved is not None and self.reserved > self.room:
            over = self.reserved - self.room
            return [
                f"With a reply of max_tokens ({self.reserved:,}) this is {over:,} tokens more than the window of "
                f"{self.window:,} tokens."
            ]
        return [f"The window is {self.share:.0%} full."] if self.share >= FULL else []

    def _of_price(self) -> list[str]:
        step = self.step
        if step is None:
            return []
        costs = "has another price" if step.factor is None else f"costs {_times(step.factor)}"
        if step.passed:
            return [f"With more than {step.above:,} tokens of input the whole request {costs}."]
        if self.tokens < step.above * (1 - NEAR):
            return []
        ahead = step.above - self.tokens
        return [f"{ahead:,} tokens more, and the whole request {costs}: the price step is at {step.above:,} tokens."]

    def _advice(self) -> str:
        history = self.parts.get("history", 0)
        if not self.turns or history * 2 < self.tokens:
            largest = max(self.parts, key=lambda name: self.parts[name], default="prompt")
            return f"Most of it is the {_LONG.get(largest, largest)}: send less of that."
        turn = self.turns[0]
        return (
            f"Drop turn {turn.number}, the largest with about {turn.tokens:,} tokens (chat.drop({turn.number}) or "
            f"%minimax_history --drop {turn.number}), ask without the history (--alone), go on with another model "
            "(chat.fork(model=...)), or start afresh (%minimax_reset)."
        )


_LONG = {"system": "system message", "built-in": "service's own system message"}


def gauge_of(
    request: Request,
    endpoint: Endpoint,
    counts: Mapping[str, int],
    sizes: Sequence[int],
    turns: Sequence[Turn] = (),
) -> Gauge:
    """The gauge of a request.

    Args:
        request: What would be sent.
        endpoint: Who would answer.
        counts: Estimated tokens by part, as the tally gives them, and their "total".
        sizes: Estimated tokens of each turn of the conversation, in order.
        turns: Those turns, to show how they begin; the ones that are not in the request are left out.
    """
    tokens = counts["total"]
    parts = {name: count for name, count in counts.items() if name != "total" and count}
    alone = Usage(input_tokens=tokens, cached_tokens=0, output_tokens=0)
    return Gauge(
        provider=endpoint.provider_name,
        model=endpoint.model_id,
        window=endpoint.model.context,
        tokens=tokens,
        parts=parts,
        exact=False,
        step=_step(endpoint, tokens),
        reserved=request.max_tokens,
        turns=_largest(sizes[: _heard(request.messages, turns)], turns),
        price=bill(endpoint, alone, request.service_tier).total,
    )


def counted_exactly(gauge: Gauge, tokens: int, price: Decimal | None) -> Gauge:
    """The same gauge with the service's own count; its parts stay estimates."""
    step = gauge.step and replace(gauge.step, passed=tokens > gauge.step.above)
    return replace(gauge, tokens=tokens, exact=True, step=step, price=price)


def _step(endpoint: Endpoint, tokens: int) -> PriceStep | None:
    """The nearest price step ahead, else the last one passed. What is free, or has prices elsewhere only, has none."""
    if endpoint.provider.free or endpoint.region not in {"", "global"}:
        return None
    rows = sorted(endpoint.offer.prices, key=lambda row: row.above_input)
    pairs = [(low, high) for low, high in pairwise(rows) if high.above_input]
    ahead = [pair for pair in pairs if tokens <= pair[1].above_input]
    if not pairs:
        return None
    low, high = ahead[0] if ahead else pairs[-1]
    return PriceStep(high.above_input, _factor(low, high), passed=not ahead)


def _factor(low: Price, high: Price) -> Decimal | None:
    return high.input / low.input if low.input and high.input is not None else None


def _heard(messages: Sequence[Message], turns: Sequence[Turn]) -> int | None:
    """How many of the turns, from the first on, are among these messages; None, all, if the turns are not told."""
    ends = accumulate(len(turn.messages) for turn in turns)
    return sum(end <= len(messages) for end in ends) if turns else None


def _largest(sizes: Sequence[int], turns: Sequence[Turn]) -> tuple[TurnSize, ...]:
    places = nlargest(_MOST_TURNS, range(len(sizes)), key=lambda at: sizes[at])
    return tuple(TurnSize(at + 1, sizes[at], _excerpt(turns[at].prompt) if turns else "") for at in places)


def _excerpt(prompt: Message) -> str:
    words = " ".join(prompt.text[: 4 * _EXCERPT].split())
    return words if len(words) <= _EXCERPT else f"{words[: _EXCERPT - 1]}…"


def _times(factor: Decimal) -> str:
    return "double" if factor == 2 else f"{factor.normalize():f} times as much"
