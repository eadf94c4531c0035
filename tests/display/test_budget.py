"""The gauge and the budgets as people see them."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.chat.account import Account
from minimax_nb.chat.budget import Budget
from minimax_nb.chat.gauge import Gauge, PriceStep, TurnSize
from minimax_nb.display import budget_listing, render
from tests.chat.test_account import UNKNOWN, least, reply

FULL = Gauge(
    "minimax",
    "MiniMax-M3",
    1_000_000,
    850_000,
    {"system": 50_000, "history": 600_000, "attachments": 150_000, "prompt": 50_000},
    step=PriceStep(512_000, Decimal(2), passed=True),
    reserved=50_000,
    turns=(TurnSize(2, 500_000, "Compare these"),),
    price=Decimal("0.51"),
)


def plain(value: object) -> str:
    return render(value)[0]["text/plain"]


def markdown(value: object) -> str:
    return render(value)[0]["text/markdown"]


def bar(text: str) -> str:
    found = re.search("▕(.*)▏", text)
    assert found
    return found[1]


def test_the_bar_shows_each_part_by_its_share():
    assert bar(plain(FULL)) == "██" + "▓" * 24 + "▒" * 6 + "░░" + "╌╌" + "····"
    assert bar(markdown(FULL)) == bar(plain(FULL))


def test_the_legend_has_the_tokens_of_every_part():
    text = plain(FULL)
    for piece in ("█ system 50,000", "▓ history 600,000", "▒ attachments 150,000", "░ prompt 50,000", "· free 100,000"):
        assert piece in text
    assert "| ▓ | history | 600,000 | 60% |" in markdown(FULL)


def test_the_first_line_tells_who_how_much_and_the_price():
    assert plain(FULL).splitlines()[0] == (
        "minimax · MiniMax-M3 · 850,000 tokens (the kit's estimate), 85% of 1,000,000 · $0.51 for the input"
    )


def test_largest_turns_and_warnings_stand_below():
    for text in (plain(FULL), markdown(FULL)):
        assert "2 with about 500,000 tokens (Compare these)" in text
        assert "The window is 85% full." in text
        assert "chat.drop(2)" in text


def test_an_exact_count_says_so_and_its_parts_add_up_to_it():
    gauge = Gauge("a", "b", 1_000, 90, {"system": 10, "history": 20, "prompt": 30}, exact=True)
    text = plain(gauge)
    assert "90 tokens (counted by the service)" in text
    assert "price unknown" in text
    assert "█ system 15  ▓ history 30  ░ prompt 45" in text


def test_an_unknown_window_is_said_and_the_bar_shows_the_parts_alone():
    text = plain(Gauge("local", "my/model", None, 40, {"history": 30, "prompt": 10}))
    assert "the window is unknown" in text
    assert bar(text) == "▓" * 30 + "░" * 10
    assert "free" not in text


@pytest.mark.parametrize(
    ("tokens", "said"),
    [(0, "0% of"), (1, "under 0.1% of"), (15, "1.5% of"), (996, "over 99% of"), (1_000, "100% of"), (1_500, "150% of")],
)
def test_shares_are_never_rounded_to_what_they_are_not(tokens, said):
    assert said in plain(Gauge("a", "b", 1_000 if tokens > 1 else 100_000, tokens, {"prompt": tokens}))


PARTS = st.dictionaries(st.sampled_from(["system", "tools", "history", "attachments", "prompt"]), st.integers(1, 10**6))
ROW = re.compile(r"(?m)^\| . \| \S.*? \| ([\d,]+) \|")


@given(st.none() | st.integers(1, 2_000_000), PARTS, st.none() | st.integers(0, 10**6), st.floats(0, 3))
def test_every_bar_is_as_long_as_the_next_and_its_parts_add_up(window, parts, reserved, factor):
    tokens = int(sum(parts.values()) * factor)
    gauge = Gauge("a", "b", window, tokens, parts, exact=True, reserved=reserved)
    assert len(bar(plain(gauge))) in {0, 40}
    if parts and tokens:
        counts = [int(count.replace(",", "")) for count in ROW.findall(markdown(gauge))]
        assert sum(counts) == max(tokens, window or 0)


def test_nothing_in_a_prompt_or_a_name_can_restyle_the_page():
    evil = "<script>alert(1)</script>\x1b[2J|**x**"
    gauge = Gauge("a", evil, 10, 9, {"history": 9}, turns=(TurnSize(1, 9, evil),))
    assert "<script" not in markdown(gauge)
    assert "\x1b" not in plain(gauge) + markdown(gauge)
    account = Account(parent=Account(), name=evil)
    assert "<script" not in markdown(account)
    assert "\x1b" not in plain(account) + markdown(account)


# -- budgets -----------------------------------------------------------------------------------------------------------


def spending() -> Account:
    """A session with both limits: a call that has ended and one under way."""
    session = Account()
    session.budget = Budget(Decimal("0.50"), 20_000)
    session.hold(least(100)).settle(reply(100, 50, "0.20"))
    session.hold(least(9_850))
    return session


def test_a_budget_shows_limit_spent_held_and_left():
    usd, tokens = plain(spending()).splitlines()[4:6]
    assert re.split(" {2,}", usd)[:5] == ["session", "$0.50", "$0.20", "~$0.00985", "$0.2902"]
    assert re.split(" {2,}", tokens)[:5] == ["session", "20,000 tokens", "150 tokens", "~9,850 tokens", "10,000 tokens"]
    assert bar(tokens) == "▒" * 10 + "░" * 10
    assert tokens.endswith("50%")


def test_without_a_budget_it_says_how_to_set_one():
    text = plain(Account())
    assert "off" in text
    assert "no limit" in text
    for way in ("%minimax_budget 0.50", "%minimax_budget 20000 tokens", "chat.budget = 0.10"):
        assert way in text


def test_estimates_and_unknown_prices_are_marked():
    account = Account()
    account.hold(lambda: UNKNOWN).settle(reply(text="hello", error=KeyboardInterrupt()))
    account.hold(lambda: UNKNOWN).settle(reply(5, 5))
    account.budget = 1
    text = plain(account)
    assert "unknown" in text
    assert "2 replies have an unknown price and are not in what was spent" in text
    account.budget = None
    assert "~" in plain(account)
    assert "estimates" in plain(account)


def test_a_budget_of_nothing_divides_nothing_by_nothing():
    account = Account()
    account.budget = 0
    assert "nothing to spend" in plain(account)


def test_chats_stand_beside_the_session():
    session = spending()
    chat = Account(parent=session, name="talk")
    chat.budget = "1k tokens"
    lines = plain(budget_listing((session, chat))).splitlines()
    assert [line.split()[0] for line in lines[4:7]] == ["session", "session", "talk"]


def test_small_values_show_themselves():
    assert plain(Budget(Decimal("0.5"), 20_000)) == "$0.50 and 20,000 tokens"
    assert plain(Account().spent) == "$0.00 and 0 tokens"
    assert plain(Account().left) == "no limit"
