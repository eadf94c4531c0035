"""The ways people run notebooks without looking: nbclient, ``nbconvert --execute``, papermill; and terminal IPython."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.support.environment import clean_environment

Json = dict[str, Any]

_NBCLIENT = """
import sys, nbformat
from nbclient import NotebookClient
notebook = nbformat.read(sys.argv[1], as_version=4)
try:
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
finally:
    nbformat.write(notebook, sys.argv[2])
"""


def _run(command: list[str], folder: Path, env: Mapping[str, str] | None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=folder,
        env={**clean_environment(folder / "home"), **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=200,
    )


def _notebook_runner(*command: str) -> Callable[..., tuple[int, Json, str]]:
    def run(
        notebook: Json, folder: Path, env: Mapping[str, str] | None = None, more: Sequence[str] = ()
    ) -> tuple[int, Json, str]:
        """Run a notebook; the exit status, the notebook as it was saved, and what the command wrote."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "in.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
        done = _run([sys.executable, *command, *more], folder, env)
        out = folder / "out.ipynb"
        saved = json.loads(out.read_text(encoding="utf-8")) if out.exists() else {}
        return done.returncode, saved, done.stdout + done.stderr

    return run


RUNNERS: dict[str, Callable[..., tuple[int, Json, str]]] = {
    "nbclient": _notebook_runner("-c", _NBCLIENT, "in.ipynb", "out.ipynb"),
    "nbconvert": _notebook_runner("-m", "nbconvert", "--execute", "--to=notebook", "--output=out.ipynb", "in.ipynb"),
    "papermill": _notebook_runner("-m", "papermill", "--no-progress-bar", "in.ipynb", "out.ipynb"),
}
"""``RUNNERS["papermill"](notebook, folder, env, ["-p", "city", "Oslo"])`` gives the exit status, the notebook as it was
saved and the command's words."""


def ipython(lines: list[str], folder: Path, env: Mapping[str, str] | None = None) -> tuple[int, str]:
    """Run cells in a terminal IPython (a file of cells, no notebook protocol); exit status and what was printed.

    Each entry is one cell, cell magics included. Simple prompts and no colours keep the text plain.
    """
    folder.mkdir(parents=True, exist_ok=True)
    script = folder / "cells.py"
    body = "\n".join(f"get_ipython().run_cell({line!r}, store_history=True).raise_error()" for line in lines)
    script.write_text(body + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "IPython", "--no-banner", "--simple-prompt", "--colors=NoColor", str(script)]
    done = _run(command, folder, env)
    return done.returncode, done.stdout + done.stderr
