"""The models of the catalog as lines of a table, alone or beside what a service lists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from minimax_nb.catalog.endpoint import Endpoint
from minimax_nb.catalog.loader import Catalog
from minimax_nb.catalog.nearest import did_you_mean, listed
from minimax_nb.catalog.rows import Offer, Price, Provider
from minimax_nb.errors import ConfigError
from minimax_nb.messages.served import ServedModel


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


@dataclass(frozen=True, slots=True)
class LiveLine:
    """One model at one provider: what the kit knows of it, and what the service lists of it for one key.

    Attributes:
        provider: Name of the provider's row.
        id: Its id, in the service's spelling.
        known: The kit's line, or None if it has no row for it.
        served: The service's entry, or None if it is not in its list.
        usable: Whether ``-m`` takes the id as things are; a model without a row may need one in the user's file.
        spelled: How the service spells an id that it lists with other capitals, or "".
    """

    provider: str
    id: str
    known: ModelLine | None
    served: ServedModel | None
    usable: bool
    spelled: str = ""


def live_table(catalog: Catalog, endpoint: Endpoint, served: Sequence[ServedModel]) -> list[LiveLine]:
    """What the kit knows of a provider's models beside what it lists: the known ones first, then the new ones.

    Where any model goes (a server of one's own, the emulator) a known model that is not listed is left out: such a
    place need not have them all.
    """
    name, row = endpoint.provider_name, endpoint.provider
    there = {model.id: model for model in served}
    folded = {model.id.casefold(): model.id for model in served}
    every = row.any_model or row.every_model
    offers = {model_id: offer for model_id, offer in row.models.items() if model_id in there or not every}
    # An id with a suffix (OpenRouter's ":free") has no row of its own, and yet is known.
    offers |= {model.id: offer for model in served if (offer := row.offer(model.id)) is not None}
    known = [
        LiveLine(
            provider=name,
            id=model_id,
            known=_here(_line(catalog, name, row, model_id, offer), endpoint),
            served=there.get(model_id),
            usable=True,
            spelled="" if model_id in there else folded.get(model_id.casefold(), ""),
        )
        for model_id, offer in offers.items()
    ]
    new = [model for model in served if model.id not in offers]
    new.sort(key=lambda model: "minimax" not in model.id.casefold())
    return known + [LiveLine(name, model.id, None, model, row.any_model) for model in new]


def _here(line: ModelLine, endpoint: Endpoint) -> ModelLine:
    """The line as it holds in the endpoint's region: prices are those of the region "global"."""
    if endpoint.region in {"", "global"}:
        return line
    return replace(line, input_price=None, output_price=None, cache_price=None, priced_on=None)


def model_table(catalog: Catalog, provider: str | None = None) -> list[ModelLine]:
    """Every model of a provider, or of all that have models of their own (the emulator only repeats theirs).

    Raises:
        ConfigError: There is no such provider.
    """
    if provider is not None and provider not in catalog.providers:
        hint = did_you_mean(provider, catalog.providers, otherwise=f"There are {listed(catalog.providers)}.")
        raise ConfigError(f'There is no provider called "{provider}".', hint=hint)
    own = [name for name, row in catalog.providers.items() if not (row.every_model or row.twin_of)]
    names = [provider] if provider else own
    rows = [(name, catalog.providers[name]) for name in names]
    return [_line(catalog, name, row, model_id, offer) for name, row in rows for model_id, offer in row.models.items()]


def _line(catalog: Catalog, name: str, row: Provider, model_id: str, offer: Offer) -> ModelLine:
    model = catalog.model(model_id, offer)
    zero = Price(input=Decimal(0), output=Decimal(0), cache_read=Decimal(0))
    first, *further = (zero,) if row.free else offer.prices or (Price(),)
    steps = [f"Above {step.above_input:,} input tokens {step.input} / {step.output}." for step in further]
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
