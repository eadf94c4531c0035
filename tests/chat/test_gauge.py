"""How full a window is: what the gauge tells, when it warns, and what it says to do."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb import Chat
from minimax_nb.catalog import Endpoint, resolve
from minimax_nb.catalog.rows import Price
from minimax_nb.chat.gauge import Gauge, PriceStep, TurnSize, counted_exactly, gauge_of
from minimax_nb.messages.parts import Message, Text
from minimax_nb.messages.request import Request
from minimax_nb.messages.turns import Turn, in_turns

KEY = "test-key-for-nobody"
QUICK = "/emulate delay-ms=0\n"


@pytest.fixture(scope="module")
def m3() -> Endpoint:
    """MiniMax-M3 at MiniMax: a window of 1,000,000 tokens and a price step at 512,000."""
    return resolve(provider="minimax", model="MiniMax-M3", api_key=KEY)


def talk(turns: int) -> tuple[Turn, ...]:
    """A conversation of so many prompts and replies."""
    messages = [
        Message(role, (Text(f"{role} {number}"),)) for number in range(1, turns + 1) for role in ("user", "assistant")
    ]
    return in_turns(messages)


def request(turns: tuple[Turn, ...] = (), max_tokens: int | None = None) -> Request:
    said = tuple(message for turn in turns for message in turn.messages)
    return Request("MiniMax-M3", (*said, Message("user", (Text("And now?"),))), max_tokens=max_tokens)


def of(endpoint: Endpoint, tokens: int, max_tokens: int | None = None) -> Gauge:
    """The gauge of a prompt of so many tokens."""
    return gauge_of(request(max_tokens=max_tokens), endpoint, {"prompt": tokens, "total": tokens}, ())


def test_it_tells_who_how_much_and_of_what(m3):
    counts = {"system": 10, "history": 700, "attachments": 0, "prompt": 40, "total": 750}
    gauge = gauge_of(request(max_tokens=4096), m3, counts, ())
    assert (gauge.provider, gauge.model, gauge.window) == ("minimax", "MiniMax-M3", 1_000_000)
    assert dict(gauge.parts) == {"system": 10, "history": 700, "prompt": 40}
    assert (gauge.tokens, gauge.exact, gauge.reserved) == (750, False, 4096)
    assert (gauge.share, gauge.room) == (0.00075, 999_250)
    assert gauge.price == Decimal("0.000225")
    assert gauge.warnings == ()


def test_an_unknown_window_is_unknown_and_warns_of_nothing(m3):
    nobody = replace(m3, model=replace(m3.model, context=None), offer=replace(m3.offer, prices=()))
    gauge = of(nobody, 10**9, max_tokens=10**9)
    assert (gauge.window, gauge.share, gauge.room, gauge.step, gauge.price) == (None, None, None, None, None)
    assert gauge.warnings == ()


# -- the window --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tokens", "max_tokens", "said"),
    [
        (799_999, None, None),
        (800_000, None, "80% full"),
        (900_000, 100_000, "90% full"),
        (900_000, 100_001, "1 tokens more than the window"),
        (500, 1_000_000, "500 tokens more than the window"),
        (1_000_000, None, "100% full"),
        (1_000_001, None, "1 tokens more than the window"),
        (1_000_001, 4_096, "This is 1 tokens more"),
    ],
)
def test_it_warns_before_the_window_and_beyond_it(m3, tokens, max_tokens, said):
    flat = replace(m3, offer=replace(m3.offer, prices=m3.offer.prices[:1]))
    warnings = of(flat, tokens, max_tokens).warnings
    assert len(warnings) == (said is not None)
    if said is not None:
        assert said in warnings[0]


# -- the price step ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tokens", "said"),
    [
        (460_799, None),
        (460_800, "51,200 tokens more, and the whole request costs double"),
        (512_000, "0 tokens more"),
        (512_001, "With more than 512,000 tokens of input the whole request costs double"),
    ],
)
def test_it_warns_before_the_price_step_and_past_it(m3, tokens, said):
    gauge = of(m3, tokens)
    assert gauge.step == PriceStep(512_000, Decimal(2), passed=tokens > 512_000)
    assert len(gauge.warnings) == (said is not None)
    if said is not None:
        assert said in gauge.warnings[0]


def test_the_warning_agrees_with_the_price(m3):
    assert of(m3, 512_000).price == Decimal("0.1536")
    assert of(m3, 512_001).price == Decimal("0.3072006"), "twice as much a token"


def test_the_next_of_several_steps_is_told_and_the_last_once_all_are_passed(m3):
    prices = tuple(
        Price(input=Decimal(rate), output=Decimal(9), above_input=above)
        for rate, above in (("1", 0), ("1.5", 1_000), ("6", 10_000))
    )
    stepped = replace(m3, offer=replace(m3.offer, prices=prices[::-1]))
    assert of(stepped, 500).step == PriceStep(1_000, Decimal("1.5"), passed=False)
    assert of(stepped, 5_000).step == PriceStep(10_000, Decimal(4), passed=False)
    assert of(stepped, 50_000).step == PriceStep(10_000, Decimal(4), passed=True)
    assert "costs 4 times as much" in of(stepped, 50_000).warnings[0]


def test_a_step_whose_price_has_a_hole_has_no_factor(m3):
    prices = (Price(output=Decimal(1)), Price(input=Decimal(1), output=Decimal(1), above_input=100))
    holed = replace(m3, offer=replace(m3.offer, prices=prices))
    assert of(holed, 50).step == PriceStep(100, None, passed=False)
    assert "has another price" in of(holed, 500).warnings[0]


def test_what_is_free_or_priced_elsewhere_has_no_step(m3):
    assert of(resolve(provider="emulator", model="MiniMax-M3"), 600_000).step is None
    assert of(replace(m3, region="cn"), 600_000).step is None


# -- what to do --------------------------------------------------------------------------------------------------------


def test_the_largest_turn_is_named_with_every_way_out(m3):
    turns = talk(4)
    counts = {"history": 850_000, "prompt": 5, "total": 850_005}
    gauge = gauge_of(request(turns), m3, counts, [100_000, 5, 700_000, 50_000], turns)
    assert gauge.turns == (
        TurnSize(3, 700_000, "user 3"), TurnSize(1, 100_000, "user 1"), TurnSize(4, 50_000, "user 4"),
        TurnSize(2, 5, "user 2"),
    )  # fmt: skip
    advice = gauge.warnings[-1]
    for way in ("turn 3", "chat.drop(3)", "%minimax_history --drop 3", "--alone", "chat.fork(", "%minimax_reset"):
        assert way in advice
    assert len(gauge.warnings) == 2, "the window and the price step"
    assert "chat.drop" not in gauge.warnings[0], "the advice is given once"


@pytest.mark.parametrize(("part", "said"), [("prompt", "prompt"), ("system", "system message"), ("tools", "tools")])
def test_where_the_history_is_not_the_trouble_the_largest_part_is_named(m3, part, said):
    turns = talk(1)
    counts = {"history": 100, part: 900_000, "total": 900_100}
    advice = gauge_of(request(turns), m3, counts, [100], turns).warnings[-1]
    assert f"Most of it is the {said}" in advice
    assert "chat.drop" not in advice


def test_turns_that_the_request_leaves_out_are_not_named(m3):
    turns = talk(5)
    gauge = gauge_of(request(turns[:2]), m3, {"history": 30, "prompt": 5, "total": 35}, [10, 20, 900, 900, 900], turns)
    assert [turn.number for turn in gauge.turns] == [2, 1]


def test_no_more_than_five_turns_are_named_and_a_long_prompt_is_cut(m3):
    long = Turn((Message("user", (Text("word  \n" * 10_000),)), Message("assistant", (Text("yes"),))))
    turns = (long, *talk(10))
    gauge = gauge_of(request(turns), m3, {"history": 9, "total": 9}, [99, *range(10)], turns)
    assert [turn.number for turn in gauge.turns] == [1, 11, 10, 9, 8]
    assert gauge.turns[0].prompt == "word word word word word word word word…"


def test_the_services_count_takes_the_estimates_place(m3):
    gauge = counted_exactly(of(m3, 500_000), 520_000, Decimal("0.312"))
    assert (gauge.tokens, gauge.exact, gauge.price) == (520_000, True, Decimal("0.312"))
    assert gauge.step is not None
    assert gauge.step.passed
    assert dict(gauge.parts) == {"prompt": 500_000}


@given(st.integers(0, 3_000_000), st.none() | st.integers(1, 600_000))
def test_whatever_the_figures_the_gauge_agrees_with_itself(tokens, max_tokens):
    gauge = of(resolve(provider="minimax", model="MiniMax-M3", api_key=KEY), tokens, max_tokens)
    assert gauge.room is not None
    assert gauge.share is not None
    assert gauge.room + tokens == 1_000_000
    calm = gauge.share < 0.8 and (max_tokens or 0) <= gauge.room and tokens < 460_800
    assert bool(gauge.warnings) is not calm


# -- through a chat ----------------------------------------------------------------------------------------------------


def test_a_chats_gauge_grows_with_its_history_and_sends_nothing():
    chat = Chat(provider="emulator", system="Be brief.")
    assert set(chat.gauge().parts) <= {"system", "built-in"}
    chat.ask(QUICK + "hello")
    before = len(chat.usage)
    gauge = chat.gauge("And then?")
    assert {"system", "history", "prompt"} <= set(gauge.parts)
    assert gauge.tokens == sum(gauge.parts.values())
    assert 0 < gauge.tokens < chat.gauge("And then? " * 50).tokens
    assert chat.gauge().parts["history"] > 0
    assert [turn.number for turn in gauge.turns] == [1]
    assert len(chat.usage) == before
    assert len(chat.turns) == 1
