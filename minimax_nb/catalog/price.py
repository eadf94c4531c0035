"""What a reply costs, from its counts and the provider's dated prices. What is not known is None, never zero.

How a whole request is charged at its step and what the priority tier costs: MiniMax's pay-as-you-go prices and its
OpenAI-compatible API page, read 2026-11-20. That a failed call costs nothing: RunAPI's page of M2, read the same day.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from minimax_nb.catalog.endpoint import Endpoint
from minimax_nb.catalog.rows import Price
from minimax_nb.errors import MiniMaxError, ServiceError
from minimax_nb.messages.bill import Bill, Charge
from minimax_nb.messages.usage import Usage

_MILLION = Decimal(1_000_000)
_STANDARD = (None, "standard")
_ITEMS = ("input", "cached input", "cache write", "output")
_PRICED = frozenset({"input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens"})


def price(endpoint: Endpoint, usage: Usage, service_tier: str | None = None) -> Decimal | None:
    """The total of :func:`bill`: USD, unrounded, or None if a count or a rate that it needs is unknown."""
    return bill(endpoint, usage, service_tier).total


def bill(
    endpoint: Endpoint,
    usage: Usage,
    service_tier: str | None = None,
    *,
    served: str = "",
    error: MiniMaxError | None = None,
) -> Bill:
    """What a reply costs and how that came about; every total that is unknown has its reason.

    The step is chosen by the input tokens and holds for the whole request. An unknown count of cached tokens counts as
    none cached, and the bill then says that it is the most it can be; an unknown count of cache writes as none written,
    since only requests that mark what to keep are charged for that, and the kit marks nothing (MiniMax's pages on
    caching, read 2026-11-20).

    Args:
        endpoint: Who was asked.
        usage: What was counted.
        service_tier: The tier that was asked for.
        served: The model that answered by the service's word, or "" where it did not say.
        error: What ended the reply, if something did. Only the service's own errors can make it free: a reply that
            was stopped by the user, or whose line was cut, is charged for what came.
    """
    if note := _free(endpoint, error):
        return Bill(Decimal(0), note=note)
    if reason := _unpriced(endpoint, service_tier, served):
        return Bill(None, unknown=reason)
    if all(rate == 0 for row in endpoint.offer.prices for rate in _rates(row)):
        return Bill(Decimal(0), note=f"{_model(endpoint)} costs nothing.")
    if reason := _uncounted(endpoint, usage, error):
        return Bill(None, unknown=reason)
    row = _step(endpoint, usage.input_tokens or 0)
    if row is None:
        return Bill(None, unknown=f"The prices known of {_model(endpoint)} are for more input than this.")
    return _priced(endpoint, usage, service_tier, row)


def on_plan(endpoint: Endpoint) -> bool:
    """Whether the key begins as those of the provider's subscription plans do."""
    return endpoint.key is not None and endpoint.key.reveal().startswith(endpoint.provider.plan_keys)


def _priced(endpoint: Endpoint, usage: Usage, service_tier: str | None, row: Price) -> Bill:
    """The bill at one row's rates."""
    factor = Decimal(1) if service_tier in _STANDARD else endpoint.offer.priority_factor or Decimal(1)
    charges = tuple(_charges(usage, row, factor))
    holes = [charge.what for charge in charges if charge.amount is None]
    cheaper = row.cache_read is not None and row.input is not None and row.cache_read < row.input
    return Bill(
        None if holes else sum((charge.amount or Decimal(0) for charge in charges), Decimal(0)),
        unknown=f"The prices known of {_model(endpoint)} have no rate for {' and '.join(holes)}." if holes else "",
        charges=charges,
        factor=factor,
        above_input=row.above_input,
        estimated=bool(usage.estimates & _PRICED),
        at_most=not holes and cheaper and usage.cached_tokens is None and bool(usage.input_tokens),
        dated=row.dated,
        source=row.source,
    )


def _free(endpoint: Endpoint, error: MiniMaxError | None) -> str:
    """Why nothing is charged, whatever was counted, or ""."""
    title = endpoint.provider.title
    if endpoint.provider.free:
        return f"{title} charges nothing."
    if isinstance(error, ServiceError):
        if endpoint.provider.failed_free and error.billed is not True:
            return f"{title} charges nothing for a call that failed."
        if error.billed is False:
            return f"{title} refused the call before a model ran, which is not charged."
    return ""


def _unpriced(endpoint: Endpoint, service_tier: str | None, served: str) -> str:
    """Why no row of prices can be taken, or ""."""
    title, offer = endpoint.provider.title, endpoint.offer
    if on_plan(endpoint):
        return f"The call is charged to the plan that the key belongs to: {title} names no price a token for it."
    if endpoint.region not in {"", "global"}:
        return f"The prices known are those of {title}'s region global, not of its region {endpoint.region}."
    if not offer.prices:
        return f"No price is known for {_model(endpoint)}."
    if _another(endpoint, served):
        told = " ".join(served.split())[:80]  # a suffix may be anything the service likes
        return f"{endpoint.model_id} was asked and {told} answered: which price holds is not known."
    if service_tier not in _STANDARD and offer.priority_factor is None:
        return f"What the tier {service_tier} costs is not known for {_model(endpoint)}."
    return ""


def _uncounted(endpoint: Endpoint, usage: Usage, error: MiniMaxError | None) -> str:
    """Why the counts cannot be charged, or ""."""
    missing = [name for name in ("input", "output") if getattr(usage, f"{name}_tokens") is None]
    if missing and isinstance(error, ServiceError) and error.billed is None:
        return f"The call failed, and whether {endpoint.provider.title} charges for it is not known."
    if missing:
        return f"How many tokens of {' and '.join(missing)} there were is not known."
    told, out = usage.input_tokens or 0, usage.output_tokens or 0
    cached, written, thought = usage.cached_tokens or 0, usage.cache_write_tokens or 0, usage.thinking_tokens or 0
    if min(told, cached, written, out, thought, told - cached - written, out - thought) < 0:
        return "The counts contradict each other: a part is more than its whole, or less than nothing."
    return ""


def _another(endpoint: Endpoint, served: str) -> bool:
    """Whether the service says that another of its listed models answered than the one that was asked.

    A name that is on no list is one of the same model's other spellings (a dated version, capitals), and an id without
    its suffix names the same model.
    """
    asked, provider = endpoint.model_id, endpoint.provider
    if served == asked or (provider.suffixes and asked.rpartition(":")[0] == served):
        return False
    return provider.offer(served) is not None


def _step(endpoint: Endpoint, input_tokens: int) -> Price | None:
    """The price row for that much input, or None if the rows begin higher up."""
    fitting = (row for row in endpoint.offer.prices if input_tokens > row.above_input or not row.above_input)
    return max(fitting, key=lambda row: row.above_input, default=None)


def _rates(row: Price) -> tuple[Decimal | None, ...]:
    return row.input, row.cache_read, row.cache_write, row.output


def _charges(usage: Usage, row: Price, factor: Decimal) -> Iterator[Charge]:
    """The items of which there are any."""
    cached, written = usage.cached_tokens or 0, usage.cache_write_tokens or 0
    counts = ((usage.input_tokens or 0) - cached - written, cached, written, usage.output_tokens or 0)
    for what, tokens, rate in zip(_ITEMS, counts, _rates(row), strict=True):
        if tokens:
            yield Charge(what, tokens, rate, None if rate is None else tokens * rate * factor / _MILLION)


def _model(endpoint: Endpoint) -> str:
    return f"{endpoint.model_id} at {endpoint.provider.title}"
