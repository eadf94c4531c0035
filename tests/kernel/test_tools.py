"""Tools that need approval, in a real kernel: asked where somebody can answer, denied at once where nobody can."""

from __future__ import annotations

import nbformat.v4 as nb
import pytest
from nbclient import NotebookClient

from tests.support.kernel import Kernel, Run

pytestmark = pytest.mark.kernel

SETUP = """
from minimax_nb import Chat, show, tool

@tool(approve=True)
def delete(path: str) -> str:
    "Delete a file."
    deleted.append(path)
    return f"{path} is gone"

deleted = []
chat = Chat(provider="emulator", tools=[delete])
"""
PROMPT = r'"/emulate tool=delete,delay-ms=0\nDelete \"<b>a\u202etxt</b>\""'
SHOWN = f"reply = show(chat.stream({PROMPT}))"
ASKED = f"reply = chat.ask({PROMPT})"
STATE = "[len(deleted), [run.outcome for run in reply.tool_runs], reply.stop_reason]"


@pytest.fixture(autouse=True)
def ready(kernel: Kernel) -> None:
    assert kernel.run(SETUP).error is None
    # No front end of these tests draws a widget: the buttons are tried in the browser.
    assert kernel.run("import minimax_nb.display.buttons as buttons; buttons.DRAWN_S = 0.2").error is None


def asked(kernel: Kernel, code: str) -> tuple[Run, str]:
    """A cell of a front end that takes input, up to its question, and the question."""
    run = Run(kernel, kernel.client.execute(code, allow_stdin=True), 0.0)
    return run, kernel.client.get_stdin_msg(timeout=60)["content"]["prompt"]


def said(run: Run) -> str:
    """All that was shown for the cell at any time."""
    return "\n".join(str(message.content) for message in run.shows)


@pytest.mark.parametrize("code", [SHOWN, ASKED])
@pytest.mark.parametrize(("typed", "state"), [("y", [1, ["done"], "end_turn"]), ("n", [0, ["denied"], "end_turn"])])
def test_the_person_is_asked_and_the_reply_goes_on(kernel: Kernel, code: str, typed: str, state: list):
    run, question = asked(kernel, code)
    assert "[y]es, [n]o" in question
    kernel.client.input(typed)
    kernel.finish(run)
    assert run.error is None
    assert kernel.value(STATE) == state


def test_a_yes_to_all_is_a_yes_to_later_calls(kernel: Kernel):
    run, _ = asked(kernel, SHOWN)
    kernel.client.input("a")
    kernel.finish(run)
    assert kernel.run(SHOWN).error is None, "this one is not asked about"
    assert kernel.value(STATE) == [2, ["done"], "end_turn"]


def test_the_question_shows_tool_and_arguments_with_nothing_hidden(kernel: Kernel):
    run, question = asked(kernel, SHOWN)
    kernel.client.input("n")
    kernel.finish(run)
    shown = said(run) + question
    assert "The model wants to call delete" in shown
    assert "<b>a\\\\u202etxt</b>" in shown or "<b>a\\u202etxt</b>" in shown
    assert "\u202e" not in question


@pytest.mark.parametrize("code", [SHOWN, ASKED])
def test_where_nobody_can_answer_it_is_denied_at_once_and_the_cell_goes_on(kernel: Kernel, code: str):
    run = kernel.run(code + '\nprint("went on")')
    assert run.error is None
    assert "went on" in run.text
    assert kernel.value(STATE) == [0, ["denied"], "end_turn"]
    assert kernel.value("reply.tool_runs[0].result.content").count("\n") == 0
    assert "nobody to ask" in kernel.value("reply.tool_runs[0].result.content")


def test_a_denied_call_is_one_line_in_the_saved_output(kernel: Kernel):
    run = kernel.run(SHOWN)
    [output] = run.outputs
    lines = [line for line in output["data"]["text/plain"].split("\n") if line.startswith("delete(")]
    assert len(lines) == 1
    assert "nobody to ask" in lines[0]
    assert lines[0].endswith("· denied")


def test_an_interrupt_while_the_question_stands_stops_the_cell_and_the_chat_goes_on(kernel: Kernel):
    run, _ = asked(kernel, SHOWN)
    kernel.interrupt(run)
    kernel.finish(run)
    assert kernel.value("len(deleted)") == 0
    after = kernel.run('after = chat.ask("/emulate delay-ms=0\\nhello", tools=[])')
    assert after.error is None
    assert kernel.value("after.stop_reason") == "end_turn"


def test_a_notebook_that_is_executed_without_a_person_ends_with_the_call_denied(kernel: Kernel):
    state = "print(deleted, [run.outcome for run in reply.tool_runs])"
    made = nb.new_notebook(cells=[nb.new_code_cell(code) for code in (SETUP, SHOWN, state)])
    unattended = NotebookClient(made, km=kernel.manager, timeout=60)
    try:
        unattended.execute()
    finally:
        unattended.kc.stop_channels()  # it closes only its connections to kernels it started itself
    assert made.cells[2].outputs[0]["text"] == "[] ['denied']\n"
    assert "nobody to ask" in made.cells[1].outputs[-1]["data"]["text/plain"]
