"""Every notebook of ``notebooks/`` gives exactly what it says, twice, without a key and without a network."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest

from tests.support.kernel import Kernel
from tests.support.notebooks import FOLDER, Json, code_cells, faults, nbval

pytestmark = pytest.mark.kernel

EXAMPLES = sorted(FOLDER.glob("*.ipynb"))


@pytest.fixture(params=EXAMPLES, ids=[path.stem for path in EXAMPLES])
def example(request: pytest.FixtureRequest) -> Json:
    """An example notebook with its saved outputs."""
    return dict(json.loads(request.param.read_text(encoding="utf-8")))


def test_there_is_a_quickstart() -> None:
    assert "quickstart" in [path.stem for path in EXAMPLES]


def test_it_gives_what_it_says_every_time(example: Json, tmp_path: Path) -> None:
    for time in ("first", "second"):
        verdict = nbval(example, tmp_path / time, beside=FOLDER)
        assert verdict.good, verdict.why
        assert verdict.passed == len(code_cells(example))


def test_one_changed_word_would_be_noticed(example: Json, tmp_path: Path) -> None:
    altered = deepcopy(example)
    bundle = _replies(altered)[-1]["data"]
    bundle["text/plain"] = ["".join(bundle["text/plain"]).replace("e", "a", 1)]
    verdict = nbval(altered, tmp_path, beside=FOLDER)
    assert (verdict.passed, verdict.failed) == (len(code_cells(example)) - 1, 1), verdict.why


def test_it_is_fit_to_be_read_by_anybody(example: Json) -> None:
    nbformat.validate(nbformat.from_dict(example))
    assert faults(example) == []
    assert example["metadata"]["kernelspec"]["name"] == "python3"


def test_a_reply_is_saved_as_one_output_with_its_provenance(example: Json) -> None:
    assert _replies(example), "an example shows at least one reply"
    for cell in code_cells(example):
        source = "".join(cell["source"])
        if source.startswith("%%minimax") and "raises-exception" not in cell["metadata"].get("tags", ()):
            kinds = [output["output_type"] for output in cell["outputs"]]
            assert kinds == ["display_data"], f"{source[:60]!r} saved {kinds}"
    for reply in _replies(example):
        assert {"text/plain", "text/markdown"} <= set(reply["data"])
        assert reply["metadata"]["minimax_nb"]["provider"].partition(":")[0] == "emulator"


def test_the_saved_outputs_are_the_kernels_to_the_last_field(example: Json) -> None:
    """Metadata too, which nbval does not compare: provenance is part of the document."""
    with Kernel() as kernel:
        for cell in code_cells(example):
            run = kernel.run("".join(cell["source"]), timeout=120)
            assert _plain(run.outputs) == _plain(cell["outputs"]), "".join(cell["source"])
        assert kernel.refused() == []


def _replies(notebook: Json) -> list[Json]:
    return [
        output
        for cell in code_cells(notebook)
        for output in cell["outputs"]
        if "minimax_nb" in output.get("metadata", {})
    ]


def _plain(outputs: list[Json]) -> list[Json]:
    """Outputs with lines and streams joined, without tracebacks (they name files) and pictures (versions differ)."""
    kept: list[Json] = []
    for output in json.loads(json.dumps(outputs), object_hook=_join):
        output.pop("traceback", None)
        data = output.get("data", {})
        for mime in [mime for mime in data if mime.startswith("image/")]:
            del data[mime]
        if kept and output.get("name") and output["name"] == kept[-1].get("name"):
            kept[-1]["text"] += output["text"]
        else:
            kept.append(output)
    return kept


def _join(value: Json) -> Json:
    return {
        key: "".join(item) if isinstance(item, list) and all(isinstance(line, str) for line in item) else item
        for key, item in value.items()
    }
