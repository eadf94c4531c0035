"""Prices where a user's own rows win: exact, by step, and whole; what the kit's rows come to is in test_bills.py."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from minimax_nb.catalog import Endpoint, bill, price, resolve
from minimax_nb.messages.usage import Usage

MILLION = 1_000_000
MINE = '[providers.mine]\nfaces.openai.base_url = "http://h/v1"\n'


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def at(config: Path, text: str, provider: str, model: str) -> Endpoint:
    config.write_text(text)
    env = {"MINIMAX_NB_CONFIG": str(config)}
    return resolve(provider=provider, model=model, api_key="test-key-for-nobody", env=env)


def test_a_price_is_exact(config: Path) -> None:
    here = at(config, MINE + "[providers.mine.models.m]\nprices = [{ input = 0.1, output = 0.2 }]\n", "mine", "m")
    assert price(here, Usage(input_tokens=1, output_tokens=1)) == Decimal("0.0000003")


def test_a_users_prices_replace_the_whole_list_of_one_model_and_nothing_else(config: Path) -> None:
    text = """
        [providers.minimax.models."MiniMax-M3"]
        prices = [{ input = 0.2, output = 0.8, dated = 2026-11-21, source = "our contract" }]
        """
    usage = Usage(600_000, 0, 0, 1_000)
    mine = bill(at(config, text, "minimax", "MiniMax-M3"), usage)
    assert mine.total == Decimal("0.1208")  # 600,000 x 0.2 + 1,000 x 0.8, without the kit's second step
    assert (str(mine.dated), mine.source, mine.above_input) == ("2026-11-21", "our contract", 0)
    # (1,000 x 0.2 + 1,000 x 0.8) x 1.5: the tier is another field, and still the kit's
    assert price(at(config, text, "minimax", "MiniMax-M3"), Usage(1_000, 0, 0, 1_000), "priority") == Decimal("0.0015")
    cached = bill(at(config, text, "minimax", "MiniMax-M3"), Usage(10, 5, 0, 1))
    assert (cached.total, "cached input" in cached.unknown) == (
        None,
        True,
    )  # the kit's cached rate does not shine through
    # 1,000 x 0.30 + 1,000 x 1.20
    assert price(at(config, text, "minimax", "MiniMax-M2"), Usage(1_000, 0, 0, 1_000)) == Decimal("0.0015")
    assert price(at(config, text, "openrouter", "minimax/minimax-m3"), Usage(1_000, 0, 0, 0)) == Decimal("0.0003")


def test_a_users_factor_replaces_the_kits_and_leaves_the_rates(config: Path) -> None:
    here = at(config, '[providers.minimax.models."MiniMax-M3"]\npriority_factor = 2\n', "minimax", "MiniMax-M3")
    assert price(here, Usage(1_000, 0, 0, 0), "priority") == Decimal("0.0006")  # 1,000 x 0.30 x 2


def test_a_price_fills_in_what_the_kit_does_not_know(config: Path) -> None:
    text = '[providers.runapi.models."MiniMax-M3"]\nprices = [{ input = 0.15, output = 0.60 }]\n'
    assert price(at(config, text, "runapi", "MiniMax-M3"), Usage(MILLION, 0, 0, MILLION)) == Decimal("0.75")
    assert price(at(config, text, "emulator", "MiniMax-M3"), Usage(MILLION, 0, 0, MILLION)) == 0


def test_steps_of_ones_own_hold_from_where_they_say(config: Path) -> None:
    rows = "prices = [{ input = 1, output = 1, above_input = 10 }, { input = 3, output = 1, above_input = 20 }]\n"
    here = at(config, f"{MINE}[providers.mine.models.m]\n{rows}", "mine", "m")
    assert price(here, Usage(11, 0, 0, 0)) == Decimal("0.000011")
    assert price(here, Usage(21, 0, 0, 0)) == Decimal("0.000063")
    below = bill(here, Usage(10, 0, 0, 1))
    assert (below.total, below.charges) == (None, ())
    assert below.unknown == "The prices known of m at mine are for more input than this."


def test_a_row_with_one_rate_prices_what_it_can_and_names_what_it_cannot(config: Path) -> None:
    here = at(config, MINE + "[providers.mine.models.m]\nprices = [{ input = 0.1 }]\n", "mine", "m")
    assert price(here, Usage(10, 0, 0, 0)) == Decimal("0.000001")
    made = bill(here, Usage(10, 0, 0, 1))
    assert (made.total, made.unknown) == (None, "The prices known of m at mine have no rate for output.")


def test_a_rate_of_zero_is_one_and_a_missing_rate_is_none(config: Path) -> None:
    rows = "prices = [{ input = 0, output = 2, cache_read = 0 }]\n"
    here = at(config, f"{MINE}[providers.mine.models.m]\n{rows}", "mine", "m")
    assert price(here, Usage(10, 5, 0, 3)) == Decimal("0.000006")
    assert price(here, Usage(10, 5, 1, 3)) is None


def test_plan_keys_of_ones_own_provider_are_told_by_their_beginning(config: Path) -> None:
    text = f'{MINE}plan_keys = ["test-key"]\n[providers.mine.models.m]\nprices = [{{ input = 1, output = 1 }}]\n'
    assert "charged to the plan" in bill(at(config, text, "mine", "m"), Usage(1, 0, 0, 1)).unknown
