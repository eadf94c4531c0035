"""The models of the catalog as lines of a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from minimax_nb.catalog.loader import Catalog
from minimax_nb.catalog.nearest import did_you_mean, listed
from minimax_nb.catalog.rows import Offer, Price
from minimax_nb.errors import ConfigError


@dataclass(frozen=True, slots=True)
class ModelLine:
    """One model at one provider. None is unknown.

    Attributes:
        provider: Name of the provider's row.
        id: What to write after -m.
        context: Window in tokens.
        max_output: Most tokens one reply may have.
        inputs: Kinds of input it takes.
        thinking: "switch", "always", "none", or None.
        input_price: USD per million input tokens, at the first step.
        output_price: USD per million output tokens.
        cache_price: USD per million input tokens read from the cache.
        status: "current", "legacy", "retiring", "retired" or "role-play".
        note: What else to know: the day of the status, further price steps, the row's own note.
        efforts: Effort levels it takes.
        priced_on: The day the prices were read.
    """

    provider: str
    id: str
    context: int | None
    max_output: int | None
    inputs: tuple[str, ...]
    thinking: str | None
    input_price: Decimal | None
    output_price: Decimal | None
    cache_price: Decimal | None
    status: str
    note: str
    efforts: tuple[str, ...] = ()
    priced_on: date | None = None


def model_table(catalog: Catalog, provider: str | None = None) -> list[ModelLine]:
    """Every model of a provider, or of all that have models of their own (the emulator only repeats theirs).

    Raises:
        ConfigError: There is no such provider.
    """
    if provider is not None and provider not in catalog.providers:
        hint = did_you_mean(provider, catalog.providers, otherwise=f"There are {listed(catalog.providers)}.")
        raise ConfigError(f'There is no provider called "{provider}".', hint=hint)
    names = [provider] if provider else [name for name, row in catalog.providers.items() if not row.every_model]
    return [_line(catalog, name, model_id, offer) for name in names for model_id, offer in _offers(catalog, name)]


def _offers(catalog: Catalog, name: str) -> list[tuple[str, Offer]]:
    return list(catalog.providers[name].models.items())


def _line(catalog: Catalog, name: str, model_id: str, offer: Offer) -> ModelLine:
    model = catalog.model(model_id, offer)
    free = catalog.providers[name].free
    zero = Price(input=Decimal(0), output=Decimal(0), cache_read=Decimal(0))
    first, *further = (zero,) if free else offer.prices or (Price(),)
    steps = [f"Above {row.above_input:,} input tokens {row.input} / {row.output}." for row in further]
    since = [f"Since {model.status_date}."] if model.status_date and model.status != "current" else []
    return ModelLine(
        provider=name,
        id=model_id,
        context=model.context,
        max_output=model.max_output,
        inputs=model.inputs,
        thinking=model.thinking,
        input_price=first.input,
        output_price=first.output,
        cache_price=first.cache_read,
        status=model.status,
        note=" ".join([*since, *steps, *filter(None, [model.note])]),
        efforts=model.efforts,
        priced_on=first.dated,
    )
