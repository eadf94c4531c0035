"""Every notebook of ``notebooks/`` gives exactly what it says, wherever it is run, without a key and without a network.

Each is run six times: strictly by nbval in the order of the files, in the other order at the same time, and once with a
word changed; and by nbclient, nbconvert and papermill. ``tests/browser/test_examples.py`` does it in JupyterLab.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest

from tests.support.notebooks import FOLDER, Json, Verdict, code_cells, copy_beside, faults, nbval_all, outputs_of
from tests.support.runners import RUNNERS

pytestmark = [pytest.mark.kernel, pytest.mark.timeout(1800)]  # the first test that asks waits for the runs of all

EXAMPLES = sorted(FOLDER.glob("*.ipynb"))
NAMES = [path.name for path in EXAMPLES]


@pytest.fixture(params=EXAMPLES, ids=[path.stem for path in EXAMPLES])
def path(request: pytest.FixtureRequest) -> Path:
    """The file of an example notebook."""
    return Path(request.param)


@pytest.fixture
def example(path: Path) -> Json:
    """An example notebook with its saved outputs."""
    return read(path)


def read(path: Path) -> Json:
    """A notebook's JSON."""
    return dict(json.loads(path.read_text(encoding="utf-8")))


def contents(folder: Path) -> dict[str, bytes]:
    """Every file in a folder; compiled Python is left out."""
    files = (file for file in folder.rglob("*") if file.is_file() and file.suffix != ".pyc")
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


@dataclass(frozen=True, slots=True)
class Compared:
    """The strict comparisons of all notebooks.

    Attributes:
        runs: The two that ran at the same time: in the order of the files, and in the other.
        before: The files of their folder.
        after: The same files afterwards.
    """

    runs: list[dict[str, Verdict]]
    before: dict[str, bytes]
    after: dict[str, bytes]


@pytest.fixture(scope="module")
def compared(tmp_path_factory: pytest.TempPathFactory) -> Compared:
    """All notebooks in one folder, run by two programs at the same time, so that two kernels are always at work."""
    work = copied(tmp_path_factory.mktemp("both"), {path.name: read(path) for path in EXAMPLES})
    before = contents(work)
    homes = [tmp_path_factory.mktemp(name) for name in ("forward", "backward")]
    with ThreadPoolExecutor(2) as pool:
        runs = list(pool.map(nbval_all, (work, work), (NAMES, NAMES[::-1]), homes))
    return Compared(runs, before, contents(work))


@pytest.fixture(scope="module")
def altered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Verdict]:
    """The strict comparison of notebooks with one word changed in the last reply of each."""
    notebooks = {path.name: with_one_word_changed(read(path)) for path in EXAMPLES}
    return nbval_all(copied(tmp_path_factory.mktemp("altered"), notebooks), NAMES, tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def everywhere(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[dict[tuple[str, str], Future[tuple[int, Json, str]]]]:
    """Each notebook as each runner saves it, run two at a time."""
    with ThreadPoolExecutor(2) as pool:
        runs = {}
        for runner in RUNNERS:
            for path in EXAMPLES:
                folder = copied(tmp_path_factory.mktemp(runner), {})
                runs[runner, path.name] = pool.submit(RUNNERS[runner], read(path), folder)
        yield runs


def copied(work: Path, notebooks: Mapping[str, Json]) -> Path:
    """A folder with these notebooks, and with what lies beside the examples."""
    copy_beside(FOLDER, work)
    for name, notebook in notebooks.items():
        (work / name).write_text(json.dumps(notebook), encoding="utf-8")
    return work


def with_one_word_changed(notebook: Json) -> Json:
    """The notebook with another letter in its last reply."""
    notebook = deepcopy(notebook)
    bundle = replies(notebook)[-1]["data"]
    bundle["text/plain"] = ["".join(bundle["text/plain"]).replace("e", "a", 1)]
    return notebook


def replies(notebook: Json) -> list[Json]:
    """The outputs that say where they come from."""
    return [
        output
        for cell in code_cells(notebook)
        for output in cell["outputs"]
        if "minimax_nb" in output.get("metadata", {})
    ]


def test_there_is_a_quickstart() -> None:
    assert "quickstart.ipynb" in NAMES


def test_it_gives_what_it_says_every_time_in_any_order_and_beside_another(path: Path, compared: Compared) -> None:
    for run in compared.runs:
        verdict = run[path.name]
        assert verdict.good, verdict.why
        assert verdict.passed == len(code_cells(read(path)))


def test_running_them_leaves_nothing_behind(compared: Compared) -> None:
    assert compared.after == compared.before


def test_one_changed_word_would_be_noticed(path: Path, altered: dict[str, Verdict]) -> None:
    verdict = altered[path.name]
    assert (verdict.passed, verdict.failed) == (len(code_cells(read(path))) - 1, 1), verdict.why


@pytest.mark.parametrize("runner", RUNNERS)
def test_every_runner_saves_the_same_to_the_last_field(
    path: Path, runner: str, everywhere: dict[tuple[str, str], Future[tuple[int, Json, str]]]
) -> None:
    example = read(path)
    status, saved, said = everywhere[runner, path.name].result()
    assert outputs_of(saved) == outputs_of(example), said
    # papermill runs past a cell that may fail, to the end, and calls the run a failure all the same
    fails = runner == "papermill" and any(
        "ename" in output for cell in code_cells(example) for output in cell["outputs"]
    )
    assert bool(status) == fails, said


def test_it_is_fit_to_be_read_by_anybody(example: Json) -> None:
    nbformat.validate(nbformat.from_dict(example))
    assert faults(example) == []
    assert example["metadata"]["kernelspec"]["name"] == "python3"


def test_it_begins_with_what_it_shows_and_for_whom(example: Json) -> None:
    first, *others = example["cells"]
    title, *said = "".join(first["source"]).split("\n\n")
    assert first["cell_type"] == "markdown"
    assert title.startswith("# ")
    assert any(paragraph.startswith("For ") for paragraph in said)
    assert any("No key is needed" in paragraph for paragraph in said)
    assert "".join(others[0]["source"]) == "%load_ext minimax_nb"


def test_a_reply_is_saved_as_one_output_with_its_provenance(example: Json) -> None:
    assert replies(example), "an example shows at least one reply"
    for cell in code_cells(example):
        source = "".join(cell["source"])
        if source.startswith("%%minimax") and "raises-exception" not in cell["metadata"].get("tags", ()):
            kinds = [output["output_type"] for output in cell["outputs"]]
            assert kinds == ["display_data"], f"{source[:60]!r} saved {kinds}"
    for reply in replies(example):
        assert {"text/plain", "text/markdown"} <= set(reply["data"])
        kept = reply["metadata"]["minimax_nb"]
        for origin in kept.get("replies", []) if "panel" in kept else [kept]:  # a panel's copy has all its replies'
            assert origin["replayed"] or origin["provider"].partition(":")[0] == "emulator"
