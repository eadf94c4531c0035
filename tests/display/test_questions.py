"""Questions that come up on one thread and are answered on another."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from minimax_nb.display.questions import Questions
from minimax_nb.messages.parts import ToolCall
from minimax_nb.tools import Approver, Consent, tool


@tool(approve=True)
def delete(path: str) -> str:
    """Delete a file."""
    return path


CALL = ToolCall("1", "delete", {"path": "a"})


class Asker:
    """A thread that asks, and what it was told."""

    def __init__(self, approver: Approver) -> None:
        self.told: object = None

        def ask() -> None:
            try:
                self.told = approver(delete, CALL)
            except BaseException as error:
                self.told = error

        self._thread = threading.Thread(target=ask, daemon=True)
        self._thread.start()

    def end(self) -> object:
        self._thread.join(10)
        assert not self._thread.is_alive(), "it still waits for an answer"
        return self.told


def until(met: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.mark.parametrize("answer", [True, False, Consent.ALWAYS, "not on a Friday"])
def test_the_answer_is_found_where_it_is_asked_for_and_carried_back(answer):
    woken, seen = threading.Event(), []
    questions = Questions(woken.set)

    def approver(tool, call):
        seen.append((threading.current_thread(), tool, call))
        return answer

    asker = Asker(questions.asking(approver))
    assert woken.wait(10)
    assert questions.waiting
    questions.answer()
    assert asker.end() == answer
    assert seen == [(threading.current_thread(), delete, CALL)]
    assert not questions.waiting


def test_an_approver_that_breaks_breaks_where_it_was_asked():
    questions = Questions(lambda: None)

    def approver(tool, call):
        raise ValueError("no idea")

    asker = Asker(questions.asking(approver))
    until(lambda: questions.waiting)
    questions.answer()
    assert isinstance(asker.end(), ValueError)


def test_an_interrupted_question_ends_when_nobody_answers_any_longer():
    questions = Questions(lambda: None)

    def approver(tool, call):
        raise KeyboardInterrupt

    asker = Asker(questions.asking(approver))
    until(lambda: questions.waiting)
    with pytest.raises(KeyboardInterrupt):
        questions.answer()
    assert asker.told is None, "it is not taken for a no"
    questions.close()
    assert isinstance(asker.end(), KeyboardInterrupt)


def test_whoever_asks_too_late_is_interrupted_at_once():
    questions = Questions(lambda: None)
    questions.close()
    assert isinstance(Asker(questions.asking(lambda tool, call: True)).end(), KeyboardInterrupt)


def test_several_that_wait_are_asked_one_after_the_other():
    questions, order = Questions(lambda: None), []
    askers = [
        Asker(questions.asking(lambda tool, call, number=number: order.append(number) or f"no {number}"))
        for number in range(3)
    ]
    until(lambda: len(questions._waiting) == 3)
    questions.answer()
    assert sorted(str(asker.end()) for asker in askers) == ["no 0", "no 1", "no 2"]
    assert sorted(order) == [0, 1, 2]
