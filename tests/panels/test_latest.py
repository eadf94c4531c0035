"""Work on a thread of which only the newest wish counts."""

from __future__ import annotations

import threading

import pytest

from minimax_nb.panels.latest import Latest

LONG = 30


def test_the_first_and_the_last_of_many_wishes_are_done_one_after_the_other():
    done: list[int] = []
    begun, go_on, over = threading.Event(), threading.Event(), threading.Event()

    def work(wish: int) -> None:
        begun.set()
        assert go_on.wait(LONG)
        done.append(wish)
        if wish == 99:
            over.set()

    latest = Latest(work, "test")
    latest.ask(0)
    assert begun.wait(LONG)
    for wish in range(1, 100):
        latest.ask(wish)
    assert done == []
    go_on.set()
    assert over.wait(LONG)
    assert done == [0, 99]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")  # it is what a thread shall do
def test_work_that_fails_does_not_keep_the_next_wish_from_being_done():
    done, failed = threading.Event(), threading.Event()

    def work(wish: str) -> None:
        if wish == "bad":
            failed.set()
            raise ValueError(wish)
        done.set()

    latest = Latest(work, "test")
    latest.ask("bad")
    assert failed.wait(LONG)
    for _ in range(1_000):  # the thread that failed may still be ending
        latest.ask("good")
        if done.wait(0.01):
            break
    assert done.is_set()
