"""What a reply costs, from its counts and the provider's dated prices. What is not known is None, never zero."""

from __future__ import annotations

from decimal import Decimal

from minimax_nb.catalog.endpoint import Endpoint
from minimax_nb.catalog.rows import Price
from minimax_nb.messages.usage import Usage

_MILLION = Decimal(1_000_000)
_STANDARD = (None, "standard")


def price(endpoint: Endpoint, usage: Usage, service_tier: str | None = None) -> Decimal | None:
    """The price of a reply in USD, unrounded, or None if a count or a rate that it needs is unknown.

    The step is chosen by the input tokens and holds for the whole request (MiniMax's pay-as-you-go prices, read
    2026-11-20). An unknown count of cached tokens counts as none cached: the price is then at most too high.

    Args:
        endpoint: Who answered.
        usage: What was counted.
        service_tier: The tier that was asked for.
    """
    if endpoint.provider.free:
        return Decimal(0)
    factor = Decimal(1) if service_tier in _STANDARD else endpoint.offer.priority_factor
    step = _step(endpoint, usage.input_tokens)
    if step is None or factor is None or usage.input_tokens is None or usage.output_tokens is None:
        return None
    cached, written = usage.cached_tokens or 0, usage.cache_write_tokens or 0
    fresh = usage.input_tokens - cached - written
    if min(fresh, cached, written, usage.output_tokens) < 0:
        return None  # counts that contradict each other
    total = Decimal(0)
    for tokens, rate in (
        (fresh, step.input),
        (cached, step.cache_read),
        (written, step.cache_write),
        (usage.output_tokens, step.output),
    ):
        if tokens and rate is None:
            return None
        total += tokens * (rate or Decimal(0))
    return total * factor / _MILLION


def _step(endpoint: Endpoint, input_tokens: int | None) -> Price | None:
    """The price row for that much input; None where there is none, or where the region has prices of its own."""
    if input_tokens is None or endpoint.region not in {"", "global"}:
        return None
    fitting = (row for row in endpoint.offer.prices if input_tokens > row.above_input or not row.above_input)
    return max(fitting, key=lambda row: row.above_input, default=None)
