"""Messages become the outputs that a reader sees, for single messages and for cells compared by nbval."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.nbval_fold import Folded
from tests.support.outputs import Outputs, text_of


def message(kind: str, cell: str = "cell", **content: Any) -> dict[str, Any]:
    return {"msg_type": kind, "parent_header": {"msg_id": cell}, "content": content}


def display(text: str, display_id: str = "", kind: str = "display_data", cell: str = "cell") -> dict[str, Any]:
    transient = {"display_id": display_id} if display_id else {}
    return message(kind, cell, data={"text/plain": text}, metadata={}, transient=transient)


def update(text: str, display_id: str, cell: str = "cell") -> dict[str, Any]:
    return display(text, display_id, "update_display_data", cell)


def stream(text: str, name: str = "stdout", cell: str = "cell") -> dict[str, Any]:
    return message("stream", cell, name=name, text=text)


def capture(by: str, cell: str) -> dict[str, Any]:
    return message("comm_msg", comm_id=by, data={"method": "update", "state": {"msg_id": cell}})


CASES = {
    "an update replaces what its display showed": ([display("a", "1"), display("b"), update("c", "1")], ["c", "b"]),
    "a display shown twice is updated twice": ([display("a", "1"), display("a", "1"), update("b", "1")], ["b", "b"]),
    "an update of nothing shows nothing": ([display("a", "1"), update("b", "2")], ["a"]),
    "clearing empties the cell at once": ([display("a"), message("clear_output", wait=False)], []),
    "clearing with wait keeps the old until the new": ([display("a"), message("clear_output", wait=True)], ["a"]),
    "clearing with wait clears when the new comes": (
        [display("a"), display("b"), message("clear_output", wait=True), display("c")],
        ["c"],
    ),
    "an update is no new output that would clear": (
        [display("a", "1"), message("clear_output", wait=True), update("b", "1")],
        ["b"],
    ),
    "a cleared display takes no more updates": (
        [display("a", "1"), message("clear_output", wait=False), display("b"), update("c", "1")],
        ["b"],
    ),
    "pieces of one stream are one output": ([stream("a"), stream("b"), stream("c", "stderr")], ["ab", "c"]),
    "what an Output widget captures is not the cell's": (
        [stream("a"), capture("widget", "cell"), display("b"), stream("c"), capture("widget", ""), stream("d")],
        ["ad"],
    ),
    "a capture of another cell does not matter here": ([capture("widget", "other"), display("a")], ["a"]),
}


@pytest.mark.parametrize("name", CASES)
def test_outputs_are_what_a_front_end_shows(name: str) -> None:
    messages, expected = CASES[name]
    outputs = Outputs()
    for one in messages:
        outputs.take(one)
    assert [text_of([output]) for output in outputs.of("cell")] == expected


def test_an_update_reaches_the_cell_that_showed_the_display() -> None:
    outputs = Outputs()
    for one in (display("a", "1", cell="first"), update("b", "1", cell="second"), update("c", "9", cell="second")):
        outputs.take(one)
    assert text_of(outputs.of("first")) == "b"
    assert outputs.of("second") == []
    assert [stray["data"]["text/plain"] for stray in outputs.strays] == ["c"]


def test_an_output_is_kept_in_the_form_of_a_notebook_file() -> None:
    outputs = Outputs()
    outputs.take(display("a", "1"))
    assert outputs.of("cell") == [{"output_type": "display_data", "data": {"text/plain": "a"}, "metadata": {}}]


def test_nothing_of_a_cell_is_handed_on_before_it_is_idle() -> None:
    folded = Folded()
    raw = [
        message("status", execution_state="busy"),
        display("a", "1"),
        stream("late", cell="another"),
        update("b", "1"),
    ]
    for one in raw:
        folded.take(one)
    assert [one["msg_type"] for one in folded.ready] == ["status", "stream"]
    folded.take(message("status", execution_state="idle"))
    assert [(one["msg_type"], one["content"].get("data")) for one in folded.ready[2:]] == [
        ("display_data", {"text/plain": "b"}),
        ("status", None),
    ]


def test_an_update_that_nobody_can_see_is_not_passed_over() -> None:
    folded = Folded()
    for one in (
        message("status", execution_state="busy"),
        update("lost", "1"),
        message("status", execution_state="idle"),
    ):
        folded.take(one)
    assert [one["msg_type"] for one in folded.ready] == ["status", "display_data", "status"]


def test_an_error_is_handed_on_before_the_idle_that_nbval_waits_for() -> None:
    folded = Folded()
    for one in (
        message("status", execution_state="busy"),
        message("error", ename="ValueError", evalue="no", traceback=[]),
        message("status", execution_state="idle"),
    ):
        folded.take(one)
    assert [one["msg_type"] for one in folded.ready] == ["status", "error", "status"]
