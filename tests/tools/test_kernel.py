"""Asking inside a running cell of a real kernel: by its input line, and by what a widget sends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.kernel import Kernel

pytestmark = pytest.mark.kernel

ASKING = """
from minimax_nb.messages.parts import ToolCall
from minimax_nb.tools import Approvals, Batch, as_tools, ask_in_kernel, tool

@tool(approve=True)
def delete(path: str):
    print("deleting", path)
    return "deleted"

call = ToolCall("1", "delete", {"path": "a.txt"})
(ran,) = Batch([call], as_tools([delete]), approvals=Approvals(ask_in_kernel)).run()
print(ran.outcome, "|", ran.printed.strip())
"""

WAITING = """
import time
import comm
from minimax_nb.tools.comms import can_hear, hearing

kernel = get_ipython().kernel
heard, others = [], []
button, other = comm.create_comm(target_name="button"), comm.create_comm(target_name="other")
button.on_msg(lambda message: heard.append(message["content"]["data"]["answer"]))
other.on_msg(lambda message: others.append("other"))
assert can_hear(kernel)
until = time.monotonic() + 30
with hearing(kernel, {button.comm_id}) as deliver:
    print("ready")
    while len(heard) < 2 and time.monotonic() < until:
        deliver()
        time.sleep(0.01)
print("heard", heard, others)
"""


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    with Kernel() as fresh:
        yield fresh
        assert fresh.refused() == []


def test_a_front_end_with_an_input_line_is_asked(kernel: Kernel) -> None:
    for typed, said in (("y", "done | deleting a.txt"), ("n", "denied |")):
        cell = kernel.client.execute(ASKING, allow_stdin=True)
        asked = kernel.client.get_stdin_msg(timeout=60)
        assert "Run it? [y]es, [n]o" in asked["content"]["prompt"]
        kernel.client.input(typed)
        assert kernel.iopub.wait(lambda cell=cell: cell in kernel.iopub.idle, 60)
        shown = "".join(message.content.get("text", "") for message in kernel.iopub.of(cell))
        assert "The model wants to call delete with" in shown
        assert said in shown


def test_where_no_front_end_answers_the_call_is_denied_and_nothing_waits(kernel: Kernel) -> None:
    run = kernel.run(ASKING)
    assert run.error is None
    assert "denied |" in run.text


def test_a_widget_is_heard_while_its_cell_runs_and_all_else_keeps_its_order(kernel: Kernel) -> None:
    run = kernel.start(WAITING)
    assert kernel.iopub.wait(lambda: "ready" in run.text, 60)
    opened = {
        message.content["target_name"]: message.content["comm_id"]
        for message in run.messages
        if message.kind == "comm_open"
    }
    second = kernel.start("print('second', len(heard), others)")
    _send(kernel, opened["other"], "-")
    _send(kernel, opened["button"], "ready")
    third = kernel.start("print('third', others)")
    _send(kernel, opened["button"], "yes")
    for cell in (run, second, third):
        kernel.finish(cell)
    assert run.text.strip().endswith("heard ['ready', 'yes'] []"), "what others sent waits for the end of the cell"
    assert second.text.strip() == "second 2 []"
    assert third.text.strip() == "third ['other']"
    after = kernel.run("print('well')")
    assert after.text.strip() == "well"


def test_what_was_kept_is_run_also_when_the_wait_is_interrupted(kernel: Kernel) -> None:
    run = kernel.start(WAITING)
    assert kernel.iopub.wait(lambda: "ready" in run.text, 60)
    opened = next(message.content["comm_id"] for message in run.messages if message.kind == "comm_open")
    _send(kernel, opened, "ready")
    assert kernel.iopub.wait(lambda: True, 1)
    kernel.interrupt(run)
    kernel.finish(run)
    assert run.error is not None
    assert run.error["ename"] == "KeyboardInterrupt"
    assert kernel.run("print('well')").text.strip() == "well"


def test_a_thread_and_a_kernel_of_another_kind_cannot_hear(kernel: Kernel) -> None:
    run = kernel.run(
        "import threading\n"
        "from minimax_nb.tools.comms import can_hear\n"
        "kernel, found = get_ipython().kernel, []\n"
        "thread = threading.Thread(target=lambda: found.append(can_hear(kernel)))\n"
        "thread.start(); thread.join()\n"
        "print(can_hear(kernel), found[0], can_hear(None), can_hear(object()))"
    )
    assert run.text.strip() == "True False False False"


def _send(kernel: Kernel, comm_id: str, answer: str) -> None:
    """A widget's message, as a front end sends it."""
    session = kernel.client.session
    kernel.client.shell_channel.send(session.msg("comm_msg", {"comm_id": comm_id, "data": {"answer": answer}}))
