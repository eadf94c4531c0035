"""The next cell as a real kernel hands it over: once, joined, and never run."""

from __future__ import annotations

import json

import pytest

from tests.support.kernel import Kernel, Run

pytestmark = pytest.mark.kernel


def prompt(text: str) -> str:
    return f"/emulate delay-ms=0,text-json={json.dumps(text)}\nhi"


def python(code: str) -> str:
    return f"Here:\n\n```python\n{code}\n```"


def next_cells(run: Run) -> list[tuple[str, bool]]:
    """Text, and whether it replaces the running cell, of each cell that the kernel's reply hands over."""
    return [(load["text"], load["replace"]) for load in run.reply["payload"] if load["source"] == "set_next_input"]


@pytest.fixture
def ready(kernel: Kernel) -> Kernel:
    assert kernel.run("%load_ext minimax_nb").error is None
    return kernel


def test_the_code_is_one_new_cell_and_is_not_run(ready: Kernel) -> None:
    run = ready.run(f"%%minimax --alone --to cell\n{prompt(python('made_by_the_model = 1'))}")
    assert run.error is None
    assert next_cells(run) == [("made_by_the_model = 1", False)]
    assert ready.value("'made_by_the_model' in globals()") is False
    assert [output["output_type"] for output in run.outputs] == ["display_data"]
    assert next_cells(ready.run("1 + 1")) == []


def test_replies_in_a_loop_are_one_cell(ready: Kernel) -> None:
    run = ready.run(
        "import json\nfor number in (1, 2):\n"
        "    text = json.dumps(f'```python\\nx = {number}\\n```')\n"
        "    get_ipython().run_cell_magic('minimax', '--alone --to cell', f'/emulate delay-ms=0,text-json={text}\\nhi')"
    )
    assert run.error is None
    assert next_cells(run) == [("x = 1\n\nx = 2", False)]


def test_a_failing_cell_is_mended_in_the_next_one(ready: Kernel) -> None:
    failed = ready.run("%precision 3\nx = 1 / 0")
    assert failed.error is not None
    text = json.dumps(python("%precision 3\nx = 1 / 2"))
    run = ready.run(f"%minimax_fix --alone /emulate delay-ms=0,text-json={text}")
    assert run.error is None
    assert "-x = 1 / 0\n+x = 1 / 2" in run.outputs[-1]["data"]["text/plain"]
    assert " %precision 3\n" in run.outputs[-1]["data"]["text/plain"]
    assert next_cells(run) == [("%precision 3\nx = 1 / 2", False)]
    assert ready.value("'x' in globals()") is False


def test_what_is_said_of_the_code_stands_under_the_reply(ready: Kernel) -> None:
    run = ready.run(f"%%minimax --alone --to cell\n{prompt('Just words.')}")
    assert next_cells(run) == []
    assert [output["output_type"] for output in run.outputs] == ["display_data", "stream"]
    assert run.outputs[1]["text"] == "The reply has no code for a cell, so nothing is put there.\n"


def test_an_interrupted_reply_puts_nothing(ready: Kernel) -> None:
    run = ready.run(
        "%%minimax --alone --to cell\n/emulate delay-ms=60,repeat=200,text=```python x = 1 ``` and so on\nhi",
        interrupt=lambda run: len(run.markdown) > 200,
    )
    assert run.error is not None
    assert next_cells(run) == []
