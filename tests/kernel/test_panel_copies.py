"""Who brings the saved copy of a panel into the notebook: the kernel, or the pages that can, once there are any."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.kernel import Kernel, Run

PANEL = """
from minimax_nb import Chat
from minimax_nb.panels import chat_panel
chat = Chat(provider="emulator")
panel = chat_panel(chat)
print(panel.widget.model_id)
"""


class Shown:
    """A panel whose copy stands in a cell of its own."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self.comm = kernel.run(PANEL).text.strip()
        self.cell = kernel.run("panel")

    def say(self, text: str) -> Run:
        """Say something in another cell; the emulator answers with it."""
        run = self._kernel.run(f"_ = chat.ask('/emulate delay-ms=0,text={text}')")
        assert run.error is None
        return run

    def from_page(self, **content: Any) -> None:
        """A message of a page, as its widget manager sends it."""
        client = self._kernel.client
        data = {"method": "custom", "content": content}
        client.shell_channel.send(client.session.msg("comm_msg", {"comm_id": self.comm, "data": data}))
        self._kernel.run("None")  # the kernel takes one message after the other

    def copies(self, run: Run) -> list[dict[str, Any]]:
        """The copies that pages were sent while this cell ran."""
        sent = [one.content["data"]["content"] for one in run.messages if one.kind == "comm_msg"]
        return [op for message in sent for op in message["ops"] if op["op"] == "copy"]

    def updates(self, run: Run) -> int:
        """How often the copy's output was set anew while this cell ran."""
        return sum(one.kind == "update_display_data" for one in run.messages)


@pytest.fixture
def shown(kernel: Kernel) -> Shown:
    """A panel that no page has opened yet."""
    return Shown(kernel)


def test_without_a_page_the_kernel_keeps_the_output_up_to_date(shown: Shown) -> None:
    run = shown.say("first words")
    assert shown.updates(run) == 1
    assert shown.copies(run) == []
    assert "first words" in shown.cell.markdown


def test_a_page_that_can_is_given_the_copy_and_the_output_is_left_alone(shown: Shown) -> None:
    shown.from_page(op="hello", **{"from": "one"}, keeps=True)
    run = shown.say("first words")
    assert shown.updates(run) == 0
    [copy] = shown.copies(run)
    assert copy["to"] is None
    assert "first words" in copy["data"]["text/markdown"]
    assert copy["metadata"]["minimax_nb"]["panel"] == "chat"
    assert "first words" not in shown.cell.markdown


def test_a_page_that_cannot_makes_the_kernel_do_it_and_nothing_is_missed(shown: Shown) -> None:
    shown.from_page(op="hello", **{"from": "one"}, keeps=True)
    shown.say("first words")
    shown.from_page(op="hello", **{"from": "two"})
    assert "first words" in shown.cell.markdown
    run = shown.say("second words")
    assert (shown.updates(run), shown.copies(run)) == (1, [])
    shown.from_page(op="hello", **{"from": "three"}, keeps=True)
    assert shown.updates(shown.say("third words")) == 1, "the page that cannot may still be there"
    assert "third words" in shown.cell.markdown


def test_a_panel_that_is_closed_leaves_its_last_copy_in_the_output(shown: Shown, kernel: Kernel) -> None:
    shown.from_page(op="hello", **{"from": "one"}, keeps=True)
    shown.say("first words")
    kernel.run("panel.close()")
    assert "first words" in shown.cell.markdown
