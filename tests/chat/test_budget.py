"""What people may write for a budget, and what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb import ConfigError
from minimax_nb.chat.budget import Budget, as_budget, usd_said


@pytest.mark.parametrize(
    ("said", "usd"),
    [
        (0.5, "0.5"),
        (0.1, "0.1"),
        (1, "1"),
        (0, "0"),
        (Decimal("0.50"), "0.50"),
        ("0.50", "0.50"),
        (" $0.50 ", "0.50"),
        ("$ .5", "0.5"),
        ("1,000", "1000"),
        ("2 USD", "2"),
        ("2 dollars", "2"),
    ],
)
def test_an_amount_is_usd(said, usd):
    assert as_budget(said) == Budget(usd=Decimal(usd))


@pytest.mark.parametrize(
    ("said", "tokens"),
    [
        ("20000 tokens", 20_000),
        ("20,000 tokens", 20_000),
        ("20k tokens", 20_000),
        ("20 K Tokens", 20_000),
        ("1.5M tokens", 1_500_000),
        ("1 token", 1),
        ("0 tokens", 0),
        ("300 tok", 300),
    ],
)
def test_an_amount_with_the_word_tokens_is_tokens(said, tokens):
    assert as_budget(said) == Budget(tokens=tokens)


@pytest.mark.parametrize("said", [None, "off", " OFF ", "none", "no"])
def test_off_is_no_budget(said):
    assert as_budget(said) is None


def test_a_budget_stays_what_it_is():
    both = Budget(usd=Decimal("0.50"), tokens=20_000)
    assert as_budget(both) is both


@pytest.mark.parametrize(
    "said",
    [
        -1,
        -0.01,
        Decimal("-0.1"),
        "-0.5",
        float("nan"),
        float("inf"),
        Decimal("NaN"),
        Decimal("Infinity"),
        True,
        "",
        "0,50",
        "1e9",
        "1e999999",
        "9" * 400,
        "½",
        "lots",
        "20000 pence",
        "20000 50000 tokens",
        "0.5 tokens",
        "-5 tokens",
        [0.5],
        {"usd": 1},
        "tokens\n20000",
        "\x1b[2J",
    ],
)
def test_what_is_no_budget_is_told_in_one_short_line(said):
    with pytest.raises(ConfigError) as caught:
        as_budget(said)
    line = str(caught.value)
    assert "is no budget" in line
    assert "off" in line
    assert len(line) < 200
    assert "\n" not in line
    assert "\x1b" not in line


def test_a_word_has_its_nearest_right_one():
    with pytest.raises(ConfigError, match="Did you mean off"):
        as_budget("of")


@pytest.mark.parametrize("limits", [{}, {"usd": 0.5}, {"usd": Decimal(-1)}, {"tokens": -1}, {"tokens": 1.5}])
def test_a_budget_made_by_hand_is_checked_too(limits):
    with pytest.raises(ConfigError):
        Budget(**limits)


@given(st.decimals(min_value=0, max_value=10**9, places=6))
def test_a_budget_reads_as_it_is_written(amount):
    budget = Budget(usd=amount)
    again = as_budget(str(budget))
    assert again is not None
    assert again.usd == amount


@given(st.integers(min_value=0, max_value=10**12))
def test_a_budget_of_tokens_reads_as_it_is_written(tokens):
    assert as_budget(str(Budget(tokens=tokens))) == Budget(tokens=tokens)


def test_both_limits_are_said():
    assert str(Budget(usd=Decimal("0.5"), tokens=20_000)) == "$0.50 and 20,000 tokens"


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("0", "$0.00"),
        ("0.5", "$0.50"),
        ("1234.567", "$1,234.57"),
        ("0.00037", "$0.00037"),
        ("0.000123456", "$0.0001235"),
    ],
)
def test_small_amounts_keep_four_digits_and_large_ones_their_cents(amount, said):
    assert usd_said(Decimal(amount)) == said
