"""The table of models, and the nearest right word."""

from __future__ import annotations

from decimal import Decimal

import pytest

from minimax_nb.catalog import did_you_mean, listed, load_catalog, model_table, nearest
from minimax_nb.errors import ConfigError


def test_every_model_of_every_seller_is_listed_once_a_seller() -> None:
    lines = model_table(load_catalog())
    sold = [(name, model_id) for name, row in load_catalog().providers.items() for model_id in row.models]
    assert [(line.provider, line.id) for line in lines] == [pair for pair in sold if "emulator" not in pair[0]]


def test_a_line_has_limits_prices_and_further_steps() -> None:
    line = next(line for line in model_table(load_catalog(), "minimax") if line.id == "MiniMax-M3")
    assert (line.context, line.max_output, line.inputs) == (1_000_000, 524_288, ("text", "image", "video"))
    assert (line.input_price, line.output_price, line.cache_price) == (
        Decimal("0.30"),
        Decimal("1.20"),
        Decimal("0.06"),
    )
    assert "512,000" in line.note
    assert line.thinking == "switch"


def test_unknown_prices_stay_unknown_and_the_emulators_are_zero() -> None:
    unknown = next(line for line in model_table(load_catalog(), "runapi") if line.id == "MiniMax-M3")
    assert (unknown.input_price, unknown.output_price, unknown.cache_price) == (None, None, None)
    lines = model_table(load_catalog(), "emulator")
    assert {line.output_price for line in lines} == {Decimal(0)}
    assert "minimax-minimax-m1" in {line.id for line in lines}


def test_a_retired_model_says_since_when() -> None:
    line = next(line for line in model_table(load_catalog(), "minimax") if line.id == "MiniMax-M2.5")
    assert line.status == "retired"
    assert "2026-11-18" in line.note


def test_an_unknown_provider_is_answered_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="Did you mean openrouter"):
        model_table(load_catalog(), "open-router")


@pytest.mark.parametrize(
    ("word", "words", "right"),
    [
        ("minimax-m3", ["MiniMax-M2", "MiniMax-M3"], "MiniMax-M3"),
        ("--modle", ["--model", "--max-tokens"], "--model"),
        ("m2.7", ["MiniMax-M2", "MiniMax-M2.7", "MiniMax-M2.7-highspeed"], "MiniMax-M2.7"),
        ("xyzzy", ["MiniMax-M2"], None),
        ("", ["a"], None),
        ("a", [], None),
    ],
)
def test_the_nearest_word(word: str, words: list[str], right: str | None) -> None:
    assert nearest(word, words) == right
    assert did_you_mean(word, words, otherwise="none") == (f"Did you mean {right}?" if right else "none")


def test_a_list_reads_as_a_phrase() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b or c"
    assert listed(map(str, range(5)), most=3) == "0, 1 and 3 more"
    assert listed([]) == ""
