"""Budgets hold before anything is sent, while replies grow, and whatever comes of them; calls at once included."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb import BudgetError, ConfigError, OverloadedError, Reply, TransportError
from minimax_nb.catalog import resolve
from minimax_nb.chat.account import Account
from minimax_nb.chat.budget import Budget
from minimax_nb.chat.cost import Cost, Meter, least_cost
from minimax_nb.errors import ServiceError
from minimax_nb.messages.bill import Bill
from minimax_nb.messages.events import Finished, PartStarted, TextDelta
from minimax_nb.messages.usage import Usage
from minimax_nb.prompt.tokens import estimate

MICRO = Decimal("0.000001")
FREE = Cost(100, Decimal(0), Decimal(0))
UNKNOWN = Cost(100, None, None, "Nobody has no price for nothing.")


def cost(tokens: int = 100) -> Cost:
    """A call of so many tokens at 1 USD a million in and 2 USD a million out."""
    return Cost(tokens, MICRO, 2 * MICRO)


def least(tokens: int = 100) -> partial[Cost]:
    return partial(cost, tokens)


def reply(
    read: int | None = None,
    written: int | None = None,
    usd: Decimal | str | None = None,
    text: str = "",
    error: BaseException | None = None,
) -> Reply:
    """A reply that has ended."""
    made = Reply(provider="somebody", face="openai", asked_model="a-model")
    if text:
        made.apply(PartStarted(0, "text"))
        made.apply(TextDelta(0, text))
    made.own_usage = Usage(input_tokens=read, output_tokens=written)
    made.own_bill = Bill(None if usd is None else Decimal(usd))
    if error is None:
        made.apply(Finished("end_turn"))
    else:
        made.fail(error)
    return made


def chat_and_session(chat: object = None, session: object = None) -> tuple[Account, Account]:
    top = Account()
    below = Account(parent=top, name="talk")
    below.budget, top.budget = chat, session
    return below, top


# -- before sending ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("budget", "tokens", "fits"),
    [
        ("100 tokens", 100, True),
        ("99 tokens", 100, False),
        ("0 tokens", 1, False),
        ("0.0001", 100, True),
        ("0.000099", 100, False),
        (0, 1, False),
        (None, 10**12, True),
        (Budget(usd=Decimal(1), tokens=99), 100, False),
        (Budget(usd=MICRO, tokens=100), 100, False),
    ],
)
def test_a_call_is_refused_if_its_input_alone_does_not_fit(budget, tokens, fits):
    account = Account()
    account.budget = budget
    if fits:
        account.hold(least(tokens))
    else:
        with pytest.raises(BudgetError):
            account.hold(least(tokens))
        assert account.held.tokens == 0
        assert account.calls == 0


def test_what_is_free_passes_a_budget_of_nothing_but_counts_in_tokens():
    account = Account()
    account.budget = 0
    account.hold(lambda: FREE).settle(reply(100, 20, "0"))
    account.hold(lambda: FREE)
    assert account.spent.usd == 0
    account.budget = "150 tokens"
    with pytest.raises(BudgetError):
        account.hold(lambda: FREE)


def test_the_refusal_shows_the_estimate_what_is_left_whose_budget_and_what_to_do():
    account, _ = chat_and_session(chat="0.0005")
    account.in_magics = True
    account.hold(least(300))
    with pytest.raises(BudgetError) as caught:
        account.hold(least(1_000))
    line = str(caught.value)
    for piece in (
        "not sent",
        "1,000 tokens",
        "$0.001",
        "chat talk's budget of $0.0005",
        "$0.0002 left",
        "1 call under",
    ):
        assert piece in line
    for way in ("%minimax_budget --chat talk", "chat.budget =", "shorter history", "--alone", "lower price"):
        assert way in line
    assert "\n" not in line


def test_a_chat_no_magic_knows_is_raised_in_python():
    account, _ = chat_and_session(chat=0)
    with pytest.raises(BudgetError) as caught:
        account.hold(least(1_000))
    assert "chat.budget =" in str(caught.value)
    assert "%minimax_budget" not in str(caught.value)


def test_the_sessions_budget_holds_for_every_chat_and_says_that_it_is_the_sessions():
    one, session = chat_and_session(session="150 tokens")
    other = Account(parent=session, name="other")
    one.hold(least(100)).settle(reply(100, 0, "0.0001"))
    with pytest.raises(BudgetError, match="the session's budget of 150 tokens has 50 tokens left"):
        other.hold(least(51))
    other.hold(least(50))


def test_one_chats_budget_does_not_bind_another():
    one, session = chat_and_session(chat=0)
    with pytest.raises(BudgetError):
        one.hold(least())
    Account(parent=session).hold(least())
    assert one.held.tokens == 0


def test_a_refusal_by_the_session_leaves_nothing_reserved_in_the_chat():
    chat, session = chat_and_session(chat="1000 tokens", session="50 tokens")
    with pytest.raises(BudgetError):
        chat.hold(least())
    assert chat.held.tokens == session.held.tokens == 0
    assert chat.left.tokens == 1000


def test_a_budget_in_usd_refuses_what_has_no_price_and_names_both_ways_out():
    account = Account()
    account.budget = 5
    with pytest.raises(BudgetError) as caught:
        account.hold(lambda: UNKNOWN)
    line = str(caught.value)
    assert "Nobody has no price for nothing" in line
    assert "%minimax_budget 20000 tokens" in line
    assert "[providers.NAME.models" in line
    account.budget = "1000 tokens"
    account.hold(lambda: UNKNOWN)


def test_without_a_budget_no_cost_is_asked_for():
    def never() -> Cost:
        raise AssertionError("the estimate is work that nobody needs")

    account, _ = chat_and_session()
    hold = account.hold(never)
    for _ in range(100):
        hold.hear("x" * 300)
    hold.settle(reply(7, 5, "0.01"))
    assert account.spent.tokens == 12


# -- while the reply streams -------------------------------------------------------------------------------------------


def test_a_reply_that_would_cross_is_stopped_and_what_it_held_goes_back():
    account, session = chat_and_session(session="200 tokens")
    hold = account.hold(least(100))
    hold.grow(60)
    assert session.left.tokens == 40
    hold.grow(100)
    with pytest.raises(BudgetError) as caught:
        hold.grow(101)
    assert "stopped" in str(caught.value)
    assert "kept" in str(caught.value)
    assert "not sent" not in str(caught.value)
    hold.settle(reply(100, 90, "0"))
    assert (session.left.tokens, session.held.tokens, session.calls) == (10, 0, 0)


def test_text_that_is_heard_counts_in_steps():
    account = Account()
    account.budget = "400 tokens"
    hold = account.hold(least(100))
    with pytest.raises(BudgetError):
        list(map(hold.hear, ["word "] * 10_000))
    heard = (account.held.tokens or 0) - 100
    assert 300 - Meter.STEP <= heard <= 300


def test_output_is_priced_at_its_own_rate():
    account = Account()
    account.budget = "0.001"
    hold = account.hold(least(100))
    hold.grow(400)
    assert account.held.usd == Decimal("0.0009")
    with pytest.raises(BudgetError):
        hold.grow(451)


def test_a_budget_set_while_a_call_is_under_way_binds_it():
    account = Account()
    hold = account.hold(least(100))
    account.budget = "150 tokens"
    with pytest.raises(BudgetError):
        hold.grow(60)
    account.budget = None
    hold.grow(10**9)


def test_the_meter_agrees_with_the_estimate_and_costs_little_a_piece():
    text = "The quick brown fox jumps over the lazy dog. " * 200
    for size in (1, 7, 50, 1_000):
        meter, steps = Meter(), 0
        for at in range(0, len(text), size):
            steps += meter.add(text[at : at + size])
        assert abs(meter.tokens - estimate(text)) <= 0.1 * estimate(text)
        assert steps <= len(text) / Meter.STEP + 1


# -- many at once ------------------------------------------------------------------------------------------------------


class Slow(int):
    """A limit that others overtake while it is looked at, unless they have to wait."""

    def __sub__(self, other: int) -> Slow:
        left = int(self) - other
        time.sleep(0.001)
        return Slow(left)


def test_fifty_calls_at_once_cannot_pass_a_budget_that_one_fills():
    session = Account()
    session.budget = Budget(tokens=Slow(100))
    start = threading.Barrier(50)

    def call(number: int) -> bool:
        account = Account(parent=session, name=str(number % 5))
        start.wait()
        try:
            account.hold(least(100))
        except BudgetError:
            return False
        return True

    with ThreadPoolExecutor(50) as pool:
        assert sum(pool.map(call, range(50))) == 1
    assert session.held.tokens == 100


def test_fifty_replies_that_grow_at_once_stay_within_the_budget_together():
    session = Account()
    session.budget = Budget(tokens=Slow(6_000))
    start = threading.Barrier(50)

    def call(number: int) -> int:
        account = Account(parent=session, name=str(number))
        start.wait()
        written = 0
        try:
            hold = account.hold(least(100))
        except BudgetError:
            return 0
        try:
            for written in range(0, 200, 50):
                hold.grow(written)
        except BudgetError:
            written -= 50
        hold.settle(reply(100, written, "0"))
        return 100 + written

    with ThreadPoolExecutor(50) as pool:
        used = sum(pool.map(call, range(50)))
    assert used == session.spent.tokens <= 6_000
    assert session.held.tokens == session.calls == 0


# -- the end -----------------------------------------------------------------------------------------------------------


def test_what_it_really_cost_is_booked_once_here_and_above():
    account, session = chat_and_session(chat="1000 tokens")
    hold = account.hold(least(100))
    hold.grow(300)
    ended = reply(120, 30, "0.5")
    for _ in range(3):
        hold.settle(ended)
    for each in (account, session):
        assert (each.spent.usd, each.spent.tokens, each.spent.estimated) == (Decimal("0.5"), 150, False)
        assert (each.held.tokens, each.calls) == (0, 0)
        assert len(each.usage) == 1


def test_after_the_end_nothing_is_reserved_any_more():
    account = Account()
    account.budget = "1000 tokens"
    hold = account.hold(least(100))
    hold.settle(reply(100, 5, "0"))
    hold.grow(900)
    assert account.held.tokens == 0


@pytest.mark.parametrize(
    ("ended", "spent", "estimated"),
    [
        (reply(text="hello there", error=KeyboardInterrupt()), 100 + estimate("hello there"), True),
        (reply(read=80, text="hello there", error=KeyboardInterrupt()), 80 + estimate("hello there"), True),
        (reply(text="hello there", error=TransportError("cut")), 100 + estimate("hello there"), True),
        (reply(text="hello there"), 100 + estimate("hello there"), True),
        (reply(80, 3, text="hello there", error=TransportError("cut")), 83, False),
        (reply(error=TransportError("no connection")), 0, False),
        (reply(error=ConfigError("no key")), 0, False),
        (reply(error=OverloadedError("busy")), 0, False),
        (reply(error=ServiceError("bad", billed=False), text="hello"), 0, False),
        (reply(error=ServiceError("bad", billed=True)), 100, True),
    ],
)
def test_what_was_not_counted_is_booked_as_an_estimate_if_it_can_have_been_charged(ended, spent, estimated):
    account = Account()
    account.hold(least(100)).settle(ended)
    assert account.spent.tokens == spent
    assert account.spent.estimated is estimated


def test_an_estimate_is_priced_too():
    account = Account()
    account.budget = 1
    account.hold(least(100)).settle(reply(text="hello there", error=KeyboardInterrupt()))
    assert account.spent.usd == 100 * MICRO + estimate("hello there") * 2 * MICRO
    assert account.spent.unpriced == 0


def test_an_unknown_price_is_never_a_zero():
    account = Account()
    account.hold(lambda: UNKNOWN).settle(reply(100, 20))
    assert (account.spent.usd, account.spent.unpriced, account.spent.tokens) == (None, 1, 120)
    account.hold(least()).settle(reply(100, 20, "0.25"))
    assert (account.spent.usd, account.spent.unpriced) == (Decimal("0.25"), 1)


def test_a_replayed_reply_costs_nothing():
    account = Account()
    account.budget = "1000 tokens"
    again = reply(500, 400, "3", text="from a recording")
    again.replayed = True
    account.hold(least(100)).settle(again)
    assert (account.spent.usd, account.spent.tokens) == (0, 0)
    assert account.left.tokens == 1000


def test_only_the_last_call_of_a_turn_is_booked_by_its_hold():
    account = Account()
    first, last = reply(100, 10, "0.1"), reply(150, 20, "0.2")
    last.earlier = (first,)
    for each in (first, last):
        account.hold(least()).settle(each)
    assert (account.spent.tokens, account.spent.usd) == (280, Decimal("0.3"))


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 500), st.integers(0, 500), st.decimals(0, 5, places=6)), max_size=30
    )
)
def test_the_session_has_spent_what_its_chats_have_spent_together(calls):
    session = Account()
    chats = [Account(parent=session, name=str(number)) for number in range(4)]
    holds = [(chats[at].hold(least(read)), reply(read, written, usd)) for at, read, written, usd in calls]
    for hold, ended in reversed(holds):
        hold.settle(ended)
    assert session.spent.tokens == sum(chat.spent.tokens or 0 for chat in chats)
    assert session.spent.usd == sum((chat.spent.usd or Decimal(0) for chat in chats), Decimal(0))
    assert session.spent.tokens == sum(read + written for _, read, written, _ in calls)
    assert session.held.tokens == session.held.usd == 0


# -- prices ------------------------------------------------------------------------------------------------------------


def test_the_least_cost_is_the_input_at_the_services_price():
    endpoint = resolve(provider="minimax", model="MiniMax-M3", api_key="test-key-for-nobody")
    small, large = least_cost(endpoint, 1_000), least_cost(endpoint, 600_000)
    assert small.usd(1_000, 0) == Decimal("0.0003")
    assert small.usd(1_000, 1_000) == Decimal("0.0015")
    assert large.usd(600_000, 0) == Decimal("0.36"), "past 512k tokens the whole request costs double"
    assert least_cost(endpoint, 1_000, "priority").usd(1_000, 0) == Decimal("0.00045")


def test_the_emulator_costs_nothing_and_no_row_is_unknown():
    assert least_cost(resolve(provider="emulator"), 1_000).usd(1_000, 1_000) == 0
    nobody = least_cost(resolve(provider="local", model="my/model"), 1_000)
    assert nobody.usd(1_000, 0) in {None, Decimal(0)}
