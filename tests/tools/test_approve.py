"""Who is asked before a call runs, what is shown to them, and what their answer does."""

from __future__ import annotations

import builtins
import io
import sys
import threading
from typing import Any

import pytest

from minimax_nb.messages.parts import ToolCall
from minimax_nb.tools import (
    Approvals,
    Batch,
    Consent,
    Tool,
    as_tools,
    ask_in_kernel,
    ask_in_terminal,
    deny_all,
    tool,
)
from tests.tools.values import call, run


@tool(approve=True)
def delete(path: str = "") -> str:
    """Delete a file."""
    return f"deleted {path}"


@tool
def look() -> str:
    """Look."""
    return "seen"


class Person:
    """Answers as told, and keeps what was asked."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.asked: list[ToolCall] = []

    def __call__(self, tool: Tool[..., Any], call: ToolCall, /) -> Any:
        self.asked.append(call)
        return self.answers.pop(0)


def test_by_default_nobody_can_say_yes() -> None:
    denied, seen = run(delete, look)
    assert (denied.outcome, denied.result.is_error, denied.seconds) == ("denied", True, None)
    assert denied.result.content == "Denied: it needs approval, and there was nobody to ask."
    assert seen.outcome == "done"


def test_only_tools_that_need_it_are_asked_about() -> None:
    person = Person(True)
    run(delete, look, approvals=Approvals(person))
    assert [asked.name for asked in person.asked] == ["delete"]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (False, "Denied: the user did not allow this call."),
        ("Use the other file.", "Denied: Use the other file."),
        ("  ", "Denied: the user did not allow this call."),
        (None, "Denied: the user did not allow this call."),
        (1, "Denied: the user did not allow this call."),
    ],
)
def test_anything_but_yes_denies_and_the_model_is_told_why(answer: Any, said: str) -> None:
    (ran,) = run(delete, approvals=Approvals(Person(answer)))
    assert (ran.outcome, ran.result.content) == ("denied", said)


def test_an_approver_that_breaks_has_not_said_yes() -> None:
    def broken(tool: Tool[..., Any], call: ToolCall, /) -> bool:
        raise ValueError("no display")

    (ran,) = run(delete, approvals=Approvals(broken))
    assert (ran.outcome, ran.result.content) == ("denied", "Denied: the question failed (ValueError).")


def test_calls_are_asked_about_one_by_one_before_any_runs() -> None:
    log: list[str] = []

    def person(tool: Tool[..., Any], call: ToolCall, /) -> bool:
        log.append(f"ask {call.arguments['path']}")
        return call.arguments["path"] != "b"

    @tool(approve=True, name="delete")
    def logged(path: str) -> None:
        log.append(f"run {path}")

    calls = [call("delete", path=path) for path in "abc"]
    runs = run(logged, calls=calls, approvals=Approvals(person))
    assert log[:3] == ["ask a", "ask b", "ask c"]
    assert sorted(log[3:]) == ["run a", "run c"]
    assert [ran.outcome for ran in runs] == ["done", "denied", "done"]


def test_nobody_is_asked_about_a_call_that_cannot_run() -> None:
    person = Person()
    calls = [call("delete", wrong=1), call("nothing"), ToolCall("1", "delete", malformed=True)]
    runs = run(delete, calls=calls, approvals=Approvals(person))
    assert [ran.outcome for ran in runs] == ["bad arguments", "unknown tool", "not run"]
    assert person.asked == []


def test_always_holds_for_the_tool_and_the_chat() -> None:
    person = Person(Consent.ALWAYS, True, False)
    approvals = Approvals(person)
    calls = [call("delete", path="a"), call("delete", path="b")]
    assert [ran.outcome for ran in run(delete, calls=calls, approvals=approvals)] == ["done", "done"]
    assert len(person.asked) == 1
    other = tool(approve=True, name="other")(lambda: None)
    run(other, approvals=approvals)
    assert len(person.asked) == 2, "another tool is asked about"
    approvals.forget()
    assert run(delete, approvals=approvals)[0].outcome == "denied"


def test_always_does_not_hold_for_another_function_of_the_same_name() -> None:
    person = Person(Consent.ALWAYS, False)
    approvals = Approvals(person)
    run(delete, approvals=approvals)
    changed = tool(approve=True, name="delete")(lambda: "something else")
    assert run(changed, approvals=approvals)[0].outcome == "denied"


def test_a_stop_while_a_person_thinks_runs_nothing() -> None:
    stop = threading.Event()

    def person(tool: Tool[..., Any], call: ToolCall, /) -> bool:
        stop.set()
        return True

    runs = Batch([call("delete"), call("delete")], as_tools([delete]), approvals=Approvals(person), stop=stop).run()
    assert [ran.outcome for ran in runs] == ["interrupted", "interrupted"]


# -- asking ------------------------------------------------------------------------------------------------------------


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("typed", "outcome"),
    [("y", "done"), ("YES ", "done"), ("a", "done"), ("n", "denied"), ("", "denied"), ("sure", "denied")],
)
def test_a_terminal_is_asked(typed: str, outcome: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(f"{typed}\n"))
    assert run(delete, approvals=Approvals(ask_in_terminal))[0].outcome == outcome


def test_all_in_a_terminal_is_asked_once(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("all\n"))
    runs = run(delete, calls=[call("delete")] * 3, approvals=Approvals(ask_in_terminal))
    assert [ran.outcome for ran in runs] == ["done"] * 3
    assert capsys.readouterr().out.count("Run it?") == 1


@pytest.mark.parametrize("stdin", [io.StringIO("y\n"), None, Terminal("")], ids=["no terminal", "none", "its end"])
def test_where_no_terminal_answers_it_is_no(stdin: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", stdin)
    assert run(delete, approvals=Approvals(ask_in_terminal))[0].outcome == "denied"


@pytest.mark.parametrize("error", [EOFError, RuntimeError, OSError])
@pytest.mark.parametrize("ask", [ask_in_terminal, ask_in_kernel])
def test_an_impossible_question_is_a_no(ask: Any, error: type[BaseException], monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(prompt: str = "") -> str:
        raise error

    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    monkeypatch.setattr(builtins, "input", broken)
    assert run(delete, approvals=Approvals(ask))[0].outcome == "denied"


def test_a_kernel_is_asked_through_its_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(builtins, "input", lambda prompt="": "y")
    assert run(delete, approvals=Approvals(ask_in_kernel))[0].outcome == "done"


def test_what_is_shown_hides_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    hostile = "\x1b[2Jsafe\r\u202egpj.exe\x08\u200b größe"
    run(delete, calls=[call("delete", path=hostile)], approvals=Approvals(ask_in_terminal))
    shown = capsys.readouterr().out
    assert "The model wants to call delete with" in shown
    assert all(letter.isprintable() or letter == "\n" for letter in shown)
    assert "\\u001b[2Jsafe\\r\\u202egpj.exe\\b\\u200b größe" in shown


def test_long_arguments_are_shown_with_what_was_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    run(delete, calls=[call("delete", path="x" * 100_000)], approvals=Approvals(ask_in_terminal))
    shown = capsys.readouterr().out
    assert "characters left out" in shown
    assert len(shown) < 11_000


def test_deny_all_gives_a_reason() -> None:
    assert deny_all(delete, call("delete")) == "it needs approval, and there was nobody to ask."


def test_an_interrupted_question_stops_what_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(prompt: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.input", interrupted)
    with pytest.raises(KeyboardInterrupt):
        ask_in_kernel(tool(lambda path: path, name="delete", approve=True), ToolCall("1", "delete", {"path": "x"}))
