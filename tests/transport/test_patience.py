"""How long one call may wait: worked out from the user's limits and the size of the request."""

from __future__ import annotations

import pytest

from minimax_nb.transport.exchange import Limits
from minimax_nb.transport.patience import Patience, event_limit, first_limit, upload_limit

MEGABYTE = 1_000_000


@pytest.mark.parametrize(
    ("limits", "sent", "seconds"),
    [
        (Limits(), 0, 120),
        (Limits(), 20_000, 122),
        (Limits(), 4 * MEGABYTE, 520),  # a million tokens: MiniMax-M3 needs 235 s for them
        (Limits(), 60 * MEGABYTE, 720),
        (Limits(timeout=30), 4 * MEGABYTE, 430),
        (Limits(timeout=30, exact=True), 60 * MEGABYTE, 30),
        (Limits(whole=True), 0, 720),
        (Limits(timeout=30, exact=True, whole=True), 0, 30),
    ],
)
def test_a_long_prompt_may_take_longer_to_its_first_byte_unless_the_user_set_a_limit(limits, sent, seconds):
    assert first_limit(limits, sent) == seconds


def test_a_line_may_be_kept_alive_longer_than_it_may_be_silent_unless_the_user_set_a_limit():
    assert event_limit(Limits(), 0) == 600
    assert event_limit(Limits(), 60 * MEGABYTE) == 720
    assert event_limit(Limits(timeout=5, exact=True), 60 * MEGABYTE) == 5


def test_an_upload_has_its_own_time():
    assert upload_limit(Limits(timeout=5, exact=True), MEGABYTE) == 105


def test_each_wait_is_bounded_by_silence_and_by_the_time_without_an_event():
    patience = Patience(Limits(timeout=10), 0)
    assert patience.left(1000) == 10
    assert patience.left(1009) == 10, "each read is silent for itself"
    patience.heard()
    assert patience.left(1595) == 5
    assert patience.left(1600) == 0
    patience.progressed(1600)
    assert patience.left(1600) == 10


def test_the_reading_of_a_long_prompt_is_over_with_the_first_byte():
    patience = Patience(Limits(), 4 * MEGABYTE)
    assert patience.left(0) == 520
    patience.heard()
    assert patience.left(0) == 120


def test_an_errors_words_get_no_more_than_the_ordinary_limit():
    patience = Patience(Limits(timeout=10), 0)
    patience.left(0)
    patience.heard()
    patience.hasten(100)
    assert patience.left(109) == 1


def test_the_error_says_which_wait_was_too_long_and_is_not_worth_another_try():
    patience = Patience(Limits(timeout=0.5, exact=True), 0)
    patience.left(0)
    silent = patience.over("x.example", 0.5)
    patience.heard()
    alive = patience.over("x.example", 0.5)
    assert "x.example was silent for 0.5 s" in str(silent)
    assert "x.example kept the line open for 0.5 s, but no reply came" in str(alive)
    assert not silent.retryable
    assert not alive.retryable
    assert "120 s" in str(Patience(Limits(), 700).over("x.example", 0))
