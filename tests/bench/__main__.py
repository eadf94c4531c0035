"""The command: ``python -m tests.bench``."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

import tests.bench
from tests.bench import client_rows, count_rows, hang_rows, kernel_rows, media_rows, page_rows, panel_rows
from tests.bench.load_server import LoadServer
from tests.bench.surroundings import Surroundings
from tests.bench.table import Row, table

Say = Callable[[str], None]
GROUPS: dict[str, Callable[[Surroundings, LoadServer, int, Say], Iterator[Row]]] = {
    "client": client_rows.rows,
    "count": count_rows.rows,
    "load": lambda around, server, repeat, say: kernel_rows.load_rows(around, repeat, say),
    "kernel": kernel_rows.rows,
    "panel": panel_rows.rows,
    "media": media_rows.rows,
    "browser": page_rows.rows,
    "hang": hang_rows.rows,
}


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description=tests.bench.__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--rows", default=",".join(GROUPS), help="groups of rows, comma between them (default: all)")
    parser.add_argument("--repeat", type=int, default=7, help="repetitions of each figure (default: 7)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure to a file as well")
    parser.add_argument("--quiet", action="store_true", help="do not say what goes on")
    asked = parser.parse_args()
    asked.groups = asked.rows.split(",")
    if unknown := set(asked.groups) - set(GROUPS):
        parser.error(f"no rows are called {', '.join(sorted(unknown))}; there are {', '.join(GROUPS)}")
    return asked


def conditions() -> dict[str, object]:
    """What the figures depend on."""
    packages = ("minimax-nb", "httpx", "openai", "anthropic", "ipykernel", "ipython", "jupyterlab", "pillow")
    return {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1) if hasattr(os, "getloadavg") else None,
        "versions": {name: version(name) for name in packages},
    }


def main() -> int:
    """Measure, print the table, and say by the exit status whether every bound holds."""
    asked = arguments()
    begun = time.monotonic()

    def say(text: str) -> None:
        if not asked.quiet:
            print(f"[{time.monotonic() - begun:5.0f} s] {text}", file=sys.stderr, flush=True)

    rows: list[Row] = []
    about = conditions()
    with tempfile.TemporaryDirectory(prefix="bench-", ignore_cleanup_errors=True) as folder, LoadServer() as server:
        around = Surroundings(Path(folder))
        for group in asked.groups:
            rows += GROUPS[group](around, server, asked.repeat, say)
    over = [row.name for row in rows if row.verdict == "OVER"]
    print(table(rows))
    print(f"\n{asked.repeat} repetitions; {json.dumps(about)}")
    print(f"OVER: {'; '.join(over)}" if over else "Every bound holds.")
    if asked.json:
        report = {"conditions": about, "repeat": asked.repeat, "rows": [row.to_dict() for row in rows]}
        asked.json.write_text(json.dumps(report, indent=1), encoding="utf-8")
    return 1 if over else 0


if __name__ == "__main__":
    sys.exit(main())
