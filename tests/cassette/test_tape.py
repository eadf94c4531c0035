"""Which answer comes next: in the recorded order, each request for itself, and from the beginning again."""

from __future__ import annotations

import threading
from collections import Counter
from pathlib import Path

import pytest

from minimax_nb.cassette.carrier import Place
from minimax_nb.cassette.tape import Tape
from tests.cassette.making import asked, made, on_line


@pytest.fixture
def tape(tmp_path: Path) -> Tape:
    exchanges = [on_line("dice", (0.1, b"1")), on_line("hello", (0.1, b"hi")), on_line("dice", (0.1, b"2"))]
    return Tape(made(tmp_path / "talk.cassette", exchanges))


def given(tape: Tape, prompt: str) -> bytes:
    taped = tape.next(asked(prompt))
    assert taped is not None
    return taped.pieces[0][1]


def test_the_same_request_is_answered_in_the_recorded_order_and_then_from_the_first(tape):
    assert [given(tape, "dice") for _ in range(5)] == [b"1", b"2", b"1", b"2", b"1"]


def test_other_requests_in_between_change_nothing(tape):
    assert [given(tape, prompt) for prompt in ("hello", "dice", "hello", "dice")] == [b"hi", b"1", b"hi", b"2"]


def test_a_recording_that_begins_anew_gives_the_first_answer(tape):
    given(tape, "dice")
    tape.begin()
    assert given(tape, "dice") == b"1"


def test_another_providers_answer_is_none(tape):
    assert tape.next(asked("dice", provider="runapi")) is None


def test_threads_share_the_answers_out(tape):
    got: list[bytes] = []
    threads = [threading.Thread(target=lambda: got.append(given(tape, "dice"))) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(got) == {b"1": 20, b"2": 20}


def test_what_was_neither_recorded_nor_replayed_is_unused_and_can_be_taken_out(tape):
    given(tape, "hello")
    tape.put([on_line("new")])
    assert (tape.status.exchanges, tape.status.recorded, tape.status.replayed, tape.status.unused) == (4, 1, 1, 2)
    assert tape.tidy() == 2
    again = Tape(tape.path).exchanges
    assert [taped.asked for taped in again] == [asked("hello"), asked("new")]
    assert tape.tidy() == 0


def test_a_new_recording_replaces_what_was_there_and_keeps_what_it_has_brought(tape):
    assert len(tape.outdated(asked("dice"), None)) == 2
    tape.put([on_line("dice", (0.1, b"7"))], tape.outdated(asked("dice"), None))
    assert tape.outdated(asked("dice"), None) == []
    tape.put([on_line("dice", (0.1, b"8"))], tape.outdated(asked("dice"), None))
    assert [taped.pieces[0][1] for taped in tape.answers(asked("dice"))] == [b"7", b"8"]
    assert next(taped.asked for taped in tape.exchanges) == asked("dice"), "in the place of the first"


def test_a_cell_that_is_run_again_replaces_what_it_recorded(tape):
    first, again, other = Place("main:a1"), Place("main:a1"), Place("main:b2")
    tape.put([on_line("dice", (0.1, b"7"))], tape.outdated(asked("dice"), first), first)
    assert tape.outdated(asked("dice"), first) == []
    assert tape.outdated(asked("dice"), other) == []
    assert [taped.pieces for taped in tape.outdated(asked("dice"), again)] == [((0.1, b"7"),)]
