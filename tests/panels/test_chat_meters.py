"""The gauge and the price of a chat panel: what is said, and that what is unknown is said to be."""

from __future__ import annotations

import threading
from dataclasses import replace
from decimal import Decimal

import pytest

from minimax_nb import Chat, Reply
from minimax_nb.messages.events import PartStarted, TextDelta
from minimax_nb.panels.chat.meters import RunningPrice, Weigher, gauge_op, spent_said

KEY = "test-key-for-nobody"


def reply_so_far(text: str) -> Reply:
    reply = Reply(provider="minimax", face="anthropic", asked_model="MiniMax-M3")
    reply.apply(PartStarted(0, "text"))
    reply.apply(TextDelta(0, text))
    return reply


def test_a_reply_under_way_has_a_price_that_grows_with_it():
    price = RunningPrice(Chat("MiniMax-M3", provider="minimax", api_key=KEY), 1_000)
    reply = reply_so_far("word " * 1_000)
    early = price.so_far(reply)
    reply.apply(TextDelta(0, "word " * 1_000))
    late = price.so_far(reply)
    assert early is not None
    assert late is not None
    assert Decimal(0) < early < late
    assert price.so_far(reply) == late, "what was counted is not counted again"


def test_a_price_that_nobody_knows_stays_unknown():
    assert RunningPrice(Chat("MiniMax-M3", provider="minimax", api_key=KEY), None).so_far(reply_so_far("word")) is None


def test_what_was_spent_and_what_is_being_spent_are_told_apart():
    chat = Chat("MiniMax-M3", provider="minimax", api_key=KEY)
    assert spent_said(Chat(provider="emulator")) == "free"
    assert spent_said(chat) == "$0 spent"
    assert spent_said(chat, Decimal("0.0012")) == "$0 spent + ~$0.0012"
    assert spent_said(chat, unknown=True) == "$0 spent + unknown"


@pytest.mark.parametrize(
    ("tokens", "text"),
    [(0, "0 %"), (10, "under 0.1 %"), (5_000, "0.5 %"), (120_000, "12 %"), (1_100_000, "110 %")],
)
def test_the_gauge_says_how_full_the_window_is(tokens: int, text: str):
    gauge = replace(Chat(provider="emulator").gauge(), tokens=tokens)
    op = gauge_op(gauge)
    assert op["text"] == f"{text} of 1,000,000 tokens"
    assert op["share"] is not None
    assert op["share"] <= 1


def test_a_window_that_is_unknown_is_said_to_be():
    op = gauge_op(replace(Chat(provider="emulator").gauge(), tokens=1_234, window=None))
    assert (op["share"], op["text"]) == (None, "about 1,234 tokens, window unknown")


def test_of_several_wishes_the_last_one_is_counted():
    chat, counted, go_on = Chat(provider="emulator"), [], threading.Event()
    last = threading.Event()

    def tell(_chat, gauge):
        go_on.wait(30)
        counted.append(gauge.tokens)
        if gauge.tokens > 500:
            last.set()

    weigher = Weigher(tell)
    for words in (1, 10, 100, 1_000):
        weigher.weigh(chat, "word " * words)
    go_on.set()
    assert last.wait(30)
    assert len(counted) < 4


def test_a_draft_that_cannot_be_sent_tells_nothing():
    chat, told = Chat(provider="emulator"), threading.Event()
    weigher = Weigher(lambda _chat, gauge: told.set())
    weigher.weigh(chat, object, "x")
    weigher.weigh(chat, "word")
    assert told.wait(30)
