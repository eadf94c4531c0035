"""Notebooks as files: build, run without a front end, compare strictly, look for what must not be in them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.support.environment import CLOSED_NETWORK, ROOT, clean_environment

Json = dict[str, Any]
FOLDER = ROOT / "notebooks"
BIGGEST_LINE = 60_000
"""Most characters one string of a saved notebook may have: a small picture passes, a video does not."""

_FORBIDDEN = {
    "a path of somebody's computer": re.compile(r"(/home/|/Users/|/root/|/tmp/|/private/var/|[A-Za-z]:\\\\?Users)\S*"),
    "an address in a kernel's memory": re.compile(r"\bat 0x[0-9a-f]{6,}"),
    "a key": re.compile(r"\b(sk|rk|pk)-[A-Za-z0-9_-]{12,}|\beyJ[A-Za-z0-9_-]{20,}\.|[Bb]earer [A-Za-z0-9_.-]{12,}"),
}


def build(*cells: str, tags: Mapping[int, list[str]] | None = None) -> Json:
    """A notebook of these code cells ("# markdown" at the start of one makes it Markdown), not yet run."""
    made = new_notebook()
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    for index, source in enumerate(cells):
        if source.startswith("# markdown\n"):
            made.cells.append(new_markdown_cell(source.removeprefix("# markdown\n")))
        else:
            made.cells.append(new_code_cell(source, metadata={"tags": (tags or {}).get(index, [])}))
    return json.loads(nbformat.writes(made))


def code_cells(notebook: Json) -> list[Json]:
    """The code cells that have something in them."""
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code" and "".join(cell["source"]).strip()]


def strings(value: object) -> Iterator[str]:
    """Every string in a JSON value, a list of lines as one."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        if value and all(isinstance(item, str) for item in value):
            yield "".join(value)
        else:
            for item in value:
                yield from strings(item)


def faults(notebook: Json) -> list[str]:
    """What a notebook that readers get must not have, one sentence each."""
    found = [
        f"code cell {index} was not run: {''.join(cell['source'])[:60]!r}"
        for index, cell in enumerate(code_cells(notebook))
        if not isinstance(cell.get("execution_count"), int)
    ]
    counts = [cell.get("execution_count") for cell in code_cells(notebook)]
    if not found and counts != list(range(1, len(counts) + 1)):
        found.append(f"the cells were not run from top to bottom in a fresh kernel: {counts}")
    for text in strings(notebook):
        for what, pattern in _FORBIDDEN.items():
            match = pattern.search(text)
            if match:
                found.append(f"{what}: {match.group()[:80]!r}")
        if len(text) > BIGGEST_LINE:
            found.append(f"a string of {len(text)} characters, beginning {text[:40]!r}")
    if "widgets" in notebook["metadata"]:
        found.append("saved widget state")
    return found


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a strict comparison ended.

    Attributes:
        passed: Cells that ran and gave what the file holds.
        failed: Cells that did not.
        text: What pytest wrote.
        refused: Attempts to leave this computer.
    """

    passed: int
    failed: int
    text: str
    refused: list[str]

    @property
    def why(self) -> str:
        """What went wrong, without the passed cells, shortened."""
        return f"{self.passed} passed, {self.failed} failed, refused {self.refused}\n" + "\n".join(
            self.text.partition("= FAILURES =")[2].splitlines()[1:60]
        )

    @property
    def good(self) -> bool:
        """Every cell passed and nothing tried to leave."""
        return self.failed == 0 and self.passed > 0 and not self.refused


def nbval(notebook: Json, folder: Path, *, beside: Path | None = None) -> Verdict:
    """Run a notebook under strict nbval in a process of its own, streaming cells compared as they end.

    Args:
        notebook: The notebook with its saved outputs.
        folder: A temporary folder to work in.
        beside: A folder whose other files the notebook expects beside itself.
    """
    work, log = folder / "work", folder / "refused"
    if beside is not None:
        shutil.copytree(beside, work, ignore=shutil.ignore_patterns(".*", "*.ipynb"))
    work.mkdir(parents=True, exist_ok=True)
    (work / "notebook.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    (work / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    env = clean_environment(folder / "home", log=log)
    env["PYTHONPATH"] = f"{CLOSED_NETWORK}{';' if sys.platform == 'win32' else ':'}{ROOT}"
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "--nbval-cell-timeout=120"),
            *("-p", "tests.support.nbval_fold", "-p", "no:cacheprovider", "-p", "no:xdist", "--color=no"),
            *("-c", "pytest.ini", "--rootdir=.", "notebook.ipynb"),
        ],
        cwd=work,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=200,
    )
    counted = {word: int(number) for number, word in re.findall(r"(\d+) (passed|failed|error)", done.stdout)}
    refused = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    failed = counted.get("failed", 0) + counted.get("error", 0) + (done.returncode not in {0, 1})
    return Verdict(counted.get("passed", 0), failed, done.stdout + done.stderr, refused)
