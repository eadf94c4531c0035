"""What given counts would cost, without asking anybody."""

from __future__ import annotations

from minimax_nb.catalog.price import bill
from minimax_nb.catalog.resolve import resolve
from minimax_nb.messages.bill import Bill
from minimax_nb.messages.usage import Usage

_NO_KEY = "none-needed"


def quote(
    model: str | None = None,
    *,
    provider: str = "minimax",
    input_tokens: int | None = None,
    output_tokens: int | None = 0,
    cached_tokens: int | None = 0,
    cache_write_tokens: int | None = None,
    service_tier: str | None = None,
    region: str | None = None,
) -> Bill:
    """The bill for one call of so many tokens, by the kit's price rows and your own. No key is needed.

    Args:
        model: Model id, as the provider spells it; default is the provider's own.
        provider: Name of a provider's row.
        input_tokens: Everything that goes in, cached tokens and cache writes included.
        output_tokens: Everything that comes out, thinking included.
        cached_tokens: The part of the input read from the service's cache; None is unknown.
        cache_write_tokens: The part of the input written to it.
        service_tier: "standard" or "priority".
        region: One of the provider's regions.

    Raises:
        ConfigError: No such provider, model or region.
    """
    endpoint = resolve(provider=provider, model=model, region=region, api_key=_NO_KEY)
    usage = Usage(input_tokens, cached_tokens, cache_write_tokens, output_tokens)
    return bill(endpoint, usage, service_tier)
