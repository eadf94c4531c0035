"""The same clean, warm surroundings for both sides of every measurement."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.support.environment import ROOT, clean_environment


class Surroundings:
    """A temporary home, and a place for compiled modules that both sides fill in a first round nobody counts.

    Args:
        folder: A temporary folder.
    """

    def __init__(self, folder: Path) -> None:
        self.env = clean_environment(folder / "home", closed=False)
        self.env["PYTHONPYCACHEPREFIX"] = str(folder / "compiled")
        self.env["PYTHONDONTWRITEBYTECODE"] = ""  # empty is off, whatever the machine says

    def python(self, *args: str) -> dict[str, Any]:
        """Run ``python -m tests.bench.…`` in a fresh process; the JSON it prints last."""
        done = subprocess.run(
            [sys.executable, "-m", *args],
            cwd=ROOT,
            env=self.env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(args)} failed:\n{done.stderr[-3000:]}")
        return dict(json.loads(done.stdout.splitlines()[-1]))
