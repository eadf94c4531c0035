"""The line under a reply."""

from __future__ import annotations

from decimal import Decimal

import pytest

from minimax_nb.display.receipt import money, receipt, seconds
from minimax_nb.errors import OverloadedError, TransportError
from minimax_nb.messages.bill import Bill
from minimax_nb.messages.events import Finished, Started, UsageSeen
from minimax_nb.messages.growing import Timing
from minimax_nb.messages.reply import Reply
from minimax_nb.messages.usage import Usage


def reply_of(usage: Usage | None = None, *, model: str = "", stop: str | None = "end_turn") -> Reply:
    reply = Reply(provider="minimax", face="anthropic", asked_model="MiniMax-M3")
    reply.apply(Started("id", model))
    reply.apply(UsageSeen(usage or Usage()))
    if stop:
        reply.apply(Finished(stop))
    return reply


def test_a_receipt_names_who_answered_the_tokens_the_price_and_the_time():
    reply = reply_of(Usage(1120, 80, None, 350, 96))
    reply.own_bill = Bill(Decimal("0.00046321"))
    reply.own_timing = Timing(0.4167, 10.5, 34.71)
    assert receipt(reply) == (
        "minimax · MiniMax-M3 · anthropic · 1,120 in (80 cached) · 350 out (96 thinking) · $0.00046"
        " · first token 0.42 s · 35 tokens/s"
    )


def test_what_is_unknown_is_said_to_be_unknown():
    assert receipt(reply_of()) == "minimax · MiniMax-M3 · anthropic · unknown in · unknown out · price unknown"


def test_estimates_are_marked():
    assert "~12 in · ~3 out" in receipt(
        reply_of(Usage(12, output_tokens=3, estimates=frozenset({"input_tokens", "output_tokens"})))
    )


def test_a_model_that_was_not_asked_is_told():
    assert "MiniMax-M2.7 (asked MiniMax-M3)" in receipt(reply_of(model="MiniMax-M2.7"))


def test_a_free_reply_is_free_and_a_replayed_one_says_so():
    free, replayed = reply_of(), reply_of()
    free.free, replayed.replayed = True, True
    assert "· free" in receipt(free)
    assert "unknown" not in receipt(free).split(" · ")[-1]
    assert receipt(replayed).endswith("· replayed")
    assert "$" not in receipt(replayed)


@pytest.mark.parametrize(
    ("stop", "words"),
    [("max_tokens", "stopped at max_tokens"), ("content_filter", "content filter"), ("stop_sequence", "stop sequence")],
)
def test_an_end_that_is_not_the_ordinary_one_is_told(stop, words):
    assert words in receipt(reply_of(stop=stop)).rsplit(" · ", 1)[-1]
    assert words not in receipt(reply_of())


def test_a_reply_that_was_stopped_cut_or_refused_says_which():
    stopped, cut, failed = (reply_of(stop=None) for _ in range(3))
    stopped.fail(KeyboardInterrupt(), "interrupted")
    cut.fail(TransportError("The stream was cut."))
    failed.fail(OverloadedError("Too busy."))
    assert [receipt(reply).rsplit(" · ", 1)[-1] for reply in (stopped, cut, failed)] == [
        "stopped by you",
        "cut off",
        "failed",
    ]


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("0", "$0"),
        ("0.000463", "$0.00046"),
        ("0.000000012345", "$0.000000012"),
        ("0.0999", "$0.10"),
        ("0.5", "$0.50"),
        ("1.005", "$1.01"),
        ("12.3456", "$12.35"),
        ("1234.5", "$1,234.50"),
        ("1E+3", "$1,000.00"),
    ],
)
def test_money_has_two_digits_that_matter_and_no_exponent(amount, shown):
    assert money(Decimal(amount)) == shown


@pytest.mark.parametrize(
    ("value", "shown"), [(0.0042, "0.004 s"), (0.4167, "0.42 s"), (9.99, "9.99 s"), (61.7, "62 s")]
)
def test_times_have_the_digits_they_deserve(value, shown):
    assert seconds(value) == shown
