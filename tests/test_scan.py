"""Notebooks looked through for keys and heavy outputs: what is found is told, never shown, and mended on request."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from urllib.parse import quote

import nbformat
import pytest

from minimax_nb.cli import main
from minimax_nb.display import render
from minimax_nb.doctor import BIG_BYTES, scan
from minimax_nb.errors import ConfigError
from tests.support.notebooks import FOLDER

KEY = "test-key-for-nobody-0123456789"
SHAPED = "sk-" + "abcDEF0123456789abcDEF0123456789"


def notebook(path: Path, *outputs: dict, source: str = "1 + 1", **more: object) -> Path:
    cell = {
        "cell_type": "code",
        "id": "c1",
        "execution_count": 1,
        "metadata": {},
        "source": source,
        "outputs": list(outputs),
    }
    words = {"cell_type": "markdown", "id": "m1", "metadata": {}, "source": ["# Title\n", "words"]}
    value = {"cells": [words, cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **more}
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def stream(text: str) -> dict:
    return {"output_type": "stream", "name": "stdout", "text": text.splitlines(keepends=True)}


def picture(size: int) -> dict:
    return {"output_type": "display_data", "metadata": {}, "data": {"image/png": "A" * size, "text/plain": "<Figure>"}}


def told(report: object) -> str:
    return str(render(report)[0]["text/plain"])


def test_a_notebook_in_order_is_said_to_be(tmp_path: Path) -> None:
    path = notebook(tmp_path / "fine.ipynb", stream("2\n"))
    before = path.read_bytes()
    report = scan(path, fix=True)
    assert report.fine
    assert "no key found" in told(report)
    assert path.read_bytes() == before


def test_the_kits_own_notebooks_are_in_order() -> None:
    assert scan(FOLDER).fine, told(scan(FOLDER))


@pytest.mark.parametrize(
    "written",
    [
        KEY,
        quote(KEY, safe=""),
        base64.b64encode(KEY.encode()).decode(),
        json.dumps({"k": KEY}),
        SHAPED,
        f"Bearer {SHAPED}",
    ],
    ids=["plain", "percent", "base64", "json", "shape", "bearer"],
)
@pytest.mark.parametrize("place", ["output", "source", "metadata", "name", "lines"])
def test_a_key_is_found_wherever_it_stands_and_masked(tmp_path: Path, monkeypatch, written: str, place: str) -> None:
    monkeypatch.setenv("MINIMAX_API_KEY", KEY)
    path = tmp_path / "leaky.ipynb"
    if place == "output":
        notebook(path, stream(f"before\nheader: {written}\nafter\n"))
    elif place == "lines":  # an output's text is a list of lines, and any tool may cut it elsewhere
        middle = len(written) // 2
        notebook(
            path,
            {"output_type": "stream", "name": "stdout", "text": [f"x {written[:middle]}", f"{written[middle:]}\n"]},
        )
    elif place == "source":
        notebook(path, source=f"key = '''{written}'''")
    elif place == "metadata":
        notebook(path, metadata={"note": {"deep": [written]}})
    else:
        notebook(path, metadata={written: "value"})
    report = scan(path)
    assert not report.fine
    assert "holds a key" in told(report)
    for secret in (KEY, SHAPED, written):
        assert secret not in told(report)
    mended = scan(path, fix=True)
    assert "masked" in told(mended)
    text = path.read_text(encoding="utf-8")
    for secret in (KEY, SHAPED, written):
        assert secret not in text
    nbformat.validate(nbformat.reads(text, as_version=4))
    assert scan(path).fine
    if place == "output":
        assert "before" in text
        assert "after" in text


def test_a_heavy_output_is_told_with_its_kind_and_taken_out_on_request(tmp_path: Path) -> None:
    path = notebook(tmp_path / "heavy.ipynb", stream("small\n"), picture(BIG_BYTES + 5_000))
    report = scan(path)
    assert not report.fine
    assert "cell 2, output 2" in told(report)
    assert "1.0 MB (image/png, text/plain)" in told(report)
    assert scan(path, big=2_000_000).fine
    assert "taken out" in told(scan(path, fix=True))
    kept = json.loads(path.read_text(encoding="utf-8"))["cells"][1]["outputs"]
    assert [output["output_type"] for output in kept] == ["stream", "stream"]
    assert "small" in "".join(kept[0]["text"])
    assert "was taken out" in "".join(kept[1]["text"])
    assert path.stat().st_size < 2_000


def test_what_is_not_touched_stays_as_it_was_to_the_letter(tmp_path: Path) -> None:
    path = notebook(tmp_path / "leaky.ipynb", stream(f"{SHAPED}\n"), source="x = '世界 ✓'  # ünïcode")
    before = path.read_text(encoding="utf-8")
    scan(path, fix=True)
    assert path.read_text(encoding="utf-8") == before.replace(SHAPED, "[key]")


def test_a_folder_is_looked_through_and_each_file_named(tmp_path: Path) -> None:
    notebook(tmp_path / "a.ipynb")
    (tmp_path / "below").mkdir()
    notebook(tmp_path / "below" / "b.ipynb", stream(SHAPED))
    report = scan(tmp_path)
    assert [finding.fine for finding in report.findings] == [True, False, False]
    assert "b.ipynb, cell 2, output 1" in told(report)


@pytest.mark.parametrize("content", ["", "{}", "not json", '{"nbformat": 3, "worksheets": []}', "[1]"])
def test_what_is_no_notebook_is_said_to_be_none_and_left_alone(tmp_path: Path, content: str) -> None:
    path = tmp_path / "other.ipynb"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match="notebook"):
        scan(path, fix=True)
    assert path.read_text(encoding="utf-8") == content


def test_odd_cells_do_not_stop_it(tmp_path: Path) -> None:
    path = tmp_path / "odd.ipynb"
    cells = [None, 3, "text", {"outputs": "none"}, {"outputs": [None, {"data": 5}]}, {"source": {"a": SHAPED}}]
    path.write_text(json.dumps({"nbformat": 4, "cells": cells}), encoding="utf-8")
    assert not scan(path).fine
    scan(path, fix=True)
    assert SHAPED not in path.read_text(encoding="utf-8")


def test_the_command_says_it_and_its_exit_code_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = notebook(tmp_path / "leaky.ipynb", stream(SHAPED))
    assert main(["doctor", "--scan", str(path)]) == 1
    assert "holds a key" in capsys.readouterr().out
    assert main(["doctor", "--scan", str(path), "--fix"]) == 0
    assert main(["doctor", "--scan", str(path)]) == 0
    assert main(["doctor", "--fix"]) == 2
    assert main(["doctor", "--scan", str(tmp_path / "none.ipynb")]) == 2
    assert SHAPED not in "".join(capsys.readouterr())
