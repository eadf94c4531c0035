"""Bills as a notebook shows them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from minimax_nb.catalog import bill, resolve
from minimax_nb.display import render
from minimax_nb.messages.bill import Bill, Charge
from minimax_nb.messages.usage import Usage
from tests.display.hostile import HOSTILE
from tests.display.judges import complaints, jupyterlab, read

M27 = resolve(provider="minimax", model="MiniMax-M2.7", api_key="test-key-for-nobody", env={})
M3 = resolve(provider="minimax", model="MiniMax-M3", api_key="test-key-for-nobody", env={})
RECORDED = Usage(45_693, 38_308, 7_149, 39)


def shown(value: Bill) -> tuple[str, str]:
    data, metadata = render(value)
    assert sorted(data) == ["text/markdown", "text/plain"]
    assert metadata == {}
    return data["text/plain"], data["text/markdown"]


def test_a_bill_is_a_small_table_with_its_sum_its_source_and_its_day() -> None:
    plain, _ = shown(bill(M27, RECORDED))
    assert plain.splitlines() == [
        "Price $0.005096955",
        "",
        "what          tokens  USD per million  USD",
        "------------  ------  ---------------  -----------",
        "input         236     0.3              0.0000708",
        "cached input  38,308  0.06             0.00229848",
        "cache write   7,149   0.375            0.002680875",
        "output        39      1.2              0.0000468",
        "",
        "Rates as of 2026-09-29, https://platform.minimax.io/docs/guides/pricing-paygo.",
    ]


def test_the_same_stands_in_the_page() -> None:
    plain, markdown = shown(bill(M27, RECORDED))
    page = jupyterlab(markdown)
    told = "".join(read(page).text)
    assert [word for word in plain.split() if word not in told and "--" not in word] == []
    assert page.count("<table>") == 1


@pytest.mark.parametrize(
    ("made", "first", "then"),
    [
        (bill(M3, Usage(600_000, 0, 0, 1), "priority"), "Price $0.5400036", "The service tier makes it 1.5 times"),
        (bill(M3, Usage(600_000, 0, 0, 1)), "Price $0.3600024", "rates for more than 512,000 input tokens"),
        (bill(M3, Usage(1_000)), "Price unknown", "How many tokens of output there were is not known."),
        (bill(M3, Usage(10, None, None, 0)), "Price at most $0.000003", "How much came from the cache is unknown"),
        (
            bill(M3, Usage(10, 0, 0, 0, estimates=frozenset({"input_tokens"}))),
            "Price $0.000003 (estimate)", "Some of the counts are estimates.",
        ),
        (bill(M3, Usage(10, 0, 5, 0)), "Price unknown", "no rate for cache write"),
        (Bill(Decimal(0), note="Nobody pays."), "Price $0", "Nobody pays."),
        (Bill(None), "Price unknown", ""),
    ],
)  # fmt: skip
def test_what_there_is_to_know_about_a_price_is_told(made: Bill, first: str, then: str) -> None:
    plain, markdown = shown(made)
    assert plain.splitlines()[0] == first
    assert then in plain
    assert then in "".join(read(jupyterlab(markdown)).text)


def test_an_item_without_a_rate_is_unknown_and_not_zero() -> None:
    plain, _ = shown(bill(M3, Usage(10, 0, 5, 0)))
    (line,) = [line for line in plain.splitlines() if line.startswith("cache write")]
    assert line.split()[2:] == ["5", "unknown", "unknown"]


def test_large_and_tiny_amounts_have_all_their_digits_and_no_exponent() -> None:
    made = Bill(Decimal("1E+3"), charges=(Charge("input", 10**9, Decimal("1E+6"), Decimal("1E-12")),), source="mine")
    plain, _ = shown(made)
    assert "Price $1000" in plain
    assert "1,000,000,000  1000000          0.000000000001" in plain
    assert plain.endswith("Rates, mine.")


def test_a_bill_shows_itself_in_a_notebook() -> None:
    made = bill(M27, RECORDED)
    assert made._repr_mimebundle_() == render(made)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_users_own_row_can_restyle_nothing(name: str) -> None:
    text = HOSTILE[name]
    made = replace(bill(M27, RECORDED), unknown=text, note=text, source=text, dated=date(2026, 11, 20), total=None)
    made = replace(made, charges=(*made.charges, Charge(text, 1, None, None)))
    assert complaints(shown(made)[1]) == {}


@pytest.mark.parametrize("sign", ["\x1b]0;title\x07", "\x9b31m", "\x08"])
def test_nothing_in_a_row_moves_a_terminals_cursor(sign: str) -> None:
    made = replace(bill(M27, RECORDED), source=f"a{sign}b", note=f"c{sign}d")
    assert sign not in shown(made)[0]
