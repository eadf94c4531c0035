"""The played front end: it records what a panel sends, and what it sends is heard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from minimax_nb.errors import ConfigError
from minimax_nb.panels.panel import Panel
from tests.panels.playing import played


class Echo(Panel):
    """A panel that says what it hears."""

    name = "echo"
    title = "Echo"

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._told = 0
        self.handlers["say"] = self._on_say

    def state(self) -> dict[str, Any]:
        return {"said": list(self.said)}

    def news(self) -> list[dict[str, Any]]:
        new, self._told = self.said[self._told :], len(self.said)
        return [{"op": "said", "text": text} for text in new]

    def _on_say(self, content: Mapping[str, Any], buffers: Sequence[memoryview]) -> None:
        if content["text"] == "nothing":
            raise ConfigError("There is nothing to say.")
        self.said.append(content["text"] + "".join(bytes(one).decode() for one in buffers))
        self.grown()


def test_a_message_of_the_page_is_heard_and_what_the_panel_sends_is_kept() -> None:
    with played() as front:
        panel = Echo()
        assert panel.widget.model_id
        front.send({"op": "say", "text": "a"}, [b"b"])
        front.wait(lambda: front.named("said"))
        assert front.ops == [{"op": "said", "text": "ab"}]
        assert front.messages[0]["seq"] == 1
        assert front.bytes > 0


def test_a_page_that_says_hello_gets_the_state() -> None:
    with played() as front:
        panel = Echo()
        panel.said.append("before")
        assert panel.widget.model_id
        assert front.state == {"said": ["before"]}


def test_what_a_handler_raises_is_told_on_the_page() -> None:
    with played() as front:
        assert Echo().widget.model_id
        front.send({"op": "say", "text": "nothing"})
        assert front.errors == ["There is nothing to say."]


def test_two_panels_have_a_page_each() -> None:
    with played() as front:
        one, other = Echo(), Echo()
        assert front.page(one) is not front.page(other)
        assert front.newest is front.page(other)
        front.page(one).send({"op": "say", "text": "x"})
        front.page(one).wait(lambda: front.page(one).named("said"))
        assert front.page(other).ops == []


def test_a_wait_that_is_in_vain_says_what_it_waited_for() -> None:
    with played() as front:
        assert Echo().widget.model_id
        with pytest.raises(TimeoutError, match="the moon"):
            front.wait(lambda: False, "the moon", seconds=0.05)
