"""The strict comparison is one: it passes what is right and fails what is not, streamed outputs included."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path

import pytest

from tests.support.notebooks import Json, build, code_cells, faults, nbval
from tests.support.refresh import refresh
from tests.support.runners import RUNNERS, ipython

pytestmark = pytest.mark.kernel

CELLS = (
    "print('hello')\n6 * 7",
    """
from IPython.display import Markdown, clear_output, display
shown = display(Markdown(""), display_id=True)
for word in ("one", "one **two**"):
    shown.update(Markdown(word))
""",
    """
for number in range(3):
    clear_output(wait=True)
    display(Markdown(f"answer {number}"))
""",
    "raise ValueError('meant')",
)


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Json:
    """A notebook with streamed cells, run and saved by nbclient."""
    status, saved, said = RUNNERS["nbclient"](
        build(*CELLS, tags={3: ["raises-exception"]}), tmp_path_factory.mktemp("run")
    )
    assert status == 0, said
    return saved


def test_a_notebook_that_streams_passes_strictly(ran: Json, tmp_path: Path) -> None:
    verdict = nbval(ran, tmp_path)
    assert verdict.good, verdict.why
    assert verdict.passed == len(CELLS)


def test_every_altered_output_fails(ran: Json, tmp_path: Path) -> None:
    altered = deepcopy(ran)
    changes = [("hello", "hallo"), ("one **two**", "one **too**"), ("answer 2", "answer 1"), ("meant", "meent")]
    for cell, (old, new) in zip(altered["cells"], changes, strict=True):
        outputs = json.dumps(cell["outputs"])
        assert old in outputs
        cell["outputs"] = json.loads(outputs.replace(old, new))
    verdict = nbval(altered, tmp_path)
    assert (verdict.passed, verdict.failed, verdict.good) == (0, len(CELLS), False), verdict.why


def test_a_notebook_that_asks_the_outside_is_no_pass(tmp_path: Path) -> None:
    cell = "import socket\ntry:\n    socket.create_connection(('192.0.2.1', 80))\nexcept OSError:\n    pass"
    asked = build(cell)
    asked["cells"][0]["execution_count"] = 1
    verdict = nbval(asked, tmp_path)
    assert verdict.passed == 1
    assert "192.0.2.1" in verdict.refused[0]
    assert not verdict.good


def test_a_notebook_fit_for_readers_has_no_faults(ran: Json) -> None:
    ran = deepcopy(ran)
    del ran["cells"][3]  # a traceback names files
    assert faults(ran) == []


@pytest.mark.parametrize(
    ("fault", "damage"),
    [
        ("was not run", lambda nb: code_cells(nb)[1].update(execution_count=None)),
        ("from top to bottom", lambda nb: code_cells(nb)[0].update(execution_count=9)),
        ("a path", lambda nb: code_cells(nb)[0].update(source="open('/home/somebody/data.csv')")),
        ("a key", lambda nb: code_cells(nb)[0].update(source="key = 'sk-test0key0for0nobody'")),
        ("memory", lambda nb: code_cells(nb)[0].update(source="<thing at 0x7f00aabbccdd>")),
        ("a string of", lambda nb: code_cells(nb)[0].update(source=["x" * 70_000])),
        ("widget state", lambda nb: nb["metadata"].update(widgets={})),
    ],
)
def test_each_fault_is_found(ran: Json, fault: str, damage: object) -> None:
    damaged = deepcopy(ran)
    del damaged["cells"][3]
    damage(damaged)
    assert [found for found in faults(damaged) if fault in found]


@pytest.mark.parametrize("runner", RUNNERS)
def test_every_runner_saves_the_same_outputs(ran: Json, tmp_path: Path, runner: str) -> None:
    status, saved, said = RUNNERS[runner](build(*CELLS[:3]), tmp_path)
    assert status == 0, said
    assert [cell["outputs"] for cell in saved["cells"]] == [cell["outputs"] for cell in ran["cells"][:3]]


@pytest.mark.parametrize("runner", RUNNERS)
def test_every_runner_notices_a_cell_that_fails(tmp_path: Path, runner: str) -> None:
    status, _, said = RUNNERS[runner](build("raise ValueError('unexpected')"), tmp_path)
    assert status != 0
    assert "unexpected" in said


def test_cells_run_in_terminal_ipython(tmp_path: Path) -> None:
    status, said = ipython(["%%capture got\nprint('captured')", "print('then', got.stdout)"], tmp_path)
    assert status == 0
    assert said.strip() == "then captured"
    status, said = ipython(["1 / 0"], tmp_path)
    assert status != 0
    assert "ZeroDivisionError" in said


def test_a_refreshed_notebook_passes_and_is_fit_for_readers(tmp_path: Path) -> None:
    path = tmp_path / "example.ipynb"
    path.write_text(json.dumps(build("# markdown\n# Title", *CELLS[:3])), encoding="utf-8")
    refresh(path)
    refreshed = json.loads(path.read_text(encoding="utf-8"))
    assert faults(refreshed) == []
    verdict = nbval(refreshed, tmp_path / "nbval")
    assert verdict.good, verdict.why


def test_a_notebook_with_a_failing_cell_is_not_rewritten(tmp_path: Path) -> None:
    path = tmp_path / "example.ipynb"
    path.write_text(json.dumps(build("1", "1 / 0")), encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(SystemExit, match="ZeroDivisionError"):
        refresh(path)
    assert path.read_bytes() == before
