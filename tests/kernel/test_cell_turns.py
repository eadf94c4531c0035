"""The cell's id as a real kernel gets it: which requests name a cell, and that its turn is then answered anew."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.support.kernel import Kernel, Run

pytestmark = pytest.mark.kernel

VS_CODE = "vscode-notebook-cell:/home/user/talk.ipynb#W2sZmlsZQ%3D%3D"


def request(kernel: Kernel, code: str, **metadata: Any) -> Run:
    """Run a cell as a front end does that sends this with it."""
    content = {
        "code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False,
        "stop_on_error": True,
    }  # fmt: skip
    message = kernel.client.session.msg("execute_request", content, metadata=metadata)
    sent = time.monotonic()
    kernel.client.shell_channel.send(message)
    run = kernel.finish(Run(kernel, message["header"]["msg_id"], sent))
    assert run.error is None, run.text
    return run


def say(kernel: Kernel, words: str, **metadata: Any) -> Run:
    return request(kernel, f"%%minimax\n/emulate delay-ms=0\n{words}", **metadata)


def turns(kernel: Kernel) -> list[Any]:
    """Last line of the prompt, and whether it is stale, of each turn."""
    return list(
        kernel.value(
            "[[turn.prompt.text.splitlines()[-1], turn.stale] for turn in"
            " get_ipython().magics_manager.registry['MinimaxMagics'].session.chats['main'].turns]"
        )
    )


@pytest.fixture
def ready(kernel: Kernel) -> Kernel:
    assert kernel.run("%load_ext minimax_nb").error is None
    return kernel


@pytest.mark.parametrize(
    "metadata",
    [
        {"cellId": "abc", "deletedCells": [], "recordTiming": False},  # JupyterLab 4, Notebook 7
        {"cellId": VS_CODE},
        {"colab": {"cell_id": "Xk3_9aBcDeFg"}},
    ],
    ids=["JupyterLab", "VS Code", "Colab"],
)
def test_a_cell_that_is_run_again_has_one_turn(ready: Kernel, metadata: dict[str, Any]) -> None:
    say(ready, "first", **metadata)
    say(ready, "between", cellId="another")
    run = say(ready, "again", **metadata)
    assert turns(ready) == [["again", False], ["between", True]]
    assert "The turn after it was said without this one and is stale" in run.text
    assert "1 stale" in request(ready, "%minimax_history").text


def test_without_an_id_every_run_adds_a_turn(ready: Kernel) -> None:
    for _ in range(2):
        say(ready, "hello")
    assert turns(ready) == [["hello", False], ["hello", False]]


def test_two_turns_of_a_cell_stay_two(ready: Kernel) -> None:
    cell = "%minimax one\n%minimax two"
    request(ready, cell, cellId="abc")
    run = request(ready, cell, cellId="abc")
    assert turns(ready) == [["one", False], ["two", False]]
    assert "stale" not in run.text


def test_a_cell_that_awaits_is_known_too(ready: Kernel) -> None:
    cell = "import asyncio\nawait asyncio.sleep(0)\n%minimax hello"
    for _ in range(2):
        request(ready, cell, cellId="abc")
    assert turns(ready) == [["hello", False]]


def test_the_cell_that_loads_the_extension_is_known(kernel: Kernel) -> None:
    for _ in range(2):
        request(kernel, "%load_ext minimax_nb\n%minimax hello", cellId="abc")
    assert turns(kernel) == [["hello", False]]


def test_a_cell_that_runs_code_of_its_own_keeps_its_name(ready: Kernel) -> None:
    cell = "%minimax one\nget_ipython().run_cell('1 + 1')\n%minimax two"
    for _ in range(2):
        request(ready, cell, cellId="abc")
    assert turns(ready) == [["one", False], ["two", False]]


def test_what_is_said_while_no_cell_runs_has_no_name(ready: Kernel) -> None:
    aside = "get_ipython().run_line_magic('minimax', 'aside')"
    for _ in range(2):
        request(ready, "1 + 1", cellId="abc")
        ready.client.execute(aside, silent=True)
    say(ready, "hello", cellId="abc")
    assert turns(ready) == [["aside", False], ["aside", False], ["hello", False]]
