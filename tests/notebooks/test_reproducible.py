"""``reproducible.ipynb``: its recording is what it says, it takes parameters, Run All twice gives the same twice."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from minimax_nb import Chat
from tests.support import cassettes
from tests.support.kernel import Kernel
from tests.support.notebooks import FOLDER, Json, code_cells, copy_beside, outputs_of
from tests.support.runners import RUNNERS

NOTEBOOK = FOLDER / "reproducible.ipynb"


@pytest.fixture
def notebook() -> Json:
    return dict(json.loads(NOTEBOOK.read_text(encoding="utf-8")))


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A folder with what lies beside the notebook."""
    copy_beside(FOLDER, tmp_path / "work")
    return tmp_path / "work"


def test_the_recording_is_the_published_answer_of_the_service(tmp_path: Path) -> None:
    """Where the kit's requests have changed, ``python -m tests.support.cassettes`` makes it anew."""
    made = tmp_path / "made.cassette"
    cassettes.make(made)
    assert cassettes.RECORDING.read_bytes() == made.read_bytes()
    pieces = json.loads(made.read_text(encoding="utf-8").splitlines()[1])["pieces"]
    assert "".join(text for _, text in pieces).encode() == cassettes.SAMPLE.read_bytes()


def test_every_recording_beside_the_notebooks_can_be_replayed_without_a_key() -> None:
    found = [str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.cassette")]
    assert found == ["cassettes/odd-numbers.cassette"]
    reply = Chat("MiniMax-M2.7", face="openai", cassette=FOLDER / found[0], cassette_mode="replay").ask(
        cassettes.PROMPT
    )
    assert (reply.provider, reply.replayed, reply.usage.input_tokens) == ("minimax", True, 769)


def test_the_notebook_asks_what_was_recorded_and_tells_where_the_answer_is_from(notebook: Json) -> None:
    text = "\n".join("".join(cell["source"]) for cell in notebook["cells"])
    assert f"\n{cassettes.PROMPT}\n" in text
    assert "internal/providers/minimax/reasoning_stream_test.go" in text
    assert "made up to go with it" in text


@pytest.mark.kernel
def test_run_all_twice_in_one_kernel_gives_the_same_twice(notebook: Json, work: Path) -> None:
    before = {path: path.read_bytes() for path in work.rglob("*") if path.is_file()}
    with Kernel(cwd=work) as kernel:
        for time in ("first", "second"):
            for cell, saved in zip(code_cells(notebook), outputs_of(notebook), strict=True):
                if time == "second" and cell["source"] == ["%load_ext minimax_nb"]:
                    continue  # IPython says that it is loaded
                run = kernel.run("".join(cell["source"]), timeout=120)
                (outputs,) = outputs_of({"cells": [{**cell, "outputs": run.outputs}]})
                assert outputs == saved, (time, "".join(cell["source"]))
    assert {path: path.read_bytes() for path in work.rglob("*") if path.is_file()} == before


@pytest.mark.kernel
def test_papermill_runs_it_with_another_city(notebook: Json, work: Path) -> None:
    text = "\n".join("".join(cell["source"]) for cell in notebook["cells"])
    (line,) = re.findall(r"^papermill \S+\.ipynb .+$", text, re.MULTILINE)
    program, given, made, *parameters = line.split()
    assert (program, given) == ("papermill", NOTEBOOK.name)
    assert made != given
    assert parameters == ["-p", "city", "Oslo"]
    status, saved, said = RUNNERS["papermill"](notebook, work, None, parameters)
    assert status == 0, said
    (asked,) = [cell for cell in code_cells(saved) if "{{city}}" in "".join(cell["source"])]
    assert "What is Oslo known for?" in "".join(asked["outputs"][0]["data"]["text/plain"])
    (cell,) = [cell for cell in code_cells(saved) if cell["metadata"].get("tags") == ["injected-parameters"]]
    assert 'city = "Oslo"' in "".join(cell["source"])
