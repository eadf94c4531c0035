"""Notebooks as files: build, run without a front end, compare strictly, look for what must not be in them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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


def outputs_of(notebook: Json) -> list[list[Json]]:
    """The outputs of each code cell to the last field, metadata too, which nbval does not compare.

    Lines and streams are joined. Left out are tracebacks (they name files), pictures (versions differ) and the ids of
    widgets (they are made up anew each time).
    """
    return [_plain(cell["outputs"]) for cell in code_cells(notebook)]


def _plain(outputs: list[Json]) -> list[Json]:
    kept: list[Json] = []
    for output in json.loads(json.dumps(outputs), object_hook=_joined):
        output.pop("traceback", None)
        data = output.get("data", {})
        for mime in [mime for mime in data if mime.startswith("image/") or mime.endswith("widget-view+json")]:
            del data[mime]
        if kept and output.get("name") and output["name"] == kept[-1].get("name"):
            kept[-1]["text"] += output["text"]
        else:
            kept.append(output)
    return kept


def _joined(value: Json) -> Json:
    return {
        key: "".join(item) if isinstance(item, list) and all(isinstance(line, str) for line in item) else item
        for key, item in value.items()
    }


def copy_beside(folder: Path, work: Path) -> None:
    """Copy what lies beside the notebooks of a folder, and is none itself: a reader has it, too."""
    shutil.copytree(folder, work, ignore=shutil.ignore_patterns(".*", "__pycache__", "*.ipynb"), dirs_exist_ok=True)


def nbval(notebook: Json, folder: Path, *, beside: Path | None = None) -> Verdict:
    """Run a notebook under strict nbval in a process of its own, streaming cells compared as they end.

    Args:
        notebook: The notebook with its saved outputs.
        folder: A temporary folder to work in.
        beside: A folder whose other files the notebook expects beside itself.
    """
    work = folder / "work"
    work.mkdir(parents=True, exist_ok=True)
    if beside is not None:
        copy_beside(beside, work)
    (work / "notebook.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    return nbval_all(work, ["notebook.ipynb"], folder / "home")["notebook.ipynb"]


def nbval_all(work: Path, names: Sequence[str], home: Path) -> dict[str, Verdict]:
    """Run the notebooks of a folder under strict nbval, one after the other, in a process of its own.

    Args:
        work: Where they are.
        names: Their files, in the order in which they are run.
        home: A temporary folder for the process's settings.

    Returns:
        How each comparison ended; text and refused attempts are those of all.
    """
    log = home / "refused"
    env = clean_environment(home, log=log)
    env["PYTHONPATH"] = f"{CLOSED_NETWORK}{';' if sys.platform == 'win32' else ':'}{ROOT}"
    settings = home / "pytest.ini"
    settings.write_text("[pytest]\n", encoding="utf-8")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-v", "--nbval", "--nbval-current-env", "--nbval-cell-timeout=120"),
            *("-p", "tests.support.nbval_fold", "-p", "no:cacheprovider", "-p", "no:xdist", "--color=no"),
            *("-c", str(settings), "--rootdir=.", *names),
        ],
        cwd=work,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=200 + 100 * len(names),
    )
    refused = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    counted = Counter(re.findall(r"^(\S+)::ipynb::.*? (PASSED|FAILED|ERROR)", done.stdout, re.MULTILINE))
    broken = done.returncode not in {0, 1}
    return {
        name: Verdict(
            counted[Path(name).stem, "PASSED"],
            counted[Path(name).stem, "FAILED"] + counted[Path(name).stem, "ERROR"] + broken,
            done.stdout + done.stderr,
            refused,
        )
        for name in names
    }
