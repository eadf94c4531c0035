"""Prices: by step, tier and cache; unknown is never zero."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from minimax_nb.catalog import Endpoint, price, resolve
from minimax_nb.messages.usage import Usage

MILLION = 1_000_000


def at(provider: str, model: str, **more: str) -> Endpoint:
    return resolve(provider=provider, model=model, api_key="test-key-for-nobody", env={}, **more)


M3 = at("minimax", "MiniMax-M3")
M27 = at("minimax", "MiniMax-M2.7")


def test_input_and_output_have_their_own_rates() -> None:
    assert price(M3, Usage(input_tokens=100_000, output_tokens=MILLION)) == Decimal("0.03") + Decimal("1.20")


def test_cached_reads_and_cache_writes_are_parts_of_the_input() -> None:
    usage = Usage(input_tokens=1_000, cached_tokens=400, cache_write_tokens=100, output_tokens=10)
    rates = 500 * Decimal("0.30") + 400 * Decimal("0.06") + 100 * Decimal("0.375") + 10 * Decimal("1.20")
    assert price(M27, usage) == rates / MILLION


def test_the_second_step_holds_for_the_whole_request() -> None:
    below = price(M3, Usage(input_tokens=512_000, output_tokens=1_000))
    above = price(M3, Usage(input_tokens=512_001, cached_tokens=1, output_tokens=1_000))
    assert below == (512_000 * Decimal("0.30") + 1_000 * Decimal("1.20")) / MILLION
    assert above == (512_000 * Decimal("0.60") + Decimal("0.12") + 1_000 * Decimal("2.40")) / MILLION


def test_the_priority_tier_costs_half_as_much_again() -> None:
    usage = Usage(input_tokens=1_000, output_tokens=1_000)
    standard = price(M3, usage)
    assert standard is not None
    assert price(M3, usage, "priority") == standard * Decimal("1.5")
    assert price(M3, usage, "standard") == standard


def test_resellers_have_their_own_prices() -> None:
    usage = Usage(input_tokens=MILLION, output_tokens=MILLION)
    assert price(at("modelslab", "minimax-minimax-m2"), usage) == Decimal("1.255")
    assert price(at("runapi", "MiniMax-M2"), usage) == Decimal("0.75")
    assert price(at("openrouter", "minimax/minimax-m2"), usage) == Decimal("1.255")


@pytest.mark.parametrize(
    ("endpoint", "usage", "tier"),
    [
        (M3, Usage(), None),
        (M3, Usage(input_tokens=5), None),
        (M3, Usage(output_tokens=5), None),
        (M3, Usage(input_tokens=10, cache_write_tokens=5, output_tokens=1), None),  # no rate for writes
        (M3, Usage(input_tokens=10, cached_tokens=11, output_tokens=1), None),  # counts that contradict each other
        (at("runapi", "MiniMax-M3"), Usage(input_tokens=1, output_tokens=1), None),  # no prices at all
        (at("minimax", "MiniMax-M3.1-Flash-Preview"), Usage(input_tokens=1, output_tokens=1), None),
        (at("modelslab", "minimax-minimax-m2"), Usage(input_tokens=9, cached_tokens=1, output_tokens=1), None),
        (at("modelslab", "minimax-minimax-m2"), Usage(input_tokens=9, output_tokens=1), "priority"),
        (at("minimax", "MiniMax-M3", region="cn"), Usage(input_tokens=9, output_tokens=1), None),  # priced in yuan
        (at("local", "anything"), Usage(input_tokens=9, output_tokens=1), None),
    ],
)
def test_what_is_not_known_has_no_price(endpoint: Endpoint, usage: Usage, tier: str | None) -> None:
    assert price(endpoint, usage, tier) is None


def test_an_unknown_count_of_cached_tokens_counts_as_none_cached() -> None:
    assert price(M3, Usage(input_tokens=MILLION // 2, output_tokens=0)) == Decimal("0.15")


def test_the_emulator_is_free_whatever_was_counted() -> None:
    here = at("emulator", "MiniMax-M3")
    assert price(here, Usage()) == Decimal(0)
    assert price(here, Usage(input_tokens=MILLION, output_tokens=MILLION), "priority") == Decimal(0)


def test_a_price_is_exact(tmp_path: Path) -> None:
    config = tmp_path / "c.toml"
    config.write_text(
        '[providers.mine]\nfaces.openai.base_url = "http://h/v1"\n'
        "[providers.mine.models.m]\nprices = [{ input = 0.1, output = 0.2 }]\n"
    )
    here = resolve(provider="mine", env={"MINIMAX_NB_CONFIG": str(config)})
    assert price(here, Usage(input_tokens=1, output_tokens=1)) == Decimal("0.0000003")
